//! What a form to invite guests begins with (WB-3).

use chrono::TimeDelta;
use guest_app::{ComputerChange, EmailsDraft, FormRequest, InviteForm};

use crate::fixture::{Fixture, TEAM, refused};

#[test]
fn wb_3_a_form_offers_what_one_may_invite_to() {
    let fix = Fixture::new();
    let (studio, off) = (fix.computer(), fix.computer_named("studio-2"));
    let switched = ComputerChange { name: None, guest_access: Some(false) };
    fix.app.change_computer(&fix.owner(), TEAM, off, &switched, None).wait().unwrap();
    let first = form(&fix, &FormRequest::default());
    let names: Vec<_> = first.computers.iter().map(|computer| computer.name.as_str()).collect();
    assert_eq!(names, ["studio-1"]);
    assert_eq!(first.draft.computer_id, studio.to_string());
    assert_eq!(first.draft.window.time_zone, "Europe/Paris");
    let seoul = FormRequest { time_zone: "Asia/Seoul".to_owned(), ..FormRequest::default() };
    let second = form(&fix, &seoul);
    assert_eq!(second.draft.window.start, "2026-12-01T18:00");
    assert_ne!(first.once, second.once);
    let mia = fix.app.invite_form(&fix.call("mia"), TEAM, &seoul).wait();
    assert_eq!(refused(mia), "forbidden");
}

#[test]
fn ga_33_an_ended_invite_is_made_again_at_the_same_time_of_a_day_to_come() {
    let fix = Fixture::new();
    let id = fix.invite_one(fix.computer(), "mia@acme.example");
    let again = FormRequest { again: Some(id), ..FormRequest::default() };
    for (hours, start) in [(0, "2026-12-01"), (3, "2026-12-02"), (24, "2026-12-03")] {
        fix.store.advance(TimeDelta::hours(hours));
        let draft = form(&fix, &again).draft;
        assert_eq!(draft.window.start, format!("{start}T10:00"));
        assert_eq!(draft.window.end, format!("{start}T12:00"));
        let EmailsDraft::Text(guest) = draft.emails else { panic!("no guest") };
        assert_eq!(guest, "mia@acme.example");
    }
}

fn form(fix: &Fixture, about: &FormRequest) -> InviteForm {
    fix.app.invite_form(&fix.call("cory"), TEAM, about).wait().unwrap()
}
