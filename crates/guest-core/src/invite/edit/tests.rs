use super::*;
use crate::Fact;
use crate::invite::fixtures::{at, ended, guest_mails, invite, paris, used, window};
use crate::{Kind, Note, Peripheral, TimeAsked};

#[test]
fn ga_33_the_end_moves_while_live_to_any_time_after_now() {
    for invite in [invite(Kind::Outside), used(Kind::Team)] {
        check(&invite, window("10:00", "13:00"), "11:00", Ok(()));
        check(&invite, window("10:00", "11:01"), "11:00", Ok(()));
        check(&invite, window("10:00", "11:00"), "10:59:59.999999", Ok(()));
        check(&invite, window("10:00", "11:00"), "11:00", Err(&in_past("11:00")));
        check(&invite, window("10:00", "10:30"), "11:00", Err(&in_past("11:00")));
    }
}

#[test]
fn ga_33_the_start_moves_until_the_invite_is_used() {
    let new = invite(Kind::Outside);
    check(&new, window("09:00", "12:00"), "08:00", Ok(()));
    check(&new, window("11:00", "13:00"), "08:00", Ok(()));
    check(&new, window("11:00", "13:00"), "10:30", Ok(()));
    check(&new, window("09:00", "12:00"), "10:30", Ok(()));
    let used = used(Kind::Outside);
    check(&used, window("11:00", "12:00"), "10:30", Err(&EditRefusal::StartLocked));
    check(&used, window("10:00:00.000001", "12:00"), "10:30", Err(&EditRefusal::StartLocked));
    check(&used, window("11:00", "12:00").retell(paris()), "10:30", Err(&EditRefusal::StartLocked));
    // The lock is named even where the end is wrong as well.
    check(&used, window("09:00", "10:20"), "10:30", Err(&EditRefusal::StartLocked));
}

#[test]
fn ga_33_a_start_is_at_most_366_days_ahead() {
    let (new, day) = (invite(Kind::Outside), TimeDelta::days(1));
    let ahead =
        |time: TimeDelta| Window::new(at("10:00") + time, at("11:00") + time, Zone::UTC).unwrap();
    check(&new, ahead(day * 366), "10:00", Ok(()));
    let latest = at("10:00") + day * 366;
    let too_far = EditRefusal::Window(WindowRefusal::TooFar { latest });
    check(&new, ahead(day * 366 + TimeDelta::microseconds(1)), "10:00", Err(&too_far));
    // The clock was set back by a year since: an end is still free to move.
    let told = Invite { window: ahead(day * 366), ..new };
    let later = Window::new(told.window.start(), told.window.end() + day, Zone::UTC).unwrap();
    let now = at("10:00") - day;
    assert!(told.edit(Edit { window: Some(later), permissions: None }, now).is_ok());
}

#[test]
fn ga_33_the_zone_alone_changes_how_times_are_told() {
    for invite in [invite(Kind::Outside), used(Kind::Outside)] {
        let told = invite.window.retell(paris());
        check(&invite, told, "11:00", Ok(()));
        let step = invite.edit(Edit { window: Some(told), permissions: None }, at("11:00"));
        let expected = GuestNews::WindowChanged { old: invite.window, new: told, sequence: 2 };
        assert_eq!(guest_mails(&step.unwrap().effects), [expected]);
        check(&invite, told, "12:00", Err(&in_past("12:00")));
    }
}

#[test]
fn ga_33_every_change_sends_one_mail_with_the_old_and_the_new_window() {
    let edit = Edit { window: Some(window("10:30", "13:00")), permissions: Some(keyboard()) };
    let old = invite(Kind::Outside);
    let step = old.edit(edit, at("09:00")).unwrap();
    let new = window("10:30", "13:00");
    assert_eq!((step.next.window, step.next.permissions, step.next.version), (new, keyboard(), 2));
    let mail = old.mail_guest(GuestNews::WindowChanged { old: old.window, new, sequence: 2 });
    let expected = [mail, InviteEffect::RetimeSession, InviteEffect::Tell(InviteNews::Updated)];
    assert_eq!(step.effects, expected);
}

#[test]
fn ga_33_an_edit_that_changes_nothing_does_nothing() {
    for invite in [invite(Kind::Outside), used(Kind::Outside), invite(Kind::Oneself)] {
        let same = Edit { window: Some(invite.window), permissions: Some(invite.permissions) };
        for edit in [Edit::default(), same] {
            // Even where the same window could not be chosen any more.
            for now in ["09:00", "11:00", "13:00"] {
                assert_eq!(invite.edit(edit, at(now)), Ok(Step::quiet(invite.clone())));
            }
        }
    }
}

#[test]
fn ga_33_a_window_without_effect_can_be_moved_at_any_time_but_not_to_the_past() {
    let oneself = invite(Kind::Oneself);
    check(&oneself, window("11:00", "12:00"), "18:00", Ok(()));
    check(&oneself, oneself.window.retell(paris()), "18:00", Ok(()));
    check(&oneself, window("10:00", "13:00"), "18:00", Err(&in_past("18:00")));
}

#[test]
fn ga_33_an_ended_invite_stays_ended() {
    for invite in ended(Kind::Outside) {
        let refusal = invite.require_live().unwrap_err();
        check(&invite, window("10:00", "13:00"), "09:00", Err(&EditRefusal::Ended(refusal)));
        let none = invite.edit(Edit::default(), at("09:00"));
        assert_eq!(none, Err(EditRefusal::Ended(refusal)));
    }
}

#[test]
fn ga_33_parts_of_a_window_change_alone() {
    let old = Window::parse("2026-12-01T09:00", "2026-12-01T17:00", "Europe/Paris", "").unwrap();
    let none = WindowEdit::default();
    let time = |text| Some(LocalTime::parse(text).unwrap());
    check_apply(none, old, Ok(old));
    let start = WindowEdit { start: time("2026-12-01T10:00"), ..none };
    check_apply(start, old, Ok(parsed("2026-12-01T10:00", "2026-12-01T17:00")));
    let end = WindowEdit { end: time("2026-12-02T08:00"), ..none };
    check_apply(end, old, Ok(parsed("2026-12-01T09:00", "2026-12-02T08:00")));
    // The zone alone keeps both instants; with a part, that part is told in the new zone.
    let zone = WindowEdit { zone: Some(Zone::UTC), ..none };
    check_apply(zone, old, Ok(old.retell(Zone::UTC)));
    let both = WindowEdit { end: time("2026-12-01T17:00"), ..zone };
    check_apply(both, old, Ok(Window::new(old.start(), at("17:00"), Zone::UTC).unwrap()));
    let same =
        WindowEdit { start: time("2026-12-01T09:00"), end: time("2026-12-01T17:00"), ..none };
    check_apply(same, old, Ok(old));
}

#[test]
fn ga_33_what_is_wrong_with_parts_is_told_at_once() {
    let old = parsed("2026-03-28T09:00", "2026-03-28T17:00");
    let none = WindowEdit::default();
    let time = |text| Some(LocalTime::parse(text).unwrap());
    let skipped = time("2026-03-29T02:30");
    let both = WindowEdit { start: skipped, end: skipped, ..none };
    check_apply(both, old, Err(&[("/w/start", "time_skipped"), ("/w/end", "time_skipped")]));
    let reversed = WindowEdit { end: time("2026-03-28T09:00"), ..none };
    check_apply(reversed, old, Err(&[("/w", "window_reversed")]));
    let now = old.start();
    let passed = reversed.apply(old, "/w", now).unwrap_err();
    assert_eq!(passed, [InputError::at("/w/end", &WindowRefusal::InPast { now })]);
    let later = WindowEdit { start: time("2026-03-28T18:00"), ..none };
    let ahead = later.apply(old, "/w", now).unwrap_err();
    assert_eq!(ahead, [InputError::at("/w", &WindowRefusal::Reversed)]);
    let long = WindowEdit { end: time("2026-04-02T09:01"), ..none };
    check_apply(long, old, Err(&[("/w", "window_too_long")]));
    let offset = WindowEdit { end: time("2026-03-28T17:00+05:00"), ..none };
    check_apply(offset, old, Err(&[("/w/end", "offset_impossible")]));
}

#[test]
fn ga_33_parts_meet_a_change_of_the_clock() {
    let none = WindowEdit::default();
    let time = |text| Some(LocalTime::parse(text).unwrap());
    let old = parsed("2026-10-24T09:00", "2026-10-24T17:00");
    // 02:30 comes twice on the 25th: the earlier for a start, the later for an end.
    let start =
        WindowEdit { start: time("2026-10-25T02:30"), end: time("2026-10-25T02:30"), ..none };
    let moved = start.apply(old, "", BEFORE).unwrap();
    assert_eq!(moved.end() - moved.start(), TimeDelta::hours(1));
    // Five calendar days over the change are 121 hours, and stay so when told elsewhere.
    let end = WindowEdit { end: time("2026-10-29T09:00"), ..none };
    let long = end.apply(old, "", BEFORE).unwrap();
    assert_eq!(long.end() - long.start(), TimeDelta::hours(121));
    let elsewhere = WindowEdit { zone: Some(Zone::UTC), ..none };
    check_apply(elsewhere, long, Ok(long.retell(Zone::UTC)));
}

#[test]
fn ga_34_permissions_change_without_a_mail_and_without_ending_the_session() {
    for invite in [invite(Kind::Outside), used(Kind::Outside)] {
        let edit = Edit { window: None, permissions: Some(keyboard()) };
        // Nothing of the window is judged.
        let step = invite.edit(edit, at("18:00")).unwrap();
        assert_eq!(step.next.permissions, keyboard());
        assert_eq!(step.next.version, invite.version + 1);
        assert_eq!(step.effects, [InviteEffect::Tell(InviteNews::Updated)]);
    }
}

#[test]
fn ga_34_applying_now_ends_the_session() {
    let end = InviteEffect::EndSession(SessionEndReason::PermissionsChanged);
    assert_eq!(invite(Kind::Outside).apply_permissions(), Ok(end));
    for invite in ended(Kind::Outside) {
        assert_eq!(invite.apply_permissions(), Err(invite.require_live().unwrap_err()));
    }
}

#[test]
fn ga_19_a_new_link_replaces_the_one_before_and_is_not_mailed() {
    let step = invite(Kind::Outside).new_link().unwrap();
    assert_eq!((step.next.link, step.next.version), (1, 2));
    assert_eq!(step.effects, [InviteEffect::Tell(InviteNews::Updated)]);
    assert_eq!(step.next.new_link().unwrap().next.link, 2);
    let again = step.next.resend().unwrap();
    assert_eq!(guest_mails(&[again]), [GuestNews::Invited { sequence: 2 }]);
    for invite in ended(Kind::Outside) {
        let refusal = invite.require_live().unwrap_err();
        assert_eq!(invite.new_link(), Err(refusal));
        assert_eq!(invite.resend(), Err(refusal));
    }
}

#[test]
fn ga_45_a_kick_ends_the_session_and_changes_nothing() {
    for invite in ended(Kind::Outside).into_iter().chain([invite(Kind::Outside)]) {
        let step = invite.kick(false).unwrap();
        assert_eq!(step, Step::to(invite, [kicked()]));
    }
}

#[test]
fn ga_45_keeping_out_lasts_until_readmitted() {
    let step = invite(Kind::Outside).kick(true).unwrap();
    assert_eq!((step.next.kept_out, step.next.version), (true, 2));
    assert_eq!(step.effects, [kicked(), InviteEffect::Tell(InviteNews::Updated)]);
    let out = step.next;
    for keep_out in [false, true] {
        assert_eq!(out.kick(keep_out), Ok(Step::to(out.clone(), [kicked()])), "still kept out");
    }
    let back = out.readmit().unwrap();
    assert_eq!((back.next.kept_out, back.next.version), (false, 3));
    assert_eq!(back.effects, [InviteEffect::Tell(InviteNews::Updated)]);
    assert_eq!(back.next.readmit(), Ok(Step::quiet(back.next.clone())));
}

#[test]
fn ga_45_nobody_is_kept_out_of_or_readmitted_to_an_ended_invite() {
    for invite in ended(Kind::Outside) {
        let refusal = invite.require_live().unwrap_err();
        assert_eq!(invite.kick(true), Err(refusal));
        assert_eq!(invite.readmit(), Err(refusal));
    }
}

#[test]
fn ga_48_a_later_end_answers_the_wish_for_more_time() {
    let note = Note::parse("").unwrap();
    let asked = TimeAsked { at: at("11:50"), minutes: 30, note };
    let invite = Invite { time_asked: Some(asked.clone()), ..invite(Kind::Outside) };
    let after = |edit| invite.edit(edit, at("11:55")).unwrap().next.time_asked;
    let moved = |window| Edit { window: Some(window), permissions: None };
    assert_eq!(after(moved(window("10:00", "12:05"))), None);
    assert_eq!(after(moved(window("10:00", "11:58"))), Some(asked.clone()));
    assert_eq!(after(moved(window("11:00", "12:00"))), Some(asked.clone()));
    assert_eq!(after(moved(invite.window.retell(paris()))), Some(asked.clone()));
    assert_eq!(after(Edit { window: None, permissions: Some(keyboard()) }), Some(asked));
}

#[test]
fn refusals_have_codes_kinds_and_facts() {
    let ended = ended(Kind::Outside)[1].require_live().unwrap_err();
    check_refusal(
        &EditRefusal::Ended(ended),
        ("invite_ended", RefusalKind::Conflict),
        &[("reason", Fact::Text("cancelled".to_owned()))],
    );
    let locked = ("start_locked", RefusalKind::Conflict);
    check_refusal(&EditRefusal::StartLocked, locked, &[]);
    check_refusal(
        &EditRefusal::Window(WindowRefusal::InPast { now: at("11:00") }),
        ("window_in_past", RefusalKind::Invalid),
        &[("now", Fact::At(at("11:00")))],
    );
}

/// Moves the window at `now`; where that succeeds it is the new one, and sessions take its end.
#[track_caller]
fn check(invite: &Invite, window: Window, now: &str, expected: Result<(), &EditRefusal>) {
    let step = invite.edit(Edit { window: Some(window), permissions: None }, at(now));
    match step {
        Err(refusal) => assert_eq!(Err(&refusal), expected),
        Ok(step) => {
            assert_eq!(Ok(()), expected);
            assert_eq!(step.next.window, window);
            assert_eq!(step.next.version, invite.version + 1);
            assert_eq!(guest_mails(&step.effects).len(), 1);
            assert!(step.effects.contains(&InviteEffect::RetimeSession));
        }
    }
}

#[track_caller]
fn check_apply(edit: WindowEdit, window: Window, expected: Result<Window, &[(&str, &str)]>) {
    match edit.apply(window, "/w", BEFORE) {
        Ok(applied) => assert_eq!(Ok(applied), expected),
        Err(errors) => {
            let found: Vec<_> =
                errors.iter().map(|error| (error.pointer.as_str(), error.code)).collect();
            assert_eq!(Err(found.as_slice()), expected);
        }
    }
}

#[track_caller]
fn check_refusal(
    refusal: &EditRefusal,
    expected: (&str, RefusalKind),
    facts: &[(&'static str, Fact)],
) {
    assert_eq!((refusal.code(), refusal.kind()), expected);
    assert_eq!(refusal.facts(), facts);
}

/// Before every window here.
const BEFORE: Instant = Instant::UNIX_EPOCH;

fn parsed(start: &str, end: &str) -> Window {
    Window::parse(start, end, "Europe/Paris", "").unwrap()
}

fn in_past(now: &str) -> EditRefusal {
    EditRefusal::Window(WindowRefusal::InPast { now: at(now) })
}

fn keyboard() -> Permissions {
    Permissions::NONE.with(Peripheral::Keyboard)
}

fn kicked() -> InviteEffect {
    InviteEffect::EndSession(SessionEndReason::Kicked)
}
