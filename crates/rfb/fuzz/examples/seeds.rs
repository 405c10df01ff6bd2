//! Writes what fuzzers begin with into `corpus`: well-formed messages of every kind.

use std::fs;
use std::io;
use std::path::Path;

use guest_rfb::screen::{colour_map, cut_text, desktop_name};
use guest_rfb::vectors::{self, Vector};
use guest_rfb::{PixelFormat, Rectangle};
use guest_rfb_fuzz::{SCREEN, Side, Turn, handshake, turns, write_turns};

fn main() -> io::Result<()> {
    for (number, message) in guest_messages().iter().enumerate() {
        write("guest", number, ALL, message)?;
    }
    write("guest", 1000, ALL, &guest_messages().concat())?;
    write("guest", 1001, 0, &guest_messages().concat())?;
    for (at, (bits, format)) in FORMATS.into_iter().enumerate() {
        for (number, update) in updates(format).iter().enumerate() {
            write("computer", 100 * at + number, ALL | bits, update)?;
        }
    }
    for (number, message) in computer_messages().iter().enumerate() {
        write("computer", 1000 + number, ALL | 0x20, message)?;
    }
    for (number, (bits, said)) in sessions().iter().enumerate() {
        write("session", number, *bits, said)?;
    }
    for (number, (bits, said)) in LOGINS.iter().enumerate() {
        write("login", number, *bits, said)?;
    }
    for (number, (formats, content)) in CONTENTS.iter().enumerate() {
        write("clipboard", number, 0, &[&formats.to_be_bytes(), *content].concat())?;
    }
    Ok(())
}

fn write(target: &str, number: usize, bits: u8, said: &[u8]) -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(format!("seed-{number}")), [&[bits, 0x42], said].concat())
}

/// One message of each kind.
fn guest_messages() -> Vec<Vec<u8>> {
    let extended = |actions: u8, data: &[u8]| {
        let length = -i32::try_from(4 + data.len()).expect("it is short");
        [&[6, 0, 0, 0], &length.to_be_bytes()[..], &[actions, 0, 0, 1], data].concat()
    };
    vec![
        [&[0; 4], &PixelFormat::RGB565.to_bytes()[..]].concat(),
        vec![2, 0, 0, 3, 0, 0, 0, 7, 0, 0, 0, 99, 0xff, 0xff, 0xff, 0x21],
        vec![3, 1, 0, 0, 0, 0, 0, 160, 0, 120],
        vec![4, 1, 0, 0, 0, 0, 0, 0x61],
        vec![4, 0, 0, 0, 0, 0, 0, 0x61],
        vec![5, 1, 0, 30, 0, 40],
        [&[6, 0, 0, 0, 0, 0, 0, 4], &b"text"[..]].concat(),
        extended(0x1f, &[0, 0, 0, 9]),
        extended(2, &[]),
        extended(4, &[]),
        extended(8, &[]),
        extended(0x10, b"\x78\x01\x00\x07\x00\xf8\xff\x00\x00\x00\x03hi\x00\x00\x00\x00\xff\xff"),
        vec![150, 1, 0, 0, 0, 0, 0, 160, 0, 120],
        vec![248, 0, 0, 0, 0x80, 0, 0, 0, 2, 1, 2],
        vec![250, 0, 1, 2],
        [&[251, 0, 0, 160, 0, 120, 1, 0], &[7; 16][..]].concat(),
        vec![255, 0, 0, 1, 0, 0, 0, 0x61, 0, 0, 0, 30],
        vec![255, 0, 0, 0, 0, 0, 0, 0x61, 0, 0, 0, 30],
        vec![4, 1, 0, 0, 0, 0, 0, 0x62, 4, 1, 0, 0, 0, 0, 0, 0x63],
    ]
}

/// An update of each kind of rectangle, and one of them all.
fn updates(format: PixelFormat) -> Vec<Vec<u8>> {
    let place = Rectangle { x: 5, y: 6, width: 19, height: 17 };
    let all = vectors::all(place, format, SCREEN);
    let small = |vector: &&Vector| vector.bytes.len() < 2000;
    let mut updates: Vec<_> = all.iter().map(|vector| vectors::update([vector])).collect();
    updates.push(vectors::update(all.iter().filter(small)));
    updates.push(vectors::open_update(all.iter().filter(small)));
    updates
}

/// One message of each kind, pictures aside.
fn computer_messages() -> Vec<Vec<u8>> {
    let mut caps = guest_messages()[7].clone();
    caps[0] = 3;
    vec![
        colour_map(),
        vec![2],
        cut_text("text"),
        caps,
        desktop_name("name"),
        vec![150],
        vec![248, 0, 0, 0, 0, 0, 0, 0, 1, 1],
        vec![250, 0, 1, 1],
    ]
}

/// Both sides in turn, with how they are opened.
fn sessions() -> Vec<(u8, Vec<u8>)> {
    let (said, shown) = (guest_messages().concat(), updates(PixelFormat::RGB888));
    let request = [3, 0, 0, 0, 0, 0, 0, 160, 0, 120];
    let [first, .., last] = &shown[..] else { return Vec::new() };
    let open: Vec<Turn<'_>> = vec![
        (Side::Guest, &request),
        (Side::Computer, first),
        (Side::Guest, &said[20..]),
        (Side::Computer, last),
    ];
    let handshake = handshake();
    let begun = [turns(&handshake), open.clone()].concat();
    let password: Vec<Turn<'_>> = vec![
        (Side::Computer, b"RFB 003.007\n"),
        (Side::Guest, b"RFB 003.007\n"),
        (Side::Computer, &[2, 2, 1]),
        (Side::Guest, &[2]),
        (Side::Computer, &[7; 16]),
        (Side::Guest, &[9; 16]),
        (Side::Computer, &[0; 4]),
    ];
    vec![
        (ALL, write_turns(&open)),
        (ALL | VARIANT, write_turns(&begun)),
        (ALL | VARIANT, write_turns(&password)),
    ]
}

/// All permissions.
const ALL: u8 = 0x0f;

/// The bit of which each fuzzer makes what it likes.
const VARIANT: u8 = 0x80;

const FORMATS: [(u8, PixelFormat); 3] =
    [(0x00, PixelFormat::RGB332), (0x10, PixelFormat::RGB565), (0x20, PixelFormat::RGB888)];

/// Whether there is a password, and what the server says.
const LOGINS: [(u8, &[u8]); 6] = [
    (0, b"RFB 003.008\n\x01\x01\x00\x00\x00\x00"),
    (0, b"RFB 003.007\n\x02\x01\x02"),
    (0, b"RFB 003.003\n\x00\x00\x00\x01"),
    (VARIANT, b"RFB 003.008\n\x01\x02challengechallen\x00\x00\x00\x00and the session"),
    (VARIANT, b"RFB 003.003\n\x00\x00\x00\x02challengechallen\x00\x00\x00\x01and no session"),
    (0, b"RFB 003.889\n\x00\x00\x00\x00\x08too busy"),
];

/// The formats, and what is provided.
const CONTENTS: [(u16, &[u8]); 4] = [
    (1, b"\x00\x00\x00\x05text\x00"),
    (3, b"\x00\x00\x00\x05text\x00\x00\x00\x00\x02rt"),
    (0, b""),
    (1, b"\xff\xff\xff\xfftext"),
];
