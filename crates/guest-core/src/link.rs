//! The secret links of invites: derived, never stored (GA-19).

use core::fmt;

use data_encoding::BASE64URL_NOPAD;
use subtle::ConstantTimeEq;

use crate::{InviteId, MacKey, TeamId};

/// What a link is for: an invite, and which of its links.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Link {
    /// The team of the invite.
    pub team: TeamId,
    /// The invite.
    pub invite: InviteId,
    /// Raised by *new link*, which kills the links before.
    pub counter: u32,
}

impl Link {
    /// Derives the secret token of the link (GA-19).
    #[must_use]
    pub fn token(&self, key: &MacKey) -> LinkToken {
        let team = self.team.as_str().as_bytes();
        let mut bytes = Vec::with_capacity(FIXED + team.len());
        bytes.extend(self.invite.to_bits().to_be_bytes());
        bytes.extend(self.counter.to_be_bytes());
        bytes.extend(self.mac(key));
        bytes.extend(team);
        LinkToken(BASE64URL_NOPAD.encode(&bytes))
    }

    /// Reads a token back, if it was derived with `key` (GA-19).
    ///
    /// That says nothing yet about whether the invite exists or the counter is current.
    #[must_use]
    pub fn open(token: &str, key: &MacKey) -> Option<Self> {
        let (link, mac) = Self::parts(token)?;
        bool::from(link.mac(key).ct_eq(&mac)).then_some(link)
    }

    /// Reads what a token of ours is for, without asking whether it was derived with any key.
    ///
    /// That is no proof of anything: it serves to take the secret out of an
    /// address that is to be stored.
    #[must_use]
    pub fn read_unchecked(token: &str) -> Option<Self> {
        Self::parts(token).map(|(link, _)| link)
    }

    fn parts(token: &str) -> Option<(Self, [u8; MAC_LEN])> {
        if token.len() > TOKEN_MAX {
            return None;
        }
        let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).ok()?;
        let (invite, rest) = bytes.split_first_chunk::<16>()?;
        let (counter, rest) = rest.split_first_chunk::<4>()?;
        let (mac, team) = rest.split_first_chunk::<MAC_LEN>()?;
        let link = Self {
            team: TeamId::parse(core::str::from_utf8(team).ok()?).ok()?,
            invite: InviteId::from_bits(u128::from_be_bytes(*invite)),
            counter: u32::from_be_bytes(*counter),
        };
        Some((link, *mac))
    }

    fn mac(&self, key: &MacKey) -> [u8; MAC_LEN] {
        let team = self.team.as_str().as_bytes();
        let invite = self.invite.to_bits().to_be_bytes();
        let full = key.derive("link", &[team, &invite, &self.counter.to_be_bytes()]);
        let mut mac = [0; MAC_LEN];
        mac.iter_mut().zip(full).for_each(|(to, from)| *to = from);
        mac
    }
}

/// The secret part of a link's address. It has no `Display`.
#[derive(Clone, Eq, PartialEq)]
pub struct LinkToken(String);

impl LinkToken {
    /// Wraps a token that was derived.
    pub(crate) const fn new(token: String) -> Self {
        Self(token)
    }

    /// Returns the token itself, to be shown to those who may have it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for LinkToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

/// 128 bits of a MAC cannot be guessed online.
const MAC_LEN: usize = 16;

/// What a token holds besides the team's id.
const FIXED: usize = 16 + 4 + MAC_LEN;

/// The longest token there is: 68 bytes at six bits a letter.
const TOKEN_MAX: usize = 91;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ga_19_a_token_opens_with_its_own_key_only() {
        let (key, other) = (MacKey::new([1; 32]), MacKey::new([2; 32]));
        for team in ["a", "acme", "a-team-with-a-name-of-32-letters"] {
            let link = link(team, 3);
            let token = link.token(&key);
            assert_eq!(Link::open(token.expose(), &key), Some(link));
            assert_eq!(Link::open(token.expose(), &other), None);
        }
    }

    #[test]
    fn ga_19_no_changed_token_opens() {
        let key = MacKey::new([1; 32]);
        let token = link("acme", 0).token(&key);
        for at in 0..token.expose().len() {
            for letter in ["A", "_", "9"] {
                let mut changed = token.expose().to_owned();
                changed.replace_range(at..=at, letter);
                if changed != token.expose() {
                    assert_eq!(Link::open(&changed, &key), None, "{changed}");
                }
            }
            assert_eq!(Link::open(&token.expose()[..at], &key), None);
        }
        assert_eq!(Link::open(&"A".repeat(4000), &key), None);
        assert_eq!(Link::open("é", &key), None);
    }

    #[test]
    fn ga_19_each_counter_has_its_own_token() {
        let key = MacKey::new([1; 32]);
        assert_ne!(link("acme", 0).token(&key), link("acme", 1).token(&key));
    }

    fn link(team: &str, counter: u32) -> Link {
        Link { team: TeamId::parse(team).unwrap(), invite: InviteId::from_bits(77), counter }
    }
}
