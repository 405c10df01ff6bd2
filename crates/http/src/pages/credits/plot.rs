//! The balance over time, as a picture and in words (WB-6).

use std::fmt::Write as _;

use guest_app::EntryView;
use guest_core::Zone;

use crate::pages::told::Moment;

/// The balance over the time of some entries.
///
/// The picture is [`WIDTH`] by [`HEIGHT`], and may be stretched.
pub(super) struct Plot {
    /// The line, as the data of an SVG path: level until a change.
    pub(super) line: String,
    /// The same, closed along the bottom.
    pub(super) area: String,
    /// What the top of the picture stands for.
    pub(super) top: u64,
    /// Half of it, where that is a whole number.
    pub(super) middle: Option<u64>,
    pub(super) first: Moment,
    pub(super) last: Moment,
    /// The same in words.
    pub(super) words: String,
}

impl Plot {
    /// Draws entries, the newest first; one alone, or those of one moment, are no course of time.
    pub(super) fn of(entries: &[EntryView], zone: Zone) -> Option<Self> {
        let (newest, oldest) = (entries.first()?, entries.last()?);
        let (start, end) = (oldest.timestamp, newest.timestamp);
        let whole = (end - start).num_milliseconds();
        if whole <= 0 {
            return None;
        }
        let before = oldest.balance.saturating_add_signed(oldest.credits.saturating_neg());
        let balances = || entries.iter().map(|entry| entry.balance).chain([before]);
        let (lowest, highest) = (balances().min()?, balances().max()?);
        let top = round_up(highest);
        let across = |entry: &EntryView| {
            let passed = (entry.timestamp - start).num_milliseconds().clamp(0, whole);
            scale(passed.unsigned_abs(), whole.unsigned_abs(), WIDTH)
        };
        let up = |balance: u64| HEIGHT - scale(balance, top, HEIGHT);
        let mut line = format!("M0 {}", up(before));
        let mut furthest = 0;
        for entry in entries.iter().rev() {
            // Where the clock was set back, the line goes on from where it is.
            furthest = across(entry).max(furthest);
            let _ = write!(line, "H{furthest}V{}", up(entry.balance)); // A string takes it.
        }
        let (first, last) = (Moment::of(start, zone), Moment::of(end, zone));
        let when = if first.day == last.day {
            format!("On {}", first.day)
        } else {
            format!("From {} to {}", first.day, last.day)
        };
        let words = format!(
            "{when} the balance went from {before} to {} in {} changes; the least was \
             {lowest}, the most {highest}.",
            newest.balance,
            entries.len()
        );
        let area = format!("{line}H{WIDTH}V{HEIGHT}H0Z");
        let middle = Some(top / 2).filter(|_| top.is_multiple_of(2));
        Some(Self { line, area, top, middle, first, last, words })
    }
}

/// Returns how many of `steps` a part of a whole is.
fn scale(part: u64, whole: u64, steps: u64) -> u64 {
    let scaled = u128::from(part) * u128::from(steps) / u128::from(whole.max(1));
    u64::try_from(scaled).unwrap_or(steps).min(steps)
}

/// Returns a number that is easy to read, and not below another: 1, 2, 4, 6, 8 or 10 of some power
/// of ten.
fn round_up(number: u64) -> u64 {
    let mut unit = 1_u64;
    while unit.saturating_mul(10) < number {
        unit = unit.saturating_mul(10);
    }
    let steps = [1, 2, 4, 6, 8, 10].map(|step: u64| step.saturating_mul(unit));
    steps.into_iter().find(|step| *step >= number).unwrap_or(number)
}

/// How wide the picture is.
pub(super) const WIDTH: u64 = 1000;

/// How high the picture is.
pub(super) const HEIGHT: u64 = 200;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn wb_6_the_balance_is_a_line_of_steps() {
        let entries = [entry("10:00", -1, 9), entry("09:30", 10, 10), entry("09:00", -5, 0)];
        let plot = Plot::of(&entries, Zone::UTC).unwrap();
        assert_eq!(plot.line, "M0 100H0V200H500V0H1000V20");
        assert_eq!((plot.top, plot.middle), (10, Some(5)));
        assert!(plot.words.contains("from 5 to 9 in 3 changes"), "{}", plot.words);
        assert!(plot.words.contains("least was 0, the most 10"), "{}", plot.words);
    }

    #[test]
    fn wb_6_a_single_moment_is_no_line() {
        assert!(Plot::of(&[], Zone::UTC).is_none());
        assert!(Plot::of(&[entry("09:00", 1, 1)], Zone::UTC).is_none());
        assert!(Plot::of(&[entry("09:00", 1, 2), entry("09:00", 1, 1)], Zone::UTC).is_none());
    }

    #[test]
    fn where_the_clock_was_set_back_the_line_goes_on() {
        let entries = [entry("10:00", 1, 3), entry("09:15", 1, 2), entry("09:30", 1, 1)];
        let plot = Plot::of(&entries, Zone::UTC).unwrap();
        assert_eq!(plot.line, "M0 200H0V150H0V100H1000V50");
    }

    #[test]
    fn the_scale_ends_at_an_easy_number() {
        for (number, top) in [(0, 1), (1, 1), (3, 4), (10, 10), (11, 20), (19, 20), (612, 800)] {
            assert_eq!(round_up(number), top, "{number}");
        }
        assert_eq!(round_up(u64::MAX), u64::MAX);
    }

    fn entry(clock: &str, credits: i64, balance: u64) -> EntryView {
        let entry = json!({
            "id": guest_core::EntryId::from_bits(1),
            "seq": 1,
            "timestamp": format!("2026-12-01T{clock}:00Z"),
            "reason": "grant",
            "credits": credits,
            "balance": balance,
        });
        serde_json::from_value(entry).unwrap()
    }
}
