//! From a letter to its delivery.

use guest_app::letter::{Letter, Render as _};
use guest_core::Delivery;

use crate::{Origin, Transport, Words, message};

/// Sends letters: puts them into words, writes the message and hands it over.
#[derive(Debug)]
pub struct Post {
    origin: Origin,
    words: Words,
    transport: Transport,
}

impl Post {
    /// Sends from `origin` by `transport`.
    #[must_use]
    pub fn new(origin: Origin, transport: Transport) -> Self {
        Self { words: Words::new(origin.clone()), origin, transport }
    }

    /// Tries once to send a letter, for half a minute at most.
    ///
    /// A retry carries the same `Message-ID`, so that it is not a second mail to
    /// who has the first.
    pub async fn send(&self, letter: &Letter) -> Delivery {
        let rendered = self.words.render(letter);
        match message::write(letter, rendered, &self.origin) {
            Ok(mail) => self.transport.deliver(mail).await,
            Err(unwritable) => Delivery::Refused { detail: unwritable.to_string() },
        }
    }
}
