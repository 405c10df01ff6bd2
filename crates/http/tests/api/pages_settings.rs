//! The settings of a team and its API keys by pages.

use crate::browser::{Browser, says, sent_on, shows};
use crate::things::Things;
use crate::world::{Answer, World};

#[tokio::test]
async fn or_2_settings_are_for_owners() {
    let world = World::new();
    Things::of(&world);
    shows(&Browser::of(&world, "ada").get(PATH).await, &["<h1>Settings</h1>", "API keys", "a key"]);
    shows(&Browser::of(&world, "ada").get("/t/acme").await, &["href=\"/t/acme/settings\""]);
    for who in ["bob", "cory", "mia", "eve"] {
        let mut browser = Browser::of(&world, who);
        says(&browser.get(PATH).await, 403, &["What to do"]);
        assert!(!browser.get("/t/acme").await.text.contains("/t/acme/settings"), "{who}");
        says(&browser.send(PATH, &[("name", "Mine")]).await, 403, &["What to do"]);
        says(&browser.send(KEYS, &[("key_name", "x"), ("scope", "all")]).await, 403, &[]);
    }
}

#[tokio::test]
async fn ga_6_cr_32_settings_are_changed_in_one_form() {
    let world = World::new();
    let mut ada = Browser::of(&world, "ada");
    ada.get(PATH).await;
    let all = [
        ("name", "Acme Labs"),
        ("time_zone", "Asia/Seoul"),
        ("reply_to", "desk@acme.example"),
        ("low_balance_mark", "5"),
        ("serves_anyone", "1"),
    ];
    let page = ada.get(&sent_on(&ada.send(PATH, &all).await)).await;
    let shown = ["The settings were saved", "value=\"Acme Labs\"", "value=\"Asia/Seoul\""];
    shows(&page, &shown);
    shows(&page, &["value=\"desk@acme.example\"", "value=\"5\"", "value=\"1\" checked"]);
    let team = ada.client().get("/v1/teams/acme").await.is(200);
    assert_eq!(team["personal_computers"], "anyone");
    assert_eq!(
        (&team["reply_to"], &team["low_balance_mark"]),
        (&"desk@acme.example".into(), &5.into())
    );
    let none = [("name", "Acme"), ("time_zone", "UTC"), ("reply_to", ""), ("low_balance_mark", "")];
    sent_on(&ada.send(PATH, &none).await);
    let team = ada.client().get("/v1/teams/acme").await.is(200);
    assert_eq!(team["personal_computers"], "team");
    assert!(team["reply_to"].is_null() && team["low_balance_mark"].is_null(), "{team}");
}

#[tokio::test]
async fn or_35_nobody_is_locked_out_by_the_form() {
    let world = World::new();
    let mut ada = Browser::of(&world, "ada");
    ada.get(PATH).await;
    for way in ["codes_for_guests", "sso_required"] {
        let all = [("name", "Acme"), ("time_zone", "UTC"), (way, "1")];
        let page = ada.send(PATH, &all).await;
        says(&page, 409, &[&format!("name=\"{way}\" value=\"1\" checked")]);
        let team = ada.client().get("/v1/teams/acme").await.is(200);
        assert_eq!(
            (&team["email_sign_in"], &team["sso_required"]),
            (&"users".into(), &false.into())
        );
    }
}

#[tokio::test]
async fn wb_12_what_is_wrong_with_settings_stands_at_its_field() {
    let world = World::new();
    let mut ada = Browser::of(&world, "ada");
    ada.get(PATH).await;
    let bad =
        [("name", " "), ("time_zone", "paris"), ("reply_to", "desk@"), ("low_balance_mark", "")];
    let page = ada.send(PATH, &bad).await;
    says(&page, 422, &["perhaps Europe/Paris is meant", "value=\"desk@\""]);
    for field in ["wrong-name", "wrong-zone", "wrong-reply-to"] {
        assert_ne!(between(&page, &format!("id=\"{field}\">"), "<"), "", "{field}");
    }
    let marks = [("name", "Acme"), ("time_zone", "UTC"), ("low_balance_mark", "-1")];
    let page = ada.send(PATH, &marks).await;
    says(&page, 422, &["value=\"-1\"", "Type a whole number"]);
    shows(&ada.get(PATH).await, &["value=\"acme\""]);
}

#[tokio::test]
async fn if_2_a_key_is_made_shown_once_and_deleted() {
    let world = World::new();
    let mut ada = Browser::of(&world, "ada");
    shows(&ada.get(PATH).await, &["There is no key yet"]);
    let none = ada.send(KEYS, &[("key_name", "Booking")]).await;
    says(&none, 422, &["Name at least one scope", "value=\"Booking\"", "<details open>"]);
    let unnamed = ada.send(KEYS, &[("key_name", " "), ("scope", "invites:read")]).await;
    says(&unnamed, 422, &["value=\"invites:read\" checked"]);
    assert_ne!(between(&unnamed, "id=\"wrong-key-name\">", "<"), "");
    let unknown = [("key_name", "Booking"), ("scope", "everything")];
    says(&ada.send(KEYS, &unknown).await, 422, &["Not a scope"]);

    let wanted = [("key_name", "Booking"), ("scope", "invites:read"), ("scope", "credits:read")];
    let made = ada.send(KEYS, &wanted).await;
    shows(&made, &["Booking", "shown this once", "Authorization: Bearer gk_"]);
    let secret = between(&made, "readonly value=\"", "\"");
    let program = world.bearer(&secret);
    program.get("/v1/teams/acme/guest-access-invites").await.is(200);
    program.get("/v1/teams/acme/computers").await.refused(403, "scope_missing");
    let page = ada.get(PATH).await;
    shows(&page, &["Booking", "invites:read", "credits:read", "ada@acme.example"]);
    assert!(!page.text.contains(&secret), "it is shown once");
    let id = between(&page, "<tr id=\"key_", "\"");
    let delete = format!("{KEYS}/key_{id}/delete");
    shows(&ada.get(&delete).await, &["Delete the key “Booking”?", "cannot be undone"]);
    program.get("/v1/teams/acme/guest-access-invites").await.is(200);
    let gone = ada.get(&sent_on(&ada.send(&delete, &[]).await)).await;
    shows(&gone, &["The API key was deleted", "There is no key yet"]);
    program.get("/v1/teams/acme/guest-access-invites").await.refused(401, "unauthenticated");
    says(&ada.get(&delete).await, 404, &["What to do"]);
    says(&ada.send(&delete, &[]).await, 404, &["What to do"]);
}

/// Returns what stands between two texts on a page, the first time.
#[track_caller]
fn between(page: &Answer, before: &str, after: &str) -> String {
    assert!(page.text.contains(before), "{before} is not in {}", page.text);
    let (_, rest) = page.text.split_once(before).unwrap();
    rest.split_once(after).unwrap().0.to_owned()
}

const PATH: &str = "/t/acme/settings";

const KEYS: &str = "/t/acme/settings/api-keys";
