//! A reading thread.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::time::Duration;

use guest_app::{Query, StoreError};

use crate::file::Link;
use crate::queue::{Queue, Taken};
use crate::sql::Statements;
use crate::stats::Counters;
use crate::store::{Clock, instant};
use crate::tx::{Failure, SqliteTx, Undo, execute, failure};

/// Answers waiting queries, each in a transaction of its own.
pub(crate) struct Reader {
    pub(crate) link: Link,
    pub(crate) statements: Statements,
    pub(crate) clock: Clock,
    pub(crate) counters: Arc<Counters>,
}

impl Reader {
    /// Serves `waiting` until it is closed and empty.
    pub(crate) fn run(mut self, waiting: &Queue<Box<dyn Query>>) {
        let mut next = Vec::with_capacity(1);
        while waiting.take(&mut next, 1, Duration::MAX) != Taken::Closed {
            for mut query in next.drain(..) {
                let read = self.answer(query.as_mut());
                self.counters.query();
                // A bug in whoever waits must not stop the thread.
                let _ = panic::catch_unwind(AssertUnwindSafe(|| query.settle(read)));
            }
        }
    }

    fn answer(&mut self, query: &mut dyn Query) -> Result<(), StoreError> {
        let read = self.transact(query);
        if read.is_err() {
            self.link.drop_conn();
        }
        read?
    }

    /// Runs the query; the outer error means that the connection is not to be trusted.
    fn transact(&mut self, query: &mut dyn Query) -> Result<Result<(), StoreError>, StoreError> {
        let conn = self.link.conn()?;
        execute(conn, "BEGIN").map_err(|error| failure("beginning a query", error))?;
        let now = instant(&self.clock);
        let mut view = SqliteTx::new(conn, &mut self.statements, None, now, Undo::Transaction);
        let ran = panic::catch_unwind(AssertUnwindSafe(|| query.run(&mut view)));
        let (_, failed) = view.finish();
        execute(conn, "COMMIT").map_err(|error| failure("ending a query", error))?;
        match (ran, failed) {
            (_, Some(Failure::Database(error))) => Err(error),
            (Ok(()), None | Some(Failure::Statement(_))) => Ok(Ok(())),
            (Err(_panic), _) => Ok(Err(StoreError::new("running a query", "it panicked"))),
        }
    }
}
