//! The audit log, for those who may read it (QU-35).

mod told;

pub use self::told::{AuditLine, AuditLog, Seen};

use chrono::{DateTime, Days, NaiveDate, Utc};
use guest_core::{InputError, Instant, Right, Zone};
use serde::{Deserialize, Serialize};

use crate::access::Actor;
use crate::paging::page;
use crate::record::{AuditEntry, Range, row};
use crate::view::Page;
use crate::{App, Call, Fault, Paging, Pending, StoreError, View, tables};

/// Which lines of the audit log to show.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[serde(deny_unknown_fields)]
pub struct AuditFilter {
    /// From this moment on (RFC 3339), or from the start of this day (`2026-12-01`) on the team's
    /// clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Before this moment, or to the end of this day on the team's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// By whom: an email, a computer's id, `operator` or `system`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// About what: an id, or a name where the thing has no id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What kind of deed: the part before the dot, such as `invite`; for pages.
    #[serde(skip)]
    #[cfg_attr(feature = "openapi", param(ignore))]
    pub kind: Option<String>,
}

/// A line of the audit log.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditView {
    /// Names the line.
    pub id: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Who: an email, a computer's id, `operator` or `system`.
    pub actor: String,
    /// What, such as `invite.create`.
    pub action: String,
    /// About what: an id, or a name where the thing has no id.
    pub subject: String,
    /// The address it came from.
    pub from: Option<String>,
    /// More about it.
    pub detail: serde_json::Value,
}

impl App {
    /// Shows the audit log of a team, the newest lines first (QU-35).
    ///
    /// A page looks at a bounded number of lines, so that where few of many
    /// fit it may hold fewer than asked for and still not be the last.
    pub fn audit(
        &self,
        call: &Call,
        team: &str,
        filter: &AuditFilter,
        paging: &Paging,
    ) -> Pending<Page<AuditView>> {
        let (call, team) = (call.clone(), team.to_owned());
        let (filter, paging) = (filter.clone(), paging.clone());
        self.read(move |view, _| {
            let actor = Actor::with(view, &call, &team, Right::ReadAudit)?;
            lines(view, &actor, &filter, &paging)
        })
    }
}

/// Returns a page of the lines that a filter lets through.
fn lines(
    view: &mut dyn View,
    actor: &Actor,
    filter: &AuditFilter,
    paging: &Paging,
) -> Result<Page<AuditView>, Fault> {
    let (sought, paged) = match (filter.read(actor.team.zone), paging.parse()) {
        (Ok(sought), Ok(paged)) => (sought, paged),
        (sought, paged) => {
            let wrong = [sought.err(), paged.err()].into_iter().flatten();
            return Err(wrong.flatten().collect::<Vec<_>>().into());
        }
    };
    let (prefix, index) = (row![actor.team.id], Some(&tables::AUDIT_TEAM));
    let range = Range { index, prefix: &prefix, backwards: true, ..Range::default() };
    page(view, &range, &paged, |_, entry: AuditEntry| {
        if sought.fits(&entry) { AuditView::of(entry).map(Some) } else { Ok(None) }
    })
}

/// Which lines to show, read.
#[derive(Clone, Debug)]
struct Sought {
    from: Option<Instant>,
    to: Option<Instant>,
    actor: Option<String>,
    subject: Option<String>,
    kind: Option<String>,
}

impl AuditFilter {
    fn read(&self, zone: Zone) -> Result<Sought, Vec<InputError>> {
        let mut errors = Vec::new();
        let mut moment = |pointer: &str, text: &Option<String>, days| {
            let text = text.as_deref()?;
            let read = read_moment(text, zone, days);
            if read.is_none() {
                errors.push(InputError::invalid(pointer, NO_MOMENT));
            }
            read
        };
        let (from, to) = (moment("/from", &self.from, 0), moment("/to", &self.to, 1));
        let Self { actor, subject, kind, .. } = self.clone();
        if errors.is_empty() { Ok(Sought { from, to, actor, subject, kind }) } else { Err(errors) }
    }
}

/// Reads a moment, or a day as the first moment of the day so many days after it.
fn read_moment(text: &str, zone: Zone, days: u64) -> Option<Instant> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.to_utc());
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    day.checked_add_days(Days::new(days)).map(|day| zone.day_start(day))
}

impl Sought {
    fn fits(&self, entry: &AuditEntry) -> bool {
        self.from.is_none_or(|from| from <= entry.at)
            && self.to.is_none_or(|to| entry.at < to)
            && self.actor.as_ref().is_none_or(|actor| actor.eq_ignore_ascii_case(&entry.actor))
            && self.subject.as_ref().is_none_or(|subject| *subject == entry.subject)
            && self.kind.as_ref().is_none_or(|kind| {
                entry.action.split_once('.').is_some_and(|(family, _)| family == kind)
            })
    }
}

impl AuditView {
    fn of(entry: AuditEntry) -> Result<Self, Fault> {
        let detail = serde_json::from_str(&entry.detail)
            .map_err(|error| StoreError::new("reading the audit log", error))?;
        Ok(Self {
            id: format!("aud_{}", entry.seq),
            at: entry.at,
            actor: entry.actor,
            action: entry.action,
            subject: entry.subject,
            from: entry.origin,
            detail,
        })
    }
}

const NO_MOMENT: &str = "neither a moment (RFC 3339) nor a day; write it like 2026-12-01";
