//! What must hold of a session, whatever is said in it.

use guest_rfb::{GuestMessage, Key, Permissions, Pointer};

use crate::wire::{Outcome, Side, Turn, Wire, handshake, turns};

/// Checks what must hold of a session that is opened by the usual handshake, and in which both
/// sides say this in chunks of these sizes (CN-4, CN-8).
///
/// # Panics
///
/// If it does not hold.
pub fn check_session(permissions: Permissions, said: &[Turn<'_>], cuts: &[usize]) {
    let opening = handshake();
    let all = [turns(&opening), said.to_vec()].concat();
    let outcome = checked(permissions, &all, cuts);
    let mut again = Wire::new(permissions);
    let (opening, passed) = outcome.passed.split_at(opening.len());
    again.say(&turns(opening), &[1]).expect("the handshake is fine");
    again.messages.clear();
    again.say(&turns(passed), &[1]).expect("it went on before");
    for (side, message) in &again.messages {
        assert!(is_permitted(permissions, *side, message), "{side:?} {message:?} {permissions:?}");
    }
    let inputs: Vec<&[u8]> = again.messages.iter().filter_map(input).collect();
    assert_eq!(Held::after(&inputs, &outcome.released), Held::default(), "held after the end");
    check_torn(permissions, &inputs);
}

/// Checks that nothing is held down either where only some of a guest's input has been sent at the
/// end, and any more of it may have arrived (CN-8).
fn check_torn(permissions: Permissions, inputs: &[&[u8]]) {
    let sent = inputs.len() / 2;
    let mut wire = Wire::new(permissions);
    wire.say(&turns(&handshake()), &[usize::MAX]).expect("the handshake is fine");
    for (number, message) in inputs.iter().enumerate() {
        wire.hear(Side::Guest, message).expect("it went on before");
        if number < sent {
            wire.sent();
        }
    }
    let released = wire.end(Ok(())).released;
    for arrived in [sent, sent.midpoint(inputs.len()), inputs.len()] {
        let held = Held::after(&inputs[..arrived], &released);
        assert_eq!(held, Held::default(), "held with {sent} sent and {arrived} arrived");
    }
}

/// Checks what must hold of any two streams: where they are cut makes no difference, and what goes
/// on, said again, goes on as it is (CN-4).
///
/// # Panics
///
/// If it does not hold.
pub fn check_streams(permissions: Permissions, said: &[Turn<'_>], cuts: &[usize]) {
    checked(permissions, said, cuts);
}

/// Checks what must hold of any two streams, and returns what came of them.
fn checked(permissions: Permissions, said: &[Turn<'_>], cuts: &[usize]) -> Outcome {
    let whole = outcome(permissions, said, &[usize::MAX]);
    assert_eq!(outcome(permissions, said, cuts), whole, "cut into {cuts:?}");
    let again = outcome(permissions, &turns(&whole.passed), &[1]);
    assert_eq!(again.judged, Ok(()), "what goes on is a violation");
    assert_eq!(again.passed, whole.passed, "what goes on does not go on as it is");
    assert_eq!(again.released, whole.released);
    assert_eq!((again.refused_input, again.pictures), (0, whole.pictures));
    whole
}

fn outcome(permissions: Permissions, said: &[Turn<'_>], cuts: &[usize]) -> Outcome {
    let mut wire = Wire::new(permissions);
    let judged = wire.say(said, cuts);
    wire.end(judged)
}

/// Returns whether a message may go where it goes.
///
/// This reads messages on its own, by what the protocol says of their first bytes.
fn is_permitted(permissions: Permissions, side: Side, message: &[u8]) -> bool {
    let Permissions { keyboard, mouse, copy, paste } = permissions;
    let (theirs, ours) = match side {
        Side::Guest => (copy, paste),
        Side::Computer => (paste, copy),
    };
    match (side, message) {
        (Side::Guest, [4 | 255, ..]) => keyboard,
        (Side::Guest, [5, ..]) => mouse,
        (Side::Guest, [250 | 251, ..]) | (Side::Computer, [250, ..]) => false,
        (Side::Guest, [6, ..]) | (Side::Computer, [3, ..]) => match message {
            [_, _, _, _, 0..=127, ..] => ours,
            [_, _, _, _, _, _, _, _, actions, ..] if actions & 1 != 0 => ours || theirs,
            [_, _, _, _, _, _, _, _, actions, ..] if actions & 0x18 != 0 => ours,
            _ => theirs,
        },
        _ => true,
    }
}

/// Returns a message if it is a key or a pointer.
fn input((side, message): &(Side, Vec<u8>)) -> Option<&[u8]> {
    let is_input = *side == Side::Guest && matches!(message[..], [4 | 5 | 255, ..]);
    is_input.then_some(message)
}

/// What a computer sees held down.
#[derive(Debug, Default, PartialEq)]
struct Held {
    keys: Vec<Key>,
    buttons: u8,
}

impl Held {
    /// Follows a guest's messages, and those that let go at the end.
    fn after(said: &[&[u8]], released: &[u8]) -> Self {
        let mut held = Self::default();
        for message in said {
            held.follow(message);
        }
        let mut rest = released;
        while !rest.is_empty() {
            let length = GuestMessage::length(rest).expect("what lets go is known");
            let (message, after) = rest.split_at(length);
            held.follow(message);
            rest = after;
        }
        held
    }

    fn follow(&mut self, message: &[u8]) {
        match GuestMessage::parse(message) {
            Ok(GuestMessage::Key { down, key }) => {
                self.keys.retain(|held| !is_same(*held, key));
                if down {
                    self.keys.push(key);
                }
            }
            Ok(GuestMessage::Pointer(Pointer { buttons, .. })) => self.buttons = buttons,
            _ => {}
        }
    }
}

/// Returns whether two names are of one key: its place counts, and its symbol where it has none.
fn is_same(one: Key, other: Key) -> bool {
    match (one.keycode.filter(|code| *code != 0), other.keycode.filter(|code| *code != 0)) {
        (None, None) => {
            one.keysym == other.keysym && one.keycode.is_some() == other.keycode.is_some()
        }
        (one, other) => one == other,
    }
}
