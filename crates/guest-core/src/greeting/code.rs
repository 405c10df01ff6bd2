//! The codes that are spoken, and those that are shown beside the right one.

use core::fmt;

use super::agreement::{keyed, label};

/// A code that one side says and the other picks: four letters of five bits each (OR-22).
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct GreetingCode([u8; GreetingCode::LENGTH]);

impl GreetingCode {
    /// How many letters it has.
    pub const LENGTH: usize = 4;

    /// What it is made of: letters and digits that cannot be taken for one another.
    pub const ALPHABET: &'static [u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    /// Returns the code that the first 20 bits stand for.
    #[must_use]
    pub fn of(bits: &[u8; 32]) -> Self {
        let first = bits.iter().take(3).fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
        Self([19, 14, 9, 4].map(|shift| letter(first >> shift)))
    }

    /// Returns the letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Returns in how many places it differs from another.
    fn distance(self, other: Self) -> usize {
        self.0.iter().zip(&other.0).filter(|(one, other)| one != other).count()
    }
}

impl fmt::Debug for GreetingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

/// The four codes that one side is shown, of which one is the other's (OR-23).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Choices([GreetingCode; Choices::COUNT]);

impl Choices {
    /// How many there are.
    pub const COUNT: usize = 4;

    /// Draws three codes to stand beside the right one, and its place among them (OR-23).
    ///
    /// Each differs from all others in at least two places, so that one that is heard with a
    /// mistake in it is not taken for another. `seed` is random; the same gives the same.
    #[must_use]
    pub fn draw(right: GreetingCode, seed: &[u8; 32]) -> Self {
        let mut others: Vec<GreetingCode> = Vec::with_capacity(Self::COUNT);
        for number in 0..=u32::MAX {
            let code = GreetingCode::of(&keyed(seed, &label("decoy"), &[&number.to_be_bytes()]));
            let is_apart = |other: &GreetingCode| code.distance(*other) >= APART;
            if is_apart(&right) && others.iter().all(is_apart) {
                others.push(code);
            }
            if others.len() == Self::COUNT - 1 {
                break;
            }
        }
        let [place, ..] = keyed(seed, &label("place"), &[]);
        others.insert(others.len().min(usize::from(place) % Self::COUNT), right);
        let mut codes = [right; Self::COUNT];
        codes.iter_mut().zip(others).for_each(|(to, from)| *to = from);
        Self(codes)
    }

    /// Returns the codes in the order in which they are shown.
    pub fn iter(&self) -> impl Iterator<Item = &GreetingCode> {
        self.0.iter()
    }
}

fn letter(bits: u32) -> u8 {
    let place = usize::try_from(bits & 31).unwrap_or_default();
    GreetingCode::ALPHABET.get(place).copied().unwrap_or_default()
}

/// In how many places codes that are shown together differ.
const APART: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn or_22_a_code_is_the_first_20_bits_in_letters_that_cannot_be_mistaken() {
        check([0, 0, 0], "AAAA");
        check([0xff, 0xff, 0xff], "9999");
        check([0xff, 0xff, 0xf0], "9999");
        check([0, 0, 0x10], "AAAB");
        check([0b0000_1000, 0b1000_0110, 0b0100_0000], "BCDE");
        for mistaken in *b"IO01io" {
            assert!(!GreetingCode::ALPHABET.contains(&mistaken));
        }
        let mut letters = GreetingCode::ALPHABET.to_vec();
        letters.sort_unstable();
        letters.dedup();
        assert_eq!(letters.len(), 32);
    }

    #[test]
    fn or_23_decoys_differ_in_two_places_and_the_right_code_is_anywhere() {
        let mut places = [0; Choices::COUNT];
        for round in 0_u32..2_000 {
            let seed = keyed(&[7; 32], b"seed", &[&round.to_be_bytes()]);
            let right = GreetingCode::of(&keyed(&[8; 32], b"code", &[&round.to_be_bytes()]));
            let choices = Choices::draw(right, &seed);
            assert_eq!(choices, Choices::draw(right, &seed), "drawn once for an attempt");
            let codes: Vec<_> = choices.iter().copied().collect();
            places[codes.iter().position(|code| *code == right).unwrap()] += 1;
            for (at, one) in codes.iter().enumerate() {
                assert!(codes.iter().skip(at + 1).all(|other| one.distance(*other) >= 2));
            }
        }
        assert!(places.iter().all(|count| *count > 400), "{places:?}");
    }

    #[test]
    fn debug_shows_no_code() {
        assert_eq!(format!("{:?}", GreetingCode::of(&[1; 32])), "..");
    }

    #[track_caller]
    fn check([a, b, c]: [u8; 3], expected: &str) {
        let mut bits = [0xa5; 32];
        bits[..3].copy_from_slice(&[a, b, c]);
        assert_eq!(GreetingCode::of(&bits).as_str(), expected);
    }
}
