//! Framebuffer updates: where each one ends, whatever its pictures are made of.
//!
//! Nothing is inflated and nothing is copied. An update is a chain of headers, each followed by a
//! run of data whose length the header tells. Runs are counted down as they pass; only a header that
//! a chunk cuts in two is kept, in an array, until the rest of it comes.
//!
//! ```text
//! count ──▶ rectangle ──▶ body of its encoding ──▶ rectangle ──▶ … ──▶ finished ──▶ count of the next
//! ```

mod hextile;
mod jpeg;
mod picture;
mod step;
mod tight;

use self::jpeg::Jpeg;
use self::picture::Picture;
use self::step::{HEADER_MOST, Inner, Next, Step};
use crate::encoding::Encoding;
use crate::pixel::PixelFormat;
use crate::rectangle::{Rectangle, Size};
use crate::violation::Violation;

/// The updates of a session, one after the other, each from after the byte that says that a message
/// is an update.
///
/// Its driver owes it [`resize`](Self::resize) with the size that the handshake tells, and
/// [`take`](Self::take) with all bytes of each update in order. Once `take` has found a violation
/// the session is over: what it says afterwards means nothing.
#[derive(Debug)]
pub(crate) struct Update {
    step: Step,
    /// How many bytes of data pass before the next header.
    run: u64,
    held: [u8; HEADER_MOST],
    held_bytes: usize,
    /// How many rectangles are still to come.
    left: u16,
    /// The rectangle that is passing.
    picture: Picture,
    screen: Size,
    drew: bool,
}

/// How far an update got with what came in.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Taken {
    /// How many bytes of the input belong to the update, and may be forwarded. Where the update is
    /// malformed they are those before the byte that gives it away, so that chunks make no difference.
    pub(crate) bytes: usize,
    /// Whether the update is whole, or why it is none.
    pub(crate) finished: Result<bool, Violation>,
}

impl Update {
    pub(crate) fn new() -> Self {
        Self {
            step: Step::Count,
            run: 0,
            held: [0; HEADER_MOST],
            held_bytes: 0,
            left: 0,
            picture: Picture::new(Rectangle::default(), PixelFormat::RGB888),
            screen: Size::default(),
            drew: false,
        }
    }

    /// Says how large the screen is. From then on its updates do.
    pub(crate) fn resize(&mut self, screen: Size) {
        self.screen = screen;
    }

    /// Whether the last update had a rectangle of pixels that was not empty (GA-35).
    pub(crate) fn drew(&self) -> bool {
        self.drew
    }

    /// Takes as much of the input as belongs to the update (CN-4). `format` is the pixel format of
    /// rectangles that begin within this input. The next call begins the next update if this one
    /// finished.
    pub(crate) fn take(&mut self, input: &[u8], format: PixelFormat) -> Taken {
        let mut at = 0;
        loop {
            let rest = input.get(at..).unwrap_or_default();
            if self.run > 0 {
                let passed = usize::try_from(self.run).unwrap_or(usize::MAX).min(rest.len());
                self.run -= passed as u64;
                at += passed;
                if self.run > 0 {
                    return Taken { bytes: at, finished: Ok(false) };
                }
            } else if self.step == Step::Finished {
                self.step = Step::Count;
                return Taken { bytes: at, finished: Ok(true) };
            } else if self.step == Step::Jpeg(Jpeg::Scan) {
                let Some(passed) = jpeg::scanned(rest) else {
                    return Taken { bytes: input.len(), finished: Ok(false) };
                };
                at += passed;
                self.step = Step::Jpeg(Jpeg::ScanMarker);
            } else {
                let (header, passed) = self.header(rest);
                at += passed;
                let Some(header) = header else {
                    return Taken { bytes: at, finished: Ok(false) };
                };
                match self.read(header, format) {
                    Ok(next) => (self.run, self.step) = (next.run, next.step),
                    Err(violation) => {
                        return Taken { bytes: at.saturating_sub(1), finished: Err(violation) };
                    }
                }
            }
        }
    }

    /// The next header once it is whole, and how much of the input belongs to it.
    fn header(&mut self, input: &[u8]) -> (Option<[u8; HEADER_MOST]>, usize) {
        let wanted = self.step.header_bytes() - self.held_bytes;
        let passed = wanted.min(input.len());
        for (kept, byte) in
            self.held.iter_mut().skip(self.held_bytes).zip(input.iter().take(passed))
        {
            *kept = *byte;
        }
        if passed < wanted {
            self.held_bytes += passed;
            return (None, passed);
        }
        self.held_bytes = 0;
        (Some(self.held), passed)
    }

    fn read(&mut self, header: [u8; HEADER_MOST], format: PixelFormat) -> Result<Next, Violation> {
        let [first, second, third, fourth, ..] = header;
        let length = u32::from_be_bytes([first, second, third, fourth]);
        let inner = match self.step {
            Step::Count => {
                self.left = u16::from_be_bytes([second, third]);
                self.drew = false;
                return Ok(Next { run: 0, step: self.rectangle_or_end() });
            }
            Step::Rectangle => self.begin(header, format)?,
            Step::CopyFrom => {
                let (x, y) =
                    (u16::from_be_bytes([first, second]), u16::from_be_bytes([third, fourth]));
                self.check_within(Rectangle { x, y, ..self.picture.place })?;
                Inner::Done(0)
            }
            Step::Subrectangles => self.picture.subrectangles(length)?,
            Step::Deflated { most } => picture::deflated(length, most)?,
            Step::Tile(tiles) => tiles.read(first, self.picture)?,
            Step::Tight(tight) => tight.read(first, self.picture)?,
            Step::Jpeg(jpeg) => jpeg.read(first, second)?,
            Step::CursorEncoding => {
                self.picture = self.picture.with_alpha();
                self.picture.cursor_with_alpha(known(length.cast_signed())?)?
            }
            Step::Name if length > NAME_MOST => {
                return Err(malformed("the name of the desktop is too long"));
            }
            Step::Name => Inner::Done(length.into()),
            Step::Screens => Inner::Done(u64::from(first) * SCREEN_BYTES),
            Step::Finished => Inner::Done(0),
        };
        Ok(match inner {
            Inner::More(next) => next,
            Inner::Done(run) => {
                self.left = self.left.saturating_sub(1);
                Next { run, step: self.rectangle_or_end() }
            }
        })
    }

    fn rectangle_or_end(&self) -> Step {
        if self.left == 0 { Step::Finished } else { Step::Rectangle }
    }

    fn begin(
        &mut self,
        header: [u8; HEADER_MOST],
        format: PixelFormat,
    ) -> Result<Inner, Violation> {
        let [x, xx, y, yy, width, ww, height, hh, encoding @ ..] = header;
        let place = Rectangle {
            x: u16::from_be_bytes([x, xx]),
            y: u16::from_be_bytes([y, yy]),
            width: u16::from_be_bytes([width, ww]),
            height: u16::from_be_bytes([height, hh]),
        };
        self.picture = Picture::new(place, format);
        Ok(match known(i32::from_be_bytes(encoding))? {
            encoding @ (Encoding::Raw
            | Encoding::CopyRect
            | Encoding::Rre
            | Encoding::Hextile
            | Encoding::Zlib
            | Encoding::Tight
            | Encoding::TightPng
            | Encoding::Zrle
            | Encoding::Jpeg) => {
                self.check_within(place)?;
                self.drew |= place.area() > 0;
                self.picture.body(encoding)?
            }
            Encoding::Cursor => self.picture.cursor()?,
            Encoding::XCursor => self.picture.two_coloured_cursor()?,
            Encoding::CursorWithAlpha => Inner::more(0, Step::CursorEncoding),
            Encoding::DesktopSize => {
                self.screen = place.size();
                Inner::Done(0)
            }
            Encoding::ExtendedDesktopSize => {
                let refused = place.x == ASKED_BY_THIS_GUEST && place.y != 0;
                self.screen = if refused { self.screen } else { place.size() };
                Inner::more(0, Step::Screens)
            }
            Encoding::DesktopName => Inner::more(0, Step::Name),
            Encoding::LastRect => {
                self.left = 0;
                Inner::Done(0)
            }
            Encoding::QemuKeys => Inner::Done(0),
            Encoding::QemuLeds => Inner::Done(1),
            Encoding::Fence
            | Encoding::ContinuousUpdates
            | Encoding::TightWithoutZlib
            | Encoding::ExtendedClipboard => {
                return Err(malformed("a rectangle is in what can only be announced"));
            }
        })
    }

    fn check_within(&self, place: Rectangle) -> Result<(), Violation> {
        if place.is_within(self.screen) {
            return Ok(());
        }
        Err(Violation::RectangleOutside {
            x: place.x,
            y: place.y,
            width: place.width,
            height: place.height,
            screen_width: self.screen.width,
            screen_height: self.screen.height,
        })
    }
}

fn known(encoding: i32) -> Result<Encoding, Violation> {
    Encoding::from_number(encoding).ok_or(Violation::UnknownEncoding { encoding })
}

fn malformed(what: &'static str) -> Violation {
    Violation::Picture { what }
}

/// One monitor in the list of a changed desktop.
const SCREEN_BYTES: u64 = 16;

/// The reason in a changed desktop that says: because this guest asked for it.
const ASKED_BY_THIS_GUEST: u16 = 1;

/// The longest name of a desktop, which a viewer shows in one line.
const NAME_MOST: u32 = 4_096;

#[cfg(test)]
mod tests;
