//! What agents say, and what follows from it.

use guest_app::{Fault, Heartbeat, HeartbeatAnswer, SessionEnded, tables};
use guest_core::{ComputerId, InviteId, Purpose, Secret, SessionId};

use crate::computers::{connect, count, last_end, life, new_key, owned, personal, show};
use crate::fixture::{Fixture, TEAM, at, refused};

#[test]
fn ga_1_the_first_heartbeat_of_a_name_provisions_its_computer() {
    let fix = Fixture::new();
    let computer = fix.heartbeat("studio-1");
    let shown = show(&fix, "bob", computer);
    assert_eq!((shown.name.as_str(), shown.provision.as_str()), ("studio-1", "team"));
    assert_eq!((shown.connection.as_str(), shown.online), ("external", true));
    assert!(!shown.guest_access);
    assert_eq!(fix.heartbeat("studio-1"), computer);
    // The same name in other letters is the same computer.
    assert_eq!(fix.heartbeat("STUDIO-1"), computer);
    assert_ne!(fix.heartbeat("studio-2"), computer);
    let other = new_key(&fix);
    assert_eq!(refused(hear(&fix, &other, &beat("studio-1"))), "name_taken");
    personal(&fix, "cory", "laptop");
    assert_eq!(refused(hear(&fix, &fix.computer_key, &beat("Laptop"))), "name_taken");
}

#[test]
fn ga_1_renaming_changes_only_the_name_that_people_see() {
    let fix = Fixture::new();
    let computer = fix.computer();
    let named = guest_app::ComputerChange { name: Some("Stage".to_owned()), guest_access: None };
    fix.app.change_computer(&fix.call("bob"), TEAM, computer, &named, None).wait().unwrap();
    assert_eq!(fix.heartbeat("studio-1"), computer);
    assert_eq!(show(&fix, "bob", computer).name, "Stage");
    assert_eq!(refused(hear(&fix, &fix.computer_key, &beat("stage"))), "name_taken");
    let other = hear(&fix, &new_key(&fix), &beat("studio-1")).unwrap();
    assert_ne!(other.computer_id, computer);
}

#[test]
fn if_3_heartbeats_are_authenticated_before_they_are_read() {
    let fix = Fixture::new();
    let unknown = Secret::new(Purpose::ComputerKey, &[9; 32]);
    let api_key = Secret::new(Purpose::ApiKey, &[9; 32]);
    let nonsense = Heartbeat {
        name: String::new(),
        host_login: Some(Some("two\nlines".to_owned())),
        connection: Some("pigeon".to_owned()),
    };
    for secret in [&unknown, &api_key] {
        assert_eq!(refused(hear(&fix, secret, &nonsense)), "unauthenticated");
    }
    let Err(Fault::Refused(guest_app::Refused::Input(errors))) =
        hear(&fix, &fix.computer_key, &nonsense)
    else {
        panic!("nonsense is heard")
    };
    let at: Vec<_> = errors.iter().map(|error| error.pointer.as_str()).collect();
    assert_eq!(at, ["/name", "/host_login", "/connection"], "all of it at once");
    assert_eq!(refused(hear(&fix, &fix.computer_key, &beat(" "))), "validation");
    assert_eq!(count(&fix, &tables::COMPUTER), 0);
}

#[test]
fn ga_4_online_while_heard_from_within_thirty_seconds() {
    let fix = Fixture::new();
    let computer = fix.computer();
    fix.advance(29);
    assert!(show(&fix, "cory", computer).online);
    fix.advance(1);
    assert!(!show(&fix, "cory", computer).online);
    fix.heartbeat("studio-1");
    assert!(show(&fix, "cory", computer).online);
}

#[test]
fn ga_4_a_login_stays_until_it_is_said_to_change() {
    let fix = Fixture::new();
    let computer = fix.computer();
    let login = |said: Option<Option<&str>>| {
        let host_login = said.map(|login| login.map(str::to_owned));
        let beat = Heartbeat { host_login, ..beat("studio-1") };
        hear(&fix, &fix.computer_key, &beat).unwrap();
        show(&fix, "cory", computer).host_login
    };
    assert_eq!(login(None), None);
    assert_eq!(login(Some(Some("kiosk"))).as_deref(), Some("kiosk"));
    assert_eq!(login(None).as_deref(), Some("kiosk"));
    assert_eq!(login(Some(None)), None);
}

#[test]
fn ga_4_on_a_personal_computer_any_login_is_its_users() {
    let fix = Fixture::new();
    let (computer, token) = personal(&fix, "cory", "laptop");
    for host_login in [None, Some(Some("root".to_owned()))] {
        // The token says which computer it is, and the name is ignored.
        let beat = Heartbeat { host_login, ..beat("studio-1") };
        assert_eq!(hear(&fix, &token, &beat).unwrap().computer_id, computer);
        let shown = show(&fix, "cory", computer);
        assert_eq!(shown.host_login.as_deref(), Some("cory@acme.example"));
        assert_eq!(shown.name, "laptop");
    }
    hear(&fix, &token, &logged("laptop", None)).unwrap();
    assert_eq!(show(&fix, "cory", computer).host_login, None);
    fix.app.remove_computer(&fix.call("cory"), TEAM, computer, None).wait().unwrap();
    assert_eq!(refused(hear(&fix, &token, &beat("laptop"))), "computer_removed");
}

#[test]
fn ga_4_a_heartbeat_that_changes_nothing_is_told_to_nobody() {
    let fix = Fixture::new();
    fix.computer();
    hear(&fix, &fix.computer_key, &logged("studio-1", Some("kiosk"))).unwrap();
    let told = || [&tables::EVENT, &tables::AUDIT, &tables::MAIL].map(|table| count(&fix, table));
    let before = told();
    fix.advance(10);
    hear(&fix, &fix.computer_key, &logged("studio-1", Some("kiosk"))).unwrap();
    fix.heartbeat("studio-1");
    assert_eq!(told(), before);
    let relayed = Heartbeat { connection: Some("relay".to_owned()), ..beat("studio-1") };
    hear(&fix, &fix.computer_key, &relayed).unwrap();
    let [events, audited, mails] = before;
    assert_eq!(told(), [events + 1, audited, mails]);
}

#[test]
fn ga_31_another_login_voids_what_was_never_used() {
    let fix = Fixture::new();
    fix.credits(1);
    let computer = fix.computer();
    let kiosk = logged("studio-1", Some("kiosk"));
    hear(&fix, &fix.computer_key, &kiosk).unwrap();
    let [used, unused] =
        ["mia@acme.example", "lin@example.org"].map(|guest| fix.invite_one(computer, guest));
    fix.store.set(at("10:00:00"));
    hear(&fix, &fix.computer_key, &kiosk).unwrap();
    connect(&fix, "mia", used);
    hear(&fix, &fix.computer_key, &logged("studio-1", None)).unwrap();
    assert_eq!(life(&fix, used), owned(("live", "")));
    assert_eq!(life(&fix, unused), owned(("void", "host_login_changed")));
    assert_eq!(fix.app.balance(&fix.owner(), TEAM).wait().unwrap().balance, 1);
    // It is final, even if the login returns.
    hear(&fix, &fix.computer_key, &kiosk).unwrap();
    assert_eq!(life(&fix, unused), owned(("void", "host_login_changed")));
    let letters = fix.app.lease_letters(50).wait().unwrap().letters;
    let to_sender = letters.iter().filter(|letter| letter.to.as_str().starts_with("cory"));
    assert_eq!(to_sender.count(), 1);
}

#[test]
fn ga_18_the_first_login_seen_after_is_remembered() {
    let fix = Fixture::new();
    let computer = fix.computer();
    let invite = fix.invite_one(computer, "mia@acme.example");
    hear(&fix, &fix.computer_key, &logged("studio-1", Some("kiosk"))).unwrap();
    assert_eq!(life(&fix, invite), owned(("live", "")));
    hear(&fix, &fix.computer_key, &logged("studio-1", Some("root"))).unwrap();
    assert_eq!(life(&fix, invite), owned(("void", "host_login_changed")));
}

#[test]
fn ga_4_a_new_key_is_no_change_of_login() {
    let fix = Fixture::new();
    let computer = fix.computer();
    let kiosk = logged("studio-1", Some("kiosk"));
    hear(&fix, &fix.computer_key, &kiosk).unwrap();
    let invite = fix.invite_one(computer, "mia@acme.example");
    let bob = fix.call("bob");
    let keys = fix.app.computer_keys(&bob, TEAM, &guest_app::Paging::default()).wait().unwrap();
    fix.app.delete_computer_key(&bob, TEAM, keys.data[0].id).wait().unwrap();
    assert_eq!(hear(&fix, &new_key(&fix), &kiosk).unwrap().computer_id, computer);
    assert_eq!(life(&fix, invite), owned(("live", "")));
}

#[test]
fn cn_11_the_answer_names_the_sessions_that_go_on() {
    let fix = Fixture::new();
    let (computer, invite, session) = connected(&fix);
    let answer = hear(&fix, &fix.computer_key, &beat("studio-1")).unwrap();
    assert_eq!((answer.computer_id, answer.guest_access), (computer, true));
    let [found] = answer.sessions.as_slice() else { panic!("{answer:?}") };
    assert_eq!((found.id, found.guest_email.as_str()), (session, "mia@acme.example"));
    assert_eq!(found.closes_at.unwrap().to_rfc3339(), "2026-12-01T12:00:00+00:00");
    fix.app.kick(&fix.call("cory"), TEAM, invite, false, None).wait().unwrap();
    assert_eq!(hear(&fix, &fix.computer_key, &beat("studio-1")).unwrap().sessions, []);
}

#[test]
fn cn_11_a_computer_reports_the_end_of_its_own_sessions() {
    let fix = Fixture::new();
    let (_, invite, session) = connected(&fix);
    let other = new_key(&fix);
    hear(&fix, &other, &beat("studio-2")).unwrap();
    let (_, token) = personal(&fix, "cory", "laptop");
    for stranger in [&other, &token] {
        assert_eq!(refused(report(&fix, stranger, session, "left")), "not_found");
    }
    let unknown = SessionId::from_bits(1);
    assert_eq!(refused(report(&fix, &fix.computer_key, unknown, "left")), "not_found");
    for reason in ["", "kicked", "window_ended"] {
        assert_eq!(refused(report(&fix, &fix.computer_key, session, reason)), "validation");
    }
    report(&fix, &fix.computer_key, session, "left").unwrap();
    // There is one end and one reason: the first (GA-44).
    report(&fix, &fix.computer_key, session, "computer_lost").unwrap();
    assert_eq!(last_end(&fix, invite).as_deref(), Some("left"));
}

#[test]
fn qu_35_the_log_says_where_an_agent_was_first_heard_from() {
    let fix = Fixture::new();
    let origin = Some("192.0.2.7");
    fix.app.heartbeat(&fix.computer_key, origin, &beat("studio-3")).wait().unwrap();
    let rows = fix.store.rows(&tables::AUDIT);
    let line = format!("{:?}", rows.last().unwrap());
    assert!(line.contains("computer.provision") && line.contains("192.0.2.7"), "{line}");
}

/// Returns an online computer, and an invite and a session of mia's there.
fn connected(fix: &Fixture) -> (ComputerId, InviteId, SessionId) {
    let computer = fix.computer();
    let invite = fix.invite_one(computer, "mia@acme.example");
    fix.until("10:00:00");
    fix.heartbeat("studio-1");
    (computer, invite, connect(fix, "mia", invite))
}

fn hear(fix: &Fixture, secret: &Secret, beat: &Heartbeat) -> Result<HeartbeatAnswer, Fault> {
    fix.app.heartbeat(secret, None, beat).wait()
}

fn report(fix: &Fixture, secret: &Secret, id: SessionId, reason: &str) -> Result<(), Fault> {
    let ended = SessionEnded { reason: reason.to_owned() };
    fix.app.agent_session_ended(secret, None, id, &ended).wait()
}

fn beat(name: &str) -> Heartbeat {
    Heartbeat { name: name.to_owned(), ..Heartbeat::default() }
}

fn logged(name: &str, login: Option<&str>) -> Heartbeat {
    Heartbeat { host_login: Some(login.map(str::to_owned)), ..beat(name) }
}
