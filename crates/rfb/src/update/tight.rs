//! Tight, and its variant with PNG images.

use super::malformed;
use super::picture::{Picture, deflated_most};
use super::step::{Inner, Step};
use crate::violation::Violation;

/// What the next byte is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Tight {
    /// Which streams begin anew, and what the rectangle is made of.
    Control { png: bool },
    /// What was done to the pixels before they were compressed, if they were.
    Filter { stored: bool },
    /// How many colours the palette has, less one.
    Colours { stored: bool },
    /// The next seven bits of a length, which must lie within these bounds.
    Length { least: u32, most: u32, so_far: u32, shift: u8 },
}

impl Tight {
    pub(super) fn read(self, byte: u8, picture: Picture) -> Result<Inner, Violation> {
        let raw = picture.place.area() * picture.tpixel_bytes;
        match self {
            Self::Control { png } => match (byte >> 4, png) {
                (FILL, _) => Ok(Inner::Done(picture.tpixel_bytes)),
                (JPEG, _) | (PNG, true) => Ok(length(0, 1, COMPACT_MOST)),
                (kind @ (0..=7 | STORED | STORED_FILTERED), false) => {
                    let stored = kind & STORED == STORED;
                    if kind & FILTERED == 0 {
                        return Ok(pixels(0, raw, stored));
                    }
                    Ok(Inner::more(0, Step::Tight(Self::Filter { stored })))
                }
                _ => Err(malformed("a tight rectangle is of an unknown kind")),
            },
            Self::Filter { stored } => match byte {
                COPY | GRADIENT => Ok(pixels(0, raw, stored)),
                PALETTE => Ok(Inner::more(0, Step::Tight(Self::Colours { stored }))),
                _ => Err(malformed("a tight rectangle has an unknown filter")),
            },
            Self::Colours { stored } => {
                let colours = u64::from(byte) + 1;
                let indexes = match colours {
                    // Some viewers expect a bit for each pixel here, and others a byte.
                    1 => return Err(malformed("a palette has only one colour")),
                    2 => picture.bit_rows(),
                    _ => picture.place.area(),
                };
                Ok(pixels(colours * picture.tpixel_bytes, indexes, stored))
            }
            Self::Length { least, most, so_far, shift } => {
                let last = shift == LAST_SHIFT;
                let bits = if last { byte } else { byte & 0x7F };
                let so_far = so_far | u32::from(bits) << shift;
                if byte & 0x80 != 0 && !last {
                    return Ok(Inner::more(
                        0,
                        Step::Tight(Self::Length { least, most, so_far, shift: shift + 7 }),
                    ));
                }
                if so_far < least || so_far > most {
                    return Err(malformed("a tight rectangle is not as long as it must be"));
                }
                Ok(Inner::Done(so_far.into()))
            }
        }
    }
}

/// Filtered pixels after a run of something else. So few that compression cannot pay are stored, and
/// have no length.
fn pixels(run: u64, bytes: u64, stored: bool) -> Inner {
    if bytes < COMPRESSED_LEAST {
        return Inner::Done(run + bytes);
    }
    let bounded = |bytes: u64| u32::try_from(bytes).unwrap_or(u32::MAX);
    if stored {
        return length(run, bounded(bytes), bounded(bytes));
    }
    length(run, 1, bounded(deflated_most(bytes)))
}

fn length(run: u64, least: u32, most: u32) -> Inner {
    Inner::more(run, Step::Tight(Tight::Length { least, most, so_far: 0, shift: 0 }))
}

const FILL: u8 = 0b1000;
const JPEG: u8 = 0b1001;
const PNG: u8 = 0b1010;
const STORED: u8 = 0b1010;
const STORED_FILTERED: u8 = 0b1110;
const FILTERED: u8 = 0b0100;

const COPY: u8 = 0;
const PALETTE: u8 = 1;
const GRADIENT: u8 = 2;

/// Pixels that take less than this are not compressed, by the encoding's definition.
const COMPRESSED_LEAST: u64 = 12;

/// The third and last byte of a length has eight bits.
const LAST_SHIFT: u8 = 14;

/// The greatest length that three bytes can tell.
const COMPACT_MOST: u32 = 0x3F_FFFF;
