//! Activity by pages: the audit log, and who is on which computer when (WB-11).

use serde_json::json;

use crate::browser::{Browser, says, shows};
use crate::things::{Things, invite_body};
use crate::world::{Answer, World, aside};

#[tokio::test]
async fn wb_11_each_invite_is_drawn_and_leads_to_its_page() {
    let world = World::new();
    let things = Things::of(&world);
    let mut cory = Browser::of(&world, "cory");
    let page = cory.get("/t/acme/activity?zoom=hours").await;
    shows(&page, &["Who is on what, when", "Tue 1 December 2026", "studio-1", "09:00"]);
    // Four of the hours of the day, which are those of the team's clock, from the ninth on.
    let bar = piece(&page, &format!("bar-{}", things.invite));
    assert!(bar.contains("x=\"37.500%\" y=\"4\" width=\"16.666%\""), "{bar}");
    assert!(bar.contains(&format!("data-dialog href=\"/t/acme/invites/{}\"", things.invite)));
    assert!(bar.starts_with("bar connected\""), "{bar}");
    assert!(bar.contains("● lin@example.org"), "by its sign as well");
    let said =
        "lin@example.org: connected, Tue 1 December 2026, 08:00 to 12:00 (Etc/UTC, UTC+00:00)";
    assert!(bar.contains(&format!("aria-label=\"{said}\"")), "{bar}");
    shows(
        &page,
        &["<table class=\"cards\">", "<td>free for", "role=\"group\" aria-label=\"studio-1\""],
    );
    assert!(!page.text.contains("carls-own"), "it is carl's alone");
    shows(&cory.get(&format!("/t/acme/invites/{}", things.invite)).await, &["lin@example.org"]);
}

#[tokio::test]
async fn wb_11_free_time_leads_to_the_form_with_computer_and_window_filled_in() {
    let world = World::new();
    let things = Things::of(&world);
    let mut cory = Browser::of(&world, "cory");
    let page = cory.get("/t/acme/activity?zoom=hours").await;
    let free = piece(&page, &format!("free-{}-2026-12-01T12:00:00Z", things.computer));
    let address = format!(
        "/t/acme/invite?computer_id={}&start=2026-12-01T13%3A00&end=2026-12-02T00%3A00",
        things.computer
    );
    assert!(unescaped(&free).contains(&format!("href=\"{address}\"")), "{free}");
    let form = cory.get(&address).await;
    shows(&form, &["value=\"2026-12-01T13:00\"", "value=\"2026-12-02T00:00\"", &things.computer]);
    let words = cory.get("/t/acme/invite?start=soon&end=%3Cb%3E").await;
    shows(&words, &["name=\"start\""]);
    assert!(!words.text.contains("soon") && !words.text.contains("<b>"));
}

#[tokio::test]
async fn wb_11_invites_at_the_same_time_are_marked_in_words_and_stand_beside_each_other() {
    let world = World::new();
    let things = Things::of(&world);
    let made = invite_body(&things.computer, "sam@example.net");
    let made = world.sign_in("cory").post("/v1/teams/acme/guest-access-invites", made).await;
    let sam = made.is(201)["invites"][0]["id"].as_str().unwrap().to_owned();
    let mut bob = Browser::of(&world, "bob");
    let page = bob.get("/t/acme/activity").await;
    shows(&page, &["2 at the same time"]);
    for (invite, lane) in [(&things.invite, "y=\"4\""), (&sam, "y=\"32\"")] {
        let bar = piece(&page, &format!("bar-{invite}"));
        assert!(bar.contains("clash\"") && bar.contains(lane), "{bar}");
        assert!(bar.contains("at the same time as another guest") && bar.contains("⚠"), "{bar}");
    }
}

#[tokio::test]
async fn wb_11_one_steps_through_time_by_links_and_looks_closer() {
    let world = World::new();
    Things::of(&world);
    let mut cory = Browser::of(&world, "cory");
    let page = cory.get("/t/acme/activity").await;
    shows(&page, &["Tue 1 – Mon 7 December 2026", "href=\"?zoom=hours\"", "href=\"?zoom=weeks\""]);
    shows(&page, &["href=\"?day=2026-11-24\"", "href=\"?day=2026-12-08\"", "class=\"now\""]);
    assert!(!page.text.contains(">Today<"), "this is today");
    let page = cory.get("/t/acme/activity?zoom=weeks&day=2026-12-08").await;
    shows(&page, &["Mon 7 December – Sun 3 January 2027", ">Today<", "href=\"?zoom=weeks\""]);
    let text = unescaped(&page.text);
    for way in
        ["?zoom=weeks&day=2026-11-09", "?zoom=weeks&day=2027-01-04", "?zoom=days&day=2026-12-08"]
    {
        assert!(text.contains(&format!("href=\"{way}\"")), "{way} is not in {text}");
    }
    assert!(!page.text.contains("class=\"now\"") && !page.text.contains("id=\"bar-"));
    says(&cory.get("/t/acme/activity?day=soon").await, 422, &["What to do"]);
    says(&cory.get("/t/acme/activity?computers=none").await, 422, &["What to do"]);
}

#[tokio::test]
async fn wb_11_the_log_says_what_was_done_in_words() {
    let world = World::new();
    let things = Things::of(&world);
    let change = json!({ "guest_access": false });
    let computer = format!("/v1/teams/acme/computers/{}", things.computer);
    world.sign_in("bob").patch(&computer, change).await.is(200);
    let mut bob = Browser::of(&world, "bob");
    let page = bob.get("/t/acme/activity").await;
    shows(
        &page,
        &["Audit log", "Tue 1 December 2026, 10:00 <small>(Europe/Paris, UTC+01:00)</small>"],
    );
    let lines = told(&page);
    for line in [
        "bob@acme.example: turned guest access off on studio-1",
        "cory@acme.example: invited lin@example.org to studio-1",
        "lin@example.org: connected to studio-1",
        "studio-1: came into the team",
        "the operator: made the group studio",
        "the operator: granted 10 credits",
        "the operator: ordered 10 credits",
        "bob@acme.example: signed in",
    ] {
        assert!(lines.iter().any(|told| told == line), "{line} is not in {lines:#?}");
    }
    let ended =
        "ended the connection of lin@example.org to studio-1, since guest access was turned off";
    assert!(lines.iter().any(|told| told.ends_with(ended)), "{lines:#?}");
    shows(
        &page,
        &[&format!(
            "<a data-dialog href=\"/t/acme/invites/{}\">lin@example.org</a>",
            things.invite
        )],
    );
    shows(
        &page,
        &[&format!("<a data-dialog href=\"/t/acme/computers/{}\">studio-1</a>", things.computer)],
    );
    // Nothing says by a code what it can say in words.
    assert!(lines.iter().all(|line| !line.contains('{') && !line.contains('_')), "{lines:#?}");
    // bob may know of carl's own computer from the log, but not open what is on it.
    assert!(!page.text.contains(&format!("/invites/{}", things.personal_invite)));
}

#[tokio::test]
async fn wb_11_lines_are_chosen_by_day_person_kind_and_thing() {
    let world = World::new();
    let things = Things::of(&world);
    let mut ada = Browser::of(&world, "ada");
    let page = ada.get("/t/acme/activity?zoom=weeks&kind=invite&actor=cory@acme.example").await;
    let invited = "cory@acme.example: invited lin@example.org to studio-1".to_owned();
    assert_eq!(told(&page), std::slice::from_ref(&invited));
    shows(&page, &["<option value=\"invite\" selected>invites</option>", "Show all"]);
    shows(&page, &["value=\"cory@acme.example\"", "name=\"zoom\" value=\"weeks\""]);
    let subject = format!("/t/acme/activity?subject={}", things.invite);
    assert!(told(&ada.get(&subject).await).contains(&invited));
    let none = ada.get("/t/acme/activity?from=2026-12-02").await;
    shows(&none, &["Nothing like this was done", "value=\"2026-12-02\""]);
    assert!(told(&none).is_empty());
    assert!(told(&ada.get("/t/acme/activity?from=2026-12-01&to=2026-12-01").await).len() > 9);
    says(&ada.get("/t/acme/activity?from=soon").await, 422, &["What to do"]);
}

#[tokio::test]
async fn wb_11_a_long_log_comes_in_pages() {
    let world = World::new();
    aside(|| (0..60).for_each(|_| drop(world.app.grant("acme", 1, "a test").wait().unwrap())));
    let mut ada = Browser::of(&world, "ada");
    let page = ada.get("/t/acme/activity?kind=credits&zoom=hours").await;
    assert_eq!(told(&page).len(), 50);
    let (before, _) = page.text.split_once("#log\">Older lines").unwrap();
    let older = unescaped(before.rsplit("href=\"").next().unwrap());
    assert!(older.starts_with("?zoom=hours&kind=credits&cursor="), "{older}");
    let page = ada.get(&format!("/t/acme/activity{older}")).await;
    assert_eq!(told(&page).len(), 10);
    assert!(!page.text.contains("Older lines"));
}

#[tokio::test]
async fn or_2_coordinators_see_the_picture_alone_and_others_nothing() {
    let world = World::new();
    Things::of(&world);
    let mut cory = Browser::of(&world, "cory");
    let page = cory.get("/t/acme/activity?kind=invite").await;
    shows(&page, &["Who is on what, when", "aria-current=\"page\">Activity"]);
    assert!(!page.text.contains("Audit log") && !page.text.contains("class=\"cards log\""));
    for who in ["mia", "eve"] {
        let mut browser = Browser::of(&world, who);
        says(&browser.get("/t/acme/activity").await, 403, &["What to do"]);
        assert!(!browser.get("/t/acme").await.text.contains("/t/acme/activity"));
    }
    says(&Browser::of(&world, "zoe").get("/t/acme/activity").await, 404, &["What to do"]);
    let mut ada = Browser::of(&world, "ada");
    shows(&ada.get("/t/acme/activity").await, &["carls-own", "of carl"]);
}

#[tokio::test]
async fn wb_12_an_empty_picture_says_what_to_do_next() {
    let world = World::new();
    let mut ada = Browser::of(&world, "ada");
    let page = ada.get("/t/acme/activity").await;
    shows(&page, &["There is no computer to invite to yet", "href=\"/t/acme/computers\""]);
    assert!(!page.text.contains("The same as a list"));
}

/// Returns what is drawn with an id, from its class on.
#[track_caller]
fn piece(page: &Answer, id: &str) -> String {
    let mark = format!("id=\"{id}\"");
    assert!(page.text.contains(&mark), "{id} is not in {}", page.text);
    let (before, after) = page.text.split_once(&mark).unwrap();
    let class = before.rsplit("class=\"").next().unwrap();
    format!("{class}{}", after.split("</a>").next().unwrap())
}

/// Returns the lines of the log: who did what.
fn told(page: &Answer) -> Vec<String> {
    let lines = page.text.split("<tr id=\"aud_").skip(1);
    let told = lines.map(|line| {
        let cells: Vec<_> = line.split("<td>").skip(1).map(plain).collect();
        format!("{}: {}", cells[0], cells[1])
    });
    told.collect()
}

/// Returns the words of a cell.
fn plain(cell: &str) -> String {
    let cell = cell.split("</td>").next().unwrap();
    let parts = cell.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    unescaped(&parts.collect::<String>())
}

fn unescaped(text: &str) -> String {
    text.replace("&#38;", "&").replace("&amp;", "&")
}
