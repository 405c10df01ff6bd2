//! What an update awaits next.

use super::hextile::Tiles;
use super::jpeg::Jpeg;
use super::tight::Tight;

/// What the next header is of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Step {
    Count,
    Rectangle,
    CopyFrom,
    Subrectangles,
    Deflated { most: u64 },
    Tile(Tiles),
    Tight(Tight),
    Jpeg(Jpeg),
    CursorEncoding,
    Name,
    Screens,
    Finished,
}

impl Step {
    /// How long that header is.
    pub(super) fn header_bytes(self) -> usize {
        match self {
            Self::Rectangle => HEADER_MOST,
            Self::CopyFrom
            | Self::Subrectangles
            | Self::Deflated { .. }
            | Self::CursorEncoding
            | Self::Name
            | Self::Screens => 4,
            Self::Count => 3,
            Self::Jpeg(jpeg) => jpeg.header_bytes(),
            Self::Tile(_) | Self::Tight(_) => 1,
            Self::Finished => 0,
        }
    }
}

/// What follows a header.
#[derive(Clone, Copy, Debug)]
pub(super) struct Next {
    /// How many bytes of data.
    pub(super) run: u64,
    /// What comes after them.
    pub(super) step: Step,
}

/// What follows a header within a rectangle.
#[derive(Clone, Copy, Debug)]
pub(super) enum Inner {
    /// More of the rectangle.
    More(Next),
    /// The last so many bytes of the rectangle.
    Done(u64),
}

impl Inner {
    pub(super) fn more(run: u64, step: Step) -> Self {
        Self::More(Next { run, step })
    }
}

/// The longest header, that of a rectangle.
pub(super) const HEADER_MOST: usize = 12;
