//! A team with a computer that an agent runs on, and a guest who is signed in.

use std::fs::{self, File};
use std::process::{Child, Command, Stdio};
use std::thread;

use serde_json::{Value, json};

use crate::product::{self, Client, Product, binary, within};
use crate::stream::Stream;
use crate::viewer::Viewer;

/// A server, an agent, and one guest.
pub(crate) struct Place {
    pub(crate) product: Product,
    pub(crate) owner: Client,
    pub(crate) guest: Client,
    pub(crate) computer: String,
    /// The computer's key.
    pub(crate) key: String,
    agent: Child,
}

/// An invite to the guest.
#[derive(Clone)]
pub(crate) struct Invite {
    pub(crate) id: String,
    pub(crate) token: String,
}

/// What the guest got by connecting.
pub(crate) struct Connected {
    pub(crate) session: String,
    pub(crate) ticket: String,
    /// Where the stream is opened.
    path: String,
}

impl Place {
    /// Starts everything, with an agent that is told to show this.
    pub(crate) fn start(screen: &[&str]) -> Self {
        let product = Product::start();
        product.cli(&["credits", "grant", "--team", "acme", "1000", "--note", "a test"]);
        let owner = product.as_owner();
        let made = owner.post("/v1/teams/acme/computer-keys", &json!({ "name": "lab" })).ok();
        let key = made["secret"].as_str().unwrap().to_owned();
        let agent = agent(&product, &key, screen);
        let computer = online(&owner);
        let on = json!({ "guest_access": true });
        owner.call("PATCH", &format!("{COMPUTERS}/{computer}"), Some(&on), &[]).ok();
        let guest = product.sign_in(GUEST);
        Self { product, owner, guest, computer, key, agent }
    }

    /// Starts everything, with a VNC server at this port.
    pub(crate) fn with_vnc(port: u16) -> Self {
        Self::start(&["--vnc", &format!("127.0.0.1:{port}")])
    }

    /// Invites the guest for an hour.
    pub(crate) fn invite(&self, permissions: &[&str]) -> Invite {
        self.invite_until(permissions, 3600)
    }

    /// Invites the guest for so many seconds.
    pub(crate) fn invite_until(&self, permissions: &[&str], end: i64) -> Invite {
        let body = json!({
            "computer_id": self.computer,
            "emails": [GUEST],
            "window": product::from_now(-60, end),
            "permissions": permissions,
            "title": "Usability study",
        });
        let made = self.owner.post(INVITES, &body).ok()["invites"][0].take();
        let token = made["link"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        Invite { id: made["id"].as_str().unwrap().to_owned(), token }
    }

    /// Connects as the guest's page does, without opening the stream.
    pub(crate) fn connect(&self, invite: &Invite) -> Connected {
        let path = format!("/v1/guest-links/{}/connect", invite.token);
        let connected = self.guest.post(&path, &json!({})).ok();
        let text = |name: &str| connected[name].as_str().unwrap().to_owned();
        let url = text("stream_url");
        let path = url.find("/v1/").map(|start| url[start..].to_owned()).unwrap();
        Connected { session: text("session_id"), ticket: text("ticket"), path }
    }

    /// Returns the code with which connecting is refused.
    pub(crate) fn refused(&self, invite: &Invite) -> String {
        let path = format!("/v1/guest-links/{}/connect", invite.token);
        self.guest.post(&path, &json!({})).refused()
    }

    /// Opens the stream of a session with a ticket.
    pub(crate) fn try_stream(
        &self,
        connected: &Connected,
        ticket: &str,
    ) -> Result<Stream, (u16, String)> {
        Stream::open(self.product.port, &format!("{}?ticket={ticket}", connected.path), None)
    }

    /// Opens the stream of a session.
    pub(crate) fn stream(&self, connected: &Connected) -> Stream {
        self.try_stream(connected, &connected.ticket).unwrap()
    }

    /// Connects, opens the stream, and goes through the handshake.
    pub(crate) fn view(&self, invite: &Invite) -> Viewer {
        let connected = self.connect(invite);
        let stream = self.stream(&connected);
        Viewer::enter(stream, connected.session)
    }

    /// Shows an invite as the owner sees it.
    pub(crate) fn show(&self, invite: &Invite) -> Value {
        self.owner.get(&invite.path("")).ok()
    }

    /// Does something to an invite as its owner.
    pub(crate) fn order(&self, method: &str, invite: &Invite, rest: &str, body: Option<&Value>) {
        self.owner.call(method, &invite.path(rest), body, &[]).ok();
    }

    pub(crate) fn kick(&self, invite: &Invite) {
        self.order("DELETE", invite, "/guest", None);
    }

    /// Switches guest access to the computer.
    pub(crate) fn allow(&self, on: bool) {
        let path = format!("{COMPUTERS}/{}", self.computer);
        self.owner.call("PATCH", &path, Some(&json!({ "guest_access": on })), &[]).ok();
    }

    /// Shows a session as the owner sees it.
    pub(crate) fn session(&self, invite: &Invite, session: &str) -> Value {
        let all = self.owner.get(&invite.path("/sessions")).ok();
        let mut all = all["data"].as_array().unwrap().iter();
        all.find(|one| one["id"] == session).unwrap().clone()
    }

    /// Waits until a session has ended and what went through it is known, and returns the line of
    /// the audit log that has all of it (CN-12).
    #[track_caller]
    pub(crate) fn account(&self, session: &str) -> Value {
        let mut line = Value::Null;
        let found = within(20, || {
            let log = self.owner.get(&format!("/v1/teams/acme/audit?subject={session}")).ok();
            let mut lines = log["data"].as_array().unwrap().iter();
            let told = |line: &&Value| !line["detail"]["refused_input"].is_null();
            line = lines.find(told).cloned().unwrap_or_default();
            !line.is_null()
        });
        assert!(found, "no account of {session}");
        line["detail"].take()
    }

    /// Waits until a session has ended, and checks why.
    #[track_caller]
    pub(crate) fn check_ended(&self, invite: &Invite, session: &str, reason: &str) {
        let is_over = || self.session(invite, session)["state"] == "ended";
        assert!(within(20, is_over), "it goes on: {}", self.session(invite, session));
        assert_eq!(self.session(invite, session)["end_reason"], reason);
    }

    /// Sends the agent a signal.
    pub(crate) fn signal_agent(&self, name: &str) {
        signal(name, self.agent.id());
    }

    /// Sends the server a signal.
    pub(crate) fn signal_server(&self, name: &str) {
        signal(name, self.product.process());
    }

    /// Starts the agent again, which is gone.
    pub(crate) fn restart_agent(&mut self, screen: &[&str]) {
        self.agent.wait().unwrap();
        self.agent = agent(&self.product, &self.key, screen);
    }

    /// Waits until a guest would be let in.
    #[track_caller]
    pub(crate) fn await_way_in(&self, invite: &Invite) {
        self.await_obstacle(invite, &Value::Null);
    }

    /// Waits until connecting would meet this problem.
    #[track_caller]
    pub(crate) fn await_obstacle(&self, invite: &Invite, code: &Value) {
        let path = format!("/v1/guest-links/{}", invite.token);
        let obstacle = || self.guest.get(&path).ok()["obstacle"].take();
        assert!(within(30, || obstacle() == *code), "{} is in the way", obstacle());
    }
}

impl Invite {
    fn path(&self, rest: &str) -> String {
        format!("{INVITES}/{}{rest}", self.id)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if thread::panicking() {
            let log = self.product.folder.path().join("agent.log");
            eprintln!("the agent:\n{}", fs::read_to_string(log).unwrap_or_default());
            eprintln!(
                "the server:\n{}",
                fs::read_to_string(self.product.log()).unwrap_or_default()
            );
        }
        // It may be gone already.
        let _ = self.agent.kill();
        let _ = self.agent.wait();
    }
}

fn agent(product: &Product, key: &str, screen: &[&str]) -> Child {
    let file = product.folder.path().join("lab.key");
    fs::write(&file, key).unwrap();
    let log = product.folder.path().join("agent.log");
    let log = File::options().create(true).append(true).open(log).unwrap();
    Command::new(binary())
        .args(["agent", "--server", &product.base(), "--name", "lab", "--host-login", "service"])
        .arg("--key-file")
        .arg(file)
        .args(screen)
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap()
}

/// Waits until the agent's computer is there, and returns its id.
fn online(owner: &Client) -> String {
    let mut id = String::new();
    let is_there = within(20, || {
        let all = owner.get(COMPUTERS).ok();
        let relayed =
            all["data"].as_array().unwrap().iter().find(|one| one["connection"] == "relay");
        id = relayed.map_or_else(String::new, |one| one["id"].as_str().unwrap().to_owned());
        !id.is_empty()
    });
    assert!(is_there, "the agent does not come");
    id
}

fn signal(name: &str, process: u32) {
    let sent = Command::new("kill").args([format!("-{name}"), process.to_string()]).status();
    assert!(sent.unwrap().success());
}

/// Waits until a number has been above nothing, and the same, for a while.
pub(crate) fn await_still(number: impl Fn() -> u64) {
    let (mut last, mut since) = (0, 0);
    let is_still = within(30, || {
        let now = number();
        since = if now == last && now > 0 { since + 1 } else { 0 };
        last = now;
        since == STILL
    });
    assert!(is_still, "it never stops: {last}");
}

pub(crate) const GUEST: &str = "lin@example.org";
pub(crate) const INVITES: &str = "/v1/teams/acme/guest-access-invites";
pub(crate) const COMPUTERS: &str = "/v1/teams/acme/computers";

/// How many looks in a row find the same where nothing moves any more: most of a second.
const STILL: u32 = 40;

/// Everything a guest may be given that travels.
pub(crate) const ALL: &[&str] = &["keyboard", "mouse", "copy", "paste"];
