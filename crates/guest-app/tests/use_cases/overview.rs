//! The Guest Access page: computers, and who is or will be on each (WB-2).

use guest_app::{GuestAccess, Paging, TimeDraft};

use crate::fixture::{Fixture, TEAM, draft, refused};

#[test]
fn wb_2_whoever_is_connected_comes_first_then_what_is_open_then_what_will_be() {
    let fix = Fixture::new();
    let computer = fix.computer();
    fix.credits(9);
    let late = draft(computer, "amy@example.org", "2026-12-01T11:00", "2026-12-01T12:00");
    fix.app.make_invites(&fix.call("cory"), TEAM, &late).wait().unwrap();
    fix.invite(computer, "bea@example.org, joe@example.org");
    let lin = fix.invite(computer, "lin@example.org").invites.remove(0);
    let gone = fix.invite_one(computer, "zac@example.org");
    fix.app.cancel_invite(&fix.call("cory"), TEAM, gone, None).wait().unwrap();
    fix.until("10:00:00");
    fix.heartbeat("studio-1");
    let token = lin.link.unwrap().rsplit('/').next().unwrap().to_owned();
    fix.app.connect(&fix.call("lin@example.org"), &token).wait().unwrap();
    let seen = seen(&fix, "cory", "");
    let guests = ["lin", "bea", "joe", "amy", "zac"].map(|name| format!("{name}@example.org"));
    assert_eq!(guests_of(&seen), guests);
    let host = &seen.hosts[0];
    assert_eq!((host.connected, host.more, seen.balance), (1, false, Some(5)));
    assert!(host.invites.iter().all(|invite| invite.link.is_none()));

    let wish = TimeDraft { minutes: 30, note: None };
    fix.app.request_time(&fix.call("lin@example.org"), &token, &wish).wait().unwrap();
    let asking = self::seen(&fix, "cory", "").asking;
    assert_eq!(asking.iter().map(|invite| invite.id).collect::<Vec<_>>(), [lin.id]);
    fix.advance(86_400);
    assert!(
        !guests_of(&self::seen(&fix, "cory", "")).contains(&guests[4]),
        "after a day it is history"
    );
}

#[test]
fn wb_2_a_search_finds_computers_by_name_and_guests_by_how_they_begin() {
    let fix = Fixture::new();
    let (studio, render) = (fix.computer(), fix.computer_named("render-2"));
    fix.credits(9);
    fix.invite(studio, "lin@example.org, sam@example.org");
    fix.invite(render, "Lina@example.org");
    let found = |search: &str| {
        let seen = seen(&fix, "cory", search);
        let names: Vec<_> = seen.hosts.iter().map(|host| host.computer.name.clone()).collect();
        (names.join(" "), guests_of(&seen).join(" "))
    };
    let pair = |names: &str, guests: &str| (names.to_owned(), guests.to_owned());
    assert_eq!(found(" LIN "), pair("render-2 studio-1", "Lina@example.org lin@example.org"));
    assert_eq!(found("sam"), pair("studio-1", "sam@example.org"));
    assert_eq!(found("STUDIO"), pair("studio-1", "lin@example.org sam@example.org"));
    assert_eq!(found("nobody"), pair("", ""));
}

#[test]
fn wb_2_a_page_shows_so_many_invites_of_a_computer_and_says_that_there_are_more() {
    let fix = Fixture::new();
    let computer = fix.computer();
    fix.credits(300);
    for hundred in 0..3 {
        let guests: Vec<_> = (0..80).map(|one| format!("g{hundred}{one:02}@example.org")).collect();
        fix.invite(computer, &guests.join(","));
    }
    let host = seen(&fix, "cory", "").hosts.remove(0);
    assert_eq!((host.invites.len(), host.more), (20, true));
    let host = seen(&fix, "cory", "g20").hosts.remove(0);
    assert_eq!((host.invites.len(), host.more), (10, false));
    assert!(host.invites.iter().all(|invite| invite.guest_email.as_str().starts_with("g20")));
}

#[test]
fn wb_2_only_those_who_manage_guests_see_it() {
    let fix = Fixture::new();
    fix.computer();
    for who in ["mia", "eve"] {
        let asked = fix.app.guest_access(&fix.call(who), TEAM, "", &Paging::default());
        assert_eq!(refused(asked.wait()), "forbidden");
    }
    let asked = fix.app.guest_access(&fix.call("lin@example.org"), TEAM, "", &Paging::default());
    assert_eq!(refused(asked.wait()), "not_found");
}

fn seen(fix: &Fixture, who: &str, search: &str) -> GuestAccess {
    fix.app.guest_access(&fix.call(who), TEAM, search, &Paging::default()).wait().unwrap()
}

fn guests_of(seen: &GuestAccess) -> Vec<String> {
    let invites = seen.hosts.iter().flat_map(|host| &host.invites);
    invites.map(|invite| invite.guest_email.to_string()).collect()
}
