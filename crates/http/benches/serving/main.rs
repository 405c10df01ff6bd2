//! QU-1, QU-3 and QU-11: making invites, opening them and exporting the credit history, over HTTP
//! on a real disk, each beside its yardstick.
#![expect(clippy::print_stdout, reason = "the figures are the output")]
#![expect(clippy::unwrap_used, reason = "a benchmark may stop where it likes")]
#![expect(clippy::indexing_slicing, reason = "a benchmark may stop where it likes")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
#![allow(dead_code, reason = "the place is shared with another benchmark, which uses more of it")]

mod bare;
mod load;
mod place;

use std::sync::Arc;
use std::time::{Duration, Instant};

use self::load::{Load, Target};
use self::place::Place;

fn main() {
    let only = std::env::var("GUEST_BENCH_ONLY").unwrap_or_default();
    if only.is_empty() || only == "QU-1" {
        making();
    }
    if only.is_empty() || only == "QU-3" {
        opening();
    }
    if only.is_empty() || only == "QU-11" {
        exporting();
    }
}

/// QU-1: durable invites through the API from 64 clients, and the same rows by bare statements.
fn making() {
    let place = Place::new();
    let target = Target {
        paths: Arc::new(vec!["/v1/teams/acme/guest-access-invites".to_owned()]),
        headers: format!("Authorization: Bearer {}\r\n", place.api_key),
        computer: place.computer.to_string(),
        expected: 201,
    };
    load::closed(place.address, 64, 2_000, make_request, &target); // Warm up.
    let mut best: Option<(f64, f64, Duration)> = None;
    for _ in 0..3 {
        let before = bare::count(&place.database);
        let made = load::closed(place.address, 64, INVITES, make_request, &target);
        let rows = bare::rows_after(&place.database, &before);
        let bare = bare::write(&rows, INVITES);
        let p99 = made.within(0.99);
        if best.is_none_or(|(rate, yardstick, _)| made.rate / bare > rate / yardstick) {
            best = Some((made.rate, bare, p99));
        }
    }
    let (rate, bare, p99) = best.unwrap();
    result(
        "QU-1",
        &format!("durable invites a second, 64 clients, best of three (p99 {:.1} ms)", millis(p99)),
        &format!("{rate:.0}"),
        &format!("{bare:.0} by bare statements"),
        rate / bare,
        "at least 0.5",
        rate / bare >= 0.5,
    );
}

/// QU-3: an invite's page data among a million invites, and a constant answer.
fn opening() {
    let place = Place::new();
    let (cookie, paths) = place.a_million_invites();
    let target = Target {
        paths: Arc::new(paths),
        headers: format!("Cookie: guest={cookie}\r\n"),
        computer: String::new(),
        expected: 200,
    };
    let constant = place::constant(&place.sample(&target));
    let plain = Target { expected: 200, ..target.clone() };
    let mut best: Option<(f64, f64)> = None;
    for _ in 0..3 {
        let opened = load::closed(place.address, 64, OPENED, get_request, &target);
        let yardstick = load::closed(constant, 64, OPENED, get_request, &plain);
        if best.is_none_or(|(rate, bare)| opened.rate / yardstick.rate > rate / bare) {
            best = Some((opened.rate, yardstick.rate));
        }
    }
    let (rate, bare) = best.unwrap();
    result(
        "QU-3",
        "opening an invite's page data a second, 1,000,000 stored",
        &format!("{rate:.0}"),
        &format!("{bare:.0} constant answers"),
        rate / bare,
        "at least 0.33",
        rate / bare >= 1.0 / 3.0,
    );
    let steady: Load = load::open(place.address, 1_000, 10, get_request, &target);
    let p99 = steady.within(0.99);
    result(
        "QU-3",
        "the same at 1,000 a second, p99",
        &format!("{:.2} ms", millis(p99)),
        "-",
        f64::NAN,
        "under 5 ms",
        p99 < Duration::from_millis(5),
    );
}

/// QU-11: a million entries as CSV, and `sqlite3 -csv` on the same table.
fn exporting() {
    let place = Place::new();
    place.a_million_entries();
    place.export(); // Fills the caches of the store, which are bounded.
    let (mut export, mut shell, mut grown) = (Duration::MAX, Duration::MAX, 0);
    for _ in 0..3 {
        let memory = place::resident();
        let start = Instant::now();
        let (lines, most) = place.export();
        export = export.min(start.elapsed());
        assert_eq!(lines, 1_000_001);
        grown = grown.max(most.saturating_sub(memory));
        let start = Instant::now();
        assert_eq!(bare::shell_export(&place.database), 1_000_001);
        shell = shell.min(start.elapsed());
    }
    let ratio = shell.as_secs_f64() / export.as_secs_f64();
    result(
        "QU-11",
        &format!("CSV of 1,000,000 entries (memory grew by {} KiB)", grown / 1024),
        &format!("{:.2} s", export.as_secs_f64()),
        &format!("{:.2} s by sqlite3 -csv", shell.as_secs_f64()),
        ratio,
        "at least 0.33, memory flat",
        ratio >= 1.0 / 3.0 && grown < 16 * 1024 * 1024,
    );
}

fn make_request(number: usize, target: &Target) -> Vec<u8> {
    let body = format!(
        r#"{{"computer_id":"{}","emails":["guest{number}@example.org"],"window":{{"start":"{}","end":"{}","time_zone":"Europe/Paris"}},"permissions":["keyboard","mouse"],"title":"Usability study","message":"See you there."}}"#,
        target.computer,
        place::START,
        place::END
    );
    format!(
        "POST {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{}Content-Length: {}\r\n\r\n{body}",
        target.paths[0],
        target.headers,
        body.len()
    )
    .into_bytes()
}

fn get_request(number: usize, target: &Target) -> Vec<u8> {
    // A stride that visits the paths in no order a cache would like.
    let path = &target.paths[number.wrapping_mul(7_919) % target.paths.len()];
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{}\r\n", target.headers).into_bytes()
}

fn result(
    rule: &str,
    what: &str,
    figure: &str,
    yardstick: &str,
    ratio: f64,
    target: &str,
    met: bool,
) {
    let ratio = if ratio.is_nan() { "-".to_owned() } else { format!("{ratio:.2}") };
    let met = if met { "ok" } else { "missed" };
    println!("RESULT\t{rule}\t{what}\t{figure}\t{yardstick}\t{ratio}\t{target}\t{met}");
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

const INVITES: usize = 20_000;
const OPENED: usize = 40_000;
