//! A server that speaks as the gateway does, and the agent that dials it.

use std::fs;
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use guest_agent::{CannotDial, Options, Screen};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time;
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};

/// A server that takes what an agent dials.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    is_secure: bool,
    calls: mpsc::Receiver<Socket>,
    knows_key: Arc<AtomicBool>,
}

/// A socket that an agent opened.
pub(crate) struct Socket {
    pub(crate) path: String,
    pub(crate) authorization: String,
    pub(crate) protocol: Option<String>,
    connection: WebSocketStream<Box<dyn Stream>>,
    /// What has come, and was not read yet.
    came: Vec<u8>,
    /// The longest message that came.
    pub(crate) longest: usize,
}

pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::start_with(None).await
    }

    pub(crate) async fn start_with(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (calls_to, calls) = mpsc::channel(16);
        let knows_key = Arc::new(AtomicBool::new(true));
        let (is_secure, knows) = (tls.is_some(), Arc::clone(&knows_key));
        tokio::spawn(async move {
            loop {
                let (tcp, _) = listener.accept().await.unwrap();
                tokio::spawn(take(tcp, tls.clone(), Arc::clone(&knows), calls_to.clone()));
            }
        });
        Self { address, is_secure, calls, knows_key }
    }

    /// Says whether the agent's key is known from now on.
    pub(crate) fn know_key(&self, knows: bool) {
        self.knows_key.store(knows, Ordering::Relaxed);
    }

    /// Waits for the next socket.
    pub(crate) async fn next(&mut self) -> Socket {
        soon(self.calls.recv()).await.unwrap()
    }

    /// Waits for the control socket, and answers its first word.
    pub(crate) async fn control(&mut self) -> Socket {
        let mut control = self.next().await;
        assert_eq!(control.path, "/v1/agent/socket");
        control.hear().await;
        control.tell(&[]).await;
        control
    }

    /// Waits for the stream of a session.
    pub(crate) async fn stream(&mut self, session: &str) -> Socket {
        let stream = self.next().await;
        assert_eq!(stream.path, format!("/v1/agent/sessions/{session}/stream"));
        stream
    }

    /// Makes sure that nobody has dialled.
    pub(crate) fn is_quiet(&mut self) -> bool {
        self.calls.try_recv().is_err()
    }

    fn url(&self) -> String {
        let scheme = if self.is_secure { "https" } else { "http" };
        format!("{scheme}://localhost:{}", self.address.port())
    }
}

/// Takes a connection; where the key is not known, it is answered with 401.
async fn take(
    tcp: TcpStream,
    tls: Option<TlsAcceptor>,
    knows_key: Arc<AtomicBool>,
    calls: mpsc::Sender<Socket>,
) {
    let stream: Box<dyn Stream> = match tls {
        // An agent that does not trust the certificate hangs up.
        Some(tls) => match tls.accept(tcp).await {
            Ok(stream) => Box::new(stream),
            Err(_) => return,
        },
        None => Box::new(tcp),
    };
    let (mut path, mut authorization, mut protocol) = (String::new(), String::new(), None);
    #[expect(clippy::result_large_err, reason = "the library has it like this")]
    let answer = |request: &Request, mut response: Response| {
        let header = |name: &str| {
            request.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
        };
        if !knows_key.load(Ordering::Relaxed) {
            let mut refusal = ErrorResponse::new(None);
            *refusal.status_mut() = StatusCode::UNAUTHORIZED;
            return Err(refusal);
        }
        request.uri().path().clone_into(&mut path);
        authorization = header("authorization").unwrap_or_default();
        protocol = header("sec-websocket-protocol");
        if let Some(protocol) = &protocol {
            let protocol = HeaderValue::from_str(protocol).unwrap();
            response.headers_mut().insert("sec-websocket-protocol", protocol);
        }
        Ok(response)
    };
    if let Ok(connection) = accept_hdr_async(stream, answer).await {
        let came = Vec::new();
        let _ = calls
            .send(Socket { path, authorization, protocol, connection, came, longest: 0 })
            .await;
    }
}

impl Socket {
    /// Waits for the next word of the control socket.
    pub(crate) async fn hear(&mut self) -> Value {
        let message = self.message().await;
        let Some(Message::Text(text)) = message else { panic!("{message:?}") };
        serde_json::from_str(&text).unwrap()
    }

    /// Tells the agent which sessions go on.
    pub(crate) async fn tell(&mut self, sessions: &[&str]) {
        let sessions: Vec<Value> = sessions
            .iter()
            .map(|id| {
                json!({
                    "id": id,
                    "guest_email": "lin@example.org",
                    "permissions": ["keyboard", "mouse"],
                    "closes_at": null,
                })
            })
            .collect();
        let answer = json!({ "computer_id": "cmp_1", "guest_access": true, "sessions": sessions });
        self.say(&answer.to_string()).await;
    }

    pub(crate) async fn say(&mut self, text: &str) {
        soon(self.connection.send(Message::text(text))).await.unwrap();
    }

    /// Closes with a code and a reason, as the gateway refuses a heartbeat.
    pub(crate) async fn refuse(mut self, code: u16, reason: &'static str) {
        let frame = CloseFrame { code: code.into(), reason: reason.into() };
        soon(self.connection.close(Some(frame))).await.unwrap();
        // The other side closes as well.
        while let Some(Ok(_)) = soon(self.connection.next()).await {}
    }

    /// Sends bytes of a guest.
    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        let bytes = Bytes::copy_from_slice(bytes);
        soon(self.connection.send(Message::Binary(bytes))).await.unwrap();
    }

    /// Waits for so many bytes of the screen.
    pub(crate) async fn read(&mut self, count: usize) -> Vec<u8> {
        while self.came.len() < count {
            let message = self.message().await;
            let Some(Message::Binary(bytes)) = message else { panic!("{message:?}") };
            self.longest = self.longest.max(bytes.len());
            self.came.extend_from_slice(&bytes);
        }
        self.came.drain(..count).collect()
    }

    /// Waits until the agent closes, and returns its code and reason.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        loop {
            match self.message().await {
                Some(Message::Close(Some(frame))) => {
                    return (frame.code.into(), frame.reason.as_str().to_owned());
                }
                Some(Message::Close(None)) | None => return (0, String::new()),
                Some(_) => {}
            }
        }
    }

    /// Waits for the next message that says something; none comes from a socket that is gone.
    async fn message(&mut self) -> Option<Message> {
        let message = async {
            loop {
                match self.connection.next().await?.ok()? {
                    Message::Ping(_) | Message::Pong(_) => {}
                    message => return Some(message),
                }
            }
        };
        soon(message).await
    }
}

/// An agent that runs until it is stopped.
pub(crate) struct Agent {
    pub(crate) folder: TempDir,
    stop: watch::Sender<bool>,
    task: JoinHandle<Result<(), CannotDial>>,
}

impl Agent {
    /// Starts an agent that shows `screen`.
    pub(crate) fn start(server: &Server, screen: Screen) -> Self {
        Self::start_with(server, screen, |_, _| {})
    }

    pub(crate) fn start_with(
        server: &Server,
        screen: Screen,
        change: impl FnOnce(&mut Options, PathBuf),
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = options(server, screen, &folder);
        change(&mut options, folder.path().to_owned());
        let (stop, stopping) = watch::channel(false);
        let task = tokio::spawn(guest_agent::run(options, stopping));
        Self { folder, stop, task }
    }

    /// Tells it to stop, and waits until it has.
    pub(crate) async fn stop(self) -> Result<(), CannotDial> {
        self.stop.send_replace(true);
        soon(self.task).await.unwrap()
    }
}

/// What an agent is told that shall dial `server`, with a key in `folder`.
pub(crate) fn options(server: &Server, screen: Screen, folder: &TempDir) -> Options {
    let key_file = folder.path().join("key");
    fs::write(&key_file, "ck_secret\n").unwrap();
    Options {
        server: guest_agent::Server::parse(&server.url()).unwrap(),
        key_file,
        name: "lab".to_owned(),
        screen,
        host_login: Some("ada".to_owned()),
        certificates: None,
        // The shortest pauses.
        random: Arc::new(|| 0),
    }
}

/// A test card whose time stands still.
pub(crate) fn test_card() -> Screen {
    Screen::TestCard { clock: Arc::new(|| "2026-12-01 09:00:00Z".to_owned()) }
}

/// Waits for what ought to come soon.
pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    time::timeout(SOON, what).await.expect("it comes soon")
}

/// Longer than heartbeats are apart.
const SOON: Duration = Duration::from_secs(20);
