//! Serves guest access over HTTP: the API, its description, and figures for whoever watches.
//!
//! Handlers read a request, call a use case of [`guest_app`] and show what it
//! answers; there are no rules here. Every answer that says no is a problem
//! with a code (`problem.rs`), and what may come of each operation is in the
//! `OpenAPI` document that is generated from the handlers (`document.rs`).
//!
//! [`router`] needs no server around it: whoever has the application in the
//! same process can call it as a service.

mod agent;
mod answer;
mod api_keys;
mod audit;
mod computer_keys;
mod computers;
mod credits;
mod devices;
mod docs;
mod document;
mod edge;
mod events;
mod greetings;
mod groups;
mod guest_links;
mod health;
mod html;
mod input;
mod invites;
mod join_requests;
mod limits;
mod member_invites;
mod metrics;
#[cfg(feature = "pages")]
mod pages;
mod problem;
mod server;
mod sign_in;
mod sse;
mod streams;
mod teams;
mod users;
mod visitor;
mod workspaces;

pub use metrics::{Histogram, StoreFigures, StoreStats};
pub use visitor::OperatorAccess;

use std::sync::Arc;

use axum::http::Method;
use axum::routing::get;
use axum::{Router, middleware};
use guest_app::App;
use guest_gateway::Gateway;
use tokio::sync::watch;
use utoipa::openapi::OpenApi;
use utoipa_axum::routes;

use crate::document::{Routes, Terms};
use crate::problem::Problem;
use crate::server::{Server, Shared};

/// What whoever runs the server decides about serving.
#[derive(Clone, Default)]
pub struct Options {
    /// Whether the last address in `X-Forwarded-For` is believed: only behind a proxy that sets it.
    pub trust_proxy: bool,
    /// Whether `/metrics` is shown to others than this machine.
    pub metrics_public: bool,
    /// Tells what the store has done, for `/metrics`.
    pub store_stats: Option<StoreStats>,
    /// Turns `true` when the server stops, so that streams end and do not hold it up.
    pub stopping: Option<watch::Receiver<bool>>,
    /// Carries guests' connections; without it nobody can open a stream.
    pub gateway: Option<Gateway>,
}

/// Returns all routes of the application.
///
/// Peers are known by the extension `ConnectInfo<SocketAddr>`, and whoever
/// inserts an [`OperatorAccess`] calls as the operator.
pub fn router(app: App, options: Options) -> Router {
    let server = Arc::new(Shared::new(app, options));
    let api = api(Routes::served()).handlers();
    api.merge(apart())
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async |method: Method| {
            Problem::new("method_not_allowed", format!("{method} is not understood here"))
        })
        .layer(middleware::from_fn_with_state(Arc::clone(&server), edge::pass))
        .with_state(server)
}

/// Returns the `OpenAPI` document.
fn described() -> OpenApi {
    api(Routes::described()).document()
}

/// Returns the routes that the `OpenAPI` document describes.
fn api(routes: Routes) -> Routes {
    routes
        .and(sign_in::routes)
        .and(devices::routes)
        .and(teams::routes)
        .and(invites::routes)
        .and(guest_links::routes)
        .and(computers::routes)
        .and(computer_keys::routes)
        .and(agent::routes)
        .and(streams::routes)
        .and(credits::routes)
        .and(users::routes)
        .and(join_requests::routes)
        .and(groups::routes)
        .and(member_invites::routes)
        .and(greetings::routes)
        .and(workspaces::routes)
        .and(api_keys::routes)
        .and(audit::routes)
        .and(events::routes)
        .on(routes!(docs::document), &Terms::anyone("This document"))
}

/// Returns the routes that are not part of the API.
fn apart() -> Router<Server> {
    let router = Router::new()
        .route("/healthz", get(health::up))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::show))
        .route("/docs", get(docs::show))
        .route("/docs.css", get(html::style))
        .route("/problems/{code}", get(problem::show));
    #[cfg(feature = "pages")]
    let router = router.merge(pages::routes());
    router
}
