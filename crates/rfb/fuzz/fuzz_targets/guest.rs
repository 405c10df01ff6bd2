//! What a guest says in an open session.
#![no_main]

use guest_rfb_fuzz::{Side, check_session, said};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|made_up: &[u8]| {
    let Some(said) = said(made_up) else { return };
    check_session(said.permissions, &[(Side::Guest, said.bytes)], &said.cuts);
});
