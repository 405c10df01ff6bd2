//! What the card looks like.

use guest_rfb::screen::{Canvas, Colour};
use guest_rfb::{Pointer, Rectangle, Size};

/// The picture, and the cross that lies over it where the guest points.
pub(super) struct Picture {
    /// Everything but the cross.
    canvas: Canvas,
    pointer: Option<Pointer>,
    /// Where the cross was, or is, since the changes were last taken.
    moved: Vec<Rectangle>,
}

impl Picture {
    pub(super) fn new() -> Self {
        let mut canvas = Canvas::new(SIZE, PAPER);
        canvas.fill(place(0, 0, SIZE.width, 72), INK);
        canvas.text((MARGIN, 18), 5, "Test card", PAPER);
        canvas.text((MARGIN, 88), 2, "This picture comes from the agent on the computer.", INK);
        draw_bars(&mut canvas);
        canvas.text((MARGIN, 568), 2, "F2 copies a text to you. What you paste shows above.", INK);
        let mut picture = Self { canvas, pointer: None, moved: Vec::new() };
        for panel in [&KEYS, &COLOUR, &POINTER, &CLIPBOARD] {
            picture.write(panel, &[]);
        }
        picture
    }

    pub(super) fn show_time(&mut self, time: &str) {
        self.canvas.fill(TIME, INK);
        self.canvas.text((TIME.x, TIME.y), 3, time, PAPER);
    }

    pub(super) fn show_keys(&mut self, last: &str, held: &str) {
        let mut lines = wrapped(last, LINES - 1);
        lines.resize(LINES - 1, String::new());
        lines.push(if held.is_empty() { String::new() } else { format!("held: {held}") });
        self.write(&KEYS, &lines);
    }

    /// Fills a field with a colour that belongs to a key.
    pub(super) fn show_colour(&mut self, keysym: u32) {
        let part =
            |step: u32| u8::try_from(keysym.wrapping_mul(step) % 192 + 48).unwrap_or_default();
        let Rectangle { x, y, width, height } = COLOUR.place;
        let field = place(x + 12, y + 36, width - 24, height - 48);
        self.canvas.fill(field, [part(73), part(151), part(211)]);
    }

    pub(super) fn show_pointer(&mut self, pointer: Pointer) {
        if self.pointer == Some(pointer) {
            return;
        }
        let Pointer { buttons, x, y } = pointer;
        let names = (0..8).zip(BUTTONS).filter(|(bit, _)| buttons >> bit & 1 == 1);
        let names: Vec<&str> = names.map(|(_, name)| name).collect();
        self.write(&POINTER, &[format!("x {x}, y {y}"), names.join(" ")]);
        self.moved.extend(self.pointer.into_iter().flat_map(cross));
        self.moved.extend(cross(pointer));
        self.pointer = Some(pointer);
        if self.moved.len() > MOVED_MOST {
            let all = self.moved.drain(..).reduce(Rectangle::joined);
            self.moved.extend(all);
        }
    }

    pub(super) fn show_clipboard(&mut self, text: &str) {
        self.write(&CLIPBOARD, &wrapped(text, LINES));
    }

    /// Returns what has changed since the last time.
    pub(super) fn take_changes(&mut self) -> Vec<Rectangle> {
        [self.canvas.take_changes(), std::mem::take(&mut self.moved)].concat()
    }

    /// Returns the picture as the guest is to see it.
    pub(super) fn with_cross(&self) -> Canvas {
        let mut canvas = self.canvas.clone();
        if let Some(pointer) = self.pointer {
            let colour = if pointer.buttons == 0 { CROSS } else { PRESSED };
            for bar in cross(pointer) {
                canvas.fill(bar, colour);
            }
        }
        canvas
    }

    fn write(&mut self, panel: &Panel, lines: &[String]) {
        let Rectangle { x, y, .. } = panel.place;
        self.canvas.fill(panel.place, FIELD);
        self.canvas.text((x + 12, y + 10), 2, panel.title, FAINT);
        for (line, top) in lines.iter().take(LINES).zip((y + 38..).step_by(24)) {
            let line: String = line.chars().take(COLUMNS).collect();
            self.canvas.text((x + 12, top), 2, &line, INK);
        }
    }
}

/// A field of the card, with a title.
struct Panel {
    place: Rectangle,
    title: &'static str,
}

/// Draws what shows whether colours arrive as they are: bars, and greys from black to white.
fn draw_bars(canvas: &mut Canvas) {
    let lefts = (MARGIN..).step_by(94);
    for (left, colour) in lefts.zip(BARS) {
        canvas.fill(place(left, 120, 94, 56), colour);
    }
    for (left, grey) in (MARGIN..).step_by(47).zip((0..=u8::MAX).step_by(17)) {
        canvas.fill(place(left, 176, 47, 24), [grey; 3]);
    }
}

/// Returns the two bars of the cross, as far as they are on the screen.
fn cross(pointer: Pointer) -> [Rectangle; 2] {
    let Pointer { x, y, .. } = pointer;
    let bar = |across: u16, down: u16| {
        let (x, y) = (x.saturating_sub(across), y.saturating_sub(down));
        place(x, y, 2 * across + 1, 2 * down + 1).clipped(SIZE)
    };
    [bar(20, 1), bar(1, 20)]
}

/// Breaks a text into lines that fit a panel, at spaces where there are some, and returns the last
/// `most` of them.
fn wrapped(text: &str, most: usize) -> Vec<String> {
    let tail = text.chars().rev().take(COLUMNS * most * 2).collect::<Vec<_>>();
    let mut lines = vec![String::new()];
    for letter in tail.into_iter().rev() {
        if letter == '\n' {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut().filter(|line| line.len() >= COLUMNS) {
            let word = line.rfind(' ').map(|space| line.split_off(space + 1));
            lines.push(word.unwrap_or_default());
        }
        if let Some(line) = lines.last_mut().filter(|_| !letter.is_control()) {
            // The card's letters are those of ASCII; another is one box.
            line.push(if letter.is_ascii() { letter } else { '\u{7f}' });
        }
    }
    lines.split_off(lines.len().saturating_sub(most))
}

const fn place(x: u16, y: u16, width: u16, height: u16) -> Rectangle {
    Rectangle { x, y, width, height }
}

/// How large the card is: a size that fits every window.
pub(super) const SIZE: Size = Size { width: 800, height: 600 };

const MARGIN: u16 = 24;

const TIME: Rectangle = place(416, 24, 376, 24);

const KEYS: Panel = Panel { place: place(MARGIN, 216, 368, 164), title: "Keys" };
const COLOUR: Panel = Panel { place: place(408, 216, 368, 164), title: "Colour of the last key" };
const POINTER: Panel = Panel { place: place(MARGIN, 392, 368, 164), title: "Pointer" };
const CLIPBOARD: Panel = Panel { place: place(408, 392, 368, 164), title: "Clipboard received" };

/// How many lines a panel has under its title, and how many letters each.
const LINES: usize = 5;
const COLUMNS: usize = 28;

/// How many places of the cross are told apart, as with the canvas itself.
const MOVED_MOST: usize = 16;

/// The buttons of a pointer, from the lowest bit on.
const BUTTONS: [&str; 8] =
    ["left", "middle", "right", "wheel-up", "wheel-down", "wheel-left", "wheel-right", "back"];

const PAPER: Colour = [246, 247, 249];
const FIELD: Colour = [255, 255, 255];
const INK: Colour = [24, 32, 52];
const FAINT: Colour = [110, 120, 140];
const CROSS: Colour = [30, 90, 220];
const PRESSED: Colour = [220, 40, 40];

const BARS: [Colour; 8] = [
    [255, 255, 255],
    [255, 255, 0],
    [0, 255, 255],
    [0, 255, 0],
    [255, 0, 255],
    [255, 0, 0],
    [0, 0, 255],
    [0, 0, 0],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_broken_into_lines_and_its_end_is_shown() {
        assert_eq!(wrapped("one\ntwo", 5), ["one", "two"]);
        assert_eq!(wrapped(&"x".repeat(30), 5), ["x".repeat(28), "xx".to_owned()]);
        assert_eq!(wrapped(&"four ".repeat(6), 5), ["four four four four four ", "four "]);
        assert_eq!(wrapped("a\nb\nc", 2), ["b", "c"]);
        assert_eq!(wrapped("gr\u{fc}n\t!", 1), ["gr\u{7f}n!"]);
        assert_eq!(wrapped("", 3), [""]);
    }

    #[test]
    fn the_cross_changes_the_places_that_it_leaves_and_enters() {
        let mut picture = Picture::new();
        picture.take_changes();
        let at = |x, y| Pointer { buttons: 0, x, y };
        picture.show_pointer(at(10, 300));
        picture.take_changes();
        picture.show_pointer(at(700, 300));
        let changes = picture.take_changes();
        for bar in [cross(at(10, 300)), cross(at(700, 300))].concat() {
            assert!(changes.contains(&bar), "{bar:?}");
        }
        picture.show_pointer(at(700, 300));
        assert_eq!(picture.take_changes(), []);
    }

    #[test]
    fn a_cross_at_the_edge_stays_on_the_screen() {
        for (x, y) in [(0, 0), (799, 599), (u16::MAX, u16::MAX)] {
            let bars = cross(Pointer { buttons: 0, x, y });
            assert!(bars.iter().all(|bar| bar.is_within(SIZE)), "{bars:?}");
        }
    }
}
