//! The whole over a database in a file, whose answers come from other threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::body::Body;
use chrono::TimeDelta;
use futures_util::StreamExt;
use futures_util::future::join_all;
use guest_app::tables;
use guest_http::Options;
use guest_store_sqlite::{Options as StoreOptions, SqliteStore, schema_sql};
use serde_json::json;

use crate::things::{Things, invite_body};
use crate::world::{ORIGIN, World, app, aside, at, populate};

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_are_all_served() {
    let folder = tempfile::tempdir().unwrap();
    let ticks = Arc::new(AtomicI64::new(0));
    let clock =
        move || at("09:00:00") + TimeDelta::microseconds(ticks.fetch_add(1, Ordering::Relaxed));
    let schema: &'static str = schema_sql(tables::ALL).leak();
    let migrations: &'static [&'static str] = Box::leak(Box::new([schema]));
    let options = StoreOptions::new(Arc::new(clock), tables::ALL, migrations);
    let store = SqliteStore::open(&folder.path().join("guest.db"), &options).unwrap();
    let app = app(Arc::new(store), ORIGIN);
    aside(|| populate(&app));
    let router = guest_http::router(app.clone(), Options::default());
    // The store in memory stays empty: this world has another.
    let world =
        World { app: app.clone(), store: guest_testkit::MemStore::at(at("09:00:00")), router };
    let things = Things::of(&world);
    aside(|| app.grant("acme", 100, "a test").wait().unwrap());
    let cory = world.sign_in("cory");
    let events = cory.open("GET", "/v1/teams/acme/events", Body::empty()).await;
    let made = join_all((0..64).map(|n| {
        let body = invite_body(&things.computer, &format!("guest-{n}@example.org"));
        let cory = cory.clone();
        async move { cory.post("/v1/teams/acme/guest-access-invites", body).await.is(201) }
    }));
    assert_eq!(made.await.len(), 64);
    let balance = cory.get("/v1/teams/acme/guest-access-invite-credits").await.is(200);
    assert_eq!(balance, json!({ "balance": 119 - 64 }));
    // Those who follow are told of every one of them.
    let mut told = 0;
    let mut events = events.into_body().into_data_stream();
    while told < 64 {
        let bytes = events.next().await.unwrap().unwrap();
        told += str::from_utf8(&bytes).unwrap().matches("event: invite.created").count();
    }
    assert_eq!(told, 64);
    let file = world.sign_in("ada").get("/v1/teams/acme/credits/transactions.csv").await;
    assert_eq!(file.text.lines().filter(|row| row.contains(",invite,-1,")).count(), 65);
    world.nobody().get("/readyz").await.is(200);
}
