//! Well-formed framebuffer updates with every kind of rectangle, for tests and fuzzers.
//!
//! They are well-formed to the last byte that a policer looks at, and JPEG images and compressed
//! pixels are real ones. Each compressed rectangle begins a stream of its own, though, so a viewer
//! shows only the first of those whose stream lasts as long as its session (Zlib, ZRLE).

mod pictures;
#[cfg(any(test, feature = "proptest"))]
pub mod strategies;

use miniz_oxide::deflate::compress_to_vec_zlib;

use crate::encoding::Encoding;
use crate::pixel::PixelFormat;
use crate::rectangle::{Rectangle, Size};

/// A rectangle of an update, with its header.
#[derive(Clone, Debug)]
pub struct Vector {
    /// What it is.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether a viewer shows something new, that is whether it has pixels of the screen.
    pub draws: bool,
}

/// A whole update with these rectangles, from its message type on.
#[must_use]
pub fn update<'a>(rectangles: impl IntoIterator<Item = &'a Vector>) -> Vec<u8> {
    let rectangles: Vec<_> = rectangles.into_iter().collect();
    let count = u16::try_from(rectangles.len()).unwrap_or(u16::MAX);
    let mut message = vec![0, 0];
    message.extend(count.to_be_bytes());
    message.extend(rectangles.into_iter().flat_map(|rectangle| &rectangle.bytes));
    message
}

/// The same, without telling how many rectangles there are until the last.
#[must_use]
pub fn open_update<'a>(rectangles: impl IntoIterator<Item = &'a Vector>) -> Vec<u8> {
    let mut message = vec![0, 0, 0xFF, 0xFF];
    message.extend(rectangles.into_iter().flat_map(|rectangle| &rectangle.bytes));
    message.extend(notice("last", Rectangle::default(), Encoding::LastRect, &[]).bytes);
    message
}

/// Every kind of rectangle: those of pixels at `place`, which must not be empty, and the others.
/// `screen` is what changes of the desktop say; a policer that has seen them expects it.
#[must_use]
pub fn all(place: Rectangle, format: PixelFormat, screen: Size) -> Vec<Vector> {
    let mut all = pictures::all(place, format);
    all.extend(pointers(format));
    all.extend(notices(screen));
    all
}

/// Every kind of a pointer's picture.
fn pointers(format: PixelFormat) -> Vec<Vector> {
    let place = Rectangle { x: 3, y: 60_000, width: 19, height: 21 };
    let mask = 3 * 21;
    let pixels = usize::from(format.pixel_bytes()) * 19 * 21;
    let alpha = |name, encoding: Encoding, body: Vec<u8>| {
        let body = [encoding.number().to_be_bytes().to_vec(), body].concat();
        notice(name, place, Encoding::CursorWithAlpha, &body)
    };
    vec![
        notice("pointer", place, Encoding::Cursor, &noise(pixels + mask)),
        notice("pointer, none", Rectangle::default(), Encoding::Cursor, &[]),
        notice("pointer, two colours", place, Encoding::XCursor, &noise(6 + 2 * mask)),
        notice("pointer, two colours, none", Rectangle::default(), Encoding::XCursor, &[]),
        alpha("pointer, transparent", Encoding::Raw, noise(4 * 19 * 21)),
        alpha("pointer, transparent, compressed", Encoding::Zlib, deflated(&noise(4 * 19 * 21))),
    ]
}

/// Everything that is neither pixels nor a pointer's picture.
fn notices(screen: Size) -> Vec<Vector> {
    let all = Rectangle::all(screen);
    let mut monitors = vec![2, 0, 0, 0];
    monitors.extend(noise(32));
    let refused = Rectangle { x: 1, y: 3, width: 1, height: 1 };
    let nowhere = Rectangle::default();
    let name = [length(5).as_slice(), b"caf\xC3\xA9"].concat();
    vec![
        notice("screen", all, Encoding::DesktopSize, &[]),
        notice("screen, monitors", all, Encoding::ExtendedDesktopSize, &monitors),
        notice("screen, refused", refused, Encoding::ExtendedDesktopSize, &[0; 4]),
        notice("name", nowhere, Encoding::DesktopName, &name),
        notice("name, empty", nowhere, Encoding::DesktopName, &length(0)),
        notice("keys", nowhere, Encoding::QemuKeys, &[]),
        notice("lights", nowhere, Encoding::QemuLeds, &[5]),
    ]
}

fn notice(name: &'static str, place: Rectangle, encoding: Encoding, body: &[u8]) -> Vector {
    let mut bytes = Vec::new();
    place.write_header(encoding, &mut bytes);
    bytes.extend(body);
    Vector { name, bytes, draws: false }
}

/// A length in four bytes, and as many of these bytes, compressed.
fn deflated(plain: &[u8]) -> Vec<u8> {
    let data = compress_to_vec_zlib(plain, 6);
    [length(data.len()).to_vec(), data].concat()
}

fn length(bytes: usize) -> [u8; 4] {
    u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes()
}

/// Bytes in no order, the same each time.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_be_bytes()[0]
    };
    (0..bytes).map(|_| next()).collect()
}
