//! What is taken of updates, and what is refused.

use proptest::prelude::*;

use super::*;
use crate::vectors::{self, strategies};

#[test]
fn cn_4_every_kind_of_rectangle_ends_where_it_ends() {
    for format in FORMATS {
        for (width, height) in
            [(1, 1), (1, 3), (2, 2), (16, 16), (33, 17), (64, 64), (131, 70), (300, 200)]
        {
            let place = Rectangle { x: 1, y: 2, width, height };
            for rectangle in vectors::all(place, format, SCREEN) {
                let mut bytes = vectors::update([&rectangle]);
                let whole = bytes.len() - 1;
                bytes.extend([0xFF; 40]);
                let taken = take(&bytes, format, usize::MAX);
                assert_eq!(
                    taken,
                    (whole, Ok(true), rectangle.draws),
                    "{} at {place:?}",
                    rectangle.name
                );
            }
        }
    }
}

#[test]
fn what_a_rectangle_lacks_is_awaited() {
    let place = Rectangle { x: 0, y: 0, width: 18, height: 17 };
    for rectangle in vectors::all(place, PixelFormat::RGB888, SCREEN) {
        let bytes = vectors::update([&rectangle]);
        for length in 0..bytes.len() - 1 {
            let taken = take(&bytes[..=length], PixelFormat::RGB888, usize::MAX);
            assert_eq!(
                (taken.0, taken.1),
                (length, Ok(false)),
                "{} cut at {length}",
                rectangle.name
            );
        }
    }
}

#[test]
fn cn_4_a_rectangle_lies_on_the_screen() {
    let edge = |x, y| [head(x, y, 10, 10, 0), vec![0; 400]].concat();
    check(&edge(630, 470), Ok(true));
    check(&edge(631, 470), Err(outside(631, 470)));
    check(&edge(630, 471), Err(outside(630, 471)));
    check(&[head(0, 0, 10, 10, 1), vec![2, 118, 1, 214]].concat(), Ok(true));
    check(&[head(0, 0, 10, 10, 1), vec![2, 119, 1, 214]].concat(), Err(outside(631, 470)));
}

#[test]
fn the_screen_is_as_large_as_its_last_change_says() {
    let large = |size: Vec<u8>| [size, head(690, 490, 10, 10, 0), vec![0; 400]].concat();
    check(&large(head(0, 0, 700, 500, -223)), Ok(true));
    check(&large([head(0, 0, 700, 500, -308), vec![1, 0, 0, 0], vec![0; 16]].concat()), Ok(true));
    check(&large([head(1, 0, 700, 500, -308), vec![0; 4]].concat()), Ok(true));
    check(&large([head(1, 2, 700, 500, -308), vec![0; 4]].concat()), Err(outside(690, 490)));
    check(
        &[head(0, 0, 639, 480, -223), head(630, 470, 10, 10, 0)].concat(),
        Err(outside_of(639, 630, 470)),
    );
}

#[test]
fn cn_4_an_unknown_encoding_is_a_violation() {
    for encoding in [3, 4, 8, 15, 50, -225, -305, i32::MAX, i32::MIN] {
        check(&head(0, 0, 1, 1, encoding), Err(Violation::UnknownEncoding { encoding }));
        let pointer = [head(0, 0, 1, 1, -314), encoding.to_be_bytes().to_vec()].concat();
        check(&pointer, Err(Violation::UnknownEncoding { encoding }));
    }
    for announced in [-312, -313, -317, Encoding::ExtendedClipboard.number()] {
        check(
            &head(0, 0, 1, 1, announced),
            Err(malformed("a rectangle is in what can only be announced")),
        );
    }
}

#[test]
fn cn_4_picture_data_keeps_the_rules_of_its_encoding() {
    let bad = |encoding, body: &[u8], what| {
        check(&[head(0, 0, 40, 40, encoding), body.to_vec()].concat(), Err(malformed(what)));
    };
    bad(2, &[0, 0, 6, 65], "there are more subrectangles than pixels");
    bad(5, &[32], "a tile has unknown flags");
    bad(5, &[[2, 0, 0, 0, 0].as_slice(), &[64]].concat(), "a tile has unknown flags");
    bad(6, &[0; 4], "compressed pixels have no length");
    bad(6, &[0x7F, 0, 0, 0], "compressed pixels are longer than their rectangle can need");
    bad(16, &[0, 0, 0x40, 0], "compressed pixels are longer than their rectangle can need");
    for (encoding, controls) in [(7, [0xB0, 0xC0, 0xD0, 0xF0]), (-260, [0x00, 0x40, 0xB0, 0xE0])] {
        for control in controls {
            bad(encoding, &[control], "a tight rectangle is of an unknown kind");
        }
    }
    bad(7, &[0x40, 3], "a tight rectangle has an unknown filter");
    bad(7, &[0x40, 1, 0], "a palette has only one colour");
    bad(7, &[0x00, 0], "a tight rectangle is not as long as it must be");
    bad(7, &[0x00, 0xFF, 0xFF, 0xFF], "a tight rectangle is not as long as it must be");
    bad(7, &[0x90, 0], "a tight rectangle is not as long as it must be");
    bad(7, &[0xA0, 0xBF, 0x25], "a tight rectangle is not as long as it must be");
    bad(-307, &[0, 0, 0x10, 1], "the name of the desktop is too long");
    bad(-314, &[0, 0, 0, 1], "the picture of the pointer is copied from the screen");
    bad(-314, &(-239_i32).to_be_bytes(), "a picture is in an encoding that has no pixels");
    for pointer in [-239, -240, -314] {
        let body = [head(0, 0, 1_025, 1, pointer), vec![0; 4]].concat();
        check(&body, Err(malformed("the picture of the pointer is too large")));
    }
}

#[test]
fn cn_4_an_image_is_walked_from_marker_to_marker() {
    let image = |parts: &[u8]| [head(0, 0, 40, 40, 21), parts.to_vec()].concat();
    check(&image(&[0xFF, 0xD8, 0xFF, 0xD9]), Ok(true));
    check(&image(&[0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0xFF, 0xD9, 0xFF, 0xD9]), Ok(true));
    check(
        &image(&[0xFF, 0xD8, 0xFF, 0xDA, 0, 3, 9, 1, 0xFF, 0, 0xFF, 0xD3, 2, 0xFF, 0xD9]),
        Ok(true),
    );
    check(&image(&[0xFF, 0xD8, 0xFF, 0xDA, 0, 2, 0xFF, 0xDA, 0, 2, 7, 0xFF, 0xD9]), Ok(true));
    let bad = |parts: &[u8], what| check(&image(parts), Err(malformed(what)));
    bad(&[0x89, 0x50], "an image does not begin like one");
    bad(&[0xFF, 0xD8, 0xFE, 0xD9], "an image has no marker where one must be");
    bad(&[0xFF, 0xD8, 0xFF, 0xE0, 0, 1], "a part of an image has no length");
    for marker in [0x00, 0x01, 0xD0, 0xD7, 0xD8, 0xFF] {
        bad(&[0xFF, 0xD8, 0xFF, marker], "an image has a marker out of place");
    }
    bad(&[0xFF, 0xD8, 0xFF, 0xDA, 0, 2, 5, 0xFF, 0xFF], "an image has a marker out of place");
}

#[test]
fn an_empty_rectangle_is_legal_where_viewers_agree_what_follows() {
    for (encoding, body) in [(0, 0), (1, 4), (2, 8), (5, 0)] {
        for (width, height) in [(0, 0), (0, 5), (5, 0)] {
            check(&[head(0, 0, width, height, encoding), vec![0; body]].concat(), Ok(true));
        }
    }
    for encoding in [6, 7, -260, 16, 21] {
        check(&head(0, 0, 0, 5, encoding), Err(malformed("a compressed rectangle is empty")));
    }
}

#[test]
fn ga_35_an_update_draws_if_it_has_pixels() {
    let drew = |rectangle: &[u8]| take(&one(rectangle), PixelFormat::RGB888, usize::MAX).2;
    assert!(drew(&[head(0, 0, 1, 1, 0), vec![0; 4]].concat()));
    assert!(!drew(&head(0, 0, 0, 1, 0)));
    assert!(!drew(&head(0, 0, 9, 9, -258)));
    let mut update = Update::new();
    update.resize(SCREEN);
    let pixels = one(&[head(0, 0, 1, 1, 0), vec![0; 4]].concat());
    assert!(update.take(&pixels[1..], PixelFormat::RGB888).finished.is_ok() && update.drew());
    assert!(update.take(&[0, 0, 0], PixelFormat::RGB888).finished.is_ok() && !update.drew());
}

#[test]
fn the_count_is_of_rectangles_and_the_last_may_come_sooner() {
    let three = [&[0, 0, 0, 3][..], &head(0, 0, 0, 0, 0).repeat(3), &[9]].concat();
    assert_eq!(take(&three, PixelFormat::RGB888, usize::MAX), (3 + 36, Ok(true), false));
    let last = [&[0, 0, 0, 3][..], &head(0, 0, 0, 0, -224), &[9]].concat();
    assert_eq!(take(&last, PixelFormat::RGB888, usize::MAX), (3 + 12, Ok(true), false));
    let open =
        [&[0, 0, 0xFF, 0xFF][..], &head(0, 0, 0, 0, 0).repeat(65_534), &head(0, 0, 0, 0, -224)]
            .concat();
    assert_eq!(take(&open, PixelFormat::RGB888, usize::MAX), (open.len() - 1, Ok(true), false));
    assert_eq!(take(&[0, 0, 0, 0, 9], PixelFormat::RGB888, usize::MAX), (3, Ok(true), false));
}

#[test]
fn the_format_counts_that_a_rectangle_began_with() {
    let mut update = Update::new();
    update.resize(SCREEN);
    let begun = [&[0, 0, 2][..], &head(0, 0, 32, 16, 5), &[1]].concat();
    assert_eq!(update.take(&begun, PixelFormat::RGB332), Taken { bytes: 16, finished: Ok(false) });
    let rest = [vec![0; 256], vec![1], vec![0; 256], head(0, 0, 3, 1, 0), vec![0; 12]].concat();
    assert_eq!(
        update.take(&rest, PixelFormat::RGB888),
        Taken { bytes: rest.len(), finished: Ok(true) }
    );
}

#[test]
fn it_is_small() {
    assert!(size_of::<Update>() < 200, "{}", size_of::<Update>());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn chunks_make_no_difference(
        (format, (bytes, draws)) in strategies::pixel_format()
            .prop_flat_map(|format| (Just(format), strategies::any_update(SCREEN, format))),
        chunk in 1_usize..40,
    ) {
        let whole = (bytes.len() - 1, Ok(true), draws);
        prop_assert_eq!(take(&bytes, format, usize::MAX), whole);
        prop_assert_eq!(take(&bytes, format, chunk), whole);
    }

    #[test]
    fn cn_4_noise_is_judged_alike_in_any_chunks(
        (mut bytes, _) in strategies::any_update(SCREEN, PixelFormat::RGB888),
        spoilt in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        chunk in 1_usize..40,
    ) {
        for (index, byte) in spoilt {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        let whole = take(&bytes, PixelFormat::RGB888, usize::MAX);
        prop_assert!(whole.0 < bytes.len());
        prop_assert_eq!(take(&bytes, PixelFormat::RGB888, 1), whole);
        prop_assert_eq!(take(&bytes, PixelFormat::RGB888, chunk), whole);
    }
}

#[track_caller]
fn check(rectangles: &[u8], expected: Result<bool, Violation>) {
    let mut bytes = open(rectangles);
    let whole = bytes.len() - 1;
    let taken = take(&bytes, PixelFormat::RGB888, usize::MAX);
    assert_eq!(taken.1, expected);
    assert_eq!(take(&bytes, PixelFormat::RGB888, 1), taken);
    if expected.is_ok() {
        bytes.extend([0; 9]);
        assert_eq!(take(&bytes, PixelFormat::RGB888, usize::MAX).0, whole);
    }
}

/// What a session takes of a message, where its first byte is read already: how much of it, with
/// what outcome, and whether that drew something.
fn take(
    message: &[u8],
    format: PixelFormat,
    chunk: usize,
) -> (usize, Result<bool, Violation>, bool) {
    let mut update = Update::new();
    update.resize(SCREEN);
    let mut bytes = 0;
    for chunk in message[1..].chunks(chunk) {
        let taken = update.take(chunk, format);
        bytes += taken.bytes;
        if taken.finished != Ok(false) {
            return (bytes, taken.finished, update.drew());
        }
        assert_eq!(taken.bytes, chunk.len());
    }
    (bytes, Ok(false), update.drew())
}

fn one(rectangle: &[u8]) -> Vec<u8> {
    [&[0, 0, 0, 1], rectangle].concat()
}

fn open(rectangles: &[u8]) -> Vec<u8> {
    [&[0, 0, 0xFF, 0xFF], rectangles, &head(0, 0, 0, 0, -224)].concat()
}

fn head(x: u16, y: u16, width: u16, height: u16, encoding: i32) -> Vec<u8> {
    let place = [x, y, width, height].map(u16::to_be_bytes).concat();
    [place, encoding.to_be_bytes().to_vec()].concat()
}

fn outside(x: u16, y: u16) -> Violation {
    outside_of(SCREEN.width, x, y)
}

fn outside_of(screen_width: u16, x: u16, y: u16) -> Violation {
    let screen_height = SCREEN.height;
    Violation::RectangleOutside { x, y, width: 10, height: 10, screen_width, screen_height }
}

const SCREEN: Size = Size { width: 640, height: 480 };

const FORMATS: [PixelFormat; 3] = [PixelFormat::RGB888, PixelFormat::RGB565, PixelFormat::RGB332];
