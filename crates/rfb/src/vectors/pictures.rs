//! Rectangles of pixels.

use miniz_oxide::deflate::compress_to_vec_zlib;

use super::{Vector, deflated, length, noise};
use crate::encoding::Encoding;
use crate::pixel::PixelFormat;
use crate::rectangle::Rectangle;

/// Every kind of rectangle with pixels at `place`.
pub(super) fn all(place: Rectangle, format: PixelFormat) -> Vec<Vector> {
    let of = |name, encoding: Encoding, body: Vec<u8>| {
        let mut bytes = Vec::new();
        place.write_header(encoding, &mut bytes);
        bytes.extend(body);
        Vector { name, bytes, draws: true }
    };
    let pixel = format.pixel_bytes().into();
    let (tpixel, area) = (usize::from(format.tpixel_bytes()), area(place));
    let rows = usize::from(place.width.div_ceil(8)) * usize::from(place.height);
    let tight = |name, control: &[u8], body: Vec<u8>| {
        of(name, Encoding::Tight, [control.to_vec(), body].concat())
    };
    let palette =
        |colours: u8| [vec![1, colours - 1], noise(tpixel * usize::from(colours))].concat();
    vec![
        of("raw", Encoding::Raw, noise(area * pixel)),
        of("copy", Encoding::CopyRect, vec![0; 4]),
        of("rre", Encoding::Rre, rre(area, pixel)),
        of("hextile", Encoding::Hextile, hextile(place, pixel)),
        of("zlib", Encoding::Zlib, deflated(&noise(area * pixel))),
        of("zrle", Encoding::Zrle, zrle(place, format)),
        of("jpeg", Encoding::Jpeg, jpeg(place)),
        tight("tight, fill", &[0x8F], noise(tpixel)),
        tight("tight, jpeg", &[0x90], compact(jpeg(place))),
        tight("tight, pixels", &[0x01], compressed(area * tpixel)),
        tight("tight, pixels, copied", &[0x52, 0], compressed(area * tpixel)),
        tight("tight, pixels, gradient", &[0x64, 2], compressed(area * tpixel)),
        tight("tight, two colours", &[[0x78].as_slice(), &palette(2)].concat(), compressed(rows)),
        tight("tight, palette", &[[0x4F].as_slice(), &palette(200)].concat(), compressed(area)),
        tight("tight, stored", &[0xA0], stored(area * tpixel)),
        tight("tight, stored palette", &[[0xE0].as_slice(), &palette(3)].concat(), stored(area)),
        of("tight with png, fill", Encoding::TightPng, [vec![0x80], noise(tpixel)].concat()),
        of("tight with png, png", Encoding::TightPng, [vec![0xA0], compact(noise(300))].concat()),
    ]
}

fn area(place: Rectangle) -> usize {
    usize::from(place.width) * usize::from(place.height)
}

fn rre(area: usize, pixel: usize) -> Vec<u8> {
    let count = area.min(5);
    [length(count).to_vec(), noise(pixel + count * (pixel + 8))].concat()
}

/// Tiles of each kind in turn.
fn hextile(place: Rectangle, pixel: usize) -> Vec<u8> {
    let mut body = Vec::new();
    let mut kinds = (0..6).cycle();
    for height in steps(place.height, 16) {
        for width in steps(place.width, 16) {
            match kinds.next() {
                Some(0) => body.extend([vec![1], noise(width * height * pixel)].concat()),
                Some(1) => body.extend([vec![2], noise(pixel)].concat()),
                Some(2) => {
                    body.extend(
                        [vec![2 | 4 | 8], noise(2 * pixel), vec![3], noise(3 * 2)].concat(),
                    );
                }
                Some(3) => body.extend(
                    [vec![2 | 8 | 16], noise(pixel), vec![255], noise(255 * (pixel + 2))].concat(),
                ),
                Some(4) => body.extend([vec![4 | 8], noise(pixel), vec![0]].concat()),
                _ => body.push(0),
            }
        }
    }
    body
}

/// Tiles of one colour and of raw pixels in turn.
fn zrle(place: Rectangle, format: PixelFormat) -> Vec<u8> {
    let pixel = usize::from(format.cpixel_bytes());
    let mut tiles = Vec::new();
    let mut solid = [true, false].into_iter().cycle();
    for height in steps(place.height, 64) {
        for width in steps(place.width, 64) {
            if solid.next() == Some(true) {
                tiles.extend([vec![1], noise(pixel)].concat());
            } else {
                tiles.extend([vec![0], noise(width * height * pixel)].concat());
            }
        }
    }
    deflated(&tiles)
}

/// The widths of tiles that are so wide, save for the last.
fn steps(width: u16, tile: u16) -> impl Iterator<Item = usize> {
    (0..width).step_by(tile.into()).map(move |left| (width - left).min(tile).into())
}

fn compressed(plain: usize) -> Vec<u8> {
    let plain = noise(plain);
    if plain.len() < 12 { plain } else { compact(compress_to_vec_zlib(&plain, 6)) }
}

fn stored(plain: usize) -> Vec<u8> {
    let plain = noise(plain);
    if plain.len() < 12 { plain } else { compact(plain) }
}

/// A length of one to three bytes, and as many of these bytes.
fn compact(data: Vec<u8>) -> Vec<u8> {
    let [_, high, middle, low] = length(data.len());
    let length = u32::from_be_bytes([0, high, middle, low]);
    let [low, middle, high, _] =
        [length & 0x7F, length >> 7 & 0x7F, length >> 14, 0].map(|bits| bits.to_le_bytes()[0]);
    let mut bytes = match length {
        0..0x80 => vec![low],
        0x80..0x4000 => vec![low | 0x80, middle],
        _ => vec![low | 0x80, middle | 0x80, high],
    };
    bytes.extend(data);
    bytes
}

/// An image of one grey, with a remark that looks like the end, and with restarts.
fn jpeg(place: Rectangle) -> Vec<u8> {
    let ([width, ww], [height, hh]) = (place.width.to_be_bytes(), place.height.to_be_bytes());
    let quantizers = [[0xFF, 0xDB, 0, 67, 0].as_slice(), &[1; 64]].concat();
    let frame = [0xFF, 0xC0, 0, 11, 8, height, hh, width, ww, 1, 1, 0x11, 0];
    // Codes of one bit: no difference to the block before, no more coefficients.
    let table = |class| [vec![0xFF, 0xC4, 0, 20, class, 1], vec![0; 15], vec![0]].concat();
    let scan = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0];
    let blocks = u32::from(place.width.div_ceil(8)) * u32::from(place.height.div_ceil(8));
    let mut image = [
        [0xFF, 0xD8].as_slice(),
        &[0xFF, 0xFE, 0, 6, 0xFF, 0xD9, 0xFF, 0xD9],
        &quantizers,
        &frame,
        &table(0x00),
        &table(0x10),
        &[0xFF, 0xDD, 0, 4, 0, 1],
        &scan,
    ]
    .concat();
    for block in 0..blocks {
        image.push(0x3F);
        if block + 1 < blocks {
            image.extend([0xFF, 0xD0 | block.to_le_bytes()[0] & 7]);
        }
    }
    image.extend([0xFF, 0xD9]);
    image
}
