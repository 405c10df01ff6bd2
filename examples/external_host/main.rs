//! A computer whose own streaming software lets guests in, told by the server whom and how long.
//!
//!     external_host --server https://guest.acme.example --key-file studio.key --name studio-1
//!
//! The computer is heard from every ten seconds. Each answer lists the sessions
//! that go on there; `host.rs` turns that into orders to the streaming
//! software, which here is the terminal. Without arguments a server is started
//! in the same process, and a guest comes, is kicked, leaves, and stays too long.

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use std::env;
use std::error::Error;
use std::fs;
use std::process::ExitCode;
use std::time::Duration;

use guest_app::AgentSession;
use guest_core::Instant;
use guest_examples::client;
use tokio::sync::mpsc;

use crate::agent::{Agent, Software, read_key};
use crate::host::Order;

mod agent;
mod demo;
mod host;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ended = match arguments[..] {
        [] => demo::run().await,
        ["--server", server, "--key-file", file, "--name", name] => run(server, file, name).await,
        _ => Err("usage: external_host [--server URL --key-file FILE --name NAME]".into()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Enforces the sessions of a real server, until the program is stopped.
async fn run(server: &str, file: &str, name: &str) -> Result<(), Box<dyn Error>> {
    let agent = Agent {
        client: client()?,
        server: server.trim_end_matches('/').to_owned(),
        key: read_key(&fs::read_to_string(file)?)?,
        name: name.to_owned(),
        every: Duration::from_secs(10),
    };
    let (order, mut orders) = mpsc::unbounded_channel();
    // The terminal never ends a session by itself; software that does tells through this.
    let (_closed, gone) = mpsc::unbounded_channel();
    let shown = async {
        while let Some(order) = orders.recv().await {
            show(&order);
        }
    };
    tokio::join!(agent.run(Software { orders: order, gone }), shown);
    Ok(())
}

/// Does what streaming software would: here it only says so.
fn show(order: &Order) {
    let until =
        |end: Option<Instant>| end.map_or("for good".to_owned(), |end| format!("until {end}"));
    match order {
        Order::Open(AgentSession { id, guest_email, permissions, closes_at }) => {
            let until = until(*closes_at);
            println!("host: {id}: {guest_email} is let in with {permissions:?} {until}");
        }
        Order::Retime(id, end) => println!("host: {id} goes on {}", until(*end)),
        Order::Close(id, None) => println!("host: {id} is over, since the server says so"),
        Order::Close(id, Some(reason)) => println!("host: {id} is over: {}", reason.name()),
    }
}
