//! Identifiers: one type for each kind of thing, so that two cannot be swapped.
//!
//! An id is 128 bits chosen by the caller, shown as a prefix and 26 letters
//! and digits, `inv_0d3k…`. The text sorts as the bits do.

use core::fmt;
use core::str::FromStr;

use data_encoding::BASE32_DNSSEC;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(u128);

        impl $name {
            /// What the text form starts with, before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// Wraps bits chosen by the caller.
            #[must_use]
            pub const fn from_bits(bits: u128) -> Self {
                Self(bits)
            }

            /// Returns the bits given to [`from_bits`](Self::from_bits).
            #[must_use]
            pub const fn to_bits(self) -> u128 {
                self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                show(f, $prefix, self.0)
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                read(text, $prefix).map(Self)
            }
        }

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
    )*};
}

ids! {
    /// Names a program's key to the API.
    ApiKeyId = "key";
    /// Names one kept copy of a part of files, and the list of the parts of a file.
    BlobId = "blob";
    /// Names a computer.
    ComputerId = "cmp";
    /// Names a key that provisions team computers.
    ComputerKeyId = "ckey";
    /// Names one enrolled way of signing in.
    DeviceId = "dev";
    /// Names one entry of the credit ledger.
    EntryId = "ent";
    /// Names a file of a workspace.
    FileId = "file";
    /// Names one attempt at a greeting.
    GreetingId = "grt";
    /// Names a set of users.
    GroupId = "grp";
    /// Names an invite.
    InviteId = "inv";
    /// Names a request to join a team.
    JoinRequestId = "jrq";
    /// Names one intended mail, however often it is tried.
    MailId = "mail";
    /// Names an invitation to join a team.
    MemberInviteId = "mbi";
    /// Names a purchase of credits.
    OrderId = "ord";
    /// Names a price that was shown and can be bought at.
    QuoteId = "quo";
    /// Names one connection of a guest.
    SessionId = "ses";
    /// Names an upload on its way.
    UploadId = "upl";
    /// Names a member of a team.
    UserId = "usr";
    /// Names something that a few people of a team share.
    WorkspaceId = "ws";
}

/// A text is not an id of the kind asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not an id that starts with {prefix}_")]
pub struct BadId {
    prefix: &'static str,
}

fn show(f: &mut fmt::Formatter<'_>, prefix: &str, bits: u128) -> fmt::Result {
    let mut text = [0; TEXT_LEN];
    BASE32_DNSSEC.encode_mut(&bits.to_be_bytes(), &mut text);
    f.write_str(prefix)?;
    f.write_str("_")?;
    f.write_str(core::str::from_utf8(&text).map_err(|_| fmt::Error)?)
}

fn read(text: &str, prefix: &'static str) -> Result<u128, BadId> {
    let bad = BadId { prefix };
    let digits = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).ok_or(bad)?;
    if digits.len() != TEXT_LEN || digits.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(bad); // One id has one text.
    }
    let mut bits = [0; 16];
    BASE32_DNSSEC.decode_mut(digits.as_bytes(), &mut bits).map_err(|_| bad)?;
    Ok(u128::from_be_bytes(bits))
}

/// 128 bits at five bits a letter.
const TEXT_LEN: usize = 26;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_sorts_as_its_bits() {
        for bits in [0, 1, 42, u128::MAX - 1, u128::MAX] {
            let id = InviteId::from_bits(bits);
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        assert!(InviteId::from_bits(9).to_string() < InviteId::from_bits(1 << 90).to_string());
    }

    #[test]
    fn another_kind_or_another_spelling_is_refused() {
        let text = InviteId::from_bits(u128::MAX).to_string();
        assert!(text.parse::<UserId>().is_err());
        assert!(text.to_uppercase().parse::<InviteId>().is_err());
        for bad in ["", "inv", "inv_", "inv_0", "inv_zzzzzzzzzzzzzzzzzzzzzzzzzz", "inv_é"] {
            assert!(bad.parse::<InviteId>().is_err(), "{bad}");
        }
        assert!(format!("{text}0").parse::<InviteId>().is_err());
    }
}
