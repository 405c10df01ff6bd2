//! The pages of workspaces, as a browser without scripts uses them (OR-3, OR-40 to OR-43).

use axum::body::Body;

use crate::browser::{Browser, says, sent_on, shows};
use crate::things::Things;
use crate::world::{Answer, World};

#[tokio::test]
async fn or_40_a_member_makes_a_workspace_and_shares_it() {
    let world = World::new();
    Things::of(&world);
    let mut mia = Browser::of(&world, "mia");
    shows(
        &mia.get("/t/acme/workspaces").await,
        &["Plans", "Contributor", "Make workspace", "20 GiB"],
    );
    let wrong = mia.send("/t/acme/workspaces", &[("name", " ")]).await;
    says(&wrong, 422, &["It must not be blank.", "aria-invalid=\"true\""]);
    let made = sent_on(&mia.send("/t/acme/workspaces", &[("name", "Drafts")]).await);
    let base = made.split('?').next().unwrap().to_owned();
    shows(
        &mia.get(&made).await,
        &["Drafts", "The workspace was made.", "There is no file yet.", "mia"],
    );
    let share = mia.get(&format!("{base}/share")).await;
    shows(&share, &["eve@acme.example", "External", "Contributor", "Owner", "data-sheet"]);
    let eve = option(&share, "eve@acme.example");
    let path = format!("{base}/share");
    let no = mia.send(&path, &[("user_id", &eve), ("role", "manager")]).await;
    says(&no, 409, &["An External user can only be a reader or a contributor.", "selected"]);
    says(&mia.send(&path, &[("role", "reader")]).await, 422, &["Choose a user."]);
    let done = sent_on(&mia.send(&path, &[("user_id", &eve), ("role", "reader")]).await);
    assert_eq!(done, format!("{base}?said=workspace-shared"));
    // eve sees who is there as pseudonyms, and nothing to change.
    let mut eves = Browser::of(&world, "eve");
    let page = eves.get(&base).await;
    shows(&page, &["You are Reader here.", "Guest ", "eve@acme.example"]);
    for absent in ["mia", "Upload", "Take off", ">Share<"] {
        assert!(!page.text.contains(absent), "{absent} in {}", page.text);
    }
    let list = eves.get("/t/acme/workspaces").await;
    assert!(!list.text.contains("Make workspace") && !list.text.contains("Room for files"));
    // Her role changes, and she is taken out.
    let member = format!("{base}/members/{eve}");
    shows(&mia.get(&member).await, &["eve", "Change the role", "Take out"]);
    let done = sent_on(&mia.send(&member, &[("role", "contributor")]).await);
    assert!(done.ends_with("?said=workspace-role-changed"), "{done}");
    let done = sent_on(&mia.send(&format!("{member}/remove"), &[]).await);
    assert!(done.ends_with("?said=workspace-unshared"), "{done}");
    says(&eves.get(&base).await, 404, &[]);
}

#[tokio::test]
async fn or_41_the_last_owner_cannot_leave_and_administrators_see_nothing() {
    let world = World::new();
    let things = Things::of(&world);
    let base = format!("/t/acme/workspaces/{}", things.workspace);
    let mut bob = Browser::of(&world, "bob");
    shows(&bob.get("/t/acme/workspaces").await, &["You are in no workspace yet"]);
    for path in ["", "/edit", "/share", "/delete", "/computers"] {
        says(&bob.get(&format!("{base}{path}")).await, 404, &[]);
    }
    let mut ada = Browser::of(&world, "ada");
    shows(&ada.get(&format!("{base}/leave")).await, &["Leave Plans?"]);
    let no = ada.send(&format!("{base}/leave"), &[]).await;
    says(
        &no,
        409,
        &["This is the last owner of the workspace; make somebody else an owner first."],
    );
    let mut cory = Browser::of(&world, "cory");
    shows(&cory.get(&format!("{base}/leave")).await, &["Leave Plans?"]);
    assert_eq!(
        sent_on(&cory.send(&format!("{base}/leave"), &[]).await),
        "/t/acme/workspaces?said=workspace-left"
    );
    shows(&ada.get(&format!("{base}/edit")).await, &["Delete the workspace", "Rename"]);
    let renamed = sent_on(&ada.send(&format!("{base}/edit"), &[("name", "Better")]).await);
    shows(&ada.get(&renamed).await, &["Better", "The workspace was renamed."]);
    shows(&ada.get(&format!("{base}/delete")).await, &["Delete Better?"]);
    let gone = sent_on(&ada.send(&format!("{base}/delete"), &[]).await);
    assert_eq!(gone, "/t/acme/workspaces?said=workspace-deleted");
    says(&ada.get(&base).await, 404, &[]);
}

#[tokio::test]
async fn or_43_files_are_uploaded_without_a_script_and_downloaded() {
    let world = World::new();
    let things = Things::of(&world);
    let base = format!("/t/acme/workspaces/{}", things.workspace);
    let mut mia = Browser::of(&world, "mia");
    let page = mia.get(&base).await;
    shows(&page, &["plan.txt", "6 bytes", "multipart/form-data", "studio-1", "data-upload"]);
    let token = token(&page);
    let two = [("new.txt", "something new"), ("Plan.txt", "a better plan")];
    let done = sent_on(&upload(&mia, &base, &token, &two).await);
    assert_eq!(done, format!("{base}?said=file-uploaded"));
    let page = mia.get(&done).await;
    shows(&page, &["The upload is done.", "new.txt", "plan.txt", "version 2", "13 bytes"]);
    let file = format!("{base}/files/{}", things.file);
    let versions = mia.get(&file).await;
    shows(&versions, &["content?version=1", "content?version=2", "Delete the file", "by mia"]);
    assert_eq!(mia.get(&format!("{file}/content")).await.text, "a better plan");
    let first = mia.get(&format!("{file}/content?version=1")).await;
    assert_eq!((first.status.as_u16(), &*first.text), (200, "a plan"));
    assert!(first.header("content-disposition").starts_with("attachment"));
    // What is wrong is said for the file that it is about, and the others stay.
    let wrong = upload(&mia, &base, &token, &[("ok.txt", "x"), ("x.", "y")]).await;
    says(&wrong, 422, &["x.: It must not end with a dot.", "ok.txt"]);
    says(&upload(&mia, &base, &token, &[("", "")]).await, 422, &["Choose a file."]);
    shows(&mia.get(&format!("{file}/delete")).await, &["Delete plan.txt?"]);
    let done = sent_on(&mia.send(&format!("{file}/delete"), &[]).await);
    assert_eq!(done, format!("{base}?said=file-deleted"));
    says(&mia.get(&file).await, 404, &[]);
}

#[tokio::test]
async fn qu_32_a_file_is_taken_from_our_own_pages_only() {
    let world = World::new();
    let things = Things::of(&world);
    let base = format!("/t/acme/workspaces/{}", things.workspace);
    let mia = Browser::of(&world, "mia");
    says(&upload(&mia, &base, "another token", &[("a", "b")]).await, 403, &[]);
    // A file that stands before the token is not taken either.
    let early = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nb\r\n--x--\r\n";
    says(&raw(&mia, &base, early).await, 403, &[]);
    let mut eve = Browser::of(&world, "eve");
    let page = eve.get("/t/acme/workspaces").await;
    let page = if page.text.contains("name=\"token\"") {
        page
    } else {
        eve.get(&format!("{base}/leave")).await
    };
    says(&upload(&eve, &base, &token(&page), &[("a", "b")]).await, 403, &[]);
    let mut ada = Browser::of(&world, "ada");
    assert!(!ada.get(&base).await.text.contains(">a<"));
}

#[tokio::test]
async fn or_43_members_list_the_computers_they_use_together() {
    let world = World::new();
    let things = Things::of(&world);
    let base = format!("/t/acme/workspaces/{}", things.workspace);
    let mut cory = Browser::of(&world, "cory");
    shows(&cory.get(&base).await, &["studio-1", "online", "Take off"]);
    shows(&cory.get(&format!("{base}/computers")).await, &["All team computers are on the list"]);
    let gone = format!("{base}/computers/{}/remove", things.computer);
    let done = sent_on(&cory.send(&gone, &[]).await);
    assert_eq!(done, format!("{base}?said=workspace-computer-removed"));
    shows(&cory.get(&done).await, &["No team computer is on the list yet."]);
    shows(&cory.get(&format!("{base}/computers")).await, &["studio-1", "Put on the list"]);
    let path = format!("{base}/computers");
    let done = sent_on(&cory.send(&path, &[("computer_id", &things.computer)]).await);
    shows(&cory.get(&done).await, &["The computer is on the list now.", "studio-1"]);
    says(&cory.send(&path, &[]).await, 422, &["Choose a computer."]);
    // mia may not see the team's computers, so she is offered none.
    let mut mia = Browser::of(&world, "mia");
    let page = mia.get(&base).await;
    assert!(page.text.contains("studio-1") && !page.text.contains("/computers\">Add"));
}

/// Sends files with a form, as browsers do.
async fn upload(browser: &Browser, base: &str, token: &str, files: &[(&str, &str)]) -> Answer {
    let mut body =
        format!("--x\r\ncontent-disposition: form-data; name=\"token\"\r\n\r\n{token}\r\n");
    for (name, content) in files {
        let part = format!(
            "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             content-type: application/octet-stream\r\n\r\n{content}\r\n"
        );
        body.push_str(&part);
    }
    raw(browser, base, &format!("{body}--x--\r\n")).await
}

async fn raw(browser: &Browser, base: &str, body: &str) -> Answer {
    let client = browser.client().clone().with("content-type", "multipart/form-data; boundary=x");
    client.raw("POST", &format!("{base}/upload"), Body::from(body.to_owned())).await
}

/// Returns the value of the option with these words.
fn option(page: &Answer, words: &str) -> String {
    let before = page.text.split(words).next().unwrap();
    let value = before.rsplit("<option value=\"").next().unwrap();
    value.split('"').next().unwrap().to_owned()
}

fn token(page: &Answer) -> String {
    let rest = page.text.split_once("name=\"token\" value=\"").unwrap().1;
    rest.split('"').next().unwrap().to_owned()
}
