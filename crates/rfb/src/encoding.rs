//! The encodings of rectangles that can be parsed, and the numbers a guest may announce.

/// What a rectangle of a framebuffer update can be, or what a guest can announce that it
/// understands. Some are both.
///
/// All that a policer can parse is here. What is not here is taken out of a guest's announcement
/// (CN-4), so that no honest computer sends it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(i32)]
pub enum Encoding {
    /// Pixels as they are.
    Raw = 0,
    /// Pixels from elsewhere on the screen.
    CopyRect = 1,
    /// A background with rectangles on it.
    Rre = 2,
    /// Tiles of 16 by 16, each raw or a background with rectangles.
    Hextile = 5,
    /// Pixels, compressed.
    Zlib = 6,
    /// A fill, a JPEG image, or filtered pixels, compressed.
    Tight = 7,
    /// Tiles of 64 by 64 in runs and palettes, compressed.
    Zrle = 16,
    /// A JPEG image that tells itself where it ends.
    Jpeg = 21,
    /// The screen has another size.
    DesktopSize = -223,
    /// The update ends here, whatever number of rectangles it began with.
    LastRect = -224,
    /// The pointer's picture, in the pixel format.
    Cursor = -239,
    /// The pointer's picture, in two colours.
    XCursor = -240,
    /// The computer takes key events with scan codes.
    QemuKeys = -258,
    /// Tight with PNG images in place of compressed pixels.
    TightPng = -260,
    /// The lights of the keyboard.
    QemuLeds = -261,
    /// The name of the desktop.
    DesktopName = -307,
    /// The screen has another size, or other monitors.
    ExtendedDesktopSize = -308,
    /// Fences, which are messages; announced only.
    Fence = -312,
    /// Continuous updates, which are messages; announced only.
    ContinuousUpdates = -313,
    /// The pointer's picture with transparency, in an encoding of its own.
    CursorWithAlpha = -314,
    /// Tight may come without compression; announced only.
    TightWithoutZlib = -317,
    /// The extended clipboard, which are messages; announced only.
    ExtendedClipboard = -0x3F5E_1A32,
}

impl Encoding {
    /// Every encoding there is.
    pub const ALL: [Self; 22] = [
        Self::Raw,
        Self::CopyRect,
        Self::Rre,
        Self::Hextile,
        Self::Zlib,
        Self::Tight,
        Self::Zrle,
        Self::Jpeg,
        Self::DesktopSize,
        Self::LastRect,
        Self::Cursor,
        Self::XCursor,
        Self::QemuKeys,
        Self::TightPng,
        Self::QemuLeds,
        Self::DesktopName,
        Self::ExtendedDesktopSize,
        Self::Fence,
        Self::ContinuousUpdates,
        Self::CursorWithAlpha,
        Self::TightWithoutZlib,
        Self::ExtendedClipboard,
    ];

    /// The encoding with this number.
    #[must_use]
    pub fn from_number(number: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|encoding| encoding.number() == number)
    }

    /// The number that stands for it.
    #[must_use]
    pub fn number(self) -> i32 {
        self as i32
    }

    /// Whether a guest may announce this number (CN-4): an encoding that can be parsed, or a mere
    /// hint at how the picture is to be compressed.
    #[must_use]
    pub fn is_announceable(number: i32) -> bool {
        Self::from_number(number).is_some() || is_hint(number)
    }
}

fn is_hint(number: i32) -> bool {
    let jpeg_quality = -32..=-23;
    let compression = -256..=-247;
    let fine_quality = -512..=-412;
    let subsampling = -768..=-763;
    [jpeg_quality, compression, fine_quality, subsampling]
        .iter()
        .any(|hints| hints.contains(&number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_leads_to_its_encoding() {
        for encoding in Encoding::ALL {
            assert_eq!(Encoding::from_number(encoding.number()), Some(encoding));
        }
        assert_eq!(Encoding::ExtendedClipboard.number().cast_unsigned(), 0xC0A1_E5CE);
    }

    #[test]
    fn cn_4_only_what_can_be_parsed_or_is_a_hint_may_be_announced() {
        for known in [0, 1, 2, 5, 6, 7, 16, 21, -23, -32, -247, -256, -412, -512, -763, -768, -313]
        {
            assert!(Encoding::is_announceable(known), "{known}");
        }
        for unknown in
            [3, 4, 8, 15, 17, 50, -22, -33, -246, -257, -305, -309, -411, -513, -762, -769]
        {
            assert!(!Encoding::is_announceable(unknown), "{unknown}");
        }
    }
}
