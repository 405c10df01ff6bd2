//! Guest access embedded elsewhere: four programs, and what three of them share.
//!
//! Whoever embeds the application gives it what it does not have by itself: a
//! clock, randomness, and words for mails. Here they are in their plainest form.

use chrono::SubsecRound as _;
use guest_app::letter::{Letter, Render, Rendered};
use guest_app::{Config, Entropy};
use guest_core::{
    Email, EmailRefusal, Instant, MacKey, PaymentMethod, PriceList, RefundPolicy,
};

/// Reads the time; the only place in these programs that does.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "a program that embeds the rules brings the clock")]
pub fn wall_clock() -> Instant {
    Instant::from(std::time::SystemTime::now()).trunc_subsecs(6)
}

/// Returns the settings of a server that is reached at `public_url`.
///
/// Its key is drawn anew each time, so links die with the program: one that
/// goes on keeps the key in a file of its own.
///
/// # Errors
///
/// Returns that the sender's address is none.
pub fn config(public_url: &str) -> Result<Config, EmailRefusal> {
    let mut key = [0; 32];
    SystemEntropy.fill(&mut key);
    Ok(Config {
        brand: "Guest".to_owned(),
        public_url: public_url.to_owned(),
        sender: Email::parse("guest@guest.example")?,
        prices: PriceList::default(),
        payment: PaymentMethod::Instant,
        refunds: RefundPolicy::UnusedOnly,
        key: MacKey::new(key),
    })
}

/// The system's randomness.
#[derive(Clone, Copy, Debug)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "a program that embeds the rules draws for them")]
    fn fill(&self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            // Without randomness there are no secrets, and nothing to go on with.
            std::process::abort();
        }
    }

    fn id(&self) -> u128 {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        let millis = u128::try_from(wall_clock().timestamp_millis()).unwrap_or_default();
        (millis << RANDOM_BITS) | (u128::from_be_bytes(bytes) >> (128 - RANDOM_BITS))
    }
}

/// Mails that say what they are about, and no more.
#[derive(Clone, Copy, Debug)]
pub struct PlainWords;

impl Render for PlainWords {
    fn render(&self, letter: &Letter) -> Rendered {
        let subject = format!("A mail from {}", letter.from_name);
        let text = format!("{:?}", letter.content);
        Rendered { subject, text, html: String::new(), calendar: None }
    }
}

/// What is random in an id; the 48 bits before are the time.
const RANDOM_BITS: u32 = 80;
