//! What a request to join says: the bytes that are signed, and that the nonce is made of (OR-31).

use core::fmt::Write as _;

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

use crate::{DeviceName, DevicePublicKey, JoinRequestId, TeamId};

/// What a request to join says, and so what its proof is bound to (OR-31).
///
/// A proof for one server, team, request or device is none for another.
///
/// ```
/// use guest_core::{JoinRequestId, JoinTerms, TeamId};
///
/// let terms = JoinTerms {
///     server: "https://guest.example",
///     team: TeamId::parse("acme")?,
///     request: JoinRequestId::from_bits(1),
///     device: None,
/// };
/// let message = String::from_utf8(terms.message())?;
/// assert!(message.starts_with("guest join request 1\nserver: https://guest.example\nteam: acme\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct JoinTerms<'a> {
    /// Where the server is reached, without a trailing slash.
    pub server: &'a str,
    /// The team.
    pub team: TeamId,
    /// The request, drawn by the person.
    pub request: JoinRequestId,
    /// The browser that is to be enrolled, if one is.
    pub device: Option<(&'a DeviceName, &'a DevicePublicKey)>,
}

impl JoinTerms<'_> {
    /// Returns the bytes that a certificate's key signs.
    ///
    /// Each value stands on a line of its own, and none can hold a line break. The first line says
    /// which version of this text it is; nothing else of ours that is signed begins like it.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        let mut text = String::from("guest join request 1\n");
        let (name, key) = match self.device {
            Some((name, key)) => (name.as_str().to_owned(), key.to_string()),
            None => (NOTHING.to_owned(), NOTHING.to_owned()),
        };
        let Self { server, team, request, .. } = self;
        // Writing into a string does not fail.
        let _ = writeln!(text, "server: {server}");
        let _ = writeln!(text, "team: {}", team.as_str());
        let _ = writeln!(text, "request: {request}");
        let _ = writeln!(text, "device key: {key}");
        let _ = writeln!(text, "device name: {name}");
        text.into_bytes()
    }

    /// Returns the nonce that an identity provider puts into its answer: the SHA-256 of
    /// [`message`](Self::message), in base64url without padding (OR-32).
    #[must_use]
    pub fn nonce(&self) -> String {
        BASE64URL_NOPAD.encode(&Sha256::digest(self.message()))
    }
}

/// What stands for no device.
const NOTHING: &str = "-";

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector in `docs/join-requests.md`.
    #[test]
    fn or_31_a_proof_is_bound_to_server_team_request_and_device() {
        let key = DevicePublicKey::parse(
            "BPIzxemJG0ZNxR0WEXsor6M5sndY_IBIZyD_IF8dFlCiko9v5Nu1655cqAdXVKKiFQFVx8FqAw00fGlthYCwX4k",
        )
        .unwrap();
        let name = DeviceName::parse("Nova's laptop").unwrap();
        let terms = JoinTerms {
            server: "https://guest.example",
            team: TeamId::parse("acme").unwrap(),
            request: JoinRequestId::from_bits(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef),
            device: Some((&name, &key)),
        };
        let page = include_str!("../../../../docs/join-requests.md");
        let vector = String::from_utf8(terms.message()).unwrap();
        let indented = format!("    {}\n", vector.trim_end().replace('\n', "\n    "));
        assert!(page.contains(&indented), "{vector}");
        assert!(page.contains(&terms.nonce()), "{}", terms.nonce());
        let other = DeviceName::parse("-").unwrap();
        for changed in [
            JoinTerms { server: "https://other.example", ..terms },
            JoinTerms { team: TeamId::parse("rival").unwrap(), ..terms },
            JoinTerms { request: JoinRequestId::from_bits(1), ..terms },
            JoinTerms { device: None, ..terms },
            JoinTerms { device: Some((&other, &key)), ..terms },
        ] {
            assert_ne!(changed.message(), terms.message());
            assert_ne!(changed.nonce(), terms.nonce());
        }
    }
}
