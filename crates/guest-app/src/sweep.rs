//! Sweeping out what has had its time.

use chrono::TimeDelta;
use guest_core::{CODE_LIFE, Instant, LOGIN_LIFE, Login, SignIn};

use crate::once::{KEPT, is_kept};
use crate::record::{Event, Outcome, Range, Record, erase, list};
use crate::table::{Index, Row, Value};
use crate::work::Work;
use crate::{App, Call, Fault, Pending, tables};

impl App {
    /// Deletes events and recorded outcomes older than a day (IF-5, IF-6), and sign-in codes and
    /// browsers' sessions that have run out.
    ///
    /// It takes a bounded number at once and returns how many; while it is
    /// not 0 there may be more.
    pub fn sweep(&self) -> Pending<usize> {
        self.write(&Call::operator(), |work| {
            let now = work.now;
            let swept = [
                sweep_events(work)?,
                sweep::<Outcome>(work, &tables::IDEMPOTENCY_AT, now - KEPT)?,
                sweep::<SignIn>(work, &tables::SIGN_IN_LATEST, now - CODES_COUNT)?,
                sweep::<Login>(work, &tables::LOGIN_SINCE, now - LOGIN_LIFE)?,
            ];
            Ok(swept.into_iter().sum())
        })
    }
}

/// Deletes the oldest events; their order is that of commits, which a clock may have left.
fn sweep_events(work: &mut Work<'_>) -> Result<usize, Fault> {
    let oldest: Vec<Event> = list(work.tx, &Range { limit: BATCH, ..Range::default() })?;
    let now = work.now;
    let old = oldest.iter().filter(|event| !is_kept(event.at, now)).map(Record::to_row);
    forget::<Event>(work, &old.collect::<Vec<_>>())
}

/// Deletes records that `index` says are from before `until`.
fn sweep<R: Record>(
    work: &mut Work<'_>,
    index: &'static Index,
    until: Instant,
) -> Result<usize, Fault> {
    let until = Some(Value::Int(until.timestamp_micros()));
    let range = Range { index: Some(index), until, limit: BATCH, ..Range::default() };
    let old: Vec<R> = list(work.tx, &range)?;
    forget::<R>(work, &old.iter().map(Record::to_row).collect::<Vec<_>>())
}

fn forget<R: Record>(work: &mut Work<'_>, rows: &[Row]) -> Result<usize, Fault> {
    for row in rows {
        let key: Row = row.iter().take(R::TABLE.key).cloned().collect();
        erase::<R>(work.tx, &key)?;
    }
    Ok(rows.len())
}

/// For how long codes that were asked for count against asking for more (QU-31), with room.
const CODES_COUNT: TimeDelta = TimeDelta::seconds(CODE_LIFE.num_seconds() * 6);

/// Bounds how long the sweep keeps others waiting.
const BATCH: usize = 500;
