use super::fixtures::{
    at, ended, guest_mails, heard_at, invite, login, made, new, paris, used, window,
};
use super::*;

#[test]
fn ga_10_an_invite_starts_live_and_is_mailed() {
    let step = Invite::make(new(Kind::Outside, window("10:00", "12:00")), at("08:00"));
    let invite = step.next;
    assert_eq!((invite.life, invite.used_at, invite.kept_out), (Life::Live, None, false));
    assert_eq!((invite.link, invite.version, invite.created_at), (0, 1, at("08:00")));
    let queued =
        MailNote { id: MailId::from_bits(8), state: MailState::Queued, detail: None, told: false };
    assert_eq!(invite.mail, queued);
    let mail = MailIntent::Guest { invite: invite.id, news: GuestNews::Invited { sequence: 1 } };
    let expected = [InviteEffect::Mail(mail), InviteEffect::Tell(InviteNews::Created)];
    assert_eq!(step.effects, expected);
}

#[test]
fn ga_18_the_host_login_is_remembered() {
    assert_eq!(invite(Kind::Team).host_login, Some(login("kiosk")));
}

#[test]
fn cr_10_only_outside_invites_cost() {
    let credit = |kind| invite(kind).credit;
    let credits = [Kind::Outside, Kind::Team, Kind::Oneself].map(credit);
    assert_eq!(credits, [Credit::Debited, Credit::Free, Credit::Free]);
}

#[test]
fn ga_37_a_reminder_comes_15_minutes_before_the_start() {
    let tenth = window("10:00", "12:00");
    let (reminded, opened) = (Some(InviteNews::Reminded), Some(InviteNews::Opened));
    let early = made(Kind::Outside, tenth, "09:40");
    check_told(&early, &[("09:44:59.999999", None), ("09:45", reminded), ("10:00", opened)]);
    let just_in_time = made(Kind::Outside, tenth, "09:45");
    check_told(&just_in_time, &[("09:45", reminded), ("09:50", None), ("10:00", opened)]);
    for short in ["09:45:00.000001", "09:46", "09:59"] {
        let late = made(Kind::Outside, tenth, short);
        check_told(&late, &[(short, None), ("09:59:59", None), ("10:00", opened)]);
    }
    for open in ["10:00", "11:00"] {
        let late = made(Kind::Outside, tenth, open);
        check_told(&late, &[(open, None), ("11:59", None)]);
    }
}

#[test]
fn ga_37_a_late_reminder_is_sent_up_to_the_start() {
    let (reminded, opened) = (Some(InviteNews::Reminded), Some(InviteNews::Opened));
    let invite = invite(Kind::Outside);
    check_told(&invite, &[("09:59:59.999999", reminded), ("10:00", opened)]);
    check_told(&invite, &[("10:00", opened), ("10:01", None)]);
    check_told(&invite, &[("11:00", opened), ("11:01", None)]);
    check_told(&invite, &[("12:00", Some(InviteNews::Expired)), ("12:01", None)]);
}

#[test]
fn ga_37_the_reminder_is_a_mail_to_the_guest() {
    let step = invite(Kind::Outside).handle_due(&heard_at("09:45"), at("09:45")).unwrap();
    assert_eq!(guest_mails(&step.effects), [GuestNews::Reminder]);
    assert_eq!(step.next.version, 1, "people changed nothing");
    assert_eq!(step.next.reminded_at, Some(at("09:45")));
    let later = moved(&step.next, window("11:00", "12:00"), "09:50");
    assert_eq!(later.reminded_at, None, "another one comes");
    let longer = moved(&step.next, window("10:00", "13:00"), "09:50");
    assert_eq!(longer.reminded_at, Some(at("09:45")));
}

#[test]
fn ga_37_a_guest_who_is_kept_out_is_reminded_only_once_readmitted() {
    let (reminded, opened) = (Some(InviteNews::Reminded), Some(InviteNews::Opened));
    let out = invite(Kind::Outside).kick(true).unwrap().next;
    assert_eq!(out.due(), Some(at("10:00")));
    check_told(&out, &[("09:45", None), ("09:59", None), ("10:00", opened)]);
    let back = out.readmit().unwrap().next;
    check_told(&back, &[("09:44", None), ("09:45", reminded), ("10:00", opened)]);
    check_told(&back, &[("09:55", reminded), ("10:00", opened)]);
    check_told(&back, &[("10:05", opened), ("10:06", None)]);
}

#[test]
fn ga_37_moving_the_start_arms_the_reminder_again() {
    let (reminded, opened) = (Some(InviteNews::Reminded), Some(InviteNews::Opened));
    let told = Invite { heralded: Heralded::Reminder, ..invite(Kind::Outside) };
    let later = moved(&told, window("11:00", "12:00"), "09:50");
    check_told(&later, &[("10:00", None), ("10:45", reminded), ("11:00", opened)]);
    let near = moved(&told, window("10:01", "12:00"), "09:50");
    check_told(&near, &[("09:50", None), ("10:00", None), ("10:01", opened)]);
    let open = Invite { heralded: Heralded::Opening, ..invite(Kind::Outside) };
    let later = moved(&open, window("11:00", "12:00"), "10:10");
    check_told(&later, &[("10:10", None), ("10:45", reminded), ("11:00", opened)]);
    let past = moved(&told, window("09:00", "12:00"), "09:50");
    check_told(&past, &[("09:50", None), ("11:59", None)]);
}

#[test]
fn ga_37_moving_the_end_or_the_zone_does_not_arm_it_again() {
    let told = Invite { heralded: Heralded::Reminder, ..invite(Kind::Outside) };
    for window in [window("10:00", "13:00"), told.window.retell(paris())] {
        let moved = moved(&told, window, "09:40");
        check_told(&moved, &[("09:50", None), ("10:00", Some(InviteNews::Opened))]);
    }
}

#[test]
fn ga_30_an_invite_expires_at_exactly_its_end() {
    for invite in [invite(Kind::Outside), used(Kind::Outside), invite(Kind::Team)] {
        let open =
            invite.handle_due(&heard_at("11:59:59.999999"), at("11:59:59.999999")).unwrap().next;
        assert_eq!((open.is_live(), open.due()), (true, Some(at("12:00"))));
        assert_eq!(open.handle_due(&heard_at("11:59:59.999999"), at("11:59:59.999999")), None);
        let step = open.handle_due(&heard_at("11:59"), at("12:00")).unwrap();
        assert_eq!(step.next.life, Life::Expired { at: at("12:00") });
        assert_eq!(step.effects[0], InviteEffect::EndSession(SessionEndReason::WindowEnded));
        assert_eq!(step.effects.last(), Some(&InviteEffect::Tell(InviteNews::Expired)));
        assert_eq!(guest_mails(&step.effects), []);
    }
}

#[test]
fn ga_30_an_end_that_was_slept_through_is_kept_with_the_time_it_was_seen() {
    let step = invite(Kind::Outside).handle_due(&heard_at("18:00"), at("18:00")).unwrap();
    assert_eq!(step.next.life, Life::Expired { at: at("18:00") });
    assert_eq!(step.next.due(), None);
}

#[test]
fn ga_30_nothing_is_due_once_ended() {
    for kind in [Kind::Outside, Kind::Team, Kind::Oneself] {
        for ended in ended(kind) {
            assert_eq!(
                (ended.due(), ended.handle_due(&heard_at("18:00"), at("18:00"))),
                (None, None)
            );
        }
    }
}

#[test]
fn ga_43_an_invite_for_oneself_reminds_and_does_not_expire() {
    let reminded = Some(InviteNews::Reminded);
    check_told(&invite(Kind::Oneself), &[("09:45", reminded), ("10:00", None), ("18:00", None)]);
    // Started already when the clock is asked: nothing is told, and nothing stays due.
    let step = invite(Kind::Oneself).handle_due(&heard_at("10:30"), at("10:30")).unwrap();
    assert_eq!((step.effects, step.next.due()), (vec![], None));
    assert_eq!(made(Kind::Oneself, window("10:00", "12:00"), "11:00").due(), None);
    assert_eq!(invite(Kind::Oneself).closes_at(), None);
}

#[test]
fn ga_35_the_first_use_counts() {
    let step = invite(Kind::Outside).use_now(at("10:05")).unwrap();
    assert_eq!(step.next, used(Kind::Outside));
    assert_eq!(step.effects, [InviteEffect::Tell(InviteNews::Used)]);
    assert_eq!(step.next.use_now(at("11:00")), None);
    for ended in ended(Kind::Outside) {
        assert_eq!(ended.use_now(at("10:05")), None);
    }
}

#[test]
fn ga_47_the_phase_follows_the_clock() {
    check_phase(&invite(Kind::Outside), "09:59:59.999999", Phase::Scheduled);
    check_phase(&invite(Kind::Outside), "10:00", Phase::Open);
    check_phase(&invite(Kind::Outside), "11:59:59.999999", Phase::Open);
    check_phase(&invite(Kind::Oneself), "08:00", Phase::Open);
    check_phase(&invite(Kind::Oneself), "18:00", Phase::Open);
    assert_eq!(invite(Kind::Outside).phase(true, at("10:00")), Phase::Connected);
    let [expired, cancelled, rights_lost, removed, changed] = ended(Kind::Outside);
    check_phase(&expired, "10:00", Phase::Expired);
    check_phase(&cancelled, "10:00", Phase::Cancelled);
    check_phase(&rights_lost, "10:00", Phase::Cancelled);
    check_phase(&removed, "10:00", Phase::Void);
    check_phase(&changed, "10:00", Phase::Void);
    assert_eq!(changed.phase(true, at("10:00")), Phase::Void);
}

#[test]
fn names_and_ranks_read_back() {
    for kind in [Kind::Outside, Kind::Team, Kind::Oneself] {
        assert_eq!(Kind::named(kind.name()), Some(kind));
    }
    for credit in [Credit::Free, Credit::Debited, Credit::Refunded] {
        assert_eq!(Credit::named(credit.name()), Some(credit));
    }
    for phase in Phase::ALL {
        assert_eq!(Phase::named(phase.name()), Some(phase));
    }
    for (rank, heralded) in [
        (0, Heralded::Nothing),
        (1, Heralded::Hour),
        (2, Heralded::Reminder),
        (3, Heralded::Opening),
    ] {
        assert_eq!((heralded.rank(), Heralded::ranked(rank)), (rank, Some(heralded)));
    }
    assert_eq!((Kind::named("Team"), Credit::named(""), Phase::named("live")), (None, None, None));
    assert_eq!(Heralded::ranked(4), None);
}

/// Asks the clock at each time and checks what those who follow events are told.
#[track_caller]
fn check_told(invite: &Invite, calls: &[(&str, Option<InviteNews>)]) {
    let mut invite = invite.clone();
    for (time, expected) in calls {
        let step = invite.handle_due(&heard_at(time), at(time));
        let told = step.iter().flat_map(|step| &step.effects).find_map(|effect| match effect {
            InviteEffect::Tell(news) => Some(*news),
            InviteEffect::Mail(_)
            | InviteEffect::EndSession(_)
            | InviteEffect::RetimeSession
            | InviteEffect::Refund(_) => None,
        });
        assert_eq!(told, *expected, "at {time}");
        let mails = step.iter().flat_map(|step| guest_mails(&step.effects)).count();
        assert_eq!(mails, usize::from(told == Some(InviteNews::Reminded)), "at {time}");
        invite = step.map_or(invite, |step| step.next);
        assert!(invite.due().is_none_or(|due| due > at(time)), "still due at {time}");
    }
}

#[track_caller]
fn check_phase(invite: &Invite, now: &str, expected: Phase) {
    assert_eq!(invite.phase(false, at(now)), expected, "{:?} at {now}", invite.life);
}

fn moved(invite: &Invite, window: Window, now: &str) -> Invite {
    let edit = Edit { window: Some(window), permissions: None };
    invite.edit(edit, at(now)).unwrap().next
}
