//! Clipboard text: plain, and as the extended clipboard sends it.
//!
//! An extended message hides behind a negative length. It begins with flags: one action, and the
//! formats it is about.

mod inflated;

use crate::Violation;
use inflated::Inflated;

/// What one side tells the other about its clipboard.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CutText<'a> {
    /// A text in Latin-1.
    Plain(&'a [u8]),
    /// A message of the extended clipboard.
    Extended(Extended<'a>),
}

/// A message of the extended clipboard.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Extended<'a> {
    action: Action,
    /// A bit for each format it is about; the lowest is text.
    formats: u16,
    data: &'a [u8],
}

/// What an extended message is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Action {
    /// Says what its sender supports.
    Caps,
    /// Asks for what is in the other's clipboard.
    Request,
    /// Asks which formats the other's clipboard has.
    Peek,
    /// Says which formats its sender's clipboard has.
    Notify,
    /// Brings what is in its sender's clipboard.
    Provide,
}

/// Whose text a message is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Bearing {
    /// That of its sender.
    Gives,
    /// That of its recipient.
    Asks,
    /// That of both, or of neither.
    Either,
}

/// Whether the text that a message brings keeps to the limit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Measure {
    Fits,
    TooLong { length: u32 },
}

impl<'a> CutText<'a> {
    /// Reads what comes after a `length` that has the size of `body`.
    pub(crate) fn parse(length: [u8; 4], body: &'a [u8]) -> Result<Self, Violation> {
        if i32::from_be_bytes(length) < 0 {
            Extended::parse(body).map(Self::Extended)
        } else {
            Ok(Self::Plain(body))
        }
    }

    /// Returns the text that it brings, if it brings one.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Plain(latin) => Some(latin.iter().copied().map(char::from).collect()),
            Self::Extended(extended) => extended.text(),
        }
    }

    pub(crate) fn bearing(&self) -> Bearing {
        match self {
            Self::Plain(_) => Bearing::Gives,
            Self::Extended(extended) => match extended.action {
                Action::Notify | Action::Provide => Bearing::Gives,
                Action::Request | Action::Peek => Bearing::Asks,
                Action::Caps => Bearing::Either,
            },
        }
    }

    /// Returns whether all that it brings is at most [`TEXT_MOST`] long once inflated (CN-4).
    pub(crate) fn measure(&self) -> Result<Measure, Violation> {
        match self {
            // The length of the message has been checked before it was read.
            Self::Plain(_) => Ok(Measure::Fits),
            Self::Extended(extended) => match extended.action {
                Action::Provide => extended.measure().ok_or(IMPROPER),
                Action::Caps | Action::Request | Action::Peek | Action::Notify => Ok(Measure::Fits),
            },
        }
    }
}

impl<'a> Extended<'a> {
    fn parse(body: &'a [u8]) -> Result<Self, Violation> {
        let Some((flags, data)) = body.split_first_chunk::<4>() else {
            return Err(Violation::Clipboard { what: "it has no flags" });
        };
        let [actions, reserved, formats @ ..] = *flags;
        let action = Action::parse(actions)?;
        let extended = Self { action, formats: u16::from_be_bytes(formats), data };
        if reserved != 0 {
            return Err(Violation::Clipboard { what: "it has flags that mean nothing" });
        }
        if !extended.has_its_length() {
            return Err(Violation::Clipboard { what: "its data has the wrong length" });
        }
        Ok(extended)
    }

    /// Returns what the message is for.
    #[must_use]
    pub fn action(&self) -> Action {
        self.action
    }

    /// Returns the text that it provides, without the zero that ends it.
    fn text(&self) -> Option<String> {
        if self.action != Action::Provide || self.formats & TEXT == 0 {
            return None;
        }
        let mut data = Inflated::new(self.data);
        let length = data.number()?;
        if !fits(length) {
            return None;
        }
        let mut text = vec![0; usize::try_from(length).ok()?];
        data.read(&mut text)?;
        let text = text.strip_suffix(&[0]).unwrap_or(&text);
        Some(String::from_utf8_lossy(text).into_owned())
    }

    /// Returns nothing if the data is not what the flags say, properly compressed.
    fn measure(&self) -> Option<Measure> {
        let mut data = Inflated::new(self.data);
        let mut length = 0u32;
        for _ in 0..self.formats.count_ones() {
            let part = data.number()?;
            length = length.saturating_add(part);
            if !fits(length) {
                return Some(Measure::TooLong { length });
            }
            data.pass_over(part)?;
        }
        data.ends().then_some(Measure::Fits)
    }

    fn has_its_length(&self) -> bool {
        match self.action {
            Action::Caps => u32::try_from(self.data.len()) == Ok(4 * self.formats.count_ones()),
            Action::Request | Action::Peek | Action::Notify => self.data.is_empty(),
            Action::Provide => true,
        }
    }
}

impl Action {
    /// Reads the highest byte of the flags. Those who say what they support name actions as well.
    fn parse(actions: u8) -> Result<Self, Violation> {
        match actions {
            _ if actions & CAPS != 0 && actions < BEYOND_ACTIONS => Ok(Self::Caps),
            0x02 => Ok(Self::Request),
            0x04 => Ok(Self::Peek),
            0x08 => Ok(Self::Notify),
            0x10 => Ok(Self::Provide),
            _ => Err(Violation::Clipboard { what: "it is not for one purpose" }),
        }
    }
}

/// Returns how long the content of a message is whose length is given like this; a negative one
/// stands for an extended message.
pub(crate) fn content_length(length: [u8; 4]) -> u32 {
    i32::from_be_bytes(length).unsigned_abs()
}

fn fits(length: u32) -> bool {
    // One more for the zero that ends a text.
    length <= TEXT_MOST + 1
}

/// How long a text may be, in bytes: a long page, and little enough to keep until it is whole.
pub(crate) const TEXT_MOST: u32 = 64 * 1024;

/// The format of plain text in UTF-8.
const TEXT: u16 = 1;
/// The action of saying what is supported.
const CAPS: u8 = 0x01;
/// The lowest of the actions that are reserved.
const BEYOND_ACTIONS: u8 = 0x20;
const IMPROPER: Violation = Violation::Clipboard { what: "what it provides is not what it says" };

#[cfg(test)]
mod tests {
    use miniz_oxide::deflate::compress_to_vec_zlib;

    use super::*;

    #[test]
    fn cn_4_an_extended_message_has_one_purpose() {
        check(&[1, 0, 0, 3, 0, 0, 0, 9, 0, 0, 0, 9], Some(Action::Caps));
        check(&[0x1f, 0, 0, 1, 0, 0, 0, 9], Some(Action::Caps));
        check(&[2, 0, 0, 1], Some(Action::Request));
        check(&[4, 0, 0, 0], Some(Action::Peek));
        check(&[8, 0, 0, 1], Some(Action::Notify));
        check(&[0x10, 0, 0, 1], Some(Action::Provide));
        check(&[0, 0, 0, 1], None);
        check(&[6, 0, 0, 1], None);
        check(&[0x21, 0, 0, 0], None);
        check(&[0x80, 0, 0, 0], None);
        check(&[2, 1, 0, 1], None);
        check(&[2, 0, 0, 1, 0], None);
        check(&[1, 0, 0, 3, 0, 0, 0, 9], None);
        check(&[2, 0, 0], None);
    }

    #[test]
    fn cn_4_text_is_counted_once_inflated() {
        check_measure(&zlib(&text(65_536)), Some(Measure::Fits));
        check_measure(&zlib(&text(65_537)), Some(Measure::TooLong { length: 65_538 }));
        check_measure(
            &zlib(&part(&vec![b'a'; 2_000_000])),
            Some(Measure::TooLong { length: 2_000_000 }),
        );
        check_measure(&zlib(&part(b"")), Some(Measure::Fits));
        check_measure(&zlib(&[text(3), vec![0]].concat()), None);
        check_measure(&zlib(&[text(3), vec![0; 100_000]].concat()), None);
        check_measure(&[zlib(&text(3)), vec![0]].concat(), None);
        check_measure(&zlib(&text(3)[..6]), None);
        check_measure(&zlib(&[0, 0, 0]), None);
        check_measure(b"no zlib stream at all", None);
        check_measure(b"", None);
        let mut bad_sum = zlib(&text(3));
        *bad_sum.last_mut().unwrap() ^= 1;
        check_measure(&bad_sum, None);
    }

    #[test]
    fn cn_4_all_formats_count() {
        let half = part(&vec![b'a'; 40_000]);
        let both = provide(3, &zlib(&[half.clone(), half.clone()].concat()));
        assert_eq!(measure(&both), Ok(Measure::TooLong { length: 80_000 }));
        assert_eq!(measure(&provide(1, &zlib(&half))), Ok(Measure::Fits));
        assert_eq!(measure(&provide(3, &zlib(&half))), Err(IMPROPER));
    }

    /// Viewers flush their streams, and do not end them.
    #[test]
    fn a_stream_that_is_flushed_but_not_ended_is_proper() {
        let flushed = b"\x78\x01\x00\x07\x00\xf8\xff\x00\x00\x00\x03hi\x00\x00\x00\x00\xff\xff";
        check_measure(flushed, Some(Measure::Fits));
        check_text(&provide(1, flushed), Some("hi"));
        check_measure(&flushed[..flushed.len() - 6], None);
    }

    #[test]
    fn text_reads_back() {
        check_text(&provide(1, &zlib(&part("grün\0".as_bytes()))), Some("grün"));
        check_text(&provide(2, &zlib(&text(2))), None);
        check_text(&[2, 0, 0, 1], None);
        assert_eq!(CutText::Plain(b"gr\xfcn").text().as_deref(), Some("grün"));
    }

    #[track_caller]
    fn check(body: &[u8], expected: Option<Action>) {
        assert_eq!(Extended::parse(body).ok().map(|extended| extended.action()), expected);
    }

    #[track_caller]
    fn check_measure(data: &[u8], expected: Option<Measure>) {
        assert_eq!(measure(&provide(1, data)), expected.ok_or(IMPROPER));
    }

    #[track_caller]
    fn check_text(body: &[u8], expected: Option<&str>) {
        assert_eq!(extended(body).text().as_deref(), expected);
    }

    fn measure(body: &[u8]) -> Result<Measure, Violation> {
        extended(body).measure()
    }

    fn extended(body: &[u8]) -> CutText<'_> {
        CutText::parse((-1i32).to_be_bytes(), body).unwrap()
    }

    fn provide(formats: u8, data: &[u8]) -> Vec<u8> {
        [&[0x10, 0, 0, formats], data].concat()
    }

    /// A text of so many bytes and the zero that ends it.
    fn text(length: usize) -> Vec<u8> {
        part(&[vec![b'a'; length], vec![0]].concat())
    }

    fn part(content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).unwrap();
        [&length.to_be_bytes(), content].concat()
    }

    fn zlib(content: &[u8]) -> Vec<u8> {
        compress_to_vec_zlib(content, 6)
    }
}
