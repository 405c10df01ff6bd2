//! Lists of revoked certificates (RFC 5280, section 5).

use guest_core::{Instant, Unverified};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::KeyUsage;
use x509_parser::oid_registry as oid;
use x509_parser::prelude::FromDer;
use x509_parser::revocation_list::CertificateRevocationList;

use super::path::is_taken;

/// The lists that a team's administrators have configured, as far as they can be read.
pub(super) struct Lists<'d>(Vec<CertificateRevocationList<'d>>);

impl<'d> Lists<'d> {
    pub(super) fn read(lists: &'d [Vec<u8>]) -> Self {
        let read = |der: &'d Vec<u8>| {
            let (rest, list) = CertificateRevocationList::from_der(der).ok()?;
            rest.is_empty().then_some(list)
        };
        Self(lists.iter().filter_map(read).collect())
    }

    /// Requires that no list of its issuer's names a certificate, and that one is up to date if
    /// there are any (OR-33).
    pub(super) fn require_unrevoked(
        &self,
        certificate: &X509Certificate<'_>,
        issuer: &X509Certificate<'_>,
        now: Instant,
    ) -> Result<(), Unverified> {
        let mut known = None;
        for list in self.0.iter().filter(|list| is_by(list, issuer)) {
            let mut entries = list.iter_revoked_certificates();
            if entries.any(|entry| entry.raw_serial() == certificate.raw_serial()) {
                return Err(Unverified::Revoked);
            }
            known = Some(known == Some(true) || is_current(list, now));
        }
        match known {
            Some(false) => Err(Unverified::RevocationUnknown),
            Some(true) | None => Ok(()),
        }
    }
}

/// Returns whether an authority has signed a list, and may.
fn is_by(list: &CertificateRevocationList<'_>, issuer: &X509Certificate<'_>) -> bool {
    let usage = issuer.key_usage().ok().flatten();
    list.issuer().as_raw() == issuer.subject().as_raw()
        && usage.is_none_or(|usage| KeyUsage::crl_sign(usage.value))
        && is_taken(&list.signature_algorithm)
        && list.verify_signature(issuer.public_key()).is_ok()
}

/// Returns whether a list tells of everything that is revoked now: neither out of date nor only a
/// part, which a critical extension would say.
fn is_current(list: &CertificateRevocationList<'_>, now: Instant) -> bool {
    let is_whole = list
        .extensions()
        .iter()
        .all(|one| !one.critical || one.oid == oid::OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER);
    let is_over = list.next_update().is_some_and(|next| next.timestamp() < now.timestamp());
    is_whole && !is_over && list.last_update().timestamp() <= now.timestamp()
}
