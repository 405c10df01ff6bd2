//! Requests to join, as strangers send them.
#![no_main]

use std::sync::LazyLock;

use guest_app::{JoinDraft, Vouching as _};
use guest_core::{Instant, TeamId};
use guest_identity::x509::Roots;
use guest_identity::{Directory, Settings};
use guest_testkit::Authority;
use libfuzzer_sys::fuzz_target;

static DIRECTORY: LazyLock<Directory> = LazyLock::new(|| {
    let mut roots = Roots::default();
    roots.add_certificates(Authority::new("Acme Root").der()).expect("a root");
    let settings = Settings::default().with_roots(team(), roots);
    Directory::new(settings, || Instant::from_timestamp(1_800_000_000, 0).expect("a moment"))
});

fuzz_target!(|made_up: &[u8]| {
    let Ok(draft) = serde_json::from_slice::<JoinDraft>(made_up) else { return };
    assert!(DIRECTORY.certify(team(), b"a request", &draft.proof).is_err());
    assert!(DIRECTORY.look_again(team(), &draft.proof.chain).is_err());
});

fn team() -> TeamId {
    TeamId::parse("acme").expect("a name of a team")
}
