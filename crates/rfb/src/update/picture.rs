//! How long pictures are, by their size and their encoding.

use super::hextile::Tiles;
use super::jpeg::Jpeg;
use super::malformed;
use super::step::{Inner, Step};
use super::tight::Tight;
use crate::encoding::Encoding;
use crate::pixel::PixelFormat;
use crate::rectangle::Rectangle;
use crate::violation::Violation;

/// Where a picture is, and how many bytes its pixels take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Picture {
    pub(super) place: Rectangle,
    pub(super) pixel_bytes: u64,
    pub(super) tpixel_bytes: u64,
}

impl Picture {
    pub(super) fn new(place: Rectangle, format: PixelFormat) -> Self {
        Self {
            place,
            pixel_bytes: format.pixel_bytes().into(),
            tpixel_bytes: format.tpixel_bytes().into(),
        }
    }

    /// The same with pixels of four bytes, one for transparency, whatever the pixel format is.
    pub(super) fn with_alpha(self) -> Self {
        Self { pixel_bytes: 4, tpixel_bytes: 4, ..self }
    }

    /// How many bytes a bit for each pixel takes, in rows of whole bytes.
    pub(super) fn bit_rows(self) -> u64 {
        u64::from(self.place.width.div_ceil(8)) * u64::from(self.place.height)
    }

    /// What follows the header of a rectangle of pixels.
    ///
    /// An empty rectangle is let through only where viewers agree on what follows it.
    pub(super) fn body(self, encoding: Encoding) -> Result<Inner, Violation> {
        let pixels = self.place.area();
        let step = match encoding {
            Encoding::Raw => return Ok(Inner::Done(pixels * self.pixel_bytes)),
            Encoding::CopyRect => Step::CopyFrom,
            Encoding::Rre => Step::Subrectangles,
            Encoding::Hextile => return Ok(Tiles::of(self.place)),
            Encoding::Zlib
            | Encoding::Tight
            | Encoding::TightPng
            | Encoding::Zrle
            | Encoding::Jpeg
                if pixels == 0 =>
            {
                return Err(malformed("a compressed rectangle is empty"));
            }
            Encoding::Zlib => Step::Deflated { most: deflated_most(pixels * self.pixel_bytes) },
            Encoding::Zrle => {
                Step::Deflated { most: deflated_most(pixels * (self.pixel_bytes + RUN_BYTES)) }
            }
            Encoding::Tight => Step::Tight(Tight::Control { png: false }),
            Encoding::TightPng => Step::Tight(Tight::Control { png: true }),
            Encoding::Jpeg => Step::Jpeg(Jpeg::Start),
            Encoding::DesktopSize
            | Encoding::LastRect
            | Encoding::Cursor
            | Encoding::XCursor
            | Encoding::QemuKeys
            | Encoding::QemuLeds
            | Encoding::DesktopName
            | Encoding::ExtendedDesktopSize
            | Encoding::Fence
            | Encoding::ContinuousUpdates
            | Encoding::CursorWithAlpha
            | Encoding::TightWithoutZlib
            | Encoding::ExtendedClipboard => {
                return Err(malformed("a picture is in an encoding that has no pixels"));
            }
        };
        Ok(Inner::more(0, step))
    }

    /// What follows how many subrectangles of RRE there are.
    pub(super) fn subrectangles(self, count: u32) -> Result<Inner, Violation> {
        let count = u64::from(count);
        if count > self.place.area() {
            return Err(malformed("there are more subrectangles than pixels"));
        }
        Ok(Inner::Done(self.pixel_bytes + count * (self.pixel_bytes + SUBRECTANGLE_BYTES)))
    }

    /// What follows the header of a pointer's picture.
    pub(super) fn cursor(self) -> Result<Inner, Violation> {
        self.check_cursor()?;
        Ok(Inner::Done(self.place.area() * self.pixel_bytes + self.bit_rows()))
    }

    /// The same for one in two colours.
    pub(super) fn two_coloured_cursor(self) -> Result<Inner, Violation> {
        self.check_cursor()?;
        Ok(Inner::Done(if self.place.area() == 0 {
            0
        } else {
            CURSOR_COLOURS_BYTES + 2 * self.bit_rows()
        }))
    }

    /// The same for one with transparency, after the number of its encoding.
    pub(super) fn cursor_with_alpha(self, encoding: Encoding) -> Result<Inner, Violation> {
        self.check_cursor()?;
        if encoding == Encoding::CopyRect {
            return Err(malformed("the picture of the pointer is copied from the screen"));
        }
        self.body(encoding)
    }

    fn check_cursor(self) -> Result<(), Violation> {
        if self.place.width > CURSOR_MOST || self.place.height > CURSOR_MOST {
            return Err(malformed("the picture of the pointer is too large"));
        }
        Ok(())
    }
}

/// What follows the length of compressed pixels.
pub(super) fn deflated(length: u32, most: u64) -> Result<Inner, Violation> {
    match u64::from(length) {
        0 => Err(malformed("compressed pixels have no length")),
        length if length > most => {
            Err(malformed("compressed pixels are longer than their rectangle can need"))
        }
        length => Ok(Inner::Done(length)),
    }
}

/// How long this many bytes can be at most once they are compressed. Zlib adds less than a sixth to
/// what it cannot compress, and a few bytes for each flush.
pub(super) fn deflated_most(plain: u64) -> u64 {
    plain + plain / 4 + 1_024
}

/// The place and the size of a subrectangle of RRE.
const SUBRECTANGLE_BYTES: u64 = 8;

/// The length of a run of one pixel in ZRLE, and a share of what each tile has in front.
const RUN_BYTES: u64 = 2;

/// The two colours of a pointer's picture.
const CURSOR_COLOURS_BYTES: u64 = 6;

/// The greatest width and height of a pointer's picture, all of which a viewer keeps until it is
/// whole. Real ones have at most 256.
const CURSOR_MOST: u16 = 1_024;
