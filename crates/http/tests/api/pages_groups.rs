//! Groups and members by pages, and who may invite guests (WB-7).

use serde_json::json;

use crate::browser::{Browser, says, sent_on, shows};
use crate::things::Things;
use crate::world::World;

#[tokio::test]
async fn wb_7_owners_make_groups_and_put_members_into_them() {
    let world = World::new();
    let things = Things::of(&world);
    let mut ada = Browser::of(&world, "ada");
    let page = ada.get("/t/acme/groups").await;
    shows(&page, &["studio", "mia@acme.example", "as an administrator", "not for external users"]);
    assert!(!page.text.contains("rex@acme.example"), "who was revoked is no member");
    let made = ada.send("/t/acme/groups", &[("name", "hosts"), ("coordinator", "1")]).await;
    shows(&ada.get(&sent_on(&made)).await, &["The group was made", "hosts"]);
    let taken = ada.send("/t/acme/groups", &[("name", "Hosts"), ("coordinator", "1")]).await;
    says(&taken, 409, &["role=\"alert\"><p>", "value=\"Hosts\"", "value=\"1\" checked"]);
    let blank = ada.send("/t/acme/groups", &[("name", " ")]).await;
    says(&blank, 422, &["aria-invalid=\"true\""]);
    let group = format!("/t/acme/groups/{}", things.group);
    shows(&ada.get(&group).await, &["Nobody is in it yet", &things.member]);
    let joined = ada.send(&format!("{group}/join"), &[("user_id", &things.member)]).await;
    shows(&ada.get(&sent_on(&joined)).await, &["The user is in the group now", "<td>studio</td>"]);
    let nobody = ada.send(&format!("{group}/join"), &[]).await;
    says(&nobody, 422, &["Choose a user.", "data-sheet"]);
    let renamed = ada.send(&group, &[("name", "stage")]).await;
    shows(&ada.get(&sent_on(&renamed)).await, &["<td>stage</td>"]);
    let left = ada.send(&format!("{group}/members/{}", things.member), &[]).await;
    assert!(!ada.get(&sent_on(&left)).await.text.contains("<td>stage</td>"));
    shows(&ada.get(&format!("{group}/delete")).await, &["Delete the group stage?"]);
    let gone = ada.send(&format!("{group}/delete"), &[]).await;
    assert!(!ada.get(&sent_on(&gone)).await.text.contains("stage"));
}

#[tokio::test]
async fn wb_7_the_permission_is_given_at_once_and_taken_after_asking() {
    let world = World::new();
    let things = Things::of(&world);
    let role = async || {
        let me = world.sign_in("mia").get("/v1/me").await.is(200);
        me["teams"][0]["role"].clone()
    };
    let mut ada = Browser::of(&world, "ada");
    let user = format!("/t/acme/users/{}/coordinator", things.member);
    ada.get("/t/acme/groups").await;
    let on = [("coordinator", "on"), ("version", "1")];
    let given = sent_on(&ada.send(&user, &on).await);
    shows(&ada.get(&given).await, &["They may invite guests now"]);
    assert_eq!(role().await, "coordinator");
    let off = [("coordinator", "off"), ("version", "1")];
    says(&ada.send(&user, &off).await, 412, &["data-sheet", "role=\"alert\"><p>"]);
    shows(&ada.get(&user).await, &["permission of mia?", "for good"]);
    assert_eq!(role().await, "coordinator");
    let off = [("coordinator", "off"), ("version", "2")];
    shows(&ada.get(&sent_on(&ada.send(&user, &off).await)).await, &["permission was taken"]);
    assert_eq!(role().await, "member");
    let group = format!("/t/acme/groups/{}", things.group);
    ada.send(&format!("{group}/join"), &[("user_id", &things.member)]).await;
    sent_on(&ada.send(&format!("{group}/coordinator"), &[("coordinator", "on")]).await);
    assert_eq!(role().await, "coordinator");
    shows(&ada.get("/t/acme/groups").await, &["by a group"]);
    shows(&ada.get(&format!("{group}/coordinator")).await, &["of the group studio?"]);
    sent_on(&ada.send(&format!("{group}/coordinator"), &[("coordinator", "off")]).await);
    assert_eq!(role().await, "member");
}

#[tokio::test]
async fn wb_7_groups_are_the_owners() {
    let world = World::new();
    let things = Things::of(&world);
    for who in ["bob", "cory", "mia", "eve"] {
        let mut browser = Browser::of(&world, who);
        says(&browser.get("/t/acme/groups").await, 403, &["What to do"]);
        let page = browser.get("/").await;
        assert!(!page.text.contains("/t/acme/groups"), "{who}: {}", page.text);
        let user = format!("/t/acme/users/{}/coordinator", things.member);
        browser.get("/t/acme").await;
        says(&browser.send(&user, &[("coordinator", "on")]).await, 403, &["What to do"]);
    }
    let me = world.sign_in("mia").get("/v1/me").await.is(200);
    assert_eq!(me["teams"][0]["role"], json!("member"));
}
