//! QU-4 and QU-10: whether work costs more as invites pile up, and how fast what falls due in the
//! same second is done. On a real disk, through the use cases.
#![expect(clippy::print_stdout, reason = "the figures are the output")]
#![expect(clippy::unwrap_used, reason = "a benchmark may stop where it likes")]
#![expect(clippy::indexing_slicing, reason = "a benchmark may stop where it likes")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
#![allow(dead_code, reason = "the place is shared with another benchmark, which uses more of it")]

#[path = "../serving/load.rs"]
mod load;
#[path = "../serving/place.rs"]
mod place;

use std::collections::VecDeque;
use std::time::Instant;

use guest_app::{App, Call, InviteQuery, Paging, Pending};
use guest_core::InviteId;

use self::place::{Place, TEAM};

fn main() {
    growth();
    due();
}

/// QU-4: making, opening, listing 50 and ending an invite at 10^3, 10^5 and 10^6 stored.
fn growth() {
    let place = Place::new();
    let costs = [1_000, 100_000, 1_000_000].map(|stored| {
        let paths = place.fill(stored);
        measure(&place, &paths);
        let runs = [(); 3].map(|()| measure(&place, &paths));
        // The least of three: what else the machine does only adds.
        [0, 1, 2, 3].map(|verb| runs.iter().map(|run| run[verb]).fold(f64::MAX, f64::min))
    });
    for (verb, name) in ["making", "opening", "listing 50", "ending"].into_iter().enumerate() {
        let (few, some, many) = (costs[0][verb], costs[1][verb], costs[2][verb]);
        let ratio = many / few;
        println!(
            "RESULT\tQU-4\t{name} an invite at 10^6 stored\t{many:.0} µs\
             \t{few:.0} µs at 10^3, {some:.0} µs at 10^5\t{ratio:.2}\tat most 2\t{}",
            if ratio <= 2.0 { "ok" } else { "missed" }
        );
    }
}

/// Returns the microseconds that each verb costs, with 64 of it under way.
fn measure(place: &Place, paths: &[String]) -> [f64; 4] {
    let app = &place.app;
    let operator = Call::operator();
    let nobody = Call { caller: guest_app::Caller::Nobody, origin: None, once: None };
    let mut made: Vec<InviteId> = Vec::new();
    let making = pipelined(
        MEASURED,
        |number| {
            let draft = place.draft(vec![format!("guest{number}@example.org")]);
            app.make_invites(&operator, TEAM, &draft)
        },
        |invites| made.push(invites.invites[0].id),
    );
    let opening = pipelined(
        MEASURED,
        |number| {
            let path = &paths[number * 7_919 % paths.len()];
            app.guest_link(&nobody, path.rsplit('/').next().unwrap())
        },
        drop,
    );
    let listing = pipelined(MEASURED / 4, |_| list(app, &operator), drop);
    let ending =
        pipelined(MEASURED, |number| app.cancel_invite(&operator, TEAM, made[number], None), drop);
    [making, opening, listing, ending]
}

fn list(app: &App, call: &Call) -> Pending<guest_app::view::Page<guest_app::view::InviteView>> {
    app.invites(call, TEAM, &InviteQuery::default(), &Paging::default())
}

/// Does work 64 at a time, and returns the microseconds that one takes.
fn pipelined<T: Send + 'static>(
    times: usize,
    mut start: impl FnMut(usize) -> Pending<T>,
    mut done: impl FnMut(T),
) -> f64 {
    let began = Instant::now();
    let mut under_way = VecDeque::new();
    for number in 0..times {
        under_way.push_back(start(number));
        if under_way.len() == 64 {
            done(under_way.pop_front().unwrap().wait().unwrap());
        }
    }
    for pending in under_way {
        done(pending.wait().unwrap());
    }
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let each = began.elapsed().as_secs_f64() * 1e6 / times as f64;
    each
}

/// QU-10: 10,000 reminders, and then 10,000 ends, that fall in the same second.
fn due() {
    let place = Place::new();
    for first in (0..DUE).step_by(100) {
        let guests = (first..first + 100).map(|number| format!("guest{number}@example.org"));
        let draft = place.draft(guests.collect());
        place.app.make_invites(&Call::operator(), TEAM, &draft).wait().unwrap();
    }
    let mails = || rows(&place, "SELECT count(*) FROM mail WHERE intent LIKE '%Reminder%'");
    let refunds =
        || rows(&place, "SELECT count(*) FROM credit_entry WHERE reason = 'refund_unused'");
    place.set_clock("2026-12-01T09:45:00Z");
    told("reminders due in the same second", process(&place), mails());
    place.set_clock("2026-12-01T10:00:00Z");
    process(&place);
    place.set_clock("2026-12-01T18:00:00Z");
    told("ends due in the same second", process(&place), refunds());
    assert_eq!(mails(), DUE);
}

/// Does everything that is due, and returns how long that took.
fn process(place: &Place) -> f64 {
    let start = Instant::now();
    while place.app.process_due(200).wait().unwrap().done > 0 {}
    start.elapsed().as_secs_f64()
}

fn told(what: &str, seconds: f64, done: usize) {
    let met = if seconds <= 2.0 && done == DUE { "ok" } else { "missed" };
    println!(
        "RESULT\tQU-10\t{what}: {done} of {DUE} done, each once\t{seconds:.2} s\t-\t-\t2 s\t{met}"
    );
}

fn rows(place: &Place, sql: &str) -> usize {
    let connection = rusqlite::Connection::open(&place.database).unwrap();
    let count: i64 = connection.query_row(sql, [], |row| row.get(0)).unwrap();
    count.try_into().unwrap()
}

const MEASURED: usize = 4_000;
const DUE: usize = 10_000;
