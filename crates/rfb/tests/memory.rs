//! How much memory a session takes (CN-4).

#![expect(clippy::expect_used, reason = "the helpers of this test say what is fine")]

use guest_rfb::{Permissions, Piece, PixelFormat, Policer, Violation};
use miniz_oxide::deflate::compress_to_vec_zlib;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// One test, since what is counted is counted for the whole process.
#[test]
fn cn_4_a_session_takes_little_memory() {
    let greeting = greeting();
    let longest = [&[6, 0, 0, 0, 0, 1, 0, 0][..], &vec![b'a'; 65_535]].concat();
    let longest_there = [&[3, 0, 0, 0, 0, 1, 0, 0][..], &vec![b'a'; 65_535]].concat();
    let bomb = provide(&vec![0; 3_000_000]);
    let provided = provide(&vec![b'a'; 65_536]);
    let _profiler = dhat::Profiler::builder().testing().build();

    let mut policer = open(&greeting);
    for _ in 0..3 {
        keys_and_pictures(&mut policer);
    }
    assert!(memory() < 1024, "an idle session keeps {} bytes", memory());
    let before = dhat::HeapStats::get().total_blocks;
    for _ in 0..1_000 {
        keys_and_pictures(&mut policer);
    }
    let allocated = dhat::HeapStats::get().total_blocks - before;
    assert_eq!(allocated, 0, "keys and pictures are not copied");

    guest(&mut policer, &provided).expect("the text is as long as it may be");
    assert!(memory() < 1024, "{} bytes are kept after a long text", memory());
    for byte in longest_there.chunks(1) {
        computer(&mut policer, byte).expect("a part of a text");
    }
    for bytes in longest.chunks(1_000) {
        guest(&mut policer, bytes).expect("a part of a text");
    }
    assert!(memory() < 130 * 1024, "{} bytes are kept of two long texts", memory());
    guest(&mut policer, b"a").expect("the end of a text");
    for bytes in bomb.chunks(1_000) {
        // The last of them shows how long the text is.
        let _ = guest(&mut policer, bytes);
    }
    assert!(matches!(guest(&mut policer, &[]), Err(Violation::TooLong { .. })));
    let most = dhat::HeapStats::get().max_bytes;
    assert!(most < 192 * 1024, "a session took {most} bytes");
}

/// Messages in chunks that cut most of them.
fn keys_and_pictures(policer: &mut Policer) {
    const GUEST: &[u8] = &[
        3, 1, 0, 0, 0, 0, 0, 64, 0, 48, 4, 1, 0, 0, 0, 0, 0, 0x61, 255, 0, 0, 1, 0, 0, 0, 0x62, 0,
        0, 0, 48, 5, 0, 0, 10, 0, 20, 4, 0, 0, 0, 0, 0, 0, 0x61, 255, 0, 0, 0, 0, 0, 0, 0x62, 0, 0,
        0, 48,
    ];
    const COMPUTER: &[u8] = &[0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4, 2];
    for bytes in GUEST.chunks(7) {
        guest(policer, bytes).expect("the messages are fine");
    }
    for bytes in COMPUTER.chunks(5) {
        computer(policer, bytes).expect("the messages are fine");
    }
}

fn open(greeting: &[u8]) -> Policer {
    let all = Permissions { keyboard: true, mouse: true, copy: true, paste: true };
    let mut policer = Policer::new(all);
    let computer_says: [&[u8]; 4] = [b"RFB 003.008\n", &[1, 1], &[0; 4], greeting];
    let guest_says: [&[u8]; 4] = [b"RFB 003.008\n", &[1], &[1], &[]];
    for (asked, answered) in computer_says.into_iter().zip(guest_says) {
        computer(&mut policer, asked).expect("the handshake is fine");
        guest(&mut policer, answered).expect("the handshake is fine");
    }
    policer
}

fn guest(policer: &mut Policer, bytes: &[u8]) -> Result<(), Violation> {
    let judged = policer.handle_guest(bytes, &mut |_: Piece<'_>| {});
    policer.sent();
    judged
}

fn computer(policer: &mut Policer, bytes: &[u8]) -> Result<(), Violation> {
    policer.handle_computer(bytes, &mut |_: Piece<'_>| {})
}

/// Held memory; the policer itself is on the stack.
fn memory() -> usize {
    dhat::HeapStats::get().curr_bytes
}

fn greeting() -> Vec<u8> {
    let format = PixelFormat::RGB888.to_bytes();
    [&[0, 64, 0, 48][..], &format, &[0, 0, 0, 4], b"desk"].concat()
}

fn provide(text: &[u8]) -> Vec<u8> {
    let length = u32::try_from(text.len()).expect("a text that can be said").to_be_bytes();
    let data = compress_to_vec_zlib(&[&length, text].concat(), 6);
    let message = i32::try_from(4 + data.len()).expect("a message that can be said");
    [&[6, 0, 0, 0][..], &(-message).to_be_bytes(), &[0x10, 0, 0, 1], &data].concat()
}
