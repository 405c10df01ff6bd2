//! The one clock of the program.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use guest_core::{ClockDiscipline, Instant};

/// The system's clock, followed with discipline (QU-22).
///
/// It is to be followed at least once a second, so that a step of the system's
/// clock that lasts is noticed; the runner of deadlines does.
#[derive(Debug, Default)]
pub(crate) struct SteadyClock(Mutex<ClockDiscipline>);

impl SteadyClock {
    /// Returns the time.
    pub(crate) fn now(&self) -> Instant {
        let mut discipline = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        discipline.read(wall(), since_boot())
    }

    /// Follows a step of the system's clock that has lasted, and returns how far it went.
    pub(crate) fn follow(&self) -> Option<TimeDelta> {
        let mut discipline = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        discipline.follow(wall(), since_boot())
    }

    /// Returns the clock as stores want it.
    pub(crate) fn of_store(self: Arc<Self>) -> guest_store_sqlite::Clock {
        Arc::new(move || self.now())
    }

    /// Returns the clock as the gateway wants it.
    pub(crate) fn of_gateway(self: Arc<Self>) -> guest_gateway::Clock {
        Arc::new(move || self.now())
    }
}

/// Returns what the system believes the time to be.
#[expect(clippy::disallowed_methods, reason = "this is where the program reads the time")]
pub(crate) fn wall() -> Instant {
    chrono::Utc::now()
}

/// Returns how long the machine has been up, asleep or not.
#[cfg(target_os = "linux")]
fn since_boot() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(now.tv_nsec).unwrap_or_default())
}

/// Returns how long the program has been up.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::disallowed_methods, reason = "this is where the program reads the time")]
fn since_boot() -> Duration {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qu_22_the_clock_tells_the_systems_time_while_nobody_sets_it() {
        let clock = SteadyClock::default();
        let (before, told, after) = (wall(), clock.now(), wall());
        assert!(before <= told && told <= after, "{before} {told} {after}");
        assert!(since_boot() <= since_boot());
    }
}
