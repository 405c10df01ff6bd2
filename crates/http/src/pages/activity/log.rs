//! The audit log, as a table (QU-35, WB-11).

use guest_app::{App, AuditFilter, AuditLine, Fault, Paging};

use super::Asked;
use super::words::{KINDS, Part, told};
use crate::pages::place::Place;
use crate::pages::told::Moment;

/// A page of the audit log, the newest line first.
pub(super) struct Log {
    pub(super) rows: Vec<Row>,
    /// The kinds of deeds to choose from: the name, what people call them, and whether it is asked
    /// for.
    pub(super) kinds: Vec<(&'static str, &'static str, bool)>,
    /// Whether only some lines are asked for.
    pub(super) is_filtered: bool,
    /// Where all lines are.
    pub(super) all: String,
    /// Where the older lines are.
    pub(super) older: Option<String>,
}

/// A line in words.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) when: Moment,
    /// Who it was.
    pub(super) who: String,
    /// Where everything is that they did.
    pub(super) theirs: String,
    pub(super) deed: Vec<Part>,
    /// The address it came from.
    pub(super) from: String,
    /// Where everything is that was done with the same thing.
    pub(super) same: String,
}

impl Log {
    /// Reads the part of the log that is asked for.
    pub(super) async fn of(app: &App, place: &Place, asked: &Asked) -> Result<Self, Fault> {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let filter = AuditFilter {
            from: given(&asked.from),
            to: given(&asked.to),
            actor: given(&asked.actor),
            subject: given(&asked.subject),
            kind: given(&asked.kind),
        };
        let is_filtered = [&filter.from, &filter.to, &filter.actor, &filter.subject, &filter.kind]
            .into_iter()
            .any(Option::is_some);
        let paging = Paging { limit: LINES, cursor: given(&asked.cursor) };
        let seen = app.audit_log(place.call(), place.id(), &filter, &paging).await?;
        let row = |line: &AuditLine| Row {
            id: line.view.id.clone(),
            when: Moment::of(line.view.at, seen.zone),
            who: who(line),
            theirs: asked.but(&[("actor", &line.view.actor), ("cursor", "")]),
            deed: told(line, place.id()),
            from: line.view.from.clone().unwrap_or_default(),
            same: asked.but(&[("subject", &line.view.subject), ("cursor", "")]),
        };
        let none = ["from", "to", "actor", "subject", "kind", "cursor"].map(|name| (name, ""));
        Ok(Self {
            rows: seen.lines.iter().map(row).collect(),
            kinds: KINDS.iter().map(|(name, words)| (*name, *words, asked.kind == *name)).collect(),
            is_filtered,
            all: asked.but(&none),
            older: seen.next_cursor.map(|cursor| asked.but(&[("cursor", &cursor)])),
        })
    }
}

/// Says who did something.
fn who(line: &AuditLine) -> String {
    match (&line.agent, line.view.actor.as_str()) {
        (Some(agent), _) => agent.name.clone(),
        (None, "system") => "the clock".to_owned(),
        (None, "operator") => "the operator".to_owned(),
        (None, "nobody") => "somebody not signed in".to_owned(),
        (None, name) => name.to_owned(),
    }
}

/// How many lines a page shows.
const LINES: u32 = 50;
