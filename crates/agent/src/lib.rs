//! The agent: it runs on a computer, and brings guests' connections to its screen (CN-1).
//!
//! ```text
//! gateway in the server ◀──WebSocket── agent ──TCP──▶ VNC server
//! ```
//!
//! It dials out, so the computer needs no open port. Over its control socket it says every ten
//! seconds that it is there, and hears which sessions go on; for each it opens a stream, logs in
//! to the VNC server, and from then on passes bytes both ways. What a guest may send is for the
//! gateway to judge.
//!
//! The crate reads no wall clock and draws no randomness: whoever [`run`]s it hands both in.

mod control;
mod dial;
mod frames;
mod host;
mod pauses;
mod screen;
mod stream;
mod streams;
mod test_card;
mod vnc;

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::watch;

pub use crate::dial::{CannotDial, Server, ServerRefusal};
pub use crate::screen::Screen;

use crate::control::Control;
use crate::dial::Dial;
use crate::frames::HostLogin;
use crate::streams::Streams;

/// What an agent is told.
#[derive(Clone)]
pub struct Options {
    /// The server.
    pub server: Server,
    /// The file whose first line is the computer key or token; read anew for each connection.
    pub key_file: PathBuf,
    /// What the computer is called; a token says so by itself.
    pub name: String,
    /// What guests see.
    pub screen: Screen,
    /// Who counts as logged in; none to ask the operating system.
    pub host_login: Option<String>,
    /// A file of certificates to trust beside the public ones.
    pub certificates: Option<PathBuf>,
    /// Draws random bits, which spread the pauses of many agents.
    pub random: Random,
}

/// Draws random bits.
pub type Random = Arc<dyn Fn() -> u64 + Send + Sync>;

/// Tells the time in words.
pub type Clock = Arc<dyn Fn() -> String + Send + Sync>;

/// Runs an agent until `stopping` turns true, whatever becomes of the network meanwhile (CN-1).
///
/// # Errors
///
/// Returns what is wrong with the files it needs before it dials for the first time.
pub async fn run(options: Options, mut stopping: watch::Receiver<bool>) -> Result<(), CannotDial> {
    let Options { server, key_file, name, screen, host_login, certificates, random } = options;
    let dial = Arc::new(Dial::new(server, key_file, certificates.as_deref())?);
    let mut streams = Streams::new(Arc::clone(&dial), screen);
    let is_told = host_login.is_some();
    let (login, seen) = watch::channel(host_login.map_or(HostLogin::Unseen, HostLogin::Name));
    let mut control = Control::new(dial, name, seen, random);
    tokio::select! {
        () = host::follow(login), if !is_told => {}
        () = control.keep(&mut streams, &mut stopping) => {}
    }
    streams.close().await;
    Ok(())
}
