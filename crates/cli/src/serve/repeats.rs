//! The same line of the log again and again: a store that is down makes every request say so, and
//! the log would fill the disk.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::time::sleep;
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata};
use tracing_subscriber::layer::{Context, Filter};

use super::stop::Stop;

/// Lets each warning and each error through a few times in ten seconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Repeats {
    turn: Arc<Mutex<Option<Turn>>>,
    left_out: Arc<AtomicU64>,
}

#[derive(Debug)]
struct Turn {
    since: Instant,
    /// How often each was said in this turn.
    said: BTreeMap<Place, u32>,
}

/// The module and the line of the source that say it.
type Place = (String, Option<u32>);

impl Repeats {
    /// Says from time to time how many lines were left out.
    pub(super) async fn tell(self, stop: Stop) {
        let mut told = std::pin::pin!(stop.wait());
        let mut is_over = false;
        while !is_over {
            tokio::select! {
                biased;
                () = &mut told => is_over = true,
                () = sleep(TURN) => {}
            }
            let lines = self.left_out.swap(0, Ordering::Relaxed);
            if lines > 0 {
                tracing::warn!(lines, "warnings and errors said again and again were left out");
            }
        }
    }

    fn admits(&self, place: Place, now: Instant) -> bool {
        let mut turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Turn { since: now, said: BTreeMap::new() };
        let is_over = |turn: &Turn| now.duration_since(turn.since) >= TURN;
        if turn.as_ref().is_none_or(is_over) {
            *turn = Some(new());
        }
        let said = turn.get_or_insert_with(new).said.entry(place).or_default();
        *said = said.saturating_add(1);
        let admitted = *said <= SAID_MOST;
        if !admitted {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
        admitted
    }
}

impl<S> Filter<S> for Repeats {
    fn enabled(&self, _metadata: &Metadata<'_>, _context: &Context<'_, S>) -> bool {
        true
    }

    fn callsite_enabled(&self, _metadata: &'static Metadata<'static>) -> Interest {
        Interest::always()
    }

    #[expect(clippy::disallowed_methods, reason = "what is logged is no business of the rules")]
    fn event_enabled(&self, event: &Event<'_>, _context: &Context<'_, S>) -> bool {
        let metadata = event.metadata();
        *metadata.level() > Level::WARN
            || self.admits((metadata.target().to_owned(), metadata.line()), Instant::now())
    }
}

/// How long a turn is.
const TURN: Duration = Duration::from_secs(10);

/// Enough to see what is wrong, and with whom.
const SAID_MOST: u32 = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "any moment will do")]
    fn qu_21_what_is_said_again_and_again_does_not_fill_the_disk() {
        let (repeats, start) = (Repeats::default(), Instant::now());
        let said =
            |line, now| (0..1_000).filter(|_| repeats.admits((String::new(), line), now)).count();
        assert_eq!(said(Some(1), start), 20);
        // Others are heard all the same.
        assert_eq!(said(Some(2), start), 20);
        assert_eq!(said(Some(1), start + TURN / 2), 0);
        assert_eq!(said(Some(1), start + TURN), 20);
        assert_eq!(repeats.left_out.load(Ordering::Relaxed), 980 + 980 + 1_000 + 980);
    }
}
