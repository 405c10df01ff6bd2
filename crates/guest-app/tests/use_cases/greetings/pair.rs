//! Both sides of a greeting, with their machines, and the server between.

use guest_app::{
    AcknowledgementDraft, Fault, GreetDraft, GreetingAcceptance, GreetingAccepted,
    GuestGreetingView, GuestStepDraft, HostEndDraft, HostGreetingView, HostStepDraft, LeaveDraft,
    OpeningAsked, WaitDraft, Welcomed,
};
use guest_core::{
    Context, Details, DeviceName, DevicePublicKey, GreetingMessage as Message, GuestRandom,
    GuestSide, GuestStage, HostRandom, HostSide, HostStage, MemberInviteId, Opening, PersonName,
    TeamId, acknowledgement,
};
use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::Signer as _;

use crate::fixture::{Fixture, TEAM};
use crate::member_invites::token;
use crate::traces::nobody;

/// The host and the guest of an attempt, and the server between.
pub(super) struct Pair<'a> {
    pub(super) host: Host,
    pub(super) guest: Guest,
    pub(super) fix: &'a Fixture,
    /// Whether everything is said twice.
    pub(super) twice: bool,
}

impl<'a> Pair<'a> {
    pub(super) fn begin(fix: &'a Fixture, id: MemberInviteId, who: &str) -> Self {
        let guest = Guest::begin(fix, id, 1);
        let host = Host::greet(fix, id, who, 2).unwrap();
        Self { host, guest, fix, twice: false }
    }

    /// Relays until nobody has anything to say.
    pub(super) fn relay(&mut self) {
        while self.relay_once() {}
    }

    /// Relays what both have to say now; `false` if that is nothing.
    pub(super) fn relay_once(&mut self) -> bool {
        let (host, guest) =
            (self.host.push(self.fix, self.twice), self.guest.push(self.fix, self.twice));
        self.host.pull(self.fix);
        self.guest.pull(self.fix);
        host || guest
    }

    /// Greets until so many messages have been relayed.
    pub(super) fn until_step(&mut self, step: usize) {
        while self.host.view(self.fix).attempt.unwrap().said.len() <= step {
            if !self.relay_once() {
                self.act();
            }
        }
    }

    pub(super) fn until_details(&mut self) {
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
    pub(super) fn act(&mut self) {
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
pub(super) struct Host {
    pub(super) id: MemberInviteId,
    pub(super) who: String,
    pub(super) opening: Opening,
    pub(super) side: HostSide,
}

impl Host {
    pub(super) fn greet(
        fix: &Fixture,
        id: MemberInviteId,
        who: &str,
        seed: u8,
    ) -> Result<Self, Fault> {
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

    pub(super) fn view(&self, fix: &Fixture) -> HostGreetingView {
        let asked = OpeningAsked { opening: Some(self.opening.to_string()) };
        fix.app.host_greeting(&fix.call(&self.who), TEAM, self.id, &asked).wait().unwrap()
    }

    pub(super) fn say(&self, fix: &Fixture, message: &Message) -> Result<HostGreetingView, Fault> {
        let draft = HostStepDraft { opening: self.opening.to_string(), said: message.into() };
        fix.app.host_says(&fix.call(&self.who), TEAM, self.id, &draft).wait()
    }

    pub(super) fn push(&self, fix: &Fixture, twice: bool) -> bool {
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

    pub(super) fn pull(&mut self, fix: &Fixture) {
        for step in &self.view(fix).attempt.unwrap().said {
            self.side.handle_message(&Message::try_from(step).unwrap());
        }
    }

    pub(super) fn accept(
        &mut self,
        fix: &Fixture,
        profile: &str,
    ) -> Result<GreetingAccepted, Fault> {
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

    pub(super) fn end(&self, fix: &Fixture, reason: &str) -> Result<(), Fault> {
        let draft = HostEndDraft { opening: self.opening.to_string(), reason: reason.to_owned() };
        fix.app.host_ends(&fix.call(&self.who), TEAM, self.id, &draft).wait()
    }
}

pub(super) struct Guest {
    pub(super) id: MemberInviteId,
    pub(super) token: String,
    pub(super) opening: Opening,
    /// Which of the attempts with this device, counted from the latest.
    pub(super) last: usize,
    pub(super) side: GuestSide,
}

impl Guest {
    pub(super) fn begin(fix: &Fixture, id: MemberInviteId, seed: u8) -> Self {
        let token = token(fix, id);
        let guest = Self { id, token, opening: opening(seed), last: 0, side: guest_side(id, seed) };
        guest.wait(fix).unwrap();
        guest
    }

    /// Joins another attempt from the same device.
    pub(super) fn join(&mut self, seed: u8) {
        self.side = guest_side(self.id, seed);
    }

    /// Returns the same device in another attempt.
    pub(super) fn beside(&mut self, seed: u8) -> Self {
        self.last = 1;
        let (id, token, opening) = (self.id, self.token.clone(), self.opening);
        Self { id, token, opening, last: 0, side: guest_side(id, seed) }
    }

    pub(super) fn wait(&self, fix: &Fixture) -> Result<GuestGreetingView, Fault> {
        let draft = WaitDraft { opening: self.opening.to_string() };
        fix.app.wait_for_greeting(&nobody(), &self.token, &draft).wait()
    }

    pub(super) fn view(&self, fix: &Fixture) -> GuestGreetingView {
        let asked = OpeningAsked { opening: Some(self.opening.to_string()) };
        fix.app.guest_greeting(&self.token, &asked).wait().unwrap()
    }

    pub(super) fn attempt(&self, fix: &Fixture) -> guest_app::AttemptView {
        let mut attempts = self.view(fix).attempts;
        attempts.remove(attempts.len() - 1 - self.last)
    }

    pub(super) fn push(&self, fix: &Fixture, twice: bool) -> bool {
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

    pub(super) fn pull(&mut self, fix: &Fixture) {
        for step in &self.attempt(fix).said {
            self.side.handle_message(&Message::try_from(step).unwrap());
        }
    }

    pub(super) fn end(&self, fix: &Fixture, reason: &str) -> Result<(), Fault> {
        let draft = LeaveDraft {
            opening: self.opening.to_string(),
            attempt: Some(self.attempt(fix).id.to_string()),
            reason: Some(reason.to_owned()),
        };
        fix.app.guest_ends(&nobody(), &self.token, &draft).wait()
    }

    pub(super) fn leave(&self, fix: &Fixture) {
        let draft = LeaveDraft { opening: self.opening.to_string(), attempt: None, reason: None };
        fix.app.guest_ends(&nobody(), &self.token, &draft).wait().unwrap();
    }

    pub(super) fn acknowledge(
        &self,
        fix: &Fixture,
        signer: &SigningKey,
    ) -> Result<Welcomed, Fault> {
        let GuestStage::Done(tag) = self.side.stage() else { panic!() };
        self.acknowledge_as(fix, signer, tag.as_bytes())
    }

    pub(super) fn acknowledge_as(
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

pub(super) fn guest_side(id: MemberInviteId, seed: u8) -> GuestSide {
    let other = !seed;
    let random = GuestRandom {
        key: [other; 32],
        nonce: [other; 32],
        decoys: [other; 32],
        seal: [other; 12],
    };
    GuestSide::begin(context(id), &random)
}

pub(super) fn token_of(fix: &Fixture, id: MemberInviteId) -> String {
    let link = guest_core::MemberLink { team: TeamId::parse(TEAM).unwrap(), invitation: id };
    link.token(&fix.app.config().key).expose().to_owned()
}

pub(super) fn details() -> Details {
    let point = signer().verifying_key().to_sec1_point(false);
    Details {
        name: PersonName::parse("Nina Newcomer").unwrap(),
        device_name: DeviceName::parse("Test browser").unwrap(),
        device_key: DevicePublicKey::from_bytes(point.as_bytes()).unwrap(),
    }
}

pub(super) fn signer() -> SigningKey {
    SigningKey::from_slice(&[5; 32]).unwrap()
}

pub(super) fn opening(seed: u8) -> Opening {
    Opening::from_bytes([seed; 16])
}

pub(super) fn context(id: MemberInviteId) -> Context {
    Context { team: TeamId::parse(TEAM).unwrap(), invitation: id }
}
