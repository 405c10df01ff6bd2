//! A picture in memory.

use super::font::glyph;
use crate::pixel::PixelFormat;
use crate::rectangle::{Rectangle, Size};

/// Red, green and blue.
pub type Colour = [u8; 3];

/// A picture that knows which parts of it have changed.
///
///     use guest_rfb::screen::Canvas;
///     use guest_rfb::{Rectangle, Size};
///
///     let mut canvas = Canvas::new(Size { width: 80, height: 20 }, [255, 255, 255]);
///     canvas.fill(Rectangle { x: 70, y: 0, width: 50, height: 5 }, [0, 0, 160]);
///     canvas.text((2, 2), 2, "Hi", [0, 0, 0]);
///     assert_eq!(
///         canvas.take_changes(),
///         [
///             Rectangle { x: 70, y: 0, width: 10, height: 5 },
///             Rectangle { x: 2, y: 2, width: 24, height: 16 },
///         ]
///     );
///     assert_eq!(canvas.take_changes(), []);
#[derive(Clone, Debug)]
pub struct Canvas {
    size: Size,
    /// Row by row, from the upper left corner on.
    pixels: Vec<Colour>,
    changes: Vec<Rectangle>,
}

impl Canvas {
    /// Returns a picture of one colour, of which nothing has changed yet.
    #[must_use]
    pub fn new(size: Size, colour: Colour) -> Self {
        let pixels = vec![colour; usize::from(size.width) * usize::from(size.height)];
        Self { size, pixels, changes: Vec::new() }
    }

    /// Returns how large it is.
    #[must_use]
    pub fn size(&self) -> Size {
        self.size
    }

    /// Paints over a place; what of it lies outside is left out.
    pub fn fill(&mut self, place: Rectangle, colour: Colour) {
        self.paint(place, colour);
        self.mark(place);
    }

    /// Writes one line whose upper left corner is at `(x, y)`, without painting what is behind it.
    /// Each letter takes 6 by 8 pixels, `scale` times as wide and as high.
    pub fn text(&mut self, (x, y): (u16, u16), scale: u16, text: &str, colour: Colour) {
        let mut left = x;
        for letter in text.chars() {
            for (row, bits) in (0..).zip(glyph(letter)) {
                for column in (0..5).filter(|column| bits >> (4 - column) & 1 == 1) {
                    let x = left.saturating_add(scale.saturating_mul(column));
                    let y = y.saturating_add(scale.saturating_mul(row));
                    self.paint(Rectangle { x, y, width: scale, height: scale }, colour);
                }
            }
            left = left.saturating_add(scale.saturating_mul(LETTER.width));
        }
        self.mark(Rectangle { x, y, width: left - x, height: scale.saturating_mul(LETTER.height) });
    }

    /// Returns what has changed since the last time, in rectangles that may overlap. There are at
    /// most [`CHANGES_MOST`]; more are put together.
    #[must_use]
    pub fn take_changes(&mut self) -> Vec<Rectangle> {
        std::mem::take(&mut self.changes)
    }

    /// Writes the pixels of a place, row by row. What lies outside is not written.
    pub fn write(&self, place: Rectangle, format: PixelFormat, out: &mut Vec<u8>) {
        for row in self.rows(place) {
            for colour in self.pixels.get(row).unwrap_or_default() {
                format.write_pixel(*colour, out);
            }
        }
    }

    fn paint(&mut self, place: Rectangle, colour: Colour) {
        for row in self.rows(place) {
            self.pixels.get_mut(row).unwrap_or_default().fill(colour);
        }
    }

    /// Where the rows of a place are within the pixels.
    fn rows(&self, place: Rectangle) -> impl Iterator<Item = std::ops::Range<usize>> + use<> {
        let place = place.clipped(self.size);
        let width = usize::from(self.size.width);
        (place.y..place.y + place.height).map(move |y| {
            let start = usize::from(y) * width + usize::from(place.x);
            start..start + usize::from(place.width)
        })
    }

    fn mark(&mut self, place: Rectangle) {
        let place = place.clipped(self.size);
        if place.area() == 0 || self.changes.iter().any(|change| change.joined(place) == *change) {
            return;
        }
        self.changes.retain(|change| place.joined(*change) != place);
        self.changes.push(place);
        if self.changes.len() > CHANGES_MOST {
            let all = self.changes.drain(..).reduce(Rectangle::joined);
            self.changes.extend(all);
        }
    }
}

/// A letter with the space to the next one and to the line below, at scale 1.
const LETTER: Size = Size { width: 6, height: 8 };

/// How many changes are told apart. To send one larger rectangle is cheaper than to look at many.
pub const CHANGES_MOST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fill_stays_on_the_canvas() {
        let mut canvas = Canvas::new(SIZE, WHITE);
        canvas.fill(rectangle(2, 1, 9, 9), BLACK);
        assert_eq!(canvas.take_changes(), [rectangle(2, 1, 2, 2)]);
        assert_eq!(written(&canvas), "....\n..##\n..##\n");
        canvas.fill(rectangle(9, 9, 1, 1), BLACK);
        assert_eq!(canvas.take_changes(), []);
    }

    #[test]
    fn a_letter_is_drawn_as_large_as_asked() {
        let mut canvas = Canvas::new(Size { width: 12, height: 8 }, WHITE);
        canvas.text((0, 0), 1, "Ti", BLACK);
        let expected = "#####...#...\n..#.........\n..#....##...\n..#.....#...\n..#.....#...\n..#....###..\n............\n............\n";
        assert_eq!(written(&canvas), expected);
        canvas.text((0, 6), 2, "T", BLACK);
        assert!(written(&canvas).ends_with("##########..\n##########..\n"));
        assert_eq!(canvas.take_changes(), [rectangle(0, 0, 12, 8)]);
        canvas.text((u16::MAX, u16::MAX), u16::MAX, "far away", BLACK);
        assert_eq!(canvas.take_changes(), []);
    }

    #[test]
    fn changes_swallow_those_they_cover_and_are_never_many() {
        let mut canvas = Canvas::new(Size { width: 400, height: 400 }, WHITE);
        canvas.fill(rectangle(10, 10, 5, 5), BLACK);
        canvas.fill(rectangle(11, 11, 2, 2), WHITE);
        canvas.fill(rectangle(0, 0, 20, 20), BLACK);
        canvas.fill(rectangle(30, 0, 1, 1), BLACK);
        assert_eq!(canvas.take_changes(), [rectangle(0, 0, 20, 20), rectangle(30, 0, 1, 1)]);
        for step in 0..=64 {
            canvas.fill(rectangle(2 * step, 3 * step, 1, 1), BLACK);
        }
        assert_eq!(canvas.take_changes(), [rectangle(0, 0, 129, 193)]);
    }

    fn written(canvas: &Canvas) -> String {
        let mut bytes = Vec::new();
        canvas.write(Rectangle::all(canvas.size()), PixelFormat::RGB332, &mut bytes);
        let rows = bytes.chunks(canvas.size().width.into());
        rows.flat_map(|row| {
            row.iter().map(|pixel| if *pixel == 0 { '#' } else { '.' }).chain(['\n'])
        })
        .collect()
    }

    fn rectangle(x: u16, y: u16, width: u16, height: u16) -> Rectangle {
        Rectangle { x, y, width, height }
    }

    const SIZE: Size = Size { width: 4, height: 3 };
    const WHITE: Colour = [255; 3];
    const BLACK: Colour = [0; 3];
}
