//! Invitations to join.

use guest_app::letter::{Content, Tried};
use guest_app::{
    EmailsDraft, Fault, InvitationSent, MemberInviteView, MemberInvitesDraft, Once, Paging,
};
use guest_core::{Delivery, MemberInviteId};

use crate::fixture::{Fixture, TEAM, refused};
use crate::traces::{audited, nobody, told};

#[test]
fn or_20_an_address_is_invited_once_and_sent_the_same_again() {
    let fix = Fixture::new();
    let [first] = &send(&fix, "bob", &["nina@guests.example"]).unwrap()[..] else { panic!() };
    assert_eq!(first.outcome, "invited");
    let invite = first.invitation.clone().unwrap();
    assert_eq!((invite.state.as_str(), invite.invited_by_name.as_str()), ("pending", "bob"));
    // Another spelling of the same address is the same person.
    let [again] = &send(&fix, "ada", &["NINA@guests.EXAMPLE"]).unwrap()[..] else { panic!() };
    assert_eq!(again.outcome, "sent_again");
    let same = again.invitation.clone().unwrap();
    assert_eq!(
        (same.id, &same.link, same.expires_at),
        (invite.id, &invite.link, invite.expires_at)
    );
    assert_eq!(list(&fix).len(), 1);
    let links: Vec<_> = letters(&fix).into_iter().map(|(_, link)| link).collect();
    assert_eq!(links, [invite.link.clone().unwrap(), invite.link.unwrap()]);
    assert_eq!(audited(&fix, "invitation.send"), ["bob@acme.example"]);
    assert_eq!(audited(&fix, "invitation.resend"), ["ada@acme.example"]);
    let [created] = &told(&fix, "invitation.created")[..] else { panic!() };
    assert!(created.contains("nina@guests.example") && !created.contains("/j/"), "{created}");
}

#[test]
fn or_20_an_active_user_is_not_invited() {
    let fix = Fixture::new();
    assert_eq!(refused(send(&fix, "ada", &["MIA@Acme.example"])), "already_member");
    assert_eq!(refused(send(&fix, "ada", &["nobody"])), "validation");
    assert_eq!(refused(send(&fix, "ada", &[])), "validation");
    assert_eq!(list(&fix).len(), 0);
}

#[test]
fn or_27_each_address_stands_for_itself() {
    let fix = Fixture::new();
    send(&fix, "ada", &["old@guests.example"]).unwrap();
    let asked = [
        "new@guests.example",
        "not an address",
        "mia@acme.example",
        "Old@guests.example",
        "NEW@guests.example",
        "",
    ];
    let sent = send(&fix, "ada", &asked).unwrap();
    let told: Vec<_> = sent
        .iter()
        .map(|sent| (sent.email.as_str(), sent.outcome.as_str(), sent.code.as_deref()))
        .collect();
    let expected = [
        ("new@guests.example", "invited", None),
        ("mia@acme.example", "refused", Some("already_member")),
        ("old@guests.example", "sent_again", None),
        ("not an address", "refused", Some("validation")),
    ];
    assert_eq!(told, expected);
    let many: Vec<_> = (0..101).map(|number| format!("n{number}@guests.example")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    assert_eq!(refused(send(&fix, "ada", &many)), "too_many_emails");
}

#[test]
fn or_2_invitations_are_for_administrators() {
    let fix = Fixture::new();
    let id = one(&fix);
    for who in ["cory", "mia", "eve"] {
        let call = fix.call(who);
        let codes = [
            refused(send(&fix, who, &["x@guests.example"])),
            refused(fix.app.member_invites(&call, TEAM, &Paging::default()).wait()),
            refused(fix.app.member_invite(&call, TEAM, id).wait()),
            refused(fix.app.resend_member_invite(&call, TEAM, id).wait()),
            refused(fix.app.cancel_member_invite(&call, TEAM, id).wait()),
        ];
        assert_eq!(codes, ["forbidden"; 5], "{who}");
        assert_eq!(fix.app.waiting_members(&call, TEAM).wait().unwrap().len(), 0);
    }
    let absent = MemberInviteId::from_bits(1);
    assert_eq!(refused(fix.app.member_invite(&fix.owner(), TEAM, absent).wait()), "not_found");
}

#[test]
fn or_20_what_is_cancelled_is_over_and_its_mail_withdrawn() {
    let fix = Fixture::new();
    let id = one(&fix);
    let cancelled = fix.app.cancel_member_invite(&fix.call("bob"), TEAM, id).wait().unwrap();
    assert_eq!((cancelled.state.as_str(), cancelled.link), ("cancelled", None));
    assert_eq!(letters(&fix).len(), 0);
    assert_eq!(show(&fix, id).mail.state, "withdrawn");
    let again = fix.app.cancel_member_invite(&fix.owner(), TEAM, id).wait();
    assert_eq!(refused(again), "invitation_ended");
    let resent = fix.app.resend_member_invite(&fix.owner(), TEAM, id).wait();
    assert_eq!(refused(resent), "invitation_ended");
    assert_eq!(told(&fix, "invitation.cancelled").len(), 1);
    // The address can be invited anew.
    assert_ne!(one(&fix), id);
}

#[test]
fn or_20_an_invitation_expires_by_the_clock() {
    let fix = Fixture::new();
    let id = one(&fix);
    let due = fix.app.next_due().wait().unwrap().unwrap();
    assert_eq!((due - fix.store.now()).num_days(), 14);
    fix.advance(14 * 86_400 - 1);
    assert_eq!(fix.app.process_due(100).wait().unwrap().done, 0);
    fix.advance(1);
    assert_eq!(fix.app.process_due(100).wait().unwrap().done, 1);
    assert_eq!(show(&fix, id).state, "expired");
    assert_eq!(told(&fix, "invitation.expired").len(), 1);
    assert_eq!(audited(&fix, "invitation.expire"), ["system"]);
    assert_eq!(fix.app.process_due(100).wait().unwrap().done, 0);
}

#[test]
fn or_20_whoever_invites_before_the_clock_notices_makes_a_new_one() {
    let fix = Fixture::new();
    let id = one(&fix);
    fix.advance(14 * 86_400);
    let next = one(&fix);
    assert_ne!(next, id);
    assert_eq!(show(&fix, id).state, "expired");
}

#[test]
fn or_20_a_mail_that_fails_undoes_nothing_and_shows() {
    let fix = Fixture::new();
    let id = one(&fix);
    let leased = fix.app.lease_letters(10).wait().unwrap();
    let refused = Delivery::Refused { detail: "550 no such user".to_owned() };
    let tried = Tried { id: leased.letters[0].id, delivery: refused };
    fix.app.settle_letter(tried, 0).wait().unwrap();
    let shown = show(&fix, id);
    assert_eq!(shown.state, "pending");
    assert_eq!(shown.mail.state, "undeliverable");
    assert_eq!(shown.mail.detail.as_deref(), Some("550 no such user"));
    assert!(shown.link.unwrap().starts_with("https://guest.example/j/"));
}

#[test]
fn or_20_the_link_tells_of_the_team_and_who_invites_and_of_nobody_else() {
    let fix = Fixture::new();
    let token = token(&fix, one(&fix));
    let shown = fix.app.invitation_link(&token).wait().unwrap();
    let told = serde_json::to_value(&shown).unwrap();
    let mut fields: Vec<_> = told.as_object().unwrap().keys().map(String::as_str).collect();
    fields.sort_unstable();
    let expected = ["expires_at", "invitation", "invited_by", "state", "team", "team_name"];
    assert_eq!(fields, expected);
    assert_eq!((shown.team_name.as_str(), shown.invited_by.as_str()), ("Acme", "bob"));
    for bad in ["", "AAAA", &format!("{token}A"), &"A".repeat(500)] {
        assert_eq!(refused(fix.app.invitation_link(bad).wait()), "link_unknown", "{bad:.10}");
    }
}

#[test]
fn if_5_invitations_are_sent_once_for_a_key() {
    let fix = Fixture::new();
    let draft = MemberInvitesDraft { emails: EmailsDraft::Text("nina@guests.example".to_owned()) };
    let once = Once { token: "a".to_owned(), fingerprint: [1; 32] };
    let call = guest_app::Call { once: Some(once), ..fix.owner() };
    let first = fix.app.invite_members(&call, TEAM, &draft).wait().unwrap();
    let again = fix.app.invite_members(&call, TEAM, &draft).wait().unwrap();
    assert_eq!(first.data[0].outcome, "invited");
    assert_eq!(again.data[0].outcome, "invited");
    assert_eq!(letters(&fix).len(), 1);
    assert_eq!(refused(fix.app.invite_members(&nobody(), TEAM, &draft).wait()), "unauthenticated");
}

pub(crate) fn send(
    fix: &Fixture,
    who: &str,
    emails: &[&str],
) -> Result<Vec<InvitationSent>, Fault> {
    let emails = emails.iter().map(|email| (*email).to_owned()).collect();
    let draft = MemberInvitesDraft { emails: EmailsDraft::List(emails) };
    fix.app.invite_members(&fix.call(who), TEAM, &draft).wait().map(|sent| sent.data)
}

/// Returns the token of an invitation's link.
pub(crate) fn token(fix: &Fixture, id: MemberInviteId) -> String {
    let link = show(fix, id).link.unwrap();
    link.strip_prefix("https://guest.example/j/").unwrap().to_owned()
}

pub(crate) fn show(fix: &Fixture, id: MemberInviteId) -> MemberInviteView {
    fix.app.member_invite(&fix.owner(), TEAM, id).wait().unwrap()
}

/// Has bob invite nina.
pub(crate) fn one(fix: &Fixture) -> MemberInviteId {
    let sent = send(fix, "bob", &["nina@guests.example"]).unwrap();
    sent[0].invitation.as_ref().unwrap().id
}

fn list(fix: &Fixture) -> Vec<MemberInviteView> {
    fix.app.member_invites(&fix.owner(), TEAM, &Paging::default()).wait().unwrap().data
}

/// Returns to whom invitations are on their way, with the links in them.
fn letters(fix: &Fixture) -> Vec<(String, String)> {
    let leased = fix.app.lease_letters(100).wait().unwrap();
    let told = leased.letters.into_iter().filter_map(|letter| match letter.content {
        Content::Invitation { link, .. } => Some((letter.to.to_string(), link)),
        Content::Guest { .. }
        | Content::Sender { .. }
        | Content::SignIn { .. }
        | Content::LowBalance { .. }
        | Content::Strikes { .. }
        | Content::JoinRequest { .. }
        | Content::Revoked { .. } => None,
    });
    told.collect()
}
