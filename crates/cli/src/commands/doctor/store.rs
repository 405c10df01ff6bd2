//! What the doctor looks at in the database.

use std::sync::Arc;

use chrono::TimeDelta;
use guest_app::{App, AuditFilter, Call, MailFilter, Paging};

use super::Finding;
use super::machine::is_read_only;
use crate::clock::{self, SteadyClock};
use crate::compose;
use crate::config::Settings;
use crate::data::DataDir;
use crate::failure::{Failure, chain};

/// Looks for damage in the file.
pub(super) fn database(data: &DataDir) -> Vec<Finding> {
    if !data.has_database() {
        let path = data.path().display();
        let detail =
            format!("there is none in {path}: make a team with `guest init`, or name --data");
        return vec![Finding::fail(DATABASE, detail)];
    }
    match guest_store_sqlite::check(&data.database()) {
        Ok(damage) if damage.is_empty() => vec![Finding::ok(DATABASE, "sound")],
        Ok(damage) => {
            let lines = damage.into_iter().take(DAMAGE_SHOWN);
            lines.map(|line| Finding::fail(DATABASE, format!("{line}: {ADVICE}"))).collect()
        }
        // It takes files beside it to be looked at.
        Err(_) if is_read_only(data.path()) => {
            let detail = "cannot be looked at: make the file system writable first";
            vec![Finding::fail(DATABASE, detail)]
        }
        Err(error) => vec![Finding::fail(DATABASE, format!("{}: {ADVICE}", chain(&error)))],
    }
}

/// Looks at what is in the database, if it can be opened.
pub(super) async fn contents(settings: &Settings, data: &DataDir) -> Vec<Finding> {
    if !data.has_database() {
        return Vec::new();
    }
    let clock = Arc::new(SteadyClock::default());
    let (store, key) = match data.open(Arc::clone(&clock).of_store()) {
        Ok(opened) => opened,
        Err(failure) => {
            let why = failure.words(false).unwrap_or_default();
            return vec![Finding::fail("store", why.trim_start_matches("error: "))];
        }
    };
    let app = compose::app(settings, store, key, clock);
    let mut findings = Vec::new();
    for (about, found) in [
        ("ledger", ledger(&app).await),
        ("clock", time(&app).await),
        ("outbox", outbox(&app).await),
    ] {
        findings.extend(found.unwrap_or_else(|failure| {
            vec![Finding::fail(about, failure.words(false).unwrap_or_default())]
        }));
    }
    findings
}

/// Reconciles every team's credits (CR-31).
async fn ledger(app: &App) -> Result<Vec<Finding>, Failure> {
    let audits = app.verify(None).await?;
    if audits.is_empty() {
        let advice = "there is no team yet: make one with `guest init`";
        return Ok(vec![Finding::warn(LEDGER, advice)]);
    }
    let wrong: Vec<Finding> = audits
        .iter()
        .flat_map(|audit| audit.discrepancies.iter().map(move |wrong| (audit, wrong)))
        .map(|(audit, wrong)| Finding::fail(LEDGER, format!("{}: {wrong}", audit.team)))
        .collect();
    let teams = audits.len();
    let well = || vec![Finding::ok(LEDGER, format!("every balance is right (teams: {teams})"))];
    Ok(if wrong.is_empty() { well() } else { wrong })
}

/// Looks for what happened later than now: the clock was set back, or is wrong.
async fn time(app: &App) -> Result<Vec<Finding>, Failure> {
    let (now, mut latest) = (clock::wall(), None);
    let newest = Paging { limit: 1, cursor: None };
    for team in app.teams().await? {
        let call = Call::operator();
        let page = app.audit(&call, &team.id, &AuditFilter::default(), &newest).await?;
        latest = latest.max(page.data.first().map(|line| line.at));
    }
    Ok(vec![match latest {
        Some(latest) if latest > now + AHEAD => Finding::warn(
            CLOCK,
            format!("it is {now}, and something happened at {latest}: check the system's clock"),
        ),
        Some(_) | None => Finding::ok(CLOCK, format!("it is {}", now.format("%F %T UTC"))),
    }])
}

/// Looks for mails that could not be delivered.
async fn outbox(app: &App) -> Result<Vec<Finding>, Failure> {
    let newest = Paging { limit: SEEN, cursor: None };
    let stuck = async |state: &str| {
        let page = app.mails(&MailFilter { state: Some(state.to_owned()) }, &newest).await?;
        let more = if page.next_cursor.is_some() { " or more" } else { "" };
        let count = page.data.len();
        Ok::<_, Failure>(
            (count > 0)
                .then(|| format!("{count}{more} {state}: see `guest mail list --state {state}`")),
        )
    };
    let mut findings = Vec::new();
    for state in ["retrying", "undeliverable"] {
        findings.extend(stuck(state).await?.map(|detail| Finding::warn(OUTBOX, detail)));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(OUTBOX, "no mail is stuck"));
    }
    Ok(findings)
}

const DATABASE: &str = "database";

const LEDGER: &str = "ledger";

const CLOCK: &str = "clock";

const OUTBOX: &str = "outbox";

const ADVICE: &str = "stop the server and `guest restore` the latest backup";

/// More lines of damage say nothing new.
const DAMAGE_SHOWN: usize = 10;

/// What clocks that are kept by a time server never differ by.
const AHEAD: TimeDelta = TimeDelta::minutes(1);

/// How many stuck mails are counted.
const SEEN: u32 = 200;
