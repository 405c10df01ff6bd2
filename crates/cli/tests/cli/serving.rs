//! `guest serve`: starting, stopping, and what it leaves behind.

use std::fs;
use std::io::{BufRead as _, Read as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use super::support::{Person, Place, Server, wait};

#[test]
fn a_server_makes_its_data_directory_and_stops_when_told() {
    let place = Place::empty();
    let server = Server::start(&place);
    let anybody = Person::stranger(&server.url);
    assert_eq!(anybody.send(reqwest::Method::GET, "/healthz", None).status(), 200);
    assert_eq!(anybody.send(reqwest::Method::GET, "/readyz", None).status(), 200);
    // Teams come beside it.
    place.ok("init --team acme --name Acme --owner ada@acme.example");
    let ada = Person::with_key(&server.url, &place.key("ada@acme.example"));
    assert_eq!(ada.get("/v1/me").unwrap()["teams"][0]["id"], "acme");
    let (code, log) = server.stop();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("\"stopped\""), "{log}");
}

#[test]
fn a_server_without_a_team_says_how_to_make_one() {
    let place = Place::empty();
    let (_, log) = Server::start(&place).stop();
    assert!(log.contains("there is no team yet: open the link"), "{log}");
    assert!(log.contains("or make one with `guest init --team "), "{log}");
    assert!(log.contains(&format!("--data {}", place.data.display())), "{log}");
    place.ok("init --team acme --name Acme --owner ada@acme.example");
    let (_, log) = Server::start(&place).stop();
    assert!(!log.contains("no team"), "{log}");
}

#[test]
fn wb_13_a_server_without_a_team_prints_a_link_to_set_one_up() {
    let place = Place::empty();
    let (first, log) = printed(&place);
    let (address, link) = first.unwrap();
    assert!(
        address.starts_with("http://127.0.0.1:") && link.starts_with("su_"),
        "{address} {link}"
    );
    assert!(
        log.contains("there is no team yet") && !log.contains(&link),
        "a log has no secret: {log}"
    );
    let (second, _) = printed(&place);
    assert_ne!(second.unwrap().1, link, "each start draws another");
    place.ok("init --team acme --name Acme --owner ada@acme.example");
    let (third, log) = printed(&place);
    assert_eq!(third, None, "{log}");
}

/// Starts a server, stops it, and returns the link that it printed, if it did, with what it logged.
fn printed(place: &Place) -> (Option<(String, String)>, String) {
    let mut command = place.command("serve --listen 127.0.0.1:0 --log-format json");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut log = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    // What it prints comes before it answers.
    while !said.contains("\"guest ") && !said.contains("serves") {
        assert_ne!(log.read_line(&mut said).unwrap(), 0, "the server ended: {said}");
    }
    let is_killed = std::process::Command::new("kill").arg(child.id().to_string()).status();
    assert!(is_killed.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0), "{said}");
    log.read_to_string(&mut said).unwrap();
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    let link = out.split_whitespace().find_map(|word| word.split_once("/set-up/"));
    (link.map(|(address, link)| (address.to_owned(), link.to_owned())), said)
}

#[test]
fn a_server_that_is_told_to_stop_ends_streams_and_idle_connections() {
    let place = Place::with_team();
    let server = Server::start(&place);
    let mut idle = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    let ada = Person::with_key(&server.url, &place.key("ada@acme.example"));
    let stream = ada.send(reqwest::Method::GET, "/v1/teams/acme/events", None);
    assert_eq!(stream.status(), 200);
    let start = Instant::now();
    let (code, log) = server.stop();
    assert_eq!(code, Some(0), "{log}");
    assert!(start.elapsed() < Duration::from_secs(9), "{:?}", start.elapsed());
    idle.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    assert_eq!(idle.read(&mut [0]).unwrap_or(0), 0);
}

#[test]
fn an_address_that_is_taken_is_refused_with_what_to_do() {
    let place = Place::empty();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = taken.local_addr().unwrap();
    let done = place.run(&format!("serve --listen {at}"));
    let said = format!(
        "error: another program listens on {at}: stop it, or name another address with --listen\n"
    );
    assert_eq!((done.code, done.err), (1, said));
    assert!(!place.data.exists(), "nothing was made");
}

#[test]
fn ga_19_lost_keys_are_drawn_anew_only_when_asked() {
    let place = Place::with_team();
    fs::remove_file(place.data.join("keys/mac.key")).unwrap();
    let done = place.run("serve --listen 127.0.0.1:0");
    assert_eq!(done.code, 1);
    assert!(done.err.contains("--new-keys"), "{}", done.err);
    drop(Server::start_with(&place, "--new-keys"));
    place.ok("user list");
}

#[test]
fn if_21_commands_beside_a_server_write_its_links_and_wake_it() {
    let place = Place::with_team();
    let server = Server::start_with(&place, "--public-url https://guest.acme.example");
    place.ok("credits grant 1 --note try");
    let key = place.json("computer key create lab");
    let computer = server.computer(key["secret"].as_str().unwrap(), "studio-1");
    place.ok(&format!("computer allow {computer}"));
    let made = place
        .json("invite create --computer studio-1 --email lin@example.org --for 1h --title Visit");
    let link = made["invites"][0]["link"].as_str().unwrap();
    assert!(link.starts_with("https://guest.acme.example/g/"), "{link}");
    // The mail goes out although the command that caused it has ended.
    let mails = server.wait_for_mails("lin@example.org", 1);
    assert!(mails[0].contains(link), "{link}: {}", mails[0]);
    let sent = wait("the mail to be sent", || {
        let row = place.json("mail list --state sent")["data"][0].clone();
        (!row.is_null()).then_some(row)
    });
    assert_eq!(sent["to"], "lin@example.org");
    assert_eq!(place.json("mail retry"), json!({ "retried": 0 }));
    let id = sent["id"].as_str().unwrap();
    assert_eq!(place.run(&format!("mail retry {id}")).code, 0);
    assert_eq!(place.refused("mail retry mail_nothing"), "not_found");
}

#[test]
fn ga_50_what_a_killed_server_was_handing_over_is_tried_again_at_once() {
    let place = Place::with_team();
    let handing_over = HandingOver::start(&place);
    // One that starts beside it leaves it alone.
    let before = place.json("mail list");
    drop(Server::start(&place));
    assert_eq!(place.json("mail list"), before);
    drop(handing_over);
    Server::start(&place).wait_for_mails("ada@acme.example", 1);
}

#[test]
fn qu_31_what_a_server_logs_holds_no_secret() {
    let place = Place::with_team();
    let key = place.key("ada@acme.example");
    let server = Server::start(&place);
    let ada = Person::with_key(&server.url, &key);
    ada.get("/v1/me").unwrap();
    Person::sign_in(&server, "ada@acme.example");
    let (_, log) = server.stop();
    assert!(!log.contains(&key) && !log.contains("si_"), "{log}");
}

/// A server in the midst of handing a mail to Ada over; it is killed when it is dropped.
struct HandingOver {
    server: Child,
    _connection: TcpStream,
}

impl HandingOver {
    fn start(place: &Place) -> Self {
        place.ok("computer add studio-1");
        place.ok("computer allow studio-1");
        place.ok(
            "invite create --computer studio-1 --email ada@acme.example --for 1h --title Visit",
        );
        // A mail server that takes the connection, and then says nothing.
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let mail = format!("smtp://{}", silent.local_addr().unwrap());
        let mut command = place.command(&format!("serve --listen 127.0.0.1:0 --mail {mail}"));
        let server = command.stderr(Stdio::null()).spawn().unwrap();
        let (connection, _) = silent.accept().unwrap();
        assert_eq!(place.json("mail list")["data"][0]["state"], "sending");
        Self { server, _connection: connection }
    }
}

impl Drop for HandingOver {
    fn drop(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }
}
