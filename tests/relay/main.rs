//! The relayed connection with real parts: the built server and agent, real VNC servers, and guests
//! who keep to the rules or do not.
//!
//! Time is not paused and nothing is mocked. Where it matters byte by byte what reaches the
//! computer, a scripted VNC server of ours stands there and writes down what it hears.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop where it likes"
)]

#[path = "../product/mod.rs"]
mod product;

mod ends;
mod external;
mod hostile;
mod load;
mod patience;
mod permissions;
mod place;
mod revoked;
mod stream;
mod test_card;
mod tickets;
mod tigervnc;
mod viewer;
mod vnc;
mod words;
mod x11;
mod x11vnc;
