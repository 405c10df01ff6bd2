//! Groups, and the coordinator permission they carry.

use guest_app::{Fault, GroupChange, GroupDraft, GroupView, Paging, RevokeRequest};
use guest_core::{GroupId, InviteId, UserId};

use crate::fixture::{Fixture, TEAM, draft, refused};
use crate::traces::{audited, id_of, told};

#[test]
fn or_7_owners_make_rename_and_delete_groups() {
    let fix = Fixture::new();
    let lab = make(&fix, "ada", "Lab", true).unwrap();
    assert_eq!((lab.name.as_str(), lab.coordinator, lab.members.len()), ("Lab", true, 0));
    assert_eq!(refused(make(&fix, "ada", "LAB", false)), "name_taken");
    assert_eq!(refused(make(&fix, "ada", " ", false)), "validation");
    let other = make(&fix, "ada", "Other", false).unwrap();
    let rename = |id, name: &str| {
        let change = GroupChange { name: Some(name.to_owned()), coordinator: None };
        fix.app.change_group(&fix.owner(), TEAM, id, &change).wait()
    };
    assert_eq!(refused(rename(other.id, "lab")), "name_taken");
    assert_eq!(rename(lab.id, "lab").unwrap().name, "lab");
    fix.app.delete_group(&fix.owner(), TEAM, other.id).wait().unwrap();
    assert_eq!(refused(fix.app.group(&fix.owner(), TEAM, other.id).wait()), "not_found");
    assert_eq!(refused(fix.app.delete_group(&fix.owner(), TEAM, other.id).wait()), "not_found");
    let names: Vec<_> = groups(&fix).into_iter().map(|group| group.name).collect();
    assert_eq!(names, ["lab"]);
    for action in ["group.create", "group.change", "group.delete"] {
        assert!(!audited(&fix, action).is_empty(), "{action}");
    }
}

#[test]
fn or_2_groups_are_for_owners() {
    let fix = Fixture::new();
    let lab = make(&fix, "ada", "Lab", true).unwrap().id;
    for who in ["bob", "cory", "mia", "eve"] {
        let call = fix.call(who);
        let codes = [
            refused(make(&fix, who, "Mine", true)),
            refused(fix.app.groups(&call, TEAM, &Paging::default()).wait()),
            refused(fix.app.group(&call, TEAM, lab).wait()),
            refused(fix.app.change_group(&call, TEAM, lab, &GroupChange::default()).wait()),
            refused(fix.app.delete_group(&call, TEAM, lab).wait()),
            refused(fix.app.join_group(&call, TEAM, lab, id_of(&fix, who)).wait()),
            refused(fix.app.leave_group(&call, TEAM, lab, id_of(&fix, who)).wait()),
        ];
        assert_eq!(codes, ["forbidden"; 7], "{who}");
    }
}

#[test]
fn or_7_a_group_makes_its_members_coordinators_until_they_leave() {
    let fix = Fixture::new();
    let computer = fix.computer();
    let lab = make(&fix, "ada", "Lab", true).unwrap().id;
    let mia = id_of(&fix, "mia");
    let asked = draft(computer, "bob@acme.example", "2026-12-01T10:00", "2026-12-01T12:00");
    let invite = || fix.app.make_invites(&fix.call("mia"), TEAM, &asked).wait();
    assert_eq!(refused(invite()), "forbidden");
    for _ in 0..2 {
        assert_eq!(join(&fix, lab, mia).unwrap().members, [mia]);
    }
    invite().unwrap();
    assert!(fix.app.user(&fix.owner(), TEAM, mia).wait().unwrap().coordinator_by_group);
    for _ in 0..2 {
        assert_eq!(leave(&fix, lab, mia).unwrap().members, []);
    }
    assert_eq!(refused(invite()), "forbidden");
    // What changed nothing was neither told nor written down.
    assert_eq!(told(&fix, "user.updated").len(), 2);
    assert_eq!((audited(&fix, "group.join").len(), audited(&fix, "group.leave").len()), (1, 1));
}

#[test]
fn or_7_only_active_users_join_and_only_groups_there_are() {
    let fix = Fixture::new();
    let lab = make(&fix, "ada", "Lab", true).unwrap().id;
    let mia = id_of(&fix, "mia");
    assert_eq!(refused(join(&fix, GroupId::from_bits(1), mia)), "not_found");
    assert_eq!(refused(join(&fix, lab, UserId::from_bits(1))), "not_found");
    let request = RevokeRequest::default();
    fix.app.revoke_user(&fix.owner(), TEAM, mia, &request).wait().unwrap();
    assert_eq!(refused(join(&fix, lab, mia)), "already_revoked");
}

#[test]
fn or_7_a_group_gives_an_external_user_nothing() {
    let fix = Fixture::new();
    let lab = make(&fix, "ada", "Lab", true).unwrap().id;
    join(&fix, lab, id_of(&fix, "eve")).unwrap();
    assert_eq!(fix.app.me(&fix.call("eve")).wait().unwrap().teams[0].role, "external");
}

#[test]
fn ga_39_losing_the_permission_through_a_group_takes_what_rests_on_it() {
    check_loss(|fix, lab, mia| drop(leave(fix, lab, mia).unwrap()));
    check_loss(|fix, lab, _| fix.app.delete_group(&fix.owner(), TEAM, lab).wait().unwrap());
    check_loss(|fix, lab, _| {
        let change = GroupChange { name: None, coordinator: Some(false) };
        fix.app.change_group(&fix.owner(), TEAM, lab, &change).wait().unwrap();
    });
}

#[test]
fn ga_39_another_group_that_carries_the_permission_keeps_it() {
    let fix = Fixture::new();
    let (lab, invite) = mia_invites_herself(&fix);
    let second = make(&fix, "ada", "Second", true).unwrap().id;
    join(&fix, second, id_of(&fix, "mia")).unwrap();
    fix.app.delete_group(&fix.owner(), TEAM, lab).wait().unwrap();
    assert_eq!(ended(&fix, invite), None);
}

#[track_caller]
fn check_loss(lose: impl Fn(&Fixture, GroupId, UserId)) {
    let fix = Fixture::new();
    let (lab, invite) = mia_invites_herself(&fix);
    assert_eq!(ended(&fix, invite), None);
    lose(&fix, lab, id_of(&fix, "mia"));
    assert_eq!(ended(&fix, invite).as_deref(), Some("rights_lost"));
}

/// Makes mia a coordinator by group, and an invite to herself.
fn mia_invites_herself(fix: &Fixture) -> (GroupId, InviteId) {
    let computer = fix.computer();
    let lab = make(fix, "ada", "Lab", true).unwrap().id;
    join(fix, lab, id_of(fix, "mia")).unwrap();
    let asked = draft(computer, "mia@acme.example", "2026-12-01T10:00", "2026-12-01T12:00");
    let made = fix.app.make_invites(&fix.call("mia"), TEAM, &asked).wait().unwrap();
    (lab, made.invites[0].id)
}

fn make(fix: &Fixture, by: &str, name: &str, coordinator: bool) -> Result<GroupView, Fault> {
    let group = GroupDraft { name: name.to_owned(), coordinator };
    fix.app.make_group(&fix.call(by), TEAM, &group).wait()
}

fn groups(fix: &Fixture) -> Vec<GroupView> {
    fix.app.groups(&fix.owner(), TEAM, &Paging::default()).wait().unwrap().data
}

fn join(fix: &Fixture, group: GroupId, user: UserId) -> Result<GroupView, Fault> {
    fix.app.join_group(&fix.owner(), TEAM, group, user).wait()
}

fn leave(fix: &Fixture, group: GroupId, user: UserId) -> Result<GroupView, Fault> {
    fix.app.leave_group(&fix.owner(), TEAM, group, user).wait()
}

fn ended(fix: &Fixture, id: InviteId) -> Option<String> {
    let invite = fix.app.invite(&fix.owner(), TEAM, id).wait().unwrap();
    invite.ended.map(|ended| ended.reason)
}
