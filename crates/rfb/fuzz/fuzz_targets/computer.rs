//! What a computer says in an open session, once the guest has chosen a pixel format.
#![no_main]

use guest_rfb_fuzz::{Side, check_session, said};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|made_up: &[u8]| {
    let Some(said) = said(made_up) else { return };
    let format = [&[0; 4], &said.format.to_bytes()[..]].concat();
    let said_by_both = [(Side::Guest, format.as_slice()), (Side::Computer, said.bytes)];
    check_session(said.permissions, &said_by_both, &said.cuts);
});
