//! Reconciling the books with the balance and with the invites (CR-31).
//!
//! Rows are read in parts and each by itself: one that makes no sense is a
//! finding, not the end of the audit.

use guest_core::{
    Credit, CreditAccount, Discrepancy, Entry, Invite, InviteId, Reconciliation, Team, TeamId,
};
use serde::{Deserialize, Serialize};

use crate::paging::successor;
use crate::record::{Record, read_row, row};
use crate::table::{Row, Scan, Table, Value};
use crate::{App, Denied, Fault, Pending, View, tables};

/// What came of reconciling one team's credits (CR-31).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TeamAudit {
    /// The team.
    pub team: String,
    /// The balance its account states.
    pub balance: u64,
    /// What is wrong, for people; nothing if all is well.
    pub discrepancies: Vec<String>,
}

impl App {
    /// Recomputes balances and pairs every debit with its invite, of one team or of all (CR-31).
    ///
    /// All of it is read from one consistent view. Only who has the data
    /// directory may offer this.
    pub fn verify(&self, team: Option<&str>) -> Pending<Vec<TeamAudit>> {
        let team = team.map(str::to_owned);
        self.read(move |view, _| match &team {
            None => every_team(view),
            Some(name) => {
                let unknown = || Denied::NotFound("team");
                let id = TeamId::parse(name).map_err(|_| unknown())?;
                view.read(&tables::TEAM, &row![id])?.ok_or_else(unknown)?;
                Ok(vec![one_team(view, id)?])
            }
        })
    }
}

fn every_team(view: &mut dyn View) -> Result<Vec<TeamAudit>, Fault> {
    let mut audits = Vec::new();
    let mut names = Vec::new();
    each_row(view, &tables::TEAM, &[], |row| names.extend(row.into_iter().next()))?;
    for name in names {
        let id = match &name {
            Value::Text(name) => TeamId::parse(name).ok(),
            Value::Null | Value::Int(_) | Value::Blob(_) => None,
        };
        audits.push(match id {
            Some(id) => one_team(view, id)?,
            None => TeamAudit {
                team: show(&name),
                balance: 0,
                discrepancies: vec!["this cannot be the name of a team".to_owned()],
            },
        });
    }
    Ok(audits)
}

fn one_team(view: &mut dyn View, team: TeamId) -> Result<TeamAudit, Fault> {
    let mut findings = Findings::default();
    if view.read(&tables::TEAM, &row![team])?.and_then(read_row::<Team>).is_none() {
        findings.add("the team itself cannot be read");
    }
    let account = match view.read(CreditAccount::TABLE, &row![team])? {
        None => CreditAccount::new(team),
        Some(row) => read_row(row).unwrap_or_else(|| {
            findings.add("the account cannot be read");
            CreditAccount::new(team)
        }),
    };
    let mut books = Reconciliation::new(&account);
    let prefix = row![team];
    each_row(view, Entry::TABLE, &prefix, |row| {
        let seq = row.get(SECOND).cloned().unwrap_or(Value::Null);
        match read_row::<Entry>(row) {
            Some(entry) => findings.extend(books.handle_entry(&entry)),
            None => findings.add(format!("entry {} cannot be read", show(&seq))),
        }
    })?;
    let credit = Invite::TABLE.columns.iter().position(|column| column.name == "credit");
    each_row(view, Invite::TABLE, &prefix, |row| {
        let (id, credit) = (invite_id(&row), credit_of(&row, credit));
        if read_row::<Invite>(row).is_none() {
            let name = id.map_or_else(|| "without an id".to_owned(), |id| id.to_string());
            findings.add(format!("invite {name} cannot be read"));
        }
        if let (Some(id), Some(credit)) = (id, credit) {
            findings.extend(books.handle_invite(id, credit));
        }
    })?;
    findings.extend(books.finish());
    Ok(TeamAudit {
        team: team.to_string(),
        balance: account.balance,
        discrepancies: findings.into_lines(),
    })
}

/// Shows `visit` the rows of a table under a prefix of its key, in parts.
fn each_row(
    view: &mut dyn View,
    table: &'static Table,
    prefix: &[Value],
    mut visit: impl FnMut(Row),
) -> Result<(), Fault> {
    let mut from = None;
    loop {
        let (index, until) = (None, None);
        let scan = Scan { table, index, prefix, from, until, backwards: false, limit: PART };
        let rows = view.scan(&scan)?;
        let last = rows.last().and_then(|row| row.get(prefix.len())).filter(|_| rows.len() == PART);
        from = last.map(successor);
        rows.into_iter().for_each(&mut visit);
        if from.is_none() {
            return Ok(());
        }
    }
}

fn invite_id(row: &Row) -> Option<InviteId> {
    match row.get(SECOND)? {
        Value::Blob(bytes) => {
            let bits = bytes.as_slice().try_into().ok()?;
            Some(InviteId::from_bits(u128::from_be_bytes(bits)))
        }
        Value::Null | Value::Int(_) | Value::Text(_) => None,
    }
}

/// Returns what became of an invite's credit, also where the rest of it cannot be read.
fn credit_of(row: &Row, column: Option<usize>) -> Option<Credit> {
    match row.get(column?)? {
        Value::Text(name) => Credit::named(name),
        Value::Null | Value::Int(_) | Value::Blob(_) => None,
    }
}

fn show(value: &Value) -> String {
    match value {
        Value::Int(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Null | Value::Blob(_) => "?".to_owned(),
    }
}

/// What is wrong, as far as there is room to tell it.
#[derive(Default)]
struct Findings {
    lines: Vec<String>,
    more: u64,
}

impl Findings {
    fn add(&mut self, line: impl Into<String>) {
        if self.lines.len() < FINDINGS_MOST {
            self.lines.push(line.into());
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    fn extend(&mut self, found: impl IntoIterator<Item = Discrepancy>) {
        for discrepancy in found {
            self.add(discrepancy.to_string());
        }
    }

    fn into_lines(mut self) -> Vec<String> {
        if self.more > 0 {
            self.lines.push(format!("and {} more", self.more));
        }
        self.lines
    }
}

/// The column after the team in the keys of entries and invites.
const SECOND: usize = 1;

/// How many rows are read at once, so that memory does not grow with the books.
const PART: usize = 1_000;

/// How many findings are told one by one: more than anybody reads, and little memory.
const FINDINGS_MOST: usize = 10_000;
