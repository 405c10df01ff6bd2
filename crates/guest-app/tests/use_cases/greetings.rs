//! Greetings, with both sides' machines over the relay.

mod pair;

use guest_app::letter::Content;
use guest_app::{GuestStepDraft, HostStepDraft, UserChange, WaitDraft};
use guest_core::{GreetingMessage as Message, GuestStage, HostStage};
use p256::ecdsa::SigningKey;

use self::pair::*;
use crate::fixture::{Fixture, TEAM, refused};
use crate::member_invites::{one, show, token};
use crate::traces::{audited, id_of, nobody, told};

#[test]
fn or_21_whoever_waits_is_seen_at_once() {
    let fix = Fixture::new();
    let id = one(&fix);
    let guest = Guest::begin(&fix, id, 1);
    let [event] = &told(&fix, "invitation.waiting")[..] else { panic!() };
    assert!(event.contains("nina@guests.example"));
    for who in ["ada", "bob"] {
        let waiting = fix.app.waiting_members(&fix.call(who), TEAM).wait().unwrap();
        assert_eq!(waiting.len(), 1, "{who}");
        assert!(waiting[0].waiting_since.is_some());
    }
    // Saying it again tells nobody again.
    assert_eq!(guest.wait(&fix).unwrap().waiting, "you");
    assert_eq!(told(&fix, "invitation.waiting").len(), 1);
    guest.leave(&fix);
    assert_eq!(told(&fix, "invitation.waiting").len(), 2);
    assert_eq!(fix.app.waiting_members(&fix.owner(), TEAM).wait().unwrap().len(), 0);
    assert_eq!(refused(Host::greet(&fix, id, "ada", 1)), "nobody_waiting");
}

#[test]
fn or_22_a_greeting_makes_the_user_and_signs_the_device_in() {
    let fix = Fixture::new();
    let id = one(&fix);
    let mut pair = Pair::begin(&fix, id, "ada");
    pair.until_details();
    let accepted = pair.host.accept(&fix, "member").unwrap();
    assert_eq!(accepted.user.name, "Nina Newcomer");
    assert_eq!(
        accepted.user.email.as_ref().map(guest_core::Email::as_str),
        Some("nina@guests.example")
    );
    assert_eq!((accepted.user.profile.as_str(), accepted.user.version), ("member", 1));
    pair.relay();
    assert!(matches!(pair.guest.side.stage(), GuestStage::Done(_)));
    let signed_in = pair.guest.acknowledge(&fix, &signer()).unwrap();
    assert_eq!(signed_in.email.as_str(), "nina@guests.example");
    let caller = guest_app::Caller::Login(signed_in.cookie.hash());
    let me = fix.app.me(&guest_app::Call { caller, ..nobody() }).wait().unwrap();
    assert_eq!(me.teams.iter().map(|team| team.role.as_str()).collect::<Vec<_>>(), ["member"]);
    let shown = show(&fix, id);
    assert_eq!((shown.state.as_str(), shown.user_id), ("finished", Some(accepted.user.id)));
    assert_eq!(told(&fix, "invitation.finished").len(), 1);
    assert_eq!(told(&fix, "user.joined").iter().filter(|user| user.contains("Nina")).count(), 1);
    assert_eq!(audited(&fix, "invitation.finish"), ["ada@acme.example"]);
    assert!(audited(&fix, "account.sign_in").contains(&"nina@guests.example".to_owned()));
}

#[test]
fn or_22_the_profile_is_chosen() {
    let fix = Fixture::new();
    for (number, profile) in ["external", "member", "administrator"].into_iter().enumerate() {
        let address = format!("n{number}@guests.example");
        let sent = crate::member_invites::send(&fix, "ada", &[&address]).unwrap();
        let id = sent[0].invitation.as_ref().unwrap().id;
        let mut pair = Pair::begin(&fix, id, "ada");
        pair.until_details();
        assert_eq!(refused(pair.host.accept(&fix, "")), "validation");
        assert_eq!(refused(pair.host.accept(&fix, "owner")), "validation");
        assert_eq!(pair.host.accept(&fix, profile).unwrap().user.profile, profile);
    }
}

#[test]
fn or_22_a_thief_of_the_mail_is_not_signed_in() {
    let fix = Fixture::new();
    let id = one(&fix);
    let mut pair = Pair::begin(&fix, id, "ada");
    pair.until_details();
    let thief = SigningKey::from_slice(&[6; 32]).unwrap();
    assert_eq!(refused(pair.guest.acknowledge_as(&fix, &thief, &[0; 32])), "device_not_proven");
    pair.host.accept(&fix, "member").unwrap();
    pair.relay();
    assert_eq!(refused(pair.guest.acknowledge(&fix, &thief)), "device_not_proven");
    let before = audited(&fix, "account.sign_in").len();
    pair.guest.acknowledge(&fix, &signer()).unwrap();
    assert_eq!(audited(&fix, "account.sign_in").len(), before + 1);
    // What was overheard is of no use later.
    fix.advance(600);
    assert_eq!(refused(pair.guest.acknowledge(&fix, &signer())), "greeting_over");
}

#[test]
fn or_23_an_answer_that_was_lost_is_given_again_at_every_step() {
    let fix = Fixture::new();
    let id = one(&fix);
    let mut pair = Pair::begin(&fix, id, "ada");
    pair.twice = true;
    pair.until_details();
    let first = pair.host.accept(&fix, "member").unwrap();
    let again = pair.host.accept(&fix, "member").unwrap();
    assert_eq!(first.user.id, again.user.id);
    pair.relay();
    pair.guest.acknowledge(&fix, &signer()).unwrap();
    assert_eq!(told(&fix, "user.joined").iter().filter(|user| user.contains("Nina")).count(), 1);
    // Said otherwise it is refused.
    let other = Message::HostKey { version: 1, key: guest_core::PublicKey::from_bytes([1; 32]) };
    assert_eq!(refused(pair.host.say(&fix, &other)), "greeting_out_of_step");
}

#[test]
fn or_23_either_side_begins_again_at_every_step_and_gets_there() {
    for restarts in [Restarts::Host, Restarts::Guest] {
        for step in 0..7 {
            let fix = Fixture::new();
            let id = one(&fix);
            let mut pair = Pair::begin(&fix, id, "ada");
            pair.until_step(step);
            match restarts {
                Restarts::Host => {
                    let old = pair.host.view(&fix).attempt.unwrap().id;
                    pair.host = Host::greet(&fix, id, "ada", 7).unwrap();
                    // The guest learns of the new attempt, and joins it.
                    let attempts = pair.guest.view(&fix).attempts;
                    assert_eq!(attempts.len(), 1);
                    assert_ne!(attempts[0].id, old);
                    pair.guest.join(8);
                }
                Restarts::Guest => {
                    pair.guest = Guest::begin(&fix, id, 9);
                    let view = pair.host.view(&fix);
                    assert_eq!(view.attempt.unwrap().end.as_deref(), Some("superseded"));
                    assert!(view.waiting);
                    pair.host = Host::greet(&fix, id, "ada", 10).unwrap();
                }
            }
            pair.until_details();
            pair.host.accept(&fix, "member").unwrap();
            pair.relay();
            pair.guest.acknowledge(&fix, &signer()).unwrap();
            assert_eq!(show(&fix, id).state, "finished", "{step}");
        }
    }
}

#[test]
fn or_23_of_two_devices_of_one_side_the_later_goes_on() {
    let fix = Fixture::new();
    let id = one(&fix);
    let first = Guest::begin(&fix, id, 1);
    let second = Guest::begin(&fix, id, 2);
    assert_eq!(
        (first.view(&fix).waiting, second.view(&fix).waiting),
        ("elsewhere".to_owned(), "you".to_owned())
    );
    let older = Host::greet(&fix, id, "ada", 1).unwrap();
    assert!(first.view(&fix).attempts.is_empty(), "it is none of the first one's business");
    let attempt = second.view(&fix).attempts[0].id.to_string();
    let key = first.side.said()[0].clone();
    let said = GuestStepDraft { opening: opening(1).to_string(), attempt, said: (&key).into() };
    let answer = fix.app.guest_says(&nobody(), &token(&fix, id), &said).wait();
    assert_eq!(refused(answer), "greeting_elsewhere");

    let newer = Host::greet(&fix, id, "ada", 2).unwrap();
    let nonce = Message::HostNonce { nonce: guest_core::Nonce::from_bytes([1; 32]) };
    assert_eq!(refused(older.say(&fix, &nonce)), "greeting_elsewhere");
    assert!(!older.view(&fix).attempt.unwrap().yours);
    assert!(newer.view(&fix).attempt.unwrap().yours);
}

#[test]
fn or_24_of_two_administrators_the_first_to_finish_wins() {
    let fix = Fixture::new();
    let id = one(&fix);
    let mut ada = Pair::begin(&fix, id, "ada");
    let mut bob = Pair {
        host: Host::greet(&fix, id, "bob", 5).unwrap(),
        guest: ada.guest.beside(6),
        fix: &fix,
        twice: false,
    };
    assert_eq!(ada.guest.view(&fix).attempts.len(), 2);
    ada.until_details();
    bob.until_details();
    bob.host.accept(&fix, "member").unwrap();
    assert_eq!(refused(ada.host.accept(&fix, "member")), "greeting_over");
    let told = ada.host.view(&fix);
    assert_eq!(told.attempt.unwrap().end.as_deref(), Some("finished_elsewhere"));
    assert_eq!(told.state, "finished");
    bob.relay();
    bob.guest.acknowledge(&fix, &signer()).unwrap();
}

#[test]
fn or_24_three_wrong_codes_cancel_it_and_administrators_are_told() {
    let fix = Fixture::new();
    let id = one(&fix);
    for (count, reason) in
        ["wrong_code_host", "no_matching_code", "wrong_code_host"].iter().enumerate()
    {
        assert_eq!(usize::from(show(&fix, id).strikes), count);
        let number = u8::try_from(count).unwrap();
        let _guest = Guest::begin(&fix, id, 20 + number);
        let host = Host::greet(&fix, id, "ada", 30 + number).unwrap();
        host.end(&fix, reason).unwrap();
        host.end(&fix, reason).unwrap(); // Said again, it counts once.
    }
    let shown = show(&fix, id);
    assert_eq!((shown.state.as_str(), shown.strikes), ("cancelled", 3));
    let letters = fix.app.lease_letters(100).wait().unwrap().letters;
    let mut warned: Vec<_> = letters
        .iter()
        .filter(|letter| matches!(letter.content, Content::Strikes { .. }))
        .map(|letter| letter.to.to_string())
        .collect();
    warned.sort();
    assert_eq!(warned, ["ada@acme.example", "bob@acme.example"]);
    assert_eq!(told(&fix, "invitation.cancelled").len(), 1);
    let late = fix.app.wait_for_greeting(
        &nobody(),
        &token_of(&fix, id),
        &WaitDraft { opening: opening(1).to_string() },
    );
    assert_eq!(refused(late.wait()), "invitation_ended");
}

#[test]
fn or_24_a_wrong_code_of_the_guest_is_shown_to_both() {
    let fix = Fixture::new();
    let id = one(&fix);
    let mut pair = Pair::begin(&fix, id, "ada");
    pair.relay();
    let (HostStage::Say(right), GuestStage::Pick(choices)) =
        (pair.host.side.stage(), pair.guest.side.stage())
    else {
        panic!()
    };
    let wrong = *choices.iter().find(|code| **code != right).unwrap();
    pair.guest.side.handle_pick(wrong.as_str());
    pair.guest.end(&fix, "wrong_code_guest").unwrap();
    for end in
        [pair.host.view(&fix).attempt.unwrap().end, pair.guest.view(&fix).attempts[0].end.clone()]
    {
        assert_eq!(end.as_deref(), Some("wrong_code_guest"));
    }
    assert_eq!(refused(pair.guest.end(&fix, "wrong_code_host")), "validation");
    assert_eq!(refused(pair.host.end(&fix, "timed_out")), "validation");
}

#[test]
fn or_24_a_host_who_loses_the_right_is_out() {
    let fix = Fixture::new();
    let id = one(&fix);
    let pair = Pair::begin(&fix, id, "bob");
    let change = UserChange { profile: Some("member".to_owned()), ..UserChange::default() };
    fix.app.change_user(&fix.owner(), TEAM, id_of(&fix, "bob"), &change, None).wait().unwrap();
    let attempts = pair.guest.view(&fix).attempts;
    assert_eq!(attempts[0].end.as_deref(), Some("host_revoked"));
    assert_eq!(refused(pair.host.end(&fix, "cancelled_by_host")), "forbidden");
    assert_eq!(pair.guest.view(&fix).waiting, "you", "somebody else may greet them");
}

#[test]
fn or_24_what_is_idle_for_ten_minutes_ends() {
    let fix = Fixture::new();
    let id = one(&fix);
    let pair = Pair::begin(&fix, id, "ada");
    fix.advance(300);
    pair.guest.wait(&fix).unwrap(); // The page is still there.
    fix.advance(299);
    assert_eq!(fix.app.process_due(100).wait().unwrap().done, 0);
    fix.advance(1);
    assert_eq!(fix.app.process_due(100).wait().unwrap().done, 1);
    let end = pair.host.view(&fix).attempt.unwrap().end;
    assert_eq!(end.as_deref(), Some("timed_out"));
    assert_eq!(pair.guest.view(&fix).waiting, "you");
    fix.advance(300);
    assert_eq!(fix.app.process_due(100).wait().unwrap().done, 1);
    assert_eq!(pair.guest.view(&fix).waiting, "nobody");
}

#[test]
fn or_24_an_invitation_that_ends_ends_its_greetings() {
    let fix = Fixture::new();
    let id = one(&fix);
    let mut pair = Pair::begin(&fix, id, "ada");
    pair.until_details();
    fix.app.cancel_member_invite(&fix.call("bob"), TEAM, id).wait().unwrap();
    assert_eq!(refused(pair.host.accept(&fix, "member")), "greeting_over");
    let view = pair.guest.view(&fix);
    assert_eq!(
        (view.state.as_str(), view.attempts[0].end.as_deref()),
        ("cancelled", Some("cancelled_by_host"))
    );
}

#[test]
fn or_22_somebody_who_has_joined_otherwise_meanwhile_is_no_second_user() {
    let fix = Fixture::new();
    let id = one(&fix);
    let mut pair = Pair::begin(&fix, id, "ada");
    pair.until_details();
    let user = guest_app::NewUser {
        email: "Nina@guests.example".to_owned(),
        name: "Nina".to_owned(),
        profile: "member".to_owned(),
        ..guest_app::NewUser::default()
    };
    fix.app.add_user(&guest_app::Call::operator(), TEAM, &user).wait().unwrap();
    assert_eq!(refused(pair.host.accept(&fix, "member")), "already_member");
    assert_eq!(show(&fix, id).state, "pending", "nothing of it was kept");
}

#[test]
fn or_20_the_guest_learns_nothing_of_who_greets() {
    let fix = Fixture::new();
    let id = one(&fix);
    let mut pair = Pair::begin(&fix, id, "ada");
    pair.until_details();
    let seen = serde_json::to_string(&pair.guest.view(&fix)).unwrap();
    let ada = id_of(&fix, "ada").to_string();
    for secret in ["ada", "Ada", "bob", ada.as_str(), "acme.example"] {
        assert!(!seen.contains(secret), "{secret}: {seen}");
    }
}

#[test]
fn or_26_the_server_has_nothing_of_what_was_agreed() {
    let fix = Fixture::new();
    let id = one(&fix);
    let mut pair = Pair::begin(&fix, id, "ada");
    pair.until_details();
    let kept = format!("{:?}", fix.store.rows(&guest_app::tables::GREETING));
    for secret in ["Nina", "Test browser"] {
        assert!(!kept.contains(secret));
    }
}

#[test]
fn if_3_steps_that_make_no_sense_are_told_all_at_once() {
    let fix = Fixture::new();
    let id = one(&fix);
    let pair = Pair::begin(&fix, id, "ada");
    let step = |step: &str| guest_app::GreetingStep { step: step.to_owned(), ..Default::default() };
    let said = |said| {
        let draft = HostStepDraft { opening: "no".to_owned(), said };
        let answer = fix.app.host_says(&fix.owner(), TEAM, id, &draft).wait();
        crate::traces::pointers(answer)
    };
    assert_eq!(said(step("host_key")), ["/opening", "/said/version", "/said/key"]);
    assert_eq!(said(step("details")), ["/opening", "/said/nonce", "/said/sealed"]);
    assert_eq!(said(step("nonsense")), ["/opening", "/said/step"]);
    let more =
        guest_app::GreetingStep { tag: Some("x".to_owned()), ..(&pair.host.side.said()[0]).into() };
    assert_eq!(said(more), ["/opening", "/said"]);
}

#[derive(Clone, Copy)]
enum Restarts {
    Host,
    Guest,
}
