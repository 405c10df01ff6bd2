//! Mails from the outbox to the mail server.

use chrono::TimeDelta;
use guest_app::letter::{Content, Letter, Tried};
use guest_app::view::InviteView;
use guest_app::{
    InviteChange, LEASE, Leased, MailFilter, MailRow, Paging, TeamChange, WindowChange, tables,
};
use guest_core::{Delivery, GuestNews, InviteId, MailId};

use crate::computers::count;
use crate::fixture::{Fixture, TEAM, at, email, refused};

#[test]
fn ga_50_an_accepted_mail_is_sent_and_told() {
    let (fix, invite) = invited("lin@example.org");
    assert_eq!(show(&fix, invite).mail.state, "queued");
    let letter = only(lease(&fix));
    assert_eq!((letter.to.as_str(), letter.from_name.as_str()), ("lin@example.org", "Acme"));
    assert_eq!(letter.reply_to, Some(email("cory@acme.example")));
    assert_eq!(lease(&fix).letters.len(), 0, "leased once");
    settle(&fix, letter.id, Delivery::Accepted);
    assert_eq!(show(&fix, invite).mail.state, "sent");
    assert_eq!((events(&fix, "invite.mail_sent"), lease(&fix).next), (1, None));
    // Settling again, late and differently, changes nothing.
    settle(&fix, letter.id, failed(false));
    assert_eq!(show(&fix, invite).mail.state, "sent");
}

#[test]
fn ga_50_what_fails_for_now_is_tried_again_with_growing_pauses() {
    let (fix, invite) = invited("lin@example.org");
    let mail = only(lease(&fix)).id;
    for pause in [30, 60, 120] {
        settle(&fix, mail, failed(false));
        let shown = show(&fix, invite).mail;
        assert_eq!(
            (shown.state.as_str(), shown.detail.as_deref()),
            ("retrying", Some("451 later"))
        );
        let due = fix.store.now() + TimeDelta::seconds(pause);
        assert_eq!(lease(&fix).next, Some(due));
        fix.advance(pause - 1);
        assert_eq!(lease(&fix).letters.len(), 0);
        fix.advance(1);
        assert_eq!(only(lease(&fix)).id, mail);
    }
    let row = &mails(&fix, None)[0];
    assert_eq!((row.attempts, row.state.as_str()), (4, "sending"));
}

#[test]
fn ga_50_a_refusal_shows_on_the_invite_and_is_an_event() {
    let (fix, invite) = invited("lin@example.org");
    let mail = only(lease(&fix)).id;
    settle(&fix, mail, Delivery::Refused { detail: "550 no such user".to_owned() });
    let shown = show(&fix, invite).mail;
    assert_eq!(shown.state, "undeliverable");
    assert_eq!(shown.detail.as_deref(), Some("550 no such user"));
    assert_eq!((events(&fix, "invite.mail_failed"), lease(&fix).next), (1, None));
}

#[test]
fn ga_50_nothing_is_sent_once_it_makes_no_sense() {
    let (fix, invite) = invited("lin@example.org");
    settle_first(&fix, failed(false));
    fix.store.set(at("11:59:59"));
    let late = only(lease(&fix)).id;
    settle(&fix, late, failed(false));
    let shown = show(&fix, invite).mail;
    assert_eq!(
        (shown.state.as_str(), shown.detail.as_deref()),
        ("undeliverable", Some("451 later"))
    );

    let (fix, invite) = invited("lin@example.org");
    fix.store.set(at("12:00:00"));
    assert_eq!(lease(&fix).letters.len(), 0);
    assert_eq!(show(&fix, invite).mail.state, "undeliverable");
    assert_eq!(events(&fix, "invite.mail_failed"), 1);
}

#[test]
fn ga_50_a_lease_that_runs_out_is_given_again() {
    let (fix, _) = invited("lin@example.org");
    let first = only(lease(&fix));
    fix.store.advance(LEASE - TimeDelta::microseconds(1));
    assert_eq!(lease(&fix).letters.len(), 0);
    fix.store.advance(TimeDelta::microseconds(1));
    let again = only(lease(&fix));
    assert_eq!((again.id, again.made_at), (first.id, first.made_at));
    // Whoever had it first may still settle it, and that ends it for both.
    settle(&fix, first.id, Delivery::Accepted);
    settle(&fix, again.id, Delivery::Refused { detail: "550 no".to_owned() });
    assert_eq!(mails(&fix, Some("sent")).len(), 1);
}

#[test]
fn ga_50_a_server_that_starts_takes_back_what_was_being_handed_over() {
    let fix = Fixture::new();
    fix.credits(2);
    fix.invite(fix.computer(), "a@example.org, b@example.org");
    let [one, other] = <[Letter; 2]>::try_from(lease(&fix).letters).unwrap();
    settle(&fix, one.id, failed(false));
    fix.advance(1);
    assert_eq!(fix.app.take_back_letters().wait().unwrap(), 1, "what waits to be retried waits on");
    let again = only(lease(&fix));
    assert_eq!((again.id, again.made_at), (other.id, other.made_at));
    assert_eq!(mails(&fix, Some("sending"))[0].attempts, 2);
    settle(&fix, again.id, Delivery::Accepted);
    assert_eq!(fix.app.take_back_letters().wait().unwrap(), 0);
}

#[test]
fn ga_50_one_recipient_never_holds_up_another() {
    let fix = Fixture::new();
    fix.credits(3);
    fix.invite(fix.computer(), "a@example.org, b@example.org, c@example.org");
    let two = fix.app.lease_letters(2).wait().unwrap();
    assert_eq!(two.letters.len(), 2);
    assert_eq!(two.next, Some(fix.store.now()), "more is due");
    assert_eq!(lease(&fix).letters.len(), 1);
    settle(&fix, two.letters[0].id, failed(false));
    settle(&fix, two.letters[1].id, Delivery::Accepted);
    assert_eq!(mails(&fix, Some("sent")).len(), 1);
}

#[test]
fn ga_32_what_is_queued_when_its_invite_is_cancelled_is_withdrawn() {
    let (fix, invite) = invited("lin@example.org");
    settle_first(&fix, failed(false));
    cancel(&fix, invite);
    fix.advance(60);
    assert_eq!(lease(&fix).letters.len(), 0);
    assert_eq!(states(&fix), ["withdrawn"]);
}

#[test]
fn ga_50_mails_that_come_to_their_end_make_room_for_others() {
    let fix = Fixture::new();
    fix.credits(3);
    let computer = fix.computer();
    let invites = fix.invite(computer, "a@example.org, b@example.org, c@example.org").invites;
    cancel(&fix, invites[0].id);
    cancel(&fix, invites[1].id);
    let leased = fix.app.lease_letters(1).wait().unwrap();
    assert_eq!(only(leased).to.as_str(), "c@example.org");
    assert_eq!(mails(&fix, Some("withdrawn")).len(), 2);
}

#[test]
fn ga_32_a_guest_who_was_told_is_told_of_the_cancelling() {
    // The mail was accepted; perhaps accepted; is on its way and arrives.
    let (fix, invite) = invited("lin@example.org");
    settle_first(&fix, Delivery::Accepted);
    cancel(&fix, invite);
    check_cancelled(&fix);

    let (fix, invite) = invited("lin@example.org");
    settle_first(&fix, failed(true));
    cancel(&fix, invite);
    fix.advance(60);
    check_cancelled(&fix);
    assert_eq!(states(&fix), ["withdrawn"], "the cancelling is sent");

    let (fix, invite) = invited("lin@example.org");
    let mail = only(lease(&fix)).id;
    cancel(&fix, invite);
    settle(&fix, mail, Delivery::Accepted);
    check_cancelled(&fix);
}

#[test]
fn ga_32_a_mail_that_arrives_after_cancelling_is_taken_back() {
    // While the first mail is on its way, another takes its place on the invite.
    let (fix, invite) = invited("lin@example.org");
    let first = only(lease(&fix)).id;
    move_end(&fix, invite, "2026-12-01T13:00");
    cancel(&fix, invite);
    assert_eq!(lease(&fix).letters.len(), 0);
    settle(&fix, first, Delivery::Accepted);
    check_cancelled(&fix);
    assert_eq!(count(&fix, &tables::MAIL), 3);
}

#[track_caller]
fn check_cancelled(fix: &Fixture) {
    let letter = only(lease(fix));
    let Content::Guest { news, .. } = &letter.content else { panic!("{letter:?}") };
    assert!(matches!(news, GuestNews::Cancelled { .. }), "{news:?}");
    settle(fix, letter.id, Delivery::Accepted);
    assert_eq!(lease(fix).letters.len(), 0);
}

#[test]
fn ga_37_a_reminder_of_a_start_that_moved_away_is_not_sent() {
    let (fix, invite) = invited("lin@example.org");
    settle_first(&fix, Delivery::Accepted);
    fix.store.set(at("09:45:00"));
    fix.heartbeat("studio-1");
    fix.until("09:45:00");
    let change =
        WindowChange { start: Some("2026-12-01T11:00".to_owned()), ..WindowChange::default() };
    let change = InviteChange { window: Some(change), permissions: None };
    fix.app.edit_invite(&fix.call("cory"), TEAM, invite, &change, None).wait().unwrap();
    let letter = only(lease(&fix));
    assert!(format!("{:?}", letter.content).contains("WindowChanged"), "{letter:?}");
    assert_eq!(mails(&fix, Some("withdrawn")).len(), 1);
}

#[test]
fn or_3_external_recipients_learn_no_names() {
    let (fix, _) = invited("eve@acme.example");
    let letter = only(lease(&fix));
    assert_eq!(letter.reply_to, None, "the server's own address");
    let Content::Guest { about, .. } = &letter.content else { panic!("{letter:?}") };
    assert!(about.sender.starts_with("Guest "), "{}", about.sender);
    assert!(!format!("{letter:?}").contains("cory"));

    let (fix, _) = invited("eve@acme.example");
    let reply_to = Some(Some("desk@acme.example".to_owned()));
    let change = TeamChange { reply_to, ..TeamChange::default() };
    fix.app.change_team(&fix.owner(), TEAM, &change).wait().unwrap();
    assert_eq!(only(lease(&fix)).reply_to, Some(email("desk@acme.example")));

    let (fix, _) = invited("mia@acme.example");
    let letter = only(lease(&fix));
    let Content::Guest { about, .. } = &letter.content else { panic!("{letter:?}") };
    assert_eq!(about.sender, "cory");
}

#[test]
fn ga_19_the_link_is_derived_when_the_letter_is_written() {
    let (fix, invite) = invited("lin@example.org");
    fix.app.new_link(&fix.call("cory"), TEAM, invite, None).wait().unwrap();
    let letter = only(lease(&fix));
    let Content::Guest { about, .. } = &letter.content else { panic!("{letter:?}") };
    assert_eq!(Some(&about.link), show(&fix, invite).link.as_ref());
    let secret = about.link.rsplit('/').next().unwrap();
    assert!(!format!("{:?}", fix.store.rows(&tables::MAIL)).contains(secret));
}

#[test]
fn qu_22_a_mail_that_a_clock_since_set_back_put_off_is_tried() {
    let (fix, _) = invited("lin@example.org");
    let mail = only(lease(&fix)).id;
    settle(&fix, mail, failed(false));
    fix.store.advance(TimeDelta::minutes(-79));
    // It may be due as far ahead as that: the longest pause, and a lease.
    assert_eq!(lease(&fix).letters.len(), 0);
    fix.store.advance(TimeDelta::seconds(-30));
    assert_eq!(only(lease(&fix)).id, mail);
}

#[test]
fn ga_50_the_operator_sees_mails_and_has_them_tried_again() {
    let fix = Fixture::new();
    fix.credits(2);
    fix.invite(fix.computer(), "lin@example.org, sam@example.net");
    let letters = lease(&fix).letters;
    let [first, second] = letters.as_slice() else { panic!("{letters:?}") };
    settle(&fix, first.id, failed(false));
    settle(&fix, second.id, Delivery::Refused { detail: "550 no".to_owned() });
    assert_eq!(mails(&fix, Some("retrying"))[0].id, first.id);
    let rows = mails(&fix, None);
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [second.id, first.id]);
    assert!(rows[0].about.ends_with(": invited"), "{}", rows[0].about);
    let asleep = MailFilter { state: Some("asleep".to_owned()) };
    assert_eq!(refused(fix.app.mails(&asleep, &Paging::default()).wait()), "validation");

    assert_eq!(retry(&fix, None), Ok(1));
    assert_eq!(retry(&fix, None), Ok(0), "it is due already");
    assert_eq!(retry(&fix, Some(second.id)), Ok(1));
    assert_eq!(lease(&fix).letters.len(), 2);
    settle(&fix, second.id, Delivery::Accepted);
    assert_eq!(retry(&fix, Some(second.id)), Ok(0));
    assert_eq!(retry(&fix, Some(MailId::from_bits(1))), Err("not_found"));
}

/// Starts with one invite, made by cory at 09:00 for 10:00 to 12:00.
fn invited(guest: &str) -> (Fixture, InviteId) {
    let fix = Fixture::new();
    fix.credits(1);
    let invite = fix.invite_one(fix.computer(), guest);
    (fix, invite)
}

fn lease(fix: &Fixture) -> Leased {
    fix.app.lease_letters(50).wait().unwrap()
}

#[track_caller]
fn only(leased: Leased) -> Letter {
    let letters: [Letter; 1] = leased.letters.try_into().expect("one letter");
    let [letter] = letters;
    letter
}

fn settle(fix: &Fixture, id: MailId, delivery: Delivery) {
    fix.app.settle_letter(Tried { id, delivery }, 0).wait().unwrap();
}

fn settle_first(fix: &Fixture, delivery: Delivery) {
    let letter = only(lease(fix));
    settle(fix, letter.id, delivery);
}

fn cancel(fix: &Fixture, invite: InviteId) {
    fix.app.cancel_invite(&fix.call("cory"), TEAM, invite, None).wait().unwrap();
}

fn move_end(fix: &Fixture, invite: InviteId, end: &str) {
    let window = WindowChange { end: Some(end.to_owned()), ..WindowChange::default() };
    let change = InviteChange { window: Some(window), permissions: None };
    fix.app.edit_invite(&fix.call("cory"), TEAM, invite, &change, None).wait().unwrap();
}

fn retry(fix: &Fixture, id: Option<MailId>) -> Result<usize, &'static str> {
    fix.app.retry_mails(id).wait().map_err(|fault| refused::<()>(Err(fault)))
}

fn mails(fix: &Fixture, state: Option<&str>) -> Vec<MailRow> {
    let filter = MailFilter { state: state.map(str::to_owned) };
    fix.app.mails(&filter, &Paging::default()).wait().unwrap().data
}

/// Returns the states of all mails that were not sent.
fn states(fix: &Fixture) -> Vec<String> {
    let rows = mails(fix, None).into_iter().map(|row| row.state);
    let mut states: Vec<_> = rows.filter(|state| state != "sent").collect();
    states.sort_unstable();
    states
}

fn show(fix: &Fixture, id: InviteId) -> InviteView {
    fix.app.invite(&fix.call("cory"), TEAM, id).wait().unwrap()
}

fn events(fix: &Fixture, name: &str) -> usize {
    let quoted = format!("{name:?}");
    let rows = fix.store.rows(&tables::EVENT);
    rows.iter().filter(|row| format!("{row:?}").contains(&quoted)).count()
}

fn failed(unclear: bool) -> Delivery {
    Delivery::Failed { detail: "451 later".to_owned(), unclear }
}
