//! What a guest and a computer say in turn, in an open session or from their first words on.
#![no_main]

use guest_rfb_fuzz::{check_session, check_streams, said};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|made_up: &[u8]| {
    let Some(said) = said(made_up) else { return };
    if said.variant {
        check_streams(said.permissions, &said.turns(), &said.cuts);
    } else {
        check_session(said.permissions, &said.turns(), &said.cuts);
    }
});
