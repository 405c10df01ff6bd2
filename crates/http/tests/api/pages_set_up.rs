//! The first run: from the link that the server prints to a first guest (WB-13).

use guest_app::Heartbeat;
use guest_core::{Purpose, Secret};

use crate::browser::{Browser, says, sent_on, shows};
use crate::world::{Answer, ORIGIN, World, aside};

#[tokio::test]
async fn wb_13_the_link_leads_from_nothing_to_a_first_guest() {
    let (world, link) = World::empty();
    let mut ada = founder(&world, &link).await;
    let page = ada.get("/t/acme-studios/computers/add?said=set-up").await;
    shows(&page, &["The team is made", "Step 2 of 3", "Add a computer", "ada@acme.example"]);
    shows(&ada.get("/t/acme-studios").await, &["step 2 of 3", "Add a computer"]);

    let computer = [("name", "studio-1"), ("provision", "team"), ("test_card", "1")];
    let page = ada.send("/t/acme-studios/computers/add", &computer).await;
    shows(&page, &["Step 2 of 3", "Run this on studio-1", "--test-card"]);
    let arrival = between(&page, "data-arrival=\"", "\"");
    shows(&ada.get("/t/acme-studios").await, &["studio-1 has not been here yet"]);
    hear(&world, &between(&page, "echo ", " "));
    shows(&ada.get("/t/acme-studios/computers").await, &["Allow guests on studio-1"]);
    let page = ada.get(&arrival).await;
    shows(&page, &["is online", "name=\"then\" value=\"invite\""]);
    let on = [("guest_access", "on"), ("version", "1"), ("then", "invite")];
    let switch = arrival.replace("/arrival", "/guest-access");
    let next = sent_on(&ada.send(&switch, &on).await);
    let page = ada.get(&next).await;
    shows(&page, &["Step 3 of 3", "Guest access is on", "are free", "studio-1"]);

    let once = between(&page, "name=\"once\" value=\"", "\"");
    let id = between(&page, "name=\"computer_id\" value=\"", "\"");
    let fields = |go: &str| fields(&once, &id, "lin@example.org", go);
    let page = ada.send("/t/acme-studios/invite", &pairs(&fields("confirm"))).await;
    let told = ["There are no credits yet", "1 credit costs", "no money changes hands"];
    shows(&page, &told);
    assert!(!page.text.contains("value=\"invite\" autofocus"), "{}", page.text);
    let quote = between(&page, "name=\"quote_id\" value=\"", "\"");
    let mut buying = fields("purchase");
    buying.push(("quote_id".to_owned(), quote));
    let made = sent_on(&ada.send("/t/acme-studios/invite", &pairs(&buying)).await);
    assert!(made.starts_with("/t/acme-studios?said=invited#inv_"), "{made}");
    // Sent twice, it buys once and invites once.
    assert_eq!(sent_on(&ada.send("/t/acme-studios/invite", &pairs(&buying)).await), made);
    let home = ada.get("/t/acme-studios").await;
    shows(&home, &["lin@example.org", "<b>0</b> credits"]);
    assert!(!home.text.contains("Getting started"), "there is a first invite: {}", home.text);
    assert_eq!(home.text.matches("lin@example.org<small>").count(), 1, "{}", home.text);
}

#[tokio::test]
async fn wb_13_what_is_bought_is_what_was_reviewed() {
    let world = World::new();
    let things = crate::things::Things::of(&world);
    let mut bob = Browser::of(&world, "bob");
    let form = bob.get("/t/acme/invite").await;
    let once = between(&form, "name=\"once\" value=\"", "\"");
    let many = (0..22).map(|n| format!("guest{n}@example.net")).collect::<Vec<_>>().join(",");
    let fields = |go: &str| fields(&once, &things.computer, &many, go);
    let page = bob.send("/t/acme/invite", &pairs(&fields("confirm"))).await;
    shows(
        &page,
        &["The credits do not suffice", "3 credits cost", "Purchase 3 credits and invite"],
    );
    let mut wrong = fields("purchase");
    wrong.push(("quote_id".to_owned(), things.quote.replace("quo_", "quo_0")));
    says(&bob.send("/t/acme/invite", &pairs(&wrong)).await, 404, &["What to do"]);
    shows(&bob.get("/t/acme").await, &["<b>19</b>"]);
    // Whoever may not buy is not offered it.
    let mut cory = Browser::of(&world, "cory");
    cory.get("/t/acme/invite").await;
    let page = cory.send("/t/acme/invite", &pairs(&fields("confirm"))).await;
    shows(&page, &["22 credits are needed", "Ask an owner"]);
    assert!(!page.text.contains("quote_id"), "{}", page.text);
}

#[tokio::test]
async fn wb_13_the_link_works_once_and_says_what_to_do_then() {
    let (world, link) = World::empty();
    let (mut one, mut other) = (Browser::stranger(&world), Browser::stranger(&world));
    for _ in 0..3 {
        shows(&one.get(&link).await, &["Set up Guest", "This server has no team yet"]);
    }
    shows(&other.get(&link).await, &["Set up Guest"]);
    shows(&other.get("/sign-in").await, &["has not been set up"]);
    let answer = one.send(&link, &TEAM).await;
    assert_eq!(sent_on(&answer), "/t/acme-studios/computers/add?said=set-up");
    assert!(answer.header("set-cookie").contains("HttpOnly"));
    let rival = [("name", "Rival"), ("owner", "zoe@rival.example")];
    let late = other.send(&link, &rival).await;
    says(&late, 410, &["This server has been set up", "What to do"]);
    assert!(late.headers.get("set-cookie").is_none());
    says(&other.get(&link).await, 410, &["This server has been set up"]);
    let page = other.get("/sign-in").await;
    assert!(!page.text.contains("has not been set up"), "{}", page.text);
    let wrong = format!("{link}0");
    says(&other.get(&wrong).await, 404, &["This link does not set up the server", "What to do"]);
    says(&other.send(&wrong, &rival).await, 404, &["What to do"]);
    assert_eq!(aside(|| world.app.teams().wait().unwrap().len()), 1);
}

#[tokio::test]
async fn wb_13_what_is_wrong_stands_at_its_field_and_the_rest_stays() {
    let (world, link) = World::empty();
    let mut browser = Browser::stranger(&world);
    browser.get(&link).await;
    let bad = [
        ("name", "Acme"),
        ("team", "Not An Id"),
        ("time_zone", "paris"),
        ("owner_name", "Ada <b>"),
        ("owner", "ada@"),
    ];
    let page = browser.send(&link, &bad).await;
    let kept = ["value=\"Acme\"", "value=\"Not An Id\"", "value=\"paris\"", "value=\"ada@\""];
    says(&page, 422, &kept);
    says(&page, 422, &["perhaps Europe/Paris is meant", "Ada &#60;b&#62;"]);
    for field in ["wrong-team", "wrong-zone", "wrong-owner"] {
        assert_ne!(between(&page, &format!("id=\"{field}\">"), "<"), "", "{field}");
    }
    let elsewhere = Browser::with(world.nobody().with("origin", "http://evil.example"));
    says(&elsewhere.send(&link, &TEAM).await, 403, &["What to do"]);
    assert!(!aside(|| world.app.is_set_up().wait().unwrap()));
}

#[tokio::test]
async fn wb_13_a_short_id_is_suggested() {
    let (world, link) = World::empty();
    let id = async |name: &str| {
        let name: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
        world.nobody().get(&format!("{link}/id?name={name}")).await.text
    };
    assert_eq!(id("Ada's Söhne & Co").await, "adas-sohne-co");
    assert_eq!(id("<script>").await, "script");
    assert_eq!(id("東京").await, "");
}

/// Sets the server up, and returns the browser of the owner.
async fn founder(world: &World, link: &str) -> Browser {
    let mut browser = Browser::stranger(world);
    browser.get(link).await;
    let answer = browser.send(link, &TEAM).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    Browser::with(world.nobody().with("cookie", &cookie).with("origin", ORIGIN))
}

/// Returns an invite of a guest for an hour, as the form has it at its last step.
fn fields(once: &str, computer: &str, guests: &str, go: &str) -> Vec<(String, String)> {
    let all = [
        ("step", "confirm"),
        ("once", once),
        ("computer_id", computer),
        ("emails", guests),
        ("start", "2026-12-01T10:00"),
        ("end", "2026-12-01T11:00"),
        ("time_zone", "Europe/Paris"),
        ("permission", "keyboard"),
        ("title", "A first visit"),
        ("go", go),
    ];
    all.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

fn pairs(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Returns what stands between two texts on a page, the first time.
#[track_caller]
fn between(page: &Answer, before: &str, after: &str) -> String {
    assert!(page.text.contains(before), "{before} is not in {}", page.text);
    let (_, rest) = page.text.split_once(before).unwrap();
    rest.split_once(after).unwrap().0.to_owned()
}

/// Has the agent heard that holds a key.
fn hear(world: &World, secret: &str) {
    let secret = Secret::parse(Purpose::ComputerKey, secret).unwrap();
    let beat = Heartbeat { name: "studio-1".to_owned(), ..Heartbeat::default() };
    aside(|| world.app.heartbeat(&secret, None, &beat).wait().unwrap());
}

const TEAM: [(&str, &str); 4] = [
    ("name", "Acme Studios"),
    ("time_zone", "Europe/Paris"),
    ("owner_name", "Ada"),
    ("owner", "ada@acme.example"),
];
