//! Computers against time: who is on which of them when, and when nobody is (WB-11).

use guest_app::{
    Call, ComputerChange, ComputerDraft, FormRequest, Heartbeat, Timeline, TimelineQuery,
    TimelineRow, Zoom,
};
use guest_core::{ComputerId, Purpose, Secret};

use crate::fixture::{Fixture, TEAM, draft, refused};

#[test]
fn wb_11_a_picture_shows_the_invites_of_its_time_and_no_others() {
    let fix = Fixture::new();
    let computer = fix.computer();
    fix.credits(9);
    invite(&fix, computer, "lin@example.org", "2026-12-01T10:00", "2026-12-01T12:00");
    // In Paris, the first of these is over when the week is, and the second begins then.
    invite(&fix, computer, "sam@example.org", "2026-12-07T22:00", "2026-12-07T23:00");
    invite(&fix, computer, "kim@example.org", "2026-12-07T23:00", "2026-12-08T01:00");
    let row = row(&fix, "cory", Zoom::Days, None);
    assert_eq!(guests(&row), ["lin", "sam"]);
    assert_eq!((row.lanes, row.more, row.computer.id), (1, false, computer));
    assert!(row.bars.iter().all(|bar| !bar.clashes && bar.invite.link.is_none()));
    assert_eq!(guests(&self::row(&fix, "cory", Zoom::Hours, None)), ["lin"]);
    assert_eq!(guests(&self::row(&fix, "cory", Zoom::Days, Some("2026-12-08"))), ["kim"]);
    assert_eq!(guests(&self::row(&fix, "cory", Zoom::Weeks, None)), ["lin", "sam", "kim"]);
}

#[test]
fn wb_11_what_has_ended_stays_in_the_picture_of_its_time() {
    let fix = Fixture::new();
    let computer = fix.computer();
    fix.credits(9);
    invite(&fix, computer, "lin@example.org", "2026-12-01T10:00", "2026-12-01T12:00");
    let made = draft(computer, "sam@example.org", "2026-12-01T11:00", "2026-12-05T12:00");
    let made = fix.app.make_invites(&fix.call("cory"), TEAM, &made).wait().unwrap();
    fix.app.cancel_invite(&fix.call("cory"), TEAM, made.invites[0].id, None).wait().unwrap();
    fix.until("12:00:00");
    fix.advance(2 * 86_400);
    let first = row(&fix, "cory", Zoom::Hours, Some("2026-12-01"));
    assert_eq!(guests(&first), ["lin", "sam"]);
    let phases: Vec<_> = first.bars.iter().map(|bar| bar.invite.phase.as_str()).collect();
    assert_eq!(phases, ["expired", "cancelled"]);
    assert_eq!(first.lanes, 2);
    assert!(first.bars.iter().all(|bar| !bar.clashes), "what has ended is in nobody's way");
    assert!(first.free.is_empty(), "nobody is invited for the past");
    let fourth = row(&fix, "cory", Zoom::Hours, Some("2026-12-04"));
    assert_eq!(guests(&fourth), ["sam"], "it began days before");
    assert_eq!(fourth.free.len(), 1, "what was revoked holds no time");
}

#[test]
fn wb_11_invites_that_clash_are_marked_and_stand_beside_each_other() {
    let fix = Fixture::new();
    let computer = fix.computer();
    fix.credits(9);
    invite(&fix, computer, "lin@example.org", "2026-12-01T10:00", "2026-12-01T12:00");
    invite(&fix, computer, "sam@example.org", "2026-12-01T11:00", "2026-12-01T13:00");
    invite(&fix, computer, "kim@example.org", "2026-12-01T13:00", "2026-12-01T14:00");
    // Oneself may come at any time, and is in nobody's way.
    invite(&fix, computer, "cory@acme.example", "2026-12-01T13:00", "2026-12-01T14:00");
    let row = row(&fix, "bob", Zoom::Hours, None);
    let told = |guest: &str| {
        let mut bars = row.bars.iter();
        let bar = bars.find(|bar| bar.invite.guest_email.as_str().starts_with(guest)).unwrap();
        (bar.lane, bar.clashes)
    };
    assert_eq!([told("lin"), told("sam"), told("kim")], [(0, true), (1, true), (0, false)]);
    assert_eq!(told("cory"), (1, false));
    assert_eq!(row.lanes, 2);
    let free: Vec<_> = row.free.iter().map(|slot| slot.window.start.as_str()).collect();
    assert_eq!(free, ["2026-12-01T10:00", "2026-12-01T15:00"]);
}

#[test]
fn wb_11_what_is_free_fills_in_the_form() {
    let fix = Fixture::new();
    let computer = fix.computer();
    fix.computer_named("render-2");
    fix.credits(9);
    invite(&fix, computer, "lin@example.org", "2026-12-01T10:00", "2026-12-01T12:00");
    let seen = seen(&fix, "cory", Zoom::Hours, None);
    let slot = seen.rows[1].free[1].clone();
    let about = FormRequest {
        computer_id: computer.to_string(),
        window: Some((slot.window.start, slot.window.end)),
        ..FormRequest::default()
    };
    let form = fix.app.invite_form(&fix.call("cory"), TEAM, &about).wait().unwrap();
    assert_eq!(form.draft.computer_id, computer.to_string());
    assert_eq!(form.draft.window.start, "2026-12-01T13:00");
    assert_eq!(form.draft.window.end, "2026-12-02T00:00");
    assert_eq!(form.draft.window.time_zone, "Europe/Paris");
    for window in [("soon", "later"), ("2026-12-01T13:00", "2026-12-01T12:00")] {
        let window = Some((window.0.to_owned(), window.1.to_owned()));
        let about = FormRequest { window, ..about.clone() };
        let form = fix.app.invite_form(&fix.call("cory"), TEAM, &about).wait().unwrap();
        assert_eq!(form.draft.window.start, "2026-12-01T10:00", "now, for an hour");
    }
}

#[test]
fn wb_11_nothing_is_free_where_nobody_can_be_invited() {
    let fix = Fixture::new();
    let computer = fix.computer();
    assert!(!row(&fix, "cory", Zoom::Days, None).free.is_empty());
    let off = ComputerChange { name: None, guest_access: Some(false) };
    fix.app.change_computer(&Call::operator(), TEAM, computer, &off, None).wait().unwrap();
    let row = row(&fix, "cory", Zoom::Days, None);
    assert!(row.free.is_empty() && !row.computer.guest_access);
}

#[test]
fn ga_3_a_personal_computer_is_in_the_picture_of_its_user_and_of_owners() {
    let fix = Fixture::new();
    let cory = fix.call("cory");
    let own = ComputerDraft { name: "corys-own".to_owned(), provision: "personal".to_owned() };
    let made = fix.app.register_computer(&cory, TEAM, &own).wait().unwrap();
    let token = Secret::parse(Purpose::AgentToken, &made.secret.unwrap()).unwrap();
    fix.app.heartbeat(&token, None, &Heartbeat::default()).wait().unwrap();
    let on = ComputerChange { name: None, guest_access: Some(true) };
    fix.app.change_computer(&cory, TEAM, made.computer.id, &on, None).wait().unwrap();
    let own = row(&fix, "cory", Zoom::Days, None);
    assert!(own.owner.is_none() && !own.free.is_empty());
    let theirs = row(&fix, "ada", Zoom::Days, None);
    assert_eq!(theirs.owner.as_deref(), Some("cory"));
    assert!(theirs.free.is_empty(), "only its user invites to it");
    assert!(seen(&fix, "bob", Zoom::Days, None).rows.is_empty());
}

#[test]
fn wb_11_a_picture_has_so_many_computers_and_lanes_and_says_that_there_are_more() {
    let fix = Fixture::new();
    let first = fix.computer_named("c00");
    for number in 1..22 {
        fix.computer_named(&format!("c{number:02}"));
    }
    fix.credits(20);
    let guests: Vec<_> = (0..9).map(|one| format!("g{one}@example.org")).collect();
    invite(&fix, first, &guests.join(","), "2026-12-01T10:00", "2026-12-01T12:00");
    let seen = seen(&fix, "cory", Zoom::Days, None);
    assert_eq!(seen.rows.len(), 20);
    assert_eq!((seen.rows[0].bars.len(), seen.rows[0].lanes, seen.rows[0].more), (8, 8, true));
    assert!(!seen.rows[1].more);
    let query = TimelineQuery::default();
    let rest = fix.app.timeline(&fix.call("cory"), TEAM, &query, seen.next_cursor.as_deref());
    let names: Vec<_> =
        rest.wait().unwrap().rows.into_iter().map(|row| row.computer.name).collect();
    assert_eq!(names, ["c20", "c21"]);
}

#[test]
fn wb_11_only_those_who_manage_guests_see_it() {
    let fix = Fixture::new();
    let code = |who: &str, query: &TimelineQuery, cursor| {
        refused(fix.app.timeline(&fix.call(who), TEAM, query, cursor).wait())
    };
    for who in ["mia", "eve"] {
        assert_eq!(code(who, &TimelineQuery::default(), None), "forbidden");
    }
    assert_eq!(code("lin@example.org", &TimelineQuery::default(), None), "not_found");
    let day = TimelineQuery { day: Some("soon".to_owned()), ..TimelineQuery::default() };
    assert_eq!(code("cory", &day, None), "validation");
    assert_eq!(code("cory", &TimelineQuery::default(), Some("no cursor")), "validation");
}

fn invite(fix: &Fixture, computer: ComputerId, guests: &str, start: &str, end: &str) {
    let draft = draft(computer, guests, start, end);
    fix.app.make_invites(&fix.call("cory"), TEAM, &draft).wait().unwrap();
}

fn seen(fix: &Fixture, who: &str, zoom: Zoom, day: Option<&str>) -> Timeline {
    let query = TimelineQuery { zoom, day: day.map(str::to_owned) };
    fix.app.timeline(&fix.call(who), TEAM, &query, None).wait().unwrap()
}

/// Returns what is shown of the only computer.
fn row(fix: &Fixture, who: &str, zoom: Zoom, day: Option<&str>) -> TimelineRow {
    let mut rows = seen(fix, who, zoom, day).rows;
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

/// Returns the guests before the sign in their addresses.
fn guests(row: &TimelineRow) -> Vec<&str> {
    let guests = row.bars.iter().map(|bar| bar.invite.guest_email.as_str());
    guests.map(|guest| guest.split('@').next().unwrap()).collect()
}
