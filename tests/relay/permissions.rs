//! What a guest may do reaches the computer, and nothing else does; byte by byte.

use serde_json::json;

use crate::place::{ALL, Place};
use crate::product::within;
use crate::viewer::Said;
use crate::vnc::Vnc;
use crate::words::{self, CAPS, NOTIFY, PEEK, PROVIDE, REQUEST, TEXT};

#[test]
fn cn_4_cn_12_what_is_not_permitted_reaches_neither_side_and_is_counted() {
    let vnc = Vnc::start(64, 48);
    let place = Place::with_vnc(vnc.port);
    check(&place, &vnc, &[], "");
    check(&place, &vnc, &["keyboard"], "k");
    check(&place, &vnc, &["mouse"], "m");
    check(&place, &vnc, &["copy"], "c");
    check(&place, &vnc, &["paste"], "p");
    check(&place, &vnc, &["gamepad"], "");
    check(&place, &vnc, ALL, "kmcp");
}

/// Says everything in both directions with these permissions; what is named after a letter of
/// `passes` arrives.
#[track_caller]
fn check(place: &Place, vnc: &Vnc, permissions: &[&str], passes: &str) {
    let of_guest = [
        ("k", words::key(true, 0x61)),
        ("k", words::key(false, 0x61)),
        ("m", words::pointer(1, 7, 9)),
        ("m", words::pointer(0, 7, 9)),
        ("k", words::qemu_key(true, 0x62, 48)),
        ("k", words::qemu_key(false, 0x62, 48)),
        ("p", words::cut_text(6, "pasted")),
        ("cp", words::extended(6, CAPS | REQUEST | TEXT, &9u32.to_be_bytes())),
        ("p", words::extended(6, NOTIFY | TEXT, &[])),
        ("p", words::extended(6, PROVIDE | TEXT, &words::provided("pasted"))),
        ("c", words::extended(6, REQUEST | TEXT, &[])),
        ("c", words::extended(6, PEEK, &[])),
    ];
    let of_computer = [
        ("c", words::cut_text(3, "copied"), Said::Text("copied".to_owned())),
        ("c", words::extended(3, NOTIFY | TEXT, &[]), Said::Clipboard(NOTIFY | TEXT, vec![])),
        ("p", words::extended(3, REQUEST | TEXT, &[]), Said::Clipboard(REQUEST | TEXT, vec![])),
    ];
    let may = |letters: &str| letters.chars().any(|letter| passes.contains(letter));

    let invite = place.invite(permissions);
    let mut guest = place.view(&invite);
    let mut computer = vnc.seat();
    for (_, message) in &of_guest {
        guest.say(message);
    }
    for (_, message, _) in &of_computer {
        computer.say(message);
    }
    let said = guest.look();
    let arrived = computer.input_before_look();
    let expected: Vec<_> = of_guest.iter().filter(|(letters, _)| may(letters)).collect();
    let expected: Vec<_> = expected.into_iter().map(|(_, message)| message.clone()).collect();
    assert_eq!(arrived, expected, "{permissions:?}");
    let expected = of_computer.into_iter().filter(|(letters, ..)| may(letters));
    assert_eq!(said, expected.map(|(.., said)| said).collect::<Vec<_>>(), "{permissions:?}");

    guest.stream.leave();
    let account = place.account(&guest.session);
    let refused = of_guest.iter().filter(|(letters, _)| !may(letters)).count();
    assert_eq!(account["refused_input"], refused, "{permissions:?}: {account}");
    assert_eq!(account["permissions"], json!(permissions));
    assert_eq!((&account["reason"], &account["from"]), (&json!("left"), &json!("127.0.0.1")));
    let said: usize = of_guest.iter().map(|(_, message)| message.len()).sum();
    // Besides, there is the handshake in both directions, and a picture.
    let bytes = |way: &str| account[way].as_u64().unwrap();
    assert_eq!(bytes("bytes_in"), (12 + 1 + 1 + 20 + 8 + said + 10) as u64);
    assert!(bytes("bytes_out") > 64 * 48 * 4);
    let session = place.session(&invite, &guest.session);
    assert_eq!(session["refused_input"], refused);
    assert_eq!(
        (&session["bytes_in"], &session["bytes_out"]),
        (&account["bytes_in"], &account["bytes_out"])
    );
}

#[test]
fn ga_35_only_a_first_picture_uses_an_invite() {
    let vnc = Vnc::start(64, 48);
    let place = Place::with_vnc(vnc.port);
    let invite = place.invite(ALL);
    let used = || !place.show(&invite)["used_at"].is_null();
    let guest = place.view(&invite);
    guest.stream.leave();
    place.check_ended(&invite, &guest.session, "left");
    assert!(!used(), "no picture was asked for");
    assert!(place.session(&invite, &guest.session)["used_at"].is_null());

    let mut guest = place.view(&invite);
    guest.look();
    assert!(within(10, used), "there was a picture");
    let first = place.show(&invite)["used_at"].clone();
    guest.stream.leave();
    place.view(&invite).look();
    assert_eq!(place.show(&invite)["used_at"], first, "it is the first use that counts");
}

#[test]
fn ga_34_a_guest_keeps_what_they_came_with_until_they_come_back() {
    let vnc = Vnc::start(64, 48);
    let place = Place::with_vnc(vnc.port);
    let invite = place.invite(&["mouse"]);
    let mut guest = place.view(&invite);
    let computer = vnc.seat();
    let keyboard = json!({ "permissions": ["keyboard"] });
    place.order("PATCH", &invite, "", Some(&keyboard));
    assert_eq!(place.show(&invite)["permissions"], json!(["keyboard"]));
    assert_eq!(place.session(&invite, &guest.session)["permissions"], json!(["mouse"]));
    guest.strike(0x61);
    guest.say(&words::pointer(0, 1, 1));
    assert_eq!(computer.input(), Some(words::pointer(0, 1, 1)));

    place.order("POST", &invite, "/apply-permissions", Some(&json!({})));
    assert_eq!(guest.stream.ended(), "permissions_changed");
    place.check_ended(&invite, &guest.session, "permissions_changed");
    let mut guest = place.view(&invite);
    let computer = vnc.seat();
    guest.say(&words::pointer(0, 1, 1));
    guest.strike(0x61);
    assert_eq!(computer.input(), Some(words::key(true, 0x61)));
}

#[test]
fn cn_9_ga_36_several_guests_at_once_each_with_one_session_for_an_invite() {
    let vnc = Vnc::start(64, 48);
    let place = Place::with_vnc(vnc.port);
    let (one, other) = (place.invite(ALL), place.invite(ALL));
    let mut first = place.view(&one);
    let first_seat = vnc.seat();
    let mut second = place.view(&other);
    let second_seat = vnc.seat();
    first.look();
    second.look();
    let mut third = place.view(&one);
    let third_seat = vnc.seat();
    assert_eq!(first.stream.ended(), "replaced");
    place.check_ended(&one, &first.session, "replaced");
    assert_eq!(first_seat.rest(), [[0; 0]; 0], "its end of the computer is closed");
    for (guest, seat, letter) in [(&mut second, second_seat, 0x61), (&mut third, third_seat, 0x62)]
    {
        guest.look();
        guest.strike(letter);
        assert_eq!(seat.input(), Some(words::key(true, letter)), "each has its own");
    }
}

#[test]
fn cn_8_whatever_ends_a_session_keys_and_buttons_are_let_go_of() {
    let vnc = Vnc::start(64, 48);
    let place = Place::with_vnc(vnc.port);
    for reason in ["left", "kicked", "protocol_error", "replaced"] {
        let invite = place.invite(ALL);
        let mut guest = place.view(&invite);
        let computer = vnc.seat();
        let held = [
            words::key(true, 0xffe1),
            words::key(true, 0x61),
            words::qemu_key(true, 0x62, 48),
            words::key(false, 0x61),
            words::pointer(5, 7, 9),
        ];
        guest.say(&held.concat());
        for message in &held {
            assert_eq!(computer.input().as_ref(), Some(message));
        }
        match reason {
            "left" => guest.stream.leave(),
            "kicked" => place.kick(&invite),
            "protocol_error" => guest.say(&[99]),
            _ => drop(place.connect(&invite)), // The last one.
        }
        let released =
            [words::qemu_key(false, 0x62, 48), words::key(false, 0xffe1), words::pointer(0, 7, 9)];
        assert_eq!(computer.rest(), released, "{reason}");
        place.check_ended(&invite, &guest.session, reason);
    }
}
