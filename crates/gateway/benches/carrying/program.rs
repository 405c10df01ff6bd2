//! The programs that carry: this one, started again with other arguments.

use std::env;
use std::fs;
use std::future::Future;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::runtime::Builder;

/// What this program is, if it is not the benchmark.
pub(crate) enum Role {
    /// A server with its gateway, for so many sessions, that keeps its data there.
    Server { sessions: usize, folder: String },
    /// The agents of so many computers, with the key in this file.
    Agents { server: String, key_file: String, computers: usize, vnc: String },
    /// A relay that looks at nothing: the part in the middle.
    BareServer,
    /// Its part beside the VNC server, with so many streams.
    BareAgent { server: SocketAddr, vnc: SocketAddr, streams: usize },
}

impl Role {
    pub(crate) fn of_this() -> Option<Self> {
        let words: Vec<String> = env::args().skip(1).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words[..] {
            ["server", sessions, folder] => Some(Self::Server {
                sessions: sessions.parse().unwrap(),
                folder: folder.to_owned(),
            }),
            ["agents", server, key_file, computers, vnc] => Some(Self::Agents {
                server: server.to_owned(),
                key_file: key_file.to_owned(),
                computers: computers.parse().unwrap(),
                vnc: vnc.to_owned(),
            }),
            ["bare-server"] => Some(Self::BareServer),
            ["bare-agent", server, vnc, streams] => Some(Self::BareAgent {
                server: server.parse().unwrap(),
                vnc: vnc.parse().unwrap(),
                streams: streams.parse().unwrap(),
            }),
            _ => None,
        }
    }
}

/// A program that runs until this is dropped.
pub(crate) struct Program {
    child: Child,
    /// What it wrote first.
    pub(crate) said: String,
}

impl Program {
    /// Starts this program in another role, and waits until it says that it is there.
    pub(crate) fn this(words: &[&str]) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        let mut program = Self::start(command.args(words).stdout(Stdio::piped()));
        let stdout = program.child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut program.said).unwrap();
        assert!(!program.said.is_empty(), "{words:?} has ended");
        program
    }

    /// Starts websockify, which `cargo xtask test --only tools` has installed.
    pub(crate) fn websockify(from: SocketAddr, to: SocketAddr) -> Self {
        let beside = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("venv");
        let mut command = Command::new(beside.join("bin/websockify"));
        command.args([from.to_string(), to.to_string()]);
        Self::start(command.stdout(Stdio::null()).stderr(Stdio::null()))
    }

    fn start(command: &mut Command) -> Self {
        let child = command.stdin(Stdio::null()).spawn();
        let child = child.unwrap_or_else(|error| panic!("{command:?} cannot be run: {error}"));
        Self { child, said: String::new() }
    }

    /// Returns how many bytes of memory it has resident.
    pub(crate) fn resident(&self) -> u64 {
        let statm = fs::read_to_string(format!("/proc/{}/statm", self.child.id())).unwrap();
        statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * PAGE
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Allows this program, and those it starts, as many files as anybody may have.
pub(crate) fn allow_many_files() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).unwrap();
}

/// Runs on two threads, whatever the part in the play.
pub(crate) fn run<T>(what: impl Future<Output = T>) -> T {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(what)
}

const PAGE: u64 = 4096;
