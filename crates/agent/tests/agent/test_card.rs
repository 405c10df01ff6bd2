//! The test card, seen by a viewer (CN-2).

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use guest_agent::Screen;

use crate::server::{Agent, Server, test_card};
use crate::viewer::{Said, Viewer};

#[tokio::test]
async fn cn_2_keys_and_pointer_change_the_picture_and_nothing_else_does() {
    let mut server = Server::start().await;
    let _agent = Agent::start(&server, test_card());
    server.control().await.tell(&["ses_1"]).await;
    let mut viewer = Viewer::enter(server.stream("ses_1").await).await;
    assert_eq!((viewer.width, viewer.height), (800, 600));
    viewer.choose_raw().await;
    viewer.ask(false).await;
    let Said::Picture(first) = viewer.hear().await else { panic!("no picture") };
    assert!(first >= WHOLE, "{first}");
    viewer.ask(true).await;
    viewer.strike(0x61).await;
    check_small(&viewer.hear().await);
    viewer.ask(true).await;
    viewer.stream.write(&[5, 0, 1, 0, 1, 0]).await;
    check_small(&viewer.hear().await);
    viewer.ask(true).await;
    viewer.stream.write(b"\x06\0\0\0\0\0\0\x05hello").await;
    check_small(&viewer.hear().await);
}

#[tokio::test]
async fn cn_2_a_key_copies_a_text_to_the_guest() {
    let mut server = Server::start().await;
    let _agent = Agent::start(&server, test_card());
    server.control().await.tell(&["ses_1"]).await;
    let mut viewer = Viewer::enter(server.stream("ses_1").await).await;
    viewer.strike(0xffbf).await;
    let text = "copied from the test card at 2026-12-01 09:00:00Z";
    assert_eq!(viewer.hear().await, Said::Text(text.to_owned()));
}

#[tokio::test]
async fn cn_2_the_time_goes_on() {
    let mut server = Server::start().await;
    let seconds = AtomicU32::new(0);
    let clock = Arc::new(move || format!("second {}", seconds.fetch_add(1, Ordering::Relaxed)));
    let _agent = Agent::start(&server, Screen::TestCard { clock });
    server.control().await.tell(&["ses_1"]).await;
    let mut viewer = Viewer::enter(server.stream("ses_1").await).await;
    viewer.choose_raw().await;
    viewer.ask(false).await;
    viewer.hear().await;
    viewer.ask(true).await;
    check_small(&viewer.hear().await);
}

#[tokio::test]
async fn cn_9_each_guest_has_a_card() {
    let mut server = Server::start().await;
    let _agent = Agent::start(&server, test_card());
    let mut control = server.control().await;
    control.tell(&["ses_1"]).await;
    let mut one = Viewer::enter(server.stream("ses_1").await).await;
    control.tell(&["ses_1", "ses_2"]).await;
    let mut other = Viewer::enter(server.stream("ses_2").await).await;
    for viewer in [&mut one, &mut other] {
        viewer.choose_raw().await;
        viewer.ask(false).await;
        viewer.hear().await;
        viewer.ask(true).await;
    }
    one.strike(0x61).await;
    check_small(&one.hear().await);
    // The other waits still: what comes next is the answer to its own key.
    other.strike(0xffbf).await;
    assert!(matches!(other.hear().await, Said::Text(_)));
}

#[track_caller]
fn check_small(said: &Said) {
    let &Said::Picture(bytes) = said else { panic!("{said:?}") };
    assert!((1..WHOLE / 4).contains(&bytes), "{bytes} bytes");
}

/// All of the card in pixels of 32 bits.
const WHOLE: usize = 800 * 600 * 4;
