//! A chunk of input on its way to the other side.

use super::Piece;

/// How far a chunk has been dealt with; what goes on in one stretch is forwarded in one piece.
pub(super) struct Passage<'a, F> {
    input: &'a [u8],
    /// INVARIANT: from here to `at` the input goes on, and has not been forwarded yet.
    from: usize,
    at: usize,
    forward: &'a mut F,
}

impl<'a, F: FnMut(Piece<'_>)> Passage<'a, F> {
    pub(super) fn new(input: &'a [u8], forward: &'a mut F) -> Self {
        Self { input, from: 0, at: 0, forward }
    }

    /// Returns what has not been dealt with.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.input.get(self.at..).unwrap_or_default()
    }

    /// Lets so many bytes go on.
    pub(super) fn pass(&mut self, length: usize) {
        self.at += length;
    }

    /// Keeps so many bytes from going on.
    pub(super) fn drop(&mut self, length: usize) {
        self.flush();
        self.at += length;
        self.from = self.at;
    }

    /// Sends something that is not in the input.
    pub(super) fn make(&mut self, bytes: &[u8]) {
        self.flush();
        (self.forward)(Piece::Made(bytes));
    }

    /// Forwards what is to go on.
    pub(super) fn flush(&mut self) {
        if self.from < self.at {
            (self.forward)(Piece::Pass(self.from..self.at));
            self.from = self.at;
        }
    }
}
