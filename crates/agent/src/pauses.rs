//! How long to wait before dialling again.

use std::time::Duration;

/// Pauses that grow, and differ from agent to agent (CN-1).
///
/// When a server comes back, its agents come back spread over some seconds.
#[derive(Debug, Default)]
pub(crate) struct Pauses {
    last: Duration,
}

/// Why there is a pause.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reason {
    /// The network, or the server, is not there.
    Lost,
    /// The server refuses the agent until somebody mends it.
    Refused,
}

impl Pauses {
    /// Returns the next pause, from half of its length to the whole by `random` bits.
    pub(crate) fn next(&mut self, reason: Reason, random: u64) -> Duration {
        let (least, most) = match reason {
            Reason::Lost => (LEAST, MOST),
            Reason::Refused => (REFUSED_LEAST, REFUSED_MOST),
        };
        self.last = (self.last * 2).clamp(least, most);
        let half = self.last / 2;
        // Between 0 and 1, in steps that a float has.
        let part = f64::from(u32::try_from(random >> 32).unwrap_or_default()) / f64::from(u32::MAX);
        half + half.mul_f64(part)
    }

    /// Begins anew, after a connection that lasted.
    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }
}

const LEAST: Duration = Duration::from_secs(1);

/// A minute without a computer is what a server's return may cost.
const MOST: Duration = Duration::from_secs(60);

/// A refusal is mended by somebody, who needs a while.
const REFUSED_LEAST: Duration = Duration::from_secs(15);

/// And who does not want to wait for long after that.
const REFUSED_MOST: Duration = Duration::from_secs(5 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cn_1_pauses_grow_to_a_minute_and_to_five_where_the_agent_is_refused() {
        check(Reason::Lost, &[1, 2, 4, 8, 16, 32, 60, 60]);
        check(Reason::Refused, &[15, 30, 60, 120, 240, 300, 300]);
    }

    #[test]
    fn cn_1_pauses_are_spread_over_their_second_half() {
        let pause = |random| Pauses::default().next(Reason::Lost, random).as_millis();
        assert_eq!((pause(0), pause(1 << 63), pause(u64::MAX)), (500, 750, 1000));
    }

    #[test]
    fn cn_1_after_a_connection_that_lasted_pauses_are_short_again() {
        let mut pauses = Pauses::default();
        let long = [(); 5].map(|()| pauses.next(Reason::Lost, u64::MAX)).into_iter().max();
        assert_eq!(long, Some(Duration::from_secs(16)));
        pauses.reset();
        assert_eq!(pauses.next(Reason::Lost, u64::MAX), LEAST);
    }

    #[track_caller]
    fn check(reason: Reason, expected: &[u64]) {
        let mut pauses = Pauses::default();
        let all = expected.iter().map(|_| pauses.next(reason, u64::MAX).as_secs());
        assert_eq!(all.collect::<Vec<_>>(), expected);
    }
}
