//! `guest credits`: buying credits, and seeing where they went.

mod buy;
mod operator;

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::PathBuf;

use axum::http::Method;
use clap::{Args, Subcommand};

use super::Common;
use crate::admin::{Access, Admin, Pages};
use crate::failure::Failure;
use crate::out::Column;

/// Buy credits, and see where they went
#[derive(Args, Debug)]
pub(crate) struct Credits {
    #[command(flatten)]
    access: Access,

    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show how many there are
    Balance,
    /// Show what they cost
    Prices,
    /// Buy some: shows the price, asks on a terminal, and buys at that price
    Buy(buy::Buy),
    /// List what became of them, the newest first
    History(History),
    /// Write what became of them as CSV, the oldest first
    Export(Export),
    /// Give some to the team (operator)
    Grant(operator::Grant),
    /// Book an order whose money has arrived (operator)
    MarkPaid(operator::MarkPaid),
    /// Recompute every balance from its entries, and say OK or what is wrong (operator)
    Verify,
}

/// From when to when.
#[derive(Args, Debug)]
struct Span {
    /// From this day or moment on: 2026-12-01 or 2026-12-01T09:00:00Z
    #[arg(long, value_name = "TIME")]
    from: Option<String>,

    /// To the end of this day, or up to this moment
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
}

#[derive(Args, Debug)]
struct History {
    #[command(flatten)]
    span: Span,

    #[command(flatten)]
    pages: Pages,
}

#[derive(Args, Debug)]
struct Export {
    #[command(flatten)]
    span: Span,

    /// Write to this file rather than to standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Credits {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        let access = &self.access;
        match self.verb {
            Verb::Balance => {
                let admin = Admin::open(common, access)?;
                let balance = admin.get(&["guest-access-invite-credits"]).await?;
                admin.out.thing(&balance, &[Column::new("Balance", "/balance")])
            }
            Verb::Prices => buy::prices(&Admin::open(common, access)?).await,
            Verb::Buy(buy) => buy.run(&Admin::open(common, access)?).await,
            Verb::History(History { span, pages }) => {
                let admin = Admin::open(common, access)?;
                let ask = admin.ask(Method::GET, &["credits", "transactions"]).await?;
                let ask = ask.with("from", span.from).with("to", span.to);
                admin.list(ask, &pages, ENTRIES).await
            }
            Verb::Export(export) => export.run(&Admin::open(common, access)?).await,
            Verb::Grant(grant) => grant.run(&Admin::operator(common, access)?).await,
            Verb::MarkPaid(paid) => paid.run(&Admin::operator(common, access)?).await,
            Verb::Verify => operator::verify(&Admin::operator(common, access)?).await,
        }
    }
}

impl Export {
    async fn run(self, admin: &Admin) -> Result<(), Failure> {
        let ask = admin.ask(Method::GET, &["credits", "transactions.csv"]).await?;
        let ask = ask.with("from", self.span.from).with("to", self.span.to);
        let Some(path) = self.output else {
            return admin.download(ask, &mut io::stdout().lock()).await;
        };
        let doing = format!("cannot write {}", path.display());
        let file = File::create(&path).map_err(|error| Failure::doing(&doing, &error))?;
        let mut file = BufWriter::new(file);
        admin.download(ask, &mut file).await?;
        file.flush().map_err(|error| Failure::doing(&doing, &error))
    }
}

const ENTRIES: &[Column] = &[
    Column::time("TIME", "/timestamp"),
    Column::new("REASON", "/reason"),
    Column::new("CREDITS", "/credits"),
    Column::new("BALANCE", "/balance"),
    Column::new("ADMINISTRATOR", "/administrator_email"),
    Column::new("GUEST", "/guest_email"),
    Column::new("INVITE", "/invite_id"),
    Column::new("ORDER", "/order_id"),
    Column::new("NOTE", "/note"),
];
