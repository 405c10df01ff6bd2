//! A VNC server that writes down what it hears: the computer's own word on what reached it.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;

use crate::stream::SOON;

/// A screen of one colour, which any number of guests look at.
pub(crate) struct Vnc {
    pub(crate) port: u16,
    guests: Receiver<Seat>,
}

/// One connection to it.
pub(crate) struct Seat {
    heard: Receiver<Vec<u8>>,
    to_guest: TcpStream,
    /// Lets it listen on, if it does not from the start.
    listen: Sender<()>,
    /// How many bytes of pictures were sent.
    pub(crate) drawn: Arc<AtomicU64>,
}

impl Vnc {
    /// Starts one whose screen has this size.
    pub(crate) fn start(width: u16, height: u16) -> Self {
        Self::start_with(width, height, true)
    }

    /// Starts one that goes through the handshake, and then hears nothing until it is told to.
    pub(crate) fn start_deaf() -> Self {
        Self::start_with(64, 48, false)
    }

    fn start_with(width: u16, height: u16, listens: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (to_test, guests) = mpsc::channel();
        // It ends with the test.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                let (say, heard) = mpsc::channel();
                let (listen, listening) = mpsc::channel();
                let drawn = Arc::new(AtomicU64::new(0));
                let to_guest = stream.try_clone().unwrap();
                let screen =
                    Screen { stream, width, height, say, listening, drawn: Arc::clone(&drawn) };
                if listens {
                    listen.send(()).unwrap();
                }
                thread::spawn(move || drop(screen.serve()));
                if to_test.send(Seat { heard, to_guest, listen, drawn }).is_err() {
                    return;
                }
            }
        });
        Self { port, guests }
    }

    /// Waits for the next guest.
    pub(crate) fn seat(&self) -> Seat {
        self.guests.recv_timeout(SOON).expect("a guest comes")
    }
}

impl Seat {
    /// Waits for the next message; none comes once the connection is closed.
    pub(crate) fn hear(&self) -> Option<Vec<u8>> {
        match self.heard.recv_timeout(SOON) {
            Ok(message) => Some(message),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("nothing comes for {} s", SOON.as_secs()),
        }
    }

    /// Waits for the next input: a key, the pointer, the clipboard.
    pub(crate) fn input(&self) -> Option<Vec<u8>> {
        loop {
            let message = self.hear()?;
            if matches!(message[0], 4..=6 | 255) {
                return Some(message);
            }
        }
    }

    /// Waits until the connection is closed, and returns the input that came before.
    pub(crate) fn rest(&self) -> Vec<Vec<u8>> {
        std::iter::from_fn(|| self.input()).collect()
    }

    /// Returns the input that comes before the next request for a picture.
    pub(crate) fn input_before_look(&self) -> Vec<Vec<u8>> {
        let before = std::iter::from_fn(|| self.hear().filter(|message| message[0] != 3));
        before.filter(|message| matches!(message[0], 4..=6 | 255)).collect()
    }

    /// Says something to the guest.
    pub(crate) fn say(&mut self, bytes: &[u8]) {
        self.to_guest.write_all(bytes).unwrap();
    }

    /// Breaks the connection.
    pub(crate) fn hang_up(&self) {
        self.to_guest.shutdown(Shutdown::Both).unwrap();
    }

    /// Listens from now on.
    pub(crate) fn listen(&self) {
        self.listen.send(()).unwrap();
    }
}

/// The server's side of a connection.
struct Screen {
    stream: TcpStream,
    width: u16,
    height: u16,
    say: Sender<Vec<u8>>,
    listening: Receiver<()>,
    drawn: Arc<AtomicU64>,
}

impl Screen {
    fn serve(mut self) -> io::Result<()> {
        self.stream.write_all(b"RFB 003.008\n")?;
        self.read(12)?;
        self.stream.write_all(&[1, 1])?;
        self.read(1)?;
        self.stream.write_all(&[0; 4])?;
        // Whether the guest wants the screen shared: that is asked for in any case (CN-9).
        assert_eq!(self.read(1)?, [1]);
        let format = [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0];
        let size = [self.width.to_be_bytes(), self.height.to_be_bytes()].concat();
        self.stream.write_all(&[&size, &format[..], b"\0\0\0\x04Test"].concat())?;
        if self.listening.recv().is_err() {
            return Ok(());
        }
        loop {
            let message = self.message()?;
            if message[0] == 3 {
                self.draw()?;
            }
            let _ = self.say.send(message); // Not every test listens.
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        let size = [self.width.to_be_bytes(), self.height.to_be_bytes()].concat();
        let pixels = vec![0x5a; 4 * usize::from(self.width) * usize::from(self.height)];
        self.stream
            .write_all(&[&[0, 0, 0, 1, 0, 0, 0, 0][..], &size, &[0; 4], &pixels].concat())?;
        self.drawn.fetch_add(pixels.len() as u64, Ordering::Relaxed);
        Ok(())
    }

    /// Reads one message.
    fn message(&mut self) -> io::Result<Vec<u8>> {
        let mut message = self.read(1)?;
        match message[0] {
            0 => self.more(&mut message, 19)?,
            2 => {
                self.more(&mut message, 3)?;
                let count = u16::from_be_bytes([message[2], message[3]]);
                self.more(&mut message, 4 * usize::from(count))?;
            }
            3 | 150 => self.more(&mut message, 9)?,
            4 => self.more(&mut message, 7)?,
            5 => self.more(&mut message, 5)?,
            6 => {
                self.more(&mut message, 7)?;
                let length = i32::from_be_bytes(message[4..].try_into().unwrap());
                self.more(&mut message, length.unsigned_abs().try_into().unwrap())?;
            }
            248 => {
                self.more(&mut message, 8)?;
                let length = message[8];
                self.more(&mut message, length.into())?;
            }
            255 => self.more(&mut message, 11)?,
            // The gateway lets nothing else pass; what the test then finds is this alone.
            _ => {}
        }
        Ok(message)
    }

    fn more(&mut self, message: &mut Vec<u8>, count: usize) -> io::Result<()> {
        let more = self.read(count)?;
        message.extend(more);
        Ok(())
    }

    fn read(&mut self, count: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; count];
        self.stream.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}
