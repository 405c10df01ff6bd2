//! Users, their profiles, revoking them, and one's devices, by pages (WB-8).

use guest_testkit::DeviceKey;
use serde_json::{Value, json};

use crate::browser::{Browser, says, sent_on, shows};
use crate::things::Things;
use crate::world::World;

#[tokio::test]
async fn wb_8_profiles_change_for_many_and_external_users_stay() {
    let world = World::new();
    let id = ids(&world).await;
    let mut bob = Browser::of(&world, "bob");
    let page = bob.get("/t/acme/users").await;
    shows(
        &page,
        &["mia@acme.example", "Administrator, owner", "External", "Change profiles", "bob (you)"],
    );
    // Nobody changes their own profile, so that there is nothing to tick.
    assert!(!page.text.contains(&format!("value=\"{}\"", id("bob"))), "{}", page.text);
    let chosen = [("user_id", id("mia")), ("user_id", id("eve")), ("user_id", id("rex"))]
        .map(|(name, id)| (name, id));
    let fields: Vec<_> = chosen.iter().map(|(name, id)| (*name, id.as_str())).collect();
    let asked = bob.send("/t/acme/users/profiles", &fields).await;
    shows(&asked, &["<b>eve, rex</b> stay unchanged", "<p>mia will be:</p>", "data-sheet"]);
    let unsaid: Vec<_> = fields.iter().copied().chain([("asked", "1")]).collect();
    says(&bob.send("/t/acme/users/profiles", &unsaid).await, 422, &["Not one of"]);
    let said: Vec<_> = unsaid.iter().copied().chain([("profile", "administrator")]).collect();
    let done = bob.send("/t/acme/users/profiles", &said).await;
    shows(&done, &["<b>mia</b>: administrator now", "eve, rex: unaffected"]);
    let again = bob.send("/t/acme/users/profiles", &said).await;
    shows(&again, &["Nobody’s profile has changed", "mia: administrator before already"]);
    assert_eq!(profile(&world, "mia").await, "administrator");
    assert_eq!(profile(&world, "eve").await, "external");
    let none = bob.send("/t/acme/users/profiles", &[]).await;
    says(&none, 422, &["Choose users first", "data-sheet"]);
    assert_eq!(sent_on(&bob.get("/t/acme/users/profiles").await), "/t/acme/users");
}

#[tokio::test]
async fn wb_8_an_owner_among_many_refuses_the_whole() {
    let world = World::new();
    let id = ids(&world).await;
    let mut bob = Browser::of(&world, "bob");
    bob.get("/t/acme/users").await;
    let (mia, olga, own) = (id("mia"), id("olga"), id("bob"));
    let said = [
        ("asked", "1"),
        ("profile", "member"),
        ("user_id", mia.as_str()),
        ("user_id", olga.as_str()),
    ];
    says(
        &bob.send("/t/acme/users/profiles", &said).await,
        409,
        &["An owner must be an Administrator", "olga, mia"],
    );
    let said = [("asked", "1"), ("profile", "member"), ("user_id", own.as_str())];
    says(
        &bob.send("/t/acme/users/profiles", &said).await,
        409,
        &["Nobody changes their own profile"],
    );
}

#[tokio::test]
async fn wb_8_one_user_is_changed_and_made_an_owner() {
    let world = World::new();
    let id = ids(&world).await;
    let mut ada = Browser::of(&world, "ada");
    let mia = format!("/t/acme/users/{}", id("mia"));
    shows(
        &ada.get(&mia).await,
        &["mia@acme.example", "<option value=\"member\" selected", "Revoke"],
    );
    let fields = [("profile", "administrator"), ("version", "1")];
    let done = sent_on(&ada.send(&format!("{mia}/profile"), &fields).await);
    shows(&ada.get(&done).await, &["The profile was changed"]);
    let stale =
        ada.send(&format!("{mia}/profile"), &[("profile", "member"), ("version", "1")]).await;
    says(&stale, 412, &["data-sheet", "role=\"alert\"><p>"]);
    let done = sent_on(&ada.send(&format!("{mia}/owner"), &[("owner", "on")]).await);
    shows(&ada.get(&done).await, &["They are an owner of the team now"]);
    let done = sent_on(&ada.send(&format!("{mia}/owner"), &[("owner", "off")]).await);
    shows(&ada.get(&done).await, &["They are an owner of the team no longer"]);
    shows(&ada.get(&format!("/t/acme/users/{}", id("ada"))).await, &["This is you"]);
    shows(
        &ada.get(&format!("/t/acme/users/{}", id("eve"))).await,
        &["External users stay External"],
    );
}

#[tokio::test]
async fn or_10_revoking_shows_what_will_happen_and_asks_once() {
    let world = World::new();
    Things::of(&world);
    let id = ids(&world).await;
    let carl = format!("/t/acme/users/{}", id("carl"));
    let draft = json!({ "name": "Carl's <laptop>", "public_key": DeviceKey::numbered(1).public() });
    world.sign_in("carl").post("/v1/teams/acme/devices", draft).await.is(201);
    let mut bob = Browser::of(&world, "bob");
    let asked = bob.get(&format!("{carl}/revoke")).await;
    shows(
        &asked,
        &[
            "Revoke carl?",
            "This cannot be undone",
            "1 device can sign in no more: Carl&#39;s &#60;laptop&#62;",
            "1 computer of theirs is removed: ",
            "with 1 invite",
            "Revoke for good",
            "data-sheet",
        ],
    );
    let done = sent_on(&bob.send(&format!("{carl}/revoke"), &[]).await);
    let list = bob.get(&done).await;
    shows(&list, &["The user was revoked, and is told by mail", "Revoked", "carl@acme.example"]);
    world.sign_in("carl").get("/v1/teams/acme").await.refused(404, "not_found");
    // A second time it says when, and changes nothing.
    says(
        &bob.get(&format!("{carl}/revoke")).await,
        409,
        &["carl cannot be revoked", "2026-12-01 09:00 UTC"],
    );
    says(&bob.send(&format!("{carl}/revoke"), &[]).await, 409, &["2026-12-01 09:00 UTC"]);
    shows(&bob.get(&carl).await, &["Revoked on"]);
    says(&bob.get(&format!("/t/acme/users/{}/revoke", id("ada"))).await, 403, &["What to do"]);
}

#[tokio::test]
async fn or_10_a_workspace_without_another_owner_gets_the_one_who_is_named() {
    let world = World::new();
    let id = ids(&world).await;
    let made =
        world.sign_in("mia").post("/v1/teams/acme/workspaces", json!({ "name": "Plans" })).await;
    let workspace = made.is(201)["id"].as_str().unwrap().to_owned();
    let mut bob = Browser::of(&world, "bob");
    let revoke = format!("/t/acme/users/{}/revoke", id("mia"));
    let asked = bob.get(&revoke).await;
    shows(&asked, &["Who is to own the workspace that nobody else owns?", "Plans", &id("cory")]);
    let heirs = asked.text.split("name=\"heir\"").nth(1).unwrap();
    assert!(
        !heirs.contains(&id("eve")) && !heirs.contains(&id("mia")) && !heirs.contains(&id("rex"))
    );
    let cory = id("cory");
    let fields = [("workspace", workspace.as_str()), ("heir", cory.as_str())];
    sent_on(&bob.send(&revoke, &fields).await);
    let members = format!("/v1/teams/acme/workspaces/{workspace}/members");
    let members = world.sign_in("cory").get(&members).await.is(200);
    assert_eq!(members["data"].as_array().unwrap().len(), 1, "{members}");
    assert_eq!(members["data"][0]["role"], "owner");
}

#[tokio::test]
async fn wb_8_who_may_not_see_names_sees_others_under_pseudonyms() {
    let world = World::new();
    let mut eve = Browser::of(&world, "eve");
    let page = eve.get("/t/acme/users").await;
    shows(&page, &["Guest ", "eve (you)", "eve@acme.example", "under names that stand for them"]);
    for name in ["ada@", "mia", "cory", "Change profiles", "⋯"] {
        assert!(!page.text.contains(name), "{name} is in {}", page.text);
    }
    let id = ids(&world).await;
    let mia = format!("/t/acme/users/{}", id("mia"));
    says(&eve.get(&format!("{mia}/revoke")).await, 403, &["What to do"]);
    says(
        &eve.send(&format!("{mia}/profile"), &[("profile", "administrator")]).await,
        403,
        &["What to do"],
    );
    says(
        &eve.send("/t/acme/users/profiles", &[("asked", "1"), ("user_id", &id("mia"))]).await,
        403,
        &["What to do"],
    );
}

#[tokio::test]
async fn or_8_ones_devices_are_listed_and_a_link_adds_another() {
    let world = World::new();
    let mut mia = Browser::of(&world, "mia");
    shows(
        &mia.get("/t/acme/devices").await,
        &["There is none yet", "data-team=\"acme\"", "devices.js"],
    );
    let draft = json!({ "name": "Laptop", "public_key": DeviceKey::numbered(1).public() });
    world.sign_in("mia").post("/v1/teams/acme/devices", draft).await.is(201);
    shows(&mia.get("/t/acme/devices").await, &["Laptop", "not yet", "never taken away"]);
    let link = mia.send("/t/acme/devices/link", &[]).await;
    shows(&link, &["/devices/new#de_", "data-copy", "works once", "data-sheet"]);
    assert_eq!(sent_on(&mia.get("/t/acme/devices/link").await), "/t/acme/devices");
    shows(
        &Browser::stranger(&world).get("/devices/new").await,
        &["Add this browser", "device-new.js"],
    );
    shows(&Browser::of(&world, "eve").get("/t/acme/devices").await, &["My devices"]);
    says(
        &Browser::of(&world, "lin@example.org").get("/t/acme/devices").await,
        404,
        &["What to do"],
    );
}

#[tokio::test]
async fn or_35_whoever_is_barred_is_asked_to_sign_in_in_another_way() {
    let world = World::new();
    let ada = world.sign_in("ada");
    let draft = json!({ "name": "Laptop", "public_key": DeviceKey::numbered(1).public() });
    ada.post("/v1/teams/acme/devices", draft).await.is(201);
    ada.patch("/v1/teams/acme", json!({ "email_sign_in": "guests" })).await.is(200);
    let browser = Browser::stranger(&world);
    let typed = [("email", "mia@acme.example"), ("to", "/t/acme/users")];
    sent_on(&browser.send("/sign-in", &typed).await);
    let code = crate::browsers::code(&world);
    let typed = [typed[0], typed[1], ("code", &code)];
    let answer = browser.send("/sign-in/code", &typed).await;
    assert_eq!(sent_on(&answer), "/t/acme/users");
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    let origin = crate::world::ORIGIN;
    let mut mia = Browser::with(world.nobody().with("cookie", &cookie).with("origin", origin));
    let on = sent_on(&mia.get("/t/acme/users").await);
    assert_eq!(on, "/sign-in?why=device_required&to=%2Ft%2Facme%2Fusers");
    shows(&mia.get(&on).await, &["Sign in with a device that you have enrolled", "id=\"devices\""]);
    assert_eq!(sent_on(&mia.get("/").await), "/t/acme");
    shows(&mia.get("/sign-in?why=nonsense").await, &["<h1>Sign in</h1>"]);
}

/// Returns the ids of users by their names.
async fn ids(world: &World) -> impl Fn(&str) -> String {
    let users = everyone(world).await;
    move |name| {
        let mut users = users.iter();
        users.find(|user| user["name"] == name).unwrap()["id"].as_str().unwrap().to_owned()
    }
}

async fn profile(world: &World, name: &str) -> Value {
    let users = everyone(world).await;
    users.into_iter().find(|user| user["name"] == name).unwrap()["profile"].clone()
}

async fn everyone(world: &World) -> Vec<Value> {
    let users = world.operator(None).get("/v1/teams/acme/users").await.is(200);
    users["data"].as_array().unwrap().clone()
}
