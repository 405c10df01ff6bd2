//! What a server logs: to standard error, for people or for programs.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::EnvFilter;

use crate::config::LogFormat;

/// Starts logging; `GUEST_LOG` says how much, as in `debug` or `guest_http=debug,info`.
pub(crate) fn start(format: LogFormat) {
    let said = std::env::var("GUEST_LOG").ok().filter(|said| !said.is_empty());
    let filter = EnvFilter::new(said.as_deref().unwrap_or(USUAL));
    // A line that cannot be written is lost; to complain about it would end the program.
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .log_internal_errors(false);
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    // It fails only if something logs already, which then goes on.
    let _ = match format {
        LogFormat::Human => {
            builder.with_target(false).with_ansi(io::stderr().is_terminal() && !plain).try_init()
        }
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
}

/// What happens, without what the parts tell each other.
const USUAL: &str = "info,rusqlite_migration=warn";
