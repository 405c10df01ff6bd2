//! What a store has done so far.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::TimeDelta;

use crate::writer::BATCH_MAX;

/// What a store has done since it was opened, and what waits.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct StoreStats {
    /// Units run and settled, whatever their outcome.
    pub units: u64,
    /// Transactions they were gathered in.
    pub batches: u64,
    /// Transactions that failed, with all their units.
    pub failed_batches: u64,
    /// Units in the last transaction.
    pub last_batch: u64,
    /// Queries run.
    pub queries: u64,
    /// Units that wait to be run.
    pub waiting_units: u64,
    /// Queries that wait to be run.
    pub waiting_queries: u64,
    /// Time spent in all transactions together, from their beginning until
    /// they were durable, in microseconds.
    pub batch_micros: u64,
    /// How many transactions took at most [`StoreStats::BOUNDS`] microseconds,
    /// position by position; each number includes the ones before it.
    pub batches_within: [u64; StoreStats::BOUNDS.len()],
    /// How many transactions had at most [`StoreStats::SIZES`] units, position by position; each
    /// number includes the ones before it.
    pub batches_of: [u64; StoreStats::SIZES.len()],
}

impl StoreStats {
    /// The bounds of [`batches_within`](Self::batches_within), in microseconds.
    pub const BOUNDS: [u64; 8] = [500, 1_000, 2_500, 5_000, 10_000, 50_000, 250_000, 1_000_000];

    /// The bounds of [`batches_of`](Self::batches_of), up to the most units that a transaction has.
    pub const SIZES: [u64; 7] = [1, 2, 4, 8, 16, 32, BATCH_MAX as u64];
}

/// The counters behind [`StoreStats`].
#[derive(Default)]
pub(crate) struct Counters {
    units: AtomicU64,
    batches: AtomicU64,
    failed_batches: AtomicU64,
    last_batch: AtomicU64,
    queries: AtomicU64,
    batch_micros: AtomicU64,
    batches_within: [AtomicU64; StoreStats::BOUNDS.len()],
    batches_of: [AtomicU64; StoreStats::SIZES.len()],
}

impl Counters {
    /// Counts a transaction of `units` that took `took`; a clock that was set
    /// back in between makes it look instant.
    pub(crate) fn batch(&self, units: usize, took: TimeDelta, failed: bool) {
        let units = u64::try_from(units).unwrap_or(u64::MAX);
        let micros = took.num_microseconds().and_then(|micros| u64::try_from(micros).ok());
        let micros = micros.unwrap_or_default();
        self.units.fetch_add(units, Ordering::Relaxed);
        self.batches.fetch_add(1, Ordering::Relaxed);
        self.failed_batches.fetch_add(u64::from(failed), Ordering::Relaxed);
        self.last_batch.store(units, Ordering::Relaxed);
        self.batch_micros.fetch_add(micros, Ordering::Relaxed);
        count_within(&self.batches_within, &StoreStats::BOUNDS, micros);
        count_within(&self.batches_of, &StoreStats::SIZES, units);
    }

    pub(crate) fn query(&self) {
        self.queries.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self, waiting_units: usize, waiting_queries: usize) -> StoreStats {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        StoreStats {
            units: get(&self.units),
            batches: get(&self.batches),
            failed_batches: get(&self.failed_batches),
            last_batch: get(&self.last_batch),
            queries: get(&self.queries),
            waiting_units: u64::try_from(waiting_units).unwrap_or(u64::MAX),
            waiting_queries: u64::try_from(waiting_queries).unwrap_or(u64::MAX),
            batch_micros: get(&self.batch_micros),
            batches_within: self.batches_within.each_ref().map(get),
            batches_of: self.batches_of.each_ref().map(get),
        }
    }
}

fn count_within(counts: &[AtomicU64], bounds: &[u64], value: u64) {
    for (count, bound) in counts.iter().zip(bounds) {
        count.fetch_add(u64::from(value <= *bound), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::{Counters, StoreStats};

    #[test]
    fn batches_are_counted_by_length_and_size() {
        let counters = Counters::default();
        counters.batch(3, TimeDelta::microseconds(1_000), false);
        counters.batch(2, TimeDelta::microseconds(-5), true);
        counters.query();
        let expected = StoreStats {
            units: 5,
            batches: 2,
            failed_batches: 1,
            last_batch: 2,
            queries: 1,
            waiting_units: 7,
            waiting_queries: 8,
            batch_micros: 1_000,
            batches_within: [1, 2, 2, 2, 2, 2, 2, 2],
            batches_of: [0, 1, 2, 2, 2, 2, 2],
        };
        assert_eq!(counters.read(7, 8), expected);
    }
}
