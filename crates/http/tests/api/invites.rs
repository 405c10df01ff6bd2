//! Invites, from the side of those who make them.

use serde_json::{Value, json};

use crate::events::Stream;
use crate::things::{Things, invite_body};
use crate::world::World;

const INVITES: &str = "/v1/teams/acme/guest-access-invites";

#[tokio::test]
async fn ga_10_inviting_answers_as_the_contract_says() {
    let world = World::new();
    let things = Things::of(&world);
    let mut body = invite_body(&things.computer, "sam@example.net, mia@acme.example,");
    body["window"]["time_zone"] = json!("Europe/Paris");
    body["window"]["start"] = json!("2026-12-01T11:00");
    let answer = world.sign_in("cory").post(INVITES, body).await.is(201);
    let outside = &answer["invites"][0];
    assert_eq!(outside["guest_email"], "sam@example.net");
    assert_eq!((&outside["kind"], &outside["credit"]), (&json!("outside"), &json!("debited")));
    assert_eq!((&outside["state"], &outside["phase"]), (&json!("live"), &json!("scheduled")));
    assert_eq!(outside["window"]["start"], "2026-12-01T10:00:00Z");
    assert_eq!(outside["window"]["start_local"], "2026-12-01T11:00");
    assert_eq!(outside["permissions"], json!(["keyboard", "mouse"]));
    assert_eq!(outside["mail"], json!({ "state": "queued", "detail": null }));
    assert_eq!(outside["invited_by"], "cory@acme.example");
    assert!(outside["link"].as_str().unwrap().starts_with("http://guest.example/g/"));
    for field in ["used_at", "session", "ended"] {
        assert_eq!(outside.get(field), Some(&Value::Null), "{field}");
    }
    assert_eq!(answer["invites"][1]["kind"], "team");
    assert_eq!(answer["credits"], json!({ "debited": 1, "balance": 18 }));
    assert_eq!(answer["warnings"], json!([]));
}

#[tokio::test]
async fn if_5_changes_are_based_on_versions() {
    let world = World::new();
    let things = Things::of(&world);
    let (cory, path) = (world.sign_in("cory"), format!("{INVITES}/{}", things.invite));
    assert_eq!(cory.get(&path).await.header("etag"), "\"1\"");
    let change = || json!({ "permissions": [] });
    let answer = cory.clone().with("if-match", "\"1\"").patch(&path, change()).await;
    assert_eq!((answer.is(200)["version"].clone(), answer.header("etag")), (json!(2), "\"2\""));
    let stale = cory.clone().with("if-match", "\"1\"");
    assert_eq!(stale.patch(&path, change()).await.refused(412, "stale")["current"], 2);
    stale.delete(&path).await.refused(412, "stale");
    stale.delete(&format!("{path}/guest")).await.refused(412, "stale");
    let bad = cory.clone().with("if-match", "2").patch(&path, change()).await;
    assert_eq!(bad.refused(422, "validation")["errors"][0]["pointer"], "/If-Match");
    cory.clone()
        .with("if-match", "*")
        .patch(&path, json!({ "permissions": ["copy"] }))
        .await
        .is(200);
    cory.delete(&path).await.is(204);
    cory.patch(&path, change()).await.refused(409, "invite_ended");
}

#[tokio::test]
async fn if_5_computers_and_users_have_versions() {
    let world = World::new();
    let things = Things::of(&world);
    let ada = world.sign_in("ada");
    for (path, change) in [
        (format!("/v1/teams/acme/computers/{}", things.computer), json!({ "name": "studio-7" })),
        (format!("/v1/teams/acme/users/{}", things.member), json!({ "coordinator": true })),
    ] {
        let tag = ada.get(&path).await.header("etag").to_owned();
        let answer = ada.clone().with("if-match", &tag).patch(&path, change.clone()).await;
        answer.is(200);
        assert_ne!(answer.header("etag"), tag);
        ada.clone().with("if-match", &tag).patch(&path, change).await.refused(412, "stale");
    }
}

#[tokio::test]
async fn qu_23_a_request_sent_twice_is_done_once() {
    let world = World::new();
    let things = Things::of(&world);
    let cory = world.sign_in("cory").with("idempotency-key", "a-1");
    let body = || invite_body(&things.computer, "sam@example.net");
    let first = cory.post(INVITES, body()).await.is(201);
    let second = cory.post(INVITES, body()).await.is(201);
    assert_eq!(first, second);
    let other = invite_body(&things.computer, "kim@example.net");
    cory.post(INVITES, other.clone()).await.refused(422, "idempotency_mismatch");
    cory.post(&format!("{INVITES}/{}/new-link", things.invite), json!({}))
        .await
        .refused(422, "idempotency_mismatch");
    let bad = cory.clone().with("idempotency-key", "a b").post(INVITES, body()).await;
    assert_eq!(bad.refused(422, "validation")["errors"][0]["pointer"], "/Idempotency-Key");
    // Another caller's key is another key.
    world.sign_in("ada").with("idempotency-key", "a-1").post(INVITES, other).await.is(201);
    let balance = "/v1/teams/acme/guest-access-invite-credits";
    assert_eq!(cory.get(balance).await.is(200)["balance"], 17);
}

#[tokio::test]
async fn qu_23_secrets_are_shown_once() {
    let world = World::new();
    let ada = world.sign_in("ada").with("idempotency-key", "a-2");
    let draft = || json!({ "name": "a key", "scopes": ["all"] });
    let first = ada.post("/v1/teams/acme/api-keys", draft()).await.is(201);
    let second = ada.post("/v1/teams/acme/api-keys", draft()).await.is(201);
    assert!(first["key"].as_str().unwrap().starts_with("gk_"));
    assert_eq!((&second["key"], &second["id"]), (&Value::Null, &first["id"]));
    let list = ada.get("/v1/teams/acme/api-keys").await.is(200);
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    assert!(list["data"][0].get("key").is_none());
}

#[tokio::test]
async fn ga_20_a_preview_changes_nothing() {
    let world = World::new();
    let things = Things::of(&world);
    let cory = world.sign_in("cory");
    let before = cory.get(INVITES).await.is(200)["data"].as_array().unwrap().len();
    let body = invite_body(&things.computer, "sam@example.net,lin@example.org");
    let preview = cory.post(&format!("{INVITES}/preview"), body).await.is(200);
    assert_eq!(preview["credits"]["needed"], 2);
    assert_eq!(preview["warnings"][0]["code"], "overlapping_invite");
    assert_eq!(preview["mails"].as_array().unwrap().len(), 2);
    assert_eq!(cory.get(INVITES).await.is(200)["data"].as_array().unwrap().len(), before);
}

#[tokio::test]
async fn ga_45_a_guest_is_kicked_kept_out_and_readmitted() {
    let world = World::new();
    let things = Things::of(&world);
    let (cory, lin) = (world.sign_in("cory"), world.sign_in("lin@example.org"));
    let (path, connect) = (
        format!("{INVITES}/{}", things.invite),
        format!("/v1/guest-links/{}/connect", things.token),
    );
    cory.delete(&format!("{path}/guest?keep_out=true")).await.is(204);
    lin.post(&connect, json!({})).await.refused(409, "kept_out");
    assert_eq!(cory.get(&path).await.is(200)["kept_out"], true);
    cory.post(&format!("{path}/readmit"), json!({})).await.is(204);
    lin.post(&connect, json!({})).await.is(201);
    let sessions = cory.get(&format!("{path}/sessions")).await.is(200);
    assert_eq!(sessions["data"][0]["state"], "live");
    assert_eq!(sessions["data"][1]["end_reason"], "kicked");
    let bad = cory.delete(&format!("{path}/guest?keep_out=maybe")).await;
    assert_eq!(bad.refused(422, "validation")["errors"][0]["pointer"], "/keep_out");
}

#[tokio::test]
async fn ga_19_a_new_link_kills_the_old_one() {
    let world = World::new();
    let things = Things::of(&world);
    let path = format!("{INVITES}/{}/new-link", things.invite);
    let answer = world.sign_in("cory").post(&path, json!({})).await;
    assert_eq!((answer.is(200)["version"].clone(), answer.header("etag")), (json!(2), "\"2\""));
    let old = format!("/v1/guest-links/{}", things.token);
    world.nobody().get(&old).await.refused(404, "link_unknown");
    let link = answer.json()["link"].as_str().unwrap().to_owned();
    let token = link.rsplit('/').next().unwrap();
    world.nobody().get(&format!("/v1/guest-links/{token}")).await.is(200);
}

#[tokio::test]
async fn ga_61_an_invite_is_moved_to_another_computer() {
    let world = World::new();
    let things = Things::of(&world);
    let agent = world.bearer(&things.computer_secret);
    let beat = agent.post("/v1/agent/heartbeat", json!({ "name": "studio-2" })).await.is(200);
    let (cory, path) = (world.sign_in("cory"), format!("{INVITES}/{}", things.invite));
    let link = cory.get(&path).await.is(200)["link"].clone();
    let to = || json!({ "computer_id": beat["computer_id"] });
    let verb = format!("{path}/move");
    cory.post(&verb, to()).await.refused(409, "guest_access_off");
    cory.post(&verb, json!({ "computer_id": "cmp_7" })).await.refused(404, "not_found");
    let computer = format!("/v1/teams/acme/computers/{}", beat["computer_id"].as_str().unwrap());
    world.sign_in("bob").patch(&computer, json!({ "guest_access": true })).await.is(200);
    let moved = cory.clone().with("if-match", "\"1\"").post(&verb, to()).await;
    let shown = moved.is(200);
    assert_eq!((&shown["version"], moved.header("etag")), (&json!(2), "\"2\""));
    assert_eq!((&shown["computer_id"], &shown["link"]), (&beat["computer_id"], &link));
    assert_eq!(shown["session"], Value::Null);
    let stale = cory.clone().with("if-match", "\"1\"").post(&verb, to()).await;
    assert_eq!(stale.refused(412, "stale")["current"], 2);
    let sessions = cory.get(&format!("{path}/sessions")).await.is(200);
    assert_eq!(sessions["data"][0]["end_reason"], "moved");
    let events = world.sign_in("lin@example.org").with("last-event-id", "evt_0");
    let mut events =
        Stream::open(&events, &format!("/v1/guest-links/{}/events", things.token)).await;
    while events.next().await["type"] != "invite.moved" {}
    cory.delete(&path).await.is(204);
    cory.post(&verb, to()).await.refused(409, "invite_ended");
}

#[tokio::test]
async fn ga_49_the_panic_switch_counts_what_it_ended() {
    let world = World::new();
    let things = Things::of(&world);
    let cut = json!({ "computer_id": things.computer, "cancel": true });
    let answer = world.sign_in("cory").post("/v1/teams/acme/guest-access-cut", cut).await.is(200);
    assert_eq!(answer, json!({ "sessions_ended": 1, "invites_cancelled": 1 }));
}

#[tokio::test]
async fn if_21_whoever_has_the_data_directory_is_the_operator() {
    let world = World::new();
    let things = Things::of(&world);
    let body = invite_body(&things.computer, "sam@example.net");
    let made = world.operator(None).post(INVITES, body.clone()).await.is(201);
    assert_eq!(made["invites"][0]["invited_by"], "ada@acme.example");
    let audit = world.operator(None).get("/v1/teams/acme/audit?actor=operator").await.is(200);
    assert_eq!(audit["data"][0]["subject"], made["invites"][0]["id"]);
    world.operator(Some("mia")).post(INVITES, body.clone()).await.refused(403, "forbidden");
    world.operator(Some("carl")).post(INVITES, body.clone()).await.is(201);
    // The wire has no way to say so.
    for header in ["operatoraccess", "x-operator", "authorization"] {
        let client = world.nobody().with(header, "OperatorAccess { acting: None }");
        client.post(INVITES, body.clone()).await.refused(401, "unauthenticated");
    }
}
