//! What is between the guest and the computer breaks, and the page comes back by itself.

use crate::browser::Browser;
use crate::network::Network;
use crate::place::{ALL, Place};

#[test]
fn cn_10_the_page_reconnects_by_itself_and_says_what_it_does() {
    let screen = ["--test-card"];
    let mut place = Place::start(&screen);
    let invite = place.invite(ALL);
    let network = Network::to(place.product.port);
    let browser = Browser::with(&[&format!(
        "--host-resolver-rules=MAP 127.0.0.1:{} 127.0.0.1:{}",
        place.product.port, network.port
    )]);
    browser.enter(&place, &invite);
    browser.connect();

    // The guest's network, in both ways in which networks break.
    network.cut();
    browser.see(BROKEN);
    browser.keep_picture("network-broken");
    network.mend();
    browser.await_screen();
    network.fall_silent();
    browser.see("The connection has ended. Asking why …");
    network.mend();
    browser.await_screen();

    // The computer.
    place.signal_agent("KILL");
    browser.see("The connection to the computer was lost.");
    browser.see("The computer cannot be reached.");
    browser.keep_picture("computer-lost");
    place.restart_agent(&screen);
    browser.await_screen();

    // The server.
    place.product.kill();
    browser.see(BROKEN);
    place.product.serve();
    browser.await_screen();

    // The guest gives up, and it stays so.
    network.cut();
    browser.see(BROKEN);
    browser.click("[data-do=give-up]");
    network.mend();
    browser.see("You can connect again");
}

const BROKEN: &str = "The connection broke. Trying again in ";
