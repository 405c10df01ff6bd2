//! The socket over which an agent says that it is there, and hears at once what changes (CN-11).

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use guest_app::{Fault, Heartbeat, HeartbeatAnswer};
use guest_core::{ComputerId, Refusal, Secret};
use tokio::time;

use crate::Shared;
use crate::agents::Agents;

/// Serves an agent's socket until it closes, falls silent, or is refused.
pub(crate) async fn serve(
    shared: &Shared,
    mut socket: WebSocket,
    secret: &Secret,
    origin: Option<String>,
) {
    let farewell = Agent { shared, secret, origin, here: None, told: None }.talk(&mut socket).await;
    let close = socket.send(Message::Close(farewell));
    let _ = time::timeout(FAREWELL, close).await;
}

/// An agent that is connected.
struct Agent<'a> {
    shared: &'a Shared,
    secret: &'a Secret,
    origin: Option<String>,
    /// The computer, once it has said its first word.
    here: Option<Here<'a>>,
    /// What it was told last.
    told: Option<HeartbeatAnswer>,
}

impl Agent<'_> {
    /// Talks until there is nothing more to say, and returns what to close with.
    async fn talk(mut self, socket: &mut WebSocket) -> Option<CloseFrame> {
        let mut commits = self.shared.commits.subscribe();
        let mut stopping = self.shared.stopping.clone();
        // What it answers with is a lock, which is not to be held.
        let stop = async move { drop(stopping.wait_for(|stopping| *stopping).await) };
        tokio::pin!(stop);
        let silence = time::sleep(SILENCE);
        tokio::pin!(silence);
        loop {
            let said = tokio::select! {
                message = socket.recv() => match message {
                    Some(Ok(Message::Text(text))) => {
                        silence.as_mut().reset(time::Instant::now() + SILENCE);
                        self.hear(&text).await
                    }
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                    Some(Ok(Message::Binary(_))) => return Some(frame(UNSUPPORTED, "text frames only")),
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                },
                Ok(()) = commits.changed(), if self.here.is_some() => {
                    // What changes together is told together.
                    time::sleep(GATHER).await;
                    commits.mark_unchanged();
                    self.look().await
                }
                () = &mut silence => return Some(frame(POLICY, "no heartbeat for 30 s")),
                () = &mut stop => {
                    return Some(frame(GOING_AWAY, "the server stops"));
                }
            };
            match said {
                Ok(None) => {}
                Ok(Some(answer)) => {
                    let text = serde_json::to_string(&answer).unwrap_or_default();
                    socket.send(Message::Text(text.into())).await.ok()?;
                    self.told = Some(answer);
                }
                Err(Farewell { code, reason }) => return Some(frame(code, &reason)),
            }
        }
    }

    /// Hears a heartbeat, which is always answered.
    async fn hear(&mut self, text: &str) -> Result<Option<HeartbeatAnswer>, Farewell> {
        let beat: Heartbeat = serde_json::from_str(text)
            .map_err(|error| Farewell { code: INVALID, reason: format!("malformed: {error}") })?;
        let origin = self.origin.as_deref();
        let answer = self.shared.app.heartbeat(self.secret, origin, &beat.over_socket()).await?;
        if self.here.as_ref().is_none_or(|here| here.computer != answer.computer_id) {
            self.here = Some(Here::at(&self.shared.agents, answer.computer_id));
        }
        Ok(Some(answer))
    }

    /// Looks whether there is something new to tell.
    async fn look(&mut self) -> Result<Option<HeartbeatAnswer>, Farewell> {
        let Some(here) = &self.here else { return Ok(None) };
        let answer = self.shared.app.agent_brief(self.secret, here.computer).await?;
        Ok(Some(answer).filter(|answer| self.told.as_ref() != Some(answer)))
    }
}

/// A computer that can be reached for as long as this lives.
struct Here<'a> {
    agents: &'a Agents,
    computer: ComputerId,
}

impl<'a> Here<'a> {
    fn at(agents: &'a Agents, computer: ComputerId) -> Self {
        agents.arrived(computer);
        Self { agents, computer }
    }
}

impl Drop for Here<'_> {
    fn drop(&mut self) {
        self.agents.left(self.computer);
    }
}

/// Why the agent is sent away.
struct Farewell {
    code: u16,
    reason: String,
}

impl From<Fault> for Farewell {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused(refused) => Self { code: REFUSED, reason: refused.code().to_owned() },
            Fault::Store(_) => Self { code: TRY_AGAIN, reason: "store_unavailable".to_owned() },
        }
    }
}

fn frame(code: u16, reason: &str) -> CloseFrame {
    let mut end = reason.len().min(REASON_MAX);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    CloseFrame { code, reason: reason.get(..end).unwrap_or_default().into() }
}

/// After how long without a heartbeat an agent is given up (GA-4).
const SILENCE: Duration = Duration::from_secs(30);

/// For how long changes are gathered before they are told: well within 100 ms (CN-11).
const GATHER: Duration = Duration::from_millis(20);

const FAREWELL: Duration = Duration::from_secs(1);

/// The longest reason that fits a close frame.
const REASON_MAX: usize = 123;

// Close codes of RFC 6455 and its registry.
const GOING_AWAY: u16 = 1001;
const UNSUPPORTED: u16 = 1003;
const INVALID: u16 = 1007;
const POLICY: u16 = 1008;
const TRY_AGAIN: u16 = 1013;

/// The heartbeat is refused; the reason is the code of the problem.
const REFUSED: u16 = 4003;
