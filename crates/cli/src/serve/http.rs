//! The HTTP side of a server.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::serve::ListenerExt as _;
use guest_app::App;
use guest_http::StoreFigures;
use guest_store_sqlite::{SqliteStore, StoreStats};
use tokio::net::TcpListener;

use super::stop::Stop;
use crate::config::Settings;
use crate::failure::chain;

/// Returns everything that is served; streams end when the server is told to stop.
pub(super) fn router(
    app: &App,
    settings: &Settings,
    store: Arc<SqliteStore>,
    stop: &Stop,
) -> Router {
    let options = guest_http::Options {
        trust_proxy: settings.trust_proxy.value,
        metrics_public: settings.metrics_public.value,
        store_stats: Some(Arc::new(move || figures(&store.stats()))),
        stopping: Some(stop.told()),
    };
    guest_http::router(app.clone(), options)
}

/// Serves until told to stop, and then the requests at hand.
pub(super) async fn serve(listener: TcpListener, router: Router, stop: Stop) {
    let listener = listener.tap_io(|stream| {
        // Answers are short; waiting to fill packets would only delay them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service).with_graceful_shutdown(stop.wait()).await;
    if let Err(error) = served {
        tracing::error!(error = chain(&error), "cannot serve");
    }
}

fn figures(stats: &StoreStats) -> StoreFigures {
    let within = StoreStats::BOUNDS.into_iter().zip(stats.batches_within);
    StoreFigures {
        units: stats.units,
        batches: stats.batches,
        failed_batches: stats.failed_batches,
        last_batch: stats.last_batch,
        queries: stats.queries,
        waiting: stats.waiting_units.saturating_add(stats.waiting_queries),
        batch_micros: stats.batch_micros,
        batches_within: within.collect(),
    }
}
