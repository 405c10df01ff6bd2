//! Invitations to join and greetings over HTTP: what is pushed, and what is refused.

use axum::body::{Body, BodyDataStream};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use crate::things::Things;
use crate::world::{Client, World};

#[tokio::test(start_paused = true)]
async fn or_21_each_side_is_pushed_what_the_other_says() {
    let world = World::new();
    let (bob, nobody, [host_path, guest_path]) = place(&world);
    nobody.post(&guest_path, json!({ "opening": GUEST })).await.is(200);
    let mut host = Pushed::open(&bob, &format!("{host_path}/events?opening={HOST}")).await;
    let mut guest = Pushed::open(&nobody, &format!("{guest_path}/events?opening={GUEST}")).await;
    let first = host.next().await;
    assert_eq!((&first["waiting"], &first["attempt"]), (&json!(true), &Value::Null));
    assert_eq!(guest.next().await["attempts"], json!([]));

    let begun = json!({ "opening": HOST, "version": 1, "key": BYTES });
    bob.post(&host_path, begun).await.is(201);
    assert_eq!(host.next().await["attempt"]["yours"], true);
    let attempt = guest.next().await["attempts"][0].clone();
    let host_key = json!([{ "step": "host_key", "version": 1, "key": BYTES }]);
    assert_eq!((&attempt["said"], &attempt["end"]), (&host_key, &Value::Null));

    let said = json!({ "step": "guest_key", "version": 1, "key": BYTES });
    let step = json!({ "opening": GUEST, "attempt": attempt["id"], "said": said });
    for _ in 0..2 {
        nobody.post(&format!("{guest_path}/steps"), step.clone()).await.is(200);
    }
    assert_eq!(host.next().await["attempt"]["said"][1], said);
    guest.next().await;

    let early = json!({ "opening": HOST, "said": { "step": "host_nonce", "nonce": BYTES } });
    let answer = bob.post(&format!("{host_path}/steps"), early).await;
    assert_eq!(answer.refused(409, "greeting_out_of_step")["last"], "guest_key");

    // Whoever follows without an opening of their own sees that there is one, and nothing in it.
    let mut other = Pushed::open(&bob, &format!("{host_path}/events")).await;
    assert_eq!(other.next().await["attempt"]["yours"], false);

    let end = json!({ "opening": HOST, "reason": "cancelled_by_host" });
    bob.post(&format!("{host_path}/end"), end).await.is(204);
    assert_eq!(guest.next().await["attempts"][0]["end"], "cancelled_by_host");
    assert_eq!(host.next().await["attempt"]["end"], "cancelled_by_host");
    let late =
        json!({ "opening": GUEST, "attempt": attempt["id"], "reason": "cancelled_by_guest" });
    let answer = nobody.post(&format!("{guest_path}/end"), late).await;
    assert_eq!(answer.refused(409, "greeting_over")["reason"], "cancelled_by_host");
}

#[tokio::test]
async fn or_25_another_version_is_answered_with_the_one_that_is_spoken() {
    let world = World::new();
    let (bob, nobody, [host_path, guest_path]) = place(&world);
    nobody.post(&guest_path, json!({ "opening": GUEST })).await.is(200);
    let begun = json!({ "opening": HOST, "version": 2, "key": BYTES });
    assert_eq!(bob.post(&host_path, begun).await.refused(422, "greeting_version")["version"], 1);
}

#[tokio::test]
async fn or_20_a_link_that_was_never_given_out_leads_nowhere() {
    let world = World::new();
    let nobody = world.nobody();
    let path = "/v1/member-invite-links/AAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    nobody.get(path).await.refused(404, "link_unknown");
    nobody.get(&format!("{path}/greeting")).await.refused(404, "link_unknown");
    nobody.get(&format!("{path}/greeting/events")).await.refused(404, "link_unknown");
    let wait = json!({ "opening": GUEST });
    nobody.post(&format!("{path}/greeting"), wait).await.refused(404, "link_unknown");
}

#[tokio::test]
async fn or_27_the_answer_says_for_each_address_what_became_of_it() {
    let world = World::new();
    let (ada, path) = (world.sign_in("ada"), "/v1/teams/acme/member-invites");
    let emails = json!({ "emails": "new@guests.example, MIA@acme.example,,nonsense" });
    let sent = ada.post(path, emails).await.is(201);
    let told: Vec<_> = sent["data"].as_array().unwrap().iter().map(|one| &one["outcome"]).collect();
    assert_eq!(told, ["invited", "refused", "refused"]);
    assert_eq!(sent["data"][1]["code"], "already_member");
    assert!(sent["data"][0]["invitation"]["link"].as_str().unwrap().contains("/j/"));
    let alone = json!({ "emails": ["Mia@Acme.example"] });
    ada.post(path, alone).await.refused(409, "already_member");
}

/// Returns a host, a stranger, and where each greets by the invitation.
fn place(world: &World) -> (Client, Client, [String; 2]) {
    let things = Things::of(world);
    let paths = [
        format!("/v1/teams/acme/member-invites/{}/greeting", things.member_invite),
        format!("/v1/member-invite-links/{}/greeting", things.member_token),
    ];
    (world.sign_in("bob"), world.nobody(), paths)
}

/// A greeting that is being pushed.
struct Pushed {
    body: BodyDataStream,
    read: String,
}

impl Pushed {
    async fn open(client: &Client, path: &str) -> Self {
        let response = client.open("GET", path, Body::empty()).await;
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { body: response.into_body().into_data_stream(), read: String::new() }
    }

    /// Returns the greeting as it is pushed next.
    async fn next(&mut self) -> Value {
        loop {
            if let Some((block, rest)) = self.read.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.read = rest;
                let data = block.lines().find_map(|line| line.strip_prefix("data: "));
                if let Some(data) = data {
                    assert!(block.contains("event: greeting"), "{block}");
                    return serde_json::from_str(data).unwrap();
                }
            } else {
                let bytes = self.body.next().await.unwrap().unwrap();
                self.read.push_str(str::from_utf8(&bytes).unwrap());
            }
        }
    }
}

/// The beginning of a host's device.
const HOST: &str = "AAAAAAAAAAAAAAAAAAAAAA";

/// The beginning of a guest's device.
const GUEST: &str = "CCCCCCCCCCCCCCCCCCCCCA";

/// Thirty-two bytes.
const BYTES: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
