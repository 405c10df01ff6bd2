//! QU-5 to QU-8: what a guest's connection costs, gateway and agent together.
//!
//! The yardstick of the first two is a relay with the same two sockets on the same runtime which looks
//! at nothing. Beside it stand websockify, which has one of the two, and a plain connection.
//! Whatever carries runs in programs of its own, which are this one with other arguments; guests
//! and the VNC server are in this one.
#![expect(clippy::print_stdout, reason = "the figures are the output")]
#![expect(clippy::unwrap_used, reason = "a benchmark may stop where it likes")]
#![expect(clippy::indexing_slicing, reason = "a benchmark may stop where it likes")]
#![expect(clippy::panic, reason = "a benchmark may stop where it likes")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

mod api;
mod bare;
mod computer;
mod ends;
mod figures;
mod guest;
mod place;
mod program;
mod relay;
mod speed;

use std::path::Path;

use crate::program::Role;

fn main() {
    match Role::of_this() {
        Some(Role::Server { sessions, folder }) => place::serve(sessions, Path::new(&folder)),
        Some(Role::Agents { server, key_file, computers, vnc }) => {
            place::run_agents(&server, Path::new(&key_file), computers, &vnc);
        }
        Some(Role::BareServer) => bare::serve(),
        Some(Role::BareAgent { server, vnc, streams }) => bare::run_agent(server, vnc, streams),
        None => bench(),
    }
}

fn bench() {
    let only = std::env::var("GUEST_BENCH_ONLY").unwrap_or_default();
    let wanted = |rules: &[&str]| only.is_empty() || rules.contains(&only.as_str());
    program::allow_many_files();
    program::run(async {
        if wanted(&["QU-5", "QU-6"]) {
            speed::measure().await;
        }
        if wanted(&["QU-7", "QU-8"]) {
            ends::measure().await;
        }
    });
}
