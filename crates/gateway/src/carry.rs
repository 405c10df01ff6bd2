//! One session, from its guest's first byte to its end.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use guest_app::{App, Relayed};
use guest_core::{Peripheral, SessionEndReason, SessionId, Traffic};
use guest_rfb::{Permissions, Piece, Policer, Violation};
use tokio::sync::oneshot;
use tokio::time;
use tokio_tungstenite::tungstenite;
use tokio_tungstenite::tungstenite::error::ProtocolError;

use crate::Shared;
use crate::board::Place;

/// Carries a guest until the session ends, and then tells the store how it went.
pub(crate) async fn serve(shared: &Shared, guest: WebSocket, relayed: Relayed) {
    let session = relayed.session;
    let place = shared.board.seat(&relayed);
    let may = |peripheral| relayed.permissions.contains(peripheral);
    // Gamepads do not travel over RFB (CN-5).
    let policer = Policer::new(Permissions {
        keyboard: may(Peripheral::Keyboard),
        mouse: may(Peripheral::Mouse),
        copy: may(Peripheral::Copy),
        paste: may(Peripheral::Paste),
    });
    let carried = Carried {
        app: &shared.app,
        session,
        policer: Mutex::new(policer),
        bytes_in: AtomicU64::new(0),
        bytes_out: AtomicU64::new(0),
        works: AtomicBool::new(false),
    };
    let mut guest = Line::of(guest);
    let (reason, agent) = carried.carry(&mut guest, place).await;
    let released = carried.release();
    tokio::join!(
        report(shared, session, reason, carried.traffic()),
        guest.close(Vec::new(), reason),
        async {
            if let Some(agent) = agent {
                agent.close(released, reason).await;
            }
        },
    );
    shared.board.leave(session);
}

/// Tells the store until it hears it: a store that is down must not lose how a session ended.
pub(crate) async fn report(
    shared: &Shared,
    session: SessionId,
    reason: SessionEndReason,
    traffic: Traffic,
) {
    let mut pause = REPORT_AGAIN;
    while let Err(fault) = shared.app.end_relayed(session, reason, traffic).await {
        tracing::warn!(%fault, %session, "the end of a session cannot be recorded yet");
        if *shared.stopping.borrow() {
            return; // The next start ends what it finds open.
        }
        time::sleep(pause).await;
        pause = (pause * 2).min(REPORT_AGAIN_MOST);
    }
}

/// What both directions of a session share.
struct Carried<'a> {
    app: &'a App,
    session: SessionId,
    policer: Mutex<Policer>,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
    /// Whether the store was told that the connection works.
    works: AtomicBool,
}

type Sender = SplitSink<WebSocket, Message>;
type Receiver = SplitStream<WebSocket>;

/// Both ways of a socket.
struct Line {
    to: Sender,
    from: Receiver,
}

impl Line {
    fn of(socket: WebSocket) -> Self {
        let (to, from) = socket.split();
        Self { to, from }
    }

    /// Sends the last there is to send, says why it is over, and lets the peer hear it.
    ///
    /// What the peer still sends is read and thrown away: a socket that is closed with unread
    /// input takes along what was sent last.
    async fn close(mut self, mut last: Vec<Bytes>, reason: SessionEndReason) {
        let farewell = async {
            forward(&mut self.to, &mut last).await?;
            self.to.send(Message::Close(Some(frame(reason)))).await?;
            while let Some(Ok(message)) = self.from.next().await {
                if matches!(message, Message::Close(_)) {
                    break;
                }
            }
            Ok::<_, axum::Error>(())
        };
        let _ = time::timeout(FAREWELL, farewell).await;
    }
}

impl Carried<'_> {
    /// Joins the guest to the agent's stream; returns why it is over, and the stream if it came.
    async fn carry(&self, guest: &mut Line, mut place: Place) -> (SessionEndReason, Option<Line>) {
        let mut agent = match await_agent(&mut guest.from, &mut place).await {
            Ok(agent) => Line::of(agent),
            Err(reason) => return (reason, None),
        };
        let reason = tokio::select! {
            biased;
            reason = &mut place.end => told(reason),
            reason = self.upwards(&mut guest.from, &mut agent.to) => reason,
            reason = self.downwards(&mut agent.from, &mut guest.to) => reason,
        };
        (reason, Some(agent))
    }

    /// Forwards what the guest may send.
    async fn upwards(&self, guest: &mut Receiver, agent: &mut Sender) -> SessionEndReason {
        let mut watch = Watch::new();
        let mut pieces = Vec::new();
        loop {
            let message = tokio::select! {
                message = guest.next() => message,
                () = watch.tick() => {
                    if watch.is_silent() || agent.send(Message::Ping(Bytes::new())).await.is_err() {
                        return if watch.is_silent() {
                            SessionEndReason::Left
                        } else {
                            SessionEndReason::ComputerLost
                        };
                    }
                    continue;
                }
            };
            watch.heard();
            let bytes = match message {
                Some(Ok(Message::Binary(bytes))) => bytes,
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Ok(Message::Text(_))) => return SessionEndReason::ProtocolError,
                Some(Err(error)) => return self.lost(error),
                Some(Ok(Message::Close(_))) | None => return SessionEndReason::Left,
            };
            self.bytes_in.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            let judged = self.policer().handle_guest(&bytes, &mut |piece| {
                pieces.push(message_of(&bytes, piece));
            });
            if forward(agent, &mut pieces).await.is_err() {
                return SessionEndReason::ComputerLost;
            }
            let input = {
                let mut policer = self.policer();
                policer.sent();
                policer.input()
            };
            if input > 0 {
                self.tell_that_it_works();
            }
            if let Err(violation) = judged {
                return self.broken("guest", &violation);
            }
        }
    }

    /// Forwards what the computer shows.
    async fn downwards(&self, agent: &mut Receiver, guest: &mut Sender) -> SessionEndReason {
        let mut watch = Watch::new();
        let mut pieces = Vec::new();
        loop {
            let message = tokio::select! {
                message = agent.next() => message,
                () = watch.tick() => {
                    if watch.is_silent() {
                        return SessionEndReason::ComputerLost;
                    }
                    if guest.send(Message::Ping(Bytes::new())).await.is_err() {
                        return SessionEndReason::Left;
                    }
                    continue;
                }
            };
            watch.heard();
            let bytes = match message {
                Some(Ok(Message::Binary(bytes))) => bytes,
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Ok(Message::Text(_) | Message::Close(_)) | Err(_)) | None => {
                    return SessionEndReason::ComputerLost;
                }
            };
            let (judged, pictures) = {
                let mut policer = self.policer();
                let judged = policer.handle_computer(&bytes, &mut |piece| {
                    pieces.push(message_of(&bytes, piece));
                });
                (judged, policer.pictures())
            };
            let passed = pieces.iter().map(|piece| piece.len() as u64).sum::<u64>();
            if forward(guest, &mut pieces).await.is_err() {
                return SessionEndReason::Left;
            }
            self.bytes_out.fetch_add(passed, Ordering::Relaxed);
            if let Err(violation) = judged {
                self.broken("computer", &violation);
                return SessionEndReason::ComputerLost;
            }
            if pictures > 0 {
                self.tell_that_it_works();
            }
        }
    }

    /// Tells the store once that the connection works, without making anybody wait: by its first
    /// picture (GA-35), or by input of a guest who asks for none.
    fn tell_that_it_works(&self) {
        if self.works.swap(true, Ordering::Relaxed) {
            return;
        }
        let (app, session) = (self.app.clone(), self.session);
        tokio::spawn(async move {
            if let Err(fault) = app.session_pictured(session).await {
                tracing::warn!(%fault, %session, "a first use cannot be recorded");
            }
        });
    }

    /// Returns what releases all that the guest still holds down (CN-8).
    fn release(&self) -> Vec<Bytes> {
        let mut held = Vec::new();
        self.policer().release(&mut |piece| match piece {
            Piece::Made(bytes) => held.push(Bytes::copy_from_slice(bytes)),
            Piece::Pass(_) => {} // There is no input of which this could be a part.
        });
        held
    }

    /// Returns why a guest's socket is over that failed: by a breach of its own protocol, or else
    /// by a connection that is gone (CN-4, CN-10).
    fn lost(&self, error: axum::Error) -> SessionEndReason {
        let Ok(error) = error.into_inner().downcast::<tungstenite::Error>() else {
            return SessionEndReason::Left;
        };
        let is_gone = matches!(
            *error,
            tungstenite::Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)
                | tungstenite::Error::ConnectionClosed
                | tungstenite::Error::AlreadyClosed
                | tungstenite::Error::Io(_)
        );
        if is_gone {
            return SessionEndReason::Left;
        }
        tracing::info!(session = %self.session, breach = %error, "the guest broke the protocol");
        SessionEndReason::ProtocolError
    }

    fn broken(&self, who: &str, violation: &Violation) -> SessionEndReason {
        tracing::info!(session = %self.session, %violation, "the {who} broke the protocol");
        SessionEndReason::ProtocolError
    }

    fn policer(&self) -> MutexGuard<'_, Policer> {
        self.policer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn traffic(&self) -> Traffic {
        Traffic {
            bytes_in: self.bytes_in.load(Ordering::Relaxed),
            bytes_out: self.bytes_out.load(Ordering::Relaxed),
            refused_input: self.policer().refused_input(),
        }
    }
}

/// Waits for the agent to open its stream; the guest has nothing to say meanwhile.
async fn await_agent(
    guest: &mut Receiver,
    place: &mut Place,
) -> Result<WebSocket, SessionEndReason> {
    let patience = time::sleep(AGENT_PATIENCE);
    tokio::pin!(patience);
    loop {
        let message = tokio::select! {
            biased;
            reason = &mut place.end => return Err(told(reason)),
            agent = &mut place.stream => return agent.map_err(|_| SessionEndReason::ComputerLost),
            () = &mut patience => return Err(SessionEndReason::ComputerLost),
            message = guest.next() => message,
        };
        match message {
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Binary(_) | Message::Text(_))) => {
                return Err(SessionEndReason::ProtocolError); // The computer speaks first.
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(SessionEndReason::Left),
        }
    }
}

/// Notices a peer from whom nothing comes, not even the answer to a ping (CN-10).
struct Watch {
    ticker: time::Interval,
    silent: u32,
}

impl Watch {
    fn new() -> Self {
        let mut ticker = time::interval_at(time::Instant::now() + TICK, TICK);
        ticker.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
        Self { ticker, silent: 0 }
    }

    async fn tick(&mut self) {
        self.ticker.tick().await;
        self.silent += 1;
    }

    const fn heard(&mut self) {
        self.silent = 0;
    }

    /// Returns whether the peer has been silent for 30 s.
    const fn is_silent(&self) -> bool {
        self.silent >= SILENT_TICKS
    }
}

fn message_of(input: &Bytes, piece: Piece<'_>) -> Bytes {
    match piece {
        Piece::Pass(range) => input.slice(range),
        Piece::Made(bytes) => Bytes::copy_from_slice(bytes),
    }
}

/// Sends pieces of a stream, and returns once the peer's socket has taken them: whoever sends too
/// fast is not read from meanwhile.
async fn forward(to: &mut Sender, pieces: &mut Vec<Bytes>) -> Result<(), axum::Error> {
    if pieces.is_empty() {
        return Ok(());
    }
    for piece in pieces.drain(..) {
        to.feed(Message::Binary(piece)).await?;
    }
    to.flush().await
}

fn frame(reason: SessionEndReason) -> CloseFrame {
    CloseFrame { code: ENDED, reason: reason.name().into() }
}

/// Whoever decides ends has gone only when the server stops.
fn told(reason: Result<SessionEndReason, oneshot::error::RecvError>) -> SessionEndReason {
    reason.unwrap_or(SessionEndReason::ServerStopped)
}

/// The close code that says that a session ended; the reason is the text beside it.
const ENDED: u16 = 4000;

/// How long a guest waits for the agent to open its stream.
const AGENT_PATIENCE: Duration = Duration::from_secs(10);

/// How often a peer is pinged.
const TICK: Duration = Duration::from_secs(10);

/// After how many ticks without a sign of life a peer is given up: 30 s.
const SILENT_TICKS: u32 = 3;

/// How long a peer may take to hear that it is over. Nothing it sends meanwhile goes anywhere.
const FAREWELL: Duration = Duration::from_secs(1);

const REPORT_AGAIN: Duration = Duration::from_millis(100);
const REPORT_AGAIN_MOST: Duration = Duration::from_secs(5);
