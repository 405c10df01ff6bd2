//! Signing in by a mailed code (QU-31).
//!
//! ```text
//!          request                  right code
//! (none) ──────────▶ code mailed ──────────────▶ used
//!                     │      │ 5 wrong tries
//!                     │      └───────────────▶ exhausted
//!                     └ 10 minutes ▶ expired
//! ```
//!
//! The code itself is kept nowhere: it is derived from a random nonce with the
//! server's key when the mail is written, and again when it is checked.

use chrono::TimeDelta;
use subtle::ConstantTimeEq;

use crate::{Email, Fact, Facts, Instant, MacKey, Proof, Refusal, RefusalKind, SecretHash};

/// The codes of one address.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignIn {
    /// The address.
    pub email: Email,
    /// When its latest codes were asked for, the oldest first; at most `CODES_MAX`.
    pub asked: Vec<Instant>,
    /// What the latest code is derived from.
    pub nonce: [u8; 16],
    /// How often the latest code was tried in vain.
    pub wrong: u8,
    /// Whether the latest code has been used.
    pub used: bool,
}

/// What came of trying a code.
///
/// Each is an answer to be stored with the sign-in, the refusals too.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// It is the right code: the address is proven.
    Right,
    /// It is not.
    No(CodeRefusal),
}

impl SignIn {
    /// Asks for a new code; the one before no longer works (QU-31).
    ///
    /// # Errors
    ///
    /// Returns when the next code can be asked for, after five in ten minutes.
    pub fn request(
        before: Option<&Self>,
        email: Email,
        nonce: [u8; 16],
        now: Instant,
    ) -> Result<Self, TooManyCodes> {
        let recent = before.map(|before| before.asked.as_slice()).unwrap_or_default();
        // A moment in the future was written before the clock was set back.
        let counts = |at: &&Instant| (now - **at).abs() < CODES_WITHIN;
        let mut asked: Vec<_> = recent.iter().filter(counts).copied().collect();
        if let (true, Some(oldest)) = (asked.len() >= CODES_MAX, asked.first()) {
            let wait =
                (*oldest + CODES_WITHIN - now).num_seconds().clamp(1, CODES_WITHIN.num_seconds());
            return Err(TooManyCodes { wait });
        }
        asked.push(now);
        Ok(Self { email, asked, nonce, wrong: 0, used: false })
    }

    /// Returns the six digits of the latest code.
    #[must_use]
    pub fn code(&self, key: &MacKey) -> String {
        code(key, &self.email, &self.nonce)
    }

    /// Returns when the latest code ceases to work.
    #[must_use]
    pub fn expires_at(&self) -> Option<Instant> {
        self.asked.last().map(|at| *at + CODE_LIFE)
    }

    /// Tries a code (QU-31): six digits, ten minutes, five tries, once.
    #[must_use]
    pub fn verify(&self, typed: &str, key: &MacKey, now: Instant) -> (Self, Verdict) {
        let refuse = |refusal| (self.clone(), Verdict::No(refusal));
        if self.wrong >= TRIES_MAX {
            return refuse(CodeRefusal::Exhausted);
        }
        if self.expires_at().is_none_or(|at| at <= now) {
            return refuse(CodeRefusal::Expired);
        }
        let right = bool::from(self.code(key).as_bytes().ct_eq(typed.as_bytes()));
        if right && self.used {
            return refuse(CodeRefusal::Used);
        }
        if right {
            return (Self { used: true, ..self.clone() }, Verdict::Right);
        }
        let next = Self { wrong: self.wrong + 1, ..self.clone() };
        (next, Verdict::No(CodeRefusal::Wrong))
    }
}

/// Derives the six digits of a code (QU-31).
#[must_use]
pub fn code(key: &MacKey, email: &Email, nonce: &[u8; 16]) -> String {
    let bits = key.derive("sign-in code", &[email.key().as_bytes(), nonce]);
    let number = bits.iter().take(8).fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
    format!("{:06}", number % 1_000_000)
}

/// Somebody who has proven an address: a browser's session.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Login {
    /// What is kept of the cookie's secret.
    pub hash: SecretHash,
    /// The address.
    pub email: Email,
    /// When it was proven.
    pub since: Instant,
    /// How it was proven (OR-35).
    pub proof: Proof,
}

impl Login {
    /// Returns when the session ends by itself.
    #[must_use]
    pub fn expires_at(&self) -> Instant {
        self.since + LOGIN_LIFE
    }

    /// Returns whether the session still holds at `now`.
    #[must_use]
    pub fn holds(&self, now: Instant) -> bool {
        now < self.expires_at()
    }
}

/// Why a code does not sign anybody in.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CodeRefusal {
    /// It is not the code that was mailed, or none was.
    #[error("this is not the code we mailed; look at the latest mail")]
    Wrong,
    /// It is too old.
    #[error("this code has expired; ask for a new one")]
    Expired,
    /// It has signed somebody in already.
    #[error("this code has been used; ask for a new one")]
    Used,
    /// It was tried too often.
    #[error("this code was tried too often; ask for a new one")]
    Exhausted,
}

impl Refusal for CodeRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Wrong => "sign_in_code_wrong",
            Self::Expired => "sign_in_code_expired",
            Self::Used => "code_used",
            Self::Exhausted => "sign_in_exhausted",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Wrong | Self::Expired => RefusalKind::Unauthenticated,
            Self::Used => RefusalKind::Gone,
            Self::Exhausted => RefusalKind::Limited,
        }
    }
}

/// Too many codes were asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("too many codes were asked for; try again in {wait} s")]
pub struct TooManyCodes {
    wait: i64,
}

impl Refusal for TooManyCodes {
    fn code(&self) -> &'static str {
        "rate_limited"
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Limited
    }

    fn facts(&self) -> Facts {
        vec![("retry_after", Fact::Number(self.wait))]
    }
}

/// How long a code works.
pub const CODE_LIFE: TimeDelta = TimeDelta::minutes(10);

/// How often a code can be tried.
const TRIES_MAX: u8 = 5;

/// How many codes an address gets within [`CODES_WITHIN`].
const CODES_MAX: usize = 5;

/// See [`CODES_MAX`].
const CODES_WITHIN: TimeDelta = TimeDelta::minutes(10);

/// How long a browser stays signed in: a month, so that a guest of a long study signs in once.
pub const LOGIN_LIFE: TimeDelta = TimeDelta::days(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qu_31_the_right_code_works_once() {
        let sign_in = asked(None, 0).unwrap();
        let (used, verdict) = sign_in.verify(&sign_in.code(&key()), &key(), at(1));
        assert_eq!(verdict, Verdict::Right);
        let (_, verdict) = used.verify(&sign_in.code(&key()), &key(), at(2));
        assert_eq!(verdict, Verdict::No(CodeRefusal::Used));
    }

    #[test]
    fn qu_31_five_tries_then_a_new_code() {
        let mut sign_in = asked(None, 0).unwrap();
        for _ in 0..5 {
            let (next, verdict) = sign_in.verify("not it", &key(), at(1));
            assert_eq!(verdict, Verdict::No(CodeRefusal::Wrong));
            sign_in = next;
        }
        let right = sign_in.code(&key());
        let (_, verdict) = sign_in.verify(&right, &key(), at(1));
        assert_eq!(verdict, Verdict::No(CodeRefusal::Exhausted));
        let fresh = asked(Some(&sign_in), 2).unwrap();
        assert_eq!(fresh.verify(&fresh.code(&key()), &key(), at(3)).1, Verdict::Right);
    }

    #[test]
    fn qu_31_a_code_works_for_ten_minutes() {
        let sign_in = asked(None, 0).unwrap();
        let verdict = |second| sign_in.verify(&sign_in.code(&key()), &key(), at(second)).1;
        assert_eq!(verdict(599), Verdict::Right);
        assert_eq!(verdict(600), Verdict::No(CodeRefusal::Expired));
    }

    #[test]
    fn qu_31_five_codes_in_ten_minutes() {
        let mut sign_in = asked(None, 0).unwrap();
        for second in 1..5 {
            sign_in = asked(Some(&sign_in), second).unwrap();
        }
        assert_eq!(asked(Some(&sign_in), 5), Err(TooManyCodes { wait: 595 }));
        assert!(asked(Some(&sign_in), 600).is_ok());
        // The clock was set back by a day: nobody is locked out for a day.
        assert!(asked(Some(&sign_in), -86_400).is_ok());
    }

    #[test]
    fn qu_31_a_code_depends_on_key_address_and_nonce() {
        let lin = Email::parse("lin@example.org").unwrap();
        let sam = Email::parse("sam@example.org").unwrap();
        let first = code(&key(), &lin, &[0; 16]);
        assert_eq!((first.len(), first.bytes().all(|b| b.is_ascii_digit())), (6, true));
        let others = [
            code(&key(), &sam, &[0; 16]),
            code(&key(), &lin, &[1; 16]),
            code(&MacKey::new([9; 32]), &lin, &[0; 16]),
        ];
        assert!(!others.contains(&first));
    }

    #[test]
    fn a_browser_stays_signed_in_for_thirty_days() {
        let email = Email::parse("lin@example.org").unwrap();
        let hash = SecretHash::from_bytes([0; 32]);
        let login = Login { hash, email, since: at(0), proof: Proof::Code };
        assert!(login.holds(at(30 * 86_400 - 1)));
        assert!(!login.holds(at(30 * 86_400)));
    }

    fn asked(before: Option<&SignIn>, second: i64) -> Result<SignIn, TooManyCodes> {
        let nonce = [u8::try_from(second.rem_euclid(251)).unwrap(); 16];
        SignIn::request(before, Email::parse("lin@example.org").unwrap(), nonce, at(second))
    }

    fn key() -> MacKey {
        MacKey::new([1; 32])
    }

    fn at(second: i64) -> Instant {
        Instant::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }
}
