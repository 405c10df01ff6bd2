//! Time zones, and which moment a local time is in one.

use core::cmp::Ordering;

use chrono::{
    Days, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset as _, TimeDelta,
};
use chrono::{TimeZone as _, Utc};
use chrono_tz::{GapInfo, TZ_VARIANTS, Tz};

use crate::text::{excerpt, text_form};
use crate::{Fact, Facts, Instant, LocalTime, Refusal, RefusalKind};

/// A time zone of the IANA database, such as `Europe/Paris`.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Zone(Tz);

impl Zone {
    /// Coordinated Universal Time.
    pub const UTC: Self = Self(Tz::UTC);

    /// Reads the name of a zone, spelled as in the IANA database.
    ///
    /// # Errors
    ///
    /// Returns that there is no such zone, and one that may be meant.
    pub fn parse(name: &str) -> Result<Self, ZoneUnknown> {
        name.parse().map(Self).map_err(|_| ZoneUnknown {
            name: excerpt(name, EXCERPT).into(),
            meant: meant(excerpt(name, EXCERPT)),
        })
    }

    /// Yields every zone whose name contains `text` regardless of case, for pickers.
    ///
    /// Zones whose city begins with it come first. Blanks stand for underscores.
    pub fn search(text: &str) -> impl Iterator<Item = Self> {
        let text = excerpt(text.trim(), EXCERPT).to_ascii_lowercase().replace(' ', "_");
        let first = {
            let text = text.clone();
            move |zone: &Self| lower(zone.city()).starts_with(&text)
        };
        let second = {
            let first = first.clone();
            move |zone: &Self| !first(zone) && lower(zone.name()).contains(&text)
        };
        Self::all().filter(first).chain(Self::all().filter(second))
    }

    /// Returns the name of the zone.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Returns the moment that a local time is in this zone (GA-13).
    ///
    /// A local time that occurs twice is the earlier moment as the start of
    /// something and the later as its end, unless it carries an offset.
    ///
    /// # Errors
    ///
    /// Returns that the local time is skipped, or does not have the offset it carries.
    pub fn resolve(self, local: LocalTime, edge: Edge) -> Result<Instant, TimeRefusal> {
        let wall = local.wall();
        let moments = match self.moments(wall) {
            Moments::Never => return Err(self.skipped(wall)),
            Moments::Once(moment) => [moment, moment],
            Moments::Twice(earlier, later) => [earlier, later],
        };
        match (local.offset(), moments, edge) {
            (None, [earlier, _], Edge::Start) => Ok(earlier.at),
            (None, [_, later], Edge::End) => Ok(later.at),
            (Some(offset), [earlier, later], _) => {
                match [earlier, later].into_iter().find(|moment| moment.offset == offset) {
                    Some(moment) => Ok(moment.at),
                    None if earlier == later => {
                        Err(TimeRefusal::OffsetImpossible { possible: vec![earlier.offset] })
                    }
                    None => Err(TimeRefusal::OffsetImpossible {
                        possible: vec![earlier.offset, later.offset],
                    }),
                }
            }
        }
    }

    /// Returns the two local times, each with its offset, that a local time without one could mean
    /// (GA-13), the earlier first; `None` where it occurs once or never.
    #[must_use]
    pub fn readings(self, local: LocalTime) -> Option<[LocalTime; 2]> {
        let wall = local.wall();
        match self.moments(wall) {
            Moments::Twice(earlier, later) => {
                Some([earlier, later].map(|moment| LocalTime::new(wall, Some(moment.offset))))
            }
            Moments::Once(_) | Moments::Never => None,
        }
    }

    /// Returns the offset from UTC in force at `at`.
    #[must_use]
    pub fn offset(self, at: Instant) -> FixedOffset {
        self.0.offset_from_utc_datetime(&at.naive_utc()).fix()
    }

    /// Returns whether it is UTC itself, rather than a zone that may keep its time.
    pub(crate) fn is_utc(self) -> bool {
        matches!(self.0, Tz::UTC | Tz::Etc__UTC)
    }

    /// Returns what a clock on the wall shows at `at`.
    #[must_use]
    pub fn wall(self, at: Instant) -> NaiveDateTime {
        let utc = at.naive_utc();
        // At the ends of the calendar the offset is left out.
        utc.checked_add_offset(self.offset(at)).unwrap_or(utc)
    }

    /// Returns the local time that reads back as `at`, without its fraction of a second.
    ///
    /// It carries an offset only where the local time occurs twice.
    #[must_use]
    pub fn local(self, at: Instant) -> LocalTime {
        let plain = LocalTime::new(self.wall(at), None);
        match self.moments(plain.wall()) {
            Moments::Twice(..) => LocalTime::new(plain.wall(), Some(self.offset(at))),
            Moments::Once(_) | Moments::Never => plain,
        }
    }

    /// Returns the first moment of a calendar day.
    ///
    /// Where midnight is skipped, that is the moment at which the clock is put forward.
    #[must_use]
    pub fn day_start(self, day: NaiveDate) -> Instant {
        let midnight = day.and_time(NaiveTime::MIN);
        match self.moments(midnight) {
            Moments::Once(moment) | Moments::Twice(moment, _) => moment.at,
            Moments::Never => moment(midnight, self.offsets_around(midnight).0).at,
        }
    }

    /// Returns the moment when `days` calendar days have passed on the wall since `at`.
    ///
    /// It is the later moment where that local time occurs twice. Where it is
    /// skipped, the clock is read as if it had not been changed.
    pub(crate) fn days_after(self, at: Instant, days: u64) -> Instant {
        let wall = self.wall(at).checked_add_days(Days::new(days));
        wall.map_or(Instant::MAX_UTC, |wall| match self.moments(wall) {
            Moments::Once(moment) | Moments::Twice(_, moment) => moment.at,
            Moments::Never => moment(wall, self.offsets_around(wall).0).at,
        })
    }

    fn all() -> impl Iterator<Item = Self> {
        TZ_VARIANTS.iter().map(|zone| Self(*zone))
    }

    fn city(self) -> &'static str {
        self.name().rsplit('/').next().unwrap_or_default()
    }

    /// Returns when a clock on the wall shows `wall`.
    fn moments(self, wall: NaiveDateTime) -> Moments {
        match self.0.offset_from_local_datetime(&wall) {
            MappedLocalTime::None => Moments::Never,
            MappedLocalTime::Single(offset) => Moments::Once(moment(wall, offset.fix())),
            MappedLocalTime::Ambiguous(one, other) => {
                let (one, other) = (moment(wall, one.fix()), moment(wall, other.fix()));
                match one.at.cmp(&other.at) {
                    Ordering::Less => Moments::Twice(one, other),
                    Ordering::Equal => Moments::Once(one),
                    Ordering::Greater => Moments::Twice(other, one),
                }
            }
        }
    }

    /// Names the valid times on either side of a skipped one (GA-13).
    fn skipped(self, wall: NaiveDateTime) -> TimeRefusal {
        let (before, after) = self.offsets_around(wall);
        TimeRefusal::Skipped {
            before: self.wall(moment(wall, after).at),
            after: self.wall(moment(wall, before).at),
        }
    }

    /// Returns the offsets before and after the change of the clock that skips `wall`.
    fn offsets_around(self, wall: NaiveDateTime) -> (FixedOffset, FixedOffset) {
        // Should the gap not be found, the offsets a day away are its own in all
        // but a zone that changes its clock twice in two days.
        let nearby = |days| {
            let at = wall.checked_add_signed(TimeDelta::days(days)).unwrap_or(wall);
            self.offset(at.and_utc())
        };
        let gap = GapInfo::new(&wall, &self.0);
        let before = gap.as_ref().and_then(|gap| gap.begin);
        let after = gap.as_ref().and_then(|gap| gap.end.as_ref());
        (
            before.map_or_else(|| nearby(-2), |(_, offset)| offset.fix()),
            after.map_or_else(|| nearby(2), |end| end.offset().fix()),
        )
    }
}

text_form!(Zone, ZoneUnknown, name);

/// There is no time zone of this name.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("there is no time zone {name:?}{}", suggestion(*.meant))]
pub struct ZoneUnknown {
    /// The name, shortened if it is long.
    pub name: Box<str>,
    /// A zone that may be meant.
    pub meant: Option<Zone>,
}

impl Refusal for ZoneUnknown {
    fn code(&self) -> &'static str {
        "time_zone_unknown"
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Invalid
    }
}

/// Whether a time is the start or the end of something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Edge {
    /// From this time on.
    Start,
    /// Up to this time.
    End,
}

/// Why a local time is no moment in a zone (GA-13).
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TimeRefusal {
    /// The clock is put forward over it.
    #[error(
        "the clock is put forward over this time; valid are {} and {}",
        LocalTime::new(*before, None),
        LocalTime::new(*after, None)
    )]
    Skipped {
        /// The same moment on a clock not yet put forward.
        before: NaiveDateTime,
        /// The same moment on a clock already put forward.
        after: NaiveDateTime,
    },
    /// The zone does not have that offset at that local time.
    #[error("the zone does not have this UTC offset at this time, but {}", offsets(possible).join(" or "))]
    OffsetImpossible {
        /// The one or two offsets it has, in the order in which they apply.
        possible: Vec<FixedOffset>,
    },
}

impl Refusal for TimeRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Skipped { .. } => "time_skipped",
            Self::OffsetImpossible { .. } => "offset_impossible",
        }
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Invalid
    }

    fn facts(&self) -> Facts {
        let text = |wall| Fact::Text(LocalTime::new(wall, None).to_string());
        match self {
            Self::Skipped { before, after } => {
                vec![("before", text(*before)), ("after", text(*after))]
            }
            Self::OffsetImpossible { possible } => {
                vec![("possible", Fact::Texts(offsets(possible)))]
            }
        }
    }
}

/// When a clock on the wall shows a time.
enum Moments {
    /// The clock is put forward over it.
    Never,
    Once(Moment),
    /// The clock is put back over it; the earlier comes first.
    Twice(Moment, Moment),
}

#[derive(Clone, Copy, Eq, PartialEq)]
struct Moment {
    at: Instant,
    offset: FixedOffset,
}

fn moment(wall: NaiveDateTime, offset: FixedOffset) -> Moment {
    let at = wall.checked_sub_offset(offset).unwrap_or(wall);
    Moment { at: Utc.from_utc_datetime(&at), offset }
}

/// Guesses a zone from another spelling of its name or from its city.
fn meant(name: &str) -> Option<Zone> {
    let name = name.trim().to_ascii_lowercase().replace(' ', "_");
    let city = name.rsplit('/').next().filter(|city| city.len() > 2)?;
    let spelled = || Zone::all().find(|zone| lower(zone.name()) == name);
    let placed = || Zone::all().find(|zone| lower(zone.city()).starts_with(city));
    spelled().or_else(placed)
}

fn suggestion(meant: Option<Zone>) -> String {
    meant.map_or_else(String::new, |zone| format!(", perhaps {zone} is meant"))
}

fn offsets(possible: &[FixedOffset]) -> Vec<String> {
    possible.iter().map(ToString::to_string).collect()
}

fn lower(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// How many characters of a name are looked at; the longest name of a zone has fewer.
const EXCERPT: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ga_12_zones_are_those_of_the_iana_database() {
        for name in ["UTC", "Europe/Paris", "America/Argentina/Buenos_Aires", "Etc/GMT+5"] {
            assert_eq!(Zone::parse(name).map(Zone::name), Ok(name));
        }
        unknown("europe/paris", Some("Europe/Paris"));
        unknown("paris", Some("Europe/Paris"));
        unknown("America/new york", Some("America/New_York"));
        unknown("", None);
        unknown("Nowhere/Land", None);
        unknown(&"x".repeat(1 << 20), None);
    }

    #[test]
    fn an_unknown_zone_is_told_with_a_guess() {
        let refusal = Zone::parse("paris").unwrap_err();
        assert_eq!(refusal.code(), "time_zone_unknown");
        let told = "there is no time zone \"paris\", perhaps Europe/Paris is meant";
        assert_eq!(refusal.to_string(), told);
    }

    #[test]
    fn searching_finds_cities_first() {
        let found: Vec<_> = Zone::search("new y").map(Zone::name).collect();
        assert_eq!(found, ["America/New_York"]);
        assert_eq!(Zone::search("PARI").map(Zone::name).next(), Some("Europe/Paris"));
        let mut europe = Zone::search("europe/");
        assert!(europe.all(|zone| zone.name().starts_with("Europe/")));
        assert_eq!(Zone::search("").count(), Zone::all().count());
    }

    #[test]
    fn ga_13_a_plain_local_time_is_one_moment() {
        check("Europe/Paris", "2026-12-01T09:00", "2026-12-01T08:00:00Z", "2026-12-01T08:00:00Z");
        check(
            "Europe/Paris",
            "2026-12-01T09:00+01:00",
            "2026-12-01T08:00:00Z",
            "2026-12-01T08:00:00Z",
        );
        check("UTC", "2026-12-01T09:00Z", "2026-12-01T09:00:00Z", "2026-12-01T09:00:00Z");
    }

    #[test]
    fn ga_13_a_time_that_occurs_twice_is_early_as_start_and_late_as_end() {
        check("Europe/Paris", "2026-10-25T02:30", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z");
        check("Europe/Paris", "2026-10-25T02:00", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z");
        check("Europe/Paris", "2026-10-25T03:00", "2026-10-25T02:00:00Z", "2026-10-25T02:00:00Z");
        check(
            "Australia/Lord_Howe",
            "2026-04-05T01:45",
            "2026-04-04T14:45:00Z",
            "2026-04-04T15:15:00Z",
        );
    }

    #[test]
    fn ga_13_the_two_meanings_of_a_time_that_occurs_twice_are_named() {
        let readings = |zone: &str, local: &str| {
            let readings = Zone::parse(zone).unwrap().readings(LocalTime::parse(local).unwrap());
            readings.map(|readings| readings.map(|one| one.to_string()))
        };
        let both = ["2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00"].map(str::to_owned);
        assert_eq!(readings("Europe/Paris", "2026-10-25T02:30"), Some(both.clone()));
        assert_eq!(readings("Europe/Paris", "2026-10-25T02:30+01:00"), Some(both));
        let half = ["2026-04-05T01:45+11:00", "2026-04-05T01:45+10:30"].map(str::to_owned);
        assert_eq!(readings("Australia/Lord_Howe", "2026-04-05T01:45"), Some(half));
        assert_eq!(readings("Europe/Paris", "2026-10-25T03:00"), None);
        assert_eq!(readings("Europe/Paris", "2026-03-29T02:30"), None, "never");
    }

    #[test]
    fn ga_13_an_explicit_offset_chooses() {
        check(
            "Europe/Paris",
            "2026-10-25T02:30+02:00",
            "2026-10-25T00:30:00Z",
            "2026-10-25T00:30:00Z",
        );
        check(
            "Europe/Paris",
            "2026-10-25T02:30+01:00",
            "2026-10-25T01:30:00Z",
            "2026-10-25T01:30:00Z",
        );
        impossible("Europe/Paris", "2026-10-25T02:30Z", &["+02:00", "+01:00"]);
        impossible("Europe/Paris", "2026-12-01T09:00+02:00", &["+01:00"]);
    }

    #[test]
    fn ga_13_a_skipped_time_names_the_valid_ones_on_either_side() {
        skipped("Europe/Paris", "2026-03-29T02:30", "2026-03-29T01:30", "2026-03-29T03:30");
        skipped("Europe/Paris", "2026-03-29T02:00", "2026-03-29T01:00", "2026-03-29T03:00");
        skipped("Europe/Paris", "2026-03-29T02:30+01:00", "2026-03-29T01:30", "2026-03-29T03:30");
        skipped("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-04T01:45", "2026-10-04T02:45");
        skipped("Pacific/Apia", "2011-12-30T12:00", "2011-12-29T12:00", "2011-12-31T12:00");
        skipped(
            "Africa/Monrovia",
            "1972-01-07T00:30",
            "1972-01-06T23:45:30",
            "1972-01-07T01:14:30",
        );
    }

    #[test]
    fn ga_13_the_named_times_are_valid_in_every_zone() {
        let mut skips = 0;
        for zone in Zone::all() {
            for change in changes(zone) {
                let wall = zone.wall(change - TimeDelta::seconds(1)) + TimeDelta::seconds(1);
                match zone.moments(wall) {
                    Moments::Once(_) | Moments::Twice(..) => continue,
                    Moments::Never => skips += 1,
                }
                let TimeRefusal::Skipped { before, after } = zone.skipped(wall) else {
                    panic!("{zone} {wall}");
                };
                assert!(before < wall && wall < after, "{zone} {before} {wall} {after}");
                for valid in [before, after].map(|wall| LocalTime::new(wall, None)) {
                    assert!(zone.resolve(valid, Edge::Start).is_ok(), "{zone} {wall} {valid}");
                }
            }
        }
        assert!(skips > 1_000, "{skips}");
    }

    #[test]
    fn a_day_begins_at_midnight_or_when_the_clock_first_shows_it() {
        let begins = |name: &str, day: &str, start: &str| {
            let day: NaiveDate = day.parse().unwrap();
            assert_eq!(zone(name).day_start(day).to_rfc3339(), start, "{name} {day}");
            assert!(zone(name).wall(zone(name).day_start(day)).date() >= day, "{name} {day}");
        };
        begins("Europe/Paris", "2026-12-01", "2026-11-30T23:00:00+00:00");
        begins("Europe/Paris", "2026-03-29", "2026-03-28T23:00:00+00:00");
        // At midnight the clock is put forward to one, and put back to eleven.
        begins("Asia/Beirut", "2026-03-29", "2026-03-28T22:00:00+00:00");
        begins("America/Havana", "2026-11-01", "2026-11-01T04:00:00+00:00");
        // This day was left out.
        begins("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00+00:00");
    }

    #[test]
    fn the_ends_of_the_calendar_are_not_a_fault() {
        for zone in ["Pacific/Apia", "America/New_York"].map(zone) {
            for at in [Instant::MIN_UTC, Instant::MAX_UTC] {
                assert_eq!(zone.local(at).offset(), None);
                assert!(zone.days_after(at, 5) >= at);
            }
        }
    }

    #[track_caller]
    fn check(name: &str, local: &str, start: &str, end: &str) {
        let local = local.parse().unwrap();
        assert_eq!(zone(name).resolve(local, Edge::Start), Ok(start.parse().unwrap()));
        assert_eq!(zone(name).resolve(local, Edge::End), Ok(end.parse().unwrap()));
    }

    #[track_caller]
    fn skipped(name: &str, local: &str, before: &str, after: &str) {
        let facts = [("before", before), ("after", after)];
        for edge in [Edge::Start, Edge::End] {
            let refusal = zone(name).resolve(local.parse().unwrap(), edge).unwrap_err();
            assert_eq!(refusal.code(), "time_skipped");
            assert_eq!(refusal.facts(), facts.map(|(name, text)| (name, Fact::Text(text.into()))));
        }
    }

    #[track_caller]
    fn impossible(name: &str, local: &str, possible: &[&str]) {
        let refusal = zone(name).resolve(local.parse().unwrap(), Edge::Start).unwrap_err();
        assert_eq!(refusal.code(), "offset_impossible");
        let possible = possible.iter().map(ToString::to_string).collect();
        assert_eq!(refusal.facts(), [("possible", Fact::Texts(possible))]);
    }

    #[track_caller]
    fn unknown(name: &str, expected: Option<&str>) {
        assert_eq!(Zone::parse(name).unwrap_err().meant.map(Zone::name), expected, "{name}");
    }

    fn zone(name: &str) -> Zone {
        Zone::parse(name).unwrap()
    }

    /// Returns the first seconds after changes of the offset, from 2000 to 2037.
    fn changes(zone: Zone) -> impl Iterator<Item = Instant> {
        let offset = move |at| zone.offset(Instant::from_timestamp(at, 0).unwrap());
        let weeks = (0..37 * 52).map(|week| 946_684_800 + week * 604_800_i64);
        let changing = weeks.map(|week| (week, week + 604_800));
        changing.filter(move |(from, to)| offset(*from) != offset(*to)).map(
            move |(mut from, mut to)| {
                while to - from > 1 {
                    let middle = from.midpoint(to);
                    if offset(middle) == offset(from) { from = middle } else { to = middle }
                }
                Instant::from_timestamp(to, 0).unwrap()
            },
        )
    }
}
