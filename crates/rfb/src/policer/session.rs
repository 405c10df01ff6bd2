//! What each message means for a session, and for whether it goes on.

use super::passage::Passage;
use super::{Permissions, Piece};
use crate::clipboard::{Bearing, CutText, Measure};
use crate::computer::ComputerMessage;
use crate::encoding::Encoding;
use crate::guest::{Encodings, GuestMessage};
use crate::handshake::{Handshake, Opening};
use crate::held::Held;
use crate::pixel::PixelFormat;
use crate::update::Update;
use crate::verdict::Verdict;
use crate::violation::{Side, Violation};

/// A session as the messages make it.
#[derive(Debug)]
pub(super) struct Session {
    permissions: Permissions,
    phase: Phase,
    held: Held,
    refused_input: u64,
    /// How much of the guest's input went on.
    input: u64,
    pictures: u64,
}

#[derive(Debug)]
enum Phase {
    Handshake(Handshake),
    Open(Screen),
}

/// What is known of the screen once the handshake is over.
#[derive(Debug)]
struct Screen {
    format: PixelFormat,
    update: Update,
    stream: Stream,
    /// How many updates were asked for and have not come.
    asked: u64,
    /// Whether updates have ever been let come without being asked for.
    continuous: bool,
}

/// What the computer's next bytes are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stream {
    Messages,
    Pictures,
    /// So much of a text that is too long.
    LongText {
        left: u32,
    },
}

impl Session {
    pub(super) fn new(permissions: Permissions) -> Self {
        Self {
            permissions,
            phase: Phase::Handshake(Handshake::ComputerVersion),
            held: Held::default(),
            refused_input: 0,
            input: 0,
            pictures: 0,
        }
    }

    pub(super) fn refused_input(&self) -> u64 {
        self.refused_input
    }

    pub(super) fn input(&self) -> u64 {
        self.input
    }

    pub(super) fn pictures(&self) -> u64 {
        self.pictures
    }

    pub(super) fn sent(&mut self) {
        self.held.sent();
    }

    pub(super) fn release(&mut self, send: impl FnMut(&[u8])) {
        self.held.release(send);
    }

    /// Returns how many bytes a message of `side` has at least that begins with `start`.
    pub(super) fn length(&self, side: Side, start: &[u8]) -> Result<usize, Violation> {
        match (&self.phase, side) {
            (Phase::Handshake(handshake), side) => handshake.length(side, start),
            (Phase::Open(_), Side::Guest) => GuestMessage::length(start),
            (Phase::Open(_), Side::Computer) => ComputerMessage::length(start),
        }
    }

    /// Decides on a message of `side`, which is whole (CN-4).
    pub(super) fn judge(&mut self, side: Side, whole: &[u8]) -> Result<Verdict, Violation> {
        match (&mut self.phase, side) {
            (Phase::Handshake(handshake), _) => {
                let verdict = handshake.take(whole)?;
                if let Handshake::Done(opening) = *handshake {
                    self.phase = Phase::Open(Screen::new(opening));
                }
                Ok(verdict)
            }
            (Phase::Open(_), Side::Guest) => self.judge_guest(GuestMessage::parse(whole)?),
            (Phase::Open(screen), Side::Computer) => {
                let message = ComputerMessage::parse(whole)?;
                screen.follow(message);
                self.judge_computer(message)
            }
        }
    }

    /// Returns whether the computer's next bytes are no message, but pass as they come.
    pub(super) fn is_streaming(&self) -> bool {
        matches!(&self.phase, Phase::Open(screen) if screen.stream != Stream::Messages)
    }

    /// Deals with bytes of the computer that are no message.
    pub(super) fn stream<F: FnMut(Piece<'_>)>(
        &mut self,
        passage: &mut Passage<'_, F>,
    ) -> Result<(), Violation> {
        let Phase::Open(screen) = &mut self.phase else { return Ok(()) };
        match screen.stream {
            Stream::Messages => {}
            Stream::Pictures => {
                let taken = screen.update.take(passage.rest(), screen.format);
                passage.pass(taken.bytes);
                if taken.finished? {
                    self.pictures += u64::from(screen.update.drew());
                    screen.finish();
                }
            }
            Stream::LongText { left } => {
                let here = u32::try_from(passage.rest().len()).unwrap_or(u32::MAX).min(left);
                passage.drop(usize::try_from(here).unwrap_or(usize::MAX));
                screen.skip(left - here);
            }
        }
        Ok(())
    }

    fn judge_guest(&mut self, message: GuestMessage<'_>) -> Result<Verdict, Violation> {
        let Phase::Open(screen) = &mut self.phase else { return Ok(Verdict::Drop) };
        let permitted = match message {
            GuestMessage::SetPixelFormat(format) => screen.set_format(format).map(|()| true)?,
            GuestMessage::SetEncodings(encodings) => return Ok(known_only(encodings)),
            GuestMessage::UpdateRequest { .. } => {
                screen.asked = screen.asked.saturating_add(1);
                true
            }
            GuestMessage::ContinuousUpdates { on } => {
                screen.continuous |= on;
                true
            }
            GuestMessage::Fence => true,
            GuestMessage::Key { .. } if !self.permissions.keyboard => false,
            GuestMessage::Key { down: true, key } => self.held.press(key),
            GuestMessage::Key { down: false, key } => {
                self.held.lift(key);
                true
            }
            GuestMessage::Pointer(_) if !self.permissions.mouse => false,
            GuestMessage::Pointer(pointer) => {
                self.held.point(pointer);
                true
            }
            GuestMessage::CutText(text) => self.permissions.allow(Side::Guest, &text),
            GuestMessage::SetDesktopSize | GuestMessage::Power => return Ok(Verdict::Drop),
        };
        if matches!(
            message,
            GuestMessage::Key { .. } | GuestMessage::Pointer(_) | GuestMessage::CutText(_)
        ) {
            let count = if permitted { &mut self.input } else { &mut self.refused_input };
            *count += 1;
        }
        Ok(if permitted { Verdict::Pass } else { Verdict::Drop })
    }

    fn judge_computer(&self, message: ComputerMessage<'_>) -> Result<Verdict, Violation> {
        Ok(match message {
            ComputerMessage::Update
            | ComputerMessage::ColourMap
            | ComputerMessage::Bell
            | ComputerMessage::EndOfContinuousUpdates
            | ComputerMessage::Fence => Verdict::Pass,
            ComputerMessage::CutText(text) => match text.measure()? {
                Measure::Fits if self.permissions.allow(Side::Computer, &text) => Verdict::Pass,
                Measure::Fits | Measure::TooLong { .. } => Verdict::Drop,
            },
            ComputerMessage::LongText { .. } | ComputerMessage::Power => Verdict::Drop,
        })
    }
}

impl Permissions {
    /// Returns whether `sender` may say this about clipboards: what brings text needs the permission
    /// of its direction, what asks for text that of the other.
    fn allow(self, sender: Side, text: &CutText<'_>) -> bool {
        match (text.bearing(), sender) {
            (Bearing::Gives, Side::Guest) | (Bearing::Asks, Side::Computer) => self.paste,
            (Bearing::Gives, Side::Computer) | (Bearing::Asks, Side::Guest) => self.copy,
            (Bearing::Either, Side::Guest | Side::Computer) => self.copy || self.paste,
        }
    }
}

impl Screen {
    fn new(opening: Opening) -> Self {
        let mut update = Update::new();
        update.resize(opening.screen);
        let stream = Stream::Messages;
        Self { format: opening.format, update, stream, asked: 0, continuous: false }
    }

    /// Begins what follows a message of the computer.
    fn follow(&mut self, message: ComputerMessage<'_>) {
        match message {
            ComputerMessage::Update => self.stream = Stream::Pictures,
            ComputerMessage::LongText { length } => self.stream = Stream::LongText { left: length },
            ComputerMessage::ColourMap
            | ComputerMessage::Bell
            | ComputerMessage::CutText(_)
            | ComputerMessage::EndOfContinuousUpdates
            | ComputerMessage::Fence
            | ComputerMessage::Power => {}
        }
    }

    /// Ends an update. One without pixels answers nobody: a computer sends such ones as it likes.
    fn finish(&mut self) {
        self.stream = Stream::Messages;
        self.asked = self.asked.saturating_sub(u64::from(self.update.drew()));
    }

    fn skip(&mut self, left: u32) {
        self.stream = if left == 0 { Stream::Messages } else { Stream::LongText { left } };
    }

    /// Changes how pixels come. Nobody can say where in the computer's stream that happens, so
    /// pixels stay as long as they are while pictures may be on their way: a guest could otherwise
    /// have something else pass as a picture.
    fn set_format(&mut self, format: PixelFormat) -> Result<(), Violation> {
        let quiet = self.asked == 0 && !self.continuous && self.stream != Stream::Pictures;
        if !quiet && !format.is_as_long_as(self.format) {
            return Err(Violation::FormatInFlight);
        }
        self.format = format;
        Ok(())
    }
}

/// Reduces a list to the encodings that can be parsed, in their order (CN-4).
fn known_only(encodings: Encodings<'_>) -> Verdict {
    if encodings.numbers().all(Encoding::is_announceable) {
        return Verdict::Pass;
    }
    let known = encodings.numbers().filter(|number| Encoding::is_announceable(*number));
    Verdict::Made(Encodings::message(known))
}
