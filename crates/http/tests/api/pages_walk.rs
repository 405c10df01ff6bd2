//! What holds on every page of a team: nothing from elsewhere, nothing typed is markup (QU-32).

use serde_json::json;

use crate::browser::{Browser, shows};
use crate::things::{Things, invite_body};
use crate::world::{Answer, World};

/// Returns the address of every page that an owner can open.
pub(crate) fn pages(things: &Things) -> Vec<String> {
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
    let activity = ["", "?zoom=hours&actor=s", "?zoom=weeks&day=2026-12-08&subject=s"];
    let activity = activity.map(|query| format!("/t/acme/activity{query}"));
    let deeds = ["", "/window", "/permissions", "/computer", "/revoke", "/new-link"];
    let deeds = deeds.map(|path| format!("{invite}{path}"));
    let api_key = format!("/api-keys/{}/delete", things.api_key);
    let settings = ["", &api_key].map(|path| format!("/t/acme/settings{path}"));
    let workspace = format!("/t/acme/workspaces/{}", things.workspace);
    let file = format!("/files/{}", things.file);
    let workspaces = ["", "/edit", "/share", "/delete", "/leave", "/computers", &file]
        .map(|path| format!("{workspace}{path}"))
        .into_iter()
        .chain([
            "/t/acme/workspaces".to_owned(),
            format!("{workspace}/members/{}", things.member),
            format!("{workspace}{file}/delete"),
        ]);
    let invitation = format!("/t/acme/invitations/{}", things.member_invite);
    let invitations = ["", "/cancel", "/greeting"].map(|path| format!("{invitation}{path}"));
    let joining = ["/t/acme/invitations".to_owned(), format!("/j/{}", things.member_token)];
    let request = format!("/t/acme/join-requests/{}", things.join_request);
    let requests = ["", "/reject"].map(|path| format!("{request}{path}"));
    let asking = ["/t/acme/join-requests", "/join/acme"].map(str::to_owned);
    let key = format!("/t/acme/computer-keys/{}/delete", things.computer_key);
    ["/sign-in".to_owned(), "/sign-in/code?email=a@b.example".to_owned()]
        .into_iter()
        .chain(team)
        .chain(deeds)
        .chain(activity)
        .chain(offices)
        .chain(computers)
        .chain(groups)
        .chain(settings)
        .chain(workspaces)
        .chain(invitations)
        .chain(joining)
        .chain(requests)
        .chain(asking)
        .chain([key, order])
        .chain(
            ["", "/coordinator", "/revoke"]
                .map(|at| format!("/t/acme/users/{}{at}", things.member)),
        )
        .chain(["/t/acme/users", "/t/acme/devices", "/devices/new"].map(str::to_owned))
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
    let key = json!({ "name": HOSTILE, "scopes": ["all"] });
    let key = ada.post("/v1/teams/acme/api-keys", key).await.is(201);
    let key = key["id"].as_str().unwrap().to_owned();
    let lab = json!({ "name": HOSTILE });
    let lab = ada.post("/v1/teams/acme/computer-keys", lab).await.is(201);
    let lab = lab["id"].as_str().unwrap().to_owned();
    let workspace = format!("/v1/teams/acme/workspaces/{}", things.workspace);
    ada.patch(&workspace, json!({ "name": HOSTILE })).await.is(200);
    let draft = json!({ "name": "<img src=x onerror=alert(1)>\"'" });
    let upload = ada.post(&format!("{workspace}/uploads"), draft).await.is(201);
    let upload = format!("{workspace}/uploads/{}", upload["id"].as_str().unwrap());
    let end = ada.clone().with("upload-offset", "0").with("upload-complete", "?1");
    end.send("PATCH", &upload, None).await.is(200);
    let wish = json!({ "minutes": 5, "note": HOSTILE });
    lin.post(&format!("/v1/guest-links/{}/request-time", things.token), wish).await.is(202);
    let mut body = invite_body(&things.computer, "sam@example.net");
    body["title"] = json!(HOSTILE);
    body["message"] = json!(HOSTILE);
    let made = ada.post("/v1/teams/acme/guest-access-invites", body).await.is(201);
    let invite = made["invites"][0]["id"].as_str().unwrap().to_owned();
    let asking =
        crate::joining::signed(0x99, "<img src=x onerror=alert(1)>\"'", "x@example.org", 2029);
    let asking = world.nobody().post("/v1/teams/acme/join-requests", asking).await.is(201);
    let join_request = asking["id"].as_str().unwrap().to_owned();
    let things = Things { invite, api_key: key, computer_key: lab, join_request, ..things };
    let mut ada = Browser::of(&world, "ada");
    for path in pages(&things) {
        harmless(&ada.get(&path).await, &path);
    }
    let q: String = form_urlencoded::byte_serialize(HOSTILE.as_bytes()).collect();
    for path in [
        "/t/acme?q=",
        "/t/acme/invites?q=",
        "/t/acme/activity?subject=",
        "/sign-in/code?email=",
        "/sign-in?email=",
    ] {
        let page = ada.get(&format!("{path}{q}")).await;
        shows(&page, &["&#60;script&#62;"]);
        harmless(&page, path);
    }
}

#[tokio::test]
async fn qu_32_what_is_typed_to_set_up_a_server_is_no_markup() {
    let (world, link) = World::empty();
    let mut browser = Browser::stranger(&world);
    let page = browser.get(&link).await;
    harmless(&page, &link);
    assert_eq!(page.header("cache-control"), "no-store");
    for field in ["name", "team", "time_zone", "owner_name", "owner"] {
        let page = browser.send(&link, &[(field, HOSTILE), ("name", &"x".repeat(81))]).await;
        assert_eq!(page.status, 422, "{field}: {}", page.text);
        assert!(!page.text.contains("<script>") && !page.text.contains("<img"), "{}", page.text);
    }
    let page = browser.get("/set-up/%3Cscript%3E").await;
    assert!(!page.text.contains("<script>"), "{}", page.text);
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
