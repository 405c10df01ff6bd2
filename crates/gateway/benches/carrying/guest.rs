//! A guest's viewer, over whatever carries it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::{Buf as _, Bytes, BytesMut};
use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::computer::{ANSWER, END, WATCH, number_in, pointer_at};

/// What carries a guest.
pub(crate) enum Link {
    Plain { stream: TcpStream, buffer: BytesMut },
    Socket(Box<WebSocketStream<TcpStream>>),
}

impl Link {
    pub(crate) async fn plain(address: SocketAddr) -> Self {
        Self::Plain { stream: connect(address).await.unwrap(), buffer: BytesMut::new() }
    }

    /// Opens a WebSocket as guest of this number, who seems to come from an address of their own.
    pub(crate) async fn socket(
        address: SocketAddr,
        path: &str,
        number: usize,
    ) -> Result<Self, Error> {
        let mut request = format!("ws://{address}{path}").into_client_request()?;
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", HeaderValue::from_static("binary"));
        let from = HeaderValue::try_from(from(number)).unwrap();
        headers.insert("x-forwarded-for", from);
        let (socket, _) = client_async(request, connect(address).await?).await?;
        Ok(Self::Socket(Box::new(socket)))
    }

    async fn send(&mut self, bytes: Bytes) {
        match self {
            Self::Plain { stream, .. } => stream.write_all(&bytes).await.unwrap(),
            Self::Socket(socket) => socket.send(Message::Binary(bytes)).await.unwrap(),
        }
    }

    /// Waits for the next bytes; there are none once it is closed.
    async fn next(&mut self) -> Option<Bytes> {
        match self {
            Self::Plain { stream, buffer } => {
                buffer.reserve(PIECE);
                let read = stream.read_buf(buffer).await.unwrap();
                (read > 0).then(|| buffer.split().freeze())
            }
            Self::Socket(socket) => loop {
                match socket.next().await? {
                    Ok(Message::Binary(bytes)) => return Some(bytes),
                    Ok(_) => {}
                    Err(_) => return None,
                }
            },
        }
    }
}

async fn connect(address: SocketAddr) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Returns the address that the guest of this number seems to come from.
pub(crate) fn from(number: usize) -> String {
    format!("10.0.{}.{}", number / 200, 1 + number % 200)
}

/// A viewer in an open session.
pub(crate) struct Guest {
    link: Link,
    came: BytesMut,
}

impl Guest {
    /// Goes through the handshake, and receives a first picture.
    pub(crate) async fn enter(link: Link, number: usize) -> Self {
        let mut guest = Self { link, came: BytesMut::new() };
        guest.read(12).await;
        guest.link.send(Bytes::from_static(b"RFB 003.008\n")).await;
        guest.read(2).await;
        guest.link.send(Bytes::from_static(&[1])).await;
        guest.read(4).await;
        guest.link.send(Bytes::from_static(&[1])).await;
        let init = guest.read(24).await;
        guest.read(usize::from(init[23])).await;
        guest.ask(u32::try_from(number).unwrap()).await;
        guest
    }

    /// Looks at pictures for so long, and returns how many bytes came a second.
    pub(crate) async fn watch(&mut self, length: Duration) -> f64 {
        let start = Instant::now();
        self.link.send(key(true)).await;
        let (mut total, mut tail, mut watches) = (0, Vec::new(), true);
        while !tail.ends_with(&END) {
            let bytes = self.link.next().await.unwrap();
            total += bytes.len();
            tail.extend_from_slice(&bytes[bytes.len().saturating_sub(END.len())..]);
            tail.drain(..tail.len().saturating_sub(END.len()));
            if watches && start.elapsed() >= length {
                watches = false;
                self.link.send(key(false)).await;
            }
        }
        rate(total, start)
    }

    /// Types and pastes for so long, and returns how many bytes went a second.
    pub(crate) async fn type_and_paste(&mut self, length: Duration) -> f64 {
        let start = Instant::now();
        let (typed, mut total) = (Bytes::from(typed()), 0);
        while start.elapsed() < length {
            self.link.send(typed.clone()).await;
            total += typed.len();
        }
        // What comes last is answered once all else has arrived.
        self.ask(0).await;
        rate(total, start)
    }

    /// Moves the pointer so many times, 60 times a second, and returns how long each answer took.
    pub(crate) async fn move_about(&mut self, phase: Duration, count: u32) -> Vec<Duration> {
        let start = Instant::now() + phase;
        let (mut sent, mut times) = (Vec::new(), Vec::new());
        while times.len() < count as usize {
            let number = u32::try_from(sent.len()).unwrap();
            let due = start + Duration::from_secs(1) * number / RATE;
            tokio::select! {
                () = time::sleep_until(due.into()), if number < count => {
                    sent.push(Instant::now());
                    self.link.send(movement(number)).await;
                }
                bytes = self.link.next() => {
                    self.came.extend_from_slice(&bytes.unwrap());
                    while self.came.len() >= ANSWER {
                        times.push(sent[number_in(&self.came) as usize].elapsed());
                        self.came.advance(ANSWER);
                    }
                }
            }
        }
        times
    }

    /// Answers pings that have come: whoever says nothing for half a minute is taken for gone.
    pub(crate) fn breathe(&mut self) {
        let came = self.link.next().now_or_never();
        assert!(came.is_none(), "{came:?} though nothing was asked");
    }

    /// Waits until the connection is closed, and returns when that was.
    pub(crate) async fn closed(mut self) -> Instant {
        while self.link.next().await.is_some() {}
        Instant::now()
    }

    /// Moves the pointer and waits for the answer.
    async fn ask(&mut self, number: u32) {
        self.link.send(movement(number)).await;
        let answer = self.read(ANSWER).await;
        assert_eq!(number_in(&answer), number);
    }

    async fn read(&mut self, count: usize) -> Bytes {
        while self.came.len() < count {
            let bytes = self.link.next().await.unwrap();
            self.came.extend_from_slice(&bytes);
        }
        self.came.split_to(count).freeze()
    }
}

/// A long text for the clipboard, and some keys.
fn typed() -> Vec<u8> {
    let paste = [&[6, 0, 0, 0, 0, 0, 0x80, 0], &vec![b'a'; 0x8000][..]].concat();
    let keys = [4, 1, 0, 0, 0, 0, 0, b'a', 4, 0, 0, 0, 0, 0, 0, b'a'].repeat(32);
    [paste, keys].concat()
}

fn key(down: bool) -> Bytes {
    let [a, b, c, d] = WATCH.keysym.to_be_bytes();
    Bytes::copy_from_slice(&[4, down.into(), 0, 0, a, b, c, d])
}

fn movement(number: u32) -> Bytes {
    let pointer = pointer_at(number);
    let ([x1, x0], [y1, y0]) = (pointer.x.to_be_bytes(), pointer.y.to_be_bytes());
    Bytes::copy_from_slice(&[5, 0, x1, x0, y1, y0])
}

#[expect(clippy::cast_precision_loss, reason = "some gigabytes")]
fn rate(bytes: usize, since: Instant) -> f64 {
    bytes as f64 / since.elapsed().as_secs_f64()
}

/// How often a guest moves, a second.
const RATE: u32 = 60;

/// How much is read at once.
const PIECE: usize = 64 * 1024;
