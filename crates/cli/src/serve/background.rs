//! What a server does besides answering.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use guest_app::App;
use tokio::sync::Notify;
use tokio::task::{Id, JoinSet};
use tokio::time::{sleep, timeout};

use super::GRACE;
use super::stop::Stop;
use crate::clock::SteadyClock;
use crate::failure::{Failure, chain};

/// The parts of a server; where one breaks, all stop, and whoever watches starts it anew.
pub(super) struct Background {
    parts: JoinSet<()>,
    names: Vec<(Id, &'static str)>,
    stop: Stop,
}

impl Background {
    pub(super) fn new(stop: Stop) -> Self {
        Self { parts: JoinSet::new(), names: Vec::new(), stop }
    }

    /// Runs a part, which ends when it is told to stop.
    pub(super) fn add(
        &mut self,
        name: &'static str,
        part: impl Future<Output = ()> + Send + 'static,
    ) {
        let id = self.parts.spawn(part).id();
        self.names.push((id, name));
    }

    /// Waits until all parts are told to stop, and then until they have, within bounds.
    ///
    /// # Errors
    ///
    /// Returns which part ended before it was told to.
    pub(super) async fn finish(mut self) -> Result<(), Failure> {
        let early = tokio::select! {
            biased;
            () = self.stop.wait() => None,
            ended = self.parts.join_next_with_id() => ended,
        };
        // A part may have heard of it first.
        let early = early.filter(|ended| ended.is_err() || !self.stop.is_told());
        let broken = early.map(|ended| {
            let id = ended.map_or_else(|error| error.id(), |(id, ())| id);
            let name =
                self.names.iter().find(|(part, _)| *part == id).map_or("?", |(_, name)| name);
            tracing::error!(part = name, "a part of the server broke: stopping");
            Failure::Broken(format!("a part of the server broke: {name}"))
        });
        self.stop.now();
        let rest = async { while self.parts.join_next().await.is_some() {} };
        if timeout(GRACE, rest).await.is_err() {
            tracing::warn!("some answers did not come to an end in time");
        }
        self.parts.abort_all();
        tracing::info!("stopped");
        broken.map_or(Ok(()), Err)
    }
}

/// Does what the clock asks for, on time.
///
/// It looks at least every half second, so that steps of the clock and what
/// other processes do are noticed, and at once after each commit.
pub(super) async fn run_due(app: App, clock: Arc<SteadyClock>, woken: Arc<Notify>, stop: Stop) {
    let mut told = std::pin::pin!(stop.wait());
    let mut faults = 0_u32;
    loop {
        let pause = match do_due(&app, &clock).await {
            Ok(pause) => {
                faults = 0;
                pause
            }
            Err(fault) => {
                faults = faults.saturating_add(1);
                if faults.is_power_of_two() {
                    tracing::error!(fault = chain(&fault), "cannot do what is due");
                }
                LOOK
            }
        };
        let next = async {
            // Commits come in crowds; one look serves them all.
            sleep(CROWD).await;
            let _ = timeout(pause.saturating_sub(CROWD), woken.notified()).await;
        };
        tokio::select! {
            biased;
            () = &mut told => return,
            () = next => {}
        }
    }
}

/// Does what is due, and returns how long nothing will be.
async fn do_due(app: &App, clock: &SteadyClock) -> Result<Duration, guest_app::Fault> {
    if let Some(step) = clock.follow() {
        tracing::warn!(seconds = step.num_seconds(), "the clock was set");
        app.clock_stepped(step).await?;
    }
    let mut next = app.next_due().await?;
    loop {
        let wait = match next {
            None => LOOK,
            Some(at) => (at - clock.now()).to_std().unwrap_or_default().min(LOOK),
        };
        if !wait.is_zero() {
            return Ok(wait);
        }
        let due = app.process_due(AT_ONCE).await?;
        if due.done == 0 {
            // The store's clock may be a moment behind.
            return Ok(CROWD);
        }
        next = due.next;
    }
}

/// Deletes what has had its time, every ten minutes.
pub(super) async fn sweep(app: App, stop: Stop) {
    let mut told = std::pin::pin!(stop.wait());
    loop {
        tokio::select! {
            biased;
            () = &mut told => return,
            () = sleep(SWEEP) => {}
        }
        sweep_files(&app, &stop).await;
        while !stop.is_told() {
            match app.sweep().await {
                Ok(0) => break,
                Ok(swept) => tracing::debug!(swept, "swept"),
                Err(fault) => {
                    tracing::warn!(fault = chain(&fault), "cannot sweep");
                    break;
                }
            }
        }
    }
}

/// Forgets uploads that were left, and deletes parts of files that nothing needs any more (OR-43).
async fn sweep_files(app: &App, stop: &Stop) {
    while !stop.is_told() {
        match app.sweep_files().await {
            Ok(0) => return,
            Ok(swept) => tracing::debug!(swept, "swept files"),
            Err(fault) => {
                tracing::warn!(fault = chain(&fault), "cannot sweep files");
                return;
            }
        }
    }
}

/// How long is slept at most: steps of the clock are noticed within a second.
const LOOK: Duration = Duration::from_millis(500);

/// How long commits are gathered before what they may have brought is looked for.
const CROWD: Duration = Duration::from_millis(10);

/// How many things of a sort are done in one unit of work: others get their turn in between.
const AT_ONCE: usize = 200;

/// Often enough for tables that grow by what an hour brings.
const SWEEP: Duration = Duration::from_secs(600);
