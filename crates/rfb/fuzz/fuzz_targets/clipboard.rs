//! What a guest provides on the extended clipboard, compressed as it should be or not at all.
#![no_main]

use guest_rfb::{Action, CutText, GuestMessage, Violation};
use guest_rfb_fuzz::said;
use libfuzzer_sys::fuzz_target;
use miniz_oxide::deflate::compress_to_vec_zlib;

fuzz_target!(|made_up: &[u8]| {
    let Some(said) = said(made_up) else { return };
    let Some((&[high, low], content)) = said.bytes.split_first_chunk() else { return };
    let formats = u16::from_be_bytes([high, low]);
    let data = if said.variant { content.to_vec() } else { compress_to_vec_zlib(content, 1) };
    let message = provide(formats, &data);
    match GuestMessage::length(&message) {
        Ok(length) => assert_eq!(length, message.len()),
        Err(_) => return,
    }
    let parsed = GuestMessage::parse(&message);
    if !said.variant {
        assert_eq!(parsed.is_ok(), is_proper(formats, content), "{formats:#x} {parsed:?}");
    }
    match parsed {
        Ok(GuestMessage::CutText(text)) => {
            let CutText::Extended(extended) = text else { panic!("{text:?} is not extended") };
            assert_eq!(extended.action(), Action::Provide);
            assert!(text.text().is_none_or(|text| text.len() <= 3 * TEXT_MOST));
        }
        Err(Violation::Clipboard { .. } | Violation::TooLong { .. }) => {}
        other => panic!("{other:?}"),
    }
});

fn provide(formats: u16, data: &[u8]) -> Vec<u8> {
    let length = i32::try_from(4 + data.len()).expect("what is made up is short");
    let [high, low] = formats.to_be_bytes();
    [&[6, 0, 0, 0], &(-length).to_be_bytes()[..], &[0x10, 0, high, low], data].concat()
}

/// Returns whether the content is one part for each format, each after its length, and short
/// enough together.
fn is_proper(formats: u16, content: &[u8]) -> bool {
    let (mut rest, mut total) = (content, 0);
    for _ in 0..formats.count_ones() {
        let Some((length, after)) = rest.split_first_chunk() else { return false };
        let length = u32::from_be_bytes(*length) as usize;
        let Some(after) = after.get(length..) else { return false };
        total += length;
        rest = after;
    }
    rest.is_empty() && total <= TEXT_MOST + 1
}

/// The longest text, in bytes.
const TEXT_MOST: usize = 64 * 1024;
