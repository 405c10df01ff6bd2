//! Inviting guests by pages, in three steps (WB-3).

use crate::browser::{Browser, says, sent_on, shows};
use crate::things::Things;
use crate::world::{Answer, World};

#[tokio::test]
async fn wb_3_three_steps_invite_guests_and_going_back_keeps_what_was_typed() {
    let world = World::new();
    let things = Things::of(&world);
    let mut cory = Browser::of(&world, "cory");
    let form = cory.get(&format!("/t/acme/invite?computer_id={}", things.computer)).await;
    let preset = [
        "value=\"2026-12-01T10:00\"",
        "value=\"2026-12-01T11:00\"",
        "value=\"Europe/Paris\"",
        "Now for 1 hour",
    ];
    shows(&form, &preset);
    let typed = Typed { emails: "sam@example.net, mia@acme.example", ..Typed::of(&things, &form) };
    let mail = cory.send(PATH, &typed.fields("configure", "customize")).await;
    shows(
        &mail,
        &["<h1 data-heading>Customize email", "a mail", "as it will be sent", typed.emails],
    );
    let confirm = cory.send(PATH, &typed.fields("customize", "confirm")).await;
    let told = [
        "from outside the team",
        "a user of the team",
        "<b>1</b>",
        "Balance after",
        "<td>18</td>",
        "Invite 2 guests",
    ];
    shows(&confirm, &told);
    shows(&confirm, &["Tue 1 December 2026, 14:00 (Europe/Paris, UTC+01:00)", "See you"]);
    for (step, back) in
        [("confirm", "customize"), ("confirm", "configure"), ("customize", "configure")]
    {
        let page = cory.send(PATH, &typed.fields(step, back)).await;
        shows(
            &page,
            &[typed.emails, "Usability study", "See you", "2026-12-01T14:00", "value=\"mouse\""],
        );
        assert!(page.text.contains(&format!("name=\"step\" value=\"{back}\"")), "{}", page.text);
    }
    let begun = Typed { emails: "sam@", ..typed };
    let page = cory.send(PATH, &begun.fields("customize", "configure")).await;
    shows(&page, &["sam@</textarea>"]);
    let made = sent_on(&cory.send(PATH, &typed.fields("confirm", "invite")).await);
    assert!(made.starts_with("/t/acme?said=invited#inv_"), "{made}");
    shows(&cory.get("/t/acme").await, &["sam@example.net", "mia@acme.example", "<b>18</b>"]);
}

#[tokio::test]
async fn qu_23_a_form_that_is_sent_twice_invites_once() {
    let world = World::new();
    let things = Things::of(&world);
    let mut cory = Browser::of(&world, "cory");
    let form = cory.get("/t/acme/invite").await;
    let typed = Typed::of(&things, &form);
    let invite = typed.fields("confirm", "invite");
    let first = sent_on(&cory.send(PATH, &invite).await);
    assert_eq!(sent_on(&cory.send(PATH, &invite).await), first);
    shows(&cory.get("/t/acme").await, &["<b>18</b>"]);
    let another = cory.get("/t/acme/invite").await;
    let again = Typed::of(&things, &another);
    assert_ne!(sent_on(&cory.send(PATH, &again.fields("confirm", "invite")).await), first);
    shows(&cory.get("/t/acme").await, &["<b>17</b>"]);
}

#[tokio::test]
async fn wb_3_what_is_wrong_stands_at_its_field() {
    let world = World::new();
    let things = Things::of(&world);
    let mut cory = Browser::of(&world, "cory");
    let form = cory.get("/t/acme/invite").await;
    let typed = Typed::of(&things, &form);
    let bad = Typed { emails: "sam@example.net, lin@, @x", zone: "paris", ..typed };
    // Sent without a step to go to, as a script does while somebody types.
    let page = cory.send(PATH, &bad.fields("configure", "")).await;
    says(&page, 422, &["aria-invalid=\"true\"", "perhaps Europe/Paris is meant"]);
    let emails = part(&page, "id=\"wrong-emails\"");
    assert_eq!(emails.matches("<p>").count(), 2, "{emails}");
    assert!(emails.contains("lin@") && !emails.contains("sam@"), "{emails}");
    let page =
        cory.send(PATH, &Typed { emails: "", ..typed }.fields("configure", "customize")).await;
    says(&page, 422, &["<h1 data-heading>Configure"]);
    assert!(
        part(&page, "id=\"wrong-emails\"").contains("At least one email address"),
        "{}",
        page.text
    );
    let page = cory
        .send(PATH, &Typed { end: "2026-12-01T13:00", ..typed }.fields("configure", "customize"))
        .await;
    says(&page, 422, &["<h1 data-heading>Configure"]);
    assert!(part(&page, "id=\"wrong-window\"").contains("<p>"), "{}", page.text);
    let page = cory.send(PATH, &Typed { title: "", ..typed }.fields("customize", "confirm")).await;
    says(&page, 422, &["<h1 data-heading>Customize email"]);
    assert!(part(&page, "id=\"wrong-title\"").contains("<p>"), "{}", page.text);
    let page = cory.send(PATH, &typed.fields("configure", "")).await;
    shows(&page, &["Takes 1 of 19 credits", "Starts <time datetime=\"2026-12-01T13:00:00Z\">"]);
}

#[tokio::test]
async fn ga_13_a_skipped_time_is_mended_by_one_button() {
    let world = World::new();
    let things = Things::of(&world);
    let mut cory = Browser::of(&world, "cory");
    let form = cory.get("/t/acme/invite").await;
    let skipped =
        Typed { start: "2027-03-28T02:30", end: "2027-03-28T09:00", ..Typed::of(&things, &form) };
    let mut fields = skipped.fields("configure", "");
    let page = cory.send(PATH, &fields).await;
    let buttons = [
        "name=\"start\" value=\"2027-03-28T01:30\">",
        "name=\"start\" value=\"2027-03-28T03:30\">",
    ];
    says(&page, 422, &buttons);
    fields.push(("start", "2027-03-28T03:30"));
    shows(&cory.send(PATH, &fields).await, &["Sun 28 March 2027, 03:30 (Europe/Paris, UTC+02:00)"]);
}

#[tokio::test]
async fn ga_13_which_of_two_times_is_meant_is_chosen_by_one_button() {
    let world = World::new();
    let things = Things::of(&world);
    let mut cory = Browser::of(&world, "cory");
    let form = cory.get("/t/acme/invite").await;
    let twice =
        Typed { start: "2027-10-31T02:30", end: "2027-10-31T09:00", ..Typed::of(&things, &form) };
    let asked = cory.send(PATH, &twice.fields("configure", "customize")).await;
    let buttons = [
        "name=\"start\" value=\"2027-10-31T02:30+02:00\" aria-pressed=\"false\">the first, at UTC+02:00",
        "name=\"start\" value=\"2027-10-31T02:30+01:00\" aria-pressed=\"false\">the second, at UTC+01:00",
    ];
    says(&asked, 422, &buttons);
    says(&asked, 422, &["<h1 data-heading>Configure", "choose which is meant"]);
    // Not by skipping a step either.
    says(&cory.send(PATH, &twice.fields("confirm", "invite")).await, 422, &buttons);
    let mut fields = twice.fields("configure", "");
    fields.push(("start", "2027-10-31T02:30+01:00"));
    let chosen = cory.send(PATH, &fields).await;
    let told = [
        "name=\"start\" value=\"2027-10-31T02:30\"",
        "name=\"start_at\" value=\"2027-10-31T02:30+01:00\"",
        "aria-pressed=\"true\">the second",
        "Sun 31 October 2027, 02:30 (Europe/Paris, UTC+01:00)",
    ];
    shows(&chosen, &told);
    // The choice goes along from step to step, and back.
    let mut fields = twice.fields("configure", "customize");
    fields.push(("start_at", "2027-10-31T02:30+01:00"));
    let mail = cory.send(PATH, &fields).await;
    shows(
        &mail,
        &["<h1 data-heading>Customize", "name=\"start\" value=\"2027-10-31T02:30+01:00\""],
    );
    let later = Typed { start: "2027-10-31T02:30+01:00", ..twice };
    let back = cory.send(PATH, &later.fields("customize", "configure")).await;
    shows(&back, &["aria-pressed=\"true\">the second"]);
    let made = sent_on(&cory.send(PATH, &later.fields("confirm", "invite")).await);
    let (_, id) = made.split_once('#').unwrap();
    let invite = cory.client().get(&format!("/v1/teams/acme/guest-access-invites/{id}")).await;
    assert_eq!(invite.is(200)["window"]["start"], "2027-10-31T01:30:00Z");
}

#[tokio::test]
async fn wb_3_quick_choices_are_told_in_the_zone_that_was_chosen() {
    let world = World::new();
    let things = Things::of(&world);
    let mut cory = Browser::of(&world, "cory");
    let form = cory.get("/t/acme/invite").await;
    let seoul = Typed { zone: "Asia/Seoul", ..Typed::of(&things, &form) };
    for (quick, start, end) in [
        ("hour", "2026-12-01T18:00", "2026-12-01T19:00"),
        ("tomorrow", "2026-12-02T09:00", "2026-12-02T17:00"),
    ] {
        let mut fields = seoul.fields("configure", "");
        fields.push(("quick", quick));
        let page = cory.send(PATH, &fields).await;
        let times = [start, end].map(|time| format!("value=\"{time}\""));
        shows(&page, &[&times[0], &times[1], "value=\"Asia/Seoul\"", seoul.emails]);
    }
}

#[tokio::test]
async fn wb_3_too_few_credits_are_told_before_anybody_is_invited() {
    let world = World::new();
    let things = Things::of(&world);
    let mut cory = Browser::of(&world, "cory");
    let form = cory.get("/t/acme/invite").await;
    let emails = (0..22).map(|n| format!("guest{n}@example.net")).collect::<Vec<_>>().join("\r\n");
    let many = Typed { emails: &emails, ..Typed::of(&things, &form) };
    let page = cory.send(PATH, &many.fields("customize", "confirm")).await;
    shows(&page, &["22 credits are needed, and there are 19", "Ask an owner"]);
    assert!(!page.text.contains("value=\"invite\">Invite"), "{}", page.text);
    let page = cory.send(PATH, &many.fields("confirm", "invite")).await;
    assert!(page.status.is_client_error(), "{}", page.status);
    assert!(page.text.contains("<h1 data-heading>Confirm"), "{}", page.text);
}

#[tokio::test]
async fn ga_33_inviting_again_fills_in_the_invite_that_ended() {
    let world = World::new();
    let things = Things::of(&world);
    let mut cory = Browser::of(&world, "cory");
    let again = format!("/t/acme/invite?again={}", things.invite);
    let filled = [
        "lin@example.org</textarea>",
        "Usability study",
        "value=\"Etc/UTC\"",
        "value=\"keyboard\" checked",
    ];
    // Its window is not over yet.
    shows(&cory.get(&again).await, &[filled.as_slice(), &["value=\"2026-12-01T08:00\""]].concat());
    world.pass(4 * 60 * 60);
    let times = ["value=\"2026-12-02T08:00\"", "value=\"2026-12-02T12:00\""];
    shows(&cory.get(&again).await, &[filled.as_slice(), &times].concat());
    says(
        &cory.get(&format!("/t/acme/invite?again={}", things.personal_invite)).await,
        404,
        &["What to do"],
    );
}

#[tokio::test]
async fn qu_32_the_mail_is_shown_where_it_can_do_nothing() {
    let world = World::new();
    let things = Things::of(&world);
    let mut cory = Browser::of(&world, "cory");
    let form = cory.get("/t/acme/invite").await;
    let typed = Typed::of(&things, &form);
    let hostile = Typed { emails: "<script>x</script>", ..typed };
    for typed in [typed, hostile] {
        let mail = cory.send("/t/acme/invite/mail", &typed.fields("customize", "")).await;
        shows(&mail, &[]);
        let policy = mail.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; ") && policy.ends_with("; sandbox"),
            "{policy}"
        );
        assert!(policy.contains("frame-ancestors 'self'"), "{policy}");
        assert!(!mail.text.contains("<script>"), "{}", mail.text);
    }
}

#[tokio::test]
async fn qu_32_what_was_typed_is_no_markup_at_any_step() {
    let world = World::new();
    let things = Things::of(&world);
    let mut cory = Browser::of(&world, "cory");
    let form = cory.get("/t/acme/invite").await;
    let typed = Typed::of(&things, &form);
    let hostile = "</textarea><script>x</script>\"'><img src=x>";
    let cases = [
        Typed { emails: hostile, ..typed },
        Typed { title: hostile, ..typed },
        Typed { message: hostile, ..typed },
        Typed { zone: hostile, ..typed },
        Typed { start: hostile, ..typed },
    ];
    for typed in cases {
        for (step, to) in [
            ("configure", ""),
            ("configure", "customize"),
            ("customize", "confirm"),
            ("confirm", "configure"),
        ] {
            let page = cory.send(PATH, &typed.fields(step, to)).await;
            for markup in ["<script>", "<img"] {
                assert!(!page.text.contains(markup), "{markup} in {}", page.text);
            }
        }
    }
}

#[tokio::test]
async fn or_2_inviting_is_for_those_who_may() {
    let world = World::new();
    let things = Things::of(&world);
    for who in ["mia", "eve"] {
        says(&Browser::of(&world, who).get("/t/acme/invite").await, 403, &["What to do"]);
    }
    let mut cory = Browser::of(&world, "cory");
    let form = cory.get("/t/acme/invite").await;
    let mut typed = Typed::of(&things, &form);
    // carl's own computer is not there for others, and of his, too, it is for users of the team.
    assert!(!form.text.contains("carls-own"), "{}", form.text);
    typed.computer = &things.personal;
    says(&cory.send(PATH, &typed.fields("configure", "customize")).await, 404, &["What to do"]);
    let mut carl = Browser::of(&world, "carl");
    let form = carl.get("/t/acme/invite").await;
    shows(&form, &["carls-own", "for users of the team"]);
    let typed = Typed { computer: &things.personal, ..Typed::of(&things, &form) };
    let page = carl.send(PATH, &typed.fields("configure", "customize")).await;
    assert!(page.status.is_client_error(), "{}", page.status);
    assert!(part(&page, "id=\"wrong\"").contains("<p>"), "{}", page.text);
}

/// What somebody types into the form.
#[derive(Clone, Copy)]
struct Typed<'a> {
    computer: &'a str,
    emails: &'a str,
    start: &'a str,
    end: &'a str,
    zone: &'a str,
    title: &'a str,
    message: &'a str,
    once: &'a str,
}

impl<'a> Typed<'a> {
    /// An invite of sam's for the afternoon, in a form that was opened.
    fn of(things: &'a Things, form: &'a Answer) -> Self {
        let (_, rest) = form.text.split_once("name=\"once\" value=\"").unwrap();
        Self {
            computer: &things.computer,
            emails: "sam@example.net",
            start: "2026-12-01T14:00",
            end: "2026-12-01T16:00",
            zone: "Europe/Paris",
            title: "Usability study",
            message: "See you",
            once: rest.split('"').next().unwrap(),
        }
    }

    /// Returns the form at a step, with the button to go to another.
    fn fields(&self, step: &'a str, go: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![
            ("step", step),
            ("once", self.once),
            ("computer_id", self.computer),
            ("emails", self.emails),
            ("start", self.start),
            ("end", self.end),
            ("time_zone", self.zone),
            ("permission", "mouse"),
            ("title", self.title),
            ("message", self.message),
            ("go", go),
        ]
    }
}

/// Returns the part of a page from a mark to the end of its element.
fn part<'a>(page: &'a Answer, mark: &str) -> &'a str {
    let (_, rest) = page.text.split_once(mark).unwrap();
    rest.split("</div>").next().unwrap()
}

const PATH: &str = "/t/acme/invite";
