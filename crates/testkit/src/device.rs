//! A browser's key pair, as the pages make one.

use data_encoding::BASE64URL_NOPAD;
use guest_core::{Challenge, DeviceId};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};

/// A browser's key pair, with which a test enrols a device and signs in.
#[derive(Clone, Debug)]
pub struct DeviceKey(SigningKey);

impl DeviceKey {
    /// Returns the key pair of a number, the same each time.
    ///
    /// # Panics
    ///
    /// Panics for the number 0, which has none.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test that asks for none should fail")]
    pub fn numbered(number: u8) -> Self {
        Self(SigningKey::from_slice(&[number; 32]).expect("a number from 1 on"))
    }

    /// Returns the public half, as a page sends it.
    #[must_use]
    pub fn public(&self) -> String {
        BASE64URL_NOPAD.encode(self.0.verifying_key().to_sec1_point(false).as_bytes())
    }

    /// Signs a challenge, as a page does.
    #[must_use]
    pub fn sign(&self, server: &str, device: DeviceId, challenge: &str) -> String {
        let signature: Signature = self.0.sign(&Challenge::message(server, device, challenge));
        BASE64URL_NOPAD.encode(&signature.to_bytes())
    }
}
