//! A real VNC server, `Xtigervnc`.

use std::fs;
use std::net::TcpListener;
use std::process::Stdio;

use guest_agent::Screen;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::server::{Agent, Server, soon};
use crate::viewer::{Said, Viewer};

#[tokio::test]
async fn cn_1_tigervnc_shows_its_screen_to_a_guest_who_knows_no_password() {
    let vnc = TigerVnc::start("VncAuth").await;
    let mut server = Server::start().await;
    let password_file = vnc.folder.path().join("agent-password");
    fs::write(&password_file, "password\n").unwrap();
    let _agent = Agent::start(&server, vnc.screen(Some("agent-password")));
    server.control().await.tell(&["ses_1"]).await;
    let mut viewer = Viewer::enter(server.stream("ses_1").await).await;
    check_shows(&mut viewer).await;
}

#[tokio::test]
async fn cn_1_tigervnc_refuses_a_wrong_password() {
    let vnc = TigerVnc::start("VncAuth").await;
    let mut server = Server::start().await;
    fs::write(vnc.folder.path().join("agent-password"), "guessed\n").unwrap();
    let _agent = Agent::start(&server, vnc.screen(Some("agent-password")));
    server.control().await.tell(&["ses_1"]).await;
    let (code, reason) = server.stream("ses_1").await.closed().await;
    assert_eq!(code, 4001);
    assert!(reason.contains("it does not let the agent in"), "{reason}");
}

#[tokio::test]
async fn cn_9_tigervnc_shows_its_screen_to_several_guests() {
    let vnc = TigerVnc::start("None").await;
    let mut server = Server::start().await;
    let _agent = Agent::start(&server, vnc.screen(None));
    let mut control = server.control().await;
    control.tell(&["ses_1"]).await;
    let mut one = Viewer::enter(server.stream("ses_1").await).await;
    check_shows(&mut one).await;
    control.tell(&["ses_1", "ses_2"]).await;
    let mut other = Viewer::enter(server.stream("ses_2").await).await;
    check_shows(&mut other).await;
    check_shows(&mut one).await;
}

/// Asks for all of the screen, and gets it.
async fn check_shows(viewer: &mut Viewer) {
    assert_eq!((viewer.width, viewer.height), (640, 480));
    viewer.choose_raw().await;
    viewer.ask(false).await;
    let mut shown = 0;
    while shown < 640 * 480 * 4 {
        let Said::Picture(bytes) = viewer.hear().await else { panic!("no picture") };
        shown += bytes;
        viewer.ask(true).await;
    }
}

/// An X server that shows its screen over VNC; it is killed when it is dropped.
struct TigerVnc {
    _child: Child,
    port: u16,
    folder: TempDir,
}

impl TigerVnc {
    /// Starts it, and waits until it listens.
    async fn start(security: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let kept = folder.path().join("server-password");
        // "password", as VNC's own tools keep it.
        fs::write(&kept, [0xdb, 0xd8, 0x3c, 0xfd, 0x72, 0x7a, 0x14, 0x58]).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut child = Command::new("Xtigervnc")
            .args(["-displayfd", "1", "-localhost", "-geometry", "640x480", "-depth", "24"])
            .args(["-rfbport", &port.to_string(), "-SecurityTypes", security])
            .args(["-AlwaysShared", "-nolisten", "tcp", "-PasswordFile"])
            .arg(&kept)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("TigerVNC is installed, as by `cargo xtask test --only tools`");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // It says the number of its display once it listens.
        assert!(soon(lines.next_line()).await.unwrap().is_some(), "TigerVNC does not start");
        Self { _child: child, port, folder }
    }

    fn screen(&self, password: Option<&str>) -> Screen {
        let password_file = password.map(|name| self.folder.path().join(name));
        Screen::Vnc { address: format!("127.0.0.1:{}", self.port), password_file }
    }
}
