//! The host's side of a greeting: an Administrator's page, or `guest invitation greet`.
//!
//! Its driver gives it what the relay says was said, in order and as often as it likes
//! ([`handle_message`](HostSide::handle_message)), and what the host does; it brings to the relay
//! whatever of [`said`](HostSide::said) is not there yet, and the [`end`](HostSide::end) if there
//! is one. Time is the relay's affair: it ends what is idle.

use super::agreement::{Agreement, Context, Details, Own, Transcript, commitment};
use super::code::{Choices, GreetingCode};
use super::message::{Commitment, GREETING_VERSION, Message, PublicKey, SealNonce, Sealed, Tag};
use super::{GreetingEnd, Side};

/// The host's side of one attempt (OR-22).
#[derive(Debug)]
pub struct HostSide {
    context: Context,
    own: Own,
    seed: [u8; 32],
    said: Vec<Message>,
    heard: Vec<Message>,
    state: State,
}

/// What the host's side needs of chance, drawn for one attempt.
#[derive(Clone)]
pub struct HostRandom {
    /// The private key.
    pub key: [u8; 32],
    /// The nonce.
    pub nonce: [u8; 32],
    /// What the codes beside the right one are drawn from.
    pub decoys: [u8; 32],
}

impl core::fmt::Debug for HostRandom {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("..")
    }
}

/// What the host is shown.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum HostStage {
    /// Nothing to do: the guest's device has not answered yet.
    Waiting,
    /// Say this code to the guest.
    Say(GreetingCode),
    /// Pick the code that the guest says.
    Pick(Choices),
    /// The codes were right; the guest is writing down who they are.
    Expecting,
    /// Look at who the guest says they are, and choose their profile.
    Confirm(Details),
    /// They have joined.
    Done,
    /// It is over, and nobody has joined.
    Ended(GreetingEnd),
}

#[derive(Debug)]
enum State {
    Begun,
    Joined { guest_key: PublicKey },
    Committed { guest_key: PublicKey, hash: Commitment },
    Saying { agreed: Agreement },
    Picking { agreed: Agreement, choices: Choices },
    Expecting { agreed: Agreement },
    Confirming { details: Details, tag: Tag },
    Done,
    Ended(GreetingEnd),
}

impl HostSide {
    /// Begins an attempt.
    #[must_use]
    pub fn begin(context: Context, random: &HostRandom) -> Self {
        let own = Own::new(random.key, random.nonce);
        let said = vec![Message::HostKey { version: GREETING_VERSION, key: own.public() }];
        let (heard, state) = (Vec::new(), State::Begun);
        Self { context, own, seed: random.decoys, said, heard, state }
    }

    /// Returns what the host has said so far, in order; the relay is to have all of it.
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
            | State::Joined { .. }
            | State::Committed { .. }
            | State::Saying { .. }
            | State::Picking { .. }
            | State::Expecting { .. }
            | State::Confirming { .. }
            | State::Done => None,
        }
    }

    /// Returns what to show.
    #[must_use]
    pub fn stage(&self) -> HostStage {
        match &self.state {
            State::Begun | State::Joined { .. } | State::Committed { .. } => HostStage::Waiting,
            State::Saying { agreed } => HostStage::Say(agreed.host_code()),
            State::Picking { choices, .. } => HostStage::Pick(*choices),
            State::Expecting { .. } => HostStage::Expecting,
            State::Confirming { details, .. } => HostStage::Confirm(details.clone()),
            State::Done => HostStage::Done,
            State::Ended(end) => HostStage::Ended(*end),
        }
    }

    /// Hears what the guest is said to have said (OR-22, OR-23).
    ///
    /// The same said again changes nothing. Anything else that is not the next step ends the
    /// attempt.
    pub fn handle_message(&mut self, message: &Message) {
        if message.from() != Side::Guest || self.heard.contains(message) || self.is_over() {
            return;
        }
        self.heard.push(message.clone());
        let state = core::mem::replace(&mut self.state, BROKEN);
        self.state = match (state, message) {
            (State::Begun, Message::GuestKey { version: GREETING_VERSION, key }) => {
                State::Joined { guest_key: *key }
            }
            (State::Joined { guest_key }, Message::GuestCommitment { hash }) => {
                self.said.push(Message::HostNonce { nonce: self.own.nonce });
                State::Committed { guest_key, hash: *hash }
            }
            (State::Committed { hash, .. }, Message::GuestNonce { nonce })
                if commitment(nonce) != hash =>
            {
                State::Ended(GreetingEnd::BadCommitment)
            }
            (State::Committed { guest_key, .. }, Message::GuestNonce { nonce }) => {
                let transcript = Transcript {
                    context: self.context,
                    host_key: self.own.public(),
                    guest_key,
                    host_nonce: self.own.nonce,
                    guest_nonce: *nonce,
                };
                match self.own.agree(&guest_key) {
                    Some(shared) => State::Saying { agreed: Agreement::new(shared, transcript) },
                    None => BROKEN,
                }
            }
            (State::Saying { agreed }, Message::GuestConfirmed { tag })
                if *tag == agreed.guest_confirms() =>
            {
                let choices = Choices::draw(agreed.guest_code(), &self.seed);
                State::Picking { agreed, choices }
            }
            (State::Expecting { agreed }, Message::Details { nonce, sealed }) => {
                opened(&agreed, nonce, sealed)
            }
            (State::Done, Message::Acknowledged { .. }) => State::Done,
            (_, _) => BROKEN,
        };
    }

    /// Picks the code that the guest says (OR-22).
    ///
    /// Does nothing unless there is one to pick.
    pub fn handle_pick(&mut self, code: &str) {
        let State::Picking { agreed, .. } = &self.state else { return };
        if agreed.guest_code().as_str() != code {
            self.state = State::Ended(GreetingEnd::WrongCodeHost);
        } else if let State::Picking { agreed, .. } = core::mem::replace(&mut self.state, BROKEN) {
            self.said.push(Message::HostConfirmed { tag: agreed.host_confirms() });
            self.state = State::Expecting { agreed };
        }
    }

    /// Records that what the guest says is not among the codes shown (OR-24).
    pub fn handle_no_match(&mut self) {
        if let State::Picking { .. } = self.state {
            self.state = State::Ended(GreetingEnd::NoMatchingCode);
        }
    }

    /// Accepts the details; the driver makes the user with them, and tells of the tag (OR-22).
    ///
    /// `None` unless there are some to confirm. Asked again it answers the same.
    #[must_use]
    pub fn accept(&self) -> Option<(Details, Message)> {
        match &self.state {
            State::Confirming { details, tag } => {
                Some((details.clone(), Message::Accepted { tag: *tag }))
            }
            State::Begun
            | State::Joined { .. }
            | State::Committed { .. }
            | State::Saying { .. }
            | State::Picking { .. }
            | State::Expecting { .. }
            | State::Done
            | State::Ended(_) => None,
        }
    }

    /// Records that the user was made with the details that were accepted.
    pub fn handle_finished(&mut self) {
        if let Some((_, accepted)) = self.accept() {
            self.said.push(accepted);
            self.state = State::Done;
        }
    }

    /// Gives up.
    pub fn handle_cancel(&mut self) {
        self.handle_end(GreetingEnd::CancelledByHost);
    }

    /// Hears that the attempt has ended (OR-24).
    pub fn handle_end(&mut self, end: GreetingEnd) {
        if !self.is_over() {
            self.state = State::Ended(end);
        }
    }

    const fn is_over(&self) -> bool {
        matches!(self.state, State::Done | State::Ended(_))
    }
}

/// Opens the details, for the host to confirm.
fn opened(agreed: &Agreement, nonce: &SealNonce, sealed: &Sealed) -> State {
    match agreed.open(nonce, sealed) {
        Some(details) => State::Confirming { details, tag: agreed.host_accepts(nonce, sealed) },
        None => BROKEN,
    }
}

/// What becomes of an attempt in which something was said that the protocol does not know.
const BROKEN: State = State::Ended(GreetingEnd::BadMessage);
