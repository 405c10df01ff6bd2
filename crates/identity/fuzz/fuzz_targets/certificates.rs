//! Chains of certificates, and files of them: whatever they hold, nothing verifies that the root
//! has not issued.
#![no_main]

use std::sync::LazyLock;

use guest_core::Instant;
use guest_identity::x509::{self, Roots};
use guest_testkit::Authority;
use libfuzzer_sys::fuzz_target;

static ROOTS: LazyLock<Roots> = LazyLock::new(|| {
    let root = Authority::new("Acme Root");
    let mut roots = Roots::default();
    roots.add_certificates(root.der()).expect("a root");
    roots.add_lists(&root.revoke(&[7])).expect("a list");
    roots
});

fuzz_target!(|made_up: &[u8]| {
    let now = Instant::from_timestamp(1_800_000_000, 0).expect("a moment");
    // The first byte says after how many bytes each certificate ends.
    let Some((size, rest)) = made_up.split_first() else { return };
    let chain: Vec<_> =
        rest.chunks(usize::from(*size) * 8 + 1).take(9).map(<[u8]>::to_vec).collect();
    assert!(x509::verify(&chain, &ROOTS, now).is_err());
    for name in ["rsa-pss-sha256", "ecdsa-sha256", "ed25519", "none"] {
        assert!(x509::has_signed(rest, name, b"a request", rest).is_err());
    }
    let _ = x509::read_chain(rest);
    let mut roots = Roots::default();
    if roots.add_certificates(rest).is_ok() {
        let _ = x509::verify(&chain, &roots, now);
    }
    let _ = roots.add_lists(rest);
});
