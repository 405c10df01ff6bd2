//! A computer whose own software carries the connection, told over its socket (CN-11).

use serde_json::{Value, json};

use crate::place::{COMPUTERS, GUEST, INVITES};
use crate::product::{self, Client, Product};
use crate::stream::{SOCKET, Stream};

#[test]
fn cn_11_an_external_computer_hears_of_every_decision_over_its_socket() {
    let host = Host::start();
    let (invite, link) = host.invite();
    let connect = || host.guest.post(&link, &json!({})).ok();
    let mut socket = host.socket();
    assert_eq!(socket.told(), json!([]));

    // Opened: with which permissions, until when. It is used at once, and there is no ticket.
    let connected = connect();
    assert_eq!((&connected["ticket"], &connected["stream_url"]), (&Value::Null, &Value::Null));
    let told = socket.told();
    let session = connected["session_id"].clone();
    let expected = json!([{
        "id": session,
        "guest_email": GUEST,
        "permissions": ["keyboard", "mouse"],
        "closes_at": connected["closes_at"],
    }]);
    assert_eq!(told, expected);
    let show = |session: &Value| host.session(&invite, session);
    assert!(!show(&session)["used_at"].is_null());

    // Retimed, then kicked.
    let end = product::from_now(0, 7200)["end"].clone();
    let change = json!({ "window": { "end": end } });
    host.owner.call("PATCH", &invite, Some(&change), &[]).ok();
    let told = socket.told();
    assert_eq!(told[0]["id"], session);
    assert!(told[0]["closes_at"].as_str() > expected[0]["closes_at"].as_str(), "{told}");
    host.owner.delete(&format!("{invite}/guest")).ok();
    assert_eq!(socket.told(), json!([]));
    assert_eq!(show(&session)["end_reason"], "kicked");

    // Ended by the computer.
    let session = connect()["session_id"].clone();
    assert_eq!(socket.told()[0]["id"], session);
    host.end(&session, "left");
    assert_eq!(socket.told(), json!([]));
    assert_eq!(show(&session)["end_reason"], "left");

    // Ended by the clock.
    let session = connect()["session_id"].clone();
    assert_eq!(socket.told()[0]["id"], session);
    let end = product::from_now(0, 2)["end"].clone();
    host.owner.call("PATCH", &invite, Some(&json!({ "window": { "end": end } })), &[]).ok();
    assert_eq!(socket.told()[0]["id"], session);
    assert_eq!(socket.told(), json!([]));
    assert_eq!(show(&session)["end_reason"], "window_ended");
    assert_eq!(host.guest.post(&link, &json!({})).refused(), "invite_ended");

    // Taken away altogether: the socket is closed with the reason.
    let path = format!("{COMPUTERS}/{}", host.computer);
    host.owner.delete(&path).ok();
    assert_eq!(socket.stream.closed(), Some((4003, "computer_removed".to_owned())));
}

#[test]
fn cn_11_a_computer_that_only_sends_heartbeats_is_external_too() {
    let host = Host::start();
    let (invite, link) = host.invite();
    let session = host.guest.post(&link, &json!({})).ok()["session_id"].clone();
    assert_eq!(host.beat()["sessions"][0]["id"], session);
    host.owner.delete(&format!("{invite}/guest")).ok();
    assert_eq!(host.beat()["sessions"], json!([]));
    // Whoever says nonsense is told what is wrong with it.
    let mut socket = Stream::open(host.product.port, SOCKET, Some(&host.key)).unwrap();
    socket.say("{}{}");
    let (code, reason) = socket.closed().unwrap();
    assert_eq!(code, 1007, "{reason}");
}

/// A server, and a computer that is not relayed.
struct Host {
    product: Product,
    owner: Client,
    guest: Client,
    computer: String,
    key: String,
}

impl Host {
    fn start() -> Self {
        let product = Product::start();
        product.cli(&["credits", "grant", "--team", "acme", "10", "--note", "a test"]);
        let (computer, key) = product.computer("studio-1");
        let (owner, guest) = (product.as_owner(), product.sign_in(GUEST));
        Self { product, owner, guest, computer, key }
    }

    /// Invites the guest; returns the invite's path, and where to connect.
    fn invite(&self) -> (String, String) {
        let body = json!({
            "computer_id": self.computer,
            "emails": [GUEST],
            "window": product::from_now(-60, 3600),
            "permissions": ["keyboard", "mouse"],
            "title": "Usability study",
        });
        let made = self.owner.post(INVITES, &body).ok()["invites"][0].take();
        let token = made["link"].as_str().unwrap().rsplit('/').next().unwrap();
        let id = made["id"].as_str().unwrap();
        (format!("{INVITES}/{id}"), format!("/v1/guest-links/{token}/connect"))
    }

    fn session(&self, invite: &str, session: &Value) -> Value {
        let all = self.owner.get(&format!("{invite}/sessions")).ok();
        let mut all = all["data"].as_array().unwrap().iter();
        all.find(|one| one["id"] == *session).unwrap().clone()
    }

    fn socket(&self) -> Socket {
        let mut stream = Stream::open(self.product.port, SOCKET, Some(&self.key)).unwrap();
        let beat = json!({ "name": "studio-1", "connection": "external", "host_login": "service" });
        stream.say(&beat.to_string());
        Socket { stream }
    }

    fn beat(&self) -> Value {
        let agent = self.product.client(Some(&self.key));
        agent.post("/v1/agent/heartbeat", &json!({ "name": "studio-1" })).ok()
    }

    fn end(&self, session: &Value, reason: &str) {
        let agent = self.product.client(Some(&self.key));
        let path = format!("/v1/agent/sessions/{}/ended", session.as_str().unwrap());
        agent.post(&path, &json!({ "reason": reason })).ok();
    }
}

/// The computer's socket.
struct Socket {
    stream: Stream,
}

impl Socket {
    /// Waits to be told something, without a heartbeat of its own that would ask for it.
    fn told(&mut self) -> Value {
        self.stream.hear()["sessions"].take()
    }
}
