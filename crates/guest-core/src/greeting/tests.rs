use p256::ecdsa::SigningKey;

use super::*;
use crate::{DeviceName, DevicePublicKey, MemberInviteId, PersonName, TeamId};

#[test]
fn or_22_two_people_greet_each_other() {
    let mut pair = Pair::begin(1);
    pair.relay();
    let (HostStage::Say(host_code), GuestStage::Pick(choices)) =
        (pair.host.stage(), pair.guest.stage())
    else {
        panic!("no codes: {:?}", pair.host.stage());
    };
    assert_eq!(choices.iter().filter(|code| **code == host_code).count(), 1);
    pair.guest.handle_pick(host_code.as_str());
    pair.relay();
    let (GuestStage::Say(guest_code), HostStage::Pick(choices)) =
        (pair.guest.stage(), pair.host.stage())
    else {
        panic!("no codes: {:?}", pair.guest.stage());
    };
    assert_ne!(guest_code, host_code);
    assert_eq!(choices.iter().filter(|code| **code == guest_code).count(), 1);
    pair.host.handle_pick(guest_code.as_str());
    assert_eq!(pair.host.stage(), HostStage::Expecting);
    pair.relay();
    assert_eq!(pair.guest.stage(), GuestStage::Fill);
    pair.guest.handle_details(&details());
    pair.relay();
    assert_eq!(pair.guest.stage(), GuestStage::Looking);
    assert_eq!(pair.host.stage(), HostStage::Confirm(details()));
    let (accepted, message) = pair.host.accept().unwrap();
    assert_eq!(accepted, details());
    pair.host.handle_finished();
    assert_eq!(pair.host.said().last(), Some(&message));
    pair.relay();
    assert_eq!(pair.host.stage(), HostStage::Done);
    assert!(matches!(pair.guest.stage(), GuestStage::Done(_)));
}

#[test]
fn or_22_nobody_agrees_on_a_key_that_everybody_knows() {
    for key in [[0; 32], small_order()] {
        let key = PublicKey::from_bytes(key);
        let mut pair = Pair::begin(2);
        pair.guest.handle_message(&Message::HostKey { version: 1, key });
        pair.guest.handle_message(&Message::HostNonce { nonce: Nonce::from_bytes([1; 32]) });
        assert_eq!(pair.guest.end(), Some(GreetingEnd::BadMessage));
        let nonce = Nonce::from_bytes([1; 32]);
        pair.host.handle_message(&Message::GuestKey { version: 1, key });
        pair.host.handle_message(&Message::GuestCommitment { hash: agreement::commitment(&nonce) });
        pair.host.handle_message(&Message::GuestNonce { nonce });
        assert_eq!(pair.host.end(), Some(GreetingEnd::BadMessage));
    }
}

#[test]
fn or_23_a_wrong_hash_stops_before_any_code_is_shown() {
    let mut pair = Pair::begin(3);
    let [host_key, ..] = pair.host.said() else { panic!() };
    pair.guest.handle_message(&host_key.clone());
    for message in pair.guest.said().to_vec() {
        pair.host.handle_message(&message);
    }
    pair.host.handle_message(&Message::GuestNonce { nonce: Nonce::from_bytes([0; 32]) });
    assert_eq!(pair.host.stage(), HostStage::Ended(GreetingEnd::BadCommitment));
}

#[test]
fn or_23_what_is_repeated_changes_nothing() {
    let mut pair = Pair::begin(4);
    for _ in 0..3 {
        pair.relay();
    }
    assert!(matches!(pair.host.stage(), HostStage::Say(_)));
    assert!(matches!(pair.guest.stage(), GuestStage::Pick(_)));
    assert_eq!((pair.host.said().len(), pair.guest.said().len()), (2, 3));
}

#[test]
fn or_24_a_wrong_code_ends_it_on_either_side() {
    let mut pair = Pair::with_codes(5);
    pair.guest.handle_pick(&pair.other_choice());
    assert_eq!(pair.guest.end(), Some(GreetingEnd::WrongCodeGuest));

    let mut pair = Pair::with_codes(6);
    pair.pick_for_guest();
    let HostStage::Pick(choices) = pair.host.stage() else { panic!() };
    let GuestStage::Say(right) = pair.guest.stage() else { panic!() };
    let wrong = choices.iter().find(|code| **code != right).unwrap();
    pair.host.handle_pick(wrong.as_str());
    assert_eq!(pair.host.end(), Some(GreetingEnd::WrongCodeHost));
}

#[test]
fn or_24_no_matching_code_ends_it_where_there_are_codes() {
    let mut pair = Pair::with_codes(7);
    pair.host.handle_no_match();
    assert_eq!(pair.host.end(), None, "the host picks nothing yet");
    pair.guest.handle_no_match();
    assert_eq!(pair.guest.end(), Some(GreetingEnd::NoMatchingCode));
    let mut pair = Pair::with_codes(8);
    pair.pick_for_guest();
    pair.host.handle_no_match();
    assert_eq!(pair.host.end(), Some(GreetingEnd::NoMatchingCode));
}

#[test]
fn or_24_an_end_is_final() {
    let mut pair = Pair::with_codes(9);
    pair.guest.handle_cancel();
    pair.guest.handle_end(GreetingEnd::TimedOut);
    pair.guest.handle_pick("AAAA");
    pair.guest.handle_details(&details());
    assert_eq!(pair.guest.end(), Some(GreetingEnd::CancelledByGuest));
    pair.host.handle_end(GreetingEnd::CancelledByGuest);
    pair.host.handle_cancel();
    assert_eq!(pair.host.end(), Some(GreetingEnd::CancelledByGuest));
    assert_eq!(pair.host.accept(), None);
}

#[test]
fn or_25_another_version_ends_it() {
    let mut pair = Pair::begin(10);
    let key = PublicKey::from_bytes([9; 32]);
    pair.host.handle_message(&Message::GuestKey { version: 2, key });
    pair.guest.handle_message(&Message::HostKey { version: 2, key });
    assert_eq!(pair.host.end(), Some(GreetingEnd::BadMessage));
    assert_eq!(pair.guest.end(), Some(GreetingEnd::BadMessage));
}

#[test]
fn or_22_a_device_signs_its_acknowledgement() {
    let signer = SigningKey::from_slice(&[5; 32]).unwrap();
    let tag = Tag::from_bytes([1; 32]);
    let message = acknowledgement(&context(), &tag);
    let signature: p256::ecdsa::Signature = p256::ecdsa::signature::Signer::sign(&signer, &message);
    let signature = crate::DeviceSignature::from_bytes(signature.to_bytes().into());
    let key = device_key();
    assert!(key.has_signed(&message, &signature));
    let other = acknowledgement(&context(), &Tag::from_bytes([2; 32]));
    assert!(!key.has_signed(&other, &signature));
}

#[test]
fn or_26_debug_shows_no_secret() {
    let pair = Pair::with_codes(11);
    let GuestStage::Pick(choices) = pair.guest.stage() else { panic!() };
    let shown = format!("{:?} {:?}", pair.host, pair.guest);
    assert!(choices.iter().all(|code| !shown.contains(code.as_str())));
    assert_eq!(format!("{:?}", host_random(1)), "..");
}

#[test]
fn messages_read_back_from_their_text() {
    let nonce = Nonce::from_bytes([0xfb; 32]);
    assert_eq!(nonce.to_string().parse(), Ok(nonce));
    for bad in ["", "-", "AA", "é", &format!("{nonce}A"), &"A".repeat(1 << 16)] {
        assert!(bad.parse::<Nonce>().is_err(), "{bad:.20}");
    }
    let sealed = Sealed::new(vec![1; Sealed::MOST]).unwrap();
    assert_eq!(sealed.to_string().parse(), Ok(sealed));
    assert!(Sealed::new(vec![1; Sealed::MOST + 1]).is_err());
    assert!("A".repeat(1 << 16).parse::<Sealed>().is_err());
}

#[test]
fn the_longest_names_there_are_can_be_sealed() {
    let details = Details {
        name: PersonName::parse(&"𝕬".repeat(PersonName::MOST)).unwrap(),
        device_name: DeviceName::parse(&"𝕬".repeat(DeviceName::MOST)).unwrap(),
        device_key: device_key(),
    };
    let mut pair = Pair::with_codes(12);
    pair.pick_for_guest();
    pair.pick_for_host();
    pair.guest.handle_details(&details);
    pair.relay();
    assert_eq!(pair.host.stage(), HostStage::Confirm(details));
}

/// The two sides, with a relay that does what it should.
struct Pair {
    host: HostSide,
    guest: GuestSide,
}

impl Pair {
    fn begin(seed: u8) -> Self {
        Self {
            host: HostSide::begin(context(), &host_random(seed)),
            guest: GuestSide::begin(context(), &guest_random(seed)),
        }
    }

    fn with_codes(seed: u8) -> Self {
        let mut pair = Self::begin(seed);
        pair.relay();
        pair
    }

    /// Brings everything that was said to the other side, until nothing more is said.
    fn relay(&mut self) {
        loop {
            let before = (self.host.said().len(), self.guest.said().len());
            for message in self.host.said().to_vec() {
                self.guest.handle_message(&message);
            }
            for message in self.guest.said().to_vec() {
                self.host.handle_message(&message);
            }
            if before == (self.host.said().len(), self.guest.said().len()) {
                return;
            }
        }
    }

    fn other_choice(&self) -> String {
        let (HostStage::Say(right), GuestStage::Pick(choices)) =
            (self.host.stage(), self.guest.stage())
        else {
            panic!()
        };
        choices.iter().find(|code| **code != right).unwrap().as_str().to_owned()
    }

    fn pick_for_guest(&mut self) {
        let HostStage::Say(code) = self.host.stage() else { panic!() };
        self.guest.handle_pick(code.as_str());
        self.relay();
    }

    fn pick_for_host(&mut self) {
        let GuestStage::Say(code) = self.guest.stage() else { panic!() };
        self.host.handle_pick(code.as_str());
        self.relay();
    }
}

fn host_random(seed: u8) -> HostRandom {
    HostRandom { key: [seed; 32], nonce: [seed; 32], decoys: [seed; 32] }
}

fn guest_random(seed: u8) -> GuestRandom {
    let other = !seed;
    GuestRandom { key: [other; 32], nonce: [other; 32], decoys: [other; 32], seal: [other; 12] }
}

fn device_key() -> DevicePublicKey {
    let signer = SigningKey::from_slice(&[5; 32]).unwrap();
    let point = signer.verifying_key().to_sec1_point(false);
    DevicePublicKey::from_bytes(point.as_bytes()).unwrap()
}

/// A point of order 8 on Curve25519.
fn small_order() -> [u8; 32] {
    let bytes = data_encoding::HEXLOWER
        .decode(b"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800");
    bytes.unwrap().try_into().unwrap()
}

fn details() -> Details {
    Details {
        name: PersonName::parse("Nina Newcomer").unwrap(),
        device_name: DeviceName::parse("Chromium on Linux").unwrap(),
        device_key: device_key(),
    }
}

fn context() -> Context {
    let invitation = MemberInviteId::from_bits(1);
    Context { team: TeamId::parse("acme").unwrap(), invitation }
}
