//! Setting up a server that has no team (WB-13).

use guest_app::{App, AuditFilter, Call, Caller, FirstStep, NewTeam, Paging};
use guest_core::ComputerId;

use crate::fixture::{Fixture, TEAM, bare, email, refused};
use crate::traces::{nobody, pointers};

#[test]
fn wb_13_the_link_makes_the_team_and_signs_its_owner_in_once() {
    let (app, link) = server();
    app.set_up_link(&link).wait().unwrap();
    app.set_up_link(&link).wait().unwrap();
    assert!(!app.is_set_up().wait().unwrap(), "looking makes nothing");
    let signed_in = app.set_up(&nobody(), &link, &acme()).wait().unwrap();
    assert_eq!(signed_in.email, email("ada@acme.example"));
    let call = Call { caller: Caller::Login(signed_in.cookie.hash()), ..nobody() };
    let me = app.me(&call).wait().unwrap();
    assert_eq!((me.teams[0].id.as_str(), me.teams[0].role.as_str()), ("acme-studios", "owner"));
    let team = app.team(&call, "acme-studios").wait().unwrap();
    assert_eq!((team.name.as_str(), team.time_zone.as_str()), ("Acme Studios", "Europe/Paris"));
    assert!(app.is_set_up().wait().unwrap());
    // The second of two browsers.
    let other = NewTeam { name: "Rival".to_owned(), ..acme() };
    assert_eq!(refused(app.set_up(&nobody(), &link, &other).wait()), "code_used");
    assert_eq!(refused(app.set_up_link(&link).wait()), "code_used");
    assert_eq!(app.teams().wait().unwrap().len(), 1);
}

#[test]
fn wb_13_of_two_who_send_it_at_once_one_makes_the_team() {
    let (app, link) = server();
    let both = ["One", "Two"].map(|name| {
        let new = NewTeam { name: name.to_owned(), ..acme() };
        app.set_up(&nobody(), &link, &new)
    });
    let made = both.into_iter().flat_map(guest_app::Pending::wait);
    assert_eq!(made.count(), 1);
    assert_eq!(app.teams().wait().unwrap().len(), 1);
}

#[test]
fn wb_13_no_other_link_sets_up_a_server() {
    let (app, link) = server();
    let (again, later) = app.clone().offering_set_up();
    let later = later.rsplit('/').next().unwrap().to_owned();
    for wrong in ["", "su_", "nonsense", &later, &link.replace("su_", "si_")] {
        assert_eq!(refused(app.set_up_link(wrong).wait()), "link_unknown", "{wrong}");
        let made = app.set_up(&nobody(), wrong, &acme()).wait();
        assert_eq!(refused(made), "link_unknown", "{wrong}");
    }
    assert!(!app.is_set_up().wait().unwrap());
    // The next start draws another, and a team that was made by another way ends it, too.
    assert_eq!(refused(again.set_up_link(&link).wait()), "link_unknown");
    again.init_team(&acme()).wait().unwrap();
    assert_eq!(refused(again.set_up_link(&later).wait()), "code_used");
    assert_eq!(refused(app.set_up_link(&link).wait()), "code_used");
    // Where none is offered, none holds.
    let fix = Fixture::new();
    assert_eq!(refused(fix.app.set_up_link(&link).wait()), "link_unknown");
}

#[test]
fn wb_13_everything_wrong_is_told_and_the_link_goes_on() {
    let (app, link) = server();
    let bad = NewTeam {
        team: "Acme!".to_owned(),
        name: " ".to_owned(),
        owner: "ada".to_owned(),
        owner_name: None,
        time_zone: Some("Europe/Atlantis".to_owned()),
    };
    let wrong = pointers(app.set_up(&nobody(), &link, &bad).wait());
    assert_eq!(wrong, ["/team", "/name", "/owner", "/time_zone"]);
    let nothing = pointers(app.set_up(&nobody(), &link, &NewTeam::default()).wait());
    assert_eq!(nothing, ["/name", "/owner", "/owner_name"], "the id is made of the name");
    let unreadable = NewTeam { name: "東京".to_owned(), ..acme() };
    assert_eq!(pointers(app.set_up(&nobody(), &link, &unreadable).wait()), ["/team"]);
    app.set_up(&nobody(), &link, &acme()).wait().unwrap();
}

#[test]
fn wb_13_what_comes_next_is_told_until_somebody_is_invited() {
    let fix = Fixture::new();
    let step = |who: &str| fix.app.first_step(&fix.call(who), TEAM).wait().unwrap();
    assert!(matches!(step("ada"), Some(FirstStep::AddComputer)));
    assert!(matches!(step("bob"), Some(FirstStep::AddComputer)));
    for who in ["cory", "mia", "eve"] {
        assert!(step(who).is_none(), "{who} cannot add one");
    }
    let draft =
        guest_app::ComputerDraft { name: "studio-1".to_owned(), provision: "team".to_owned() };
    let made = fix.app.register_computer(&fix.owner(), TEAM, &draft).wait().unwrap();
    let about = |step: Option<FirstStep>| -> (&'static str, Option<ComputerId>) {
        match step {
            None => ("nothing", None),
            Some(FirstStep::AddComputer) => ("add", None),
            Some(FirstStep::RunAgent(computer)) => ("run", Some(computer.id)),
            Some(FirstStep::AllowGuests(computer)) => ("allow", Some(computer.id)),
            Some(FirstStep::Invite(computer)) => ("invite", Some(computer.id)),
        }
    };
    let id = made.computer.id;
    assert_eq!(about(step("ada")), ("run", Some(id)));
    assert_eq!(fix.heartbeat("studio-1"), id);
    assert_eq!(about(step("ada")), ("allow", Some(id)));
    fix.computer();
    assert_eq!(about(step("ada")), ("invite", Some(id)));
    // Another one that is not as far changes nothing.
    fix.heartbeat("studio-2");
    assert_eq!(about(step("ada")), ("invite", Some(id)));
    fix.invite(id, "mia@acme.example");
    assert_eq!(about(step("ada")), ("nothing", None));
    assert_eq!(refused(fix.app.first_step(&fix.call("lin@example.org"), TEAM).wait()), "not_found");
}

#[test]
fn qu_35_setting_up_is_audited() {
    let (app, link) = server();
    let call = Call { origin: Some("192.0.2.7".to_owned()), ..nobody() };
    app.set_up(&call, &link, &acme()).wait().unwrap();
    let all =
        app.audit(&Call::operator(), "acme-studios", &AuditFilter::default(), &Paging::default());
    let mut lines = all.wait().unwrap().data;
    lines.sort_by(|one, other| one.action.cmp(&other.action));
    let told: Vec<_> =
        lines.iter().map(|line| (line.action.as_str(), line.from.as_deref())).collect();
    let from = Some("192.0.2.7");
    assert_eq!(told, [("account.sign_in", from), ("team.create", from)]);
}

/// Returns the application of a server that has no team, and the secret of its link.
fn server() -> (App, String) {
    let (app, address) = bare(|_| {}).0.offering_set_up();
    let link = address.strip_prefix("https://guest.example/set-up/").unwrap().to_owned();
    assert!(link.starts_with("su_"), "{link}");
    (app, link)
}

fn acme() -> NewTeam {
    NewTeam {
        team: String::new(),
        name: "Acme Studios".to_owned(),
        owner: "ada@acme.example".to_owned(),
        owner_name: Some("Ada".to_owned()),
        time_zone: Some("Europe/Paris".to_owned()),
    }
}
