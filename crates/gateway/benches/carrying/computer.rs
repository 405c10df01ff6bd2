//! The VNC server: it shows as much as it can while a key is down, and answers each movement.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::{Buf as _, BytesMut};
use guest_rfb::screen::server_init;
use guest_rfb::vectors::{self, Vector};
use guest_rfb::{GuestMessage, Key, PixelFormat, Pointer, Rectangle, Size};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// A VNC server for any number of viewers.
pub(crate) struct Computer {
    pub(crate) address: SocketAddr,
    /// Where the pointer of a viewer was who has gone, and when that was.
    gone: mpsc::UnboundedReceiver<(u32, Instant)>,
    /// Those of them who were not asked after yet.
    left: BTreeMap<u32, Instant>,
}

impl Computer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, gone) = mpsc::unbounded_channel();
        let pictures: Arc<[u8]> = pictures().into();
        tokio::spawn(async move {
            loop {
                let (viewer, _) = listener.accept().await.unwrap();
                viewer.set_nodelay(true).unwrap();
                let (pictures, tell) = (Arc::clone(&pictures), tell.clone());
                tokio::spawn(async move {
                    let place = serve(viewer, &pictures).await.unwrap_or_default();
                    // Nobody may be interested any more.
                    let _ = tell.send((place, Instant::now()));
                });
            }
        });
        Self { address, gone, left: BTreeMap::new() }
    }

    /// Waits until the viewer is gone whose pointer was there last, and returns when that was.
    pub(crate) async fn gone(&mut self, place: u32) -> Instant {
        loop {
            if let Some(at) = self.left.remove(&place) {
                return at;
            }
            self.left.extend(self.gone.recv().await);
        }
    }
}

/// What a viewer has asked for.
#[derive(Default)]
struct Viewer {
    place: u32,
    /// Whether it wants to see as much as there is.
    watches: bool,
    /// Whether the end of it is to be marked.
    has_seen_enough: bool,
}

/// Serves a viewer until it goes, and returns where its pointer was.
async fn serve(mut stream: TcpStream, pictures: &[u8]) -> Option<u32> {
    stream.write_all(b"RFB 003.008\n").await.ok()?;
    stream.read_exact(&mut [0; 12]).await.ok()?;
    stream.write_all(&[1, 1]).await.ok()?;
    stream.read_u8().await.ok()?;
    stream.write_all(&[0; 4]).await.ok()?;
    stream.read_u8().await.ok()?;
    stream.write_all(&server_init(SCREEN, PixelFormat::RGB888, "measured")).await.ok()?;
    let (mut reader, mut writer) = stream.into_split();
    let mut viewer = Viewer::default();
    let (mut came, mut shown) = (BytesMut::new(), 0);
    loop {
        tokio::select! {
            read = reader.read_buf(&mut came) => match read {
                Ok(0) | Err(_) => return Some(viewer.place),
                Ok(_) => viewer.hear(&mut came, &mut writer).await,
            },
            Ok(written) = writer.write(&pictures[shown..]), if viewer.watches || shown > 0 => {
                shown = (shown + written) % pictures.len();
            }
        }
        if viewer.has_seen_enough && shown == 0 {
            viewer.has_seen_enough = false;
            writer.write_all(&END).await.ok()?;
        }
    }
}

impl Viewer {
    /// Hears every message that is whole.
    async fn hear(&mut self, came: &mut BytesMut, writer: &mut OwnedWriteHalf) {
        loop {
            let length = GuestMessage::length(came).unwrap();
            if came.len() < length {
                return;
            }
            match GuestMessage::parse(&came[..length]).unwrap() {
                GuestMessage::Key { down, key: WATCH } => {
                    (self.watches, self.has_seen_enough) = (down, !down);
                }
                GuestMessage::Pointer(pointer) => {
                    self.place = number_of(pointer);
                    // One that is gone is noticed by reading.
                    let _ = writer.write_all(&answer_to(pointer)).await;
                }
                GuestMessage::Key { .. } | GuestMessage::CutText(_) => {}
                other @ (GuestMessage::SetPixelFormat(_)
                | GuestMessage::SetEncodings(_)
                | GuestMessage::UpdateRequest { .. }
                | GuestMessage::Fence
                | GuestMessage::ContinuousUpdates { .. }
                | GuestMessage::SetDesktopSize
                | GuestMessage::Power) => panic!("no guest here says {other:?}"),
            }
            came.advance(length);
        }
    }
}

/// The key that lets pictures come for as long as it is down.
pub(crate) const WATCH: Key = Key { keysym: 0x77, keycode: None };

/// The last message once the key is up: a mark in the stream.
pub(crate) const END: [u8; 25] =
    [248, 0, 0, 0, 0, 0, 0, 0, 16, 21, 1, 3, 34, 7, 55, 0, 89, 3, 1, 44, 27, 6, 98, 200, 1];

/// Returns where the pointer is to be, for a number that comes back with the answer.
pub(crate) fn pointer_at(number: u32) -> Pointer {
    let coordinate = |number: u32| u16::try_from(number).unwrap();
    let width = u32::from(SCREEN.width);
    Pointer { buttons: 0, x: coordinate(number % width), y: coordinate(number / width) }
}

fn number_of(pointer: Pointer) -> u32 {
    u32::from(pointer.y) * u32::from(SCREEN.width) + u32::from(pointer.x)
}

/// An update of the pixel under the pointer.
fn answer_to(pointer: Pointer) -> [u8; ANSWER] {
    let mut answer = [0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 2, 3, 0];
    answer[4..6].copy_from_slice(&pointer.x.to_be_bytes());
    answer[6..8].copy_from_slice(&pointer.y.to_be_bytes());
    answer
}

/// Returns the number in an answer.
pub(crate) fn number_in(answer: &[u8]) -> u32 {
    let coordinate = |at: usize| u16::from_be_bytes([answer[at], answer[at + 1]]);
    number_of(Pointer { buttons: 0, x: coordinate(4), y: coordinate(6) })
}

/// How long an answer is.
pub(crate) const ANSWER: usize = 20;

/// Some updates, each with large and small rectangles of every encoding.
fn pictures() -> Vec<u8> {
    let shown = [240, 64, 20].map(|side| {
        let place = Rectangle { x: 8, y: 8, width: side, height: side };
        vectors::all(place, PixelFormat::RGB888, SCREEN)
    });
    let updates = shown.iter().map(|all| vectors::update(all.iter().filter(|it| draws(it))));
    updates.collect::<Vec<_>>().concat()
}

fn draws(vector: &Vector) -> bool {
    vector.draws
}

/// Large enough that each number of an event is a place of its own.
const SCREEN: Size = Size { width: 1024, height: 768 };
