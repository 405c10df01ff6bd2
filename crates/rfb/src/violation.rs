//! Why a stream is not one of RFB as this crate knows it.

use std::fmt;

/// What somebody said that ends the session as `protocol_error` (CN-4).
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Violation {
    /// A version that is none of 3.3, 3.7 and 3.8, or a guest's that is above the computer's.
    #[error("the protocol version is not one of 3.3, 3.7 and 3.8 that was offered")]
    Version,
    /// A side that speaks in the handshake while it is the other's turn, or over.
    #[error("the {side} spoke out of turn")]
    OutOfTurn {
        /// Who spoke.
        side: Side,
    },
    /// A security type that was not offered, or that nobody here understands.
    #[error("the security type is neither none nor a VNC password, or was not offered")]
    Security,
    /// A security result that is neither a success nor a failure.
    #[error("the security result is {code}")]
    SecurityResult {
        /// The number given as the result.
        code: u32,
    },
    /// A message nobody here knows.
    #[error("the {side} sent a message of the unknown type {kind}")]
    UnknownMessage {
        /// Who sent it.
        side: Side,
        /// Its first byte.
        kind: u8,
    },
    /// Bytes that were to be a whole message, and are only a part of one.
    #[error("a message is not whole")]
    PartOfMessage,
    /// A message of QEMU's that is not a key.
    #[error("a QEMU message has the unknown type {kind}")]
    UnknownQemuMessage {
        /// Its second byte.
        kind: u8,
    },
    /// Something longer than it may be.
    #[error("{what} has a length of {length}, and {most} is the most")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// How long it is.
        length: u32,
        /// How long it may be.
        most: u32,
    },
    /// A message of the extended clipboard that breaks its rules.
    #[error("a clipboard message is malformed: {what}")]
    Clipboard {
        /// What is wrong with it.
        what: &'static str,
    },
    /// A pixel format of another size while pictures of the old one may be on their way.
    #[error("the size of pixels changes while pictures are on their way")]
    FormatInFlight,
    /// A rectangle that reaches over the edge of the screen.
    #[error(
        "a rectangle of {width}x{height} at {x},{y} lies outside a screen of {screen_width}x{screen_height}"
    )]
    RectangleOutside {
        /// Its left edge.
        x: u16,
        /// Its upper edge.
        y: u16,
        /// Its width.
        width: u16,
        /// Its height.
        height: u16,
        /// The width of the screen.
        screen_width: u16,
        /// The height of the screen.
        screen_height: u16,
    },
    /// A rectangle in an encoding that nobody here can parse.
    #[error("a rectangle is in the unknown encoding {encoding}")]
    UnknownEncoding {
        /// The number of the encoding.
        encoding: i32,
    },
    /// Picture data that breaks the rules of its encoding.
    #[error("picture data is malformed: {what}")]
    Picture {
        /// What is wrong with it.
        what: &'static str,
    },
    /// A pixel format that makes no sense.
    #[error("a pixel format is malformed: {what}")]
    PixelFormat {
        /// What is wrong with it.
        what: &'static str,
    },
}

/// One of the two who speak RFB with each other.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// The guest's viewer, RFB's client.
    Guest,
    /// The computer's VNC server.
    Computer,
}

impl fmt::Display for Side {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Guest => "guest",
            Self::Computer => "computer",
        })
    }
}
