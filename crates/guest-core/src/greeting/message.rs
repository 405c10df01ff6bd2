//! What the two sides of a greeting tell each other; everything here is public.

use core::fmt;
use core::str::FromStr;

use data_encoding::BASE64URL_NOPAD;
use subtle::ConstantTimeEq;

use super::Side;

/// One step of a greeting, as it is relayed (OR-22).
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(tag = "step", rename_all = "snake_case"))]
pub enum Message {
    /// Step 0: the host begins, with a fresh key.
    HostKey {
        /// The protocol that the host speaks.
        version: u32,
        /// The host's X25519 public key.
        key: PublicKey,
    },
    /// Step 0: the guest joins, with a fresh key.
    GuestKey {
        /// The protocol that the guest speaks.
        version: u32,
        /// The guest's X25519 public key.
        key: PublicKey,
    },
    /// Step 1: the guest binds themselves to a nonce without showing it.
    GuestCommitment {
        /// A hash of the nonce.
        hash: Commitment,
    },
    /// Step 2: the host's nonce.
    HostNonce {
        /// The nonce.
        nonce: Nonce,
    },
    /// Step 3: the guest shows the nonce.
    GuestNonce {
        /// The nonce.
        nonce: Nonce,
    },
    /// Step 4: the guest has picked the host's code.
    GuestConfirmed {
        /// Proves that it was whoever has the agreed key.
        tag: Tag,
    },
    /// Step 5: the host has picked the guest's code.
    HostConfirmed {
        /// Proves that it was whoever has the agreed key.
        tag: Tag,
    },
    /// Step 6: who the guest is, under the agreed key.
    Details {
        /// The nonce of the sealing.
        nonce: SealNonce,
        /// The sealed details.
        sealed: Sealed,
    },
    /// Step 7: the host has confirmed the details, and the user is made.
    Accepted {
        /// Proves that the host saw these details.
        tag: Tag,
    },
    /// Step 8: the guest knows.
    Acknowledged {
        /// A signature by the device's key, which signs the device in.
        signature: Signature,
    },
}

impl Message {
    /// Returns the name of the step, as interfaces show it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::HostKey { .. } => "host_key",
            Self::GuestKey { .. } => "guest_key",
            Self::GuestCommitment { .. } => "guest_commitment",
            Self::HostNonce { .. } => "host_nonce",
            Self::GuestNonce { .. } => "guest_nonce",
            Self::GuestConfirmed { .. } => "guest_confirmed",
            Self::HostConfirmed { .. } => "host_confirmed",
            Self::Details { .. } => "details",
            Self::Accepted { .. } => "accepted",
            Self::Acknowledged { .. } => "acknowledged",
        }
    }

    /// Returns who says it.
    #[must_use]
    pub const fn from(&self) -> Side {
        match self {
            Self::HostKey { .. }
            | Self::HostNonce { .. }
            | Self::HostConfirmed { .. }
            | Self::Accepted { .. } => Side::Host,
            Self::GuestKey { .. }
            | Self::GuestCommitment { .. }
            | Self::GuestNonce { .. }
            | Self::GuestConfirmed { .. }
            | Self::Details { .. }
            | Self::Acknowledged { .. } => Side::Guest,
        }
    }

    /// Returns its place in the order of what is said (OR-22).
    #[must_use]
    pub const fn place(&self) -> usize {
        match self {
            Self::HostKey { .. } => 0,
            Self::GuestKey { .. } => 1,
            Self::GuestCommitment { .. } => 2,
            Self::HostNonce { .. } => 3,
            Self::GuestNonce { .. } => 4,
            Self::GuestConfirmed { .. } => 5,
            Self::HostConfirmed { .. } => 6,
            Self::Details { .. } => 7,
            Self::Accepted { .. } => 8,
            Self::Acknowledged { .. } => 9,
        }
    }
}

macro_rules! fmt_as_display {
    () => {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            fmt::Display::fmt(self, f)
        }
    };
}

macro_rules! text_serde {
    ($name:ident) => {
        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

macro_rules! bytes {
    ($($(#[$doc:meta])* $name:ident = $length:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// Its text is base64url without padding.
        #[derive(Clone, Copy)]
        pub struct $name([u8; $length]);

        impl $name {
            /// How many bytes it has.
            pub const LENGTH: usize = $length;

            /// Wraps the bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; $length]) -> Self {
                Self(bytes)
            }

            /// Returns the bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }
        }

        impl PartialEq for $name {
            /// Compares in constant time.
            fn eq(&self, other: &Self) -> bool {
                self.0.ct_eq(&other.0).into()
            }
        }

        impl Eq for $name {}

        impl fmt::Debug for $name {
            fmt_as_display!();
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&BASE64URL_NOPAD.encode(&self.0))
            }
        }

        impl FromStr for $name {
            type Err = BadBytes;

            fn from_str(text: &str) -> Result<Self, BadBytes> {
                let bad = BadBytes { least: $length, most: $length };
                decoded(text, $length).and_then(|bytes| bytes.try_into().ok()).map(Self).ok_or(bad)
            }
        }

        text_serde!($name);
    )*};
}

bytes! {
    /// An X25519 public key.
    PublicKey = 32;
    /// What binds the guest to a nonce.
    Commitment = 32;
    /// Random bytes of one side, which nobody could choose to fit.
    Nonce = 32;
    /// Proves that whoever says something has the agreed key.
    Tag = 32;
    /// The nonce of a sealing.
    SealNonce = 12;
    /// A signature by a device's key: `r` and `s` of ECDSA on P-256.
    Signature = 64;
    /// Tells one beginning of a side from another; each side draws its own.
    Opening = 16;
}

/// Details under the agreed key (OR-22).
///
/// Its text is base64url without padding.
#[derive(Clone, Eq, PartialEq)]
pub struct Sealed(Box<[u8]>);

impl Sealed {
    /// The greatest length, in bytes: two names of 120 characters and a key fit.
    pub const MOST: usize = 1_536;

    /// Wraps sealed bytes.
    ///
    /// # Errors
    ///
    /// Returns that they are too many.
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Result<Self, BadBytes> {
        let bytes = bytes.into();
        if bytes.len() > Self::MOST { Err(Self::BAD) } else { Ok(Self(bytes)) }
    }

    /// Returns the bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    const BAD: BadBytes = BadBytes { least: 0, most: Self::MOST };
}

impl fmt::Debug for Sealed {
    fmt_as_display!();
}

impl fmt::Display for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64URL_NOPAD.encode(&self.0))
    }
}

impl FromStr for Sealed {
    type Err = BadBytes;

    fn from_str(text: &str) -> Result<Self, BadBytes> {
        decoded(text, Self::MOST).ok_or(Self::BAD).and_then(Self::new)
    }
}

text_serde!(Sealed);

/// A text is not base64url of the length asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub struct BadBytes {
    least: usize,
    most: usize,
}

impl fmt::Display for BadBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { least, most } = *self;
        if least == most {
            write!(f, "not base64url of {most} bytes")
        } else {
            write!(f, "not base64url of at most {most} bytes")
        }
    }
}

/// Reads base64url of at most so many bytes, without looking at more.
fn decoded(text: &str, most: usize) -> Option<Vec<u8>> {
    if text.len() > BASE64URL_NOPAD.encode_len(most) {
        return None;
    }
    BASE64URL_NOPAD.decode(text.as_bytes()).ok()
}

/// The protocol that this crate speaks.
pub const GREETING_VERSION: u32 = 1;
