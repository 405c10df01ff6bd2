//! The history of a team's credits, as a table (WB-6, CR-30).

use guest_app::{App, EntryView, Fault, HistoryFilter, Paging};
use guest_core::Zone;
use serde::Deserialize;

use super::plot::Plot;
use crate::pages::place::Place;
use crate::pages::told::Moment;

/// Which part of the history is asked for.
#[derive(Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    pub(super) from: String,
    #[serde(default)]
    pub(super) to: String,
    cursor: Option<String>,
}

/// A part of the history, the newest entry first.
pub(super) struct Books {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) rows: Vec<Row>,
    /// The balance over the time of these entries.
    pub(super) plot: Option<Plot>,
    /// What the export is asked for, after its address.
    pub(super) span: String,
    /// What the older entries are asked for.
    pub(super) older: Option<String>,
}

/// An entry in a few words.
pub(super) struct Row {
    pub(super) entry: EntryView,
    pub(super) when: Moment,
    pub(super) why: &'static str,
    /// By how much the balance changed, with its sign.
    pub(super) change: String,
}

impl Books {
    /// Reads a part of the history.
    pub(super) async fn of(
        app: &App,
        place: &Place,
        asked: &Asked,
        zone: Zone,
    ) -> Result<Self, Fault> {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let (from, to) = (given(&asked.from), given(&asked.to));
        let span = [("from", &from), ("to", &to)].map(|(name, day)| (name, day.as_deref()));
        let span = query(&span);
        let paging = Paging { limit: ENTRIES, cursor: asked.cursor.clone() };
        let filter = HistoryFilter { from, to };
        let page = app.history(place.call(), place.id(), &filter, &paging, false).await?;
        let older = page.next_cursor.as_deref().map(|cursor| {
            let cursor = query(&[("cursor", Some(cursor))]);
            if span.is_empty() { cursor } else { format!("{span}&{cursor}") }
        });
        Ok(Self {
            from: asked.from.clone(),
            to: asked.to.clone(),
            plot: Plot::of(&page.data, zone),
            rows: page.data.into_iter().map(|entry| Row::of(entry, zone)).collect(),
            span,
            older,
        })
    }
}

impl Row {
    fn of(entry: EntryView, zone: Zone) -> Self {
        let change = format!("{:+}", entry.credits).replace('-', "−");
        Self { when: Moment::of(entry.timestamp, zone), why: why(&entry.reason), change, entry }
    }
}

/// Says why the balance changed (CR-3).
fn why(reason: &str) -> &'static str {
    match reason {
        "purchase" => "purchased",
        "grant" => "granted",
        "invite" => "guest invited",
        "refund_cancelled" => "returned: invite revoked",
        "refund_unused" => "returned: invite not used",
        "refund_void" => "returned: invite void",
        _ => "changed",
    }
}

/// Writes what is given as a query.
fn query(fields: &[(&str, Option<&str>)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, text) in fields {
        if let Some(text) = text {
            query.append_pair(name, text);
        }
    }
    query.finish()
}

/// How many entries a page shows, and its plot.
const ENTRIES: u32 = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cr_3_each_reason_has_words() {
        let reasons =
            ["purchase", "grant", "invite", "refund_cancelled", "refund_unused", "refund_void"];
        let mut words = reasons.map(why).to_vec();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), reasons.len());
        assert!(!words.contains(&"changed"));
    }

    #[test]
    fn what_is_not_given_is_not_asked() {
        assert_eq!(query(&[("from", None), ("to", Some("a&b"))]), "to=a%26b");
    }
}
