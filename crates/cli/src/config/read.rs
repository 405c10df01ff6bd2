//! How each setting is written.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use guest_blobs::Place as Blobs;
use guest_core::{Email, PriceConfig, PriceList, TeamName};
use guest_mailer::Transport;
use url::{Host, Url};

use super::settings::Sso;
use super::{Place, Said, Setting, Sourced, Wrong};

/// Reads settings, and gathers what is wrong with them.
pub(super) struct Reading<'a> {
    said: &'a Said,
    pub(super) wrongs: Vec<Wrong>,
}

impl<'a> Reading<'a> {
    pub(super) const fn of(said: &'a Said) -> Self {
        Self { said, wrongs: Vec::new() }
    }

    /// Reads a setting, if it is said.
    pub(super) fn maybe<T>(
        &mut self,
        key: Setting,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Sourced<T>> {
        let (text, place) = self.said.find(key)?;
        match read(&text) {
            Ok(value) => Some(Sourced { value, place }),
            Err(detail) => {
                self.wrongs.push(Wrong { place, key: Some(key), detail });
                None
            }
        }
    }

    /// Reads a setting that has a default.
    pub(super) fn with_default<T>(
        &mut self,
        key: Setting,
        read: impl Fn(&str) -> Result<T, String>,
        default: impl FnOnce() -> T,
    ) -> Sourced<T> {
        let found = self.maybe(key, read);
        found.unwrap_or_else(|| Sourced { value: default(), place: Place::Default })
    }

    /// Reads the price list, which only the file can hold (CR-20).
    pub(super) fn prices(&mut self) -> Sourced<PriceList> {
        let said = self.said.file.as_ref().and_then(|file| file.table(Setting::Prices));
        let Some((table, place)) = said else {
            return Sourced { value: PriceList::default(), place: Place::Default };
        };
        let prices = table
            .try_into::<PriceConfig>()
            .map_err(|error| error.message().to_owned())
            .and_then(|config| PriceList::new(config).map_err(|error| error.to_string()));
        let value = prices.unwrap_or_else(|detail| {
            let key = Some(Setting::Prices);
            self.wrongs.push(Wrong { place: place.clone(), key, detail });
            PriceList::default()
        });
        Sourced { value, place }
    }
}

pub(super) fn path(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() { Err("a path is missing".to_owned()) } else { Ok(PathBuf::from(text)) }
}

/// Reads whom the server lets vouch for people (OR-30).
pub(super) fn sso(text: &str) -> Result<Sso, String> {
    let path = path(text)?;
    let settings =
        guest_identity::Settings::load(&path).map_err(|error| crate::failure::chain(&error))?;
    Ok(Sso { path, settings })
}

pub(super) fn flag(text: &str) -> Result<bool, String> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("either true or false".to_owned()),
    }
}

pub(super) fn listen(text: &str) -> Result<SocketAddr, String> {
    let with_name = text.replace("localhost:", "127.0.0.1:");
    with_name.parse().map_err(|_| "an address and a port, such as 127.0.0.1:8080".to_owned())
}

/// Reads where a VNC server listens.
pub(super) fn endpoint(text: &str) -> Result<String, String> {
    let port = text.rsplit_once(':').filter(|(host, _)| !host.is_empty());
    let port = port.and_then(|(_, port)| port.parse::<u16>().ok());
    port.map(|_| text.to_owned())
        .ok_or_else(|| "a host and a port, such as 127.0.0.1:5900".to_owned())
}

/// Reads where files are kept.
pub(super) fn blobs(text: &str) -> Result<Blobs, String> {
    Blobs::parse(text).map_err(|error| error.to_string())
}

/// Reads a number of bytes, such as `500MiB`.
pub(super) fn bytes(text: &str) -> Result<u64, String> {
    let number =
        text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic() || letter == ' ');
    let unit = text.get(number.len()..).unwrap_or_default().trim();
    let scale = match unit {
        "" | "B" => Some(0),
        "KiB" => Some(10),
        "MiB" => Some(20),
        "GiB" => Some(30),
        "TiB" => Some(40),
        _ => None,
    };
    let bytes = scale
        .zip(number.parse::<u64>().ok())
        .and_then(|(scale, number)| number.checked_mul(1 << scale));
    // Rows hold no larger numbers.
    bytes
        .filter(|bytes| i64::try_from(*bytes).is_ok())
        .ok_or_else(|| "a number of bytes, such as 500MiB or 20GiB".to_owned())
}

pub(super) fn some(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("a text is missing".to_owned()) } else { Ok(text.to_owned()) }
}

pub(super) fn email(text: &str) -> Result<Email, String> {
    Email::parse(text).map_err(|error| error.to_string())
}

/// Reads the product's name in mails and pages (GA-15).
pub(super) fn brand(text: &str) -> Result<String, String> {
    // It stands where names stand, so it is held to what they are.
    TeamName::parse(text).map(|name| name.as_str().to_owned()).map_err(|error| error.to_string())
}

pub(super) fn mail(text: &str) -> Result<String, String> {
    Transport::parse(text).map(|_| text.to_owned()).map_err(|error| error.to_string())
}

/// Reads where a server is reached: scheme, host and perhaps a port.
pub(super) fn origin(text: &str) -> Result<String, String> {
    let wrong = || "an address such as https://guest.acme.example".to_owned();
    let url = Url::parse(text).map_err(|_| wrong())?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.host().is_some();
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    match (is_web, is_bare, url.username(), url.password()) {
        (true, true, "", None) => Ok(url.as_str().trim_end_matches('/').to_owned()),
        (true, false, "", None) => Err("only scheme, host and port, without a path".to_owned()),
        _ => Err(wrong()),
    }
}

/// Returns where a server that listens there is reached from its own machine.
pub(super) fn origin_of(listen: SocketAddr) -> String {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => "127.0.0.1".to_owned(),
        IpAddr::V6(ip) if ip.is_unspecified() => "[::1]".to_owned(),
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    };
    format!("http://{ip}:{}", listen.port())
}

/// Returns the host of an origin, as names of machines are written.
pub(super) fn host_of(origin: &str) -> String {
    let url = Url::parse(origin).ok();
    url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// Returns an address at the host that mails can come from.
pub(super) fn sender_at(origin: &str) -> Result<Email, guest_core::EmailRefusal> {
    let host = Url::parse(origin).ok().and_then(|url| url.host().map(|host| host.to_owned()));
    let domain = match host {
        Some(Host::Domain(domain)) => domain,
        Some(Host::Ipv4(_) | Host::Ipv6(_)) | None => "localhost".to_owned(),
    };
    Email::parse(&format!("guest@{domain}"))
        .or_else(|_| Email::parse("guest@localhost.localdomain"))
}

/// Returns a mail transport's address that means the same in every folder, without its password.
///
/// It is for a file, and a password that was told by a variable is not meant to be in one: whoever
/// copies the data directory would have it.
pub(super) fn mail_from_anywhere(mail: &str) -> Option<String> {
    if let Some(path) = mail.strip_prefix("dir:") {
        return Some(format!("dir:{}", std::path::absolute(path).ok()?.display()));
    }
    let mut url = Url::parse(mail).ok()?;
    url.set_password(None).ok()?;
    Some(url.into())
}

/// Returns a mail transport's address without its password (QU-31).
pub(super) fn without_password(mail: &str) -> String {
    match Url::parse(mail) {
        Ok(mut url) if url.password().is_some() => {
            let hidden = url.set_password(Some("..")).is_ok();
            if hidden { url.to_string() } else { "..".to_owned() }
        }
        Ok(_) | Err(_) => mail.to_owned(),
    }
}
