//! Limits on what is reachable without signing in (QU-31, QU-34).

use guest_http::Options;
use serde_json::json;

use crate::things::Things;
use crate::world::{Client, ORIGIN, World};

#[tokio::test]
async fn qu_31_codes_are_limited_by_where_they_are_asked_from() {
    let world = World::new();
    let ask = async |client: &Client, n: u32| {
        client.post("/v1/sign-in", json!({ "email": format!("guest-{n}@example.org") })).await
    };
    let client = world.nobody().from("192.0.2.1");
    for n in 0..30 {
        ask(&client, n).await.is(202);
    }
    let answer = ask(&client, 30).await;
    answer.refused(429, "rate_limited");
    assert!((1..=60).contains(&answer.header("retry-after").parse::<u32>().unwrap()));
    ask(&world.nobody().from("192.0.2.2"), 31).await.is(202);
    ask(&world.operator(None).from("192.0.2.1"), 32).await.is(202);
}

#[tokio::test]
async fn qu_31_tries_are_limited_by_where_they_come_from() {
    let world = World::new();
    let client = world.nobody().from("192.0.2.1");
    let attempt = |n: u32| json!({ "email": format!("guest-{n}@example.org"), "code": "000000" });
    for n in 0..60 {
        client.post("/v1/sign-in/verify", attempt(n)).await.refused(401, "sign_in_code_wrong");
    }
    client.post("/v1/sign-in/verify", attempt(60)).await.refused(429, "rate_limited");
}

#[tokio::test]
async fn qu_34_links_are_limited_for_those_who_are_not_signed_in() {
    let world = World::new();
    let things = Things::of(&world);
    let path = format!("/v1/guest-links/{}", things.token);
    let stranger = world.nobody().from("2001:db8:1:2::1");
    for _ in 0..300 {
        stranger.get(&path).await.is(200);
    }
    stranger.get(&path).await.refused(429, "rate_limited");
    // The whole site counts together, and a cookie that has lapsed is none.
    let neighbour = world.nobody().from("2001:db8:1:2::ffff");
    neighbour.get(&path).await.refused(429, "rate_limited");
    let lapsed = neighbour.with("cookie", &format!("guest=si_{}", "0".repeat(52)));
    lapsed.get(&path).await.refused(429, "rate_limited");
    let lin = world.sign_in("lin@example.org").from("2001:db8:1:2::1");
    for _ in 0..400 {
        lin.get(&path).await.is(200);
    }
}

#[tokio::test]
async fn qu_34_whoever_is_not_known_is_limited_in_everything() {
    let world = World::new();
    let guess = |n: u32| world.bearer(&format!("gk_{n:052}")).from("192.0.2.1");
    for n in 0..600 {
        guess(n).get("/v1/me").await.refused(401, "unauthenticated");
    }
    guess(600).get("/v1/me").await.refused(429, "rate_limited");
    let stranger = world.nobody().from("192.0.2.1");
    stranger.get("/docs").await.refused(429, "rate_limited");
    stranger.get("/nowhere").await.refused(429, "rate_limited");
    stranger.get("/healthz").await.is(200);
    // Those who are known go on.
    world.sign_in("ada").from("192.0.2.1").get("/v1/me").await.is(200);
    world.nobody().from("192.0.2.2").get("/docs").await.is(200);
}

#[tokio::test]
async fn a_proxy_is_believed_only_if_it_is_trusted() {
    for (trust_proxy, expected) in [(true, "203.0.113.9"), (false, "192.0.2.1")] {
        let world = World::with(Options { trust_proxy, ..Options::default() }, ORIGIN);
        let ada =
            world.sign_in("ada").from("192.0.2.1").with("x-forwarded-for", "10.1.1.1, 203.0.113.9");
        ada.patch("/v1/teams/acme", json!({ "name": "Acme Ltd" })).await.is(200);
        let audit = ada.get("/v1/teams/acme/audit?limit=1").await.is(200);
        assert_eq!(audit["data"][0]["from"], expected);
    }
}
