//! Peers that mean no good.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

#[test]
fn cn_4_a_hostile_guest_ends_the_session() {
    for kind in [1, 7, 8, 100, 149, 151, 247, 249, 252, 253, 254] {
        check_guest(&[kind], Violation::UnknownMessage { side: Side::Guest, kind });
    }
    check_guest(&[255, 1], Violation::UnknownQemuMessage { kind: 1 });
    check_guest(&[2, 0, 4, 1], too_long("a list of encodings", 1025, 1024));
    check_guest(&[2, 0, 255, 255], too_long("a list of encodings", 65_535, 1024));
    check_guest(&[6, 0, 0, 0, 0, 1, 0, 1], too_long("clipboard text", 65_537, 65_536));
    check_guest(
        &[6, 0, 0, 0, 0x7f, 255, 255, 255],
        too_long("clipboard text", (1 << 31) - 1, 65_536),
    );
    check_guest(&[6, 0, 0, 0, 0x80, 0, 0, 0], too_long("clipboard text", 1 << 31, 65_536));
    check_guest(&provide(6, &vec![0; 65_538]), too_long("clipboard text", 65_538, 65_536));
    check_guest(&provide(6, &vec![0; 2_000_000]), too_long("clipboard text", 2_000_000, 65_536));
    check_guest(&[248, 0, 0, 0, 0, 0, 0, 0, 65], too_long("the payload of a fence", 65, 64));
    for (flags, data) in
        [([0x12, 0, 0, 1], &[][..]), ([0x10, 0, 0, 1], b"plain"), ([2, 0, 0, 1], &[0])]
    {
        check_malformed(&extended(6, flags, data));
    }
    check_malformed(&[6, 0, 0, 0, 255, 255, 255, 253, 1, 2, 3]);
    for bits in [0, 7, 24, 33, 64] {
        let mut format = set_pixel_format(FORMAT);
        format[4] = bits;
        check_malformed(&format);
    }
}

#[test]
fn cn_4_a_hostile_computer_ends_the_session() {
    for kind in [4, 5, 6, 7, 100, 149, 151, 249, 251, 253, 255] {
        check_computer(&[kind], Violation::UnknownMessage { side: Side::Computer, kind });
    }
    check_computer(&[1, 0, 0, 0, 255, 255], too_long("a colour map", 6 * 65_535, 65_536));
    check_computer(&[248, 0, 0, 0, 0, 0, 0, 0, 255], too_long("the payload of a fence", 255, 64));
    let no_flags = [3, 0, 0, 0, 255, 255, 255, 253, 1, 2, 3];
    check_computer(&no_flags, Violation::Clipboard { what: "it has no flags" });
    let unknown = [&[0, 0, 0, 1][..], &[0; 8], &[0, 0, 0, 99]].concat();
    check_computer(&unknown, Violation::UnknownEncoding { encoding: 99 });
}

#[test]
fn cn_4_after_a_violation_there_is_nothing_but_the_violation() {
    let mut wire = Wire::open(everything());
    let unknown = Violation::UnknownMessage { side: Side::Guest, kind: 99 };
    assert_eq!(wire.guest(&[99]), Err(unknown));
    assert_eq!(wire.guest(&REQUEST), Err(unknown));
    assert_eq!(wire.computer(&pixel()), Err(unknown));
    assert_eq!(wire.guest(&[]), Err(unknown));
    assert_eq!((wire.computer_heard(), wire.guest_heard()), (vec![], vec![]));
}

proptest! {
    #[test]
    fn cn_4_nothing_makes_the_policer_panic(said in vec((side(), vec(any::<u8>(), 0..300)), 0..8), open: bool) {
        let mut wire = if open { Wire::open(everything()) } else { Wire::new(everything()) };
        for (side, bytes) in said {
            let _ = wire.say(side, &bytes);
        }
        wire.released();
    }

    /// The first byte decides on the kind of a message, so that all kinds are met with nonsense.
    #[test]
    fn cn_4_no_message_that_begins_well_makes_the_policer_panic(
        kind in prop::sample::select(vec![0u8, 1, 2, 3, 4, 5, 6, 150, 248, 250, 251, 255]),
        side in side(),
        tail in vec(prop_oneof![Just(0u8), Just(1), any::<u8>()], 0..200),
    ) {
        let mut wire = Wire::open(everything());
        let _ = wire.say(side, &[&[kind], &tail[..]].concat());
        wire.released();
    }
}

pub(super) fn side() -> impl Strategy<Value = Side> {
    prop::sample::select(vec![Side::Guest, Side::Computer])
}

/// Has a guest say this, cut anywhere, and expects that what came before it is all that goes on.
#[track_caller]
fn check_guest(said: &[u8], expected: Violation) {
    check(Side::Guest, &KEY_DOWN, said, |violation| violation == expected);
}

#[track_caller]
fn check_malformed(said: &[u8]) {
    check(Side::Guest, &KEY_DOWN, said, |violation| {
        matches!(violation, Violation::Clipboard { .. } | Violation::PixelFormat { .. })
    });
}

#[track_caller]
fn check_computer(said: &[u8], expected: Violation) {
    check(Side::Computer, &[2], said, |violation| violation == expected);
}

#[track_caller]
fn check(side: Side, before: &[u8], said: &[u8], expected: impl Fn(Violation) -> bool) {
    let all = [before, said].concat();
    for chunk in [all.len(), 1, 3] {
        let mut wire = Wire::open(everything());
        let handled = all.chunks(chunk).try_for_each(|bytes| wire.say(side, bytes));
        assert!(handled.is_err_and(&expected), "{handled:?} in chunks of {chunk}");
        let (heard, others) = match side {
            Side::Guest => (wire.computer_heard(), wire.guest_heard()),
            Side::Computer => (wire.guest_heard(), wire.computer_heard()),
        };
        assert!(heard.starts_with(before) && all.starts_with(&heard), "{heard:?} went on");
        assert!(
            heard == before || heard.get(before.len()) == Some(&0),
            "only pictures go on in parts"
        );
        assert_eq!(others, []);
    }
}

fn too_long(what: &'static str, length: u32, most: u32) -> Violation {
    Violation::TooLong { what, length, most }
}
