//! The stream of events, and the sweep that ends it.

use guest_app::{ComputerChange, EventView, Paging, RevokeRequest, tables};
use guest_core::UserId;
use serde_json::json;

use crate::computers::{count, personal};
use crate::fixture::{Fixture, TEAM, refused};

#[test]
fn if_6_each_sees_what_they_may_read() {
    let fix = Fixture::new();
    let computer = fix.computer();
    let (own, _) = personal(&fix, "cory", "laptop");
    fix.invite_one(computer, "mia@acme.example");
    let on = ComputerChange { name: None, guest_access: Some(true) };
    fix.app.change_computer(&fix.call("cory"), TEAM, own, &on, None).wait().unwrap();
    let team = ["computer.online", "computer.updated", "invite.created"];
    let own = ["computer.updated", "computer.updated"];
    let joined = ["user.joined"; 5];
    check(&fix, "cory", &[&joined[..], &team, &own].concat());
    check(&fix, "ada", &[&joined[..], &team, &own].concat());
    check(&fix, "bob", &[&joined[..], &team].concat());
    check(&fix, "mia", &joined);
    check(&fix, "eve", &joined);
    let stranger = fix.app.events_after(&fix.call("lin@example.org"), TEAM, Some(0), 9).wait();
    assert_eq!(refused(stranger), "not_found");
}

#[track_caller]
fn check(fix: &Fixture, who: &str, expected: &[&str]) {
    let mut seen: Vec<_> = all(fix, who).into_iter().map(|event| event.name).collect();
    let mut expected = expected.to_vec();
    seen.sort_unstable();
    expected.sort_unstable();
    assert_eq!(seen, expected, "{who}");
}

#[test]
fn or_3_events_tell_external_users_pseudonyms_of_all_but_themselves() {
    let fix = Fixture::new();
    let users = |who| fix.app.users(&fix.call(who), TEAM, &Paging::default()).wait().unwrap().data;
    for who in ["eve", "mia"] {
        // Each joined as they are listed now.
        let listed: Vec<_> = users(who).iter().map(|user| json!(user)).collect();
        let told: Vec<_> = all(&fix, who).into_iter().map(|event| event.data).collect();
        assert_eq!(told, listed, "{who}");
    }
    let told = json!(all(&fix, "eve")).to_string();
    assert!(told.contains("eve@acme.example") && told.contains("Guest "), "{told}");
    for hidden in ["Ada", "ada@", "\"bob", "\"cory", "\"mia"] {
        assert!(!told.contains(hidden), "{hidden} in {told}");
    }
}

#[test]
fn if_6_a_stream_goes_on_where_it_was_left() {
    let fix = Fixture::new();
    let computer = fix.computer();
    let begun = fix.app.events_after(&fix.call("cory"), TEAM, None, 9).wait().unwrap();
    assert_eq!((begun.events.len(), begun.last), (0, fix.app.last_event().wait().unwrap()));
    for _ in 0..3 {
        fix.invite_one(computer, "mia@acme.example");
    }
    let next = |after, limit| {
        fix.app.events_after(&fix.call("cory"), TEAM, Some(after), limit).wait().unwrap()
    };
    let two = next(begun.last, 2);
    assert_eq!(two.events.len(), 2);
    let numbers: Vec<_> = two.events.iter().map(|event| EventView::number(&event.id)).collect();
    assert_eq!(numbers.last(), Some(&Some(two.last)));
    let third = next(two.last, 2);
    assert_eq!(third.events.len(), 1);
    let end = next(third.last, 2);
    assert_eq!((end.events.len(), end.last), (0, third.last));
    assert_eq!(next(u64::MAX, 2).events.len(), 0);
    assert_eq!(EventView::number("evt_x"), None);
}

#[test]
fn if_6_what_one_may_not_see_is_passed_over() {
    let fix = Fixture::new();
    let begun = fix.app.last_event().wait().unwrap();
    fix.computer();
    let seen = fix.app.events_after(&fix.call("eve"), TEAM, Some(begun), 100).wait().unwrap();
    assert_eq!((seen.events.len(), seen.last), (0, fix.app.last_event().wait().unwrap()));
}

#[test]
fn if_6_an_event_shows_the_thing_as_it_was_without_its_link() {
    let fix = Fixture::new();
    let invite = fix.invite_one(fix.computer(), "mia@acme.example");
    let event = all(&fix, "cory").pop().unwrap();
    assert_eq!((event.name.as_str(), event.team.as_str()), ("invite.created", TEAM));
    assert_eq!(event.data["id"], invite.to_string());
    assert_eq!(event.data["guest_email"], "mia@acme.example");
    assert_eq!(event.data.get("link"), None);
    let json = serde_json::to_value(&event).unwrap();
    assert_eq!(json["type"], "invite.created");
}

#[test]
fn or_9_a_stream_ends_with_the_rights() {
    let fix = Fixture::new();
    let cory = fix.call("cory");
    let follow = || fix.app.events_after(&cory, TEAM, Some(0), 9).wait();
    follow().unwrap();
    let id: UserId = fix.app.me(&cory).wait().unwrap().teams[0].user_id.unwrap();
    let request = RevokeRequest::default();
    fix.app.revoke_user(&fix.owner(), TEAM, id, &request).wait().unwrap();
    assert_eq!(refused(follow()), "unauthenticated");
}

#[test]
fn if_6_events_are_kept_for_a_day() {
    let fix = Fixture::new();
    fix.computer();
    let before = (count(&fix, &tables::EVENT), fix.app.last_event().wait().unwrap());
    fix.advance(24 * 3600 - 1);
    assert_eq!(fix.app.sweep().wait().unwrap(), 0);
    fix.advance(1);
    assert_eq!(fix.app.sweep().wait().unwrap(), before.0);
    assert_eq!((count(&fix, &tables::EVENT), fix.app.sweep().wait().unwrap()), (0, 0));
    // Numbers are not given again, so that whoever resumes misses nothing new.
    fix.heartbeat("studio-2");
    let new = fix.app.events_after(&fix.owner(), TEAM, Some(before.1), 9).wait().unwrap();
    assert_eq!(new.events.len(), 1);
}

#[test]
fn qu_22_events_from_a_clock_since_set_back_do_not_stay_for_ever() {
    let fix = Fixture::new();
    fix.computer();
    fix.advance(-25 * 3600);
    assert!(fix.app.sweep().wait().unwrap() > 0);
    assert_eq!(count(&fix, &tables::EVENT), 0);
}

#[test]
fn sign_ins_that_have_run_out_are_swept() {
    let fix = Fixture::new();
    let call = fix.call("cory");
    let code = guest_app::CodeRequest { email: "mia@acme.example".to_owned() };
    fix.app.request_code(&guest_app::Call::operator(), &code).wait().unwrap();
    let kept = || [&tables::SIGN_IN, &tables::LOGIN].map(|table| count(&fix, table));
    let [codes, logins] = kept();
    fix.advance(3600 + 1);
    while fix.app.sweep().wait().unwrap() > 0 {}
    assert_eq!(kept(), [codes - 1, logins]);
    fix.advance(30 * 24 * 3600);
    while fix.app.sweep().wait().unwrap() > 0 {}
    assert_eq!(kept(), [0, 0]);
    assert_eq!(
        refused(fix.app.computers(&call, TEAM, &Paging::default()).wait()),
        "unauthenticated"
    );
}

fn all(fix: &Fixture, who: &str) -> Vec<EventView> {
    fix.app.events_after(&fix.call(who), TEAM, Some(0), 1_000).wait().unwrap().events
}
