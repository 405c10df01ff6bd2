//! The link with which a person sees and cancels their own request to join (OR-30).

use core::fmt;

use data_encoding::BASE64URL_NOPAD;
use subtle::ConstantTimeEq;

use crate::{JoinRequestId, MacKey, TeamId};

/// A person's own request, as their link names it.
///
/// The link carries the request and a MAC, so that nothing is kept of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct JoinLink {
    /// The team.
    pub team: TeamId,
    /// The request.
    pub request: JoinRequestId,
}

impl JoinLink {
    /// What the secret part of the link starts with.
    pub const PREFIX: &'static str = "jr_";

    /// Returns the secret part of the link.
    #[must_use]
    pub fn token(&self, key: &MacKey) -> JoinToken {
        let mut bytes = self.request.to_bits().to_be_bytes().to_vec();
        bytes.extend(self.mac(key));
        bytes.extend(self.team.as_str().as_bytes());
        JoinToken(format!("{}{}", Self::PREFIX, BASE64URL_NOPAD.encode(&bytes)))
    }

    /// Reads a token that was made with `key`.
    #[must_use]
    pub fn open(token: &str, key: &MacKey) -> Option<Self> {
        let digits = token.strip_prefix(Self::PREFIX)?;
        if digits.len() > DIGITS_MOST {
            return None;
        }
        let bytes = BASE64URL_NOPAD.decode(digits.as_bytes()).ok()?;
        let (request, rest) = bytes.split_first_chunk::<16>()?;
        let (mac, team) = rest.split_first_chunk::<MAC_LEN>()?;
        let link = Self {
            team: TeamId::parse(core::str::from_utf8(team).ok()?).ok()?,
            request: JoinRequestId::from_bits(u128::from_be_bytes(*request)),
        };
        bool::from(link.mac(key).ct_eq(mac)).then_some(link)
    }

    fn mac(&self, key: &MacKey) -> [u8; MAC_LEN] {
        let request = self.request.to_bits().to_be_bytes();
        let full = key.derive("join link", &[self.team.as_str().as_bytes(), &request]);
        let mut mac = [0; MAC_LEN];
        mac.iter_mut().zip(full).for_each(|(to, from)| *to = from);
        mac
    }
}

/// The secret part of a [`JoinLink`]. It has no `Display`.
#[derive(Clone, Eq, PartialEq)]
pub struct JoinToken(String);

impl JoinToken {
    /// Returns the token itself, for its one holder.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for JoinToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

/// 128 bits of a MAC cannot be guessed online.
const MAC_LEN: usize = 16;

/// The longest token there is: 64 bytes at six bits a letter.
const DIGITS_MOST: usize = 86;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn or_30_a_persons_link_opens_their_own_request_only() {
        let (key, other) = (MacKey::new([1; 32]), MacKey::new([2; 32]));
        for team in ["a", "acme", "a-team-with-a-name-of-32-letters"] {
            let team = TeamId::parse(team).unwrap();
            let link = JoinLink { team, request: JoinRequestId::from_bits(7) };
            let token = link.token(&key);
            assert_eq!(JoinLink::open(token.expose(), &key), Some(link));
            assert_eq!(JoinLink::open(token.expose(), &other), None);
            let neighbour = JoinLink { request: JoinRequestId::from_bits(8), ..link };
            assert_ne!(neighbour.token(&key), token);
            for at in 3..token.expose().len() {
                let mut changed = token.expose().to_owned();
                changed
                    .replace_range(at..=at, if changed[at..].starts_with('A') { "B" } else { "A" });
                assert_eq!(JoinLink::open(&changed, &key), None, "{changed}");
            }
        }
        for bad in ["", "jr_", "jr_é", &format!("jr_{}", "A".repeat(4000))] {
            assert_eq!(JoinLink::open(bad, &key), None);
        }
        assert_eq!(format!("{:?}", JoinToken("jr_x".to_owned())), "..");
    }
}
