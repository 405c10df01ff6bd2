//! Whether computers are there for their guests, and who is told if not.

use guest_app::letter::{Content, Tried};
use guest_app::{ComputerChange, Heartbeat};
use guest_core::{ComputerId, Delivery, NotReady, SenderNews};

use crate::computers::{link, personal};
use crate::fixture::{Fixture, TEAM, at, draft};
use crate::moving::move_to;
use crate::traces::told;

#[test]
fn ga_60_a_computer_that_is_away_is_told_of_each_time_and_mailed_once() {
    let fix = Fixture::new();
    let computer = fix.computer();
    fix.invite_one(computer, "mia@acme.example");
    check(&fix, "09:00:59", &[], &[]);
    let away = NotReady::Offline;
    check(&fix, "09:45:00", &["offline"], &[away]);
    check(&fix, "09:59:59", &["offline"], &[]);
    check(&fix, "10:00:00", &["offline", "offline"], &[]);
    check(&fix, "11:00:00", &["offline", "offline"], &[]);
}

#[test]
fn ga_60_making_an_invite_is_the_first_look() {
    let fix = Fixture::new();
    let computer = fix.computer();
    fix.advance(30);
    fix.invite(computer, "mia@acme.example, eve@acme.example");
    let away = NotReady::Offline;
    check(&fix, "09:00:30", &["offline", "offline"], &[away, away]);
    // It comes back before the next look.
    fix.store.set(at("09:44:50"));
    fix.heartbeat("studio-1");
    check(&fix, "09:45:00", &["offline", "offline"], &[]);
}

#[test]
fn ga_60_a_computer_that_is_there_is_not_told_of() {
    let fix = Fixture::new();
    fix.invite_one(fix.computer(), "mia@acme.example");
    for clock in ["09:00:00", "09:45:00", "10:00:00", "11:30:00"] {
        fix.store.set(at(clock));
        fix.heartbeat("studio-1");
        check(&fix, clock, &[], &[]);
    }
    check(&fix, "12:00:00", &[], &[]);
    assert_eq!(missed(&fix), [] as [bool; 0]);
}

#[test]
fn ga_60_the_reason_is_said_and_the_invite_shown() {
    let fix = Fixture::new();
    let computer = fix.computer();
    let invite = fix.invite_one(computer, "mia@acme.example");
    fix.store.set(at("09:45:00"));
    fix.heartbeat("studio-1");
    switch(&fix, computer, false);
    check(&fix, "09:45:00", &["access_off"], &[NotReady::AccessOff]);
    let shown: serde_json::Value = serde_json::from_str(&told(&fix, NOT_READY)[0]).unwrap();
    assert_eq!(shown["id"], invite.to_string());
    assert_eq!(shown.get("link"), None);
    switch(&fix, computer, true);
    let gone = Heartbeat { host_login: Some(None), ..beat("studio-1") };
    fix.store.set(at("10:00:00"));
    fix.app.heartbeat(&fix.computer_key, None, &gone).wait().unwrap();
    check(&fix, "10:00:00", &["access_off", "logged_out"], &[]);
}

#[test]
fn ga_60_it_is_the_same_for_a_personal_computer() {
    let fix = Fixture::new();
    let (computer, token) = personal(&fix, "cory", "laptop");
    fix.app.heartbeat(&token, None, &beat("")).wait().unwrap();
    let on = ComputerChange { name: None, guest_access: Some(true) };
    fix.app.change_computer(&fix.call("cory"), TEAM, computer, &on, None).wait().unwrap();
    fix.invite_one(computer, "mia@acme.example");
    check(&fix, "09:45:00", &["offline"], &[NotReady::Offline]);
}

#[test]
fn ga_60_whoever_invites_themselves_is_not_told() {
    let fix = Fixture::new();
    let computer = fix.computer();
    fix.advance(30);
    let oneself = draft(computer, "cory@acme.example", "2026-12-01T10:00", "2026-12-01T12:00");
    fix.app.make_invites(&fix.call("cory"), TEAM, &oneself).wait().unwrap();
    for clock in ["09:00:00", "09:45:00", "10:00:00", "12:00:00"] {
        check(&fix, clock, &[], &[]);
    }
}

#[test]
fn ga_60_the_guest_is_not_told() {
    let fix = Fixture::new();
    let invite = fix.invite_one(fix.computer(), "mia@acme.example");
    let token = link(&fix, invite);
    let mia = fix.call("mia");
    let start = fix.app.guest_changes(&mia, &token, None).wait().unwrap().last;
    check(&fix, "09:45:00", &["offline"], &[NotReady::Offline]);
    let changes = fix.app.guest_changes(&mia, &token, Some(start)).wait().unwrap();
    let names: Vec<_> = changes.events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names, ["invite.reminded"]);
}

#[test]
fn ga_62_the_sender_is_told_that_a_computer_was_never_there() {
    let fix = Fixture::new();
    fix.credits(1);
    fix.invite(fix.computer(), "lin@example.org, mia@acme.example");
    fix.until("12:00:00");
    let mut told = missed(&fix);
    told.sort_unstable();
    assert_eq!(told, [false, true]);
    assert_eq!(fix.app.balance(&fix.owner(), TEAM).wait().unwrap().balance, 1);
}

#[test]
fn ga_62_a_computer_that_was_there_for_a_moment_was_there() {
    let fix = Fixture::new();
    fix.credits(1);
    fix.invite_one(fix.computer(), "lin@example.org");
    fix.until("11:59:59");
    fix.heartbeat("studio-1");
    fix.until("12:00:00");
    assert_eq!(missed(&fix), [] as [bool; 0]);
    assert_eq!(fix.app.balance(&fix.owner(), TEAM).wait().unwrap().balance, 1);
}

#[test]
fn ga_62_a_server_that_was_down_at_the_end_judges_by_what_it_had_heard() {
    check_late(&[], &[true]);
    check_late(&["09:59:59"], &[]);
    check_late(&["10:30:00"], &[]);
}

#[test]
fn ga_60_moving_an_invite_is_a_look_at_its_new_computer() {
    let fix = Fixture::new();
    let away = fix.computer_named("studio-2");
    fix.advance(30);
    let invite = fix.invite_one(fix.computer(), "mia@acme.example");
    check(&fix, "09:00:30", &[], &[]);
    move_to(&fix, invite, away);
    check(&fix, "09:00:30", &["offline"], &[NotReady::Offline]);
    fix.heartbeat("studio-1");
    move_to(&fix, invite, fix.computer());
    check(&fix, "09:00:30", &["offline"], &[]);
}

#[test]
fn ga_62_a_moved_invite_is_judged_by_the_computer_it_has_at_the_end() {
    let fix = Fixture::new();
    let (there, away) = (fix.computer(), fix.computer_named("studio-2"));
    let [lost, found] = [there, away].map(|computer| fix.invite_one(computer, "mia@acme.example"));
    fix.until("11:00:00");
    fix.heartbeat("studio-1");
    move_to(&fix, lost, away);
    move_to(&fix, found, there);
    to_sender(&fix);
    fix.until("12:00:00");
    assert_eq!(missed(&fix), [false]);
}

/// Checks who is told late, at 13:00, after the computer was heard at these times and again.
#[track_caller]
fn check_late(heard: &[&str], expected: &[bool]) {
    let fix = Fixture::new();
    fix.credits(1);
    fix.invite_one(fix.computer(), "lin@example.org");
    for clock in heard {
        fix.store.set(at(clock)); // Nothing that is due is done.
        fix.heartbeat("studio-1");
    }
    fix.store.set(at("12:59:50"));
    fix.heartbeat("studio-1");
    fix.until("13:00:00");
    assert_eq!(missed(&fix), expected);
}

/// Does what is due, and checks the reasons told so far and the mails since the last time.
#[track_caller]
fn check(fix: &Fixture, clock: &str, reasons: &[&str], mails: &[NotReady]) {
    fix.until(clock);
    let told = told(fix, NOT_READY).into_iter().map(|data| {
        let data: serde_json::Value = serde_json::from_str(&data).unwrap();
        data["reason"].as_str().unwrap().to_owned()
    });
    assert_eq!(told.collect::<Vec<_>>(), reasons, "at {clock}");
    let news = to_sender(fix).into_iter().filter_map(|news| match news {
        SenderNews::NotReady { reason } => Some(reason),
        SenderNews::Void { .. }
        | SenderNews::TimeAsked { .. }
        | SenderNews::NeverReachable { .. } => None,
    });
    assert_eq!(news.collect::<Vec<_>>(), mails, "at {clock}");
}

/// Returns whether a credit came back, for each mail that says a computer was never there.
fn missed(fix: &Fixture) -> Vec<bool> {
    let news = to_sender(fix).into_iter().filter_map(|news| match news {
        SenderNews::NeverReachable { refunded } => Some(refunded),
        SenderNews::Void { .. } | SenderNews::TimeAsked { .. } | SenderNews::NotReady { .. } => {
            None
        }
    });
    news.collect()
}

/// Has all mails go out, and returns what cory is told in them.
fn to_sender(fix: &Fixture) -> Vec<SenderNews> {
    let letters = fix.app.lease_letters(100).wait().unwrap().letters;
    for letter in &letters {
        let tried = Tried { id: letter.id, delivery: Delivery::Accepted };
        fix.app.settle_letter(tried, 0).wait().unwrap();
    }
    let news = letters.into_iter().filter_map(|letter| {
        let Content::Sender { news, .. } = letter.content else { return None };
        assert_eq!(letter.to.as_str(), "cory@acme.example");
        Some(news)
    });
    news.collect()
}

fn switch(fix: &Fixture, computer: ComputerId, guest_access: bool) {
    let change = ComputerChange { name: None, guest_access: Some(guest_access) };
    fix.app.change_computer(&fix.call("bob"), TEAM, computer, &change, None).wait().unwrap();
}

fn beat(name: &str) -> Heartbeat {
    Heartbeat { name: name.to_owned(), ..Heartbeat::default() }
}

const NOT_READY: &str = "invite.not_ready";
