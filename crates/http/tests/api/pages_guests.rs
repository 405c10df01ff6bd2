//! Guest Access by pages: the home page, and what can be done with an invite (WB-2, WB-4).

use serde_json::json;

use crate::browser::{Browser, says, sent_on, shows};
use crate::things::{Things, invite_body};
use crate::world::World;

#[tokio::test]
async fn wb_2_the_home_page_shows_computers_and_who_is_on_them() {
    let world = World::new();
    let things = Things::of(&world);
    let mut cory = Browser::of(&world, "cory");
    let page = cory.get("/t/acme").await;
    let words = [
        "studio-1",
        "online",
        "1 guest on it now",
        &things.invite,
        "lin@example.org",
        "connected",
        "Tue 1 December 2026, 08:00",
        "3 h left",
        "<b>19</b>",
        "Prices",
    ];
    shows(&page, &words);
    assert!(!page.text.contains("carls-own"), "somebody's own computer is theirs");
    assert!(!page.text.contains("/g/"), "links are shown with the invite alone");
    shows(
        &Browser::of(&world, "ada").get("/t/acme").await,
        &["carls-own", "carl&#39;s computer", "Purchase guest credits"],
    );
    shows(&Browser::of(&world, "carl").get("/t/acme").await, &["carls-own", "your computer"]);
    world.pass(40);
    shows(&cory.get("/t/acme").await, &["offline", "last seen"]);
}

#[tokio::test]
async fn wb_2_guests_and_computers_are_found() {
    let world = World::new();
    let things = Things::of(&world);
    let cory = world.sign_in("cory");
    let body = invite_body(&things.computer, "sam@example.net");
    cory.post("/v1/teams/acme/guest-access-invites", body).await.is(201);
    let mut cory = Browser::of(&world, "cory");
    let found = async |cory: &mut Browser, q: &str| {
        let page = cory.get(&format!("/t/acme?q={q}")).await;
        shows(&page, &["Guest Access"]);
        ["lin@example.org", "sam@example.net", "Nothing is like"]
            .map(|word| page.text.contains(word))
    };
    assert_eq!(found(&mut cory, "").await, [true, true, false]);
    assert_eq!(found(&mut cory, "SAM").await, [false, true, false]);
    assert_eq!(found(&mut cory, "dio").await, [true, true, false]);
    assert_eq!(found(&mut cory, "nobody").await, [false, false, true]);
    let all = async |cory: &mut Browser, query: &str| {
        let page = cory.get(&format!("/t/acme/invites?{query}")).await;
        shows(&page, &["All invites"]);
        ["lin@example.org", "sam@example.net"].map(|word| page.text.contains(word))
    };
    assert_eq!(all(&mut cory, "").await, [true, true]);
    assert_eq!(all(&mut cory, "q=example.net").await, [false, true]);
    assert_eq!(all(&mut cory, "phase=connected").await, [true, false]);
    assert_eq!(all(&mut cory, "q=usability").await, [true, true]);
}

#[tokio::test]
async fn wb_2_those_who_manage_no_guests_are_told_so() {
    let world = World::new();
    for who in ["mia", "eve"] {
        let page = Browser::of(&world, who).get("/t/acme").await;
        shows(&page, &["What to do"]);
        assert!(!page.text.contains("/t/acme/credits"), "{who} sees no prices");
    }
    says(&Browser::of(&world, "zoe").get("/t/acme").await, 404, &["What to do"]);
    says(&Browser::of(&world, "mia").get("/t/acme/cut").await, 403, &["What to do"]);
}

#[tokio::test]
async fn wb_4_a_window_is_edited_and_what_is_wrong_stands_at_its_field() {
    let world = World::new();
    let things = Things::of(&world);
    let invite = sam(&world, &things).await;
    let path = format!("/t/acme/invites/{invite}/window");
    let mut cory = Browser::of(&world, "cory");
    shows(&cory.get(&path).await, &["value=\"2026-12-01T08:00\"", "value=\"Etc/UTC\""]);
    let times = |start, end, zone| {
        [
            ("version", "1"),
            ("start_was", "2026-12-01T08:00"),
            ("end_was", "2026-12-01T12:00"),
            ("start", start),
            ("end", end),
            ("time_zone", zone),
        ]
    };
    let wrong = cory.send(&path, &times("2026-12-01T08:00", "2026-12-01T07:00", "Etc/UTC")).await;
    says(&wrong, 422, &["The end of the window has passed.", "value=\"2026-12-01T07:00\""]);
    let wrong = cory.send(&path, &times("2026-12-01T12:00", "2026-12-01T11:00", "Etc/UTC")).await;
    says(&wrong, 422, &["The end must be after the start.", "value=\"2026-12-01T11:00\""]);
    let zone = cory.send(&path, &times("2026-12-01T08:00", "2026-12-01T12:00", "Mars")).await;
    says(&zone, 422, &["id=\"wrong-zone\">", "value=\"Mars\""]);
    let done = cory.send(&path, &times("2026-12-01T08:00", "2026-12-01T13:00", "Etc/UTC")).await;
    assert_eq!(sent_on(&done), format!("/t/acme?said=window-changed#{invite}"));
    shows(&cory.get("/t/acme?said=window-changed").await, &["The window was changed"]);
    let stale = cory.send(&path, &times("2026-12-01T08:00", "2026-12-01T14:00", "Etc/UTC")).await;
    says(&stale, 412, &["This was changed meanwhile", "name=\"version\" value=\"2\""]);
    assert_eq!(shown(&world, &invite).await["window"]["end_local"], "2026-12-01T13:00");
}

#[tokio::test]
async fn ga_13_a_skipped_time_is_answered_with_two_buttons() {
    let world = World::new();
    let things = Things::of(&world);
    let invite = sam(&world, &things).await;
    let fields =
        [("start", "2027-03-28T02:30"), ("end", "2027-03-28T08:00"), ("time_zone", "Europe/Paris")];
    let mut cory = Browser::of(&world, "cory");
    let path = format!("/t/acme/invites/{invite}/window");
    cory.get(&path).await;
    let page = cory.send(&path, &fields).await;
    let buttons =
        ["name=\"start\" value=\"2027-03-28T01:30", "name=\"start\" value=\"2027-03-28T03:30"];
    says(&page, 422, &buttons);
}

#[tokio::test]
async fn wb_4_permissions_are_edited_and_applied() {
    let world = World::new();
    let things = Things::of(&world);
    let path = format!("/t/acme/invites/{}/permissions", things.invite);
    let mut cory = Browser::of(&world, "cory");
    shows(
        &cory.get(&path).await,
        &["value=\"keyboard\" checked", "until they disconnect and reconnect"],
    );
    let ticked = [("version", "1"), ("permission", "mouse"), ("permission", "copy")];
    assert!(sent_on(&cory.send(&path, &ticked).await).contains("permissions-changed"));
    shows(&cory.get("/t/acme").await, &["from the next connection: mouse, copy"]);
    let apply = [("version", "2"), ("permission", "mouse"), ("apply", "1")];
    assert!(sent_on(&cory.send(&path, &apply).await).contains("permissions-applied"));
    let shown = shown(&world, &things.invite).await;
    assert_eq!((&shown["permissions"], &shown["session"]), (&json!(["mouse"]), &json!(null)));
}

#[tokio::test]
async fn wb_4_a_guest_is_kicked_kept_out_readmitted_and_revoked() {
    let world = World::new();
    let things = Things::of(&world);
    let path = format!("/t/acme/invites/{}", things.invite);
    let mut cory = Browser::of(&world, "cory");
    shows(&cory.get(&path).await, &["Disconnect and keep out", "Disconnect and revoke", "/g/"]);
    let act = async |cory: &Browser, deed: &str| {
        sent_on(&cory.send(&format!("{path}/{deed}"), &[]).await)
    };
    assert!(act(&cory, "kick").await.contains("kicked"));
    assert!(act(&cory, "keep-out").await.contains("kept-out"));
    shows(&cory.get(&path).await, &["Readmit", "kept out"]);
    assert!(act(&cory, "readmit").await.contains("readmitted"));
    assert!(act(&cory, "resend").await.contains("resent"));
    shows(&cory.get(&format!("{path}/new-link")).await, &["Make a new link for lin@example.org?"]);
    assert!(act(&cory, "new-link").await.contains("new-link"));
    world
        .nobody()
        .get(&format!("/v1/guest-links/{}", things.token))
        .await
        .refused(404, "link_unknown");
    shows(&cory.get(&format!("{path}/revoke")).await, &["cannot be undone"]);
    assert_eq!(shown(&world, &things.invite).await["state"], "live", "asking changes nothing");
    assert!(act(&cory, "revoke").await.contains("revoked"));
    shows(&cory.get(&path).await, &["Invite again", "revoked"]);
    says(&cory.send(&format!("{path}/resend"), &[]).await, 409, &["id=\"wrong\""]);
    says(&cory.get(&format!("{path}/nonsense")).await, 404, &["What to do"]);
    says(&cory.get(&format!("{path}/kick")).await, 404, &["What to do"]);
}

#[tokio::test]
async fn ga_48_more_time_is_granted_by_one_click() {
    let world = World::new();
    let things = Things::of(&world);
    let wish = json!({ "minutes": 45, "note": "Nearly <b>done</b>" });
    let path = format!("/v1/guest-links/{}/request-time", things.token);
    world.sign_in("lin@example.org").post(&path, wish).await.is(202);
    let mut cory = Browser::of(&world, "cory");
    let page = cory.get("/t/acme").await;
    shows(
        &page,
        &["asks for 45 more minutes on <b>studio-1</b>", "Grant 45 min", "Nearly &#60;b&#62;done"],
    );
    let grant = format!("/t/acme/invites/{}/extend", things.invite);
    let done = cory.send(&grant, &[("minutes", "45"), ("version", "1")]).await;
    assert!(sent_on(&done).contains("extended"));
    assert_eq!(shown(&world, &things.invite).await["window"]["end_local"], "2026-12-01T12:45");
    assert!(!cory.get("/t/acme").await.text.contains("more minutes on"));
}

#[tokio::test]
async fn ga_61_an_invite_is_moved() {
    let world = World::new();
    let things = Things::of(&world);
    let ada = world.sign_in("ada");
    let made = json!({ "name": "render-2", "provision": "team" });
    let other = ada.post("/v1/teams/acme/computers", made).await.is(201);
    let other = other["id"].as_str().unwrap();
    let path = format!("/t/acme/invites/{}/computer", things.invite);
    let mut cory = Browser::of(&world, "cory");
    shows(&cory.get(&path).await, &["render-2", "guest access is off"]);
    let to = [("computer_id", other), ("version", "1")];
    says(&cory.send(&path, &to).await, 409, &["id=\"wrong\"", "uest access is off"]);
    let on = json!({ "guest_access": true });
    ada.patch(&format!("/v1/teams/acme/computers/{other}"), on).await.is(200);
    assert!(sent_on(&cory.send(&path, &to).await).contains("moved"));
    assert_eq!(shown(&world, &things.invite).await["computer_id"], other);
}

#[tokio::test]
async fn ga_49_the_panic_switch_is_not_thrown_by_accident() {
    let world = World::new();
    let things = Things::of(&world);
    let mut cory = Browser::of(&world, "cory");
    let path = format!("/t/acme/cut?computer_id={}", things.computer);
    shows(&cory.get(&path).await, &["value=\"computer\" checked", "I am sure"]);
    let cut = [("whose", "computer"), ("computer_id", things.computer.as_str())];
    says(&cory.send("/t/acme/cut", &cut).await, 422, &["Tick the box if you are sure."]);
    assert_eq!(shown(&world, &things.invite).await["phase"], "connected");
    let domain = [("whose", "domain"), ("email_domain", "a b"), ("sure", "1")];
    says(&cory.send("/t/acme/cut", &domain).await, 422, &["id=\"wrong-domain\">"]);
    let sure = [cut[0], cut[1], ("sure", "1")];
    assert_eq!(sent_on(&cory.send("/t/acme/cut", &sure).await), "/t/acme?said=all-cut");
    assert_eq!(shown(&world, &things.invite).await["phase"], "open");
    let all = [("whose", "all"), ("cancel", "1"), ("sure", "1")];
    assert_eq!(sent_on(&cory.send("/t/acme/cut", &all).await), "/t/acme?said=cut-and-revoked");
    assert_eq!(shown(&world, &things.invite).await["state"], "cancelled");
}

/// Invites sam for the hours of [`invite_body`], and returns the invite.
async fn sam(world: &World, things: &Things) -> String {
    let body = invite_body(&things.computer, "sam@example.net");
    let made = world.sign_in("cory").post("/v1/teams/acme/guest-access-invites", body).await;
    made.is(201)["invites"][0]["id"].as_str().unwrap().to_owned()
}

/// Returns an invite as the API shows it.
async fn shown(world: &World, invite: &str) -> serde_json::Value {
    let path = format!("/v1/teams/acme/guest-access-invites/{invite}");
    world.sign_in("cory").get(&path).await.is(200)
}

#[tokio::test]
async fn ga_13_ga_33_a_window_that_begins_at_a_time_shown_twice_is_edited() {
    let world = World::new();
    let things = Things::of(&world);
    let mut body = invite_body(&things.computer, "sam@example.net");
    body["window"] = json!({
        "start": "2027-10-31T02:30+01:00",
        "end": "2027-10-31T09:00",
        "time_zone": "Europe/Paris",
    });
    let mut cory = Browser::of(&world, "cory");
    let made = cory.client().post("/v1/teams/acme/guest-access-invites", body).await.is(201);
    let invite = &made["invites"][0];
    let id = invite["id"].as_str().unwrap();
    let path = format!("/t/acme/invites/{id}/window");
    let form = cory.get(&path).await;
    shows(
        &form,
        &["name=\"start\" value=\"2027-10-31T02:30\"", "aria-pressed=\"true\">the second"],
    );
    let was = "2027-10-31T02:30+01:00";
    let fields = |start: &'static str, at: &'static str| {
        [
            ("start_was", was),
            ("end_was", "2027-10-31T09:00"),
            ("time_zone", "Europe/Paris"),
            ("start_at", at),
            ("end", "2027-10-31T10:00"),
            ("start", start),
        ]
    };
    let show = async |cory: &Browser| {
        let invite = cory.client().get(&format!("/v1/teams/acme/guest-access-invites/{id}")).await;
        invite.is(200)["window"].clone()
    };
    // What is not touched keeps its moment.
    sent_on(&cory.send(&path, &fields("2027-10-31T02:30", was)).await);
    let window = show(&cory).await;
    let times = (&window["start"], &window["end"]);
    assert_eq!(times, (&json!("2027-10-31T01:30:00Z"), &json!("2027-10-31T09:00:00Z")));
    // Another time that is shown twice is asked about, and nothing changes until it is chosen.
    let asked = cory.send(&path, &fields("2027-10-31T02:45", was)).await;
    says(&asked, 422, &["choose which is meant", "value=\"2027-10-31T02:45+02:00\""]);
    assert_eq!(show(&cory).await, window);
    sent_on(&cory.send(&path, &fields("2027-10-31T02:45+02:00", was)).await);
    assert_eq!(show(&cory).await["start"], "2027-10-31T00:45:00Z");
}

#[tokio::test]
async fn ga_37_ga_60_reminders_and_what_is_in_the_way_are_told_at_the_invite() {
    let world = World::new();
    let things = Things::of(&world);
    let mut body = invite_body(&things.computer, "sam@example.net");
    body["window"] =
        json!({ "start": "2026-12-01T10:00", "end": "2026-12-01T12:00", "time_zone": "Etc/UTC" });
    let mut cory = Browser::of(&world, "cory");
    let made = cory.client().post("/v1/teams/acme/guest-access-invites", body).await.is(201);
    let id = made["invites"][0]["id"].as_str().unwrap().to_owned();
    let invite = format!("/t/acme/invites/{id}");
    assert!(!cory.get(&invite).await.text.contains("Reminded"));
    world.pass(46 * 60);
    shows(&cory.get("/t/acme").await, &["reminded at 09:46", "not ready: the computer is offline"]);
    shows(&cory.get(&invite).await, &["<dt>Reminded</dt>", "not ready: the computer is offline"]);
    let told =
        cory.client().get(&format!("/v1/teams/acme/guest-access-invites/{id}")).await.is(200);
    assert_eq!(
        (&told["not_ready"], &told["reminded_at"]),
        (&json!("offline"), &json!("2026-12-01T09:46:00Z"))
    );
}

#[tokio::test]
async fn wb_10_the_guest_reads_the_message_and_where_to_go_on() {
    let world = World::new();
    let things = Things::of(&world);
    let mut body = invite_body(&things.computer, "sam@example.net");
    body["message"] = json!("Bring <b>tea</b>.\nSee you.");
    let cory = world.sign_in("cory");
    let made = cory.post("/v1/teams/acme/guest-access-invites", body).await.is(201);
    let link = made["invites"][0]["link"].as_str().unwrap();
    let token = link.rsplit('/').next().unwrap();
    let path = format!("/g/{token}");
    let mut sam = Browser::of(&world, "sam@example.net");
    // The computer's own software shows its screen, so the page does not offer to.
    let page = sam.get(&path).await;
    shows(&page, &["Bring &#60;b&#62;tea&#60;/b&#62;.\nSee you.", "data-elsewhere", "go on there"]);
    let view = sam.client().get(&format!("/v1/guest-links/{token}")).await.is(200);
    assert_eq!((&view["connection"], &view["you"]), (&json!("external"), &json!("right")));
    sam.client().post(&format!("/v1/guest-links/{token}/connect"), json!({})).await.is(201);
    let page = sam.get(&path).await;
    shows(&page, &["Go on in the streaming software of studio-1", "data-do=\"leave\""]);
    assert!(!page.text.contains("Connect here"), "{}", page.text);
    // Nobody else reads it.
    for mut other in [Browser::stranger(&world), Browser::of(&world, "lin@example.org")] {
        let page = other.get(&path).await;
        assert!(!page.text.contains("Bring"), "{}", page.text);
        let view = other.client().get(&format!("/v1/guest-links/{token}")).await.is(200);
        assert!(view["message"].is_null() && view["connection"].is_null(), "{view}");
    }
}
