//! What is sent twice, and what changes are based on.

use guest_app::{Call, InviteChange, Once, tables};
use guest_core::Delivery;

use crate::computers::{connect, count};
use crate::fixture::{Fixture, TEAM, draft, refused};
use crate::invites::{balance, invites, show};

#[test]
fn qu_23_the_same_request_twice_happens_once() {
    let fix = Fixture::new();
    fix.credits(5);
    let computer = fix.computer();
    let asked = draft(computer, "lin@example.org", "2026-12-01T10:00", "2026-12-01T12:00");
    let cory = fix.call("cory");
    let once = |token: &str, fingerprint| Call {
        once: Some(Once { token: token.to_owned(), fingerprint: [fingerprint; 32] }),
        ..cory.clone()
    };
    let make = |call: Call| fix.app.make_invites(&call, TEAM, &asked).wait();
    let first = make(once("a", 1)).unwrap();
    let again = make(once("a", 1)).unwrap();
    assert_eq!(format!("{first:?}"), format!("{again:?}"));
    assert!(again.invites[0].link.is_some());
    assert_eq!(refused(make(once("a", 2))), "idempotency_mismatch");
    make(once("b", 1)).unwrap();
    assert_eq!((invites(&fix).len(), balance(&fix)), (2, 3));
    // The link is not in the store.
    let secret = first.invites[0].link.as_ref().unwrap().rsplit('/').next().unwrap().to_owned();
    for table in tables::ALL {
        assert!(!format!("{:?}", fix.store.rows(table)).contains(&secret), "{}", table.name);
    }
}

#[test]
fn if_5_an_outcome_is_kept_for_a_day() {
    let fix = Fixture::new();
    let computer = fix.computer();
    let asked = draft(computer, "mia@acme.example", "2026-12-02T10:00", "2026-12-02T12:00");
    let once = Some(Once { token: "a".to_owned(), fingerprint: [1; 32] });
    let call = Call { once, ..fix.call("cory") };
    let make = || fix.app.make_invites(&call, TEAM, &asked).wait().unwrap().invites[0].id;
    let first = make();
    fix.advance(24 * 3600 - 1);
    fix.app.sweep().wait().unwrap();
    assert_eq!(make(), first);
    // A second later it counts no more, though it was not swept out yet.
    fix.advance(1);
    assert_ne!(make(), first);
    assert_eq!(invites(&fix).len(), 2);
    let outcomes = || count(&fix, &tables::IDEMPOTENCY);
    assert_eq!(outcomes(), 1);
    fix.advance(24 * 3600 + 1);
    while fix.app.sweep().wait().unwrap() > 0 {}
    assert_eq!(outcomes(), 0);
}

#[test]
fn if_5_the_version_rises_with_what_people_change_only() {
    let fix = Fixture::new();
    let id = fix.invite_one(fix.computer(), "mia@acme.example");
    for letter in fix.app.lease_letters(10).wait().unwrap().letters {
        let tried = guest_app::letter::Tried { id: letter.id, delivery: Delivery::Accepted };
        fix.app.settle_letter(tried, 0).wait().unwrap();
    }
    fix.until("09:45:00");
    fix.until("10:00:00");
    fix.heartbeat("studio-1");
    connect(&fix, "mia", id);
    let shown = show(&fix, id);
    assert_eq!((shown.mail.state.as_str(), shown.phase.as_str()), ("queued", "connected"));
    assert!(shown.used_at.is_some());
    assert_eq!(shown.version, 1);

    let cory = fix.call("cory");
    let look_only = InviteChange { window: None, permissions: Some(Vec::new()) };
    let changed = fix.app.edit_invite(&cory, TEAM, id, &look_only, Some(1)).wait().unwrap();
    assert_eq!(changed.version, 2);
    fix.app.kick(&cory, TEAM, id, false, Some(2)).wait().unwrap();
    assert_eq!(show(&fix, id).version, 2, "a session is not the invite");
    fix.app.kick(&cory, TEAM, id, true, Some(2)).wait().unwrap();
    fix.app.readmit(&cory, TEAM, id, Some(3)).wait().unwrap();
    fix.app.new_link(&cory, TEAM, id, Some(4)).wait().unwrap();
    fix.app.cancel_invite(&cory, TEAM, id, Some(5)).wait().unwrap();
    assert_eq!(show(&fix, id).version, 6);
}
