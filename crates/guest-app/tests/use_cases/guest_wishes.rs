//! What a guest asks for and follows: more time, and what becomes of the invite.

use guest_app::{
    Call, ExtendDraft, Fault, GuestChanges, InviteChange, Refused, TimeDraft, WindowChange, tables,
};
use guest_core::{Fact, Refusal};

use crate::fixture::{TEAM, at, refused};
use crate::guest::{Scene, nobody, text, told};

#[test]
fn ga_48_a_wish_for_time_reaches_the_sender() {
    let scene = Scene::new("lin@example.org");
    scene.at("11:50:00");
    let wish = TimeDraft { minutes: 45, note: Some("nearly done".to_owned()) };
    scene.ask("lin@example.org", &wish).unwrap();
    let asked = scene.invite().time_request.unwrap();
    assert_eq!((asked.at, asked.minutes, asked.note.as_str()), (at("11:50:00"), 45, "nearly done"));
    assert_eq!(told(&scene.fix), ["invite.time_requested"]);
    let mail = scene.fix.store.rows(&tables::MAIL).pop().unwrap();
    assert_eq!(mail[2], text("cory@acme.example"));
    assert_eq!(scene.look("lin@example.org").time_request.unwrap().minutes, 45);
    // Asking again and again is not mailed again and again.
    let Err(Fault::Refused(refusal)) = scene.ask("lin@example.org", &wish) else { panic!("asked") };
    assert_eq!(
        (refusal.code(), refusal.facts()),
        ("rate_limited", vec![("retry_after", Fact::Number(60))])
    );
    scene.fix.advance(60);
    scene.ask("lin@example.org", &wish).unwrap();
    // Granting answers it.
    let by = ExtendDraft { minutes: Some(30), end: None };
    scene.fix.app.extend(&scene.fix.call("cory"), TEAM, scene.invite, &by, None).wait().unwrap();
    assert!(scene.look("lin@example.org").time_request.is_none());
}

#[test]
fn ga_48_only_the_guest_asks_for_time_and_sensibly() {
    let scene = Scene::new("lin@example.org");
    let wish = TimeDraft { minutes: 30, note: None };
    assert_eq!(
        refused(scene.fix.app.request_time(&nobody(), &scene.token, &wish).wait()),
        "unauthenticated"
    );
    assert_eq!(
        refused(scene.ask("sam@example.net", &TimeDraft { minutes: 0, note: None })),
        "wrong_account"
    );
    let pointers = |wish: &TimeDraft| match scene.ask("lin@example.org", wish) {
        Err(Fault::Refused(Refused::Input(errors))) => {
            errors.into_iter().map(|error| error.pointer).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    for minutes in [0, -1, 7_201, i64::MAX] {
        assert_eq!(pointers(&TimeDraft { minutes, note: None }), ["/minutes"]);
    }
    assert_eq!(
        pointers(&TimeDraft { minutes: -1, note: Some("\u{7}".to_owned()) }),
        ["/minutes", "/note"]
    );
    scene.at("12:00:00");
    assert_eq!(refused(scene.ask("lin@example.org", &wish)), "invite_ended");
    let oneself = Scene::new("cory@acme.example");
    assert_eq!(refused(oneself.ask("cory", &wish)), "validation");
}

#[test]
fn if_6_the_guest_follows_the_invite_and_its_sessions() {
    let scene = Scene::new("lin@example.org");
    scene.at("10:00:00");
    let lin = scene.fix.call("lin@example.org");
    let after = |after| scene.fix.app.guest_changes(&lin, &scene.token, after).wait().unwrap();
    let start = after(None);
    assert!(start.events.is_empty());
    let first = scene.connect("lin@example.org").unwrap();
    // What is somebody else's is passed over.
    scene.fix.invite(scene.computer, "mia@acme.example");
    let opened = after(Some(start.last));
    check_changes(&opened, &["session.started", "invite.used"]);
    assert!(opened.events.iter().all(|event| event.id.starts_with("evt_")));
    assert!(opened.last > start.last + 2);
    check_changes(&after(Some(opened.last)), &[]);
    assert_eq!(after(Some(opened.last)).last, opened.last);

    let second = scene.connect("lin@example.org").unwrap();
    let change = InviteChange {
        window: Some(WindowChange {
            end: Some("2026-12-01T13:00".to_owned()),
            ..WindowChange::default()
        }),
        ..InviteChange::default()
    };
    scene
        .fix
        .app
        .edit_invite(&scene.fix.call("cory"), TEAM, scene.invite, &change, None)
        .wait()
        .unwrap();
    let changes = after(Some(opened.last));
    check_changes(&changes, &["session.ended", "session.started", "invite.updated"]);
    let sessions: Vec<_> = changes
        .events
        .iter()
        .map(|event| event.data.session.as_ref().unwrap())
        .map(|session| (session.id, session.end_reason.as_deref()))
        .collect();
    let expected = [
        (first.session_id, Some("replaced")),
        (second.session_id, None),
        (second.session_id, None),
    ];
    assert_eq!(sessions, expected);
    assert_eq!(changes.events[2].data.window.end_local, "2026-12-01T13:00");
}

#[test]
fn if_6_nobody_else_follows() {
    let scene = Scene::new("lin@example.org");
    let follow = |call: &Call| scene.fix.app.guest_changes(call, &scene.token, Some(0)).wait();
    assert_eq!(refused(follow(&nobody())), "unauthenticated");
    assert_eq!(refused(follow(&scene.fix.call("cory"))), "wrong_account");
    let lin = scene.fix.call("lin@example.org");
    check_changes(&follow(&lin).unwrap(), &["invite.created"]);
    // A new link ends what the old one follows.
    scene.fix.app.new_link(&scene.fix.call("cory"), TEAM, scene.invite, None).wait().unwrap();
    assert_eq!(refused(follow(&lin)), "link_unknown");
}

#[test]
fn if_6_a_busy_teams_events_are_read_in_parts() {
    let scene = Scene::new("lin@example.org");
    for _ in 0..2_050 {
        scene.switch(false);
        scene.switch(true);
    }
    scene.at("10:00:00");
    scene.connect("lin@example.org").unwrap();
    let lin = scene.fix.call("lin@example.org");
    let (mut last, mut parts) = (0, Vec::new());
    loop {
        let part = scene.fix.app.guest_changes(&lin, &scene.token, Some(last)).wait().unwrap();
        if part.last == last {
            break;
        }
        last = part.last;
        parts.push(part);
    }
    let [first, second] = &parts[..] else { panic!("{} parts", parts.len()) };
    check_changes(first, &["invite.created"]);
    check_changes(second, &["invite.opened", "session.started", "invite.used"]);
}

#[track_caller]
fn check_changes(changes: &GuestChanges, names: &[&str]) {
    assert_eq!(changes.events.iter().map(|event| event.name.as_str()).collect::<Vec<_>>(), names);
}
