//! The password of a VNC server, and how it is proved to be known.

use std::fmt;

use des::Des;
use des::cipher::{BlockCipherEncrypt, KeyInit};

use crate::handshake::CHALLENGE;

/// The password of a VNC server. Only its first eight bytes count.
#[derive(Clone, Eq, PartialEq)]
pub struct Password([u8; SIGNIFICANT]);

impl Password {
    /// Takes a password as it is typed in.
    #[must_use]
    pub fn new(typed: &[u8]) -> Self {
        let mut significant = [0; SIGNIFICANT];
        for (byte, typed) in significant.iter_mut().zip(typed) {
            *byte = *typed;
        }
        Self(significant)
    }

    /// Returns what answers a challenge: the challenge, encrypted with the password.
    ///
    /// As the key of DES, each byte of the password is read from its lowest bit.
    pub(super) fn answer(&self, challenge: [u8; CHALLENGE]) -> [u8; CHALLENGE] {
        let cipher = Des::new(&self.0.map(u8::reverse_bits).into());
        let mut answer = challenge;
        let (blocks, _) = answer.as_chunks_mut::<BLOCK>();
        for block in blocks {
            cipher.encrypt_block(block.into());
        }
        answer
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("..")
    }
}

/// How many bytes of a password count.
const SIGNIFICANT: usize = 8;
/// How many bytes DES encrypts at once.
const BLOCK: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    /// VNC's own tools keep passwords in files, encrypted in this way with a key that is known.
    #[test]
    fn cn_1_a_challenge_is_answered_as_vnc_does() {
        let file_key = Password::new(&[0x17, 0x52, 0x6b, 0x06, 0x23, 0x4e, 0x58, 0x07]);
        let kept = [0xdb, 0xd8, 0x3c, 0xfd, 0x72, 0x7a, 0x14, 0x58];
        assert_eq!(file_key.answer(*b"passwordpassword"), *[kept, kept].as_flattened());
    }

    #[test]
    fn eight_bytes_of_a_password_count() {
        assert_eq!(Password::new(b"12345678"), Password::new(b"123456789"));
        assert_ne!(Password::new(b"1234567"), Password::new(b"12345678"));
    }

    #[test]
    fn a_password_is_not_shown() {
        assert_eq!(format!("{:?}", Password::new(b"letmein")), "..");
    }
}
