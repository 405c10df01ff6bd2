//! The history of a team's credits, and its export (CR-30).

use chrono::{NaiveDate, NaiveTime, SecondsFormat, TimeDelta};
use guest_core::{Entry, InputError, Instant, Right, TeamId, csv_cell};
use serde::{Deserialize, Serialize};

use super::EntryView;
use crate::access::Actor;
use crate::paging::page;
use crate::record::{IntoValue, Range, list, row};
use crate::view::Page;
use crate::{App, Call, Fault, Paging, Pending, View};

/// Which entries of the history are asked for.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams, utoipa::ToSchema))]
pub struct HistoryFilter {
    /// From this moment on (RFC 3339), or from the start of this day in UTC (`2026-12-01`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Up to this moment and without it, or to the end of this day in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

impl App {
    /// Lists the entries of a team's account, newest first unless asked for otherwise (CR-24).
    ///
    /// They stand in the order in which they were booked, also where the clock was set back.
    pub fn history(
        &self,
        call: &Call,
        team: &str,
        filter: &HistoryFilter,
        paging: &Paging,
        oldest_first: bool,
    ) -> Pending<Page<EntryView>> {
        let (call, team) = (call.clone(), team.to_owned());
        let (span, paged) = (filter.parse(), paging.parse());
        self.read(move |view, _| {
            let actor = Actor::with(view, &call, &team, Right::ReadHistory)?;
            let (span, paged) = match (&span, &paged) {
                (Ok(span), Ok(paged)) => (span, paged),
                (span, paged) => {
                    let errors = [span.as_ref().err(), paged.as_ref().err()];
                    return Err(errors
                        .into_iter()
                        .flatten()
                        .flatten()
                        .cloned()
                        .collect::<Vec<_>>()
                        .into());
                }
            };
            let prefix = row![actor.team.id];
            let range = Range { prefix: &prefix, backwards: !oldest_first, ..Range::default() };
            page(view, &range, paged, |_, entry: Entry| {
                Ok(span.holds(entry.at).then(|| EntryView::of(&entry)))
            })
        })
    }

    /// Returns up to `limit` entries after number `after`, oldest first: one part of an export (CR-30).
    ///
    /// The next part comes after the last entry of this one, and there is none
    /// after an empty one. Each part asks for the caller's rights again.
    pub fn entries_after(
        &self,
        call: &Call,
        team: &str,
        filter: &HistoryFilter,
        after: u64,
        limit: usize,
    ) -> Pending<Vec<Entry>> {
        let (call, team, span) = (call.clone(), team.to_owned(), filter.parse());
        self.read(move |view, _| {
            let actor = Actor::with(view, &call, &team, Right::ReadHistory)?;
            entries_after(view, actor.team.id, &span.clone()?, after, limit)
        })
    }
}

/// Returns an entry as a row of the export, in the order of [`CSV_HEADER`] (CR-30).
///
/// Texts that a spreadsheet would run as a formula are neutralised.
#[must_use]
pub fn csv_record(entry: &Entry) -> [String; 8] {
    let text = |text: Option<&str>| csv_cell(text.unwrap_or_default()).into_owned();
    [
        entry.at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        entry.reason.name().to_owned(),
        entry.amount.to_string(),
        entry.balance.to_string(),
        text(entry.administrator.as_ref().map(guest_core::Email::as_str)),
        text(entry.guest.as_ref().map(guest_core::Email::as_str)),
        entry.invite.map(|invite| invite.to_string()).unwrap_or_default(),
        entry.order.map(|order| order.to_string()).unwrap_or_default(),
    ]
}

impl HistoryFilter {
    fn parse(&self) -> Result<Span, Vec<InputError>> {
        let read = |text: &Option<String>, pointer, days| match text {
            None => Ok(None),
            Some(text) => read_moment(text, days).map(Some).ok_or_else(|| {
                InputError::invalid(pointer, "neither a moment (RFC 3339) nor a date")
            }),
        };
        match (read(&self.from, "/from", 0), read(&self.to, "/to", 1)) {
            (Ok(from), Ok(to)) => Ok(Span { from, to }),
            (from, to) => Err([from.err(), to.err()].into_iter().flatten().collect()),
        }
    }
}

/// A stretch of time, with its start and without its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Span {
    from: Option<Instant>,
    to: Option<Instant>,
}

impl Span {
    fn holds(self, at: Instant) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to)
    }
}

/// Reads a moment, or a date as the midnight that many days after its start.
fn read_moment(text: &str, days: i64) -> Option<Instant> {
    if let Ok(moment) = chrono::DateTime::parse_from_rfc3339(text) {
        return Some(moment.to_utc());
    }
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    date.checked_add_signed(TimeDelta::days(days))
        .map(|date| date.and_time(NaiveTime::MIN).and_utc())
}

fn entries_after(
    view: &mut dyn View,
    team: TeamId,
    span: &Span,
    mut after: u64,
    limit: usize,
) -> Result<Vec<Entry>, Fault> {
    let prefix = row![team];
    let mut found = Vec::new();
    while found.len() < limit {
        let from = Some(after.saturating_add(1).value());
        let limit = limit - found.len();
        let part = Range { prefix: &prefix, from, limit: limit.min(PART), ..Range::default() };
        let entries: Vec<Entry> = list(view, &part)?;
        let Some(last) = entries.last() else { break };
        after = last.seq;
        found.extend(entries.into_iter().filter(|entry| span.holds(entry.at)));
    }
    Ok(found)
}

/// The names of an export's columns (CR-30).
pub const CSV_HEADER: [&str; 8] = [
    "timestamp",
    "reason",
    "credits",
    "balance",
    "administrator_email",
    "guest_email",
    "invite_id",
    "order_id",
];

/// How many entries are read at once, so that memory does not grow with what a filter leaves out.
const PART: usize = 1_000;

#[cfg(test)]
mod tests {
    use guest_core::{Email, EntryId, InviteId, OrderId, Reason};

    use super::*;

    #[test]
    fn cr_30_a_row_of_the_export_has_eight_cells() {
        let bare = ["2026-12-01T09:00:00Z", "purchase", "10", "10", "", "", "", ""];
        check(&entry(), &bare);
        let (invite, order) = (InviteId::from_bits(7), OrderId::from_bits(8));
        let full = Entry {
            at: "2026-12-01T09:00:00.250Z".parse().unwrap(),
            amount: -1,
            reason: Reason::Invite,
            administrator: Some(email("ada@acme.example")),
            guest: Some(email("lin@example.org")),
            invite: Some(invite),
            order: Some(order),
            ..entry()
        };
        let cells = [
            "2026-12-01T09:00:00.250Z",
            "invite",
            "-1",
            "10",
            "ada@acme.example",
            "lin@example.org",
            &invite.to_string(),
            &order.to_string(),
        ];
        check(&full, &cells);
    }

    #[test]
    fn cr_30_an_address_that_is_a_formula_becomes_text() {
        let formula = Entry { guest: Some(email("=2+3@example.org")), amount: -1, ..entry() };
        let [_, _, amount, _, _, guest, _, _] = csv_record(&formula);
        assert_eq!((amount.as_str(), guest.as_str()), ("-1", "'=2+3@example.org"));
    }

    #[test]
    fn cr_30_a_filter_has_a_start_and_an_end() {
        check_span(None, None, "2026-12-01T00:00:00Z", Ok(true));
        check_span(Some("2026-12-01"), None, "2026-12-01T00:00:00Z", Ok(true));
        check_span(Some("2026-12-01"), None, "2026-11-30T23:59:59Z", Ok(false));
        check_span(None, Some("2026-12-01"), "2026-12-01T23:59:59.999999Z", Ok(true));
        check_span(None, Some("2026-12-01"), "2026-12-02T00:00:00Z", Ok(false));
        check_span(Some("2026-12-01T10:00:00+01:00"), None, "2026-12-01T09:00:00Z", Ok(true));
        check_span(None, Some("2026-12-01T10:00:00+01:00"), "2026-12-01T09:00:00Z", Ok(false));
        let at = "2026-12-01T09:00:00Z";
        check_span(Some("yesterday"), None, at, Err(vec!["/from"]));
        check_span(Some("2026-12-01T09:00"), Some("2026-02-30"), at, Err(vec!["/from", "/to"]));
        check_span(None, Some("+262142-12-31"), at, Err(vec!["/to"]));
    }

    #[track_caller]
    fn check(entry: &Entry, cells: &[&str; 8]) {
        assert_eq!(csv_record(entry), *cells);
    }

    #[track_caller]
    fn check_span(
        from: Option<&str>,
        to: Option<&str>,
        at: &str,
        expected: Result<bool, Vec<&str>>,
    ) {
        let filter = HistoryFilter { from: from.map(str::to_owned), to: to.map(str::to_owned) };
        let holds = filter.parse().map(|span| span.holds(at.parse().unwrap()));
        let pointers = |errors: Vec<InputError>| errors.into_iter().map(|error| error.pointer);
        let expected = expected.map_err(|wrong| wrong.into_iter().map(str::to_owned).collect());
        assert_eq!(holds.map_err(|errors| pointers(errors).collect::<Vec<_>>()), expected);
    }

    fn entry() -> Entry {
        Entry {
            team: TeamId::parse("acme").unwrap(),
            seq: 1,
            id: EntryId::from_bits(1),
            at: "2026-12-01T09:00:00Z".parse().unwrap(),
            amount: 10,
            balance: 10,
            reason: Reason::Purchase,
            administrator: None,
            guest: None,
            invite: None,
            order: None,
            note: None,
        }
    }

    fn email(text: &str) -> Email {
        Email::parse(text).unwrap()
    }
}
