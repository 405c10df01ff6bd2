//! What a guest's viewer says once the handshake is over.

use crate::clipboard::{CutText, Measure, TEXT_MOST, content_length};
use crate::held::{Key, Pointer};
use crate::pixel::PixelFormat;
use crate::rectangle::Rectangle;
use crate::violation::{Side, Violation};

/// A message of a viewer.
///
/// Whoever reads them keeps what came until it has the [`length`](Self::length) that it asks for,
/// and then has it parsed:
///
///     use guest_rfb::{GuestMessage, Pointer};
///
///     let came = [5, 1, 0, 30, 0, 40, 5];
///     let length = GuestMessage::length(&came)?;
///     let pointer = Pointer { buttons: 1, x: 30, y: 40 };
///     assert_eq!(GuestMessage::parse(&came[..length])?, GuestMessage::Pointer(pointer));
///     # Ok::<(), guest_rfb::Violation>(())
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum GuestMessage<'a> {
    /// From now on, pixels are to come like this.
    SetPixelFormat(PixelFormat),
    /// These encodings are understood.
    SetEncodings(Encodings<'a>),
    /// A picture is wanted.
    UpdateRequest {
        /// Whether only what has changed is of interest.
        incremental: bool,
        /// The part of the screen that is of interest.
        area: Rectangle,
    },
    /// A key goes down or up.
    Key {
        /// Whether it goes down.
        down: bool,
        /// Which.
        key: Key,
    },
    /// The pointer moves, or its buttons do.
    Pointer(Pointer),
    /// The guest's clipboard has something to say.
    CutText(CutText<'a>),
    /// A mark in the stream.
    Fence,
    /// Pictures are to come without being asked for, or are not to any more.
    ContinuousUpdates {
        /// Whether they are to come.
        on: bool,
    },
    /// The screen is to have another size.
    SetDesktopSize,
    /// The computer is to be switched off or started again.
    Power,
}

/// The encodings that a viewer understands, the one it likes best first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Encodings<'a> {
    numbers: &'a [[u8; 4]],
}

impl<'a> GuestMessage<'a> {
    /// Returns how many bytes a message has at least that begins with `start`; it is whole once it
    /// has them.
    ///
    /// # Errors
    ///
    /// Returns that there is no such message (CN-4), or that it is too long.
    pub fn length(start: &[u8]) -> Result<usize, Violation> {
        match *start {
            [] => Ok(1),
            [SET_PIXEL_FORMAT, ..] => Ok(20),
            [SET_ENCODINGS, _, a, b, ..] => {
                let count = u16::from_be_bytes([a, b]);
                bounded("a list of encodings", count.into(), ENCODINGS_MOST)?;
                Ok(4 + 4 * usize::from(count))
            }
            [SET_ENCODINGS, ..] => Ok(4),
            [CUT_TEXT, _, _, _, a, b, c, d, ..] => {
                let length = content_length([a, b, c, d]);
                Ok(8 + bounded("clipboard text", length, TEXT_MOST)?)
            }
            [KEY | CUT_TEXT, ..] => Ok(8),
            [POINTER, ..] => Ok(6),
            [UPDATE_REQUEST | CONTINUOUS_UPDATES, ..] => Ok(10),
            [FENCE, _, _, _, _, _, _, _, length, ..] => fence_length(length),
            [FENCE, ..] => Ok(9),
            [SET_DESKTOP_SIZE, _, _, _, _, _, screens, ..] => Ok(8 + 16 * usize::from(screens)),
            [SET_DESKTOP_SIZE, ..] => Ok(8),
            [POWER, ..] => Ok(4),
            [QEMU, kind, ..] if kind != QEMU_KEY => Err(Violation::UnknownQemuMessage { kind }),
            [QEMU, ..] => Ok(12),
            [kind, ..] => Err(Violation::UnknownMessage { side: Side::Guest, kind }),
        }
    }

    /// Reads a message that is whole.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with it.
    pub fn parse(whole: &'a [u8]) -> Result<Self, Violation> {
        match *whole {
            [SET_PIXEL_FORMAT, _, _, _, ref format @ ..] => match format.first_chunk() {
                Some(format) => PixelFormat::parse(*format).map(Self::SetPixelFormat),
                None => Err(PART),
            },
            [SET_ENCODINGS, _, _, _, ref numbers @ ..] => {
                let (numbers, _) = numbers.as_chunks();
                Ok(Self::SetEncodings(Encodings { numbers }))
            }
            [UPDATE_REQUEST, incremental, ref wanted @ ..] => {
                let area = area(wanted).ok_or(PART)?;
                Ok(Self::UpdateRequest { incremental: incremental != 0, area })
            }
            [KEY, down, _, _, ref named @ ..] => {
                let [keysym] = words(named)?;
                Ok(Self::Key { down: down != 0, key: Key { keysym, keycode: None } })
            }
            [QEMU, QEMU_KEY, down1, down0, ref named @ ..] => {
                let [keysym, keycode] = words(named)?;
                let key = Key { keysym, keycode: Some(keycode) };
                Ok(Self::Key { down: [down1, down0] != [0, 0], key })
            }
            [POINTER, buttons, x1, x0, y1, y0] => Ok(Self::Pointer(Pointer {
                buttons,
                x: u16::from_be_bytes([x1, x0]),
                y: u16::from_be_bytes([y1, y0]),
            })),
            [CUT_TEXT, _, _, _, a, b, c, d, ref body @ ..] => {
                Self::cut_text(CutText::parse([a, b, c, d], body)?)
            }
            [CONTINUOUS_UPDATES, on, ..] => Ok(Self::ContinuousUpdates { on: on != 0 }),
            [FENCE, ..] => Ok(Self::Fence),
            [SET_DESKTOP_SIZE, ..] => Ok(Self::SetDesktopSize),
            [POWER, ..] => Ok(Self::Power),
            [KEY | QEMU | POINTER | SET_ENCODINGS | SET_PIXEL_FORMAT | CUT_TEXT, ..] | [] => {
                Err(PART)
            }
            [kind, ..] => Err(Violation::UnknownMessage { side: Side::Guest, kind }),
        }
    }

    fn cut_text(text: CutText<'a>) -> Result<Self, Violation> {
        match text.measure()? {
            Measure::Fits => Ok(Self::CutText(text)),
            Measure::TooLong { length } => {
                Err(Violation::TooLong { what: "clipboard text", length, most: TEXT_MOST })
            }
        }
    }
}

impl Encodings<'_> {
    /// Returns their numbers, the one liked best first.
    pub fn numbers(&self) -> impl Iterator<Item = i32> {
        self.numbers.iter().map(|number| i32::from_be_bytes(*number))
    }

    /// Writes the message that names these.
    pub(crate) fn message(numbers: impl Iterator<Item = i32>) -> Vec<u8> {
        let mut message = vec![SET_ENCODINGS, 0, 0, 0];
        let mut count = 0u16;
        for number in numbers {
            message.extend_from_slice(&number.to_be_bytes());
            count = count.saturating_add(1);
        }
        if let Some([_, _, most, least]) = message.first_chunk_mut() {
            [*most, *least] = count.to_be_bytes();
        }
        message
    }
}

fn area(bytes: &[u8]) -> Option<Rectangle> {
    let (pairs, _) = bytes.as_chunks();
    let [x, y, width, height] = pairs.first_chunk()?.map(u16::from_be_bytes);
    Some(Rectangle { x, y, width, height })
}

fn words<const COUNT: usize>(bytes: &[u8]) -> Result<[u32; COUNT], Violation> {
    let (words, _) = bytes.as_chunks();
    words.first_chunk().map(|words| words.map(u32::from_be_bytes)).ok_or(PART)
}

/// Returns the length of a fence with so much payload.
pub(crate) fn fence_length(payload: u8) -> Result<usize, Violation> {
    Ok(9 + bounded("the payload of a fence", payload.into(), FENCE_MOST)?)
}

/// Returns `length` if it is at most `most`.
pub(crate) fn bounded(what: &'static str, length: u32, most: u32) -> Result<usize, Violation> {
    let too_long = Violation::TooLong { what, length, most };
    if length > most { Err(too_long) } else { usize::try_from(length).map_err(|_| too_long) }
}

const SET_PIXEL_FORMAT: u8 = 0;
const SET_ENCODINGS: u8 = 2;
const UPDATE_REQUEST: u8 = 3;
const KEY: u8 = 4;
const POINTER: u8 = 5;
const CUT_TEXT: u8 = 6;
const CONTINUOUS_UPDATES: u8 = 150;
const FENCE: u8 = 248;
/// Known as xvp.
const POWER: u8 = 250;
const SET_DESKTOP_SIZE: u8 = 251;
const QEMU: u8 = 255;
/// The one kind of a QEMU message that is a key.
const QEMU_KEY: u8 = 0;

/// How many encodings a viewer may name: several times what there is.
const ENCODINGS_MOST: u32 = 1024;
/// How long the payload of a fence may be, as the extension says.
const FENCE_MOST: u32 = 64;
/// What is said of bytes that are not a whole message.
const PART: Violation = Violation::PartOfMessage;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cn_4_messages_have_the_length_their_beginning_says() {
        check_length(&[], Ok(1));
        check_length(&[0], Ok(20));
        check_length(&[2], Ok(4));
        check_length(&[2, 0, 4, 0], Ok(4 + 4 * 1024));
        check_length(&[2, 0, 4, 1], Err(too_long("a list of encodings", 1025, 1024)));
        check_length(&[3], Ok(10));
        check_length(&[4], Ok(8));
        check_length(&[5], Ok(6));
        check_length(&[6, 0, 0, 0, 0, 1, 0], Ok(8));
        check_length(&[6, 0, 0, 0, 0, 1, 0, 0], Ok(8 + 65_536));
        check_length(&[6, 0, 0, 0, 0, 1, 0, 1], Err(too_long("clipboard text", 65_537, 65_536)));
        check_length(&[6, 0, 0, 0, 0xff, 0xff, 0, 0], Ok(8 + 65_536));
        check_length(
            &[6, 0, 0, 0, 0x80, 0, 0, 0],
            Err(too_long("clipboard text", 1 << 31, 65_536)),
        );
        check_length(&[150], Ok(10));
        check_length(&[248, 0, 0, 0, 0, 0, 0, 0, 64], Ok(73));
        check_length(
            &[248, 0, 0, 0, 0, 0, 0, 0, 65],
            Err(too_long("the payload of a fence", 65, 64)),
        );
        check_length(&[250], Ok(4));
        check_length(&[251, 0, 0, 0, 0, 0, 255, 0], Ok(8 + 16 * 255));
        check_length(&[255], Ok(12));
        check_length(&[255, 1], Err(Violation::UnknownQemuMessage { kind: 1 }));
        for kind in [1, 7, 149, 249, 252, 253, 254] {
            check_length(&[kind], Err(Violation::UnknownMessage { side: Side::Guest, kind }));
        }
    }

    #[test]
    fn messages_read_back() {
        let key = Key { keysym: 0xff0d, keycode: None };
        check(&[4, 1, 9, 9, 0, 0, 0xff, 0x0d], GuestMessage::Key { down: true, key });
        let key = Key { keysym: 0x61, keycode: Some(30) };
        check(&[255, 0, 0, 0, 0, 0, 0, 0x61, 0, 0, 0, 30], GuestMessage::Key { down: false, key });
        check(&[255, 0, 1, 0, 0, 0, 0, 0x61, 0, 0, 0, 30], GuestMessage::Key { down: true, key });
        let area = Rectangle { x: 1, y: 2, width: 3, height: 4 };
        check(
            &[3, 1, 0, 1, 0, 2, 0, 3, 0, 4],
            GuestMessage::UpdateRequest { incremental: true, area },
        );
        check(&[6, 0, 0, 0, 0, 0, 0, 2, b'h', b'i'], GuestMessage::CutText(CutText::Plain(b"hi")));
        check(&[150, 1, 0, 0, 0, 0, 0, 0, 0, 0], GuestMessage::ContinuousUpdates { on: true });
        let format = PixelFormat::RGB565;
        let message = [&[0, 0, 0, 0], &format.to_bytes()[..]].concat();
        check(&message, GuestMessage::SetPixelFormat(format));
    }

    #[test]
    fn encodings_read_back_in_their_order() {
        let message = [2, 0, 0, 2, 0, 0, 0, 7, 0xff, 0xff, 0xff, 0x21];
        let Ok(GuestMessage::SetEncodings(encodings)) = GuestMessage::parse(&message) else {
            panic!("not a list of encodings");
        };
        assert_eq!(encodings.numbers().collect::<Vec<_>>(), [7, -223]);
    }

    #[test]
    fn a_part_of_a_message_is_none() {
        for part in
            [&[][..], &[0, 0, 0], &[0, 0, 0, 0, 32], &[2], &[3, 1], &[4, 1], &[5], &[6], &[255, 0]]
        {
            assert_eq!(GuestMessage::parse(part), Err(PART), "{part:?}");
        }
    }

    #[track_caller]
    fn check(message: &[u8], expected: GuestMessage<'_>) {
        assert_eq!(GuestMessage::length(message), Ok(message.len()));
        assert_eq!(GuestMessage::parse(message), Ok(expected));
    }

    #[track_caller]
    fn check_length(start: &[u8], expected: Result<usize, Violation>) {
        assert_eq!(GuestMessage::length(start), expected);
    }

    fn too_long(what: &'static str, length: u32, most: u32) -> Violation {
        Violation::TooLong { what, length, most }
    }
}
