//! What a server logs: to standard error, for people or for programs.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, Registry};

use super::repeats::Repeats;
use crate::config::LogFormat;

/// Starts logging; `GUEST_LOG` says how much, as in `debug` or `guest_http=debug,info`.
///
/// Returns what leaves out lines that are said again and again.
pub(crate) fn start(format: LogFormat) -> Repeats {
    let said = std::env::var("GUEST_LOG").ok().filter(|said| !said.is_empty());
    let filter = EnvFilter::new(said.as_deref().unwrap_or(USUAL));
    // A line that cannot be written is lost; to complain about it would end the program.
    let lines = tracing_subscriber::fmt::layer::<Registry>()
        .with_writer(io::stderr)
        .log_internal_errors(false);
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let lines = match format {
        LogFormat::Human => {
            lines.with_target(false).with_ansi(io::stderr().is_terminal() && !plain).boxed()
        }
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let repeats = Repeats::default();
    // It fails only if something logs already, which then goes on.
    let _ = tracing_subscriber::registry()
        .with(lines.with_filter(filter).with_filter(repeats.clone()))
        .try_init();
    repeats
}

/// What happens, without what the parts tell each other.
const USUAL: &str = "info,rusqlite_migration=warn";
