//! One guest's stream, between the gateway and the screen.

use std::time::Duration;

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use futures_util::{Sink, SinkExt as _, Stream, StreamExt as _};
use guest_rfb::Offer;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::oneshot;
use tokio::time::{self, Instant, MissedTickBehavior};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::control::chain;
use crate::dial::{Dial, Socket};
use crate::frames::{NO_SCREEN, Session};
use crate::screen::{Opened, Screen};
use crate::vnc::NoScreen;

/// Serves a session's guest until one side is gone, or until so long after it is `told` to end.
pub(crate) async fn serve(
    dial: &Dial,
    screen: &Screen,
    session: &Session,
    told: oneshot::Receiver<Duration>,
) {
    let Session { id, guest_email } = session;
    let path = format!("/v1/agent/sessions/{id}/stream");
    let mut socket = match dial.open(&path, Some("binary")).await {
        Ok(socket) => socket,
        Err(error) => {
            tracing::warn!(session = %id, why = chain(&error), "a guest cannot be served");
            return;
        }
    };
    tracing::info!(session = %id, guest = guest_email, "a guest comes");
    let end = tokio::select! {
        end = carry(&mut socket, screen) => end,
        () = after(told) => End::Over,
    };
    let frame = match end {
        End::Over => {
            tracing::info!(session = %id, "a guest's session is over");
            None
        }
        End::Gateway(why) => {
            tracing::info!(session = %id, why, "a guest is gone");
            None
        }
        End::Screen(no_screen) => {
            let why = chain(&no_screen);
            tracing::error!(session = %id, why, "no screen for a guest: {}", no_screen.remedy());
            Some(CloseFrame { code: NO_SCREEN.into(), reason: shortened(&why).into() })
        }
    };
    let _ = time::timeout(PARTING, socket.close(frame)).await;
}

/// Why a stream is over.
enum End {
    /// The gateway ended it, or is gone.
    Gateway(String),
    /// There is no screen, or none any more.
    Screen(NoScreen),
    /// The agent ends it.
    Over,
}

impl From<NoScreen> for End {
    fn from(no_screen: NoScreen) -> Self {
        Self::Screen(no_screen)
    }
}

async fn after(told: oneshot::Receiver<Duration>) {
    time::sleep(told.await.unwrap_or_default()).await;
}

/// Joins the gateway to the screen, and returns why that came to an end.
async fn carry(socket: &mut Socket, screen: &Screen) -> End {
    let (opened, early) = match meet(socket, screen).await {
        Ok(both) => both,
        Err(end) => return end,
    };
    let (mut to_gateway, mut from_gateway) = socket.split();
    let Opened { mut reader, mut writer, early: shown } = opened;
    tokio::select! {
        end = upwards(&mut from_gateway, &mut writer, early) => end,
        end = downwards(&mut reader, &mut to_gateway, shown) => end,
    }
}

/// Opens the screen, and offers it to the gateway as one that needs no password (CN-1).
///
/// Returns with it what the gateway has said already after the handshake.
async fn meet(socket: &mut Socket, screen: &Screen) -> Result<(Opened, Bytes), End> {
    let opened = screen.open().await?;
    let mut offer = Offer::new();
    let mut said = Bytes::new();
    loop {
        let taken = offer.handle_bytes(&said).map_err(|error| End::Gateway(error.to_string()))?;
        said.advance(taken);
        while let Some(bytes) = offer.poll_transmit() {
            send(socket, Message::binary(bytes)).await?;
        }
        if offer.is_accepted() {
            return Ok((opened, said));
        }
        said = next(socket).await?;
    }
}

/// Passes on what the guest does, as fast as the screen takes it.
async fn upwards(
    from: &mut (impl Stream<Item = Result<Message, Error>> + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    early: Bytes,
) -> End {
    let mut bytes = early;
    loop {
        if let Err(error) = to.write_all(&bytes).await {
            return NoScreen::Lost(error).into();
        }
        bytes = match next(from).await {
            Ok(bytes) => bytes,
            Err(end) => return end,
        };
    }
}

/// Passes on what the screen shows, as fast as the gateway takes it.
async fn downwards(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl Sink<Message, Error = Error> + Unpin),
    early: BytesMut,
) -> End {
    let mut pings = time::interval_at(Instant::now() + PING, PING);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut buffer = early;
    loop {
        if !buffer.is_empty()
            && let Err(end) = send(to, Message::Binary(buffer.split().freeze())).await
        {
            return end;
        }
        // The piece that was sent is free again, so this is the same memory each time.
        buffer.reserve(PIECE);
        let mut room = (&mut buffer).limit(PIECE);
        tokio::select! {
            read = from.read_buf(&mut room) => match read {
                Ok(0) => return NoScreen::Closed.into(),
                Ok(_) => {}
                Err(error) => return NoScreen::Lost(error).into(),
            },
            _ = pings.tick() => if let Err(end) = send(to, Message::Ping(Bytes::new())).await {
                return end;
            },
        }
    }
}

/// Waits for the next bytes of the gateway, which pings often enough never to be silent for long.
async fn next(
    from: &mut (impl Stream<Item = Result<Message, Error>> + Unpin),
) -> Result<Bytes, End> {
    loop {
        match time::timeout(SILENCE, from.next()).await {
            Ok(Some(Ok(Message::Binary(bytes)))) => return Ok(bytes),
            Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => {}
            Ok(Some(Ok(Message::Close(Some(frame))))) => {
                return Err(End::Gateway(frame.reason.as_str().to_owned()));
            }
            Ok(Some(Ok(Message::Close(None))) | None) => {
                return Err(End::Gateway("closed".to_owned()));
            }
            Ok(Some(Ok(Message::Text(_) | Message::Frame(_)))) => {
                return Err(End::Gateway("the server talks nonsense".to_owned()));
            }
            Ok(Some(Err(error))) => return Err(End::Gateway(chain(&error))),
            Err(_) => return Err(End::Gateway(format!("silent for {} s", SILENCE.as_secs()))),
        }
    }
}

async fn send(
    to: &mut (impl Sink<Message, Error = Error> + Unpin),
    message: Message,
) -> Result<(), End> {
    to.send(message).await.map_err(|error| End::Gateway(chain(&error)))
}

/// Cuts a text so that it fits a close frame.
fn shortened(text: &str) -> &str {
    let mut ends = (0..=REASON_MOST.min(text.len())).rev();
    ends.find_map(|end| text.get(..end)).unwrap_or_default()
}

/// How much is sent at once.
const PIECE: usize = 32 * 1024;

/// How often the gateway is pinged, so that a way that is gone is noticed.
const PING: Duration = Duration::from_secs(10);

/// After how long a silent gateway is given up.
const SILENCE: Duration = Duration::from_secs(30);

/// How long saying goodbye may take.
const PARTING: Duration = Duration::from_secs(1);

/// The longest reason of a close frame (RFC 6455).
const REASON_MOST: usize = 123;
