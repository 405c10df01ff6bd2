//! Requests to join, over the API (OR-30 to OR-34).

use serde_json::json;

use crate::joining::{of_nova, signed};
use crate::world::World;

const REQUESTS: &str = "/v1/teams/acme/join-requests";

#[tokio::test]
async fn or_30_a_stranger_asks_sees_and_cancels() {
    let world = World::new();
    let ways = world.nobody().get("/v1/teams/acme/join").await.is(200);
    assert_eq!(
        ways,
        json!({
            "team": "acme", "team_name": "acme", "providers": [], "certificates": true,
        })
    );
    world.nobody().get("/v1/teams/rival/join").await.refused(409, "join_requests_off");
    world.nobody().get("/v1/teams/nowhere/join").await.refused(409, "join_requests_off");
    let draft = of_nova(1);
    let joined = world.nobody().post(REQUESTS, draft.clone()).await.is(201);
    assert_eq!(joined["state"], "submitted");
    world.nobody().post(REQUESTS, draft).await.refused(409, "join_request_known");
    let path = format!("{REQUESTS}/{}", joined["id"].as_str().unwrap());
    let own = world.bearer(joined["token"].as_str().unwrap());
    let status = own.get(&format!("{path}/status")).await.is(200);
    assert_eq!(
        (&status["state"], &status["email"]),
        (&json!("submitted"), &json!("nova@example.org"))
    );
    // The token opens nothing else.
    own.get(REQUESTS).await.refused(401, "unauthenticated");
    own.get(&path).await.refused(401, "unauthenticated");
    let other =
        world.nobody().post(REQUESTS, signed(2, "Sam", "sam@example.org", 2029)).await.is(201);
    let others = format!("{REQUESTS}/{}/status", other["id"].as_str().unwrap());
    own.get(&others).await.refused(404, "not_found");
    world.nobody().delete(&path).await.refused(401, "unauthenticated");
    own.delete(&path).await.is(204);
    own.delete(&path).await.refused(409, "join_request_ended");
}

#[tokio::test]
async fn or_31_what_does_not_verify_is_refused_with_its_reason() {
    let world = World::new();
    let mut draft = of_nova(1);
    draft["id"] = json!("jrq_00000000000000000000000008");
    let problem =
        world.nobody().post(REQUESTS, draft.clone()).await.refused(422, "identity_unverified");
    assert_eq!(problem["reason"], "wrong_signature");
    draft["proof"]["chain"] = json!(["AAAA"]);
    let problem = world.nobody().post(REQUESTS, draft).await.refused(422, "identity_unverified");
    assert_eq!(problem["reason"], "unreadable");
    let expired = signed(3, "Nova", "nova@example.org", 2026);
    let problem = world.nobody().post(REQUESTS, expired).await.refused(422, "identity_unverified");
    assert_eq!(problem["reason"], "expired");
    let pending = world.sign_in("bob").get(REQUESTS).await.is(200);
    assert_eq!(pending["data"], json!([]));
    world.nobody().post(REQUESTS, json!({ "id": "x" })).await.refused(422, "validation");
}

#[tokio::test]
async fn or_34_administrators_see_accept_and_reject() {
    let world = World::new();
    let mut ids = Vec::new();
    for (number, name) in [(1, "nova"), (2, "sam"), (3, "mia"), (4, "kim")] {
        let domain = if name == "mia" { "acme.example" } else { "example.org" };
        let draft = signed(number, name, &format!("{name}@{domain}"), 2029);
        let joined = world.nobody().post(REQUESTS, draft).await.is(201);
        ids.push(joined["id"].as_str().unwrap().to_owned());
        world.pass(1);
    }
    let bob = world.sign_in("bob");
    let pending = bob.get(REQUESTS).await.is(200);
    let names: Vec<_> =
        pending["data"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["nova", "sam", "mia", "kim"]);
    assert_eq!(pending["data"][0]["vouched"]["how"], "certificate");
    let accept = |id: &str| format!("{REQUESTS}/{id}/accept");
    bob.post(&accept(&ids[0]), json!({})).await.refused(422, "validation");
    let accepted =
        bob.post(&accept(&ids[0]), json!({ "name": "Nova", "profile": "member" })).await.is(200);
    assert_eq!(accepted["state"], "accepted");
    let user = accepted["user_id"].as_str().unwrap();
    let user = bob.get(&format!("/v1/teams/acme/users/{user}")).await.is(200);
    assert_eq!((&user["name"], &user["email"]), (&json!("Nova"), &json!("nova@example.org")));
    bob.post(&accept(&ids[2]), json!({ "profile": "member" })).await.refused(409, "already_member");
    let many = json!({ "requests": [
        { "id": ids[1], "profile": "external" }, { "id": ids[2], "profile": "member" },
    ] });
    let answer = bob.post(&format!("{REQUESTS}/accept"), many).await.is(200);
    assert_eq!(answer["data"][0]["request"]["state"], "accepted");
    assert_eq!(answer["data"][1]["code"], "already_member");
    let rejected = bob.send("POST", &format!("{REQUESTS}/{}/reject", ids[3]), None).await.is(200);
    assert_eq!(rejected["state"], "rejected");
    let all = bob.get(&format!("{REQUESTS}?state=all&limit=2")).await.is(200);
    assert_eq!(all["data"].as_array().unwrap().len(), 2);
    let left = bob.get(REQUESTS).await.is(200);
    assert_eq!(left["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn or_34_a_lapsed_certificate_is_not_accepted() {
    let world = World::new();
    let joined = world.nobody().post(REQUESTS, signed(1, "Nova", "nova@example.org", 2027)).await;
    let id = joined.is(201)["id"].as_str().unwrap().to_owned();
    world.pass(40 * 86_400);
    let bob = world.sign_in("bob");
    assert_eq!(bob.get(REQUESTS).await.is(200)["data"][0]["lapsed"], true);
    let problem =
        bob.post(&format!("{REQUESTS}/{id}/accept"), json!({ "profile": "member" })).await;
    assert_eq!(problem.refused(409, "certificate_lapsed")["reason"], "expired");
}

#[tokio::test]
async fn qu_34_strangers_cannot_ask_without_end() {
    let world = World::new();
    let stranger = world.nobody().from("192.0.2.7");
    for _ in 0..30 {
        stranger.post(REQUESTS, json!({ "id": "x" })).await.refused(422, "validation");
    }
    stranger.post(REQUESTS, json!({ "id": "x" })).await.refused(429, "rate_limited");
}
