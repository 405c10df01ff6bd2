//! Signatures with the key of a certificate over a request (OR-33).

use guest_core::Unverified;
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm};
use webpki::EndEntityCert;
use webpki::ring as algorithms;

/// Checks that the key of a certificate has signed a message.
///
/// # Errors
///
/// Returns that the certificate or the algorithm is not known, or that it has not.
pub fn has_signed(
    certificate: &[u8],
    algorithm: &str,
    message: &[u8],
    signature: &[u8],
) -> Result<(), Unverified> {
    let der = CertificateDer::from(certificate);
    let certificate = EndEntityCert::try_from(&der).map_err(|_| Unverified::Unreadable)?;
    let known = ALGORITHMS.iter().find(|(name, _)| *name == algorithm);
    let Some((_, ways)) = known else { return Err(Unverified::WrongSignature) };
    let verifies = |way: &&dyn SignatureVerificationAlgorithm| {
        certificate.verify_signature(*way, message, signature).is_ok()
    };
    if ways.iter().any(verifies) { Ok(()) } else { Err(Unverified::WrongSignature) }
}

/// How a request can be signed: by name, with the kinds of keys that sign like this.
///
/// ECDSA signatures are in DER, as X.509 has them.
pub const ALGORITHMS: &[(&str, &[&dyn SignatureVerificationAlgorithm])] = &[
    ("rsa-pss-sha256", &[algorithms::RSA_PSS_2048_8192_SHA256_LEGACY_KEY]),
    ("rsa-pss-sha384", &[algorithms::RSA_PSS_2048_8192_SHA384_LEGACY_KEY]),
    ("rsa-pss-sha512", &[algorithms::RSA_PSS_2048_8192_SHA512_LEGACY_KEY]),
    ("rsa-pkcs1-sha256", &[algorithms::RSA_PKCS1_2048_8192_SHA256]),
    ("rsa-pkcs1-sha384", &[algorithms::RSA_PKCS1_2048_8192_SHA384]),
    ("rsa-pkcs1-sha512", &[algorithms::RSA_PKCS1_2048_8192_SHA512]),
    ("ecdsa-sha256", &[algorithms::ECDSA_P256_SHA256, algorithms::ECDSA_P384_SHA256]),
    ("ecdsa-sha384", &[algorithms::ECDSA_P256_SHA384, algorithms::ECDSA_P384_SHA384]),
    ("ed25519", &[algorithms::ED25519]),
];
