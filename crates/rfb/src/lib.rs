//! The remote-desktop protocol RFB, policed.
//!
//! A guest's viewer and a computer's VNC server speak RFB (RFC 6143 and the community's
//! extensions) with each other, and a [`Policer`] stands between them. It is handed what each side
//! sends, and says what of it goes on: messages that it knows and the guest's [`Permissions`]
//! allow (CN-4). What it does not know is a [`Violation`], after which the session is over.
//!
//! Everything here is a machine that takes bytes and gives bytes. The crate reads no clock, draws
//! no randomness and does no I/O.

mod clipboard;
mod computer;
mod cut;
mod encoding;
mod guest;
mod handshake;
mod held;
mod login;
mod offer;
mod pixel;
mod policer;
mod rectangle;
pub mod screen;
mod update;
#[cfg(any(test, feature = "vectors"))]
pub mod vectors;
mod verdict;
mod violation;

pub use clipboard::{Action, CutText, Extended};
pub use encoding::Encoding;
pub use guest::{Encodings, GuestMessage};
pub use held::{Key, Pointer};
pub use login::{Login, LoginRefusal, Password};
pub use offer::Offer;
pub use pixel::PixelFormat;
pub use policer::{Permissions, Piece, Policer};
pub use rectangle::{Rectangle, Size};
pub use violation::{Side, Violation};
