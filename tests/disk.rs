//! QU-21: a full disk, a lost database, a disk that is read-only, a mail server that is down.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop where it likes")]

mod product;

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use serde_json::{Value, json};

use crate::product::{Client, Product, within};

/// What cannot be kept is refused and changes nothing; the rest goes on; space heals it.
#[test]
fn qu_21_a_full_disk_refuses_what_it_cannot_keep_and_recovers() {
    let disk = Tmpfs::mount("size=24m");
    let mut product = Product::in_folder(tempfile::tempdir().unwrap(), disk.path().join("data"));
    product.serve();
    let (computer, _) = product.computer("studio-1");
    let owner = product.as_owner();
    invite(&owner, &computer, "ada@acme.example").ok();
    let before = count(&owner);

    let filler = disk.path().join("filler");
    let full = fs::write(&filler, vec![0; 24 << 20]);
    assert!(full.is_err(), "the disk is not full");
    // A little may still fit, before and after the first refusal: into what is free in the files.
    let (mut kept, mut refused) = (0, 0);
    let noticed = within(20, || {
        let answer = invite(&owner, &computer, "ada@acme.example");
        if answer.status == 201 {
            kept += 1;
        } else {
            assert_eq!((answer.status, answer.refused().as_str()), (503, "store_unavailable"));
            refused += 1;
        }
        refused >= 3
    });
    assert!(noticed, "a full disk went unnoticed");
    assert_eq!(count(&owner), before + kept, "reading goes on, and nothing half-done is there");
    assert_eq!(owner.get("/healthz").status, 200);

    fs::remove_file(&filler).unwrap();
    let recovered = within(20, || {
        let answer = invite(&owner, &computer, "ada@acme.example");
        kept += usize::from(answer.status == 201);
        answer.status == 201
    });
    assert!(recovered, "space did not heal it");
    assert_eq!(count(&owner), before + kept);
    assert!(product.cli(&["credits", "verify", "--team", "acme"]).contains("OK"));
}

#[test]
fn qu_21_a_lost_database_is_noticed_and_its_return_too() {
    let product = Product::start();
    let (computer, _) = product.computer("studio-1");
    let owner = product.as_owner();
    let lost = product.folder.path().join("lost");
    fs::rename(&product.data, &lost).unwrap();
    let refused = within(20, || invite(&owner, &computer, "ada@acme.example").status == 503);
    assert!(refused, "a lost database went unnoticed");
    assert_eq!(owner.get("/readyz").status, 503);
    fs::rename(&lost, &product.data).unwrap();
    let back = within(20, || invite(&owner, &computer, "ada@acme.example").status == 201);
    assert!(back, "the database's return went unnoticed");
}

#[test]
fn qu_21_a_read_only_disk_is_told_in_words_and_loses_nothing() {
    let disk = Tmpfs::mount("size=64m");
    let mut product = Product::in_folder(tempfile::tempdir().unwrap(), disk.path().join("data"));
    product.serve();
    let (computer, _) = product.computer("studio-1");
    invite(&product.as_owner(), &computer, "ada@acme.example").ok();
    product.kill();
    disk.remount("ro");
    let told = product.try_cli(&["credits", "grant", "--team", "acme", "1", "--note", "x"]);
    assert_eq!(told.status.code(), Some(1));
    let words = String::from_utf8_lossy(&told.stderr).to_lowercase();
    assert!(words.contains("read-only") || words.contains("readonly"), "{words}");
    let told = product.try_cli(&["doctor"]);
    let words = String::from_utf8_lossy(&told.stdout);
    let line = words.lines().find(|line| line.starts_with("data directory")).unwrap();
    assert!(line.contains("fail") && line.contains("remount"), "{words}");
    assert!(!words.contains("guest restore"), "{words}");
    disk.remount("rw");
    product.serve();
    assert_eq!(count(&product.as_owner()), 1);
}

#[test]
fn qu_21_mails_wait_for_a_mail_server_that_is_down() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut product = Product::in_folder(folder, data);
    product.mail = format!("smtp://127.0.0.1:{port}");
    product.serve();
    let (computer, _) = product.computer("studio-1");
    let owner = product.as_owner();
    let id = invite(&owner, &computer, "ada@acme.example").ok()["invites"][0]["id"].clone();
    let path = format!("/v1/teams/acme/guest-access-invites/{}", id.as_str().unwrap());
    let state = || owner.get(&path).ok()["mail"]["state"].clone();
    assert!(within(20, || state() == "retrying"), "{}", state());

    let received = product.folder.path().join("received");
    let _server = MailServer::start(port, &received);
    product.cli(&["mail", "retry"]);
    assert!(within(30, || state() == "sent"), "{}", state());
    let mails = fs::read_dir(received.join("box/new")).unwrap().count();
    assert_eq!(mails, 1);
}

fn invite(client: &Client, computer: &str, guest: &str) -> product::Answer {
    let body = json!({
        "computer_id": computer,
        "emails": [guest],
        "window": product::from_now(3600, 7200),
        "title": "Usability study",
    });
    client.post("/v1/teams/acme/guest-access-invites", &body)
}

fn count(client: &Client) -> usize {
    let mut total = 0;
    let mut path = "/v1/teams/acme/guest-access-invites?limit=200".to_owned();
    loop {
        let page = client.get(&path).ok();
        total += page["data"].as_array().unwrap().len();
        match &page["next_cursor"] {
            Value::String(cursor) => {
                path = format!("/v1/teams/acme/guest-access-invites?limit=200&cursor={cursor}");
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_) => {
                return total;
            }
        }
    }
}

/// A small file system of its own, for which the tests need to be root.
struct Tmpfs(tempfile::TempDir);

impl Tmpfs {
    fn mount(options: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        run(Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(folder.path()));
        Self(folder)
    }

    fn remount(&self, mode: &str) {
        run(Command::new("mount").args(["-o", &format!("remount,{mode}")]).arg(self.path()));
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}

/// A real mail server that keeps what it receives.
struct MailServer(Child);

impl MailServer {
    fn start(port: u16, folder: &Path) -> Self {
        fs::create_dir_all(folder).unwrap();
        let python = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../venv/bin/python");
        assert!(python.exists(), "run `cargo xtask test --only tools` first, which installs it");
        let handler = "aiosmtpd.handlers.Mailbox";
        let child = Command::new(python)
            .args(["-m", "aiosmtpd", "-n", "-l", &format!("127.0.0.1:{port}"), "-c", handler])
            .arg(folder.join("box"))
            .spawn()
            .unwrap();
        let server = Self(child);
        let up = || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
        assert!(within(20, up), "the mail server did not start");
        server
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn run(command: &mut Command) {
    let status = command.status().unwrap();
    assert!(status.success(), "{command:?} needs root");
}
