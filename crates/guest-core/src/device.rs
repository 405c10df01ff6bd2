//! Devices: enrolled ways of signing in (OR-8).
//!
//! A device is a browser that made a key pair and keeps its private half, which
//! cannot be read out of it. It signs in by signing a [`Challenge`]:
//!
//! ```text
//!            sign [message]           right signature
//! Challenge ────────────────▶ asked ──────────────────▶ spent, signed in
//!     └ 2 minutes ▶ stale
//! ```

use core::fmt;
use core::str::FromStr;

use chrono::TimeDelta;
use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use subtle::ConstantTimeEq;

use crate::{DeviceId, DeviceName, Instant, MacKey, Refusal, RefusalKind, TeamId, UserId};

/// One enrolled way of signing in as a user (OR-8).
///
/// There is no way to take a single one away: a user is revoked as a whole (OR-9).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Device {
    /// The team; a device proves who one is in its own team only.
    pub team: TeamId,
    /// The user.
    pub user: UserId,
    /// Names the device.
    pub id: DeviceId,
    /// What its user calls it.
    pub name: DeviceName,
    /// What its signatures are checked with.
    pub key: DevicePublicKey,
    /// When it was enrolled.
    pub enrolled_at: Instant,
    /// When it last signed in.
    pub last_used_at: Option<Instant>,
}

impl Device {
    /// Checks that the device has signed the text of a challenge of `server` (OR-35).
    ///
    /// # Errors
    ///
    /// Returns that it has not.
    pub fn prove(
        &self,
        server: &str,
        challenge: &str,
        signature: &DeviceSignature,
    ) -> Result<(), DeviceRefusal> {
        let message = Challenge::message(server, self.id, challenge);
        if self.key.has_signed(&message, signature) {
            Ok(())
        } else {
            Err(DeviceRefusal::NotProven)
        }
    }

    /// Returns the device after it has signed in.
    #[must_use]
    pub fn used(&self, now: Instant) -> Self {
        Self { last_used_at: Some(now), ..self.clone() }
    }
}

/// A device's public key: a point of P-256, in the 65 bytes of its uncompressed form.
///
/// It is what `WebCrypto` exports as `raw`, and base64url without padding as text.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct DevicePublicKey([u8; Self::LEN]);

impl DevicePublicKey {
    /// The length in bytes.
    pub const LEN: usize = 65;

    /// Reads a key from its bytes.
    ///
    /// # Errors
    ///
    /// Returns that they are no uncompressed point of the curve.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadDeviceKey> {
        let bytes: [u8; Self::LEN] = bytes.try_into().map_err(|_| BadDeviceKey)?;
        match VerifyingKey::from_sec1_bytes(&bytes) {
            Ok(_) => Ok(Self(bytes)),
            Err(_) => Err(BadDeviceKey),
        }
    }

    /// Reads a key from its text.
    ///
    /// # Errors
    ///
    /// Returns that it is not base64url, or no point of the curve.
    pub fn parse(text: &str) -> Result<Self, BadDeviceKey> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| BadDeviceKey)?;
        Self::from_bytes(&bytes)
    }

    /// Returns the bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// Returns whether the key's private half has signed `message`: ECDSA over its SHA-256.
    #[must_use]
    pub fn has_signed(&self, message: &[u8], signature: &DeviceSignature) -> bool {
        let Ok(key) = VerifyingKey::from_sec1_bytes(&self.0) else { return false };
        Signature::from_slice(&signature.0)
            .is_ok_and(|signature| key.verify(message, &signature).is_ok())
    }
}

impl fmt::Display for DevicePublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64URL_NOPAD.encode(&self.0))
    }
}

impl fmt::Debug for DevicePublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for DevicePublicKey {
    type Err = BadDeviceKey;

    fn from_str(text: &str) -> Result<Self, BadDeviceKey> {
        Self::parse(text)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for DevicePublicKey {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for DevicePublicKey {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// A signature as `WebCrypto` makes it: 64 bytes, r and s one after the other (IEEE P1363).
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct DeviceSignature([u8; Self::LEN]);

impl DeviceSignature {
    /// The length in bytes.
    pub const LEN: usize = 64;

    /// Wraps the bytes of a signature; whether they are one shows when it is checked.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// Reads a signature from base64url without padding.
    ///
    /// # Errors
    ///
    /// Returns that it is not 64 bytes in base64url.
    pub fn parse(text: &str) -> Result<Self, BadSignature> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| BadSignature)?;
        bytes.as_slice().try_into().map(Self).map_err(|_| BadSignature)
    }
}

impl fmt::Debug for DeviceSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

/// Something for a device to sign: once, and within [`CHALLENGE_LIFE`] (OR-35).
///
/// Its text carries a MAC, so that nothing is kept of those that nobody answers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Challenge {
    /// Tells it from all others.
    pub nonce: [u8; 16],
    /// When it ceases to count.
    pub expires_at: Instant,
}

impl Challenge {
    /// Makes a challenge of random bits.
    #[must_use]
    pub fn new(nonce: [u8; 16], now: Instant) -> Self {
        Self { nonce, expires_at: now + CHALLENGE_LIFE }
    }

    /// Returns the challenge as text, for [`open`](Self::open).
    #[must_use]
    pub fn text(&self, key: &MacKey) -> String {
        let mut bytes = self.body().to_vec();
        bytes.extend(self.mac(key));
        BASE64URL_NOPAD.encode(&bytes)
    }

    /// Reads a challenge back, if it was made with `key` and still counts.
    ///
    /// # Errors
    ///
    /// Returns [`DeviceRefusal::NotProven`] otherwise.
    pub fn open(text: &str, key: &MacKey, now: Instant) -> Result<Self, DeviceRefusal> {
        Self::read(text, key)
            .filter(|challenge| now < challenge.expires_at)
            // One from the future was made before the clock was set back.
            .filter(|challenge| challenge.expires_at <= now + CHALLENGE_LIFE)
            .ok_or(DeviceRefusal::NotProven)
    }

    /// Returns what a device signs, which is good for nothing else, and with no other server.
    #[must_use]
    pub fn message(server: &str, device: DeviceId, text: &str) -> Vec<u8> {
        format!("guest device sign-in 1\n{server}\n{device}\n{text}").into_bytes()
    }

    fn read(text: &str, key: &MacKey) -> Option<Self> {
        if text.len() > TEXT_MOST {
            return None;
        }
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let (nonce, rest) = bytes.split_first_chunk::<16>()?;
        let (expires_at, mac) = rest.split_first_chunk::<8>()?;
        let expires_at = Instant::from_timestamp_micros(i64::from_be_bytes(*expires_at))?;
        let challenge = Self { nonce: *nonce, expires_at };
        bool::from(challenge.mac(key).ct_eq(mac)).then_some(challenge)
    }

    fn body(&self) -> [u8; BODY_LEN] {
        let mut body = [0; BODY_LEN];
        let expires_at = self.expires_at.timestamp_micros().to_be_bytes();
        let bytes = self.nonce.into_iter().chain(expires_at);
        body.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        body
    }

    fn mac(&self, key: &MacKey) -> [u8; MAC_LEN] {
        let full = key.derive("device challenge", &[&self.body()]);
        let mut mac = [0; MAC_LEN];
        mac.iter_mut().zip(full).for_each(|(to, from)| *to = from);
        mac
    }
}

/// A text is no device's public key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a point of P-256 in its uncompressed form, as base64url")]
pub struct BadDeviceKey;

impl Refusal for BadDeviceKey {
    fn code(&self) -> &'static str {
        crate::VALIDATION
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Invalid
    }
}

/// A text is no signature.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a signature of 64 bytes, as base64url")]
pub struct BadSignature;

impl Refusal for BadSignature {
    fn code(&self) -> &'static str {
        crate::VALIDATION
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Invalid
    }
}

/// Why a device is not taken.
///
/// Unknown devices, wrong signatures and stale challenges look alike, so that nobody finds out
/// which devices there are.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DeviceRefusal {
    /// It did not prove that it is an enrolled device.
    #[error("this device did not prove who it is; try again, or sign in in another way")]
    NotProven,
    /// The link to enrol with does not lead anywhere (any more).
    #[error("this link has been used or has expired; make a new one where you are signed in")]
    LinkUnknown,
}

impl Refusal for DeviceRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NotProven => "device_not_proven",
            Self::LinkUnknown => "link_unknown",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::NotProven => RefusalKind::Unauthenticated,
            Self::LinkUnknown => RefusalKind::Absent,
        }
    }
}

/// How long a challenge can be answered: a page does it at once, on a slow network within seconds.
pub const CHALLENGE_LIFE: TimeDelta = TimeDelta::minutes(2);

/// How long a link to enrol another device works: as long as it takes to carry it there.
pub const DEVICE_LINK_LIFE: TimeDelta = TimeDelta::minutes(10);

/// How many devices a user has at most: more than anybody signs in with, and few to read.
pub const DEVICES_MOST: usize = 20;

/// A nonce and a moment.
const BODY_LEN: usize = 16 + 8;

/// 128 bits of a MAC cannot be guessed online.
const MAC_LEN: usize = 16;

/// The length of every challenge: 40 bytes at six bits a letter.
const TEXT_MOST: usize = 54;

#[cfg(test)]
mod tests {
    use p256::ecdsa::SigningKey;
    use p256::ecdsa::signature::Signer;

    use super::*;

    #[test]
    fn or_8_a_key_is_an_uncompressed_point_of_the_curve() {
        let key = public(1);
        assert_eq!(key.to_string().parse(), Ok(key));
        assert_eq!(key.to_string().len(), 87);
        let compressed = signing(1).verifying_key().to_sec1_point(true);
        assert_eq!(DevicePublicKey::from_bytes(compressed.as_bytes()), Err(BadDeviceKey));
        let mut off = *key.as_bytes();
        off[64] ^= 1;
        assert_eq!(DevicePublicKey::from_bytes(&off), Err(BadDeviceKey));
        for bad in ["", "BA", "é", &format!("{key}="), &format!(" {key}"), &format!("{key}A")] {
            assert_eq!(DevicePublicKey::parse(bad), Err(BadDeviceKey), "{bad}");
        }
    }

    /// Key and signature of "guest" were made by `WebCrypto`, not by the crate that checks them.
    #[test]
    fn or_8_what_web_crypto_signed_is_verified() {
        let key = DevicePublicKey::parse(
            "BPIzxemJG0ZNxR0WEXsor6M5sndY_IBIZyD_IF8dFlCiko9v5Nu1655cqAdXVKKiFQFVx8FqAw00fGlthYCwX4k",
        );
        let signature = DeviceSignature::parse(
            "0M3z-dHZgHP_KEvXZt1d2b6k7CXCOsopGlh0yVAvJ1G8cxpF4Bk4Ty10mBQpQd5PxfwoD5PNVfpyBr370v5-Fw",
        );
        assert!(key.unwrap().has_signed(b"guest", &signature.unwrap()));
        assert!(!key.unwrap().has_signed(b"Guest", &signature.unwrap()));
    }

    #[test]
    fn or_8_a_signature_is_by_one_key_over_one_message() {
        let signature = signed(&signing(1), b"guest");
        assert!(public(1).has_signed(b"guest", &signature));
        assert!(!public(1).has_signed(b"Guest", &signature));
        assert!(!public(2).has_signed(b"guest", &signature));
        assert!(!public(1).has_signed(b"guest", &DeviceSignature::from_bytes([0; 64])));
        assert!(!public(1).has_signed(b"guest", &DeviceSignature::from_bytes([255; 64])));
    }

    #[test]
    fn or_35_a_challenge_is_ours_and_counts_for_two_minutes() {
        let challenge = Challenge::new([7; 16], at(0));
        let text = challenge.text(&key());
        let opened = |text: &str, second| Challenge::open(text, &key(), at(second));
        assert_eq!(opened(&text, 0), Ok(challenge));
        assert_eq!(opened(&text, 119), Ok(challenge));
        assert_eq!(opened(&text, 120), Err(DeviceRefusal::NotProven));
        assert_eq!(opened(&text, -1), Err(DeviceRefusal::NotProven));
        let other = Challenge::open(&text, &MacKey::new([2; 32]), at(0));
        assert_eq!(other, Err(DeviceRefusal::NotProven));
        let mut forged = text.clone();
        forged.replace_range(0..1, if text.starts_with('B') { "C" } else { "B" });
        for bad in ["", "AAAA", "é", &forged, &format!("{text}AAAA")] {
            assert_eq!(opened(bad, 0), Err(DeviceRefusal::NotProven), "{bad}");
        }
    }

    #[test]
    fn or_35_a_signature_is_for_one_challenge_one_device_and_one_server() {
        let server = "https://guest.example";
        let [text, another] = [7, 8].map(|nonce| Challenge::new([nonce; 16], at(0)).text(&key()));
        let device = device(1);
        let signature = signed(&signing(1), &Challenge::message(server, device.id, &text));
        let prove = |device: &Device, server, text: &str| device.prove(server, text, &signature);
        assert_eq!(prove(&device, server, &text), Ok(()));
        let no = Err(DeviceRefusal::NotProven);
        assert_eq!(prove(&device, "https://other.example", &text), no);
        assert_eq!(prove(&device, server, &another), no);
        let other = Device { id: DeviceId::from_bits(9), ..device.clone() };
        assert_eq!(prove(&other, server, &text), no);
        let other = Device { key: public(2), ..device };
        assert_eq!(prove(&other, server, &text), no);
    }

    #[test]
    fn a_signature_is_read_from_its_64_bytes() {
        let text = BASE64URL_NOPAD.encode(&[1; 64]);
        assert_eq!(DeviceSignature::parse(&text), Ok(DeviceSignature([1; 64])));
        for bad in ["", "é", &text[1..], &format!("{text}AA")] {
            assert_eq!(DeviceSignature::parse(bad), Err(BadSignature), "{bad}");
        }
    }

    fn device(seed: u8) -> Device {
        Device {
            team: TeamId::parse("acme").unwrap(),
            user: UserId::from_bits(1),
            id: DeviceId::from_bits(1),
            name: DeviceName::parse("Laptop").unwrap(),
            key: public(seed),
            enrolled_at: at(0),
            last_used_at: None,
        }
    }

    fn signing(seed: u8) -> SigningKey {
        SigningKey::from_slice(&[seed; 32]).unwrap()
    }

    fn public(seed: u8) -> DevicePublicKey {
        let point = signing(seed).verifying_key().to_sec1_point(false);
        DevicePublicKey::from_bytes(point.as_bytes()).unwrap()
    }

    fn signed(key: &SigningKey, message: &[u8]) -> DeviceSignature {
        let signature: Signature = key.sign(message);
        DeviceSignature::from_bytes(signature.to_bytes().into())
    }

    fn key() -> MacKey {
        MacKey::new([1; 32])
    }

    fn at(second: i64) -> Instant {
        Instant::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }
}
