//! Limits on how often something may be asked for (QU-34).

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::{Fact, Facts, Instant, Refusal, RefusalKind};

/// Counts requests by who makes them, in a sliding window of fixed length.
///
/// It is alive: its driver gives it `now` from a clock that does not step. Its
/// memory is bounded: once `most` askers are known, the ones silent for
/// longest are forgotten.
#[derive(Debug)]
pub struct RateLimit<K> {
    allowed: u32,
    within: TimeDelta,
    most: usize,
    askers: BTreeMap<K, Tally>,
}

#[derive(Clone, Copy, Debug)]
struct Tally {
    /// The start of the present span.
    since: Instant,
    now: u32,
    before: u32,
}

impl<K: Ord + Clone> RateLimit<K> {
    /// Allows `allowed` requests `within` a span of time, and remembers `most` askers.
    #[must_use]
    pub const fn new(allowed: u32, within: TimeDelta, most: usize) -> Self {
        Self { allowed, within, most, askers: BTreeMap::new() }
    }

    /// Counts one request.
    ///
    /// # Errors
    ///
    /// Returns how long to wait, if there were too many; that request does not count.
    pub fn take(&mut self, asker: K, now: Instant) -> Result<(), RateLimited> {
        if self.askers.len() >= self.most && !self.askers.contains_key(&asker) {
            self.forget(now);
        }
        let (allowed, within) = (self.allowed, self.within);
        let tally = self.askers.entry(asker).or_insert(Tally { since: now, now: 0, before: 0 });
        tally.roll(within, now);
        let wait = tally.weigh(within, now) >= i64::from(allowed) * SCALE;
        if wait {
            let left = (tally.since + within - now).num_seconds().clamp(1, within.num_seconds());
            return Err(RateLimited { wait: left });
        }
        tally.now += 1;
        Ok(())
    }

    /// Forgets askers whose spans are over, or else the one whose span is oldest.
    fn forget(&mut self, now: Instant) {
        let within = self.within;
        self.askers.retain(|_, tally| now - tally.since < within * 2);
        if self.askers.len() >= self.most
            && let Some(oldest) =
                self.askers.iter().min_by_key(|(_, tally)| tally.since).map(|(key, _)| key.clone())
        {
            self.askers.remove(&oldest);
        }
    }
}

impl Tally {
    fn roll(&mut self, within: TimeDelta, now: Instant) {
        let age = now - self.since;
        if age >= within * 2 || age < TimeDelta::zero() {
            *self = Self { since: now, now: 0, before: 0 };
        } else if age >= within {
            *self = Self { since: self.since + within, now: 0, before: self.now };
        }
    }

    /// Returns the requests of the sliding span, the span before weighed by what is left of it.
    fn weigh(&self, within: TimeDelta, now: Instant) -> i64 {
        let span = within.num_milliseconds().max(1);
        let left = span - (now - self.since).num_milliseconds();
        i64::from(self.now) * SCALE + i64::from(self.before) * SCALE * left / span
    }
}

/// Too much has been asked for in too little time.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("too many requests; try again in {wait} s")]
pub struct RateLimited {
    wait: i64,
}

impl Refusal for RateLimited {
    fn code(&self) -> &'static str {
        "rate_limited"
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Limited
    }

    fn facts(&self) -> Facts {
        vec![("retry_after", Fact::Number(self.wait))]
    }
}

/// Parts of a request are counted in thousandths.
const SCALE: i64 = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qu_34_so_many_in_a_span_and_no_more() {
        let mut limit = RateLimit::new(3, TimeDelta::seconds(60), 10);
        assert_eq!([0, 1, 2].map(|s| limit.take("a", at(s)).is_ok()), [true; 3]);
        assert_eq!(limit.take("a", at(3)), Err(RateLimited { wait: 57 }));
        assert!(limit.take("b", at(3)).is_ok());
        // Just after the span, most of it still counts; later it does not.
        assert!(limit.take("a", at(61)).is_ok());
        assert!(limit.take("a", at(62)).is_err());
        assert!(limit.take("a", at(200)).is_ok());
    }

    #[test]
    fn qu_34_memory_is_bounded() {
        let mut limit = RateLimit::new(1, TimeDelta::seconds(60), 100);
        for n in 0..10_000 {
            assert!(limit.take(n, at(0)).is_ok());
        }
        assert!(limit.askers.len() <= 100);
    }

    #[test]
    fn a_clock_set_back_locks_nobody_out() {
        let mut limit = RateLimit::new(1, TimeDelta::seconds(60), 10);
        assert!(limit.take("a", at(1000)).is_ok());
        assert!(limit.take("a", at(0)).is_ok());
    }

    fn at(second: i64) -> Instant {
        Instant::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }
}
