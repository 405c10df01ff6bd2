//! From buying credits to the end of an invite, told from outside.

use std::fs;

use serde_json::{Value, json};

use super::support::{Person, Place, Server, path, wait};

#[test]
fn the_whole_story_of_two_guests() {
    let story = Story::begin();

    // Two guests are invited by a coordinator, in a zone of their own.
    let made = story.invite(
        "--email lin@example.org,sam@example.net --start \"2026-01-05 09:00\" \
         --end \"2026-01-05 10:00\" --zone Europe/Paris",
    );
    assert_eq!(made.unwrap_err(), "window_in_past");
    let made = story.invite("--email lin@example.org,sam@example.net --for 2h --zone Europe/Paris");
    let made = made.unwrap();
    assert_eq!(made["credits"], json!({ "debited": 2, "balance": 8 }));
    let (lin, sam) = (Guest::of(&made["invites"][0]), Guest::of(&made["invites"][1]));
    for (guest, other) in [(&lin, &sam), (&sam, &lin)] {
        story.check_invited(guest, other);
    }

    // Only the invited one gets in.
    let person = Person::sign_in(&story.server, &lin.email);
    let other = Person::sign_in(&story.server, &sam.email);
    assert_eq!(lin.connect(&other), Err("wrong_account".to_owned()));
    lin.connect(&person).unwrap();
    assert_eq!(story.phase(&lin), "connected");

    story.permissions_change(&lin, &person);
    story.lin_is_kicked(&lin, &person);
    story.the_window_moves(&sam, &other);

    // Cancelled before it was used: the credit is back. After use it is not.
    story.cory(&format!("invite cancel {}", sam.id));
    assert_eq!(story.show(&sam)["credit"], "refunded");
    assert_eq!(sam.connect(&other), Err("invite_ended".to_owned()));
    story.cory(&format!("invite kick {} --revoke", lin.id));
    assert_eq!(
        (story.phase(&lin).as_str(), &story.show(&lin)["credit"]),
        ("cancelled", &json!("debited"))
    );
    // Mails go out in order: with the last one there, nothing else was said of the window.
    let mails = story.server.wait_for_mails_that(&sam.email, "METHOD:CANCEL", 1);
    assert!(mails[0].contains("Subject: "), "{mails:?}");
    assert_eq!(story.server.wait_for_mails_that(&sam.email, MOVED, 1).len(), 1);
    assert_eq!(
        story.server.mails(&lin.email).iter().filter(|mail| mail.contains(MOVED)).count(),
        0
    );

    assert_eq!(story.balance(), 9);
    story.check_books(&[
        ("purchase,10,10,ada@acme.example,", ""),
        ("invite,-1,9,cory@acme.example,lin@example.org", &lin.id),
        ("invite,-1,8,cory@acme.example,sam@example.net", &sam.id),
        ("refund_cancelled,1,9,cory@acme.example,sam@example.net", &sam.id),
    ]);
}

#[test]
fn the_end_of_a_window_ends_the_session_and_gives_the_unused_credit_back() {
    let story = Story::begin();
    let made = story.invite("--email lin@example.org,sam@example.net --for 4s").unwrap();
    let (lin, sam) = (Guest::of(&made["invites"][0]), Guest::of(&made["invites"][1]));
    let person = Person::sign_in(&story.server, "lin@example.org");
    lin.connect(&person).unwrap();
    assert_eq!(story.balance(), 8);
    let ended = wait("the end of the window", || {
        let shown = story.show(&lin);
        (shown["phase"] == "expired").then_some(shown)
    });
    assert_eq!((&ended["credit"], &ended["session"]), (&json!("debited"), &json!(null)));
    let session = &story.place.json(&format!("invite sessions {}", lin.id))["data"][0];
    assert_eq!(session["end_reason"], "window_ended");
    let (due, done) = (moment(&session["closes_at"]), moment(&session["ended_at"]));
    assert!(done >= due && done - due < chrono::TimeDelta::seconds(1), "{due} {done}");
    assert_eq!(lin.connect(&person), Err("invite_ended".to_owned()));
    wait("the unused one's credit", || (story.show(&sam)["credit"] == "refunded").then_some(()));
    assert_eq!(story.balance(), 9);
    story.check_books(&[
        ("purchase,10,10,ada@acme.example,", ""),
        ("invite,-1,9,cory@acme.example,lin@example.org", &lin.id),
        ("invite,-1,8,cory@acme.example,sam@example.net", &sam.id),
        ("refund_unused,1,9,cory@acme.example,sam@example.net", &sam.id),
    ]);
}

#[test]
fn cr_24_a_coordinator_invites_but_neither_buys_nor_exports() {
    let story = Story::begin();
    let place = &story.place;
    assert_eq!(place.refused("credits buy 5 --as cory@acme.example"), "forbidden");
    assert_eq!(place.refused("credits export --as cory@acme.example"), "forbidden");
    assert_eq!(place.refused("credits history --as cory@acme.example"), "forbidden");
    assert_eq!(place.json("credits balance --as cory@acme.example")["balance"], 10);
    let key = place.key("cory@acme.example");
    let refused = story.server.run(&key, "credits buy 5");
    assert_eq!(refused.code, 1);
    assert!(refused.err.starts_with("error: forbidden: "), "{}", refused.err);
    // Nobody outside is invited without credits for all, and nothing is charged then.
    let guests: Vec<String> = (0..11).map(|guest| format!("guest-{guest}@example.org")).collect();
    let refused = story.invite(&format!("--email {} --for 1h", guests.join(",")));
    assert_eq!(refused.unwrap_err(), "insufficient_credits");
    assert_eq!(story.balance(), 10);
    // Colleagues cost nothing.
    let made = story.invite("--email ada@acme.example --for 1h").unwrap();
    assert_eq!(made["credits"], json!({ "debited": 0, "balance": 10 }));
}

#[test]
fn if_22_the_message_may_be_in_a_file() {
    let story = Story::begin();
    let file = path(story.place.folder.path(), "note.txt");
    fs::write(&file, "Bring <b>nothing</b>.\n").unwrap();
    let made = story.place.json(&format!(
        "invite create --computer studio-1 --email lin@example.org --for 1h --title T --message-file {file}"
    ));
    assert_eq!(made["invites"][0]["message"], "Bring <b>nothing</b>.\n");
}

/// A team with ten credits, a coordinator, and a computer that is online.
struct Story {
    place: Place,
    server: Server,
}

impl Story {
    fn begin() -> Self {
        let place = Place::with_team();
        let server = Server::start(&place);
        place.ok("user add --email cory@acme.example --name Cory --profile member --coordinator");
        for line in ["credits buy 5", "credits export"] {
            assert_eq!(place.refused(&format!("{line} --as cory@acme.example")), "forbidden");
        }
        let order = server.json(&place.key("ada@acme.example"), "credits buy --bundle 10");
        assert_eq!(order["state"], "paid");
        let key = place.json("computer key create lab");
        server.computer(key["secret"].as_str().unwrap(), "studio-1");
        place.ok("computer allow studio-1");
        Self { place, server }
    }

    /// Invites guests to the computer, as the coordinator.
    fn invite(&self, how: &str) -> Result<Value, String> {
        let line = format!(
            "invite create --as cory@acme.example --computer studio-1 --permission keyboard,mouse \
             --title \"Usability study\" --message \"See you there.\" {how} --json"
        );
        let done = self.place.run(&line);
        if done.code == 0 {
            return Ok(serde_json::from_str(&done.out).unwrap());
        }
        let problem: Value = serde_json::from_str(&done.err).unwrap();
        Err(problem["code"].as_str().unwrap().to_owned())
    }

    /// Runs a command as the coordinator.
    #[track_caller]
    fn cory(&self, line: &str) -> String {
        self.place.ok(&format!("{line} --as cory@acme.example"))
    }

    /// The mail says who may do what, where and when, and holds the guest's own link.
    #[track_caller]
    fn check_invited(&self, guest: &Guest, other: &Guest) {
        let mail = &self.server.wait_for_mails(&guest.email, 1)[0];
        let window = &self.show(guest)["window"];
        assert_eq!(window["time_zone"], "Europe/Paris");
        for sign in [
            "You've been invited to connect to Usability study through Guest!",
            &format!("Starts: {}", told(&window["start_local"])),
            &format!("Ends: {}", told(&window["end_local"])),
            "(Europe/Paris, UTC+0",
            "You may: look at the screen, type on the keyboard and use the mouse",
            "Message from Cory:\r\n\r\nSee you there.",
            &guest.link,
            "METHOD:REQUEST",
        ] {
            assert!(mail.contains(sign), "{sign}: {mail}");
        }
        assert!(!mail.contains(&other.link) && !mail.contains(&other.email), "{mail}");
    }

    /// What a guest may use is changed; a session keeps what it has until the next one.
    fn permissions_change(&self, guest: &Guest, person: &Person) {
        self.cory(&format!("invite edit {} --permission keyboard", guest.id));
        let shown = self.show(guest);
        assert_eq!(shown["permissions"], json!(["keyboard"]));
        assert_eq!(shown["session"]["permissions"], json!(["keyboard", "mouse"]));
        assert_eq!(guest.connect(person).unwrap()["permissions"], json!(["keyboard"]));
        assert_eq!(self.show(guest)["session"]["permissions"], json!(["keyboard"]));
    }

    /// Kicked, and back in; kept out, and readmitted.
    fn lin_is_kicked(&self, lin: &Guest, person: &Person) {
        self.cory(&format!("invite kick {}", lin.id));
        assert_eq!(self.phase(lin), "open");
        lin.connect(person).unwrap();
        self.cory(&format!("invite kick {} --keep-out", lin.id));
        assert_eq!(lin.connect(person), Err("kept_out".to_owned()));
        self.cory(&format!("invite readmit {}", lin.id));
        lin.connect(person).unwrap();
        let sessions = self.place.json(&format!("invite sessions {}", lin.id));
        let sessions = sessions["data"].as_array().unwrap().iter();
        let reasons: Vec<&Value> = sessions.map(|session| &session["end_reason"]).collect();
        assert_eq!(reasons, [&json!(null), &json!("kicked"), &json!("kicked"), &json!("replaced")]);
    }

    /// The window is moved: one mail says the old one and the new one.
    fn the_window_moves(&self, sam: &Guest, person: &Person) {
        let old = self.show(sam)["window"].clone();
        let day = (chrono::Utc::now() + chrono::TimeDelta::days(3)).date_naive();
        let edit = format!("invite edit {} --start \"{day} 09:00\" --end \"{day} 17:30\"", sam.id);
        self.cory(&edit);
        // The same again is no change, and nothing to write about.
        self.cory(&edit);
        let new = &self.show(sam)["window"];
        assert_eq!(
            (&new["start_local"], &new["end_local"]),
            (&json!(format!("{day}T09:00")), &json!(format!("{day}T17:30")))
        );
        let mails = self.server.wait_for_mails_that(&sam.email, MOVED, 1);
        for (name, window) in [("New", new), ("Old", &old)] {
            let start = format!("{name} start: {}", told(&window["start_local"]));
            let end = format!("{name} end: {}", told(&window["end_local"]));
            assert!(
                mails[0].contains(&start) && mails[0].contains(&end),
                "{start} {end} {mails:?}"
            );
        }
        assert!(mails[0].contains(&sam.link) && mails[0].contains("SEQUENCE:2"), "{mails:?}");
        assert_eq!(sam.connect(person), Err("too_early".to_owned()));
    }

    fn show(&self, guest: &Guest) -> Value {
        self.place.json(&format!("invite show {}", guest.id))
    }

    fn phase(&self, guest: &Guest) -> String {
        self.show(guest)["phase"].as_str().unwrap().to_owned()
    }

    fn balance(&self) -> u64 {
        self.place.json("credits balance")["balance"].as_u64().unwrap()
    }

    /// Checks that the credits are accounted for in these entries, each with its invite.
    #[track_caller]
    fn check_books(&self, entries: &[(&str, &str)]) {
        let file = path(self.place.folder.path(), "credits.csv");
        self.place.ok(&format!("credits export --output {file}"));
        let csv = fs::read_to_string(file).unwrap();
        assert_eq!(self.place.ok("credits export"), csv);
        let mut lines = csv.lines();
        let header =
            "timestamp,reason,credits,balance,administrator_email,guest_email,invite_id,order_id";
        assert_eq!(lines.next(), Some(header));
        let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
        let found: Vec<_> = rows.iter().map(|row| (row[1..6].join(","), row[6])).collect();
        let expected: Vec<_> = entries.iter().map(|&(row, id)| (row.to_owned(), id)).collect();
        assert_eq!(found, expected, "{csv}");
        assert!(rows[0][7].starts_with("ord_"), "{csv}");
        let times = rows.iter().map(|row| row[0].parse::<chrono::DateTime<chrono::Utc>>().unwrap());
        assert!(times.is_sorted(), "{csv}");
        assert!(self.place.ok("credits verify").starts_with("acme: OK"));
    }
}

/// One of the invited.
struct Guest {
    id: String,
    email: String,
    link: String,
}

impl Guest {
    fn of(invite: &Value) -> Self {
        let text = |field: &str| invite[field].as_str().unwrap().to_owned();
        Self { id: text("id"), email: text("guest_email"), link: text("link") }
    }

    fn connect(&self, person: &Person) -> Result<Value, String> {
        let token = self.link.rsplit('/').next().unwrap();
        person.post(&format!("/v1/guest-links/{token}/connect"), &json!({}))
    }
}

fn moment(text: &Value) -> chrono::DateTime<chrono::Utc> {
    text.as_str().unwrap().parse().unwrap()
}

/// Returns a local time as mails begin to tell it.
fn told(local: &Value) -> String {
    let minute = &local.as_str().unwrap()[..16];
    let local = chrono::NaiveDateTime::parse_from_str(minute, "%Y-%m-%dT%H:%M").unwrap();
    local.format("%a %-d %B %Y, %H:%M").to_string()
}

/// What only a mail about a moved window says.
const MOVED: &str = "Subject: New time: ";
