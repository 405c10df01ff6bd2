//! The yardstick: a relay of two programs with the same sockets, which looks at nothing.
//!
//! Everything else is as in the gateway and the agent: how much is read at once, what is flushed
//! when, and the runtime.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::any;
use axum::serve::ListenerExt as _;
use bytes::{BufMut as _, BytesMut};
use futures_util::future::join_all;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use guest_gateway::{guest_upgrade, stream_upgrade};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use crate::program;

/// Serves until it is killed: an agent's streams and guests, who take one each.
pub(crate) fn serve() {
    program::run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{}", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/stream/{number}", any(take_stream))
            .route("/guest/{number}", any(take_guest))
            .with_state(Streams::default());
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
        axum::serve(listener, router).await.unwrap();
    });
}

type Streams = Arc<Mutex<BTreeMap<usize, WebSocket>>>;

async fn take_stream(
    State(streams): State<Streams>,
    Path(number): Path<usize>,
    upgrade: WebSocketUpgrade,
) -> Response {
    stream_upgrade(upgrade).on_upgrade(async move |stream| {
        streams.lock().unwrap().insert(number, stream);
    })
}

async fn take_guest(
    State(streams): State<Streams>,
    Path(number): Path<usize>,
    upgrade: WebSocketUpgrade,
) -> Response {
    guest_upgrade(upgrade).on_upgrade(async move |guest| {
        // A guest who comes before the stream comes again.
        let Some(stream) = streams.lock().unwrap().remove(&number) else { return };
        let (mut to_guest, mut from_guest) = guest.split();
        let (mut to_stream, mut from_stream) = stream.split();
        tokio::select! {
            () = forward(&mut from_guest, &mut to_stream) => {}
            () = forward(&mut from_stream, &mut to_guest) => {}
        }
    })
}

async fn forward(from: &mut SplitStream<WebSocket>, to: &mut SplitSink<WebSocket, Message>) {
    while let Some(Ok(message)) = from.next().await {
        if to.send(message).await.is_err() {
            return;
        }
    }
}

/// Joins so many streams of a server to a VNC server, until it is killed.
pub(crate) fn run_agent(server: SocketAddr, vnc: SocketAddr, streams: usize) {
    program::run(async {
        println!("it is there");
        let streams = (0..streams).map(|number| tokio::spawn(join(server, vnc, number)));
        join_all(streams).await;
    });
}

async fn join(server: SocketAddr, vnc: SocketAddr, number: usize) {
    let tcp = TcpStream::connect(server).await.unwrap();
    tcp.set_nodelay(true).unwrap();
    let url = format!("ws://{server}/stream/{number}");
    let (socket, _) = client_async_with_config(url, tcp, Some(config())).await.unwrap();
    let screen = TcpStream::connect(vnc).await.unwrap();
    screen.set_nodelay(true).unwrap();
    let (mut to_server, mut from_server) = socket.split();
    let (mut reader, mut writer) = screen.into_split();
    let upwards = async {
        while let Some(Ok(message)) = from_server.next().await {
            if writer.write_all(&message.into_data()).await.is_err() {
                return;
            }
        }
    };
    let downwards = async {
        let mut buffer = BytesMut::new();
        loop {
            buffer.reserve(PIECE);
            let mut room = (&mut buffer).limit(PIECE);
            let Ok(1..) = reader.read_buf(&mut room).await else { return };
            let message = tungstenite::Message::Binary(buffer.split().freeze());
            if to_server.send(message).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = upwards => {}
        () = downwards => {}
    }
}

/// The agent's.
fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(16 * 1024)
        .write_buffer_size(0)
        .max_write_buffer_size(2 * MESSAGE_MAX)
        .max_message_size(Some(MESSAGE_MAX))
        .max_frame_size(Some(MESSAGE_MAX))
}

/// The agent's.
const MESSAGE_MAX: usize = 128 * 1024;

/// The agent's.
const PIECE: usize = 32 * 1024;
