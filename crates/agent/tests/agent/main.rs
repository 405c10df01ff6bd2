//! The agent between a server that speaks as the gateway does, and VNC servers.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::wildcard_enum_match_arm,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests are tests: they may fail"
)]

mod control;
mod server;
mod streams;
mod test_card;
mod tigervnc;
mod viewer;
mod vnc;
