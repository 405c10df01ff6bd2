//! Credits: balance, prices, buying, history.

mod export;

use axum::extract::State;
use guest_app::view::Page;
use guest_app::{
    BalanceView, EntryView, HistoryFilter, OrderDraft, OrderView, PricesView, QuoteDraft, QuoteView,
};
use guest_core::OrderId;
use serde::Deserialize;
use utoipa_axum::routes;

use crate::answer::{Answer, made, ok};
use crate::document::{Routes, Terms};
use crate::input::{Asked, At, Posted, page};
use crate::server::Server;
use crate::visitor::Known;

pub(crate) fn routes(routes: Routes) -> Routes {
    const TAG: &str = "Credits";
    let buying = Terms::team(TAG).writes().body().once();
    let sizes = ["quantity_too_large", "quantity_too_small", "bundle_unknown"];
    routes
        .on(routes!(balance), &Terms::team(TAG))
        .on(routes!(prices), &Terms::team(TAG))
        .on(routes!(quote), &buying.clone().or(&sizes))
        .on(routes!(order), &buying.or(&["quote_expired", "quote_used"]))
        .on(routes!(show_order), &Terms::team(TAG))
        .on(routes!(history), &Terms::team(TAG).query())
        .on(routes!(export::export), &Terms::team(TAG).query())
}

/// Which entries of the history are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct HistoryQuery {
    /// From this moment or date on, in UTC.
    from: Option<String>,
    /// Before this moment, or up to the end of this date, in UTC.
    to: Option<String>,
    /// How many entries at most: 1 to 200, 50 unless given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before; none for the first page.
    cursor: Option<String>,
}

/// Tells how many credits a team has.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/guest-access-invite-credits",
    responses((status = 200, description = "The balance.", body = BalanceView)),
)]
async fn balance(State(server): State<Server>, Known(call): Known, At(team): At<String>) -> Answer {
    ok(&server.app.balance(&call, &team).await?)
}

/// Tells what credits cost.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/credits/prices",
    responses((status = 200, description = "The prices.", body = PricesView)),
)]
async fn prices(State(server): State<Server>, Known(call): Known, At(team): At<String>) -> Answer {
    ok(&server.app.prices(&call, &team).await?)
}

/// Quotes a price, to be confirmed within 30 minutes.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/credits/quotes",
    request_body = QuoteDraft,
    responses((status = 201, description = "The quote.", body = QuoteView)),
)]
async fn quote(At(team): At<String>, Posted { app, call, body, .. }: Posted<QuoteDraft>) -> Answer {
    made(&app.quote(&call, &team, &body).await?)
}

/// Buys credits at a price that was quoted.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/credits/orders",
    request_body = OrderDraft,
    responses((status = 201, description = "The order.", body = OrderView)),
)]
async fn order(At(team): At<String>, Posted { app, call, body, .. }: Posted<OrderDraft>) -> Answer {
    made(&app.order(&call, &team, &body).await?)
}

/// Tells what became of an order.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/credits/orders/{id}",
    responses((status = 200, description = "The order.", body = OrderView)),
)]
async fn show_order(
    State(server): State<Server>,
    Known(call): Known,
    At((team, id)): At<(String, OrderId)>,
) -> Answer {
    ok(&server.app.show_order(&call, &team, id).await?)
}

/// Shows the history of a team's credits, the newest entry first.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/credits/transactions",
    params(HistoryQuery),
    responses((status = 200, description = "The entries.", body = Page<EntryView>)),
)]
async fn history(
    At(team): At<String>,
    Asked { app, call, query, .. }: Asked<HistoryQuery>,
) -> Answer {
    let HistoryQuery { from, to, limit, cursor } = query;
    let filter = HistoryFilter { from, to };
    ok(&app.history(&call, &team, &filter, &page(limit, cursor), false).await?)
}
