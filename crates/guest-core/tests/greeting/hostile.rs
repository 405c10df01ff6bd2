//! A relay that does what it likes, a hundred thousand times (OR-23, OR-24).
//!
//! The two people are honest and have a call: each says the code that their device shows, and
//! picks it on theirs, or says that it is not there. What must never happen is a silent success:
//! that the host accepts somebody else's details, or that the guest believes to have joined where
//! the host accepted nothing of theirs.

use std::thread;

use guest_core::{
    Commitment, Context, Details, DeviceName, DevicePublicKey, GreetingEnd,
    GreetingMessage as Message, GuestRandom, GuestSide, GuestStage, HostRandom, HostSide,
    HostStage, MemberInviteId, Nonce, PersonName, PublicKey, Sealed, Side, Signature, Tag, TeamId,
};
use p256::ecdsa::SigningKey;
use sha2::{Digest as _, Sha256};

#[test]
fn or_24_a_hostile_relay_never_succeeds_in_silence() {
    let workers = (0..WORKERS).map(|worker| {
        thread::spawn(move || {
            let (mut seen, details) = (Seen::default(), details());
            for run in 0..RUNS / WORKERS {
                play(worker * RUNS + run, &details, &mut seen);
            }
            seen
        })
    });
    let seen = workers.collect::<Vec<_>>().into_iter().map(|worker| worker.join().unwrap());
    let seen = seen.fold(Seen::default(), |all, seen| all.with(&seen));
    // The runs went deep enough to mean something.
    assert_eq!(seen.runs, RUNS);
    for (what, count) in [
        ("joined", seen.joined),
        ("codes", seen.codes),
        ("no match", seen.no_match),
        ("bad commitment", seen.bad_commitment),
        ("bad message", seen.bad_message),
        ("details that do not open", seen.unopened),
    ] {
        assert!(count > 100, "{what} only {count} times: {seen:?}");
    }
}

/// One attempt between two honest people over a hostile relay.
fn play(run: u64, details: &Details, seen: &mut Seen) {
    let mut chance = Chance::of(run);
    let mut host = HostSide::begin(context(), &chance.host());
    let mut guest = GuestSide::begin(context(), &chance.guest());
    let mut relay = Relay::of(&mut chance);
    let (mut carried, mut accepted) = ((0, 0), None);
    for _ in 0..ROUNDS {
        let new_from_host = host.said()[carried.0..].to_vec();
        let new_from_guest = guest.said()[carried.1..].to_vec();
        carried = (host.said().len(), guest.said().len());
        relay.overhear(&host, &guest, details);
        let (for_host, for_guest) = relay.carry(new_from_host, new_from_guest, &mut chance);
        for message in &for_host {
            host.handle_message(message);
        }
        for message in &for_guest {
            guest.handle_message(message);
        }
        act_as_guest(&mut guest, &host, details);
        if let HostStage::Confirm(seen_by_host) = host.stage() {
            accepted = Some(seen_by_host);
        }
        act_as_host(&mut host, &guest);
    }
    seen.count(&host, &guest);
    // No silent success: what was accepted is what the guest said of themselves…
    if accepted.is_some() {
        assert_eq!(accepted.as_ref(), Some(details), "run {run}");
        let said = |message: &Message| matches!(message, Message::Details { .. });
        assert!(guest.said().iter().any(said), "run {run}: accepted what nobody said");
    }
    // … and whoever believes to have joined was accepted.
    if let GuestStage::Done(tag) = guest.stage() {
        assert_eq!(host.said().last(), Some(&Message::Accepted { tag }), "run {run}");
    }
}

/// What an honest host does next: nothing but what the call with the guest tells them.
fn act_as_host(host: &mut HostSide, guest: &GuestSide) {
    match host.stage() {
        HostStage::Pick(choices) => {
            // The guest says their code once they have one.
            let GuestStage::Say(said) = guest.stage() else { return };
            if choices.iter().any(|code| *code == said) {
                host.handle_pick(said.as_str());
            } else {
                host.handle_no_match();
            }
        }
        HostStage::Confirm(_) => host.handle_finished(),
        HostStage::Waiting
        | HostStage::Say(_)
        | HostStage::Expecting
        | HostStage::Done
        | HostStage::Ended(_) => {}
    }
}

/// What an honest guest does next.
fn act_as_guest(guest: &mut GuestSide, host: &HostSide, details: &Details) {
    match guest.stage() {
        GuestStage::Pick(choices) => {
            let HostStage::Say(said) = host.stage() else { return };
            if choices.iter().any(|code| *code == said) {
                guest.handle_pick(said.as_str());
            } else {
                guest.handle_no_match();
            }
        }
        GuestStage::Fill => guest.handle_details(details),
        GuestStage::Waiting
        | GuestStage::Say(_)
        | GuestStage::Looking
        | GuestStage::Done(_)
        | GuestStage::Ended(_) => {}
    }
}

/// What the relay does to what is said.
enum Relay {
    /// It changes, repeats, delays, drops and forges some of it: so much of 256.
    Tampering { rate: u8, kept: Vec<(Side, Message)> },
    /// It runs a greeting of its own with each of the two, and hears what they say aloud.
    Between(Box<Between>),
}

struct Between {
    to_guest: HostSide,
    to_host: GuestSide,
    told_guest: usize,
    told_host: usize,
}

impl Relay {
    fn of(chance: &mut Chance) -> Self {
        if chance.below(3) == 0 {
            return Self::Between(Box::new(Between {
                to_guest: HostSide::begin(context(), &chance.host()),
                to_host: GuestSide::begin(context(), &chance.guest()),
                told_guest: 0,
                told_host: 0,
            }));
        }
        // From a relay that does nothing to one that leaves little alone.
        let rate = [0, 8, 32, 96][chance.below(4)];
        Self::Tampering { rate, kept: Vec::new() }
    }

    /// Whoever sits between knows both codes, and says for each side that it has picked the right.
    fn overhear(&mut self, host: &HostSide, guest: &GuestSide, details: &Details) {
        let Self::Between(between) = self else { return };
        if let HostStage::Say(code) = host.stage() {
            between.to_host.handle_pick(code.as_str());
        }
        if let GuestStage::Say(code) = guest.stage() {
            between.to_guest.handle_pick(code.as_str());
        }
        let theirs = PersonName::parse("Somebody Else").unwrap();
        between.to_host.handle_details(&Details { name: theirs, ..details.clone() });
        between.to_guest.handle_finished();
    }

    /// Returns what arrives at the host and at the guest.
    fn carry(
        &mut self,
        from_host: Vec<Message>,
        from_guest: Vec<Message>,
        chance: &mut Chance,
    ) -> (Vec<Message>, Vec<Message>) {
        match self {
            Self::Between(between) => {
                for message in &from_host {
                    between.to_host.handle_message(message);
                }
                for message in &from_guest {
                    between.to_guest.handle_message(message);
                }
                let for_host = between.to_host.said()[between.told_host..].to_vec();
                let for_guest = between.to_guest.said()[between.told_guest..].to_vec();
                between.told_host += for_host.len();
                between.told_guest += for_guest.len();
                (for_host, for_guest)
            }
            Self::Tampering { rate, kept } => {
                let (mut for_host, mut for_guest) = (Vec::new(), Vec::new());
                let mut said: Vec<_> =
                    from_host.into_iter().map(|message| (Side::Guest, message)).collect();
                said.extend(from_guest.into_iter().map(|message| (Side::Host, message)));
                if chance.below(4) == 0 {
                    said.append(kept);
                }
                for (to, message) in said {
                    for (to, message) in tamper(to, message, *rate, kept, chance) {
                        match to {
                            Side::Host => for_host.push(message),
                            Side::Guest => for_guest.push(message),
                        }
                    }
                }
                (for_host, for_guest)
            }
        }
    }
}

fn tamper(
    to: Side,
    message: Message,
    rate: u8,
    kept: &mut Vec<(Side, Message)>,
    chance: &mut Chance,
) -> Vec<(Side, Message)> {
    if chance.below(256) >= usize::from(rate) {
        return vec![(to, message)];
    }
    match chance.below(6) {
        0 => Vec::new(),
        1 => vec![(to, message.clone()), (to, message)],
        2 => {
            kept.push((to, message));
            Vec::new()
        }
        3 => vec![(to, message.clone()), (to.other(), message)],
        4 => vec![(to, forged(&message, chance))],
        _ => vec![(to, changed(&message, chance))],
    }
}

/// Returns a message with one bit of it changed.
fn changed(message: &Message, chance: &mut Chance) -> Message {
    let bit = chance.below(1 << 12);
    let flip = |bytes: &mut [u8]| {
        let at = bit / 8 % bytes.len().max(1);
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << (bit % 8);
        }
    };
    filled(message, flip)
}

/// Returns a message of the same step that somebody made up.
fn forged(message: &Message, chance: &mut Chance) -> Message {
    // A hash of somebody else's nonce, and the nonce that it is for.
    if let Message::GuestCommitment { .. } = message
        && chance.below(2) == 0
    {
        return Message::GuestCommitment { hash: commitment_of([7; 32]) };
    }
    if let Message::GuestNonce { .. } = message
        && chance.below(2) == 0
    {
        return Message::GuestNonce { nonce: Nonce::from_bytes([7; 32]) };
    }
    filled(message, |bytes| bytes.iter_mut().for_each(|byte| *byte = chance.byte()))
}

/// Returns what binds a guest to a nonce.
fn commitment_of(nonce: [u8; 32]) -> Commitment {
    let random = GuestRandom { key: [1; 32], nonce, decoys: [1; 32], seal: [1; 12] };
    let mut guest = GuestSide::begin(context(), &random);
    guest.handle_message(&Message::HostKey { version: 1, key: PublicKey::from_bytes([9; 32]) });
    let Some(Message::GuestCommitment { hash }) = guest.said().last() else { panic!() };
    *hash
}

/// Returns a message whose bytes `fill` has seen to.
fn filled(message: &Message, mut fill: impl FnMut(&mut [u8])) -> Message {
    fn with<const N: usize>(bytes: &[u8; N], fill: &mut impl FnMut(&mut [u8])) -> [u8; N] {
        let mut bytes = *bytes;
        fill(&mut bytes);
        bytes
    }
    let fill = &mut fill;
    match message.clone() {
        Message::HostKey { version, key } => {
            Message::HostKey { version, key: PublicKey::from_bytes(with(key.as_bytes(), fill)) }
        }
        Message::GuestKey { version, key } => {
            Message::GuestKey { version, key: PublicKey::from_bytes(with(key.as_bytes(), fill)) }
        }
        Message::GuestCommitment { hash } => {
            Message::GuestCommitment { hash: Commitment::from_bytes(with(hash.as_bytes(), fill)) }
        }
        Message::HostNonce { nonce } => {
            Message::HostNonce { nonce: Nonce::from_bytes(with(nonce.as_bytes(), fill)) }
        }
        Message::GuestNonce { nonce } => {
            Message::GuestNonce { nonce: Nonce::from_bytes(with(nonce.as_bytes(), fill)) }
        }
        Message::GuestConfirmed { tag } => {
            Message::GuestConfirmed { tag: Tag::from_bytes(with(tag.as_bytes(), fill)) }
        }
        Message::HostConfirmed { tag } => {
            Message::HostConfirmed { tag: Tag::from_bytes(with(tag.as_bytes(), fill)) }
        }
        Message::Details { nonce, sealed } => {
            let mut bytes = sealed.as_bytes().to_vec();
            fill(&mut bytes);
            Message::Details { nonce, sealed: Sealed::new(bytes).unwrap() }
        }
        Message::Accepted { tag } => {
            Message::Accepted { tag: Tag::from_bytes(with(tag.as_bytes(), fill)) }
        }
        Message::Acknowledged { signature } => Message::Acknowledged {
            signature: Signature::from_bytes(with(signature.as_bytes(), fill)),
        },
    }
}

/// How far the runs came.
#[derive(Debug, Default)]
struct Seen {
    runs: u64,
    joined: u64,
    codes: u64,
    no_match: u64,
    bad_commitment: u64,
    bad_message: u64,
    unopened: u64,
}

impl Seen {
    fn count(&mut self, host: &HostSide, guest: &GuestSide) {
        let ended = |end| host.end() == Some(end) || guest.end() == Some(end);
        let confirmed = host.said().len() == 3;
        self.runs += 1;
        self.joined += u64::from(matches!(guest.stage(), GuestStage::Done(_)));
        self.codes += u64::from(guest.said().len() >= 3);
        self.no_match += u64::from(ended(GreetingEnd::NoMatchingCode));
        self.bad_commitment += u64::from(ended(GreetingEnd::BadCommitment));
        self.bad_message += u64::from(ended(GreetingEnd::BadMessage));
        self.unopened += u64::from(confirmed && host.end() == Some(GreetingEnd::BadMessage));
    }

    fn with(self, other: &Self) -> Self {
        Self {
            runs: self.runs + other.runs,
            joined: self.joined + other.joined,
            codes: self.codes + other.codes,
            no_match: self.no_match + other.no_match,
            bad_commitment: self.bad_commitment + other.bad_commitment,
            bad_message: self.bad_message + other.bad_message,
            unopened: self.unopened + other.unopened,
        }
    }
}

/// Chance that is the same in every run of a test.
struct Chance {
    seed: u64,
    block: [u8; 32],
    drawn: usize,
    blocks: u64,
}

impl Chance {
    fn of(seed: u64) -> Self {
        Self { seed, block: [0; 32], drawn: 32, blocks: 0 }
    }

    fn byte(&mut self) -> u8 {
        if self.drawn == self.block.len() {
            let number = [self.seed.to_be_bytes(), self.blocks.to_be_bytes()].concat();
            self.block = Sha256::digest(number).into();
            (self.drawn, self.blocks) = (0, self.blocks + 1);
        }
        self.drawn += 1;
        self.block[self.drawn - 1]
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        core::array::from_fn(|_| self.byte())
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(u32::from_be_bytes(self.bytes())).unwrap() % end
    }

    fn host(&mut self) -> HostRandom {
        HostRandom { key: self.bytes(), nonce: self.bytes(), decoys: self.bytes() }
    }

    fn guest(&mut self) -> GuestRandom {
        GuestRandom {
            key: self.bytes(),
            nonce: self.bytes(),
            decoys: self.bytes(),
            seal: self.bytes(),
        }
    }
}

fn details() -> Details {
    let signer = SigningKey::from_slice(&[5; 32]).unwrap();
    let point = signer.verifying_key().to_sec1_point(false);
    Details {
        name: PersonName::parse("Nina Newcomer").unwrap(),
        device_name: DeviceName::parse("Chromium on Linux").unwrap(),
        device_key: DevicePublicKey::from_bytes(point.as_bytes()).unwrap(),
    }
}

fn context() -> Context {
    let invitation = MemberInviteId::from_bits(1);
    Context { team: TeamId::parse("acme").unwrap(), invitation }
}

/// How often the relay gets a chance.
const RUNS: u64 = 100_000;

/// On how many threads.
const WORKERS: u64 = 4;

/// How often something is carried in one attempt: more than there are steps.
const ROUNDS: usize = 16;
