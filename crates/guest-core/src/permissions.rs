//! What a guest may use of a computer.

use core::fmt;

use crate::text::{excerpt, text_form};
use crate::{Refusal, RefusalKind, VALIDATION};

/// One way for a guest to act on a computer, besides looking at it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Peripheral {
    /// Pressing keys.
    Keyboard,
    /// Moving the pointer and clicking.
    Mouse,
    /// Playing with a controller.
    Gamepad,
    /// Taking the computer's clipboard.
    Copy,
    /// Putting text onto the computer's clipboard.
    Paste,
}

impl Peripheral {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 5] =
        [Self::Keyboard, Self::Mouse, Self::Gamepad, Self::Copy, Self::Paste];

    /// Reads the name of a peripheral.
    ///
    /// # Errors
    ///
    /// Returns that there is none of this name.
    pub fn parse(name: &str) -> Result<Self, UnknownPeripheral> {
        let unknown = || UnknownPeripheral { name: excerpt(name, EXCERPT).into() };
        Self::ALL.into_iter().find(|known| known.name() == name).ok_or_else(unknown)
    }

    /// Returns the name that [`parse`](Self::parse) reads.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keyboard => "keyboard",
            Self::Mouse => "mouse",
            Self::Gamepad => "gamepad",
            Self::Copy => "copy",
            Self::Paste => "paste",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Keyboard => 1,
            Self::Mouse => 2,
            Self::Gamepad => 4,
            Self::Copy => 8,
            Self::Paste => 16,
        }
    }
}

text_form!(Peripheral, UnknownPeripheral, name);

/// Which peripherals a guest may use (GA-10); none means looking only.
#[derive(Clone, Copy, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Permissions(u8);

impl Permissions {
    /// Looking only.
    pub const NONE: Self = Self(0);

    /// Everything there is.
    pub const FULL: Self = Self(0b1_1111);

    /// How many unknown names are reported at once.
    pub const MOST_UNKNOWN: usize = 20;

    /// Reads the names of peripherals; repeats of one collapse.
    ///
    /// # Errors
    ///
    /// Returns every unknown name with its position, up to the first
    /// [`MOST_UNKNOWN`](Self::MOST_UNKNOWN) of them.
    pub fn parse_all(names: &[impl AsRef<str>]) -> Result<Self, Vec<(usize, UnknownPeripheral)>> {
        let mut permissions = Self::NONE;
        let mut unknown = Vec::new();
        for (position, name) in names.iter().enumerate() {
            match Peripheral::parse(name.as_ref()) {
                Ok(peripheral) => permissions = permissions.with(peripheral),
                Err(refusal) => unknown.push((position, refusal)),
            }
            if unknown.len() == Self::MOST_UNKNOWN {
                break;
            }
        }
        if unknown.is_empty() { Ok(permissions) } else { Err(unknown) }
    }

    /// Returns these and `peripheral`.
    #[must_use]
    pub const fn with(self, peripheral: Peripheral) -> Self {
        Self(self.0 | peripheral.bit())
    }

    /// Returns whether `peripheral` may be used.
    #[must_use]
    pub const fn contains(self, peripheral: Peripheral) -> bool {
        self.0 & peripheral.bit() != 0
    }

    /// Returns whether the guest may only look.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Yields what may be used, in the order of [`Peripheral::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Peripheral> {
        Peripheral::ALL.into_iter().filter(move |peripheral| self.contains(*peripheral))
    }

    /// Returns the set as bits, in which form it is stored.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Reads what [`bits`](Self::bits) returned; nothing if a bit has no meaning.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits & !Self::FULL.0 == 0 { Some(Self(bits)) } else { None }
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl FromIterator<Peripheral> for Permissions {
    fn from_iter<I: IntoIterator<Item = Peripheral>>(peripherals: I) -> Self {
        peripherals.into_iter().fold(Self::NONE, Self::with)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Permissions {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.iter())
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Permissions {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Vec::<Peripheral>::deserialize(from).map(Self::from_iter)
    }
}

/// There is no peripheral of this name.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{name:?} is none of keyboard, mouse, gamepad, copy and paste")]
pub struct UnknownPeripheral {
    /// The name, shortened if it is long.
    pub name: Box<str>,
}

impl Refusal for UnknownPeripheral {
    fn code(&self) -> &'static str {
        VALIDATION
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Invalid
    }
}

/// How many characters of an unknown name are quoted.
const EXCERPT: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ga_10_names_in_any_order_and_number_make_a_set() {
        check(&[], Ok(Permissions::NONE));
        check(&["mouse", "keyboard", "mouse"], Ok(keyboard_and_mouse()));
        check(&["keyboard", "mouse", "gamepad", "copy", "paste"], Ok(Permissions::FULL));
        check(&["Keyboard", "mouse", ""], Err(vec![0, 2]));
        check(&["x"; 50], Err((0..Permissions::MOST_UNKNOWN).collect()));
    }

    #[test]
    fn ga_10_the_order_is_fixed() {
        assert!(Permissions::FULL.iter().eq(Peripheral::ALL));
        assert_eq!(format!("{:?}", keyboard_and_mouse()), "{Keyboard, Mouse}");
        assert!(keyboard_and_mouse().contains(Peripheral::Mouse));
        assert!(!keyboard_and_mouse().contains(Peripheral::Paste));
        assert!(Permissions::NONE.is_empty() && !Permissions::FULL.is_empty());
    }

    #[test]
    fn bits_without_meaning_are_not_read() {
        assert_eq!(Permissions::from_bits(3), Some(keyboard_and_mouse()));
        assert_eq!(Permissions::from_bits(32), None);
    }

    #[test]
    fn a_long_unknown_name_is_shortened() {
        let unknown = Peripheral::parse(&"字".repeat(100)).unwrap_err();
        assert_eq!(unknown.name.chars().count(), EXCERPT);
    }

    #[cfg(feature = "serde")]
    #[test]
    fn permissions_are_serialized_as_names() {
        let text = serde_json::to_string(&keyboard_and_mouse()).unwrap();
        assert_eq!(text, r#"["keyboard","mouse"]"#);
        let repeated = serde_json::from_str::<Permissions>(r#"["mouse","keyboard","mouse"]"#);
        assert_eq!(repeated.unwrap(), keyboard_and_mouse());
        assert!(serde_json::from_str::<Permissions>(r#"["wheel"]"#).is_err());
    }

    #[track_caller]
    fn check(names: &[&str], expected: Result<Permissions, Vec<usize>>) {
        match (Permissions::parse_all(names), expected) {
            (Ok(read), Ok(expected)) => assert_eq!(read, expected),
            (Err(bad), Err(expected)) => {
                assert!(bad.iter().map(|(position, _)| *position).eq(expected), "{bad:?}");
            }
            (read, expected) => panic!("{read:?} instead of {expected:?}"),
        }
    }

    fn keyboard_and_mouse() -> Permissions {
        [Peripheral::Mouse, Peripheral::Keyboard].into_iter().collect()
    }
}
