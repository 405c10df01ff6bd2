//! The control socket.

use std::fs;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use guest_agent::{CannotDial, Screen};
use rustls::ServerConfig;
use rustls::crypto::ring;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

use crate::server::{Agent, Server, options, soon, test_card};

#[tokio::test]
async fn cn_1_the_agent_says_at_once_and_every_ten_seconds_that_it_is_there() {
    let mut server = Server::start().await;
    let agent = Agent::start(&server, test_card());
    let mut control = server.next().await;
    assert_eq!(control.path, "/v1/agent/socket");
    assert_eq!(control.authorization, "Bearer ck_secret");
    let beat = json!({ "name": "lab", "host_login": "ada", "connection": "relay" });
    assert_eq!(control.hear().await, beat);
    let first = Instant::now();
    control.tell(&[]).await;
    assert_eq!(control.hear().await, beat);
    assert!(first.elapsed() > Duration::from_secs(9), "{:?}", first.elapsed());
    agent.stop().await.unwrap();
    assert_eq!(control.closed().await.0, 1001);
}

#[tokio::test]
async fn cn_1_the_agent_comes_back_by_itself_and_its_streams_go_on() {
    let mut server = Server::start().await;
    let _agent = Agent::start(&server, test_card());
    let mut control = server.control().await;
    control.tell(&["ses_1"]).await;
    let mut stream = server.stream("ses_1").await;
    assert_eq!(stream.read(12).await, b"RFB 003.008\n");
    drop(control);
    let mut again = server.control().await;
    again.tell(&["ses_1"]).await;
    stream.write(b"RFB 003.008\n").await;
    assert_eq!(stream.read(2).await, [1, 1]);
    assert!(server.is_quiet(), "the session is served already");
}

#[tokio::test]
async fn cn_1_an_agent_that_is_refused_tries_again_slowly() {
    let mut server = Server::start().await;
    let _agent = Agent::start(&server, test_card());
    let mut control = server.next().await;
    control.hear().await;
    control.refuse(4003, "name_taken").await;
    let refused = Instant::now();
    server.control().await;
    assert!(refused.elapsed() > Duration::from_secs(7), "{:?}", refused.elapsed());
}

#[tokio::test]
async fn cn_1_a_key_that_is_mended_is_read_anew() {
    let mut server = Server::start().await;
    server.know_key(false);
    let agent = Agent::start(&server, test_card());
    fs::write(agent.folder.path().join("key"), "ck_new\n").unwrap();
    server.know_key(true);
    let control = server.next().await;
    assert_eq!(control.authorization, "Bearer ck_new");
}

#[tokio::test]
async fn an_agent_without_a_key_does_not_start() {
    let server = Server::start().await;
    let folder = tempfile::tempdir().unwrap();
    let options = options(&server, test_card(), &folder);
    fs::remove_file(&options.key_file).unwrap();
    let (_stop, stopping) = watch::channel(false);
    let Err(CannotDial::Key { cause, .. }) = guest_agent::run(options, stopping).await else {
        panic!("it started");
    };
    assert_eq!(cause.kind(), io::ErrorKind::NotFound);
}

#[tokio::test]
async fn an_agent_stops_while_nobody_answers() {
    let server = Server::start().await;
    let nobody = Screen::Vnc { address: "127.0.0.1:1".to_owned(), password_file: None };
    let agent = Agent::start_with(&server, nobody, |options, _| {
        options.server = guest_agent::Server::parse("http://127.0.0.1:1").unwrap();
    });
    agent.stop().await.unwrap();
}

#[tokio::test]
async fn cn_1_the_agent_knows_its_server_by_a_certificate() {
    let _ = ring::default_provider().install_default();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = made.signing_key.serialize_der().try_into().unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let mut server = Server::start_with(Some(TlsAcceptor::from(Arc::new(config)))).await;
    let trusting = Agent::start_with(&server, test_card(), |options, folder| {
        let path = folder.join("ca.pem");
        fs::write(&path, made.cert.pem()).unwrap();
        options.certificates = Some(path);
    });
    let mut control = server.control().await;
    control.tell(&["ses_1"]).await;
    assert_eq!(server.stream("ses_1").await.read(12).await, b"RFB 003.008\n");
    trusting.stop().await.unwrap();
    let _wary = Agent::start(&server, test_card());
    let dialled = tokio::time::timeout(Duration::from_secs(1), server.next()).await;
    assert!(dialled.is_err(), "a certificate that nobody vouches for is trusted");
}

#[tokio::test]
async fn nonsense_is_no_reason_to_stop() {
    let mut server = Server::start().await;
    let _agent = Agent::start(&server, test_card());
    let mut control = server.control().await;
    control.say("{}").await;
    soon(control.closed()).await;
    server.control().await;
}
