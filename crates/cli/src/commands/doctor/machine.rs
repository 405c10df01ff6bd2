//! What the doctor looks at around the server: files, disk, mail, the public address.

use std::fs;
use std::io;
use std::path::Path;

use guest_mailer::Transport;
use rustix::fs::Access;
use rustix::io::Errno;
use url::{Host, Url};

use super::Finding;
use crate::config::{Place, Settings};
use crate::data::{DataDir, read_key};
use crate::failure::chain;

/// Looks at the configuration, which was read without complaint.
pub(super) fn configuration(settings: &Settings) -> Finding {
    let file = settings.file.as_ref().map(|file| format!("read from {}", file.display()));
    Finding::ok("configuration", file.unwrap_or_else(|| "no file; options and variables".into()))
}

/// Looks at the data directory and the key: whether they are there, and whose.
pub(super) fn files(data: &DataDir) -> Vec<Finding> {
    let mut found = vec![if is_read_only(data.path()) {
        let path = data.path().display();
        let detail = format!(
            "{path} is on a file system that is read-only: find out why (`dmesg` may say), make it \
             writable (`mount -o remount,rw`), and start the server again"
        );
        Finding::fail(FILES, detail)
    } else {
        private(FILES, data.path(), 0o700)
    }];
    let key = data.key_file();
    found.push(match read_key(&key) {
        Ok(_) => private(KEYS, &key, 0o600),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Finding::fail(
            KEYS,
            format!(
                "{} is missing: put it back from a backup made with --with-keys, or start with \
                 `guest serve --new-keys` and send guests new mails",
                key.display()
            ),
        ),
        Err(error) => Finding::fail(KEYS, format!("{} cannot be used: {error}", key.display())),
    });
    found
}

/// Returns whether nothing can be changed there, whoever tries.
pub(super) fn is_read_only(path: &Path) -> bool {
    rustix::fs::access(path, Access::WRITE_OK) == Err(Errno::ROFS)
}

/// Looks at what is left of the disk.
pub(super) fn disk(path: &Path) -> Finding {
    let free = match rustix::fs::statvfs(path) {
        Ok(found) => found.f_bavail.saturating_mul(found.f_frsize) / MEBIBYTE,
        Err(error) => return Finding::warn(DISK, format!("cannot be looked at: {error}")),
    };
    match free {
        0..FULL => {
            Finding::fail(DISK, format!("{free} MiB left: make room before changes are refused"))
        }
        FULL..LITTLE => Finding::warn(DISK, format!("{free} MiB left: make room soon")),
        _ => Finding::ok(DISK, format!("{} GiB left", free / 1024)),
    }
}

/// Tries whether mails could be handed over.
pub(super) async fn mail(settings: &Settings) -> Finding {
    let mut transport = match Transport::parse(&settings.mail.value) {
        Ok(transport) => transport,
        Err(error) => return Finding::fail(MAIL, chain(&error)),
    };
    let is_remembered = settings.mail.place == Place::Memory;
    let untried = if is_remembered && transport.forget_login() { UNTRIED } else { "" };
    match (transport.check().await, &settings.mail.place) {
        (Err(why), Place::Default) => Finding::fail(
            MAIL,
            format!("{why}: make it writable, or name a mail server with --mail"),
        ),
        (Err(why), _) => Finding::fail(MAIL, format!("{why}: look at --mail")),
        (Ok(said), Place::Default) => {
            Finding::warn(MAIL, format!("{said} and reach nobody: name a mail server with --mail"))
        }
        (Ok(said), Place::Option(_) | Place::Variable(_) | Place::File { .. } | Place::Memory) => {
            Finding::ok(MAIL, format!("{said}{untried}"))
        }
    }
}

/// Looks at whether people could reach the server where links lead.
pub(super) fn address(settings: &Settings) -> Finding {
    let url = &settings.public_url.value;
    let host = Url::parse(url).ok().and_then(|url| url.host().map(|host| host.to_owned()));
    let is_loopback = match &host {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    if is_loopback {
        let detail =
            format!("links lead to {url}, which only this machine reaches: set --public-url");
        return Finding::warn(ADDRESS, detail);
    }
    if url.starts_with("http://") {
        return Finding::fail(
            ADDRESS,
            format!(
                "links lead to {url}, without encryption: put a proxy with TLS in front, and \
                     set --public-url to its https address"
            ),
        );
    }
    Finding::ok(ADDRESS, format!("links lead to {url}"))
}

/// Looks at whether others can read what is for the owner only.
fn private(about: &'static str, path: &Path, mode: u32) -> Finding {
    let found = match fs::metadata(path) {
        Ok(found) => found,
        Err(error) => return Finding::fail(about, format!("{}: {error}", path.display())),
    };
    if others_may(&found) {
        let advice = format!("{} is open to others: chmod {mode:o} it", path.display());
        return Finding::warn(about, advice);
    }
    Finding::ok(about, format!("{} is there, for its owner only", path.display()))
}

#[cfg(unix)]
fn others_may(found: &fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o077 != 0
}

#[cfg(not(unix))]
fn others_may(_: &fs::Metadata) -> bool {
    false
}

const FILES: &str = "data directory";

const KEYS: &str = "keys";

const DISK: &str = "disk";

const MAIL: &str = "mail";

/// The password is not in what the server leaves behind.
const UNTRIED: &str = "; signing in was not tried: the password is known to the server only";

const ADDRESS: &str = "public address";

const MEBIBYTE: u64 = 1024 * 1024;

/// Less than what the log of the database may take (in MiB).
const FULL: u64 = 100;

/// As much as a busy week may take (in MiB).
const LITTLE: u64 = 1024;
