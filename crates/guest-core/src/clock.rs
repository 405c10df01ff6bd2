//! A wall clock that is not believed at once when it jumps (QU-22).
//!
//! Windows are told in wall-clock time, and wall clocks are set by people,
//! time servers and hypervisors, sometimes wrongly and for a moment only. A
//! [`ClockDiscipline`] holds the wall clock against a steady one that nobody
//! sets, and follows a jump only once it has lasted.
//!
//! ```text
//!             deviates by at most a second: followed at once
//!            ┌──┐
//!            │  ▼
//!          Steady ───── deviates by more ────▶ Doubtful ──┐ still there, but not
//!            ▲ ▲                                │  │  ▲   │ for two seconds: the
//!            │ └──────── gone again: ignored ───┘  │  └───┘ old time goes on
//!            └──── there for two seconds: adopted ─┘
//! ```
//!
//! Whoever wants to know the time reads it. One of them, its driver, calls
//! [`ClockDiscipline::follow`] at least once a second, so that a jump that
//! lasts is seen to last, and carries over what was told by the old time.

use core::time::Duration;

use chrono::TimeDelta;

use crate::Instant;

/// Decides from a wall clock and a steady clock what the time is (QU-22).
#[derive(Clone, Debug, Default)]
pub struct ClockDiscipline {
    anchor: Option<Anchor>,
    doubt: Option<Doubt>,
}

/// What the time was at some moment of the steady clock.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    time: Instant,
    steady: Duration,
}

/// A jump that has not lasted yet.
#[derive(Clone, Copy, Debug)]
struct Doubt {
    deviation: TimeDelta,
    since: Duration,
}

impl ClockDiscipline {
    /// Creates a discipline that believes the first thing it is told.
    #[must_use]
    pub const fn new() -> Self {
        Self { anchor: None, doubt: None }
    }

    /// Returns the time, given what the `wall` clock shows and how far the `steady` clock has come.
    ///
    /// The steady clock counts from any beginning, in sleep too, and is never
    /// set. A wall clock that deviates from it by more than a second is not
    /// believed before it is [followed](Self::follow).
    pub fn read(&mut self, wall: Instant, steady: Duration) -> Instant {
        let Some(expected) = self.anchor.and_then(|anchor| anchor.after(steady)) else {
            return self.believe(wall, steady);
        };
        let deviation = wall - expected;
        if deviation.abs() <= BELIEVED {
            return self.believe(wall, steady);
        }
        let is_the_same = |doubt: Doubt| (deviation - doubt.deviation).abs() <= BELIEVED;
        if !self.doubt.is_some_and(is_the_same) {
            self.doubt = Some(Doubt { deviation, since: steady });
        }
        expected
    }

    /// Follows a wall clock that has deviated by the same amount for two seconds, and returns by
    /// how much the time steps with it; `None` if it does not.
    pub fn follow(&mut self, wall: Instant, steady: Duration) -> Option<TimeDelta> {
        let expected = self.read(wall, steady);
        let doubt = self.doubt?;
        if steady.saturating_sub(doubt.since) < LASTING {
            return None;
        }
        Some(self.believe(wall, steady) - expected)
    }

    fn believe(&mut self, wall: Instant, steady: Duration) -> Instant {
        *self = Self { anchor: Some(Anchor { time: wall, steady }), doubt: None };
        wall
    }
}

impl Anchor {
    /// Returns what the time is by the steady clock alone.
    fn after(self, steady: Duration) -> Option<Instant> {
        // Two threads may read out of order by an instant; no time has passed then.
        let elapsed = steady.saturating_sub(self.steady);
        self.time.checked_add_signed(TimeDelta::from_std(elapsed).ok()?)
    }
}

/// What clocks that are kept by a time server stay within.
const BELIEVED: TimeDelta = TimeDelta::seconds(1);

/// Longer than a glitch and its correction, and short enough for a wrong clock
/// that was put right to take effect before anybody wonders.
const LASTING: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qu_22_small_drifts_are_followed_at_once() {
        check(&[(0.0, 0.0, 0.0), (10.0, 10.4, 10.4), (20.0, 20.0, 20.0), (30.0, 31.0, 31.0)]);
    }

    #[test]
    fn qu_22_a_glitch_and_its_correction_change_nothing() {
        check(&[
            (0.0, 0.0, 0.0),
            (1.0, 86_401.0, 1.0),
            (2.9, 86_402.9, 2.9),
            (3.0, 3.0, 3.0),
            // The next glitch is doubted from its own beginning.
            (4.0, 86_404.0, 4.0),
            (5.9, 86_405.9, 5.9),
            (6.0, 6.0, 6.0),
        ]);
    }

    #[test]
    fn qu_22_a_step_that_lasts_is_adopted_in_either_direction() {
        check(&[
            (0.0, 0.0, 0.0),
            (1.0, 3_601.0, 1.0),
            (2.0, 3_602.0, 2.0),
            (3.0, 3_603.0, 3_603.0),
            (4.0, 3_604.0, 3_604.0),
            (5.0, 5.0, 3_605.0),
            (7.0, 7.0, 7.0),
        ]);
    }

    #[test]
    fn qu_22_a_clock_that_keeps_jumping_is_never_believed() {
        check(&[
            (0.0, 0.0, 0.0),
            (1.0, 100.0, 1.0),
            (2.0, 200.0, 2.0),
            (3.0, 300.0, 3.0),
            (4.0, 400.0, 4.0),
        ]);
    }

    #[test]
    fn qu_22_a_sleep_that_both_clocks_count_is_no_step() {
        check(&[(0.0, 0.0, 0.0), (28_800.0, 28_800.3, 28_800.3)]);
    }

    #[test]
    fn a_steady_clock_read_out_of_order_does_no_harm() {
        check(&[(1.0, 1.0, 1.0), (0.999, 0.999, 0.999), (2.0, 2.0, 2.0)]);
    }

    /// Each reading is the steady clock, the wall clock and the expected time, in seconds.
    #[track_caller]
    fn check(readings: &[(f64, f64, f64)]) {
        let mut clock = ClockDiscipline::new();
        for (steady, wall, expected) in readings {
            let (wall, steady) = (at(*wall), Duration::from_secs_f64(*steady));
            let before = clock.read(wall, steady);
            let step = clock.follow(wall, steady).unwrap_or_default();
            let read = clock.read(wall, steady);
            assert_eq!(read, at(*expected), "at {steady:?}");
            assert_eq!(before + step, read, "at {steady:?}");
        }
    }

    fn at(seconds: f64) -> Instant {
        let start = "2026-12-01T09:00:00Z".parse::<Instant>().unwrap();
        start + TimeDelta::from_std(Duration::from_secs_f64(seconds)).unwrap()
    }
}
