//! A store that fails, or has too much to do (QU-21).

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use guest_app::{Query, Store, StoreError, Unit};
use guest_http::Options;
use guest_testkit::MemStore;
use serde_json::json;

use crate::world::{Client, ORIGIN, app, aside, at, populate};

#[tokio::test]
async fn qu_21_what_cannot_be_kept_is_refused_and_the_rest_goes_on() {
    let store =
        Arc::new(Fragile { store: MemStore::at(at("09:00:00")), state: AtomicU8::new(WHOLE) });
    let app = app(Arc::clone(&store) as Arc<dyn Store>, ORIGIN);
    aside(|| populate(&app));
    let router = guest_http::router(app.clone(), Options::default());
    let secret = aside(|| {
        app.sign_in_as(&guest_core::Email::parse("ada@acme.example").unwrap()).wait().unwrap()
    });
    let ada = Client::of(router)
        .with("cookie", &format!("guest={}", secret.expose()))
        .with("origin", ORIGIN);
    let rename = || json!({ "name": "Changed" });
    store.state.store(READ_ONLY, Ordering::Relaxed);
    let answer = ada.patch("/v1/teams/acme", rename()).await;
    let problem = answer.refused(503, "store_unavailable");
    assert!(!answer.text.contains("the disk"), "{problem}");
    assert_eq!(ada.get("/v1/teams/acme").await.is(200)["name"], "acme");
    ada.get("/readyz").await.is(200);
    store.state.store(BUSY, Ordering::Relaxed);
    let answer = ada.patch("/v1/teams/acme", rename()).await;
    answer.refused(503, "busy");
    assert_eq!(answer.header("retry-after"), "1");
    store.state.store(GONE, Ordering::Relaxed);
    ada.get("/v1/teams/acme").await.refused(503, "store_unavailable");
    ada.get("/readyz").await.refused(503, "store_unavailable");
    ada.get("/healthz").await.is(200);
    ada.get("/docs").await.is(200);
    store.state.store(WHOLE, Ordering::Relaxed);
    ada.patch("/v1/teams/acme", rename()).await.is(200);
    ada.get("/readyz").await.is(200);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_come_is_not_waited_for() {
    let store =
        Arc::new(Fragile { store: MemStore::at(at("09:00:00")), state: AtomicU8::new(SILENT) });
    let app = app(Arc::clone(&store) as Arc<dyn Store>, ORIGIN);
    let client = Client::of(guest_http::router(app, Options::default()));
    let answer =
        client.with("authorization", &format!("Bearer gk_{}", "0".repeat(52))).get("/v1/me").await;
    answer.refused(503, "busy");
    assert_eq!(answer.header("retry-after"), "1");
}

/// A store that can be made to fail.
struct Fragile {
    store: MemStore,
    state: AtomicU8,
}

impl Store for Fragile {
    fn submit(&self, unit: Box<dyn Unit>) {
        match self.state.load(Ordering::Relaxed) {
            WHOLE => self.store.submit(unit),
            BUSY => unit.settle(Err(StoreError::busy())),
            SILENT => drop(Box::leak(unit)),
            _ => unit.settle(Err(StoreError::new("writing", "the disk is read-only"))),
        }
    }

    fn inspect(&self, query: Box<dyn Query>) {
        match self.state.load(Ordering::Relaxed) {
            GONE => query.settle(Err(StoreError::new("reading", "the disk is gone"))),
            SILENT => drop(Box::leak(query)),
            _ => self.store.inspect(query),
        }
    }

    fn on_commit(&self, wake: Box<dyn Fn() + Send + Sync>) {
        self.store.on_commit(wake);
    }
}

const WHOLE: u8 = 0;
const READ_ONLY: u8 = 1;
const BUSY: u8 = 2;
const GONE: u8 = 3;
const SILENT: u8 = 4;
