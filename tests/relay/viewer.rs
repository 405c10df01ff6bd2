//! A guest's viewer, which keeps the picture.

use crate::stream::Stream;
use crate::words;

/// A viewer at the guest's end of a session, after the handshake.
pub(crate) struct Viewer {
    pub(crate) stream: Stream,
    pub(crate) session: String,
    pub(crate) width: u16,
    pub(crate) height: u16,
    /// Four bytes for each pixel, row by row.
    pub(crate) pixels: Vec<u8>,
}

/// What the computer says.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Said {
    Picture,
    Bell,
    Text(String),
    /// A message of the extended clipboard: its flags, and what is with them.
    Clipboard(u32, Vec<u8>),
}

impl Viewer {
    /// Goes through the handshake, in which no password is asked for (CN-1).
    pub(crate) fn enter(mut stream: Stream, session: String) -> Self {
        assert_eq!(stream.read(12), b"RFB 003.008\n");
        stream.write(b"RFB 003.008\n");
        assert_eq!(stream.read(2), [1, 1]);
        stream.write(&[1]);
        assert_eq!(stream.read(4), [0; 4]);
        // The screen for oneself: the gateway shares it all the same (CN-9).
        stream.write(&[0]);
        let head = stream.read(24);
        let (width, height) = (number(&head, 0), number(&head, 2));
        stream.read(number(&head, 22).into());
        stream.write(&words::pixels(false));
        stream.write(&words::encodings(&[0]));
        let pixels = vec![0; 4 * usize::from(width) * usize::from(height)];
        Self { stream, session, width, height, pixels }
    }

    pub(crate) fn say(&mut self, bytes: &[u8]) {
        self.stream.write(bytes);
    }

    /// Presses a key and lets go of it.
    pub(crate) fn strike(&mut self, keysym: u32) {
        self.say(&[words::key(true, keysym), words::key(false, keysym)].concat());
    }

    /// Asks for all of the picture.
    pub(crate) fn ask(&mut self) {
        self.say(&words::ask(false, self.width, self.height));
    }

    /// Asks for all of the picture, waits until it is there, and returns what was said before.
    pub(crate) fn look(&mut self) -> Vec<Said> {
        self.ask();
        let mut said = Vec::new();
        loop {
            match self.hear() {
                Said::Picture => return said,
                message @ (Said::Bell | Said::Text(_) | Said::Clipboard(..)) => said.push(message),
            }
        }
    }

    /// Waits for the next message.
    pub(crate) fn hear(&mut self) -> Said {
        match self.stream.read(1)[0] {
            0 => {
                let head = self.stream.read(3);
                for _ in 0..number(&head, 1) {
                    self.rectangle();
                }
                Said::Picture
            }
            2 => Said::Bell,
            3 => {
                let head = self.stream.read(7);
                let length = i32::from_be_bytes(head[3..].try_into().unwrap());
                let body = self.stream.read(length.unsigned_abs().try_into().unwrap());
                if length < 0 {
                    let flags = u32::from_be_bytes(body[..4].try_into().unwrap());
                    Said::Clipboard(flags, body[4..].to_vec())
                } else {
                    Said::Text(body.into_iter().map(char::from).collect())
                }
            }
            other => panic!("a message of kind {other}"),
        }
    }

    fn rectangle(&mut self) {
        let head = self.stream.read(12);
        assert_eq!(head[8..], [0; 4], "the rectangle is raw");
        let [x, y, width, height] = [0, 2, 4, 6].map(|at| usize::from(number(&head, at)));
        let bytes = self.stream.read(4 * width * height);
        let across = 4 * usize::from(self.width);
        for (row, line) in bytes.chunks(4 * width.max(1)).enumerate() {
            let start = (y + row) * across + 4 * x;
            self.pixels[start..start + line.len()].copy_from_slice(line);
        }
    }
}

fn number(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}
