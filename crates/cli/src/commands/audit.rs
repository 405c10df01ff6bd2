//! `guest audit`: who did what, when and from where (QU-35).

use axum::http::Method;
use clap::Args;

use super::Common;
use crate::admin::{Access, Admin, Pages};
use crate::failure::Failure;
use crate::out::Column;

/// Show who did what, when and from where
#[derive(Args, Debug)]
pub(crate) struct Audit {
    #[command(flatten)]
    access: Access,

    /// From this day or moment on: 2026-12-01 or 2026-12-01T09:00:00Z
    #[arg(long, value_name = "TIME")]
    from: Option<String>,

    /// To the end of this day, or up to this moment
    #[arg(long, value_name = "TIME")]
    to: Option<String>,

    /// What this user did, or `operator`
    #[arg(long, value_name = "EMAIL")]
    actor: Option<String>,

    /// What happened to this, by its id
    #[arg(long, value_name = "ID")]
    subject: Option<String>,

    #[command(flatten)]
    pages: Pages,
}

impl Audit {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        let admin = Admin::open(common, &self.access)?;
        let ask = admin
            .ask(Method::GET, &["audit"])
            .await?
            .with("from", self.from)
            .with("to", self.to)
            .with("actor", self.actor)
            .with("subject", self.subject);
        admin.list(ask, &self.pages, LINES).await
    }
}

const LINES: &[Column] = &[
    Column::time("TIME", "/at"),
    Column::new("ACTOR", "/actor"),
    Column::new("ACTION", "/action"),
    Column::new("SUBJECT", "/subject"),
    Column::new("FROM", "/from"),
    Column::new("DETAIL", "/detail"),
];
