//! Teams, their settings, and who one is in them.

use guest_app::{ApiKeyDraft, Call, Caller, NewTeam, TeamChange};
use guest_core::{Purpose, Secret};

use crate::fixture::{Fixture, TEAM, email, refused};
use crate::traces::{audited, nobody, pointers};

#[test]
fn if_23_a_team_is_made_once_with_its_owner() {
    let fix = Fixture::new();
    let again = NewTeam {
        team: TEAM.to_owned(),
        name: "Another".to_owned(),
        owner: "zoe@acme.example".to_owned(),
        ..NewTeam::default()
    };
    assert_eq!(refused(fix.app.init_team(&again).wait()), "name_taken");
    let other = NewTeam { team: "beta".to_owned(), ..again };
    let made = fix.app.init_team(&other).wait().unwrap();
    assert_eq!((made.id.as_str(), made.time_zone.as_str()), ("beta", "UTC"));
    assert_eq!(made.personal_computers.as_deref(), Some("team"));
    let me = fix.app.me(&fix.call("zoe")).wait().unwrap();
    assert_eq!((me.teams.len(), me.teams[0].role.as_str()), (1, "owner"));
    let teams: Vec<_> = fix.app.teams().wait().unwrap().into_iter().map(|team| team.id).collect();
    assert_eq!(teams, ["acme", "beta"]);
}

#[test]
fn if_3_a_new_team_reports_everything_wrong_at_once() {
    let fix = Fixture::new();
    let bad = NewTeam {
        team: "Acme!".to_owned(),
        name: " ".to_owned(),
        owner: "ada".to_owned(),
        owner_name: Some("two\nlines".to_owned()),
        time_zone: Some("Europe/Atlantis".to_owned()),
    };
    let wrong = pointers(fix.app.init_team(&bad).wait());
    assert_eq!(wrong, ["/team", "/name", "/owner", "/owner_name", "/time_zone"]);
}

#[test]
fn or_2_settings_are_for_owners_name_and_zone_for_everybody() {
    let fix = Fixture::new();
    let whole = fix.app.team(&fix.owner(), TEAM).wait().unwrap();
    assert_eq!(whole.email_sign_in.as_deref(), Some("users"));
    assert_eq!((whole.sso_required, whole.low_balance_mark), (Some(false), None));
    for who in ["bob", "cory", "mia", "eve"] {
        let brief = fix.app.team(&fix.call(who), TEAM).wait().unwrap();
        assert_eq!((brief.name.as_str(), brief.time_zone.as_str()), ("Acme", "Europe/Paris"));
        let settings = (brief.reply_to, brief.personal_computers, brief.email_sign_in);
        assert_eq!(settings, (None, None, None), "{who}");
        let change = fix.app.change_team(&fix.call(who), TEAM, &TeamChange::default()).wait();
        assert_eq!(refused(change), "forbidden", "{who}");
    }
    assert_eq!(refused(fix.app.team(&fix.call("lin@example.org"), TEAM).wait()), "not_found");
    assert_eq!(refused(fix.app.team(&fix.owner(), "beta").wait()), "not_found");
    assert_eq!(refused(fix.app.team(&fix.owner(), "No Team").wait()), "not_found");
    assert_eq!(refused(fix.app.team(&nobody(), TEAM).wait()), "unauthenticated");
}

#[test]
fn qu_35_settings_change_alone_or_together_and_are_audited() {
    let fix = Fixture::new();
    let all: TeamChange = serde_json::from_str(
        r#"{"name": "Acme Labs", "time_zone": "Asia/Tokyo", "reply_to": "desk@acme.example",
            "personal_computers": "anyone", "low_balance_mark": 10, "email_sign_in": "users",
            "sso_required": false}"#,
    )
    .unwrap();
    let changed = fix.app.change_team(&fix.owner(), TEAM, &all).wait().unwrap();
    assert_eq!((changed.name.as_str(), changed.time_zone.as_str()), ("Acme Labs", "Asia/Tokyo"));
    assert_eq!(changed.reply_to, Some(email("desk@acme.example")));
    assert_eq!(changed.personal_computers.as_deref(), Some("anyone"));
    assert_eq!(changed.low_balance_mark, Some(10));

    let none: TeamChange =
        serde_json::from_str(r#"{"reply_to": null, "low_balance_mark": null}"#).unwrap();
    for _ in 0..2 {
        let changed = fix.app.change_team(&fix.owner(), TEAM, &none).wait().unwrap();
        assert_eq!((changed.reply_to, changed.low_balance_mark), (None, None));
        assert_eq!(changed.name, "Acme Labs");
    }
    // The second time it changed nothing.
    assert_eq!(audited(&fix, "team.change").len(), 2);
}

#[test]
fn or_35_nobody_locks_everybody_out() {
    let fix = Fixture::new();
    let guests = TeamChange { email_sign_in: Some("guests".to_owned()), ..TeamChange::default() };
    let sso = TeamChange { sso_required: Some(true), ..TeamChange::default() };
    for change in [guests, sso] {
        let answer = fix.app.change_team(&fix.owner(), TEAM, &change).wait();
        assert_eq!(refused(answer), "would_lock_out");
    }
    let bad = TeamChange {
        email_sign_in: Some("nobody".to_owned()),
        personal_computers: Some("some".to_owned()),
        reply_to: Some(Some("desk".to_owned())),
        ..TeamChange::default()
    };
    let wrong = pointers(fix.app.change_team(&fix.owner(), TEAM, &bad).wait());
    assert_eq!(wrong, ["/reply_to", "/personal_computers", "/email_sign_in"]);
}

#[test]
fn if_2_me_says_who_one_is_and_what_one_may_do() {
    let fix = Fixture::new();
    let me = |call: &Call| fix.app.me(call).wait();
    let mia = me(&fix.call("mia")).unwrap();
    assert_eq!(mia.email, Some(email("mia@acme.example")));
    assert_eq!(mia.teams[0].role, "member");
    let rights = [
        "read_team",
        "read_events",
        "own_devices",
        "list_users",
        "read_workspaces",
        "use_workspaces",
        "see_names",
        "share_workspaces",
        "read_storage",
    ];
    assert_eq!(
        (mia.teams[0].rights.as_slice(), &mia.teams[0].barred),
        (&rights.map(str::to_owned)[..], &None)
    );
    let guest = me(&fix.call("lin@example.org")).unwrap();
    assert_eq!((guest.email, guest.teams.len()), (Some(email("lin@example.org")), 0));
    assert_eq!(refused(me(&nobody())), "unauthenticated");

    let operator = me(&Call::operator()).unwrap();
    assert_eq!((operator.email, operator.teams[0].user_id), (None, None));
    assert_eq!(operator.teams[0].role, "owner");
    let caller = Caller::Operator { acting: Some(email("bob@acme.example")) };
    let acting = me(&Call { caller, origin: None, once: None }).unwrap();
    assert_eq!(acting.teams[0].role, "administrator");

    let draft = ApiKeyDraft {
        name: "reader".to_owned(),
        scopes: vec!["invites:read".to_owned()],
        user_id: None,
    };
    let key = fix.app.make_api_key(&fix.owner(), TEAM, &draft).wait().unwrap().key.unwrap();
    let hash = Secret::parse(Purpose::ApiKey, &key).unwrap().hash();
    let call = Call { caller: Caller::ApiKey(hash), origin: None, once: None };
    let program = me(&call).unwrap();
    assert_eq!(program.email, Some(email("ada@acme.example")));
    // Of an owner's rights only what the key is for, and what needs no scope.
    assert_eq!(program.teams[0].rights, ["read_team", "read_invites", "reach_personal"]);
}
