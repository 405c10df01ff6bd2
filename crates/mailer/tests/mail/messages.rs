//! Messages as a mail program reads them.

use guest_app::letter::{InviteFacts, Letter, Render as _};
use guest_core::{Delivery, GuestNews, MailId, Title};
use guest_mailer::{Post, Transport, Words};
use serde_json::{Value, json};

use crate::letters::{about, all, hostile, invite, origin, sign_in, to_guest};
use crate::server::Server;

#[tokio::test]
async fn a_mail_program_reads_what_was_written() {
    let mut server = Server::start(&[]).await;
    for (name, letter) in
        all().into_iter().flat_map(|(name, it)| [(name, hostile(&it)), (name, it)])
    {
        let rendered = Words::new(origin()).render(&letter);
        let received = send(&mut server, &letter).await;
        let headers = &received["headers"];
        assert_eq!(received["defects"], json!([]), "{name}");
        assert_eq!(headers["subject"], rendered.subject, "{name}");
        assert_eq!(part(&received, "text/plain"), rendered.text, "{name}");
        assert_eq!(part(&received, "text/html"), rendered.html, "{name}");
        let calendar = ["multipart/mixed", "multipart/alternative", "text/calendar"];
        match rendered.calendar {
            None => {
                assert_eq!(received["shape"], json!([calendar[1], ["text/plain", "text/html"]]));
            }
            Some(expected) => {
                let parts = json!([calendar[1], ["text/plain", "text/html", calendar[2]]]);
                assert_eq!(received["shape"], json!([calendar[0], [parts, "application/ics"]]));
                let body = expected.body.replace("\r\n", "\n");
                assert_eq!(part(&received, "text/calendar"), body, "{name}");
                assert_eq!(part(&received, "application/ics"), body, "{name}");
                let calendar = &received["parts"][2];
                assert_eq!(calendar["method"], expected.method, "{name}");
                assert_eq!(calendar["charset"], "utf-8", "{name}");
                assert_eq!(received["parts"][3]["file"], "invite.ics", "{name}");
            }
        }
    }
}

#[tokio::test]
async fn headers_say_who_writes_and_to_whom() {
    let mut server = Server::start(&[]).await;
    let letter = invite();
    let received = send(&mut server, &letter).await;
    assert_eq!(received["sender"], "noreply@acme.example");
    assert_eq!(received["to"], "lin@example.org");
    let headers = received["headers"].as_object().unwrap();
    let expected = [
        ("from", "Acme <noreply@acme.example>"),
        ("reply-to", "ada@acme.example"),
        ("to", "lin@example.org"),
        ("date", "Mon, 30 Nov 2026 17:05:09 +0000"),
        ("message-id", &format!("<{}@guest.acme.example>", letter.id)),
        ("auto-submitted", "auto-generated"),
        ("mime-version", "1.0"),
    ];
    for (name, value) in expected {
        assert_eq!(headers[name], value, "{name}");
    }
    let mut names: Vec<_> = headers.keys().map(String::as_str).collect();
    names.retain(|name| !expected.iter().any(|(expected, _)| expected == name));
    assert_eq!(names, ["content-type", "subject"]);
    let received = send(&mut server, &sign_in()).await;
    assert_eq!(received["headers"]["from"], "Guest <noreply@acme.example>");
    assert_eq!(received["headers"]["reply-to"], "noreply@acme.example");
}

#[tokio::test]
async fn a_name_cannot_become_a_header() {
    let mut server = Server::start(&[]).await;
    let received = send(&mut server, &hostile(&invite())).await;
    assert_eq!(received["headers"].get("bcc"), None);
    assert_eq!(
        received["headers"]["from"],
        "\"Acme\\\" Bcc: everybody@acme.example <b>\" <noreply@acme.example>"
    );
}

#[tokio::test]
async fn ga_15_a_title_is_read_as_typed() {
    let mut server = Server::start(&[]).await;
    for title in [
        "=?utf-8?b?PGI+?=",
        "Étude d'utilisabilité – 第四季度 🎮",
        &"字".repeat(120),
        &"x".repeat(120),
        "  two  blanks  each  ",
        "\u{202e}olleh",
    ] {
        let about = InviteFacts { title: Title::parse(title).unwrap(), ..about() };
        let news = GuestNews::Invited { sequence: 0 };
        let received = send(&mut server, &to_guest(news, about)).await;
        let expected = format!("You've been invited to connect to {title} through Guest!");
        assert_eq!(received["headers"]["subject"], expected);
        assert!(part(&received, "text/plain").starts_with(&expected));
    }
}

#[tokio::test]
async fn ga_50_a_retry_is_the_same_mail() {
    let mut server = Server::start(&[]).await;
    let first = send(&mut server, &invite()).await;
    let second = send(&mut server, &invite()).await;
    assert_eq!(first["raw"], second["raw"]);
    let mut other = invite();
    other.id = MailId::from_bits(43);
    let third = send(&mut server, &other).await;
    assert_ne!(first["headers"]["message-id"], third["headers"]["message-id"]);
}

async fn send(server: &mut Server, letter: &Letter) -> Value {
    let transport = Transport::parse(&server.url("smtp", "", "")).unwrap();
    let delivery = Post::new(origin(), transport).send(letter).await;
    assert_eq!(delivery, Delivery::Accepted);
    server.report().await
}

/// Returns the content of the first part of this type, with lines as on this side.
fn part(received: &Value, kind: &str) -> String {
    let parts = received["parts"].as_array().unwrap();
    let part = parts.iter().find(|part| part["type"] == kind).unwrap();
    part["content"].as_str().unwrap().replace("\r\n", "\n")
}
