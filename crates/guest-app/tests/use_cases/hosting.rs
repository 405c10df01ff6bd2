//! Who has a say over invites and over guests who are there.

use guest_app::{
    Call, ComputerChange, CutAnswer, CutDraft, ExtendDraft, Fault, Heartbeat, InviteChange,
    InviteQuery, MoveDraft, NewUser, Paging,
};
use guest_core::{ComputerId, InviteId};

use crate::computers::{connect, last_end, life, owned, personal};
use crate::fixture::{Fixture, TEAM, draft, refused};
use crate::guest::everything;
use crate::traces::audited;

#[test]
fn ga_38_who_changes_invites_to_team_and_personal_computers() {
    let (everywhere, shared) = ((Ok(()), Ok(())), (Ok(()), Err("not_found")));
    check_changes("ada", everywhere);
    check_changes("cory", everywhere);
    check_changes("bob", shared);
    check_changes("carl", shared);
    check_changes("mia", (Err("forbidden"), Err("forbidden")));
    check_changes("eve", (Err("forbidden"), Err("forbidden")));
    check_changes("lin@example.org", (Err("not_found"), Err("not_found")));
}

/// Somebody may do everything or nothing with the invites to `studio-1` and to cory's laptop.
#[track_caller]
fn check_changes(who: &str, expected: (Result<(), &str>, Result<(), &str>)) {
    let hosts = Hosts::new();
    for (invite, expected) in [(hosts.shared, expected.0), (hosts.own, expected.1)] {
        for (verb, change) in CHANGES {
            let call = hosts.fix.call(who);
            let before = everything(&hosts.fix);
            let done = change(&hosts.fix, &call, invite);
            match expected {
                Ok(()) => done.unwrap(),
                Err(code) => {
                    assert_eq!(refused(done), code, "{who} {verb}");
                    assert!(everything(&hosts.fix) == before, "{who} {verb} changed something");
                }
            }
        }
    }
}

/// Everything that is done with an invite, the end at the end.
const CHANGES: [(&str, Change); 10] = [
    ("edits", |fix, call, id| {
        let look_only = InviteChange { window: None, permissions: Some(Vec::new()) };
        fix.app.edit_invite(call, TEAM, id, &look_only, None).wait().map(drop)
    }),
    ("applies", |fix, call, id| fix.app.apply_permissions(call, TEAM, id, None).wait()),
    ("kicks", |fix, call, id| fix.app.kick(call, TEAM, id, false, None).wait()),
    ("keeps out", |fix, call, id| fix.app.kick(call, TEAM, id, true, None).wait()),
    ("readmits", |fix, call, id| fix.app.readmit(call, TEAM, id, None).wait()),
    ("renews the link", |fix, call, id| fix.app.new_link(call, TEAM, id, None).wait().map(drop)),
    ("mails again", |fix, call, id| fix.app.resend(call, TEAM, id).wait().map(drop)),
    ("moves", |fix, call, id| {
        let computers = fix.app.computers(&Call::operator(), TEAM, &Paging::default()).wait()?;
        let to = computers.data.iter().find(|computer| computer.name == "studio-2").unwrap();
        let to = MoveDraft { computer_id: to.id.to_string() };
        fix.app.move_invite(call, TEAM, id, &to, None).wait().map(drop)
    }),
    ("extends", |fix, call, id| {
        let more = ExtendDraft { minutes: Some(30), end: None };
        fix.app.extend(call, TEAM, id, &more, None).wait().map(drop)
    }),
    ("cancels", |fix, call, id| fix.app.cancel_invite(call, TEAM, id, None).wait()),
];

type Change = fn(&Fixture, &Call, InviteId) -> Result<(), Fault>;

#[test]
fn ga_3_invites_to_a_personal_computer_are_seen_by_its_user_and_owners() {
    let hosts = Hosts::new();
    let seen = |who: &str| {
        let call = hosts.fix.call(who);
        let all = hosts.fix.app.invites(&call, TEAM, &InviteQuery::default(), &Paging::default());
        let mut all: Vec<_> = all.wait().unwrap().data.iter().map(|invite| invite.id).collect();
        all.sort_unstable();
        all
    };
    for who in ["ada", "cory"] {
        assert_eq!(seen(who), [hosts.shared, hosts.own], "{who}");
    }
    for who in ["bob", "carl"] {
        assert_eq!(seen(who), [hosts.shared], "{who}");
        let own = hosts.fix.app.invite(&hosts.fix.call(who), TEAM, hosts.own).wait();
        assert_eq!(refused(own), "not_found", "{who}");
    }
}

#[test]
fn ga_34_applying_now_has_the_guest_reconnect_with_the_new_permissions() {
    let hosts = Hosts::new();
    hosts.open();
    connect(&hosts.fix, "mia", hosts.shared);
    let cory = hosts.fix.call("cory");
    let look_only = InviteChange { window: None, permissions: Some(Vec::new()) };
    hosts.fix.app.edit_invite(&cory, TEAM, hosts.shared, &look_only, None).wait().unwrap();
    assert_eq!(last_end(&hosts.fix, hosts.shared), None);
    hosts.fix.app.apply_permissions(&cory, TEAM, hosts.shared, None).wait().unwrap();
    assert_eq!(last_end(&hosts.fix, hosts.shared).as_deref(), Some("permissions_changed"));
    connect(&hosts.fix, "mia", hosts.shared);
    let shown = hosts.fix.app.invite(&cory, TEAM, hosts.shared).wait().unwrap();
    assert_eq!(serde_json::to_string(&shown.session.unwrap().permissions).unwrap(), "[]");
}

#[test]
fn ga_45_kicking_where_nobody_is_succeeds() {
    let hosts = Hosts::new();
    let cory = hosts.fix.call("cory");
    hosts.fix.app.kick(&cory, TEAM, hosts.shared, false, None).wait().unwrap();
    hosts.open();
    connect(&hosts.fix, "mia", hosts.shared);
    for _ in 0..2 {
        hosts.fix.app.kick(&cory, TEAM, hosts.shared, false, None).wait().unwrap();
        assert_eq!(last_end(&hosts.fix, hosts.shared).as_deref(), Some("kicked"));
    }
}

#[test]
fn ga_49_the_panic_switch_ends_sessions_and_leaves_invites_unless_told() {
    let hosts = Hosts::new();
    hosts.open();
    connect(&hosts.fix, "mia", hosts.shared);
    // Of two live invites one has a guest who is there.
    assert_eq!(hosts.cut("cory", &kick()).unwrap(), (1, 0));
    assert_eq!(last_end(&hosts.fix, hosts.shared).as_deref(), Some("kicked"));
    assert_eq!(life(&hosts.fix, hosts.shared), owned(("live", "")));
    connect(&hosts.fix, "mia", hosts.shared);
    assert_eq!(hosts.cut("cory", &all()).unwrap(), (1, 2));
    assert_eq!(last_end(&hosts.fix, hosts.shared).as_deref(), Some("cancelled"));
    assert_eq!(life(&hosts.fix, hosts.own), owned(("cancelled", "cancelled")));
    assert_eq!(hosts.cut("cory", &all()).unwrap(), (0, 0));
    assert_eq!(audited(&hosts.fix, "guest_access.cut"), ["cory@acme.example"; 3]);
}

#[test]
fn ga_49_it_cuts_by_computer_sender_and_domain() {
    let hosts = Hosts::new();
    hosts.fix.credits(2);
    let asked = |guest| draft(hosts.studio, guest, "2026-12-01T10:00", "2026-12-01T12:00");
    for guest in ["lin@example.org", "sam@example.net"] {
        let bob = hosts.fix.call("bob");
        hosts.fix.app.make_invites(&bob, TEAM, &asked(guest)).wait().unwrap();
    }
    let text = |text: &str| Some(text.to_owned());
    let domain = CutDraft { email_domain: text("EXAMPLE.org"), ..all() };
    assert_eq!(hosts.cut("cory", &domain).unwrap(), (0, 1));
    let sender = CutDraft { invited_by: text("BOB@acme.example"), ..all() };
    assert_eq!(hosts.cut("cory", &sender).unwrap(), (0, 1));
    let computer = CutDraft { computer_id: text(&hosts.laptop.to_string()), ..all() };
    assert_eq!(hosts.cut("cory", &computer).unwrap(), (0, 1));
    assert_eq!(life(&hosts.fix, hosts.own), owned(("cancelled", "cancelled")));
    assert_eq!(life(&hosts.fix, hosts.shared), owned(("live", "")));
    // Where one may not kick nothing is there to be cut.
    assert_eq!(refused(hosts.cut("carl", &computer)), "not_found");
}

#[test]
fn ga_49_it_reaches_as_far_as_one_may_kick() {
    let hosts = Hosts::new();
    assert_eq!(refused(hosts.cut("mia", &all())), "forbidden");
    assert_eq!(hosts.cut("bob", &all()).unwrap(), (0, 1));
    assert_eq!(life(&hosts.fix, hosts.own), owned(("live", "")));
    assert_eq!(hosts.cut("ada", &all()).unwrap(), (0, 1));
    assert_eq!(life(&hosts.fix, hosts.own), owned(("cancelled", "cancelled")));
}

/// Two invites of cory's for mia, for 10:00 to 12:00; carl coordinates, too.
struct Hosts {
    fix: Fixture,
    studio: ComputerId,
    /// cory's own computer.
    laptop: ComputerId,
    /// To the team computer `studio-1`.
    shared: InviteId,
    /// To the laptop.
    own: InviteId,
}

impl Hosts {
    fn new() -> Self {
        let fix = Fixture::new();
        let carl = NewUser {
            email: "carl@acme.example".to_owned(),
            name: "carl".to_owned(),
            profile: "member".to_owned(),
            coordinator: true,
            owner: false,
        };
        fix.app.add_user(&Call::operator(), TEAM, &carl).wait().unwrap();
        let studio = fix.computer();
        fix.computer_named("studio-2");
        let (laptop, token) = personal(&fix, "cory", "laptop");
        let on = ComputerChange { name: None, guest_access: Some(true) };
        fix.app.change_computer(&fix.call("cory"), TEAM, laptop, &on, None).wait().unwrap();
        fix.app.heartbeat(&token, None, &Heartbeat::default()).wait().unwrap();
        let [shared, own] = [studio, laptop].map(|to| fix.invite_one(to, "mia@acme.example"));
        Self { fix, studio, laptop, shared, own }
    }

    /// Lets time pass up to the start, at which `studio-1` is online.
    fn open(&self) {
        self.fix.until("10:00:00");
        self.fix.heartbeat("studio-1");
    }

    /// Returns how many sessions ended, and how many invites were cancelled.
    fn cut(&self, who: &str, draft: &CutDraft) -> Result<(u32, u32), Fault> {
        let cut: CutAnswer = self.fix.app.cut(&self.fix.call(who), TEAM, draft).wait()?;
        Ok((cut.sessions_ended, cut.invites_cancelled))
    }
}

/// Everybody out, and nobody back in.
fn all() -> CutDraft {
    CutDraft { cancel: Some(true), ..CutDraft::default() }
}

fn kick() -> CutDraft {
    CutDraft { cancel: Some(false), ..CutDraft::default() }
}
