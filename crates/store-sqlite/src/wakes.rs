//! Telling others about commits, those of other processes included.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::file::{DbFile, Link};

/// Whom to call after a commit.
#[derive(Default)]
pub(crate) struct Wakes(Mutex<Vec<Wake>>);

type Wake = Arc<dyn Fn() + Send + Sync>;

impl Wakes {
    pub(crate) fn add(&self, wake: Box<dyn Fn() + Send + Sync>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::from(wake));
    }

    pub(crate) fn call(&self) {
        // Called without the lock: one of them may add another.
        let wakes = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for wake in wakes {
            // The thread has other callers to serve.
            let _ = panic::catch_unwind(AssertUnwindSafe(|| wake()));
        }
    }
}

/// Watches the file for commits by any connection, this process's included.
pub(crate) struct Watcher {
    link: Link,
    seen: Option<(u64, i64)>,
}

impl Watcher {
    pub(crate) fn new(file: Arc<DbFile>) -> Self {
        Self { link: Link::reading(file), seen: None }
    }

    /// Looks again and again until `closing`.
    ///
    /// The first look counts as news: what was committed before it may not
    /// have been seen by whoever is to be woken.
    pub(crate) fn run(mut self, wakes: &Wakes, closing: &Closing) {
        loop {
            let version = self.version();
            if version != self.seen {
                self.seen = version;
                wakes.call();
            }
            if closing.wait(LOOK_EVERY) {
                return;
            }
        }
    }

    /// Returns what changes with every commit by another connection, and with
    /// the connection that it is asked on.
    fn version(&mut self) -> Option<(u64, i64)> {
        let version = self.link.conn().ok()?.query_row("PRAGMA data_version", [], |row| row.get(0));
        if version.is_err() {
            self.link.drop_conn();
        }
        version.ok().map(|version| (self.link.made(), version))
    }
}

/// Whether the store is being closed.
#[derive(Default)]
pub(crate) struct Closing {
    closed: Mutex<bool>,
    changed: Condvar,
}

impl Closing {
    pub(crate) fn close(&self) {
        *self.closed.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    /// Returns as soon as the store is closed, or after `limit`, and says which.
    fn wait(&self, limit: Duration) -> bool {
        let closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_timeout_while(closed, limit, |closed| !*closed);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Often enough for others' commits to be noticed well within a second.
const LOOK_EVERY: Duration = Duration::from_millis(250);
