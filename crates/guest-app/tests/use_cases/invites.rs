//! Making, previewing, listing and changing invites.

use guest_app::{
    Call, EmailsDraft, ExtendDraft, Fault, InviteChange, InviteQuery, Paging, TeamChange,
    WindowChange,
};
use guest_core::{ComputerId, InviteId, Refusal};

use crate::fixture::{Fixture, TEAM, at, draft, email, refused};

#[test]
fn ga_10_one_invite_for_each_guest_all_or_none() {
    let fix = Fixture::new();
    let computer = fix.computer();
    fix.credits(2);
    let three = "lin@example.org, sam@example.net, kim@example.net";
    let asked = draft(computer, three, "2026-12-01T10:00", "2026-12-01T12:00");
    let answer = fix.app.make_invites(&fix.call("cory"), TEAM, &asked).wait();
    let Err(Fault::Refused(refusal)) = answer else { panic!("made") };
    assert_eq!(refusal.code(), "insufficient_credits");
    assert_eq!(
        format!("{:?}", refusal.facts()),
        r#"[("needed", Number(3)), ("available", Number(2))]"#
    );
    assert_eq!((invites(&fix).len(), balance(&fix)), (0, 2));

    let made = fix.invite(computer, "lin@example.org, sam@example.net");
    assert_eq!((made.credits.debited, made.credits.balance), (2, 0));
    assert_eq!(invites(&fix).len(), 2);
}

#[test]
fn ga_17_kinds_may_mix_and_only_outside_costs() {
    let fix = Fixture::new();
    let computer = fix.computer();
    fix.credits(1);
    let made = fix
        .invite(computer, "Lin@example.org, MIA@acme.example, cory@acme.example, lin@EXAMPLE.org");
    let kinds: Vec<_> = made.invites.iter().map(|i| (i.kind.as_str(), i.credit.as_str())).collect();
    assert_eq!(kinds, [("outside", "debited"), ("team", "free"), ("oneself", "free")]);
    assert_eq!(made.credits.debited, 1);
}

#[test]
fn if_3_everything_that_is_wrong_is_reported_at_once() {
    let fix = Fixture::new();
    let computer = fix.computer();
    let mut asked = draft(computer, "no, lin@example.org", "2026-03-29T02:30", "2026-03-28T25:00");
    asked.window.time_zone = "Europe/Paris".to_owned();
    asked.title = "two\nlines".to_owned();
    asked.permissions = vec!["mouse".to_owned(), "printer".to_owned()];
    asked.message = "bell \u{7}".to_owned();
    let Err(Fault::Refused(guest_app::Refused::Input(errors))) =
        fix.app.make_invites(&fix.call("cory"), TEAM, &asked).wait()
    else {
        panic!("made")
    };
    let mut found: Vec<_> =
        errors.iter().map(|error| (error.pointer.as_str(), error.code)).collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("/emails/0", "validation"),
            ("/message", "validation"),
            ("/permissions/1", "validation"),
            ("/title", "validation"),
            ("/window/end", "validation"),
            ("/window/start", "time_skipped"),
        ]
    );
}

#[test]
fn ga_12_windows_are_judged_on_the_servers_clock() {
    let fix = Fixture::new();
    let computer = fix.computer();
    let code = |start: &str, end: &str| {
        let asked = draft(computer, "mia@acme.example", start, end);
        fix.app.make_invites(&fix.call("cory"), TEAM, &asked).wait().map(drop).err().map(|fault| {
            match fault {
                Fault::Refused(refusal) => refusal.code(),
                Fault::Store(_) => "store",
            }
        })
    };
    assert_eq!(code("2026-12-01T08:00", "2026-12-01T09:00"), Some("window_in_past"));
    assert_eq!(code("2026-12-01T08:00", "2026-12-01T09:01"), None);
    assert_eq!(code("2026-12-01T11:00", "2026-12-01T11:00"), Some("window_reversed"));
    assert_eq!(code("2026-12-01T11:00", "2026-12-06T11:01"), Some("window_too_long"));
    assert_eq!(code("2027-12-03T11:00", "2027-12-03T12:00"), Some("window_too_far"));
}

#[test]
fn ga_2_without_guest_access_nobody_is_invited() {
    let fix = Fixture::new();
    let computer = fix.heartbeat("studio-2");
    let asked = draft(computer, "mia@acme.example", "2026-12-01T10:00", "2026-12-01T12:00");
    let made = fix.app.make_invites(&fix.call("cory"), TEAM, &asked).wait();
    assert_eq!(refused(made), "guest_access_off");
    // It is seen nevertheless, by everybody who could invite to it.
    let seen = fix.app.computer(&fix.call("cory"), TEAM, computer).wait().unwrap();
    assert!(!seen.guest_access);
}

#[test]
fn ga_5_an_offline_team_computer_is_a_warning() {
    let fix = Fixture::new();
    let computer = fix.computer();
    fix.advance(60);
    let made = fix.invite(computer, "mia@acme.example");
    assert_eq!(made.warnings[0].code, "computer_offline");
    fix.heartbeat("studio-1");
    let made = fix.invite(computer, "mia@acme.example");
    assert_eq!(made.warnings[0].code, "overlapping_invite");
}

#[test]
fn or_2_who_may_invite() {
    let fix = Fixture::new();
    let computer = fix.computer();
    let asked = draft(computer, "mia@acme.example", "2026-12-01T10:00", "2026-12-01T12:00");
    let code = |call: &Call| fix.app.make_invites(call, TEAM, &asked).wait().map(drop);
    for who in ["ada", "bob", "cory"] {
        code(&fix.call(who)).unwrap();
    }
    assert_eq!(refused(code(&fix.call("mia"))), "forbidden");
    assert_eq!(refused(code(&fix.call("eve"))), "forbidden");
    assert_eq!(refused(code(&fix.call("lin@example.org"))), "not_found");
    let nobody = Call { caller: guest_app::Caller::Nobody, origin: None, once: None };
    assert_eq!(refused(code(&nobody)), "unauthenticated");
}

#[test]
fn if_21_the_operator_stands_for_the_longest_standing_owner() {
    let fix = Fixture::new();
    let computer = fix.computer();
    let asked = draft(computer, "mia@acme.example", "2026-12-01T10:00", "2026-12-01T12:00");
    let made = fix.app.make_invites(&Call::operator(), TEAM, &asked).wait().unwrap();
    assert_eq!(made.invites[0].invited_by, email("ada@acme.example"));
}

#[test]
fn ga_20_a_preview_tells_everything_and_does_nothing() {
    let fix = Fixture::new();
    let computer = fix.computer();
    let guests = "lin@example.org, mia@acme.example, cory@acme.example";
    let asked = draft(computer, guests, "2026-12-01T10:00", "2026-12-01T12:00");
    let preview = fix.app.preview_invites(&fix.call("cory"), TEAM, &asked).wait().unwrap();
    assert_eq!((preview.credits.needed, preview.credits.available), (1, 0));
    assert_eq!((preview.credits.sufficient, preview.credits.balance_after), (false, None));
    let why: Vec<_> = preview.guests.iter().map(|guest| guest.why.as_str()).collect();
    assert_eq!(why, ["from outside the team", "a user of the team", "yourself"]);
    assert_eq!(preview.mails.len(), 3);
    assert!(preview.mails[0].text.contains("Usability study"));
    assert_eq!(invites(&fix).len(), 0);

    let asked = draft(ComputerId::from_bits(5), guests, "2026-12-01T10:00", "2026-12-01T12:00");
    let preview = fix.app.preview_invites(&fix.call("cory"), TEAM, &asked).wait();
    assert_eq!(refused(preview), "not_found");
}

#[test]
fn ga_33_moving_the_window_mails_once_and_same_again_not_at_all() {
    let fix = Fixture::new();
    let id = fix.invite_one(fix.computer(), "mia@acme.example");
    fix.app.lease_letters(10).wait().unwrap();
    let change = |end: &str| InviteChange {
        window: Some(WindowChange { end: Some(end.to_owned()), ..WindowChange::default() }),
        permissions: None,
    };
    for _ in 0..2 {
        let cory = fix.call("cory");
        let edited = fix.app.edit_invite(&cory, TEAM, id, &change("2026-12-01T13:00"), None);
        let edited = edited.wait().unwrap();
        assert_eq!((edited.window.end_local.as_str(), edited.version), ("2026-12-01T13:00", 2));
        assert_eq!(edited.window.start_local, "2026-12-01T10:00");
    }
    assert_eq!(fix.app.lease_letters(10).wait().unwrap().letters.len(), 1);
}

#[test]
fn ga_40_a_change_based_on_an_old_version_is_refused() {
    let fix = Fixture::new();
    let id = fix.invite_one(fix.computer(), "mia@acme.example");
    let look_only = InviteChange { window: None, permissions: Some(Vec::new()) };
    let cory = fix.call("cory");
    fix.app.edit_invite(&cory, TEAM, id, &look_only, Some(1)).wait().unwrap();
    let again = fix.app.edit_invite(&cory, TEAM, id, &look_only, Some(1)).wait();
    let Err(Fault::Refused(refusal)) = again else { panic!("changed") };
    assert_eq!(refusal.code(), "stale");
    assert_eq!(format!("{:?}", refusal.facts()), r#"[("current", Number(2))]"#);
    assert_eq!(refused(fix.app.cancel_invite(&cory, TEAM, id, Some(1)).wait()), "stale");
}

#[test]
fn ga_32_cr_11_cancelling_before_use_gives_the_credit_back_once() {
    let fix = Fixture::new();
    fix.credits(1);
    let id = fix.invite_one(fix.computer(), "lin@example.org");
    assert_eq!(balance(&fix), 0);
    fix.app.cancel_invite(&fix.call("bob"), TEAM, id, None).wait().unwrap();
    assert_eq!(balance(&fix), 1);
    let again = fix.app.cancel_invite(&fix.call("bob"), TEAM, id, None).wait();
    assert_eq!(refused(again), "invite_ended");
    assert_eq!(balance(&fix), 1);
    // The invite mail had not gone out: it is withdrawn, and nothing else is sent.
    assert_eq!(fix.app.lease_letters(10).wait().unwrap().letters.len(), 0);
    assert_eq!(show(&fix, id).mail.state, "withdrawn");
}

#[test]
fn ga_30_an_unused_invite_expires_with_its_window_and_is_refunded() {
    let fix = Fixture::new();
    fix.credits(1);
    let id = fix.invite_one(fix.computer(), "lin@example.org");
    fix.until("11:59:59");
    assert_eq!(show(&fix, id).phase, "open");
    fix.until("12:00:00");
    let expired = show(&fix, id);
    assert_eq!((expired.phase.as_str(), expired.credit.as_str()), ("expired", "refunded"));
    assert_eq!(expired.ended.unwrap().reason, "window_ended");
    assert_eq!(balance(&fix), 1);
}

#[test]
fn ga_33_an_invite_whose_end_has_come_cannot_be_extended_though_the_timer_is_late() {
    let fix = Fixture::new();
    let id = fix.invite_one(fix.computer(), "mia@acme.example");
    fix.store.set(at("12:00:00"));
    let more = ExtendDraft { minutes: Some(30), end: None };
    assert_eq!(
        refused(fix.app.extend(&fix.call("cory"), TEAM, id, &more, None).wait()),
        "invite_ended"
    );
    assert_eq!(
        refused(fix.app.cancel_invite(&fix.call("cory"), TEAM, id, None).wait()),
        "invite_ended"
    );
}

#[test]
fn ga_33_that_an_invite_has_ended_goes_before_what_is_wrong_with_its_change() {
    let fix = Fixture::new();
    let id = fix.invite_one(fix.computer(), "mia@acme.example");
    let end = |text: &str| WindowChange { end: Some(text.to_owned()), ..WindowChange::default() };
    let changes = [
        InviteChange { window: Some(end("noon")), permissions: None },
        InviteChange { window: Some(end("2026-12-01T10:00")), permissions: None },
        InviteChange { window: None, permissions: Some(vec!["telepathy".to_owned()]) },
    ];
    let edited =
        |change, who| refused(fix.app.edit_invite(&fix.call(who), TEAM, id, change, None).wait());
    let none = ExtendDraft { minutes: None, end: None };
    let extended = || refused(fix.app.extend(&fix.call("cory"), TEAM, id, &none, None).wait());
    for (change, code) in changes.iter().zip(["validation", "window_reversed", "validation"]) {
        assert_eq!(edited(change, "cory"), code);
    }
    assert_eq!(extended(), "validation");
    fix.app.cancel_invite(&fix.call("cory"), TEAM, id, None).wait().unwrap();
    for change in &changes {
        assert_eq!(edited(change, "cory"), "invite_ended");
        assert_eq!(edited(change, "mia"), "forbidden");
    }
    assert_eq!(extended(), "invite_ended");
}

#[test]
fn ga_33_an_end_in_the_past_is_called_so_also_before_the_start() {
    let fix = Fixture::new();
    let id = fix.invite_one(fix.computer(), "mia@acme.example");
    fix.until("10:30:00");
    for end in ["2026-12-01T09:00", "2026-12-01T10:15"] {
        let to = ExtendDraft { minutes: None, end: Some(end.to_owned()) };
        let extended = fix.app.extend(&fix.call("cory"), TEAM, id, &to, None).wait();
        assert_eq!(refused(extended), "window_in_past");
        let window = WindowChange { end: to.end, ..WindowChange::default() };
        let change = InviteChange { window: Some(window), permissions: None };
        let edited = fix.app.edit_invite(&fix.call("cory"), TEAM, id, &change, None).wait();
        assert_eq!(refused(edited), "window_in_past");
    }
}

#[test]
fn ga_19_a_new_link_kills_the_old_one() {
    let fix = Fixture::new();
    let id = fix.invite_one(fix.computer(), "mia@acme.example");
    let old = show(&fix, id).link.unwrap();
    let new = fix.app.new_link(&fix.call("cory"), TEAM, id, None).wait().unwrap().link.unwrap();
    assert_ne!(old, new);
    let token = |link: &str| link.rsplit('/').next().unwrap().to_owned();
    let mia = fix.call("mia");
    assert_eq!(refused(fix.app.guest_link(&mia, &token(&old)).wait()), "link_unknown");
    fix.app.guest_link(&mia, &token(&new)).wait().unwrap();
}

#[test]
fn ga_48_more_time_is_granted_in_one_step() {
    let fix = Fixture::new();
    let id = fix.invite_one(fix.computer(), "mia@acme.example");
    let cory = fix.call("cory");
    let extend = |draft: ExtendDraft| fix.app.extend(&cory, TEAM, id, &draft, None).wait();
    let by = ExtendDraft { minutes: Some(30), end: None };
    assert_eq!(extend(by).unwrap().window.end_local, "2026-12-01T12:30");
    let to = ExtendDraft { minutes: None, end: Some("2026-12-01T14:00".to_owned()) };
    assert_eq!(extend(to).unwrap().window.end_local, "2026-12-01T14:00");
    let long = ExtendDraft { minutes: Some(7200), end: None };
    assert_eq!(refused(extend(long)), "window_too_long");
    assert_eq!(refused(extend(ExtendDraft::default())), "validation");
}

#[test]
fn ga_6_personal_computers_serve_free_invites_unless_the_team_says_otherwise() {
    let fix = Fixture::new();
    fix.credits(1);
    let cory = fix.call("cory");
    let mine =
        guest_app::ComputerDraft { name: "laptop".to_owned(), provision: "personal".to_owned() };
    let made = fix.app.register_computer(&cory, TEAM, &mine).wait().unwrap();
    let id = made.computer.id;
    let on = guest_app::ComputerChange { name: None, guest_access: Some(true) };
    fix.app.change_computer(&cory, TEAM, id, &on, None).wait().unwrap();
    let asked = draft(id, "lin@example.org", "2026-12-01T10:00", "2026-12-01T12:00");
    let invite_as = |call: &Call| fix.app.make_invites(call, TEAM, &asked).wait();
    assert_eq!(refused(invite_as(&cory)), "computer_offline");
    let secret =
        guest_core::Secret::parse(guest_core::Purpose::AgentToken, &made.secret.unwrap()).unwrap();
    let beat = guest_app::Heartbeat { name: "x".to_owned(), ..guest_app::Heartbeat::default() };
    fix.app.heartbeat(&secret, None, &beat).wait().unwrap();
    assert_eq!(refused(invite_as(&cory)), "team_computer_required");
    // To others it does not exist; owners see it, but it is not theirs to invite to.
    assert_eq!(refused(invite_as(&fix.call("bob"))), "not_found");
    assert_eq!(refused(invite_as(&fix.owner())), "forbidden");
    let anyone =
        TeamChange { personal_computers: Some("anyone".to_owned()), ..TeamChange::default() };
    fix.app.change_team(&fix.owner(), TEAM, &anyone).wait().unwrap();
    assert_eq!(invite_as(&cory).unwrap().credits.debited, 1);
}

#[test]
fn if_4_lists_come_newest_first_in_pages_and_filtered() {
    let fix = Fixture::new();
    let computer = fix.computer();
    let ids: Vec<_> = (0..5).map(|_| fix.invite_one(computer, "mia@acme.example")).collect();
    let cory = fix.call("cory");
    let mut paging = Paging { limit: 2, cursor: None };
    let (mut listed, mut added) = (Vec::new(), Vec::new());
    loop {
        let query = InviteQuery::default();
        let page = fix.app.invites(&cory, TEAM, &query, &paging).wait().unwrap();
        listed.extend(page.data.iter().map(|invite| invite.id));
        paging.cursor = page.next_cursor;
        if paging.cursor.is_none() {
            break;
        }
        // What is added meanwhile neither moves nor repeats anything.
        added.push(fix.invite_one(computer, "bob@acme.example"));
    }
    assert_eq!(added.len(), 2);
    assert_eq!(listed, ids.iter().rev().copied().collect::<Vec<_>>());
    let with = |query: InviteQuery| {
        fix.app.invites(&cory, TEAM, &query, &Paging::default()).wait().map(|page| page.data.len())
    };
    let phase = |name: &str| InviteQuery { phase: Some(name.to_owned()), ..InviteQuery::default() };
    assert_eq!(with(phase("scheduled")).unwrap(), 7);
    assert_eq!(with(phase("void")).unwrap(), 0);
    assert_eq!(refused(with(phase("asleep"))), "validation");
    let guest =
        |text: &str| InviteQuery { guest_email: Some(text.to_owned()), ..InviteQuery::default() };
    assert_eq!(with(guest("MIA@acme.example")).unwrap(), 5);
    assert_eq!(with(guest("lin@example.org")).unwrap(), 0);
}

pub(crate) fn invites(fix: &Fixture) -> Vec<InviteId> {
    let query = InviteQuery::default();
    let page = fix.app.invites(&fix.owner(), TEAM, &query, &Paging::default()).wait().unwrap();
    page.data.iter().map(|invite| invite.id).collect()
}

pub(crate) fn show(fix: &Fixture, id: InviteId) -> guest_app::view::InviteView {
    fix.app.invite(&fix.call("cory"), TEAM, id).wait().unwrap()
}

pub(crate) fn balance(fix: &Fixture) -> u64 {
    fix.app.balance(&fix.owner(), TEAM).wait().unwrap().balance
}

/// The emails of a request may come as a list, too.
#[test]
fn ga_11_a_list_and_a_text_are_the_same() {
    let fix = Fixture::new();
    let computer = fix.computer();
    let mut asked = draft(computer, "", "2026-12-01T10:00", "2026-12-01T12:00");
    asked.emails = EmailsDraft::List(vec!["mia@acme.example".to_owned(), " ".to_owned()]);
    let made = fix.app.make_invites(&fix.call("cory"), TEAM, &asked).wait().unwrap();
    assert_eq!(made.invites.len(), 1);
    asked.emails = EmailsDraft::Text(" , ,".to_owned());
    assert_eq!(refused(fix.app.make_invites(&fix.call("cory"), TEAM, &asked).wait()), "validation");
}
