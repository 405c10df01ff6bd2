//! How requests are read, and what is said of those that cannot be (IF-3).

use std::future::IntoFuture;

use guest_app::{ApiKeyDraft, Call};
use guest_core::{Purpose, Secret};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::things::{Things, invite_body};
use crate::world::{Answer, World, aside};

const INVITES: &str = "/v1/teams/acme/guest-access-invites";

#[tokio::test]
async fn if_3_everything_wrong_is_said_at_once() {
    let world = World::new();
    let things = Things::of(&world);
    let body = json!({
        "computer_id": things.computer,
        "emails": ["lin@example.org", "nonsense"],
        "window": { "start": "2026-12-09T09:00", "end": "2026-12-08T09:00", "time_zone": "Etc/UTC" },
        "permissions": ["keyboard", "wheel"],
        "title": "",
        "message": "a\u{0}b",
    });
    let problem = world.sign_in("cory").post(INVITES, body).await.refused(422, "validation");
    let pointers: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|e| &e["pointer"]).collect();
    assert!(pointers.contains(&&json!("/emails/1")), "{pointers:?}");
    assert!(pointers.contains(&&json!("/permissions/1")), "{pointers:?}");
    assert!(pointers.contains(&&json!("/title")), "{pointers:?}");
    assert!(pointers.contains(&&json!("/message")), "{pointers:?}");
    assert!(pointers.len() >= 5, "{pointers:?}");
    assert_eq!(
        (&problem["type"], &problem["status"]),
        (&json!("/problems/validation"), &json!(422))
    );
}

#[tokio::test]
async fn if_3_one_error_with_a_code_of_its_own_is_on_top() {
    let world = World::new();
    let things = Things::of(&world);
    let mut body = invite_body(&things.computer, "lin@example.org");
    body["window"] = json!({
        "start": "2027-03-28T02:30", "end": "2027-03-28T09:00", "time_zone": "Europe/Paris",
    });
    let problem = world.sign_in("cory").post(INVITES, body).await.refused(422, "time_skipped");
    assert!(problem["before"].is_string() && problem["after"].is_string(), "{problem}");
    assert_eq!(problem["errors"][0]["pointer"], "/window/start");
    assert_eq!(problem["errors"][0]["code"], "time_skipped");
}

#[tokio::test]
async fn bodies_that_cannot_be_read_are_refused_for_what_they_are() {
    let world = World::new();
    let things = Things::of(&world);
    let plain = world.key("cory", &["all"]);
    let client = plain.clone().with("content-type", "application/json");
    client.raw("POST", INVITES, "{").await.refused(400, "malformed");
    client.raw("POST", INVITES, "").await.refused(400, "malformed");
    client.raw("POST", INVITES, vec![0xff, 0xfe]).await.refused(400, "malformed");
    for start in ["", "{\"window\": ", "{\"nothing\": "] {
        let nested = format!("{start}{}", "[".repeat(100_000));
        client.raw("POST", INVITES, nested).await.refused(400, "malformed");
    }
    plain.raw("POST", INVITES, "{}").await.refused(415, "media_type");
    let form = plain.clone().with("content-type", "application/x-www-form-urlencoded");
    form.raw("POST", INVITES, "a=b").await.refused(415, "media_type");
    let large = format!("{{\"title\": \"{}\"}}", "x".repeat(300_000));
    client.raw("POST", INVITES, large).await.refused(413, "too_large");
    let missing = client.raw("POST", INVITES, "{}").await;
    assert_eq!(wrong(&missing), ["/computer_id", "/emails", "/title", "/window"]);
    // Where nothing needs to be said, saying nothing is fine.
    let kept_out = format!("/v1/teams/acme/guest-access-invites/{}/readmit", things.invite);
    plain.raw("POST", &kept_out, "").await.is(204);
}

#[tokio::test]
async fn cn_3_nobody_is_asked_to_sign_in_for_a_stream() {
    let nobody = World::new().nobody();
    for id in ["ses_00000000000000000000000000", "inv_1", "x", "%FF"] {
        let path = format!("/v1/sessions/{id}/stream?ticket=x");
        nobody.get(&path).await.refused(404, "not_found");
    }
}

#[tokio::test]
async fn ga_49_nobody_is_cut_by_a_request_that_says_nothing() {
    let world = World::new();
    let things = Things::of(&world);
    let (cory, cut) = (world.key("cory", &["all"]), "/v1/teams/acme/guest-access-cut");
    let empty = cory.raw("POST", cut, "").await;
    let (whole, null) = (json!({}), json!({ "cancel": null }));
    for answer in [empty, cory.post(cut, whole).await, cory.post(cut, null).await] {
        assert_eq!(wrong(&answer), ["/cancel"]);
    }
    let narrowed = json!({ "computer_id": 1 });
    assert_eq!(wrong(&cory.post(cut, narrowed).await), ["/cancel", "/computer_id"]);
    let invite = format!("/v1/teams/acme/guest-access-invites/{}", things.invite);
    assert_eq!(cory.get(&invite).await.is(200)["phase"], "connected");
    world.nobody().raw("POST", cut, "").await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn if_3_a_wrong_form_is_told_together_with_wrong_values() {
    let world = World::new();
    let things = Things::of(&world);
    let cory = world.sign_in("cory");
    let body = json!({
        "computer_id": 3,
        "emails": ["lin@example.org", null, "nonsense"],
        "window": { "start": "yesterday", "end": ["2026-12-01T12:00"], "zone": "Etc/UTC" },
        "permissions": ["wheel"],
        "title": { "text": "" },
        "message": "a\u{0}b",
        "colour": "red",
    });
    let answer = cory.post(INVITES, body).await;
    assert_eq!(
        wrong(&answer),
        [
            "/colour",
            "/computer_id",
            "/emails/1",
            "/emails/2",
            "/message",
            "/permissions/0",
            "/title",
            "/window/end",
            "/window/start",
            "/window/time_zone",
            "/window/zone",
        ]
    );
    assert_eq!(answer.json()["code"], "validation");
    let path = format!("{INVITES}?limit=0&phase=over&limt=1");
    assert_eq!(wrong(&cory.get(&path).await), ["/limit", "/limt", "/phase"]);
    let path = format!("{INVITES}/{}", things.invite);
    let stale = cory.with("if-match", "3").with("idempotency-key", "");
    let answer = stale.patch(&path, json!({ "window": { "end": 1 }, "permissions": [1] })).await;
    assert_eq!(wrong(&answer), ["/Idempotency-Key", "/If-Match", "/permissions/0", "/window/end"]);
}

#[tokio::test]
async fn if_3_a_field_that_is_there_twice_is_refused() {
    let world = World::new();
    let client = world.key("ada", &["all"]).with("content-type", "application/json");
    let body = r#"{"name": "one", "name": "two", "nothing": 1}"#;
    let answer = client.raw("POST", "/v1/teams/acme/groups", body).await;
    assert!(wrong(&answer).contains(&"/nothing".to_owned()));
    let body = r#"{"name": "one", "name": "two"}"#;
    let answer = client.raw("POST", "/v1/teams/acme/groups", body).await;
    assert_eq!(wrong(&answer), ["/name"]);
}

#[tokio::test]
async fn if_3_every_body_is_refused_as_a_whole_for_its_form() {
    let world = World::new();
    let things = Things::of(&world);
    let ada = world.sign_in("ada");
    let team = "/v1/teams/acme";
    let check = async |method: &str, path: &str, body: Value, expected: &[&str]| {
        let answer = ada.send(method, &format!("{team}{path}"), Some(body)).await;
        assert_eq!(wrong(&answer), expected, "{method} {path}");
    };
    let (user, computer) = (format!("/users/{}", things.member), things.computer);
    check(
        "PATCH",
        "",
        json!({ "name": 1, "low_balance_mark": -1, "a": 1 }),
        &["/a", "/low_balance_mark", "/name"],
    )
    .await;
    check(
        "POST",
        "/api-keys",
        json!({ "name": "", "scopes": "all", "user_id": 1 }),
        &["/name", "/scopes", "/user_id"],
    )
    .await;
    check("POST", "/computer-keys", json!([]), &[""]).await;
    check("POST", "/computers", json!({ "name": "" }), &["/name", "/provision"]).await;
    let path = format!("/computers/{computer}");
    check("PATCH", &path, json!({ "name": "", "guest_access": "on" }), &["/guest_access", "/name"])
        .await;
    check("POST", "/groups", json!({ "coordinator": "yes" }), &["/coordinator", "/name"]).await;
    check("PATCH", &user, json!({ "profile": "king", "owner": 1 }), &["/owner", "/profile"]).await;
    let bulk = json!({ "user_ids": ["usr_1", 2] });
    check("POST", "/users/change-profiles", bulk, &["/profile", "/user_ids/0", "/user_ids/1"])
        .await;
    check("POST", &format!("{user}/revoke"), json!({ "cancel": true }), &["/cancel"]).await;
    check(
        "POST",
        "/credits/quotes",
        json!({ "quantity": "3", "bundle": 1.5 }),
        &["/bundle", "/quantity"],
    )
    .await;
    check("POST", "/credits/orders", json!({ "quote_id": null }), &["/quote_id"]).await;
    let cut = json!({ "computer_id": 1, "invited_by": "nobody", "cancel": 1 });
    check("POST", "/guest-access-cut", cut, &["/cancel", "/computer_id", "/invited_by"]).await;
    let path = format!("/guest-access-invites/{}/extend", things.invite);
    check("POST", &path, json!({ "minutes": "30" }), &["/minutes"]).await;
    let path = format!("/guest-access-invites/{}/move", things.invite);
    check("POST", &path, json!({ "computer_id": 7 }), &["/computer_id"]).await;
    let path = format!("/guest-access-invites/{}", things.invite);
    check("PUT", &path, json!({ "permissions": {} }), &["/permissions", "/window"]).await;
}

#[tokio::test]
async fn if_3_whoever_may_not_ask_learns_nothing_of_their_request() {
    let world = World::new();
    let things = Things::of(&world);
    for who in ["eve", "mia"] {
        world.sign_in(who).post(INVITES, json!({})).await.refused(403, "forbidden");
    }
    let narrow = world.key("cory", &["invites:read"]);
    narrow.post(INVITES, json!({ "title": 3 })).await.refused(403, "scope_missing");
    world.sign_in("zoe").post(INVITES, json!({})).await.refused(404, "not_found");
    world.sign_in("rex").post(INVITES, json!({})).await.refused(404, "not_found");
    world.nobody().post(INVITES, json!({})).await.refused(401, "unauthenticated");
    let lapsed = world.bearer(&unknown(Purpose::ApiKey));
    lapsed.post(INVITES, json!({})).await.refused(401, "unauthenticated");
    // Each part of a change has a right of its own.
    let member = format!("/v1/teams/acme/users/{}", things.member);
    let bob = world.sign_in("bob");
    bob.patch(&member, json!({ "coordinator": "yes" })).await.refused(403, "forbidden");
    assert_eq!(wrong(&bob.patch(&member, json!({ "profile": 1 })).await), ["/profile"]);
    // Guests and agents are asked who they are as well.
    let connect = format!("/v1/guest-links/{}/connect", things.token);
    let extra = json!({ "extra": 1 });
    world.sign_in("ada").post(&connect, extra.clone()).await.refused(403, "wrong_account");
    world.nobody().post(&connect, extra.clone()).await.refused(401, "unauthenticated");
    let guest = world.sign_in("lin@example.org");
    assert_eq!(wrong(&guest.post(&connect, extra.clone()).await), ["/extra"]);
    let stranger = world.bearer(&unknown(Purpose::ComputerKey));
    let beat = "/v1/agent/heartbeat";
    stranger.post(beat, extra.clone()).await.refused(401, "unauthenticated");
    let agent = world.bearer(&things.computer_secret);
    assert_eq!(wrong(&agent.post(beat, extra).await), ["/extra", "/name"]);
}

#[tokio::test]
async fn a_wrong_form_does_nothing() {
    let world = World::new();
    let things = Things::of(&world);
    let body = invite_body(&things.computer, "sam@example.net");
    let flawed = |body: &Value| {
        let mut body = body.clone();
        body["extra"] = json!(1);
        body
    };
    let cory = world.sign_in("cory").with("idempotency-key", "once");
    let before = cory.get(INVITES).await.json();
    assert_eq!(wrong(&cory.post(INVITES, flawed(&body)).await), ["/extra"]);
    assert_eq!(cory.get(INVITES).await.json(), before);
    // Nor is it remembered as what the key stands for.
    cory.post(INVITES, body).await.is(201);
    // A code that is sent in a wrong form is no wrong try.
    let nobody = world.nobody();
    nobody.post("/v1/sign-in", json!({ "email": "lin@example.org" })).await.is(202);
    let attempt = json!({ "email": "lin@example.org", "code": "123456" });
    for _ in 0..8 {
        let answer = nobody.post("/v1/sign-in/verify", flawed(&attempt)).await;
        assert_eq!(wrong(&answer), ["/extra"]);
    }
    nobody.post("/v1/sign-in/verify", attempt).await.refused(401, "sign_in_code_wrong");
}

#[tokio::test]
async fn qu_34_a_body_that_is_announced_as_too_large_is_not_waited_for() {
    let world = World::new();
    let key = world.app.make_api_key(
        &Call::operator(),
        "acme",
        &ApiKeyDraft { name: "a test".to_owned(), scopes: vec!["all".to_owned()], user_id: None },
    );
    let key = aside(|| key.wait().unwrap().key.unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(axum::serve(listener, world.router.clone()).into_future());
    let mut socket = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST {INVITES} HTTP/1.1\r\nhost: guest\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ncontent-length: 300000\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut start = [0; 12];
    socket.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 413");
    server.abort();
}

#[tokio::test]
async fn or_7_who_cannot_be_coordinator_is_said_at_its_place() {
    let world = World::new();
    let ada = world.sign_in("ada");
    let users = ada.get("/v1/teams/acme/users").await.json();
    let bob = users["data"].as_array().unwrap().iter().find(|user| user["name"] == "bob").unwrap();
    let path = format!("/v1/teams/acme/users/{}", bob["id"].as_str().unwrap());
    let answer = ada.patch(&path, json!({ "coordinator": true })).await;
    assert_eq!(wrong(&answer), ["/coordinator"]);
    assert_eq!(answer.json()["field"], "coordinator");
}

#[tokio::test]
async fn if_2_a_key_names_at_least_one_scope() {
    let world = World::new();
    let body = json!({ "name": "a key", "scopes": [] });
    let answer = world.sign_in("ada").post("/v1/teams/acme/api-keys", body).await;
    assert_eq!(wrong(&answer), ["/scopes"]);
    assert_eq!(answer.json()["detail"], "name at least one scope");
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let world = World::new();
    let ada = world.sign_in("ada");
    for path in [
        "/v1",
        "/v1/nothing",
        "/v1/teams/acme/",
        "/v1/teams/nobody",
        "/v1/teams/%00",
        "/v1/teams/%FF",
        "/v1/teams/acme/users/usr_1",
        "/v1/teams/acme/users/inv_00000000000000000000000000",
        "/v1/teams/acme/users/usr_00000000000000000000000000",
        "/v1/teams/acme/guest-access-invites/%00",
    ] {
        ada.get(path).await.refused(404, "not_found");
    }
    // Whoever is not known learns nothing of what is there.
    for path in ["/v1/teams/acme/users/x", "/v1/teams/nobody", "/v1/teams/acme/users?limit=x"] {
        world.nobody().get(path).await.refused(401, "unauthenticated");
    }
}

#[tokio::test]
async fn a_method_that_is_not_understood_is_told_which_are() {
    let world = World::new();
    let answer = world.nobody().send("DELETE", "/v1/me", None).await;
    answer.refused(405, "method_not_allowed");
    assert_eq!(answer.header("allow"), "GET,HEAD");
    let answer = world.nobody().send("POST", "/v1/teams/acme", None).await;
    answer.refused(405, "method_not_allowed");
    for method in ["GET", "PATCH"] {
        assert!(answer.header("allow").contains(method));
    }
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let world = World::new();
    let answer = world.sign_in("ada").send("HEAD", "/v1/me", None).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
    assert!(answer.header("content-length").parse::<u32>().unwrap() > 20);
}

#[tokio::test]
async fn if_4_pages_are_asked_for_in_bounds() {
    let world = World::new();
    let ada = world.sign_in("ada");
    check(&ada.get("/v1/teams/acme/users?limit=0").await.json(), "/limit");
    check(&ada.get("/v1/teams/acme/users?limit=201").await.json(), "/limit");
    check(&ada.get("/v1/teams/acme/users?limit=x").await.json(), "/limit");
    check(&ada.get("/v1/teams/acme/users?cursor=x%00").await.json(), "/cursor");
    check(&ada.get("/v1/teams/acme/users?lmit=1").await.json(), "/lmit");
    check(&ada.get(&format!("{INVITES}?phase=over")).await.json(), "/phase");
    check(&ada.get(&format!("{INVITES}?computer_id=x")).await.json(), "/computer_id");
    check(&ada.get("/v1/teams/acme/audit?from=x").await.json(), "/from");
    let none = ada.get("/v1/teams/acme/audit?actor=%00&subject=%F0%9F%A6%86").await.is(200);
    assert_eq!(none["data"], json!([]));
    let mut seen = Vec::new();
    let mut path = "/v1/teams/acme/users?limit=3".to_owned();
    loop {
        let page = ada.get(&path).await.is(200);
        seen.extend(page["data"].as_array().unwrap().iter().map(|user| user["id"].clone()));
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/teams/acme/users?limit=3&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 8);
}

/// Returns where a request is wrong, in order.
#[track_caller]
fn wrong(answer: &Answer) -> Vec<String> {
    let problem = answer.is(422);
    let errors = problem["errors"].as_array().unwrap();
    let pointer = |error: &Value| error["pointer"].as_str().unwrap().to_owned();
    let mut pointers: Vec<_> = errors.iter().map(pointer).collect();
    pointers.sort();
    pointers
}

/// Returns a secret that nobody was given.
fn unknown(purpose: Purpose) -> String {
    Secret::new(purpose, &[9; 32]).expose().to_owned()
}

#[track_caller]
fn check(problem: &Value, pointer: &str) {
    assert_eq!(
        (&problem["code"], &problem["errors"][0]["pointer"]),
        (&json!("validation"), &json!(pointer))
    );
}
