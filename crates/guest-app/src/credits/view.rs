//! What is asked and shown about credits.

use chrono::{DateTime, Utc};
use guest_core::{
    Bundle, Email, Entry, EntryId, InputError, InviteId, Line, Order, OrderId, PriceList, Pricing,
    Quote, QuoteId,
};
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::once::Replay;

/// A wish to know the price of some credits (CR-21): exactly one of the two.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct QuoteDraft {
    /// So many credits, at the cheapest mix of bundles and singles.
    #[serde(default)]
    pub quantity: Option<i64>,
    /// The bundle of so many credits.
    #[serde(default)]
    pub bundle: Option<i64>,
}

/// A wish to buy at a price that was quoted (CR-21).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OrderDraft {
    /// The quote.
    pub quote_id: String,
}

/// How many credits a team has.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BalanceView {
    /// Credits.
    pub balance: u64,
}

/// What credits cost (CR-20).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PricesView {
    /// The currency of all prices, by ISO 4217.
    pub currency: String,
    /// The price of one credit, in minor units.
    pub unit_price: u64,
    /// The smallest quantity of one order.
    pub smallest: u32,
    /// The largest quantity of one order.
    pub largest: u32,
    /// Quantities at a lower price, from the smallest.
    pub bundles: Vec<BundleView>,
    /// Whom to ask for more than the largest quantity.
    pub contact: Option<String>,
    /// When the credit of an invite comes back, for people.
    pub refunds: String,
}

/// A quantity that is cheaper than as many single credits.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BundleView {
    /// How many credits.
    pub quantity: u32,
    /// What they cost together, in minor units.
    pub total: u64,
    /// How much less that is than as many singles cost.
    pub saving: u64,
}

/// A price that was shown, to be confirmed (CR-21).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuoteView {
    /// Names the quote.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: QuoteId,
    /// How many credits.
    pub quantity: u32,
    /// What they are made of, from the largest bundle to the singles.
    pub lines: Vec<LineView>,
    /// What they cost, in minor units.
    pub total: u64,
    /// How much less that is than as many singles cost.
    pub saving: u64,
    /// The currency of all amounts, by ISO 4217.
    pub currency: String,
    /// The first moment at which the price is no longer honoured.
    pub expires_at: DateTime<Utc>,
    /// When the credit of an invite comes back, for people.
    pub refunds: String,
}

/// One line of a quote.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LineView {
    /// How many credits one of it is: a bundle's quantity, or 1.
    pub quantity: u32,
    /// How many of it.
    pub count: u32,
    /// What one of it costs, in minor units.
    pub unit_price: u64,
    /// What all of it costs.
    pub total: u64,
}

/// A purchase (CR-22).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderView {
    /// Names the order.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: OrderId,
    /// `pending`, `paid`, `failed` or `cancelled`.
    pub state: String,
    /// How many credits.
    pub quantity: u32,
    /// What they cost, in minor units.
    pub total: u64,
    /// The currency of the total, by ISO 4217.
    pub currency: String,
    /// The quote that was confirmed.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub quote_id: QuoteId,
    /// How it is paid: `instant` or `invoice`.
    pub payment: String,
    /// Who confirmed it.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub ordered_by: Email,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// When it was paid, failed or was cancelled.
    pub settled_at: Option<DateTime<Utc>>,
}

/// One line of the books (CR-2), under the names of the export (CR-30).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EntryView {
    /// Names the entry.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: EntryId,
    /// Its place among the team's entries, from 1.
    pub seq: u64,
    /// When it was made.
    pub timestamp: DateTime<Utc>,
    /// `purchase`, `grant`, `invite`, `refund_cancelled`, `refund_unused` or `refund_void`.
    pub reason: String,
    /// By how many credits the balance changed.
    pub credits: i64,
    /// The balance after it.
    pub balance: u64,
    /// The administrator concerned, under the address of that time.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub administrator_email: Option<Email>,
    /// The guest concerned, under the address of that time.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub guest_email: Option<Email>,
    /// The invite that cost the credit or gave it back.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub invite_id: Option<InviteId>,
    /// The order that the credits were bought with.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub order_id: Option<OrderId>,
    /// What the operator had to say about a grant.
    pub note: Option<String>,
}

impl QuoteDraft {
    /// Prices what is asked for (CR-21).
    pub(super) fn price(self, prices: &PriceList) -> Result<Pricing, InputError> {
        // Numbers that no order can have are answered as the nearest that fits the rule.
        let count = |number: i64| match u32::try_from(number) {
            Ok(number) => number,
            Err(_) if number < 0 => 0,
            Err(_) => u32::MAX,
        };
        match self {
            Self { quantity: Some(quantity), bundle: None } => {
                let pricing = prices.price(count(quantity));
                pricing.map_err(|no| InputError::at("/quantity", &no))
            }
            Self { quantity: None, bundle: Some(bundle) } => {
                let pricing = prices.price_bundle(count(bundle));
                pricing.map_err(|no| InputError::at("/bundle", &no))
            }
            Self { quantity: Some(_), bundle: Some(_) } | Self { quantity: None, bundle: None } => {
                Err(InputError::invalid("", "give either a quantity or a bundle"))
            }
        }
    }
}

impl PricesView {
    pub(super) fn of(config: &Config) -> Self {
        let prices = &config.prices;
        let unit_price = prices.unit_price();
        let bundle = |Bundle { quantity, total }| BundleView {
            quantity,
            total,
            saving: unit_price.saturating_mul(quantity.into()).saturating_sub(total),
        };
        Self {
            currency: prices.currency().to_string(),
            unit_price,
            smallest: prices.smallest(),
            largest: prices.largest(),
            bundles: prices.bundles().map(bundle).collect(),
            contact: prices.contact().map(str::to_owned),
            refunds: config.refunds.explain().to_owned(),
        }
    }
}

impl QuoteView {
    pub(super) fn of(quote: &Quote, config: &Config) -> Self {
        let pricing = &quote.pricing;
        Self {
            id: quote.id,
            quantity: pricing.quantity.get(),
            lines: pricing.lines.iter().map(LineView::of).collect(),
            total: pricing.total,
            saving: pricing.saving,
            currency: pricing.currency.to_string(),
            expires_at: quote.expires_at,
            refunds: config.refunds.explain().to_owned(),
        }
    }
}

impl LineView {
    const fn of(line: &Line) -> Self {
        Self {
            quantity: line.item.quantity(),
            count: line.count,
            unit_price: line.unit_price,
            total: line.total,
        }
    }
}

impl OrderView {
    pub(super) fn of(order: &Order) -> Self {
        Self {
            id: order.id,
            state: order.state.name().to_owned(),
            quantity: order.quantity.get(),
            total: order.total,
            currency: order.currency.to_string(),
            quote_id: order.quote,
            payment: order.payment.name().to_owned(),
            ordered_by: order.by.clone(),
            made_at: order.made_at,
            settled_at: order.state.at(),
        }
    }
}

impl EntryView {
    pub(super) fn of(entry: &Entry) -> Self {
        Self {
            id: entry.id,
            seq: entry.seq,
            timestamp: entry.at,
            reason: entry.reason.name().to_owned(),
            credits: entry.amount,
            balance: entry.balance,
            administrator_email: entry.administrator.clone(),
            guest_email: entry.guest.clone(),
            invite_id: entry.invite,
            order_id: entry.order,
            note: entry.note.as_ref().map(|note| note.as_str().to_owned()),
        }
    }
}

impl Replay for QuoteView {}

impl Replay for OrderView {}
