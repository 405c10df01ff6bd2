//! Guests who take too slowly, give too much, or are many.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use serde_json::Value;

use crate::place::{ALL, Invite, Place, await_still};
use crate::product::within;
use crate::viewer::Viewer;
use crate::vnc::Vnc;
use crate::words;

#[test]
fn cn_4_a_guest_who_does_not_read_is_not_waited_for_with_memory() {
    let vnc = Vnc::start(1024, 1024);
    let place = Place::with_vnc(vnc.port);
    let invite = place.invite(ALL);
    let mut guest = place.view(&invite);
    let computer = vnc.seat();
    guest.look();
    let (before, drawn) = (resident(&place), computer.drawn.load(Ordering::Relaxed));
    // A gigabyte is asked for.
    for _ in 0..256 {
        guest.ask();
    }
    await_still(|| computer.drawn.load(Ordering::Relaxed));
    let after = resident(&place);
    assert!(after < before + ROOM, "from {before} to {after} KiB");
    // Once it reads, it goes on where it was.
    for _ in 0..8 {
        guest.hear();
    }
    let is_drawing = || computer.drawn.load(Ordering::Relaxed) > drawn + (8 << 20);
    assert!(within(20, is_drawing));
    place.kick(&invite);
    place.check_ended(&invite, &guest.session, "kicked");
    assert_eq!(computer.rest(), [[0; 0]; 0]);
}

#[test]
fn cn_4_a_flood_of_input_waits_where_it_comes_from() {
    let vnc = Vnc::start_deaf();
    let place = Place::with_vnc(vnc.port);
    let (one, other) = (place.invite(ALL), place.invite(ALL));
    let guest = place.view(&one);
    let computer = vnc.seat();
    let mut bystander = place.view(&other);
    let beside = vnc.seat();
    beside.listen();
    bystander.look();
    let before = resident(&place);
    let typed = Arc::new(AtomicU64::new(0));
    let (counted, mut stream) = (Arc::clone(&typed), guest.stream);
    let flood = thread::spawn(move || {
        for number in 0..FLOOD {
            if !stream.try_write(&text(number)) {
                return false;
            }
            counted.fetch_add(1, Ordering::Relaxed);
        }
        true
    });
    await_still(|| typed.load(Ordering::Relaxed));
    let after = resident(&place);
    assert!(after < before + ROOM, "from {before} to {after} KiB");
    bystander.look();
    // The computer comes to it in the end, and all of it arrives.
    computer.listen();
    assert!(flood.join().unwrap(), "the flood was cut off");
    for number in 0..FLOOD {
        assert!(computer.input() == Some(text(number)), "text {number} did not arrive");
    }
}

/// One of many long texts, each with its number.
fn text(number: usize) -> Vec<u8> {
    words::cut_text(6, &format!("{number:6}").repeat(10_000))
}

/// More texts than all buffers on the way hold together: 60 MB.
const FLOOD: usize = 1000;

#[test]
fn cn_7_ga_49_a_hundred_guests_at_once_and_one_switch_that_ends_them_all() {
    let vnc = Vnc::start(64, 48);
    let place = Place::with_vnc(vnc.port);
    let invites: Vec<Invite> = (0..100).map(|_| place.invite(ALL)).collect();
    let mut guests: Vec<Viewer> = invites.iter().map(|invite| place.view(invite)).collect();
    let seats: Vec<_> = guests.iter().map(|_| vnc.seat()).collect();
    for guest in &mut guests {
        guest.ask();
    }
    for guest in &mut guests {
        guest.hear();
        assert!(guest.pixels.iter().all(|byte| *byte == 0x5a), "{}", guest.session);
    }
    let cut = place.product.cli(&["invite", "cut", "--team", "acme", "--all", "--json"]);
    let cut: Value = serde_json::from_str(&cut).unwrap();
    assert_eq!(
        (cut["sessions_ended"].as_u64(), cut["invites_cancelled"].as_u64()),
        (Some(100), Some(0))
    );
    for guest in &mut guests {
        assert_eq!(guest.stream.ended(), "kicked", "{}", guest.session);
    }
    for seat in seats {
        assert_eq!(seat.rest(), [[0; 0]; 0]);
    }
    for (invite, guest) in invites.iter().zip(&guests) {
        place.check_ended(invite, &guest.session, "kicked");
    }
    // Nothing of it lasts.
    place.view(&invites[0]).look();
}

/// Returns how much memory the server holds, in KiB.
fn resident(place: &Place) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", place.product.process())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// What a server may grow by meanwhile for whatever reason, in KiB: far less than what is held up.
const ROOM: u64 = 8 * 1024;
