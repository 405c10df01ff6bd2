//! The path from a person's certificate to a root that a team believes (RFC 5280, section 6).

use guest_core::{CHAIN_MOST, Email, Instant, Unverified};
use rustls_pki_types::CertificateDer;
use sha2::{Digest, Sha256};
use webpki::EndEntityCert;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{BasicConstraints, ExtendedKeyUsage, KeyUsage, ParsedExtension};
use x509_parser::oid_registry as oid;
use x509_parser::prelude::FromDer;
use x509_parser::time::ASN1Time;
use x509_parser::x509::{AlgorithmIdentifier, X509Version};

use super::list::Lists;
use super::pem::Roots;
use super::{names, person};

/// What a verified chain says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Certified {
    /// Names the root, by its name and key, so that a renewed one stays the same.
    pub root: String,
    /// Where mail reaches the person.
    pub email: Email,
    /// What they are called.
    pub name: Option<String>,
    /// Whom the certificate names.
    pub subject: String,
    /// Who issued it.
    pub issuer: String,
    /// Its number, in hexadecimal digits.
    pub serial: String,
    /// From when every certificate of the chain is valid.
    pub not_before: Instant,
    /// Until when every certificate of the chain is valid.
    pub not_after: Instant,
}

/// Finds a path from the first certificate of a chain to a root, and reads whom it names (OR-33).
///
/// The other certificates may stand in any order, the root among them or not.
///
/// # Errors
///
/// Returns what is wrong with the path that came furthest.
pub fn verify(chain: &[Vec<u8>], roots: &Roots, now: Instant) -> Result<Certified, Unverified> {
    if chain.len() > CHAIN_MOST {
        return Err(Unverified::ChainTooLong);
    }
    let certificates = chain.iter().map(|der| read(der)).collect::<Result<Vec<_>, _>>()?;
    let Some((leaf, others)) = certificates.split_first() else {
        return Err(Unverified::Unreadable);
    };
    let anchors: Vec<_> = roots.anchors().iter().filter_map(|der| read(der).ok()).collect();
    let lists = Lists::read(roots.lists());
    let mut walk = Walk { others, anchors: &anchors, lists: &lists, now, checks: CHECKS_MOST };
    let Found { path, anchor } = walk.find(&mut vec![leaf])?;
    certified(&path, anchor)
}

/// Reads one certificate, with nothing before or after it, of version 3, no extension twice.
fn read(der: &[u8]) -> Result<X509Certificate<'_>, Unverified> {
    let (rest, certificate) = X509Certificate::from_der(der).map_err(|_| Unverified::Unreadable)?;
    let tbs = &certificate.tbs_certificate;
    let mut seen = std::collections::BTreeSet::new();
    let is_readable = |parsed: &ParsedExtension<'_>| {
        !matches!(parsed, ParsedExtension::ParseError { .. } | ParsedExtension::Unparsed)
    };
    // `x509-parser` is lenient with what no signature covers; `webpki` is strict, but knows fewer
    // extensions.
    let strictly = CertificateDer::from(der);
    let is_strict = match EndEntityCert::try_from(&strictly) {
        Ok(_) | Err(webpki::Error::UnsupportedCriticalExtension) => true,
        Err(_) => false,
    };
    let sound = is_strict
        && rest.is_empty()
        && tbs.version() == X509Version::V3
        && tbs.signature == certificate.signature_algorithm
        && tbs.iter_extensions().all(|one| seen.insert(one.oid.as_bytes().to_vec()))
        && tbs.iter_extensions().all(|one| is_readable(one.parsed_extension()));
    if sound { Ok(certificate) } else { Err(Unverified::Unreadable) }
}

/// A search for a path, in which no certificate stands twice.
struct Walk<'c, 'd> {
    others: &'c [X509Certificate<'d>],
    anchors: &'c [X509Certificate<'d>],
    lists: &'c Lists<'d>,
    now: Instant,
    /// How many more signatures may be checked.
    checks: usize,
}

/// A path whose every certificate is valid, from the person's on, and the root it leads to.
struct Found<'c, 'd> {
    path: Vec<&'c X509Certificate<'d>>,
    anchor: &'c X509Certificate<'d>,
}

impl<'c, 'd> Walk<'c, 'd> {
    /// Goes on from the last certificate of `path`: to a root, or through another certificate.
    fn find(
        &mut self,
        path: &mut Vec<&'c X509Certificate<'d>>,
    ) -> Result<Found<'c, 'd>, Unverified> {
        let Some(last) = path.last().copied() else { return Err(Unverified::Unreadable) };
        let issues = |by: &&X509Certificate<'_>| by.subject().as_raw() == last.issuer().as_raw();
        let mut wrong = Unverified::UnknownRoot;
        for anchor in self.anchors.iter().filter(issues) {
            match self.signed(last, anchor).and_then(|()| self.judge(path, anchor)) {
                Ok(()) => return Ok(Found { path: path.clone(), anchor }),
                Err(found) => wrong = further(wrong, found),
            }
        }
        for next in self.others.iter().filter(issues) {
            if path.iter().any(|known| known.as_raw() == next.as_raw()) {
                continue;
            }
            // A root follows the last one.
            if path.len() + 2 > CHAIN_MOST {
                return Err(Unverified::ChainTooLong);
            }
            let found = self.signed(last, next).and_then(|()| {
                path.push(next);
                let found = self.find(path);
                path.pop();
                found
            });
            match found {
                Ok(found) => return Ok(found),
                Err(found) => wrong = further(wrong, found),
            }
        }
        Err(wrong)
    }

    /// Checks the signature of one certificate by another's key; SHA-1 is not taken.
    fn signed(
        &mut self,
        certificate: &X509Certificate<'_>,
        by: &X509Certificate<'_>,
    ) -> Result<(), Unverified> {
        self.checks = self.checks.checked_sub(1).ok_or(Unverified::ChainTooLong)?;
        if !is_taken(&certificate.signature_algorithm) {
            return Err(Unverified::ChainBroken);
        }
        certificate.verify_signature(Some(by.public_key())).map_err(|_| Unverified::ChainBroken)
    }

    /// Judges a path that leads to a root by its signatures.
    fn judge(
        &self,
        path: &[&X509Certificate<'d>],
        anchor: &X509Certificate<'d>,
    ) -> Result<(), Unverified> {
        let whole: Vec<_> = path.iter().copied().chain([anchor]).collect();
        for certificate in &whole {
            require_valid(certificate, self.now)?;
            require_known(certificate)?;
        }
        for (below, authority) in whole.iter().enumerate().skip(1) {
            require_authority(authority, whole.get(1..below).unwrap_or_default())?;
            let under = whole.get(..below).unwrap_or_default();
            names::require_allowed(authority, under)?;
        }
        for (certificate, issuer) in whole.iter().zip(whole.iter().skip(1)) {
            self.lists.require_unrevoked(certificate, issuer, self.now)?;
        }
        path.first().map_or(Ok(()), |leaf| require_usage(leaf))
    }
}

/// Returns which of two things that are wrong came further: a path that leads nowhere says least.
fn further(known: Unverified, found: Unverified) -> Unverified {
    if known == Unverified::UnknownRoot { found } else { known }
}

/// Returns whether signatures made like this are taken: RSA, ECDSA and Ed25519, with SHA-256 or
/// better.
pub(super) fn is_taken(algorithm: &AlgorithmIdentifier<'_>) -> bool {
    let taken = [
        oid::OID_PKCS1_SHA256WITHRSA,
        oid::OID_PKCS1_SHA384WITHRSA,
        oid::OID_PKCS1_SHA512WITHRSA,
        oid::OID_PKCS1_RSASSAPSS,
        oid::OID_SIG_ECDSA_WITH_SHA256,
        oid::OID_SIG_ECDSA_WITH_SHA384,
        oid::OID_SIG_ED25519,
    ];
    taken.contains(&algorithm.algorithm)
}

fn require_valid(certificate: &X509Certificate<'_>, now: Instant) -> Result<(), Unverified> {
    let validity = certificate.validity();
    if now.timestamp() < validity.not_before.timestamp() {
        return Err(Unverified::NotYetValid);
    }
    if validity.not_after.timestamp() < now.timestamp() {
        return Err(Unverified::Expired);
    }
    Ok(())
}

/// Requires that nothing critical is said that is not understood here.
///
/// Policies are: none is asked for, so that any will do.
fn require_known(certificate: &X509Certificate<'_>) -> Result<(), Unverified> {
    let known = [
        oid::OID_X509_EXT_KEY_USAGE,
        oid::OID_X509_EXT_EXTENDED_KEY_USAGE,
        oid::OID_X509_EXT_BASIC_CONSTRAINTS,
        oid::OID_X509_EXT_NAME_CONSTRAINTS,
        oid::OID_X509_EXT_SUBJECT_ALT_NAME,
        oid::OID_X509_EXT_CERTIFICATE_POLICIES,
    ];
    let mut critical = certificate.iter_extensions().filter(|one| one.critical);
    if critical.all(|one| known.contains(&one.oid)) {
        Ok(())
    } else {
        Err(Unverified::UnknownCritical)
    }
}

/// Requires that a certificate may issue others, with `between` it and the person's.
fn require_authority(
    authority: &X509Certificate<'_>,
    between: &[&X509Certificate<'_>],
) -> Result<(), Unverified> {
    let (mut constraints, mut usage, mut purpose) = (None, None, None);
    read_usage(authority, &mut constraints, &mut usage, &mut purpose);
    // Those that an authority issues to itself do not count (RFC 5280, section 6.1.4).
    let counted = between.iter().filter(|one| one.subject().as_raw() != one.issuer().as_raw());
    let depth = u32::try_from(counted.count()).unwrap_or(u32::MAX);
    let may_issue = constraints
        .is_some_and(|one| one.ca && one.path_len_constraint.is_none_or(|most| depth <= most));
    let is_for_it = usage.is_none_or(KeyUsage::key_cert_sign)
        && purpose.is_none_or(|purpose| purpose.any || purpose.client_auth);
    if may_issue && is_for_it { Ok(()) } else { Err(Unverified::NotAnAuthority) }
}

/// Requires that a person's certificate is for signatures by clients (OR-33).
fn require_usage(leaf: &X509Certificate<'_>) -> Result<(), Unverified> {
    let (mut constraints, mut usage, mut purpose) = (None, None, None);
    read_usage(leaf, &mut constraints, &mut usage, &mut purpose);
    let signs = usage.is_some_and(KeyUsage::digital_signature);
    let is_client = purpose.is_none_or(|purpose| purpose.any || purpose.client_auth);
    if signs && is_client { Ok(()) } else { Err(Unverified::WrongUsage) }
}

fn read_usage<'c>(
    certificate: &'c X509Certificate<'_>,
    constraints: &mut Option<&'c BasicConstraints>,
    usage: &mut Option<&'c KeyUsage>,
    purpose: &mut Option<&'c ExtendedKeyUsage<'c>>,
) {
    *constraints = certificate.basic_constraints().ok().flatten().map(|one| one.value);
    *usage = certificate.key_usage().ok().flatten().map(|one| one.value);
    *purpose = certificate.extended_key_usage().ok().flatten().map(|one| one.value);
}

/// Reads whom the first certificate of a valid path names.
fn certified(
    path: &[&X509Certificate<'_>],
    anchor: &X509Certificate<'_>,
) -> Result<Certified, Unverified> {
    let Some(leaf) = path.first() else { return Err(Unverified::Unreadable) };
    let spans = || path.iter().copied().chain([anchor]).map(|one| one.validity());
    let latest = spans().map(|span| span.not_before).max();
    let earliest = spans().map(|span| span.not_after).min();
    let root = Sha256::new()
        .chain_update(anchor.subject().as_raw())
        .chain_update(anchor.public_key().raw)
        .finalize();
    Ok(Certified {
        root: format!("x509:{}", data_encoding::HEXLOWER.encode(&root)),
        email: person::email(leaf)?,
        name: person::name(leaf),
        subject: person::told(leaf.subject()),
        issuer: person::told(leaf.issuer()),
        serial: data_encoding::HEXLOWER.encode(leaf.raw_serial()),
        not_before: latest.and_then(instant).ok_or(Unverified::Unreadable)?,
        not_after: earliest.and_then(instant).ok_or(Unverified::Unreadable)?,
    })
}

pub(super) fn instant(time: ASN1Time) -> Option<Instant> {
    Instant::from_timestamp(time.timestamp(), 0)
}

/// How many signatures are checked in search of a path: enough for a few that lead nowhere.
const CHECKS_MOST: usize = 64;
