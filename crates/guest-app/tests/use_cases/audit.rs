//! The audit log.

use guest_app::{AuditFilter, AuditView, Call, Fault, Paging, Seen};

use crate::fixture::{Fixture, TEAM, refused};

#[test]
fn qu_35_a_line_says_who_what_when_and_from_where() {
    let fix = Fixture::new();
    let computer = fix.computer();
    fix.advance(5);
    let call = Call { origin: Some("192.0.2.1".to_owned()), ..fix.call("bob") };
    fix.app.remove_computer(&call, TEAM, computer, None).wait().unwrap();
    let removed = AuditFilter { subject: Some(computer.to_string()), ..AuditFilter::default() };
    let [line, ..] = &read(&fix, &removed)[..] else { panic!("no line") };
    assert_eq!(
        (line.actor.as_str(), line.action.as_str()),
        ("bob@acme.example", "computer.remove")
    );
    assert_eq!((line.subject.clone(), line.at), (computer.to_string(), fix.store.now()));
    assert_eq!(line.from.as_deref(), Some("192.0.2.1"));
    assert_eq!(line.detail["name"], "studio-1");
}

#[test]
fn qu_35_lines_are_found_by_time_actor_and_subject() {
    let fix = Fixture::new();
    let computer = fix.computer();
    let all = read(&fix, &AuditFilter::default()).len();
    fix.advance(60);
    let invite = fix.invite_one(computer, "mia@acme.example");
    fix.advance(60);
    let text = |text: &str| Some(text.to_owned());
    let none = AuditFilter::default;
    let from = AuditFilter { from: text("2026-12-01T10:01:00+01:00"), ..none() };
    let actions: Vec<_> = read(&fix, &from).into_iter().map(|line| line.action).collect();
    assert_eq!(actions.iter().filter(|action| action.starts_with("invite.")).count(), 1);
    assert_eq!(actions.iter().filter(|action| action.starts_with("computer.")).count(), 0);
    let minute = AuditFilter { to: text("2026-12-01T09:02:00Z"), ..from };
    check(&fix, &AuditFilter { actor: text("bob@acme.example"), ..minute }, 0);
    check(&fix, &AuditFilter { to: text("2026-12-01T09:01:00Z"), ..none() }, all);
    let cory = AuditFilter { actor: text("CORY@acme.example"), ..none() };
    assert!(read(&fix, &cory).iter().any(|line| line.action == "invite.create"));
    assert!(read(&fix, &cory).iter().all(|line| line.actor == "cory@acme.example"));
    check(&fix, &AuditFilter { actor: text("mia@acme.example"), ..none() }, 0);
    check(&fix, &AuditFilter { subject: Some(invite.to_string()), ..none() }, 1);
    let kind = AuditFilter { kind: text("invite"), ..none() };
    check(&fix, &kind, 1);
    check(&fix, &AuditFilter { kind: text("inv"), ..none() }, 0);
}

#[test]
fn wb_11_days_are_those_of_the_teams_clock() {
    let fix = Fixture::new();
    // In Paris, this is half an hour after midnight.
    fix.store.set("2026-12-01T23:30:00Z".parse().unwrap());
    fix.computer();
    let of = |from: &str, to: &str| {
        let day = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let filter = AuditFilter { from: day(from), to: day(to), ..AuditFilter::default() };
        read(&fix, &filter).into_iter().filter(|line| line.action == "computer.provision").count()
    };
    assert_eq!((of("2026-12-02", ""), of("2026-12-03", "")), (1, 0));
    assert_eq!(
        (of("", "2026-12-01"), of("", "2026-12-02"), of("2026-12-02", "2026-12-02")),
        (0, 1, 1)
    );
}

#[test]
fn wb_11_a_line_is_told_with_what_it_is_about() {
    let fix = Fixture::new();
    let computer = fix.computer();
    let invite = fix.invite_one(computer, "mia@acme.example");
    let cory = fix.call("cory");
    fix.app.cancel_invite(&cory, TEAM, invite, None).wait().unwrap();
    fix.app.remove_computer(&fix.call("bob"), TEAM, computer, None).wait().unwrap();
    let log =
        fix.app.audit_log(&fix.owner(), TEAM, &AuditFilter::default(), &most()).wait().unwrap();
    let line = |action: &str| log.lines.iter().find(|line| line.view.action == action).unwrap();
    let seen = |id: &str, name: &str, can_be_opened| {
        Some(Seen { id: id.to_owned(), name: name.to_owned(), can_be_opened })
    };
    let (invite, host) = (invite.to_string(), computer.to_string());
    let cancelled = line("invite.cancel");
    assert_eq!(cancelled.invite, seen(&invite, "mia@acme.example", true));
    assert_eq!(cancelled.computer, seen(&host, "studio-1", false), "it was removed");
    assert_eq!(line("computer.provision").agent, seen(&host, "studio-1", false));
    let user = line("user.add").user.clone().unwrap();
    assert!(user.name.ends_with("@acme.example") && user.can_be_opened);
    assert_eq!(line("team.create").invite, None);
    assert_eq!(log.zone.name(), "Europe/Paris");
    let refused_to = fix.app.audit_log(&cory, TEAM, &AuditFilter::default(), &most());
    assert_eq!(refused(refused_to.wait()), "forbidden");
}

#[track_caller]
fn check(fix: &Fixture, filter: &AuditFilter, expected: usize) {
    assert_eq!(read(fix, filter).len(), expected);
}

#[test]
fn if_4_the_newest_lines_come_first_and_in_pages() {
    let fix = Fixture::new();
    fix.computer();
    let ada = fix.owner();
    let all: Vec<_> =
        read_as(&fix, &ada, &AuditFilter::default()).into_iter().map(|line| line.id).collect();
    assert!(all.len() > 3, "{all:?}");
    let mut paging = Paging { limit: 3, cursor: None };
    let mut listed = Vec::new();
    loop {
        let page = fix.app.audit(&ada, TEAM, &AuditFilter::default(), &paging);
        let page = page.wait().unwrap();
        assert!(page.data.len() <= 3);
        listed.extend(page.data.into_iter().map(|line| line.id));
        paging.cursor = page.next_cursor;
        if paging.cursor.is_none() {
            break;
        }
    }
    assert_eq!(listed, all);
    let number = |id: &String| id.strip_prefix("aud_").unwrap().parse::<u64>().unwrap();
    assert!(all.iter().map(number).rev().is_sorted());
}

#[test]
fn or_2_administrators_read_the_log() {
    let fix = Fixture::new();
    let code = |who: &str| {
        let filter = AuditFilter::default();
        fix.app.audit(&fix.call(who), TEAM, &filter, &Paging::default()).wait().map(drop)
    };
    code("ada").unwrap();
    code("bob").unwrap();
    for who in ["cory", "mia", "eve"] {
        assert_eq!(refused(code(who)), "forbidden");
    }
    assert_eq!(refused(code("lin@example.org")), "not_found");
}

#[test]
fn if_3_everything_wrong_with_a_filter_is_told() {
    let fix = Fixture::new();
    let yesterday = Some("yesterday".to_owned());
    let filter = AuditFilter { from: yesterday.clone(), to: yesterday, ..AuditFilter::default() };
    let paging = Paging { limit: 0, cursor: None };
    let answer = fix.app.audit(&fix.owner(), TEAM, &filter, &paging).wait();
    let Err(Fault::Refused(guest_app::Refused::Input(errors))) = answer else { panic!("read") };
    let pointers: Vec<_> = errors.iter().map(|error| error.pointer.as_str()).collect();
    assert_eq!(pointers, ["/from", "/to", "/limit"]);
}

fn read(fix: &Fixture, filter: &AuditFilter) -> Vec<AuditView> {
    read_as(fix, &Call::operator(), filter)
}

fn read_as(fix: &Fixture, call: &Call, filter: &AuditFilter) -> Vec<AuditView> {
    fix.app.audit(call, TEAM, filter, &most()).wait().unwrap().data
}

fn most() -> Paging {
    Paging { limit: 200, cursor: None }
}
