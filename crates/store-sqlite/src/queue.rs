//! A bounded queue that several threads take from.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

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

/// What came of waiting.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Taken {
    /// There were items.
    Items,
    /// There were none for as long as one was patient.
    Nothing,
    /// There are none, and there will be none.
    Closed,
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

    /// Waits for items and moves up to `max` of them into `batch`; gives up after `patience`.
    pub(crate) fn take(&self, batch: &mut Vec<T>, max: usize, patience: Duration) -> Taken {
        let (mut state, waited) = self
            .filled
            .wait_timeout_while(self.state(), patience, |state| {
                state.waiting.is_empty() && !state.closed
            })
            .unwrap_or_else(PoisonError::into_inner);
        let count = state.waiting.len().min(max);
        batch.extend(state.waiting.drain(..count));
        match (count, waited.timed_out()) {
            (0, true) => Taken::Nothing,
            (0, false) => Taken::Closed,
            _ => Taken::Items,
        }
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
    use std::time::Duration;

    use super::{Queue, Rejected, Taken};

    #[test]
    fn items_are_taken_in_order_and_in_batches() {
        let queue = Queue::new(5);
        for item in 0..5 {
            assert!(queue.push(item).is_ok());
        }
        assert!(matches!(queue.push(5), Err(Rejected::Full(5))));
        let mut batch = Vec::new();
        assert_eq!(queue.take(&mut batch, 3, Duration::MAX), Taken::Items);
        assert_eq!((batch.as_slice(), queue.len()), (&[0, 1, 2][..], 2));
    }

    #[test]
    fn a_closed_queue_is_emptied_first() {
        let queue = Queue::new(5);
        assert!(queue.push(1).is_ok());
        queue.close();
        assert!(matches!(queue.push(2), Err(Rejected::Closed(2))));
        let mut batch = Vec::new();
        assert_eq!(queue.take(&mut batch, 3, Duration::MAX), Taken::Items);
        assert_eq!(queue.take(&mut batch, 3, Duration::MAX), Taken::Closed);
        assert_eq!(batch, [1]);
    }

    #[test]
    fn patience_ends() {
        let queue = Queue::<()>::new(5);
        assert_eq!(queue.take(&mut Vec::new(), 3, Duration::ZERO), Taken::Nothing);
    }
}
