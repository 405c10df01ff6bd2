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

    // The guest's network.
    network.cut();
    browser.see("The connection broke. Trying again in ");
    browser.keep_picture("network-broken");
    network.mend();
    browser.await_screen();

    // The computer.
    place.signal_agent("KILL");
    browser.see("The connection to the computer was lost.");
    browser.see("The computer cannot be reached.");
    browser.keep_picture("computer-lost");
    place.restart_agent(&screen);
    browser.await_screen();

    // The server, which dies.
    place.product.kill();
    browser.see("The connection broke. Trying again in ");
    place.product.serve();
    browser.await_screen();
    browser.keep_picture("after-all-that");

    // The guest gives up, and it stays so.
    network.cut();
    browser.see("The connection broke. Trying again in ");
    browser.click("[data-do=give-up]");
    network.mend();
    browser.see("You can connect again");
}
