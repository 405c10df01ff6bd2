//! Streams of events, for as long as whoever follows them may (IF-6).

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use guest_app::{EventView, Fault};
use serde::Serialize;
use tokio::sync::watch;
use tokio::time;

use crate::problem::Problem;
use crate::server::Shared;

/// Events that were read, and how far.
pub(crate) struct Batch {
    pub(crate) events: VecDeque<Event>,
    pub(crate) last: u64,
    /// Whether there may be more already.
    pub(crate) more: bool,
}

/// Returns where a stream goes on, `None` for now.
///
/// A number that is not known, or has not been given out yet, means from
/// whatever is still kept.
pub(crate) async fn resume(server: &Shared, headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(id) = headers.get(LAST_EVENT_ID) else { return Ok(None) };
    let number = id.to_str().ok().and_then(EventView::number).unwrap_or_default();
    let newest = server.app.last_event().await?;
    Ok(Some(if number <= newest { number } else { 0 }))
}

/// Shows an event in a stream.
pub(crate) fn event(id: &str, name: &str, shown: &impl Serialize) -> Event {
    let data = serde_json::to_string(shown).unwrap_or_default();
    Event::default().id(id).event(name).data(data)
}

/// Streams what `read` returns after a number, starting with `first`.
///
/// Each reading asks anew whether whoever follows still may; the stream ends
/// with their right. Nothing is read ahead of a slow client.
pub(crate) fn follow<F, R>(server: &Shared, first: Batch, read: F) -> Response
where
    F: Fn(u64) -> R + Send + 'static,
    R: Future<Output = Result<Batch, Fault>> + Send + 'static,
{
    let commits = server.commits.subscribe();
    let stopping = server.options.stopping.clone();
    let following = Following { read, commits, stopping, batch: first };
    let events = stream::unfold(following, async |mut following| {
        let event = following.next().await?;
        Some((Ok::<_, Infallible>(event), following))
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response()
}

struct Following<F> {
    read: F,
    commits: watch::Receiver<()>,
    stopping: Option<watch::Receiver<bool>>,
    batch: Batch,
}

impl<F, R> Following<F>
where
    F: Fn(u64) -> R,
    R: Future<Output = Result<Batch, Fault>>,
{
    /// Returns the next event, or `None` when there will be none.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.batch.events.pop_front() {
                return Some(event);
            }
            if !self.batch.more && !self.wait().await {
                return None;
            }
            self.commits.mark_unchanged();
            match (self.read)(self.batch.last).await {
                Ok(batch) => self.batch = batch,
                Err(Fault::Refused(_)) => return None,
                // The store may recover; the client need not notice.
                Err(Fault::Store(_)) => self.batch.more = false,
            }
        }
    }

    /// Waits until there may be something new, or a right may have been lost.
    ///
    /// Returns whether the server goes on.
    async fn wait(&mut self) -> bool {
        let stopped = async {
            match &mut self.stopping {
                Some(stopping) => stopping.wait_for(|is_stopping| *is_stopping).await.is_ok(),
                None => std::future::pending().await,
            }
        };
        let woken = async {
            // Commits come in swarms.
            time::sleep(PAUSE).await;
            let _ = time::timeout(RECHECK, self.commits.changed()).await;
        };
        tokio::select! {
            _ = stopped => false,
            () = woken => true,
        }
    }
}

/// How many events are read at once.
pub(crate) const BATCH: usize = 200;

/// The header with which a browser resumes a stream.
const LAST_EVENT_ID: &str = "last-event-id";

/// How long a stream rests at least between two readings.
const PAUSE: Duration = Duration::from_millis(50);

/// How long it takes at most until a lost right is noticed, a commit or not.
const RECHECK: Duration = Duration::from_millis(900);

/// How often a silent stream says that it is alive, before proxies give it up.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
