//! Devices over HTTP: enrolling them, and signing in (OR-8, OR-35).

use guest_core::DeviceId;
use guest_testkit::DeviceKey;
use serde_json::{Value, json};

use crate::world::{Answer, Client, ORIGIN, World};

#[tokio::test]
async fn or_35_a_browser_enrols_itself_and_signs_in() {
    let world = World::new();
    let device = enrol(&world.sign_in("mia"), 1).await.is(201);
    assert_eq!((&device["name"], &device["last_used_at"]), (&json!("Laptop"), &Value::Null));
    let answer = sign_in(&world, &device, 1).await;
    assert_eq!(answer.is(200)["email"], "mia@acme.example");
    let mia = with_cookie(&world, &answer);
    let listed = mia.get("/v1/teams/acme/devices").await.is(200);
    assert_eq!(
        (&listed["data"][0]["id"], &listed["data"][0]["current"]),
        (&device["id"], &json!(true))
    );
    mia.get("/v1/teams/acme").await.is(200);
    let cookie = answer.header("set-cookie");
    assert!(cookie.contains("HttpOnly; SameSite=Lax; Max-Age=2592000"), "{cookie}");
}

#[tokio::test]
async fn or_35_a_device_that_proves_nothing_is_not_signed_in() {
    let world = World::new();
    let device = enrol(&world.sign_in("mia"), 1).await.is(201);
    sign_in(&world, &device, 2).await.refused(401, "device_not_proven");
    let browser = browser(&world);
    let answered = answered(&world, &device, 1).await;
    browser.post("/v1/sign-in/device", answered.clone()).await.is(200);
    let again = browser.post("/v1/sign-in/device", answered.clone()).await;
    again.refused(401, "device_not_proven");
    let elsewhere = browser.clone().with("origin", "http://evil.example");
    elsewhere.post("/v1/sign-in/device", answered).await.refused(403, "origin_mismatch");
    let challenge = elsewhere.post("/v1/sign-in/device-challenge", json!({})).await;
    challenge.refused(403, "origin_mismatch");
    let bad = json!({ "device_id": "x", "challenge": "x", "signature": "x" });
    let bad = browser.post("/v1/sign-in/device", bad).await.refused(422, "validation");
    assert_eq!(bad["errors"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn qu_31_trying_to_sign_in_with_devices_is_limited() {
    let world = World::new();
    let browser = browser(&world).from("192.0.2.1");
    let mut tries = 0;
    while browser.post("/v1/sign-in/device-challenge", json!({})).await.status == 200 {
        tries += 1;
    }
    assert_eq!(tries, 60);
    let over = browser.post("/v1/sign-in/device-challenge", json!({})).await;
    over.refused(429, "rate_limited");
}

#[tokio::test]
async fn or_8_a_link_enrols_another_browser_and_signs_it_in() {
    let world = World::new();
    let mia = world.sign_in("mia");
    let made = mia.post("/v1/teams/acme/device-links", json!({})).await.is(201);
    let link = made["link"].as_str().unwrap();
    let (address, token) = link.split_once('#').unwrap();
    assert_eq!(address, format!("{ORIGIN}/devices/new"));
    let draft =
        json!({ "token": token, "name": "Phone", "public_key": DeviceKey::numbered(2).public() });
    let answer = browser(&world).post("/v1/device-links/enrol", draft.clone()).await;
    let enrolled = answer.is(201);
    assert_eq!(
        (&enrolled["team"], &enrolled["email"]),
        (&json!("acme"), &json!("mia@acme.example"))
    );
    let phone = with_cookie(&world, &answer);
    assert_eq!(phone.get("/v1/teams/acme/devices").await.is(200)["data"][0]["name"], "Phone");
    let again = browser(&world).post("/v1/device-links/enrol", draft).await;
    again.refused(404, "link_unknown");
    sign_in(&world, &enrolled["device"], 2).await.is(200);
}

#[tokio::test]
async fn or_9_a_single_device_cannot_be_revoked() {
    let world = World::new();
    let mia = world.sign_in("mia");
    let device = enrol(&mia, 1).await.is(201);
    let path = format!("/v1/teams/acme/devices/{}", device["id"].as_str().unwrap());
    for client in [&mia, &world.sign_in("ada"), &world.operator(None)] {
        client.delete(&path).await.refused(404, "not_found");
        client.delete("/v1/teams/acme/devices").await.refused(405, "method_not_allowed");
    }
    // Signing out ends the session, and the device signs in again.
    let signed_in = with_cookie(&world, &sign_in(&world, &device, 1).await);
    signed_in.post("/v1/sign-out", json!({})).await.is(204);
    signed_in.get("/v1/teams/acme").await.refused(401, "unauthenticated");
    sign_in(&world, &device, 1).await.is(200);
}

#[tokio::test]
async fn or_35_a_team_may_take_no_mailed_codes_from_its_users() {
    let world = World::new();
    let ada = world.sign_in("ada");
    let guests = json!({ "email_sign_in": "guests" });
    ada.patch("/v1/teams/acme", guests.clone()).await.refused(409, "would_lock_out");
    ada.patch("/v1/teams/acme", json!({ "sso_required": true }))
        .await
        .refused(409, "would_lock_out");
    enrol(&ada, 1).await.is(201);
    let device = enrol(&world.sign_in("mia"), 2).await.is(201);
    let by_code = by_code(&world, "mia@acme.example").await;
    by_code.get("/v1/teams/acme").await.is(200);
    ada.patch("/v1/teams/acme", guests).await.is(200);
    by_code.get("/v1/teams/acme").await.refused(403, "device_required");
    by_code.get("/v1/teams/acme/users").await.refused(403, "device_required");
    by_code.get("/v1/teams/acme/events").await.refused(403, "device_required");
    let me = by_code.get("/v1/me").await.is(200);
    assert_eq!(me["teams"][0]["barred"], "device_required");
    assert_eq!(me["teams"][0]["rights"], json!([]));
    let by_device = with_cookie(&world, &sign_in(&world, &device, 2).await);
    by_device.get("/v1/teams/acme").await.is(200);
    assert_eq!(by_device.get("/v1/me").await.is(200)["teams"][0]["barred"], Value::Null);
    // Programs are not asked how their user signs in.
    world.key("mia", &["all"]).get("/v1/teams/acme").await.is(200);
}

/// Enrols the browser of a client that is signed in.
async fn enrol(client: &Client, number: u8) -> Answer {
    let draft = json!({ "name": "Laptop", "public_key": DeviceKey::numbered(number).public() });
    client.post("/v1/teams/acme/devices", draft).await
}

/// Signs in with a device that was enrolled, and a key of this number.
async fn sign_in(world: &World, device: &Value, number: u8) -> Answer {
    let answered = answered(world, device, number).await;
    browser(world).post("/v1/sign-in/device", answered).await
}

async fn answered(world: &World, device: &Value, number: u8) -> Value {
    let asked = browser(world).post("/v1/sign-in/device-challenge", json!({})).await.is(200);
    let [challenge, server] = ["challenge", "server"].map(|name| asked[name].as_str().unwrap());
    assert_eq!(server, ORIGIN);
    let id: DeviceId = device["id"].as_str().unwrap().parse().unwrap();
    let signature = DeviceKey::numbered(number).sign(server, id, challenge);
    json!({ "device_id": id, "challenge": challenge, "signature": signature })
}

async fn by_code(world: &World, email: &str) -> Client {
    let browser = browser(world);
    browser.post("/v1/sign-in", json!({ "email": email })).await.is(202);
    let code = crate::browsers::code(world);
    let answer = browser.post("/v1/sign-in/verify", json!({ "email": email, "code": code })).await;
    answer.is(200);
    with_cookie(world, &answer)
}

fn with_cookie(world: &World, answer: &Answer) -> Client {
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    browser(world).with("cookie", &cookie)
}

fn browser(world: &World) -> Client {
    world.nobody().with("origin", ORIGIN)
}
