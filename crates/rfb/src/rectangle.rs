//! Places on a screen.

use crate::encoding::Encoding;

/// How large a screen is, in pixels.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Size {
    /// From left to right.
    pub width: u16,
    /// From top to bottom.
    pub height: u16,
}

/// A part of a screen, in pixels from its upper left corner. It may be empty.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Rectangle {
    /// The left edge.
    pub x: u16,
    /// The upper edge.
    pub y: u16,
    /// From left to right.
    pub width: u16,
    /// From top to bottom.
    pub height: u16,
}

impl Rectangle {
    /// All of a screen.
    #[must_use]
    pub fn all(size: Size) -> Self {
        Self { x: 0, y: 0, width: size.width, height: size.height }
    }

    /// How large it is.
    #[must_use]
    pub fn size(self) -> Size {
        Size { width: self.width, height: self.height }
    }

    /// How many pixels it has.
    #[must_use]
    pub fn area(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// Whether no part of it reaches over the edges of a screen.
    #[must_use]
    pub fn is_within(self, screen: Size) -> bool {
        u32::from(self.x) + u32::from(self.width) <= u32::from(screen.width)
            && u32::from(self.y) + u32::from(self.height) <= u32::from(screen.height)
    }

    /// The part of it that lies on a screen.
    #[must_use]
    pub fn clipped(self, screen: Size) -> Self {
        let (x, y) = (self.x.min(screen.width), self.y.min(screen.height));
        Self {
            x,
            y,
            width: self.width.min(screen.width - x),
            height: self.height.min(screen.height - y),
        }
    }

    /// The smallest rectangle that has both within it.
    #[must_use]
    pub fn joined(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let end = |at: u16, length: u16| at.saturating_add(length);
        let right = end(self.x, self.width).max(end(other.x, other.width));
        let bottom = end(self.y, self.height).max(end(other.y, other.height));
        Self { x, y, width: right - x, height: bottom - y }
    }

    /// Writes what stands in front of each rectangle of an update.
    pub(crate) fn write_header(self, encoding: Encoding, out: &mut Vec<u8>) {
        for number in [self.x, self.y, self.width, self.height] {
            out.extend(number.to_be_bytes());
        }
        out.extend(encoding.number().to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edges_belong_to_the_screen_and_what_is_beyond_does_not() {
        check((0, 0, 100, 50), true);
        check((99, 49, 1, 1), true);
        check((100, 50, 0, 0), true);
        check((99, 0, 2, 1), false);
        check((0, 49, 1, 2), false);
        check((101, 0, 0, 0), false);
        check((65535, 65535, 65535, 65535), false);
    }

    #[test]
    fn what_lies_outside_is_cut_off() {
        assert_eq!(rectangle(90, 40, 20, 20).clipped(SCREEN), rectangle(90, 40, 10, 10));
        assert_eq!(rectangle(200, 40, 20, 20).clipped(SCREEN).area(), 0);
    }

    #[track_caller]
    fn check((x, y, width, height): (u16, u16, u16, u16), within: bool) {
        let rectangle = rectangle(x, y, width, height);
        assert_eq!(rectangle.is_within(SCREEN), within);
        assert!(rectangle.clipped(SCREEN).is_within(SCREEN));
    }

    fn rectangle(x: u16, y: u16, width: u16, height: u16) -> Rectangle {
        Rectangle { x, y, width, height }
    }

    const SCREEN: Size = Size { width: 100, height: 50 };
}
