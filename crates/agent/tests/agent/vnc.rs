//! A VNC server that does as the test says.

use std::fs;
use std::path::PathBuf;

use guest_agent::Screen;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::server::{Agent, Server, soon};

#[tokio::test]
async fn cn_1_bytes_go_both_ways_after_the_handshake() {
    for version in [b"RFB 003.003\n", b"RFB 003.007\n", b"RFB 003.008\n"] {
        let mut server = Server::start().await;
        let vnc = Vnc::start().await;
        let _agent = Agent::start(&server, vnc.screen(None));
        let (mut stream, mut computer) = meet(&mut server, &vnc, version).await;
        // The guest's first word may come together with the end of the handshake.
        stream.write(&[1, 1]).await;
        stream.read(4).await;
        assert_eq!(soon(computer.read_u8()).await.unwrap(), 1);
        let picture: Vec<u8> = (0..4_000_000_u32).map(|number| number.to_le_bytes()[1]).collect();
        let (read, written) =
            tokio::join!(stream.read(picture.len()), computer.write_all(&picture));
        written.unwrap();
        assert!(read == picture, "the picture has changed on its way");
        assert!(stream.longest <= 32 * 1024, "a piece of {} bytes", stream.longest);
        stream.write(&picture[..70_000]).await;
        let mut came = vec![0; 70_000];
        soon(computer.read_exact(&mut came)).await.unwrap();
        assert!(came == picture[..70_000], "what the guest said has changed on its way");
    }
}

#[tokio::test]
async fn cn_1_the_agent_answers_the_challenge_and_the_guest_needs_no_password() {
    let mut server = Server::start().await;
    let vnc = Vnc::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    // The key with which VNC's own tools keep passwords, so that the answer is well known.
    fs::write(&file, b"\x17\x52\x6b\x06\x23\x4e\x58\x07\n").unwrap();
    let _agent = Agent::start(&server, vnc.screen(Some(file)));
    server.control().await.tell(&["ses_1"]).await;
    let mut stream = server.stream("ses_1").await;
    let mut computer = vnc.accept(b"RFB 003.008\n").await;
    computer.write_all(&[1, 2]).await.unwrap();
    assert_eq!(soon(computer.read_u8()).await.unwrap(), 2);
    computer.write_all(b"passwordpassword").await.unwrap();
    let mut answer = [0; 16];
    soon(computer.read_exact(&mut answer)).await.unwrap();
    let expected = [0xdb, 0xd8, 0x3c, 0xfd, 0x72, 0x7a, 0x14, 0x58];
    assert_eq!(answer, [expected, expected].concat()[..]);
    computer.write_all(&[0; 4]).await.unwrap();
    assert_eq!(stream.read(12).await, b"RFB 003.008\n");
    stream.write(b"RFB 003.008\n").await;
    assert_eq!(stream.read(2).await, [1, 1]);
}

#[tokio::test]
async fn cn_1_why_there_is_no_screen_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    let refuse = &[0, 0, 0, 0, 8, b't', b'o', b'o', b' ', b'b', b'u', b's', b'y'][..];
    check(refuse, None, "the VNC server refuses the agent: it refuses the connection: too busy")
        .await;
    let password = &[1, 2][..];
    check(
        password,
        None,
        "the VNC server refuses the agent: it asks for a password, and none is set",
    )
    .await;
    check(password, Some(file.clone()), "the VNC server's password cannot be read from").await;
    check(&[1, 19], None, "neither access without a password nor with one").await;
}

#[tokio::test]
async fn cn_1_a_vnc_server_that_is_not_there_or_goes_away_is_told() {
    let mut server = Server::start().await;
    let nobody = Screen::Vnc { address: "127.0.0.1:1".to_owned(), password_file: None };
    let agent = Agent::start(&server, nobody);
    server.control().await.tell(&["ses_1"]).await;
    let (code, reason) = server.stream("ses_1").await.closed().await;
    assert_eq!(code, 4001);
    assert!(reason.starts_with("the VNC server at 127.0.0.1:1 cannot be reached: "), "{reason}");
    agent.stop().await.unwrap();

    let vnc = Vnc::start().await;
    let _agent = Agent::start(&server, vnc.screen(None));
    let (mut stream, computer) = meet(&mut server, &vnc, b"RFB 003.008\n").await;
    drop(computer);
    stream.write(&[1]).await;
    let (code, reason) = stream.closed().await;
    assert_eq!((code, reason.as_str()), (4001, "the VNC server closed the connection"));
}

/// Has a VNC server offer this instead of no security.
async fn check(offer: &[u8], password_file: Option<PathBuf>, expected: &str) {
    let mut server = Server::start().await;
    let vnc = Vnc::start().await;
    let needs_server = password_file.is_none();
    let _agent = Agent::start(&server, vnc.screen(password_file));
    server.control().await.tell(&["ses_1"]).await;
    let mut stream = server.stream("ses_1").await;
    let computer = async {
        if needs_server {
            let mut computer = vnc.accept(b"RFB 003.008\n").await;
            computer.write_all(offer).await.unwrap();
            // It stays until the agent goes.
            let _ = soon(computer.read_u8()).await;
        }
    };
    let (closed, ()) = tokio::join!(stream.closed(), computer);
    assert_eq!(closed.0, 4001);
    assert!(closed.1.contains(expected), "{closed:?}");
}

/// Has a guest come and meet a VNC server that lets everybody in.
async fn meet(
    server: &mut Server,
    vnc: &Vnc,
    version: &[u8; 12],
) -> (crate::server::Socket, TcpStream) {
    server.control().await.tell(&["ses_1"]).await;
    let (mut stream, computer) =
        tokio::join!(server.stream("ses_1"), async { vnc.let_in(version).await });
    assert_eq!(stream.read(12).await, b"RFB 003.008\n");
    stream.write(b"RFB 003.008\n").await;
    assert_eq!(stream.read(2).await, [1, 1]);
    (stream, computer)
}

/// A VNC server that listens.
pub(crate) struct Vnc(TcpListener);

impl Vnc {
    pub(crate) async fn start() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    pub(crate) fn screen(&self, password_file: Option<PathBuf>) -> Screen {
        Screen::Vnc { address: self.0.local_addr().unwrap().to_string(), password_file }
    }

    /// Takes a connection, up to where both have said their version.
    async fn accept(&self, version: &[u8; 12]) -> TcpStream {
        let (mut viewer, _) = soon(self.0.accept()).await.unwrap();
        viewer.write_all(version).await.unwrap();
        let mut said = [0; 12];
        soon(viewer.read_exact(&mut said)).await.unwrap();
        assert_eq!(said, *version);
        viewer
    }

    /// Takes a connection without a password.
    pub(crate) async fn let_in(&self, version: &[u8; 12]) -> TcpStream {
        let mut viewer = self.accept(version).await;
        if version == b"RFB 003.003\n" {
            viewer.write_all(&[0, 0, 0, 1]).await.unwrap();
            return viewer;
        }
        viewer.write_all(&[1, 1]).await.unwrap();
        assert_eq!(soon(viewer.read_u8()).await.unwrap(), 1);
        if version == b"RFB 003.008\n" {
            viewer.write_all(&[0; 4]).await.unwrap();
        }
        viewer
    }
}
