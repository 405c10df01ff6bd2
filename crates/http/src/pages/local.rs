//! Local times in forms, also those that a clock shows twice (GA-13).
//!
//! A field for a local time has no place for an offset. Where the clock shows a time twice, two
//! buttons say which is meant; what was chosen goes along beside the field, and counts for as long
//! as the field says that time.

use guest_core::{InputError, LocalTime, Zone};

use super::form::Form;

/// A local time in a form (`local-time.html`).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct LocalField {
    /// What its field shows.
    pub(super) wall: String,
    /// The same with the offset that was chosen, if one was.
    pub(super) exact: String,
    /// What it could mean, where the clock shows it twice.
    pub(super) readings: Vec<Reading>,
}

/// What a local time that occurs twice could mean.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Reading {
    /// The local time with its offset.
    pub(super) value: String,
    /// Such as `the first, at UTC+02:00`.
    pub(super) words: String,
    pub(super) is_chosen: bool,
}

impl LocalField {
    /// Shows a local time, which may carry an offset, on the clock of a zone.
    pub(super) fn of(time: &str, zone: &str) -> Self {
        let local = LocalTime::parse(time).ok();
        let readings = local.zip(Zone::parse(zone).ok());
        let readings = readings.and_then(|(local, zone)| zone.readings(local));
        let reading = |(nth, one): (&str, LocalTime)| {
            let offset = one.offset().map(|offset| offset.to_string()).unwrap_or_default();
            Reading {
                value: one.to_string(),
                words: format!("the {nth}, at UTC{offset}"),
                is_chosen: local.is_some_and(|local| local.offset() == one.offset()),
            }
        };
        let both = readings.into_iter().flat_map(|both| ["first", "second"].into_iter().zip(both));
        Self { wall: wall(time), exact: time.to_owned(), readings: both.map(reading).collect() }
    }

    /// Returns whether nobody has said which of two moments is meant.
    pub(super) fn is_open(&self) -> bool {
        !self.readings.is_empty() && !self.readings.iter().any(|reading| reading.is_chosen)
    }

    /// Returns what to say at its field while it is open.
    pub(super) fn asks(&self, pointer: &str) -> Option<InputError> {
        let words = "the clock shows this time twice that day; choose which is meant";
        self.is_open().then(|| InputError::invalid(pointer, words))
    }
}

/// Returns what a form says in the field for a local time: with the offset that was chosen, if it
/// was chosen for this time.
pub(super) fn typed(form: &Form, name: &str) -> String {
    let (typed, exact) = (form.text(name), form.text(&format!("{name}_at")));
    let is_same = wall(exact) == wall(typed) && wall(typed) == typed;
    if is_same && !exact.is_empty() { exact.to_owned() } else { typed.to_owned() }
}

/// Returns a local time without the offset it may carry, which a field cannot show.
fn wall(local: &str) -> String {
    let Some((day, time)) = local.split_once('T') else { return local.to_owned() };
    let time = time.split(['+', '-', 'Z']).next().unwrap_or_default();
    format!("{day}T{time}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ga_13_a_field_shows_times_without_their_offset() {
        assert_eq!(wall("2026-10-25T02:30+01:00"), "2026-10-25T02:30");
        assert_eq!(wall("2026-10-25T02:30:05-03:00"), "2026-10-25T02:30:05");
        assert_eq!(wall("2026-10-25T02:30"), "2026-10-25T02:30");
        assert_eq!(wall("nonsense"), "nonsense");
    }

    #[test]
    fn ga_13_a_time_that_occurs_twice_is_asked_about_until_one_is_chosen() {
        check("2026-10-25T02:30", &[false, false], true);
        check("2026-10-25T02:30+02:00", &[true, false], false);
        check("2026-10-25T02:30+01:00", &[false, true], false);
        check("2026-10-25T03:30", &[], false);
        check("2026-03-29T02:30", &[], false);
        check("nonsense", &[], false);
        let field = LocalField::of("2026-10-25T02:30", "Europe/Paris");
        let words: Vec<_> = field.readings.iter().map(|one| one.words.as_str()).collect();
        assert_eq!(words, ["the first, at UTC+02:00", "the second, at UTC+01:00"]);
        assert_eq!(LocalField::of("2026-10-25T02:30", "Nowhere").readings, []);
    }

    #[test]
    fn ga_13_what_was_chosen_counts_for_the_time_it_was_chosen_for() {
        let chosen = "start_at=2026-10-25T02:30%2B01:00";
        let typed = |form: &str| typed(&Form::parse(form.as_bytes()), "start");
        assert_eq!(typed(&format!("start=2026-10-25T02:30&{chosen}")), "2026-10-25T02:30+01:00");
        assert_eq!(typed(&format!("start=2026-10-25T02:45&{chosen}")), "2026-10-25T02:45");
        let pressed = "start=2026-10-25T02:30%2B02:00";
        assert_eq!(typed(&format!("{chosen}&{pressed}")), "2026-10-25T02:30+02:00");
        assert_eq!(typed("start=2026-10-25T02:30"), "2026-10-25T02:30");
        assert_eq!(typed("start=&start_at="), "");
    }

    #[track_caller]
    fn check(time: &str, chosen: &[bool], is_open: bool) {
        let field = LocalField::of(time, "Europe/Paris");
        let found: Vec<_> = field.readings.iter().map(|one| one.is_chosen).collect();
        assert_eq!((found.as_slice(), field.is_open()), (chosen, is_open), "{time}");
    }
}
