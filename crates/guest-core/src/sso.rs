//! Signing on at an identity provider: what is remembered between going there and coming back
//! (OR-32, OR-35).
//!
//! ```text
//!         go there             come back
//! begun ───────────▶ [browser] ─────────▶ state right? ▶ code for an answer
//!                                             └ no, or after 10 minutes ▶ begin again
//! ```
//!
//! The browser remembers it, in a cookie with a MAC, so that strangers make the server keep nothing.

use chrono::TimeDelta;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use subtle::ConstantTimeEq;

use crate::{
    DeviceName, DevicePublicKey, Instant, JoinRefusal, JoinRequestId, JoinTerms, MacKey, TeamId,
};

/// A sign-on that was begun.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SsoFlow {
    /// The team whose provider it is at.
    pub team: TeamId,
    /// What names the provider.
    pub provider: String,
    /// What it is for.
    pub purpose: SsoPurpose,
    /// Tells it from all others.
    pub random: [u8; 16],
    /// When it ceases to count.
    pub expires_at: Instant,
}

/// What a sign-on is for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SsoPurpose {
    /// Signing a user in (OR-35).
    SignIn {
        /// The page to go on to: a path of ours.
        to: String,
    },
    /// Asking to join (OR-32).
    Join {
        /// The request.
        request: JoinRequestId,
        /// The browser that is to be enrolled.
        device: Option<(DeviceName, DevicePublicKey)>,
    },
}

impl SsoFlow {
    /// Begins a sign-on.
    #[must_use]
    pub fn begin(
        team: TeamId,
        provider: &str,
        purpose: SsoPurpose,
        random: [u8; 16],
        now: Instant,
    ) -> Self {
        Self { team, provider: provider.to_owned(), purpose, random, expires_at: now + FLOW_LIFE }
    }

    /// Returns what the browser keeps, for [`open`](Self::open).
    #[must_use]
    pub fn seal(&self, key: &MacKey) -> String {
        let body = self.body();
        let mac = BASE64URL_NOPAD.encode(&key.derive("sso flow", &[body.as_bytes()]));
        format!("{}.{mac}", BASE64URL_NOPAD.encode(body.as_bytes()))
    }

    /// Reads what a browser kept, if the provider's `state` belongs to it.
    ///
    /// # Errors
    ///
    /// Returns [`JoinRefusal::FlowUnknown`] if it was not made with `key`, is over, or belongs to
    /// another sign-on.
    pub fn open(
        sealed: &str,
        state: &str,
        key: &MacKey,
        now: Instant,
    ) -> Result<Self, JoinRefusal> {
        Self::read(sealed, key)
            .filter(|flow| now < flow.expires_at && flow.expires_at <= now + FLOW_LIFE)
            .filter(|flow| flow.state(key).as_bytes().ct_eq(state.as_bytes()).into())
            .ok_or(JoinRefusal::FlowUnknown)
    }

    /// Returns the `state` that the provider gives back.
    #[must_use]
    pub fn state(&self, key: &MacKey) -> String {
        self.derived("sso state", key)
    }

    /// Returns the verifier of PKCE (RFC 7636), which no browser ever sees.
    #[must_use]
    pub fn verifier(&self, key: &MacKey) -> String {
        self.derived("sso verifier", key)
    }

    /// Returns the nonce that the provider signs: of a request to join it is made of what the
    /// request says (OR-32).
    #[must_use]
    pub fn nonce(&self, server: &str, key: &MacKey) -> String {
        match &self.purpose {
            SsoPurpose::SignIn { .. } => self.derived("sso nonce", key),
            SsoPurpose::Join { request, device } => {
                let device = device.as_ref().map(|(name, key)| (name, key));
                JoinTerms { server, team: self.team, request: *request, device }.nonce()
            }
        }
    }

    fn derived(&self, label: &str, key: &MacKey) -> String {
        BASE64URL_NOPAD.encode(&key.derive(label, &[self.body().as_bytes()]))
    }

    /// Writes the flow: a line for each part, of which none can hold a line break.
    fn body(&self) -> String {
        let (team, provider) = (self.team.as_str(), &self.provider);
        let random = HEXLOWER.encode(&self.random);
        let expires_at = self.expires_at.timestamp_micros();
        let purpose = match &self.purpose {
            SsoPurpose::SignIn { to } => format!("sign-in\n{to}"),
            SsoPurpose::Join { request, device: None } => format!("join\n{request}"),
            SsoPurpose::Join { request, device: Some((name, key)) } => {
                format!("join\n{request}\n{key}\n{}", name.as_str())
            }
        };
        format!("{team}\n{provider}\n{random}\n{expires_at}\n{purpose}")
    }

    fn read(sealed: &str, key: &MacKey) -> Option<Self> {
        if sealed.len() > SEALED_MOST {
            return None;
        }
        let (body, mac) = sealed.split_once('.')?;
        let body = BASE64URL_NOPAD.decode(body.as_bytes()).ok()?;
        let mac = BASE64URL_NOPAD.decode(mac.as_bytes()).ok()?;
        if !bool::from(key.derive("sso flow", &[&body]).as_slice().ct_eq(&mac)) {
            return None;
        }
        let body = String::from_utf8(body).ok()?;
        let mut lines = body.split('\n');
        let team = TeamId::parse(lines.next()?).ok()?;
        let provider = lines.next()?.to_owned();
        let random = HEXLOWER.decode(lines.next()?.as_bytes()).ok()?.try_into().ok()?;
        let expires_at = Instant::from_timestamp_micros(lines.next()?.parse().ok()?)?;
        let purpose = match lines.next()? {
            "sign-in" => SsoPurpose::SignIn { to: lines.next()?.to_owned() },
            "join" => {
                let request = lines.next()?.parse().ok()?;
                let device = match lines.next() {
                    Some(key) => {
                        let key = DevicePublicKey::parse(key).ok()?;
                        Some((DeviceName::parse(lines.next()?).ok()?, key))
                    }
                    None => None,
                };
                SsoPurpose::Join { request, device }
            }
            _ => return None,
        };
        Some(Self { team, provider, purpose, random, expires_at })
    }
}

/// How long signing on may take: long enough to find a second factor.
pub const FLOW_LIFE: TimeDelta = TimeDelta::minutes(10);

/// The longest that a browser keeps for us: cookies end at 4 KiB.
const SEALED_MOST: usize = 4_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn or_32_what_was_begun_in_a_browser_ends_in_it() {
        for flow in flows() {
            let sealed = flow.seal(&key());
            let state = flow.state(&key());
            let opened = |sealed: &str, state: &str, key: &MacKey, second| {
                SsoFlow::open(sealed, state, key, at(second))
            };
            assert_eq!(opened(&sealed, &state, &key(), 0), Ok(flow.clone()));
            assert_eq!(opened(&sealed, &state, &key(), 599), Ok(flow.clone()));
            let no = Err(JoinRefusal::FlowUnknown);
            assert_eq!(opened(&sealed, &state, &key(), 600), no);
            assert_eq!(opened(&sealed, &state, &key(), -1), no);
            assert_eq!(opened(&sealed, &state, &MacKey::new([2; 32]), 0), no);
            assert_eq!(opened(&sealed, "", &key(), 0), no);
            assert_eq!(opened(&sealed, &state[1..], &key(), 0), no);
            let body = sealed.split_once('.').unwrap().0;
            for forged in ["", ".", body, &format!("{body}.AAAA"), &format!("A{sealed}")] {
                assert_eq!(opened(forged, &state, &key(), 0), no, "{forged}");
            }
        }
    }

    #[test]
    fn or_32_state_verifier_and_nonce_are_each_flows_own() {
        let mut all = std::collections::BTreeSet::new();
        for flow in flows() {
            let words = [
                flow.state(&key()),
                flow.verifier(&key()),
                flow.nonce("https://a.example", &key()),
            ];
            for word in words {
                // RFC 7636 asks for 43 to 128 letters.
                assert_eq!(word.len(), 43);
                assert!(all.insert(word));
            }
        }
    }

    #[test]
    fn or_32_the_nonce_of_a_join_request_is_made_of_what_it_says() {
        let [_, join, _] = flows();
        let request = JoinRequestId::from_bits(7);
        let server = "https://a.example";
        let terms = JoinTerms { server, team: join.team, request, device: None };
        assert_eq!(join.nonce(server, &key()), terms.nonce());
        assert_ne!(join.nonce("https://b.example", &key()), terms.nonce());
    }

    fn flows() -> [SsoFlow; 3] {
        let team = TeamId::parse("acme").unwrap();
        let request = JoinRequestId::from_bits(7);
        let device = DevicePublicKey::parse(
            "BPIzxemJG0ZNxR0WEXsor6M5sndY_IBIZyD_IF8dFlCiko9v5Nu1655cqAdXVKKiFQFVx8FqAw00fGlthYCwX4k",
        );
        let device = Some((DeviceName::parse("Nova's laptop").unwrap(), device.unwrap()));
        [
            SsoPurpose::SignIn { to: "/t/acme?x=1".to_owned() },
            SsoPurpose::Join { request, device: None },
            SsoPurpose::Join { request, device },
        ]
        .map(|purpose| SsoFlow::begin(team, "acme-id", purpose, [3; 16], at(0)))
    }

    fn key() -> MacKey {
        MacKey::new([1; 32])
    }

    fn at(second: i64) -> Instant {
        Instant::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }
}
