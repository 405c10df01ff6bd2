//! The history of credits as a file (CR-30).

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use csv::{Terminator, WriterBuilder};
use futures_util::stream;
use guest_app::{App, CSV_HEADER, Call, Fault, HistoryFilter, Pending, csv_record};
use guest_core::Entry;
use serde::Deserialize;

use crate::answer::Answer;
use crate::input::{Asked, At};

/// Which entries of the history are exported.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ExportQuery {
    /// From this moment or date on, in UTC.
    from: Option<String>,
    /// Before this moment, or up to the end of this date, in UTC.
    to: Option<String>,
}

/// Exports the history of a team's credits, the oldest entry first.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/credits/transactions.csv",
    params(ExportQuery),
    responses((status = 200, description = "The entries.", body = String, content_type = "text/csv")),
)]
pub(super) async fn export(
    At(team): At<String>,
    Asked { app, call, query, .. }: Asked<ExportQuery>,
) -> Answer {
    let file = format!("attachment; filename=\"{team}-credits.csv\"");
    let filter = HistoryFilter { from: query.from, to: query.to };
    let parts = Parts { app, call, team, filter };
    let first = parts.after(0).await?;
    let headers = [
        (header::CONTENT_TYPE, CSV),
        (header::CONTENT_DISPOSITION, HeaderValue::try_from(file).unwrap_or(ATTACHMENT)),
    ];
    Ok((headers, Body::from_stream(parts.stream(first))).into_response())
}

/// The history in parts, so that memory does not grow with it.
struct Parts {
    app: App,
    call: Call,
    team: String,
    filter: HistoryFilter,
}

impl Parts {
    /// Starts reading the entries that follow one.
    fn after(&self, seq: u64) -> Pending<Vec<Entry>> {
        self.app.entries_after(&self.call, &self.team, &self.filter, seq, PART)
    }

    /// Writes one part after the other; the store reads the next while one is written.
    fn stream(self, first: Vec<Entry>) -> impl stream::Stream<Item = Result<Bytes, csv::Error>> {
        let start = Some((self, first, true));
        stream::try_unfold(start, async |state| {
            let Some((parts, entries, is_first)) = state else { return Ok(None) };
            let last = entries.last().filter(|_| entries.len() == PART).map(|entry| entry.seq);
            let next = last.map(|last| parts.after(last));
            let bytes = write(&entries, is_first)?;
            let state = match next {
                Some(next) => Some((parts, next.await.map_err(broken)?, false)),
                None => None,
            };
            Ok(Some((bytes, state)))
        })
    }
}

/// Writes entries as rows by RFC 4180.
fn write(entries: &[Entry], with_header: bool) -> Result<Bytes, csv::Error> {
    let buffer = Vec::with_capacity((entries.len() + 1) * ROW);
    let mut rows = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(buffer);
    if with_header {
        rows.write_record(CSV_HEADER)?;
    }
    for entry in entries {
        rows.write_record(csv_record(entry))?;
    }
    let written = rows.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(written.into())
}

/// Breaks off a file that has begun: the connection ends before the file does, so that nobody
/// takes it for whole.
fn broken(fault: Fault) -> csv::Error {
    std::io::Error::other(fault).into()
}

/// How many entries are read at once: some hundreds of kilobytes of them.
const PART: usize = 5_000;

/// How many bytes a row usually has.
const ROW: usize = 160;

const CSV: HeaderValue = HeaderValue::from_static("text/csv; charset=utf-8");

const ATTACHMENT: HeaderValue = HeaderValue::from_static("attachment");
