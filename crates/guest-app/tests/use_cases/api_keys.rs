//! API keys: made, used, and gone.

use guest_app::{
    ApiKeyDraft, ApiKeyMade, Call, Caller, Fault, Once, Paging, TeamChange, UserChange, tables,
};
use guest_core::{ApiKeyId, Purpose, Secret, UserId};

use crate::fixture::{Fixture, TEAM, refused};
use crate::traces::{audited, id_of, pointers};

#[test]
fn if_2_a_key_acts_as_its_user_within_its_scopes() {
    let fix = Fixture::new();
    let key = call(&make(&fix, &["credits:read"], None).unwrap());
    fix.app.balance(&key, TEAM).wait().unwrap();
    fix.app.team(&key, TEAM).wait().unwrap();
    let users = fix.app.users(&key, TEAM, &Paging::default()).wait();
    assert_eq!(refused(users), "scope_missing");
    let change = fix.app.change_team(&key, TEAM, &TeamChange::default()).wait();
    assert_eq!(refused(change), "scope_missing");

    let mia = call(&make(&fix, &["all"], Some(id_of(&fix, "mia"))).unwrap());
    assert_eq!(refused(fix.app.balance(&mia, TEAM).wait()), "forbidden");
    // Rights are those of the moment, not those of when the key was made.
    let up = UserChange { coordinator: Some(true), ..UserChange::default() };
    let id = id_of(&fix, "mia");
    fix.app.change_user(&fix.owner(), TEAM, id, &up, None).wait().unwrap();
    fix.app.balance(&mia, TEAM).wait().unwrap();
}

#[test]
fn if_2_a_key_makes_keys_with_no_more_scopes_than_it_has() {
    let fix = Fixture::new();
    let key = call(&make(&fix, &["team:write", "users:read"], None).unwrap());
    let with = |key: &Call, scopes| fix.app.make_api_key(key, TEAM, &draft(scopes, None)).wait();
    assert_eq!(with(&key, &["users:read"]).unwrap().scopes, ["users:read"]);
    assert_eq!(refused(with(&key, &["users:read", "users:write"])), "scope_missing");
    assert_eq!(refused(with(&key, &["all"])), "scope_missing");
    let all = call(&make(&fix, &["all"], None).unwrap());
    with(&all, &["all"]).unwrap();
}

#[test]
fn if_2_a_key_opens_one_team_only() {
    let fix = Fixture::new();
    let beta = guest_app::NewTeam {
        team: "beta".to_owned(),
        name: "Beta".to_owned(),
        owner: "ada@acme.example".to_owned(),
        ..guest_app::NewTeam::default()
    };
    fix.app.init_team(&beta).wait().unwrap();
    fix.app.team(&fix.owner(), "beta").wait().unwrap();
    let key = call(&make(&fix, &["all"], None).unwrap());
    assert_eq!(refused(fix.app.team(&key, "beta").wait()), "not_found");
}

#[test]
fn if_2_owners_make_list_and_delete_keys() {
    let fix = Fixture::new();
    let made = make(&fix, &["invites:read", "invites:write"], None).unwrap();
    assert_eq!(made.user_id, id_of(&fix, "ada"));
    assert_eq!(made.scopes, ["invites:read", "invites:write"]);
    let list = || fix.app.api_keys(&fix.owner(), TEAM, &Paging::default()).wait().unwrap().data;
    assert_eq!(list().iter().map(|key| key.id).collect::<Vec<_>>(), [made.id]);
    for who in ["bob", "cory", "mia", "eve"] {
        let draft = draft(&["all"], None);
        let answer = fix.app.make_api_key(&fix.call(who), TEAM, &draft).wait();
        assert_eq!(refused(answer), "forbidden", "{who}");
        let answer = fix.app.delete_api_key(&fix.call(who), TEAM, made.id).wait();
        assert_eq!(refused(answer), "forbidden", "{who}");
        let answer = fix.app.api_keys(&fix.call(who), TEAM, &Paging::default()).wait();
        assert_eq!(refused(answer), "forbidden", "{who}");
    }
    let key = call(&made);
    fix.app.team(&key, TEAM).wait().unwrap();
    fix.app.delete_api_key(&fix.owner(), TEAM, made.id).wait().unwrap();
    assert_eq!(refused(fix.app.team(&key, TEAM).wait()), "unauthenticated");
    assert_eq!(list().len(), 0);
    let unknown = ApiKeyId::from_bits(1);
    let answer = fix.app.delete_api_key(&fix.owner(), TEAM, unknown).wait();
    assert_eq!(refused(answer), "not_found");
    let lines = (audited(&fix, "api_key.create").len(), audited(&fix, "api_key.delete").len());
    assert_eq!(lines, (1, 1));
}

#[test]
fn if_23_the_operator_makes_keys_for_a_user_or_the_first_owner() {
    let fix = Fixture::new();
    let for_owner = fix.app.make_api_key(&Call::operator(), TEAM, &draft(&["all"], None));
    assert_eq!(for_owner.wait().unwrap().user_id, id_of(&fix, "ada"));
    let cory = id_of(&fix, "cory");
    let for_cory = fix.app.make_api_key(&Call::operator(), TEAM, &draft(&["all"], Some(cory)));
    assert_eq!(for_cory.wait().unwrap().user_id, cory);
    assert_eq!(audited(&fix, "api_key.create"), ["operator", "operator"]);
}

#[test]
fn if_3_a_key_reports_everything_wrong_at_once() {
    let fix = Fixture::new();
    let bad = ApiKeyDraft {
        name: String::new(),
        scopes: vec!["all".to_owned(), "invites".to_owned()],
        user_id: Some("ada".to_owned()),
    };
    let wrong = pointers(fix.app.make_api_key(&fix.owner(), TEAM, &bad).wait());
    assert_eq!(wrong, ["/name", "/scopes/1", "/user_id"]);
    assert_eq!(pointers(make(&fix, &["all"], Some(UserId::from_bits(1)))), ["/user_id"]);
    let mia = id_of(&fix, "mia");
    let request = guest_app::RevokeRequest::default();
    fix.app.revoke_user(&fix.owner(), TEAM, mia, &request).wait().unwrap();
    assert_eq!(pointers(make(&fix, &["all"], Some(mia))), ["/user_id"]);
}

#[test]
fn qu_31_a_key_is_shown_once_and_kept_nowhere() {
    let fix = Fixture::new();
    let owner =
        Call { once: Some(Once { token: "one".to_owned(), fingerprint: [1; 32] }), ..fix.owner() };
    let first = fix.app.make_api_key(&owner, TEAM, &draft(&["all"], None)).wait().unwrap();
    let again = fix.app.make_api_key(&owner, TEAM, &draft(&["all"], None)).wait().unwrap();
    assert_eq!((again.id, again.key), (first.id, None));
    let key = first.key.clone().unwrap();
    for table in tables::ALL {
        assert!(!format!("{:?}", fix.store.rows(table)).contains(&key), "{}", table.name);
    }
    assert!(!format!("{first:?}").contains(&key));
}

fn make(fix: &Fixture, scopes: &[&str], user: Option<UserId>) -> Result<ApiKeyMade, Fault> {
    fix.app.make_api_key(&fix.owner(), TEAM, &draft(scopes, user)).wait()
}

fn draft(scopes: &[&str], user: Option<UserId>) -> ApiKeyDraft {
    ApiKeyDraft {
        name: "script".to_owned(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        user_id: user.map(|id| id.to_string()),
    }
}

fn call(made: &ApiKeyMade) -> Call {
    let secret = Secret::parse(Purpose::ApiKey, made.key.as_ref().unwrap()).unwrap();
    Call { caller: Caller::ApiKey(secret.hash()), origin: None, once: None }
}
