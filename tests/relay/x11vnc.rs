//! x11vnc, with a password that only the computer knows.
//!
//! Its clipboard is left out: it touches none in the first 15 s of a connection.

use crate::place::Place;
use crate::words;
use crate::x11::{Display, free_port};

#[test]
fn cn_1_cn_4_x11vnc_receives_what_is_permitted_and_the_guest_no_password() {
    let display = Display::hidden();
    let window = display.window();
    let port = free_port();
    let (_vnc, password) = display.x11vnc(port, "secret\n");
    let address = format!("127.0.0.1:{port}");
    let password = password.to_str().unwrap();
    let place = Place::start(&["--vnc", &address, "--vnc-password-file", password]);

    // Two at once; the password is asked for by nobody.
    let mut types = place.view(&place.invite(&["keyboard"]));
    let mut points = place.view(&place.invite(&["mouse"]));
    types.look();
    points.look();
    types.say(&words::pointer(1, 9, 9));
    types.strike(0x61);
    assert_eq!([window.input(), window.input()], ["KeyPress a", "KeyRelease a"]);
    points.strike(0x62);
    points.say(&words::pointer(1, 9, 9));
    points.say(&words::pointer(0, 9, 9));
    assert_eq!([window.input(), window.input()], ["ButtonPress 1", "ButtonRelease 1"]);

    types.stream.leave();
    assert_eq!(place.account(&types.session)["refused_input"], 1);
}
