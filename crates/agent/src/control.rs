//! The control socket: the agent says that it is there, and hears which sessions go on.

use std::error::Error;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::sync::watch;
use tokio::time::{self, Instant, MissedTickBehavior};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::Random;
use crate::dial::{Dial, NoSocket, Socket};
use crate::frames::{Answer, Heartbeat, HostLogin, REFUSED};
use crate::pauses::{Pauses, Reason};
use crate::streams::Streams;

/// Keeps the control socket (CN-1).
pub(crate) struct Control {
    dial: Arc<Dial>,
    name: String,
    login: watch::Receiver<HostLogin>,
    random: Random,
    /// Whether guests are allowed here, as last heard on this socket.
    guest_access: Option<bool>,
}

/// Why a control socket is gone.
enum Farewell {
    /// The agent is to stop.
    Stopped,
    /// The server, or the way to it, is gone.
    Lost(String),
    /// The server refuses the agent, with the code of a problem.
    Refused(String),
}

/// Waits until the agent is told to stop; what the channel answers with must not be held.
async fn stopped(stopping: &mut watch::Receiver<bool>) {
    drop(stopping.wait_for(|stopping| *stopping).await);
}

impl Control {
    pub(crate) const fn new(
        dial: Arc<Dial>,
        name: String,
        login: watch::Receiver<HostLogin>,
        random: Random,
    ) -> Self {
        Self { dial, name, login, random, guest_access: None }
    }

    /// Dials, again and again, until `stopping` turns true.
    ///
    /// Streams outlive the socket: each has its own.
    pub(crate) async fn keep(
        &mut self,
        streams: &mut Streams,
        stopping: &mut watch::Receiver<bool>,
    ) {
        if self.dial.server().is_overheard() {
            let server = self.dial.server();
            tracing::warn!(%server, "the connection is not encrypted: use https");
        }
        let mut pauses = Pauses::default();
        loop {
            let start = Instant::now();
            let farewell = self.connect(streams, stopping).await;
            if start.elapsed() >= LASTING {
                pauses.reset();
            }
            let pause = match farewell {
                Farewell::Stopped => return,
                Farewell::Lost(why) => {
                    let pause = pauses.next(Reason::Lost, (self.random)());
                    tracing::warn!(why, again_in = ?rounded(pause), "not connected to the server");
                    pause
                }
                Farewell::Refused(code) => {
                    let pause = pauses.next(Reason::Refused, (self.random)());
                    let (what, again_in) = (self.remedy(&code), rounded(pause));
                    tracing::error!(code, ?again_in, "the server refuses this agent: {what}");
                    pause
                }
            };
            tokio::select! {
                () = time::sleep(pause) => {}
                () = stopped(stopping) => return,
            }
        }
    }

    /// Opens the socket and talks on it until it is gone.
    async fn connect(
        &mut self,
        streams: &mut Streams,
        stopping: &mut watch::Receiver<bool>,
    ) -> Farewell {
        let opened = tokio::select! {
            opened = self.dial.open("/v1/agent/socket", None) => opened,
            () = stopped(stopping) => return Farewell::Stopped,
        };
        let mut socket = match opened {
            Ok(socket) => socket,
            Err(NoSocket::Unauthenticated) => {
                return Farewell::Refused("unauthenticated".to_owned());
            }
            Err(error) => return Farewell::Lost(chain(&error)),
        };
        self.guest_access = None;
        let farewell = self.talk(&mut socket, streams, stopping).await;
        let close = CloseFrame { code: CloseCode::Away, reason: "".into() };
        // The server may have closed it already.
        let _ = time::timeout(PARTING, socket.close(Some(close))).await;
        farewell
    }

    async fn talk(
        &mut self,
        socket: &mut Socket,
        streams: &mut Streams,
        stopping: &mut watch::Receiver<bool>,
    ) -> Farewell {
        let mut beats = time::interval(BEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // Each heartbeat is answered at once, so silence is not the server's way.
        let silence = time::sleep(SILENCE);
        tokio::pin!(silence);
        loop {
            tokio::select! {
                message = socket.next() => {
                    silence.as_mut().reset(Instant::now() + SILENCE);
                    match message {
                        Some(Ok(Message::Text(text))) => match serde_json::from_str(&text) {
                            Ok(answer) => {
                                self.hear(&answer);
                                streams.follow(&answer.sessions);
                            }
                            Err(error) => {
                                return Farewell::Lost(format!("the server talks nonsense: {error}"));
                            }
                        },
                        Some(Ok(Message::Close(frame))) => return closed(frame),
                        // Pings are answered by the socket itself.
                        Some(Ok(_)) => {}
                        Some(Err(error)) => return Farewell::Lost(chain(&error)),
                        None => return closed(None),
                    }
                }
                _ = beats.tick() => if let Some(farewell) = self.beat(socket).await {
                    return farewell;
                },
                Ok(()) = self.login.changed() => beats.reset_immediately(),
                () = &mut silence => {
                    return Farewell::Lost(format!("silent for {} s", SILENCE.as_secs()));
                }
                () = stopped(stopping) => return Farewell::Stopped,
            }
        }
    }

    /// Says that the computer is there, and who is logged in (GA-4).
    async fn beat(&mut self, socket: &mut Socket) -> Option<Farewell> {
        let login = self.login.borrow_and_update().clone();
        let beat = Heartbeat { name: &self.name, host_login: &login, connection: "relay" };
        let text = serde_json::to_string(&beat).unwrap_or_default();
        match time::timeout(SILENCE, socket.send(Message::text(text))).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(Farewell::Lost(chain(&error))),
            Err(_) => Some(Farewell::Lost("the server takes nothing".to_owned())),
        }
    }

    /// Takes note of what is said about the computer itself.
    fn hear(&mut self, answer: &Answer) {
        if self.guest_access.is_none() {
            let (server, name) = (self.dial.server(), &self.name);
            tracing::info!(%server, name, computer = answer.computer_id, "connected");
        }
        if self.guest_access != Some(answer.guest_access) {
            self.guest_access = Some(answer.guest_access);
            if answer.guest_access {
                tracing::info!("guest access is on");
            } else {
                tracing::warn!(
                    "guest access is off: an Administrator turns it on, as with \
                     `guest computer allow`"
                );
            }
        }
    }

    /// Returns what to do about a refusal.
    fn remedy(&self, code: &str) -> String {
        let (name, file) = (&self.name, self.dial.key_file().display());
        match code {
            "unauthenticated" => format!(
                "the key in {file} is not known, or was deleted; make one with \
                 `guest computer key create` and put it there"
            ),
            "name_taken" => {
                format!("another computer is called {name:?}; choose another name with --name")
            }
            "computer_removed" => format!(
                "{name:?} was removed from its team; an Administrator can register it anew, or \
                 choose another name with --name"
            ),
            "validation" => format!("a computer cannot be called {name:?}; choose with --name"),
            other => format!("its reason is {other:?}"),
        }
    }
}

/// Understands why the server closed the socket.
fn closed(frame: Option<CloseFrame>) -> Farewell {
    match frame {
        Some(frame) if u16::from(frame.code) == REFUSED => {
            Farewell::Refused(frame.reason.as_str().to_owned())
        }
        Some(frame) if !frame.reason.is_empty() => {
            Farewell::Lost(format!("closed by the server: {}", frame.reason.as_str()))
        }
        Some(_) | None => Farewell::Lost("closed by the server".to_owned()),
    }
}

/// Returns an error with everything behind it, from the outermost.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let _ = write!(text, ": {inner}");
        source = inner.source();
    }
    text
}

fn rounded(pause: Duration) -> Duration {
    Duration::from_millis(u64::try_from(pause.as_millis()).unwrap_or(u64::MAX))
}

/// How often the agent says that it is there (GA-4).
const BEAT: Duration = Duration::from_secs(10);

/// After how long a silent server is given up.
const SILENCE: Duration = Duration::from_secs(30);

/// How long a connection lasts that is no sign of trouble.
const LASTING: Duration = Duration::from_secs(60);

/// How long saying goodbye may take.
const PARTING: Duration = Duration::from_secs(1);
