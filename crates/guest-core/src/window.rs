//! The window of an invite: from when until when, told in which zone (GA-12, GA-14).

use chrono::{TimeDelta, Timelike as _};

use crate::{Edge, Fact, Facts, InputError, Instant, LocalTime, Refusal, RefusalKind, Zone};

/// A span of time with the zone in which it is told.
///
/// The end is after the start. Two windows are equal if their instants and
/// zones are.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Kept", into = "Kept"))]
pub struct Window {
    start: Instant,
    end: Instant,
    zone: Zone,
}

impl Window {
    /// Makes a window that ends after it starts and is at most five calendar days long (GA-12).
    ///
    /// # Errors
    ///
    /// Returns that the window is reversed or too long.
    pub fn new(start: Instant, end: Instant, zone: Zone) -> Result<Self, WindowRefusal> {
        let window = Self::kept(start, end, zone)?;
        let latest_end = latest_end(start, zone);
        if end > latest_end {
            return Err(WindowRefusal::TooLong { latest_end });
        }
        Ok(window)
    }

    /// Reads back a window that was stored.
    ///
    /// Its length is not judged: it was when the instants were chosen, perhaps
    /// in the zone before [`retell`](Self::retell), where the five days were longer.
    ///
    /// # Errors
    ///
    /// Returns that the window is reversed.
    pub fn kept(start: Instant, end: Instant, zone: Zone) -> Result<Self, WindowRefusal> {
        if end <= start {
            return Err(WindowRefusal::Reversed);
        }
        Ok(Self { start, end, zone })
    }

    /// Reads a window as typed: two local times and the name of their zone (GA-12, GA-13).
    ///
    /// # Errors
    ///
    /// Returns everything that is wrong at once. A part is placed at `/start`,
    /// `/end` or `/time_zone` under `pointer`, the whole at `pointer`.
    pub fn parse(
        start: &str,
        end: &str,
        zone: &str,
        pointer: &str,
    ) -> Result<Self, Vec<InputError>> {
        let mut errors = Vec::new();
        let zone = match Zone::parse(zone) {
            Ok(zone) => Some(zone),
            Err(refusal) => {
                errors.push(InputError::at(format!("{pointer}/time_zone"), &refusal));
                None
            }
        };
        let mut edge = |text, edge, name| {
            let place =
                |refusal: &dyn Refusal| InputError::at(format!("{pointer}/{name}"), refusal);
            let read = LocalTime::parse(text).map_err(|refusal| place(&refusal));
            let resolved = read.and_then(|local| match zone {
                None => Ok(None), // The zone is reported already.
                Some(zone) => {
                    zone.resolve(local, edge).map(Some).map_err(|refusal| place(&refusal))
                }
            });
            resolved.unwrap_or_else(|error| {
                errors.push(error);
                None
            })
        };
        let start = edge(start, Edge::Start, "start");
        let end = edge(end, Edge::End, "end");
        match (start, end, zone) {
            (Some(start), Some(end), Some(zone)) => Self::new(start, end, zone)
                .map_err(|refusal| vec![InputError::at(pointer, &refusal)]),
            _ => Err(errors),
        }
    }

    /// Returns the same span told in another zone (GA-33); the length is not judged again.
    #[must_use]
    pub const fn retell(self, zone: Zone) -> Self {
        Self { zone, ..self }
    }

    /// Returns the first instant inside.
    #[must_use]
    pub const fn start(&self) -> Instant {
        self.start
    }

    /// Returns the first instant after it.
    #[must_use]
    pub const fn end(&self) -> Instant {
        self.end
    }

    /// Returns the zone in which it is told.
    #[must_use]
    pub const fn zone(&self) -> Zone {
        self.zone
    }

    /// Returns whether it is open at `now`: from the start, up to but not at the end (GA-47).
    #[must_use]
    pub fn contains(&self, now: Instant) -> bool {
        self.start <= now && now < self.end
    }

    /// Returns whether there is an instant in both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Checks that the start is not too far ahead (GA-12); it may be past.
    ///
    /// # Errors
    ///
    /// Returns the latest possible start if it is more than 366 days after `now`.
    pub fn check_start(&self, now: Instant) -> Result<(), WindowRefusal> {
        let latest = now.checked_add_signed(FARTHEST).unwrap_or(Instant::MAX_UTC);
        if self.start > latest {
            return Err(WindowRefusal::TooFar { latest });
        }
        Ok(())
    }

    /// Checks that the end is after `now` (GA-12, GA-33).
    ///
    /// # Errors
    ///
    /// Returns that the end has come.
    pub fn check_end(&self, now: Instant) -> Result<(), WindowRefusal> {
        if self.end <= now {
            return Err(WindowRefusal::InPast { now });
        }
        Ok(())
    }

    /// Returns the start as local time in the form that [`parse`](Self::parse) reads.
    ///
    /// Seconds are given where they are not zero, the offset where the local
    /// time occurs twice. Fractions of a second are left out.
    #[must_use]
    pub fn start_local(&self) -> String {
        self.zone.local(self.start).to_string()
    }

    /// Returns the end as local time, in the form of [`start_local`](Self::start_local).
    #[must_use]
    pub fn end_local(&self) -> String {
        self.zone.local(self.end).to_string()
    }

    /// Tells people the start or the end, as [`told_at`](Self::told_at) does.
    #[must_use]
    pub fn told(&self, edge: Edge) -> String {
        self.told_at(match edge {
            Edge::Start => self.start,
            Edge::End => self.end,
        })
    }

    /// Tells people a moment (GA-14): local time, zone, UTC offset, and UTC.
    ///
    /// For example `Tue 1 December 2026, 09:00 (Europe/Paris, UTC+01:00); 08:00 UTC`;
    /// the date is repeated where it differs in UTC. Where the zone is UTC itself, it is said once.
    #[must_use]
    pub fn told_at(&self, at: Instant) -> String {
        let (wall, utc) = (self.zone.wall(at), at.naive_utc());
        let time = if utc.second() == 0 { "%H:%M" } else { "%H:%M:%S" };
        let full = format!("%a %-d %B %Y, {time}");
        let utc = utc.format(if wall.date() == utc.date() { time } else { &full });
        let (wall, offset) = (wall.format(&full), self.zone.offset(at));
        let told = format!("{wall} ({}, UTC{offset})", self.zone);
        if self.zone.is_utc() { told } else { format!("{told}; {utc} UTC") }
    }
}

/// Returns the latest end of a window that starts at `start` (GA-12).
///
/// Five days are calendar days on the zone's wall clock: 119 or 121 hours over
/// a usual change of the clock.
#[must_use]
pub fn latest_end(start: Instant, zone: Zone) -> Instant {
    zone.days_after(start, LONGEST_DAYS)
}

/// Why a window is not acceptable (GA-12).
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WindowRefusal {
    /// The end is not after the start.
    #[error("the end must be after the start")]
    Reversed,
    /// It is longer than five calendar days.
    #[error("the window may be at most five days long")]
    TooLong {
        /// The latest end for this start.
        latest_end: Instant,
    },
    /// The start is more than 366 days ahead.
    #[error("the start may be at most 366 days ahead")]
    TooFar {
        /// The latest start possible now.
        latest: Instant,
    },
    /// The end is not after now.
    #[error("the end of the window has passed")]
    InPast {
        /// The time on the server's clock.
        now: Instant,
    },
}

impl Refusal for WindowRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Reversed => "window_reversed",
            Self::TooLong { .. } => "window_too_long",
            Self::TooFar { .. } => "window_too_far",
            Self::InPast { .. } => "window_in_past",
        }
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Invalid
    }

    fn facts(&self) -> Facts {
        match self {
            Self::Reversed => Facts::new(),
            Self::TooLong { latest_end } => vec![("latest_end", Fact::At(*latest_end))],
            Self::TooFar { latest } => vec![("latest", Fact::At(*latest))],
            Self::InPast { now } => vec![("now", Fact::At(*now))],
        }
    }
}

/// The serialized form of a window.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize, serde::Serialize)]
struct Kept {
    start: Instant,
    end: Instant,
    time_zone: Zone,
}

#[cfg(feature = "serde")]
impl TryFrom<Kept> for Window {
    type Error = WindowRefusal;

    fn try_from(kept: Kept) -> Result<Self, WindowRefusal> {
        Self::kept(kept.start, kept.end, kept.time_zone)
    }
}

#[cfg(feature = "serde")]
impl From<Window> for Kept {
    fn from(window: Window) -> Self {
        Self { start: window.start, end: window.end, time_zone: window.zone }
    }
}

/// How many calendar days a window may take (GA-12).
const LONGEST_DAYS: u64 = 5;

/// How far ahead a window may start (GA-12).
const FARTHEST: TimeDelta = TimeDelta::days(366);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ga_12_the_end_is_after_the_start() {
        let at = at("2026-12-01T08:00:00Z");
        assert_eq!(Window::new(at, at, paris()), Err(WindowRefusal::Reversed));
        assert_eq!(
            Window::new(at, at - TimeDelta::hours(1), paris()),
            Err(WindowRefusal::Reversed)
        );
        assert!(Window::new(at, at + TimeDelta::microseconds(1), paris()).is_ok());
    }

    #[test]
    fn ga_12_five_days_are_calendar_days_on_the_wall() {
        length("2026-12-07T09:00", "2026-12-12T09:00", 120); // no change
        length("2026-03-26T09:00", "2026-03-31T09:00", 119); // forward
        length("2026-10-22T09:00", "2026-10-27T09:00", 121); // back
        length("2026-10-20T02:30", "2026-10-25T02:30", 121); // ends at the later of two
        length("2026-10-25T02:30", "2026-10-30T02:30", 121); // starts at the earlier of two
    }

    #[test]
    fn ga_12_five_days_that_end_in_a_skipped_time_end_after_it() {
        let start = at("2026-03-24T01:30:00Z"); // 02:30 in Paris
        assert_eq!(latest_end(start, paris()), at("2026-03-29T01:30:00Z")); // 03:30
    }

    #[test]
    fn ga_12_the_start_is_at_most_366_days_ahead() {
        let window = window("2026-12-01T09:00", "2026-12-01T17:30");
        let now = window.start() - TimeDelta::days(366);
        assert_eq!(window.check_start(now), Ok(()));
        let earlier = now - TimeDelta::microseconds(1);
        let latest = window.start() - TimeDelta::microseconds(1);
        assert_eq!(window.check_start(earlier), Err(WindowRefusal::TooFar { latest }));
        assert_eq!(window.check_start(window.end()), Ok(()), "a start may be past");
        assert_eq!(window.check_start(Instant::MAX_UTC), Ok(()));
    }

    #[test]
    fn ga_12_the_end_is_after_now() {
        let window = window("2026-12-01T09:00", "2026-12-01T17:30");
        let now = window.end();
        assert_eq!(window.check_end(now - TimeDelta::microseconds(1)), Ok(()));
        assert_eq!(window.check_end(now), Err(WindowRefusal::InPast { now }));
    }

    #[test]
    fn ga_33_telling_in_another_zone_keeps_instants_and_stays_readable() {
        let long = window("2026-10-22T09:00", "2026-10-27T09:00"); // 121 hours
        let told = long.retell(Zone::UTC);
        assert_eq!((told.start(), told.end(), told.zone()), (long.start(), long.end(), Zone::UTC));
        assert_ne!(told, long);
        assert!(Window::new(told.start(), told.end(), Zone::UTC).is_err());
        assert_eq!(Window::kept(told.start(), told.end(), Zone::UTC), Ok(told));
    }

    #[test]
    fn ga_47_the_window_is_half_open() {
        let window = window("2026-12-01T09:00", "2026-12-01T17:30");
        let instant = TimeDelta::microseconds(1);
        assert!(!window.contains(window.start() - instant));
        assert!(window.contains(window.start()));
        assert!(window.contains(window.end() - instant));
        assert!(!window.contains(window.end()));
    }

    #[test]
    fn windows_that_only_touch_do_not_overlap() {
        let one = window("2026-12-01T09:00", "2026-12-01T12:00");
        let touching = window("2026-12-01T12:00", "2026-12-01T13:00");
        let inside = window("2026-12-01T10:00", "2026-12-01T11:00");
        assert!(!one.overlaps(&touching) && !touching.overlaps(&one));
        assert!(one.overlaps(&inside) && inside.overlaps(&one) && one.overlaps(&one));
    }

    #[test]
    fn ga_14_local_times_are_written_so_that_they_read_back() {
        let window = window("2026-10-25T02:30+01:00", "2026-10-25T17:30:07");
        assert_eq!(window.start_local(), "2026-10-25T02:30+01:00");
        assert_eq!(window.end_local(), "2026-10-25T17:30:07");
        let fraction = TimeDelta::milliseconds(250);
        let late = Window::new(window.start() + fraction, window.end() + fraction, paris());
        assert_eq!(late.unwrap().end_local(), "2026-10-25T17:30:07");
    }

    #[test]
    fn ga_14_people_are_told_zone_offset_and_utc() {
        let window = window("2026-12-01T09:00", "2026-12-02T00:30:07");
        let start = "Tue 1 December 2026, 09:00 (Europe/Paris, UTC+01:00); 08:00 UTC";
        assert_eq!(window.told(Edge::Start), start);
        let end = "Wed 2 December 2026, 00:30:07 (Europe/Paris, UTC+01:00); \
                   Tue 1 December 2026, 23:30:07 UTC";
        assert_eq!(window.told(Edge::End), end);
        for name in ["UTC", "Etc/UTC"] {
            let window = Window { zone: Zone::parse(name).unwrap(), ..window };
            let start = format!("Tue 1 December 2026, 08:00 ({name}, UTC+00:00)");
            assert_eq!(window.told(Edge::Start), start);
        }
        // A zone that keeps the time of UTC for now is another zone.
        let window = Window { zone: Zone::parse("Europe/London").unwrap(), ..window };
        let start = "Tue 1 December 2026, 08:00 (Europe/London, UTC+00:00); 08:00 UTC";
        assert_eq!(window.told(Edge::Start), start);
    }

    #[test]
    fn ga_12_everything_wrong_with_a_window_is_told_at_once() {
        let found = |start, end, zone| {
            let errors = Window::parse(start, end, zone, "/window").unwrap_err();
            errors.into_iter().map(|error| (error.pointer, error.code)).collect::<Vec<_>>()
        };
        let expected = |errors: &[(&str, &'static str)]| {
            errors.iter().map(|(place, code)| ((*place).to_owned(), *code)).collect::<Vec<_>>()
        };
        assert_eq!(
            found("soon", "later", "Nowhere"),
            expected(&[
                ("/window/time_zone", "time_zone_unknown"),
                ("/window/start", "validation"),
                ("/window/end", "validation"),
            ])
        );
        assert_eq!(
            found("2026-03-29T02:30", "2026-03-29T09:00Z", "Europe/Paris"),
            expected(&[("/window/start", "time_skipped"), ("/window/end", "offset_impossible")])
        );
        assert_eq!(
            found("2026-12-01T09:00", "2026-12-01T08:00", "Europe/Paris"),
            expected(&[("/window", "window_reversed")])
        );
        assert_eq!(
            found("2026-12-01T09:00", "2026-12-06T09:01", "Europe/Paris"),
            expected(&[("/window", "window_too_long")])
        );
        assert_eq!(
            found("2026-12-01T09:00", "2026-12-06T09:01", "paris"),
            expected(&[("/window/time_zone", "time_zone_unknown")])
        );
    }

    #[test]
    fn refusals_name_their_facts() {
        let at = at("2026-12-01T08:00:00Z");
        let check = |refusal: WindowRefusal, code, facts: &[(&'static str, Fact)]| {
            assert_eq!((refusal.code(), refusal.kind()), (code, RefusalKind::Invalid));
            assert_eq!(refusal.facts(), facts);
        };
        check(WindowRefusal::Reversed, "window_reversed", &[]);
        let too_long = WindowRefusal::TooLong { latest_end: at };
        check(too_long, "window_too_long", &[("latest_end", Fact::At(at))]);
        check(WindowRefusal::TooFar { latest: at }, "window_too_far", &[("latest", Fact::At(at))]);
        check(WindowRefusal::InPast { now: at }, "window_in_past", &[("now", Fact::At(at))]);
    }

    #[cfg(feature = "serde")]
    #[test]
    fn a_window_is_serialized_as_instants_and_zone() {
        let window = window("2026-10-22T09:00", "2026-10-27T09:00").retell(Zone::UTC);
        let text = serde_json::to_string(&window).unwrap();
        let expected =
            r#"{"start":"2026-10-22T07:00:00Z","end":"2026-10-27T08:00:00Z","time_zone":"UTC"}"#;
        assert_eq!(text, expected);
        assert_eq!(serde_json::from_str::<Window>(&text).unwrap(), window);
        assert!(serde_json::from_str::<Window>(&text.replace("-22T", "-28T")).is_err());
    }

    /// Checks that `end` is the latest for `start`, and that many hours after it.
    #[track_caller]
    fn length(start: &str, end: &str, hours: i64) {
        let longest = window(start, end);
        assert_eq!(longest.end() - longest.start(), TimeDelta::hours(hours));
        let latest_end = longest.end();
        assert_eq!(super::latest_end(longest.start(), paris()), latest_end);
        let longer = Window::new(longest.start(), latest_end + TimeDelta::microseconds(1), paris());
        assert_eq!(longer, Err(WindowRefusal::TooLong { latest_end }));
    }

    fn window(start: &str, end: &str) -> Window {
        Window::parse(start, end, "Europe/Paris", "").unwrap()
    }

    fn paris() -> Zone {
        Zone::parse("Europe/Paris").unwrap()
    }

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }
}
