//! WB-2, WB-5, WB-11: how fast the pages of a team are answered in which 10,000 invites were made,
//! over HTTP on a real disk.
#![expect(clippy::print_stdout, reason = "the figures are the output")]
#![expect(clippy::unwrap_used, reason = "a benchmark may stop where it likes")]
#![expect(clippy::indexing_slicing, reason = "a benchmark may stop where it likes")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
#![allow(dead_code, reason = "the place is shared with other benchmarks, which use more of it")]

#[path = "../serving/load.rs"]
mod load;
#[path = "../serving/place.rs"]
mod place;

use std::sync::Arc;
use std::time::Duration;

use chrono::{Days, NaiveDate};
use guest_app::{
    Call, ComputerChange, EmailsDraft, Heartbeat, InviteDraft, InviteQuery, KeyDraft, Paging,
    WindowDraft,
};
use guest_core::{ComputerId, Email, Purpose, Secret};

use self::load::Target;
use self::place::{Place, TEAM};

fn main() {
    let place = Place::new();
    let computers = computers(&place);
    fill(&place, &computers);
    let live = place.app.invites(&Call::operator(), TEAM, &live(), &Paging::default());
    let invite = live.wait().unwrap().data[0].id;
    let owner = Email::parse("ada@acme.example").unwrap();
    let cookie = place.app.sign_in_as(&owner).wait().unwrap();
    let computer = computers[7];
    let pages = [
        ("WB-2", "home", String::new()),
        ("WB-2", "home, a guest sought", "?q=g07".to_owned()),
        ("WB-2", "list of invites", "/invites".to_owned()),
        // The oldest, and so the last that is looked at.
        ("WB-2", "list of invites, one guest sought", "/invites?q=g0-0-0%40".to_owned()),
        ("WB-2", "list of invites, of a computer", format!("/invites?computer_id={computer}")),
        ("WB-2", "list of invites, none in the phase", "/invites?phase=void".to_owned()),
        ("WB-4", "invite", format!("/invites/{invite}")),
        ("WB-5", "computers", "/computers".to_owned()),
        ("WB-6", "credits with their history", "/credits".to_owned()),
        ("WB-11", "activity, a week", "/activity".to_owned()),
        ("WB-11", "activity, four weeks", "/activity?zoom=weeks".to_owned()),
        ("WB-11", "activity, four weeks past", "/activity?zoom=weeks&day=2026-05-04".to_owned()),
        ("WB-11", "activity, one kind of deed", "/activity?kind=credits".to_owned()),
    ];
    for (rule, page, path) in pages {
        let target = Target {
            paths: Arc::new(vec![format!("/t/{TEAM}{path}")]),
            headers: format!("Cookie: guest={}\r\nAccept: text/html\r\n", cookie.expose()),
            computer: String::new(),
            expected: 200,
        };
        load::closed(place.address, 1, WARM, request, &target);
        let answered = load::closed(place.address, 1, ASKED, request, &target);
        let (half, most) = (answered.within(0.5), answered.within(0.99));
        println!(
            "RESULT\t{rule}\t{page}: HTML answered among {INVITES} invites, p99\t{:.1} ms\
             \t{:.1} ms in the middle\t-\tunder 50 ms\t{}",
            millis(most),
            millis(half),
            if most < LONGEST { "ok" } else { "missed" }
        );
    }
}

/// Returns the computers of the team, which guests are allowed on.
fn computers(place: &Place) -> Vec<ComputerId> {
    let operator = Call::operator();
    let key = KeyDraft { name: "studio".to_owned() };
    let key = place.app.make_computer_key(&operator, TEAM, &key).wait().unwrap();
    let secret = Secret::parse(Purpose::ComputerKey, &key.secret.unwrap()).unwrap();
    let computers = (0..COMPUTERS).map(|number| {
        let beat = Heartbeat { name: format!("computer-{number:02}"), ..Heartbeat::default() };
        let id = place.app.heartbeat(&secret, None, &beat).wait().unwrap().computer_id;
        let on = ComputerChange { name: None, guest_access: Some(true) };
        place.app.change_computer(&operator, TEAM, id, &on, None).wait().unwrap();
        id
    });
    computers.collect()
}

/// Makes the invites as a team makes them: some each day, for days to come; most are over.
fn fill(place: &Place, computers: &[ComputerId]) {
    let first: NaiveDate = "2026-03-02".parse().unwrap();
    for number in 0..DAYS {
        let day = first + Days::new(number);
        place.set_clock(&format!("{day}T07:00:00Z"));
        while place.app.process_due(200).wait().unwrap().done > 0 {}
        let ahead = day + Days::new(1 + number * 7 % 28);
        let made = computers.iter().enumerate().map(|(at, computer)| {
            let guests = [0, 1].map(|guest| format!("g{number}-{at}-{guest}@example.org"));
            let draft = InviteDraft {
                computer_id: computer.to_string(),
                emails: EmailsDraft::List(guests.into()),
                window: WindowDraft {
                    start: format!("{ahead}T{:02}:00", 6 + at % 8),
                    end: format!("{ahead}T{:02}:00", 9 + at % 8),
                    time_zone: "Europe/Paris".to_owned(),
                },
                permissions: vec!["keyboard".to_owned(), "mouse".to_owned()],
                title: "Usability study".to_owned(),
                message: "See you there.".to_owned(),
            };
            place.app.make_invites(&Call::operator(), TEAM, &draft)
        });
        for made in made.collect::<Vec<_>>() {
            made.wait().unwrap();
        }
    }
}

fn live() -> InviteQuery {
    InviteQuery { phase: Some("scheduled".to_owned()), ..InviteQuery::default() }
}

fn request(_number: usize, target: &Target) -> Vec<u8> {
    let (path, headers) = (&target.paths[0], &target.headers);
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n").into_bytes()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

const COMPUTERS: usize = 20;

/// On each, two guests are invited to each computer.
const DAYS: u64 = 250;

/// What they come to.
const INVITES: u64 = 2 * COMPUTERS as u64 * DAYS;

const WARM: usize = 20;
const ASKED: usize = 300;

/// What a person does not wait for.
const LONGEST: Duration = Duration::from_millis(50);
