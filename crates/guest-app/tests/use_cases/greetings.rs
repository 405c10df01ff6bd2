//! Greetings, with both sides' machines over the relay.

use guest_app::letter::Content;
use guest_app::{
    AcknowledgementDraft, Fault, GreetDraft, GreetingAcceptance, GreetingAccepted,
    GuestGreetingView, GuestStepDraft, HostEndDraft, HostGreetingView, HostStepDraft, LeaveDraft,
    OpeningAsked, UserChange, WaitDraft, Welcomed,
};
use guest_core::{
    Context, Details, DeviceName, DevicePublicKey, GreetingMessage as Message, GuestRandom,
    GuestSide, GuestStage, HostRandom, HostSide, HostStage, MemberInviteId, Opening, PersonName,
    TeamId, acknowledgement,
};
use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::Signer as _;

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

/// The host and the guest of an attempt, and the server between.
struct Pair<'a> {
    host: Host,
    guest: Guest,
    fix: &'a Fixture,
    /// Whether everything is said twice.
    twice: bool,
}

impl<'a> Pair<'a> {
    fn begin(fix: &'a Fixture, id: MemberInviteId, who: &str) -> Self {
        let guest = Guest::begin(fix, id, 1);
        let host = Host::greet(fix, id, who, 2).unwrap();
        Self { host, guest, fix, twice: false }
    }

    /// Relays until nobody has anything to say.
    fn relay(&mut self) {
        while self.relay_once() {}
    }

    /// Relays what both have to say now; `false` if that is nothing.
    fn relay_once(&mut self) -> bool {
        let (host, guest) =
            (self.host.push(self.fix, self.twice), self.guest.push(self.fix, self.twice));
        self.host.pull(self.fix);
        self.guest.pull(self.fix);
        host || guest
    }

    /// Greets until so many messages have been relayed.
    fn until_step(&mut self, step: usize) {
        while self.host.view(self.fix).attempt.unwrap().said.len() <= step {
            if !self.relay_once() {
                self.act();
            }
        }
    }

    fn until_details(&mut self) {
        for _ in 0..20 {
            self.relay();
            self.act();
        }
        assert!(
            matches!(self.host.side.stage(), HostStage::Confirm(_)),
            "{:?}",
            self.host.side.stage()
        );
    }

    /// What the two people do, who speak with each other.
    fn act(&mut self) {
        let (host, guest) = (self.host.side.stage(), self.guest.side.stage());
        if let (HostStage::Say(code), GuestStage::Pick(_)) = (&host, &guest) {
            self.guest.side.handle_pick(code.as_str());
        }
        if let (HostStage::Pick(_), GuestStage::Say(code)) = (&host, &guest) {
            self.host.side.handle_pick(code.as_str());
        }
        if guest == GuestStage::Fill {
            self.guest.side.handle_details(&details());
        }
    }
}

#[derive(Debug)]
struct Host {
    id: MemberInviteId,
    who: String,
    opening: Opening,
    side: HostSide,
}

impl Host {
    fn greet(fix: &Fixture, id: MemberInviteId, who: &str, seed: u8) -> Result<Self, Fault> {
        let random = HostRandom { key: [seed; 32], nonce: [seed; 32], decoys: [seed; 32] };
        let side = HostSide::begin(context(id), &random);
        let Message::HostKey { version, key } = side.said()[0].clone() else { panic!() };
        let opening = opening(seed);
        let draft = GreetDraft { opening: opening.to_string(), version, key: key.to_string() };
        for _ in 0..2 {
            fix.app.greet(&fix.call(who), TEAM, id, &draft).wait()?;
        }
        Ok(Self { id, who: who.to_owned(), opening, side })
    }

    fn view(&self, fix: &Fixture) -> HostGreetingView {
        let asked = OpeningAsked { opening: Some(self.opening.to_string()) };
        fix.app.host_greeting(&fix.call(&self.who), TEAM, self.id, &asked).wait().unwrap()
    }

    fn say(&self, fix: &Fixture, message: &Message) -> Result<HostGreetingView, Fault> {
        let draft = HostStepDraft { opening: self.opening.to_string(), said: message.into() };
        fix.app.host_says(&fix.call(&self.who), TEAM, self.id, &draft).wait()
    }

    fn push(&self, fix: &Fixture, twice: bool) -> bool {
        let known = self.view(fix).attempt.unwrap().said;
        let new: Vec<_> =
            self.side.said().iter().filter(|message| !known.contains(&(*message).into())).collect();
        for message in &new {
            for _ in 0..=u8::from(twice) {
                self.say(fix, message).unwrap();
            }
        }
        !new.is_empty()
    }

    fn pull(&mut self, fix: &Fixture) {
        for step in &self.view(fix).attempt.unwrap().said {
            self.side.handle_message(&Message::try_from(step).unwrap());
        }
    }

    fn accept(&mut self, fix: &Fixture, profile: &str) -> Result<GreetingAccepted, Fault> {
        let accepted = self.side.accept();
        let tag = accepted.as_ref().map(|(_, message)| message.clone());
        let said = self.side.said().last().cloned();
        let Some(Message::Accepted { tag }) = tag.or(said) else { panic!() };
        let draft = GreetingAcceptance {
            opening: self.opening.to_string(),
            name: details().name.to_string(),
            device_name: details().device_name.to_string(),
            device_key: details().device_key.to_string(),
            tag: tag.to_string(),
            profile: profile.to_owned(),
        };
        let answer = fix.app.accept_greeting(&fix.call(&self.who), TEAM, self.id, &draft).wait()?;
        self.side.handle_finished();
        Ok(answer)
    }

    fn end(&self, fix: &Fixture, reason: &str) -> Result<(), Fault> {
        let draft = HostEndDraft { opening: self.opening.to_string(), reason: reason.to_owned() };
        fix.app.host_ends(&fix.call(&self.who), TEAM, self.id, &draft).wait()
    }
}

struct Guest {
    id: MemberInviteId,
    token: String,
    opening: Opening,
    /// Which of the attempts with this device, counted from the latest.
    last: usize,
    side: GuestSide,
}

impl Guest {
    fn begin(fix: &Fixture, id: MemberInviteId, seed: u8) -> Self {
        let token = token(fix, id);
        let guest = Self { id, token, opening: opening(seed), last: 0, side: guest_side(id, seed) };
        guest.wait(fix).unwrap();
        guest
    }

    /// Joins another attempt from the same device.
    fn join(&mut self, seed: u8) {
        self.side = guest_side(self.id, seed);
    }

    /// Returns the same device in another attempt.
    fn beside(&mut self, seed: u8) -> Self {
        self.last = 1;
        let (id, token, opening) = (self.id, self.token.clone(), self.opening);
        Self { id, token, opening, last: 0, side: guest_side(id, seed) }
    }

    fn wait(&self, fix: &Fixture) -> Result<GuestGreetingView, Fault> {
        let draft = WaitDraft { opening: self.opening.to_string() };
        fix.app.wait_for_greeting(&nobody(), &self.token, &draft).wait()
    }

    fn view(&self, fix: &Fixture) -> GuestGreetingView {
        let asked = OpeningAsked { opening: Some(self.opening.to_string()) };
        fix.app.guest_greeting(&self.token, &asked).wait().unwrap()
    }

    fn attempt(&self, fix: &Fixture) -> guest_app::AttemptView {
        let mut attempts = self.view(fix).attempts;
        attempts.remove(attempts.len() - 1 - self.last)
    }

    fn push(&self, fix: &Fixture, twice: bool) -> bool {
        let attempt = self.attempt(fix);
        let new =
            self.side.said().iter().filter(|message| !attempt.said.contains(&(*message).into()));
        let new: Vec<_> = new.collect();
        for message in &new {
            for _ in 0..=u8::from(twice) {
                let said = GuestStepDraft {
                    opening: self.opening.to_string(),
                    attempt: attempt.id.to_string(),
                    said: (*message).into(),
                };
                fix.app.guest_says(&nobody(), &self.token, &said).wait().unwrap();
            }
        }
        !new.is_empty()
    }

    fn pull(&mut self, fix: &Fixture) {
        for step in &self.attempt(fix).said {
            self.side.handle_message(&Message::try_from(step).unwrap());
        }
    }

    fn end(&self, fix: &Fixture, reason: &str) -> Result<(), Fault> {
        let draft = LeaveDraft {
            opening: self.opening.to_string(),
            attempt: Some(self.attempt(fix).id.to_string()),
            reason: Some(reason.to_owned()),
        };
        fix.app.guest_ends(&nobody(), &self.token, &draft).wait()
    }

    fn leave(&self, fix: &Fixture) {
        let draft = LeaveDraft { opening: self.opening.to_string(), attempt: None, reason: None };
        fix.app.guest_ends(&nobody(), &self.token, &draft).wait().unwrap();
    }

    fn acknowledge(&self, fix: &Fixture, signer: &SigningKey) -> Result<Welcomed, Fault> {
        let GuestStage::Done(tag) = self.side.stage() else { panic!() };
        self.acknowledge_as(fix, signer, tag.as_bytes())
    }

    fn acknowledge_as(
        &self,
        fix: &Fixture,
        signer: &SigningKey,
        tag: &[u8; 32],
    ) -> Result<Welcomed, Fault> {
        let message = acknowledgement(&context(self.id), &guest_core::Tag::from_bytes(*tag));
        let signature: p256::ecdsa::Signature = signer.sign(&message);
        let signature = guest_core::Signature::from_bytes(signature.to_bytes().into());
        let draft = AcknowledgementDraft {
            opening: self.opening.to_string(),
            attempt: self.attempt(fix).id.to_string(),
            signature: signature.to_string(),
        };
        fix.app.acknowledge_greeting(&nobody(), &self.token, &draft).wait()
    }
}

fn guest_side(id: MemberInviteId, seed: u8) -> GuestSide {
    let other = !seed;
    let random = GuestRandom {
        key: [other; 32],
        nonce: [other; 32],
        decoys: [other; 32],
        seal: [other; 12],
    };
    GuestSide::begin(context(id), &random)
}

fn token_of(fix: &Fixture, id: MemberInviteId) -> String {
    let link = guest_core::MemberLink { team: TeamId::parse(TEAM).unwrap(), invitation: id };
    link.token(&fix.app.config().key).expose().to_owned()
}

fn details() -> Details {
    let point = signer().verifying_key().to_sec1_point(false);
    Details {
        name: PersonName::parse("Nina Newcomer").unwrap(),
        device_name: DeviceName::parse("Test browser").unwrap(),
        device_key: DevicePublicKey::from_bytes(point.as_bytes()).unwrap(),
    }
}

fn signer() -> SigningKey {
    SigningKey::from_slice(&[5; 32]).unwrap()
}

fn opening(seed: u8) -> Opening {
    Opening::from_bytes([seed; 16])
}

fn context(id: MemberInviteId) -> Context {
    Context { team: TeamId::parse(TEAM).unwrap(), invitation: id }
}
