//! Dialling the server.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::time;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode, Uri, header};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config};

/// A WebSocket to the server.
pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Where a server is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Server {
    is_secure: bool,
    /// Host and port.
    authority: String,
}

/// Why a text names no server.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("an address such as https://guest.acme.example, without a path")]
pub struct ServerRefusal;

impl Server {
    /// Reads an address such as `https://guest.acme.example`; `ws` and `wss` go as well.
    ///
    /// # Errors
    ///
    /// Returns how an address is written.
    pub fn parse(text: &str) -> Result<Self, ServerRefusal> {
        let uri: Uri = text.parse().map_err(|_| ServerRefusal)?;
        let is_secure = match uri.scheme_str() {
            Some("https" | "wss") => true,
            Some("http" | "ws") => false,
            Some(_) | None => return Err(ServerRefusal),
        };
        let authority = uri.authority().ok_or(ServerRefusal)?;
        let is_bare = uri.path() == "/" && uri.query().is_none();
        if !is_bare || authority.as_str().contains('@') || authority.host().is_empty() {
            return Err(ServerRefusal);
        }
        let port = authority.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
        Ok(Self { is_secure, authority: format!("{}:{port}", authority.host()) })
    }

    /// Returns whether everybody on the way can read what is said: the key, and the screen.
    #[must_use]
    pub fn is_overheard(&self) -> bool {
        let local = ["localhost:", "127.", "[::1]:"];
        !self.is_secure && !local.iter().any(|start| self.authority.starts_with(start))
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_secure { "wss" } else { "ws" };
        write!(f, "{scheme}://{}", self.authority)
    }
}

/// Why the server cannot be dialled at all: a file of this computer is missing or wrong.
#[derive(Debug, thiserror::Error)]
pub enum CannotDial {
    /// There is no key.
    #[error("no key can be read from {}", path.display())]
    Key {
        /// The key file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// Certificates cannot be read.
    #[error("no certificates can be read from {}", path.display())]
    Certificates {
        /// Their file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: pem::Error,
    },
}

/// Why there is no socket.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoSocket {
    #[error(transparent)]
    CannotDial(#[from] CannotDial),
    #[error("the server refuses the key")]
    Unauthenticated,
    #[error("the server answers {0}")]
    Refused(StatusCode),
    #[error("the server cannot be reached")]
    Unreachable(#[from] io::Error),
    #[error("the server does not take the connection")]
    Broken(#[source] Error),
    #[error("the server does not answer within {} s", PATIENCE.as_secs())]
    Silent,
}

/// Opens sockets to a server.
pub(crate) struct Dial {
    server: Server,
    key_file: PathBuf,
    connector: Connector,
}

impl Dial {
    /// Makes ready to dial.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with a file that is needed.
    pub(crate) fn new(
        server: Server,
        key_file: PathBuf,
        certificates: Option<&Path>,
    ) -> Result<Self, CannotDial> {
        let connector =
            if server.is_secure { Connector::Rustls(tls(certificates)?) } else { Connector::Plain };
        let dial = Self { server, key_file, connector };
        dial.bearer()?;
        Ok(dial)
    }

    pub(crate) const fn server(&self) -> &Server {
        &self.server
    }

    pub(crate) fn key_file(&self) -> &Path {
        &self.key_file
    }

    /// Opens a socket at `path`, speaking `protocol` on it.
    ///
    /// # Errors
    ///
    /// Returns why there is none.
    pub(crate) async fn open(
        &self,
        path: &str,
        protocol: Option<&'static str>,
    ) -> Result<Socket, NoSocket> {
        let request = self.request(path, protocol)?;
        let open = async {
            let tcp = TcpStream::connect(&self.server.authority).await?;
            // A key press is a small message that is not to wait for the next.
            tcp.set_nodelay(true)?;
            let (config, connector) = (Some(config()), Some(self.connector.clone()));
            match client_async_tls_with_config(request, tcp, config, connector).await {
                Ok((socket, _)) => Ok(socket),
                Err(Error::Http(answer)) if answer.status() == StatusCode::UNAUTHORIZED => {
                    Err(NoSocket::Unauthenticated)
                }
                Err(Error::Http(answer)) => Err(NoSocket::Refused(answer.status())),
                Err(error) => Err(NoSocket::Broken(error)),
            }
        };
        time::timeout(PATIENCE, open).await.unwrap_or(Err(NoSocket::Silent))
    }

    fn request(&self, path: &str, protocol: Option<&'static str>) -> Result<Request, NoSocket> {
        let url = format!("{}{path}", self.server);
        let mut request = url.into_client_request().map_err(NoSocket::Broken)?;
        let headers = request.headers_mut();
        headers.insert(header::AUTHORIZATION, self.bearer()?);
        if let Some(protocol) = protocol {
            let protocol = HeaderValue::from_static(protocol);
            headers.insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
        }
        Ok(request)
    }

    /// Reads the key, which somebody may have replaced since.
    fn bearer(&self) -> Result<HeaderValue, CannotDial> {
        let unusable = |cause| CannotDial::Key { path: self.key_file.clone(), cause };
        let key = first_line(&self.key_file).map_err(unusable)?;
        let mut bearer = HeaderValue::try_from(format!("Bearer {key}"))
            .map_err(|_| unusable(io::Error::new(io::ErrorKind::InvalidData, "it is no text")))?;
        bearer.set_sensitive(true);
        Ok(bearer)
    }
}

/// Reads the secret in a file: its first line.
///
/// # Errors
///
/// Returns that the file cannot be read, or holds nothing.
pub(crate) fn first_line(path: &Path) -> io::Result<String> {
    let text = fs::read_to_string(path)?;
    let line = text.lines().next().unwrap_or_default().trim();
    if line.is_empty() {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "its first line is empty"));
    }
    Ok(line.to_owned())
}

/// Trusts the public certificates, and those in a file.
fn tls(certificates: Option<&Path>) -> Result<Arc<ClientConfig>, CannotDial> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = certificates {
        let unusable = |cause| CannotDial::Certificates { path: path.to_owned(), cause };
        for certificate in CertificateDer::pem_file_iter(path).map_err(unusable)? {
            // What no server can be known by is of no harm among the others.
            let _ = roots.add(certificate.map_err(unusable)?);
        }
    }
    // Only fails if the program has one already.
    let _ = ring::default_provider().install_default();
    Ok(Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()))
}

fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(2 * MESSAGE_MAX)
        .max_message_size(Some(MESSAGE_MAX))
        .max_frame_size(Some(MESSAGE_MAX))
}

/// How long opening a socket may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Several sessions at once are to stay small.
const BUFFER: usize = 16 * 1024;

/// The largest message of the server: the longest clipboard text that a guest may paste, or the
/// list of some hundred sessions.
const MESSAGE_MAX: usize = 128 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_scheme_host_and_port() {
        check("https://guest.acme.example", Some("wss://guest.acme.example:443"));
        check("http://127.0.0.1:8080/", Some("ws://127.0.0.1:8080"));
        check("wss://guest.acme.example:8443", Some("wss://guest.acme.example:8443"));
        check("http://[::1]:80", Some("ws://[::1]:80"));
        for bad in
            ["guest.acme.example", "https://x/y", "https://x?y", "ftp://x", "https://u@x", ""]
        {
            check(bad, None);
        }
    }

    #[test]
    fn only_a_plain_connection_to_elsewhere_is_overheard() {
        let overheard = |text| Server::parse(text).map(|server| server.is_overheard());
        assert_eq!(overheard("http://guest.acme.example"), Ok(true));
        assert_eq!(overheard("https://guest.acme.example"), Ok(false));
        for local in ["http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080"] {
            assert_eq!(overheard(local), Ok(false), "{local}");
        }
    }

    #[test]
    fn a_secret_is_the_first_line_of_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let read = |text: &str| {
            fs::write(&path, text).unwrap();
            first_line(&path).map_err(|error| error.kind())
        };
        assert_eq!(read("ck_abc\nand a remark\n"), Ok("ck_abc".to_owned()));
        assert_eq!(read("ck_abc"), Ok("ck_abc".to_owned()));
        assert_eq!(read("\nck_abc"), Err(io::ErrorKind::UnexpectedEof));
    }

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let server = Server::parse(text).ok().map(|server| server.to_string());
        assert_eq!(server.as_deref(), expected, "{text:?}");
    }
}
