//! What a guest's viewer says, and what it makes of the answers.

use crate::server::Socket;

/// A viewer at the other end of a stream, after the handshake.
pub(crate) struct Viewer {
    pub(crate) stream: Socket,
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) name: String,
}

/// A message of the screen.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Said {
    /// So many bytes of raw pixels.
    Picture(usize),
    Text(String),
}

impl Viewer {
    /// Goes through the handshake, in which the agent asks for no password.
    pub(crate) async fn enter(mut stream: Socket) -> Self {
        assert_eq!(stream.protocol.as_deref(), Some("binary"));
        assert_eq!(stream.read(12).await, b"RFB 003.008\n");
        stream.write(b"RFB 003.008\n").await;
        assert_eq!(stream.read(2).await, [1, 1]);
        stream.write(&[1]).await;
        assert_eq!(stream.read(4).await, [0; 4]);
        stream.write(&[1]).await;
        let head = stream.read(24).await;
        let number = |at: usize| u16::from_be_bytes([head[at], head[at + 1]]);
        let (width, height) = (number(0), number(2));
        assert_eq!(number(20), 0, "the name is short");
        let name = stream.read(number(22).into()).await;
        Self { stream, width, height, name: String::from_utf8(name).unwrap() }
    }

    /// Asks for 32 bits for each pixel, and for raw pictures only.
    pub(crate) async fn choose_raw(&mut self) {
        let format = [0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0];
        self.stream.write(&format).await;
        self.stream.write(&[2, 0, 0, 1, 0, 0, 0, 0]).await;
    }

    /// Asks for all of the picture, or for what changes of it.
    pub(crate) async fn ask(&mut self, incremental: bool) {
        let [w1, w0] = self.width.to_be_bytes();
        let [h1, h0] = self.height.to_be_bytes();
        self.stream.write(&[3, incremental.into(), 0, 0, 0, 0, w1, w0, h1, h0]).await;
    }

    /// Presses a key and lets go of it.
    pub(crate) async fn strike(&mut self, keysym: u32) {
        let [a, b, c, d] = keysym.to_be_bytes();
        self.stream.write(&[4, 1, 0, 0, a, b, c, d, 4, 0, 0, 0, a, b, c, d]).await;
    }

    /// Waits for the next message.
    pub(crate) async fn hear(&mut self) -> Said {
        match self.stream.read(1).await[0] {
            0 => {
                let head = self.stream.read(3).await;
                let mut bytes = 0;
                for _ in 0..u16::from_be_bytes([head[1], head[2]]) {
                    let place = self.stream.read(12).await;
                    assert_eq!(place[8..], [0; 4], "the rectangle is raw");
                    let side =
                        |at: usize| usize::from(u16::from_be_bytes([place[at], place[at + 1]]));
                    let pixels = 4 * side(4) * side(6);
                    self.stream.read(pixels).await;
                    bytes += pixels;
                }
                Said::Picture(bytes)
            }
            3 => {
                let head = self.stream.read(7).await;
                let length = u32::from_be_bytes([head[3], head[4], head[5], head[6]]);
                let text = self.stream.read(usize::try_from(length).unwrap()).await;
                Said::Text(text.into_iter().map(char::from).collect())
            }
            other => panic!("a message of kind {other}"),
        }
    }
}
