//! A WebSocket to the server, as a guest's page or an agent opens it.

use std::io;
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;
use tungstenite::handshake::HandshakeError;
use tungstenite::{ClientRequestBuilder, Error, Message, WebSocket, client};

/// An open WebSocket; what comes is read as a stream of bytes.
pub(crate) struct Stream {
    socket: WebSocket<TcpStream>,
    /// What has come, and was not read yet.
    came: Vec<u8>,
}

/// How the server closed: the code, and the reason beside it. Neither where it just broke.
pub(crate) type Closed = Option<(u16, String)>;

impl Stream {
    /// Opens a WebSocket at a path, or returns the status and the code of the problem.
    pub(crate) fn open(port: u16, path: &str, key: Option<&str>) -> Result<Self, (u16, String)> {
        let uri = format!("ws://127.0.0.1:{port}{path}").parse().unwrap();
        let mut request = ClientRequestBuilder::new(uri);
        if path != SOCKET {
            request = request.with_sub_protocol("binary");
        }
        if let Some(key) = key {
            request = request.with_header("Authorization", format!("Bearer {key}"));
        }
        let tcp = TcpStream::connect(("127.0.0.1", port)).unwrap();
        tcp.set_nodelay(true).unwrap();
        tcp.set_read_timeout(Some(SOON)).unwrap();
        tcp.set_write_timeout(Some(SOON)).unwrap();
        match client(request, tcp) {
            Ok((socket, _)) => Ok(Self { socket, came: Vec::new() }),
            Err(HandshakeError::Failure(Error::Http(answer))) => {
                let body = answer.body().as_deref().unwrap_or_default();
                let problem: Value = serde_json::from_slice(body).unwrap();
                let code = problem["code"].as_str().unwrap().to_owned();
                Err((answer.status().as_u16(), code))
            }
            Err(other) => panic!("{path}: {other}"),
        }
    }

    /// Sends bytes in one message.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        assert!(self.try_write(bytes), "the stream is closed");
    }

    /// Sends bytes in one message, unless the stream is closed.
    pub(crate) fn try_write(&mut self, bytes: &[u8]) -> bool {
        self.socket.send(Message::binary(bytes.to_vec())).is_ok()
    }

    /// Sends a text.
    pub(crate) fn say(&mut self, text: &str) {
        self.socket.send(Message::text(text)).unwrap();
    }

    /// Waits for so many bytes.
    pub(crate) fn read(&mut self, count: usize) -> Vec<u8> {
        self.try_read(count).unwrap_or_else(|closed| panic!("closed: {closed:?}"))
    }

    /// Waits for so many bytes, or for the end of the stream.
    pub(crate) fn try_read(&mut self, count: usize) -> Result<Vec<u8>, Closed> {
        while self.came.len() < count {
            if let Some(bytes) = self.message()? {
                self.came.extend_from_slice(&bytes);
            }
        }
        Ok(self.came.drain(..count).collect())
    }

    /// Waits for the next text.
    pub(crate) fn hear(&mut self) -> Value {
        loop {
            match self.socket.read().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other @ (Message::Binary(_) | Message::Close(_) | Message::Frame(_)) => {
                    panic!("{other:?}")
                }
            }
        }
    }

    /// Reads past everything until the server closes, and returns how.
    pub(crate) fn closed(&mut self) -> Closed {
        loop {
            if let Err(closed) = self.message() {
                return closed;
            }
        }
    }

    /// Waits for the server to end the session, and returns the reason.
    #[track_caller]
    pub(crate) fn ended(&mut self) -> String {
        let (code, reason) = self.closed().expect("the end of a session is told");
        assert_eq!(code, ENDED, "{reason}");
        reason
    }

    /// Closes as a page that goes away.
    pub(crate) fn leave(mut self) {
        self.socket.close(None).unwrap();
        assert!(self.socket.flush().is_ok());
    }

    fn message(&mut self) -> Result<Option<Vec<u8>>, Closed> {
        match self.socket.read() {
            Ok(Message::Binary(bytes)) => Ok(Some(bytes.to_vec())),
            Ok(Message::Close(Some(frame))) => {
                Err(Some((frame.code.into(), frame.reason.as_str().to_owned())))
            }
            Ok(Message::Close(None)) => Err(None),
            Ok(_) => Ok(None),
            Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                panic!("nothing comes for {} s", SOON.as_secs())
            }
            Err(_) => Err(None),
        }
    }
}

/// Where an agent says that it is there, in texts.
pub(crate) const SOCKET: &str = "/v1/agent/socket";

/// The close code of a session that has ended.
const ENDED: u16 = 4000;

/// Longer than whatever is waited for takes.
pub(crate) const SOON: Duration = Duration::from_secs(20);
