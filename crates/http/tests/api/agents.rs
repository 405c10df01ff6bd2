//! What computers' agents report.

use serde_json::{Value, json};

use crate::things::Things;
use crate::world::World;

#[tokio::test]
async fn ga_1_a_first_heartbeat_provisions_a_computer() {
    let world = World::new();
    let things = Things::of(&world);
    let agent = world.bearer(&things.computer_secret);
    let beat = json!({ "name": "studio-9", "host_login": "service", "connection": "external" });
    let answer = agent.post("/v1/agent/heartbeat", beat).await.is(200);
    assert_eq!((&answer["guest_access"], &answer["sessions"]), (&json!(false), &json!([])));
    let path = format!("/v1/teams/acme/computers/{}", answer["computer_id"].as_str().unwrap());
    let computer = world.sign_in("cory").get(&path).await.is(200);
    assert_eq!((&computer["name"], &computer["online"]), (&json!("studio-9"), &json!(true)));
    assert_eq!(computer["host_login"], "service");
    let gone = json!({ "name": "studio-9", "host_login": null });
    agent.post("/v1/agent/heartbeat", gone).await.is(200);
    assert_eq!(world.sign_in("cory").get(&path).await.is(200)["host_login"], Value::Null);
}

#[tokio::test]
async fn an_agent_is_told_of_sessions_and_reports_their_end() {
    let world = World::new();
    let things = Things::of(&world);
    let agent = world.bearer(&things.computer_secret);
    let beat = json!({ "name": "studio-1" });
    let sessions =
        agent.post("/v1/agent/heartbeat", beat.clone()).await.is(200)["sessions"].clone();
    assert_eq!(sessions[0]["id"], things.session);
    assert_eq!(sessions[0]["guest_email"], "lin@example.org");
    let path = format!("/v1/agent/sessions/{}/ended", things.session);
    let bad = agent.post(&path, json!({ "reason": "kicked" })).await.refused(422, "validation");
    assert_eq!(bad["errors"][0]["pointer"], "/reason");
    agent.post(&path, json!({ "reason": "left" })).await.is(204);
    let after = agent.post("/v1/agent/heartbeat", beat).await.is(200);
    assert_eq!(after["sessions"], json!([]));
}

#[tokio::test]
async fn only_agents_are_agents() {
    let world = World::new();
    let things = Things::of(&world);
    let beat = || json!({ "name": "studio-1" });
    for client in [
        world.nobody(),
        world.sign_in("ada"),
        world.key("ada", &["all"]),
        world.operator(None),
        world.bearer(&format!("ck_{}", "0".repeat(52))),
        world.bearer("ck_short"),
    ] {
        client.post("/v1/agent/heartbeat", beat()).await.refused(401, "unauthenticated");
    }
    // And an agent's secret is good for nothing else.
    let agent = world.bearer(&things.computer_secret);
    agent.get("/v1/me").await.refused(401, "unauthenticated");
    agent.get(&format!("/v1/guest-links/{}", things.token)).await.refused(401, "unauthenticated");
    // A path that names nothing says so to agents only.
    let path = "/v1/agent/sessions/nothing/ended";
    world.nobody().post(path, json!({ "reason": "left" })).await.refused(401, "unauthenticated");
    agent.post(path, json!({ "reason": "left" })).await.refused(404, "not_found");
}
