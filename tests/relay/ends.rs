//! However a session ends, everybody hears why, and nothing more reaches the computer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::DateTime;
use serde_json::json;

use crate::place::{ALL, COMPUTERS, GUEST, Invite, Place, await_still};
use crate::product::{self, within};
use crate::viewer::Viewer;
use crate::vnc::{Seat, Vnc};
use crate::words;

#[test]
fn ga_44_each_end_is_told_to_the_guest_with_its_reason_and_closes_the_computers_side() {
    let vnc = Vnc::start(64, 48);
    let place = Place::with_vnc(vnc.port);
    check(&place, &vnc, "kicked", |invite, _| place.kick(invite));
    check(&place, &vnc, "kicked", |invite, _| {
        place.order("DELETE", invite, "/guest?keep_out=true", None);
        assert_eq!(place.refused(invite), "kept_out");
        place.order("POST", invite, "/readmit", Some(&json!({})));
        place.await_way_in(invite);
    });
    check(&place, &vnc, "cancelled", |invite, _| {
        place.order("DELETE", invite, "", None);
        assert_eq!(place.refused(invite), "invite_ended");
    });
    check(&place, &vnc, "permissions_changed", |invite, _| {
        place.order("POST", invite, "/apply-permissions", Some(&json!({})));
    });
    check(&place, &vnc, "replaced", |invite, _| {
        place.connect(invite);
        // The computer makes ready for the new one.
        vnc.seat();
    });
    check(&place, &vnc, "left", |_, guest| {
        place.guest.post(&format!("/v1/sessions/{}/leave", guest.session), &json!({})).ok();
    });
    check(&place, &vnc, "protocol_error", |_, guest| guest.say(&[99]));
    check(&place, &vnc, "protocol_error", |_, guest| guest.stream.say("hello"));
    check(&place, &vnc, "access_off", |invite, _| {
        place.allow(false);
        assert_eq!(place.refused(invite), "guest_access_off");
        place.allow(true);
    });
    let (other, _) = place.product.computer("studio-2");
    check(&place, &vnc, "moved", |invite, _| {
        place.order("POST", invite, "/move", Some(&json!({ "computer_id": other })));
    });
    check(&place, &vnc, "window_ended", |invite, _| {
        let end = product::from_now(0, 2)["end"].clone();
        place.order("PATCH", invite, "", Some(&json!({ "window": { "end": end } })));
    });
    // The last one: nothing comes after it.
    check(&place, &vnc, "computer_removed", |_, _| {
        place.owner.delete(&format!("{COMPUTERS}/{}", place.computer)).ok();
    });
}

#[test]
fn ga_44_cn_10_the_guest_who_goes_away_has_left_at_once() {
    let vnc = Vnc::start(64, 48);
    let place = Place::with_vnc(vnc.port);
    let invite = place.invite(ALL);
    let guest = place.view(&invite);
    let computer = vnc.seat();
    guest.stream.leave();
    assert_eq!(computer.rest(), [[0; 0]; 0]);
    place.check_ended(&invite, &guest.session, "left");

    // Also while the computer is not there yet.
    place.signal_agent("STOP");
    let connected = place.connect(&invite);
    place.stream(&connected).leave();
    let left = || place.session(&invite, &connected.session)["end_reason"] == "left";
    let at_once = within(5, left);
    place.signal_agent("CONT");
    assert!(at_once, "{}", place.session(&invite, &connected.session));
}

#[test]
fn ga_44_a_revoked_user_loses_the_connection_too() {
    let vnc = Vnc::start(64, 48);
    let place = Place::with_vnc(vnc.port);
    let user = ["user", "add", "--email", GUEST, "--name", "Lin", "--profile", "member"];
    place.product.cli(&user);
    // By another program on the same database, which the server notices by itself.
    check(&place, &vnc, "rights_lost", |_, _| {
        place.product.cli(&["user", "revoke", GUEST]);
    });
}

#[test]
fn ga_44_a_lost_computer_is_told_and_one_that_comes_back_serves_again() {
    let vnc = Vnc::start(64, 48);
    let screen = ["--vnc".to_owned(), format!("127.0.0.1:{}", vnc.port)];
    let screen = [&*screen[0], &*screen[1]];
    let mut place = Place::start(&screen);
    check(&place, &vnc, "computer_lost", |_, _| place.signal_agent("KILL"));
    let invite = place.invite(ALL);
    place.await_obstacle(&invite, &json!("computer_offline"));
    assert_eq!(place.refused(&invite), "computer_offline");
    place.restart_agent(&screen);
    place.await_way_in(&invite);
    // Told to stop, it says goodbye.
    check(&place, &vnc, "computer_lost", |_, _| place.signal_agent("TERM"));
    place.restart_agent(&screen);
    place.await_way_in(&invite);
    // Its VNC server breaks, or breaks its own protocol.
    check_with(&place, &vnc, "computer_lost", |_, _, seat| seat.say(&[77]));
    check_with(&place, &vnc, "computer_lost", |_, _, seat| seat.hang_up());
    place.view(&invite).look();
}

#[test]
fn ga_44_a_server_that_stops_or_falls_over_ends_its_sessions() {
    let vnc = Vnc::start(64, 48);
    let mut place = Place::with_vnc(vnc.port);
    let invite = place.invite(ALL);
    let mut guest = place.view(&invite);
    let computer = vnc.seat();
    guest.say(&words::key(true, 0x61));
    assert_eq!(computer.input(), Some(words::key(true, 0x61)));
    place.signal_server("TERM");
    assert_eq!(guest.stream.ended(), "server_stopped");
    assert_eq!(computer.rest(), [words::key(false, 0x61)]);
    assert!(within(10, || !place.product.is_running()), "it does not stop");
    place.product.serve();
    place.check_ended(&invite, &guest.session, "server_stopped");

    place.await_way_in(&invite);
    let mut guest = place.view(&invite);
    let computer = vnc.seat();
    guest.look();
    place.product.kill();
    assert_eq!(guest.stream.closed(), None, "it had no time to say anything");
    assert_eq!(computer.rest(), [[0; 0]; 0]);
    place.product.serve();
    place.check_ended(&invite, &guest.session, "server_stopped");
    place.await_way_in(&invite);
    place.view(&invite).look();
}

/// A guest types without pause; each key is the moment at which it is pressed.
#[test]
fn cn_7_nothing_that_is_typed_after_the_end_reaches_the_computer() {
    let vnc = Vnc::start(64, 48);
    let place = Place::with_vnc(vnc.port);
    for reason in ["kicked", "window_ended"] {
        let invite = place.invite_until(ALL, if reason == "kicked" { 3600 } else { 3 });
        let mut guest = place.view(&invite);
        let computer = vnc.seat();
        let session = guest.session.clone();
        let start = now();
        let typing = thread::spawn(move || {
            let key = |down| words::key(down, u32::try_from(now() - start).unwrap());
            while guest.stream.try_write(&key(true)) && guest.stream.try_write(&key(false)) {
                thread::sleep(Duration::from_millis(1));
            }
            guest.stream.closed()
        });
        assert!(computer.input().is_some());
        let end = if reason == "kicked" {
            place.kick(&invite);
            now()
        } else {
            let end = place.session(&invite, &session)["closes_at"].clone();
            DateTime::parse_from_rfc3339(end.as_str().unwrap()).unwrap().timestamp_millis()
        };
        let arrived = computer.rest();
        let moments: Vec<_> = arrived.iter().map(|key| moment(key)).collect();
        let last = moments.iter().max().copied().unwrap_or_default();
        assert!(start + last < end + SLACK, "{reason} at {}: typed at {last}", end - start);
        assert!(start + last > end - 2 * SLACK, "the guest typed to the end");
        let closed = typing.join().unwrap();
        // A guest who still writes while the server closes may miss why.
        assert!(closed.is_none_or(|closed| closed == (4000, reason.to_owned())));
    }
}

fn moment(key: &[u8]) -> i64 {
    i64::from(u32::from_be_bytes(key[4..].try_into().unwrap()))
}

/// Returns the present time in milliseconds.
#[expect(clippy::disallowed_methods, reason = "a test compares with the server's clock")]
fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_millis()).unwrap()
}

/// How late a busy machine may be, in milliseconds; how soon an end takes effect on a quiet one is
/// measured by a benchmark.
const SLACK: i64 = 1000;

/// What waits on the way when the end comes is thrown away.
#[test]
fn cn_7_what_is_queued_at_the_end_is_thrown_away() {
    let vnc = Vnc::start_deaf();
    let place = Place::with_vnc(vnc.port);
    let invite = place.invite(ALL);
    let mut guest = place.view(&invite);
    let computer = vnc.seat();
    let typed = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&typed);
    // More than all buffers on the way hold together.
    let typing = thread::spawn(move || {
        let stroke = [words::key(true, 0x61), words::key(false, 0x61)].concat().repeat(1024);
        while guest.stream.try_write(&stroke) {
            counted.fetch_add(stroke.len() as u64, Ordering::Relaxed);
        }
    });
    await_still(|| typed.load(Ordering::Relaxed));
    place.kick(&invite);
    typing.join().unwrap();
    computer.listen();
    let arrived: usize = computer.rest().iter().map(Vec::len).sum();
    let typed = typed.load(Ordering::Relaxed);
    assert!(arrived < usize::try_from(typed).unwrap(), "{arrived} of {typed} bytes arrived");
}

#[track_caller]
fn check(place: &Place, vnc: &Vnc, reason: &str, end: impl FnOnce(&Invite, &mut Viewer)) {
    check_with(place, vnc, reason, |invite, guest, _| end(invite, guest));
}

/// Connects with a key held down, has the session end, and checks what each side makes of it.
#[track_caller]
fn check_with(
    place: &Place,
    vnc: &Vnc,
    reason: &str,
    end: impl FnOnce(&Invite, &mut Viewer, &mut Seat),
) {
    let invite = place.invite(ALL);
    let mut guest = place.view(&invite);
    let mut computer = vnc.seat();
    guest.look();
    end(&invite, &mut guest, &mut computer);
    assert_eq!(guest.stream.ended(), reason);
    assert_eq!(computer.rest(), [[0; 0]; 0], "{reason}: the computer's side is closed");
    assert_eq!(place.account(&guest.session)["reason"], reason);
    if reason != "computer_removed" {
        place.check_ended(&invite, &guest.session, reason);
    }
}
