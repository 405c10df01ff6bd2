//! How sessions begin.

use super::*;

#[test]
fn cn_4_a_handshake_of_each_version_passes() {
    let init = &computer_init()[..];
    check(&[
        (Side::Computer, b"RFB 003.008\n"),
        (Side::Guest, b"RFB 003.008\n"),
        (Side::Computer, &[1, 1]),
        (Side::Guest, &[1]),
        (Side::Computer, &[0; 4]),
        (Side::Guest, &[1]),
        (Side::Computer, init),
    ]);
    check(&[
        (Side::Computer, b"RFB 003.008\n"),
        (Side::Guest, b"RFB 003.008\n"),
        (Side::Computer, &[2, 1, 2]),
        (Side::Guest, &[2]),
        (Side::Computer, &[5; 16]),
        (Side::Guest, &[6; 16]),
        (Side::Computer, &[0; 4]),
        (Side::Guest, &[1]),
        (Side::Computer, init),
    ]);
    check(&[
        (Side::Computer, b"RFB 003.008\n"),
        (Side::Guest, b"RFB 003.007\n"),
        (Side::Computer, &[1, 1]),
        (Side::Guest, &[1]),
        (Side::Guest, &[1]),
        (Side::Computer, init),
    ]);
    check(&[
        (Side::Computer, b"RFB 003.007\n"),
        (Side::Guest, b"RFB 003.003\n"),
        (Side::Computer, &[0, 0, 0, 1]),
        (Side::Guest, &[1]),
        (Side::Computer, init),
    ]);
    check(&[
        (Side::Computer, b"RFB 003.003\n"),
        (Side::Guest, b"RFB 003.003\n"),
        (Side::Computer, &[0, 0, 0, 2]),
        (Side::Computer, &[5; 16]),
        (Side::Guest, &[6; 16]),
        (Side::Computer, &[0; 4]),
        (Side::Guest, &[1]),
        (Side::Computer, init),
    ]);
}

#[test]
fn cn_4_a_refusal_passes_and_ends_the_handshake() {
    check_refused(&[
        (Side::Computer, b"RFB 003.008\n"),
        (Side::Guest, b"RFB 003.008\n"),
        (Side::Computer, b"\0\0\0\0\x04busy"),
    ]);
    check_refused(&[
        (Side::Computer, b"RFB 003.003\n"),
        (Side::Guest, b"RFB 003.003\n"),
        (Side::Computer, b"\0\0\0\0\0\0\0\x04busy"),
    ]);
    check_refused(&[
        (Side::Computer, b"RFB 003.008\n"),
        (Side::Guest, b"RFB 003.008\n"),
        (Side::Computer, &[1, 2]),
        (Side::Guest, &[2]),
        (Side::Computer, &[5; 16]),
        (Side::Guest, &[6; 16]),
        (Side::Computer, b"\0\0\0\x01\0\0\0\x05wrong"),
    ]);
    check_refused(&[
        (Side::Computer, b"RFB 003.007\n"),
        (Side::Guest, b"RFB 003.007\n"),
        (Side::Computer, &[1, 2]),
        (Side::Guest, &[2]),
        (Side::Computer, &[5; 16]),
        (Side::Guest, &[6; 16]),
        (Side::Computer, &[0, 0, 0, 1]),
    ]);
}

#[test]
fn cn_4_a_guest_sees_only_security_that_is_understood() {
    let mut wire = Wire::new(everything());
    wire.computer(b"RFB 003.008\n").unwrap();
    wire.guest(b"RFB 003.008\n").unwrap();
    wire.guest_heard();
    wire.computer(&[5, 19, 2, 16, 30, 1]).unwrap();
    assert_eq!(wire.guest_heard(), [2, 1, 2]);
    assert_eq!(wire.guest(&[19]), Err(Violation::Security));
}

#[test]
fn cn_9_a_guest_is_never_alone_on_the_computer() {
    for shared in [0, 1, 255] {
        let mut wire = Wire::new(everything());
        for (side, said) in handshake().into_iter().take(5) {
            wire.say(side, &said).unwrap();
        }
        wire.computer_heard();
        wire.guest(&[shared]).unwrap();
        assert_eq!(wire.computer_heard(), [1]);
    }
}

#[test]
fn cn_4_nobody_speaks_out_of_turn() {
    for spoken in 0..handshake().len() {
        let mut wire = Wire::new(everything());
        for (side, said) in handshake().into_iter().take(spoken) {
            wire.say(side, &said).unwrap();
        }
        let side = match handshake()[spoken].0 {
            Side::Guest => Side::Computer,
            Side::Computer => Side::Guest,
        };
        assert_eq!(wire.say(side, &[0]), Err(Violation::OutOfTurn { side }), "after {spoken}");
    }
}

#[test]
fn cn_4_a_handshake_that_makes_no_sense_ends_the_session() {
    let version: (Side, &[u8]) = (Side::Computer, b"RFB 003.008\n");
    let answer: (Side, &[u8]) = (Side::Guest, b"RFB 003.008\n");
    check_broken(&[(Side::Computer, b"RFB 003.889\n")], Violation::Version);
    check_broken(&[(Side::Computer, b"SSH-2.0-OpenSSH_9.2\r\n")], Violation::Version);
    check_broken(
        &[(Side::Computer, b"RFB 003.003\n"), (Side::Guest, b"RFB 003.008\n")],
        Violation::Version,
    );
    check_broken(&[version, answer, (Side::Computer, &[1, 19])], Violation::Security);
    let choice = (Side::Guest, &[2][..]);
    check_broken(&[version, answer, (Side::Computer, &[1, 1]), choice], Violation::Security);
    let long = (Side::Computer, &[0, 0, 0, 0x10, 1][..]);
    let reason = too_long("the reason of a refusal", 4097, 4096);
    check_broken(&[version, answer, long], reason);
    let none = [version, answer, (Side::Computer, &[1, 1]), (Side::Guest, &[1])];
    let strange = (Side::Computer, &[0, 0, 1, 0][..]);
    check_broken(&[&none[..], &[strange]].concat(), Violation::SecurityResult { code: 256 });
    let mut init = computer_init();
    init[22..24].copy_from_slice(&[0x10, 1]);
    let fine = [(Side::Computer, &[0; 4][..]), (Side::Guest, &[1])];
    let name = too_long("the name of the computer", 4097, 4096);
    check_broken(&[&none[..], &fine, &[(Side::Computer, &init)]].concat(), name);
}

/// Has both sides say this byte by byte and at once, and expects that they hear each other.
#[track_caller]
fn check(said: &[(Side, &[u8])]) {
    for chunk in [1, usize::MAX] {
        let mut wire = heard(said, chunk);
        wire.guest(&REQUEST).expect("the session is open");
        wire.computer(&pixel()).expect("the session is open");
    }
}

#[track_caller]
fn check_refused(said: &[(Side, &[u8])]) {
    for chunk in [1, usize::MAX] {
        for side in [Side::Guest, Side::Computer] {
            let over = heard(said, chunk).say(side, &[0]);
            assert_eq!(over, Err(Violation::OutOfTurn { side }));
        }
    }
}

#[track_caller]
fn heard(said: &[(Side, &[u8])], chunk: usize) -> Wire {
    let mut wire = Wire::new(Permissions::default());
    for (side, said) in said {
        for bytes in said.chunks(chunk) {
            wire.say(*side, bytes).expect("the handshake is fine");
        }
        let heard = match side {
            Side::Guest => wire.computer_heard(),
            Side::Computer => wire.guest_heard(),
        };
        assert_eq!(heard, *said);
    }
    wire
}

#[track_caller]
fn check_broken(said: &[(Side, &[u8])], expected: Violation) {
    let mut wire = Wire::new(everything());
    let (last, before) = said.split_last().expect("somebody says something");
    for (side, said) in before {
        wire.say(*side, said).expect("so far it is fine");
    }
    assert_eq!(wire.say(last.0, last.1), Err(expected));
}

fn too_long(what: &'static str, length: u32, most: u32) -> Violation {
    Violation::TooLong { what, length, most }
}
