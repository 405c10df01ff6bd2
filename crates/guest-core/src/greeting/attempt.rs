//! An attempt at a greeting as the server keeps it: what was said, and nothing secret (OR-23).
//!
//! ```text
//!                step after step
//!          ┌──┐
//!   begin  │  ▼        accept            acknowledged
//! ──────▶ Going ───────────────▶ Accepted ───────────▶ Acknowledged
//!           │ end
//!           ▼
//!         Ended(why)
//! ```

use chrono::TimeDelta;

use super::{GREETING_VERSION, GreetingEnd, Message, Opening, PublicKey, Side, Signature, Tag};
use crate::{
    Fact, Facts, GreetingId, Instant, MemberInviteId, Refusal, RefusalKind, TeamId, UserId,
};

/// One attempt at a greeting, as it is relayed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Greeting {
    /// The team.
    pub team: TeamId,
    /// The invitation that it would honour.
    pub invitation: MemberInviteId,
    /// The Administrator who greets; each has one attempt for an invitation (OR-23).
    pub host: UserId,
    /// Names the attempt.
    pub id: GreetingId,
    /// The beginning of the host's device.
    pub host_opening: Opening,
    /// The beginning of the guest's device.
    pub guest_opening: Opening,
    /// What was said, in the order of the steps.
    pub said: Vec<Message>,
    /// When something was said last.
    pub heard_at: Instant,
    /// How it ended before anybody had joined.
    pub end: Option<GreetingEnd>,
}

/// What an attempt is begun with.
#[derive(Clone, Copy, Debug)]
pub struct NewGreeting {
    /// The team.
    pub team: TeamId,
    /// The invitation.
    pub invitation: MemberInviteId,
    /// The Administrator.
    pub host: UserId,
    /// Names the attempt.
    pub id: GreetingId,
    /// Which device of the host begins.
    pub host_opening: Opening,
    /// Which device of the guest waits.
    pub guest_opening: Opening,
    /// The protocol that the host speaks.
    pub version: u32,
    /// The host's public key.
    pub key: PublicKey,
}

impl Greeting {
    /// Begins an attempt with the host's first step (OR-22, OR-25).
    ///
    /// # Errors
    ///
    /// Returns that the host speaks a protocol that the guest does not.
    pub fn begin(new: NewGreeting, now: Instant) -> Result<Self, GreetingRefusal> {
        let NewGreeting { team, invitation, host, id, host_opening, guest_opening, .. } = new;
        let NewGreeting { version, key, .. } = new;
        check_version(version)?;
        let said = vec![Message::HostKey { version, key }];
        Ok(Self {
            team,
            invitation,
            host,
            id,
            host_opening,
            guest_opening,
            said,
            heard_at: now,
            end: None,
        })
    }

    /// Relays what a side says (OR-23).
    ///
    /// A step repeated with the same content is answered the same: with `None`, since nothing
    /// changes. The host's acceptance is none of these; it makes a user (see [`accept`](Self::accept)).
    ///
    /// # Errors
    ///
    /// Returns that the attempt is over, or that this is not the next step of that side.
    pub fn relay(
        &self,
        from: Side,
        message: &Message,
        now: Instant,
    ) -> Result<Option<Self>, GreetingRefusal> {
        if from != message.from() || matches!(message, Message::Accepted { .. }) {
            return Err(self.out_of_step());
        }
        self.take(message, now)
    }

    /// Relays that the host has accepted the details, with which the user is made (OR-22).
    ///
    /// `None` if they have been accepted like this already.
    ///
    /// # Errors
    ///
    /// Returns that the attempt is over, or that it is not the time for that.
    pub fn accept(&self, tag: Tag, now: Instant) -> Result<Option<Self>, GreetingRefusal> {
        self.take(&Message::Accepted { tag }, now)
    }

    /// Takes the guest's last word, within the time in which something has to be said (OR-22).
    ///
    /// `None` if it is the same as before. It opens a session, so that it is of no use later on.
    ///
    /// # Errors
    ///
    /// Returns that the time is over, or that it is not the time yet.
    pub fn acknowledge(
        &self,
        signature: Signature,
        now: Instant,
    ) -> Result<Option<Self>, GreetingRefusal> {
        if self.heard_at + IDLE <= now {
            return Err(GreetingRefusal::Over { end: GreetingEnd::TimedOut });
        }
        self.relay(Side::Guest, &Message::Acknowledged { signature }, now)
    }

    /// Ends the attempt as a side says that it ends (OR-24).
    ///
    /// `None` if it has ended like this already.
    ///
    /// # Errors
    ///
    /// Returns that it is over in another way, or that this side cannot say so.
    pub fn end(&self, from: Side, end: GreetingEnd) -> Result<Option<Self>, GreetingRefusal> {
        if self.end == Some(end) && end.may_come_from(from) {
            return Ok(None);
        }
        self.check_going()?;
        if !end.may_come_from(from) {
            return Err(self.out_of_step());
        }
        Ok(self.over(end))
    }

    /// Ends the attempt for a reason that lies outside it (OR-24); `None` if it is over.
    #[must_use]
    pub fn over(&self, end: GreetingEnd) -> Option<Self> {
        self.is_going().then(|| Self { end: Some(end), ..self.clone() })
    }

    /// Returns whether it is neither over nor has led to a user.
    #[must_use]
    pub fn is_going(&self) -> bool {
        self.end.is_none() && self.accepted().is_none()
    }

    /// Returns the tag with which the host accepted, if they did.
    #[must_use]
    pub fn accepted(&self) -> Option<Tag> {
        self.said.iter().find_map(|message| match message {
            Message::Accepted { tag } => Some(*tag),
            Message::HostKey { .. }
            | Message::GuestKey { .. }
            | Message::GuestCommitment { .. }
            | Message::HostNonce { .. }
            | Message::GuestNonce { .. }
            | Message::GuestConfirmed { .. }
            | Message::HostConfirmed { .. }
            | Message::Details { .. }
            | Message::Acknowledged { .. } => None,
        })
    }

    /// Returns when it will have been idle for too long (OR-24).
    #[must_use]
    pub fn due(&self) -> Option<Instant> {
        self.is_going().then(|| self.heard_at + IDLE)
    }

    /// Ends the attempt if it has been idle for too long (OR-24).
    #[must_use]
    pub fn handle_due(&self, now: Instant) -> Option<Self> {
        let is_due = self.due().is_some_and(|due| due <= now);
        if is_due { self.over(GreetingEnd::TimedOut) } else { None }
    }

    fn take(&self, message: &Message, now: Instant) -> Result<Option<Self>, GreetingRefusal> {
        if let Some(said) = self.said.get(message.place()) {
            // What was answered once is answered again, however it went on (OR-23).
            return if said == message { Ok(None) } else { Err(self.out_of_step()) };
        }
        if let Some(end) = self.end {
            return Err(GreetingRefusal::Over { end });
        }
        if self.said.len() != message.place() {
            return Err(self.out_of_step());
        }
        if let Message::GuestKey { version, .. } | Message::HostKey { version, .. } = message {
            check_version(*version)?;
        }
        let mut said = self.said.clone();
        said.push(message.clone());
        Ok(Some(Self { said, heard_at: now, ..self.clone() }))
    }

    fn check_going(&self) -> Result<(), GreetingRefusal> {
        match self.end {
            Some(end) => Err(GreetingRefusal::Over { end }),
            None if self.accepted().is_some() => Err(self.out_of_step()),
            None => Ok(()),
        }
    }

    fn out_of_step(&self) -> GreetingRefusal {
        let last = self.said.last().map_or("", Message::name);
        GreetingRefusal::OutOfStep { last }
    }
}

fn check_version(version: u32) -> Result<(), GreetingRefusal> {
    if version == GREETING_VERSION { Ok(()) } else { Err(GreetingRefusal::Version) }
}

/// Why something is not relayed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum GreetingRefusal {
    /// The attempt has ended.
    #[error("this attempt has ended ({})", end.name())]
    Over {
        /// How.
        end: GreetingEnd,
    },
    /// It is another step's turn, or the step was said with other content.
    #[error("the step said last is {last}, and this does not follow from it")]
    OutOfStep {
        /// The step that was said last.
        last: &'static str,
    },
    /// The protocol is another one.
    #[error("this server relays version {GREETING_VERSION} of the protocol")]
    Version,
    /// Nobody waits to be greeted.
    #[error("the invited person is not there; ask them to open the link of their mail and start")]
    NobodyWaiting,
}

impl Refusal for GreetingRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Over { .. } => "greeting_over",
            Self::OutOfStep { .. } => "greeting_out_of_step",
            Self::Version => "greeting_version",
            Self::NobodyWaiting => "nobody_waiting",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Over { .. } | Self::OutOfStep { .. } | Self::NobodyWaiting => {
                RefusalKind::Conflict
            }
            Self::Version => RefusalKind::Invalid,
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::Over { end } => vec![("reason", Fact::Text(end.name().to_owned()))],
            Self::OutOfStep { last } => vec![("last", Fact::Text((*last).to_owned()))],
            Self::Version => {
                vec![("version", Fact::Number(i64::from(GREETING_VERSION)))]
            }
            Self::NobodyWaiting => Facts::new(),
        }
    }
}

/// For how long nothing may be said (OR-24).
const IDLE: TimeDelta = TimeDelta::minutes(10);

#[cfg(test)]
mod tests {
    use super::super::{Commitment, Nonce, SealNonce, Sealed};
    use super::*;

    #[test]
    fn or_23_steps_are_relayed_in_their_order_only() {
        let all = messages();
        let mut greeting = begun();
        for (place, message) in all.iter().enumerate().skip(1) {
            for other in all.iter().skip(place + 1) {
                assert!(relay(&greeting, other).is_err(), "{} too early", other.name());
            }
            let next = relay(&greeting, message).unwrap().unwrap();
            assert_eq!(relay(&next, message), Ok(None), "{} again", message.name());
            greeting = next;
        }
        assert_eq!(greeting.said, all);
        assert!(!greeting.is_going());
        for message in &all {
            assert_eq!(relay(&greeting, message), Ok(None), "{} again", message.name());
        }
    }

    #[test]
    fn or_23_a_step_with_other_content_is_refused() {
        let mut greeting = begun();
        for (message, other) in messages().into_iter().zip(others()).skip(1) {
            greeting = relay(&greeting, &message).unwrap().unwrap();
            let last = message.name();
            assert_eq!(relay(&greeting, &other), Err(GreetingRefusal::OutOfStep { last }));
        }
    }

    #[test]
    fn or_23_each_says_only_what_is_theirs() {
        let greeting = begun();
        for message in messages().iter().filter(|message| message.from() == Side::Guest) {
            assert!(greeting.relay(Side::Host, message, at(1)).is_err());
        }
        // A host accepts by making the user, never by a mere message.
        let mut greeting = greeting;
        for message in messages().iter().take(8).skip(1) {
            greeting = relay(&greeting, message).unwrap().unwrap();
        }
        let accepted = Message::Accepted { tag: Tag::from_bytes([8; 32]) };
        assert!(greeting.relay(Side::Host, &accepted, at(1)).is_err());
        assert!(greeting.accept(Tag::from_bytes([8; 32]), at(1)).is_ok());
    }

    #[test]
    fn or_24_each_side_gives_its_own_reasons() {
        use GreetingEnd::*;
        let may = |side| -> Vec<_> {
            GreetingEnd::ALL.into_iter().filter(|end| begun().end(side, *end).is_ok()).collect()
        };
        let host = [CancelledByHost, WrongCodeHost, NoMatchingCode, BadCommitment, BadMessage];
        assert_eq!(may(Side::Host), host);
        let guest = [CancelledByGuest, WrongCodeGuest, NoMatchingCode, BadMessage];
        assert_eq!(may(Side::Guest), guest);
    }

    #[test]
    fn or_24_there_is_one_end() {
        let ended = begun().end(Side::Host, GreetingEnd::WrongCodeHost).unwrap().unwrap();
        assert_eq!(ended.end(Side::Host, GreetingEnd::WrongCodeHost), Ok(None));
        let over = GreetingRefusal::Over { end: GreetingEnd::WrongCodeHost };
        assert_eq!(ended.end(Side::Guest, GreetingEnd::CancelledByGuest), Err(over));
        assert_eq!(ended.over(GreetingEnd::TimedOut), None);
        let [_, key, ..] = &messages()[..] else { panic!() };
        assert_eq!(relay(&ended, key), Err(over));
        assert_eq!(relay(&ended, &messages()[0]), Ok(None), "the same is answered the same");
    }

    #[test]
    fn or_24_ten_idle_minutes_end_it() {
        let greeting = begun();
        assert_eq!(greeting.handle_due(at(599)), None);
        let ended = greeting.handle_due(at(600)).unwrap();
        assert_eq!(ended.end, Some(GreetingEnd::TimedOut));
        assert_eq!(ended.due(), None);
        let later = greeting.relay(Side::Guest, &messages()[1], at(300)).unwrap().unwrap();
        assert_eq!(later.handle_due(at(899)), None);
        assert!(later.handle_due(at(900)).is_some());
    }

    #[test]
    fn or_22_the_last_word_comes_within_ten_minutes() {
        let signature = Signature::from_bytes([9; 64]);
        let mut greeting = begun();
        assert!(greeting.acknowledge(signature, at(1)).is_err());
        for message in messages().iter().take(9).skip(1) {
            greeting = relay(&greeting, message).unwrap().unwrap();
        }
        let over = GreetingRefusal::Over { end: GreetingEnd::TimedOut };
        assert_eq!(greeting.acknowledge(signature, at(601)), Err(over));
        let told = greeting.acknowledge(signature, at(600)).unwrap().unwrap();
        assert_eq!(told.acknowledge(signature, at(1_199)), Ok(None));
        assert_eq!(told.acknowledge(signature, at(1_200)), Err(over));
    }

    #[test]
    fn or_25_another_version_is_refused() {
        let new = NewGreeting { version: 2, ..new() };
        assert_eq!(Greeting::begin(new, at(0)), Err(GreetingRefusal::Version));
        let key = Message::GuestKey { version: 2, key: PublicKey::from_bytes([2; 32]) };
        assert_eq!(relay(&begun(), &key), Err(GreetingRefusal::Version));
    }

    fn relay(greeting: &Greeting, message: &Message) -> Result<Option<Greeting>, GreetingRefusal> {
        if let Message::Accepted { tag } = message {
            return greeting.accept(*tag, at(1));
        }
        greeting.relay(message.from(), message, at(1))
    }

    fn messages() -> Vec<Message> {
        filled(0)
    }

    fn others() -> Vec<Message> {
        filled(100)
    }

    fn filled(more: u8) -> Vec<Message> {
        let key = PublicKey::from_bytes([1 + more; 32]);
        vec![
            Message::HostKey { version: 1, key },
            Message::GuestKey { version: 1, key },
            Message::GuestCommitment { hash: Commitment::from_bytes([2 + more; 32]) },
            Message::HostNonce { nonce: Nonce::from_bytes([3 + more; 32]) },
            Message::GuestNonce { nonce: Nonce::from_bytes([4 + more; 32]) },
            Message::GuestConfirmed { tag: Tag::from_bytes([5 + more; 32]) },
            Message::HostConfirmed { tag: Tag::from_bytes([6 + more; 32]) },
            Message::Details {
                nonce: SealNonce::from_bytes([7 + more; 12]),
                sealed: Sealed::new(vec![7 + more]).unwrap(),
            },
            Message::Accepted { tag: Tag::from_bytes([8 + more; 32]) },
            Message::Acknowledged { signature: Signature::from_bytes([9 + more; 64]) },
        ]
    }

    fn begun() -> Greeting {
        Greeting::begin(new(), at(0)).unwrap()
    }

    fn new() -> NewGreeting {
        NewGreeting {
            team: TeamId::parse("acme").unwrap(),
            invitation: MemberInviteId::from_bits(1),
            host: UserId::from_bits(2),
            id: GreetingId::from_bits(3),
            host_opening: Opening::from_bytes([4; 16]),
            guest_opening: Opening::from_bytes([5; 16]),
            version: 1,
            key: PublicKey::from_bytes([1; 32]),
        }
    }

    fn at(second: i64) -> Instant {
        Instant::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }
}
