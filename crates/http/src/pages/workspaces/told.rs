//! Files and roles in words.

use guest_app::{FileVersionView, FileView, WorkspaceView};
use guest_core::Zone;

use crate::pages::told::Moment;

/// A file with its latest version.
pub(super) struct File {
    pub(super) view: FileView,
    pub(super) at: Moment,
    pub(super) size: String,
}

impl File {
    pub(super) fn of(view: FileView, zone: Zone) -> Self {
        let (at, size) = (Moment::of(view.latest.at, zone), bytes(view.latest.size));
        Self { view, at, size }
    }
}

/// A version of a file.
pub(super) struct Version {
    pub(super) view: FileVersionView,
    pub(super) at: Moment,
    pub(super) size: String,
}

impl Version {
    pub(super) fn of(view: FileVersionView, zone: Zone) -> Self {
        let (at, size) = (Moment::of(view.at, zone), bytes(view.size));
        Self { view, at, size }
    }
}

/// Tells how many bytes there are, in a number of few digits.
pub(super) fn bytes(count: u64) -> String {
    let mut scale = 0;
    while scale < UNITS.len() && (count >> (10 * scale)) >= 1024 {
        scale += 1;
    }
    let Some(unit) = scale.checked_sub(1).and_then(|scale| UNITS.get(scale)) else {
        return if count == 1 { "1 byte".to_owned() } else { format!("{count} bytes") };
    };
    let whole = count >> (10 * scale);
    if whole >= 10 {
        return format!("{whole} {unit}");
    }
    let tenths = ((count >> (10 * (scale - 1))) % 1024) * 10 / 1024;
    if tenths == 0 { format!("{whole} {unit}") } else { format!("{whole}.{tenths} {unit}") }
}

/// Tells a role in a word.
pub(super) fn role(name: &str) -> &'static str {
    match name {
        "owner" => "Owner",
        "manager" => "Manager",
        "contributor" => "Contributor",
        _ => "Reader",
    }
}

/// A role to choose.
pub(super) struct Choice {
    pub(super) name: String,
    pub(super) words: &'static str,
    pub(super) means: &'static str,
    pub(super) is_chosen: bool,
}

impl Choice {
    /// Returns the roles that may be given, of which one is chosen.
    pub(super) fn of(grantable: &[String], chosen: &str) -> Vec<Self> {
        let choices = grantable.iter().map(|name| Self {
            name: name.clone(),
            words: role(name),
            means: means(name),
            is_chosen: name == chosen,
        });
        choices.collect()
    }
}

/// Returns whether the application says that somebody may do something in a workspace.
pub(super) fn may(workspace: &WorkspaceView, right: &str) -> bool {
    workspace.rights.iter().any(|held| held == right)
}

/// Tells what a role may do.
fn means(name: &str) -> &'static str {
    match name {
        "owner" => "everything, and shares it with anybody",
        "manager" => "writes files, and shares it with readers and contributors",
        "contributor" => "reads and writes files",
        _ => "reads files",
    }
}

const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn or_43_sizes_are_told_in_few_digits() {
        for (count, told) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (1023, "1023 bytes"),
            (1024, "1 KiB"),
            (1536, "1.5 KiB"),
            (10 * 1024, "10 KiB"),
            (1 << 20, "1 MiB"),
            ((5 << 30) + (1 << 29), "5.5 GiB"),
            (20 << 30, "20 GiB"),
        ] {
            assert_eq!(bytes(count), told);
        }
    }
}
