//! Prices, buying, the books and their reconciliation.

use std::sync::Arc;

use guest_app::letter::{Letter, Render, Rendered};
use guest_app::{
    App, Call, Caller, Config, Entropy, EntryView, Fault, HistoryFilter, Once, OrderDraft,
    OrderView, Paging, QuoteDraft, QuoteView, Refused, TeamAudit, Value, csv_record, tables,
};
use guest_core::{
    Bundle, Currency, Fact, InviteId, OrderId, PaymentMethod, PriceConfig, PriceList, RefundPolicy,
    Refusal,
};
use guest_testkit::keep;

use crate::fixture::{Fixture, TEAM, at, refused};

#[test]
fn cr_24_who_may_see_and_buy() {
    let fix = Fixture::new();
    let order = buy(&fix, "ada", 1);
    check_right(&fix, "cory", |call| fix.app.balance(call, TEAM).wait().map(drop));
    check_right(&fix, "cory", |call| fix.app.prices(call, TEAM).wait().map(drop));
    check_right(&fix, "bob", |call| fix.app.quote(call, TEAM, &of(1)).wait().map(drop));
    check_right(&fix, "bob", |call| {
        let quote = quote(&fix, 1);
        fix.app.order(call, TEAM, &OrderDraft { quote_id: quote.id.to_string() }).wait().map(drop)
    });
    check_right(&fix, "bob", |call| fix.app.show_order(call, TEAM, order.id).wait().map(drop));
    let all = HistoryFilter::default();
    check_right(&fix, "ada", |call| {
        fix.app.history(call, TEAM, &all, &Paging::default(), false).wait().map(drop)
    });
    check_right(&fix, "ada", |call| {
        fix.app.entries_after(call, TEAM, &all, 0, 10).wait().map(drop)
    });
}

#[test]
fn cr_20_prices_are_the_servers() {
    let fix = Fixture::with(|config| config.refunds = RefundPolicy::UsedToo);
    let prices = fix.app.prices(&fix.call("cory"), TEAM).wait().unwrap();
    assert_eq!((prices.currency.as_str(), prices.unit_price), ("USD", 1_000));
    assert_eq!((prices.smallest, prices.largest, prices.contact), (1, 500, None));
    let bundles =
        prices.bundles.iter().map(|bundle| (bundle.quantity, bundle.total, bundle.saving));
    assert_eq!(
        bundles.collect::<Vec<_>>(),
        [(10, 9_000, 1_000), (50, 40_000, 10_000), (100, 70_000, 30_000)]
    );
    assert_eq!(prices.refunds, RefundPolicy::UsedToo.explain());
}

#[test]
fn cr_21_a_quantity_is_quoted_line_by_line() {
    let fix = Fixture::new();
    let quote = quote(&fix, 63);
    let lines =
        quote.lines.iter().map(|line| (line.quantity, line.count, line.unit_price, line.total));
    assert_eq!(
        lines.collect::<Vec<_>>(),
        [(50, 1, 40_000, 40_000), (10, 1, 9_000, 9_000), (1, 3, 1_000, 3_000)]
    );
    assert_eq!((quote.quantity, quote.total, quote.saving), (63, 52_000, 11_000));
    assert_eq!((quote.currency.as_str(), quote.expires_at), ("USD", at("09:30:00")));
    assert_eq!(quote.refunds, RefundPolicy::UnusedOnly.explain());
    let bundle = QuoteDraft { quantity: None, bundle: Some(50) };
    assert_eq!(fix.app.quote(&fix.owner(), TEAM, &bundle).wait().unwrap().total, 40_000);
}

#[test]
fn cr_21_what_cannot_be_ordered_is_refused_at_its_field() {
    let contact = "sales@guest.example".to_owned();
    let prices =
        PriceConfig { smallest: 5, contact: Some(contact.clone()), ..PriceConfig::default() };
    let fix = Fixture::with(|config| config.prices = PriceList::new(prices).unwrap());
    let check = |quantity, bundle, pointer: &str, code: &str| {
        let draft = QuoteDraft { quantity, bundle };
        let Err(Fault::Refused(no)) = fix.app.quote(&fix.owner(), TEAM, &draft).wait() else {
            panic!("{draft:?} is quoted")
        };
        let Refused::Input(errors) = &no else { panic!("{no:?}") };
        assert_eq!((errors[0].pointer.as_str(), no.code()), (pointer, code));
        no.facts()
    };
    for few in [4, 0, -1, i64::MIN] {
        let facts = check(Some(few), None, "/quantity", "quantity_too_small");
        assert_eq!(facts, [("smallest", Fact::Number(5))]);
    }
    for many in [501, i64::MAX] {
        let facts = check(Some(many), None, "/quantity", "quantity_too_large");
        assert_eq!(
            facts,
            [("largest", Fact::Number(500)), ("contact", Fact::Text(contact.clone()))]
        );
    }
    check(None, Some(20), "/bundle", "bundle_unknown");
    check(None, None, "", "validation");
    check(Some(10), Some(10), "", "validation");
    // Whoever may not buy learns that first.
    assert_eq!(refused(fix.app.quote(&fix.call("cory"), TEAM, &of(0)).wait()), "forbidden");
}

#[test]
fn cr_21_a_quote_is_one_teams_used_once_and_honoured_for_half_an_hour() {
    let fix = Fixture::new();
    let first = quote(&fix, 10);
    let second = quote(&fix, 10);
    fix.advance(30 * 60 - 1);
    let order = confirm(&fix, &fix.call("bob"), &first).unwrap();
    assert_eq!((order.total, order.quantity, order.quote_id), (9_000, 10, first.id));
    assert_eq!(order.ordered_by.as_str(), "bob@acme.example");
    assert_eq!(refused(confirm(&fix, &fix.owner(), &first)), "quote_used");
    fix.advance(1);
    assert_eq!(refused(confirm(&fix, &fix.owner(), &second)), "quote_expired");
    for unknown in
        ["quo_", "", &order.id.to_string(), &first.id.to_string().replace("quo_", "ord_")]
    {
        let draft = OrderDraft { quote_id: unknown.to_owned() };
        assert_eq!(refused(fix.app.order(&fix.owner(), TEAM, &draft).wait()), "not_found");
    }
    assert_eq!(balance(&fix), 10);
}

#[test]
fn cr_21_a_quote_is_honoured_though_prices_change() {
    let fix = Fixture::new();
    let quote = quote(&fix, 10);
    let currency = Currency::parse("EUR").unwrap();
    let dearer = PriceConfig {
        currency,
        unit_price: 5_000,
        bundles: vec![Bundle { quantity: 10, total: 49_000 }],
        ..PriceConfig::default()
    };
    let config = Config { prices: PriceList::new(dearer).unwrap(), ..fix.app.config().clone() };
    let restarted = App::new(Arc::new(fix.store.clone()), config, Arc::new(Later), Arc::new(Later));
    let draft = OrderDraft { quote_id: quote.id.to_string() };
    let order = restarted.order(&fix.owner(), TEAM, &draft).wait().unwrap();
    assert_eq!((order.total, order.currency.as_str()), (9_000, "USD"));
}

#[test]
fn cr_23_an_instant_order_is_paid_and_booked_at_once() {
    let fix = Fixture::new();
    let order = buy(&fix, "bob", 10);
    assert_eq!((order.state.as_str(), order.payment.as_str()), ("paid", "instant"));
    assert_eq!(order.settled_at, Some(at("09:00:00")));
    assert_eq!(fix.app.show_order(&fix.call("bob"), TEAM, order.id).wait().unwrap(), order);
    let entries = history(&fix);
    let [entry] = &entries[..] else { panic!("{entries:?}") };
    assert_eq!((entry.reason.as_str(), entry.credits, entry.balance), ("purchase", 10, 10));
    assert_eq!(entry.order_id, Some(order.id));
    assert_eq!(entry.administrator_email.as_ref().unwrap().as_str(), "bob@acme.example");
    // The operator's word changes nothing any more.
    assert_eq!(fix.app.mark_paid(TEAM, order.id).wait().unwrap(), order);
    assert_eq!(balance(&fix), 10);
}

#[test]
fn cr_22_an_invoiced_order_is_booked_once_the_operator_says_it_is_paid() {
    let fix = Fixture::with(|config| config.payment = PaymentMethod::Invoice);
    let order = buy(&fix, "ada", 10);
    assert_eq!((order.state.as_str(), order.settled_at), ("pending", None));
    assert_eq!(balance(&fix), 0);
    fix.advance(3_600);
    let paid = fix.app.mark_paid(TEAM, order.id).wait().unwrap();
    assert_eq!((paid.state.as_str(), paid.settled_at), ("paid", Some(at("10:00:00"))));
    fix.advance(3_600);
    assert_eq!(fix.app.mark_paid(TEAM, order.id).wait().unwrap(), paid);
    assert_eq!(balance(&fix), 10);
    let entry = &history(&fix)[0];
    assert_eq!(entry.administrator_email.as_ref().unwrap().as_str(), "ada@acme.example");
    assert_eq!(actions(&fix, "credits.mark_paid"), ["operator"]);
    let unknown = OrderId::from_bits(99);
    assert_eq!(refused(fix.app.mark_paid(TEAM, unknown).wait()), "not_found");
    assert_eq!(refused(fix.app.mark_paid("other", order.id).wait()), "not_found");
}

#[test]
fn if_21_the_operator_buys_for_the_owner_and_the_audit_says_so() {
    let fix = Fixture::new();
    let quote = quote(&fix, 1);
    let order = confirm(&fix, &Call::operator(), &quote).unwrap();
    assert_eq!(order.ordered_by.as_str(), "ada@acme.example");
    assert_eq!(actions(&fix, "credits.order"), ["operator"]);
}

#[test]
fn qu_23_the_same_purchase_twice_happens_once() {
    let fix = Fixture::new();
    let once = |fingerprint| Call {
        once: Some(Once { token: "buy".to_owned(), fingerprint: [fingerprint; 32] }),
        ..fix.owner()
    };
    let (call, quote) = (once(1), quote(&fix, 10));
    let order = confirm(&fix, &call, &quote).unwrap();
    assert_eq!(confirm(&fix, &call, &quote).unwrap(), order);
    assert_eq!(balance(&fix), 10);
    let other = Call { once: once(2).once, ..call };
    assert_eq!(refused(confirm(&fix, &other, &quote)), "idempotency_mismatch");
}

#[test]
fn cr_3_a_grant_has_a_note_and_no_administrator() {
    let fix = Fixture::new();
    let entry = fix.app.grant(TEAM, 5, " a gift ").wait().unwrap();
    assert_eq!((entry.reason.as_str(), entry.credits, entry.balance), ("grant", 5, 5));
    assert_eq!((entry.note.as_deref(), entry.administrator_email), (Some("a gift"), None));
    assert_eq!(actions(&fix, "credits.grant"), ["operator"]);
    let Err(Fault::Refused(Refused::Input(errors))) = fix.app.grant(TEAM, 0, "  ").wait() else {
        panic!("granted")
    };
    let pointers: Vec<_> = errors.iter().map(|error| error.pointer.as_str()).collect();
    assert_eq!(pointers, ["/quantity", "/note"]);
    assert_eq!(refused(fix.app.grant("other", 5, "a gift").wait()), "not_found");
    assert_eq!(balance(&fix), 5);
}

#[test]
fn cr_30_the_history_comes_in_either_order_and_filtered_by_time() {
    let fix = Fixture::new();
    for quantity in 1..=5 {
        fix.credits(quantity);
        fix.advance(60);
    }
    assert_eq!(listed(&fix, None, None, false), [5, 4, 3, 2, 1]);
    assert_eq!(listed(&fix, None, None, true), [1, 2, 3, 4, 5]);
    let (from, to) = (Some("2026-12-01T09:01:00Z"), Some("2026-12-01T09:03:00Z"));
    assert_eq!(listed(&fix, from, to, false), [3, 2]);
    assert_eq!(listed(&fix, Some("2026-12-01"), Some("2026-12-01"), true), [1, 2, 3, 4, 5]);
    assert!(listed(&fix, Some("2026-12-02"), None, true).is_empty());
    let filter = HistoryFilter { from: Some("noon".to_owned()), to: Some("later".to_owned()) };
    let paging = Paging { limit: 0, cursor: None };
    let answer = fix.app.history(&fix.owner(), TEAM, &filter, &paging, false).wait();
    let Err(Fault::Refused(Refused::Input(errors))) = answer else { panic!("listed") };
    let pointers: Vec<_> = errors.iter().map(|error| error.pointer.as_str()).collect();
    assert_eq!(pointers, ["/from", "/to", "/limit"]);
}

#[test]
fn cr_30_entries_stand_in_the_order_of_booking_though_the_clock_was_set_back() {
    let fix = Fixture::new();
    fix.credits(1);
    fix.advance(-3_600);
    fix.credits(2);
    fix.advance(7_200);
    fix.credits(3);
    assert_eq!(listed(&fix, None, None, true), [1, 2, 3]);
    assert_eq!(listed(&fix, Some("2026-12-01T09:00:00Z"), None, true), [1, 3]);
    assert_eq!(listed(&fix, None, Some("2026-12-01T09:00:00Z"), true), [2]);
}

#[test]
fn cr_30_an_export_comes_in_parts() {
    let fix = Fixture::new();
    fix.credits(3);
    let computer = fix.computer();
    fix.invite(computer, "=1+1@example.org, lin@example.org");
    let (mut after, mut rows, mut parts) = (0, Vec::new(), 0);
    let all = HistoryFilter::default();
    loop {
        let part = fix.app.entries_after(&fix.owner(), TEAM, &all, after, 2).wait().unwrap();
        let Some(last) = part.last() else { break };
        after = last.seq;
        parts += 1;
        rows.extend(part.iter().map(csv_record));
    }
    assert_eq!((parts, rows.len()), (2, 3));
    let column = |column: usize| rows.iter().map(|row| row[column].clone()).collect::<Vec<_>>();
    assert_eq!(column(1), ["grant", "invite", "invite"]);
    assert_eq!(column(2), ["3", "-1", "-1"]);
    assert_eq!(column(4), ["", "cory@acme.example", "cory@acme.example"]);
    assert_eq!(column(5), ["", "'=1+1@example.org", "lin@example.org"]);
    assert!(rows[1][6].starts_with("inv_"), "{rows:?}");
    let later = HistoryFilter { from: Some("2026-12-02".to_owned()), to: None };
    let none = fix.app.entries_after(&fix.owner(), TEAM, &later, 0, 2).wait().unwrap();
    assert!(none.is_empty());
}

#[test]
fn cr_31_sound_books_reconcile() {
    let fix = Fixture::new();
    check_books(&fix, 0, &[]);
    fix.credits(5);
    let computer = fix.computer();
    let made = fix.invite(computer, "lin@example.org, sam@example.net, mia@acme.example");
    fix.app.cancel_invite(&fix.call("cory"), TEAM, made.invites[0].id, None).wait().unwrap();
    buy(&fix, "ada", 10);
    fix.until("12:00:00");
    check_books(&fix, 15, &[]);
    assert_eq!(refused(fix.app.verify(Some("other")).wait()), "not_found");
    assert_eq!(refused(fix.app.verify(Some("NO TEAM")).wait()), "not_found");
}

#[test]
fn cr_31_what_is_wrong_in_the_books_is_named() {
    let (fix, invite) = books();
    tamper(&fix, &tables::CREDIT_ACCOUNT, &[text(TEAM)], 1, Value::Int(7));
    check_books(&fix, 7, &["the account says the balance is 7, but its entries sum up to 4"]);

    let (fix, _) = books();
    tamper(&fix, &tables::CREDIT_ENTRY, &[text(TEAM), Value::Int(1)], 4, Value::Int(6));
    check_books(
        &fix,
        4,
        &[
            "entry 1 says the balance is 5, but it comes to 6",
            "the account says the balance is 4, but its entries sum up to 5",
        ],
    );

    let (fix, _) = books();
    keep(&fix.store, move |tx| tx.erase(&tables::INVITE, &[text(TEAM), blob(invite)]).unwrap());
    check_books(&fix, 4, &[&format!("entries name invite {invite}, which does not exist")]);
}

#[test]
fn cr_31_rows_that_make_no_sense_are_named_and_the_audit_goes_on() {
    let (fix, invite) = books();
    let entry = [text(TEAM), Value::Int(2)];
    tamper(&fix, &tables::CREDIT_ENTRY, &entry, 6, text("a whim"));
    let found = audit(&fix).discrepancies;
    assert_eq!(found[0], "entry 2 cannot be read");
    assert!(found.contains(&format!("invite {invite} cost a credit, but no entry charges it")));

    // The credit of an invite that cannot be shown any more is still paired.
    let (fix, invite) = books();
    tamper(&fix, &tables::INVITE, &[text(TEAM), blob(invite)], 12, text("two\nlines"));
    check_books(&fix, 4, &[&format!("invite {invite} cannot be read")]);

    let (fix, _) = books();
    tamper(&fix, &tables::CREDIT_ACCOUNT, &[text(TEAM)], 1, Value::Int(-1));
    let found = audit(&fix).discrepancies;
    assert_eq!(found[0], "the account cannot be read");

    let (fix, _) = books();
    tamper(&fix, &tables::TEAM, &[text(TEAM)], 2, text("Nowhere/Land"));
    check_books(&fix, 4, &["the team itself cannot be read"]);
}

#[test]
fn cr_31_long_books_are_read_in_parts() {
    let fix = Fixture::new();
    for _ in 0..2_100 {
        fix.credits(1);
    }
    check_books(&fix, 2_100, &[]);
    let entry = [text(TEAM), Value::Int(2_050)];
    keep(&fix.store, move |tx| tx.erase(&tables::CREDIT_ENTRY, &entry).unwrap());
    let found = audit(&fix).discrepancies;
    assert_eq!(found[0], "entry 2051 stands where entry 2050 should");
}

#[test]
fn cr_32_falling_under_the_mark_is_one_event_and_one_mail() {
    let fix = Fixture::new();
    fix.credits(3);
    let change = guest_app::TeamChange {
        low_balance_mark: Some(Some(2)),
        ..guest_app::TeamChange::default()
    };
    fix.app.change_team(&fix.owner(), TEAM, &change).wait().unwrap();
    let computer = fix.computer();
    let told = |guest: &str, expected| {
        fix.invite(computer, guest);
        let low =
            fix.store.rows(&tables::EVENT).into_iter().filter(|row| row[3] == text("credits.low"));
        assert_eq!(low.count(), expected);
        let low = fix
            .store
            .rows(&tables::MAIL)
            .into_iter()
            .filter(|row| row[2] == text("ada@acme.example"));
        assert_eq!(low.count(), expected);
    };
    told("lin@example.org", 0);
    told("sam@example.net", 1);
    told("kim@example.net", 1);
}

/// Only the least of the roles and those above it may; to strangers there is no team.
#[track_caller]
fn check_right(fix: &Fixture, least: &str, ask: impl Fn(&Call) -> Result<(), Fault>) {
    let roles = ["eve", "mia", "cory", "bob", "ada"];
    let from = roles.iter().position(|role| *role == least).unwrap();
    for (rank, who) in roles.into_iter().enumerate() {
        let answer = ask(&fix.call(who));
        if rank >= from {
            answer.unwrap();
        } else {
            assert_eq!(refused(answer), "forbidden", "{who}");
        }
    }
    assert_eq!(refused(ask(&fix.call("lin@example.org"))), "not_found");
    let nobody = Call { caller: Caller::Nobody, origin: None, once: None };
    assert_eq!(refused(ask(&nobody)), "unauthenticated");
}

#[track_caller]
fn check_books(fix: &Fixture, balance: u64, discrepancies: &[&str]) {
    let discrepancies = discrepancies.iter().map(|line| (*line).to_owned()).collect();
    let expected = TeamAudit { team: TEAM.to_owned(), balance, discrepancies };
    assert_eq!(audit(fix), expected);
    assert_eq!(fix.app.verify(None).wait().unwrap(), [expected]);
}

fn audit(fix: &Fixture) -> TeamAudit {
    fix.app.verify(Some(TEAM)).wait().unwrap().remove(0)
}

/// Five credits granted and one spent.
fn books() -> (Fixture, InviteId) {
    let fix = Fixture::new();
    fix.credits(5);
    let invite = fix.invite_one(fix.computer(), "lin@example.org");
    (fix, invite)
}

/// Changes one value of a row behind the application's back.
fn tamper(
    fix: &Fixture,
    table: &'static guest_app::Table,
    key: &[Value],
    column: usize,
    value: Value,
) {
    let (key, mut value) = (key.to_vec(), Some(value));
    keep(&fix.store, move |tx| {
        let mut row = tx.read(table, &key).unwrap().unwrap();
        row[column] = value.take().unwrap();
        tx.write(table, &row).unwrap();
    });
}

/// The amounts in the history, page by page of two.
fn listed(fix: &Fixture, from: Option<&str>, to: Option<&str>, oldest_first: bool) -> Vec<i64> {
    let filter = HistoryFilter { from: from.map(str::to_owned), to: to.map(str::to_owned) };
    let mut paging = Paging { limit: 2, cursor: None };
    let mut amounts = Vec::new();
    loop {
        let page =
            fix.app.history(&fix.owner(), TEAM, &filter, &paging, oldest_first).wait().unwrap();
        amounts.extend(page.data.iter().map(|entry| entry.credits));
        paging.cursor = page.next_cursor;
        if paging.cursor.is_none() {
            return amounts;
        }
    }
}

fn history(fix: &Fixture) -> Vec<EntryView> {
    let all = HistoryFilter::default();
    fix.app.history(&fix.owner(), TEAM, &all, &Paging::default(), false).wait().unwrap().data
}

fn buy(fix: &Fixture, who: &str, quantity: i64) -> OrderView {
    let quote = quote(fix, quantity);
    confirm(fix, &fix.call(who), &quote).unwrap()
}

fn confirm(fix: &Fixture, call: &Call, quote: &QuoteView) -> Result<OrderView, Fault> {
    fix.app.order(call, TEAM, &OrderDraft { quote_id: quote.id.to_string() }).wait()
}

fn quote(fix: &Fixture, quantity: i64) -> QuoteView {
    fix.app.quote(&fix.owner(), TEAM, &of(quantity)).wait().unwrap()
}

fn of(quantity: i64) -> QuoteDraft {
    QuoteDraft { quantity: Some(quantity), bundle: None }
}

fn balance(fix: &Fixture) -> u64 {
    fix.app.balance(&fix.owner(), TEAM).wait().unwrap().balance
}

/// Who did this, by the audit log.
fn actions(fix: &Fixture, action: &str) -> Vec<String> {
    let lines = fix.store.rows(&tables::AUDIT).into_iter().filter(|row| row[4] == text(action));
    let actors = lines.map(|row| {
        let Value::Text(actor) = &row[3] else { panic!("{row:?}") };
        actor.clone()
    });
    actors.collect()
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn blob(invite: InviteId) -> Value {
    Value::Blob(invite.to_bits().to_be_bytes().to_vec())
}

/// A server that was started again: its ids are none of those drawn before.
struct Later;

impl Entropy for Later {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0xff);
    }

    fn id(&self) -> u128 {
        u128::MAX >> 1
    }
}

impl Render for Later {
    fn render(&self, _letter: &Letter) -> Rendered {
        let nothing = String::new;
        Rendered { subject: nothing(), text: nothing(), html: nothing(), calendar: None }
    }
}
