//! Buying the credits that an invite lacks, where it is confirmed (CR-21, WB-13).

use guest_app::{Call, CostPreview, Fault, Once, OrderDraft, OrderView, QuoteDraft};
use guest_core::PaymentMethod;
use sha2::{Digest as _, Sha256};

use crate::pages::credits::amount;
use crate::pages::place::Place;
use crate::problem::Problem;
use crate::server::Shared;

/// A quote for the credits that an invite lacks.
pub(super) struct Offer {
    /// Names the quote: what was reviewed is what is bought.
    pub(super) quote_id: String,
    pub(super) quantity: u32,
    pub(super) total: String,
    /// Whether the credits are there at once, and nobody pays.
    pub(super) is_instant: bool,
}

impl Offer {
    /// Asks for a quote, if whoever invites may buy and so few are sold.
    pub(super) async fn of(
        server: &Shared,
        place: &Place,
        missing: u32,
    ) -> Result<Option<Self>, Problem> {
        if !place.may("buy_credits") {
            return Ok(None);
        }
        let smallest = server.app.prices(place.call(), place.id()).await?.smallest;
        let draft = QuoteDraft { quantity: Some(i64::from(missing.max(smallest))), bundle: None };
        let Ok(quote) = server.app.quote(place.call(), place.id(), &draft).await else {
            return Ok(None); // The page of the credits says why.
        };
        Ok(Some(Self {
            quote_id: quote.id.to_string(),
            quantity: quote.quantity,
            total: amount(&quote.currency, quote.total),
            is_instant: server.app.config().payment == PaymentMethod::Instant,
        }))
    }
}

/// Returns how many credits are missing, if any are.
pub(super) fn missing(cost: &CostPreview) -> Option<u32> {
    let missing = u64::from(cost.needed).saturating_sub(cost.available);
    u32::try_from(missing).ok().filter(|missing| *missing > 0)
}

/// Buys at a quote, once however often it is sent (QU-23).
pub(super) async fn order(
    server: &Shared,
    place: &Place,
    quote_id: &str,
) -> Result<OrderView, Fault> {
    let fingerprint = Sha256::digest(format!("{}\n{quote_id}", place.id())).into();
    let once = Some(Once { token: format!("page {quote_id}"), fingerprint });
    let call = Call { once, ..place.call().clone() };
    server.app.order(&call, place.id(), &OrderDraft { quote_id: quote_id.to_owned() }).await
}
