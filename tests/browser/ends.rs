//! A connection ends, and the page says why and what can be done.

use serde_json::json;

use crate::browser::Browser;
use crate::page::link;
use crate::place::{ALL, Place};

#[test]
fn ga_44_ga_45_the_page_says_why_a_connection_ended() {
    let place = Place::start(&["--test-card"]);
    let invite = place.invite(ALL);
    let browser = Browser::start();
    browser.enter(&place, &invite);
    browser.connect();

    place.kick(&invite);
    browser.see("Somebody of Acme has disconnected you.");
    browser.keep_picture("kicked");
    browser.connect();
    place.order("DELETE", &invite, "/guest?keep_out=true", None);
    browser.see("You were put out of lab");
    assert!(!browser.is_shown("[data-do=connect]"));
    browser.keep_picture("kept-out");
    place.order("POST", &invite, "/readmit", Some(&json!({})));
    browser.see("You can connect again");

    browser.connect();
    place.allow(false);
    browser.see("lab takes no guests at the moment");
    browser.keep_picture("access-off");
    place.allow(true);
    browser.see("Guest access on lab was turned off, and is on again.");

    browser.connect();
    browser.click(".bar [data-do=leave]");
    browser.see("Your last connection has ended.");

    browser.connect();
    place.order("DELETE", &invite, "", None);
    browser.see("This invite was withdrawn");
    browser.keep_picture("cancelled");
    assert!(!browser.is_shown("[data-do=connect]"));
}

#[test]
fn ga_36_another_browser_of_the_guests_takes_over() {
    let place = Place::start(&["--test-card"]);
    let invite = place.invite(ALL);
    let [here, there] = [Browser::start(), Browser::start()];
    here.enter(&place, &invite);
    here.connect();
    there.enter(&place, &invite);
    there.see("Connecting here takes over.");
    there.connect();
    here.see("is open in another window or on another device");
    here.keep_picture("replaced");
    // It can be ended from where it is not shown (GA-44).
    here.click("#panel [data-do=leave]");
    there.see("You can connect again");
    here.see("You can connect again");
}

#[test]
fn ga_42_a_link_that_leads_nowhere_says_so() {
    let place = Place::start(&["--test-card"]);
    let invite = place.invite(ALL);
    let browser = Browser::start();
    browser.enter(&place, &invite);
    let old = link(&place, &invite);
    place.order("POST", &invite, "/new-link", Some(&json!({})));
    browser.open(&old);
    browser.see("link");
    assert!(!browser.is_shown("[data-do=connect]"));
    browser.keep_picture("dead-link");
}
