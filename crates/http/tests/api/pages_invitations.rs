//! Invitations to join, in pages (WB-9).

use crate::browser::{Browser, says, sent_on, shows};
use crate::things::Things;
use crate::world::World;

#[tokio::test]
async fn wb_9_people_are_invited_by_email() {
    let world = World::new();
    let mut bob = Browser::of(&world, "bob");
    shows(&bob.get("/t/acme/invitations").await, &["Nobody was invited yet"]);
    let sent = bob.send("/t/acme/invitations", &[("emails", "sam@guests.example")]).await;
    let next = sent_on(&sent);
    shows(
        &bob.get(&next).await,
        &["The invitation is on its way.", "sam@guests.example", "pending"],
    );
    let again = [("emails", "SAM@guests.example, mia@acme.example, nonsense")];
    let page = bob.send("/t/acme/invitations", &again).await;
    let words =
        ["invited before, and sent the same again", "mia@acme.example", "nonsense", "not invited"];
    says(&page, 200, &words);
    let wrong = bob.send("/t/acme/invitations", &[("emails", "mia@acme.example")]).await;
    says(&wrong, 409, &["already that of a user"]);
    let wrong = bob.send("/t/acme/invitations", &[("emails", "nonsense")]).await;
    says(&wrong, 422, &["aria-invalid=\"true\""]);
}

#[tokio::test]
async fn or_21_every_page_of_an_administrator_says_who_waits() {
    let world = World::new();
    let things = Things::of(&world);
    let greet = format!("/t/acme/invitations/{}/greeting", things.member_invite);
    for path in ["/t/acme", "/t/acme/computers", "/t/acme/credits", "/t/acme/waiting"] {
        let page = Browser::of(&world, "bob").get(path).await;
        shows(&page, &["nina@guests.example is waiting to be greeted.", &greet]);
        let others = Browser::of(&world, "cory").get(path).await;
        assert!(!others.text.contains("nina@guests.example"), "{path}");
    }
}

#[tokio::test]
async fn wb_9_an_invitation_is_sent_again_and_cancelled() {
    let world = World::new();
    let things = Things::of(&world);
    let mut bob = Browser::of(&world, "bob");
    let one = format!("/t/acme/invitations/{}", things.member_invite);
    shows(&bob.get(&one).await, &["nina@guests.example", &things.member_token]);
    sent_on(&bob.send(&format!("{one}/resend"), &[]).await);
    shows(&bob.get(&format!("{one}/cancel")).await, &["cannot be undone"]);
    let next = sent_on(&bob.send(&format!("{one}/cancel"), &[]).await);
    shows(&bob.get(&next).await, &["The invitation was cancelled.", "cancelled"]);
    shows(&bob.get(&one).await, &["This invitation is cancelled."]);
    let link = format!("/j/{}", things.member_token);
    let page = Browser::stranger(&world).get(&link).await;
    shows(&page, &["The invitation is over", "It was cancelled"]);
}

#[tokio::test]
async fn or_20_the_page_behind_the_link_names_the_team_and_who_invites() {
    let world = World::new();
    let things = Things::of(&world);
    let page = Browser::stranger(&world).get(&format!("/j/{}", things.member_token)).await;
    shows(&page, &["bob invites you to join", "<h1>acme</h1>", "Start"]);
    for hidden in ["acme.example", "nina@guests.example", "studio-1"] {
        assert!(!page.text.contains(hidden), "{hidden}");
    }
    let page = Browser::stranger(&world).get("/j/AAAA").await;
    assert_eq!(page.status.as_u16(), 404);
}
