//! What goes on once a session is open.

use super::*;

#[test]
fn cn_4_what_a_guest_sends_needs_its_permission() {
    for always in [&REQUEST[..], &FENCE, &set_pixel_format(FORMAT), &[2, 0, 0, 1, 0, 0, 0, 7]] {
        check_guest(always, |_| true, |_| 0);
    }
    check_guest(&[150, 1, 0, 0, 0, 0, 0, 9, 0, 9], |_| true, |_| 0);
    for never in [[250, 0, 1, 2].to_vec(), [&[251, 0, 0, 9, 0, 9, 1, 0], &[7; 16][..]].concat()] {
        check_guest(&never, |_| false, |_| 0);
    }
    for key in [&KEY_DOWN[..], &KEY_UP, &QEMU_DOWN, &QEMU_UP] {
        check_guest(key, |may| may.keyboard, |may| u64::from(!may.keyboard));
    }
    check_guest(&POINTER, |may| may.mouse, |may| u64::from(!may.mouse));
    let notify = extended(6, [8, 0, 0, 1], &[]);
    for gives in [cut_text(6, b"hello"), provide(6, b"hello\0"), notify] {
        check_guest(&gives, |may| may.paste, |may| u64::from(!may.paste));
    }
    for asks in [extended(6, [2, 0, 0, 1], &[]), extended(6, [4, 0, 0, 0], &[])] {
        check_guest(&asks, |may| may.copy, |may| u64::from(!may.copy));
    }
    let caps = extended(6, [0x1f, 0, 0, 1], &[0; 4]);
    check_guest(&caps, |may| may.copy || may.paste, |may| u64::from(!may.copy && !may.paste));
}

#[test]
fn cn_4_what_a_computer_sends_needs_its_permission() {
    let colours = [1, 0, 0, 0, 0, 2, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6];
    for always in [&pixel()[..], &colours, &[2], &FENCE, &[150], &[0, 0, 0, 0]] {
        check_computer(always, |_| true);
    }
    check_computer(&[250, 0, 1, 1], |_| false);
    let notify = extended(3, [8, 0, 0, 1], &[]);
    for gives in [cut_text(3, b"hello"), provide(3, b"hello\0"), notify] {
        check_computer(&gives, |may| may.copy);
    }
    for asks in [extended(3, [2, 0, 0, 1], &[]), extended(3, [4, 0, 0, 0], &[])] {
        check_computer(&asks, |may| may.paste);
    }
    check_computer(&extended(3, [0x1f, 0, 0, 1], &[0; 4]), |may| may.copy || may.paste);
}

#[test]
fn cn_4_long_text_of_the_computer_is_skipped() {
    check_computer(&cut_text(3, &vec![b'a'; 65_536]), |may| may.copy);
    check_computer(&cut_text(3, &vec![b'a'; 65_537]), |_| false);
    check_computer(&cut_text(3, &vec![b'a'; 1_000_000]), |_| false);
    check_computer(&extended(3, [0x10, 0, 0, 1], &vec![b'a'; 65_533]), |_| false);
    check_computer(&provide(3, &vec![b'a'; 1_000_000]), |_| false);
}

#[test]
fn cn_4_encodings_are_reduced_to_those_that_are_understood() {
    let mut wire = Wire::open(everything());
    // ZRLE, one of H.264's, JPEG quality 6, extended mouse buttons, last rectangle.
    let wanted = encodings(&[16, 50, -26, -316, -224]);
    wire.guest(&[&wanted[..], &REQUEST].concat()).unwrap();
    let known = encodings(&[16, -26, -224]);
    assert_eq!(wire.computer_heard(), [&known[..], &REQUEST].concat());
    wire.guest(&encodings(&[50])).unwrap();
    assert_eq!(wire.computer_heard(), encodings(&[]));
}

#[test]
fn cn_8_what_the_guest_holds_is_released() {
    let mut wire = Wire::open(everything());
    wire.guest(&[&KEY_DOWN[..], &QEMU_DOWN, &POINTER].concat()).unwrap();
    let buttons_up = [5, 0, 0, 10, 0, 20];
    assert_eq!(wire.released(), [&QEMU_UP[..], &KEY_UP, &buttons_up].concat());
    assert_eq!(wire.released(), [0; 0]);
}

#[test]
fn cn_8_what_was_not_forwarded_is_not_held() {
    let mut wire = Wire::open(Permissions::default());
    wire.guest(&[&KEY_DOWN[..], &QEMU_DOWN, &POINTER].concat()).unwrap();
    assert_eq!(wire.released(), [0; 0]);
    let mut wire = Wire::open(everything());
    wire.guest(&[&KEY_DOWN[..], &KEY_UP, &POINTER[..5]].concat()).unwrap();
    assert_eq!(wire.released(), [0; 0]);
}

#[test]
fn cn_8_keys_are_released_even_after_a_violation() {
    let mut wire = Wire::open(everything());
    let unknown = Violation::UnknownMessage { side: Side::Guest, kind: 99 };
    assert_eq!(wire.guest(&[&KEY_DOWN[..], &[99]].concat()), Err(unknown));
    assert_eq!(wire.computer_heard(), KEY_DOWN);
    assert_eq!(wire.released(), KEY_UP);
}

#[test]
fn cn_12_keys_beyond_all_fingers_are_refused_and_counted() {
    let mut wire = Wire::open(everything());
    for key in 0..70 {
        wire.guest(&[4, 1, 0, 0, 0, 0, 1, key]).unwrap();
    }
    assert_eq!(wire.computer_heard().len(), 64 * KEY_DOWN.len());
    assert_eq!(wire.policer.refused_input(), 6);
    assert_eq!(wire.released().len(), 64 * KEY_UP.len());
}

#[test]
fn ga_35_updates_with_pixels_are_counted_once_whole() {
    let mut wire = Wire::open(Permissions::default());
    let nothing = [0, 0, 0, 0];
    let pointer = [&[0, 0, 0, 1][..], &[0; 8], &(-239i32).to_be_bytes()].concat();
    wire.computer(&[&nothing[..], &pointer].concat()).unwrap();
    assert_eq!(wire.policer.pictures(), 0);
    let (last, before) =
        pixel().split_last().map(|(last, before)| (*last, before.to_vec())).unwrap();
    wire.computer(&before).unwrap();
    assert_eq!(wire.policer.pictures(), 0);
    wire.computer(&[last]).unwrap();
    assert_eq!(wire.policer.pictures(), 1);
    wire.computer(&[pixel(), pixel()].concat()).unwrap();
    assert_eq!(wire.policer.pictures(), 3);
}

#[test]
fn cn_4_pixels_keep_their_length_while_pictures_are_on_their_way() {
    let small = set_pixel_format(PixelFormat::RGB565);
    let mut wire = Wire::open(everything());
    wire.guest(&small).expect("nothing was asked for");
    wire.guest(&set_pixel_format(FORMAT)).expect("still nothing");
    wire.guest(&REQUEST).unwrap();
    wire.guest(&set_pixel_format(FORMAT)).expect("as long as before");
    wire.computer(&pixel()).unwrap();
    wire.guest(&small).expect("what was asked for has come");
    let two_bytes = &pixel()[..18];
    wire.computer(two_bytes).unwrap();
    wire.computer(&[2]).expect("the update is whole with two bytes");

    wire.guest(&[REQUEST, REQUEST].concat()).unwrap();
    wire.computer(two_bytes).unwrap();
    assert_eq!(wire.guest(&set_pixel_format(FORMAT)), Err(Violation::FormatInFlight));
}

#[test]
fn cn_4_pixels_keep_their_length_within_an_update_and_once_updates_come_by_themselves() {
    let small = set_pixel_format(PixelFormat::RGB565);
    let mut wire = Wire::open(everything());
    wire.computer(&pixel()[..17]).unwrap();
    assert_eq!(wire.guest(&small), Err(Violation::FormatInFlight));

    let mut wire = Wire::open(everything());
    wire.guest(&[150, 1, 0, 0, 0, 0, 0, 9, 0, 9]).unwrap();
    wire.guest(&[150, 0, 0, 0, 0, 0, 0, 9, 0, 9]).unwrap();
    assert_eq!(wire.guest(&small), Err(Violation::FormatInFlight));
}

/// A computer tells of the pointer or the screen as it likes; what was asked for comes later.
#[test]
fn cn_4_an_update_without_pixels_answers_nobody() {
    let mut wire = Wire::open(everything());
    wire.guest(&REQUEST).unwrap();
    wire.computer(&[0, 0, 0, 0]).unwrap();
    let small = set_pixel_format(PixelFormat::RGB565);
    assert_eq!(wire.guest(&small), Err(Violation::FormatInFlight));
}

#[test]
fn what_goes_on_together_is_one_piece() {
    let mut wire = Wire::open(everything());
    wire.guest(&[&REQUEST[..], &KEY_DOWN, &KEY_UP, &POINTER, &FENCE].concat()).unwrap();
    assert_eq!(wire.pieces, 1);
    wire.computer(&[&pixel()[..], &[2], &pixel(), &cut_text(3, b"hi"), &pixel()].concat()).unwrap();
    assert_eq!(wire.pieces, 2);
}

#[test]
fn a_session_with_nothing_in_flight_is_small() {
    assert!(size_of::<Policer>() < 1024, "{}", size_of::<Policer>());
}

/// Has guests with all permissions in turn send `message`; where it is not forwarded, what comes
/// after it is.
#[track_caller]
fn check_guest(
    message: &[u8],
    forwarded: fn(Permissions) -> bool,
    refused: fn(Permissions) -> u64,
) {
    for permissions in all_permissions() {
        let mut wire = Wire::open(permissions);
        wire.guest(&[message, &REQUEST].concat()).expect("the message is fine");
        let expected = if forwarded(permissions) { message } else { &[] };
        assert_eq!(wire.computer_heard(), [expected, &REQUEST].concat(), "{permissions:?}");
        assert_eq!(wire.policer.refused_input(), refused(permissions), "{permissions:?}");
    }
}

#[track_caller]
fn check_computer(message: &[u8], forwarded: fn(Permissions) -> bool) {
    for permissions in all_permissions() {
        let mut wire = Wire::open(permissions);
        wire.computer(&[message, &[2]].concat()).expect("the message is fine");
        let expected = if forwarded(permissions) { message } else { &[] };
        assert!(wire.guest_heard() == [expected, &[2]].concat(), "{permissions:?}");
        assert_eq!(wire.policer.refused_input(), 0);
    }
}

fn all_permissions() -> impl Iterator<Item = Permissions> {
    (0..16u8).map(|bits| Permissions {
        keyboard: bits & 1 != 0,
        mouse: bits & 2 != 0,
        copy: bits & 4 != 0,
        paste: bits & 8 != 0,
    })
}

fn encodings(numbers: &[i32]) -> Vec<u8> {
    let count = u16::try_from(numbers.len()).unwrap().to_be_bytes();
    let numbers = numbers.iter().flat_map(|number| number.to_be_bytes());
    [2, 0].into_iter().chain(count).chain(numbers).collect()
}
