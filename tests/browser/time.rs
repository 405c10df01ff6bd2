//! The window opens, moves and ends while the page is open.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::place::{ALL, Invite, Place};
use crate::product::{self, within};

#[test]
fn ga_48_wb_10_the_page_follows_the_window_from_before_it_to_its_end() {
    let place = Place::start(&["--test-card"]);
    let invite = place.invite(ALL);
    let browser = Browser::start();
    set(&place, &invite, &window(3 * 3600, 4 * 3600));
    browser.enter(&place, &invite);

    // Before the window, in both zones.
    browser.see("Your time has not begun yet");
    browser.see("in 2 h 59 min");
    browser.see("(Asia/Kolkata, UTC+05:30)");
    browser.see("(America/New_York, UTC-");
    browser.see("Add to calendar");
    browser.keep_picture("before-the-window");

    // It is moved, and opens.
    set(&place, &invite, &window(5, 3600));
    browser.see("You can connect now");
    browser.connect();

    // Ten minutes before the end, and more time.
    set(&place, &invite, &end(603));
    browser.see("Less than 10 minutes left.");
    browser.keep_picture("ten-minutes-left");
    browser.click("#warning [data-do=more-time]");
    browser.fill("#more-time-form [name=note]", "One more question");
    browser.click("#more-time-form .actions button");
    browser.see("Whoever invited you was asked for more time.");
    let asked = || place.show(&invite)["time_request"]["note"] == "One more question";
    assert!(within(10, asked), "{}", place.show(&invite));
    place.order("POST", &invite, "/extend", Some(&json!({ "minutes": 30 })));
    browser.see("Your time has changed: 39 min left.");

    // A minute before the end, and the end.
    set(&place, &invite, &end(62));
    browser.see("Less than a minute left.");
    browser.keep_picture("a-minute-left");
    set(&place, &invite, &end(3));
    browser.see("The time of this invite is over");
    browser.see("Your connection ended with it.");
    browser.keep_picture("window-end");
}

/// Changes the window of an invite.
fn set(place: &Place, invite: &Invite, window: &Value) {
    place.order("PATCH", invite, "", Some(&json!({ "window": window })));
}

/// Returns a window that starts and ends so many seconds from now, on the clocks of Kolkata.
fn window(start: i64, end: i64) -> Value {
    let mut window = product::from_now(start + KOLKATA, end + KOLKATA);
    window["time_zone"] = json!("Asia/Kolkata");
    window
}

/// Returns an end so many seconds from now, and no other change.
fn end(seconds: i64) -> Value {
    json!({ "end": window(0, seconds)["end"] })
}

/// By how many seconds clocks there are ahead of UTC, all year round.
const KOLKATA: i64 = 19_800;
