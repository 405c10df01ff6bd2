//! The guest's side of a greeting: the page behind the link of an invitation.
//!
//! Its driver gives it what the relay says was said, in order and as often as it likes
//! ([`handle_message`](GuestSide::handle_message)), and what the guest does; it brings to the relay
//! whatever of [`said`](GuestSide::said) is not there yet, and the [`end`](GuestSide::end) if there
//! is one. Once it is [`Done`](GuestStage::Done) the driver has the device sign the
//! [`acknowledgement`](super::acknowledgement).

use super::agreement::{Agreement, Context, Details, Own, Transcript, commitment};
use super::code::{Choices, GreetingCode};
use super::message::{GREETING_VERSION, Message, PublicKey, SealNonce, Tag};
use super::{GreetingEnd, Side};

/// The guest's side of one attempt (OR-22).
#[derive(Debug)]
pub struct GuestSide {
    context: Context,
    own: Own,
    seed: [u8; 32],
    seal_nonce: SealNonce,
    said: Vec<Message>,
    heard: Vec<Message>,
    state: State,
}

/// What the guest's side needs of chance, drawn for one attempt.
#[derive(Clone)]
pub struct GuestRandom {
    /// The private key.
    pub key: [u8; 32],
    /// The nonce.
    pub nonce: [u8; 32],
    /// What the codes beside the right one are drawn from.
    pub decoys: [u8; 32],
    /// The nonce under which the details are sealed.
    pub seal: [u8; 12],
}

impl core::fmt::Debug for GuestRandom {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("..")
    }
}

/// What the guest is shown.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum GuestStage {
    /// Nothing to do: the host's device has not answered yet.
    Waiting,
    /// Pick the code that the host says.
    Pick(Choices),
    /// Say this code to the host.
    Say(GreetingCode),
    /// The codes were right; write down who you are.
    Fill,
    /// The host is looking at it.
    Looking,
    /// They have joined; the tag is what the device acknowledges.
    Done(Tag),
    /// It is over, and nobody has joined.
    Ended(GreetingEnd),
}

#[derive(Debug)]
enum State {
    Begun,
    Committed { host_key: PublicKey },
    Picking { agreed: Agreement, choices: Choices },
    Saying { agreed: Agreement },
    Filling { agreed: Agreement },
    Looking { expected: Tag },
    Done { tag: Tag },
    Ended(GreetingEnd),
}

impl GuestSide {
    /// Begins an attempt.
    #[must_use]
    pub fn begin(context: Context, random: &GuestRandom) -> Self {
        let own = Own::new(random.key, random.nonce);
        let said = vec![Message::GuestKey { version: GREETING_VERSION, key: own.public() }];
        let seal_nonce = SealNonce::from_bytes(random.seal);
        let (heard, state) = (Vec::new(), State::Begun);
        Self { context, own, seed: random.decoys, seal_nonce, said, heard, state }
    }

    /// Returns what the guest has said so far, in order; the relay is to have all of it.
    #[must_use]
    pub fn said(&self) -> &[Message] {
        &self.said
    }

    /// Returns why this side has ended the attempt, or was told that it has ended.
    #[must_use]
    pub const fn end(&self) -> Option<GreetingEnd> {
        match self.state {
            State::Ended(end) => Some(end),
            State::Begun
            | State::Committed { .. }
            | State::Picking { .. }
            | State::Saying { .. }
            | State::Filling { .. }
            | State::Looking { .. }
            | State::Done { .. } => None,
        }
    }

    /// Returns what to show.
    #[must_use]
    pub fn stage(&self) -> GuestStage {
        match &self.state {
            State::Begun | State::Committed { .. } => GuestStage::Waiting,
            State::Picking { choices, .. } => GuestStage::Pick(*choices),
            State::Saying { agreed } => GuestStage::Say(agreed.guest_code()),
            State::Filling { .. } => GuestStage::Fill,
            State::Looking { .. } => GuestStage::Looking,
            State::Done { tag } => GuestStage::Done(*tag),
            State::Ended(end) => GuestStage::Ended(*end),
        }
    }

    /// Hears what the host is said to have said (OR-22, OR-23).
    ///
    /// The same said again changes nothing. Anything else that is not the next step ends the
    /// attempt.
    pub fn handle_message(&mut self, message: &Message) {
        if message.from() != Side::Host || self.heard.contains(message) || self.is_over() {
            return;
        }
        self.heard.push(message.clone());
        let state = core::mem::replace(&mut self.state, BROKEN);
        self.state = match (state, message) {
            (State::Begun, Message::HostKey { version: GREETING_VERSION, key }) => {
                self.said.push(Message::GuestCommitment { hash: commitment(&self.own.nonce) });
                State::Committed { host_key: *key }
            }
            (State::Committed { host_key }, Message::HostNonce { nonce }) => {
                let transcript = Transcript {
                    context: self.context,
                    host_key,
                    guest_key: self.own.public(),
                    host_nonce: *nonce,
                    guest_nonce: self.own.nonce,
                };
                match self.own.agree(&host_key) {
                    Some(shared) => self.agreed(Agreement::new(shared, transcript)),
                    None => BROKEN,
                }
            }
            (State::Saying { agreed }, Message::HostConfirmed { tag })
                if *tag == agreed.host_confirms() =>
            {
                State::Filling { agreed }
            }
            (State::Looking { expected }, Message::Accepted { tag }) if *tag == expected => {
                State::Done { tag: *tag }
            }
            (_, _) => BROKEN,
        };
    }

    /// Picks the code that the host says (OR-22).
    ///
    /// Does nothing unless there is one to pick.
    pub fn handle_pick(&mut self, code: &str) {
        let State::Picking { agreed, .. } = &self.state else { return };
        if agreed.host_code().as_str() != code {
            self.state = State::Ended(GreetingEnd::WrongCodeGuest);
        } else if let State::Picking { agreed, .. } = core::mem::replace(&mut self.state, BROKEN) {
            self.said.push(Message::GuestConfirmed { tag: agreed.guest_confirms() });
            self.state = State::Saying { agreed };
        }
    }

    /// Records that what the host says is not among the codes shown (OR-24).
    pub fn handle_no_match(&mut self) {
        if let State::Picking { .. } = self.state {
            self.state = State::Ended(GreetingEnd::NoMatchingCode);
        }
    }

    /// Tells the host who the guest is (OR-22).
    ///
    /// Does nothing unless it is the time for that.
    pub fn handle_details(&mut self, details: &Details) {
        let State::Filling { agreed } = &self.state else { return };
        let nonce = self.seal_nonce;
        // Names are bounded, so that they always fit.
        let Some(sealed) = agreed.seal(details, &nonce) else { return };
        let expected = agreed.host_accepts(&nonce, &sealed);
        self.said.push(Message::Details { nonce, sealed });
        self.state = State::Looking { expected };
    }

    /// Gives up.
    pub fn handle_cancel(&mut self) {
        self.handle_end(GreetingEnd::CancelledByGuest);
    }

    /// Hears that the attempt has ended (OR-24).
    pub fn handle_end(&mut self, end: GreetingEnd) {
        if !self.is_over() {
            self.state = State::Ended(end);
        }
    }

    fn agreed(&mut self, agreed: Agreement) -> State {
        self.said.push(Message::GuestNonce { nonce: self.own.nonce });
        let choices = Choices::draw(agreed.host_code(), &self.seed);
        State::Picking { agreed, choices }
    }

    const fn is_over(&self) -> bool {
        matches!(self.state, State::Done { .. } | State::Ended(_))
    }
}

/// What becomes of an attempt in which something was said that the protocol does not know.
const BROKEN: State = State::Ended(GreetingEnd::BadMessage);
