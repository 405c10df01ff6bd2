//! Inviting people to join, and greeting them in a terminal, in both modes.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStderr, ChildStdin, Command, Stdio};

use guest_app::GreetingStep;
use guest_core::{
    Context, Details, GreetingMessage as Message, GuestRandom, GuestSide, GuestStage,
    MemberInviteId, PersonName, TeamId,
};
use serde_json::{Value, json};

use super::support::{Person, Place, Server, wait};

#[test]
fn or_25_a_terminal_greets_on_the_data_directory() {
    let place = Place::with_team();
    let server = Server::start(&place);
    let invite = place.json("invitation send nina@guests.example");
    let mut terminal = place.command("invitation greet NINA@guests.example --json");
    greet(&server, &invite, &mut terminal);
    let listed = place.json("invitation list");
    assert_eq!(listed["data"][0]["state"], "finished");
    assert_eq!(place.refused("invitation cancel nina@guests.example"), "invitation_ended");
}

#[test]
fn or_25_a_terminal_greets_through_a_server() {
    let place = Place::with_team();
    let server = Server::start(&place);
    let key = place.key("ada@acme.example");
    let invite = server.json(&key, "invitation send nina@guests.example");
    let elsewhere = Place::empty();
    let mut terminal = elsewhere.command("invitation greet nina@guests.example --json");
    terminal.args(["--server", &server.url]).env("GUEST_API_KEY", &key);
    greet(&server, &invite, &mut terminal);
    let users = server.json(&key, "user list");
    let names: Vec<_> =
        users["data"].as_array().unwrap().iter().map(|user| user["name"].clone()).collect();
    assert!(names.contains(&json!("Nina Newcomer")), "{names:?}");
}

#[test]
fn or_27_each_address_is_told_of_by_itself() {
    let place = Place::with_team();
    let sent =
        place.json("invitation send nina@guests.example,ada@acme.example NINA@guests.example");
    let told: Vec<_> = sent["data"].as_array().unwrap().iter().map(|one| &one["outcome"]).collect();
    assert_eq!(told, ["invited", "refused"]);
    assert_eq!(place.refused("invitation send ada@acme.example"), "already_member");
    assert_eq!(place.refused("invitation greet nobody@guests.example"), "not_found");
    let cancelled = place.json("invitation cancel nina@guests.example");
    assert_eq!(cancelled["state"], "cancelled");
}

/// Greets somebody in a terminal, while they are there with the machine of the core.
fn greet(server: &Server, sent: &Value, command: &mut Command) {
    let invitation = &sent["data"][0]["invitation"];
    let link = invitation["link"].as_str().unwrap();
    let token = link.rsplit('/').next().unwrap();
    let mut guest = Guest::come(server, token, invitation["id"].as_str().unwrap());
    let mut terminal = Terminal::start(command);

    guest.until("the host's code", |stage| matches!(stage, GuestStage::Pick(_)));
    let code = terminal.read("read this code out: ");
    guest.side.handle_pick(&code);
    guest.until("one's own code", |stage| matches!(stage, GuestStage::Say(_)));
    let GuestStage::Say(code) = guest.side.stage() else { panic!() };
    terminal.read("1 to 4, or none");
    terminal.answer(code.as_str());
    guest.until("the form", |stage| *stage == GuestStage::Fill);
    guest.side.handle_details(&details());
    guest.until("the host", |stage| *stage == GuestStage::Looking);
    guest.push();
    assert_eq!(terminal.read("name: "), "Nina Newcomer");
    assert_eq!(terminal.read("device: "), "Test client");
    terminal.read("external, member or administrator?");
    terminal.answer("nothing");
    terminal.read("validation");
    terminal.answer("member");
    let user = terminal.end();
    assert_eq!((&user["name"], &user["profile"]), (&json!("Nina Newcomer"), &json!("member")));
    guest.until("the end", |stage| matches!(stage, GuestStage::Done(_)));
}

/// The invited person, with a client of their own.
struct Guest {
    person: Person,
    path: String,
    side: GuestSide,
}

impl Guest {
    fn come(server: &Server, token: &str, id: &str) -> Self {
        let context = Context {
            team: TeamId::parse("acme").unwrap(),
            invitation: id.parse::<MemberInviteId>().unwrap(),
        };
        let random = GuestRandom { key: [1; 32], nonce: [2; 32], decoys: [3; 32], seal: [4; 12] };
        let side = GuestSide::begin(context, &random);
        let path = format!("/v1/member-invite-links/{token}/greeting");
        let person = Person::stranger(&server.url);
        person.post(&path, &json!({ "opening": OPENING })).unwrap();
        Self { person, path, side }
    }

    /// Goes on until there is something to do.
    fn until(&mut self, what: &str, is_it: impl Fn(&GuestStage) -> bool) {
        wait(what, || {
            self.push();
            is_it(&self.side.stage()).then_some(())
        });
    }

    /// Hears what there is, and says what is not there yet.
    fn push(&mut self) {
        let view = self.person.get(&format!("{}?opening={OPENING}", self.path)).unwrap();
        let Some(attempt) = view["attempts"].get(0) else { return };
        let steps: Vec<GreetingStep> = serde_json::from_value(attempt["said"].clone()).unwrap();
        for step in &steps {
            self.side.handle_message(&Message::try_from(step).unwrap());
        }
        for message in self.side.said() {
            let said = GreetingStep::from(message);
            if !steps.contains(&said) {
                let body = json!({ "opening": OPENING, "attempt": attempt["id"], "said": said });
                self.person.post(&format!("{}/steps", self.path), &body).unwrap();
            }
        }
    }
}

/// A command with somebody at its terminal; it is killed when it is dropped.
struct Terminal {
    child: Child,
    keys: ChildStdin,
    screen: BufReader<ChildStderr>,
}

impl Terminal {
    fn start(command: &mut Command) -> Self {
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        let keys = child.stdin.take().unwrap();
        let screen = BufReader::new(child.stderr.take().unwrap());
        Self { child, keys, screen }
    }

    /// Waits for a line with these words, and returns what follows them.
    #[track_caller]
    fn read(&mut self, words: &str) -> String {
        let mut seen = String::new();
        loop {
            let mut line = String::new();
            assert_ne!(self.screen.read_line(&mut line).unwrap(), 0, "no {words:?} in {seen}");
            if let Some((_, rest)) = line.split_once(words) {
                return rest.trim().to_owned();
            }
            seen.push_str(&line);
        }
    }

    fn answer(&mut self, line: &str) {
        writeln!(self.keys, "{line}").unwrap();
    }

    /// Waits until it ends well, and returns what it prints.
    fn end(&mut self) -> Value {
        let out = std::io::read_to_string(self.child.stdout.take().unwrap()).unwrap();
        assert!(self.child.wait().unwrap().success());
        serde_json::from_str(&out).unwrap()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn details() -> Details {
    Details {
        name: PersonName::parse("Nina Newcomer").unwrap(),
        device_name: "Test client".parse().unwrap(),
        device_key: DEVICE_KEY.parse().unwrap(),
    }
}

/// The beginning of the guest's device.
const OPENING: &str = "CCCCCCCCCCCCCCCCCCCCCA";

/// A point of P-256: its generator.
const DEVICE_KEY: &str =
    "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU";
