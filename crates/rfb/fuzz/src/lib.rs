//! What the fuzzers of `guest-rfb` share: sessions fed in chunks, and what must hold of each.
//!
//! A fuzzer looks for panics by itself. What is checked besides, for whatever both sides say:
//!
//! - Where the streams are cut makes no difference.
//! - What goes on is a session of its own, which goes on as it is.
//! - No key, pointer or clipboard goes where it is not permitted.
//! - After the end nothing is held down.

mod law;
mod said;
mod wire;

pub use law::{check_session, check_streams};
pub use said::{Said, said, write_turns};
pub use wire::{SCREEN, Side, Turn, handshake, turns};
