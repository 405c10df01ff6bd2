//! A guest works on a computer: what they may use arrives, and nothing else.

use serde_json::json;

use crate::browser::Browser;
use crate::page::{ENTER, link};
use crate::place::{ALL, Invite, Place};
use crate::product::within;
use crate::terminal::{BACKGROUND, Terminal};
use crate::x11::{Display, free_port};

#[test]
fn wb_10_cn_5_a_guest_signs_in_connects_and_uses_what_they_may() {
    let port = free_port();
    let display = Display::tigervnc(port);
    let terminal = Terminal::on(&display);
    let place = Place::with_vnc(port);
    let invite = place.invite(ALL);
    let browser = Browser::start();

    // Another account learns nothing but that it is another one (GA-41).
    browser.open(&link(&place, &invite));
    browser.see("Sign in");
    browser.sign_in(&place, "eve@example.org");
    browser.see("This invite is for another account");
    assert!(!browser.text().contains("lin@example.org"));
    browser.keep_picture("wrong-account");
    browser.click("[data-do=sign-out]");
    browser.enter(&place, &invite);
    browser.see("You can connect now");
    browser.keep_picture("ready");

    // The picture is the computer's.
    browser.connect();
    assert!(
        within(10, || browser.colour_at(600, 400) == BACKGROUND),
        "{}",
        browser.colour_at(600, 400)
    );
    assert_eq!(
        browser.peripherals(),
        ["keyboard on", "mouse on", "gamepad off", "copy on", "paste on"]
    );

    // With the keyboard at the screen from the beginning.
    let text = "Dear Ada, <b>\"2 + 2 = 4\"</b> & so on: ~/{a|b}$ #1 @ 50%; [ok] ^ 7 * 6?";
    browser.strike(text);
    browser.strike(ENTER);
    terminal.await_text(&format!("{text}\r"));
    browser.click_screen(6 * 40 + 3, 13 * 20 + 6);
    terminal.await_pointer("0;41;21M");
    terminal.await_pointer("0;41;21m");
    browser.click_screen(6 * 3 + 3, 13 * 30 + 6);
    terminal.await_pointer("0;4;31m");
    assert!(terminal.pointed().contains(&"35;4;31M".to_owned()), "it moved there first");

    // Both clipboards.
    browser.paste("from the guest\nin two lines");
    assert!(within(10, || display.pasted() == "from the guest\nin two lines"));
    display.copy("from the computer");
    assert!(within(10, || browser.copied() == "from the computer"), "{}", browser.copied());
    browser.keep_picture("tigervnc");

    // One thing after the other is taken away, and given back: the page connects by itself (GA-34).
    change(&place, &browser, &invite, &["mouse", "copy", "paste"], "keyboard off");
    browser.keep_picture("tigervnc-without-keyboard");
    browser.strike("lost");
    browser.click_screen(6 * 9 + 3, 13 * 9 + 6);
    terminal.await_pointer("0;10;10m");
    terminal.await_text(&format!("{text}\r"));

    change(&place, &browser, &invite, &["keyboard", "copy", "paste"], "mouse off");
    browser.click_screen(6 * 50 + 3, 13 * 9 + 6);
    browser.strike("a");
    terminal.await_text(&format!("{text}\ra"));
    assert!(!terminal.pointed().iter().any(|deed| deed.contains(";51;")));

    change(&place, &browser, &invite, &["keyboard", "mouse", "paste"], "copy off");
    display.copy("a secret of the computer's");
    browser.paste("heard after it");
    assert!(within(10, || display.pasted() == "heard after it"));
    assert_eq!(browser.copied(), "from the computer", "what came before");

    change(&place, &browser, &invite, &["keyboard", "mouse", "copy"], "paste off");
    assert!(!browser.is_shown("#pasted") && !browser.is_shown("[data-do=paste]"));
    display.copy("heard without paste");
    assert!(within(10, || browser.copied() == "heard without paste"));

    change(&place, &browser, &invite, &[], "keyboard off");
    assert_eq!(
        browser.peripherals(),
        ["keyboard off", "mouse off", "gamepad off", "copy off", "paste off"]
    );
    assert!(!browser.is_shown("[data-do=clipboard]"));
    browser.strike("lost too");
    browser.click(".bar [data-do=leave]");
    browser.see("You can connect again");
    terminal.await_text(&format!("{text}\ra"));
}

#[test]
fn cn_2_wb_10_a_guest_tries_the_test_card() {
    let place = Place::start(&["--test-card"]);
    let invite = place.invite(ALL);
    let browser = Browser::start();
    browser.enter(&place, &invite);
    browser.connect();
    let mut before = browser.looks();
    let mut reacts = |to: &str| {
        assert!(within(10, || browser.looks() != before), "nothing reacts to {to}");
        before = browser.looks();
    };
    browser.strike("Guest");
    reacts("keys");
    browser.click_screen(400, 300);
    reacts("the pointer");
    browser.paste("a text of the guest's");
    reacts("text");
    browser.keep_picture("test-card");
    browser.click_screen(400, 300);
    browser.strike(F2);
    assert!(within(10, || browser.copied().starts_with("copied from the test card at ")));

    change(&place, &browser, &invite, &["mouse", "copy", "paste"], "keyboard off");
    let before = browser.looks();
    browser.strike("lost");
    browser.click_screen(500, 200);
    assert!(within(10, || browser.looks() != before));
    browser.keep_picture("test-card-without-keyboard");
}

#[test]
fn qu_32_what_the_policy_of_a_page_forbids_is_noticed() {
    let place = Place::start(&["--test-card"]);
    let browser = Browser::start();
    browser.open(&link(&place, &place.invite(ALL)));
    browser.see("Sign in");
    assert_eq!(browser.complaints(), "");
    let smuggle =
        "document.body.append(Object.assign(document.createElement('script'), { text: '1' }))";
    browser.run(smuggle, &[]);
    assert!(within(10, || browser.complaints().contains("Content Security Policy")));
    browser.forgive();
}

/// Gives a guest who is connected other permissions at once, and waits until they count.
#[track_caller]
fn change(place: &Place, browser: &Browser, invite: &Invite, permissions: &[&str], shows: &str) {
    place.order("PATCH", invite, "", Some(&json!({ "permissions": permissions })));
    browser.see("From your next connection:");
    place.order("POST", invite, "/apply-permissions", Some(&json!({})));
    let is_there = || browser.peripherals().iter().any(|told| told == shows);
    assert!(within(20, is_there), "{:?}", browser.peripherals());
    browser.await_screen();
    browser.see_no("From your next connection:");
}

const F2: &str = "\u{e032}";
