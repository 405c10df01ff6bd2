//! What an External user can reach, searched for the names and addresses of others (OR-3).
//!
//! Everything is collected: the answer to every operation there is, every page that can be found
//! by following links or is known to owners, every event, what a guest's link shows and exports,
//! and every mail.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::body::Body;
use guest_testkit::DeviceKey;
use serde_json::{Value, json};
use tokio::time;

use crate::events::Stream;
use crate::rights;
use crate::things::{Things, invite_body};
use crate::world::{Client, World, aside};

#[tokio::test(start_paused = true)]
async fn or_3_nothing_that_an_external_user_reaches_names_another() {
    let world = World::new();
    let things = Things::of(&world);
    let token = invited(&world, &things).await;
    let mut found = Found::default();
    let eve = world.sign_in("eve");
    answers(&world, &things, &mut found).await;
    events(&world, &eve, &token, &mut found).await;
    links(&eve, &token, &mut found).await;
    #[cfg(feature = "pages")]
    pages(&world, &things, &token, &mut found).await;
    mails(&world, &mut found);
    // What was collected is what it is meant to be.
    for wanted in [
        "GET /v1/teams/acme/users",
        "GET /v1/teams/acme/devices",
        "event user.joined",
        "event user.revoked",
        "event workspace.updated",
        &format!("GET /v1/guest-links/{token}"),
        "mail",
    ] {
        assert!(found.places.iter().any(|place| place.starts_with(wanted)), "{wanted} is missing");
    }
    assert!(found.text.contains("Guest "), "there are no pseudonyms");
    assert!(found.text.contains("eve@acme.example"), "they see their own address");
}

/// The check itself notices a name, and an address.
#[test]
fn or_3_a_name_or_an_address_would_be_found() {
    for leak in ["by Mia.", "\"ada\"", "(cory)", "mail olga@acme.example now", "BOB@ACME.EXAMPLE"] {
        assert!(leaks(leak).is_some(), "{leak}");
    }
    for fine in ["eve", "eve@acme.example", "miami", "Guest Heron 4F", "bobbin", "usr_ada"] {
        assert_eq!(leaks(fine), None, "{fine}");
    }
}

/// What was reached so far.
#[derive(Default)]
struct Found {
    places: Vec<String>,
    text: String,
}

impl Found {
    /// Keeps something, which must name nobody else.
    #[track_caller]
    fn add(&mut self, place: &str, text: &str) {
        assert_eq!(leaks(text), None, "{place}: {text}");
        self.places.push(place.to_owned());
        self.text.push_str(text);
    }
}

/// Returns the name or address of another user, if there is one in a text.
fn leaks(text: &str) -> Option<String> {
    let text = text.to_lowercase();
    let words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    let words: BTreeSet<_> = words.collect();
    OTHERS.iter().find_map(|name| {
        let address = format!("{name}@acme.example");
        if text.contains(&address) {
            return Some(address);
        }
        words.contains(name).then(|| (*name).to_owned())
    })
}

/// Everybody in the team but eve.
const OTHERS: [&str; 8] = ["ada", "olga", "bob", "cory", "carl", "mia", "rex", "newton"];

/// What somebody else was mailed: whoever has that link is told who invites them (OR-20).
const THEIR_LINK: &str = "/v1/member-invite-links/";

/// The page behind it.
#[cfg(feature = "pages")]
const THEIR_PAGE: &str = "/j/";

/// Has eve invited by cory to the team computer, and returns the secret part of her link.
async fn invited(world: &World, things: &Things) -> String {
    let body = invite_body(&things.computer, "eve@acme.example");
    let made = world.sign_in("cory").post("/v1/teams/acme/guest-access-invites", body).await;
    let link = made.is(201)["invites"][0]["link"].as_str().unwrap().to_owned();
    link.rsplit('/').next().unwrap().to_owned()
}

/// Asks for everything there is, as eve: what is allowed, and what is refused.
async fn answers(world: &World, things: &Things, found: &mut Found) {
    for (method, path, body) in rights::requests(things) {
        if path.starts_with(THEIR_LINK) {
            continue;
        }
        let answer = world.sign_in("eve").send(method, &path, body).await;
        found.add(&format!("{method} {path}"), &format!("{:?} {}", answer.headers, answer.text));
    }
    let eve = world.sign_in("eve");
    let users = world.operator(None).get("/v1/teams/acme/users").await.is(200);
    for user in users["data"].as_array().unwrap() {
        let path = format!("/v1/teams/acme/users/{}", user["id"].as_str().unwrap());
        for path in [path.clone(), format!("{path}/revocation")] {
            found.add(&path, &eve.get(&path).await.text);
        }
        let own = user["name"] == "eve";
        let shown = eve.get(&path).await.is(200);
        assert_eq!(shown["email"] == Value::Null, !own, "{shown}");
        assert_eq!(shown["name"].as_str().unwrap().starts_with("Guest "), !own, "{shown}");
    }
    let device = json!({ "name": "Laptop", "public_key": DeviceKey::numbered(1).public() });
    found.add("POST …/devices", &eve.post("/v1/teams/acme/devices", device).await.text);
    // A program that acts as her sees as much.
    for path in ["/v1/teams/acme/users", "/v1/teams/acme/workspaces", "/v1/me"] {
        found.add(path, &world.key("eve", &["all"]).get(path).await.text);
    }
}

/// Lets everything happen that is told, and reads what eve is told of it.
async fn events(world: &World, eve: &Client, token: &str, found: &mut Found) {
    let from_start = eve.clone().with("last-event-id", "evt_0");
    let mut all = Stream::open(&from_start, "/v1/teams/acme/events").await;
    let mut own = Stream::open(eve, &format!("/v1/guest-links/{token}/events")).await;
    let newton = guest_app::NewUser {
        email: "newton@acme.example".to_owned(),
        name: "newton".to_owned(),
        profile: "member".to_owned(),
        ..guest_app::NewUser::default()
    };
    let operator = guest_app::Call::operator();
    let newton = aside(|| world.app.add_user(&operator, "acme", &newton).wait().unwrap().id);
    let ada = world.sign_in("ada");
    let user = format!("/v1/teams/acme/users/{newton}");
    ada.patch(&user, json!({ "profile": "administrator" })).await.is(200);
    ada.post(&format!("{user}/revoke"), json!({})).await.is(200);
    let invites = ada.get("/v1/teams/acme/guest-access-invites?guest_email=eve@acme.example").await;
    let invite = invites.is(200)["data"][0]["id"].as_str().unwrap().to_owned();
    let invite = format!("/v1/teams/acme/guest-access-invites/{invite}");
    let longer = json!({ "window": { "end": "2026-12-01T13:00" } });
    world.sign_in("cory").patch(&invite, longer).await.is(200);
    for stream in [&mut all, &mut own] {
        while let Ok(event) = time::timeout(Duration::from_secs(3), stream.next()).await {
            let place = format!("event {}", event["type"].as_str().unwrap());
            found.add(&place, &event.to_string());
        }
    }
}

/// Reads what her link shows, and what can be taken away from it.
async fn links(eve: &Client, token: &str, found: &mut Found) {
    let link = format!("/v1/guest-links/{token}");
    found.add(&format!("GET {link}"), &eve.get(&link).await.text);
    let wish = json!({ "minutes": 10, "note": "please" });
    found.add("POST …/request-time", &eve.post(&format!("{link}/request-time"), wish).await.text);
    found.add("POST …/connect", &eve.post(&format!("{link}/connect"), json!({})).await.text);
    let calendar = eve.open("GET", &format!("/g/{token}/invite.ics"), Body::empty()).await;
    let calendar = axum::body::to_bytes(calendar.into_body(), usize::MAX).await.unwrap();
    found.add("GET …/invite.ics", str::from_utf8(&calendar).unwrap());
}

/// Opens every page that there is a link to, and those that owners know of.
#[cfg(feature = "pages")]
async fn pages(world: &World, things: &Things, token: &str, found: &mut Found) {
    let mut eve = crate::browser::Browser::of(world, "eve");
    let mut waiting = crate::pages_walk::pages(things);
    waiting.retain(|path| !path.starts_with(THEIR_PAGE));
    waiting.extend(["/", "/t/acme", "/t/acme/users", "/t/acme/devices"].map(str::to_owned));
    waiting.push(format!("/t/acme/workspaces/{}", things.workspace));
    waiting.push(format!("/g/{token}"));
    let mut seen = BTreeSet::new();
    while let Some(path) = waiting.pop() {
        if seen.len() > PAGES_MOST || !seen.insert(path.clone()) {
            continue;
        }
        let page = eve.get(&path).await;
        found.add(&format!("page {path}"), &page.text);
        let links = page.text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let ours = links.filter(|link| link.starts_with('/') && !link.starts_with("/assets/"));
        waiting.extend(ours.map(|link| link.split('#').next().unwrap().replace("&#38;", "&")));
    }
    assert!(seen.len() > 30, "only {} pages were opened", seen.len());
}

/// Reads every mail to her.
fn mails(world: &World, found: &mut Found) {
    let letters = aside(|| world.app.lease_letters(200).wait().unwrap().letters);
    for letter in letters.iter().filter(|letter| letter.to.as_str() == "eve@acme.example") {
        found.add("mail", &format!("{letter:?}"));
    }
}

/// More pages than there are; a walk that goes on and on is stopped.
#[cfg(feature = "pages")]
const PAGES_MOST: usize = 500;
