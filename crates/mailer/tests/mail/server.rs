//! A real mail server, `smtp_server.py`, and what it reports.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::mpsc;

/// A mail server that ends with the test.
pub(crate) struct Server {
    port: u64,
    input: ChildStdin,
    reports: mpsc::UnboundedReceiver<Value>,
    _process: Child,
}

impl Server {
    /// Starts a server with these arguments.
    pub(crate) async fn start(arguments: &[&str]) -> Self {
        let python = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../venv/bin/python");
        assert!(
            python.exists(),
            "{} is missing: run `cargo xtask test --only tools`",
            python.display()
        );
        let mut process = Command::new(python)
            .arg("-Wignore")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/smtp_server.py"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let input = process.stdin.take().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let (reported, reports) = mpsc::unbounded_channel();
        // Read at once, so that the server never waits for a test that looks elsewhere.
        tokio::spawn(async move {
            while let Some(line) = lines.next_line().await.unwrap() {
                let _ = reported.send(serde_json::from_str(&line).unwrap());
            }
        });
        let mut server = Self { port: 0, input, reports, _process: process };
        server.port = server.report().await["port"].as_u64().unwrap();
        server
    }

    /// Returns `scheme://[user@]localhost:PORT[ending]`.
    pub(crate) fn url(&self, scheme: &str, user: &str, ending: &str) -> String {
        format!("{scheme}://{user}localhost:{}{ending}", self.port)
    }

    /// Returns what happens next.
    pub(crate) async fn report(&mut self) -> Value {
        self.reports.recv().await.expect("the mail server ended")
    }

    /// Returns the next `count` reports of `event`, by recipient; nothing else may happen.
    pub(crate) async fn reports(&mut self, event: &str, count: usize) -> BTreeMap<String, Value> {
        let mut reports = BTreeMap::new();
        for _ in 0..count {
            let report = self.report().await;
            assert_eq!(report["event"], event, "{report}");
            reports.insert(report["to"].as_str().unwrap().to_owned(), report);
        }
        reports
    }

    /// Lets the server answer for recipients called `stuck`.
    pub(crate) async fn go(&mut self) {
        self.input.write_all(b"go\n").await.unwrap();
    }
}
