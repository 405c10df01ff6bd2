//! Real screens: X servers with programs on them that say what they receive.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use crate::product::within;
use crate::stream::SOON;

/// An X server; it is killed when it is dropped.
pub(crate) struct Display {
    server: Child,
    name: String,
    pub(crate) folder: tempfile::TempDir,
}

impl Display {
    /// Starts the X server of tigervnc, which listens for viewers at this port itself.
    pub(crate) fn tigervnc(port: u16) -> Self {
        let port = port.to_string();
        let of_vnc = ["-rfbport", &port, "-localhost", "-SecurityTypes", "None"];
        let screen = ["-geometry", "640x480", "-depth", "24"];
        Self::start("Xtigervnc", &[&of_vnc[..], &screen].concat())
    }

    /// Starts an X server without a screen that anybody sees.
    pub(crate) fn hidden() -> Self {
        Self::start("Xvfb", &["-screen", "0", "640x480x24"])
    }

    fn start(program: &str, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut server = Command::new(program)
            .args(["-displayfd", "1", "-nolisten", "tcp"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(folder.path().join("log")).unwrap())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{program}, as `cargo xtask test --only tools` installs it: {error}")
            });
        // It says its number once it listens.
        let mut name = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut name).unwrap();
        assert!(!name.is_empty(), "{}", fs::read_to_string(folder.path().join("log")).unwrap());
        Self { server, name: format!(":{}", name.trim()), folder }
    }

    /// Shows the screen over VNC to whoever knows the password.
    pub(crate) fn x11vnc(&self, port: u16, password: &str) -> (Running, PathBuf) {
        let file = self.folder.path().join("password");
        fs::write(&file, password).unwrap();
        let port = port.to_string();
        let log = File::create(self.folder.path().join("x11vnc.log")).unwrap();
        let child = Command::new("x11vnc")
            .args([
                "-display",
                &self.name,
                "-rfbport",
                &port,
                "-localhost",
                "-norc",
                "-forever",
                "-shared",
            ])
            .args(["-quiet", "-passwdfile"])
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("x11vnc, as `cargo xtask test --only tools` installs it");
        let running = Running(child);
        assert!(within(20, || TcpStream::connect(format!("127.0.0.1:{port}")).is_ok()));
        (running, file)
    }

    /// Opens a window over the whole screen that tells what it receives.
    pub(crate) fn window(&self) -> Window {
        // Its output would come in large pieces if nobody told it otherwise.
        let mut child = Command::new("stdbuf")
            .args(["-oL", "xev", "-display", &self.name, "-geometry", "640x480+0+0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("xev, as `cargo xtask test --only tools` installs it");
        let output = BufReader::new(child.stdout.take().unwrap());
        let (say, events) = mpsc::channel();
        thread::spawn(move || {
            let mut kind = String::new();
            for line in output.lines().map_while(Result::ok) {
                if let Some(event) = read(&line, &mut kind)
                    && say.send(event).is_err()
                {
                    return;
                }
            }
        });
        let first = events.recv_timeout(SOON).expect("the window opens");
        assert_eq!(first, EXPOSED);
        Window { _running: Running(child), events }
    }

    /// Returns what programs know the screen by.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Puts a text onto the clipboard.
    pub(crate) fn copy(&self, text: &str) {
        let mut xclip = self.xclip(&["-in"]).stdin(Stdio::piped()).spawn().unwrap();
        xclip.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        // It stays in the background for as long as its text is on the clipboard.
        assert!(xclip.wait().unwrap().success());
    }

    /// Begins to ask for the text on the clipboard.
    pub(crate) fn pasting(&self) -> Child {
        let mut xclip = self.xclip(&["-out", "-target", "UTF8_STRING"]);
        xclip.stdout(Stdio::piped()).spawn().unwrap()
    }

    /// Returns the text on the clipboard.
    pub(crate) fn pasted(&self) -> String {
        text_of(self.pasting())
    }

    /// Kills it, and all that shows on it.
    pub(crate) fn kill(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }

    fn xclip(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("xclip");
        command
            .args(["-display", self.name(), "-selection", "clipboard"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }
}

/// Returns the text that was asked for.
pub(crate) fn text_of(pasting: Child) -> String {
    String::from_utf8(pasting.wait_with_output().unwrap().stdout).unwrap()
}

impl Drop for Display {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A program that is killed when it is dropped.
pub(crate) struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may be gone with its screen.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A window that tells what it receives.
pub(crate) struct Window {
    _running: Running,
    events: Receiver<String>,
}

impl Window {
    /// Waits for the next event, such as `KeyPress a`, `ButtonRelease 1` or `Motion`.
    pub(crate) fn event(&self) -> String {
        loop {
            let event = self.events.recv_timeout(SOON).expect("the window receives something");
            if event != EXPOSED {
                return event;
            }
        }
    }

    /// Waits for the next event that is a key or a button.
    pub(crate) fn input(&self) -> String {
        std::iter::repeat_with(|| self.event()).find(|event| event != "Motion").unwrap()
    }
}

/// Reads a line of xev's; an event takes several.
fn read(line: &str, kind: &mut String) -> Option<String> {
    if let Some((name, _)) = line.split_once(" event, ") {
        name.clone_into(kind);
        return match name {
            EXPOSED => Some(EXPOSED.to_owned()),
            "MotionNotify" => Some("Motion".to_owned()),
            _ => None,
        };
    }
    let which = match kind.as_str() {
        "KeyPress" | "KeyRelease" => line.split_once("keysym ")?.1.split([' ', ')']).nth(1)?,
        "ButtonPress" | "ButtonRelease" => line.split_once("button ")?.1.split(',').next()?,
        _ => return None,
    };
    Some(format!("{} {which}", std::mem::take(kind)))
}

/// The event that tells that a part of the window can be seen.
const EXPOSED: &str = "Expose";

/// Returns a port that nobody listens at.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
