//! Local times as people and programs write them.

use core::fmt;

use chrono::{FixedOffset, NaiveDate, NaiveDateTime, Timelike as _};

use crate::{Refusal, RefusalKind, VALIDATION};

/// A wall-clock time, perhaps with a UTC offset (GA-12, GA-13).
///
/// Its text is `YYYY-MM-DDTHH:MM[:SS][offset]`. Which moment it is depends on
/// a zone: see [`Zone::resolve`](crate::Zone::resolve).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct LocalTime {
    wall: NaiveDateTime,
    offset: Option<FixedOffset>,
}

impl LocalTime {
    /// Reads `YYYY-MM-DDTHH:MM[:SS][offset]`, where the offset is `Z` or `±HH:MM`.
    ///
    /// A blank may stand in place of the `T`. Years go from 1970 to 9999.
    ///
    /// # Errors
    ///
    /// Returns whether the form is wrong or the calendar or clock has no such time.
    pub fn parse(text: &str) -> Result<Self, BadLocalTime> {
        let mut rest = Scanner(text.as_bytes());
        let parts = rest.local_time().filter(|_| rest.0.is_empty());
        let parts = parts.ok_or(BadLocalTime::Form)?;
        let [year, month, day, hour, minute, second] = parts.fields;
        if year < 1970 {
            return Err(BadLocalTime::Impossible);
        }
        let wall = i32::try_from(year)
            .ok()
            .and_then(|year| NaiveDate::from_ymd_opt(year, month, day))
            .and_then(|date| date.and_hms_opt(hour, minute, second))
            .ok_or(BadLocalTime::Impossible)?;
        let offset = match parts.offset {
            None => None,
            Some((sign, hours @ 0..24, minutes @ 0..60)) => {
                let seconds = i32::try_from(hours * 3_600 + minutes * 60).unwrap_or_default();
                FixedOffset::east_opt(sign * seconds)
            }
            Some(_) => return Err(BadLocalTime::Impossible),
        };
        Ok(Self { wall, offset })
    }

    /// Returns what a clock on the wall shows.
    #[must_use]
    pub const fn wall(self) -> NaiveDateTime {
        self.wall
    }

    /// Returns the UTC offset that was given explicitly.
    #[must_use]
    pub const fn offset(self) -> Option<FixedOffset> {
        self.offset
    }

    /// Makes the local time that a clock shows, without a fraction of a second.
    pub(crate) fn new(wall: NaiveDateTime, offset: Option<FixedOffset>) -> Self {
        Self { wall: wall.with_nanosecond(0).unwrap_or(wall), offset }
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, time) = (self.wall.date(), self.wall.time());
        // The date shows itself as ISO 8601, and a good deal faster than by a pattern.
        write!(f, "{date}T{:02}:{:02}", time.hour(), time.minute())?;
        if time.second() != 0 {
            write!(f, ":{:02}", time.second())?;
        }
        self.offset.map_or(Ok(()), |offset| write!(f, "{offset}"))
    }
}

impl core::str::FromStr for LocalTime {
    type Err = BadLocalTime;

    fn from_str(text: &str) -> Result<Self, BadLocalTime> {
        Self::parse(text)
    }
}

/// A text is not a local time.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BadLocalTime {
    /// It is written differently.
    #[error("write the local time as YYYY-MM-DDTHH:MM, such as 2026-12-01T09:00")]
    Form,
    /// It is written well, but there is no such date, time or offset from 1970 to 9999.
    #[error("there is no such date or time")]
    Impossible,
}

impl Refusal for BadLocalTime {
    fn code(&self) -> &'static str {
        VALIDATION
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Invalid
    }
}

/// The numbers of a local time as written, not yet looked up in the calendar.
struct Parts {
    /// Year, month, day, hour, minute, second.
    fields: [u32; 6],
    /// Sign, hours, minutes.
    offset: Option<(i32, u32, u32)>,
}

/// Takes a text apart from its beginning.
struct Scanner<'a>(&'a [u8]);

impl Scanner<'_> {
    fn local_time(&mut self) -> Option<Parts> {
        let year = self.digits(4)?;
        let month = self.after(b"-")?;
        let day = self.after(b"-")?;
        let hour = self.after(b"T ")?;
        let minute = self.after(b":")?;
        let second = if self.0.first() == Some(&b':') { self.after(b":")? } else { 0 };
        let offset = match self.take() {
            None => None,
            Some(b'Z') => Some((1, 0, 0)),
            Some(b'+') => Some((1, self.digits(2)?, self.after(b":")?)),
            Some(b'-') => Some((-1, self.digits(2)?, self.after(b":")?)),
            Some(_) => return None,
        };
        Some(Parts { fields: [year, month, day, hour, minute, second], offset })
    }

    /// Takes one of `marks` and two digits.
    fn after(&mut self, marks: &[u8]) -> Option<u32> {
        self.take().filter(|mark| marks.contains(mark))?;
        self.digits(2)
    }

    /// Takes exactly `count` digits.
    fn digits(&mut self, count: usize) -> Option<u32> {
        (0..count).try_fold(0, |number, _| {
            let digit = char::from(self.take()?).to_digit(10)?;
            Some(number * 10 + digit)
        })
    }

    fn take(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ga_12_a_local_time_reads_back() {
        check("2026-12-01T09:00", Ok("2026-12-01T09:00"));
        check("2026-12-01 09:00", Ok("2026-12-01T09:00"));
        check("2026-12-01T09:00:00", Ok("2026-12-01T09:00"));
        check("2026-12-01T09:00:07", Ok("2026-12-01T09:00:07"));
        check("2026-10-25T02:30:00+01:00", Ok("2026-10-25T02:30+01:00"));
        check("2026-10-25T02:30-03:30", Ok("2026-10-25T02:30-03:30"));
        check("2026-10-25T02:30Z", Ok("2026-10-25T02:30+00:00"));
        check("2028-02-29T00:00", Ok("2028-02-29T00:00"));
        check("1970-01-01T00:00", Ok("1970-01-01T00:00"));
        check("9999-12-31T23:59:59", Ok("9999-12-31T23:59:59"));
    }

    #[test]
    fn ga_12_another_form_is_refused() {
        for bad in [
            "",
            "2026-12-01",
            "2026-12-01T",
            "2026-12-01T09",
            "2026-12-01T9:00",
            "2026-12-01t09:00",
            "2026-12-01T09:00:",
            "2026-12-01T09:00:00.5",
            "2026-12-01T09:00z",
            "2026-12-01T09:00+0100",
            "2026-12-01T09:00+01",
            "2026-12-01T09:00ZZ",
            " 2026-12-01T09:00",
            "+2026-12-01T09:00",
            "12026-12-01T09:00",
            "2026-12-01T09:00 Europe/Paris",
            "２０２６-12-01T09:00",
        ] {
            check(bad, Err(BadLocalTime::Form));
        }
    }

    #[test]
    fn ga_12_times_that_no_calendar_or_clock_has_are_refused() {
        for bad in [
            "2026-13-01T09:00",
            "2026-00-01T09:00",
            "2026-02-29T09:00",
            "2026-12-01T24:00",
            "2026-12-01T09:60",
            "2026-12-01T09:00:60",
            "2026-12-01T09:00+24:00",
            "2026-12-01T09:00+01:60",
            "1969-12-31T23:59",
            "0000-01-01T00:00",
        ] {
            check(bad, Err(BadLocalTime::Impossible));
        }
    }

    #[track_caller]
    fn check(text: &str, expected: Result<&str, BadLocalTime>) {
        let read = LocalTime::parse(text).map(|local| local.to_string());
        assert_eq!(read, expected.map(str::to_owned), "{text}");
    }
}
