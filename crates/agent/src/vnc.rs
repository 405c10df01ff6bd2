//! The VNC server of the computer.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::{Buf as _, BytesMut};
use guest_rfb::{Login, LoginRefusal, Password};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time;

use crate::dial::first_line;
use crate::screen::Opened;

/// Why a guest sees nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoScreen {
    /// Nothing listens there.
    #[error("the VNC server at {address} cannot be reached")]
    Unreachable { address: String, source: io::Error },
    /// The file is missing or empty.
    #[error("the VNC server's password cannot be read from {}", path.display())]
    Password { path: PathBuf, source: io::Error },
    /// It lets nobody in.
    #[error("the VNC server refuses the agent")]
    Refused(#[source] LoginRefusal),
    /// It says nothing.
    #[error("the VNC server says nothing for {} s", PATIENCE.as_secs())]
    Silent,
    /// It has ended the connection.
    #[error("the VNC server closed the connection")]
    Closed,
    /// The connection broke.
    #[error("the connection to the VNC server broke")]
    Lost(#[source] io::Error),
}

impl NoScreen {
    /// Returns what to do about it.
    pub(crate) const fn remedy(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } | Self::Silent => {
                "start a VNC server there, or name another with --vnc"
            }
            Self::Password { .. } => "put the password there, or name another --vnc-password-file",
            Self::Refused(LoginRefusal::PasswordMissing) => {
                "name the file that holds its password with --vnc-password-file"
            }
            Self::Refused(LoginRefusal::NoKnownSecurity) => {
                "have it offer VNC authentication, or none, to this computer itself"
            }
            Self::Refused(LoginRefusal::Rejected { .. }) => {
                "compare its password with the first line of --vnc-password-file"
            }
            Self::Refused(LoginRefusal::Violation(_)) => {
                "see what listens there: --vnc is to name a VNC server"
            }
            Self::Refused(LoginRefusal::Refused { .. }) | Self::Closed | Self::Lost(_) => {
                "see what the VNC server's own log says"
            }
        }
    }
}

/// Connects to the VNC server at `address` and logs in to it (CN-1).
///
/// # Errors
///
/// Returns why that does not succeed.
pub(crate) async fn open(address: &str, password_file: Option<&Path>) -> Result<Opened, NoScreen> {
    let password = password_file.map(password).transpose()?;
    let log_in = async {
        let unreachable = |source| NoScreen::Unreachable { address: address.to_owned(), source };
        let mut server = TcpStream::connect(address).await.map_err(unreachable)?;
        server.set_nodelay(true).map_err(unreachable)?;
        let early = log_in(&mut server, Login::new(password)).await?;
        let (reader, writer) = server.into_split();
        Ok(Opened { reader: Box::new(reader), writer: Box::new(writer), early })
    };
    time::timeout(PATIENCE, log_in).await.unwrap_or(Err(NoScreen::Silent))
}

/// Reads the password, which somebody may have changed since.
fn password(path: &Path) -> Result<Password, NoScreen> {
    let line =
        first_line(path).map_err(|source| NoScreen::Password { path: path.to_owned(), source })?;
    Ok(Password::new(line.as_bytes()))
}

/// Logs in, and returns what the server has said after that already.
async fn log_in(server: &mut TcpStream, mut login: Login) -> Result<BytesMut, NoScreen> {
    let mut said = BytesMut::new();
    loop {
        let taken = login.handle_bytes(&said);
        said.advance(taken);
        while let Some(bytes) = login.poll_transmit() {
            server.write_all(&bytes).await.map_err(NoScreen::Lost)?;
        }
        match login.outcome() {
            Some(Ok(())) => return Ok(said),
            Some(Err(refusal)) => return Err(NoScreen::Refused(refusal.clone())),
            None => {}
        }
        if server.read_buf(&mut said).await.map_err(NoScreen::Lost)? == 0 {
            return Err(NoScreen::Closed);
        }
    }
}

/// How long connecting and logging in may take: a guest waits for it.
const PATIENCE: Duration = Duration::from_secs(8);
