//! `guest doctor`: looking for what is wrong, and saying what to do.

mod machine;
mod store;

use clap::Args;
use serde_json::{Value, json};

use super::Common;
use crate::config::{Memory, Place, Settings, Sourced};
use crate::data::DataDir;
use crate::failure::Failure;
use crate::out::{Column, Out};
use crate::serve::Options;

/// Look for what is wrong, and say what to do
#[derive(Args, Debug)]
pub(crate) struct Doctor {
    #[command(flatten)]
    options: Box<Options>,
}

/// What was looked at, and what was found.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Finding {
    about: &'static str,
    state: State,
    detail: String,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Ok,
    Warn,
    Fail,
}

impl Finding {
    fn ok(about: &'static str, detail: impl Into<String>) -> Self {
        Self { about, state: State::Ok, detail: detail.into() }
    }

    fn warn(about: &'static str, detail: impl Into<String>) -> Self {
        Self { about, state: State::Warn, detail: detail.into() }
    }

    fn fail(about: &'static str, detail: impl Into<String>) -> Self {
        Self { about, state: State::Fail, detail: detail.into() }
    }

    fn shown(&self) -> Value {
        let state = match self.state {
            State::Ok => "ok",
            State::Warn => "warn",
            State::Fail => "fail",
        };
        json!({ "check": self.about, "state": state, "detail": self.detail })
    }
}

impl Doctor {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        let mut given = common.given();
        self.options.add_to(&mut given);
        let findings = match Settings::load(given, common.config.as_deref()) {
            Ok(settings) => look(&beside_server(settings)).await,
            Err(wrongs) => {
                let wrongs = wrongs.iter();
                wrongs.map(|wrong| Finding::fail("configuration", wrong.to_string())).collect()
            }
        };
        let shown: Vec<Value> = findings.iter().map(Finding::shown).collect();
        Out::new(common.json)
            .answer(&Value::Array(shown.clone()), |out, _| out.table(&shown, FINDINGS))?;
        let is_ill = findings.iter().any(|finding| finding.state == State::Fail);
        if is_ill { Err(Failure::Found) } else { Ok(()) }
    }
}

/// Takes the mail server from the server that was last started here, where none is named.
///
/// Only a doctor does: a server that starts has its mails go where it is told now.
fn beside_server(mut settings: Settings) -> Settings {
    if settings.mail.place == Place::Default {
        let remembered = Memory::of(&settings.data.value).mail;
        let remembered = remembered.map(|value| Sourced { value, place: Place::Memory });
        settings.mail = remembered.unwrap_or(settings.mail);
    }
    settings
}

async fn look(settings: &Settings) -> Vec<Finding> {
    let data = DataDir::new(&settings.data.value);
    let mut findings = vec![machine::configuration(settings)];
    findings.extend(machine::files(&data));
    findings.push(machine::disk(data.path()));
    findings.extend(store::database(&data));
    findings.extend(store::contents(settings, &data).await);
    // Trying where mails are written would make the data directory.
    if data.has_database() || settings.mail.place != Place::Default {
        findings.push(machine::mail(settings).await);
    }
    findings.push(machine::address(settings));
    findings
}

const FINDINGS: &[Column] = &[
    Column::new("CHECK", "/check"),
    Column::state("STATE", "/state"),
    Column::new("FOUND", "/detail"),
];
