//! How requests are read, and what is said of those that cannot be (IF-3).

use serde_json::{Value, json};

use crate::things::{Things, invite_body};
use crate::world::World;

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
    Things::of(&world);
    let plain = world.key("cory", &["all"]);
    let client = plain.clone().with("content-type", "application/json");
    client.raw("POST", INVITES, "{").await.refused(400, "malformed");
    client.raw("POST", INVITES, "").await.refused(422, "validation");
    client.raw("POST", INVITES, vec![0xff, 0xfe]).await.refused(400, "malformed");
    let nested = format!("{{\"window\": {}", "[".repeat(100_000));
    assert!(client.raw("POST", INVITES, nested).await.status.is_client_error());
    plain.raw("POST", INVITES, "{}").await.refused(415, "media_type");
    let form = plain.clone().with("content-type", "application/x-www-form-urlencoded");
    form.raw("POST", INVITES, "a=b").await.refused(415, "media_type");
    let large = format!("{{\"title\": \"{}\"}}", "x".repeat(300_000));
    client.raw("POST", INVITES, large).await.refused(413, "too_large");
    let missing = client.raw("POST", INVITES, "{}").await.refused(422, "validation");
    let mut missed: Vec<_> = missing["errors"].as_array().unwrap().iter().collect();
    missed.sort_by_key(|error| error["pointer"].as_str());
    let pointers: Vec<_> = missed.iter().map(|error| &error["pointer"]).collect();
    assert_eq!(
        pointers,
        ["/computer_id", "/emails", "/title", "/window/end", "/window/start", "/window/time_zone"]
    );
    // Where nothing needs to be said, saying nothing is fine.
    plain.raw("POST", "/v1/teams/acme/guest-access-cut", "").await.is(200);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let world = World::new();
    let ada = world.sign_in("ada");
    for path in [
        "/",
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

#[track_caller]
fn check(problem: &Value, pointer: &str) {
    assert_eq!(
        (&problem["code"], &problem["errors"][0]["pointer"]),
        (&json!("validation"), &json!(pointer))
    );
}
