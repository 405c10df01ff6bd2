//! Which invites stand beside each other, which clash, and what is left free.

use chrono::{TimeDelta, Timelike as _};
use guest_core::{Instant, Invite, Zone, latest_end};

use super::{FreeSlot, Span};
use crate::request::WindowDraft;

/// A stretch of time: its first moment, and the first after it.
type Stretch = (Instant, Instant);

/// The invites of a computer, each in a lane of its own where they overlap.
pub(super) struct Bars {
    /// By start.
    pub(super) placed: Vec<Placed>,
    /// How many lanes there are.
    pub(super) lanes: usize,
    /// Whether some found no place.
    pub(super) more: bool,
    /// When somebody may be on the computer, by start.
    pub(super) busy: Vec<Stretch>,
}

/// An invite and its place.
pub(super) struct Placed {
    pub(super) invite: Invite,
    pub(super) lane: usize,
    pub(super) clashes: bool,
}

impl Bars {
    /// Places invites: those that count first, in the order of their starts, then those that have
    /// ended, the latest first.
    pub(super) fn of(mut live: Vec<Invite>, mut ended: Vec<Invite>) -> Self {
        live.sort_by_key(|invite| (invite.window.start(), invite.id));
        ended.sort_by_key(|invite| (std::cmp::Reverse(invite.window.start()), invite.id));
        // Oneself may come at any time, and so holds none of it (GA-43).
        let holding = live.iter().filter(|invite| !invite.ignores_window());
        let busy: Vec<Stretch> = holding.map(stretch).collect();
        let clashing = clashing(&busy);
        let mut clashing = clashing.into_iter();
        let live = live.into_iter().map(|invite| {
            let clashes = !invite.ignores_window() && clashing.next().unwrap_or_default();
            (invite, clashes)
        });
        let all = live.chain(ended.into_iter().map(|invite| (invite, false)));
        let (mut lanes, mut placed, mut more) = (Lanes::default(), Vec::new(), false);
        for (invite, clashes) in all {
            match lanes.take(stretch(&invite)).filter(|_| placed.len() < BARS_MOST) {
                Some(lane) => placed.push(Placed { invite, lane, clashes }),
                None => more = true,
            }
        }
        placed.sort_by_key(|bar| (bar.invite.window.start(), bar.lane));
        Self { lanes: lanes.0.len(), placed, more, busy }
    }
}

/// Says for each of some stretches, sorted by start, whether another is for some of the same time.
fn clashing(sorted: &[Stretch]) -> Vec<bool> {
    let nexts = sorted.iter().skip(1).map(|(start, _)| Some(*start)).chain([None]);
    let mut latest: Option<Instant> = None;
    let judged = sorted.iter().zip(nexts).map(|((start, end), next)| {
        let clashes =
            latest.is_some_and(|latest| *start < latest) || next.is_some_and(|next| next < *end);
        latest = latest.max(Some(*end));
        clashes
    });
    judged.collect()
}

/// Lanes, each with what is in it.
#[derive(Default)]
struct Lanes(Vec<Vec<Stretch>>);

impl Lanes {
    /// Takes the first lane that has room, if there is one.
    fn take(&mut self, (start, end): Stretch) -> Option<usize> {
        let has_room =
            |lane: &Vec<Stretch>| lane.iter().all(|(from, until)| end <= *from || *until <= start);
        let lane = match self.0.iter().position(has_room) {
            Some(lane) => lane,
            None if self.0.len() < LANES_MOST => {
                self.0.push(Vec::new());
                self.0.len() - 1
            }
            None => return None,
        };
        self.0.get_mut(lane)?.push((start, end));
        Some(lane)
    }
}

/// Returns what is left free from `now` on, told apart where the span does and where a window
/// would become too long (GA-12).
pub(super) fn free(busy: &[Stretch], span: &Span, now: Instant) -> Vec<FreeSlot> {
    let (mut free, cuts) = (Vec::new(), span.cuts());
    let mut at = span.from.max(quarter_after(now));
    for (start, end) in busy.iter().copied().chain([(span.until, span.until)]) {
        let until = start.min(span.until);
        while at < until {
            let cut = cuts.iter().copied().find(|cut| at < *cut);
            let end = until.min(cut.unwrap_or(until)).min(latest_end(at, span.zone));
            if end - at >= SHORTEST {
                free.push(FreeSlot { start: at, end, window: window(at, end, span.zone) });
            }
            at = end.max(at + TimeDelta::minutes(1));
        }
        at = at.max(end);
    }
    free
}

fn stretch(invite: &Invite) -> Stretch {
    (invite.window.start(), invite.window.end())
}

/// Returns the next moment at which the clock shows a quarter of an hour, in most zones.
fn quarter_after(now: Instant) -> Instant {
    let past = i64::from(now.minute() % 15 * 60 + now.second());
    let whole = now.with_nanosecond(0).unwrap_or(now);
    if past == 0 && whole == now { now } else { whole + TimeDelta::seconds(15 * 60 - past) }
}

/// Tells a stretch as a window is typed.
fn window(start: Instant, end: Instant, zone: Zone) -> WindowDraft {
    WindowDraft {
        start: zone.local(start).to_string(),
        end: zone.local(end).to_string(),
        time_zone: zone.name().to_owned(),
    }
}

/// How many invites of a computer are shown: more than somebody can tell apart.
const BARS_MOST: usize = 100;

/// How many invites stand beside each other at most.
const LANES_MOST: usize = 8;

/// What is shorter is not offered.
const SHORTEST: TimeDelta = TimeDelta::minutes(15);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::{TimelineQuery, Zoom};

    #[test]
    fn wb_11_windows_that_only_touch_do_not_clash() {
        check(&[("08:00", "09:00"), ("09:00", "10:00"), ("12:00", "13:00")], &[false; 3]);
        check(&[("08:00", "09:01"), ("09:00", "10:00")], &[true, true]);
        // One inside of another, which a third one outlives.
        let long = [("08:00", "12:00"), ("09:00", "10:00"), ("11:00", "13:00"), ("13:00", "14:00")];
        check(&long, &[true, true, true, false]);
        check(&[("08:00", "09:00"), ("08:00", "09:00")], &[true, true]);
        check(&[], &[]);
    }

    #[test]
    fn wb_11_what_overlaps_stands_in_lanes_of_its_own() {
        let mut lanes = Lanes::default();
        let mut take = |start, end| lanes.take((at(start), at(end)));
        assert_eq!(take("08:00", "10:00"), Some(0));
        assert_eq!(take("09:00", "11:00"), Some(1));
        assert_eq!(take("10:00", "12:00"), Some(0));
        assert_eq!(take("07:00", "08:00"), Some(0));
        for lane in 2..LANES_MOST {
            assert_eq!(take("09:30", "09:40"), Some(lane));
        }
        assert_eq!(take("09:30", "09:40"), None);
        assert_eq!(take("12:00", "13:00"), Some(0));
    }

    #[test]
    fn wb_11_what_is_free_lies_between_invites_from_now_on() {
        let busy = [("10:00", "12:00"), ("11:00", "11:30"), ("13:00", "13:10"), ("13:20", "14:00")];
        let busy = busy.map(|(start, end)| (at(start), at(end)));
        // The hours of the day end at 23:00 UTC; ten minutes are too few.
        told(&busy, Zoom::Hours, "08:01", &["08:15 10:00", "12:00 13:00", "14:00 23:00"]);
        told(&busy, Zoom::Hours, "11:00", &["12:00 13:00", "14:00 23:00"]);
        told(&[(at("00:00"), at("23:30"))], Zoom::Hours, "08:01", &[]);
        told(&[], Zoom::Hours, "22:55", &[]);
    }

    #[test]
    fn wb_11_what_is_free_for_long_is_told_apart_by_days_or_by_weeks_of_five_days() {
        let slots = free(&[], &span(Zoom::Days), at("08:00"));
        assert_eq!(slots.len(), 7);
        assert_eq!(slots[0].window.start, "2026-12-01T09:00", "on the clock of the zone");
        assert_eq!(slots[0].window.end, "2026-12-02T00:00");
        assert_eq!(slots[6].window.end, "2026-12-08T00:00");
        let slots = free(&[], &span(Zoom::Weeks), at("08:00"));
        let ends: Vec<_> = slots.iter().map(|slot| slot.window.end.as_str()).collect();
        assert_eq!(ends[..3], ["2026-12-06T09:00", "2026-12-07T00:00", "2026-12-12T00:00"]);
        assert!(slots.iter().all(|slot| slot.end <= latest_end(slot.start, paris())));
        assert!(slots.windows(2).all(|pair| pair[0].end == pair[1].start));
    }

    #[test]
    fn a_quarter_of_an_hour_is_rounded_up_to() {
        let after = |time: &str| quarter_after(at(time));
        assert_eq!(after("08:00"), at("08:00"));
        assert_eq!(after("08:01"), at("08:15"));
        assert_eq!(after("08:59"), at("09:00"));
        assert_eq!(quarter_after(at("08:00") + TimeDelta::milliseconds(1)), at("08:15"));
        assert_eq!(quarter_after(at("08:14") + TimeDelta::seconds(59)), at("08:15"));
    }

    #[track_caller]
    fn check(windows: &[(&str, &str)], expected: &[bool]) {
        let sorted: Vec<_> = windows.iter().map(|(start, end)| (at(start), at(end))).collect();
        assert_eq!(clashing(&sorted), expected);
    }

    #[track_caller]
    fn told(busy: &[Stretch], zoom: Zoom, now: &str, expected: &[&str]) {
        let slots = free(busy, &span(zoom), at(now));
        let clock = |at: Instant| at.format("%H:%M").to_string();
        let told = slots.iter().map(|slot| format!("{} {}", clock(slot.start), clock(slot.end)));
        assert_eq!(told.collect::<Vec<_>>(), expected);
    }

    /// Returns what is shown of the days from the first of December on.
    fn span(zoom: Zoom) -> Span {
        let query = TimelineQuery { zoom, day: Some("2026-12-01".to_owned()) };
        Span::read(&query, paris(), at("08:00")).unwrap()
    }

    fn paris() -> Zone {
        Zone::parse("Europe/Paris").unwrap()
    }

    fn at(clock: &str) -> Instant {
        format!("2026-12-01T{clock}:00Z").parse().unwrap()
    }
}
