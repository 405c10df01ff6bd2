//! Users: what they are, and what follows when they lose it.

use guest_app::view::ComputerView;
use guest_app::{
    BulkRequest, Call, Caller, ComputerChange, ComputerDraft, Fault, GroupDraft, Heartbeat,
    NewTeam, NewUser, Paging, RevokeRequest, UserChange, UserView,
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
fn or_1_a_user_has_a_name_an_email_a_profile_and_flags() {
    let fix = Fixture::new();
    let told = |name: &str| {
        let user = show(&fix, name);
        (user.name, user.profile, user.owner, user.coordinator, user.state)
    };
    let of = |name: &str, profile: &str, owner, coordinator| {
        (name.to_owned(), profile.to_owned(), owner, coordinator, "active".to_owned())
    };
    assert_eq!(told("ada"), of("Ada", "administrator", true, false));
    assert_eq!(told("bob"), of("bob", "administrator", false, false));
    assert_eq!(told("cory"), of("cory", "member", false, true));
    assert_eq!(told("eve"), of("eve", "external", false, false));
    revoke(&fix, "bob", "eve").unwrap();
    assert_eq!(show(&fix, "eve").state, "revoked");
}

#[test]
fn or_1_emails_of_active_users_are_unique_in_a_team_regardless_of_case() {
    let fix = Fixture::new();
    let beta = NewTeam {
        team: "beta".to_owned(),
        name: "Beta".to_owned(),
        owner: "MIA@acme.example".to_owned(),
        ..NewTeam::default()
    };
    fix.app.init_team(&beta).wait().unwrap();
    let again = new_user("MIA@acme.EXAMPLE", "administrator");
    let add = |team: &str| fix.app.add_user(&Call::operator(), team, &again).wait();
    assert_eq!(refused(add(TEAM)), "already_member");
    assert_eq!(refused(add("beta")), "already_member");
    // The address of somebody revoked is free, for one.
    revoke(&fix, "bob", "mia").unwrap();
    assert_eq!(add(TEAM).unwrap().profile, "administrator");
    assert_eq!(refused(add(TEAM)), "already_member");
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

pub(crate) fn users(fix: &Fixture, call: &Call) -> Vec<UserView> {
    fix.app.users(call, TEAM, &Paging::default()).wait().unwrap().data
}

/// Returns the latest user of this name.
pub(crate) fn show(fix: &Fixture, name: &str) -> UserView {
    let address = email(&format!("{name}@acme.example"));
    let mut all = users(fix, &fix.call("bob")).into_iter();
    all.rfind(|user| user.email.as_ref() == Some(&address)).unwrap()
}

pub(crate) fn change_user(
    fix: &Fixture,
    by: &str,
    whom: &str,
    change: &UserChange,
) -> Result<UserView, Fault> {
    fix.app.change_user(&fix.call(by), TEAM, id_of(fix, whom), change, None).wait()
}

pub(crate) fn revoke(fix: &Fixture, by: &str, whom: &str) -> Result<UserView, Fault> {
    let request = RevokeRequest::default();
    fix.app.revoke_user(&fix.call(by), TEAM, id_of(fix, whom), &request).wait()
}

fn not_coordinator() -> UserChange {
    UserChange { coordinator: Some(false), ..UserChange::default() }
}

pub(crate) fn new_user(address: &str, profile: &str) -> NewUser {
    NewUser {
        email: address.to_owned(),
        name: address.split('@').next().unwrap().to_owned(),
        profile: profile.to_owned(),
        coordinator: false,
        owner: false,
    }
}

/// Provisions a computer of somebody's own, online and with guest access on.
pub(crate) fn own_computer(fix: &Fixture, who: &str) -> ComputerId {
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

pub(crate) fn computers(fix: &Fixture) -> Vec<ComputerView> {
    fix.app.computers(&fix.owner(), TEAM, &Paging::default()).wait().unwrap().data
}

pub(crate) fn invite(fix: &Fixture, by: &str, computer: ComputerId, guest: &str) -> InviteId {
    let asked = draft(computer, guest, "2026-12-01T10:00", "2026-12-01T12:00");
    fix.app.make_invites(&fix.call(by), TEAM, &asked).wait().unwrap().invites[0].id
}

/// Returns why an invite has ended, if it has.
pub(crate) fn ended(fix: &Fixture, id: InviteId) -> Option<String> {
    let invite = fix.app.invite(&fix.owner(), TEAM, id).wait().unwrap();
    invite.ended.map(|ended| ended.reason)
}
