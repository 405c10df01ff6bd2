//! Writes what real VNC servers and a viewer say to each other into `corpus`, encoding by encoding.
//!
//! It starts `Xtigervnc`, and `x11vnc` before an `Xvfb`, each with a window in which something moves,
//! and is a viewer that asks for one encoding, types, points and copies. What was said has to pass
//! through a policer, or the recording fails.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use guest_rfb::Permissions;
use guest_rfb_fuzz::{Side, check_session, turns, write_turns};

fn main() -> io::Result<()> {
    let port = free_port()?;
    let at = port.to_string();
    let of_vnc = ["-rfbport", &at, "-localhost", "-SecurityTypes", "None", "-AlwaysShared"];
    let (_tigervnc, display) = started(
        "Xtigervnc",
        &[&of_vnc[..], &["-geometry", "160x120", "-depth", "24"]].concat(),
    )?;
    let _window = window(&display)?;
    record(port, 100)?;

    let (_xvfb, display) = started("Xvfb", &["-screen", "0", "160x120x24"])?;
    let _window = window(&display)?;
    let port = free_port()?;
    let _x11vnc = Running::start(
        Command::new("x11vnc")
            .args(["-display", &display, "-rfbport", &port.to_string(), "-localhost", "-norc"])
            .args(["-forever", "-shared", "-quiet", "-nopw"]),
    )?;
    record(port, 200)
}

/// Records a session for each encoding.
fn record(port: u16, first: usize) -> io::Result<()> {
    for (number, encoding) in ENCODINGS.into_iter().enumerate() {
        let said = Session::open(port)?.hold(encoding)?;
        let said_by_both = turns(&said);
        for cuts in [&[usize::MAX][..], &[1], &[7, 4_096]] {
            check_session(ALL, &said_by_both, cuts);
        }
        let session = write_turns(&said_by_both);
        println!("{first}+{number}: encoding {encoding}, {} bytes", session.len());
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/session");
        fs::create_dir_all(&folder)?;
        let file = folder.join(format!("recorded-{}", first + number));
        fs::write(file, [&[ALL_BITS | VARIANT, 0x42], &session[..]].concat())?;
    }
    Ok(())
}

/// A viewer, and what was said so far.
struct Session {
    stream: TcpStream,
    said: Vec<(Side, Vec<u8>)>,
}

impl Session {
    fn open(port: u16) -> io::Result<Self> {
        let started = Instant::now();
        let stream = loop {
            match TcpStream::connect(("127.0.0.1", port)) {
                Ok(stream) => break stream,
                Err(error) if started.elapsed() > PATIENCE => return Err(error),
                Err(_) => sleep(QUIET),
            }
        };
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(QUIET))?;
        Ok(Self { stream, said: Vec::new() })
    }

    /// Says and hears a little of everything.
    fn hold(mut self, encoding: i32) -> io::Result<Vec<(Side, Vec<u8>)>> {
        self.hear()?;
        self.say(b"RFB 003.008\n")?;
        self.hear()?;
        self.say(&[1])?;
        self.hear()?;
        self.say(&[1])?;
        self.hear()?;
        self.say(&encodings(encoding))?;
        self.say(&[3, 0, 0, 0, 0, 0, 0, 160, 0, 120])?;
        self.hear()?;
        for step in 0..4_u8 {
            self.say(&[5, 0, 0, 20 + 9 * step, 0, 20 + 5 * step])?;
            self.say(&[4, 1, 0, 0, 0, 0, 0, 0x61 + step, 4, 0, 0, 0, 0, 0, 0, 0x61 + step])?;
            self.say(&[3, 1, 0, 0, 0, 0, 0, 160, 0, 120])?;
            self.hear()?;
        }
        self.say(&[6, 0, 0, 0, 0, 0, 0, 4, b't', b'e', b'x', b't'])?;
        self.hear()?;
        Ok(self.said)
    }

    fn say(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.said.push((Side::Guest, bytes.to_vec()));
        self.stream.write_all(bytes)
    }

    /// Hears until there is silence.
    fn hear(&mut self) -> io::Result<()> {
        let (mut heard, mut piece) = (Vec::new(), [0; 4_096]);
        loop {
            match self.stream.read(&mut piece) {
                Ok(0) => break,
                Ok(read) => heard.extend_from_slice(&piece[..read]),
                Err(error) if matches!(error.kind(), SILENT | io::ErrorKind::TimedOut) => break,
                Err(error) => return Err(error),
            }
        }
        if !heard.is_empty() {
            self.said.push((Side::Computer, heard));
        }
        Ok(())
    }
}

/// `SetEncodings` with this one, and all that are no pictures.
fn encodings(encoding: i32) -> Vec<u8> {
    let all = [&[encoding], PSEUDO].concat();
    let count = u16::try_from(all.len()).unwrap_or_default().to_be_bytes();
    let all = all.iter().flat_map(|one| one.to_be_bytes());
    [2, 0].into_iter().chain(count).chain(all).collect()
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Something that moves: its caret blinks, and it shows what it receives.
fn window(display: &str) -> io::Result<Running> {
    Running::start(Command::new("xev").args(["-display", display, "-geometry", "150x100+3+3"]))
}

/// Starts an X server, and returns by what name programs know it.
fn started(program: &str, arguments: &[&str]) -> io::Result<(Running, String)> {
    let mut command = Command::new(program);
    command.args(["-displayfd", "1", "-nolisten", "tcp"]).args(arguments);
    let mut server = Running(
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?,
    );
    let output = server.0.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let mut name = String::new();
    BufReader::new(output).read_line(&mut name)?;
    Ok((server, format!(":{}", name.trim())))
}

/// A program that is killed in the end.
struct Running(Child);

impl Running {
    fn start(command: &mut Command) -> io::Result<Self> {
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        quiet.spawn().map(Self)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Raw, CopyRect, RRE, Hextile, zlib, Tight, ZRLE.
const ENCODINGS: [i32; 7] = [0, 1, 2, 5, 6, 7, 16];

/// Cursors, sizes, names, last rectangles, fences, updates without end, clipboards, keys, and
/// pictures of middling quality.
const PSEUDO: &[i32] = &[
    -239, -240, -314, -223, -308, -307, -224, -312, -313, -258, -261, -28,
    0xC0A1_E5CE_u32.cast_signed(),
];

const ALL: Permissions = Permissions { keyboard: true, mouse: true, copy: true, paste: true };

/// All permissions, and a session from its first byte on.
const ALL_BITS: u8 = 0x0f;
const VARIANT: u8 = 0x80;

const SILENT: io::ErrorKind = io::ErrorKind::WouldBlock;

/// So long nothing comes between what is said and the answer.
const QUIET: Duration = Duration::from_millis(250);

const PATIENCE: Duration = Duration::from_secs(10);
