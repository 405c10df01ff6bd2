//! What only the operator does with credits.

use clap::Args;
use serde_json::Value;

use super::buy::ORDER;
use crate::admin::{Admin, items, json_of, text};
use crate::failure::{Failure, Problem};
use crate::out::{Column, plain};

/// How many credits to give.
#[derive(Args, Debug)]
pub(super) struct Grant {
    /// So many
    quantity: u32,

    /// Why
    #[arg(long)]
    note: String,
}

/// Which order is paid.
#[derive(Args, Debug)]
pub(super) struct MarkPaid {
    /// The order's id
    order: String,
}

impl Grant {
    pub(super) async fn run(self, admin: &Admin) -> Result<(), Failure> {
        let team = admin.team().await?;
        let entry = admin.local()?.app().grant(team, self.quantity, &self.note).await?;
        admin.out.thing(&json_of(&entry)?, ENTRY)
    }
}

impl MarkPaid {
    pub(super) async fn run(self, admin: &Admin) -> Result<(), Failure> {
        let order = self.order.parse();
        let order =
            order.map_err(|_| Failure::Refused(Problem::not_found("order", &self.order)))?;
        let team = admin.team().await?;
        let order = admin.local()?.app().mark_paid(team, order).await?;
        admin.out.thing(&json_of(&order)?, ORDER)
    }
}

/// Recomputes the balance of the team that is named, or of all (CR-31).
pub(super) async fn verify(admin: &Admin) -> Result<(), Failure> {
    let audits = json_of(&admin.local()?.app().verify(admin.named_team()).await?)?;
    admin.out.answer(&audits, |_, audits| {
        let lines = audits.as_array().into_iter().flatten().map(line);
        lines.collect::<Vec<_>>().join("\n")
    })?;
    let all_well = audits.as_array().into_iter().flatten().all(is_well);
    if all_well { Ok(()) } else { Err(Failure::Found) }
}

fn is_well(audit: &Value) -> bool {
    items(audit, "discrepancies").next().is_none()
}

fn line(audit: &Value) -> String {
    let team = text(audit, "team").unwrap_or_default();
    if is_well(audit) {
        let balance = audit.get("balance").map(plain).unwrap_or_default();
        return format!("{team}: OK, {balance} credits");
    }
    let wrong = items(audit, "discrepancies").map(|wrong| format!("{team}: {}", plain(wrong)));
    wrong.collect::<Vec<_>>().join("\n")
}

const ENTRY: &[Column] = &[
    Column::new("Credits", "/credits"),
    Column::new("Balance", "/balance"),
    Column::new("Reason", "/reason"),
    Column::new("Note", "/note"),
    Column::time("Time", "/timestamp"),
];
