//! A policer between two sides, and what it lets go on.

use guest_rfb::screen::server_init;
use guest_rfb::{Permissions, Piece, PixelFormat, Policer, Size, Violation};

/// Who speaks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// The guest's viewer.
    Guest,
    /// The computer's VNC server.
    Computer,
}

/// What one side says before the other speaks again.
pub type Turn<'a> = (Side, &'a [u8]);

/// A policer, and what has gone on so far.
pub(crate) struct Wire {
    policer: Policer,
    /// What went on of each turn.
    passed: Vec<(Side, Vec<u8>)>,
    /// The pieces of more than one byte in which it went on. Of what comes byte by byte these are
    /// whole messages, and never pictures.
    pub(crate) messages: Vec<(Side, Vec<u8>)>,
}

/// All that can be told apart from outside.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Outcome {
    /// Whether somebody broke a rule.
    pub(crate) judged: Result<(), Violation>,
    /// What went on of each turn.
    pub(crate) passed: Vec<(Side, Vec<u8>)>,
    /// What let go of what was held down at the end.
    pub(crate) released: Vec<u8>,
    /// How many messages did not go on for want of a permission.
    pub(crate) refused_input: u64,
    /// How many whole pictures went on.
    pub(crate) pictures: u64,
}

impl Wire {
    pub(crate) fn new(permissions: Permissions) -> Self {
        Self { policer: Policer::new(permissions), passed: Vec::new(), messages: Vec::new() }
    }

    /// Has both sides say this, in chunks of these sizes in turn, until one breaks a rule.
    pub(crate) fn say(&mut self, said: &[Turn<'_>], cuts: &[usize]) -> Result<(), Violation> {
        let mut cuts = cuts.iter().copied().cycle();
        for (side, turn) in said {
            self.passed.push((*side, Vec::new()));
            let mut rest = *turn;
            while !rest.is_empty() {
                let cut = cuts.next().unwrap_or(1).clamp(1, rest.len());
                let (chunk, after) = rest.split_at(cut);
                rest = after;
                let judged = self.hear(*side, chunk);
                self.sent();
                judged?;
            }
        }
        Ok(())
    }

    /// Lets go of what is held, and tells what came of the session.
    pub(crate) fn end(mut self, judged: Result<(), Violation>) -> Outcome {
        let mut released = Vec::new();
        self.policer.release(&mut |piece| match piece {
            Piece::Made(bytes) => released.extend_from_slice(bytes),
            Piece::Pass(range) => panic!("{range:?} of no input"),
        });
        self.policer.release(&mut |piece| panic!("{piece:?} is released twice"));
        Outcome {
            judged,
            passed: self.passed,
            released,
            refused_input: self.policer.refused_input(),
            pictures: self.policer.pictures(),
        }
    }

    /// Has all that went on arrive.
    pub(crate) fn sent(&mut self) {
        self.policer.sent();
    }

    /// Has one side say this at once, or go on with a turn.
    pub(crate) fn hear(&mut self, side: Side, chunk: &[u8]) -> Result<(), Violation> {
        let (passed, messages) = (&mut self.passed, &mut self.messages);
        let mut forward = |piece: Piece<'_>| {
            let bytes = match piece {
                Piece::Pass(range) => &chunk[range],
                Piece::Made(bytes) => bytes,
            };
            if let Some((_, turn)) = passed.last_mut() {
                turn.extend_from_slice(bytes);
            }
            if bytes.len() > 1 {
                messages.push((side, bytes.to_vec()));
            }
        };
        match side {
            Side::Guest => self.policer.handle_guest(chunk, &mut forward),
            Side::Computer => self.policer.handle_computer(chunk, &mut forward),
        }
    }
}

/// Returns what both sides say until the session is open.
#[must_use]
pub fn handshake() -> Vec<(Side, Vec<u8>)> {
    vec![
        (Side::Computer, b"RFB 003.008\n".to_vec()),
        (Side::Guest, b"RFB 003.008\n".to_vec()),
        (Side::Computer, vec![1, 1]),
        (Side::Guest, vec![1]),
        (Side::Computer, vec![0; 4]),
        (Side::Guest, vec![1]),
        (Side::Computer, server_init(SCREEN, PixelFormat::RGB888, "fuzzed")),
    ]
}

/// Borrows turns.
#[must_use]
pub fn turns(said: &[(Side, Vec<u8>)]) -> Vec<Turn<'_>> {
    said.iter().map(|(side, turn)| (*side, turn.as_slice())).collect()
}

/// Small, so that rectangles soon fill it, and those outside are soon found.
pub const SCREEN: Size = Size { width: 160, height: 120 };
