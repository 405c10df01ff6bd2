//! Drives the built `guest` binary as its users do: on a data directory, and beside a server.

mod backup;
mod basics;
mod configuration;
mod demo;
mod health;
mod modes;
mod serving;
mod story;
mod support;
