//! Computers by pages: listing, adding, switching, renaming, removing (WB-5).

use guest_app::Heartbeat;
use guest_core::{Purpose, Secret};

use crate::browser::{Browser, says, sent_on, shows};
use crate::things::Things;
use crate::world::{Answer, World, aside};

#[tokio::test]
async fn wb_5_each_sees_the_computers_they_may_know_of() {
    let world = World::new();
    Things::of(&world);
    let page = Browser::of(&world, "carl").get("/t/acme/computers").await;
    shows(&page, &["Team computers", "studio-1", "My computers", "carls-own", "online"]);
    assert_eq!(page.text.matches("role=\"switch\"").count(), 1, "his own: {}", page.text);
    let page = Browser::of(&world, "ada").get("/t/acme/computers").await;
    shows(&page, &["Computers of users", "of carl"]);
    assert_eq!(page.text.matches("role=\"switch\"").count(), 1, "the team's: {}", page.text);
    let page = Browser::of(&world, "cory").get("/t/acme/computers").await;
    assert!(!page.text.contains("carls-own") && !page.text.contains("role=\"switch\""));
    says(&Browser::of(&world, "mia").get("/t/acme/computers").await, 403, &["What to do"]);
    let empty = Browser::of(&World::new(), "carl").get("/t/acme/computers").await;
    shows(&empty, &["There is no computer yet", "Add the first one"]);
}

#[tokio::test]
async fn wb_5_a_team_computer_comes_with_one_command() {
    let world = World::new();
    let mut bob = Browser::of(&world, "bob");
    shows(&bob.get("/t/acme/computers/add").await, &["Whose", "Show the command"]);
    let fields = [("name", "Bob's studio"), ("provision", "team"), ("test_card", "1")];
    let page = bob.send("/t/acme/computers/add", &fields).await;
    let told = ["--server http://guest.example", "--key-file guest.key", "--test-card"];
    shows(&page, &told);
    shows(
        &page,
        &["--name=&#39;Bob&#39;\\&#39;&#39;s studio&#39;", "Waiting for Bob&#39;s studio"],
    );
    let arrival = between(&page, "data-arrival=\"", "\"");
    shows(&bob.get(&arrival).await, &["panel wait"]);
    hear(&world, Purpose::ComputerKey, &between(&page, "echo ", " "), "Bob's studio");
    shows(&bob.get(&arrival).await, &["panel live", "is online", "Allow guest access"]);
    let computer = arrival.strip_suffix("/arrival").unwrap();
    let on = [("guest_access", "on"), ("version", "1")];
    let back = sent_on(&bob.send(&format!("{computer}/guest-access"), &on).await);
    shows(&bob.get(&back).await, &["Guest access is on", "aria-checked=\"true\""]);
    shows(&bob.get(&arrival).await, &["/t/acme/invite?computer_id=cmp_"]);
}

#[tokio::test]
async fn wb_5_a_lost_command_is_made_anew() {
    let world = World::new();
    let mut bob = Browser::of(&world, "bob");
    bob.get("/t/acme/computers/add").await;
    let fields = [("name", "studio-2"), ("provision", "team")];
    let first = bob.send("/t/acme/computers/add", &fields).await;
    let computer = between(&first, "data-arrival=\"", "/arrival");
    shows(&bob.get(&computer).await, &["not here yet", &format!("{computer}/key")]);
    bob.get(&format!("{computer}/key")).await;
    let second = bob.send(&format!("{computer}/key"), &[]).await;
    shows(&second, &["--name=studio-2"]);
    let key = between(&second, "echo ", " ");
    assert_ne!(key, between(&first, "echo ", " "));
    hear(&world, Purpose::ComputerKey, &key, "studio-2");
    let page = bob.get(&computer).await;
    shows(&page, &["online"]);
    assert!(!page.text.contains("not here yet"), "{}", page.text);
}

#[tokio::test]
async fn wb_5_a_coordinator_adds_their_own_computer() {
    let world = World::new();
    let mut cory = Browser::of(&world, "cory");
    let form = cory.get("/t/acme/computers/add").await;
    shows(&form, &["It is your own"]);
    let fields = |name| [("name", name), ("provision", "personal")];
    let page = cory.send("/t/acme/computers/add", &fields("corys-own")).await;
    shows(&page, &["guest agent", "VNC server"]);
    assert!(!page.text.contains("--name"), "its token names it: {}", page.text);
    hear(&world, Purpose::AgentToken, &between(&page, "echo ", " "), "");
    shows(&cory.get("/t/acme/computers").await, &["corys-own", "online", "cory@acme.example"]);
    let taken = cory.send("/t/acme/computers/add", &fields("Corys-OWN")).await;
    says(&taken, 409, &["value=\"Corys-OWN\"", "role=\"alert\"><p>"]);
    let blank = cory.send("/t/acme/computers/add", &fields(" ")).await;
    says(&blank, 422, &["aria-invalid=\"true\""]);
    let team = [("name", "x"), ("provision", "team")];
    says(&cory.send("/t/acme/computers/add", &team).await, 403, &["What to do"]);
}

#[tokio::test]
async fn wb_5_a_computer_is_renamed_and_switched() {
    let world = World::new();
    let things = Things::of(&world);
    let computer = format!("/t/acme/computers/{}", things.computer);
    let mut bob = Browser::of(&world, "bob");
    let version = between(&bob.get(&computer).await, "name=\"version\" value=\"", "\"");
    let name = format!("{computer}/name");
    let renamed = bob.send(&name, &[("name", "stage"), ("version", &version)]).await;
    shows(&bob.get(&sent_on(&renamed)).await, &["The computer was renamed", "stage"]);
    let stale = bob.send(&name, &[("name", "other"), ("version", &version)]).await;
    says(&stale, 412, &["data-sheet", "value=\"other\"", "role=\"alert\"><p>"]);
    let blank = bob.send(&name, &[("name", "")]).await;
    says(&blank, 422, &["aria-invalid=\"true\""]);
    let off = bob.send(&format!("{computer}/guest-access"), &[("guest_access", "off")]).await;
    shows(&bob.get(&sent_on(&off)).await, &["Guest access is off", "aria-checked=\"false\""]);
    let lin = world.sign_in("lin@example.org").get(&format!("/g/{}", things.token)).await;
    assert!(!lin.text.contains("data-stance=\"connected\""), "the guest is disconnected");
}

#[tokio::test]
async fn ga_1_computer_keys_are_listed_with_their_use_and_deleted() {
    let world = World::new();
    let things = Things::of(&world);
    let mut bob = Browser::of(&world, "bob");
    bob.get("/t/acme/computers/add").await;
    bob.send("/t/acme/computers/add", &[("name", "studio-2"), ("provision", "team")]).await;
    let page = bob.get("/t/acme/computers").await;
    shows(&page, &["Computer keys", "lab", "studio-2", "never used", "last used"]);
    shows(&page, &["<time datetime=\"2026-12-01T09:00:00Z\""]);
    for who in ["cory", "carl"] {
        let page = Browser::of(&world, who).get("/t/acme/computers").await;
        assert!(!page.text.contains("Computer keys"), "{who}: {}", page.text);
    }
    let delete = format!("/t/acme/computer-keys/{}/delete", things.computer_key);
    let question = bob.get(&delete).await;
    shows(&question, &["Delete the key “lab”?", "goes offline at once", "cannot be undone"]);
    let cory = Browser::of(&world, "cory");
    says(&cory.send(&delete, &[]).await, 403, &["What to do"]);
    let gone = bob.get(&sent_on(&bob.send(&delete, &[]).await)).await;
    shows(&gone, &["The computer key was deleted", "offline", "studio-2"]);
    assert!(!gone.text.contains(&things.computer_key), "{}", gone.text);
    says(&bob.get(&delete).await, 404, &["What to do"]);
}

#[tokio::test]
async fn wb_5_removing_asks_once() {
    let world = World::new();
    let things = Things::of(&world);
    let remove = format!("/t/acme/computers/{}/remove", things.computer);
    let mut bob = Browser::of(&world, "bob");
    let question = bob.get(&remove).await;
    shows(&question, &["Remove studio-1?", "cannot be undone"]);
    shows(&bob.get("/t/acme/computers").await, &["studio-1"]);
    let version = between(&question, "name=\"version\" value=\"", "\"");
    let gone = sent_on(&bob.send(&remove, &[("version", &version)]).await);
    let page = bob.get(&gone).await;
    shows(&page, &["The computer was removed"]);
    assert!(!page.text.contains("studio-1"), "{}", page.text);
    says(&bob.get(&remove).await, 404, &["What to do"]);
}

/// Returns what stands between two texts on a page, the first time.
#[track_caller]
fn between(page: &Answer, before: &str, after: &str) -> String {
    assert!(page.text.contains(before), "{before} is not in {}", page.text);
    let (_, rest) = page.text.split_once(before).unwrap();
    rest.split_once(after).unwrap().0.to_owned()
}

/// Has the agent heard that holds a secret.
fn hear(world: &World, purpose: Purpose, secret: &str, name: &str) {
    let secret = Secret::parse(purpose, secret).unwrap();
    let beat = Heartbeat { name: name.to_owned(), ..Heartbeat::default() };
    aside(|| world.app.heartbeat(&secret, None, &beat).wait().unwrap());
}
