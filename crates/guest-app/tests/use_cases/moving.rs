//! Invites that go to another computer.

use guest_app::letter::{Content, Letter, Tried};
use guest_app::{Call, ComputerChange, Fault, Heartbeat, InviteChange, MoveDraft, TeamChange};
use guest_core::{ComputerId, Delivery, GuestNews, InviteId, Refusal, Secret};

use crate::computers::{connect, last_end, life, link, owned, personal};
use crate::fixture::{Fixture, TEAM, refused};
use crate::guest::everything;
use crate::traces::{audited, told};

#[test]
fn ga_61_link_credit_and_window_stay() {
    let scene = Scene::new("lin@example.org");
    let cory = scene.fix.call("cory");
    let before = scene.fix.app.invite(&scene.fix.owner(), TEAM, scene.invite).wait().unwrap();
    let after = scene.move_to(&cory, scene.second, Some(before.version)).unwrap();
    let expected = guest_app::view::InviteView {
        computer_id: scene.second,
        version: before.version + 1,
        ..before
    };
    let json = |view| serde_json::to_value(view).unwrap();
    assert_eq!(json(&after), json(&expected));
    assert_eq!(scene.fix.app.balance(&scene.fix.owner(), TEAM).wait().unwrap().balance, 0);
    assert_eq!(audited(&scene.fix, "invite.move"), ["cory@acme.example"]);
}

#[test]
fn ga_61_the_guest_is_told_once() {
    let scene = Scene::new("lin@example.org");
    let cory = scene.fix.call("cory");
    assert_eq!(scene.letters().len(), 1);
    scene.move_to(&cory, scene.second, None).unwrap();
    let letters = scene.letters();
    let [Letter { content: Content::Guest { news, about }, .. }] = &letters[..] else {
        panic!("{letters:?}");
    };
    assert_eq!((*news, about.computer.as_str()), (GuestNews::Moved { sequence: 2 }, "studio-2"));
    assert!(about.link.ends_with(&link(&scene.fix, scene.invite)));
    // To where it is, it moves no further.
    let before = everything(&scene.fix);
    assert_eq!(scene.move_to(&cory, scene.second, None).unwrap().version, 2);
    assert!(everything(&scene.fix) == before);
    assert_eq!(told(&scene.fix, "invite.moved").len(), 1);
    assert_eq!(told(&scene.fix, "invite.updated").len(), 0);
}

#[test]
fn ga_61_the_session_ends_and_the_guest_comes_to_the_new_computer() {
    let scene = Scene::new("lin@example.org");
    let cory = scene.fix.call("cory");
    scene.open();
    connect(&scene.fix, "lin@example.org", scene.invite);
    let shown = scene.move_to(&cory, scene.second, None).unwrap();
    assert!(shown.session.is_none() && shown.used_at.is_some() && shown.phase == "open");
    assert_eq!(last_end(&scene.fix, scene.invite).as_deref(), Some("moved"));
    assert_eq!(scene.sessions_on("studio-1"), 0);
    connect(&scene.fix, "lin@example.org", scene.invite);
    assert_eq!((scene.sessions_on("studio-1"), scene.sessions_on("studio-2")), (0, 1));
    // And back again, while the guest is there.
    scene.move_to(&scene.fix.call("bob"), scene.first, None).unwrap();
    assert_eq!(scene.sessions_on("studio-2"), 0);
    connect(&scene.fix, "lin@example.org", scene.invite);
    assert_eq!(scene.sessions_on("studio-1"), 1);
}

#[test]
fn ga_61_the_guests_page_hears_of_it() {
    let scene = Scene::new("lin@example.org");
    let cory = scene.fix.call("cory");
    scene.open();
    let (lin, token) = (scene.fix.call("lin@example.org"), link(&scene.fix, scene.invite));
    connect(&scene.fix, "lin@example.org", scene.invite);
    let after = |last| scene.fix.app.guest_changes(&lin, &token, last).wait().unwrap();
    let start = after(None).last;
    scene.move_to(&cory, scene.second, None).unwrap();
    let changes = after(Some(start)).events;
    let names: Vec<_> = changes.iter().map(|change| change.name.as_str()).collect();
    assert_eq!(names, ["session.ended", "invite.moved"]);
    for change in changes {
        assert_eq!(change.data.computer, "studio-2");
        assert_eq!(change.data.session.unwrap().end_reason.as_deref(), Some("moved"));
    }
}

#[test]
fn ga_61_an_invite_goes_where_the_mover_may_invite_its_guest() {
    let (outside, team) = (Scene::new("lin@example.org"), Scene::new("mia@acme.example"));
    let anyone = TeamChange { personal_computers: Some("anyone".to_owned()), ..Default::default() };
    for scene in [&outside, &team] {
        scene.check("cory", scene.second, Ok(()));
        scene.check("bob", scene.first, Ok(()));
        scene.check("mia", scene.second, Err("forbidden"));
        scene.check("bob", scene.own, Err("not_found"));
        scene.check("ada", scene.own, Err("forbidden"));
        scene.check("cory", ComputerId::from_bits(7), Err("not_found"));
    }
    outside.check("cory", outside.own, Err("team_computer_required"));
    let change = outside.fix.app.change_team(&outside.fix.owner(), TEAM, &anyone);
    change.wait().unwrap();
    outside.check("cory", outside.own, Ok(()));
    // There others know nothing of it.
    outside.check("bob", outside.first, Err("not_found"));
    team.fix.advance(30);
    team.check("cory", team.own, Err("computer_offline"));
    team.check("cory", team.second, Ok(()));
    team.hear(false);
    team.check("cory", team.own, Err("host_not_logged_in"));
    team.hear(true);
    team.check("cory", team.own, Ok(()));
    team.check("ada", team.first, Ok(()));
    let off = ComputerChange { name: None, guest_access: Some(false) };
    team.fix
        .app
        .change_computer(&team.fix.call("bob"), TEAM, team.second, &off, None)
        .wait()
        .unwrap();
    team.check("cory", team.second, Err("guest_access_off"));
    team.fix.app.remove_computer(&team.fix.call("bob"), TEAM, team.second, None).wait().unwrap();
    team.check("cory", team.second, Err("not_found"));
}

#[test]
fn ga_61_an_ended_invite_is_not_moved() {
    let scene = Scene::new("lin@example.org");
    scene.fix.app.cancel_invite(&scene.fix.call("cory"), TEAM, scene.invite, None).wait().unwrap();
    scene.check("cory", scene.second, Err("invite_ended"));
}

#[test]
fn ga_40_a_move_based_on_an_old_version_is_refused() {
    let scene = Scene::new("lin@example.org");
    let look_only = InviteChange { window: None, permissions: Some(Vec::new()) };
    let cory = scene.fix.call("cory");
    scene.fix.app.edit_invite(&cory, TEAM, scene.invite, &look_only, None).wait().unwrap();
    let Err(Fault::Refused(stale)) = scene.move_to(&cory, scene.second, Some(1)) else {
        panic!("moved");
    };
    assert_eq!(
        (stale.code(), format!("{:?}", stale.facts()).as_str()),
        ("stale", "[(\"current\", Number(2))]")
    );
}

#[test]
fn ga_61_what_becomes_of_the_computer_before_does_not_matter_any_more() {
    let scene = Scene::new("lin@example.org");
    let cory = scene.fix.call("cory");
    let hear = |name: &str, login: Option<&str>| {
        let host_login = Some(login.map(str::to_owned));
        let beat = Heartbeat { name: name.to_owned(), host_login, connection: None };
        scene.fix.app.heartbeat(&scene.fix.computer_key, None, &beat).wait().unwrap();
    };
    hear("studio-1", Some("kiosk"));
    hear("studio-2", Some("streamer"));
    scene.move_to(&cory, scene.second, None).unwrap();
    hear("studio-1", None);
    scene.fix.app.remove_computer(&scene.fix.call("bob"), TEAM, scene.first, None).wait().unwrap();
    assert_eq!(life(&scene.fix, scene.invite), owned(("live", "")));
    // GA-18, GA-31: it counts on the login of the new one.
    hear("studio-2", Some("kiosk"));
    assert_eq!(life(&scene.fix, scene.invite), owned(("void", "host_login_changed")));
}

/// Moves an invite as cory.
#[track_caller]
pub(crate) fn move_to(fix: &Fixture, invite: InviteId, computer: ComputerId) {
    let to = MoveDraft { computer_id: computer.to_string() };
    fix.app.move_invite(&fix.call("cory"), TEAM, invite, &to, None).wait().unwrap();
}

/// An invite of cory's to the first of two team computers, for 10:00 to 12:00.
struct Scene {
    fix: Fixture,
    first: ComputerId,
    second: ComputerId,
    /// cory's own computer.
    own: ComputerId,
    own_token: Secret,
    invite: InviteId,
}

impl Scene {
    fn new(guest: &str) -> Self {
        let fix = Fixture::new();
        fix.credits(1);
        let (first, second) = (fix.computer(), fix.computer_named("studio-2"));
        let (own, own_token) = personal(&fix, "cory", "laptop");
        let on = ComputerChange { name: None, guest_access: Some(true) };
        fix.app.change_computer(&fix.call("cory"), TEAM, own, &on, None).wait().unwrap();
        let invite = fix.invite_one(first, guest);
        let scene = Self { fix, first, second, own, own_token, invite };
        scene.hear(true);
        scene
    }

    /// Has the agent of cory's own computer heard.
    fn hear(&self, logged_in: bool) {
        let host_login = (!logged_in).then_some(None);
        let beat = Heartbeat { host_login, ..Heartbeat::default() };
        self.fix.app.heartbeat(&self.own_token, None, &beat).wait().unwrap();
    }

    /// Lets time pass up to the start, at which both team computers are online.
    fn open(&self) {
        self.fix.until("10:00:00");
        self.fix.heartbeat("studio-1");
        self.fix.heartbeat("studio-2");
    }

    fn move_to(
        &self,
        call: &Call,
        computer: ComputerId,
        based_on: Option<u32>,
    ) -> Result<guest_app::view::InviteView, Fault> {
        let to = MoveDraft { computer_id: computer.to_string() };
        self.fix.app.move_invite(call, TEAM, self.invite, &to, based_on).wait()
    }

    #[track_caller]
    fn check(&self, who: &str, computer: ComputerId, expected: Result<(), &str>) {
        let call = self.fix.call(who);
        let before = everything(&self.fix);
        let moved = self.move_to(&call, computer, None);
        match expected {
            Ok(()) => assert_eq!(moved.unwrap().computer_id, computer),
            Err(code) => {
                assert_eq!(refused(moved), code);
                assert!(everything(&self.fix) == before, "something changed");
            }
        }
    }

    /// Returns how many sessions the agent of a team computer is told of.
    fn sessions_on(&self, name: &str) -> usize {
        let beat = Heartbeat { name: name.to_owned(), ..Heartbeat::default() };
        let answer = self.fix.app.heartbeat(&self.fix.computer_key, None, &beat);
        answer.wait().unwrap().sessions.len()
    }

    /// Has the mails go out, and returns them.
    fn letters(&self) -> Vec<Letter> {
        let letters = self.fix.app.lease_letters(100).wait().unwrap().letters;
        for letter in &letters {
            let tried = Tried { id: letter.id, delivery: Delivery::Accepted };
            self.fix.app.settle_letter(tried, 0).wait().unwrap();
        }
        letters
    }
}
