//! JPEG images that nothing tells the length of: a walk from marker to marker.
//!
//! The walk is that of viewers, and refuses what they do not agree on: fill bytes between markers,
//! an image within an image, restart markers outside of a scan.

use super::malformed;
use super::step::{Inner, Step};
use crate::violation::Violation;

/// What comes next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Jpeg {
    /// The marker that begins an image.
    Start,
    /// A marker.
    Marker,
    /// How long a segment is.
    Length { scan: bool },
    /// Compressed data up to a marker.
    Scan,
    /// What follows 0xFF in compressed data.
    ScanMarker,
}

impl Jpeg {
    pub(super) fn header_bytes(self) -> usize {
        match self {
            Self::Start | Self::Marker | Self::Length { .. } => 2,
            Self::ScanMarker => 1,
            Self::Scan => 0,
        }
    }

    pub(super) fn read(self, first: u8, second: u8) -> Result<Inner, Violation> {
        match self {
            Self::Start if [first, second] == [MARKER, START] => Ok(next(0, Self::Marker)),
            Self::Start => Err(malformed("an image does not begin like one")),
            Self::Marker if first == MARKER => segment(second),
            Self::Marker => Err(malformed("an image has no marker where one must be")),
            Self::Length { scan } => {
                let after = if scan { Self::Scan } else { Self::Marker };
                let length = u16::from_be_bytes([first, second]);
                let run =
                    length.checked_sub(2).ok_or(malformed("a part of an image has no length"))?;
                Ok(next(run.into(), after))
            }
            Self::ScanMarker if matches!(first, STUFFED | RESTART_FIRST..=RESTART_LAST) => {
                Ok(next(0, Self::Scan))
            }
            Self::ScanMarker => segment(first),
            Self::Scan => Ok(next(0, self)),
        }
    }
}

/// How much of compressed data there is up to the 0xFF that may begin a marker, and with it.
pub(super) fn scanned(data: &[u8]) -> Option<usize> {
    data.iter().position(|byte| *byte == MARKER).map(|before| before + 1)
}

fn segment(marker: u8) -> Result<Inner, Violation> {
    match marker {
        END => Ok(Inner::Done(0)),
        STUFFED | TEMPORARY | RESTART_FIRST..=START | MARKER => {
            Err(malformed("an image has a marker out of place"))
        }
        _ => Ok(next(0, Jpeg::Length { scan: marker == SCAN })),
    }
}

fn next(run: u64, jpeg: Jpeg) -> Inner {
    Inner::more(run, Step::Jpeg(jpeg))
}

const MARKER: u8 = 0xFF;
const STUFFED: u8 = 0x00;
const TEMPORARY: u8 = 0x01;
const RESTART_FIRST: u8 = 0xD0;
const RESTART_LAST: u8 = 0xD7;
const START: u8 = 0xD8;
const END: u8 = 0xD9;
const SCAN: u8 = 0xDA;
