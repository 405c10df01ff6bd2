//! A place to run the binary in, a server, and people who use it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A data directory of its own.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) data: PathBuf,
}

/// What a command came to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Place {
    /// A place where nothing is yet.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        Self { folder, data }
    }

    /// A place with the team `acme`, owned by `ada@acme.example`.
    pub(crate) fn with_team() -> Self {
        let place = Self::empty();
        place.ok("init --team acme --name Acme --owner ada@acme.example --owner-name Ada");
        place
    }

    /// Prepares the command: nothing around the test has a say.
    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_guest"));
        command.args(words(line)).current_dir(self.folder.path());
        command.env_clear().env("GUEST_DATA", &self.data).stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, line: &str) -> Done {
        Done::of(&self.command(line).output().unwrap())
    }

    /// Runs a command that must succeed.
    #[track_caller]
    pub(crate) fn ok(&self, line: &str) -> String {
        self.run(line).ok(line)
    }

    /// Runs a command that must succeed, and reads what it prints.
    #[track_caller]
    pub(crate) fn json(&self, line: &str) -> Value {
        serde_json::from_str(&self.ok(&format!("{line} --json"))).unwrap()
    }

    /// Runs a command that must be refused, and returns the code.
    #[track_caller]
    pub(crate) fn refused(&self, line: &str) -> String {
        let done = self.run(line);
        assert_eq!(done.code, 1, "{line}: {done:?}");
        let code = done.err.strip_prefix("error: ").and_then(|rest| rest.split(": ").next());
        code.unwrap_or_else(|| panic!("{line}: {done:?}")).to_owned()
    }

    /// Makes an API key that acts for somebody.
    pub(crate) fn key(&self, email: &str) -> String {
        let made = self.json(&format!("api-key create --as {email} --scope all"));
        made["key"].as_str().unwrap().to_owned()
    }
}

impl Done {
    fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout.clone()).unwrap(),
            err: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }

    #[track_caller]
    pub(crate) fn ok(self, line: &str) -> String {
        assert_eq!(self.code, 0, "{line}: {}{}", self.out, self.err);
        self.out
    }
}

/// A running server; it is killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    /// What it logs goes on here.
    log: BufReader<ChildStderr>,
    pub(crate) url: String,
    pub(crate) mail: PathBuf,
}

impl Server {
    /// Starts a server at a port of its own, and waits until it serves.
    pub(crate) fn start(place: &Place) -> Self {
        Self::start_with(place, "")
    }

    pub(crate) fn start_with(place: &Place, options: &str) -> Self {
        let mail = place.folder.path().join("mail");
        let line = format!(
            "serve --listen 127.0.0.1:0 --log-format json --mail dir:{} {options}",
            mail.display()
        );
        Self::spawn(&mut place.command(&line), mail)
    }

    /// Starts a server by a command that has it log JSON, and waits until it serves.
    pub(crate) fn spawn(command: &mut Command, mail: PathBuf) -> Self {
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let mut server = Self { child, log, url: String::new(), mail };
        server.url = server.wait_until_it_serves();
        server
    }

    fn wait_until_it_serves(&mut self) -> String {
        let mut lines = String::new();
        loop {
            let mut line = String::new();
            assert_ne!(self.log.read_line(&mut line).unwrap(), 0, "the server ended: {lines}");
            lines.push_str(&line);
            let said: Value = serde_json::from_str(&line).unwrap_or_default();
            if let Some(listen) = said["listen"].as_str() {
                return format!("http://{listen}");
            }
        }
    }

    /// Tells it to stop, and returns its exit code and what it logged since it started.
    pub(crate) fn stop(mut self) -> (Option<i32>, String) {
        // The shell's `kill`: there is no safe way in the standard library.
        let killed = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(killed.success());
        let code = self.child.wait().unwrap().code();
        let rest = std::io::read_to_string(&mut self.log).unwrap();
        (code, rest)
    }

    /// Runs a command through the server, in a place where there is no data.
    pub(crate) fn run(&self, key: &str, line: &str) -> Done {
        let elsewhere = Place::empty();
        let mut command = elsewhere.command(line);
        command.args(["--server", &self.url]).env("GUEST_API_KEY", key);
        Done::of(&command.output().unwrap())
    }

    /// Runs a command through the server that must succeed, and reads what it prints.
    #[track_caller]
    pub(crate) fn json(&self, key: &str, line: &str) -> Value {
        let out = self.run(key, &format!("{line} --json")).ok(line);
        serde_json::from_str(&out).unwrap()
    }

    /// Returns the mails to somebody, the oldest first, their soft line breaks undone.
    pub(crate) fn mails(&self, to: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(&self.mail) else { return Vec::new() };
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|end| end == "eml"));
        paths.sort();
        let mails = paths.iter().map(|path| fs::read_to_string(path).unwrap().replace("=\r\n", ""));
        mails.filter(|mail| mail.contains(&format!("To: {to}\r\n"))).collect()
    }

    /// Waits for so many mails to somebody.
    #[track_caller]
    pub(crate) fn wait_for_mails(&self, to: &str, count: usize) -> Vec<String> {
        self.wait_for_mails_that(to, "", count)
    }

    /// Waits for so many mails to somebody that say something, and returns all that do.
    #[track_caller]
    pub(crate) fn wait_for_mails_that(&self, to: &str, say: &str, count: usize) -> Vec<String> {
        wait(&format!("{count} mails to {to} that say {say:?}"), || {
            let mails = self.mails(to).into_iter().filter(|mail| mail.contains(say));
            Some(mails.collect::<Vec<_>>()).filter(|mails| mails.len() >= count)
        })
    }

    /// Keeps a computer online for as long as the test runs, and returns its id.
    pub(crate) fn computer(&self, secret: &str, name: &str) -> String {
        let agent = Person::with_key(&self.url, secret);
        let beat = json!({ "name": name, "host_login": "studio" });
        let id = agent.post("/v1/agent/heartbeat", &beat).unwrap()["computer_id"].clone();
        thread::spawn(move || {
            while agent.post("/v1/agent/heartbeat", &beat).is_ok() {
                thread::sleep(Duration::from_secs(5));
            }
        });
        id.as_str().unwrap().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Somebody who speaks HTTP to the server.
pub(crate) struct Person {
    url: String,
    header: Option<(&'static str, String)>,
    client: reqwest::Client,
    runtime: tokio::runtime::Runtime,
}

impl Person {
    pub(crate) fn stranger(url: &str) -> Self {
        // There may be one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { url: url.to_owned(), header: None, client: reqwest::Client::new(), runtime }
    }

    pub(crate) fn with_key(url: &str, key: &str) -> Self {
        let header = Some(("authorization", format!("Bearer {key}")));
        Self { header, ..Self::stranger(url) }
    }

    /// Signs in with a code that is mailed.
    pub(crate) fn sign_in(server: &Server, email: &str) -> Self {
        let mut person = Self::stranger(&server.url);
        let seen = codes(server, email).len();
        person.post("/v1/sign-in", &json!({ "email": email })).unwrap();
        let code = wait("a code", || codes(server, email).get(seen).cloned());
        let body = json!({ "email": email, "code": code });
        let answer = person.send(reqwest::Method::POST, "/v1/sign-in/verify", Some(&body));
        assert_eq!(answer.status(), 200);
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        person.header = Some(("cookie", cookie));
        person
    }

    pub(crate) fn get(&self, path: &str) -> Result<Value, String> {
        self.answer(self.send(reqwest::Method::GET, path, None))
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value, String> {
        self.answer(self.send(reqwest::Method::POST, path, Some(body)))
    }

    /// Sends a request.
    pub(crate) fn send(
        &self,
        method: reqwest::Method,
        path: &str,
        body: Option<&Value>,
    ) -> reqwest::Response {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        request = request.header("origin", &self.url).timeout(Duration::from_secs(20));
        if let Some((name, value)) = &self.header {
            request = request.header(*name, value);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        self.runtime.block_on(async { request.send().await }).unwrap()
    }

    fn answer(&self, response: reqwest::Response) -> Result<Value, String> {
        let is_good = response.status().is_success();
        let text = self.runtime.block_on(async { response.text().await }).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap_or_default();
        if is_good { Ok(value) } else { Err(value["code"].as_str().unwrap_or("?").to_owned()) }
    }
}

/// Waits until there is something, for ten seconds at most.
#[track_caller]
pub(crate) fn wait<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "waited in vain for {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Returns the path of a file below a folder, for a command line.
pub(crate) fn path(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

/// Returns the codes mailed to somebody, the oldest first.
fn codes(server: &Server, email: &str) -> Vec<String> {
    let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
    let mails = server.mails(email).into_iter();
    mails.filter_map(|mail| mail.lines().find(is_code).map(str::to_owned)).collect()
}

/// Splits a command line at blanks, but not within double quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (position, part) in line.split('"').enumerate() {
        if position % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}
