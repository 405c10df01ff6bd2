//! Strategies for accounts, prices and orders.

use core::num::NonZeroU32;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{email, instant, team_id};
use crate::{
    Bundle, Credit, CreditAccount, Currency, Email, Entry, EntryId, GrantNote, Instant, InviteId,
    Order, OrderId, OrderState, PaymentMethod, Posting, PriceConfig, PriceList, QuoteId,
    RefundReason, TeamId,
};

/// A team's books and the invites they are about.
#[derive(Clone, Debug)]
pub struct History {
    /// The account after all entries.
    pub account: CreditAccount,
    /// The entries, oldest first.
    pub entries: Vec<Entry>,
    /// Each invite with what became of its credit.
    pub invites: Vec<(InviteId, Credit)>,
}

/// What a payment provider may say about an order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PaymentMessage {
    /// The money is there.
    Pay,
    /// The payment failed.
    Fail,
    /// The payment was called off.
    Cancel,
}

/// Yields postings of every reason, unrelated to each other.
pub fn posting() -> impl Strategy<Value = Posting> {
    (any::<u128>(), instant(), any::<u128>(), change(), email(), email()).prop_map(
        |(id, at, cause, change, guest, by)| {
            let (id, invite) = (EntryId::from_bits(id), InviteId::from_bits(cause));
            match change {
                Change::Buy(quantity) => {
                    Posting::purchase(id, at, OrderId::from_bits(cause), quantity, by)
                }
                Change::Grant(quantity, note) => Posting::grant(id, at, quantity, note),
                Change::Invite => Posting::invite(id, at, invite, guest, by),
                Change::Refund(reason, cancelled_by) => {
                    Posting::refund(id, at, reason, invite, guest, by, cancelled_by)
                }
            }
        },
    )
}

/// Yields sound books: what a team may have done since its account was opened.
pub fn history() -> impl Strategy<Value = History> {
    let action = (change(), any::<bool>(), any::<Index>(), instant(), email(), email());
    (team_id(), vec(action, 0..40)).prop_map(|(team, actions)| {
        let mut story = Story::new(team);
        for (change, free, which, at, guest, by) in actions {
            story.act(change, free, which, at, guest, by);
        }
        story.history
    })
}

/// Yields books that were sound before somebody changed one thing in them.
pub fn tampered_history() -> impl Strategy<Value = History> {
    let tampering = select(vec![
        Tampering::DropEntry,
        Tampering::RepeatEntry,
        Tampering::Amount,
        Tampering::Balance,
        Tampering::Account,
        Tampering::ForgetInvite,
        Tampering::FlipRefund,
    ]);
    (history(), tampering, any::<Index>(), 1_u32..5)
        .prop_map(|(books, tampering, which, by)| tampered(books, tampering, which, by))
}

/// Yields valid price lists whose largest quantity is at most `most`, which is at least 2.
pub fn price_list(most: u32) -> impl Strategy<Value = PriceList> {
    let range = (1..=most, 1..=most);
    (currency(), 1_u64..2_000, range, btree_map(2..=most, 0_u64..100, 0..5)).prop_filter_map(
        "a price list",
        |(currency, unit_price, (one, other), bundles)| {
            let bundle = |(quantity, percent): (u32, u64)| {
                let singles = u64::from(quantity) * unit_price;
                Bundle { quantity, total: (singles * percent / 100).max(1) }
            };
            PriceList::new(PriceConfig {
                currency,
                unit_price,
                smallest: one.min(other),
                largest: one.max(other),
                bundles: bundles.into_iter().map(bundle).collect(),
                contact: None,
            })
            .ok()
        },
    )
}

/// Yields price lists as people write them down, right and nearly right.
pub fn price_config() -> impl Strategy<Value = PriceConfig> {
    let price = prop_oneof![9 => 0_u64..2_000, 1 => any::<u64>()];
    let largest = prop_oneof![9 => 0_u32..600, 1 => any::<u32>()];
    let bundle =
        (0_u32..200, 0_u64..100_000).prop_map(|(quantity, total)| Bundle { quantity, total });
    let contact = proptest::option::of("[a-z@. ]{0,12}");
    (currency(), price, 0_u32..20, largest, vec(bundle, 0..4), contact).prop_map(
        |(currency, unit_price, smallest, largest, bundles, contact)| PriceConfig {
            currency,
            unit_price,
            smallest,
            largest,
            bundles,
            contact,
        },
    )
}

/// Yields currencies with every number of decimal places.
pub fn currency() -> impl Strategy<Value = Currency> {
    select(vec!["USD", "EUR", "JPY", "KWD", "CLF"])
        .prop_filter_map("a currency", |text| Currency::parse(text).ok())
}

/// Yields orders in every state.
pub fn order() -> impl Strategy<Value = Order> {
    let names = (any::<u128>(), any::<u128>());
    let money = (quantity(), 1_u64..1_000_000, currency(), select(PaymentMethod::ALL.to_vec()));
    (names, team_id(), money, email(), instant(), order_state()).prop_map(
        |((id, quote), team, (quantity, total, currency, payment), by, made_at, state)| Order {
            id: OrderId::from_bits(id),
            team,
            quantity,
            total,
            currency,
            quote: QuoteId::from_bits(quote),
            by,
            payment,
            state,
            made_at,
        },
    )
}

/// Yields what a payment provider says, in any order and as often as it likes.
pub fn payment_messages() -> impl Strategy<Value = Vec<PaymentMessage>> {
    use PaymentMessage::{Cancel, Fail, Pay};
    vec(select(vec![Pay, Fail, Cancel]), 0..8)
}

#[derive(Clone, Debug)]
enum Change {
    Buy(NonZeroU32),
    Grant(NonZeroU32, GrantNote),
    Invite,
    Refund(RefundReason, Option<Email>),
}

fn change() -> impl Strategy<Value = Change> {
    let note =
        "[a-zA-Z ]{0,20}[a-z]".prop_filter_map("a note", |text| GrantNote::parse(&text).ok());
    let refund = select(vec![RefundReason::Cancelled, RefundReason::Unused, RefundReason::Void]);
    prop_oneof![
        1 => quantity().prop_map(Change::Buy),
        1 => (quantity(), note).prop_map(|(quantity, note)| Change::Grant(quantity, note)),
        4 => Just(Change::Invite),
        2 => (refund, proptest::option::of(email())).prop_map(|(reason, by)| Change::Refund(reason, by)),
    ]
}

/// Few credits, so that accounts run empty.
fn quantity() -> impl Strategy<Value = NonZeroU32> {
    (1_u32..6).prop_filter_map("a quantity", NonZeroU32::new)
}

fn order_state() -> impl Strategy<Value = OrderState> {
    prop_oneof![
        Just(OrderState::Pending),
        instant().prop_map(|at| OrderState::Paid { at }),
        instant().prop_map(|at| OrderState::Failed { at }),
        instant().prop_map(|at| OrderState::Cancelled { at }),
    ]
}

/// Books in the making.
struct Story {
    history: History,
    /// What can still be refunded: the place among the invites, the guest and who invited.
    refundable: Vec<(usize, Email, Email)>,
    /// Bits for the next id.
    bits: u128,
}

impl Story {
    fn new(team: TeamId) -> Self {
        let account = CreditAccount::new(team);
        let history = History { account, entries: Vec::new(), invites: Vec::new() };
        Self { history, refundable: Vec::new(), bits: 0 }
    }

    fn act(
        &mut self,
        change: Change,
        free: bool,
        which: Index,
        at: Instant,
        guest: Email,
        by: Email,
    ) {
        self.bits += 1;
        let id = EntryId::from_bits(self.bits);
        match change {
            Change::Buy(quantity) => {
                let order = OrderId::from_bits(self.bits);
                self.post(Posting::purchase(id, at, order, quantity, by));
            }
            Change::Grant(quantity, note) => {
                self.post(Posting::grant(id, at, quantity, note));
            }
            Change::Invite => {
                let invite = InviteId::from_bits(self.bits);
                if free {
                    self.history.invites.push((invite, Credit::Free));
                } else if self.post(Posting::invite(id, at, invite, guest.clone(), by.clone())) {
                    self.refundable.push((self.history.invites.len(), guest, by));
                    self.history.invites.push((invite, Credit::Debited));
                }
            }
            Change::Refund(reason, by) => self.refund(id, at, reason, by, which),
        }
    }

    fn refund(
        &mut self,
        id: EntryId,
        at: Instant,
        reason: RefundReason,
        cancelled_by: Option<Email>,
        which: Index,
    ) {
        if self.refundable.is_empty() {
            return;
        }
        let (place, guest, by) = self.refundable.swap_remove(which.index(self.refundable.len()));
        if let Some((invite, credit)) = self.history.invites.get_mut(place) {
            *credit = Credit::Refunded;
            let invite = *invite;
            self.post(Posting::refund(id, at, reason, invite, guest, by, cancelled_by));
        }
    }

    fn post(&mut self, posting: Posting) -> bool {
        match self.history.account.post(posting) {
            Ok(posted) => {
                self.history.account = posted.account;
                self.history.entries.push(posted.entry);
                true
            }
            Err(_) => false,
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Tampering {
    DropEntry,
    RepeatEntry,
    Amount,
    Balance,
    Account,
    ForgetInvite,
    FlipRefund,
}

/// Tampers with the account where there is no entry or invite to tamper with.
fn tampered(mut books: History, tampering: Tampering, which: Index, by: u32) -> History {
    if tamper(&mut books, tampering, which, by).is_none() {
        books.account.balance += u64::from(by);
    }
    books
}

fn tamper(books: &mut History, tampering: Tampering, which: Index, by: u32) -> Option<()> {
    let place = |len: usize| (len > 0).then(|| which.index(len));
    let entry = place(books.entries.len());
    match tampering {
        Tampering::DropEntry => {
            books.entries.remove(entry?);
        }
        Tampering::RepeatEntry => books.entries.push(books.entries.get(entry?)?.clone()),
        Tampering::Amount => books.entries.get_mut(entry?)?.amount += i64::from(by),
        Tampering::Balance => books.entries.get_mut(entry?)?.balance += u64::from(by),
        Tampering::Account => books.account.balance += u64::from(by),
        Tampering::ForgetInvite => {
            let charged = books.invites.iter().position(|(_, credit)| *credit != Credit::Free)?;
            books.invites.remove(charged);
        }
        Tampering::FlipRefund => {
            let invite = place(books.invites.len())?;
            let (_, credit) = books.invites.get_mut(invite)?;
            *credit = match credit {
                Credit::Free | Credit::Debited => Credit::Refunded,
                Credit::Refunded => Credit::Debited,
            };
        }
    }
    Some(())
}
