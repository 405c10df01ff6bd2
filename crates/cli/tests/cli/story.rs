//! From buying credits to the end of an invite, told from outside.

use std::fs;

use serde_json::{Value, json};

use super::support::{Person, Place, Server, path, wait};

#[test]
fn the_whole_story_of_two_guests() {
    let story = Story::begin();
    let place = &story.place;

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
    assert_eq!(made["invites"][0]["window"]["time_zone"], "Europe/Paris");
    let mail = &story.server.wait_for_mails("lin@example.org", 1)[0];
    for sign in ["Usability study", "See you there.", "Europe/Paris", &lin.link, "METHOD:REQUEST"] {
        assert!(mail.contains(sign), "{sign}: {mail}");
    }

    // Only the invited one gets in.
    let person = Person::sign_in(&story.server, "lin@example.org");
    let other = Person::sign_in(&story.server, "sam@example.net");
    assert_eq!(lin.connect(&other), Err("wrong_account".to_owned()));
    lin.connect(&person).unwrap();
    assert_eq!(story.phase(&lin), "connected");

    // What a guest may use is changed; the session keeps what it has until the next one.
    place.ok(&format!("invite edit {} --permission keyboard", lin.id));
    let shown = story.show(&lin);
    assert_eq!(shown["permissions"], json!(["keyboard"]));
    assert_eq!(shown["session"]["permissions"], json!(["keyboard", "mouse"]));
    assert_eq!(lin.connect(&person).unwrap()["permissions"], json!(["keyboard"]));

    // Kicked, and back in; kept out, and readmitted.
    place.ok(&format!("invite kick {}", lin.id));
    assert_eq!(story.phase(&lin), "open");
    lin.connect(&person).unwrap();
    place.ok(&format!("invite kick {} --keep-out", lin.id));
    assert_eq!(lin.connect(&person), Err("kept_out".to_owned()));
    place.ok(&format!("invite readmit {}", lin.id));
    lin.connect(&person).unwrap();
    let sessions = place.json(&format!("invite sessions {}", lin.id));
    let reasons: Vec<&Value> =
        sessions["data"].as_array().unwrap().iter().map(|session| &session["end_reason"]).collect();
    assert_eq!(reasons, [&json!(null), &json!("kicked"), &json!("kicked"), &json!("replaced")]);

    // The window is moved: one mail with the old and the new one.
    let before = story.show(&sam)["window"]["end_local"].as_str().unwrap()[11..16].to_owned();
    let mails = story.server.mails("sam@example.net").len();
    place.ok(&format!("invite extend {} --for 30m", sam.id));
    let after = story.show(&sam)["window"]["end_local"].as_str().unwrap()[11..16].to_owned();
    let moved = story.server.wait_for_mails("sam@example.net", mails + 1);
    let moved = moved.last().unwrap();
    assert!(moved.contains(&before) && moved.contains(&after), "{before} {after}: {moved}");

    // Cancelled before it was used: the credit is back. After use it is not.
    place.ok(&format!("invite cancel {}", sam.id));
    assert_eq!(story.show(&sam)["credit"], "refunded");
    place.ok(&format!("invite kick {} --revoke", lin.id));
    assert_eq!(
        (story.phase(&lin).as_str(), &story.show(&lin)["credit"]),
        ("cancelled", &json!("debited"))
    );
    assert_eq!(story.balance(), 9);
    story.check_books(&["purchase", "invite", "invite", "refund_cancelled"]);
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
    story.check_books(&["purchase", "invite", "invite", "refund_unused"]);
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

    fn show(&self, guest: &Guest) -> Value {
        self.place.json(&format!("invite show {}", guest.id))
    }

    fn phase(&self, guest: &Guest) -> String {
        self.show(guest)["phase"].as_str().unwrap().to_owned()
    }

    fn balance(&self) -> u64 {
        self.place.json("credits balance")["balance"].as_u64().unwrap()
    }

    /// Checks that the credits are accounted for, in these entries.
    #[track_caller]
    fn check_books(&self, reasons: &[&str]) {
        let csv = self.place.ok("credits export");
        let mut lines = csv.lines();
        let header =
            "timestamp,reason,credits,balance,administrator_email,guest_email,invite_id,order_id";
        assert_eq!(lines.next(), Some(header));
        let found: Vec<&str> = lines.filter_map(|line| line.split(',').nth(1)).collect();
        assert_eq!(found, reasons, "{csv}");
        let file = path(self.place.folder.path(), "credits.csv");
        self.place.ok(&format!("credits export --output {file}"));
        assert_eq!(fs::read_to_string(file).unwrap(), csv);
        assert!(self.place.ok("credits verify").starts_with("acme: OK"));
    }
}

/// One of the invited.
struct Guest {
    id: String,
    link: String,
}

impl Guest {
    fn of(invite: &Value) -> Self {
        let text = |field: &str| invite[field].as_str().unwrap().to_owned();
        Self { id: text("id"), link: text("link") }
    }

    fn connect(&self, person: &Person) -> Result<Value, String> {
        let token = self.link.rsplit('/').next().unwrap();
        person.post(&format!("/v1/guest-links/{token}/connect"), &json!({}))
    }
}

fn moment(text: &Value) -> chrono::DateTime<chrono::Utc> {
    text.as_str().unwrap().parse().unwrap()
}
