//! The pages in a real browser, against the built server and agent, a real VNC server and the test
//! card.
//!
//! A test waits for what somebody would see. Its pictures are kept in `target/screenshots`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop where it likes"
)]
#![allow(dead_code, reason = "what the tests of the relay share has more than is needed here")]

#[path = "../relay/place.rs"]
mod place;
#[path = "../product/mod.rs"]
mod product;
#[path = "../relay/stream.rs"]
mod stream;
#[path = "../relay/viewer.rs"]
mod viewer;
#[path = "../relay/words.rs"]
mod words;
#[path = "../relay/x11.rs"]
mod x11;

mod breaks;
mod browser;
mod ends;
mod every_page;
mod first_run;
mod greeting;
mod hand;
mod network;
mod page;
mod pages;
mod paths;
mod people;
mod plain;
mod scene;
mod terminal;
mod time;
mod together;
mod work;
