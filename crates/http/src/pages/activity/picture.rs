//! Computers against time, drawn (WB-11).
//!
//! Places across are percentages, so that the browser stretches the time and not the words.

use chrono::{Datelike as _, TimeDelta, Timelike as _, Weekday};
use guest_app::{Bar, FreeSlot, Span, Timeline, TimelineRow, Zoom};
use guest_core::Instant;

use super::Asked;
use crate::pages::row::Row;
use crate::pages::told::{Moment, Span as Spoken, lasting};

/// Computers against time.
pub(super) struct Picture<'a> {
    /// The ways to look at more or less of it.
    pub(super) zooms: Vec<Way>,
    /// Where what comes before is, where today is, and where what comes after is.
    pub(super) before: String,
    pub(super) today: String,
    pub(super) after: String,
    /// Whether it begins today by itself.
    pub(super) is_today: bool,
    /// The days it shows, in words.
    pub(super) days: String,
    pub(super) zone: &'static str,
    pub(super) offset: String,
    /// Lines from top to bottom.
    pub(super) marks: Vec<Mark>,
    /// Where now is, if it is in the picture.
    pub(super) now: Option<Across>,
    /// How much of it is past.
    pub(super) past: Across,
    pub(super) hosts: Vec<Host<'a>>,
    /// Where more computers are.
    pub(super) more: Option<String>,
}

/// A way to another part of the picture.
pub(super) struct Way {
    pub(super) name: &'static str,
    pub(super) address: String,
    pub(super) is_here: bool,
}

/// A place across the picture, or a part of its width, in thousandths of a percent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Across(i64);

/// A line from top to bottom.
pub(super) struct Mark {
    pub(super) at: Across,
    /// What begins there; nothing where there is no room for words.
    pub(super) words: String,
    /// Whether a day or a week begins there.
    pub(super) is_great: bool,
    /// The same where there is little room.
    pub(super) short: String,
}

/// A computer, and its invites.
pub(super) struct Host<'a> {
    pub(super) view: &'a TimelineRow,
    /// Where all its invites are.
    pub(super) all: String,
    /// In pixels.
    pub(super) height: usize,
    /// By start: the invites and what is free.
    pub(super) pieces: Vec<Piece<'a>>,
    /// How many of the live invites clash.
    pub(super) clashing: usize,
}

/// An invite, or a free time.
pub(super) struct Piece<'a> {
    pub(super) at: Across,
    pub(super) wide: Across,
    /// In pixels.
    pub(super) top: usize,
    pub(super) high: usize,
    pub(super) address: String,
    pub(super) when: Spoken,
    /// The same in words, for those who do not see it.
    pub(super) words: String,
    pub(super) what: What<'a>,
}

/// What a piece is.
pub(super) enum What<'a> {
    Invite { row: Box<Row<'a>>, sign: &'static str, clashes: bool },
    Free { lasting: String, has_room: bool },
}

impl Piece<'_> {
    /// Returns whether nobody is invited then.
    pub(super) fn is_free(&self) -> bool {
        matches!(self.what, What::Free { .. })
    }
}

impl<'a> Picture<'a> {
    /// Draws what was seen.
    pub(super) fn of(seen: &'a Timeline, asked: &Asked, team: &str) -> Self {
        let span = &seen.span;
        let first = Moment::of(span.from, span.zone);
        let zooms = Zoom::ALL.map(|zoom| Way {
            name: match zoom {
                Zoom::Hours => "Hours",
                Zoom::Days => "Days",
                Zoom::Weeks => "Weeks",
            },
            address: asked.but(&[("zoom", zoom.name())]),
            is_here: zoom == span.zoom,
        });
        let go = |day: &str| asked.but(&[("day", day)]);
        let is_now = span.from <= seen.now && seen.now < span.until;
        Self {
            zooms: zooms.into(),
            before: go(&span.before.to_string()),
            today: go(""),
            after: go(&span.after.to_string()),
            is_today: asked.day.is_empty(),
            days: days(span),
            zone: first.zone,
            offset: first.offset,
            marks: marks(span),
            now: is_now.then(|| Across::at(seen.now, span)),
            past: Across::at(seen.now, span),
            hosts: seen.rows.iter().map(|row| Host::of(row, seen, team)).collect(),
            more: seen.next_cursor.as_deref().map(|cursor| asked.but(&[("computers", cursor)])),
        }
    }
}

impl Across {
    /// Returns where a moment is, at the edge if it is outside.
    fn at(moment: Instant, span: &Span) -> Self {
        let whole = (span.until - span.from).num_seconds().max(1);
        let passed = (moment - span.from).num_seconds().clamp(0, whole);
        Self(passed * 100_000 / whole)
    }

    fn to(self, end: Self) -> Self {
        Self(end.0 - self.0)
    }
}

impl std::fmt::Display for Across {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:03}%", self.0 / 1000, self.0 % 1000)
    }
}

impl<'a> Host<'a> {
    fn of(view: &'a TimelineRow, seen: &Timeline, team: &str) -> Self {
        let lanes = view.lanes.max(1);
        let height = lanes * LANE + GAP;
        let bars = view.bars.iter().map(|bar| (bar.invite.window.start, bar_of(bar, seen, team)));
        let free =
            view.free.iter().map(|slot| (slot.start, free_of(slot, view, seen, team, height)));
        let mut pieces: Vec<_> = bars.chain(free).collect();
        pieces.sort_by_key(|(start, _)| *start);
        Self {
            view,
            all: format!("/t/{team}/invites?computer_id={}", view.computer.id),
            height,
            clashing: view.bars.iter().filter(|bar| bar.clashes).count(),
            pieces: pieces.into_iter().map(|(_, piece)| piece).collect(),
        }
    }
}

fn bar_of<'a>(bar: &'a Bar, seen: &Timeline, team: &str) -> Piece<'a> {
    let (invite, span) = (&bar.invite, &seen.span);
    let row = Row::of(invite, Some(seen.now));
    let at = Across::at(invite.window.start, span);
    let sign = match row.state.class {
        "connected" => "●",
        "open" => "○",
        "scheduled" => "◷",
        "void" => "✕",
        _ => "–",
    };
    let when = Spoken::of(&invite.window);
    let clash = if bar.clashes { ", at the same time as another guest" } else { "" };
    Piece {
        at,
        wide: Across(at.to(Across::at(invite.window.end, span)).0.max(LEAST)),
        top: GAP + bar.lane * LANE,
        high: LANE - GAP,
        address: format!("/t/{team}/invites/{}", invite.id),
        words: format!("{}: {}, {}{clash}", invite.guest_email, row.state.word, spoken(&when)),
        when,
        what: What::Invite { row: Box::new(row), sign, clashes: bar.clashes },
    }
}

fn free_of<'a>(
    slot: &FreeSlot,
    row: &TimelineRow,
    seen: &Timeline,
    team: &str,
    height: usize,
) -> Piece<'a> {
    let span = &seen.span;
    let at = Across::at(slot.start, span);
    let wide = at.to(Across::at(slot.end, span));
    let window = &slot.window;
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("computer_id", &row.computer.id.to_string())
        .append_pair("start", &window.start)
        .append_pair("end", &window.end)
        .finish();
    let when =
        Spoken { start: Moment::of(slot.start, span.zone), end: Moment::of(slot.end, span.zone) };
    let lasting = lasting((slot.end - slot.start).num_seconds());
    Piece {
        at,
        wide,
        top: 0,
        high: height,
        address: format!("/t/{team}/invite?{query}"),
        // What is shown is part of what is heard: those who speak to their browser say what they see.
        words: format!(
            "Free: + {lasting}, {}. Invite guests to {}",
            spoken(&when),
            row.computer.name
        ),
        when,
        what: What::Free { lasting, has_room: wide.0 >= ROOM },
    }
}

/// Says when something is, for a label.
fn spoken(when: &Spoken) -> String {
    let (start, end) = (&when.start, &when.end);
    let until =
        if when.is_of_a_day() { end.time.clone() } else { format!("{}, {}", end.day, end.time) };
    format!("{}, {} to {until} ({}, {})", start.day, start.time, start.zone, start.offset)
}

/// Says which days are shown.
fn days(span: &Span) -> String {
    let last = span.days.last().map_or(span.from, |last| *last);
    let (first, last) = (span.zone.wall(span.from), span.zone.wall(last));
    let last_words = last.format("%a %-d %B %Y");
    if first.date() == last.date() {
        last_words.to_string()
    } else if first.format("%Y-%m").to_string() == last.format("%Y-%m").to_string() {
        format!("{} – {last_words}", first.format("%a %-d"))
    } else {
        format!("{} – {last_words}", first.format("%a %-d %B"))
    }
}

/// Returns the lines from top to bottom: hours, or days.
fn marks(span: &Span) -> Vec<Mark> {
    let mark = |at: &Instant, words, short, is_great| Mark {
        at: Across::at(*at, span),
        words,
        short,
        is_great,
    };
    let day = |at: &Instant, form| span.zone.wall(*at).format(form).to_string();
    let days = span.days.iter();
    match span.zoom {
        Zoom::Hours => {
            let hours = (0..MOST_HOURS).map(|hour| span.from + TimeDelta::hours(hour));
            let shown = hours.take_while(|at| *at < span.until).map(|at| {
                let hour = span.zone.wall(at).hour();
                let every = |hours| hour.is_multiple_of(hours);
                let told = |is_told| if is_told { format!("{hour:02}:00") } else { String::new() };
                mark(&at, told(every(3)), told(every(6)), every(6))
            });
            shown.collect()
        }
        Zoom::Days => days.map(|at| mark(at, day(at, "%a %-d"), day(at, "%-d"), true)).collect(),
        Zoom::Weeks => {
            let shown = days.map(|at| {
                if span.zone.wall(*at).weekday() == Weekday::Mon {
                    mark(at, day(at, "%a %-d %b"), day(at, "%-d %b"), true)
                } else {
                    mark(at, String::new(), String::new(), false)
                }
            });
            shown.collect()
        }
    }
}

/// How high a lane is, in pixels, with the gap above it.
const LANE: usize = 28;

/// How much room is between two lanes, in pixels.
const GAP: usize = 4;

/// How wide an invite is at least, so that a short one is seen: half a percent.
const LEAST: i64 = 500;

/// How wide a free time is in which there is room to say how long it lasts.
const ROOM: i64 = 9_000;

/// More than the hours of any day.
const MOST_HOURS: i64 = 26;

#[cfg(test)]
mod tests {
    use guest_core::Zone;

    use super::*;

    #[test]
    fn wb_11_places_across_are_parts_of_the_time() {
        let span = span(Zoom::Days, "2026-12-01", 7);
        let at = |hours| Across::at(span.from + TimeDelta::hours(hours), &span).to_string();
        assert_eq!(
            (at(0), at(84), at(168)),
            ("0.000%".into(), "50.000%".into(), "100.000%".into())
        );
        assert_eq!((at(-5), at(999)), ("0.000%".into(), "100.000%".into()));
        assert_eq!(at(24), "14.285%");
    }

    #[test]
    fn wb_11_the_days_are_told_as_shortly_as_they_can_be() {
        assert_eq!(days(&span(Zoom::Hours, "2026-12-01", 1)), "Tue 1 December 2026");
        assert_eq!(days(&span(Zoom::Days, "2026-12-01", 7)), "Tue 1 – Mon 7 December 2026");
        assert_eq!(
            days(&span(Zoom::Days, "2026-12-28", 7)),
            "Mon 28 December – Sun 3 January 2027"
        );
    }

    #[test]
    fn wb_11_hours_are_marked_as_the_clock_shows_them_also_when_it_is_changed() {
        let words = |day: &str| {
            let marks = marks(&span(Zoom::Hours, day, 1));
            let words = marks.into_iter().map(|mark| mark.words).filter(|words| !words.is_empty());
            words.collect::<Vec<_>>()
        };
        let usual = ["00:00", "03:00", "06:00", "09:00", "12:00", "15:00", "18:00", "21:00"];
        assert_eq!(words("2026-12-01"), usual);
        assert_eq!(words("2026-03-29"), usual, "this day has 23 hours");
        assert_eq!(marks(&span(Zoom::Hours, "2026-10-25", 1)).len(), 25);
        assert_eq!(marks(&span(Zoom::Weeks, "2026-11-30", 28)).len(), 28);
    }

    fn span(zoom: Zoom, day: &str, length: u64) -> Span {
        let zone = Zone::parse("Europe/Paris").unwrap();
        let day: chrono::NaiveDate = day.parse().unwrap();
        let after = |days| day + chrono::Days::new(days);
        Span {
            zoom,
            zone,
            day,
            from: zone.day_start(day),
            until: zone.day_start(after(length)),
            days: (0..length).map(|number| zone.day_start(after(number))).collect(),
            before: day,
            after: after(length),
        }
    }
}
