//! The guest's page, and what pages are made of (WB-10, WB-12).

use serde_json::{Value, json};

use crate::things::{Things, invite_body};
use crate::world::{Answer, Client, ORIGIN, World};

#[tokio::test]
async fn wb_10_the_page_says_what_the_guest_can_do() {
    let world = World::new();
    let things = Things::of(&world);
    let path = format!("/g/{}", things.token);
    let lin = world.sign_in("lin@example.org");
    let signed_out = world.nobody().get(&path).await;
    shows(&signed_out, "sign-in", &["Usability study", "studio-1", "email-form"]);
    assert!(!signed_out.text.contains("Sign out"), "nobody is signed in");
    let wrong = world.sign_in("sam@example.net").get(&path).await;
    shows(&wrong, "wrong-account", &["another account", "sam@example.net", "Sign out"]);
    assert!(!wrong.text.contains("lin@"), "the invited address stays unsaid");
    let connected = lin.get(&path).await;
    shows(&connected, "connected", &["You are connected to studio-1", &things.session, "cory"]);
    lin.post(&format!("/v1/sessions/{}/leave", things.session), json!({})).await.is(204);
    shows(&lin.get(&path).await, "ready", &["You can connect again", "data-do=\"connect\""]);
    world.pass(3 * 60 * 60);
    shows(&lin.get(&path).await, "refused", &["The time of this invite is over"]);
    shows(&world.nobody().get(&path).await, "refused", &["The time of this invite is over"]);
}

#[tokio::test]
async fn wb_12_a_window_is_told_in_its_zone_and_in_utc() {
    let world = World::new();
    let things = Things::of(&world);
    let window = json!({ "start": "2026-12-01T18:00", "end": "2026-12-02T00:30", "time_zone": "Asia/Seoul" });
    let path = invite(&world, &things, "window", window).await;
    let sam = world.sign_in("sam@example.net");
    let page = sam.get(&path).await;
    let told = ["Tue 1 December 2026, 18:00 (Asia/Seoul, UTC+09:00)", "15:30 UTC"];
    shows(&page, "ready", &told);
    let later = json!({ "start": "2026-12-01T20:00", "end": "2026-12-02T00:30", "time_zone": "Asia/Seoul" });
    let path = invite(&world, &things, "window", later).await;
    let page = sam.get(&path).await;
    shows(&page, "waiting", &["Add to calendar", "/invite.ics", "data-opens-in=\"7200\""]);
}

#[tokio::test]
async fn wb_10_the_guest_alone_gets_the_calendar_entry() {
    let world = World::new();
    let things = Things::of(&world);
    let path = format!("/g/{}/invite.ics", things.token);
    let entry = world.sign_in("lin@example.org").get(&path).await;
    assert_eq!(entry.header("content-type"), "text/calendar; charset=utf-8");
    assert!(entry.text.contains("Usability study"), "{}", entry.text);
    refuses(&world.nobody().get(&path).await, 401);
    refuses(&world.sign_in("sam@example.net").get(&path).await, 403);
    world.pass(3 * 60 * 60);
    refuses(&world.sign_in("lin@example.org").get(&path).await, 409);
}

#[tokio::test]
async fn ga_42_a_link_that_leads_nowhere_has_a_page() {
    let world = World::new();
    let page = world.nobody().get("/g/nonsense").await;
    refuses(&page, 404);
    assert!(page.text.contains("ask whoever invited you"), "{}", page.text);
}

#[tokio::test]
async fn ga_46_opening_the_page_changes_nothing() {
    let world = World::new();
    let things = Things::of(&world);
    let ada = world.sign_in("ada");
    let invite = format!("/v1/teams/acme/guest-access-invites/{}", things.invite);
    let seen = async || {
        let audit = ada.get("/v1/teams/acme/audit").await.is(200);
        (audit, ada.get(&invite).await.is(200), world.app.last_event().await.unwrap())
    };
    let clients =
        [world.nobody(), world.sign_in("sam@example.net"), world.sign_in("lin@example.org")];
    let before = seen().await;
    for client in clients {
        for path in [format!("/g/{}", things.token), format!("/g/{}/invite.ics", things.token)] {
            client.get(&path).await;
        }
    }
    assert_eq!(seen().await, before);
}

#[tokio::test]
async fn qu_32_what_people_typed_is_never_markup() {
    let world = World::new();
    let things = Things::of(&world);
    let hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    world.sign_in("ada").patch("/v1/teams/acme", json!({ "name": hostile })).await.is(200);
    let computer = format!("/v1/teams/acme/computers/{}", things.computer);
    let renamed = json!({ "name": "<b onclick=x>\"'" });
    world.sign_in("ada").patch(&computer, renamed).await.is(200);
    let path = invite(&world, &things, "title", json!(hostile)).await;
    for client in [world.nobody(), world.sign_in("sam@example.net")] {
        let page = client.get(&path).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("&#60;script&#62;"), "{}", page.text);
        for markup in ["<script>", "<img", "<b onclick", "onerror=alert(1)>"] {
            assert!(!page.text.contains(markup), "{markup} in {}", page.text);
        }
    }
}

#[tokio::test]
async fn qu_32_pages_load_nothing_from_elsewhere() {
    let world = World::with(guest_http::Options::default(), "https://guest.example");
    let things = Things::of(&world);
    for path in [format!("/g/{}", things.token), "/g/nonsense".to_owned()] {
        let page = world.nobody().get(&path).await;
        let policy = page.header("content-security-policy");
        assert_eq!(
            policy,
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
             connect-src 'self' wss://guest.example; frame-src 'self'; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'"
        );
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        for inline in ["<style", " style=", " onclick=", "javascript:", "=\"http", "=\"//"] {
            assert!(!page.text.contains(inline), "{inline} in {}", page.text);
        }
        assert_eq!(
            page.text.matches("<script").count(),
            page.text.matches("<script type=\"module\" src=\"/assets/").count()
        );
    }
}

#[tokio::test]
async fn assets_come_from_the_program_and_are_kept() {
    let world = World::new();
    let root = assets(&world).await;
    for (path, kind, holds) in [
        ("guest.css", "text/css", "prefers-color-scheme"),
        ("guest-page.js", "text/javascript", "import"),
        ("guest/screen.js", "text/javascript", "novnc/core/rfb.js"),
        ("icon.svg", "image/svg+xml", "<svg"),
        ("guest.css", "text/css", "@layer base{/*!\n * Pico CSS"),
        ("team.css", "text/css", "prefers-color-scheme"),
        ("pico/LICENSE.txt", "text/plain", "MIT"),
        ("novnc/core/rfb.js", "text/javascript", "export default class RFB"),
        ("novnc/vendor/pako/lib/zlib/inflate.js", "text/javascript", "export"),
        ("novnc/LICENSE.txt", "text/plain", "MPL 2.0"),
        ("htmx/htmx.min.js", "text/javascript", "htmx"),
        ("htmx/hx-sse.min.js", "text/javascript", "htmx"),
    ] {
        let asset = world.nobody().get(&format!("{root}/{path}")).await;
        assert_eq!(asset.status, 200, "{path}");
        assert!(asset.header("content-type").starts_with(kind), "{path}: {:?}", asset.headers);
        assert_eq!(asset.header("cache-control"), "public, max-age=31536000, immutable", "{path}");
        assert!(asset.text.contains(holds), "{path} lacks {holds}");
    }
    for path in ["nothing.js", "../Cargo.toml", "%2e%2e/Cargo.toml", "novnc"] {
        world.nobody().get(&format!("{root}/{path}")).await.refused(404, "not_found");
    }
    world.nobody().get("/assets/000000000000/guest.css").await.refused(404, "not_found");
}

#[tokio::test]
async fn assets_are_sent_small_to_those_who_can_unpack_them() {
    let world = World::new();
    let path = format!("{}/novnc/core/rfb.js", assets(&world).await);
    let plain = world.nobody().get(&path).await;
    let small = world.nobody().with("accept-encoding", "gzip").open("GET", &path, "").await;
    assert_eq!(small.headers()["content-encoding"], "gzip");
    let small = axum::body::to_bytes(small.into_body(), usize::MAX).await.unwrap();
    assert!(small.len() * 3 < plain.text.len(), "{} of {}", small.len(), plain.text.len());
}

#[test]
fn what_others_wrote_is_pinned_to_the_public_registry() {
    let lock: Value =
        serde_json::from_str(include_str!("../../assets/npm/package-lock.json")).unwrap();
    let packages =
        lock["packages"].as_object().unwrap().iter().filter(|(path, _)| !path.is_empty());
    for (path, package) in packages {
        let resolved = package["resolved"].as_str().unwrap();
        assert!(resolved.starts_with("https://registry.npmjs.org/"), "{path}: {resolved}");
        assert!(package["integrity"].as_str().unwrap().starts_with("sha512-"), "{path}");
    }
}

#[track_caller]
fn shows(page: &Answer, stance: &str, words: &[&str]) {
    assert_eq!(page.status, 200, "{}", page.text);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let stance = format!("data-stance=\"{stance}\"");
    for word in words.iter().copied().chain([stance.as_str()]) {
        assert!(page.text.contains(word), "{word} is not in {}", page.text);
    }
}

/// Checks that a page says no, in words.
#[track_caller]
fn refuses(page: &Answer, status: u16) {
    assert_eq!(page.status, status, "{}", page.text);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.text.contains("What to do"), "{}", page.text);
}

/// Returns where the assets are, as a page names it.
async fn assets(world: &World) -> String {
    let page = world.nobody().get("/g/nonsense").await.text;
    let (_, rest) = page.split_once("href=\"/assets/").unwrap();
    format!("/assets/{}", rest.split('/').next().unwrap())
}

/// Invites sam with one thing different, and returns the address of the page.
async fn invite(world: &World, things: &Things, field: &str, value: Value) -> String {
    let mut body = invite_body(&things.computer, "sam@example.net");
    body[field] = value;
    let cory: Client = world.sign_in("cory");
    let made = cory.post("/v1/teams/acme/guest-access-invites", body).await.is(201);
    let link = made["invites"][0]["link"].as_str().unwrap();
    link.strip_prefix(ORIGIN).unwrap().to_owned()
}
