//! Chromium, driven by chromedriver.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::iter;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;

use fantoccini::actions::{InputSource as _, KeyAction, KeyActions, MouseActions, PointerAction};
use fantoccini::error::CmdError;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::{self, Runtime};
use url::{ParseError, Url};

use crate::product::{binary, within};

/// A browser with a profile of its own; it is closed when it is dropped.
pub(crate) struct Browser {
    client: Client,
    runtime: Runtime,
    driver: Child,
    folder: tempfile::TempDir,
}

impl Browser {
    /// Starts it, on a device that lives in New York.
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    /// Starts it with more arguments.
    pub(crate) fn with(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (driver, port) = drive();
        let mut options: Vec<String> =
            ARGUMENTS.iter().chain(arguments).map(|&it| it.into()).collect();
        options.push(format!("--user-data-dir={}", folder.path().join("profile").display()));
        options.push(format!("--log-file={}", folder.path().join(LOG).display()));
        let wanted = json!({
            "goog:chromeOptions": { "args": options },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = runtime.block_on(async {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            builder.capabilities(wanted.as_object().unwrap().clone());
            builder.connect(&format!("http://127.0.0.1:{port}")).await.unwrap()
        });
        Self { client, runtime, driver, folder }
    }

    pub(crate) fn open(&self, address: &str) {
        self.runtime.block_on(self.client.goto(address)).unwrap();
    }

    /// Waits until the page says something.
    #[track_caller]
    pub(crate) fn see(&self, text: &str) {
        if !within(WAIT, || self.text().contains(text)) {
            self.keep_picture("failed");
            panic!("the page does not say {text:?}:\n{}", self.text());
        }
    }

    /// Waits until the page does not say something any more.
    #[track_caller]
    pub(crate) fn see_no(&self, text: &str) {
        assert!(within(WAIT, || !self.text().contains(text)), "the page says:\n{}", self.text());
    }

    /// Returns all that the page shows, and tells to those who listen to it.
    pub(crate) fn text(&self) -> String {
        self.run("return document.body.innerText", &[]).as_str().unwrap().to_owned()
    }

    /// Waits until something can be clicked, and clicks it.
    #[track_caller]
    pub(crate) fn click(&self, css: &str) {
        let click = async || self.client.find(Locator::Css(css)).await?.click().await;
        let is_done = || self.runtime.block_on(click()).is_ok();
        assert!(within(WAIT, is_done), "{css} cannot be clicked:\n{}", self.text());
    }

    /// Returns whether an element can be seen.
    pub(crate) fn is_shown(&self, css: &str) -> bool {
        let script = "return [...document.querySelectorAll(arguments[0])].some((it) => it.checkVisibility())";
        self.run(script, &[json!(css)]) == true
    }

    /// Types into a field, instead of what is in it.
    #[track_caller]
    pub(crate) fn fill(&self, css: &str, text: &str) {
        self.click(css);
        let fill = async {
            let field = self.client.find(Locator::Css(css)).await?;
            field.clear().await?;
            field.send_keys(text).await
        };
        self.runtime.block_on(fill).unwrap();
    }

    /// Waits until a script returns something else than `null`, and returns that.
    #[track_caller]
    pub(crate) fn wait_for(&self, script: &str, arguments: &[Value]) -> Value {
        let mut found = Value::Null;
        let is_there = within(WAIT, || {
            // A page that is just being left has nothing to say.
            found = self.try_run(script, arguments).unwrap_or_default();
            !found.is_null()
        });
        assert!(is_there, "{arguments:?} is not there:\n{}", self.text());
        found
    }

    /// Strikes keys, wherever the keyboard is.
    pub(crate) fn strike(&self, keys: &str) {
        let strike = async { self.client.active_element().await?.send_keys(keys).await };
        self.runtime.block_on(strike).unwrap();
    }

    /// Clicks at a place of the window.
    pub(crate) fn click_at(&self, x: f64, y: f64) {
        let pointer = MouseActions::new("mouse".to_owned())
            .then(PointerAction::MoveTo { duration: None, x, y })
            .then(PointerAction::Down { button: 0 })
            .then(PointerAction::Up { button: 0 });
        self.runtime.block_on(self.client.perform_actions(pointer)).unwrap();
    }

    /// Presses keys down in this order, and lets go of them in the other.
    pub(crate) fn chord(&self, keys: &[char]) {
        let down = keys.iter().map(|&value| KeyAction::Down { value });
        let up = keys.iter().rev().map(|&value| KeyAction::Up { value });
        let strokes = down.chain(up).fold(KeyActions::new("keys".into()), KeyActions::then);
        self.runtime.block_on(self.client.perform_actions(strokes)).unwrap();
    }

    /// Runs a script in the page, and returns what it returns, or what its promise brings.
    #[track_caller]
    pub(crate) fn run(&self, script: &str, arguments: &[Value]) -> Value {
        self.try_run(script, arguments).unwrap()
    }

    fn try_run(&self, script: &str, arguments: &[Value]) -> Result<Value, CmdError> {
        self.runtime.block_on(self.client.execute(script, arguments.to_vec()))
    }

    /// Gives an order to the browser's tools for developers.
    pub(crate) fn order(&self, command: &str, parameters: &Value) -> Value {
        self.ask("goog/cdp/execute", json!({ "cmd": command, "params": parameters }))
    }

    /// Returns what the browser has told developers since it was last asked: what went wrong, with
    /// pages, their scripts, and what they load.
    pub(crate) fn troubles(&self) -> Vec<String> {
        let told = self.ask("se/log", json!({ "type": "browser" }));
        let told = told.as_array().unwrap().iter();
        let bad = told.filter(|one| one["level"] == "SEVERE" || one["level"] == "WARNING");
        bad.map(|one| one["message"].as_str().unwrap().to_owned()).collect()
    }

    fn ask(&self, path: &'static str, body: Value) -> Value {
        self.runtime.block_on(self.client.issue_cmd(Question { path, body })).unwrap()
    }

    /// Keeps a picture of the window among the screenshots.
    pub(crate) fn keep_picture(&self, name: &str) {
        let folder = built().join("screenshots");
        fs::create_dir_all(&folder).unwrap();
        let picture = self.runtime.block_on(self.client.screenshot()).unwrap();
        fs::write(folder.join(format!("{name}.png")), picture).unwrap();
    }

    /// Returns what the browser complains of: what the policy of a page forbids, and faults of its
    /// scripts (QU-32).
    pub(crate) fn complaints(&self) -> String {
        let log = fs::read(self.log()).unwrap();
        let log = String::from_utf8_lossy(&log);
        let lines = log.lines().filter(|line| line.contains("CONSOLE"));
        let mut found = String::new();
        for line in lines.filter(|line| COMPLAINTS.iter().any(|complaint| line.contains(complaint)))
        {
            writeln!(found, "{line}").unwrap();
        }
        found
    }

    /// Forgets what it complained of.
    pub(crate) fn forgive(&self) {
        fs::write(self.log(), "").unwrap();
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join(LOG)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if thread::panicking() {
            self.keep_picture("failed");
            eprintln!("the browser:\n{}", fs::read_to_string(self.log()).unwrap_or_default());
        } else {
            assert_eq!(self.complaints(), "");
        }
        // Chromium goes with its session, which its driver would leave behind.
        let _ = self.runtime.block_on(self.client.clone().close());
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Something that drivers of Chromium are asked besides what drivers of all browsers are.
#[derive(Debug)]
struct Question {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Question {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

/// Returns the folder of everything that is built.
pub(crate) fn built() -> PathBuf {
    binary().ancestors().nth(2).unwrap().to_owned()
}

/// Starts the driver; returns its port too.
fn drive() -> (Child, String) {
    // The port that it finds for itself may be somebody else's a moment later, and then it gives up.
    let started = iter::repeat_with(try_drive).take(DRIVES).flatten().next();
    started.expect("the driver says its port")
}

fn try_drive() -> Option<(Child, String)> {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .env("TZ", "America/New_York")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromedriver, as `cargo xtask test --only tools` installs it");
    let mut said = BufReader::new(driver.stdout.take().unwrap());
    let port = said.by_ref().lines().map_while(Result::ok).find_map(|line| {
        let (_, port) = line.split_once("successfully on port ")?;
        Some(port.trim_end_matches('.').to_owned())
    });
    // It may have more to say.
    driver.stdout = Some(said.into_inner());
    if port.is_none() {
        driver.wait().unwrap();
    }
    Some((driver, port?))
}

/// How often the driver is started before something else must be wrong.
const DRIVES: usize = 5;

/// For how many seconds a page may take to show something.
const WAIT: u64 = 20;

const ARGUMENTS: [&str; 15] = [
    "--headless",
    // The tests may run as root.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    // A window that another covers goes on as if it were seen.
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--window-size=1000,760",
    "--enable-logging",
    "--log-level=0",
    "--v=0",
];

/// Where it writes down what pages say to developers.
const LOG: &str = "browser.log";

/// What stands in a message about something that should not be.
const COMPLAINTS: [&str; 3] = ["Content Security Policy", "Uncaught", "Unhandled"];
