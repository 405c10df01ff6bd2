use chrono::TimeDelta;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::{
    email, host_login, host_login_state, instant, local_time, message, note, permissions,
    team_computer, team_id, title, window, zone,
};
use crate::{
    CancelReason, Computer, ComputerId, Connection, Credit, Edit, ExtendBy, GuestKind,
    HostLoginState, Instant, Invite, InviteEffect, InviteId, Kind, Life, LoginReport, MailId,
    MailNote, MailState, NewInvite, Permissions, REMINDER, RefundPolicy, Sender, Step, TimeRequest,
    UserId, VoidReason, Window, WindowEdit,
};

/// Yields what invites are made of, acceptable in itself.
///
/// Whether the window is acceptable depends on the moment as well: see [`moment`].
pub fn new_invite() -> impl Strategy<Value = NewInvite> {
    let ids = (any::<u128>(), any::<u128>(), any::<u128>(), any::<u128>());
    let people = (email(), email(), any::<bool>());
    let texts = (title(), message());
    let rest = (team_id(), option::of(host_login()), window(), permissions());
    (ids, people, texts, rest).prop_map(|(ids, people, texts, rest)| {
        let ((id, mail, computer, user), (sender, guest, is_user)) = (ids, people);
        let ((title, message), (team, host_login, window, permissions)) = (texts, rest);
        let GuestKind { guest, kind } = GuestKind::of(guest, &sender, is_user);
        NewInvite {
            team,
            id: InviteId::from_bits(id),
            mail: MailId::from_bits(mail),
            computer: ComputerId::from_bits(computer),
            host_login,
            guest,
            kind,
            sender: Sender { user: UserId::from_bits(user), email: sender },
            window,
            permissions,
            title,
            message,
        }
    })
}

/// Yields invites in every state that the rules can bring them to.
pub fn invite() -> impl Strategy<Value = Invite> {
    prop_oneof![3 => live_invite(), 2 => ended_invite()]
}

/// Yields live invites with a past: used, edited, reminded, asked for more time.
pub fn live_invite() -> impl Strategy<Value = Invite> {
    past().prop_map(|(invite, ..)| invite)
}

/// Yields invites that have ended, in each of the ways.
pub fn ended_invite() -> impl Strategy<Value = Invite> {
    let policy = select(&[RefundPolicy::UnusedOnly, RefundPolicy::UsedToo][..]);
    let reasons = [CancelReason::Asked, CancelReason::RightsLost, CancelReason::UserRevoked];
    let end = prop_oneof![
        any::<bool>().prop_map(End::Window),
        select(reasons.to_vec()).prop_map(End::Cancel),
        Just(End::Computer),
        host_login_state().prop_map(End::Login),
    ];
    (past(), end, policy).prop_map(|(past, end, policy)| ended(past, end, policy))
}

/// Yields invites as no rule leaves them, off in one place: a credit that does not fit, the
/// wrong kind, void though used, a version that cannot be.
pub fn near_invite() -> impl Strategy<Value = Invite> {
    let slip = select(&[Slip::Credit, Slip::Kind, Slip::Void, Slip::Version][..]);
    (invite(), slip, instant()).prop_map(|(invite, slip, at)| match slip {
        Slip::Credit => {
            let credit = match (invite.credit, invite.is_live()) {
                (Credit::Free, _) => Credit::Debited,
                (Credit::Debited, true) => Credit::Refunded,
                (Credit::Debited | Credit::Refunded, _) => Credit::Free,
            };
            Invite { credit, ..invite }
        }
        Slip::Kind => {
            let kind = match invite.kind {
                Kind::Oneself => Kind::Team,
                Kind::Outside | Kind::Team => Kind::Oneself,
            };
            Invite { kind, ..invite }
        }
        Slip::Void => {
            let life = Life::Void { at, reason: VoidReason::HostLoginChanged };
            Invite { life, used_at: Some(at), ..invite }
        }
        Slip::Version => Invite { version: 0, ..invite },
    })
}

/// Yields moments before, in and after a window; its edges and the reminder's moment come often.
pub fn moment(window: Window) -> impl Strategy<Value = Instant> {
    let edges = [window.start() - REMINDER, window.start(), window.end()];
    let beside = select(edges.to_vec())
        .prop_flat_map(|edge| (-2..=2_i64).prop_map(move |by| edge + TimeDelta::microseconds(by)));
    let length = (window.end() - window.start()).num_seconds();
    let anywhere =
        (-length..=2 * length).prop_map(move |by| window.start() + TimeDelta::seconds(by));
    prop_oneof![anywhere, beside]
}

/// Yields changes of a window by its parts, many of which are refused (GA-33).
pub fn window_edit(window: Window) -> impl Strategy<Value = WindowEdit> {
    let part = || {
        let near = moment(window).prop_map(move |at| window.zone().local(at));
        option::of(prop_oneof![3 => near, 1 => local_time()])
    };
    (part(), part(), option::weighted(0.3, zone())).prop_map(|(start, end, zone)| WindowEdit {
        start,
        end,
        zone,
    })
}

/// Something that happens to an invite and leaves it live.
#[derive(Clone, Debug)]
enum Event {
    Mail(MailState),
    SameLogin(HostLoginState),
    /// Whether the computer is there.
    Due(bool),
    Use,
    Permit(Permissions),
    Extend(u32),
    NewLink,
    KeepOut,
    Readmit,
    AskTime(TimeRequest),
}

#[derive(Clone, Debug)]
enum End {
    /// Whether the computer was there.
    Window(bool),
    Cancel(CancelReason),
    Computer,
    Login(HostLoginState),
}

#[derive(Clone, Copy, Debug)]
enum Slip {
    Credit,
    Kind,
    Void,
    Version,
}

/// A live invite, a moment before its end up to which its past reaches, and its computer.
type Past = (Invite, Instant, Computer);

/// Yields live invites with their past.
fn past() -> impl Strategy<Value = Past> {
    let events = vec((any::<u8>(), event()), 0..8);
    // On the heap: a computer has many parts, and the stack of a test is small.
    let computer = team_computer().boxed();
    (new_invite(), any::<u16>(), events, computer).prop_map(|(new, made, events, computer)| {
        let window = new.window;
        let mut now = between(window.start() - TimeDelta::days(366), window.end(), made.into());
        let mut invite = Invite::make(new, now).next;
        for (pause, event) in events {
            now = between(now, invite.window.end(), u32::from(pause) * 257);
            invite = happened(&invite, event, now, &computer).map_or(invite, |step| step.next);
        }
        (invite, now, computer)
    })
}

fn event() -> impl Strategy<Value = Event> {
    let wish = (1..=7_200_u32, note()).prop_map(|(minutes, note)| TimeRequest { minutes, note });
    prop_oneof![
        3 => select(MailState::ALL.to_vec()).prop_map(Event::Mail),
        2 => host_login_state().prop_map(Event::SameLogin),
        3 => any::<bool>().prop_map(Event::Due),
        3 => Just(Event::Use),
        1 => permissions().prop_map(Event::Permit),
        1 => (1..=600_u32).prop_map(Event::Extend),
        1 => Just(Event::NewLink),
        2 => Just(Event::KeepOut),
        1 => Just(Event::Readmit),
        1 => wish.prop_map(Event::AskTime),
    ]
}

/// Returns what comes of an event; `None` if nothing does, or if it would end the invite.
fn happened(
    invite: &Invite,
    event: Event,
    now: Instant,
    computer: &Computer,
) -> Option<Step<Invite, InviteEffect>> {
    let edit = |edit: Edit| invite.edit(edit, now).ok();
    let step = match event {
        Event::Mail(state) => {
            let told = invite.mail.told || state == MailState::Sent;
            let detail = (state == MailState::Undeliverable).then(|| "550 no such user".to_owned());
            let mail = MailNote { state, detail, told, ..invite.mail.clone() };
            Some(Step::quiet(Invite { mail, ..invite.clone() }))
        }
        Event::SameLogin(login) => invite.see_login(&login, now),
        Event::Due(there) => invite.handle_due(&host(computer, there, now), now),
        Event::Use => invite.use_now(now),
        Event::Permit(permissions) => edit(Edit { window: None, permissions: Some(permissions) }),
        Event::Extend(minutes) => {
            invite.extended(ExtendBy::Minutes(minutes), now).ok().and_then(edit)
        }
        Event::NewLink => invite.new_link().ok(),
        Event::KeepOut => invite.kick(true).ok(),
        Event::Readmit => invite.readmit().ok(),
        Event::AskTime(wish) => invite.request_time(wish, now).ok(),
    };
    step.filter(|step| step.next.is_live())
}

/// Ends an invite in the way asked for, or cancels it where that way is not open to it.
fn ended((invite, now, computer): Past, end: End, policy: RefundPolicy) -> Invite {
    let (reason, step) = match end {
        End::Window(there) => {
            let computer = host(&computer, there, invite.window.start());
            (CancelReason::Asked, invite.handle_due(&computer, invite.window.end()))
        }
        End::Cancel(reason) => (reason, None),
        End::Computer => (CancelReason::Asked, invite.lose_computer(policy, now)),
        End::Login(login) => (CancelReason::Asked, invite.see_login(&login, now)),
    };
    match step.filter(|step| !step.next.is_live()) {
        Some(step) => step.next,
        None => invite.cancel(reason, policy, now).map_or(invite, |step| step.next),
    }
}

/// Returns `computer` as one to which guests come, heard at `now` if it is there.
fn host(computer: &Computer, there: bool, now: Instant) -> Computer {
    let open = Computer { guest_access: true, removed_at: None, ..computer.clone() };
    if !there {
        return open.orphan();
    }
    open.heard(LoginReport::Unmentioned, None, Connection::External, now).0
}

/// Returns the whole second that lies `part` of 65,536 on the way from `from` to before `to`.
fn between(from: Instant, to: Instant, part: u32) -> Instant {
    let seconds = ((to - from).num_seconds() - 1).max(0);
    from + TimeDelta::seconds(seconds * i64::from(part) / 65_536)
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest! {
        #[test]
        fn ga_30_generated_invites_keep_the_rules(
            live in live_invite(),
            ended in ended_invite(),
            near in near_invite(),
        ) {
            prop_assert!(live.is_live() && !ended.is_live());
            prop_assert!(is_sound(&live), "{live:?}");
            prop_assert!(is_sound(&ended), "{ended:?}");
            prop_assert!(!is_sound(&near), "{near:?}");
        }

        #[test]
        fn ga_47_nothing_is_due_once_the_clock_was_asked(
            (invite, now) in invite().prop_flat_map(|invite| {
                let window = invite.window;
                (Just(invite), moment(window))
            }),
            computer in team_computer().boxed(),
            there in any::<bool>(),
        ) {
            let computer = host(&computer, there, now);
            let asked = invite.handle_due(&computer, now).map_or(invite, |step| step.next);
            prop_assert!(is_sound(&asked), "{asked:?}");
            prop_assert!(asked.due().is_none_or(|due| due > now), "{asked:?}");
            prop_assert_eq!(asked.handle_due(&computer, now), None);
        }

        #[test]
        fn ga_33_an_edit_keeps_what_it_must(
            (invite, edit, now) in live_invite().prop_flat_map(|invite| {
                let window = invite.window;
                (Just(invite), window_edit(window), moment(window))
            }),
        ) {
            let Ok(window) = edit.apply(invite.window, "/window", now) else { return Ok(()) };
            let Ok(step) = invite.edit(Edit { window: Some(window), permissions: None }, now)
            else {
                return Ok(());
            };
            let moved = window != invite.window;
            prop_assert_eq!(step.next.version, invite.version + u32::from(moved));
            let mails = step.effects.iter().filter(|effect| matches!(effect, InviteEffect::Mail(_)));
            prop_assert_eq!(mails.count(), usize::from(moved));
            if invite.used_at.is_some() {
                prop_assert_eq!(window.start(), invite.window.start());
            }
            prop_assert!(is_sound(&step.next));
        }
    }

    fn is_sound(invite: &Invite) -> bool {
        let costs = invite.kind == Kind::Outside;
        let credit = match invite.credit {
            Credit::Free => !costs,
            Credit::Debited => costs,
            Credit::Refunded => costs && !invite.is_live(),
        };
        let oneself = (invite.guest == invite.sender.email) == (invite.kind == Kind::Oneself);
        let void = matches!(invite.life, Life::Void { .. });
        credit && oneself && invite.version > 0 && !(void && invite.used_at.is_some())
    }
}
