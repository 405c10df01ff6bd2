//! How a pixel is written.

use crate::Violation;

/// How the bits of a pixel stand for a colour, and how many there are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PixelFormat {
    bits: u8,
    depth: u8,
    big_endian: bool,
    /// Red, green and blue; nothing if pixels are indexes into a colour map.
    channels: Option<[Channel; 3]>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Channel {
    max: u16,
    shift: u8,
}

impl PixelFormat {
    /// 32 bits with a byte for each colour, red first: what browsers ask for.
    pub const RGB888: Self = Self::new(32, 24, [(255, 0), (255, 8), (255, 16)]);

    /// 16 bits with 5 for red and blue and 6 for green.
    pub const RGB565: Self = Self::new(16, 16, [(31, 11), (63, 5), (31, 0)]);

    /// 8 bits with 3 for red and green and 2 for blue.
    pub const RGB332: Self = Self::new(8, 8, [(7, 5), (7, 2), (3, 0)]);

    const fn new(bits: u8, depth: u8, [red, green, blue]: [(u16, u8); 3]) -> Self {
        let channels = [
            Channel { max: red.0, shift: red.1 },
            Channel { max: green.0, shift: green.1 },
            Channel { max: blue.0, shift: blue.1 },
        ];
        Self { bits, depth, big_endian: false, channels: Some(channels) }
    }

    /// Reads a format as it stands in messages.
    ///
    /// # Errors
    ///
    /// Returns a violation if a pixel has not 8, 16 or 32 bits, if it has a greater depth or none,
    /// or if the bits of a colour are not next to each other, leave the pixel, or overlap another's.
    pub fn parse(bytes: [u8; FORMAT_BYTES]) -> Result<Self, Violation> {
        let [bits, depth, big_endian, true_colour, colours @ .., _, _, _] = bytes;
        if !matches!(bits, 8 | 16 | 32) {
            return Err(malformed("a pixel has not 8, 16 or 32 bits"));
        }
        if depth == 0 || depth > bits {
            return Err(malformed("a pixel has a greater depth than it has bits, or none"));
        }
        let channels = if true_colour == 0 { None } else { Some(channels(colours, bits)?) };
        Ok(Self { bits, depth, big_endian: big_endian != 0, channels })
    }

    /// The format as it stands in messages.
    #[must_use]
    pub fn to_bytes(self) -> [u8; FORMAT_BYTES] {
        let [red, green, blue] = self.channels.unwrap_or([Channel { max: 0, shift: 0 }; 3]);
        let [red_max, green_max, blue_max] =
            [red, green, blue].map(|channel| channel.max.to_be_bytes());
        [
            self.bits,
            self.depth,
            self.big_endian.into(),
            self.channels.is_some().into(),
            red_max[0],
            red_max[1],
            green_max[0],
            green_max[1],
            blue_max[0],
            blue_max[1],
            red.shift,
            green.shift,
            blue.shift,
            0,
            0,
            0,
        ]
    }

    /// How many bytes a pixel takes: 1, 2 or 4.
    #[must_use]
    pub fn pixel_bytes(self) -> u8 {
        self.bits / 8
    }

    /// How many bytes a pixel takes within ZRLE: 3 where one byte of 4 says nothing.
    #[must_use]
    pub fn cpixel_bytes(self) -> u8 {
        let fits = |channels: [Channel; 3]| {
            let used = channels.into_iter().fold(0, |bits, channel| bits | channel.mask());
            used.leading_zeros() >= 8 || used.trailing_zeros() >= 8
        };
        if self.bits == 32 && self.depth <= 24 && self.channels.is_some_and(fits) {
            3
        } else {
            self.pixel_bytes()
        }
    }

    /// How many bytes a pixel takes within Tight: 3 where it has a byte for each colour.
    #[must_use]
    pub fn tpixel_bytes(self) -> u8 {
        let full = |channels: [Channel; 3]| channels.iter().all(|channel| channel.max == 255);
        if self.bits == 32 && self.depth == 24 && self.channels.is_some_and(full) {
            3
        } else {
            self.pixel_bytes()
        }
    }

    /// Whether pixels are as long in the other format, wherever they stand.
    #[must_use]
    pub fn is_as_long_as(self, other: Self) -> bool {
        let lengths =
            |format: Self| (format.pixel_bytes(), format.cpixel_bytes(), format.tpixel_bytes());
        lengths(self) == lengths(other)
    }

    /// Whether pixels are indexes into a colour map.
    #[must_use]
    pub fn is_mapped(self) -> bool {
        self.channels.is_none()
    }

    /// Writes a pixel of the colour nearest to this one. Where pixels are indexes, they are those of
    /// [`screen::colour_map`](crate::screen::colour_map).
    pub fn write_pixel(self, [red, green, blue]: [u8; 3], out: &mut Vec<u8>) {
        let channels =
            self.channels.or(Self::RGB332.channels).unwrap_or([Channel { max: 0, shift: 0 }; 3]);
        let value =
            channels.into_iter().zip([red, green, blue]).fold(0, |pixel, (channel, colour)| {
                let scaled = (u32::from(colour) * u32::from(channel.max) + 127) / 255;
                pixel | scaled << channel.shift
            });
        let bytes = usize::from(self.pixel_bytes());
        if self.big_endian {
            out.extend(value.to_be_bytes().into_iter().skip(4 - bytes));
        } else {
            out.extend(value.to_le_bytes().into_iter().take(bytes));
        }
    }
}

impl Channel {
    fn mask(self) -> u32 {
        u32::from(self.max) << self.shift
    }
}

fn channels(colours: [u8; 9], bits: u8) -> Result<[Channel; 3], Violation> {
    let [red_high, red_low, green_high, green_low, blue_high, blue_low, red, green, blue] = colours;
    let channels =
        [(red_high, red_low, red), (green_high, green_low, green), (blue_high, blue_low, blue)]
            .map(|(high, low, shift)| Channel { max: u16::from_be_bytes([high, low]), shift });
    let mut used = 0;
    for channel in channels {
        let width = u32::from(channel.max) + 1;
        if channel.max == 0 || !width.is_power_of_two() {
            return Err(malformed("the greatest value of a colour is not a row of bits"));
        }
        if u32::from(channel.shift) + width.ilog2() > u32::from(bits) {
            return Err(malformed("the bits of a colour lie outside the pixel"));
        }
        if used & channel.mask() != 0 {
            return Err(malformed("the bits of two colours overlap"));
        }
        used |= channel.mask();
    }
    Ok(channels)
}

fn malformed(what: &'static str) -> Violation {
    Violation::PixelFormat { what }
}

/// How long a format is in messages.
pub(crate) const FORMAT_BYTES: usize = 16;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::vectors::strategies;

    #[test]
    fn cn_4_a_format_that_makes_no_sense_is_malformed() {
        check([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0], true);
        check([32, 30, 1, 1, 3, 255, 3, 255, 3, 255, 20, 10, 0, 0, 0, 0], true);
        check([8, 8, 0, 0, 9, 9, 9, 9, 9, 9, 99, 99, 99, 0, 0, 0], true);
        check([24, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0], false);
        check([16, 24, 0, 1, 0, 31, 0, 31, 0, 31, 0, 5, 10, 0, 0, 0], false);
        check([16, 0, 0, 1, 0, 31, 0, 31, 0, 31, 0, 5, 10, 0, 0, 0], false);
        check([32, 24, 0, 1, 0, 254, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0], false);
        check([32, 24, 0, 1, 0, 0, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0], false);
        check([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 25, 0, 0, 0], false);
        check([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 255, 0, 0, 0], false);
        check([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 7, 16, 0, 0, 0], false);
    }

    #[test]
    fn three_bytes_are_enough_where_the_fourth_says_nothing() {
        let lengths = |format: PixelFormat| {
            (format.pixel_bytes(), format.cpixel_bytes(), format.tpixel_bytes())
        };
        assert_eq!(lengths(PixelFormat::RGB888), (4, 3, 3));
        assert_eq!(lengths(PixelFormat::RGB565), (2, 2, 2));
        assert_eq!(lengths(PixelFormat::RGB332), (1, 1, 1));
        assert_eq!(lengths(PixelFormat::new(32, 24, [(255, 8), (255, 16), (255, 24)])), (4, 3, 3));
        assert_eq!(lengths(PixelFormat::new(32, 24, [(255, 0), (255, 8), (255, 24)])), (4, 4, 3));
        assert_eq!(lengths(PixelFormat::new(32, 15, [(31, 0), (31, 5), (31, 10)])), (4, 3, 4));
        assert_eq!(lengths(PixelFormat::new(32, 32, [(255, 0), (255, 8), (255, 16)])), (4, 4, 4));
        assert!(!PixelFormat::RGB888.is_as_long_as(PixelFormat::new(
            32,
            32,
            [(255, 0), (255, 8), (255, 16)]
        )));
        assert!(PixelFormat::RGB888.is_as_long_as(PixelFormat::new(
            32,
            24,
            [(255, 8), (255, 16), (255, 24)]
        )));
    }

    #[test]
    fn a_colour_is_written_with_the_bits_of_its_format() {
        let written = |format: PixelFormat| {
            let mut bytes = Vec::new();
            format.write_pixel([255, 128, 0], &mut bytes);
            bytes
        };
        assert_eq!(written(PixelFormat::RGB888), [255, 128, 0, 0]);
        assert_eq!(
            written(PixelFormat { big_endian: true, ..PixelFormat::RGB888 }),
            [0, 0, 128, 255]
        );
        assert_eq!(written(PixelFormat::RGB565), 0b1111_1100_0000_0000_u16.to_le_bytes());
        assert_eq!(written(PixelFormat::RGB332), [0b1111_0000]);
        assert_eq!(written(PixelFormat { channels: None, ..PixelFormat::RGB332 }), [0b1111_0000]);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(format in strategies::pixel_format()) {
            prop_assert_eq!(PixelFormat::parse(format.to_bytes()), Ok(format));
        }
    }

    #[track_caller]
    fn check(bytes: [u8; FORMAT_BYTES], sane: bool) {
        let format = PixelFormat::parse(bytes);
        assert_eq!(format.is_ok(), sane, "{format:?}");
        if let Ok(format) = format {
            assert_eq!(PixelFormat::parse(format.to_bytes()), Ok(format));
        }
    }
}
