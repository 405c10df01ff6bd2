//! What a computer's VNC server says once the handshake is over, pictures aside.

use crate::clipboard::{CutText, TEXT_MOST, content_length};
use crate::guest::{bounded, fence_length};
use crate::violation::{Side, Violation};

/// A message of a VNC server.
///
/// Two of them are only the beginning of what passes without being kept until it is whole.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ComputerMessage<'a> {
    /// Pictures follow.
    Update,
    /// What the indexes of pixels stand for.
    ColourMap,
    /// A sound.
    Bell,
    /// The computer's clipboard has something to say.
    CutText(CutText<'a>),
    /// A text that is too long to be kept until it is whole follows (CN-4).
    LongText {
        /// How long it is, in bytes.
        length: u32,
    },
    /// No more pictures come without being asked for.
    EndOfContinuousUpdates,
    /// A mark in the stream.
    Fence,
    /// Whether the computer can be switched off or started again.
    Power,
}

impl<'a> ComputerMessage<'a> {
    /// Returns how many bytes a message has at least that begins with `start`; it is whole once it
    /// has them.
    pub(crate) fn length(start: &[u8]) -> Result<usize, Violation> {
        match *start {
            [] | [UPDATE | BELL | END_OF_CONTINUOUS_UPDATES, ..] => Ok(1),
            [COLOUR_MAP, _, _, _, a, b, ..] => {
                let length = 6 * u32::from(u16::from_be_bytes([a, b]));
                Ok(6 + bounded("a colour map", length, COLOUR_MAP_MOST)?)
            }
            [COLOUR_MAP, ..] => Ok(6),
            [CUT_TEXT, _, _, _, a, b, c, d, ..] => {
                let length = content_length([a, b, c, d]);
                Ok(8 + bounded("clipboard text", length, TEXT_MOST).unwrap_or_default())
            }
            [CUT_TEXT, ..] => Ok(8),
            [FENCE, _, _, _, _, _, _, _, length, ..] => fence_length(length),
            [FENCE, ..] => Ok(9),
            [POWER, ..] => Ok(4),
            [kind, ..] => Err(Violation::UnknownMessage { side: Side::Computer, kind }),
        }
    }

    /// Reads a message that is whole.
    pub(crate) fn parse(whole: &'a [u8]) -> Result<Self, Violation> {
        match *whole {
            [UPDATE] => Ok(Self::Update),
            [COLOUR_MAP, ..] => Ok(Self::ColourMap),
            [BELL] => Ok(Self::Bell),
            [CUT_TEXT, _, _, _, a, b, c, d, ref body @ ..] => match content_length([a, b, c, d]) {
                length if length > TEXT_MOST => Ok(Self::LongText { length }),
                _ => CutText::parse([a, b, c, d], body).map(Self::CutText),
            },
            [END_OF_CONTINUOUS_UPDATES] => Ok(Self::EndOfContinuousUpdates),
            [FENCE, ..] => Ok(Self::Fence),
            [POWER, ..] => Ok(Self::Power),
            _ => Err(Violation::PartOfMessage),
        }
    }
}

const UPDATE: u8 = 0;
const COLOUR_MAP: u8 = 1;
const BELL: u8 = 2;
const CUT_TEXT: u8 = 3;
const END_OF_CONTINUOUS_UPDATES: u8 = 150;
const FENCE: u8 = 248;
/// Known as xvp.
const POWER: u8 = 250;

/// How long the colours of a map may be, in bytes: no longer than what is kept of anything else,
/// and a map of 256 colours takes 1,536.
const COLOUR_MAP_MOST: u32 = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cn_4_messages_have_the_length_their_beginning_says() {
        check_length(&[], Ok(1));
        check_length(&[0], Ok(1));
        check_length(&[1], Ok(6));
        check_length(&[1, 0, 0, 0, 1, 0], Ok(6 + 6 * 256));
        let too_long = Violation::TooLong { what: "a colour map", length: 65_538, most: 65_536 };
        check_length(&[1, 0, 0, 0, 0x2a, 0xab], Err(too_long));
        check_length(&[2], Ok(1));
        check_length(&[3], Ok(8));
        check_length(&[3, 0, 0, 0, 0, 1, 0, 0], Ok(8 + 65_536));
        check_length(&[3, 0, 0, 0, 0xff, 0xff, 0, 0], Ok(8 + 65_536));
        check_length(&[150], Ok(1));
        check_length(&[248, 0, 0, 0, 0, 0, 0, 0, 3], Ok(12));
        check_length(&[250], Ok(4));
        for kind in [4, 5, 6, 149, 151, 249, 251, 253, 255] {
            check_length(&[kind], Err(Violation::UnknownMessage { side: Side::Computer, kind }));
        }
    }

    #[test]
    fn cn_4_text_that_is_too_long_is_not_kept() {
        check(&[3, 0, 0, 0, 0, 1, 0, 1], &ComputerMessage::LongText { length: 65_537 });
        check(&[3, 0, 0, 0, 0xff, 0xfe, 0xff, 0xff], &ComputerMessage::LongText { length: 65_537 });
        check(&[3, 0, 0, 0, 0x80, 0, 0, 0], &ComputerMessage::LongText { length: 1 << 31 });
        check(
            &[3, 0, 0, 0, 0, 0, 0, 2, b'h', b'i'],
            &ComputerMessage::CutText(CutText::Plain(b"hi")),
        );
    }

    #[track_caller]
    fn check(message: &[u8], expected: &ComputerMessage<'_>) {
        assert_eq!(ComputerMessage::length(message), Ok(message.len()));
        assert_eq!(ComputerMessage::parse(message).as_ref(), Ok(expected));
    }

    #[track_caller]
    fn check_length(start: &[u8], expected: Result<usize, Violation>) {
        assert_eq!(ComputerMessage::length(start), expected);
    }
}
