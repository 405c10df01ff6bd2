//! Buying credits.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use clap::Args;
use guest_core::Currency;
use serde_json::{Value, json};

use crate::admin::{Admin, items, text};
use crate::failure::Failure;
use crate::out::{Column, note};

/// How many to buy.
#[derive(Args, Debug)]
pub(super) struct Buy {
    /// So many, at the cheapest mix of bundles and singles
    #[arg(required_unless_present = "bundle")]
    quantity: Option<u32>,

    /// The bundle of so many
    #[arg(long, value_name = "QUANTITY", conflicts_with = "quantity")]
    bundle: Option<u32>,

    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

impl Buy {
    pub(super) async fn run(self, admin: &Admin) -> Result<(), Failure> {
        let wish = match (self.quantity, self.bundle) {
            (Some(quantity), _) => json!({ "quantity": quantity }),
            (None, bundle) => json!({ "bundle": bundle }),
        };
        let quote = admin.post(&["credits", "quotes"], wish).await?;
        if !admin.out.is_json() {
            note(&offer(&quote))?;
        }
        if !self.yes && io::stdin().is_terminal() && !is_wanted()? {
            return Err(Failure::Broken("nothing was bought".to_owned()));
        }
        let quote = json!({ "quote_id": text(&quote, "id") });
        let order = admin.post(&["credits", "orders"], quote).await?;
        admin.out.thing(&order, ORDER)
    }
}

/// Shows what credits cost.
pub(super) async fn prices(admin: &Admin) -> Result<(), Failure> {
    let prices = admin.get(&["credits", "prices"]).await?;
    admin.out.answer(&prices, |_, prices| {
        let number = |field: &str| prices.get(field).and_then(Value::as_u64).unwrap_or_default();
        let mut lines = vec![
            format!("One credit costs {}.", money(prices, "unit_price", prices)),
            format!("One order is {} to {} credits.", number("smallest"), number("largest")),
        ];
        for bundle in items(prices, "bundles") {
            let quantity = bundle.get("quantity").and_then(Value::as_u64).unwrap_or_default();
            let (total, saving) = (money(bundle, "total", prices), money(bundle, "saving", prices));
            lines.push(format!("{quantity} credits together cost {total}, {saving} less."));
        }
        lines.extend(text(prices, "contact").map(|contact| format!("For more, ask {contact}.")));
        lines.extend(text(prices, "refunds"));
        lines.join("\n")
    })
}

fn offer(quote: &Value) -> String {
    let quantity = quote.get("quantity").and_then(Value::as_u64).unwrap_or_default();
    let total = money(quote, "total", quote);
    match quote.get("saving").and_then(Value::as_u64) {
        Some(0) | None => format!("{quantity} credits cost {total}."),
        Some(_) => {
            let saving = money(quote, "saving", quote);
            format!("{quantity} credits cost {total}, {saving} less than one by one.")
        }
    }
}

/// Writes an amount in minor units as people do, in the currency that `priced` has.
fn money(amounts: &Value, field: &str, priced: &Value) -> String {
    let minor = amounts.get(field).and_then(Value::as_u64).unwrap_or_default();
    let currency = text(priced, "currency").and_then(|name| Currency::parse(&name).ok());
    currency.map_or_else(|| minor.to_string(), |currency| currency.amount(minor).to_string())
}

fn is_wanted() -> Result<bool, Failure> {
    let mut stderr = io::stderr().lock();
    write!(stderr, "Buy them? [y/N] ")?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// One order.
pub(super) const ORDER: &[Column] = &[
    Column::new("Order", "/id"),
    Column::state("State", "/state"),
    Column::new("Credits", "/quantity"),
    Column::new("Total", "/total"),
    Column::new("Currency", "/currency"),
    Column::new("Payment", "/payment"),
    Column::new("Ordered by", "/ordered_by"),
    Column::time("Made", "/made_at"),
    Column::time("Settled", "/settled_at"),
];
