//! A price that was shown and can be bought at (CR-21).
//!
//! ```text
//! offered ──confirm──▶ used
//!    └── 30 minutes ──▶ expired (derived from the clock, never stored)
//! ```

use chrono::TimeDelta;

use super::Pricing;
use crate::{
    Email, Fact, Facts, Instant, Order, OrderId, OrderState, PaymentMethod, QuoteId, Refusal,
    RefusalKind, TeamId,
};

/// A price that a team was shown (CR-21).
///
/// It holds everything the order will say, so that what was reviewed is what
/// is bought, though the price list changes meanwhile.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Quote {
    /// Its name.
    pub id: QuoteId,
    /// Whom it was shown to; to all others it does not exist.
    pub team: TeamId,
    /// What was shown.
    pub pricing: Pricing,
    /// When it was shown.
    pub made_at: Instant,
    /// The first moment at which it is no longer honoured.
    pub expires_at: Instant,
    /// The order that was made from it.
    pub used: Option<OrderId>,
}

impl Quote {
    /// Offers a price to `team`, for [`QUOTE_VALIDITY`] (CR-21).
    #[must_use]
    pub fn offer(id: QuoteId, team: TeamId, pricing: Pricing, now: Instant) -> Self {
        let expires_at = now.checked_add_signed(QUOTE_VALIDITY).unwrap_or(Instant::MAX_UTC);
        Self { id, team, pricing, made_at: now, expires_at, used: None }
    }

    /// Buys at this price (CR-21), and returns the used quote and the pending order.
    ///
    /// # Errors
    ///
    /// Returns that the quote was used, by whichever order, or else that it is expired at `now`.
    pub fn confirm(
        &self,
        order: OrderId,
        by: Email,
        payment: PaymentMethod,
        now: Instant,
    ) -> Result<(Self, Order), ConfirmRefusal> {
        if self.used.is_some() {
            return Err(ConfirmRefusal::Used);
        }
        if now >= self.expires_at {
            return Err(ConfirmRefusal::Expired { at: self.expires_at });
        }
        let made = Order {
            id: order,
            team: self.team,
            quantity: self.pricing.quantity,
            total: self.pricing.total,
            currency: self.pricing.currency,
            quote: self.id,
            by,
            payment,
            state: OrderState::Pending,
            made_at: now,
        };
        Ok((Self { used: Some(order), ..self.clone() }, made))
    }
}

/// Why a quote cannot be bought at.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ConfirmRefusal {
    /// It was bought at before.
    #[error("this quote has been used")]
    Used,
    /// It is too old.
    #[error("this quote expired at {at}")]
    Expired {
        /// Since when.
        at: Instant,
    },
}

impl Refusal for ConfirmRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Used => "quote_used",
            Self::Expired { .. } => "quote_expired",
        }
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Conflict
    }

    fn facts(&self) -> Facts {
        match self {
            Self::Used => Facts::new(),
            Self::Expired { at } => vec![("at", Fact::At(*at))],
        }
    }
}

/// How long a quote is honoured (CR-21).
pub const QUOTE_VALIDITY: TimeDelta = TimeDelta::minutes(30);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Currency, PriceList};

    #[test]
    fn cr_21_a_quote_is_honoured_for_thirty_minutes() {
        #[track_caller]
        fn check(now: &str, outcome: &Result<(), ConfirmRefusal>) {
            assert_eq!(confirm(&quote(), 1, now).map(|_| ()), *outcome);
        }
        let expired = ConfirmRefusal::Expired { at: at("09:30:00") };
        check("09:00:00", &Ok(()));
        check("09:29:59.999999", &Ok(()));
        check("09:30:00", &Err(expired.clone()));
        check("10:00:00", &Err(expired));
        // A clock that was set back does not harm the buyer.
        check("08:00:00", &Ok(()));
    }

    #[test]
    fn cr_21_a_quote_is_used_once() {
        let (used, _) = confirm(&quote(), 1, "09:10:00").unwrap();
        assert_eq!(used.used, Some(OrderId::from_bits(1)));
        assert_eq!(confirm(&used, 2, "09:11:00"), Err(ConfirmRefusal::Used));
        assert_eq!(confirm(&used, 1, "09:11:00"), Err(ConfirmRefusal::Used));
        assert_eq!(confirm(&used, 1, "11:00:00"), Err(ConfirmRefusal::Used));
        assert_eq!(ConfirmRefusal::Used.code(), "quote_used");
        assert_eq!(ConfirmRefusal::Expired { at: at("09:30:00") }.code(), "quote_expired");
    }

    #[test]
    fn cr_21_what_was_reviewed_is_what_is_bought() {
        let (_, order) = confirm(&quote(), 1, "09:10:00").unwrap();
        assert_eq!(
            order,
            Order {
                id: OrderId::from_bits(1),
                team: TeamId::parse("acme").unwrap(),
                quantity: 63.try_into().unwrap(),
                total: 52_000,
                currency: Currency::USD,
                quote: QuoteId::from_bits(7),
                by: Email::parse("ada@acme.example").unwrap(),
                payment: PaymentMethod::Invoice,
                state: OrderState::Pending,
                made_at: at("09:10:00"),
            }
        );
    }

    #[test]
    fn cr_21_a_quote_at_the_end_of_time_does_not_panic() {
        let pricing = PriceList::default().price(1).unwrap();
        let team = TeamId::parse("acme").unwrap();
        let quote = Quote::offer(QuoteId::from_bits(1), team, pricing, Instant::MAX_UTC);
        assert_eq!(quote.expires_at, Instant::MAX_UTC);
    }

    fn quote() -> Quote {
        let pricing = PriceList::default().price(63).unwrap();
        let team = TeamId::parse("acme").unwrap();
        Quote::offer(QuoteId::from_bits(7), team, pricing, at("09:00:00"))
    }

    fn confirm(quote: &Quote, order: u128, now: &str) -> Result<(Quote, Order), ConfirmRefusal> {
        let by = Email::parse("ada@acme.example").unwrap();
        quote.confirm(OrderId::from_bits(order), by, PaymentMethod::Invoice, at(now))
    }

    fn at(time: &str) -> Instant {
        format!("2026-12-01T{time}Z").parse().unwrap()
    }
}
