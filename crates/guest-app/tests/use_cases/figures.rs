//! Figures of the whole server (IF-7).

use chrono::TimeDelta;
use guest_app::Figures;

use crate::fixture::Fixture;

#[test]
fn if_7_invites_sessions_and_mails_are_counted() {
    let fix = Fixture::new();
    fix.credits(10);
    let computer = fix.computer();
    fix.invite(computer, "lin@example.org,sam@example.net");
    let figures = fix.app.figures(None).wait().unwrap();
    assert_eq!(figures.invites, [("connected", 0), ("open", 0), ("scheduled", 2)].into());
    assert_eq!((figures.sessions, figures.mails), (0, 2));
    assert_eq!((figures.mail_delay, figures.is_partial), (TimeDelta::zero(), false));
    fix.advance(90);
    let later = fix.app.figures(None).wait().unwrap();
    assert_eq!(later.mail_delay, TimeDelta::seconds(90));
}

#[test]
fn if_7_events_are_counted_from_where_the_last_count_stopped() {
    let fix = Fixture::new();
    fix.credits(10);
    let computer = fix.computer();
    let first = fix.app.figures(None).wait().unwrap().news;
    assert!(first.events.is_empty());
    fix.invite(computer, "lin@example.org,sam@example.net");
    let second = fix.app.figures(Some(first.last)).wait().unwrap().news;
    assert_eq!(second.events["invite.created"], 2);
    let third: Figures = fix.app.figures(Some(second.last)).wait().unwrap();
    assert!(third.news.events.is_empty() && third.news.last == second.last);
}
