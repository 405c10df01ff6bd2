//! The one source of randomness of the program.

use std::sync::Arc;

use guest_app::Entropy;

use crate::clock::SteadyClock;

/// The system's randomness, with the clock for ids that sort by time.
#[derive(Clone, Debug)]
pub(crate) struct SystemEntropy {
    clock: Arc<SteadyClock>,
}

impl SystemEntropy {
    /// Draws from the system; ids start with the time on `clock`.
    pub(crate) const fn new(clock: Arc<SteadyClock>) -> Self {
        Self { clock }
    }
}

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        fill(bytes);
    }

    fn id(&self) -> u128 {
        let mut bits = [0; 16];
        fill(&mut bits);
        let millis = u64::try_from(self.clock.now().timestamp_millis()).unwrap_or_default();
        sortable_id(millis, u128::from_be_bytes(bits))
    }
}

/// Fills `bytes` with random ones.
///
/// A system that has none is one on which no secret can be made: the program
/// ends there and then.
#[expect(clippy::disallowed_methods, reason = "this is where the program draws randomness")]
pub(crate) fn fill(bytes: &mut [u8]) {
    if let Err(error) = getrandom::fill(bytes) {
        tracing::error!(%error, "the system has no randomness");
        std::process::abort();
    }
}

/// Returns an id of 48 bits of time and 80 random ones.
const fn sortable_id(millis: u64, random: u128) -> u128 {
    ((millis as u128) << RANDOM_BITS) | (random & ((1 << RANDOM_BITS) - 1))
}

/// Enough that a billion ids drawn in one millisecond are different.
const RANDOM_BITS: u32 = 80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_differ_within_a_millisecond() {
        assert!(sortable_id(1, u128::MAX) < sortable_id(2, 0));
        assert_eq!(sortable_id(0, u128::MAX) >> RANDOM_BITS, 0);
        let entropy = SystemEntropy::new(Arc::default());
        assert_ne!(entropy.id(), entropy.id());
    }

    #[test]
    fn random_bytes_are_not_the_same_twice() {
        let (mut one, mut other) = ([0; 32], [0; 32]);
        fill(&mut one);
        fill(&mut other);
        assert_ne!(one, other);
    }
}
