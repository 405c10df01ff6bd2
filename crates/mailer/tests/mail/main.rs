//! Mails, from letters to a real mail server.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "fixtures of tests"
)]

mod app_outbox;
mod calendar;
mod courier;
mod directory;
mod letters;
mod messages;
mod server;
mod smtp;
mod words;
