//! The versions of the protocol.

use crate::violation::Violation;

/// A version of the protocol.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Version {
    V3_3,
    V3_7,
    V3_8,
}

impl Version {
    /// How long a version is as it is said.
    pub(crate) const LENGTH: usize = 12;

    /// Reads a version, which is one of three.
    pub(crate) fn parse(said: &[u8]) -> Result<Self, Violation> {
        let versions = [Self::V3_3, Self::V3_7, Self::V3_8];
        let known = versions.into_iter().find(|version| version.bytes() == said);
        known.ok_or(Violation::Version)
    }

    /// Reads what a server of whatever make says, and returns the version to speak with it.
    ///
    /// Some say versions of their own, such as 3.889 or 4.1, and all those speak 3.8. A lower one
    /// that nobody knows means 3.3 (RFC 6143, 7.1.1).
    pub(crate) fn of_server(said: &[u8]) -> Result<Self, Violation> {
        let [b'R', b'F', b'B', b' ', major @ .., b'.', a, b, c, b'\n'] = said else {
            return Err(Violation::Version);
        };
        let digits = [a, b, c].into_iter().chain(major);
        if major.len() != 3 || !digits.copied().all(|digit| digit.is_ascii_digit()) {
            return Err(Violation::Version);
        }
        Ok(match (major, [*a, *b, *c]) {
            (b"003", minor) if minor < *b"007" => Self::V3_3,
            (b"003", minor) if minor < *b"008" => Self::V3_7,
            (major, _) if major < b"003".as_slice() => Self::V3_3,
            _ => Self::V3_8,
        })
    }

    /// Returns the version as it is said.
    pub(crate) fn bytes(self) -> &'static [u8] {
        match self {
            Self::V3_3 => b"RFB 003.003\n",
            Self::V3_7 => b"RFB 003.007\n",
            Self::V3_8 => b"RFB 003.008\n",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_read_back() {
        for version in [Version::V3_3, Version::V3_7, Version::V3_8] {
            assert_eq!(version.bytes().len(), Version::LENGTH);
            assert_eq!(Version::parse(version.bytes()), Ok(version));
            assert_eq!(Version::of_server(version.bytes()), Ok(version));
        }
        assert_eq!(Version::parse(b"RFB 003.889\n"), Err(Violation::Version));
    }

    #[test]
    fn servers_say_versions_of_their_own() {
        check(b"RFB 003.889\n", Ok(Version::V3_8));
        check(b"RFB 004.001\n", Ok(Version::V3_8));
        check(b"RFB 003.006\n", Ok(Version::V3_3));
        check(b"RFB 003.005\n", Ok(Version::V3_3));
        check(b"RFB 002.009\n", Ok(Version::V3_3));
        check(b"RFB 003.00x\n", Err(Violation::Version));
        check(b"RFB 0003.08\n", Err(Violation::Version));
        check(b"RFB 003.008\r", Err(Violation::Version));
        check(b"SSH-2.0-Open", Err(Violation::Version));
    }

    #[track_caller]
    fn check(said: &[u8], expected: Result<Version, Violation>) {
        assert_eq!(Version::of_server(said), expected);
    }
}
