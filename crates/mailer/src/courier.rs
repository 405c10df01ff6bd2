//! Carries letters from the outbox to the mail server.

use core::fmt::Display;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use guest_app::letter::{Letter, Tried};
use tokio::sync::Notify;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{sleep, timeout};

use crate::Post;

/// Where letters wait, and where it is kept what became of them.
///
/// A leased letter is nobody else's until it is settled or its lease runs out;
/// then it is leased again, so that none is lost with whoever had it.
pub trait Outbox: Send + Sync + 'static {
    /// Why the outbox cannot be reached; such faults pass, and are waited out.
    type Fault: Display + Send;

    /// Leases at most `limit` letters that are due.
    fn lease(&self, limit: usize) -> impl Future<Output = Result<Vec<Letter>, Self::Fault>> + Send;

    /// Keeps what came of trying a letter.
    fn settle(&self, tried: Tried) -> impl Future<Output = Result<(), Self::Fault>> + Send;
}

/// Carries letters, up to 16 at a time, each on its own (GA-50).
///
/// Only as many letters are leased as can be tried at once, so that none waits
/// behind another: a slow recipient takes up one place and no more.
#[derive(Debug)]
pub struct Courier<O> {
    outbox: Arc<O>,
    post: Arc<Post>,
    wake: Arc<Notify>,
    grace: Duration,
}

impl<O: Outbox> Courier<O> {
    /// Carries letters from `outbox` by `post`.
    ///
    /// Whoever puts a letter in may notify `wake`; the outbox is looked at
    /// twice a second in any case.
    #[must_use]
    pub fn new(outbox: O, post: Post, wake: Arc<Notify>) -> Self {
        Self { outbox: Arc::new(outbox), post: Arc::new(post), wake, grace: GRACE }
    }

    /// Sets for how long letters on their way are waited for at the end, 10 seconds by default.
    #[must_use]
    pub fn with_grace(self, grace: Duration) -> Self {
        Self { grace, ..self }
    }

    /// Carries letters until `stop`, then brings those on their way to an end.
    ///
    /// A letter that is not settled within the grace given at the end is
    /// leased and tried again after the next start, under the same `Message-ID`.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let (mut flights, mut stop, mut faults) = (JoinSet::new(), pin!(stop), 0);
        loop {
            let next = self.depart(&mut flights, &mut faults).await;
            if self.wait(next, &mut flights, stop.as_mut()).await == Woken::ToStop {
                break;
            }
        }
        let landing = async {
            while let Some(flight) = flights.join_next().await {
                landed(flight);
            }
        };
        if timeout(self.grace, landing).await.is_err() {
            tracing::warn!(letters = flights.len(), "stopped with letters on their way");
        }
    }

    /// Leases letters for the free places and sends them off.
    async fn depart(&self, flights: &mut JoinSet<()>, faults: &mut u32) -> Next {
        let free = IN_FLIGHT.saturating_sub(flights.len());
        if free == 0 {
            return Next::WhenOneLands;
        }
        match self.outbox.lease(free).await {
            Ok(letters) => {
                *faults = 0;
                let next = if letters.len() < free { Next::WhenWoken } else { Next::WhenOneLands };
                for letter in letters {
                    flights.spawn(carry(self.outbox.clone(), self.post.clone(), letter));
                }
                next
            }
            Err(fault) => {
                tracing::warn!(%fault, "cannot lease letters");
                *faults = faults.saturating_add(1);
                Next::After(pause(*faults))
            }
        }
    }

    async fn wait(
        &self,
        next: Next,
        flights: &mut JoinSet<()>,
        stop: Pin<&mut impl Future<Output = ()>>,
    ) -> Woken {
        let worth = async {
            match next {
                Next::WhenOneLands => {
                    if let Some(flight) = flights.join_next().await {
                        landed(flight);
                    }
                }
                Next::WhenWoken => drop(timeout(LOOK, self.wake.notified()).await),
                Next::After(pause) => sleep(pause).await,
            }
            while let Some(flight) = flights.try_join_next() {
                landed(flight);
            }
        };
        tokio::select! {
            biased;
            () = stop => Woken::ToStop,
            () = worth => Woken::ToGoOn,
        }
    }
}

/// When to look at the outbox again.
#[derive(Clone, Copy)]
enum Next {
    /// All places are taken, and more letters may wait.
    WhenOneLands,
    /// No letter is due.
    WhenWoken,
    /// The outbox cannot be reached.
    After(Duration),
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Woken {
    ToGoOn,
    ToStop,
}

/// Tries a letter and settles it, however long the outbox cannot be reached.
async fn carry<O: Outbox>(outbox: Arc<O>, post: Arc<Post>, letter: Letter) {
    let delivery = post.send(&letter).await;
    tracing::debug!(mail = %letter.id, ?delivery, "tried a letter");
    let tried = Tried { id: letter.id, delivery };
    let mut faults = 0;
    while let Err(fault) = outbox.settle(tried.clone()).await {
        tracing::warn!(mail = %letter.id, %fault, "cannot settle a letter");
        faults += 1;
        sleep(pause(faults)).await;
    }
}

/// Reports a letter whose task broke; its lease runs out, and it is tried again.
fn landed(flight: Result<(), JoinError>) {
    if let Err(error) = flight {
        tracing::error!(%error, "a letter was lost on its way");
    }
}

/// Doubles from a tenth of a second, so that a store in trouble is not troubled more.
fn pause(faults: u32) -> Duration {
    (FIRST_PAUSE * (1 << faults.saturating_sub(1).min(6))).min(LONGEST_PAUSE)
}

/// How many letters are tried at once: enough for a hundred guests invited together, and few
/// enough for any mail server.
const IN_FLIGHT: usize = 16;

/// How often the outbox is looked at while nothing wakes the courier.
const LOOK: Duration = Duration::from_millis(500);

/// For how long letters on their way are waited for at the end.
const GRACE: Duration = Duration::from_secs(10);

/// The pause after the outbox could not be reached once.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// No pause is longer, so that an outbox that is back is noticed.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
