//! A real VNC server that speaks the extended clipboard.

use miniz_oxide::inflate::decompress_to_vec_zlib;

use crate::place::{ALL, Place};
use crate::viewer::{Said, Viewer};
use crate::words::{self, CAPS, EXTENDED_CLIPBOARD, NOTIFY, PROVIDE, REQUEST, TEXT};
use crate::x11::{Display, free_port, text_of};

#[test]
fn cn_4_cn_8_tigervnc_receives_what_is_permitted() {
    let port = free_port();
    let mut display = Display::tigervnc(port);
    let window = display.window();
    let place = Place::with_vnc(port);

    let invite = place.invite(&["keyboard"]);
    let mut guest = place.view(&invite);
    guest.look();
    assert_eq!((guest.width, guest.height), (640, 480));
    guest.say(&words::pointer(1, 9, 9));
    guest.say(&words::pointer(0, 9, 9));
    guest.strike(0x61);
    assert_eq!([window.event(), window.event()], ["KeyPress a", "KeyRelease a"]);
    guest.stream.leave();
    assert_eq!(place.account(&guest.session)["refused_input"], 2);

    let mut guest = place.view(&place.invite(&["mouse"]));
    guest.strike(0x61);
    guest.say(&words::pointer(0, 9, 9));
    guest.say(&words::pointer(1, 9, 9));
    guest.say(&words::pointer(0, 9, 9));
    assert_eq!(window.event(), "Motion");
    assert_eq!([window.input(), window.input()], ["ButtonPress 1", "ButtonRelease 1"]);
    guest.stream.leave();
    assert_eq!(place.account(&guest.session)["refused_input"], 2);

    // Nothing at all: what comes next is another guest's.
    let mut looker = place.view(&place.invite(&[]));
    looker.strike(0x61);
    looker.say(&words::pointer(1, 9, 9));
    looker.look();

    let held = place.invite(ALL);
    let mut guest = place.view(&held);
    guest.say(&[words::key(true, 0xffe1), words::pointer(1, 9, 9)].concat());
    assert_eq!([window.input(), window.input()], ["KeyPress Shift_L", "ButtonPress 1"]);
    place.kick(&held);
    assert_eq!(guest.stream.ended(), "kicked");
    assert_eq!([window.input(), window.input()], ["KeyRelease Shift_L", "ButtonRelease 1"]);

    // Without its VNC server the computer is lost to the guest.
    let mut guest = place.view(&held);
    guest.look();
    display.kill();
    assert_eq!(guest.stream.ended(), "computer_lost");
    assert_eq!(looker.stream.ended(), "computer_lost");
    place.check_ended(&held, &guest.session, "computer_lost");
}

#[test]
fn cn_4_tigervncs_clipboard_goes_only_where_it_may() {
    let port = free_port();
    let display = Display::tigervnc(port);
    let place = Place::with_vnc(port);
    let mut copies = place.view(&place.invite(&["copy"]));
    let mut pastes = place.view(&place.invite(&["paste"]));
    copies.look();
    pastes.look();

    // Out of the computer.
    display.copy("from the computer");
    assert_eq!(copies.hear(), Said::Text("from the computer".to_owned()));
    assert_eq!(pastes.look(), [], "it may not copy");

    // Into the computer.
    copies.say(&words::cut_text(6, "smuggled in"));
    copies.look();
    assert_eq!(display.pasted(), "from the computer");
    pastes.say(&words::cut_text(6, "from the guest"));
    pastes.look();
    assert_eq!(display.pasted(), "from the guest");
}

#[test]
fn cn_4_the_extended_clipboard_goes_only_where_it_may() {
    let port = free_port();
    let display = Display::tigervnc(port);
    let place = Place::with_vnc(port);
    let mut copies = extended(&place, &["copy"]);
    let mut pastes = extended(&place, &["paste"]);
    let mut looks = place.view(&place.invite(&[]));
    looks.say(&words::encodings(&[0, EXTENDED_CLIPBOARD]));
    assert_eq!(looks.look(), [], "there is nothing to agree on");

    // Out of the computer: offered, asked for, brought.
    display.copy("grün 😀");
    assert!(matches!(copies.hear(), Said::Clipboard(flags, _) if flags & NOTIFY != 0));
    copies.say(&words::extended(6, REQUEST | TEXT, &[]));
    let Said::Clipboard(flags, data) = copies.hear() else { panic!("no text") };
    assert_eq!(flags, PROVIDE | TEXT);
    assert_eq!(text(&data), "grün 😀");
    pastes.say(&words::extended(6, REQUEST | TEXT, &[]));
    assert_eq!(pastes.look(), [], "it may not copy, asked for or not");

    // Into the computer: offered, asked for by a program there, brought.
    copies.say(&words::extended(6, NOTIFY | TEXT, &[]));
    copies.say(&words::extended(6, PROVIDE | TEXT, &words::provided("smuggled in")));
    copies.look();
    assert_eq!(display.pasted(), "grün 😀", "it may not paste");
    pastes.say(&words::extended(6, NOTIFY | TEXT, &[]));
    pastes.look();
    let pasting = display.pasting();
    assert!(matches!(pastes.hear(), Said::Clipboard(flags, _) if flags & REQUEST != 0));
    pastes.say(&words::extended(6, PROVIDE | TEXT, &words::provided("blau 😀")));
    assert_eq!(text_of(pasting), "blau 😀");
}

/// Connects with a viewer that has agreed on the extended clipboard.
fn extended(place: &Place, permissions: &[&str]) -> Viewer {
    let mut guest = place.view(&place.invite(permissions));
    guest.say(&words::encodings(&[0, EXTENDED_CLIPBOARD]));
    let Said::Clipboard(flags, _) = guest.hear() else { panic!("nothing to agree on") };
    assert!(flags & (CAPS | TEXT) == CAPS | TEXT, "{flags:#x}");
    let can = CAPS | REQUEST | NOTIFY | PROVIDE | TEXT;
    // Nothing is to come unasked.
    guest.say(&words::extended(6, can, &[0; 4]));
    guest.look();
    guest
}

fn text(data: &[u8]) -> String {
    let plain = decompress_to_vec_zlib(data).or_else(|partial| match partial.output {
        // The stream is flushed, and goes on with the next text.
        output if !output.is_empty() => Ok(output),
        _ => Err(partial.status),
    });
    let plain = plain.unwrap();
    String::from_utf8(plain[4..].to_vec()).unwrap().trim_end_matches('\0').to_owned()
}
