//! What an invitation says.

use std::fs;
use std::io::Read as _;
use std::path::PathBuf;

use chrono::{Offset as _, SubsecRound as _, TimeDelta};
use clap::{ArgGroup, Args};
use guest_core::{Instant, LocalTime, Zone};
use serde_json::{Value, json};

use crate::admin::{Admin, text};
use crate::failure::Failure;
use crate::{clock, duration};

/// What an invitation says.
#[derive(Args, Debug)]
#[command(group(
    ArgGroup::new("when").args(["start", "end", "lasting"]).required(true).multiple(true)
))]
pub(super) struct Draft {
    /// The computer, by name or id
    #[arg(long)]
    computer: String,

    /// The guests, separated by commas
    #[arg(long, value_name = "EMAILS", value_delimiter = ',', required = true)]
    email: Vec<String>,

    /// When they may connect from, such as "2026-12-01 09:00"
    #[arg(long, value_name = "TIME", requires = "end")]
    start: Option<String>,

    /// Until when they may connect
    #[arg(long, value_name = "TIME", requires = "start")]
    end: Option<String>,

    /// From now on, for so long: 2h, 1h30m, 3d
    #[arg(
        long = "for",
        value_name = "DURATION",
        value_parser = duration::parse,
        conflicts_with_all = ["start", "end"]
    )]
    lasting: Option<TimeDelta>,

    /// The zone of these times [default: the team's]
    #[arg(long)]
    zone: Option<String>,

    /// What they may use: of keyboard, mouse, gamepad, copy, paste; without it they only look
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    permission: Vec<String>,

    /// What they are invited to
    #[arg(long)]
    title: String,

    /// What to say to them
    #[arg(long, value_name = "TEXT", conflicts_with = "message_file")]
    message: Option<String>,

    /// Say what is in this file; `-` for standard input
    #[arg(long, value_name = "FILE")]
    message_file: Option<PathBuf>,
}

impl Draft {
    /// Writes it as the API takes it.
    pub(super) async fn body(self, admin: &Admin) -> Result<Value, Failure> {
        let computer = admin.computer(&self.computer).await?;
        let message = match (self.message, self.message_file) {
            (Some(message), _) => message,
            (None, Some(path)) => read(&path)?,
            (None, None) => String::new(),
        };
        let zone = match self.zone {
            Some(zone) => zone,
            None => text(&admin.get(&[]).await?, "time_zone").unwrap_or_default(),
        };
        let window = match (self.start, self.end, self.lasting) {
            (Some(start), Some(end), _) => {
                json!({ "start": local_time(&start), "end": local_time(&end), "time_zone": zone })
            }
            (_, _, Some(lasting)) => from_now(clock::wall(), lasting, &zone)?,
            (_, _, None) => return Err(Failure::Usage("give --start and --end, or --for".into())),
        };
        let emails: Vec<&str> = self.email.iter().map(|email| email.trim()).collect();
        Ok(json!({
            "computer_id": computer,
            "emails": emails,
            "window": window,
            "permissions": permissions(self.permission),
            "title": self.title,
            "message": message,
        }))
    }
}

/// Writes a local time as the API takes it; what is none is left for it to refuse.
pub(super) fn local_time(text: &str) -> String {
    LocalTime::parse(text).map_or_else(|_| text.to_owned(), |time| time.to_string())
}

/// Returns the names of permissions; `none` is for none.
pub(super) fn permissions(names: Vec<String>) -> Vec<String> {
    names.into_iter().filter(|name| name != "none" && !name.is_empty()).collect()
}

/// Returns the window that opens at `now`, in whole seconds, with the offsets spelled out since
/// `now` may be in the hour that occurs twice.
fn from_now(now: Instant, lasting: TimeDelta, zone: &str) -> Result<Value, Failure> {
    let zone = Zone::parse(zone).map_err(|error| Failure::Usage(error.to_string()))?;
    let start = now.trunc_subsecs(0);
    let end = start.checked_add_signed(lasting);
    let end = end.ok_or_else(|| Failure::Usage("that is too long".to_owned()))?;
    let local = |at: Instant| {
        let offset = zone.offset(at).fix();
        at.with_timezone(&offset).format("%Y-%m-%dT%H:%M:%S%:z").to_string()
    };
    Ok(json!({ "start": local(start), "end": local(end), "time_zone": zone.name() }))
}

fn read(path: &std::path::Path) -> Result<String, Failure> {
    let read = if path.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(path)
    };
    read.map_err(|error| Failure::doing(&format!("cannot read {}", path.display()), &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_22_for_two_hours_begins_now_on_the_zones_clock() {
        check(
            "2026-12-01T09:00:00.75Z",
            "Europe/Paris",
            ["2026-12-01T10:00:00+01:00", "2026-12-01T12:00:00+01:00"],
        );
        check(
            "2026-12-01T09:00:00Z",
            "Etc/UTC",
            ["2026-12-01T09:00:00+00:00", "2026-12-01T11:00:00+00:00"],
        );
        check(
            "2026-12-01T09:00:00Z",
            "America/St_Johns",
            ["2026-12-01T05:30:00-03:30", "2026-12-01T07:30:00-03:30"],
        );
        // Through the hour that occurs twice.
        check(
            "2026-10-25T00:30:00Z",
            "Europe/Paris",
            ["2026-10-25T02:30:00+02:00", "2026-10-25T03:30:00+01:00"],
        );
        let nowhere = from_now(Instant::default(), TimeDelta::hours(2), "Europe/Atlantis");
        assert_eq!(nowhere.unwrap_err().exit_code(), 2);
    }

    #[test]
    fn if_22_times_are_written_as_people_write_them() {
        assert_eq!(local_time("2026-12-01 09:00"), "2026-12-01T09:00");
        assert_eq!(local_time("2026-10-25 02:30+01:00"), "2026-10-25T02:30+01:00");
        assert_eq!(local_time("tomorrow"), "tomorrow");
    }

    #[track_caller]
    fn check(now: &str, zone: &str, expected: [&str; 2]) {
        let window = from_now(now.parse().unwrap(), TimeDelta::hours(2), zone).unwrap();
        let [start, end] = expected;
        assert_eq!(window, json!({ "start": start, "end": end, "time_zone": zone }));
    }
}
