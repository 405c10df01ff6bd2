//! What holds on every page of a team: nothing from elsewhere, nothing typed is markup (QU-32).

use serde_json::json;

use crate::browser::{Browser, shows};
use crate::things::{Things, invite_body};
use crate::world::{Answer, World};

/// Returns the address of every page that an owner can open.
fn pages(things: &Things) -> Vec<String> {
    let invite = format!("/t/acme/invites/{}", things.invite);
    let computers = ["", "/remove", "/arrival", "/key"];
    let computers = computers.map(|path| format!("/t/acme/computers/{}{path}", things.computer));
    let groups = ["", "/delete", "/coordinator", &format!("/members/{}", things.member)];
    let groups = groups.map(|path| format!("/t/acme/groups/{}{path}", things.group));
    let order = format!("/t/acme/credits/orders/{}", things.order);
    let offices = ["/computers", "/computers/add", "/credits", "/groups"]
        .map(|path| format!("/t/acme{path}"));
    let team = ["", "?q=s", "/invites", "/invites?q=s", "/cut", "/invite"]
        .map(|path| format!("/t/acme{path}"));
    let deeds = ["", "/window", "/permissions", "/computer", "/revoke", "/new-link"];
    let deeds = deeds.map(|path| format!("{invite}{path}"));
    ["/sign-in".to_owned(), "/sign-in/code?email=a@b.example".to_owned()]
        .into_iter()
        .chain(team)
        .chain(deeds)
        .chain(offices)
        .chain(computers)
        .chain(groups)
        .chain([order, format!("/t/acme/users/{}/coordinator", things.member)])
        .collect()
}

#[tokio::test]
async fn qu_32_every_page_loads_from_here_alone() {
    let world = World::new();
    let things = Things::of(&world);
    let mut ada = Browser::of(&world, "ada");
    for path in pages(&things) {
        let page = ada.get(&path).await;
        shows(&page, &["<main id=\"content\"", "lang=\"en\"", "role=\"status\"", "<h1"]);
        harmless(&page, &path);
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
        assert_eq!(page.header("referrer-policy"), "same-origin", "{path}");
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"));
        assert_eq!(page.text.matches("<h1").count(), 1, "{path} has one heading");
        let forms = page.text.matches("method=\"post\"").count();
        assert_eq!(page.text.matches("name=\"token\" value=\"").count(), forms, "{path}");
    }
}

#[tokio::test]
async fn qu_32_what_people_typed_is_markup_on_no_page() {
    let world = World::new();
    let things = Things::of(&world);
    let (ada, lin) = (world.sign_in("ada"), world.sign_in("lin@example.org"));
    ada.patch("/v1/teams/acme", json!({ "name": HOSTILE })).await.is(200);
    let computer = format!("/v1/teams/acme/computers/{}", things.computer);
    ada.patch(&computer, json!({ "name": HOSTILE })).await.is(200);
    let group = format!("/v1/teams/acme/groups/{}", things.group);
    ada.patch(&group, json!({ "name": HOSTILE })).await.is(200);
    let wish = json!({ "minutes": 5, "note": HOSTILE });
    lin.post(&format!("/v1/guest-links/{}/request-time", things.token), wish).await.is(202);
    let mut body = invite_body(&things.computer, "sam@example.net");
    body["title"] = json!(HOSTILE);
    body["message"] = json!(HOSTILE);
    let made = ada.post("/v1/teams/acme/guest-access-invites", body).await.is(201);
    let invite = made["invites"][0]["id"].as_str().unwrap().to_owned();
    let things = Things { invite, ..things };
    let mut ada = Browser::of(&world, "ada");
    for path in pages(&things) {
        harmless(&ada.get(&path).await, &path);
    }
    let q: String = form_urlencoded::byte_serialize(HOSTILE.as_bytes()).collect();
    for path in ["/t/acme?q=", "/t/acme/invites?q=", "/sign-in/code?email=", "/sign-in?email="] {
        let page = ada.get(&format!("{path}{q}")).await;
        shows(&page, &["&#60;script&#62;"]);
        harmless(&page, path);
    }
}

/// Checks that a page has no markup but ours, and nothing inline.
#[track_caller]
fn harmless(page: &Answer, path: &str) {
    assert_eq!(page.status, 200, "{path}: {}", page.text);
    for markup in
        ["<script>", "<img", "<style", " style=", " onclick=", "javascript:", "=\"http:", "=\"//"]
    {
        let without_links = page.text.replace("value=\"http:", "");
        assert!(!without_links.contains(markup), "{markup} on {path} in {}", page.text);
    }
}

const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
