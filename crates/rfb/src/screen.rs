//! What a computer says that shows a picture of its own making: the test card's part of RFB (CN-2).
//!
//! A [`Canvas`] is drawn upon; the functions put what is said about it into bytes.

mod canvas;
mod font;

pub use self::canvas::{CHANGES_MOST, Canvas, Colour};
use crate::encoding::Encoding;
use crate::pixel::PixelFormat;
use crate::rectangle::{Rectangle, Size};

/// The last message of the handshake: how large the screen is, its pixel format until the guest
/// chooses one, and the name of the desktop.
#[must_use]
pub fn server_init(size: Size, format: PixelFormat, name: &str) -> Vec<u8> {
    let mut message = [size.width.to_be_bytes(), size.height.to_be_bytes()].concat();
    message.extend(format.to_bytes());
    write_text(name.as_bytes(), &mut message);
    message
}

/// An update with these parts of a canvas, as raw pixels. What lies outside the canvas is left out.
/// There is room for 65,535 parts.
#[must_use]
pub fn raw_update(canvas: &Canvas, places: &[Rectangle], format: PixelFormat) -> Vec<u8> {
    let count = u16::try_from(places.len()).unwrap_or(u16::MAX);
    let mut message = vec![UPDATE, 0];
    message.extend(count.to_be_bytes());
    for place in places.iter().take(count.into()) {
        let place = place.clipped(canvas.size());
        place.write_header(Encoding::Raw, &mut message);
        canvas.write(place, format, &mut message);
    }
    message
}

/// An update with the name of the desktop, for a guest that announced
/// [`Encoding::DesktopName`].
#[must_use]
pub fn desktop_name(name: &str) -> Vec<u8> {
    let mut message = vec![UPDATE, 0, 0, 1];
    Rectangle::default().write_header(Encoding::DesktopName, &mut message);
    write_text(name.as_bytes(), &mut message);
    message
}

/// The computer's clipboard, in Latin-1: other letters become question marks.
#[must_use]
pub fn cut_text(text: &str) -> Vec<u8> {
    let latin: Vec<u8> = text.chars().map(|letter| u8::try_from(letter).unwrap_or(b'?')).collect();
    let mut message = vec![CUT_TEXT, 0, 0, 0];
    write_text(&latin, &mut message);
    message
}

/// The colours of a guest's colour map, which [`PixelFormat::write_pixel`] expects where pixels are
/// indexes: three bits of red, three of green, two of blue.
#[must_use]
pub fn colour_map() -> Vec<u8> {
    let mut message = vec![COLOUR_MAP, 0, 0, 0, 1, 0];
    for index in 0..=u8::MAX {
        for (bits, greatest) in [(index >> 5, 7), (index >> 2 & 7, 7), (index & 3, 3)] {
            let [_, _, value @ ..] = (u32::from(bits) * 0xFFFF / greatest).to_be_bytes();
            message.extend(value);
        }
    }
    message
}

/// Writes a text after its length. One longer than four bytes can tell is cut off.
fn write_text(text: &[u8], out: &mut Vec<u8>) {
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    out.extend(length.to_be_bytes());
    out.extend(text.iter().take(usize::try_from(length).unwrap_or(usize::MAX)));
}

const UPDATE: u8 = 0;
const COLOUR_MAP: u8 = 1;
const CUT_TEXT: u8 = 3;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::update::Update;
    use crate::vectors::strategies;

    #[test]
    fn the_handshake_ends_with_size_format_and_name() {
        let message = server_init(SIZE, PixelFormat::RGB888, "Card");
        let format = [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0];
        assert_eq!(message, [&[0, 60, 0, 20][..], &format, b"\0\0\0\x04Card"].concat());
    }

    #[test]
    fn a_part_of_the_canvas_is_sent_as_it_is() {
        let mut canvas = Canvas::new(SIZE, [255, 255, 255]);
        canvas.fill(Rectangle { x: 59, y: 0, width: 1, height: 1 }, [1, 2, 3]);
        let place = Rectangle { x: 58, y: 0, width: 9, height: 1 };
        let head = [0, 0, 0, 1, 0, 58, 0, 0, 0, 2, 0, 1, 0, 0, 0, 0];
        let pixels = [255, 255, 255, 0, 1, 2, 3, 0];
        assert_eq!(
            raw_update(&canvas, &[place], PixelFormat::RGB888),
            [&head[..], &pixels].concat()
        );
    }

    #[test]
    fn names_and_clipboards_have_their_length_in_front() {
        let head = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFE, 0xCD];
        assert_eq!(desktop_name("é"), [&head[..], b"\0\0\0\x02\xC3\xA9"].concat());
        assert_eq!(cut_text("é€!"), b"\x03\0\0\0\0\0\0\x03\xE9?!");
    }

    #[test]
    fn the_colour_map_has_black_first_and_white_last() {
        let message = colour_map();
        assert_eq!(message.len(), 6 + 256 * 6);
        assert_eq!(message[6..12], [0; 6]);
        assert_eq!(message[6 + 6 * 0b1110_0000..][..6], [0xFF, 0xFF, 0, 0, 0, 0]);
        assert_eq!(message[6 + 6 * 255..], [0xFF; 6]);
    }

    proptest! {
        #[test]
        fn what_is_sent_is_what_a_policer_expects(
            format in strategies::pixel_format(),
            places in prop::collection::vec(strategies::place(SIZE), 0..5),
        ) {
            let canvas = Canvas::new(SIZE, [9, 9, 9]);
            for message in [raw_update(&canvas, &places, format), desktop_name("Card")] {
                let mut update = Update::new();
                update.resize(SIZE);
                let taken = update.take(&message[1..], format);
                prop_assert_eq!((taken.bytes, taken.finished), (message.len() - 1, Ok(true)));
            }
        }
    }

    const SIZE: Size = Size { width: 60, height: 20 };
}
