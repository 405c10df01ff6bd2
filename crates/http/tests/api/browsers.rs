//! What browsers hold and send: cookies, origins, headers (QU-31, QU-32).

use guest_app::letter::Content;
use guest_http::Options;
use serde_json::json;

use crate::world::{Client, ORIGIN, World, aside};

#[tokio::test]
async fn qu_31_a_mailed_code_signs_in() {
    let world = World::new();
    let browser = world.nobody().with("origin", ORIGIN);
    let cookie = sign_in(&world, &browser, "cory@acme.example").await;
    let parts: Vec<_> = cookie.split("; ").collect();
    assert_eq!(parts[1..], ["Path=/", "HttpOnly", "SameSite=Lax", "Max-Age=2592000"]);
    assert!(parts[0].starts_with("guest=si_"), "{cookie}");
    let browser = browser.with("cookie", parts[0]);
    let me = browser.get("/v1/me").await.is(200);
    assert_eq!(me["email"], "cory@acme.example");
    assert_eq!(me["teams"][0]["role"], "coordinator");
    let answer = browser.post("/v1/sign-out", json!({})).await;
    answer.is(204);
    assert_eq!(answer.header("set-cookie"), "guest=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    browser.get("/v1/me").await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn qu_32_on_https_the_cookie_is_guarded_by_its_name() {
    let origin = "https://guest.example";
    let world = World::with(Options::default(), origin);
    let browser = world.nobody().with("origin", origin);
    let cookie = sign_in(&world, &browser, "lin@example.org").await;
    assert!(cookie.starts_with("__Host-guest=si_") && cookie.ends_with("; Secure"), "{cookie}");
    let pair = cookie.split("; ").next().unwrap();
    let answer = browser.clone().with("cookie", pair).get("/v1/me").await;
    assert_eq!(answer.is(200)["teams"], json!([]));
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
    // Under its other name it is nobody's.
    let plain = pair.replace("__Host-guest", "guest");
    browser.with("cookie", &plain).get("/v1/me").await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn qu_31_codes_are_wrong_used_up_and_exhausted() {
    let world = World::new();
    let client = world.nobody();
    let attempt = |code: &str| json!({ "email": "lin@example.org", "code": code });
    client.post("/v1/sign-in", json!({ "email": "lin@example.org" })).await.is(202);
    let code = code(&world);
    let wrong = if code == "000000" { "111111" } else { "000000" };
    client.post("/v1/sign-in/verify", attempt(wrong)).await.refused(401, "sign_in_code_wrong");
    client.post("/v1/sign-in/verify", attempt(&code)).await.is(200);
    client.post("/v1/sign-in/verify", attempt(&code)).await.refused(410, "code_used");
    client.post("/v1/sign-in", json!({ "email": "lin@example.org" })).await.is(202);
    for _ in 0..5 {
        client.post("/v1/sign-in/verify", attempt("x")).await.refused(401, "sign_in_code_wrong");
    }
    client.post("/v1/sign-in/verify", attempt("x")).await.refused(429, "sign_in_exhausted");
    for _ in 0..3 {
        client.post("/v1/sign-in", json!({ "email": "lin@example.org" })).await.is(202);
    }
    let answer = client.post("/v1/sign-in", json!({ "email": "lin@example.org" })).await;
    answer.refused(429, "rate_limited");
    assert!(answer.header("retry-after").parse::<u32>().unwrap() > 60);
}

#[tokio::test]
async fn qu_32_another_sites_page_changes_nothing() {
    let world = World::new();
    let (browser, path) = (world.sign_in("ada"), "/v1/teams/acme");
    let change = || json!({ "name": "Changed" });
    for origin in
        ["https://evil.example", "http://guest.example.evil", "http://guest.example:81", "null"]
    {
        let other = browser.clone().with("origin", origin);
        other.patch(path, change()).await.refused(403, "origin_mismatch");
        other.get(path).await.is(200);
    }
    browser.clone().without("origin").patch(path, change()).await.refused(403, "origin_mismatch");
    browser.patch(path, change()).await.is(200);
    // A program says itself who it is.
    let program = world.key("ada", &["team:write"]).with("origin", "https://evil.example");
    program.patch(path, change()).await.is(200);
    let both = browser.with("authorization", "Bearer nonsense");
    both.get(path).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn qu_32_nobody_is_signed_in_from_elsewhere() {
    let world = World::new();
    let elsewhere = world.nobody().with("origin", "https://evil.example");
    let asked = json!({ "email": "lin@example.org" });
    elsewhere.post("/v1/sign-in", asked.clone()).await.refused(403, "origin_mismatch");
    let attempt = json!({ "email": "lin@example.org", "code": "000000" });
    elsewhere.post("/v1/sign-in/verify", attempt).await.refused(403, "origin_mismatch");
    elsewhere.without("origin").post("/v1/sign-in", asked).await.is(202);
}

#[tokio::test]
async fn qu_32_every_answer_guards_the_browser() {
    let world = World::new();
    for path in ["/v1/me", "/v1/openapi.json", "/docs", "/problems/stale", "/nowhere", "/healthz"] {
        let answer = world.nobody().get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(answer.header("strict-transport-security"), "", "{path}");
        let is_api = path.starts_with("/v1/");
        assert_eq!(answer.header("cache-control") == "no-store", is_api, "{path}");
    }
    assert_eq!(world.nobody().get("/v1/me").await.header("www-authenticate"), "Bearer");
}

/// Signs in with a mailed code, and returns the cookie as it is set.
async fn sign_in(world: &World, browser: &Client, email: &str) -> String {
    browser.post("/v1/sign-in", json!({ "email": email })).await.is(202);
    let attempt = json!({ "email": email, "code": code(world) });
    let answer = browser.post("/v1/sign-in/verify", attempt).await;
    assert_eq!(answer.is(200)["email"], email);
    answer.header("set-cookie").to_owned()
}

/// Returns the code that was mailed last.
pub(crate) fn code(world: &World) -> String {
    let leased = aside(|| world.app.lease_letters(100).wait().unwrap());
    let mut codes = leased.letters.into_iter().filter_map(|letter| {
        let Content::SignIn { code, .. } = letter.content else { return None };
        Some(code)
    });
    codes.next_back().unwrap()
}
