//! QU-9: how soon the program answers after it is started, what it weighs, and what it holds.
//!
//! The yardstick, for scale, is a program that answers with constant JSON: this
//! one, started a second time.
#![expect(clippy::print_stdout, reason = "the figures are the output")]
#![expect(clippy::unwrap_used, reason = "a benchmark may stop where it likes")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

fn main() {
    if let Some(address) =
        std::env::args().find_map(|arg| Some(arg.strip_prefix("--constant=")?.to_owned()))
    {
        return constant(&address);
    }
    let program = Path::new(env!("CARGO_BIN_EXE_guest"));
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data = data.to_str().unwrap();
    let init =
        ["init", "--team", "acme", "--name", "Acme", "--owner", "ada@acme.example", "--data", data];
    assert!(Command::new(program).args(init).stdout(Stdio::null()).status().unwrap().success());

    let mail = format!("dir:{}", folder.path().join("mail").display());
    let guest = measure(|address| {
        let url = format!("http://{address}");
        let serve =
            ["serve", "--listen", address, "--data", data, "--public-url", &url, "--mail", &mail];
        Command::new(program)
            .args(serve)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    });
    let this = std::env::current_exe().unwrap();
    let plain = measure(|address| {
        Command::new(&this).arg(format!("--constant={address}")).spawn().unwrap()
    });
    let size = mebi(std::fs::metadata(program).unwrap().len());
    told("start to first answered request", millis(guest.0), millis(plain.0), "ms", 50.0);
    told("resident memory, idle", mebi(guest.1), mebi(plain.1), "MiB", 20.0);
    // The target is in units of a million bytes.
    told(
        "size of the one binary",
        size * 1.048_576,
        mebi(std::fs::metadata(this).unwrap().len()) * 1.048_576,
        "MB",
        30.0,
    );
}

/// Starts a program five times; returns the least time to its first answer, and its idle memory.
fn measure(start: impl Fn(&str) -> Child) -> (Duration, u64) {
    let mut best = Duration::MAX;
    let mut memory = u64::MAX;
    for _ in 0..5 {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let began = Instant::now();
        let mut child = start(&address);
        while !answers(&address) {
            thread::sleep(Duration::from_micros(200));
        }
        best = best.min(began.elapsed());
        thread::sleep(Duration::from_millis(1500));
        memory = memory.min(resident(child.id()));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    (best, memory)
}

fn answers(address: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let mut status = [0; 12];
    stream
        .write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .unwrap();
    stream.read_exact(&mut status).is_ok() && status.ends_with(b"200")
}

fn resident(process: u32) -> u64 {
    let statm = std::fs::read_to_string(format!("/proc/{process}/statm")).unwrap();
    statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
}

fn constant(address: &str) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let answer = async || ([("content-type", "application/json")], r#"{"ok":true}"#);
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        axum::serve(listener, axum::Router::new().fallback(answer)).await.unwrap();
    });
}

fn told(what: &str, figure: f64, yardstick: f64, unit: &str, target: f64) {
    let met = if figure <= target { "ok" } else { "missed" };
    println!(
        "RESULT\tQU-9\t{what}\t{figure:.1} {unit}\t{yardstick:.1} {unit} of a constant answer\t-\
         \tat most {target:.0} {unit}\t{met}"
    );
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 bytes")]
fn mebi(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
