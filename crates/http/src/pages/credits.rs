//! Credits: what they cost, buying them, and the books (WB-6).

mod books;
mod plot;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use guest_app::{Call, Once, OrderDraft, OrderView, PricesView, QuoteDraft, QuoteView};
use guest_core::{Currency, InputError, OrderId};
use sha2::{Digest as _, Sha256};

use self::books::{Asked, Books};
use super::form::{Form, Wrong, sentence};
use super::place::Place;
use super::shell::{Section, Shell};
use super::told::{Moment, zone};
use crate::answer::Answer;
use crate::input::At;
use crate::problem::Problem;
use crate::server::{Server, Shared};

/// A form that was sent back is loaded again as the page it stands on.
pub(super) fn routes() -> Router<Server> {
    Router::new()
        .route("/t/{team}/credits", get(show))
        .route("/t/{team}/credits/quotes", get(show).post(quote))
        .route("/t/{team}/credits/orders", get(show).post(order))
        .route("/t/{team}/credits/orders/{id}", get(show_order))
}

/// `GET /t/{team}/credits`: the balance, the prices, and the books for those who may see them.
async fn show(State(server): State<Server>, place: Place, Query(asked): Query<Asked>) -> Answer {
    shown(&server, &place, &asked, "", &Wrong::default()).await
}

/// `POST /t/{team}/credits/quotes`: shows what some credits cost, to be confirmed (CR-21).
async fn quote(State(server): State<Server>, place: Place, form: Form) -> Answer {
    let typed = form.text("quantity").trim();
    let wrong = match read(&form) {
        Ok(draft) => match server.app.quote(place.call(), place.id(), &draft).await {
            Ok(quote) => return review(&server, &place, &quote).await,
            Err(fault) => Wrong::with(fault, &[QUANTITY])?,
        },
        Err(error) => Wrong::of(&vec![error].into(), &[QUANTITY]),
    };
    shown(&server, &place, &Asked::default(), typed, &wrong).await
}

/// `POST /t/{team}/credits/orders`: buys what was reviewed, once however often it is sent (CR-21).
async fn order(State(server): State<Server>, place: Place, form: Form) -> Answer {
    let quote_id = form.text("quote_id").to_owned();
    let fingerprint = Sha256::digest(format!("{}\n{quote_id}", place.id())).into();
    let once = Some(Once { token: format!("page {quote_id}"), fingerprint });
    let call = Call { once, ..place.call().clone() };
    match server.app.order(&call, place.id(), &OrderDraft { quote_id }).await {
        Ok(order) => {
            let address = format!("/t/{}/credits/orders/{}", place.id(), order.id);
            Ok(super::see_other(&address))
        }
        Err(fault) => {
            let wrong = Wrong::with(fault, &[])?;
            shown(&server, &place, &Asked::default(), "", &wrong).await
        }
    }
}

/// `GET /t/{team}/credits/orders/{id}`: what became of an order.
async fn show_order(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, OrderId)>,
) -> Answer {
    let order = server.app.show_order(place.call(), place.id(), id).await?;
    let balance = server.app.balance(place.call(), place.id()).await?.balance;
    let zone = team_zone(&server, &place).await?;
    let page = OrderPage {
        shell: place.shell(&server, Section::Credits),
        place: &place,
        total: amount(&order.currency, order.total),
        made: Moment::of(order.made_at, zone),
        settled: order.settled_at.map(|at| Moment::of(at, zone)),
        order: &order,
        balance,
    };
    Ok(super::page(&server, &page))
}

/// Reads which credits are wanted: those of a bundle's button, or so many as were typed.
fn read(form: &Form) -> Result<QuoteDraft, InputError> {
    if form.has("bundle") {
        return Ok(QuoteDraft { bundle: form.text("bundle").parse().ok(), quantity: None });
    }
    let quantity = form.text("quantity").trim().parse();
    let quantity = quantity.map_err(|_| InputError::invalid(QUANTITY, "type a whole number"))?;
    Ok(QuoteDraft { quantity: Some(quantity), bundle: None })
}

/// Shows the page, with what is wrong with what was sent.
async fn shown(
    server: &Shared,
    place: &Place,
    asked: &Asked,
    typed: &str,
    wrong: &Wrong,
) -> Answer {
    let prices = server.app.prices(place.call(), place.id()).await?;
    let zone = team_zone(server, place).await?;
    let books = if place.may("read_history") {
        Some(Books::of(&server.app, place, asked, zone).await?)
    } else {
        None
    };
    let page = CreditsPage {
        shell: place.shell(server, Section::Credits),
        place,
        balance: server.app.balance(place.call(), place.id()).await?.balance,
        unit: amount(&prices.currency, prices.unit_price),
        bundles: Bundle::all(&prices),
        refunds: sentence(&prices.refunds),
        prices: &prices,
        books,
        typed,
        wrong,
    };
    Ok(super::page_as(wrong.status(), server, &page))
}

/// Shows a quote, to be confirmed.
async fn review(server: &Shared, place: &Place, quote: &QuoteView) -> Answer {
    let line = |line: &guest_app::LineView| Line {
        what: match line.quantity {
            1 => "single credit".to_owned(),
            of => format!("bundle of {of}"),
        },
        count: line.count,
        each: amount(&quote.currency, line.unit_price),
        total: amount(&quote.currency, line.total),
    };
    let page = ReviewPage {
        shell: place.shell(server, Section::Credits),
        place,
        lines: quote.lines.iter().map(line).collect(),
        total: amount(&quote.currency, quote.total),
        saving: Some(quote.saving)
            .filter(|saving| *saving > 0)
            .map(|saving| amount(&quote.currency, saving)),
        balance: server.app.balance(place.call(), place.id()).await?.balance,
        refunds: sentence(&quote.refunds),
        until: Moment::of(quote.expires_at, team_zone(server, place).await?),
        quote,
    };
    Ok(super::page_as(StatusCode::OK, server, &page))
}

/// Returns the zone in which the team's own times are told.
async fn team_zone(server: &Shared, place: &Place) -> Result<guest_core::Zone, Problem> {
    let team = server.app.team(place.call(), place.id()).await?;
    Ok(zone(&team.time_zone))
}

/// Writes money as people do.
pub(super) fn amount(currency: &str, minor: u64) -> String {
    match Currency::parse(currency) {
        Ok(currency) => currency.amount(minor).to_string(),
        Err(_) => format!("{minor} {currency}"),
    }
}

/// A bundle in the price list.
struct Bundle {
    quantity: u32,
    total: String,
    saving: String,
}

impl Bundle {
    fn all(prices: &PricesView) -> Vec<Self> {
        let bundle = |bundle: &guest_app::BundleView| Self {
            quantity: bundle.quantity,
            total: amount(&prices.currency, bundle.total),
            saving: amount(&prices.currency, bundle.saving),
        };
        prices.bundles.iter().map(bundle).collect()
    }
}

/// A line of a quote.
struct Line {
    what: String,
    count: u32,
    each: String,
    total: String,
}

#[derive(Template)]
#[template(path = "credits.html")]
struct CreditsPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    balance: u64,
    prices: &'a PricesView,
    unit: String,
    bundles: Vec<Bundle>,
    /// When credits come back.
    refunds: String,
    books: Option<Books>,
    /// The quantity as it was typed.
    typed: &'a str,
    wrong: &'a Wrong,
}

#[derive(Template)]
#[template(path = "credits/review.html")]
struct ReviewPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    quote: &'a QuoteView,
    lines: Vec<Line>,
    total: String,
    /// How much less it is than as many singles.
    saving: Option<String>,
    balance: u64,
    /// When credits come back.
    refunds: String,
    until: Moment,
}

impl ReviewPage<'_> {
    /// Returns the balance once it is paid.
    fn after(&self) -> u64 {
        self.balance.saturating_add(self.quote.quantity.into())
    }
}

#[derive(Template)]
#[template(path = "credits/order.html")]
struct OrderPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    order: &'a OrderView,
    total: String,
    balance: u64,
    made: Moment,
    settled: Option<Moment>,
}

/// The field of the quantity.
const QUANTITY: &str = "/quantity";
