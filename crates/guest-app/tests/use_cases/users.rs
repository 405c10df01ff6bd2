//! Users: what they are, and what follows when they lose it.

use guest_app::view::ComputerView;
use guest_app::{
    ApiKeyDraft, BulkRequest, Call, Caller, ComputerChange, ComputerDraft, Fault, GroupDraft,
    Heartbeat, NewUser, Paging, RevokeRequest, UserChange, UserView,
};
use guest_core::{ComputerId, InviteId, Purpose, Refusal, Secret, UserId};

use crate::fixture::{Fixture, TEAM, draft, email, refused};
use crate::traces::{audited, id_of, nobody, pointers, told};

#[test]
fn or_3_external_users_see_pseudonyms_of_all_but_themselves() {
    let fix = Fixture::new();
    let seen = users(&fix, &fix.call("eve"));
    let again = users(&fix, &fix.call("eve"));
    for (one, other) in seen.iter().zip(again) {
        assert_eq!(one.name, other.name);
        if one.id == id_of(&fix, "eve") {
            assert_eq!(one.email, Some(email("eve@acme.example")));
            assert_eq!(one.name, "eve");
        } else {
            assert!(one.name.starts_with("Guest "), "{}", one.name);
            assert_eq!(one.email, None);
        }
        let alone = fix.app.user(&fix.call("eve"), TEAM, one.id).wait().unwrap();
        assert_eq!((alone.name, alone.email), (one.name.clone(), one.email.clone()));
    }
    let names: Vec<_> = users(&fix, &fix.call("mia")).into_iter().map(|user| user.name).collect();
    assert_eq!(names, ["Ada", "bob", "cory", "mia", "eve"]);
    let stranger = fix.app.users(&fix.call("lin@example.org"), TEAM, &Paging::default()).wait();
    assert_eq!(refused(stranger), "not_found");
    let nobody = fix.app.users(&nobody(), TEAM, &Paging::default()).wait();
    assert_eq!(refused(nobody), "unauthenticated");
}

#[test]
fn if_4_users_come_in_pages() {
    let fix = Fixture::new();
    let mut paging = Paging { limit: 2, cursor: None };
    let mut pages = Vec::new();
    loop {
        let page = fix.app.users(&fix.owner(), TEAM, &paging).wait().unwrap();
        pages.push(page.data.into_iter().map(|user| user.name).collect::<Vec<_>>());
        paging.cursor = page.next_cursor;
        if paging.cursor.is_none() {
            break;
        }
    }
    assert_eq!(pages, [vec!["Ada", "bob"], vec!["cory", "mia"], vec!["eve"]]);
    let strange = Paging { limit: 0, cursor: Some("?".to_owned()) };
    let wrong = pointers(fix.app.users(&fix.owner(), TEAM, &strange).wait());
    assert_eq!(wrong, ["/limit", "/cursor"]);
    // A cursor of a list of another kind.
    let strange = Paging { limit: 2, cursor: Some("aQAAAAAAAAAB".to_owned()) };
    let wrong = pointers(fix.app.users(&fix.owner(), TEAM, &strange).wait());
    assert_eq!(wrong, ["/cursor"]);
}

#[test]
fn if_22_only_the_operator_adds_users_and_an_address_once() {
    let fix = Fixture::new();
    let zoe = new_user("Zoe@acme.example", "administrator");
    let owner = NewUser { owner: true, ..zoe.clone() };
    let add = |call: &Call, user: &NewUser| fix.app.add_user(call, TEAM, user).wait();
    assert_eq!(refused(add(&fix.owner(), &owner)), "forbidden");
    let caller = Caller::Operator { acting: Some(email("ada@acme.example")) };
    let acting = Call { caller, origin: None, once: None };
    assert_eq!(refused(add(&acting, &owner)), "forbidden");
    let made = add(&Call::operator(), &owner).unwrap();
    assert_eq!((made.owner, made.version), (true, 1));
    assert_eq!(told(&fix, "user.joined").len(), 6);
    assert_eq!(audited(&fix, "user.add").len(), 5);

    let again = new_user("zoe@ACME.example", "member");
    assert_eq!(refused(add(&Call::operator(), &again)), "already_member");
    let owner = NewUser { owner: true, ..new_user("kim@acme.example", "member") };
    assert_eq!(refused(add(&Call::operator(), &owner)), "owner_must_be_administrator");
    let coordinator = NewUser { coordinator: true, ..new_user("kim@acme.example", "external") };
    assert_eq!(refused(add(&Call::operator(), &coordinator)), "validation");
    let wrong = pointers(add(&Call::operator(), &new_user("kim", "boss")));
    assert_eq!(wrong, ["/email", "/profile"]);
}

#[test]
fn or_4_profiles_change_between_member_and_administrator() {
    let fix = Fixture::new();
    let profile = |who: &str, of: &str, to: &str| {
        let change = UserChange { profile: Some(to.to_owned()), ..UserChange::default() };
        change_user(&fix, who, of, &change)
    };
    let cory = profile("bob", "cory", "administrator").unwrap();
    assert_eq!((cory.profile.as_str(), cory.coordinator), ("administrator", false));
    assert_eq!(cory.version, 2);
    // The profile one has is no change.
    assert_eq!(profile("bob", "cory", "administrator").unwrap().version, 2);
    assert_eq!(told(&fix, "user.updated").len(), 1);
    assert_eq!(refused(profile("bob", "bob", "member")), "own_profile");
    assert_eq!(refused(profile("bob", "ada", "member")), "owner_must_be_administrator");
    assert_eq!(refused(profile("bob", "mia", "external")), "profile_fixed");
    assert_eq!(refused(profile("bob", "eve", "member")), "profile_fixed");
    assert_eq!(refused(profile("mia", "eve", "member")), "forbidden");
    assert_eq!(pointers(profile("bob", "mia", "boss")), ["/profile"]);
}

#[test]
fn or_2_each_part_of_a_change_needs_its_right() {
    let fix = Fixture::new();
    let coordinator = UserChange { coordinator: Some(true), ..UserChange::default() };
    assert_eq!(refused(change_user(&fix, "bob", "mia", &coordinator)), "forbidden");
    let owner = UserChange { owner: Some(true), ..UserChange::default() };
    assert_eq!(refused(change_user(&fix, "bob", "cory", &owner)), "forbidden");
    let both = UserChange { profile: Some("administrator".to_owned()), ..coordinator.clone() };
    assert_eq!(refused(change_user(&fix, "bob", "mia", &both)), "forbidden");
    assert!(change_user(&fix, "ada", "mia", &coordinator).unwrap().coordinator);
    // To strangers the team is absent, whoever is asked for.
    let mia = id_of(&fix, "mia");
    let stranger = fix.call("lin@example.org");
    let answer = fix.app.change_user(&stranger, TEAM, mia, &coordinator, None).wait();
    assert_eq!(refused(answer), "not_found");
    let unknown = UserId::from_bits(1);
    let answer = fix.app.change_user(&fix.owner(), TEAM, unknown, &coordinator, None).wait();
    assert_eq!(refused(answer), "not_found");
}

#[test]
fn or_6_ownership_comes_and_goes_with_the_profile_and_one_owner_stays() {
    let fix = Fixture::new();
    let make = UserChange {
        profile: Some("administrator".to_owned()),
        owner: Some(true),
        coordinator: None,
    };
    let unmake = UserChange {
        profile: Some("member".to_owned()),
        owner: Some(false),
        coordinator: Some(true),
    };
    let resign = UserChange { owner: Some(false), ..UserChange::default() };
    assert_eq!(refused(change_user(&fix, "ada", "ada", &resign)), "last_owner");
    let mia = change_user(&fix, "ada", "mia", &make).unwrap();
    assert_eq!((mia.owner, mia.profile.as_str(), mia.version), (true, "administrator", 2));
    assert!(!change_user(&fix, "ada", "ada", &resign).unwrap().owner);
    let again = UserChange { owner: Some(true), ..UserChange::default() };
    assert!(change_user(&fix, "mia", "ada", &again).unwrap().owner);
    let mia = change_user(&fix, "ada", "mia", &unmake).unwrap();
    assert_eq!((mia.owner, mia.coordinator, mia.version), (false, true, 3));
    assert_eq!(mia.profile, "member");
}

#[test]
fn ga_40_a_change_of_a_user_may_carry_its_version() {
    let fix = Fixture::new();
    let mia = id_of(&fix, "mia");
    let change = UserChange { coordinator: Some(true), ..UserChange::default() };
    let with =
        |version| fix.app.change_user(&fix.owner(), TEAM, mia, &change, Some(version)).wait();
    assert_eq!(with(1).unwrap().version, 2);
    let Err(Fault::Refused(refusal)) = with(1) else { panic!("changed") };
    assert_eq!(refusal.code(), "stale");
    assert_eq!(format!("{:?}", refusal.facts()), r#"[("current", Number(2))]"#);
}

#[test]
fn or_5_many_profiles_change_together_or_not_at_all() {
    let fix = Fixture::new();
    revoke(&fix, "ada", "eve").unwrap();
    fix.app
        .add_user(&Call::operator(), TEAM, &new_user("xi@acme.example", "external"))
        .wait()
        .unwrap();
    let bulk = |by: &str, to: &str, who: &[&str]| {
        let user_ids = who.iter().map(|name| id_of(&fix, name).to_string()).collect();
        let request = BulkRequest { user_ids, profile: to.to_owned() };
        fix.app.change_profiles(&fix.call(by), TEAM, &request).wait()
    };
    let names = |users: &[UserView]| users.iter().map(|user| user.name.clone()).collect::<Vec<_>>();
    let all = ["eve", "mia", "cory", "bob", "xi", "mia"];
    let answer = bulk("ada", "administrator", &all).unwrap();
    assert_eq!(names(&answer.changed), ["cory", "mia"]);
    assert_eq!(names(&answer.unchanged), ["bob"]);
    assert_eq!(names(&answer.unaffected), ["eve", "xi"]);

    assert_eq!(refused(bulk("bob", "member", &["cory", "bob"])), "own_profile");
    assert_eq!(refused(bulk("bob", "member", &["cory", "ada"])), "owner_must_be_administrator");
    assert_eq!(refused(bulk("bob", "external", &["cory"])), "profile_fixed");
    assert_eq!(show(&fix, "cory").profile, "administrator");
    let bad = BulkRequest { user_ids: vec!["inv_1".to_owned()], profile: "boss".to_owned() };
    let wrong = pointers(fix.app.change_profiles(&fix.owner(), TEAM, &bad).wait());
    assert_eq!(wrong, ["/user_ids/0", "/profile"]);
    let many =
        BulkRequest { user_ids: vec!["usr_1".to_owned(); 1_001], profile: "member".to_owned() };
    let wrong = pointers(fix.app.change_profiles(&fix.owner(), TEAM, &many).wait());
    assert_eq!(wrong[0], "/user_ids");
}

#[test]
fn or_7_losing_the_permission_takes_effect_with_the_next_request() {
    let fix = Fixture::new();
    let computer = fix.computer();
    let asked = draft(computer, "mia@acme.example", "2026-12-01T10:00", "2026-12-01T12:00");
    let cory = fix.call("cory");
    fix.app.make_invites(&cory, TEAM, &asked).wait().unwrap();
    change_user(&fix, "ada", "cory", &not_coordinator()).unwrap();
    assert_eq!(refused(fix.app.make_invites(&cory, TEAM, &asked).wait()), "forbidden");
}

#[test]
fn ga_39_who_loses_the_right_to_invite_loses_what_rests_on_it() {
    let fix = Fixture::new();
    fix.credits(5);
    let computer = fix.computer();
    let laptop = own_computer(&fix, "cory");
    let to_oneself = invite(&fix, "cory", computer, "cory@acme.example");
    let to_own = invite(&fix, "cory", laptop, "mia@acme.example");
    let paid = invite(&fix, "cory", computer, "lin@example.org");
    let free = invite(&fix, "cory", computer, "mia@acme.example");
    let for_them = invite(&fix, "bob", computer, "cory@acme.example");

    change_user(&fix, "ada", "cory", &not_coordinator()).unwrap();

    for id in [to_oneself, to_own] {
        assert_eq!(ended(&fix, id).as_deref(), Some("rights_lost"));
    }
    for id in [paid, free, for_them] {
        assert_eq!(ended(&fix, id), None);
    }
    assert_eq!(audited(&fix, "invite.cancel").len(), 2);
    assert_eq!(told(&fix, "invite.cancelled").len(), 2);
    // The computer stays, for when the permission comes back.
    assert!(computers(&fix).iter().any(|one| one.id == laptop));
}

#[test]
fn ga_39_becoming_administrator_or_staying_coordinator_by_group_loses_nothing() {
    let fix = Fixture::new();
    let computer = fix.computer();
    let id = invite(&fix, "cory", computer, "cory@acme.example");
    let group = GroupDraft { name: "Lab".to_owned(), coordinator: true };
    let group = fix.app.make_group(&fix.owner(), TEAM, &group).wait().unwrap().id;
    let cory = id_of(&fix, "cory");
    fix.app.join_group(&fix.owner(), TEAM, group, cory).wait().unwrap();
    let still = change_user(&fix, "ada", "cory", &not_coordinator()).unwrap();
    assert_eq!((still.coordinator, still.coordinator_by_group), (false, true));
    let up = UserChange { profile: Some("administrator".to_owned()), ..UserChange::default() };
    change_user(&fix, "ada", "cory", &up).unwrap();
    assert_eq!(ended(&fix, id), None);
    fix.app.leave_group(&fix.owner(), TEAM, group, cory).wait().unwrap();
    assert_eq!(ended(&fix, id), None);
    let down = UserChange { profile: Some("member".to_owned()), ..UserChange::default() };
    change_user(&fix, "ada", "cory", &down).unwrap();
    assert_eq!(ended(&fix, id).as_deref(), Some("rights_lost"));
}

#[test]
fn or_9_revoking_ends_everything_of_a_user_at_once() {
    let fix = Fixture::new();
    fix.credits(5);
    let computer = fix.computer();
    let laptop = own_computer(&fix, "cory");
    let for_them = invite(&fix, "bob", computer, "cory@acme.example");
    let to_oneself = invite(&fix, "cory", laptop, "cory@acme.example");
    let to_own = invite(&fix, "cory", laptop, "mia@acme.example");
    let by_them = invite(&fix, "cory", computer, "lin@example.org");
    let cory = id_of(&fix, "cory");
    let key = api_key(&fix, Some(cory));
    let group = GroupDraft { name: "Lab".to_owned(), coordinator: true };
    let group = fix.app.make_group(&fix.owner(), TEAM, &group).wait().unwrap().id;
    fix.app.join_group(&fix.owner(), TEAM, group, cory).wait().unwrap();
    fix.app.team(&key, TEAM).wait().unwrap();
    let browser = fix.call("cory");

    let preview = fix.app.revocation(&fix.call("bob"), TEAM, cory).wait().unwrap();
    assert_eq!((preview.invites_for, preview.invites_by), (2, 1));
    assert_eq!((preview.api_keys, preview.groups), (1, 1));
    let lost: Vec<_> =
        preview.computers.iter().map(|one| (one.name.as_str(), one.invites)).collect();
    assert_eq!(lost, [("laptop of cory", 2)]);
    assert_eq!(show(&fix, "cory").state, "active");

    let revoked = revoke(&fix, "bob", "cory").unwrap();
    assert_eq!((revoked.state.as_str(), revoked.name.as_str()), ("revoked", "cory"));
    assert_eq!(revoked.revoked_at, Some(fix.store.now()));
    assert_eq!(refused(fix.app.team(&browser, TEAM).wait()), "not_found");
    assert_eq!(refused(fix.app.team(&key, TEAM).wait()), "unauthenticated");
    assert_eq!(ended(&fix, for_them).as_deref(), Some("user_revoked"));
    assert_eq!(ended(&fix, to_oneself).as_deref(), Some("user_revoked"));
    assert_eq!(ended(&fix, to_own).as_deref(), Some("computer_removed"));
    assert_eq!(ended(&fix, by_them), None);
    assert!(computers(&fix).iter().all(|one| one.id != laptop));
    let left = fix.app.group(&fix.owner(), TEAM, group).wait().unwrap();
    assert_eq!(left.members, []);
    assert_eq!(told(&fix, "user.revoked").len(), 1);
    let letters = fix.app.lease_letters(20).wait().unwrap().letters;
    let to_cory = letters.iter().filter(|letter| letter.to == email("cory@acme.example"));
    assert!(
        to_cory.map(|letter| format!("{:?}", letter.content)).any(|one| one.contains("Revoked"))
    );
}

#[test]
fn ga_39_whoever_revokes_may_cancel_their_invites_in_the_same_step() {
    let fix = Fixture::new();
    fix.credits(1);
    let by_them = invite(&fix, "cory", fix.computer(), "lin@example.org");
    let request = RevokeRequest { cancel_their_invites: true };
    let cory = id_of(&fix, "cory");
    fix.app.revoke_user(&fix.call("bob"), TEAM, cory, &request).wait().unwrap();
    assert_eq!(ended(&fix, by_them).as_deref(), Some("cancelled"));
    assert_eq!(fix.app.balance(&fix.owner(), TEAM).wait().unwrap().balance, 1);
}

#[test]
fn or_10_revoking_twice_answers_with_the_date_and_changes_nothing() {
    let fix = Fixture::new();
    let first = revoke(&fix, "bob", "mia").unwrap();
    fix.advance(60);
    let Err(Fault::Refused(refusal)) = revoke(&fix, "bob", "mia") else { panic!("revoked") };
    assert_eq!(refusal.code(), "already_revoked");
    let at = first.revoked_at.unwrap();
    assert_eq!(refusal.facts(), [("at", guest_core::Fact::At(at))]);
    assert_eq!(show(&fix, "mia").version, first.version);
    assert_eq!(audited(&fix, "user.revoke").len(), 1);
}

#[test]
fn or_6_who_may_revoke_whom() {
    let fix = Fixture::new();
    assert_eq!(refused(revoke(&fix, "ada", "ada")), "own_account");
    assert_eq!(refused(revoke(&fix, "bob", "ada")), "forbidden");
    assert_eq!(refused(revoke(&fix, "cory", "mia")), "forbidden");
    let operator =
        fix.app.revoke_user(&Call::operator(), TEAM, id_of(&fix, "ada"), &RevokeRequest::default());
    assert_eq!(refused(operator.wait()), "last_owner");
    let owner = UserChange { owner: Some(true), ..UserChange::default() };
    change_user(&fix, "ada", "bob", &owner).unwrap();
    // Of two owners who revoke each other exactly one succeeds.
    revoke(&fix, "bob", "ada").unwrap();
    assert_eq!(refused(revoke(&fix, "ada", "bob")), "not_found");
}

#[test]
fn or_9_whoever_comes_back_is_a_new_user() {
    let fix = Fixture::new();
    let old = id_of(&fix, "mia");
    revoke(&fix, "bob", "mia").unwrap();
    let mia = new_user("mia@acme.example", "member");
    let new = fix.app.add_user(&Call::operator(), TEAM, &mia).wait().unwrap();
    assert_ne!(new.id, old);
    let both = users(&fix, &fix.owner());
    let states: Vec<_> = both.iter().filter(|user| user.email == new.email).collect();
    assert_eq!(
        states.iter().map(|user| user.state.as_str()).collect::<Vec<_>>(),
        ["revoked", "active"]
    );
    fix.app.team(&fix.call("mia"), TEAM).wait().unwrap();
}

fn users(fix: &Fixture, call: &Call) -> Vec<UserView> {
    fix.app.users(call, TEAM, &Paging::default()).wait().unwrap().data
}

/// Returns the latest user of this name.
fn show(fix: &Fixture, name: &str) -> UserView {
    let address = email(&format!("{name}@acme.example"));
    let mut all = users(fix, &fix.call("bob")).into_iter();
    all.rfind(|user| user.email.as_ref() == Some(&address)).unwrap()
}

fn change_user(
    fix: &Fixture,
    by: &str,
    whom: &str,
    change: &UserChange,
) -> Result<UserView, Fault> {
    fix.app.change_user(&fix.call(by), TEAM, id_of(fix, whom), change, None).wait()
}

fn revoke(fix: &Fixture, by: &str, whom: &str) -> Result<UserView, Fault> {
    let request = RevokeRequest::default();
    fix.app.revoke_user(&fix.call(by), TEAM, id_of(fix, whom), &request).wait()
}

fn not_coordinator() -> UserChange {
    UserChange { coordinator: Some(false), ..UserChange::default() }
}

fn new_user(address: &str, profile: &str) -> NewUser {
    NewUser {
        email: address.to_owned(),
        name: address.split('@').next().unwrap().to_owned(),
        profile: profile.to_owned(),
        coordinator: false,
        owner: false,
    }
}

fn api_key(fix: &Fixture, user: Option<UserId>) -> Call {
    let draft = ApiKeyDraft {
        name: "script".to_owned(),
        scopes: vec!["all".to_owned()],
        user_id: user.map(|id| id.to_string()),
    };
    let made = fix.app.make_api_key(&fix.owner(), TEAM, &draft).wait().unwrap();
    let secret = Secret::parse(Purpose::ApiKey, &made.key.unwrap()).unwrap();
    Call { caller: Caller::ApiKey(secret.hash()), origin: None, once: None }
}

/// Provisions a computer of somebody's own, online and with guest access on.
fn own_computer(fix: &Fixture, who: &str) -> ComputerId {
    let call = fix.call(who);
    let mine = ComputerDraft { name: format!("laptop of {who}"), provision: "personal".to_owned() };
    let made = fix.app.register_computer(&call, TEAM, &mine).wait().unwrap();
    let on = ComputerChange { name: None, guest_access: Some(true) };
    fix.app.change_computer(&call, TEAM, made.computer.id, &on, None).wait().unwrap();
    let secret = Secret::parse(Purpose::AgentToken, &made.secret.unwrap()).unwrap();
    let beat = Heartbeat { name: "laptop".to_owned(), ..Heartbeat::default() };
    fix.app.heartbeat(&secret, None, &beat).wait().unwrap();
    made.computer.id
}

fn computers(fix: &Fixture) -> Vec<ComputerView> {
    fix.app.computers(&fix.owner(), TEAM, &Paging::default()).wait().unwrap().data
}

fn invite(fix: &Fixture, by: &str, computer: ComputerId, guest: &str) -> InviteId {
    let asked = draft(computer, guest, "2026-12-01T10:00", "2026-12-01T12:00");
    fix.app.make_invites(&fix.call(by), TEAM, &asked).wait().unwrap().invites[0].id
}

/// Returns why an invite has ended, if it has.
fn ended(fix: &Fixture, id: InviteId) -> Option<String> {
    let invite = fix.app.invite(&fix.owner(), TEAM, id).wait().unwrap();
    invite.ended.map(|ended| ended.reason)
}
