//! Credits: the balance, what credits cost, buying them, and the books (CR-1 to CR-32).

mod audit;
mod history;
mod view;

pub use self::audit::TeamAudit;
pub use self::history::{CSV_HEADER, HistoryFilter, csv_record};
pub use self::view::{
    BalanceView, BundleView, EntryView, LineView, OrderDraft, OrderView, PricesView, QuoteDraft,
    QuoteView,
};

use core::num::NonZeroU32;

use guest_core::{
    EntryId, GrantNote, InputError, Order, OrderEffect, OrderId, OrderStep, PaymentMethod, Posting,
    Quote, QuoteId, Right, Step,
};

use crate::access::Actor;
use crate::record::{find, row};
use crate::work::{By, Work, credit_account};
use crate::{App, Call, Denied, Fault, Pending};

impl App {
    /// Returns how many credits a team has (CR-24).
    pub fn balance(&self, call: &Call, team: &str) -> Pending<BalanceView> {
        let (call, team) = (call.clone(), team.to_owned());
        self.read(move |view, _| {
            let actor = Actor::with(view, &call, &team, Right::ReadBalance)?;
            Ok(BalanceView { balance: credit_account(view, actor.team.id)?.balance })
        })
    }

    /// Returns what credits cost (CR-20).
    pub fn prices(&self, call: &Call, team: &str) -> Pending<PricesView> {
        let (call, team) = (call.clone(), team.to_owned());
        self.read(move |view, config| {
            Actor::with(view, &call, &team, Right::ReadPrices)?;
            Ok(PricesView::of(config))
        })
    }

    /// Prices a quantity or a bundle, and honours that price for half an hour (CR-21).
    pub fn quote(&self, call: &Call, team: &str, draft: &QuoteDraft) -> Pending<QuoteView> {
        // Pricing takes time, and the unit of work is everybody's.
        let pricing = draft.price(&self.config.prices);
        let (caller, name) = (call.clone(), team.to_owned());
        self.write_once(call, team, move |work| {
            let actor = work.actor(&caller, &name, Right::BuyCredits)?;
            let (id, pricing) = (work.ids.next(QuoteId::from_bits), pricing.clone()?);
            let quote = Quote::offer(id, actor.team.id, pricing, work.now);
            work.save(&quote)?;
            let detail = serde_json::json!({
                "quantity": quote.pricing.quantity,
                "total": quote.pricing.total,
                "currency": quote.pricing.currency,
            });
            work.audit(quote.team, &By::actor(&actor), "credits.quote", quote.id, &detail)?;
            Ok(QuoteView::of(&quote, work.config))
        })
    }

    /// Buys at a price that was quoted (CR-21, CR-22, CR-23).
    pub fn order(&self, call: &Call, team: &str, draft: &OrderDraft) -> Pending<OrderView> {
        let quote = draft.quote_id.parse::<QuoteId>().ok();
        let (caller, name) = (call.clone(), team.to_owned());
        self.write_once(call, team, move |work| {
            let actor = work.actor(&caller, &name, Right::BuyCredits)?;
            let quote: Option<Quote> = match quote {
                Some(quote) => find(work.tx, &row![actor.team.id, quote])?,
                None => None,
            };
            let quote = quote.ok_or(Denied::NotFound("quote"))?;
            let buyer = actor.person(work.tx)?.email;
            let id = work.ids.next(OrderId::from_bits);
            let (used, order) = quote.confirm(id, buyer, work.config.payment, work.now)?;
            work.save(&used)?;
            let by = By::actor(&actor);
            let detail = serde_json::json!({
                "quote": order.quote,
                "quantity": order.quantity,
                "total": order.total,
                "currency": order.currency,
                "payment": order.payment,
            });
            work.audit(order.team, &by, "credits.order", order.id, &detail)?;
            let step = match order.payment {
                PaymentMethod::Instant => order.pay(work.now),
                PaymentMethod::Invoice => Step::quiet(order),
            };
            book(work, step).map(|order| OrderView::of(&order))
        })
    }

    /// Returns an order.
    pub fn show_order(&self, call: &Call, team: &str, id: OrderId) -> Pending<OrderView> {
        let (call, team) = (call.clone(), team.to_owned());
        self.read(move |view, _| {
            let actor = Actor::with(view, &call, &team, Right::ReadOrders)?;
            let order: Option<Order> = find(view, &row![actor.team.id, id])?;
            Ok(OrderView::of(&order.ok_or(Denied::NotFound("order"))?))
        })
    }

    /// Gives a team credits on the word of the operator (CR-3).
    ///
    /// Only who has the data directory may offer this.
    pub fn grant(&self, team: &str, quantity: u32, note: &str) -> Pending<EntryView> {
        let (call, team) = (Call::operator(), team.to_owned());
        let grant = read_grant(quantity, note);
        self.write(&call.clone(), move |work| {
            let actor = Actor::of(work.tx, &call, &team)?;
            let (quantity, note) = grant.clone()?;
            let detail = serde_json::json!({ "credits": quantity, "note": note });
            let id = work.ids.next(EntryId::from_bits);
            let posting = Posting::grant(id, work.now, quantity, note);
            let entry = work.post(actor.team.id, posting)?;
            work.audit(entry.team, &By::actor(&actor), "credits.grant", entry.id, &detail)?;
            Ok(EntryView::of(&entry))
        })
    }

    /// Takes the operator's word that an order is paid, and books it unless it is booked (CR-22).
    ///
    /// Only who has the data directory may offer this.
    pub fn mark_paid(&self, team: &str, id: OrderId) -> Pending<OrderView> {
        let (call, team) = (Call::operator(), team.to_owned());
        self.write(&call.clone(), move |work| {
            let actor = Actor::of(work.tx, &call, &team)?;
            let order: Option<Order> = work.find(&row![actor.team.id, id])?;
            let order = order.ok_or(Denied::NotFound("order"))?;
            let step = order.pay(work.now);
            if step.next == order {
                return Ok(OrderView::of(&order));
            }
            let detail = serde_json::json!({ "was": order.state.name() });
            work.audit(order.team, &By::actor(&actor), "credits.mark_paid", id, &detail)?;
            book(work, step).map(|order| OrderView::of(&order))
        })
    }
}

/// Stores what became of an order, and books what follows from it (CR-22).
fn book(work: &mut Work<'_>, step: OrderStep) -> Result<Order, Fault> {
    let Step { next: order, effects } = step;
    for effect in effects {
        match effect {
            OrderEffect::Book { quantity } => {
                let (id, by) = (work.ids.next(EntryId::from_bits), order.by.clone());
                let posting = Posting::purchase(id, work.now, order.id, quantity, by);
                work.post(order.team, posting)?;
            }
        }
    }
    work.save(&order)?;
    Ok(order)
}

fn read_grant(quantity: u32, note: &str) -> Result<(NonZeroU32, GrantNote), Vec<InputError>> {
    let quantity = NonZeroU32::new(quantity)
        .ok_or_else(|| InputError::invalid("/quantity", "a grant is at least 1 credit"));
    let note = GrantNote::parse(note).map_err(|no| InputError::invalid("/note", no));
    match (quantity, note) {
        (Ok(quantity), Ok(note)) => Ok((quantity, note)),
        (quantity, note) => Err([quantity.err(), note.err()].into_iter().flatten().collect()),
    }
}
