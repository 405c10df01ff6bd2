use End::{Cancel, ChangeLogin, Expire, LoseComputer};
use Heard::{Silent, Told};
use Seen::{Remembered, Unchanged, Voided};

use super::*;
use crate::invite::fixtures::{
    at, ended, guest_mails, invite, login, refunds, sender_mails, team_computer, used,
};
use crate::{Edit, Kind, MailNote, Note, TimeRequest};

#[test]
fn ga_32_the_guest_is_told_unless_no_mail_can_have_reached_them() {
    use MailState::{Queued, Retrying, Sending, Sent, Undeliverable, Withdrawn};
    // What was never tried, or tried in vain, is withdrawn.
    check_cancel(Queued, false, Silent(Withdrawn));
    check_cancel(Retrying, false, Silent(Withdrawn));
    check_cancel(Withdrawn, false, Silent(Withdrawn));
    // What was refused for good stays visible as such.
    check_cancel(Undeliverable, false, Silent(Undeliverable));
    // What is out, or may be, is answered by a mail.
    check_cancel(Sending, false, Told);
    check_cancel(Sent, false, Told);
    for state in MailState::ALL {
        check_cancel(state, true, Told);
    }
}

#[test]
fn ga_32_a_mail_that_arrives_after_cancelling_is_taken_back() {
    let live = invite(Kind::Outside).reached().unwrap();
    assert_eq!((live.next.mail.told, live.effects), (true, vec![]));
    assert_eq!(live.next.reached(), None);
    let silent = cancel(&invite(Kind::Outside), CancelReason::Asked).unwrap().next;
    let late = silent.reached().unwrap();
    assert_eq!(guest_mails(&late.effects), [GuestNews::Cancelled { sequence: silent.version }]);
    assert_eq!(late.next.reached(), None);
    // Cancelling has told the guest already.
    let mut under_way = invite(Kind::Outside);
    under_way.mail.state = MailState::Sending;
    assert_eq!(cancel(&under_way, CancelReason::Asked).unwrap().next.reached(), None);
}

#[test]
fn ga_32_cancelling_ends_the_session() {
    let ends = [
        (CancelReason::Asked, SessionEndReason::Cancelled),
        (CancelReason::RightsLost, SessionEndReason::RightsLost),
        (CancelReason::UserRevoked, SessionEndReason::RightsLost),
        (CancelReason::ComputerRemoved, SessionEndReason::ComputerRemoved),
    ];
    for (reason, session) in ends {
        let step = cancel(&used(Kind::Team), reason).unwrap();
        assert_eq!(step.next.life, Life::Cancelled { at: at("11:00"), reason });
        assert_eq!(step.effects[0], InviteEffect::EndSession(session));
        assert_eq!(step.effects.last(), Some(&InviteEffect::Tell(InviteNews::Cancelled)));
    }
}

#[test]
fn ga_48_an_end_answers_the_wish_for_more_time() {
    let request = TimeRequest { minutes: 30, note: Note::parse("").unwrap() };
    let asking = invite(Kind::Outside).request_time(request, at("11:00")).unwrap().next;
    assert!(asking.time_asked.is_some());
    assert_eq!(cancel(&asking, CancelReason::Asked).unwrap().next.time_asked, None);
}

#[test]
fn cr_11_a_credit_comes_back_when_unused() {
    use RefundPolicy::{UnusedOnly, UsedToo};
    let (unused, used) = (invite(Kind::Outside), used(Kind::Outside));
    for policy in [UnusedOnly, UsedToo] {
        check_refund(&unused, policy, Cancel, Some(RefundReason::Cancelled));
        check_refund(&unused, policy, Expire, Some(RefundReason::Unused));
        check_refund(&unused, policy, LoseComputer, Some(RefundReason::Void));
        check_refund(&unused, policy, ChangeLogin, Some(RefundReason::Void));
        check_refund(&used, policy, Expire, None);
    }
    // After use the setting decides, for cancelling alone.
    check_refund(&used, UnusedOnly, Cancel, None);
    check_refund(&used, UnusedOnly, LoseComputer, None);
    check_refund(&used, UsedToo, Cancel, Some(RefundReason::Cancelled));
    check_refund(&used, UsedToo, LoseComputer, Some(RefundReason::Cancelled));
}

#[test]
fn cr_11_what_cost_nothing_gives_nothing_back() {
    for kind in [Kind::Team, Kind::Oneself] {
        for policy in [RefundPolicy::UnusedOnly, RefundPolicy::UsedToo] {
            for end in [Cancel, Expire, LoseComputer] {
                check_refund(&invite(kind), policy, end, None);
                check_refund(&used(kind), policy, end, None);
            }
            check_refund(&invite(kind), policy, ChangeLogin, None);
        }
    }
}

#[test]
fn cr_11_a_credit_comes_back_once() {
    for ended in ended(Kind::Outside) {
        for policy in [RefundPolicy::UnusedOnly, RefundPolicy::UsedToo] {
            for how in [Cancel, LoseComputer, ChangeLogin] {
                assert_eq!(end(&ended, policy, how), None, "{:?}", ended.life);
            }
        }
    }
}

#[test]
fn ga_30_terminal_states_are_terminal() {
    for invite in ended(Kind::Outside) {
        let (_, reason) = invite.life.ended().unwrap();
        let refusal = invite.require_live().unwrap_err();
        assert_eq!((refusal.code(), refusal.kind()), ("invite_ended", RefusalKind::Conflict));
        assert_eq!(refusal.facts(), [("reason", Fact::Text(reason.to_owned()))]);
        assert_eq!(cancel(&invite, CancelReason::Asked), Err(refusal));
        assert_eq!(invite.new_link(), Err(refusal));
        assert_eq!(invite.readmit(), Err(refusal));
        assert_eq!(invite.kick(true), Err(refusal));
        assert!(invite.edit(Edit::default(), at("11:00")).is_err());
        let request = TimeRequest { minutes: 30, note: Note::parse("").unwrap() };
        assert!(invite.request_time(request, at("11:00")).is_err());
        assert_eq!(invite.handle_due(&team_computer(), at("13:00")), None);
        assert_eq!(invite.use_now(at("11:00")), None);
    }
}

#[test]
fn ga_31_an_unused_invite_is_void_when_the_host_login_changes() {
    check_login(&invite(Kind::Outside), &known("kiosk"), Unchanged);
    check_login(&invite(Kind::Outside), &HostLoginState::Unknown, Unchanged);
    check_login(&invite(Kind::Outside), &known("ada"), Voided);
    check_login(&invite(Kind::Outside), &known("Kiosk"), Voided);
    check_login(&invite(Kind::Outside), &HostLoginState::Nobody, Voided);
    check_login(&invite(Kind::Team), &HostLoginState::Nobody, Voided);
    check_login(&invite(Kind::Oneself), &HostLoginState::Nobody, Voided);
    for state in [known("kiosk"), known("ada"), HostLoginState::Nobody, HostLoginState::Unknown] {
        check_login(&used(Kind::Outside), &state, Unchanged);
        for ended in ended(Kind::Outside) {
            check_login(&ended, &state, Unchanged);
        }
    }
}

#[test]
fn ga_18_the_first_login_seen_is_remembered() {
    for invite in [invite(Kind::Outside), used(Kind::Outside)] {
        let strange = Invite { host_login: None, ..invite };
        check_login(&strange, &HostLoginState::Unknown, Unchanged);
        check_login(&strange, &HostLoginState::Nobody, Unchanged);
        check_login(&strange, &known("ada"), Remembered("ada"));
    }
    for ended in ended(Kind::Outside) {
        check_login(&Invite { host_login: None, ..ended }, &known("ada"), Unchanged);
    }
}

#[test]
fn ga_31_sender_and_guest_are_told_of_a_void_invite() {
    let told = |invite: &Invite, seen: &HostLoginState| {
        let step = invite.see_login(seen, at("11:00")).unwrap();
        let sender = sender_mails(&step.effects).pop();
        assert_eq!(step.effects[0], InviteEffect::EndSession(SessionEndReason::Cancelled));
        assert_eq!(step.effects.last(), Some(&InviteEffect::Tell(InviteNews::Voided)));
        (sender.unwrap(), guest_mails(&step.effects), step.next.mail.state)
    };
    let void = |cause, refunded| SenderNews::Void { cause, refunded };
    let unsent = (void(VoidCause::LoggedOut, true), vec![], MailState::Withdrawn);
    assert_eq!(told(&invite(Kind::Outside), &HostLoginState::Nobody), unsent);
    let sent = mailed(invite(Kind::Team), MailState::Sent, true);
    let cancelled = vec![GuestNews::Cancelled { sequence: 2 }];
    let expected = (void(VoidCause::OtherLogin, false), cancelled, MailState::Sent);
    assert_eq!(told(&sent, &known("ada")), expected);
}

#[test]
fn ga_7_a_removed_computer_voids_what_is_unused_and_cancels_what_is_used() {
    let lose = |invite: &Invite| invite.lose_computer(RefundPolicy::UnusedOnly, at("11:00"));
    for kind in [Kind::Outside, Kind::Team, Kind::Oneself] {
        let step = lose(&invite(kind)).unwrap();
        let reason = VoidReason::ComputerRemoved;
        assert_eq!(step.next.life, Life::Void { at: at("11:00"), reason });
        let session = InviteEffect::EndSession(SessionEndReason::ComputerRemoved);
        assert_eq!(step.effects[0], session);
        let step = lose(&used(kind)).unwrap();
        let reason = CancelReason::ComputerRemoved;
        assert_eq!(step.next.life, Life::Cancelled { at: at("11:00"), reason });
        assert_eq!(step.effects[0], session);
        for ended in ended(kind) {
            assert_eq!(lose(&ended), None);
            assert_eq!(lose(&Invite { used_at: Some(at("10:05")), ..ended }), None);
        }
    }
}

#[test]
fn lives_read_back_from_their_names() {
    let now = at("11:00");
    let mut lives = vec![Life::Live, Life::Expired { at: now }];
    lives.extend(CancelReason::ALL.map(|reason| Life::Cancelled { at: now, reason }));
    for reason in [VoidReason::HostLoginChanged, VoidReason::ComputerRemoved] {
        lives.push(Life::Void { at: now, reason });
    }
    for life in lives {
        assert_eq!(Life::named(life.name(), life.ended()), Some(life));
    }
    for (state, ended) in [
        ("live", Some((now, "cancelled"))),
        ("expired", None),
        ("expired", Some((now, "cancelled"))),
        ("cancelled", Some((now, "host_login_changed"))),
        ("void", Some((now, "rights_lost"))),
        ("over", None),
    ] {
        assert_eq!(Life::named(state, ended), None, "{state}");
    }
}

/// What the guest hears of an end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Heard {
    /// A mail that it was withdrawn.
    Told,
    /// Nothing; the mail before it is left in this state.
    Silent(MailState),
}

/// The ways to end.
#[derive(Clone, Copy, Debug)]
enum End {
    Cancel,
    Expire,
    LoseComputer,
    ChangeLogin,
}

/// What seeing a login does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Seen {
    Unchanged,
    Remembered(&'static str),
    Voided,
}

#[track_caller]
fn check_cancel(state: MailState, told: bool, expected: Heard) {
    let step = cancel(&mailed(invite(Kind::Outside), state, told), CancelReason::Asked).unwrap();
    let heard = match guest_mails(&step.effects).as_slice() {
        [] => Silent(step.next.mail.state),
        [GuestNews::Cancelled { sequence: 2 }] if step.next.mail.state == state => Told,
        other => panic!("{other:?} and {:?}", step.next.mail),
    };
    assert_eq!(heard, expected, "{state:?}, told: {told}");
}

#[track_caller]
fn check_refund(invite: &Invite, policy: RefundPolicy, how: End, expected: Option<RefundReason>) {
    let step = end(invite, policy, how).unwrap();
    assert_eq!(refunds(&step.effects), Vec::from_iter(expected));
    let credit = if expected.is_some() { Credit::Refunded } else { invite.credit };
    assert_eq!((step.next.credit, step.next.version), (credit, invite.version + 1));
}

#[track_caller]
fn check_login(invite: &Invite, state: &HostLoginState, expected: Seen) {
    let seen = match invite.see_login(state, at("11:00")) {
        None => Unchanged,
        Some(step) if step.next.is_live() => {
            let Remembered(name) = expected else { panic!("{step:?}") };
            // Nothing else changes, not even the version.
            let next = Invite { host_login: Some(login(name)), ..invite.clone() };
            assert_eq!(step, Step::quiet(next));
            expected
        }
        Some(step) => {
            let reason = VoidReason::HostLoginChanged;
            assert_eq!(step.next.life, Life::Void { at: at("11:00"), reason });
            Voided
        }
    };
    assert_eq!(seen, expected);
}

fn end(invite: &Invite, policy: RefundPolicy, how: End) -> Option<Step<Invite, InviteEffect>> {
    match how {
        Cancel => invite.cancel(CancelReason::Asked, policy, at("11:00")).ok(),
        Expire => Some(invite.expire(&team_computer(), at("12:00"))),
        LoseComputer => invite.lose_computer(policy, at("11:00")),
        ChangeLogin => invite.see_login(&HostLoginState::Nobody, at("11:00")),
    }
}

fn cancel(
    invite: &Invite,
    reason: CancelReason,
) -> Result<Step<Invite, InviteEffect>, EndedRefusal> {
    invite.cancel(reason, RefundPolicy::UnusedOnly, at("11:00"))
}

fn mailed(invite: Invite, state: MailState, told: bool) -> Invite {
    let mail = MailNote { state, told, ..invite.mail.clone() };
    Invite { mail, ..invite }
}

fn known(name: &str) -> HostLoginState {
    HostLoginState::Known(login(name))
}
