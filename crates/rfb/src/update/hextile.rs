//! Hextile: tiles of 16 by 16 pixels, row by row.

use super::malformed;
use super::picture::Picture;
use super::step::{Inner, Step};
use crate::rectangle::Rectangle;
use crate::violation::Violation;

/// Where the walk over the tiles stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Tiles {
    /// How much of the rectangle is left, from the upper edge of this tile on.
    height: u16,
    /// How much of this row is left, from the left edge of this tile on.
    width: u16,
    row_width: u16,
    awaits: Awaits,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Awaits {
    Flags,
    Subrectangles { coloured: bool },
}

impl Tiles {
    pub(super) fn of(place: Rectangle) -> Inner {
        if place.area() == 0 {
            return Inner::Done(0);
        }
        let first = Self {
            height: place.height,
            width: place.width,
            row_width: place.width,
            awaits: Awaits::Flags,
        };
        Inner::more(0, Step::Tile(first))
    }

    /// Reads a tile's flags, or how many subrectangles it has.
    pub(super) fn read(self, byte: u8, picture: Picture) -> Result<Inner, Violation> {
        let counted = match self.awaits {
            Awaits::Subrectangles { coloured } => {
                let each = SUBRECTANGLE_BYTES + if coloured { picture.pixel_bytes } else { 0 };
                return Ok(self.next_tile(u64::from(byte) * each));
            }
            Awaits::Flags if byte & !(RAW | COLOURS | SUBRECTANGLES | COLOURED) != 0 => {
                return Err(malformed("a tile has unknown flags"));
            }
            Awaits::Flags if byte & RAW != 0 => {
                let pixels = u64::from(self.width.min(TILE)) * u64::from(self.height.min(TILE));
                return Ok(self.next_tile(pixels * picture.pixel_bytes));
            }
            Awaits::Flags => byte & SUBRECTANGLES != 0,
        };
        let colours = u64::from((byte & COLOURS).count_ones()) * picture.pixel_bytes;
        if !counted {
            return Ok(self.next_tile(colours));
        }
        let awaits = Awaits::Subrectangles { coloured: byte & COLOURED != 0 };
        Ok(Inner::more(colours, Step::Tile(Self { awaits, ..self })))
    }

    fn next_tile(self, run: u64) -> Inner {
        let (width, height) = if self.width > TILE {
            (self.width - TILE, self.height)
        } else {
            (self.row_width, self.height.saturating_sub(TILE))
        };
        if height == 0 {
            return Inner::Done(run);
        }
        Inner::more(run, Step::Tile(Self { width, height, awaits: Awaits::Flags, ..self }))
    }
}

const RAW: u8 = 1;

/// A background and a foreground, each a bit.
const COLOURS: u8 = 2 | 4;

const SUBRECTANGLES: u8 = 8;

const COLOURED: u8 = 16;

/// The width and height of a tile that no edge cuts.
const TILE: u16 = 16;

/// The place and the size of a subrectangle, four bits each.
const SUBRECTANGLE_BYTES: u64 = 2;
