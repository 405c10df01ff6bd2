//! Who asks to join: people with certificates of a root that the team believes.

use std::pin::pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Waker};

use guest_app::{CertificateProof, Vouching};
use guest_core::{JoinRequestId, JoinTerms, TeamId};
use guest_identity::x509::Roots;
use guest_identity::{Directory, Settings};
use guest_testkit::{Authority, MemStore};
use serde_json::{Value, json};

use crate::world::ORIGIN;

static ROOT: LazyLock<Authority> = LazyLock::new(|| Authority::new("Acme Root"));

/// Returns a directory in which `acme` believes a root, by the clock of the store.
pub(crate) fn believes_a_root(store: &MemStore) -> Arc<dyn Vouching> {
    let store = store.clone();
    Arc::new(Directory::new(with_root(), move || store.now()))
}

/// Returns settings with the root, to which more can be added.
pub(crate) fn with_root() -> Settings {
    let mut roots = Roots::default();
    roots.add_certificates(ROOT.der()).unwrap();
    Settings::default().with_roots(TeamId::parse("acme").unwrap(), roots)
}

/// Returns the request of this number, signed with a certificate that is valid until the first day
/// of a year.
pub(crate) fn signed(number: u128, name: &str, address: &str, until: i32) -> Value {
    signed_for(ORIGIN, number, name, address, until)
}

/// Returns the same for the server that is reached at an address.
pub(crate) fn signed_for(
    server: &str,
    number: u128,
    name: &str,
    address: &str,
    until: i32,
) -> Value {
    let person = ROOT.issue(name, address, 7, until);
    let terms = JoinTerms {
        server,
        team: TeamId::parse("acme").unwrap(),
        request: JoinRequestId::from_bits(number),
        device: None,
    };
    let CertificateProof { chain, algorithm, signature } = person.sign(&terms.message());
    json!({
        "id": terms.request.to_string(),
        "proof": { "chain": chain, "algorithm": algorithm, "signature": signature },
    })
}

/// Returns the request of nova@example.org of this number.
pub(crate) fn of_nova(number: u128) -> Value {
    signed(number, "Nova Stern", "nova@example.org", 2029)
}

/// Waits for a use case that looks at certificates between two units of work.
pub(crate) fn wait<T>(work: impl Future<Output = T>) -> T {
    let (mut work, mut context) = (pin!(work), Context::from_waker(Waker::noop()));
    loop {
        if let Poll::Ready(done) = work.as_mut().poll(&mut context) {
            return done;
        }
        std::thread::yield_now();
    }
}
