//! What answers look like, as snapshots: a field that comes, goes or changes its name is seen.

use axum::http::StatusCode;
use chrono::DateTime;
use serde_json::{Value, json};

use crate::events::Stream;
use crate::things::{Things, invite_body};
use crate::world::World;

#[tokio::test]
async fn answers_look_like_this() {
    let world = World::new();
    let things = Things::of(&world);
    let (ada, cory) = (world.sign_in("ada"), world.sign_in("cory"));
    let team = "/v1/teams/acme";
    let invite = format!("{team}/guest-access-invites/{}", things.invite);
    let unused = invite_body(&things.computer, "sam@example.net, ada@acme.example");
    let made = cory.post(&format!("{team}/guest-access-invites"), unused).await;
    shown("invites_made", made.is(201));
    shown("invite", cory.get(&invite).await.is(200));
    shown("sessions", cory.get(&format!("{invite}/sessions")).await.is(200));
    let computer = format!("{team}/computers/{}", things.computer);
    shown("computer", cory.get(&computer).await.is(200));
    let link = format!("/v1/guest-links/{}", things.token);
    shown("guest_link", world.sign_in("lin@example.org").get(&link).await.is(200));
    let user = format!("{team}/users/{}", things.member);
    shown("user", ada.get(&user).await.is(200));
    let order = format!("{team}/credits/orders/{}", things.order);
    shown("order", ada.get(&order).await.is(200));
    let transactions = format!("{team}/credits/transactions?limit=2");
    shown("transactions", ada.get(&transactions).await.is(200));
    shown("audit", ada.get(&format!("{team}/audit?limit=3")).await.is(200));
}

#[tokio::test]
async fn problems_look_like_this() {
    let world = World::new();
    let things = Things::of(&world);
    let cory = world.sign_in("cory");
    let invites = "/v1/teams/acme/guest-access-invites";
    let mut wrong = invite_body(&things.computer, "nope, lin@example.org");
    wrong["window"]["start"] = json!("2027-03-28T02:30");
    wrong["window"]["time_zone"] = json!("Europe/Paris");
    wrong["title"] = json!("");
    let refused = cory.post(invites, wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    shown("problem_with_errors", refused.json());
    let guests: Vec<String> = (0..20).map(|guest| format!("guest-{guest}@example.org")).collect();
    let dear = cory.post(invites, invite_body(&things.computer, &guests.join(","))).await;
    shown("problem_with_facts", dear.is(409));
}

#[tokio::test(start_paused = true)]
async fn events_look_like_this() {
    let world = World::new();
    let things = Things::of(&world);
    let cory = world.sign_in("cory").with("last-event-id", "evt_0");
    let mut stream = Stream::open(&cory, "/v1/teams/acme/events").await;
    for (kind, name) in
        [("invite.created", "event_of_invite"), ("session.started", "event_of_session")]
    {
        let event = loop {
            let event = stream.next().await;
            if event["type"] == kind {
                break event;
            }
        };
        shown(name, event);
    }
    let path = format!("/v1/guest-links/{}/events", things.token);
    let lin = world.sign_in("lin@example.org").with("last-event-id", "evt_0");
    shown("event_for_guest", Stream::open(&lin, &path).await.next().await);
}

#[track_caller]
fn shown(name: &str, answer: Value) {
    let text = serde_json::to_string_pretty(&redacted(answer)).unwrap();
    insta::assert_snapshot!(name, text);
}

/// Returns an answer with its ids, moments and secrets taken out.
fn redacted(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(redacted_text(&text)),
        Value::Array(items) => items.into_iter().map(redacted).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, field)| (name, redacted(field))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

fn redacted_text(text: &str) -> String {
    if DateTime::parse_from_rfc3339(text).is_ok() {
        return "[moment]".to_owned();
    }
    if let Some((page, _)) = text.split_once("/g/") {
        return format!("{page}/g/[token]");
    }
    match text.split_once('_') {
        Some((prefix, rest)) if prefix == "evt" || rest.len() == ID_LETTERS => {
            format!("{prefix}_[id]")
        }
        _ => text.to_owned(),
    }
}

/// How many letters an id has after its prefix.
const ID_LETTERS: usize = 26;
