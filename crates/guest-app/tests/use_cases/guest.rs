//! Links, connecting, asking for time and leaving, from the guest's side.

use guest_app::{
    ApiKeyDraft, Call, Caller, ComputerChange, Connected, Fault, GuestLinkView, Heartbeat,
    InviteChange, Once, Paging, RevokeRequest, TimeDraft, UserChange, Value, tables,
};
use guest_core::{
    ComputerId, Fact, InviteId, Link, MacKey, Purpose, Refusal, Secret, SessionId, TeamId, UserId,
};

use crate::fixture::{Fixture, TEAM, at, draft, email, refused};

#[test]
fn ga_46_looking_changes_nothing_and_needs_no_sign_in() {
    let scene = Scene::new("lin@example.org");
    let before = everything(&scene.fix);
    let lin = scene.look("lin@example.org");
    let nobody = scene.fix.app.guest_link(&nobody(), &scene.token).wait().unwrap();
    let wrong = scene.look("sam@example.net");
    assert_eq!(
        [&lin, &nobody, &wrong].map(|view| view.you.as_str()),
        ["right", "signed_out", "wrong"]
    );
    assert_eq!(everything(&scene.fix), before);
    for view in [lin, nobody, wrong] {
        assert_eq!((view.title.as_str(), view.team.as_str()), ("Usability study", "Acme"));
        assert_eq!((view.computer.as_str(), view.phase.as_str()), ("studio-1", "scheduled"));
        assert_eq!((view.opens_in_seconds, view.closes_in_seconds), (Some(3_600), Some(10_800)));
        assert_eq!(view.window.start_local, "2026-12-01T10:00");
    }
}

#[test]
fn ga_41_a_link_shows_nobodys_address() {
    let scene = Scene::new("lin@example.org");
    scene.at("11:00:00");
    scene.connect("lin@example.org").unwrap();
    let wish = TimeDraft { minutes: 30, note: None };
    scene.ask("lin@example.org", &wish).unwrap();
    for who in ["lin@example.org", "sam@example.net", "ada"] {
        let view = scene.look(who);
        let shown = serde_json::to_string(&view).unwrap();
        assert!(!shown.contains('@'), "{shown}");
        if view.you == "wrong" {
            assert_eq!(
                (view.invited_by, view.session, view.time_request.is_some()),
                (None, None, false)
            );
            assert_eq!(view.obstacle.as_deref(), Some("wrong_account"));
        } else {
            assert_eq!(view.invited_by.as_deref(), Some("cory"));
            assert!(view.session.is_some() && view.time_request.is_some());
        }
    }
}

#[test]
fn or_3_an_external_user_knows_the_sender_by_pseudonym() {
    let scene = Scene::new("eve@acme.example");
    let name = scene.look("eve").invited_by.unwrap();
    assert!(name.starts_with("Guest "), "{name}");
    assert_eq!(Scene::new("mia@acme.example").look("mia").invited_by.as_deref(), Some("cory"));
}

#[test]
fn ga_19_only_a_link_that_was_given_out_and_is_current_leads_anywhere() {
    let scene = Scene::new("lin@example.org");
    scene.at("10:00:00");
    let (team, invite) = (TeamId::parse(TEAM).unwrap(), scene.invite);
    let key = MacKey::new([7; 32]);
    let token = |link: Link, key: &MacKey| link.token(key).expose().to_owned();
    let current = Link { team, invite, counter: 0 };
    assert_eq!(scene.token, token(current, &key));
    check_unknown(&scene, "", 0);
    check_unknown(&scene, "no token", 0);
    check_unknown(&scene, &token(current, &MacKey::new([8; 32])), 0);
    check_unknown(&scene, &token(Link { counter: 1, ..current }, &key), 1);
    let gone = Link { invite: InviteId::from_bits(99), ..current };
    check_unknown(&scene, &token(gone, &key), 2);
    scene.fix.app.new_link(&scene.fix.call("cory"), TEAM, invite, None).wait().unwrap();
    check_unknown(&scene, &scene.token, 3);
}

#[test]
fn ga_42_the_first_thing_in_the_way_is_named_and_written_down() {
    let scene = Scene::new("lin@example.org");
    let lin = "lin@example.org";
    let mut refusals = Vec::new();
    let mut check = |who: &Call, code: &'static str| {
        let call = Call { origin: Some("192.0.2.7".to_owned()), ..who.clone() };
        assert_eq!(refused(scene.fix.app.connect(&call, &scene.token).wait()), code);
        refusals.push(code.to_owned());
        assert_eq!(refused_attempts(&scene.fix), refusals);
    };
    check(&nobody(), "unauthenticated");
    check(&scene.fix.call("sam@example.net"), "wrong_account");
    check(&scene.fix.call(lin), "too_early");
    scene.at("10:00:00");
    scene.switch(false);
    check(&scene.fix.call(lin), "guest_access_off");
    scene.switch(true);
    scene.fix.advance(30);
    check(&scene.fix.call(lin), "computer_offline");
    scene.at("12:00:00");
    check(&scene.fix.call(lin), "invite_ended");
    // A refused attempt is no use (GA-35), and nobody was let in.
    let invite = scene.invite();
    assert_eq!((invite.used_at, invite.credit.as_str()), (None, "refunded"));
    assert!(scene.fix.store.rows(&tables::SESSION).is_empty());
    let line = scene
        .fix
        .store
        .rows(&tables::AUDIT)
        .into_iter()
        .filter(|row| row[4] == text("session.refuse"))
        .nth(2);
    let line = line.unwrap();
    assert_eq!(line[3], text(lin));
    assert_eq!((&line[5], &line[6]), (&text(&scene.invite.to_string()), &text("192.0.2.7")));
}

#[test]
fn ga_42_how_long_it_takes_to_open_is_said() {
    let scene = Scene::new("lin@example.org");
    scene.fix.store.set(at("09:59:58"));
    let Err(Fault::Refused(refusal)) = scene.connect("lin@example.org") else { panic!("let in") };
    assert_eq!(refusal.facts(), [("opens_in_seconds", Fact::Number(2))]);
    assert_eq!(scene.look("lin@example.org").opens_in_seconds, Some(2));
}

#[test]
fn ga_47_a_window_is_open_from_its_start_and_closed_from_its_end() {
    let scene = Scene::new("lin@example.org");
    let connects = |clock: &str| {
        scene.fix.store.set(at(clock)); // Nothing that is due is done.
        scene.fix.heartbeat("studio-1");
        scene.connect("lin@example.org").map(drop)
    };
    assert_eq!(refused(connects("09:59:59.999999")), "too_early");
    connects("10:00:00").unwrap();
    connects("11:59:59.999999").unwrap();
    assert_eq!(refused(connects("12:00:00")), "window_over");
}

#[test]
fn ga_35_an_external_computer_uses_the_invite_at_once() {
    let scene = Scene::new("lin@example.org");
    scene.at("10:00:00");
    let call = Call { origin: Some("192.0.2.7".to_owned()), ..scene.fix.call("lin@example.org") };
    let connected = scene.fix.app.connect(&call, &scene.token).wait().unwrap();
    assert_eq!(connected.closes_at, Some(at("12:00:00")));
    assert_eq!(serde_json::to_string(&connected.permissions).unwrap(), r#"["keyboard","mouse"]"#);
    let invite = scene.invite();
    assert_eq!((invite.used_at, invite.phase.as_str()), (Some(at("10:00:00")), "connected"));
    let session = invite.session.unwrap();
    assert_eq!((session.id, session.from.as_str()), (connected.session_id, "192.0.2.7"));
    assert_eq!((session.used_at, session.state.as_str()), (Some(at("10:00:00")), "live"));
    assert_eq!(told(&scene.fix), ["session.started", "invite.used"]);
    let mut lines = scene.fix.store.rows(&tables::AUDIT).into_iter();
    let line = lines.find(|row| row[4] == text("session.open")).unwrap();
    assert_eq!((&line[3], &line[6]), (&text("lin@example.org"), &text("192.0.2.7")));
    // The agent learns of it with its next heartbeat (CN-11).
    let beat = Heartbeat { name: "studio-1".to_owned(), ..Heartbeat::default() };
    let answer = scene.fix.app.heartbeat(&scene.fix.computer_key, None, &beat).wait().unwrap();
    assert_eq!(answer.sessions[0].id, connected.session_id);
}

#[test]
fn ga_36_a_new_connection_takes_over_from_the_old_one() {
    let scene = Scene::new("lin@example.org");
    scene.at("10:00:00");
    let first = scene.connect("lin@example.org").unwrap();
    scene.fix.advance(10);
    let second = scene.connect("LIN@example.org").unwrap();
    let sessions = scene.sessions();
    let ends: Vec<_> = sessions.iter().map(|s| (s.id, s.end_reason.as_deref())).collect();
    assert_eq!(ends, [(second.session_id, None), (first.session_id, Some("replaced"))]);
    // Used is the first time, and told once.
    assert_eq!(scene.invite().used_at, Some(at("10:00:00")));
    assert_eq!(
        told(&scene.fix),
        ["session.started", "invite.used", "session.ended", "session.started"]
    );
}

#[test]
fn ga_34_a_session_keeps_what_it_was_opened_with() {
    let scene = Scene::new("lin@example.org");
    scene.at("10:00:00");
    scene.connect("lin@example.org").unwrap();
    let change =
        InviteChange { permissions: Some(vec!["paste".to_owned()]), ..InviteChange::default() };
    scene
        .fix
        .app
        .edit_invite(&scene.fix.call("cory"), TEAM, scene.invite, &change, None)
        .wait()
        .unwrap();
    let view = scene.look("lin@example.org");
    let permissions = |value| serde_json::to_string(&value).unwrap();
    assert_eq!(permissions(view.permissions), r#"["paste"]"#);
    assert_eq!(permissions(view.session.unwrap().permissions), r#"["keyboard","mouse"]"#);
    let again = scene.connect("lin@example.org").unwrap();
    assert_eq!(permissions(again.permissions), r#"["paste"]"#);
}

#[test]
fn ga_43_one_can_always_connect_to_oneself_with_everything() {
    let scene = Scene::new("cory@acme.example");
    let view = scene.look("cory");
    assert_eq!((view.phase.as_str(), view.window_ignored, view.obstacle), ("open", true, None));
    assert_eq!((view.opens_in_seconds, view.closes_in_seconds), (None, None));
    let connected = scene.connect("cory").unwrap();
    assert_eq!(connected.closes_at, None);
    let all = r#"["keyboard","mouse","gamepad","copy","paste"]"#;
    assert_eq!(serde_json::to_string(&connected.permissions).unwrap(), all);
    scene.at("13:00:00");
    scene.connect("cory").unwrap();
}

#[test]
fn ga_43_who_may_not_invite_any_more_does_not_get_in_for_oneself() {
    let scene = Scene::new("cory@acme.example");
    // The right is asked for at the door, too: here the invite was not cancelled with it (GA-39).
    let cory = scene.user("cory");
    let key = [text(TEAM), Value::Blob(cory.to_bits().to_be_bytes().to_vec())];
    guest_testkit::keep(&scene.fix.store, move |tx| {
        let mut row = tx.read(&tables::TEAM_USER, &key).unwrap().unwrap();
        row[7] = Value::Int(0); // The coordinator flag.
        tx.write(&tables::TEAM_USER, &row).unwrap();
    });
    assert_eq!(refused(scene.connect("cory")), "forbidden");
    assert_eq!(scene.look("cory").obstacle.as_deref(), Some("forbidden"));
}

#[test]
fn ga_39_losing_the_right_to_invite_ends_invites_to_oneself() {
    let scene = Scene::new("cory@acme.example");
    scene.connect("cory").unwrap();
    let change = UserChange { coordinator: Some(false), ..UserChange::default() };
    let cory = scene.user("cory");
    scene.fix.app.change_user(&scene.fix.owner(), TEAM, cory, &change, None).wait().unwrap();
    let view = scene.look("cory");
    assert_eq!(view.session.unwrap().end_reason.as_deref(), Some("rights_lost"));
    assert_eq!(view.ended.unwrap().reason, "rights_lost");
    assert_eq!(refused(scene.connect("cory")), "invite_ended");
}

#[test]
fn ga_39_a_revoked_user_of_the_team_does_not_get_in() {
    let scene = Scene::new("mia@acme.example");
    scene.at("10:00:00");
    scene.connect("mia").unwrap();
    let (mia, request) = (scene.user("mia"), RevokeRequest::default());
    scene.fix.app.revoke_user(&scene.fix.owner(), TEAM, mia, &request).wait().unwrap();
    assert_eq!(scene.sessions()[0].end_reason.as_deref(), Some("rights_lost"));
    assert_eq!(refused(scene.connect("mia")), "invite_ended");
}

#[test]
fn ga_45_a_guest_who_is_kept_out_stays_out_until_readmitted() {
    let scene = Scene::new("lin@example.org");
    scene.at("10:00:00");
    scene.connect("lin@example.org").unwrap();
    let cory = scene.fix.call("cory");
    scene.fix.app.kick(&cory, TEAM, scene.invite, false, None).wait().unwrap();
    assert_eq!(
        scene.look("lin@example.org").session.unwrap().end_reason.as_deref(),
        Some("kicked")
    );
    scene.connect("lin@example.org").unwrap();
    scene.fix.app.kick(&cory, TEAM, scene.invite, true, None).wait().unwrap();
    assert_eq!(refused(scene.connect("lin@example.org")), "kept_out");
    assert_eq!(scene.look("lin@example.org").obstacle.as_deref(), Some("kept_out"));
    scene.fix.app.readmit(&cory, TEAM, scene.invite, None).wait().unwrap();
    scene.connect("lin@example.org").unwrap();
}

#[test]
fn ga_30_the_window_ends_the_session() {
    let scene = Scene::new("lin@example.org");
    scene.at("11:59:50");
    scene.connect("lin@example.org").unwrap();
    scene.at("12:00:00");
    let view = scene.look("lin@example.org");
    assert_eq!((view.phase.as_str(), view.obstacle.as_deref()), ("expired", Some("invite_ended")));
    assert_eq!(view.session.unwrap().end_reason.as_deref(), Some("window_ended"));
    assert_eq!(view.ended.unwrap().reason, "window_ended");
    // The access was consumed (CR-11).
    assert_eq!(scene.invite().credit, "debited");
}

#[test]
fn ga_44_a_guest_leaves_and_only_the_guest() {
    let scene = Scene::new("lin@example.org");
    scene.at("10:00:00");
    let id = scene.connect("lin@example.org").unwrap().session_id;
    let leave = |call: &Call, id: SessionId| scene.fix.app.leave(call, id).wait();
    assert_eq!(refused(leave(&nobody(), id)), "unauthenticated");
    for other in ["cory", "sam@example.net"] {
        assert_eq!(refused(leave(&scene.fix.call(other), id)), "not_found");
    }
    assert_eq!(
        refused(leave(&scene.fix.call("lin@example.org"), SessionId::from_bits(1))),
        "not_found"
    );
    assert_eq!(refused(leave(&scene.key(), id)), "forbidden");
    for _ in 0..2 {
        leave(&scene.fix.call("lin@example.org"), id).unwrap();
        assert_eq!(scene.sessions()[0].end_reason.as_deref(), Some("left"));
    }
    assert_eq!(told(&scene.fix), ["session.started", "invite.used", "session.ended"]);
}

#[test]
fn qu_30_an_api_key_is_nobodys_guest() {
    let scene = Scene::new("ada@acme.example");
    scene.at("10:00:00");
    let key = scene.key();
    assert_eq!(scene.fix.app.guest_link(&key, &scene.token).wait().unwrap().you, "signed_out");
    assert_eq!(refused(scene.fix.app.connect(&key, &scene.token).wait()), "forbidden");
    let wish = TimeDraft { minutes: 30, note: None };
    assert_eq!(refused(scene.fix.app.request_time(&key, &scene.token, &wish).wait()), "forbidden");
    assert_eq!(refused(scene.fix.app.guest_changes(&key, &scene.token, None).wait()), "forbidden");
    assert_eq!(refused(scene.fix.app.connect(&Call::operator(), &scene.token).wait()), "forbidden");
    assert_eq!(refused_attempts(&scene.fix), ["forbidden", "forbidden"]);
}

#[test]
fn ga_4_a_relayed_computer_without_a_socket_is_offline_to_guests() {
    let scene = Scene::new("lin@example.org");
    scene.at("10:00:00");
    let beat = Heartbeat {
        name: "studio-1".to_owned(),
        connection: Some("relay".to_owned()),
        ..Heartbeat::default()
    };
    scene.fix.app.heartbeat(&scene.fix.computer_key, None, &beat).wait().unwrap();
    assert_eq!(refused(scene.connect("lin@example.org")), "computer_offline");
    assert_eq!(scene.look("lin@example.org").obstacle.as_deref(), Some("computer_offline"));
}

#[test]
fn qu_23_the_same_attempt_twice_opens_one_session() {
    let scene = Scene::new("lin@example.org");
    scene.at("10:00:00");
    let once = |fingerprint| Call {
        once: Some(Once { token: "go".to_owned(), fingerprint: [fingerprint; 32] }),
        ..scene.fix.call("lin@example.org")
    };
    let call = once(1);
    let first = scene.fix.app.connect(&call, &scene.token).wait().unwrap();
    assert_eq!(scene.fix.app.connect(&call, &scene.token).wait().unwrap(), first);
    assert_eq!(scene.sessions().len(), 1);
    let other = Call { once: once(2).once, ..call };
    assert_eq!(refused(scene.fix.app.connect(&other, &scene.token).wait()), "idempotency_mismatch");
}

#[test]
fn qu_23_a_refusal_is_not_an_outcome() {
    let scene = Scene::new("lin@example.org");
    let call = Call {
        once: Some(Once { token: "go".to_owned(), fingerprint: [1; 32] }),
        ..scene.fix.call("lin@example.org")
    };
    assert_eq!(refused(scene.fix.app.connect(&call, &scene.token).wait()), "too_early");
    scene.at("10:00:00");
    scene.fix.app.connect(&call, &scene.token).wait().unwrap();
}

/// A token leads nowhere, and attempts that name a team are written down.
#[track_caller]
fn check_unknown(scene: &Scene, token: &str, written: usize) {
    let (app, lin) = (&scene.fix.app, scene.fix.call("lin@example.org"));
    assert_eq!(refused(app.guest_link(&lin, token).wait()), "link_unknown");
    assert_eq!(refused(app.connect(&lin, token).wait()), "link_unknown");
    let wish = TimeDraft { minutes: 30, note: None };
    assert_eq!(refused(app.request_time(&lin, token, &wish).wait()), "link_unknown");
    assert_eq!(refused(app.guest_changes(&lin, token, Some(0)).wait()), "link_unknown");
    assert_eq!(refused_attempts(&scene.fix), vec!["link_unknown"; written]);
}

/// One guest, invited by cory to `studio-1` for 10:00 to 12:00.
pub(crate) struct Scene {
    pub(crate) fix: Fixture,
    pub(crate) computer: ComputerId,
    pub(crate) invite: InviteId,
    pub(crate) token: String,
}

impl Scene {
    pub(crate) fn new(guest: &str) -> Self {
        let fix = Fixture::new();
        fix.credits(1);
        let computer = fix.computer();
        let asked = draft(computer, guest, "2026-12-01T10:00", "2026-12-01T12:00");
        let made = fix.app.make_invites(&fix.call("cory"), TEAM, &asked).wait().unwrap();
        let link = made.invites[0].link.clone().unwrap();
        let token = link.strip_prefix("https://guest.example/g/").unwrap().to_owned();
        Self { computer, invite: made.invites[0].id, token, fix }
    }

    /// Lets time pass up to a moment of the day, at which the computer is online.
    pub(crate) fn at(&self, clock: &str) {
        self.fix.until(clock);
        self.fix.heartbeat("studio-1");
    }

    pub(crate) fn look(&self, who: &str) -> GuestLinkView {
        self.fix.app.guest_link(&self.fix.call(who), &self.token).wait().unwrap()
    }

    pub(crate) fn connect(&self, who: &str) -> Result<Connected, Fault> {
        self.fix.app.connect(&self.fix.call(who), &self.token).wait()
    }

    pub(crate) fn ask(&self, who: &str, wish: &TimeDraft) -> Result<(), Fault> {
        self.fix.app.request_time(&self.fix.call(who), &self.token, wish).wait()
    }

    pub(crate) fn switch(&self, guest_access: bool) {
        let change = ComputerChange { name: None, guest_access: Some(guest_access) };
        self.fix
            .app
            .change_computer(&Call::operator(), TEAM, self.computer, &change, None)
            .wait()
            .unwrap();
    }

    pub(crate) fn invite(&self) -> guest_app::view::InviteView {
        self.fix.app.invite(&self.fix.call("cory"), TEAM, self.invite).wait().unwrap()
    }

    pub(crate) fn sessions(&self) -> Vec<guest_app::view::SessionView> {
        let (cory, paging) = (self.fix.call("cory"), Paging::default());
        self.fix.app.sessions(&cory, TEAM, self.invite, &paging).wait().unwrap().data
    }

    pub(crate) fn user(&self, name: &str) -> UserId {
        let users = self.fix.app.users(&self.fix.owner(), TEAM, &Paging::default()).wait().unwrap();
        let address = Some(email(&format!("{name}@acme.example")));
        users.data.into_iter().find(|user| user.email == address).unwrap().id
    }

    /// Returns a call with an API key that acts for ada and may do everything.
    pub(crate) fn key(&self) -> Call {
        let draft =
            ApiKeyDraft { name: "ci".to_owned(), scopes: vec!["all".to_owned()], user_id: None };
        let made = self.fix.app.make_api_key(&self.fix.owner(), TEAM, &draft).wait().unwrap();
        let secret = Secret::parse(Purpose::ApiKey, &made.key.unwrap()).unwrap();
        Call { caller: Caller::ApiKey(secret.hash()), origin: None, once: None }
    }
}

pub(crate) fn nobody() -> Call {
    Call { caller: Caller::Nobody, origin: None, once: None }
}

/// The codes of the refused attempts to connect, by the audit log.
pub(crate) fn refused_attempts(fix: &Fixture) -> Vec<String> {
    let lines =
        fix.store.rows(&tables::AUDIT).into_iter().filter(|row| row[4] == text("session.refuse"));
    let codes = lines.map(|row| {
        let detail: serde_json::Value = serde_json::from_str(&words(&row[7])).unwrap();
        detail["code"].as_str().unwrap().to_owned()
    });
    codes.collect()
}

/// The names of the events about sessions, use and wishes.
pub(crate) fn told(fix: &Fixture) -> Vec<String> {
    let names = fix.store.rows(&tables::EVENT).into_iter().map(|row| words(&row[3]));
    let concerns = ["session.started", "session.ended", "invite.used", "invite.time_requested"];
    names.filter(|name| concerns.contains(&name.as_str())).collect()
}

/// Everything that is stored, but who is signed in.
pub(crate) fn everything(fix: &Fixture) -> Vec<String> {
    let kept = tables::ALL.iter().filter(|table| table.name != tables::LOGIN.name);
    kept.map(|table| format!("{:?}", fix.store.rows(table))).collect()
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

pub(crate) fn words(value: &Value) -> String {
    let Value::Text(text) = value else { panic!("{value:?}") };
    text.clone()
}
