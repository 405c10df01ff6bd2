//! What the clock asks for.

use chrono::TimeDelta;
use guest_app::{Due, tables};
use guest_core::InviteId;

use crate::computers::{connect, count, last_end, life, link, owned, show};
use crate::fixture::{Fixture, TEAM, at, refused};

#[test]
fn ga_37_one_reminder_a_quarter_of_an_hour_before() {
    let fix = Fixture::new();
    let computer = fix.computer();
    fix.invite_one(computer, "mia@acme.example");
    fix.app.lease_letters(10).wait().unwrap();
    fix.store.set(at("09:44:59"));
    fix.heartbeat("studio-1");
    assert_eq!(mails_after(&fix), 0);
    fix.store.set(at("09:45:00"));
    assert_eq!(mails_after(&fix), 1);
    assert_eq!(events(&fix, "invite.reminded"), 1);
    assert_eq!(mails_after(&fix), 0);
    fix.store.set(at("10:00:00"));
    fix.heartbeat("studio-1");
    assert_eq!(mails_after(&fix), 0);
    assert_eq!(events(&fix, "invite.opened"), 1);
}

/// Does what is due and returns how many mails that makes.
fn mails_after(fix: &Fixture) -> usize {
    let before = count(fix, &tables::MAIL);
    due(fix, 100);
    count(fix, &tables::MAIL) - before
}

#[test]
fn ga_30_a_window_that_ends_ends_the_session() {
    let fix = Fixture::new();
    let invite = connected(&fix);
    fix.store.set(at("11:59:59"));
    fix.heartbeat("studio-1");
    due(&fix, 100);
    assert_eq!(life(&fix, invite), owned(("live", "")));
    fix.store.set(at("12:00:00"));
    due(&fix, 100);
    assert_eq!(life(&fix, invite), owned(("expired", "window_ended")));
    assert_eq!(last_end(&fix, invite).as_deref(), Some("window_ended"));
    let token = link(&fix, invite);
    assert_eq!(refused(fix.app.connect(&fix.call("mia"), &token).wait()), "invite_ended");
    let log = format!("{:?}", fix.store.rows(&tables::AUDIT));
    assert_eq!(log.matches("invite.expire").count(), 1);
}

#[test]
fn qu_24_doing_it_again_does_nothing() {
    let fix = Fixture::new();
    fix.credits(3);
    fix.invite(fix.computer(), "lin@example.org, sam@example.net, kim@example.net");
    for clock in ["09:45:00", "10:00:00", "12:00:00"] {
        fix.store.set(at(clock));
        assert!(due(&fix, 100).done >= 3);
        let before = everything(&fix);
        assert_eq!(due(&fix, 100).done, 0);
        assert_eq!(everything(&fix), before);
    }
    // After a server that was down all the time there is one end, and one refund each.
    assert_eq!(fix.app.balance(&fix.owner(), TEAM).wait().unwrap().balance, 3);
}

#[test]
fn ga_44_a_silent_computer_is_offline_and_its_external_sessions_are_lost() {
    let fix = Fixture::new();
    let invite = connected(&fix);
    let told = || ["computer.offline", "computer.online"].map(|name| events(&fix, name));
    let [gone, come] = told();
    fix.advance(29);
    assert_eq!(due(&fix, 100), Due { done: 0, next: Some(at("10:00:30")) });
    assert_eq!((last_end(&fix, invite), told()), (None, [gone, come]));
    fix.advance(1);
    assert_eq!(due(&fix, 100).done, 1);
    assert_eq!(last_end(&fix, invite).as_deref(), Some("computer_lost"));
    assert_eq!((due(&fix, 100).done, told()), (0, [gone + 1, come]));
    fix.heartbeat("studio-1");
    assert_eq!(told(), [gone + 1, come + 1]);
}

#[test]
fn qu_22_a_clock_set_back_leaves_no_computer_online_for_long() {
    let fix = Fixture::new();
    let computer = fix.computer();
    // Half a minute may pass for a difference between two clocks, a minute may not.
    fix.store.advance(TimeDelta::seconds(-29));
    assert_eq!(due(&fix, 100).done, 0);
    fix.store.advance(TimeDelta::seconds(-1));
    assert_eq!(fix.app.next_due().wait().unwrap(), Some(fix.store.now()));
    assert_eq!(due(&fix, 100), Due { done: 1, next: None });
    assert_eq!(events(&fix, "computer.offline"), 1);
    fix.heartbeat("studio-1");
    assert!(show(&fix, "bob", computer).online);
}

#[test]
fn qu_10_much_that_is_due_is_done_in_short_units() {
    let fix = Fixture::new();
    let computer = fix.computer();
    for _ in 0..5 {
        fix.invite_one(computer, "mia@acme.example");
    }
    fix.store.set(at("09:45:00"));
    let done: Vec<_> = (0..4).map(|_| due(&fix, 2)).collect();
    // The computer has fallen silent meanwhile.
    assert_eq!(done.iter().map(|due| due.done).collect::<Vec<_>>(), [3, 2, 1, 0]);
    let next: Vec<_> = done.iter().map(|due| due.next.unwrap()).collect();
    assert_eq!(next, ["09:45:00", "09:45:00", "10:00:00", "10:00:00"].map(at));
    assert_eq!(events(&fix, "invite.reminded"), 5);
    assert_eq!(fix.app.next_due().wait().unwrap(), Some(at("10:00:00")));
}

/// Returns an invite of mia's through which she is connected, at 10:00.
fn connected(fix: &Fixture) -> InviteId {
    let invite = fix.invite_one(fix.computer(), "mia@acme.example");
    fix.until("10:00:00");
    fix.heartbeat("studio-1");
    connect(fix, "mia", invite);
    invite
}

fn due(fix: &Fixture, limit: usize) -> Due {
    fix.app.process_due(limit).wait().unwrap()
}

fn events(fix: &Fixture, name: &str) -> usize {
    let quoted = format!("{name:?}");
    let rows = fix.store.rows(&tables::EVENT);
    rows.iter().filter(|row| format!("{row:?}").contains(&quoted)).count()
}

fn everything(fix: &Fixture) -> Vec<String> {
    tables::ALL.iter().map(|table| format!("{:?}", fix.store.rows(table))).collect()
}
