//! `guest serve --demo` (IF-24).

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use super::support::Place;

#[test]
fn if_24_every_line_of_the_demo_works_as_it_stands() {
    let place = Place::empty();
    let mut command = place.command("serve --demo --listen 127.0.0.1:0");
    let mut child = command
        .env_remove("GUEST_DATA")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut script = String::from("set -e\n");
    for line in lines.skip_while(|line| !line.starts_with("One click")) {
        if line.starts_with("One click") || line.starts_with("A first") {
            continue;
        }
        script.push_str(&line);
        script.push('\n');
        if let Some((_, address)) = line.split_once("# http") {
            script.push_str(&be_somebody(&format!("http{address}")));
        }
        if line.ends_with("credits verify") {
            break;
        }
    }
    let done = Command::new("sh").arg("-c").arg(&script).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    let killed = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(killed.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(done.status.success(), "{script}\n{out}\n{err}");
    for sign in [
        "\"role\":\"owner\"",
        "\"role\":\"coordinator\"",
        "\"role\":\"member\"",
        "\"role\":\"external\"",
        "Subject: ",
        "\"you\":\"right\"",
        "\"session_id\"",
        "connected",
        "kicked",
        "cancelled inv_",
        "acme: OK, 50 credits",
    ] {
        assert!(out.contains(sign), "{sign} is not in\n{out}\n{err}");
    }
}

/// Returns the commands that do what the one button of a page does, and tell who one is then.
fn be_somebody(address: &str) -> String {
    let (server, _) = address.split_once("/sign-in/").unwrap();
    let cookie = format!(
        "$(curl -sS -d '' -D - {address} | sed -n 's/^set-cookie: \\(guest=[^;]*\\).*/\\1/p')"
    );
    format!("curl -sS -b \"{cookie}\" {server}/v1/me; echo\n")
}

#[test]
fn if_24_a_demo_listens_on_loopback_only() {
    let place = Place::empty();
    let done = place.run("serve --demo --listen 0.0.0.0:0");
    assert_eq!(done.code, 2);
    assert!(done.err.contains("loopback"), "{}", done.err);
    assert!(!place.data.exists());
}
