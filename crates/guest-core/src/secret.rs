//! Secrets: what proves something to us, and what of it is kept (QU-31).

use core::fmt;

use data_encoding::BASE32_DNSSEC;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A secret as its holder knows it: a prefix that says what it is for, and 256 random bits.
///
/// It has no `Display`; [`expose`](Self::expose) is for the one answer that shows it.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Makes the secret of random `bits`.
    #[must_use]
    pub fn new(purpose: Purpose, bits: &[u8; 32]) -> Self {
        let mut text = Zeroizing::new(purpose.prefix().to_owned());
        BASE32_DNSSEC.encode_append(bits, &mut text);
        Self(text)
    }

    /// Reads what a caller sent; `None` if it is not a secret of this purpose.
    #[must_use]
    pub fn parse(purpose: Purpose, text: &str) -> Option<Self> {
        let digits = text.strip_prefix(purpose.prefix())?;
        let fits = digits.len() == DIGITS && digits.bytes().all(|b| b.is_ascii_alphanumeric());
        fits.then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// Returns what is kept of the secret.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        SecretHash(Sha256::digest(self.0.as_bytes()).into())
    }

    /// Returns the secret itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

/// What a [`Secret`] is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Purpose {
    /// A program's key to the API.
    ApiKey,
    /// A key that provisions team computers.
    ComputerKey,
    /// The token of one personal computer's agent.
    AgentToken,
    /// A browser's session.
    SignIn,
    /// What opens the stream of one relayed session, once (CN-3).
    Ticket,
    /// What sets up a server that has no team, once (WB-13).
    SetUp,
    /// What enrols one more device, once (OR-8).
    Enrolment,
}

impl Purpose {
    /// Returns what the secret's text starts with.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::ApiKey => "gk_",
            Self::ComputerKey => "ck_",
            Self::AgentToken => "at_",
            Self::SignIn => "si_",
            Self::Ticket => "st_",
            Self::SetUp => "su_",
            Self::Enrolment => "de_",
        }
    }
}

/// What is kept of a [`Secret`]: its SHA-256, which does not open anything.
#[derive(Clone, Copy)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// Wraps a stored hash.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes to store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for SecretHash {
    /// Compares in constant time (QU-31).
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecretHash {}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

/// The server's own key, from which links and sign-in codes are derived (GA-19, QU-31).
///
/// It is kept beside the database, never in it.
#[derive(Clone)]
pub struct MacKey(Zeroizing<[u8; 32]>);

impl MacKey {
    /// Wraps 256 random bits.
    #[must_use]
    pub fn new(bits: [u8; 32]) -> Self {
        Self(Zeroizing::new(bits))
    }

    /// Derives 256 bits from `parts`; `label` keeps one use apart from another.
    pub(crate) fn derive(&self, label: &str, parts: &[&[u8]]) -> [u8; 32] {
        // HMAC pads a short key with zeros up to its block, which is 64 bytes.
        let mut block = Zeroizing::new([0; 64]);
        block.iter_mut().zip(self.0.iter()).for_each(|(to, from)| *to = *from);
        let mut mac = Hmac::<Sha256>::new(&(*block).into());
        for part in [label.as_bytes()].iter().chain(parts) {
            // Lengths go in, so that no two lists of parts run into the same bytes.
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

/// 256 bits at five bits a letter.
const DIGITS: usize = 52;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qu_31_a_secret_reads_back_only_for_its_purpose() {
        let secret = Secret::new(Purpose::ApiKey, &[7; 32]);
        assert!(secret.expose().starts_with("gk_"));
        let read = Secret::parse(Purpose::ApiKey, secret.expose()).unwrap();
        assert_eq!(read.hash(), secret.hash());
        assert!(Secret::parse(Purpose::SignIn, secret.expose()).is_none());
        for bad in ["", "gk_", "gk_short", "gk_é", &format!("{}0", secret.expose())] {
            assert!(Secret::parse(Purpose::ApiKey, bad).is_none(), "{bad}");
        }
        assert_ne!(Secret::new(Purpose::ApiKey, &[8; 32]).hash(), secret.hash());
    }

    #[test]
    fn qu_31_debug_shows_nothing() {
        let secret = Secret::new(Purpose::ApiKey, &[7; 32]);
        assert_eq!(format!("{secret:?}{:?}{:?}", secret.hash(), MacKey::new([1; 32])), "......");
    }

    #[test]
    fn derived_bits_depend_on_the_key_the_label_and_where_parts_end() {
        let key = MacKey::new([1; 32]);
        let all = [
            key.derive("a", &[b"bc"]),
            key.derive("ab", &[b"c"]),
            key.derive("a", &[b"b", b"c"]),
            MacKey::new([2; 32]).derive("a", &[b"bc"]),
        ];
        for (i, one) in all.iter().enumerate() {
            assert!(all.iter().skip(i + 1).all(|other| other != one));
        }
    }
}
