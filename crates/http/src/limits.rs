//! Limits on what is reachable without signing in (QU-31, QU-34).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta};
use guest_core::{Instant, RateLimit};
use tokio::time;

use crate::problem::Problem;

/// What is limited, each for itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Limit {
    /// Asking for sign-in codes.
    Codes,
    /// Trying sign-in codes.
    Tries,
    /// Opening guests' links.
    Links,
    /// Asking to join, and signing on at identity providers.
    Joins,
    /// Anything, without a credential that holds.
    Strangers,
}

/// Counts what strangers ask for, by where they come from.
#[derive(Debug)]
pub(crate) struct Limits {
    /// What the monotonic clock is counted from.
    base: time::Instant,
    counts: [Mutex<RateLimit<IpAddr>>; TABLE.len()],
}

impl Limits {
    pub(crate) fn new() -> Self {
        let counts =
            TABLE.map(|(_, allowed)| Mutex::new(RateLimit::new(allowed, WITHIN, PEERS_MOST)));
        Self { base: time::Instant::now(), counts }
    }

    /// Counts one request from `peer`.
    ///
    /// # Errors
    ///
    /// Returns a problem if there were too many.
    pub(crate) fn take(&self, limit: Limit, peer: Option<IpAddr>) -> Result<(), Problem> {
        let position = TABLE.iter().position(|(listed, _)| *listed == limit);
        let Some(count) = position.and_then(|position| self.counts.get(position)) else {
            return Ok(());
        };
        let peer = peer.map_or(NOWHERE, site);
        let mut count = count.lock().unwrap_or_else(PoisonError::into_inner);
        count.take(peer, self.now()).map_err(|refusal| Problem::refusal(&refusal))
    }

    /// Returns an instant that never steps, on a scale of its own.
    fn now(&self) -> Instant {
        let passed = TimeDelta::from_std(self.base.elapsed()).unwrap_or(TimeDelta::MAX);
        DateTime::UNIX_EPOCH.checked_add_signed(passed).unwrap_or(DateTime::UNIX_EPOCH)
    }
}

/// Returns who is counted together: whoever has an IPv6 address has 2^64 of them.
fn site(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V4(peer) => IpAddr::V4(peer),
        IpAddr::V6(peer) => {
            let [a, b, c, d, ..] = peer.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// How many requests are allowed a minute.
///
/// A person needs a few; an office behind one address a few dozen.
const TABLE: [(Limit, u32); 5] = [
    (Limit::Codes, 30),
    (Limit::Tries, 60),
    (Limit::Links, 300),
    (Limit::Strangers, 600),
    (Limit::Joins, 30),
];

const WITHIN: TimeDelta = TimeDelta::minutes(1);

/// How many places are remembered: some megabytes of them.
const PEERS_MOST: usize = 20_000;

/// Where requests come from that do not say.
const NOWHERE: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn qu_31_each_place_has_its_own_count_for_a_minute() {
        let limits = Limits::new();
        let take = |limit, peer: &str| limits.take(limit, Some(peer.parse().unwrap())).is_ok();
        assert_eq!((0..40).filter(|_| take(Limit::Codes, "192.0.2.1")).count(), 30);
        assert!(take(Limit::Codes, "192.0.2.2"));
        assert!(take(Limit::Tries, "192.0.2.1"));
        time::advance(Duration::from_secs(120)).await;
        assert!(take(Limit::Codes, "192.0.2.1"));
    }

    #[test]
    fn qu_34_addresses_of_one_site_count_together() {
        check("2001:db8:1:2::1", "2001:db8:1:2::");
        check("2001:db8:1:2:ffff::9", "2001:db8:1:2::");
        check("::ffff:192.0.2.1", "192.0.2.1");
        check("192.0.2.1", "192.0.2.1");
    }

    #[track_caller]
    fn check(peer: &str, counted: &str) {
        assert_eq!(site(peer.parse().unwrap()).to_string(), counted);
    }
}
