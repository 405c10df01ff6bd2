//! Where streams are cut makes no difference.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::hostile::side;
use super::*;
use crate::vectors::strategies::any_update;

proptest! {
    // The pictures of a session are large.
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn cn_4_chunks_make_no_difference(
        said in vec(turn(), 1..8),
        permissions in permissions(),
        damage in prop::option::weighted(0.5, (any::<Index>(), any::<Index>(), any::<u8>())),
        cuts in vec(1usize..40, 1..6),
    ) {
        let mut said = said;
        if let Some((turn, byte, value)) = damage {
            let turn = turn.index(said.len());
            let byte = byte.index(said[turn].1.len());
            said[turn].1[byte] = value;
        }
        let whole = outcome(permissions, &said, &[usize::MAX]);
        prop_assert_eq!(&outcome(permissions, &said, &[1]), &whole);
        prop_assert_eq!(&outcome(permissions, &said, &cuts), &whole);
    }

    #[test]
    fn cn_4_well_formed_sessions_pass(said in vec(turn(), 1..12), cuts in vec(1usize..4000, 1..6)) {
        let outcome = outcome(everything(), &said, &cuts);
        prop_assert_eq!(outcome.handled, Ok(()));
        let of = |wanted| said.iter().filter(move |(side, _)| *side == wanted).flat_map(|(_, bytes)| bytes);
        prop_assert!(outcome.to_computer.iter().eq(of(Side::Guest)));
        prop_assert!(outcome.to_guest.iter().eq(of(Side::Computer)));
    }

    #[test]
    fn cn_4_every_prefix_is_a_beginning(said in vec(turn(), 1..6), end in any::<Index>()) {
        let mut said = said;
        let whole = outcome(everything(), &said, &[usize::MAX]);
        let last = said.last_mut().unwrap();
        last.1.truncate(end.index(last.1.len()));
        let part = outcome(everything(), &said, &[usize::MAX]);
        prop_assert_eq!(part.handled, Ok(()));
        prop_assert!(whole.to_computer.starts_with(&part.to_computer));
        prop_assert!(whole.to_guest.starts_with(&part.to_guest));
    }

    #[test]
    fn cn_4_nonsense_is_cut_anywhere_with_the_same_outcome(
        said in vec((side(), vec(any::<u8>(), 1..60)), 1..6),
        cuts in vec(1usize..20, 1..6),
    ) {
        let whole = outcome(everything(), &said, &[usize::MAX]);
        prop_assert_eq!(outcome(everything(), &said, &cuts), whole);
    }
}

#[test]
fn cn_4_a_handshake_is_cut_anywhere() {
    let whole = Wire::open(everything());
    for chunk in 1..12 {
        let mut wire = Wire::new(everything());
        for (side, said) in handshake() {
            for bytes in said.chunks(chunk) {
                wire.say(side, bytes).expect("the handshake is fine");
            }
        }
        assert_eq!(wire.to_guest.len(), 12 + 2 + 4 + 28);
        assert_eq!(wire.policer.session.is_streaming(), whole.policer.session.is_streaming());
        wire.guest(&REQUEST).expect("the session is open");
    }
}

/// All that can be told apart from outside.
#[derive(Debug, PartialEq)]
struct Outcome {
    handled: Result<(), Violation>,
    to_computer: Vec<u8>,
    to_guest: Vec<u8>,
    released: Vec<u8>,
    refused_input: u64,
    pictures: u64,
}

/// Has both sides say this, in chunks of these sizes in turn, until somebody breaks a rule.
fn outcome(permissions: Permissions, said: &[(Side, Vec<u8>)], cuts: &[usize]) -> Outcome {
    let mut wire = Wire::open(permissions);
    let mut cuts = cuts.iter().cycle();
    let handled = said.iter().try_for_each(|(side, said)| {
        let mut rest = &said[..];
        while !rest.is_empty() {
            let cut = cuts.next().map_or(1, |cut| rest.len().min(*cut));
            let (bytes, after) = rest.split_at(cut);
            wire.say(*side, bytes)?;
            rest = after;
        }
        Ok(())
    });
    Outcome {
        handled,
        released: wire.released(),
        refused_input: wire.policer.refused_input(),
        pictures: wire.policer.pictures(),
        to_computer: wire.to_computer,
        to_guest: wire.to_guest,
    }
}

/// What one side says at once: a few messages that go on if everything is permitted.
fn turn() -> impl Strategy<Value = (Side, Vec<u8>)> {
    prop_oneof![
        vec(guest_message(), 1..6).prop_map(|messages| (Side::Guest, messages.concat())),
        vec(computer_message(), 1..4).prop_map(|messages| (Side::Computer, messages.concat())),
    ]
}

fn guest_message() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        select(vec![
            REQUEST.to_vec(),
            FENCE.to_vec(),
            KEY_DOWN.to_vec(),
            KEY_UP.to_vec(),
            QEMU_DOWN.to_vec(),
            QEMU_UP.to_vec(),
            POINTER.to_vec(),
            set_pixel_format(FORMAT),
            vec![2, 0, 0, 2, 0, 0, 0, 16, 0, 0, 0, 7],
            extended(6, [2, 0, 0, 1], &[]),
            extended(6, [0x1f, 0, 0, 3], &[0; 8]),
        ]),
        vec(any::<u8>(), 0..200).prop_map(|text| cut_text(6, &text)),
        vec(any::<u8>(), 0..200).prop_map(|text| provide(6, &text)),
    ]
}

fn computer_message() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        any_update(SCREEN, FORMAT).prop_map(|(update, _)| update),
        select(vec![
            pixel(),
            vec![2],
            vec![150],
            FENCE.to_vec(),
            vec![1, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 3],
            extended(3, [4, 0, 0, 0], &[]),
        ]),
        vec(any::<u8>(), 0..200).prop_map(|text| cut_text(3, &text)),
        vec(any::<u8>(), 0..200).prop_map(|text| provide(3, &text)),
    ]
}

fn permissions() -> impl Strategy<Value = Permissions> {
    any::<[bool; 4]>().prop_map(|[keyboard, mouse, copy, paste]| Permissions {
        keyboard,
        mouse,
        copy,
        paste,
    })
}
