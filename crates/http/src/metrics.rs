//! Figures for whoever watches the server, as Prometheus reads them (IF-7).

mod histogram;

pub use self::histogram::Histogram;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use axum::extract::State;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::IntoResponse;
use chrono::TimeDelta;
use guest_app::Figures;
use metrics::{Counter, Gauge, Key, Label, Level, Metadata, Recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

use crate::answer::Answer;
use crate::problem::Problem;
use crate::server::Server;
use crate::visitor::By;

/// What a store has done since it was opened, and what waits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StoreFigures {
    /// How long transactions took, in seconds.
    pub batch_seconds: Histogram,
    /// How many units of work were gathered in each transaction.
    pub batch_units: Histogram,
    /// Transactions that failed.
    pub failed_batches: u64,
    /// Queries answered.
    pub queries: u64,
    /// Units and queries that wait.
    pub waiting: u64,
}

/// Tells what the store has done.
pub type StoreStats = Arc<dyn Fn() -> StoreFigures + Send + Sync>;

/// The figures of one server.
pub(crate) struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    /// The counters of answers, so that none is looked up by its labels on the hot path.
    answers: RwLock<BTreeMap<Box<str>, RouteAnswers>>,
    news: Mutex<Counted>,
}

/// What was counted of what happened.
struct Counted {
    /// The last event.
    last: Option<u64>,
    /// How long after the end of their windows sessions were ended, in seconds.
    lateness: Histogram,
}

/// The counters of one route, by method and status.
type RouteAnswers = BTreeMap<(&'static str, u16), Counter>;

/// `GET /metrics`: to this machine alone, unless the operator shows them to everybody.
pub(crate) async fn show(State(server): State<Server>, By(visitor): By) -> Answer {
    if !visitor.is_local() && !visitor.is_operator() && !server.options.metrics_public {
        return Err(Problem::not_found());
    }
    let after = server.metrics.counted().last;
    let figures = server.app.figures(after).await?;
    server.metrics.note(after, &figures);
    let store = server.options.store_stats.as_ref().map(|stats| stats());
    Ok(([(header::CONTENT_TYPE, TEXT)], server.metrics.text(store.as_ref())).into_response())
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let recorder = PrometheusBuilder::new().build_recorder();
        for (name, text) in COUNTERS {
            recorder.describe_counter((*name).into(), None, (*text).into());
        }
        for (name, text) in GAUGES {
            recorder.describe_gauge((*name).into(), None, (*text).into());
        }
        let handle = recorder.handle();
        let news = Counted { last: None, lateness: Histogram::new(LATENESS) };
        Self { recorder, handle, answers: RwLock::default(), news: Mutex::new(news) }
    }

    /// Counts an answer.
    pub(crate) fn answered(&self, method: &Method, route: &str, status: StatusCode) {
        let key = (name(method), status.as_u16());
        let known = self.answers.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(counter) = known.get(route).and_then(|route| route.get(&key)) {
            counter.increment(1);
            return;
        }
        drop(known);
        let labels = [
            ("method", key.0.to_owned()),
            ("route", route.to_owned()),
            ("status", status.as_str().to_owned()),
        ];
        let counter = self.counter("guest_http_requests_total", &labels);
        counter.increment(1);
        let mut known = self.answers.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(route.into()).or_default().insert(key, counter);
    }

    /// Returns everything in the exposition format.
    fn text(&self, store: Option<&StoreFigures>) -> String {
        if let Some(store) = store {
            self.note_store(store);
        }
        let mut text = self.handle.render();
        let lateness = "How long after the end of their windows sessions were ended.";
        self.counted().lateness.write("guest_cut_lateness_seconds", lateness, &mut text);
        if let Some(StoreFigures { batch_seconds, batch_units, .. }) = store {
            batch_seconds.write(
                "guest_store_batch_seconds",
                "How long transactions of the store take.",
                &mut text,
            );
            let units = "Units of work gathered in each transaction of the store.";
            batch_units.write("guest_store_batch_units", units, &mut text);
        }
        text
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over what was counted after `after`, unless somebody else has done so meanwhile.
    fn note(&self, after: Option<u64>, figures: &Figures) {
        for (phase, count) in &figures.invites {
            self.gauge("guest_invites", &[("phase", (*phase).to_owned())]).set(float(*count));
        }
        self.gauge("guest_sessions_live", &[]).set(float(figures.sessions));
        self.gauge("guest_mails_waiting", &[]).set(float(figures.mails));
        self.gauge("guest_mail_delay_seconds", &[]).set(seconds(figures.mail_delay));
        self.gauge("guest_figures_partial", &[]).set(f64::from(u8::from(figures.is_partial)));
        let mut counted = self.counted();
        if counted.last != after {
            return;
        }
        counted.last = Some(figures.news.last);
        for (name, count) in &figures.news.events {
            self.counter("guest_events_total", &[("type", name.clone())]).increment(*count);
        }
        for late in &figures.news.cuts {
            counted.lateness.add(seconds(*late));
        }
    }

    fn note_store(&self, store: &StoreFigures) {
        self.counter("guest_store_failed_batches_total", &[]).absolute(store.failed_batches);
        self.counter("guest_store_queries_total", &[]).absolute(store.queries);
        self.gauge("guest_store_waiting", &[]).set(float(store.waiting));
    }

    fn counter(&self, name: &'static str, labels: &[(&'static str, String)]) -> Counter {
        self.recorder.register_counter(&key(name, labels), &METADATA)
    }

    fn gauge(&self, name: &'static str, labels: &[(&'static str, String)]) -> Gauge {
        self.recorder.register_gauge(&key(name, labels), &METADATA)
    }
}

fn key(name: &'static str, labels: &[(&'static str, String)]) -> Key {
    let labels = labels.iter().map(|(name, value)| Label::new(*name, value.clone()));
    Key::from_parts(name, labels.collect::<Vec<_>>())
}

/// Returns the method as a label; strangers may invent others.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

fn seconds(span: TimeDelta) -> f64 {
    span.as_seconds_f64()
}

#[expect(clippy::cast_precision_loss, reason = "figures need no more than 52 bits")]
fn float(count: u64) -> f64 {
    count as f64
}

const METADATA: Metadata<'_> = Metadata::new("guest", Level::INFO, None);

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// From on time to noticed by everybody, in seconds.
const LATENESS: &[f64] = &[0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 30.0, 120.0];

const COUNTERS: &[(&str, &str)] = &[
    ("guest_http_requests_total", "Requests answered, by route and status."),
    ("guest_events_total", "Events since the figures were first asked for, by type."),
    ("guest_store_failed_batches_total", "Transactions of the store that failed."),
    ("guest_store_queries_total", "Queries answered by the store."),
];

const GAUGES: &[(&str, &str)] = &[
    ("guest_invites", "Live invites, by phase."),
    ("guest_sessions_live", "Live sessions."),
    ("guest_mails_waiting", "Mails that still have to go out."),
    ("guest_mail_delay_seconds", "For how long the first of them has been due."),
    ("guest_figures_partial", "1 if there is more of something than was counted."),
    ("guest_store_waiting", "Units of work and queries that wait."),
];

#[cfg(test)]
mod tests {
    use guest_app::News;

    use super::*;

    #[test]
    fn if_7_answers_are_counted_by_route_and_status() {
        let metrics = Metrics::new();
        for _ in 0..3 {
            metrics.answered(&Method::GET, "/v1/me", StatusCode::OK);
        }
        metrics.answered(&Method::from_bytes(b"BREW").unwrap(), "none", StatusCode::NOT_FOUND);
        let text = metrics.handle.render();
        let lines = [
            r#"guest_http_requests_total{method="GET",route="/v1/me",status="200"} 3"#,
            r#"guest_http_requests_total{method="other",route="none",status="404"} 1"#,
        ];
        for line in lines {
            assert!(text.contains(line), "{text}");
        }
    }

    #[test]
    fn if_7_what_two_scrapes_saw_is_counted_once() {
        let metrics = Metrics::new();
        let news = News {
            last: 9,
            events: [("invite.expired".to_owned(), 2)].into(),
            cuts: vec![TimeDelta::milliseconds(250)],
        };
        let figures = Figures { news, ..Figures::default() };
        metrics.note(None, &figures);
        metrics.note(None, &figures);
        let text = metrics.text(None);
        assert!(text.contains(r#"guest_events_total{type="invite.expired"} 2"#), "{text}");
        assert!(text.contains("guest_cut_lateness_seconds_sum 0.25\n"), "{text}");
        assert!(text.contains("guest_cut_lateness_seconds_count 1\n"), "{text}");
    }
}
