//! The stretch of time that the picture shows, on the clock of the team.

use chrono::{Datelike as _, Days, NaiveDate, TimeDelta};
use guest_core::{InputError, Instant, Window, Zone};

use super::TimelineQuery;

/// How much time the picture shows.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Zoom {
    /// The hours of a day.
    Hours,
    /// The days of a week.
    #[default]
    Days,
    /// Four weeks.
    Weeks,
}

impl Zoom {
    /// All of them, the nearest first.
    pub const ALL: [Self; 3] = [Self::Hours, Self::Days, Self::Weeks];

    /// Returns its name in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hours => "hours",
            Self::Days => "days",
            Self::Weeks => "weeks",
        }
    }

    /// Returns the one of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|zoom| zoom.name() == name)
    }

    const fn days(self) -> u64 {
        match self {
            Self::Hours => 1,
            Self::Days => 7,
            Self::Weeks => 28,
        }
    }
}

/// A stretch of time of whole days.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Span {
    /// How much it is.
    pub zoom: Zoom,
    /// The zone on whose clock the days begin.
    pub zone: Zone,
    /// The day on which it begins.
    pub day: NaiveDate,
    /// Its first moment.
    pub from: Instant,
    /// The first moment after it.
    pub until: Instant,
    /// Where its days begin.
    pub days: Vec<Instant>,
    /// The day on which the stretch before it begins.
    pub before: NaiveDate,
    /// The day on which the stretch after it begins.
    pub after: NaiveDate,
}

impl Span {
    /// Reads what is asked for; weeks begin on Mondays.
    pub(super) fn read(
        query: &TimelineQuery,
        zone: Zone,
        now: Instant,
    ) -> Result<Self, Vec<InputError>> {
        let day = match query.day.as_deref() {
            None => zone.wall(now).date(),
            Some(text) => {
                read_day(text).ok_or_else(|| vec![InputError::invalid("/day", NO_DAY)])?
            }
        };
        let day = match query.zoom {
            Zoom::Hours | Zoom::Days => day,
            Zoom::Weeks => day - Days::new(day.weekday().num_days_from_monday().into()),
        };
        Ok(Self::of(query.zoom, zone, day))
    }

    /// Returns the stretch that begins on a day.
    fn of(zoom: Zoom, zone: Zone, day: NaiveDate) -> Self {
        let length = Days::new(zoom.days());
        let after = day + length;
        let days = (0..zoom.days()).map(|number| zone.day_start(day + Days::new(number)));
        Self {
            zoom,
            zone,
            day,
            from: zone.day_start(day),
            until: zone.day_start(after),
            days: days.collect(),
            before: day - length,
            after,
        }
    }

    /// Returns the first moment of its weeks, or days, at which what is free is told apart.
    pub(super) fn cuts(&self) -> Vec<Instant> {
        let is_cut = |at: &Instant| match self.zoom {
            Zoom::Hours => false,
            Zoom::Days => true,
            Zoom::Weeks => self.zone.wall(*at).weekday() == chrono::Weekday::Mon,
        };
        self.days.iter().copied().filter(is_cut).collect()
    }

    /// Returns whether some of a window is in it.
    pub(super) fn shows(&self, window: &Window) -> bool {
        window.start() < self.until && self.from < window.end()
    }

    /// Returns the start before which no window reaches into it.
    pub(super) fn earliest_start(&self) -> Instant {
        self.from - LONGEST
    }
}

/// Reads a day, of the years in which there can be invites.
fn read_day(text: &str) -> Option<NaiveDate> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    YEARS.contains(&day.year()).then_some(day)
}

const NO_DAY: &str = "not a day from 1970 to 9998; write it like 2026-12-01";

/// The years that can be looked at: all that local times are read in, with room after them.
const YEARS: std::ops::RangeInclusive<i32> = 1971..=9998;

/// How long a window is at most: five calendar days (GA-12), of which one may be longer.
const LONGEST: TimeDelta = TimeDelta::days(6);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wb_11_a_stretch_begins_today_or_on_the_day_asked_for() {
        check(Zoom::Hours, None, "2026-12-02", "2026-12-03");
        check(Zoom::Days, None, "2026-12-02", "2026-12-09");
        check(Zoom::Weeks, None, "2026-11-30", "2026-12-28");
        check(Zoom::Days, Some("2026-03-27"), "2026-03-27", "2026-04-03");
        check(Zoom::Weeks, Some("2026-03-27"), "2026-03-23", "2026-04-20");
    }

    #[test]
    fn wb_11_days_are_those_of_the_zone_also_when_the_clock_is_changed() {
        let query = TimelineQuery { zoom: Zoom::Days, day: Some("2026-03-27".to_owned()) };
        let span = Span::read(&query, paris(), now()).unwrap();
        assert_eq!((span.until - span.from).num_hours(), 7 * 24 - 1);
        assert_eq!(span.days.len(), 7);
        assert_eq!(span.days.first(), Some(&span.from));
        assert_eq!(span.cuts(), span.days);
    }

    #[test]
    fn wb_11_what_is_no_day_is_refused() {
        for text in ["", "soon", "2026-13-01", "2026-12-1x", "1900-01-01", "+12026-12-01"] {
            let query = TimelineQuery { day: Some(text.to_owned()), ..TimelineQuery::default() };
            let errors = Span::read(&query, paris(), now()).unwrap_err();
            assert_eq!(errors[0].pointer, "/day", "{text}");
        }
        for text in ["1971-01-01", "9998-12-31"] {
            for zoom in Zoom::ALL {
                let query = TimelineQuery { zoom, day: Some(text.to_owned()) };
                let span = Span::read(&query, paris(), now()).unwrap();
                assert!(span.from < span.until && span.before < span.day && span.day < span.after);
            }
        }
    }

    #[track_caller]
    fn check(zoom: Zoom, day: Option<&str>, from: &str, until: &str) {
        let query = TimelineQuery { zoom, day: day.map(str::to_owned) };
        let span = Span::read(&query, paris(), now()).unwrap();
        let start = |text: &str| paris().day_start(text.parse().unwrap());
        assert_eq!((span.from, span.until), (start(from), start(until)));
        assert_eq!(span.after.to_string(), until);
        assert_eq!(Zoom::named(zoom.name()), Some(zoom));
    }

    fn paris() -> Zone {
        Zone::parse("Europe/Paris").unwrap()
    }

    /// In Paris it is the next day, a Wednesday.
    fn now() -> Instant {
        "2026-12-01T23:30:00Z".parse().unwrap()
    }
}
