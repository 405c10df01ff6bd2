//! A message that the edge of a chunk cut in two.

/// The beginning of a message, kept until its rest comes.
#[derive(Debug, Default)]
pub(crate) struct Cut {
    bytes: Vec<u8>,
}

/// What came of filling up a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Filled {
    /// How many bytes of the input belong to it.
    pub(crate) taken: usize,
    /// Whether nothing of it is lacking any more.
    pub(crate) whole: bool,
}

impl Cut {
    /// Takes from `input` what the message lacks.
    ///
    /// `length` says how many bytes a message has at least that begins with those it is given; it
    /// is whole once it has them.
    ///
    /// # Errors
    ///
    /// Returns what `length` finds wrong with the beginning of the message.
    pub(crate) fn fill<E>(
        &mut self,
        input: &[u8],
        length: impl Fn(&[u8]) -> Result<usize, E>,
    ) -> Result<Filled, E> {
        let mut rest = input;
        loop {
            let lacking = length(&self.bytes)?.saturating_sub(self.bytes.len());
            let (more, after) = rest.split_at(lacking.min(rest.len()));
            if more.is_empty() {
                return Ok(Filled { taken: input.len() - rest.len(), whole: lacking == 0 });
            }
            self.bytes.reserve_exact(lacking);
            self.bytes.extend_from_slice(more);
            rest = after;
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Forgets the message.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        if self.bytes.capacity() > KEPT_MOST {
            self.bytes = Vec::new();
        }
    }
}

/// How much room is kept for the next message: enough for keys and the pointer, which are cut often.
const KEPT_MOST: usize = 64;

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[test]
    fn a_message_is_whole_once_it_has_what_its_beginning_says() {
        let mut cut = Cut::default();
        assert_eq!(cut.fill(&[3], counted), Ok(Filled { taken: 1, whole: false }));
        assert_eq!(cut.fill(&[7, 7], counted), Ok(Filled { taken: 2, whole: false }));
        assert_eq!(cut.fill(&[7, 8, 9], counted), Ok(Filled { taken: 1, whole: true }));
        assert_eq!(cut.bytes(), [3, 7, 7, 7]);
        cut.clear();
        assert_eq!(cut.fill(&[0, 1], counted), Ok(Filled { taken: 1, whole: true }));
    }

    #[test]
    fn room_is_kept_for_small_messages_only() {
        let mut cut = Cut::default();
        assert_eq!(cut.fill(&[20; 21], counted), Ok(Filled { taken: 21, whole: true }));
        cut.clear();
        assert!((21..=KEPT_MOST).contains(&cut.bytes.capacity()));
        assert_eq!(cut.fill(&[200; 201], counted), Ok(Filled { taken: 201, whole: true }));
        cut.clear();
        assert_eq!(cut.bytes.capacity(), 0);
    }

    /// Messages whose first byte counts the others.
    #[expect(clippy::unnecessary_wraps, reason = "lengths may be refused elsewhere")]
    fn counted(start: &[u8]) -> Result<usize, Infallible> {
        Ok(start.first().map_or(1, |others| 1 + usize::from(*others)))
    }
}
