//! A certified `OpenID` provider, run for one test.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "fixtures of tests")]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use reqwest::redirect::Policy;
use serde_json::Value;

/// A provider that runs as long as this lives.
pub(crate) struct Provider {
    process: Child,
    pub(crate) issuer: String,
    http: reqwest::Client,
}

impl Provider {
    /// Starts one on a port of its own.
    pub(crate) fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut process = Command::new("node")
            .arg("provider.mjs")
            .current_dir(fetched())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node runs");
        let said = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = said
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("ready ").map(str::to_owned))
            .expect("the provider starts");
        let http = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
        Self { process, issuer: format!("http://127.0.0.1:{port}"), http }
    }

    /// Tells it whom to sign in, and what to lie about.
    pub(crate) async fn told(&self, what: Value) {
        let url = format!("{}/told", self.issuer);
        let told = self.http.post(url).body(what.to_string()).send().await.unwrap();
        assert!(told.status().is_success());
    }

    /// Goes through the sign-on like a browser, and returns what the provider sends it back with.
    pub(crate) async fn sign_on(&self, url: &str) -> BTreeMap<String, String> {
        let mut cookies = BTreeMap::new();
        let mut url = url.to_owned();
        for _ in 0..20 {
            let jar: Vec<_> = cookies
                .iter()
                .map(|(name, value): (&String, &String)| format!("{name}={value}"))
                .collect();
            let request = self.http.get(&url).header("cookie", jar.join("; "));
            let answer = request.send().await.unwrap();
            for cookie in answer.headers().get_all("set-cookie") {
                let pair = cookie.to_str().unwrap().split(';').next().unwrap();
                let (name, value) = pair.split_once('=').unwrap();
                cookies.insert(name.to_owned(), value.to_owned());
            }
            let Some(to) = answer.headers().get("location") else {
                panic!("{}: {}", answer.status(), answer.text().await.unwrap());
            };
            let to = url::Url::parse(&url).unwrap().join(to.to_str().unwrap()).unwrap();
            if to.host_str() == Some("guest.example") {
                let pairs = to.query_pairs();
                return pairs.map(|(name, value)| (name.into(), value.into())).collect();
            }
            url = to.into();
        }
        panic!("the provider sends the browser around for ever");
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Returns a folder with the provider and what it needs, which npm fetches once as the lock says.
fn fetched() -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../identity/tests/sign_on/provider");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sign-on-provider");
    fs::create_dir_all(&folder).unwrap();
    let lock = File::create(folder.join("busy")).unwrap();
    lock.lock().unwrap();
    let wanted = fs::read(source.join("package-lock.json")).unwrap();
    let stamp = folder.join("fetched");
    if fs::read(&stamp).ok().as_ref() != Some(&wanted) {
        for file in ["package.json", "package-lock.json"] {
            fs::copy(source.join(file), folder.join(file)).unwrap();
        }
        let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
        let npm =
            Command::new("npm").args(arguments).current_dir(&folder).output().expect("npm runs");
        assert!(npm.status.success(), "{}", String::from_utf8_lossy(&npm.stderr));
        fs::write(stamp, wanted).unwrap();
    }
    let script = fs::read(source.join("provider.mjs")).unwrap();
    if fs::read(folder.join("provider.mjs")).ok().as_ref() != Some(&script) {
        fs::write(folder.join("provider.mjs"), script).unwrap();
    }
    folder
}
