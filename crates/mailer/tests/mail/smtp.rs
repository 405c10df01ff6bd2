//! Answers of a mail server, and the ways to reach one.

use std::fs;
use std::time::Duration;

use guest_core::Delivery;
use guest_mailer::{Origin, Post, Transport};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::TempDir;

use crate::letters::{email, invite, invite_to, origin};
use crate::server::Server;

#[tokio::test]
async fn ga_50_answers_are_told_apart() {
    let server = Server::start(&[]).await;
    let post = post(&server.url("smtp", "", ""));
    check(&post, "lin", Delivery::Accepted).await;
    check(&post, "busy", failed("451 4.7.1 try again later", false)).await;
    check(&post, "full", failed("452 4.2.2 mailbox full", false)).await;
    check(&post, "unknown", refused("550 5.1.1 no such user see our help")).await;
    check(&post, "spam", refused("554 5.6.0 this looks like spam")).await;
    check(&post, "login", failed("530 5.7.0 authentication required", false)).await;
    let broken = "the mail server broke off: response error: incomplete response";
    check(&post, "mute", failed(broken, false)).await;
    let broken = "the mail server broke off after the message: response error: incomplete response";
    check(&post, "drop", failed(broken, true)).await;
}

#[tokio::test]
async fn ga_50_a_server_that_hangs_is_given_up_after_half_a_minute() {
    for (name, stage, unclear) in [
        ("stuck", "the mail server broke off", false),
        ("silent", "the mail server broke off after the message", true),
    ] {
        let mut server = Server::start(&[]).await;
        let post = post(&server.url("smtp", "", ""));
        let attempt = tokio::spawn(async move { post.send(&invite_to(name, 1)).await });
        server.reports(name, 1).await;
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(31)).await;
        let expected = failed(&format!("{stage}: no answer within 30s"), unclear);
        assert_eq!(attempt.await.unwrap(), expected, "{name}");
        tokio::time::resume();
    }
}

#[tokio::test]
async fn ga_50_a_refused_sender_is_no_fault_of_the_recipient() {
    let server = Server::start(&[]).await;
    let transport = Transport::parse(&server.url("smtp", "", "")).unwrap();
    let origin = Origin::new("guest.acme.example", email("refused@acme.example"));
    let detail = "the mail server does not take our sender address: 550 5.7.1 sender rejected";
    check(&Post::new(origin, transport), "lin", failed(detail, false)).await;
}

#[tokio::test]
async fn qu_21_a_mail_server_that_is_down_is_tried_again() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("smtp://127.0.0.1:{port}");
    let Delivery::Failed { detail, unclear: false } = post(&url).send(&invite()).await else {
        panic!("not taken for a failure that passes");
    };
    assert!(detail.starts_with("cannot reach the mail server: "), "{detail}");
    let fault = Transport::parse(&url).unwrap().check().await.unwrap_err();
    let expected = format!("127.0.0.1:{port}: cannot reach the mail server: ");
    assert!(fault.starts_with(&expected), "{fault}");
}

#[tokio::test]
async fn a_login_is_given_where_it_is_asked_for() {
    let mut server = Server::start(&["--login", "ada@acme:p/w"]).await;
    let right = server.url("smtp", "ada%40acme:p%2Fw@", "");
    check(&post(&right), "lin", Delivery::Accepted).await;
    assert_eq!(server.report().await["login"], "ada@acme");
    let answer = Transport::parse(&right).unwrap().check().await.unwrap();
    assert!(answer.ends_with("answers, not encrypted, signed in"), "{answer}");

    let wrong = server.url("smtp", "ada%40acme:wrong@", "");
    let refusal = "cannot sign in at the mail server: 535 5.7.8 Authentication credentials invalid";
    check(&post(&wrong), "lin", failed(refusal, false)).await;
    let fault = Transport::parse(&wrong).unwrap().check().await.unwrap_err();
    assert!(fault.ends_with(refusal), "{fault}");

    let none =
        "the mail server does not take our sender address: 530 5.7.0 Authentication required";
    check(&post(&server.url("smtp", "", "")), "lin", failed(none, false)).await;
}

#[tokio::test]
async fn a_connection_is_encrypted_as_asked() {
    let (directory, authority) = certificate();
    let pem = directory.path().join("server.pem");
    let mut server = Server::start(&["--certificate", pem.to_str().unwrap()]).await;
    for (ending, encrypted) in [("", true), ("?tls=none", false), (&*required(&authority), true)] {
        let url = server.url("smtp", "", ending);
        check(&post(&url), "lin", Delivery::Accepted).await;
        assert_eq!(server.report().await["encrypted"], encrypted, "{ending}");
    }
    // Encryption that must be had is not given to whoever shows any certificate.
    let Delivery::Failed { detail, unclear: false } =
        post(&server.url("smtp", "", "?tls=required")).send(&invite()).await
    else {
        panic!("an unknown certificate was trusted");
    };
    assert!(detail.starts_with("cannot reach the mail server: "), "{detail}");

    let plain = Server::start(&[]).await;
    let Delivery::Failed { detail, unclear: false } =
        post(&plain.url("smtp", "", &required(&authority))).send(&invite()).await
    else {
        panic!("a mail went without encryption");
    };
    assert!(detail.contains("STARTTLS is not supported"), "{detail}");
}

#[tokio::test]
async fn encryption_may_be_there_from_the_start_and_protects_a_login() {
    let (directory, authority) = certificate();
    let pem = directory.path().join("server.pem");
    let pem = pem.to_str().unwrap();
    for (scheme, arguments) in [("smtp", &[][..]), ("smtps", &["--wrapped"])] {
        let arguments = [&["--certificate", pem, "--login", "ada:secret"][..], arguments].concat();
        let mut server = Server::start(&arguments).await;
        let url = server.url(scheme, "ada:secret@", &required(&authority));
        check(&post(&url), "lin", Delivery::Accepted).await;
        let received = server.report().await;
        assert_eq!(received["login"], "ada");
        let answer = Transport::parse(&url).unwrap().check().await.unwrap();
        assert!(answer.ends_with("answers, encrypted, signed in"), "{answer}");
    }
}

async fn check(post: &Post, name: &str, expected: Delivery) {
    assert_eq!(post.send(&invite_to(name, 1)).await, expected, "{name}");
}

fn failed(detail: &str, unclear: bool) -> Delivery {
    Delivery::Failed { detail: detail.to_owned(), unclear }
}

fn refused(detail: &str) -> Delivery {
    Delivery::Refused { detail: detail.to_owned() }
}

fn post(url: &str) -> Post {
    Post::new(origin(), Transport::parse(url).unwrap())
}

fn required(authority: &str) -> String {
    format!("?tls=required&ca={authority}")
}

/// Makes a certificate for this machine; `server.pem` has its key too.
fn certificate() -> (TempDir, String) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let directory = TempDir::new().unwrap();
    let authority = directory.path().join("ca.pem");
    fs::write(&authority, cert.pem()).unwrap();
    let both = format!("{}{}", cert.pem(), signing_key.serialize_pem());
    fs::write(directory.path().join("server.pem"), both).unwrap();
    let authority = authority.to_str().unwrap().to_owned();
    (directory, authority)
}
