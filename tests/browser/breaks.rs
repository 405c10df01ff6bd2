//! What is between the guest and the computer breaks, and the page comes back by itself.

use crate::browser::Browser;
use crate::network::Network;
use crate::place::{ALL, Place};

#[test]
fn cn_10_a_broken_network_is_said_and_the_page_reconnects_by_itself() {
    let place = Place::start(&["--test-card"]);
    let invite = place.invite(ALL);
    let server = place.product.port;
    let network = Network::to(server);
    let way = format!("MAP 127.0.0.1:{server} 127.0.0.1:{}", network.port);
    let browser = Browser::with(&[&format!("--host-resolver-rules={way}")]);
    browser.enter(&place, &invite);
    browser.connect();

    network.cut();
    browser.see(BROKEN);
    browser.keep_picture("network-broken");
    network.mend();
    browser.await_screen();

    // Without a word: the last picture would stay.
    network.fall_silent();
    browser.see("The connection has ended. Asking why …");
    network.mend();
    browser.await_screen();

    // Whoever gives up is left alone.
    network.cut();
    browser.see(BROKEN);
    browser.click("[data-do=give-up]");
    network.mend();
    browser.see("You can connect again");
}

#[test]
fn cn_10_ga_44_the_page_reconnects_when_computer_and_server_are_back() {
    let screen = ["--test-card"];
    let mut place = Place::start(&screen);
    let invite = place.invite(ALL);
    let browser = Browser::start();
    browser.enter(&place, &invite);
    browser.connect();

    place.signal_agent("KILL");
    browser.see("The connection to the computer was lost.");
    browser.see("The computer cannot be reached.");
    browser.keep_picture("computer-lost");
    place.restart_agent(&screen);
    browser.await_screen();

    place.product.kill();
    browser.see(BROKEN);
    place.product.serve();
    browser.await_screen();
}

const BROKEN: &str = "The connection broke. Trying again in ";
