//! What a fuzzer makes up, as what two sides say.

use guest_rfb::{Permissions, PixelFormat};

use crate::wire::{Side, Turn};

/// What a fuzzer makes up.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// What the guest may do.
    pub permissions: Permissions,
    /// How the guest wants pixels.
    pub format: PixelFormat,
    /// Another bit, of which each fuzzer makes what it likes.
    pub variant: bool,
    /// The sizes of chunks.
    pub cuts: [usize; 2],
    /// What is said.
    pub bytes: &'a [u8],
}

/// Reads a byte of permissions and a format, a byte for the sizes of chunks, and what is said.
#[must_use]
pub fn said(made_up: &[u8]) -> Option<Said<'_>> {
    let (&[bits, cuts], bytes) = made_up.split_first_chunk()?;
    let permissions = Permissions {
        keyboard: bits & 1 != 0,
        mouse: bits & 2 != 0,
        copy: bits & 4 != 0,
        paste: bits & 8 != 0,
    };
    let format = match bits >> 4 & 3 {
        0 => PixelFormat::RGB332,
        1 => PixelFormat::RGB565,
        _ => PixelFormat::RGB888,
    };
    let cuts = [1 + usize::from(cuts & 15), 1 + usize::from(cuts >> 4) * 16];
    Some(Said { permissions, format, variant: bits & 0x80 != 0, cuts, bytes })
}

impl<'a> Said<'a> {
    /// Reads turns: two bytes that say in the highest bit who speaks, and in the others how many of
    /// the next bytes are said.
    #[must_use]
    pub fn turns(&self) -> Vec<Turn<'a>> {
        let mut turns = Vec::new();
        let mut rest = self.bytes;
        while let Some((head, after)) = rest.split_first_chunk() {
            let head = u16::from_be_bytes(*head);
            let side = if head & SPEAKER == 0 { Side::Guest } else { Side::Computer };
            let length = usize::from(head & !SPEAKER).min(after.len());
            let (turn, after) = after.split_at(length);
            turns.push((side, turn));
            rest = after;
        }
        turns
    }
}

/// Writes turns as [`Said::turns`] reads them.
#[must_use]
pub fn write_turns(turns: &[Turn<'_>]) -> Vec<u8> {
    let mut made_up = Vec::new();
    for (side, turn) in turns {
        let speaker = if *side == Side::Guest { 0 } else { SPEAKER };
        for part in turn.chunks(usize::from(!SPEAKER)) {
            let length = u16::try_from(part.len()).unwrap_or_default();
            made_up.extend((speaker | length).to_be_bytes());
            made_up.extend_from_slice(part);
        }
    }
    made_up
}

/// Set where the computer speaks.
const SPEAKER: u16 = 0x8000;
