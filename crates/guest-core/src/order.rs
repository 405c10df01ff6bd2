//! A purchase of credits, from confirmation to payment (CR-22, CR-23).
//!
//! ```text
//! pending ──pay──▶ paid (credits are booked, once)
//!    │               ▲
//!    ├──fail──▶ failed ──pay──┤
//!    └─cancel─▶ cancelled ─pay┘
//! ```
//!
//! The messages of a payment provider come more than once and in any order.
//! Money that arrived counts: `paid` is final and wins over the other two,
//! which stay as they are otherwise.

use core::fmt;
use core::num::NonZeroU32;

use crate::text::text_form;
use crate::{Currency, Email, Instant, OrderId, QuoteId, Step, TeamId};

/// A purchase of credits (CR-22).
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Order {
    /// Its name.
    pub id: OrderId,
    /// Who buys.
    pub team: TeamId,
    /// How many credits.
    pub quantity: NonZeroU32,
    /// What they cost, in minor units.
    pub total: u64,
    /// The currency of the total.
    pub currency: Currency,
    /// The quote that was confirmed.
    pub quote: QuoteId,
    /// Who confirmed it, under the address of that time.
    pub by: Email,
    /// How it is paid.
    pub payment: PaymentMethod,
    /// How far it has come.
    pub state: OrderState,
    /// When it was made.
    pub made_at: Instant,
}

/// What a message about an order makes of it.
pub type OrderStep = Step<Order, OrderEffect>;

impl Order {
    /// Takes word that the money is there (CR-22).
    ///
    /// The credits are booked the first time only. It holds of failed and
    /// cancelled orders too, since the provider may say so first. An instant
    /// order is paid in the transaction that makes it (CR-23).
    pub fn pay(&self, now: Instant) -> OrderStep {
        match self.state {
            OrderState::Pending | OrderState::Failed { .. } | OrderState::Cancelled { .. } => {
                let booking = OrderEffect::Book { quantity: self.quantity };
                Step::to(self.in_state(OrderState::Paid { at: now }), [booking])
            }
            OrderState::Paid { .. } => Step::quiet(self.clone()),
        }
    }

    /// Takes word that the payment failed, which only a pending order minds (CR-22).
    pub fn fail(&self, now: Instant) -> OrderStep {
        self.give_up(OrderState::Failed { at: now })
    }

    /// Takes word that the payment was called off, which only a pending order minds (CR-22).
    pub fn cancel(&self, now: Instant) -> OrderStep {
        self.give_up(OrderState::Cancelled { at: now })
    }

    fn give_up(&self, state: OrderState) -> OrderStep {
        match self.state {
            OrderState::Pending => Step::quiet(self.in_state(state)),
            OrderState::Paid { .. } | OrderState::Failed { .. } | OrderState::Cancelled { .. } => {
                Step::quiet(self.clone())
            }
        }
    }

    fn in_state(&self, state: OrderState) -> Self {
        Self { state, ..self.clone() }
    }
}

/// How far an order has come (CR-22).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case", tag = "state"))]
pub enum OrderState {
    /// The money is awaited.
    Pending,
    /// The money is there and the credits are booked.
    Paid {
        /// Since when.
        at: Instant,
    },
    /// The payment failed.
    Failed {
        /// When.
        at: Instant,
    },
    /// The payment was called off.
    Cancelled {
        /// When.
        at: Instant,
    },
}

impl OrderState {
    /// Returns the name of the state in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Paid { .. } => "paid",
            Self::Failed { .. } => "failed",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// Returns since when an order has been in this state, of those that are not pending.
    #[must_use]
    pub const fn at(self) -> Option<Instant> {
        match self {
            Self::Pending => None,
            Self::Paid { at } | Self::Failed { at } | Self::Cancelled { at } => Some(at),
        }
    }
}

impl fmt::Display for OrderState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What follows from a message about an order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OrderEffect {
    /// The credits are to be booked to the account, in the same transaction.
    Book {
        /// How many.
        quantity: NonZeroU32,
    },
}

/// How an order is paid (CR-23).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PaymentMethod {
    /// No money changes hands: the order is paid as it is made.
    Instant,
    /// The operator of the server says when the money is there.
    Invoice,
}

impl PaymentMethod {
    /// All methods.
    pub const ALL: [Self; 2] = [Self::Instant, Self::Invoice];

    /// Reads a name.
    ///
    /// # Errors
    ///
    /// Returns [`UnknownPayment`] if it is none.
    pub fn parse(name: &str) -> Result<Self, UnknownPayment> {
        Self::ALL.into_iter().find(|method| method.name() == name).ok_or(UnknownPayment)
    }

    /// Returns the name of the method in configuration and answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Instant => "instant",
            Self::Invoice => "invoice",
        }
    }
}

text_form!(PaymentMethod, UnknownPayment, name);

/// A text is not the name of a [`PaymentMethod`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a payment method is instant or invoice")]
pub struct UnknownPayment;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::strategies::credits::{self, PaymentMessage};

    #[test]
    fn cr_22_credits_are_booked_once_and_paid_wins() {
        #[track_caller]
        fn check(messages: &[PaymentMessage], state: OrderState, bookings: usize) {
            let (order, effects) = play(order(), messages);
            assert_eq!(order.state, state);
            assert_eq!(effects, vec![OrderEffect::Book { quantity: order.quantity }; bookings]);
        }
        use PaymentMessage::{Cancel, Fail, Pay};
        let at = moment;
        check(&[], OrderState::Pending, 0);
        check(&[Pay], OrderState::Paid { at: at(0) }, 1);
        check(&[Pay, Pay, Pay], OrderState::Paid { at: at(0) }, 1);
        check(&[Fail], OrderState::Failed { at: at(0) }, 0);
        check(&[Fail, Fail, Cancel], OrderState::Failed { at: at(0) }, 0);
        check(&[Fail, Pay], OrderState::Paid { at: at(1) }, 1);
        check(&[Pay, Fail, Cancel], OrderState::Paid { at: at(0) }, 1);
        check(&[Cancel, Fail], OrderState::Cancelled { at: at(0) }, 0);
        check(&[Cancel, Pay, Pay], OrderState::Paid { at: at(1) }, 1);
    }

    #[test]
    fn cr_22_states_have_names_and_times() {
        assert_eq!(OrderState::Pending.to_string(), "pending");
        assert_eq!(OrderState::Pending.at(), None);
        let at = moment(3);
        for (state, name) in [
            (OrderState::Paid { at }, "paid"),
            (OrderState::Failed { at }, "failed"),
            (OrderState::Cancelled { at }, "cancelled"),
        ] {
            assert_eq!((state.name(), state.at()), (name, Some(at)));
        }
    }

    #[test]
    fn cr_23_payment_methods_have_names() {
        for method in PaymentMethod::ALL {
            assert_eq!(method.name().parse(), Ok(method));
        }
        assert_eq!("cash".parse::<PaymentMethod>(), Err(UnknownPayment));
    }

    proptest! {
        #[test]
        fn cr_22_any_order_of_messages_books_once_if_any_pays(
            start in credits::order(),
            messages in credits::payment_messages(),
        ) {
            let paid = matches!(start.state, OrderState::Paid { .. });
            let pays = messages.contains(&PaymentMessage::Pay);
            let (order, effects) = play(start.clone(), &messages);
            prop_assert_eq!(effects.len(), usize::from(pays && !paid));
            prop_assert_eq!(matches!(order.state, OrderState::Paid { .. }), pays || paid);
            prop_assert_eq!(Order { state: start.state, ..order }, start);
        }
    }

    /// Hands the messages to the order, one each second.
    fn play(mut order: Order, messages: &[PaymentMessage]) -> (Order, Vec<OrderEffect>) {
        let mut effects = Vec::new();
        for (second, message) in (0..).zip(messages) {
            let now = moment(second);
            let step = match message {
                PaymentMessage::Pay => order.pay(now),
                PaymentMessage::Fail => order.fail(now),
                PaymentMessage::Cancel => order.cancel(now),
            };
            order = step.next;
            effects.extend(step.effects);
        }
        (order, effects)
    }

    fn order() -> Order {
        Order {
            id: OrderId::from_bits(1),
            team: TeamId::parse("acme").unwrap(),
            quantity: 10.try_into().unwrap(),
            total: 9_000,
            currency: Currency::USD,
            quote: QuoteId::from_bits(2),
            by: Email::parse("ada@acme.example").unwrap(),
            payment: PaymentMethod::Invoice,
            state: OrderState::Pending,
            made_at: moment(0),
        }
    }

    fn moment(second: i64) -> Instant {
        Instant::UNIX_EPOCH + chrono::TimeDelta::seconds(second)
    }
}
