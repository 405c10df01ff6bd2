//! Whoever is revoked is out within a second, wherever they were at that moment (OR-9).
#![allow(clippy::disallowed_methods, reason = "a test measures")]

use std::fs::{self, File};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::place::{COMPUTERS, INVITES, Invite, Place};
use crate::product::{self, Client, Product, binary, within};
use crate::stream::{SOCKET, Stream};

#[test]
fn or_9_whoever_is_revoked_is_out_everywhere_within_a_second() {
    let mut place = Place::start(&["--test-card"]);
    place.product.cli(&[
        "user",
        "add",
        "--email",
        MIA,
        "--name",
        "Mia",
        "--profile",
        "member",
        "--coordinator",
    ]);
    let mia = place.product.sign_in(MIA);
    let program = place.product.client(Some(&place.product.api_key(MIA)));
    program.get("/v1/teams/acme").ok();

    // At the test card of a team computer, with two streams of events, two computers of their own.
    let invite = invited(&place, MIA);
    place.guest = mia.clone();
    let mut guest = place.view(&invite);
    guest.look();
    let team = Following::start(&mia, "/v1/teams/acme/events");
    let own = Following::start(&mia, &format!("/v1/guest-links/{}/events", invite.token));
    let (laptop, _) = computer(&mia, "laptop");
    let agent = Agent::start(&place.product, "laptop", &laptop);
    assert!(within(20, || is_online(&place.owner, "laptop")), "{}", agent.log());
    let (desk, _) = computer(&mia, "desk");
    let mut socket = Stream::open(place.product.port, SOCKET, Some(&desk)).unwrap();
    socket.say(&json!({ "name": "desk" }).to_string());
    socket.hear();

    let users = place.owner.get("/v1/teams/acme/users").ok();
    let found = users["data"].as_array().unwrap().iter().find(|user| user["email"] == MIA);
    let path = format!("/v1/teams/acme/users/{}", found.unwrap()["id"].as_str().unwrap());
    let foreseen = place.owner.get(&format!("{path}/revocation")).ok();
    assert_eq!((&foreseen["invites_for"], &foreseen["api_keys"]), (&json!(1), &json!(1)));
    assert_eq!(foreseen["computers"].as_array().unwrap().len(), 2);
    let sent = Instant::now();
    place.owner.post(&format!("{path}/revoke"), &json!({})).ok();
    let revoked = Instant::now();
    assert_eq!(guest.stream.ended(), "rights_lost");
    assert_eq!(socket.closed(), Some((4003, "computer_removed".to_owned())));
    let ended = [team.ended(), own.ended(), Instant::now()];
    for at in ended {
        assert!(at > sent && at < revoked + WITHIN, "only after {:?}", at - revoked);
    }
    assert_eq!(program.get("/v1/teams/acme").status, 401);
    assert_eq!(mia.get("/v1/me").status, 401);
    assert_eq!(place.session(&invite, &guest.session)["end_reason"], "rights_lost");
    assert!(!is_online(&place.owner, "laptop"));
    let refused = || agent.log().contains("computer_removed");
    assert!(within(5, refused), "the agent goes on: {}", agent.log());

    // Signed in again the person is nobody in the team, and is told by mail.
    let again = place.product.sign_in(MIA);
    assert_eq!(again.get("/v1/teams/acme").status, 404);
    assert_eq!(again.post(&connect(&invite), &json!({})).refused(), "invite_ended");
    let mails = place.product.mails_to(MIA);
    assert!(mails.iter().any(|mail| mail.contains("no longer")), "{mails:?}");
    assert_eq!(
        place.owner.post(&format!("{path}/revoke"), &json!({})).refused(),
        "already_revoked"
    );
}

/// Somebody who follows events.
struct Following(thread::JoinHandle<Instant>);

impl Following {
    /// Follows until the stream ends.
    fn start(client: &Client, path: &str) -> Self {
        let (client, path) = (client.clone(), path.to_owned());
        Self(thread::spawn(move || {
            let answer = client.get(&path);
            assert_eq!(answer.status, 200, "{}", answer.body);
            Instant::now()
        }))
    }

    /// Returns when it ended.
    fn ended(self) -> Instant {
        self.0.join().unwrap()
    }
}

/// The agent of a computer, as it is built.
struct Agent {
    process: Child,
    log: std::path::PathBuf,
}

impl Agent {
    fn start(product: &Product, name: &str, token: &str) -> Self {
        let folder = product.folder.path();
        let (key, log) = (folder.join(format!("{name}.key")), folder.join(format!("{name}.log")));
        fs::write(&key, token).unwrap();
        let file = File::create(&log).unwrap();
        let process = Command::new(binary())
            .args(["agent", "--server", &product.base(), "--test-card", "--key-file"])
            .arg(key)
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap();
        Self { process, log }
    }

    fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Makes a computer of somebody's own, and returns its agent's token and its id.
fn computer(client: &Client, name: &str) -> (String, String) {
    let made = client.post(COMPUTERS, &json!({ "name": name, "provision": "personal" })).ok();
    let text = |field: &str| made[field].as_str().unwrap().to_owned();
    (text("secret"), text("id"))
}

fn is_online(owner: &Client, name: &str) -> bool {
    let all = owner.get(COMPUTERS).ok();
    let mut all = all["data"].as_array().unwrap().iter();
    all.any(|one| one["name"] == name && one["online"] == true)
}

/// Invites a user to the team computer, for an hour.
fn invited(place: &Place, email: &str) -> Invite {
    let body = json!({
        "computer_id": place.computer,
        "emails": [email],
        "window": product::from_now(-60, 3600),
        "permissions": ["keyboard", "mouse"],
        "title": "Usability study",
    });
    let made: Value = place.owner.post(INVITES, &body).ok()["invites"][0].take();
    let token = made["link"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    Invite { id: made["id"].as_str().unwrap().to_owned(), token }
}

fn connect(invite: &Invite) -> String {
    format!("/v1/guest-links/{}/connect", invite.token)
}

const MIA: &str = "mia@acme.example";

/// The rule's second.
const WITHIN: Duration = Duration::from_secs(1);
