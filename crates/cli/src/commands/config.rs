//! `guest config check`: the configuration that counts, and what is wrong with it.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Common;
use crate::config::{Settings, Wrong};
use crate::failure::Failure;
use crate::out::{Column, Out, plain};
use crate::serve::Options;

/// Look at the configuration
#[derive(Args, Debug)]
pub(crate) struct Config {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show every setting with where it comes from, and name everything that is wrong
    Check {
        #[command(flatten)]
        options: Box<Options>,
    },
}

impl Config {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let Verb::Check { options } = self.verb;
        let mut given = common.given();
        options.add_to(&mut given);
        let out = Out::new(common.json);
        match Settings::load(given, common.config.as_deref()) {
            Ok(settings) => {
                let file = settings.file.as_ref().map(|file| file.display().to_string());
                let report = json!({ "file": file, "settings": settings.rows(), "errors": [] });
                out.answer(&report, words)
            }
            Err(wrongs) => {
                let errors: Vec<Value> = wrongs.iter().map(error).collect();
                let report = json!({ "file": null, "settings": [], "errors": errors });
                out.answer(&report, |_, _| {
                    let lines = wrongs.iter().map(|wrong| format!("error: {wrong}"));
                    lines.collect::<Vec<_>>().join("\n")
                })?;
                Err(Failure::Found)
            }
        }
    }
}

fn error(wrong: &Wrong) -> Value {
    let key = wrong.key.map(crate::config::Setting::name);
    json!({ "from": wrong.place.to_string(), "key": key, "detail": wrong.detail })
}

fn words(out: Out, report: &Value) -> String {
    let rows = report.get("settings").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let file = report.get("file").map(plain).filter(|file| !file.is_empty());
    let file = file.map_or("No configuration file.".to_owned(), |file| format!("File: {file}"));
    format!("{}\n\n{file}", out.table(rows, SETTINGS))
}

const SETTINGS: &[Column] =
    &[Column::new("SETTING", "/key"), Column::new("VALUE", "/value"), Column::new("FROM", "/from")];
