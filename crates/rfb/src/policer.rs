//! The policer of a session.
//!
//! Its driver hands it everything that the guest and the computer send, in the order in which it
//! came, and forwards to the other side exactly what it is told to, in that order. What it is not
//! told to forward it forgets. Once the policer returns a [`Violation`], or for any other reason at
//! the end of the session, the driver sends the computer what [`Policer::release`] says, and closes
//! both sides.
//!
//! Where the driver cuts the streams into chunks makes no difference: neither to what goes on, nor
//! to what is a violation.
//!
//! Pictures pass as they come. Everything else goes on only when it is whole, so that the
//! computer's stream can be taken over by [`Policer::release`] at any moment.

mod passage;
mod session;

use std::ops::Range;

use crate::cut::Cut;
use crate::verdict::Verdict;
use crate::violation::{Side, Violation};
use passage::Passage;
use session::Session;

/// What a guest may do on the computer besides looking at it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a permission of its own")]
pub struct Permissions {
    /// Pressing keys.
    pub keyboard: bool,
    /// Moving the pointer and clicking.
    pub mouse: bool,
    /// Taking the computer's clipboard.
    pub copy: bool,
    /// Putting text onto the computer's clipboard.
    pub paste: bool,
}

/// What goes on, out of what was handed in.
///
/// What is not named goes no further.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Piece<'a> {
    /// This range of the input, as it is.
    Pass(Range<usize>),
    /// These bytes, which were kept until they were whole, or were rewritten.
    Made(&'a [u8]),
}

/// The policer of one session, in both directions, since each bears on the other.
///
///     use guest_rfb::{Permissions, Piece, Policer, Violation};
///
///     let mut policer = Policer::new(Permissions::default());
///     let mut forwarded = Vec::new();
///     let greeting = b"RFB 003.008\n";
///     policer.handle_computer(greeting, &mut |piece| match piece {
///         Piece::Pass(range) => forwarded.extend_from_slice(&greeting[range]),
///         Piece::Made(bytes) => forwarded.extend_from_slice(bytes),
///     })?;
///     assert_eq!(forwarded, greeting);
///
///     let nonsense = policer.handle_guest(b"GET / HTTP/1.1\r\n", &mut |_| {});
///     assert_eq!(nonsense, Err(Violation::Version));
///     # Ok::<(), Violation>(())
#[derive(Debug)]
pub struct Policer {
    session: Session,
    guest: Cut,
    computer: Cut,
    broken: Option<Violation>,
}

impl Policer {
    /// Begins a session of a guest who may do this, before either side has said anything.
    #[must_use]
    pub fn new(permissions: Permissions) -> Self {
        Self {
            session: Session::new(permissions),
            guest: Cut::default(),
            computer: Cut::default(),
            broken: None,
        }
    }

    /// Takes what the guest sends, and forwards to the computer what it may send (CN-4).
    ///
    /// # Errors
    ///
    /// Returns what is wrong with what either side has sent, now or before. What came before it is
    /// forwarded.
    pub fn handle_guest(
        &mut self,
        input: &[u8],
        forward: &mut impl FnMut(Piece<'_>),
    ) -> Result<(), Violation> {
        self.handle(Side::Guest, Passage::new(input, forward))
    }

    /// Takes what the computer sends, and forwards to the guest what the guest may see (CN-4).
    ///
    /// # Errors
    ///
    /// Returns what is wrong with what either side has sent, now or before. What came before it is
    /// forwarded.
    pub fn handle_computer(
        &mut self,
        input: &[u8],
        forward: &mut impl FnMut(Piece<'_>),
    ) -> Result<(), Violation> {
        self.handle(Side::Computer, Passage::new(input, forward))
    }

    /// Learns that all that was to be forwarded to the computer has been sent.
    ///
    /// Until then a key that the guest has let go of counts as held, so that it is released even if
    /// the message that lifts it is thrown away with the rest (CN-7, CN-8). It is to be called after
    /// each stretch of input, since what is not yet sent is remembered.
    pub fn sent(&mut self) {
        self.session.sent();
    }

    /// Lets go of every key and button that the guest holds down, by what is forwarded to the
    /// computer (CN-8). A second time there is nothing to let go of.
    pub fn release(&mut self, forward: &mut impl FnMut(Piece<'_>)) {
        self.session.release(|message| forward(Piece::Made(message)));
    }

    /// Returns how many keys, pointer movements and clipboard messages of the guest were not
    /// forwarded for want of a permission, or since too many keys were down (CN-12).
    #[must_use]
    pub fn refused_input(&self) -> u64 {
        self.session.refused_input()
    }

    /// Returns how many keys, pointer movements and clipboard messages of the guest were forwarded.
    #[must_use]
    pub fn input(&self) -> u64 {
        self.session.input()
    }

    /// Returns how many whole updates with pixels in them were passed on (GA-35).
    #[must_use]
    pub fn pictures(&self) -> u64 {
        self.session.pictures()
    }

    fn handle<F: FnMut(Piece<'_>)>(
        &mut self,
        side: Side,
        mut passage: Passage<'_, F>,
    ) -> Result<(), Violation> {
        if let Some(violation) = self.broken {
            return Err(violation);
        }
        let handled = loop {
            match self.step(side, &mut passage) {
                Ok(true) => {}
                Ok(false) => break Ok(()),
                Err(violation) => break Err(violation),
            }
        };
        passage.flush();
        self.broken = handled.err();
        handled
    }

    /// Deals with one message, or with what there is of it, and returns whether to go on.
    fn step<F: FnMut(Piece<'_>)>(
        &mut self,
        side: Side,
        passage: &mut Passage<'_, F>,
    ) -> Result<bool, Violation> {
        if passage.rest().is_empty() {
            return Ok(false);
        }
        let cut = match side {
            Side::Guest => &mut self.guest,
            Side::Computer => {
                if self.session.is_streaming() {
                    return self.session.stream(passage).map(|()| true);
                }
                &mut self.computer
            }
        };
        next_message(&mut self.session, side, cut, passage)
    }
}

/// Deals with a message, if it is whole, and returns whether it is.
fn next_message<F: FnMut(Piece<'_>)>(
    session: &mut Session,
    side: Side,
    cut: &mut Cut,
    passage: &mut Passage<'_, F>,
) -> Result<bool, Violation> {
    if cut.is_empty() {
        let length = session.length(side, passage.rest())?;
        if let Some(message) = passage.rest().get(..length) {
            match session.judge(side, message)? {
                Verdict::Pass => passage.pass(length),
                Verdict::Drop => passage.drop(length),
                Verdict::Made(bytes) => {
                    passage.drop(length);
                    passage.make(&bytes);
                }
            }
            return Ok(true);
        }
    }
    let filled = cut.fill(passage.rest(), |start| session.length(side, start))?;
    passage.drop(filled.taken);
    if filled.whole {
        match session.judge(side, cut.bytes())? {
            Verdict::Pass => passage.make(cut.bytes()),
            Verdict::Drop => {}
            Verdict::Made(bytes) => passage.make(&bytes),
        }
        cut.clear();
    }
    Ok(filled.whole)
}

#[cfg(test)]
mod tests;
