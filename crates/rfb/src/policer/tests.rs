//! Sessions as transcripts.

mod chunks;
mod handshakes;
mod hostile;
mod messages;

use miniz_oxide::deflate::compress_to_vec_zlib;

use super::*;
use crate::pixel::PixelFormat;
use crate::rectangle::Size;

/// A policer with both sides, and what has been forwarded to each.
struct Wire {
    policer: Policer,
    to_computer: Vec<u8>,
    to_guest: Vec<u8>,
    /// How many pieces were forwarded.
    pieces: usize,
}

impl Wire {
    fn new(permissions: Permissions) -> Self {
        let policer = Policer::new(permissions);
        Self { policer, to_computer: Vec::new(), to_guest: Vec::new(), pieces: 0 }
    }

    /// A session whose handshake is over, and forgotten.
    fn open(permissions: Permissions) -> Self {
        let mut wire = Self::new(permissions);
        for (side, said) in handshake() {
            wire.say(side, &said).expect("the handshake is fine");
        }
        wire.to_computer.clear();
        wire.to_guest.clear();
        wire.pieces = 0;
        wire
    }

    fn say(&mut self, side: Side, said: &[u8]) -> Result<(), Violation> {
        let Self { policer, to_computer, to_guest, pieces } = self;
        let (heard, handle): (_, fn(&mut Policer, &[u8], &mut _) -> _) = match side {
            Side::Guest => (to_computer, Policer::handle_guest),
            Side::Computer => (to_guest, Policer::handle_computer),
        };
        let judged = handle(policer, said, &mut |piece: Piece<'_>| {
            *pieces += 1;
            heard.extend_from_slice(match piece {
                Piece::Pass(range) => &said[range],
                Piece::Made(bytes) => bytes,
            });
        });
        policer.sent();
        judged
    }

    fn guest(&mut self, said: &[u8]) -> Result<(), Violation> {
        self.say(Side::Guest, said)
    }

    fn computer(&mut self, said: &[u8]) -> Result<(), Violation> {
        self.say(Side::Computer, said)
    }

    /// What the computer has heard since it was last asked.
    fn computer_heard(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.to_computer)
    }

    /// What the guest has heard since it was last asked.
    fn guest_heard(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.to_guest)
    }

    /// What lets go of all that is held.
    fn released(&mut self) -> Vec<u8> {
        let mut released = Vec::new();
        self.policer.release(&mut |piece| match piece {
            Piece::Pass(range) => panic!("{range:?} of no input"),
            Piece::Made(bytes) => released.extend_from_slice(bytes),
        });
        released
    }
}

/// A handshake of version 3.8 without a password, with [`SCREEN`] and [`FORMAT`] in the end.
fn handshake() -> Vec<(Side, Vec<u8>)> {
    vec![
        (Side::Computer, b"RFB 003.008\n".to_vec()),
        (Side::Guest, b"RFB 003.008\n".to_vec()),
        (Side::Computer, vec![1, 1]),
        (Side::Guest, vec![1]),
        (Side::Computer, vec![0, 0, 0, 0]),
        (Side::Guest, vec![1]),
        (Side::Computer, computer_init()),
    ]
}

fn computer_init() -> Vec<u8> {
    let size = [SCREEN.width.to_be_bytes(), SCREEN.height.to_be_bytes()].concat();
    [&size[..], &FORMAT.to_bytes(), &[0, 0, 0, 4], b"desk"].concat()
}

fn everything() -> Permissions {
    Permissions { keyboard: true, mouse: true, copy: true, paste: true }
}

/// An update of one raw pixel in [`FORMAT`].
fn pixel() -> Vec<u8> {
    vec![0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4]
}

fn set_pixel_format(format: PixelFormat) -> Vec<u8> {
    [&[0, 0, 0, 0], &format.to_bytes()[..]].concat()
}

/// Clipboard text, of the guest with type 6 and of the computer with type 3.
fn cut_text(kind: u8, text: &[u8]) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap();
    [&[kind, 0, 0, 0], &length.to_be_bytes(), text].concat()
}

/// A message of the extended clipboard.
fn extended(kind: u8, flags: [u8; 4], data: &[u8]) -> Vec<u8> {
    let length = -i32::try_from(4 + data.len()).unwrap();
    [&[kind, 0, 0, 0], &length.to_be_bytes(), &flags, data].concat()
}

/// A text as the extended clipboard provides it.
fn provide(kind: u8, text: &[u8]) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap();
    let data = compress_to_vec_zlib(&[&length.to_be_bytes(), text].concat(), 6);
    extended(kind, [0x10, 0, 0, 1], &data)
}

const REQUEST: [u8; 10] = [3, 1, 0, 0, 0, 0, 0, 64, 0, 48];
const KEY_DOWN: [u8; 8] = [4, 1, 0, 0, 0, 0, 0, 0x61];
const KEY_UP: [u8; 8] = [4, 0, 0, 0, 0, 0, 0, 0x61];
const QEMU_DOWN: [u8; 12] = [255, 0, 0, 1, 0, 0, 0, 0x61, 0, 0, 0, 30];
const QEMU_UP: [u8; 12] = [255, 0, 0, 0, 0, 0, 0, 0x61, 0, 0, 0, 30];
const POINTER: [u8; 6] = [5, 1, 0, 10, 0, 20];
const FENCE: [u8; 11] = [248, 0, 0, 0, 0x80, 0, 0, 1, 2, 7, 7];
const SCREEN: Size = Size { width: 64, height: 48 };
const FORMAT: PixelFormat = PixelFormat::RGB888;
