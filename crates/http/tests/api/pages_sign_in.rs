//! Signing in and out by pages (WB-1).

use guest_core::Email;

use crate::browser::{Browser, says, sent_on, shows};
use crate::browsers::code;
use crate::world::{ORIGIN, World, aside};

#[tokio::test]
async fn wb_1_a_code_signs_in_and_leads_to_where_one_wanted_to_go() {
    let world = World::new();
    let mut browser = Browser::stranger(&world);
    let asked = sent_on(&browser.get("/t/acme?q=lin").await);
    assert_eq!(asked, "/sign-in?to=%2Ft%2Facme%3Fq%3Dlin");
    shows(&browser.get(&asked).await, &["<h1>Sign in</h1>", "value=\"/t/acme?q=lin\""]);
    let fields = [("email", "cory@acme.example"), ("to", "/t/acme?q=lin")];
    let typing = sent_on(&browser.send("/sign-in", &fields).await);
    shows(&browser.get(&typing).await, &["Type the code", "cory@acme.example"]);
    let code = code(&world);
    let wrong = [fields[0], fields[1], ("code", "x")];
    says(&browser.send("/sign-in/code", &wrong).await, 401, &["This is not the code we mailed"]);
    let right = [fields[0], fields[1], ("code", &code)];
    let answer = browser.send("/sign-in/code", &right).await;
    assert_eq!(sent_on(&answer), "/t/acme?q=lin");
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    let mut signed_in =
        Browser::with(world.nobody().with("cookie", &cookie).with("origin", ORIGIN));
    shows(&signed_in.get("/t/acme").await, &["<h1>Guest Access</h1>", "cory@acme.example"]);
    let answer = signed_in.send("/sign-out", &[]).await;
    assert_eq!(sent_on(&answer), "/sign-in");
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(sent_on(&signed_in.get("/").await), "/sign-in?to=%2F");
}

#[tokio::test]
async fn wb_1_the_same_is_said_whether_an_address_is_known_or_not() {
    let world = World::new();
    let mut said = Vec::new();
    for email in ["cory@acme.example", "nemo@acme.example"] {
        let mut browser = Browser::stranger(&world);
        let typing = sent_on(&browser.send("/sign-in", &[("email", email)]).await);
        let page = browser.get(&typing).await;
        shows(&page, &[email]);
        let wrong = browser.send("/sign-in/code", &[("email", email), ("code", "x")]).await;
        said.push((page.text.replace(email, "…"), wrong.status, wrong.text.replace(email, "…")));
    }
    assert_eq!(said[0], said[1]);
    let none = Browser::stranger(&world).send("/sign-in", &[("email", "nobody")]).await;
    says(&none, 422, &["aria-invalid", "value=\"nobody\""]);
}

#[tokio::test]
async fn wb_1_a_link_opens_a_page_with_one_button_and_works_once() {
    let world = World::new();
    let email = Email::parse("ada@acme.example").unwrap();
    let secret = aside(|| world.app.sign_in_as(&email).wait().unwrap());
    let link = format!("/sign-in/with/{}", secret.expose());
    let mut browser = Browser::stranger(&world);
    for _ in 0..3 {
        let page = browser.get(&link).await;
        shows(&page, &["as <b>ada@acme.example</b>"]);
        assert_eq!(page.header("set-cookie"), "", "looking signs nobody in");
    }
    let answer = browser.send(&link, &[]).await;
    assert_eq!(sent_on(&answer), "/");
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    assert_ne!(cookie, format!("guest={}", secret.expose()));
    let mut ada = Browser::with(world.nobody().with("cookie", &cookie));
    assert_eq!(sent_on(&ada.get("/").await), "/t/acme");
    says(&browser.get(&link).await, 410, &["What to do"]);
    says(&browser.send(&link, &[]).await, 410, &["What to do"]);
    world
        .nobody()
        .with("cookie", &format!("guest={}", secret.expose()))
        .get("/v1/me")
        .await
        .refused(401, "unauthenticated");
}

#[tokio::test]
async fn qu_32_a_form_without_its_token_changes_nothing() {
    let world = World::new();
    let mut cory = Browser::of(&world, "cory");
    says(&cory.send("/sign-out", &[]).await, 403, &["What to do"]);
    cory.get("/t/acme").await;
    says(&cory.send("/sign-out", &[("token", "")]).await, 403, &["What to do"]);
    let mut ada = Browser::of(&world, "ada");
    ada.get("/t/acme").await;
    let elsewhere = Browser::with(cory.client().clone().with("origin", "https://evil.example"));
    says(&elsewhere.send("/sign-out", &[]).await, 403, &["What to do"]);
    shows(&cory.get("/t/acme").await, &["cory@acme.example"]);
    sent_on(&cory.send("/sign-out", &[]).await);
}

#[tokio::test]
async fn qu_32_nobody_is_signed_in_or_sent_elsewhere_by_another_site() {
    let world = World::new();
    let elsewhere = Browser::with(world.nobody().with("origin", "https://evil.example"));
    let fields = [("email", "lin@example.org")];
    says(&elsewhere.send("/sign-in", &fields).await, 403, &["What to do"]);
    let to = [("email", "lin@example.org"), ("to", "//evil.example")];
    let typing = sent_on(&Browser::stranger(&world).send("/sign-in", &to).await);
    assert!(typing.ends_with("&to=%2F"), "{typing}");
}

#[tokio::test]
async fn wb_1_a_person_of_several_teams_or_none_chooses() {
    let world = World::new();
    let both = guest_app::NewUser {
        email: "cory@acme.example".to_owned(),
        name: "Cory".to_owned(),
        profile: "member".to_owned(),
        coordinator: true,
        owner: false,
    };
    aside(|| world.app.add_user(&guest_app::Call::operator(), "rival", &both).wait().unwrap());
    let mut cory = Browser::of(&world, "cory");
    shows(&cory.get("/").await, &["Your teams", "/t/acme", "/t/rival"]);
    shows(&cory.get("/t/acme").await, &["class=\"switch\"", "href=\"/t/rival\""]);
    shows(&Browser::of(&world, "lin@example.org").get("/").await, &["open the link from the mail"]);
}
