//! What a team takes as proof of who one is, and that an owner can always come in.

use guest_app::letter::Content;
use guest_app::{
    Call, CodeRequest, CodeTry, NewTeam, NewUser, RevokeRequest, TeamChange, UserChange,
};

use crate::devices::{browser, enrol, sign_in};
use crate::fixture::{Fixture, TEAM, email, refused};
use crate::traces::{audited, id_of, nobody};
use crate::users::change_user;

#[test]
fn or_35_settings_that_lock_everybody_out_are_refused() {
    let fix = Fixture::new();
    assert_eq!(refused(change(&fix, &guests())), "would_lock_out");
    assert_eq!(refused(change(&fix, &sso())), "would_lock_out");
    // A device of somebody who is no owner helps nobody.
    enrol(&fix, &fix.call("bob"), 1, "Laptop").unwrap();
    assert_eq!(refused(change(&fix, &guests())), "would_lock_out");
    enrol(&fix, &fix.call("ada"), 2, "Laptop").unwrap();
    let team = change(&fix, &guests()).unwrap();
    assert_eq!(team.email_sign_in.as_deref(), Some("guests"));
    // A device is not enough where only single sign-on is taken.
    assert_eq!(refused(change(&fix, &sso())), "would_lock_out");
    assert_eq!(audited(&fix, "team.change").len(), 1);
    // Back is always possible.
    let users = TeamChange { email_sign_in: Some("users".to_owned()), ..TeamChange::default() };
    let call = browser(&device(&fix, "ada"));
    fix.app.change_team(&call, TEAM, &users).wait().unwrap();
}

#[test]
fn or_35_a_mailed_code_opens_guest_links_only_where_the_team_says_so() {
    let fix = Fixture::new();
    fix.credits(1);
    let made = fix.invite(fix.computer(), "mia@acme.example");
    let link = made.invites[0].link.clone().unwrap();
    let token = link.rsplit('/').next().unwrap().to_owned();
    enrol(&fix, &fix.call("ada"), 2, "Laptop").unwrap();
    let by_code = code(&fix, "mia@acme.example");
    fix.app.team(&by_code, TEAM).wait().unwrap();

    change(&fix, &guests()).unwrap();
    assert_eq!(refused(fix.app.team(&by_code, TEAM).wait()), "device_required");
    let me = fix.app.me(&by_code).wait().unwrap();
    let [team] = &me.teams[..] else { panic!("another number of teams") };
    assert_eq!((team.barred.as_deref(), team.rights.len()), (Some("device_required"), 0));
    assert_eq!((team.role.as_str(), team.user_id), ("member", Some(id_of(&fix, "mia"))));
    fix.until("10:00:00");
    fix.computer();
    assert_eq!(fix.app.guest_link(&by_code, &token).wait().unwrap().you, "right");
    // A link of the operator's and a device are as good as ever.
    fix.app.team(&fix.call("mia"), TEAM).wait().unwrap();
    fix.app.team(&browser(&device(&fix, "mia")), TEAM).wait().unwrap();
    // Strangers do not learn what a team requires.
    let stranger = code(&fix, "lin@example.org");
    assert_eq!(refused(fix.app.team(&stranger, TEAM).wait()), "not_found");
}

#[test]
fn or_35_a_device_proves_nothing_to_other_teams() {
    let fix = Fixture::new();
    let beta = NewTeam {
        team: "beta".to_owned(),
        name: "Beta".to_owned(),
        owner: "mia@acme.example".to_owned(),
        ..NewTeam::default()
    };
    fix.app.init_team(&beta).wait().unwrap();
    let signed_in = device(&fix, "mia");
    let teams: Vec<_> = signed_in.teams.iter().map(|team| team.id.as_str()).collect();
    assert_eq!(teams, [TEAM]);
    let call = browser(&signed_in);
    fix.app.team(&call, TEAM).wait().unwrap();
    assert_eq!(refused(fix.app.team(&call, "beta").wait()), "not_found");
    assert_eq!(fix.app.me(&call).wait().unwrap().teams.len(), 1);
    assert_eq!(fix.app.me(&code(&fix, "mia@acme.example")).wait().unwrap().teams.len(), 2);
}

#[test]
fn or_35_the_last_owner_who_can_come_in_is_neither_revoked_nor_unmade() {
    let fix = Fixture::new();
    let owner = UserChange { owner: Some(true), ..UserChange::default() };
    change_user(&fix, "ada", "bob", &owner).unwrap();
    enrol(&fix, &fix.call("ada"), 2, "Laptop").unwrap();
    change(&fix, &guests()).unwrap();
    let ada = id_of(&fix, "ada");
    let bob = fix.call("bob");
    assert_eq!(refused(fix.app.revocation(&bob, TEAM, ada).wait()), "would_lock_out");
    let revoke = || fix.app.revoke_user(&bob, TEAM, ada, &RevokeRequest::default()).wait();
    assert_eq!(refused(revoke()), "would_lock_out");
    let unmake = UserChange { owner: Some(false), ..UserChange::default() };
    assert_eq!(refused(change_user(&fix, "bob", "ada", &unmake)), "would_lock_out");
    enrol(&fix, &fix.call("bob"), 3, "Laptop").unwrap();
    revoke().unwrap();
}

#[test]
fn or_35_a_session_that_was_redeemed_is_as_it_was_proven() {
    let fix = Fixture::new();
    enrol(&fix, &fix.call("ada"), 2, "Laptop").unwrap();
    change(&fix, &guests()).unwrap();
    let handed = fix.app.sign_in_as(&email("mia@acme.example")).wait().unwrap();
    let call = browser(&fix.app.redeem(&nobody(), &handed).wait().unwrap());
    fix.app.team(&call, TEAM).wait().unwrap();
}

#[test]
fn or_8_whoever_comes_back_starts_without_devices() {
    let fix = Fixture::new();
    let first = device(&fix, "mia");
    crate::users::revoke(&fix, "bob", "mia").unwrap();
    let again = NewUser {
        email: "mia@acme.example".to_owned(),
        name: "mia".to_owned(),
        profile: "member".to_owned(),
        ..NewUser::default()
    };
    fix.app.add_user(&Call::operator(), TEAM, &again).wait().unwrap();
    assert_eq!(refused(fix.app.team(&browser(&first), TEAM).wait()), "unauthenticated");
    let none = fix.app.devices(&fix.call("mia"), TEAM, &guest_app::Paging::default());
    assert!(none.wait().unwrap().data.is_empty());
}

/// Signs in with a new device of a user's.
fn device(fix: &Fixture, who: &str) -> guest_app::SignedIn {
    let device = enrol(fix, &fix.call(who), 9, "Desktop").unwrap();
    sign_in(fix, device.id, 9).unwrap()
}

/// Signs in with a mailed code.
fn code(fix: &Fixture, address: &str) -> Call {
    let request = CodeRequest { email: address.to_owned() };
    fix.app.request_code(&nobody(), &request).wait().unwrap();
    let letters = fix.app.lease_letters(100).wait().unwrap().letters;
    let code = letters.iter().rev().find_map(|letter| {
        if let Content::SignIn { code, .. } = &letter.content { Some(code.clone()) } else { None }
    });
    let attempt = CodeTry { email: address.to_owned(), code: code.unwrap() };
    browser(&fix.app.verify_code(&nobody(), &attempt).wait().unwrap())
}

fn change(fix: &Fixture, change: &TeamChange) -> Result<guest_app::TeamView, guest_app::Fault> {
    fix.app.change_team(&fix.owner(), TEAM, change).wait()
}

fn guests() -> TeamChange {
    TeamChange { email_sign_in: Some("guests".to_owned()), ..TeamChange::default() }
}

fn sso() -> TeamChange {
    TeamChange { sso_required: Some(true), ..TeamChange::default() }
}
