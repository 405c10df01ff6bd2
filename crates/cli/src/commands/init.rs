//! `guest init`: making a team.

use std::sync::Arc;

use clap::Args;
use guest_app::NewTeam;

use super::Common;
use crate::admin::json_of;
use crate::clock::SteadyClock;
use crate::compose;
use crate::config::Settings;
use crate::data::{DataDir, NewKeys};
use crate::failure::Failure;
use crate::out::{Column, Out, note};

/// Make a team, and the data directory where there is none
#[derive(Args, Debug)]
pub(crate) struct Init {
    /// The team's id: lowercase letters, digits and hyphens
    #[arg(long)]
    team: String,

    /// The team's name
    #[arg(long)]
    name: String,

    /// The address of its first owner
    #[arg(long, value_name = "EMAIL")]
    owner: String,

    /// The owner's name (default: what stands before the @)
    #[arg(long, value_name = "NAME")]
    owner_name: Option<String>,

    /// The zone in which the team tells times [default: UTC]
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
}

impl Init {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        let settings = Settings::require(common.given(), common.config.as_deref())?;
        let clock = Arc::new(SteadyClock::default());
        let data = DataDir::new(&settings.data.value);
        let (store, key) =
            data.open_or_make(Arc::clone(&clock).of_store(), NewKeys::ForNewDatabase)?;
        let app = compose::app(&settings, store, key, clock);
        let Self { team, name, owner, owner_name, time_zone } = self;
        let team = app.init_team(&NewTeam { team, name, owner, owner_name, time_zone }).await?;
        Out::new(common.json).thing(&json_of(&team)?, TEAM)?;
        if common.json {
            return Ok(());
        }
        note(&format!("Next: guest serve --data {}", data.path().display()))
    }
}

const TEAM: &[Column] =
    &[Column::new("Team", "/id"), Column::new("Name", "/name"), Column::new("Zone", "/time_zone")];
