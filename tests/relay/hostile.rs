//! Guests who break the protocol, and those who only look as if.

use crate::place::{ALL, Place};
use crate::product::within;
use crate::stream::Stream;
use crate::viewer::Viewer;
use crate::vnc::Vnc;
use crate::words::{self, CAPS, NOTIFY, PROVIDE, REQUEST, TEXT};

#[test]
fn cn_4_what_is_malformed_ends_the_session_and_reaches_nobody() {
    let vnc = Vnc::start(64, 48);
    let place = Place::with_vnc(vnc.port);
    for (name, message) in malformed() {
        let invite = place.invite(ALL);
        let mut guest = place.view(&invite);
        let computer = vnc.seat();
        guest.look();
        // What comes before it arrives, and what comes after it does not.
        let before = [words::key(true, 0x61), words::key(false, 0x61)];
        guest.stream.try_write(&[&before.concat()[..], &message, &words::key(true, 0x62)].concat());
        assert_eq!(guest.stream.ended(), "protocol_error", "{name}");
        assert_eq!(computer.rest(), before, "{name}");
        place.check_ended(&invite, &guest.session, "protocol_error");
    }
    // With permission or without it.
    let invite = place.invite(&[]);
    let mut guest = place.view(&invite);
    guest.say(&[6, 0, 0, 0, 0, 1, 0, 1]);
    assert_eq!(guest.stream.ended(), "protocol_error");
}

#[test]
fn cn_4_a_handshake_that_is_none_ends_the_session() {
    let vnc = Vnc::start(64, 48);
    let place = Place::with_vnc(vnc.port);
    let invite = place.invite(ALL);
    for hello in
        [&b"GET / HTTP/1.1\r\n\r\n"[..], b"RFB 004.001\n", b"RFB 003.008\n\x02", &vec![0; 80_000]]
    {
        let connected = place.connect(&invite);
        let mut stream = place.stream(&connected);
        stream.read(12);
        stream.try_write(hello);
        assert_eq!(stream.ended(), "protocol_error", "{hello:.20?}");
        assert_eq!(vnc.seat().rest(), [[0; 0]; 0]);
    }
    // Speaking before the computer does.
    let connected = place.connect(&invite);
    let mut stream = place.stream(&connected);
    stream.try_write(b"RFB 003.008\n\x01\x01");
    let reason = stream.ended();
    assert_eq!(reason, "protocol_error");
    // More at once than anything of a guest's is long.
    let mut guest = place.view(&invite);
    guest.stream.try_write(&vec![0; 100_000]);
    assert!(within(10, || place.session(&invite, &guest.session)["state"] == "ended"));
    assert_eq!(place.session(&invite, &guest.session)["end_reason"], "protocol_error");
    place.view(&invite).look();
}

#[test]
fn cn_4_however_messages_are_cut_the_same_arrives() {
    let vnc = Vnc::start(64, 48);
    let place = Place::with_vnc(vnc.port);
    let invite = place.invite(ALL);
    let all = everything();
    let whole = arrived(place.view(&invite), &vnc, |stream| stream.write(&all));
    assert!(whole.len() > 12, "{whole:?}");
    let bytewise = arrived(place.view(&invite), &vnc, |stream| {
        for byte in &all {
            stream.write(&[*byte]);
        }
    });
    assert_eq!(bytewise, whole);
    for size in [2, 3, 7, 64, 1000] {
        let pieces = arrived(place.view(&invite), &vnc, |stream| {
            for piece in all.chunks(size) {
                stream.write(piece);
            }
        });
        assert_eq!(pieces, whole, "in pieces of {size}");
    }
}

#[test]
fn cn_4_half_a_message_reaches_nobody() {
    let vnc = Vnc::start(64, 48);
    let place = Place::with_vnc(vnc.port);
    let invite = place.invite(ALL);
    for message in [words::key(true, 0x61), words::pointer(1, 1, 1), words::cut_text(6, "half")] {
        let mut guest = place.view(&invite);
        let computer = vnc.seat();
        guest.say(&message[..message.len() - 1]);
        guest.stream.leave();
        assert_eq!(computer.rest(), [[0; 0]; 0], "{message:?}");
    }
}

/// Whatever comes, the server stands.
#[test]
fn cn_4_noise_harms_nobody() {
    let vnc = Vnc::start(64, 48);
    let mut place = Place::with_vnc(vnc.port);
    let (one, other) = (place.invite(ALL), place.invite(ALL));
    let mut bystander = place.view(&other);
    bystander.look();
    let mut state = 0x2545_F491_u32;
    for _ in 0..20 {
        let mut guest = place.view(&one);
        let noise = std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state.to_be_bytes()[0]
        });
        // It begins as a message, so that it is not over with the first byte.
        let noise: Vec<u8> =
            [&[6, 0, 0, 0, 0xff, 0xff, 0xff, 0][..], &noise.take(4096).collect::<Vec<_>>()]
                .concat();
        guest.stream.try_write(&noise);
        assert_eq!(guest.stream.ended(), "protocol_error");
    }
    bystander.look();
    assert!(place.product.is_running());
}

/// Messages that are none, or break the rules of their kind.
fn malformed() -> Vec<(&'static str, Vec<u8>)> {
    let zeros = |start: &[u8], count| [start, &vec![0; count]].concat();
    let extended = |flags, data: &[u8]| words::extended(6, flags, data);
    vec![
        ("unknown", vec![99]),
        ("set colour map", zeros(&[1], 7)),
        ("QEMU audio", zeros(&[255, 1], 10)),
        ("file transfer", zeros(&[7], 11)),
        ("too many encodings", zeros(&[2, 0, 4, 1], 4 * 1025)),
        ("pixels of 24 bits", zeros(&[0, 0, 0, 0, 24, 24, 0, 1], 12)),
        ("pixels of no size", zeros(&[0], 19)),
        ("text of 4 GiB", vec![6, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff]),
        ("text of 64 KiB and a byte", zeros(&[6, 0, 0, 0, 0, 1, 0, 1], 65_537)),
        ("extended of 2 GiB", vec![6, 0, 0, 0, 0x80, 0, 0, 0]),
        ("extended without flags", zeros(&[6, 0, 0, 0, 0xff, 0xff, 0xff, 0xfe], 2)),
        ("extended of two actions", extended(REQUEST | NOTIFY | TEXT, &[])),
        ("extended of no action", extended(TEXT, &[])),
        ("capabilities without sizes", extended(CAPS | TEXT, &[])),
        ("provided, not compressed", extended(PROVIDE | TEXT, b"plain text")),
        ("provided, a bomb", extended(PROVIDE | TEXT, &bomb())),
        ("a long fence", zeros(&[248, 0, 0, 0, 0, 0, 0, 0, 65], 65)),
    ]
}

/// Sixteen megabytes of text, compressed.
fn bomb() -> Vec<u8> {
    let length = 16u32 << 20;
    let plain = [&length.to_be_bytes()[..], &vec![b'a'; 16 << 20]].concat();
    miniz_oxide::deflate::compress_to_vec_zlib(&plain, 9)
}

/// One of every message a guest may send, and of those that are dropped.
fn everything() -> Vec<u8> {
    [
        words::pixels(false),
        words::encodings(&[0, 16, 7, -223, -308, -313, 12_345]),
        words::key(true, 0x61),
        words::key(false, 0x61),
        words::qemu_key(true, 0x62, 48),
        words::qemu_key(false, 0x62, 48),
        words::pointer(1, 7, 9),
        words::pointer(0, 7, 9),
        words::cut_text(6, "pasted"),
        words::cut_text(6, &"long ".repeat(2000)),
        words::extended(6, CAPS | REQUEST | TEXT, &9u32.to_be_bytes()),
        words::extended(6, NOTIFY | TEXT, &[]),
        words::extended(6, PROVIDE | TEXT, &words::provided("grün")),
        words::fence(b"mark"),
        vec![150, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        // Power and the screen's size are nobody's business.
        vec![250, 0, 1, 2],
        [&[251, 0, 0, 64, 0, 48, 1, 0][..], &[0; 16]].concat(),
        words::ask(false, 64, 48),
    ]
    .concat()
}

/// Has a guest say this, and returns what arrives at the computer up to a request for a picture.
fn arrived(mut guest: Viewer, vnc: &Vnc, say: impl FnOnce(&mut Stream)) -> Vec<Vec<u8>> {
    let computer = vnc.seat();
    say(&mut guest.stream);
    let before = std::iter::from_fn(|| computer.hear().filter(|message| message[0] != 3));
    before.collect()
}
