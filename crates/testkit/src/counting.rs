//! What stands for chance and for words where neither matters.

use std::sync::atomic::{AtomicU64, Ordering};

use guest_app::Entropy;
use guest_app::letter::{Letter, Render, Rendered};

/// Ids and secrets that count up, so that every run is the same.
///
/// Ids rise by 2^64, as ids that begin with the time do.
#[derive(Debug)]
pub struct Counting(AtomicU64);

impl Default for Counting {
    fn default() -> Self {
        Self(AtomicU64::new(1))
    }
}

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        let count = self.0.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        bytes.iter_mut().zip(count.into_iter().cycle()).for_each(|(to, from)| *to = from);
    }

    fn id(&self) -> u128 {
        u128::from(self.0.fetch_add(1, Ordering::Relaxed)) << 64
    }
}

/// Mails of no words at all.
#[derive(Debug)]
pub struct Silent;

impl Render for Silent {
    fn render(&self, _letter: &Letter) -> Rendered {
        let nothing = String::new;
        Rendered { subject: nothing(), text: nothing(), html: nothing(), calendar: None }
    }
}
