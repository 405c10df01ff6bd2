//! Computers and computer keys: registering, seeing, changing, removing.

use guest_app::view::ComputerView;
use guest_app::{Call, ComputerChange, ComputerDraft, Heartbeat, KeyDraft, Once, Paging, tables};
use guest_core::{ComputerId, InviteId, Purpose, Secret, SessionId};

use crate::fixture::{Fixture, TEAM, refused};

#[test]
fn ga_3_a_personal_computer_exists_for_its_user_and_owners_only() {
    let fix = Fixture::new();
    let team = fix.computer();
    let own = personal(&fix, "cory", "laptop").0;
    check_seen(&fix, "cory", Ok(&["laptop", "studio-1"]));
    check_seen(&fix, "ada", Ok(&["laptop", "studio-1"]));
    check_seen(&fix, "bob", Ok(&["studio-1"]));
    check_seen(&fix, "mia", Err("forbidden"));
    check_seen(&fix, "eve", Err("forbidden"));
    check_seen(&fix, "lin@example.org", Err("not_found"));
    assert_eq!(show(&fix, "cory", own).user_id, show(&fix, "ada", own).user_id);
    assert_eq!(refused(fix.app.computer(&fix.call("bob"), TEAM, own).wait()), "not_found");
    assert_eq!(show(&fix, "bob", team).provision, "team");
}

#[track_caller]
fn check_seen(fix: &Fixture, who: &str, expected: Result<&[&str], &str>) {
    let page = fix.app.computers(&fix.call(who), TEAM, &Paging::default()).wait();
    let found = match page {
        Ok(page) => Ok(page.data.into_iter().map(|one| one.name).collect::<Vec<_>>()),
        refusal @ Err(_) => Err(refused(refusal)),
    };
    assert_eq!(found, expected.map(|names| names.iter().map(ToString::to_string).collect()));
}

#[test]
fn ga_1_names_are_unique_regardless_of_case() {
    let fix = Fixture::new();
    let computer = fix.computer();
    let other = personal(&fix, "cory", "laptop").0;
    assert_eq!(refused(register(&fix, "bob", "STUDIO-1", "team")), "name_taken");
    assert_eq!(refused(register(&fix, "cory", "Laptop", "personal")), "name_taken");
    assert_eq!(refused(change(&fix, "bob", computer, &renamed("LAPTOP"))), "name_taken");
    // Its own name in other letters is free to a computer.
    let changed = change(&fix, "cory", other, &renamed("Laptop")).unwrap();
    assert_eq!((changed.name.as_str(), changed.version), ("Laptop", 2));
}

#[test]
fn ga_1_a_computer_registered_by_hand_is_taken_over_by_the_key_that_names_it() {
    let fix = Fixture::new();
    let made = register(&fix, "bob", "studio-9", "team").unwrap();
    assert_eq!((made.secret.as_ref(), made.computer.online), (None, false));
    assert!(!made.computer.guest_access);
    assert_eq!(fix.heartbeat("Studio-9"), made.computer.id);
    assert!(show(&fix, "bob", made.computer.id).online);
}

#[test]
fn or_2_who_may_change_a_computer() {
    let fix = Fixture::new();
    let team = fix.computer();
    let own = personal(&fix, "cory", "laptop").0;
    let on = ComputerChange { guest_access: Some(true), ..ComputerChange::default() };
    for (who, id, code) in [
        ("cory", team, "forbidden"),
        ("mia", team, "forbidden"),
        ("ada", own, "forbidden"),
        ("bob", own, "not_found"),
        ("bob", ComputerId::from_bits(404), "not_found"),
        ("lin@example.org", team, "not_found"),
    ] {
        assert_eq!(refused(change(&fix, who, id, &on)), code, "{who}");
        let removed = fix.app.remove_computer(&fix.call(who), TEAM, id, None).wait();
        assert_eq!(refused(removed), code, "{who}");
    }
    assert_eq!(refused(register(&fix, "cory", "studio-2", "team")), "forbidden");
    assert_eq!(refused(register(&fix, "mia", "mine", "personal")), "forbidden");
    change(&fix, "bob", team, &renamed("Studio")).unwrap();
    change(&fix, "cory", own, &on).unwrap();
}

#[test]
fn if_3_what_may_not_be_done_is_refused_before_what_is_wrong_with_it() {
    let fix = Fixture::new();
    let computer = fix.computer();
    assert_eq!(refused(register(&fix, "mia", "", "both")), "forbidden");
    assert_eq!(refused(register(&fix, "bob", "", "both")), "validation");
    assert_eq!(refused(change(&fix, "cory", computer, &renamed(" "))), "forbidden");
    assert_eq!(refused(change(&fix, "bob", computer, &renamed(" "))), "validation");
}

#[test]
fn ga_40_a_change_based_on_an_old_version_is_refused() {
    let fix = Fixture::new();
    let computer = fix.computer();
    let version = show(&fix, "bob", computer).version;
    // What agents do is no change by people.
    fix.heartbeat("studio-1");
    let based = |name: &str, version| {
        let change = renamed(name);
        fix.app.change_computer(&fix.call("bob"), TEAM, computer, &change, Some(version)).wait()
    };
    assert_eq!(based("one", version).unwrap().version, version + 1);
    assert_eq!(refused(based("two", version)), "stale");
    let removed = fix.app.remove_computer(&fix.call("bob"), TEAM, computer, Some(version)).wait();
    assert_eq!(refused(removed), "stale");
}

#[test]
fn ga_2_turning_access_off_ends_sessions_and_leaves_invites() {
    let fix = Fixture::new();
    let computer = fix.computer();
    let invite = fix.invite_one(computer, "mia@acme.example");
    fix.until("10:00:00");
    fix.heartbeat("studio-1");
    connect(&fix, "mia", invite);
    let bob = fix.call("bob");
    let switch = |on| {
        let change = ComputerChange { guest_access: Some(on), ..ComputerChange::default() };
        fix.app.change_computer(&bob, TEAM, computer, &change, None).wait().unwrap()
    };
    let told = || [&tables::EVENT, &tables::AUDIT].map(|table| count(&fix, table));
    let [events, lines] = told();
    assert!(!switch(false).guest_access);
    // The session's end, and the computer.
    assert_eq!(told(), [events + 2, lines + 2]);
    // Switching it off again is no change, and told to nobody.
    switch(false);
    assert_eq!(told(), [events + 2, lines + 2]);
    assert_eq!(last_end(&fix, invite).as_deref(), Some("access_off"));
    switch(true);
    connect(&fix, "mia", invite);
}

#[test]
fn ga_7_removing_a_computer_voids_unused_invites_and_cancels_used_ones() {
    let fix = Fixture::new();
    let computer = fix.computer();
    let [used, unused] =
        ["mia@acme.example", "bob@acme.example"].map(|guest| fix.invite_one(computer, guest));
    fix.until("10:00:00");
    fix.heartbeat("studio-1");
    connect(&fix, "mia", used);
    let token = link(&fix, used);
    fix.app.remove_computer(&fix.call("bob"), TEAM, computer, None).wait().unwrap();
    assert_eq!(refused(fix.app.computer(&fix.call("bob"), TEAM, computer).wait()), "not_found");
    assert_eq!(refused(fix.app.connect(&fix.call("mia"), &token).wait()), "invite_ended");
    let ends: Vec<_> = [used, unused].map(|id| life(&fix, id)).into();
    assert_eq!(ends, [("cancelled", "computer_removed"), ("void", "computer_removed")].map(owned));
    assert_eq!(session_ends(&fix), ["computer_removed"]);

    // Its agent is refused until an Administrator registers the name anew.
    let beat = Heartbeat { name: "studio-1".to_owned(), ..Heartbeat::default() };
    let hear = || fix.app.heartbeat(&fix.computer_key, None, &beat).wait();
    assert_eq!(refused(hear()), "computer_removed");
    let anew = register(&fix, "bob", "studio-1", "team").unwrap().computer.id;
    assert_eq!(hear().unwrap().computer_id, anew);
    assert_ne!(anew, computer);
}

#[test]
fn ga_1_deleting_a_key_takes_its_computers_offline_until_another_names_them() {
    let fix = Fixture::new();
    let computer = fix.computer();
    let invite = fix.invite_one(computer, "mia@acme.example");
    fix.until("10:00:00");
    fix.heartbeat("studio-1");
    connect(&fix, "mia", invite);
    let bob = fix.call("bob");
    let keys = fix.app.computer_keys(&bob, TEAM, &Paging::default()).wait().unwrap().data;
    assert_eq!(keys.iter().map(|key| key.name.as_str()).collect::<Vec<_>>(), ["lab"]);
    fix.app.delete_computer_key(&bob, TEAM, keys[0].id).wait().unwrap();
    assert!(!show(&fix, "bob", computer).online);
    assert_eq!(last_end(&fix, invite).as_deref(), Some("computer_lost"));
    assert_eq!(life(&fix, invite), owned(("live", "")));
    let again = fix.app.delete_computer_key(&bob, TEAM, keys[0].id).wait();
    assert_eq!(refused(again), "not_found");

    let beat = Heartbeat { name: "studio-1".to_owned(), ..Heartbeat::default() };
    let hear = |secret: &Secret| fix.app.heartbeat(secret, None, &beat).wait();
    assert_eq!(refused(hear(&fix.computer_key)), "unauthenticated");
    assert_eq!(hear(&new_key(&fix)).unwrap().computer_id, computer);
    connect(&fix, "mia", invite);
}

#[test]
fn or_2_computer_keys_are_the_administrators() {
    let fix = Fixture::new();
    let draft = KeyDraft { name: "stage".to_owned() };
    for (who, code) in [("cory", "forbidden"), ("mia", "forbidden"), ("x@example.org", "not_found")]
    {
        let call = fix.call(who);
        assert_eq!(refused(fix.app.make_computer_key(&call, TEAM, &draft).wait()), code);
        let listed = fix.app.computer_keys(&call, TEAM, &Paging::default()).wait();
        assert_eq!(refused(listed), code);
    }
    let nameless = KeyDraft { name: String::new() };
    let made = fix.app.make_computer_key(&fix.call("bob"), TEAM, &nameless).wait();
    assert_eq!(refused(made), "validation");
}

#[test]
fn qu_31_secrets_are_shown_once_and_not_stored() {
    let fix = Fixture::new();
    let draft = ComputerDraft { name: "laptop".to_owned(), provision: "personal".to_owned() };
    let once = Some(Once { token: "a".to_owned(), fingerprint: [1; 32] });
    let call = Call { once, ..fix.call("cory") };
    let made = fix.app.register_computer(&call, TEAM, &draft).wait().unwrap();
    let again = fix.app.register_computer(&call, TEAM, &draft).wait().unwrap();
    assert_eq!((made.computer.id, again.secret.as_ref()), (again.computer.id, None));
    let secrets = [made.secret.as_deref().unwrap(), fix.computer_key.expose()];
    for table in tables::ALL {
        let rows = format!("{:?}", fix.store.rows(table));
        assert!(!secrets.iter().any(|secret| rows.contains(secret)), "{}", table.name);
    }
    assert!(!format!("{made:?}").contains(secrets[0]));
}

/// Registers a personal computer, and returns its agent's token.
pub(crate) fn personal(fix: &Fixture, who: &str, name: &str) -> (ComputerId, Secret) {
    let made = register(fix, who, name, "personal").unwrap();
    let token = Secret::parse(Purpose::AgentToken, &made.secret.unwrap()).unwrap();
    (made.computer.id, token)
}

/// Makes another computer key.
pub(crate) fn new_key(fix: &Fixture) -> Secret {
    let draft = KeyDraft { name: "another".to_owned() };
    let made = fix.app.make_computer_key(&fix.call("bob"), TEAM, &draft).wait().unwrap();
    Secret::parse(Purpose::ComputerKey, &made.secret.unwrap()).unwrap()
}

/// Has the guest of an invite connect.
#[track_caller]
pub(crate) fn connect(fix: &Fixture, who: &str, invite: InviteId) -> SessionId {
    fix.app.connect(&fix.call(who), &link(fix, invite)).wait().unwrap().session_id
}

/// Returns the secret of an invite's link.
pub(crate) fn link(fix: &Fixture, invite: InviteId) -> String {
    let link = fix.app.invite(&fix.owner(), TEAM, invite).wait().unwrap().link.unwrap();
    link.rsplit('/').next().unwrap().to_owned()
}

/// Returns why the latest session of an invite ended.
pub(crate) fn last_end(fix: &Fixture, invite: InviteId) -> Option<String> {
    let sessions = fix.app.sessions(&fix.owner(), TEAM, invite, &Paging::default());
    sessions.wait().unwrap().data[0].end_reason.clone()
}

/// Returns state and end of an invite, whose computer may be gone.
pub(crate) fn life(fix: &Fixture, invite: InviteId) -> (String, String) {
    let column = |name| tables::INVITE.columns.iter().position(|one| one.name == name).unwrap();
    let id = guest_app::Value::Blob(invite.to_bits().to_be_bytes().to_vec());
    let rows = fix.store.rows(&tables::INVITE);
    let row = rows.iter().find(|row| row[column("id")] == id).unwrap();
    (text(&row[column("state")]), text(&row[column("end_reason")]))
}

/// Returns how many rows a table has.
pub(crate) fn count(fix: &Fixture, table: &'static guest_app::Table) -> usize {
    fix.store.rows(table).len()
}

pub(crate) fn show(fix: &Fixture, who: &str, id: ComputerId) -> ComputerView {
    fix.app.computer(&fix.call(who), TEAM, id).wait().unwrap()
}

pub(crate) fn owned((state, reason): (&str, &str)) -> (String, String) {
    (state.to_owned(), reason.to_owned())
}

fn session_ends(fix: &Fixture) -> Vec<String> {
    let columns = tables::SESSION.columns;
    let end = columns.iter().position(|column| column.name == "end_reason").unwrap();
    fix.store.rows(&tables::SESSION).iter().map(|row| text(&row[end])).collect()
}

fn text(value: &guest_app::Value) -> String {
    match value {
        guest_app::Value::Text(text) => text.clone(),
        guest_app::Value::Null | guest_app::Value::Int(_) | guest_app::Value::Blob(_) => {
            String::new()
        }
    }
}

fn register(
    fix: &Fixture,
    who: &str,
    name: &str,
    provision: &str,
) -> Result<guest_app::ComputerMade, guest_app::Fault> {
    let draft = ComputerDraft { name: name.to_owned(), provision: provision.to_owned() };
    fix.app.register_computer(&fix.call(who), TEAM, &draft).wait()
}

fn change(
    fix: &Fixture,
    who: &str,
    id: ComputerId,
    change: &ComputerChange,
) -> Result<ComputerView, guest_app::Fault> {
    fix.app.change_computer(&fix.call(who), TEAM, id, change, None).wait()
}

fn renamed(name: &str) -> ComputerChange {
    ComputerChange { name: Some(name.to_owned()), guest_access: None }
}
