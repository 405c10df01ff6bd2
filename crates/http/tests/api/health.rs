//! Whether the server is up, and its figures (IF-7).

use std::sync::Arc;

use chrono::TimeDelta;
use guest_http::{Histogram, Options, StoreFigures};
use serde_json::json;

use crate::things::Things;
use crate::world::{ORIGIN, World, at};

#[tokio::test]
async fn if_7_the_server_is_up_and_ready() {
    let world = World::new();
    assert_eq!(world.nobody().get("/healthz").await.text, "up\n");
    assert_eq!(world.nobody().get("/readyz").await.text, "ready\n");
}

#[tokio::test]
async fn if_7_figures_are_for_this_machine() {
    let world = World::new();
    world.nobody().get("/metrics").await.refused(404, "not_found");
    world.nobody().from("192.0.2.1").get("/metrics").await.refused(404, "not_found");
    let local = world.nobody().from("127.0.0.1");
    local.get("/metrics").await.is(200);
    world.nobody().from("::1").get("/metrics").await.is(200);
    // A proxy on this machine asks for somebody else.
    local.with("x-forwarded-for", "192.0.2.1").get("/metrics").await.refused(404, "not_found");
    let open = World::with(Options { metrics_public: true, ..Options::default() }, ORIGIN);
    open.nobody().from("192.0.2.1").get("/metrics").await.is(200);
}

#[tokio::test]
async fn if_7_figures_count_what_there_is_and_what_happens() {
    let stats = || StoreFigures {
        batch_seconds: Histogram { within: vec![(0.0005, 1), (0.001, 2)], count: 3, sum: 1.5 },
        batch_units: Histogram { within: vec![(1.0, 2), (64.0, 3)], count: 3, sum: 7.0 },
        ..StoreFigures::default()
    };
    let options = Options { store_stats: Some(Arc::new(stats)), ..Options::default() };
    let world = World::with(options, ORIGIN);
    let things = Things::of(&world);
    let local = world.nobody().from("127.0.0.1");
    let figures = local.get("/metrics").await;
    assert_eq!(figures.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    for line in [
        "guest_invites{phase=\"connected\"} 1",
        "guest_invites{phase=\"open\"} 1",
        "guest_invites{phase=\"scheduled\"} 0",
        "guest_sessions_live 1",
        "# TYPE guest_store_batch_seconds histogram",
        "guest_store_batch_units_bucket{le=\"1\"} 2",
        "guest_store_batch_units_sum 7",
        "guest_store_batch_seconds_bucket{le=\"0.0005\"} 1",
        "guest_store_batch_seconds_bucket{le=\"+Inf\"} 3",
        "guest_store_batch_seconds_sum 1.5",
    ] {
        assert!(figures.text.contains(line), "{line} is missing in\n{}", figures.text);
    }
    // Heartbeats keep the computer online until its guest's window ends, and a second more.
    let agent = world.bearer(&things.computer_secret);
    while world.store.now() < at("11:59:40") {
        agent.post("/v1/agent/heartbeat", json!({ "name": "studio-1" })).await.is(200);
        world.store.advance(TimeDelta::seconds(25));
    }
    agent.post("/v1/agent/heartbeat", json!({ "name": "studio-1" })).await.is(200);
    world.store.set(at("12:00:01"));
    world.pass(0);
    let figures = local.get("/metrics").await.text;
    for line in [
        "guest_sessions_live 0",
        "guest_events_total{type=\"invite.expired\"} 2",
        "guest_cut_lateness_seconds_bucket{le=\"0.5\"} 0",
        "guest_cut_lateness_seconds_bucket{le=\"1\"} 1",
        "guest_cut_lateness_seconds_count 1",
        "guest_http_requests_total{method=\"GET\",route=\"/metrics\",status=\"200\"} 1",
    ] {
        assert!(figures.contains(line), "{line} is missing in\n{figures}");
    }
}
