//! The mails of guest access: their words, their form, and their way to the mail server.
//!
//! A [`Letter`](guest_app::letter::Letter) becomes words by [`Words`], a message
//! by [`Post`], and travels by a [`Transport`]. The [`Courier`] takes letters
//! from an [`Outbox`] and says what became of each; [`AppOutbox`] is the application's.
//!
//! Nothing here decides whether, when or how often a mail is sent: the outbox
//! does, from the answers it is given.

mod app_outbox;
mod calendar;
mod courier;
mod message;
mod origin;
mod page;
mod post;
mod transport;
mod words;

pub use app_outbox::AppOutbox;
pub use courier::{Courier, Outbox};
pub use origin::Origin;
pub use post::Post;
pub use transport::{Transport, TransportError};
pub use words::Words;
