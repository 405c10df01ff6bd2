//! Times in one form everywhere: local time with zone and offset (WB-12, GA-14).

use chrono::{SecondsFormat, Timelike as _};
use guest_app::view::WindowView;
use guest_core::{Edge, Instant, Window, Zone};

/// One edge of a window as people are told it: the same words as in mails.
pub(super) struct Told {
    pub(super) name: &'static str,
    /// For machines.
    pub(super) at: String,
    /// On the clock of the window's zone.
    pub(super) local: String,
    /// The same instant in UTC; nothing if that is the zone's own time.
    pub(super) utc: String,
}

impl Told {
    pub(super) fn of(shown: &WindowView) -> [Self; 2] {
        let zone = zone(&shown.time_zone);
        let window = Window::kept(shown.start, shown.end, zone).ok();
        let is_utc = |at| zone.offset(at).local_minus_utc() == 0;
        [("Starts", Edge::Start, shown.start), ("Ends", Edge::End, shown.end)].map(
            |(name, edge, instant)| {
                let at = machine(instant);
                let told = window.map_or_else(|| at.clone(), |window| window.told(edge));
                let (local, utc) = told.split_once("; ").unwrap_or((&told, ""));
                let utc = if is_utc(instant) { "" } else { utc };
                Self { name, local: local.to_owned(), utc: utc.to_owned(), at }
            },
        )
    }
}

/// A moment on the clock of a zone.
pub(super) struct Moment {
    /// For machines.
    pub(super) at: String,
    pub(super) zone: &'static str,
    /// Such as `Tue 1 December 2026`.
    pub(super) day: String,
    /// Such as `09:00`.
    pub(super) time: String,
    /// Such as `UTC+01:00`.
    pub(super) offset: String,
}

impl Moment {
    pub(super) fn of(at: Instant, zone: Zone) -> Self {
        let wall = zone.wall(at);
        let time = if wall.second() == 0 { "%H:%M" } else { "%H:%M:%S" };
        Self {
            at: machine(at),
            zone: zone.name(),
            day: wall.format("%a %-d %B %Y").to_string(),
            time: wall.format(time).to_string(),
            offset: format!("UTC{}", zone.offset(at)),
        }
    }
}

/// A window on the clock of its zone, in few words.
pub(super) struct Span {
    pub(super) start: Moment,
    pub(super) end: Moment,
}

impl Span {
    pub(super) fn of(shown: &WindowView) -> Self {
        let zone = zone(&shown.time_zone);
        Self { start: Moment::of(shown.start, zone), end: Moment::of(shown.end, zone) }
    }

    /// Returns whether it begins and ends on the same day.
    pub(super) fn is_of_a_day(&self) -> bool {
        self.start.day == self.end.day
    }

    /// Returns whether the clocks are changed in it.
    pub(super) fn has_two_offsets(&self) -> bool {
        self.start.offset != self.end.offset
    }
}

/// Words a span of time, such as `1 h 12 min`.
pub(super) fn lasting(seconds: i64) -> String {
    let minutes = seconds.max(0).div_euclid(60);
    match (minutes / 1440, minutes / 60 % 24, minutes % 60) {
        (0, 0, 0) => "less than a minute".to_owned(),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, 0, _) => format!("{days} d"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// Returns a zone that was shown.
pub(super) fn zone(name: &str) -> Zone {
    Zone::parse(name).unwrap_or(Zone::UTC)
}

fn machine(at: Instant) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wb_12_spans_are_told_in_few_words() {
        check(59, "less than a minute");
        check(12 * 60, "12 min");
        check(3600, "1 h");
        check(4320, "1 h 12 min");
        check(86_400, "1 d");
        check(97_300, "1 d 3 h");
        check(-5, "less than a minute");
    }

    #[test]
    fn wb_12_a_moment_says_its_zone() {
        let moment = Moment::of("2026-12-01T08:00:00Z".parse().unwrap(), zone("Europe/Paris"));
        assert_eq!((moment.day.as_str(), moment.time.as_str()), ("Tue 1 December 2026", "09:00"));
        assert_eq!((moment.zone, moment.offset.as_str()), ("Europe/Paris", "UTC+01:00"));
    }

    #[track_caller]
    fn check(seconds: i64, words: &str) {
        assert_eq!(lasting(seconds), words);
    }
}
