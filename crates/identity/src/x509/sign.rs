//! Signing on a person's own machine (OR-33).

use rustls::SignatureScheme;
use rustls::crypto::ring::sign::any_supported_type;
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;

/// A private key, which leaves neither the machine nor this value.
pub struct SigningKey(std::sync::Arc<dyn rustls::sign::SigningKey>);

impl SigningKey {
    /// Reads a key in PEM (PKCS#8, PKCS#1 or SEC1) or in DER (PKCS#8).
    ///
    /// # Errors
    ///
    /// Returns that it cannot be read, or that keys of its kind are not taken.
    pub fn read(file: &[u8]) -> Result<Self, SignError> {
        let key = if file.first() == Some(&0x30) {
            PrivateKeyDer::try_from(file.to_vec()).map_err(|_| SignError::Unreadable)?
        } else {
            PrivateKeyDer::from_pem_slice(file).map_err(|_| SignError::Unreadable)?
        };
        any_supported_type(&key).map(Self).map_err(|_| SignError::Kind)
    }

    /// Signs a message, and returns the name of the algorithm with the signature.
    ///
    /// # Errors
    ///
    /// Returns that the key signs in no way that is taken.
    pub fn sign(&self, message: &[u8]) -> Result<(&'static str, Vec<u8>), SignError> {
        let schemes: Vec<_> = SCHEMES.iter().map(|(scheme, _)| *scheme).collect();
        let signer = self.0.choose_scheme(&schemes).ok_or(SignError::Kind)?;
        let name = SCHEMES.iter().find(|(scheme, _)| *scheme == signer.scheme());
        let (_, name) = name.ok_or(SignError::Kind)?;
        Ok((name, signer.sign(message).map_err(|_| SignError::Kind)?))
    }
}

/// Why nothing can be signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SignError {
    /// The key cannot be read.
    #[error("the private key cannot be read: it is to be in PEM, and not encrypted")]
    Unreadable,
    /// Keys of its kind are not taken.
    #[error("only keys of RSA (2,048 bits and more), P-256, P-384 and Ed25519 are taken")]
    Kind,
}

/// How a request is signed, by the name that stands in it; the first that a key can do is taken.
const SCHEMES: [(SignatureScheme, &str); 5] = [
    (SignatureScheme::ED25519, "ed25519"),
    (SignatureScheme::ECDSA_NISTP256_SHA256, "ecdsa-sha256"),
    (SignatureScheme::ECDSA_NISTP384_SHA384, "ecdsa-sha384"),
    (SignatureScheme::RSA_PSS_SHA256, "rsa-pss-sha256"),
    (SignatureScheme::RSA_PKCS1_SHA256, "rsa-pkcs1-sha256"),
];
