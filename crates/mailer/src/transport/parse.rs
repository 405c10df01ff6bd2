//! Reads addresses of transports.

use std::borrow::Cow;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::{fs, io};

use lettre::transport::smtp::client::{Certificate, Tls, TlsParametersBuilder};
use percent_encoding::percent_decode_str;
use url::Url;

use super::Way;
use super::directory::Directory;
use super::smtp::{Login, Smtp};

/// Why a text is no address of a transport.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// It is none of the known forms.
    #[error("a mail transport is smtp://HOST, smtps://HOST or dir:PATH")]
    Form,
    /// It names no host.
    #[error("the mail server's address names no host")]
    HostMissing,
    /// It names no directory.
    #[error("`dir:` is followed by the path of a directory")]
    DirectoryMissing,
    /// It goes on after host and port.
    #[error("the mail server's address has a path or a fragment, which means nothing")]
    Excess,
    /// The user or the password is not text.
    #[error("the user or the password is not UTF-8 once percent-decoded")]
    NotText,
    /// An option is not known.
    #[error("the mail server's address has the option {0:?}; known are `tls` and `ca`")]
    OptionUnknown(String),
    /// The option `tls` has no such value here.
    #[error("`tls` is none, starttls or required, and with smtps:// nothing but required")]
    Tls,
    /// A certificate cannot be read.
    #[error("the certificate in {} cannot be read", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Setup(#[source] lettre::transport::smtp::Error),
}

pub(super) fn parse(text: &str) -> Result<Way, TransportError> {
    if let Some(path) = text.strip_prefix("dir:") {
        if path.is_empty() {
            return Err(TransportError::DirectoryMissing);
        }
        return Ok(Way::Directory(Directory::new(PathBuf::from(path))));
    }
    let url = Url::parse(text).map_err(|_| TransportError::Form)?;
    match url.scheme() {
        "smtp" => smtp(&url, false),
        "smtps" => smtp(&url, true),
        _ => Err(TransportError::Form),
    }
    .map(Way::Smtp)
}

fn smtp(url: &Url, wrapped: bool) -> Result<Smtp, TransportError> {
    let host = url.host_str().filter(|host| !host.is_empty());
    let host = host.ok_or(TransportError::HostMissing)?.trim_matches(['[', ']']).to_owned();
    if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
        return Err(TransportError::Excess);
    }
    let options = Options::parse(url)?;
    let login = login(url)?;
    let mode = mode(wrapped, &options, &host, login.is_some())?;
    let port = url.port().unwrap_or(match (wrapped, &login) {
        (true, _) => SUBMISSIONS,
        (false, Some(_)) => SUBMISSION,
        (false, None) => RELAY,
    });
    let tls = tls(mode, &host, options.authority.as_deref())?;
    Ok(Smtp::new(host, port, tls, login))
}

/// What stands behind the question mark.
#[derive(Default)]
struct Options {
    tls: Option<Mode>,
    authority: Option<PathBuf>,
}

/// How a connection becomes encrypted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Mode {
    Never,
    Offered,
    Required,
    Wrapped,
}

impl Options {
    fn parse(url: &Url) -> Result<Self, TransportError> {
        let mut options = Self::default();
        for (name, value) in url.query_pairs() {
            match &*name {
                "tls" => {
                    options.tls = Some(match &*value {
                        "none" => Mode::Never,
                        "starttls" => Mode::Offered,
                        "required" => Mode::Required,
                        _ => return Err(TransportError::Tls),
                    });
                }
                "ca" => options.authority = Some(PathBuf::from(&*value)),
                _ => return Err(TransportError::OptionUnknown(name.into_owned())),
            }
        }
        Ok(options)
    }
}

/// Decides how a connection becomes encrypted, so that no password goes astray.
fn mode(
    wrapped: bool,
    options: &Options,
    host: &str,
    password: bool,
) -> Result<Mode, TransportError> {
    let astray = password && !is_loopback(host);
    Ok(match (wrapped, options.tls) {
        (true, None | Some(Mode::Required)) => Mode::Wrapped,
        (true, Some(_)) => return Err(TransportError::Tls),
        (false, None | Some(Mode::Offered)) if astray => Mode::Required,
        (false, None) => Mode::Offered,
        (false, Some(mode)) => mode,
    })
}

fn tls(mode: Mode, host: &str, authority: Option<&Path>) -> Result<Tls, TransportError> {
    let mut builder = TlsParametersBuilder::new(host.to_owned());
    if let Some(path) = authority {
        let unreadable = |source| TransportError::Certificate { path: path.to_owned(), source };
        let pem = fs::read(path).map_err(unreadable)?;
        let certificate = Certificate::from_pem(&pem);
        builder = builder.add_root_certificate(
            certificate.map_err(|error| unreadable(io::Error::other(error)))?,
        );
    }
    let parameters = builder
        // Opportunistic encryption (RFC 7435): the alternative is none at all.
        .dangerous_accept_invalid_certs(mode == Mode::Offered)
        .build()
        .map_err(TransportError::Setup)?;
    Ok(match mode {
        Mode::Never => Tls::None,
        Mode::Offered => Tls::Opportunistic(parameters),
        Mode::Required => Tls::Required(parameters),
        Mode::Wrapped => Tls::Wrapper(parameters),
    })
}

fn login(url: &Url) -> Result<Option<Login>, TransportError> {
    if url.username().is_empty() {
        return Ok(None);
    }
    let decoded = |text| {
        let text = percent_decode_str(text).decode_utf8().map(Cow::into_owned);
        text.map_err(|_| TransportError::NotText)
    };
    let user = decoded(url.username())?;
    let password = decoded(url.password().unwrap_or_default())?;
    Ok(Some(Login { user, password }))
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

/// Where mail servers take mail from one another.
const RELAY: u16 = 25;

/// Where mail servers take mail from their users (RFC 6409).
const SUBMISSION: u16 = 587;

/// The same within TLS (RFC 8314).
const SUBMISSIONS: u16 = 465;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_server_port_and_encryption() {
        check("smtp://mail.example", Ok("mail.example:25 Opportunistic"));
        check("smtp://mail.example:2525/", Ok("mail.example:2525 Opportunistic"));
        check("smtp://mail.example?tls=none", Ok("mail.example:25 None"));
        check("smtp://mail.example?tls=required", Ok("mail.example:25 Required"));
        check("smtps://mail.example", Ok("mail.example:465 Wrapper"));
        check("smtps://mail.example?tls=required", Ok("mail.example:465 Wrapper"));
        check("smtp://[::1]:25", Ok("::1:25 Opportunistic"));
    }

    #[test]
    fn a_password_is_not_sent_in_the_clear_to_another_machine() {
        check("smtp://u:p@mail.example", Ok("mail.example:587 Required as u"));
        check("smtp://u:p@mail.example?tls=starttls", Ok("mail.example:587 Required as u"));
        check("smtp://u:p@mail.example?tls=none", Ok("mail.example:587 None as u"));
        check("smtp://u:p@localhost:25", Ok("localhost:25 Opportunistic as u"));
        check("smtp://u:p@127.0.0.1", Ok("127.0.0.1:587 Opportunistic as u"));
        check("smtp://a%40b:p@[::1]", Ok("::1:587 Opportunistic as a@b"));
        check("smtp://u@10.0.0.1", Ok("10.0.0.1:587 Required as u"));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        check("mail.example", Err("a mail transport is smtp://HOST, smtps://HOST or dir:PATH"));
        check("http://x", Err("a mail transport is smtp://HOST, smtps://HOST or dir:PATH"));
        check("smtp://", Err("the mail server's address names no host"));
        check(
            "smtp://x/y",
            Err("the mail server's address has a path or a fragment, which means nothing"),
        );
        check(
            "smtp://x?tsl=none",
            Err("the mail server's address has the option \"tsl\"; known are `tls` and `ca`"),
        );
        let tls = "`tls` is none, starttls or required, and with smtps:// nothing but required";
        check("smtp://x?tls=maybe", Err(tls));
        check("smtps://x?tls=none", Err(tls));
        check("smtp://%ff@x", Err("the user or the password is not UTF-8 once percent-decoded"));
        check("smtp://x?ca=/nowhere", Err("the certificate in /nowhere cannot be read"));
        check("dir:", Err("`dir:` is followed by the path of a directory"));
    }

    #[test]
    fn qu_31_a_password_is_never_shown() {
        let way = parse("smtp://ada:hidden@mail.example").unwrap();
        assert!(!format!("{way:?}").contains("hidden"));
    }

    #[track_caller]
    fn check(text: &str, expected: Result<&str, &str>) {
        let shown = parse(text).map(|way| format!("{way:?}")).map_err(|error| error.to_string());
        let expected = expected.map(|way| format!("Smtp(Smtp({way}))")).map_err(str::to_owned);
        assert_eq!(shown, expected, "{text}");
    }
}
