//! The streams of sessions.

use tokio::io::AsyncReadExt as _;

use crate::server::{Agent, Server, soon, test_card};
use crate::viewer::Viewer;
use crate::vnc::Vnc;

#[tokio::test]
async fn cn_1_each_session_has_a_stream() {
    let mut server = Server::start().await;
    let _agent = Agent::start(&server, test_card());
    let mut control = server.control().await;
    control.tell(&["ses_1"]).await;
    let one = server.stream("ses_1").await;
    assert_eq!(one.authorization, "Bearer ck_secret");
    assert_eq!(one.protocol.as_deref(), Some("binary"));
    control.tell(&["ses_1", "ses_2"]).await;
    let other = server.stream("ses_2").await;
    let (one, other) = tokio::join!(Viewer::enter(one), Viewer::enter(other));
    assert_eq!((one.name, other.name), ("Guest test card".into(), "Guest test card".into()));
    assert!(server.is_quiet());
}

#[tokio::test]
async fn cn_8_what_the_gateway_sends_last_reaches_the_computer() {
    let mut server = Server::start().await;
    let vnc = Vnc::start().await;
    let _agent = Agent::start(&server, vnc.screen(None));
    let mut control = server.control().await;
    control.tell(&["ses_1"]).await;
    let (mut stream, mut computer) =
        tokio::join!(server.stream("ses_1"), async { vnc.let_in(b"RFB 003.008\n").await });
    stream.write(b"RFB 003.008\n").await;
    stream.write(&[1]).await;
    stream.read(18).await;
    control.tell(&[]).await;
    let key_up = [4, 0, 0, 0, 0, 0, 0, 0x61];
    stream.write(&key_up).await;
    let mut came = Vec::new();
    soon(computer.read_to_end(&mut came)).await.unwrap();
    assert_eq!(came, key_up);
    soon(stream.closed()).await;
}

#[tokio::test]
async fn cn_1_an_agent_that_stops_closes_its_streams() {
    let mut server = Server::start().await;
    let agent = Agent::start(&server, test_card());
    let mut control = server.control().await;
    control.tell(&["ses_1"]).await;
    let mut viewer = Viewer::enter(server.stream("ses_1").await).await;
    let (stopped, closed) = tokio::join!(agent.stop(), viewer.stream.closed());
    stopped.unwrap();
    assert_eq!(closed, (0, String::new()));
}
