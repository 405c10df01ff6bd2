//! The HTTP side of a server.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use guest_app::App;
use guest_gateway::Gateway;
use guest_http::{Histogram, StoreFigures};
use guest_store_sqlite::{SqliteStore, StoreStats};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tower::ServiceExt as _;

use super::stop::Stop;
use crate::config::Settings;
use crate::failure::chain;

/// Returns everything that is served; streams end when the server is told to stop.
pub(super) fn router(
    app: &App,
    settings: &Settings,
    store: Arc<SqliteStore>,
    gateway: Gateway,
    stop: &Stop,
) -> Router {
    let options = guest_http::Options {
        trust_proxy: settings.trust_proxy.value,
        metrics_public: settings.metrics_public.value,
        store_stats: Some(Arc::new(move || figures(&store.stats()))),
        stopping: Some(stop.told()),
        gateway: Some(gateway),
    };
    guest_http::router(app.clone(), options)
}

/// Serves until told to stop, and then the requests at hand.
///
/// A connection that is silent where a request should begin or go on is
/// closed, so that strangers cannot hold connections for nothing (QU-34).
pub(super) async fn serve(listener: TcpListener, router: Router, stop: Stop) {
    let open = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(CONNECTIONS_MOST));
    let mut http = auto::Builder::new(TokioExecutor::new()).http1_only();
    http.http1().timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    let mut stopping = pin!(stop.wait());
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &room) => accepted,
            () = &mut stopping => break,
        };
        let (stream, peer, place) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(error = chain(&error), "cannot accept a connection");
                sleep(PAUSE).await;
                continue;
            }
        };
        let service = router.clone().map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request.map(Body::new)
        });
        let service = TowerToHyperService::new(service);
        let (http, open, stop) = (http.clone(), open.watcher(), stop.clone());
        tokio::spawn(async move {
            if says_something(&stream, &stop).await {
                let served = http.serve_connection_with_upgrades(TokioIo::new(stream), service);
                if let Err(error) = open.watch(served.into_owned()).await {
                    tracing::debug!(error = chain(error.as_ref()), "a connection broke");
                }
            }
            drop(place);
        });
    }
    drop(listener);
    open.shutdown().await;
}

/// Waits for the first byte of a connection, in vain if none comes for long or the server stops.
async fn says_something(stream: &TcpStream, stop: &Stop) -> bool {
    let mut first = [0];
    tokio::select! {
        () = stop.wait() => false,
        read = timeout(PATIENCE, stream.peek(&mut first)) => matches!(read, Ok(Ok(1..))),
    }
}

/// Waits for room, and for somebody who connects.
async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(room).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    // Answers are short; waiting to fill packets would only delay them.
    stream.set_nodelay(true)?;
    Ok((stream, peer, place))
}

fn figures(stats: &StoreStats) -> StoreFigures {
    let seconds = |micros| Duration::from_micros(micros).as_secs_f64();
    let within = StoreStats::BOUNDS.map(seconds).into_iter().zip(stats.batches_within);
    let sizes = StoreStats::SIZES.map(float).into_iter().zip(stats.batches_of);
    let count = stats.batches;
    StoreFigures {
        batch_seconds: Histogram {
            within: within.collect(),
            sum: seconds(stats.batch_micros),
            count,
        },
        batch_units: Histogram { within: sizes.collect(), sum: float(stats.units), count },
        failed_batches: stats.failed_batches,
        queries: stats.queries,
        waiting: stats.waiting_units.saturating_add(stats.waiting_queries),
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures need no more than 52 bits")]
const fn float(count: u64) -> f64 {
    count as f64
}

/// How long a connection may take to say what it wants, and be idle between two requests.
const PATIENCE: Duration = Duration::from_secs(30);

/// Bounds the memory that connections take; more wait to be accepted.
const CONNECTIONS_MOST: usize = 10_000;

/// Descriptors may have run out: some time later some may be free.
const PAUSE: Duration = Duration::from_millis(100);
