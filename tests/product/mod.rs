//! Drives the built binary from outside, as its users do: a data directory, a server, mails.
#![allow(dead_code, unused_imports, reason = "each test uses some of it")]
#![allow(clippy::disallowed_methods, reason = "a test waits on the clock")]

mod client;

pub(crate) use self::client::{Answer, Client};

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A team `acme` in a data directory of its own, owned by `ada@acme.example`.
pub(crate) struct Product {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) data: PathBuf,
    pub(crate) mail: String,
    pub(crate) port: u16,
    pub(crate) owner: String,
    server: Option<Child>,
    /// What stands before the command line of the server, such as `faketime`.
    pub(crate) wrapper: Vec<String>,
    pub(crate) environment: Vec<(String, String)>,
}

impl Product {
    /// Makes the team, and starts its server.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let mut product = Self::in_folder(folder, data);
        product.serve();
        product
    }

    /// Makes the team in a data directory of the caller's choice.
    pub(crate) fn in_folder(folder: tempfile::TempDir, data: PathBuf) -> Self {
        let mut product = Self::without_team(folder, data);
        product.cli(&["init", "--team", "acme", "--name", "Acme", "--owner", OWNER]);
        product.owner = product.api_key(OWNER);
        product
    }

    /// Names a data directory in which nothing is yet.
    pub(crate) fn without_team(folder: tempfile::TempDir, data: PathBuf) -> Self {
        let mail = format!("dir:{}", folder.path().join("mail").display());
        Self {
            folder,
            data,
            mail,
            port: free_port(),
            owner: String::new(),
            server: None,
            wrapper: Vec::new(),
            environment: Vec::new(),
        }
    }

    /// Starts the server, and waits until it answers.
    pub(crate) fn serve(&mut self) {
        let log = File::options().create(true).append(true).open(self.log()).unwrap();
        let mut line = self.wrapper.clone();
        line.push(binary().display().to_string());
        let mut command = Command::new(&line[0]);
        command
            .args(&line[1..])
            .args(["serve", "--listen", &format!("127.0.0.1:{}", self.port)])
            .args(["--data", &self.data.display().to_string()])
            .args(["--public-url", &self.base(), "--mail", &self.mail])
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        self.server = Some(command.spawn().unwrap());
        let ready = || {
            self.client(None).try_call("GET", "/readyz", None, &[]).is_ok_and(|a| a.status == 200)
        };
        assert!(within(30, ready), "not ready:\n{}", fs::read_to_string(self.log()).unwrap());
    }

    /// Kills the server, as a crash or a power cut would.
    pub(crate) fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().unwrap();
            server.wait().unwrap();
        }
    }

    /// Returns the id of the server's process.
    pub(crate) fn process(&self) -> u32 {
        self.server.as_ref().unwrap().id()
    }

    /// Returns whether the server still runs.
    pub(crate) fn is_running(&mut self) -> bool {
        self.server.as_mut().is_some_and(|server| server.try_wait().unwrap().is_none())
    }

    pub(crate) fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }

    /// Returns a client with an API key, or with none.
    pub(crate) fn client(&self, key: Option<&str>) -> Client {
        Client::new(self.port, key)
    }

    /// Returns a client of the owner's.
    pub(crate) fn as_owner(&self) -> Client {
        self.client(Some(&self.owner))
    }

    /// Runs `guest` on the data directory, which must succeed, and returns what it said.
    pub(crate) fn cli(&self, arguments: &[&str]) -> String {
        let output = self.try_cli(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "guest {}: {error}", arguments.join(" "));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs `guest` on the data directory.
    pub(crate) fn try_cli(&self, arguments: &[&str]) -> Output {
        Command::new(binary())
            .args(arguments)
            .args(["--data", &self.data.display().to_string()])
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Makes an API key that acts for a user with all their rights.
    pub(crate) fn api_key(&self, email: &str) -> String {
        let made = self.cli(&[
            "api-key", "create", "--team", "acme", "--as", email, "--scope", "all", "--json",
        ]);
        let made: Value = serde_json::from_str(&made).unwrap();
        made["key"].as_str().unwrap().to_owned()
    }

    /// Makes a team computer that is online and open to guests; returns its id and its key.
    pub(crate) fn computer(&self, name: &str) -> (String, String) {
        let owner = self.as_owner();
        let key = owner.post("/v1/teams/acme/computer-keys", &json!({ "name": name })).ok();
        let secret = key["secret"].as_str().unwrap().to_owned();
        let beat =
            self.client(Some(&secret)).post("/v1/agent/heartbeat", &json!({ "name": name })).ok();
        let id = beat["computer_id"].as_str().unwrap().to_owned();
        let on = json!({ "guest_access": true });
        owner.call("PATCH", &format!("/v1/teams/acme/computers/{id}"), Some(&on), &[]).ok();
        (id, secret)
    }

    /// Signs somebody in with the code that was mailed to them.
    pub(crate) fn sign_in(&self, email: &str) -> Client {
        let known = self.codes(email).len();
        let mut client = self.client(None);
        client.post("/v1/sign-in", &json!({ "email": email })).ok();
        assert!(within(10, || self.codes(email).len() > known), "no code was mailed to {email}");
        let code = self.codes(email).pop().unwrap();
        client.sign_in(&json!({ "email": email, "code": code }));
        client
    }

    /// Returns the codes that were mailed to somebody, the latest last.
    pub(crate) fn codes(&self, email: &str) -> Vec<String> {
        let mails = self.mails_to(email);
        mails
            .iter()
            .filter(|mail| !mail.contains("/g/"))
            .filter_map(|mail| six_digits(mail))
            .collect()
    }

    /// Returns the mails to somebody, decoded as far as a test needs, in the order of intent.
    pub(crate) fn mails_to(&self, email: &str) -> Vec<String> {
        let folder = PathBuf::from(self.mail.trim_start_matches("dir:"));
        let mut files: Vec<_> = match fs::read_dir(folder) {
            Ok(files) => files.map(|file| file.unwrap().path()).collect(),
            Err(_) => return Vec::new(),
        };
        files.retain(|file| file.extension().is_some_and(|extension| extension == "eml"));
        files.sort();
        let mails = files.iter().map(|file| plain(&fs::read_to_string(file).unwrap()));
        mails.filter(|mail| head(mail, "to").contains(email)).collect()
    }
}

impl Drop for Product {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Returns the value of a header of a mail, by its lower-case name.
pub(crate) fn head(mail: &str, name: &str) -> String {
    let lines = mail.lines().take_while(|line| !line.is_empty());
    let start = format!("{name}:");
    let mut lines = lines.filter(|line| line.to_ascii_lowercase().starts_with(&start));
    lines
        .next()
        .and_then(|line| line.split_once(':'))
        .map_or_else(String::new, |(_, value)| value.trim().to_owned())
}

/// Undoes the quoted-printable encoding and the folding of lines.
fn plain(mail: &str) -> String {
    let mut joined = mail.replace("\r\n", "\n");
    joined = joined.replace("=\n", "").replace("=3D", "=");
    joined.replace("\n ", " ")
}

fn six_digits(mail: &str) -> Option<String> {
    let body = mail.split_once("\n\n")?.1;
    let mut words = body.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .find(|word| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit()))
        .map(str::to_owned)
}

/// Returns whether something comes true within so many seconds.
pub(crate) fn within(seconds: u64, mut is_true: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + Duration::from_secs(seconds);
    loop {
        if is_true() {
            return true;
        }
        if Instant::now() > deadline {
            return false;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// Returns a window that starts and ends so many seconds from now.
pub(crate) fn from_now(start: i64, end: i64) -> Value {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    window_at(now.as_secs().cast_signed(), start, end)
}

/// Returns a window that starts and ends so many seconds from a moment.
pub(crate) fn window_at(now: i64, start: i64, end: i64) -> Value {
    let local = |second| {
        let at = chrono::DateTime::from_timestamp(now + second, 0).unwrap();
        at.format("%Y-%m-%dT%H:%M:%S").to_string()
    };
    json!({ "start": local(start), "end": local(end), "time_zone": "Etc/UTC" })
}

/// Returns the program under test, which is built beside the tests.
pub(crate) fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap();
    let program = folder.join("guest");
    assert!(program.exists(), "build the program first: cargo build --bin guest");
    program
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

pub(crate) const OWNER: &str = "ada@acme.example";
