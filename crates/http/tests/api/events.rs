//! Streams of events (IF-6).

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use futures_util::StreamExt;
use guest_http::Options;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time;

use crate::things::Things;
use crate::world::{Client, ORIGIN, World};

#[tokio::test(start_paused = true)]
async fn if_6_whoever_follows_is_told_as_it_happens() {
    let world = World::new();
    let things = Things::of(&world);
    let mut stream = Stream::open(&world.sign_in("cory"), "/v1/teams/acme/events").await;
    cancel(&world, &things).await;
    assert_eq!(stream.names(2).await, ["invite.cancelled", "session.ended"]);
    let event = stream.seen.iter().find(|event| event["type"] == "invite.cancelled").unwrap();
    assert_eq!((&event["team"], &event["data"]["id"]), (&json!("acme"), &json!(things.invite)));
    assert!(event["data"].get("link").is_none() && event["at"].is_string(), "{event}");
}

#[tokio::test(start_paused = true)]
async fn if_6_a_stream_goes_on_where_it_was_left() {
    let world = World::new();
    let things = Things::of(&world);
    let (cory, path) = (world.sign_in("cory"), "/v1/teams/acme/events");
    let mut all = Stream::open(&cory.clone().with("last-event-id", "evt_0"), path).await;
    cancel(&world, &things).await;
    while all.next().await["type"] != "invite.cancelled" {}
    let middle = all.seen[2]["id"].as_str().unwrap().to_owned();
    let mut rest = Stream::open(&cory.clone().with("last-event-id", &middle), path).await;
    for expected in &all.seen[3..] {
        assert_eq!(rest.next().await, *expected);
    }
    // What is not known, or not given out yet, means from whatever is still kept.
    for id in ["evt_999999999", "nonsense", "evt_-1", ""] {
        let mut from_start = Stream::open(&cory.clone().with("last-event-id", id), path).await;
        assert_eq!(from_start.next().await, all.seen[0], "{id:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn if_6_each_sees_what_they_may() {
    let world = World::new();
    let things = Things::of(&world);
    let path = "/v1/teams/acme/events";
    let mut mia = Stream::open(&world.sign_in("mia").with("last-event-id", "evt_0"), path).await;
    cancel(&world, &things).await;
    // As a member she sees users and what is hers, as an administrator the rest from then on.
    assert!(time::timeout(Duration::from_secs(3), mia.rest()).await.is_err(), "it goes on");
    let hers = |event: &Value| {
        let name = event["type"].as_str().unwrap();
        name.starts_with("user.") || name == "workspace.updated"
    };
    assert!(mia.seen.iter().all(hers), "{:?}", mia.seen);
    let (user, promote) =
        (format!("/v1/teams/acme/users/{}", things.member), json!({ "profile": "administrator" }));
    world.sign_in("ada").patch(&user, promote).await.is(200);
    assert_eq!(mia.next().await["type"], "user.updated");
    let computer = format!("/v1/teams/acme/computers/{}", things.computer);
    world.sign_in("bob").patch(&computer, json!({ "name": "studio-7" })).await.is(200);
    assert_eq!(mia.next().await["type"], "computer.updated");
}

#[tokio::test(start_paused = true)]
async fn or_9_a_stream_ends_with_the_right_to_it() {
    let world = World::new();
    let things = Things::of(&world);
    let mut mia = Stream::open(&world.sign_in("mia"), "/v1/teams/acme/events").await;
    let revoke = format!("/v1/teams/acme/users/{}/revoke", things.member);
    world.sign_in("ada").post(&revoke, json!({})).await.is(200);
    let ended = time::timeout(Duration::from_secs(1), mia.rest()).await;
    assert!(ended.unwrap().iter().all(|event| event["type"] != "session.ended"));
    let mut program =
        Stream::open(&world.key("cory", &["events:read"]), "/v1/teams/acme/events").await;
    let keys = world.sign_in("ada").get("/v1/teams/acme/api-keys").await.is(200);
    let newest =
        keys["data"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned();
    world.sign_in("ada").delete(&format!("/v1/teams/acme/api-keys/{newest}")).await.is(204);
    assert!(time::timeout(Duration::from_secs(1), program.rest()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn if_6_a_guest_follows_their_own_invite() {
    let world = World::new();
    let things = Things::of(&world);
    let path = format!("/v1/guest-links/{}/events", things.token);
    let mut lin = Stream::open(&world.sign_in("lin@example.org"), &path).await;
    let mine = format!("/v1/teams/acme/guest-access-invites/{}", things.invite);
    world.sign_in("cory").patch(&mine, json!({ "permissions": [] })).await.is(200);
    let event = lin.next().await;
    assert_eq!(
        (&event["type"], &event["data"]["permissions"]),
        (&json!("invite.updated"), &json!([]))
    );
    let other = format!("/v1/teams/acme/guest-access-invites/{}", things.personal_invite);
    world.sign_in("carl").delete(&other).await.is(204);
    world.sign_in("cory").delete(&mine).await.is(204);
    let names = lin.names(2).await;
    assert!(names.contains(&"invite.cancelled".to_owned()), "{names:?}");
    world.sign_in("ada").get(&path).await.refused(403, "wrong_account");
    world.nobody().get(&path).await.refused(401, "unauthenticated");
}

#[tokio::test(start_paused = true)]
async fn a_silent_stream_says_that_it_is_alive() {
    let world = World::new();
    let response = world.sign_in("cory").open("GET", "/v1/teams/acme/events", Body::empty()).await;
    let mut body = response.into_body().into_data_stream();
    let start = time::Instant::now();
    let first = body.next().await.unwrap().unwrap();
    assert!(first.starts_with(b":"), "{first:?}");
    assert_eq!(start.elapsed().as_secs(), 15);
}

#[tokio::test(start_paused = true)]
async fn a_stream_does_not_hold_up_a_server_that_stops() {
    let (stop, stopping) = watch::channel(false);
    let world = World::with(Options { stopping: Some(stopping), ..Options::default() }, ORIGIN);
    let mut stream = Stream::open(&world.sign_in("cory"), "/v1/teams/acme/events").await;
    stop.send(true).unwrap();
    assert_eq!(stream.rest().await, Vec::<Value>::new());
}

/// A stream of events being read.
pub(crate) struct Stream {
    body: BodyDataStream,
    read: String,
    seen: Vec<Value>,
}

impl Stream {
    pub(crate) async fn open(client: &Client, path: &str) -> Self {
        let response = client.open("GET", path, Body::empty()).await;
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let body = response.into_body().into_data_stream();
        Self { body, read: String::new(), seen: Vec::new() }
    }

    /// Returns the next event.
    pub(crate) async fn next(&mut self) -> Value {
        self.try_next().await.unwrap()
    }

    /// Returns the types of the next events, in the order of the alphabet.
    async fn names(&mut self, count: usize) -> Vec<String> {
        let mut names = Vec::new();
        for _ in 0..count {
            names.push(self.next().await["type"].as_str().unwrap().to_owned());
        }
        names.sort();
        names
    }

    /// Returns everything up to the end of the stream.
    async fn rest(&mut self) -> Vec<Value> {
        let mut rest = Vec::new();
        while let Some(event) = self.try_next().await {
            rest.push(event);
        }
        rest
    }

    async fn try_next(&mut self) -> Option<Value> {
        loop {
            if let Some((block, rest)) = self.read.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.read = rest;
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
                let Some(data) = field("data: ") else { continue };
                let event: Value = serde_json::from_str(data).unwrap();
                assert_eq!(field("id: ").unwrap(), event["id"]);
                assert_eq!(field("event: ").unwrap(), event["type"]);
                self.seen.push(event.clone());
                return Some(event);
            }
            let bytes = self.body.next().await?.unwrap();
            self.read.push_str(str::from_utf8(&bytes).unwrap());
        }
    }
}

async fn cancel(world: &World, things: &Things) {
    let path = format!("/v1/teams/acme/guest-access-invites/{}", things.invite);
    world.sign_in("cory").delete(&path).await.is(204);
}
