//! The driver: heartbeats to the server, orders to the streaming software.

use std::convert::Infallible;
use std::error::Error;
use std::future::pending;
use std::time::Duration;

use chrono::{DateTime, Utc};
use guest_app::HeartbeatAnswer;
use guest_core::{Instant, Secret, SessionEndReason, SessionId};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::{self, MissedTickBehavior};

use crate::host::{Host, Order};

/// Where the server is, and who this computer is to it.
#[derive(Clone, Debug)]
pub(crate) struct Agent {
    pub(crate) client: Client,
    /// The server's public address, without a trailing slash.
    pub(crate) server: String,
    /// A computer key (`ck_…`), or the token of a personal computer (`at_…`).
    pub(crate) key: Secret,
    /// What this computer is called.
    pub(crate) name: String,
    /// How often it is heard from.
    pub(crate) every: Duration,
}

/// The two ends of the wire to the streaming software.
#[derive(Debug)]
pub(crate) struct Software {
    /// What it is to do.
    pub(crate) orders: mpsc::UnboundedSender<Order>,
    /// Sessions that ended there: `left`, or `computer_lost` if the stream broke.
    pub(crate) gone: mpsc::UnboundedReceiver<(SessionId, SessionEndReason)>,
}

/// What came of a heartbeat.
enum Heard {
    Answer(HeartbeatAnswer, Instant),
    /// The server knows this computer no more, or never did.
    Refusal(String),
    /// It cannot be reached, or is in trouble.
    Silence(String),
}

impl Agent {
    /// Enforces sessions on this computer, for as long as the program runs.
    ///
    /// Asking the server happens beside enforcing, which never waits for it.
    pub(crate) async fn run(self, mut software: Software) {
        let (heard, mut answers) = mpsc::channel(1);
        let (report, reports) = mpsc::unbounded_channel();
        let (asking, reporting) = (self.clone(), self);
        tokio::select! {
            never = asking.beat(heard) => match never {},
            never = reporting.report(reports) => match never {},
            () = enforce(&mut answers, &report, &mut software) => {}
        }
    }

    /// Speaks up again and again.
    async fn beat(&self, heard: mpsc::Sender<Heard>) -> Infallible {
        let mut beats = time::interval(self.every);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            beats.tick().await;
            let body =
                json!({ "name": self.name, "host_login": "service", "connection": "external" });
            let answer = match self.post("/v1/agent/heartbeat", &body).await {
                Ok(response) => read(response).await,
                Err(error) => Heard::Silence(error.to_string()),
            };
            if heard.send(answer).await.is_err() {
                return pending().await;
            }
        }
    }

    /// Reports sessions that ended here.
    async fn report(
        &self,
        mut reports: mpsc::UnboundedReceiver<(SessionId, SessionEndReason)>,
    ) -> Infallible {
        while let Some((session, reason)) = reports.recv().await {
            let path = format!("/v1/agent/sessions/{session}/ended");
            // What does not arrive is reported again after the next heartbeat.
            let _ = self.post(&path, &json!({ "reason": reason.name() })).await;
        }
        pending().await
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Response, reqwest::Error> {
        let request = self.client.post(format!("{}{path}", self.server));
        let request = request.bearer_auth(self.key.expose());
        let request = request.header("content-type", "application/json");
        request.body(body.to_string()).send().await.map_err(reqwest::Error::without_url)
    }
}

/// Drives the machine: the only one who touches it.
async fn enforce(
    answers: &mut mpsc::Receiver<Heard>,
    report: &mpsc::UnboundedSender<(SessionId, SessionEndReason)>,
    software: &mut Software,
) {
    let mut host = Host::default();
    let mut trouble = None;
    let start = time::Instant::now();
    loop {
        let timeout = async {
            match host.poll_timeout() {
                Some(at) => time::sleep_until(start + at).await,
                None => pending().await,
            }
        };
        tokio::select! {
            Some(heard) = answers.recv() => {
                let before = trouble.take();
                match heard {
                    Heard::Answer(answer, date) => host.handle_answer(answer, date, start.elapsed()),
                    Heard::Refusal(why) => {
                        trouble = Some(format!("the server refuses this computer: {why}"));
                        host.handle_refusal();
                    }
                    // Windows end all the same.
                    Heard::Silence(why) => trouble = Some(format!("no answer: {why}")),
                }
                if let Some(trouble) = trouble.as_ref().filter(|_| trouble != before) {
                    println!("host: {trouble}");
                }
            }
            gone = software.gone.recv() => match gone {
                Some((session, reason)) => host.handle_gone(session, reason),
                None => return, // The streaming software has stopped.
            },
            () = timeout => {}
        }
        host.handle_timeout(start.elapsed());
        while let Some(order) = host.poll_order() {
            if software.orders.send(order).is_err() {
                return;
            }
        }
        while let Some(ended) = host.poll_report() {
            if report.send(ended).is_err() {
                return;
            }
        }
    }
}

async fn read(response: Response) -> Heard {
    let status = response.status();
    let date = response.headers().get("date").and_then(|date| date.to_str().ok()).and_then(when);
    let body = match response.bytes().await {
        Ok(body) => body,
        Err(error) => return Heard::Silence(error.to_string()),
    };
    if status.is_success() {
        return match (serde_json::from_slice(&body), date) {
            (Ok(answer), Some(date)) => Heard::Answer(answer, date),
            (Err(error), _) => Heard::Silence(error.to_string()),
            (Ok(_), None) => Heard::Silence("the answer has no date".to_owned()),
        };
    }
    let problem: Result<Value, _> = serde_json::from_slice(&body);
    let detail = problem.ok().and_then(|problem| Some(problem.get("detail")?.as_str()?.to_owned()));
    let why = detail.unwrap_or_else(|| status.to_string());
    // Being asked to slow down says nothing about this computer.
    if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS {
        Heard::Refusal(why)
    } else {
        Heard::Silence(why)
    }
}

fn when(date: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(date).ok().map(|date| date.to_utc())
}

/// Reads the key of a computer, as `guest computer key create` prints it.
pub(crate) fn read_key(text: &str) -> Result<Secret, Box<dyn Error>> {
    use guest_core::Purpose::{AgentToken, ComputerKey};
    let read = |purpose| Secret::parse(purpose, text.trim());
    Ok(read(ComputerKey).or_else(|| read(AgentToken)).ok_or("the file holds no ck_… or at_…")?)
}
