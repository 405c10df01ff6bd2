//! Drives the built `guest` binary as its users do: on a data directory, and beside a server.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "helpers of tests are tests: they may fail, and wait"
)]

mod agent;
mod backup;
mod basics;
mod configuration;
mod demo;
mod devices;
mod health;
mod invitation;
mod joining;
mod modes;
mod serving;
mod story;
mod support;
mod workspaces;
