//! Carries guests' remote-desktop connections to the agents of computers, and polices them.
//!
//! ```text
//! browser ──WebSocket──▶ gateway ──WebSocket──▶ agent ──TCP──▶ VNC server
//! ```
//!
//! Whether a guest may connect, and until when, is decided by the use cases of
//! [`guest_app`]; what they may send is decided by [`guest_rfb::Policer`]. The
//! gateway holds the sockets. It keeps a
//! [`SessionBook`](guest_core::SessionBook) of its own, so that a window ends
//! on time also when the store is slow, and compares it with the store after
//! each commit, so that every other end takes effect at once, whoever caused it.

mod agents;
mod board;
mod carry;
mod socket;

pub use agents::Agents;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use guest_app::{App, Relayed};
use guest_core::{Instant, Secret, SessionEndReason, SessionId, Traffic};
use tokio::sync::watch;

use crate::board::Board;

/// Tells the wall clock's time; the composition root has the only clock.
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// Carries the sessions of one server.
#[derive(Clone)]
pub struct Gateway {
    shared: Arc<Shared>,
}

struct Shared {
    app: App,
    agents: Arc<Agents>,
    board: Board,
    /// Changes with every commit.
    commits: watch::Sender<()>,
    /// Turns true when the server stops.
    stopping: watch::Receiver<bool>,
}

impl Gateway {
    /// Creates the gateway of a server that stops when `stopping` turns true.
    ///
    /// `agents` is what [`App`] was told computers can be reached by.
    #[must_use]
    pub fn new(
        app: App,
        agents: Arc<Agents>,
        clock: Clock,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        let commits = watch::Sender::new(());
        let wake = commits.clone();
        app.on_commit(move || {
            wake.send_replace(());
        });
        let board = Board::new(clock);
        Self { shared: Arc::new(Shared { app, agents, board, commits, stopping }) }
    }

    /// Ends sessions when their time has come, until the server stops.
    ///
    /// Returns once no session is left, at most [`FAREWELL`] after that.
    pub async fn run(&self) {
        let Shared { app, board, commits, stopping, .. } = &*self.shared;
        let mut stop = stopping.clone();
        tokio::select! {
            () = board.keep_time() => {}
            () = board.follow(app, commits.subscribe()) => {}
            _ = stop.wait_for(|stopping| *stopping) => {}
        }
        board.end_all(SessionEndReason::ServerStopped);
        let _ = tokio::time::timeout(FAREWELL, board.emptied()).await;
    }

    /// Serves the socket of an agent that shows `secret`, until it closes (CN-1, CN-11).
    pub async fn serve_agent(&self, socket: WebSocket, secret: Secret, origin: Option<String>) {
        socket::serve(&self.shared, socket, &secret, origin).await;
    }

    /// Takes the stream that an agent opened for one of its computer's live sessions.
    pub fn take_stream(&self, session: SessionId, socket: WebSocket) {
        self.shared.board.bring(session, socket);
    }

    /// Ends a session whose guest was lost between the ticket and the stream.
    pub fn give_up(&self, session: SessionId) {
        let shared = Arc::clone(&self.shared);
        let nothing = Traffic::default();
        tokio::spawn(async move {
            carry::report(&shared, session, SessionEndReason::Left, nothing).await;
        });
    }

    /// Carries a guest's connection from its first byte to its end.
    pub async fn serve_guest(&self, socket: WebSocket, relayed: Relayed) {
        carry::serve(&self.shared, socket, relayed).await;
    }
}

/// Prepares for a guest's stream: what one may send at once is bounded.
pub fn guest_upgrade(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    bounded(upgrade.protocols(["binary"]), GUEST_MESSAGE_MAX)
}

/// Prepares for an agent's socket.
pub fn agent_upgrade(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    bounded(upgrade, AGENT_MESSAGE_MAX)
}

/// Prepares for an agent's stream.
pub fn stream_upgrade(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    bounded(upgrade.protocols(["binary"]), STREAM_MESSAGE_MAX)
}

fn bounded(upgrade: WebSocketUpgrade, max: usize) -> WebSocketUpgrade {
    upgrade
        .max_message_size(max)
        .max_frame_size(max)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(2 * max)
}

/// How long sessions may take to say goodbye when the server stops.
pub const FAREWELL: Duration = Duration::from_secs(2);

/// The largest message of a guest: the longest clipboard text (CN-4) and some more.
const GUEST_MESSAGE_MAX: usize = 80 * 1024;

/// The largest message of an agent: a heartbeat.
const AGENT_MESSAGE_MAX: usize = 16 * 1024;

/// The largest piece of a stream that an agent sends; ours send 32 KiB.
const STREAM_MESSAGE_MAX: usize = 64 * 1024;

/// A live session has two of these, and is to stay under 64 KiB while idle (QU-8).
const READ_BUFFER: usize = 16 * 1024;
