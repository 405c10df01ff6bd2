//! The writing thread.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::time::Duration;

use guest_app::{StoreError, Unit};
use rusqlite::Connection;

use crate::file::Link;
use crate::queue::{Queue, Taken};
use crate::sql::Statements;
use crate::stats::Counters;
use crate::store::{Clock, instant};
use crate::tx::{Failure, Marked, RELEASE, SqliteTx, UNDO, execute, failure};
use crate::wakes::Wakes;

/// Gathers waiting units in transactions, one after another.
pub(crate) struct Writer {
    pub(crate) link: Link,
    pub(crate) statements: Statements,
    pub(crate) clock: Clock,
    pub(crate) wakes: Arc<Wakes>,
    pub(crate) counters: Arc<Counters>,
}

/// What each unit of a transaction is settled with, and whether anything was written.
struct Stored {
    outcomes: Vec<Result<(), StoreError>>,
    changed: bool,
}

impl Writer {
    /// Serves `waiting` until it is closed and empty.
    ///
    /// When there is nothing to do, the log is moved into the database, so
    /// that it is seldom long where load comes and goes.
    pub(crate) fn run(mut self, waiting: &Queue<Box<dyn Unit>>) {
        let mut batch = Vec::with_capacity(BATCH_MAX);
        let mut patience = Duration::MAX;
        loop {
            match waiting.take(&mut batch, BATCH_MAX, patience) {
                Taken::Items if self.serve(&mut batch) => patience = IDLE,
                Taken::Items => {}
                Taken::Nothing => {
                    self.link.empty_log();
                    patience = Duration::MAX;
                }
                Taken::Closed => return,
            }
        }
    }

    /// Runs and settles a batch, and returns whether it changed anything.
    fn serve(&mut self, batch: &mut Vec<Box<dyn Unit>>) -> bool {
        let began = (self.clock)();
        let stored = self.store(batch);
        let took = (self.clock)() - began;
        self.counters.batch(batch.len(), took, stored.is_err());
        match stored {
            Ok(Stored { outcomes, changed }) => {
                for (unit, outcome) in batch.drain(..).zip(outcomes) {
                    settle(unit, outcome);
                }
                if changed {
                    self.wakes.call();
                }
                changed
            }
            Err(error) => {
                for unit in batch.drain(..) {
                    settle(unit, Err(error.clone()));
                }
                false
            }
        }
    }

    /// Runs all units in one transaction and makes it durable.
    fn store(&mut self, batch: &mut [Box<dyn Unit>]) -> Result<Stored, StoreError> {
        let stored = self.transact(batch);
        if let Err(error) = &stored
            && !error.is_busy()
        {
            // Its transaction and its locks go with it. A log that was moved into
            // the database is written from its start again, which may be all the
            // room there is on a full disk.
            self.link.empty_log();
            self.link.drop_conn();
        }
        stored
    }

    fn transact(&mut self, batch: &mut [Box<dyn Unit>]) -> Result<Stored, StoreError> {
        let conn = self.link.conn()?;
        execute(conn, "BEGIN IMMEDIATE").map_err(|error| failure("beginning", error))?;
        let before = conn.total_changes();
        let alone = batch.len() == 1;
        let mut outcomes = Vec::with_capacity(batch.len());
        for unit in batch {
            let now = instant(&self.clock);
            match run(unit.as_mut(), conn, &mut self.statements, now, alone) {
                Ok(Ran { outcome, kept }) => {
                    outcomes.push(outcome);
                    if alone && !kept {
                        roll_back(conn)?;
                        return Ok(Stored { outcomes, changed: false });
                    }
                }
                Err(error) => {
                    roll_back(conn)?;
                    return Err(error);
                }
            }
        }
        if let Err(error) = execute(conn, "COMMIT") {
            roll_back(conn)?;
            return Err(failure("committing", error));
        }
        Ok(Stored { outcomes, changed: conn.total_changes() != before })
    }
}

/// What a unit is settled with, and whether its changes stay.
struct Ran {
    outcome: Result<(), StoreError>,
    kept: bool,
}

/// Runs one unit, and undoes it if need be.
///
/// # Errors
///
/// Returns [`StoreError`] if the whole transaction is lost.
fn run(
    unit: &mut dyn Unit,
    conn: &Connection,
    statements: &mut Statements,
    now: guest_core::Instant,
    alone: bool,
) -> Result<Ran, StoreError> {
    let marked = if alone { Marked::Whole } else { Marked::NotYet };
    let mut tx = SqliteTx::new(conn, statements, now, marked);
    // A bug in one unit must not take its neighbours down.
    let ran = panic::catch_unwind(AssertUnwindSafe(|| unit.run(&mut tx)));
    let (marked, failed) = tx.finish();
    let (outcome, kept) = match (ran, failed) {
        (_, Some(Failure::Database(error))) => return Err(error),
        (Ok(Ok(())), None) => (Ok(()), true),
        (Ok(Ok(())), Some(Failure::Statement(error))) => (Err(error), false),
        (Ok(Err(_rollback)), _) => (Ok(()), false),
        (Err(_panic), _) => (Err(StoreError::new("running a unit of work", "it panicked")), false),
    };
    if marked == Marked::Savepoint {
        let undone = if kept { Ok(()) } else { execute(conn, UNDO) };
        let ended = undone.and_then(|()| execute(conn, RELEASE));
        ended.map_err(|error| failure("ending a unit of work", error))?;
    }
    Ok(Ran { outcome, kept })
}

/// Ends the transaction if the failure has not done so already.
fn roll_back(conn: &Connection) -> Result<(), StoreError> {
    if conn.is_autocommit() {
        return Ok(());
    }
    execute(conn, "ROLLBACK").map_err(|error| StoreError::new("rolling back", error))
}

fn settle(unit: Box<dyn Unit>, outcome: Result<(), StoreError>) {
    // Whoever waits may be gone, and a bug there must not stop the thread.
    let _ = panic::catch_unwind(AssertUnwindSafe(|| unit.settle(outcome)));
}

/// Bounds how long one commit may take.
pub(crate) const BATCH_MAX: usize = 64;

/// How long there has to be nothing to do before the log is moved.
const IDLE: Duration = Duration::from_secs(1);
