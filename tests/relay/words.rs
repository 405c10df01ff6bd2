//! What viewers say, byte by byte as RFC 6143 and its extensions have it.

/// A key goes down or up.
pub(crate) fn key(down: bool, keysym: u32) -> Vec<u8> {
    [&[4, down.into(), 0, 0][..], &keysym.to_be_bytes()].concat()
}

/// A key goes down or up, as QEMU tells it.
pub(crate) fn qemu_key(down: bool, keysym: u32, keycode: u32) -> Vec<u8> {
    [&[255, 0, 0, down.into()][..], &keysym.to_be_bytes(), &keycode.to_be_bytes()].concat()
}

/// The pointer is here, with these buttons down.
pub(crate) fn pointer(buttons: u8, x: u16, y: u16) -> Vec<u8> {
    [&[5, buttons][..], &x.to_be_bytes(), &y.to_be_bytes()].concat()
}

/// The clipboard has this text; from either side, apart from the type.
pub(crate) fn cut_text(kind: u8, text: &str) -> Vec<u8> {
    let latin: Vec<u8> = text.chars().map(|letter| u8::try_from(letter).unwrap()).collect();
    [&[kind, 0, 0, 0][..], &u32::try_from(latin.len()).unwrap().to_be_bytes(), &latin].concat()
}

/// A message of the extended clipboard; from either side, apart from the type.
pub(crate) fn extended(kind: u8, flags: u32, data: &[u8]) -> Vec<u8> {
    let length = -i32::try_from(4 + data.len()).unwrap();
    [&[kind, 0, 0, 0][..], &length.to_be_bytes(), &flags.to_be_bytes(), data].concat()
}

/// A text as the extended clipboard brings it.
pub(crate) fn provided(text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len() + 1).unwrap();
    let plain = [&length.to_be_bytes()[..], text.as_bytes(), &[0]].concat();
    miniz_oxide::deflate::compress_to_vec_zlib(&plain, 6)
}

/// These encodings are understood.
pub(crate) fn encodings(numbers: &[i32]) -> Vec<u8> {
    let count = u16::try_from(numbers.len()).unwrap().to_be_bytes();
    let numbers = numbers.iter().flat_map(|number| number.to_be_bytes());
    [2, 0].into_iter().chain(count).chain(numbers).collect()
}

/// A picture of this much of the screen is wanted.
pub(crate) fn ask(incremental: bool, width: u16, height: u16) -> Vec<u8> {
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    [&[3, incremental.into(), 0, 0, 0, 0][..], &size].concat()
}

/// Pixels are to come in four bytes, or in one.
pub(crate) fn pixels(small: bool) -> Vec<u8> {
    let format = if small {
        [8, 8, 0, 1, 0, 7, 0, 7, 0, 3, 5, 2, 0, 0, 0, 0]
    } else {
        [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0]
    };
    [&[0; 4][..], &format].concat()
}

/// A mark in the stream.
pub(crate) fn fence(payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).unwrap();
    [&[248, 0, 0, 0, 0x80, 0, 0, 0, length][..], payload].concat()
}

/// Flags of the extended clipboard: the one format, and what is done with it.
pub(crate) const TEXT: u32 = 1;
pub(crate) const CAPS: u32 = 1 << 24;
pub(crate) const REQUEST: u32 = 1 << 25;
pub(crate) const PEEK: u32 = 1 << 26;
pub(crate) const NOTIFY: u32 = 1 << 27;
pub(crate) const PROVIDE: u32 = 1 << 28;

/// The number under which a viewer says that it speaks the extended clipboard.
pub(crate) const EXTENDED_CLIPBOARD: i32 = 0xC0A1_E5CE_u32.cast_signed();
