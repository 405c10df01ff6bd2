//! `guest doctor` and `guest credits verify`.

use std::fs;
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::net::TcpListener;
use std::thread;

use serde_json::Value;

use super::support::{Place, Server};

#[test]
fn a_doctor_finds_nothing_wrong_with_what_is_well() {
    let place = Place::with_team();
    let found = report(&place, "doctor --public-url https://guest.acme.example", 0);
    for about in ["data directory", "keys", "disk", "database", "ledger", "clock", "outbox"] {
        assert_eq!(state(&found, about), "ok", "{about}: {found:#}");
    }
    // Mails that are only written to files are worth a word.
    assert_eq!(state(&found, "mail"), "warn");
    assert_eq!(state(&found, "public address"), "ok");
}

#[test]
fn a_doctor_says_what_is_wrong() {
    let place = Place::with_team();
    let found = report(&place, "doctor --public-url http://guest.acme.example", 1);
    assert_eq!(state(&found, "public address"), "fail");
    let found = report(&place, "doctor --mail smtp://127.0.0.1:1", 1);
    assert_eq!(state(&found, "mail"), "fail");
    let found = report(&place, "doctor --listen nowhere", 1);
    assert_eq!(state(&found, "configuration"), "fail");
    let found = report(&place, "doctor --data elsewhere", 1);
    assert_eq!(state(&found, "database"), "fail");
    assert!(!place.folder.path().join("elsewhere").exists(), "nothing was made");
    fs::remove_file(place.data.join("keys/mac.key")).unwrap();
    let found = report(&place, "doctor", 1);
    assert_eq!(state(&found, "keys"), "fail");
    assert_eq!(state(&found, "database"), "ok");
}

#[test]
fn a_doctor_looks_at_the_mail_server_that_the_server_beside_it_uses() {
    let place = Place::with_team();
    let server = Server::start(&place);
    let found = report(&place, "doctor", 0);
    assert_eq!(state(&found, "mail"), "ok");
    assert!(detail(&found, "mail").contains(server.mail.to_str().unwrap()), "{found:#}");
    drop(server);
    // A server that is told of none has none.
    let mut server = place.command("serve --listen 127.0.0.1:0 --log-format json");
    drop(Server::spawn(&mut server, place.data.join("mail")));
    assert_eq!(state(&report(&place, "doctor", 0), "mail"), "warn");
}

#[test]
fn a_doctor_does_without_the_password_that_the_server_keeps_to_itself() {
    let place = Place::with_team();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mail = format!("smtp://ada:hidden@{}", silent.local_addr().unwrap());
    let mut server = place.command("serve --listen 127.0.0.1:0 --log-format json");
    let server = Server::spawn(server.env("GUEST_MAIL", &mail), place.data.join("mail"));
    let left = fs::read_to_string(place.data.join("server.json")).unwrap();
    assert!(left.contains("smtp://ada@127.0.0.1") && !left.contains("hidden"), "{left}");
    let greeting = thread::spawn(move || greet(&silent));
    let found = report(&place, "doctor", 0);
    assert_eq!(state(&found, "mail"), "ok");
    assert!(detail(&found, "mail").contains("signing in was not tried"), "{found:#}");
    assert!(!greeting.join().unwrap().contains("AUTH"), "nobody signs in without a password");
    drop(server);
}

#[cfg(unix)]
#[test]
fn a_doctor_sees_what_others_can_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::with_team();
    let key = place.data.join("keys/mac.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(state(&report(&place, "doctor", 0), "keys"), "warn");
}

#[test]
fn a_doctor_finds_damage() {
    let place = Place::with_team();
    // Opened and closed, so that everything is in the one file.
    place.ok("user list");
    let path = place.data.join("guest.db");
    let size = fs::metadata(&path).unwrap().len();
    let mut file = fs::File::options().write(true).open(&path).unwrap();
    for page in 2..size / 4096 {
        file.seek(SeekFrom::Start(page * 4096)).unwrap();
        file.write_all(&[0xff; 64]).unwrap();
    }
    drop(file);
    assert_eq!(state(&report(&place, "doctor", 1), "database"), "fail");
}

#[test]
fn cr_31_verify_says_ok_or_names_what_is_wrong() {
    let place = Place::with_team();
    place.ok("credits grant 7 --note welcome");
    assert_eq!(place.ok("credits verify"), "acme: OK, 7 credits\n");
    assert_eq!(place.ok("credits verify --team acme"), "acme: OK, 7 credits\n");
    assert_eq!(place.refused("credits verify --team initech"), "not_found");
}

#[track_caller]
fn report(place: &Place, line: &str, code: i32) -> Value {
    let done = place.run(&format!("{line} --json"));
    assert_eq!(done.code, code, "{line}: {done:?}");
    serde_json::from_str(&done.out).unwrap()
}

#[track_caller]
fn state(found: &Value, about: &str) -> String {
    said(found, about, "state")
}

#[track_caller]
fn detail(found: &Value, about: &str) -> String {
    said(found, about, "detail")
}

#[track_caller]
fn said(found: &Value, about: &str, field: &str) -> String {
    let findings = found.as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["check"] == about);
    finding.unwrap_or_else(|| panic!("no {about} in {found:#}"))[field].as_str().unwrap().to_owned()
}

/// Is a mail server that lets one client sign in, and returns what the client says.
fn greet(listener: &TcpListener) -> String {
    let (mut client, _) = listener.accept().unwrap();
    client.write_all(b"220 mail.example ESMTP\r\n").unwrap();
    let mut heard = String::new();
    for line in BufReader::new(client.try_clone().unwrap()).lines().map_while(Result::ok) {
        let answer = if line.starts_with("EHLO") {
            "250-mail.example\r\n250 AUTH PLAIN\r\n"
        } else {
            "250 ok\r\n"
        };
        heard.push_str(&line);
        if client.write_all(answer.as_bytes()).is_err() || line.starts_with("QUIT") {
            break;
        }
    }
    heard
}
