//! What credits cost: the price list and how it prices a purchase (CR-20, CR-21).

mod currency;
mod quote;

use core::cmp::Reverse;
use core::num::NonZeroU32;

use crate::ledger::count;
use crate::{Fact, Facts, Refusal, RefusalKind};

pub use currency::{Amount, BadCurrency, Currency};
pub use quote::{ConfirmRefusal, QUOTE_VALIDITY, Quote};

/// What credits cost on this server (CR-20).
///
/// It holds only what makes sense: each bundle is cheaper than its singles,
/// and no order can cost more than [`MAX_TOTAL`].
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "PriceConfig", into = "PriceConfig"))]
pub struct PriceList(PriceConfig);

/// A price list as it is written down, right or wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct PriceConfig {
    /// The currency of all prices.
    pub currency: Currency,
    /// The price of one credit, in minor units.
    pub unit_price: u64,
    /// The smallest quantity of one order.
    pub smallest: u32,
    /// The largest quantity of one order.
    pub largest: u32,
    /// Quantities at a lower price. One above `largest` waits until that is raised.
    pub bundles: Vec<Bundle>,
    /// Whom to ask for more than `largest`: an address of a mailbox or a page.
    pub contact: Option<String>,
}

/// A quantity that is cheaper than as many single credits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Bundle {
    /// How many credits.
    pub quantity: u32,
    /// What they cost together, in minor units.
    pub total: u64,
}

impl PriceList {
    /// Checks a price list (CR-20) and puts its bundles in order of quantity.
    ///
    /// # Errors
    ///
    /// Returns the first thing that is wrong with it.
    pub fn new(mut config: PriceConfig) -> Result<Self, PriceListError> {
        let PriceConfig { unit_price, smallest, largest, .. } = config;
        if unit_price == 0 {
            return Err(PriceListError::Free);
        }
        if smallest == 0 {
            return Err(PriceListError::SmallestZero);
        }
        if largest < smallest {
            return Err(PriceListError::Reversed { smallest, largest });
        }
        if largest > MAX_QUANTITY {
            return Err(PriceListError::LargestTooLarge { largest });
        }
        if singles(largest, unit_price).is_none_or(|total| total > MAX_TOTAL) {
            return Err(PriceListError::TotalTooLarge { largest, unit_price });
        }
        if config.bundles.len() > MAX_BUNDLES {
            return Err(PriceListError::ManyBundles { bundles: config.bundles.len() });
        }
        config.bundles.sort_unstable_by_key(|bundle| bundle.quantity);
        let mut before = None;
        for bundle in &config.bundles {
            check_bundle(*bundle, unit_price)?;
            if before.replace(bundle.quantity) == Some(bundle.quantity) {
                return Err(PriceListError::Repeated { quantity: bundle.quantity });
            }
        }
        if config.contact.as_ref().is_some_and(|contact| contact.trim().is_empty()) {
            return Err(PriceListError::ContactBlank);
        }
        Ok(Self(config))
    }

    /// Returns the currency of all prices.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.0.currency
    }

    /// Returns the price of one credit, in minor units.
    #[must_use]
    pub const fn unit_price(&self) -> u64 {
        self.0.unit_price
    }

    /// Returns the smallest quantity of one order.
    #[must_use]
    pub const fn smallest(&self) -> u32 {
        self.0.smallest
    }

    /// Returns the largest quantity of one order, at most [`MAX_QUANTITY`].
    #[must_use]
    pub const fn largest(&self) -> u32 {
        self.0.largest
    }

    /// Returns whom to ask for more than the largest quantity.
    #[must_use]
    pub fn contact(&self) -> Option<&str> {
        self.0.contact.as_deref()
    }

    /// Returns the bundles that one order can hold, from the smallest.
    #[must_use]
    pub fn bundles(&self) -> impl DoubleEndedIterator<Item = Bundle> + '_ {
        let largest = self.largest();
        self.0.bundles.iter().copied().filter(move |bundle| bundle.quantity <= largest)
    }

    /// Prices a quantity at the cheapest mix of bundles and singles that makes exactly it (CR-21).
    ///
    /// Of equally cheap mixes it is the one with the larger bundles.
    ///
    /// # Errors
    ///
    /// Returns why one order cannot have this quantity.
    pub fn price(&self, quantity: u32) -> Result<Pricing, QuantityRefusal> {
        let quantity = self.orderable(quantity)?;
        let mut lines: Vec<Line> = Vec::new();
        for bundle in self.cheapest_mix(quantity.get()) {
            match lines.last_mut() {
                Some(line) if line.item.quantity() == bundle.quantity => line.add_one(),
                Some(_) | None => lines.push(Line::one(bundle)),
            }
        }
        Ok(self.pricing(quantity, lines))
    }

    /// Prices one bundle, named by its quantity, as the list states it (CR-21).
    ///
    /// # Errors
    ///
    /// Returns that there is no such bundle, or why one order cannot have it.
    pub fn price_bundle(&self, bundle: u32) -> Result<Pricing, QuantityRefusal> {
        let listed = self.0.bundles.iter().find(|listed| listed.quantity == bundle);
        let listed = *listed.ok_or(QuantityRefusal::BundleUnknown { bundle })?;
        let quantity = self.orderable(bundle)?;
        Ok(self.pricing(quantity, vec![Line::one(listed)]))
    }

    fn orderable(&self, quantity: u32) -> Result<NonZeroU32, QuantityRefusal> {
        if quantity > self.largest() {
            let contact = self.0.contact.clone();
            return Err(QuantityRefusal::TooLarge { largest: self.largest(), contact });
        }
        NonZeroU32::new(quantity)
            .filter(|quantity| quantity.get() >= self.smallest())
            .ok_or(QuantityRefusal::TooSmall { smallest: self.smallest() })
    }

    /// Finds the cheapest mix, as its parts from the largest to the smallest.
    ///
    /// This is the exact dynamic programme: the cheapest way to make a
    /// quantity ends with some part, and before it stands the cheapest way to
    /// make the rest. It takes `quantity` times the number of bundles steps.
    fn cheapest_mix(&self, quantity: u32) -> Vec<Bundle> {
        let single = Bundle { quantity: 1, total: self.unit_price() };
        let parts: Vec<Bundle> = self.bundles().rev().chain([single]).collect();
        let mut best = vec![Best { total: 0, last: single }];
        for made in 1..=quantity {
            let ending_with = |last: &Bundle| {
                let rest = at(&best, made.checked_sub(last.quantity)?)?;
                // No overflow: a mix never costs more than as many singles.
                Some(Best { total: rest.total + last.total, last: *last })
            };
            best.extend(parts.iter().filter_map(ending_with).min_by_key(|best| best.total));
        }
        let mut mix = Vec::new();
        let mut left = quantity;
        while let Some(Best { last, .. }) = at(&best, left).filter(|_| left > 0) {
            mix.push(last);
            left = left.saturating_sub(last.quantity);
        }
        mix.sort_unstable_by_key(|part| Reverse(part.quantity));
        mix
    }

    fn pricing(&self, quantity: NonZeroU32, lines: Vec<Line>) -> Pricing {
        let total = lines.iter().map(|line| line.total).sum();
        let undiscounted = singles(quantity.get(), self.unit_price()).unwrap_or(total);
        let saving = undiscounted.saturating_sub(total);
        Pricing { quantity, lines, total, saving, currency: self.currency() }
    }
}

impl Default for PriceConfig {
    /// Returns the list of CR-20: 10, 50 and 100 credits at 10, 20 and 30 per cent off.
    fn default() -> Self {
        Self {
            currency: Currency::USD,
            unit_price: 1_000,
            smallest: 1,
            largest: 500,
            bundles: vec![
                Bundle { quantity: 10, total: 9_000 },
                Bundle { quantity: 50, total: 40_000 },
                Bundle { quantity: 100, total: 70_000 },
            ],
            contact: None,
        }
    }
}

impl TryFrom<PriceConfig> for PriceList {
    type Error = PriceListError;

    fn try_from(config: PriceConfig) -> Result<Self, PriceListError> {
        Self::new(config)
    }
}

impl From<PriceList> for PriceConfig {
    fn from(list: PriceList) -> Self {
        list.0
    }
}

/// What a quantity costs, line by line (CR-21).
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Pricing {
    /// How many credits.
    pub quantity: NonZeroU32,
    /// What they are made of, from the largest bundle to the singles.
    pub lines: Vec<Line>,
    /// What they cost, in minor units.
    pub total: u64,
    /// How much less that is than as many singles cost.
    pub saving: u64,
    /// The currency of all amounts.
    pub currency: Currency,
}

/// One line of a [`Pricing`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Line {
    /// What is bought.
    pub item: Item,
    /// How many of it.
    pub count: u32,
    /// What one of it costs, in minor units.
    pub unit_price: u64,
    /// What all of it costs.
    pub total: u64,
}

impl Line {
    const fn one(bundle: Bundle) -> Self {
        let Bundle { quantity, total } = bundle;
        let item = if quantity == 1 { Item::Single } else { Item::Bundle(quantity) };
        Self { item, count: 1, unit_price: total, total }
    }

    const fn add_one(&mut self) {
        self.count += 1;
        self.total += self.unit_price;
    }
}

/// What a [`Line`] sells.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Item {
    /// Single credits.
    Single,
    /// Bundles of so many credits.
    Bundle(u32),
}

impl Item {
    /// Returns how many credits one of it is.
    #[must_use]
    pub const fn quantity(self) -> u32 {
        match self {
            Self::Single => 1,
            Self::Bundle(quantity) => quantity,
        }
    }
}

/// Why a quantity cannot be ordered.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum QuantityRefusal {
    /// There is no bundle of this size.
    #[error("there is no bundle of {bundle} credits")]
    BundleUnknown {
        /// The size asked for.
        bundle: u32,
    },
    /// One order holds no more; a person may (CR-21).
    #[error("one order is at most {largest} credits{}", ask(contact.as_deref()))]
    TooLarge {
        /// The largest quantity of one order.
        largest: u32,
        /// Whom to ask for more.
        contact: Option<String>,
    },
    /// One order holds more.
    #[error("one order is at least {smallest} credits")]
    TooSmall {
        /// The smallest quantity of one order.
        smallest: u32,
    },
}

impl Refusal for QuantityRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::BundleUnknown { .. } => "bundle_unknown",
            Self::TooLarge { .. } => "quantity_too_large",
            Self::TooSmall { .. } => "quantity_too_small",
        }
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Invalid
    }

    fn facts(&self) -> Facts {
        match self {
            Self::BundleUnknown { bundle } => vec![("bundle", count((*bundle).into()))],
            Self::TooLarge { largest, contact } => vec![
                ("largest", count((*largest).into())),
                ("contact", contact.clone().map_or(Fact::Nothing, Fact::Text)),
            ],
            Self::TooSmall { smallest } => vec![("smallest", count((*smallest).into()))],
        }
    }
}

/// What is wrong with a price list (CR-20).
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PriceListError {
    /// A credit costs nothing; to give credits away is what grants are for.
    #[error("the price of one credit is zero")]
    Free,
    /// An order of nothing would be possible.
    #[error("the smallest quantity is zero")]
    SmallestZero,
    /// No quantity can be ordered.
    #[error("the largest quantity, {largest}, is below the smallest, {smallest}")]
    Reversed {
        /// The smallest quantity.
        smallest: u32,
        /// The largest quantity.
        largest: u32,
    },
    /// One order could be beyond [`MAX_QUANTITY`].
    #[error("the largest quantity, {largest}, is above {max}", max = MAX_QUANTITY)]
    LargestTooLarge {
        /// The largest quantity.
        largest: u32,
    },
    /// One order could cost more than [`MAX_TOTAL`].
    #[error("{largest} credits at {unit_price} cost more than {max}", max = MAX_TOTAL)]
    TotalTooLarge {
        /// The largest quantity.
        largest: u32,
        /// The price of one credit.
        unit_price: u64,
    },
    /// There are more bundles than [`MAX_BUNDLES`].
    #[error("there are {bundles} bundles, more than {max}", max = MAX_BUNDLES)]
    ManyBundles {
        /// How many there are.
        bundles: usize,
    },
    /// A bundle holds fewer than two credits.
    #[error("a bundle of {quantity} is none: the smallest is 2")]
    BundleTooSmall {
        /// How many credits it holds.
        quantity: u32,
    },
    /// A bundle costs nothing.
    #[error("the price of the bundle of {quantity} is zero")]
    BundleFree {
        /// How many credits it holds.
        quantity: u32,
    },
    /// A bundle is no cheaper than its singles.
    #[error(
        "the bundle of {quantity} at {total} is not cheaper than singles, which cost {singles}"
    )]
    NotCheaper {
        /// How many credits it holds.
        quantity: u32,
        /// What it costs.
        total: u64,
        /// What as many singles cost.
        singles: u64,
    },
    /// Two bundles have the same size.
    #[error("there are two bundles of {quantity}")]
    Repeated {
        /// How many credits they hold.
        quantity: u32,
    },
    /// The sales contact is there, but blank.
    #[error("the sales contact is blank")]
    ContactBlank,
}

/// The cheapest way to make some quantity.
#[derive(Clone, Copy)]
struct Best {
    total: u64,
    last: Bundle,
}

fn at(best: &[Best], quantity: u32) -> Option<Best> {
    best.get(usize::try_from(quantity).ok()?).copied()
}

fn check_bundle(bundle: Bundle, unit_price: u64) -> Result<(), PriceListError> {
    let Bundle { quantity, total } = bundle;
    if quantity < 2 {
        return Err(PriceListError::BundleTooSmall { quantity });
    }
    if total == 0 {
        return Err(PriceListError::BundleFree { quantity });
    }
    match singles(quantity, unit_price) {
        Some(singles) if total >= singles => {
            Err(PriceListError::NotCheaper { quantity, total, singles })
        }
        Some(_) | None => Ok(()),
    }
}

fn singles(quantity: u32, unit_price: u64) -> Option<u64> {
    unit_price.checked_mul(quantity.into())
}

fn ask(contact: Option<&str>) -> String {
    contact.map_or_else(String::new, |contact| format!("; ask {contact} for more"))
}

/// The most credits of one order: pricing takes time in proportion to it.
pub const MAX_QUANTITY: u32 = 100_000;

/// The most bundles of a list: pricing takes time in proportion to them, and people read them all.
pub const MAX_BUNDLES: usize = 50;

/// The most minor units an order may cost: what every reader of JSON reads exactly.
pub const MAX_TOTAL: u64 = (1 << 53) - 1;

#[cfg(test)]
mod tests;
