//! The writing thread.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::time::Duration;

use guest_app::{StoreError, Unit};
use rusqlite::Connection;

use crate::file::Link;
use crate::queue::{Queue, Taken};
use crate::seen::Seen;
use crate::sql::Statements;
use crate::stats::Counters;
use crate::store::{Clock, instant};
use crate::tx::{Failure, RELEASE, SqliteTx, UNDO, Undo, execute, failure};
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
    ///
    /// Units are seldom undone once they have written, since rules are asked first. So they run
    /// without savepoints, and if one is undone after all, all run again with them.
    fn store(&mut self, batch: &mut [Box<dyn Unit>]) -> Result<Stored, StoreError> {
        let together = self.transact(batch, Undo::Transaction).transpose();
        let stored = together.unwrap_or_else(|| {
            let apart = self.transact(batch, Undo::Savepoint)?;
            apart.ok_or_else(|| StoreError::new("undoing a unit of work", "it left changes"))
        });
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

    /// Runs all units in one transaction; `None` if one was undone and its neighbours with it.
    fn transact(
        &mut self,
        batch: &mut [Box<dyn Unit>],
        undo: Undo,
    ) -> Result<Option<Stored>, StoreError> {
        let conn = self.link.conn()?;
        execute(conn, "BEGIN IMMEDIATE").map_err(|error| failure("beginning", error))?;
        let before = conn.total_changes();
        let mut seen = Seen::default();
        let alone = batch.len() == 1;
        let mut outcomes = Vec::with_capacity(batch.len());
        for unit in batch {
            let now = instant(&self.clock);
            match run(unit.as_mut(), conn, (&mut self.statements, &mut seen), now, undo) {
                Ok(Ran { outcome, spoiled: false }) => outcomes.push(outcome),
                Ok(Ran { outcome, spoiled: true }) => {
                    roll_back(conn)?;
                    return Ok(alone.then(|| Stored { outcomes: vec![outcome], changed: false }));
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
        Ok(Some(Stored { outcomes, changed: conn.total_changes() != before }))
    }
}

/// What a unit is settled with, and whether changes that must not stay are in the transaction.
struct Ran {
    outcome: Result<(), StoreError>,
    spoiled: bool,
}

/// Runs one unit, and undoes it if need be and its savepoint can.
///
/// # Errors
///
/// Returns [`StoreError`] if the whole transaction is lost.
fn run(
    unit: &mut dyn Unit,
    conn: &Connection,
    (statements, seen): (&mut Statements, &mut Seen),
    now: guest_core::Instant,
    undo: Undo,
) -> Result<Ran, StoreError> {
    let mut tx = SqliteTx::new(conn, statements, Some(&mut *seen), now, undo);
    // A bug in one unit must not take its neighbours down.
    let ran = panic::catch_unwind(AssertUnwindSafe(|| unit.run(&mut tx)));
    let (wrote, failed) = tx.finish();
    let (outcome, kept) = match (ran, failed) {
        (_, Some(Failure::Database(error))) => return Err(error),
        (Ok(Ok(())), None) => (Ok(()), true),
        (Ok(Ok(())), Some(Failure::Statement(error))) => (Err(error), false),
        (Ok(Err(_rollback)), _) => (Ok(()), false),
        (Err(_panic), _) => (Err(StoreError::new("running a unit of work", "it panicked")), false),
    };
    if wrote && undo == Undo::Savepoint {
        let undone = if kept {
            Ok(())
        } else {
            seen.clear();
            execute(conn, UNDO)
        };
        let ended = undone.and_then(|()| execute(conn, RELEASE));
        ended.map_err(|error| failure("ending a unit of work", error))?;
    }
    Ok(Ran { outcome, spoiled: wrote && !kept && undo == Undo::Transaction })
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
