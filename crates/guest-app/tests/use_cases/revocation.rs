//! Revoking users: what goes with them, and what is said before.

use guest_app::letter::{Content, Letter};
use guest_app::{ApiKeyDraft, Call, Caller, Fault, GroupDraft, RevokeRequest, UserChange};
use guest_core::{Purpose, Refusal, Secret, UserId};

use crate::fixture::{Fixture, TEAM, email, refused};
use crate::guest::everything;
use crate::traces::{audited, id_of, told};
use crate::users::{
    change_user, computers, ended, invite, new_user, own_computer, revoke, show, users,
};

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

    let revoked = revoke(&fix, "bob", "cory").unwrap();
    assert_eq!((revoked.state.as_str(), revoked.name.as_str()), ("revoked", "cory"));
    assert_eq!(revoked.revoked_at, Some(fix.store.now()));
    assert_eq!(refused(fix.app.team(&browser, TEAM).wait()), "unauthenticated");
    assert_eq!(refused(fix.app.team(&fix.call("cory"), TEAM).wait()), "not_found");
    assert_eq!(refused(fix.app.team(&key, TEAM).wait()), "unauthenticated");
    assert_eq!(ended(&fix, for_them).as_deref(), Some("user_revoked"));
    assert_eq!(ended(&fix, to_oneself).as_deref(), Some("user_revoked"));
    assert_eq!(ended(&fix, to_own).as_deref(), Some("computer_removed"));
    assert_eq!(ended(&fix, by_them), None);
    assert!(computers(&fix).iter().all(|one| one.id != laptop));
    let left = fix.app.group(&fix.owner(), TEAM, group).wait().unwrap();
    assert_eq!(left.members, []);
    assert_eq!(told(&fix, "user.revoked").len(), 1);
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

#[test]
fn or_10_what_will_happen_is_shown_before_confirming() {
    let fix = Fixture::new();
    fix.credits(5);
    let computer = fix.computer();
    let laptop = own_computer(&fix, "cory");
    invite(&fix, "bob", computer, "cory@acme.example");
    invite(&fix, "cory", laptop, "cory@acme.example");
    invite(&fix, "cory", laptop, "mia@acme.example");
    invite(&fix, "cory", computer, "lin@example.org");
    let cory = id_of(&fix, "cory");
    api_key(&fix, Some(cory));
    let group = GroupDraft { name: "Lab".to_owned(), coordinator: true };
    let group = fix.app.make_group(&fix.owner(), TEAM, &group).wait().unwrap().id;
    fix.app.join_group(&fix.owner(), TEAM, group, cory).wait().unwrap();
    let callers = ["bob", "cory", "mia", "eve"].map(|who| fix.call(who));
    let before = everything(&fix);

    let shown = |call: &Call| fix.app.revocation(call, TEAM, cory).wait();
    let [bob, others @ ..] = &callers;
    let preview = shown(bob).unwrap();
    assert_eq!(preview.user.name, "cory");
    assert_eq!((preview.invites_for, preview.invites_by), (2, 1));
    assert_eq!((preview.api_keys, preview.groups), (1, 1));
    let lost: Vec<_> =
        preview.computers.iter().map(|one| (one.id, one.name.as_str(), one.invites)).collect();
    assert_eq!(lost, [(laptop, "laptop of cory", 2)]);
    // It is for those who may then confirm it, and changes nothing.
    for call in others {
        assert_eq!(refused(shown(call)), "forbidden");
    }
    assert!(everything(&fix) == before, "looking changed something");

    revoke(&fix, "bob", "cory").unwrap();
    assert_eq!(told(&fix, "invite.cancelled").len() + told(&fix, "invite.voided").len(), 3);
    assert_eq!(refused(shown(bob)), "already_revoked");
}

#[test]
fn or_10_the_person_gets_a_mail() {
    let fix = Fixture::new();
    revoke(&fix, "bob", "mia").unwrap();
    let letters: [Letter; 1] =
        fix.app.lease_letters(20).wait().unwrap().letters.try_into().unwrap();
    let [letter] = letters;
    assert_eq!(letter.to, email("mia@acme.example"));
    assert!(matches!(letter.content, Content::Revoked { .. }), "{letter:?}");
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
fn ga_39_whoever_revokes_may_cancel_their_invites_in_the_same_step() {
    let fix = Fixture::new();
    fix.credits(1);
    let by_them = invite(&fix, "cory", fix.computer(), "lin@example.org");
    let request = RevokeRequest { cancel_their_invites: true, ..RevokeRequest::default() };
    let cory = id_of(&fix, "cory");
    fix.app.revoke_user(&fix.call("bob"), TEAM, cory, &request).wait().unwrap();
    assert_eq!(ended(&fix, by_them).as_deref(), Some("cancelled"));
    assert_eq!(fix.app.balance(&fix.owner(), TEAM).wait().unwrap().balance, 1);
}

pub(crate) fn api_key(fix: &Fixture, user: Option<UserId>) -> Call {
    let draft = ApiKeyDraft {
        name: "script".to_owned(),
        scopes: vec!["all".to_owned()],
        user_id: user.map(|id| id.to_string()),
    };
    let made = fix.app.make_api_key(&fix.owner(), TEAM, &draft).wait().unwrap();
    let secret = Secret::parse(Purpose::ApiKey, &made.key.unwrap()).unwrap();
    Call { caller: Caller::ApiKey(secret.hash()), origin: None, once: None }
}
