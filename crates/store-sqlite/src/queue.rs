//! A bounded queue that several threads take from.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A bounded queue, first come first served, that can be closed.
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    filled: Condvar,
    max: usize,
}

struct State<T> {
    waiting: VecDeque<T>,
    closed: bool,
}

/// Why an item was not queued, and the item.
pub(crate) enum Rejected<T> {
    Full(T),
    Closed(T),
}

impl<T> Queue<T> {
    pub(crate) fn new(max: usize) -> Self {
        let state = State { waiting: VecDeque::with_capacity(max), closed: false };
        Self { state: Mutex::new(state), filled: Condvar::new(), max }
    }

    pub(crate) fn push(&self, item: T) -> Result<(), Rejected<T>> {
        let mut state = self.state();
        if state.closed {
            return Err(Rejected::Closed(item));
        }
        if state.waiting.len() >= self.max {
            return Err(Rejected::Full(item));
        }
        state.waiting.push_back(item);
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    /// Waits for items and moves up to `max` of them into `batch`.
    ///
    /// Returns `false` once the queue is closed and empty.
    pub(crate) fn take(&self, batch: &mut Vec<T>, max: usize) -> bool {
        let state = self.state();
        let mut state = self
            .filled
            .wait_while(state, |state| state.waiting.is_empty() && !state.closed)
            .unwrap_or_else(PoisonError::into_inner);
        let count = state.waiting.len().min(max);
        batch.extend(state.waiting.drain(..count));
        count > 0
    }

    /// Has nothing more queued; what is waiting is still taken.
    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.filled.notify_all();
    }

    pub(crate) fn len(&self) -> usize {
        self.state().waiting.len()
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Queue, Rejected};

    #[test]
    fn items_are_taken_in_order_and_in_batches() {
        let queue = Queue::new(5);
        for item in 0..5 {
            assert!(queue.push(item).is_ok());
        }
        assert!(matches!(queue.push(5), Err(Rejected::Full(5))));
        let mut batch = Vec::new();
        assert!(queue.take(&mut batch, 3));
        assert_eq!((batch.as_slice(), queue.len()), (&[0, 1, 2][..], 2));
    }

    #[test]
    fn a_closed_queue_is_emptied_first() {
        let queue = Queue::new(5);
        assert!(queue.push(1).is_ok());
        queue.close();
        assert!(matches!(queue.push(2), Err(Rejected::Closed(2))));
        let mut batch = Vec::new();
        assert!(queue.take(&mut batch, 3));
        assert!(!queue.take(&mut batch, 3));
        assert_eq!(batch, [1]);
    }
}
