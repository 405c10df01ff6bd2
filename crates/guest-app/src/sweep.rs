//! Sweeping out what has had its time.

use chrono::TimeDelta;
use guest_core::{CHALLENGE_LIFE, CODE_LIFE, DEVICE_LINK_LIFE, Instant, LOGIN_LIFE, Login, SignIn};

use crate::once::{KEPT, is_kept};
use crate::record::{DeviceLink, Event, Outcome, Range, Record, SpentChallenge, erase, list};
use crate::table::{Index, Row, Value};
use crate::work::Work;
use crate::{App, Call, Fault, Pending, tables};

impl App {
    /// Deletes events and recorded outcomes older than a day (IF-5, IF-6), and sign-in codes,
    /// browsers' sessions, links and challenges of devices that have run out.
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
                sweep::<DeviceLink>(work, &tables::DEVICE_LINK_MADE, now - DEVICE_LINK_LIFE)?,
                sweep::<SpentChallenge>(work, &tables::SPENT_CHALLENGE_AT, now - SPENT_COUNT)?,
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

/// For how long an answered challenge is remembered: past its own end, also where the clock was
/// set back meanwhile by less than a day.
const SPENT_COUNT: TimeDelta = TimeDelta::seconds(CHALLENGE_LIFE.num_seconds() + 86_400);

/// Bounds how long the sweep keeps others waiting.
const BATCH: usize = 500;
