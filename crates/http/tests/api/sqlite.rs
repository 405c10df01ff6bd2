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
async fn or_6_of_two_owners_who_revoke_each_other_at_once_exactly_one_succeeds() {
    let (_folder, world) = world();
    let users = world.sign_in("ada").get("/v1/teams/acme/users").await.is(200);
    let id = |name: &str| {
        let mut users = users["data"].as_array().unwrap().iter();
        users.find(|user| user["name"] == name).unwrap()["id"].as_str().unwrap().to_owned()
    };
    let (ada, olga) = (id("ada"), id("olga"));
    // Both are signed in before either is asked for anything.
    let [by_ada, by_olga] = ["ada", "olga"].map(|name| world.sign_in(name));
    let revoke = |client: crate::world::Client, whom: &str| {
        let path = format!("/v1/teams/acme/users/{whom}/revoke");
        tokio::spawn(async move { client.post(&path, json!({})).await.status.as_u16() })
    };
    let (first, second) = (revoke(by_ada, &olga), revoke(by_olga, &ada));
    let mut answers = [first.await.unwrap(), second.await.unwrap()];
    answers.sort_unstable();
    // Whoever was revoked first is signed out.
    assert_eq!(answers, [200, 401]);
    let users = world.operator(None).get("/v1/teams/acme/users").await.is(200);
    let owners = users["data"].as_array().unwrap().iter();
    let active = owners.filter(|user| user["owner"] == true && user["state"] == "active");
    assert_eq!(active.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_are_all_served() {
    let (_folder, world) = world();
    let app = world.app.clone();
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

/// Returns a world over a database, and the folder that it is in.
fn world() -> (tempfile::TempDir, World) {
    let folder = tempfile::tempdir().unwrap();
    let ticks = Arc::new(AtomicI64::new(0));
    let clock =
        move || at("09:00:00") + TimeDelta::microseconds(ticks.fetch_add(1, Ordering::Relaxed));
    let schema: &'static str = schema_sql(tables::ALL).leak();
    let migrations: &'static [&'static str] = Box::leak(Box::new([schema]));
    let options = StoreOptions::new(Arc::new(clock), tables::ALL, migrations);
    let store = SqliteStore::open(&folder.path().join("guest.db"), &options).unwrap();
    // The store in memory stays empty: this world has another.
    let empty = guest_testkit::MemStore::at(at("09:00:00"));
    let app = app(Arc::new(store), ORIGIN).with_vouching(crate::joining::believes_a_root(&empty));
    aside(|| populate(&app));
    let router = guest_http::router(app.clone(), Options::default());
    (folder, World { app, store: empty, router })
}
