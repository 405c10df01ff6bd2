//! The guest's side.

use serde_json::{Value, json};

use crate::things::{Things, invite_body};
use crate::world::{Client, World};

#[tokio::test]
async fn ga_41_a_link_tells_no_more_than_it_should() {
    let world = World::new();
    let things = Things::of(&world);
    let path = format!("/v1/guest-links/{}", things.token);
    for (client, you) in [
        (world.nobody(), "signed_out"),
        (world.sign_in("sam@example.net"), "wrong"),
        (world.sign_in("LIN@example.org"), "right"),
    ] {
        let shown = client.get(&path).await.is(200);
        assert_eq!(shown["you"], you);
        assert_eq!(shown["invited_by"].is_string(), you == "right", "{shown}");
        assert_eq!(shown["session"].is_object(), you == "right", "{shown}");
        assert!(!shown.to_string().contains('@'), "{shown}");
    }
    world.nobody().get("/v1/guest-links/nonsense").await.refused(404, "link_unknown");
    world.bearer("gk_nonsense").get(&path).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn ga_42_each_no_has_a_code() {
    let world = World::new();
    let things = Things::of(&world);
    let lin = world.sign_in("lin@example.org");
    let path = format!("/v1/guest-links/{}/connect", things.token);
    world.nobody().post(&path, json!({})).await.refused(401, "unauthenticated");
    world.sign_in("ada").post(&path, json!({})).await.refused(403, "wrong_account");
    world.key("ada", &["all"]).post(&path, json!({})).await.refused(403, "forbidden");
    lin.post("/v1/guest-links/x/connect", json!({})).await.refused(404, "link_unknown");
    let connected = lin.post(&path, json!({})).await.is(201);
    assert_eq!(connected["closes_at"], "2026-12-01T12:00:00Z");
    assert_eq!(connected["permissions"], json!(["keyboard"]));
    let later = invite(&world, &things, "2026-12-01T10:00").await;
    let early = world.sign_in("sam@example.net").post(&later, json!({})).await;
    assert_eq!(early.refused(409, "too_early")["opens_in_seconds"], 3_600);
    let computer = format!("/v1/teams/acme/computers/{}", things.computer);
    world.sign_in("bob").patch(&computer, json!({ "guest_access": false })).await.is(200);
    lin.post(&path, json!({})).await.refused(409, "guest_access_off");
    world.sign_in("bob").patch(&computer, json!({ "guest_access": true })).await.is(200);
    world.pass(60);
    lin.post(&path, json!({})).await.refused(409, "computer_offline");
    world.pass(3 * 60 * 60);
    lin.post(&path, json!({})).await.refused(409, "invite_ended");
}

#[tokio::test]
async fn ga_42_a_connection_asked_for_twice_is_one() {
    let world = World::new();
    let things = Things::of(&world);
    let lin = world.sign_in("lin@example.org").with("idempotency-key", "c-1");
    let path = format!("/v1/guest-links/{}/connect", things.token);
    let first = lin.post(&path, json!({})).await.is(201);
    assert_eq!(lin.post(&path, json!({})).await.is(201), first);
    lin.post(&path.replace("connect", "request-time"), json!({ "minutes": 5 }))
        .await
        .refused(422, "idempotency_mismatch");
}

#[tokio::test]
async fn ga_48_more_time_is_asked_for_and_granted() {
    let world = World::new();
    let things = Things::of(&world);
    let lin = world.sign_in("lin@example.org");
    let path = format!("/v1/guest-links/{}/request-time", things.token);
    let bad = lin.post(&path, json!({ "minutes": 0 })).await.refused(422, "validation");
    assert_eq!(bad["errors"][0]["pointer"], "/minutes");
    lin.post(&path, json!({ "minutes": 30, "note": "Nearly there." })).await.is(202);
    let again = lin.post(&path, json!({ "minutes": 30 })).await;
    again.refused(429, "rate_limited");
    assert!(again.header("retry-after").parse::<u32>().unwrap() > 0);
    let invite = format!("/v1/teams/acme/guest-access-invites/{}", things.invite);
    let cory = world.sign_in("cory");
    assert_eq!(cory.get(&invite).await.is(200)["time_request"]["minutes"], 30);
    let extended = cory.post(&format!("{invite}/extend"), json!({ "minutes": 30 })).await.is(200);
    assert_eq!(extended["window"]["end"], "2026-12-01T12:30:00Z");
    assert_eq!(extended["time_request"], Value::Null);
}

#[tokio::test]
async fn ga_44_a_guest_leaves() {
    let world = World::new();
    let things = Things::of(&world);
    let path = format!("/v1/sessions/{}/leave", things.session);
    world.sign_in("ada").post(&path, json!({})).await.refused(404, "not_found");
    let lin = world.sign_in("lin@example.org");
    lin.post(&path, json!({})).await.is(204);
    lin.post(&path, json!({})).await.is(204);
    let link = lin.get(&format!("/v1/guest-links/{}", things.token)).await.is(200);
    assert_eq!(link["session"]["end_reason"], "left");
}

#[tokio::test]
async fn or_3_external_users_see_pseudonyms() {
    let world = World::new();
    let users = |client: Client| async move {
        client.get("/v1/teams/acme/users").await.is(200)["data"].clone()
    };
    let seen = users(world.sign_in("eve")).await;
    let known: Vec<_> =
        seen.as_array().unwrap().iter().filter(|user| !user["email"].is_null()).collect();
    assert_eq!(known.len(), 1, "{seen}");
    assert_eq!(known[0]["email"], "eve@acme.example");
    let seen = users(world.sign_in("mia")).await;
    assert!(seen.as_array().unwrap().iter().all(|user| user["email"].is_string()));
}

/// Invites sam for some time on, and returns where to connect.
async fn invite(world: &World, things: &Things, start: &str) -> String {
    let mut body = invite_body(&things.computer, "sam@example.net");
    body["window"]["start"] = json!(start);
    let made =
        world.sign_in("cory").post("/v1/teams/acme/guest-access-invites", body).await.is(201);
    let link = made["invites"][0]["link"].as_str().unwrap();
    format!("/v1/guest-links/{}/connect", link.rsplit('/').next().unwrap())
}
