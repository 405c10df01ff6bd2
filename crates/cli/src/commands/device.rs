//! `guest device`: the browsers that one signs in with (OR-8).

use axum::http::Method;
use clap::{Args, Subcommand};
use serde_json::json;

use super::Common;
use crate::admin::{Access, Admin, Pages};
use crate::failure::Failure;
use crate::out::Column;

/// See to one's devices: browsers that sign in by themselves
#[derive(Args, Debug)]
pub(crate) struct Device {
    #[command(flatten)]
    access: Access,

    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List one's own devices
    List(Pages),
    /// Make a link that enrols a browser, once and within ten minutes (not with an API key)
    Link,
}

impl Device {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        let admin = Admin::open(common, &self.access)?;
        match self.verb {
            Verb::List(pages) => {
                admin.list(admin.ask(Method::GET, &[DEVICES]).await?, &pages, LIST).await
            }
            Verb::Link => admin.out.thing(&admin.post(&["device-links"], json!({})).await?, LINK),
        }
    }
}

const DEVICES: &str = "devices";

const LIST: &[Column] = &[
    Column::new("ID", "/id"),
    Column::new("NAME", "/name"),
    Column::time("ADDED", "/enrolled_at"),
    Column::time("LAST SIGNED IN", "/last_used_at"),
];

const LINK: &[Column] =
    &[Column::new("Open there", "/link"), Column::time("Works until", "/expires_at")];
