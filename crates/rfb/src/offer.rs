//! The agent as a VNC server: letting the gateway in.
//!
//! Its driver hands [`Offer::handle_bytes`] what the gateway sends, and sends the gateway what
//! [`Offer::poll_transmit`] returns until it returns nothing, before it waits again. Once the offer
//! [is accepted](Offer::is_accepted), the bytes that were not taken and all that follow belong to
//! the session, whose next word is the guest's `ClientInit`.

use crate::cut::{Cut, Filled};
use crate::handshake::{NONE, Version};
use crate::violation::Violation;

/// An agent's offer of version 3.8 without a password (CN-1): the agent has logged in already.
///
///     use guest_rfb::Offer;
///
///     let mut offer = Offer::new();
///     assert_eq!(offer.poll_transmit().as_deref(), Some(b"RFB 003.008\n".as_slice()));
///     offer.handle_bytes(b"RFB 003.008\n")?;
///     assert_eq!(offer.poll_transmit(), Some(vec![1, 1]));
///     assert_eq!(offer.handle_bytes(&[1, 99])?, 1, "the second is the session's");
///     assert_eq!(offer.poll_transmit(), Some(vec![0, 0, 0, 0]));
///     assert!(offer.is_accepted());
///     # Ok::<(), guest_rfb::Violation>(())
#[derive(Debug)]
pub struct Offer {
    state: State,
    cut: Cut,
    transmit: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Version,
    Choice(Version),
    Accepted,
}

impl Offer {
    /// Begins an offer, before the other side has said anything.
    #[must_use]
    pub fn new() -> Self {
        let transmit = Version::V3_8.bytes().to_vec();
        Self { state: State::Version, cut: Cut::default(), transmit }
    }

    /// Takes what the other side sends, and returns how many bytes of it belong to the offer.
    ///
    /// # Errors
    ///
    /// Returns that the other side wants what was not offered.
    pub fn handle_bytes(&mut self, input: &[u8]) -> Result<usize, Violation> {
        let mut rest = input;
        while !self.is_accepted() {
            let Filled { taken, whole } = self.cut.fill(rest, |_| Ok(self.state.length()))?;
            rest = rest.get(taken..).unwrap_or_default();
            if !whole {
                break;
            }
            let (answer, next) = self.state.take(self.cut.bytes())?;
            self.cut.clear();
            self.transmit.extend_from_slice(answer);
            self.state = next;
        }
        Ok(input.len() - rest.len())
    }

    /// Returns what is to be sent to the other side, once.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        if self.transmit.is_empty() { None } else { Some(std::mem::take(&mut self.transmit)) }
    }

    /// Returns whether the session begins with the next byte.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.state == State::Accepted
    }
}

impl Default for Offer {
    fn default() -> Self {
        Self::new()
    }
}

impl State {
    fn length(self) -> usize {
        match self {
            Self::Version => Version::LENGTH,
            Self::Choice(_) => 1,
            Self::Accepted => 0,
        }
    }

    /// Returns the answer to what was said, and the next state.
    fn take(self, whole: &[u8]) -> Result<(&'static [u8], Self), Violation> {
        match (self, whole) {
            (Self::Version, said) => Ok(match Version::parse(said)? {
                // Whoever speaks 3.3 is told, and has no choice.
                Version::V3_3 => (&[0, 0, 0, NONE], Self::Accepted),
                version @ (Version::V3_7 | Version::V3_8) => (&[1, NONE], Self::Choice(version)),
            }),
            (Self::Choice(Version::V3_8), [NONE]) => Ok((&[0, 0, 0, 0], Self::Accepted)),
            (Self::Choice(Version::V3_3 | Version::V3_7), [NONE]) => Ok((&[], Self::Accepted)),
            (Self::Choice(_), _) => Err(Violation::Security),
            (Self::Accepted, _) => Ok((&[], self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cn_1_whoever_speaks_any_version_is_let_in() {
        check(b"RFB 003.008\n\x01", Ok(b"RFB 003.008\n\x01\x01\0\0\0\0"));
        check(b"RFB 003.007\n\x01", Ok(b"RFB 003.008\n\x01\x01"));
        check(b"RFB 003.003\n", Ok(b"RFB 003.008\n\0\0\0\x01"));
    }

    #[test]
    fn cn_1_only_what_is_offered_can_be_chosen() {
        check(b"RFB 003.008\n\x02", Err(Violation::Security));
        check(b"RFB 003.007\n\0", Err(Violation::Security));
        check(b"RFB 004.000\n", Err(Violation::Version));
    }

    /// Has the other side say this at once and byte by byte, and what comes after it as well.
    #[track_caller]
    fn check(said: &[u8], expected: Result<&[u8], Violation>) {
        let said = [said, b"session"].concat();
        for chunk in [said.len(), 1] {
            let mut offer = Offer::new();
            let handled = said
                .chunks(chunk)
                .try_fold(0, |taken, bytes| offer.handle_bytes(bytes).map(|more| taken + more));
            let left = handled.map(|taken| said.len() - taken);
            assert_eq!(left, expected.map(|_| b"session".len()));
            assert_eq!(offer.is_accepted(), expected.is_ok());
            if let Ok(answers) = expected {
                assert_eq!(offer.poll_transmit().as_deref(), Some(answers));
            }
        }
    }
}
