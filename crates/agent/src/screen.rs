//! What guests see.

use std::path::PathBuf;

use bytes::BytesMut;
use tokio::io::{self, AsyncRead, AsyncWrite};

use crate::vnc::{self, NoScreen};
use crate::{Clock, test_card};

/// What guests see.
#[derive(Clone)]
pub enum Screen {
    /// That of a VNC server.
    Vnc {
        /// Where it listens: host and port.
        address: String,
        /// The file whose first line is its password, if it has one; read anew for each guest.
        password_file: Option<PathBuf>,
    },
    /// A picture that the agent draws itself (CN-2).
    TestCard {
        /// Tells the time that it shows.
        clock: Clock,
    },
}

/// A screen that has taken a guest: what is said on it begins after the handshake.
pub(crate) struct Opened {
    pub(crate) reader: Box<dyn AsyncRead + Send + Unpin>,
    pub(crate) writer: Box<dyn AsyncWrite + Send + Unpin>,
    /// What has been read already.
    pub(crate) early: BytesMut,
}

impl Screen {
    /// Opens the screen for one more guest (CN-9).
    ///
    /// # Errors
    ///
    /// Returns why it shows nothing.
    pub(crate) async fn open(&self) -> Result<Opened, NoScreen> {
        match self {
            Self::Vnc { address, password_file } => {
                vnc::open(address, password_file.as_deref()).await
            }
            Self::TestCard { clock } => {
                let (ours, cards) = io::duplex(PIPE);
                // It ends when the pipe does.
                tokio::spawn(test_card::serve(cards, clock.clone()));
                let (reader, writer) = io::split(ours);
                let (reader, writer) = (Box::new(reader), Box::new(writer));
                Ok(Opened { reader, writer, early: BytesMut::new() })
            }
        }
    }
}

/// How much the test card may be ahead of its guest.
const PIPE: usize = 64 * 1024;
