//! Strategies that generate updates.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{Vector, all, open_update, update};
use crate::pixel::PixelFormat;
use crate::rectangle::{Rectangle, Size};

/// A pixel format that is sane.
pub fn pixel_format() -> impl Strategy<Value = PixelFormat> {
    let bits = select(vec![8_u8, 16, 32]);
    (bits, any::<[bool; 2]>(), prop::array::uniform3(1_u8..=10), any::<[Index; 2]>())
        .prop_filter_map(
            "colours that fit",
            |(bits, [big_endian, mapped], widths, [depth, gap])| {
                let used: u8 = widths.iter().sum();
                let free = bits.checked_sub(used)?;
                let mut bytes = [0; 16];
                let [at_bits, at_depth, at_endian, at_true, colours @ ..] = &mut bytes;
                *at_bits = bits;
                *at_depth = if bits == 32 { 24 } else { 1 + below(depth, bits) };
                *at_endian = big_endian.into();
                *at_true = (!mapped).into();
                let [red, red_low, green, green_low, blue, blue_low, shifts @ ..] = colours;
                let greatest = widths.map(|width| ((1_u16 << width) - 1).to_be_bytes());
                [[*red, *red_low], [*green, *green_low], [*blue, *blue_low]] = greatest;
                let [red_width, green_width, _] = widths;
                let first = below(gap, free + 1);
                for (shift, value) in shifts.iter_mut().zip([
                    first,
                    first + red_width,
                    first + red_width + green_width,
                ]) {
                    *shift = value;
                }
                PixelFormat::parse(bytes).ok()
            },
        )
}

/// A rectangle on a screen, with at least one pixel, and at most 70 pixels wide and high.
pub fn place(screen: Size) -> impl Strategy<Value = Rectangle> {
    any::<[Index; 4]>().prop_map(move |[x, y, width, height]| {
        let (x, y) = (within(x, screen.width), within(y, screen.height));
        let (most_width, most_height) =
            ((screen.width - x).min(SIDE_MOST), (screen.height - y).min(SIDE_MOST));
        Rectangle {
            x,
            y,
            width: 1 + within(width, most_width),
            height: 1 + within(height, most_height),
        }
    })
}

/// A rectangle of any kind.
pub fn rectangle(screen: Size, format: PixelFormat) -> impl Strategy<Value = Vector> {
    (place(screen), any::<Index>()).prop_map(move |(place, kind)| {
        let mut kinds = all(place, format, screen);
        let kind = kind.index(kinds.len());
        kinds.swap_remove(kind)
    })
}

/// A whole update of up to eight rectangles, from its message type on, and whether it draws
/// something.
pub fn any_update(screen: Size, format: PixelFormat) -> impl Strategy<Value = (Vec<u8>, bool)> {
    (prop::collection::vec(rectangle(screen, format), 0..=8), any::<bool>()).prop_map(
        |(rectangles, open)| {
            let draws = rectangles.iter().any(|rectangle| rectangle.draws);
            (if open { open_update(&rectangles) } else { update(&rectangles) }, draws)
        },
    )
}

fn below(index: Index, bound: u8) -> u8 {
    u8::try_from(index.index(bound.into())).unwrap_or(0)
}

fn within(index: Index, bound: u16) -> u16 {
    u16::try_from(index.index(bound.into())).unwrap_or(0)
}

/// Enough for several tiles of every encoding, and little enough to be quick.
const SIDE_MOST: u16 = 70;
