//! The content of files: bytes in parts, each named by its hash (OR-43).
//!
//! [`Intake`] is a machine that takes the bytes of a file as they come and gives them back in
//! parts. Its driver owes it the bytes in their order, from where [`Progress`] says the file was
//! left; it keeps each part before it asks for the next. All parts of a file but the last have
//! the same size, so that equal files have equal parts.

use core::fmt;
use core::str::FromStr;

use data_encoding::HEXLOWER;
use sha2::digest::common::hazmat::{SerializableState, SerializedState};
use sha2::{Digest, Sha256};

/// The SHA-256 of the content of a file, or of a part of one; shown as 64 hexadecimal digits.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// Returns the hash of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Returns the hash with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes of the hash.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&HEXLOWER.encode(&self.0))
    }
}

impl FromStr for ContentHash {
    type Err = BadHash;

    fn from_str(text: &str) -> Result<Self, BadHash> {
        if text.len() != 64 {
            return Err(BadHash);
        }
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| BadHash)?;
        bytes.try_into().map(Self).map_err(|_| BadHash)
    }
}

/// A text is not the hash of a content.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a SHA-256 in 64 lowercase hexadecimal digits")]
pub struct BadHash;

/// How far a file has been taken in: how many bytes, and what is known of their hash.
#[derive(Clone)]
pub struct Progress {
    offset: u64,
    hash: Sha256,
}

impl Progress {
    /// Starts a file.
    #[must_use]
    pub fn start() -> Self {
        Self { offset: 0, hash: Sha256::new() }
    }

    /// Returns how many bytes have been taken.
    #[must_use]
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns the hash of what has been taken.
    #[must_use]
    pub fn hash(&self) -> ContentHash {
        ContentHash(self.hash.clone().finalize().into())
    }

    /// Writes down the state of the hash, to go on with later.
    #[must_use]
    pub fn state(&self) -> Vec<u8> {
        self.hash.serialize().to_vec()
    }

    /// Goes on from a state that was written down after `offset` bytes; `None` if it is none.
    #[must_use]
    pub fn resume(offset: u64, state: &[u8]) -> Option<Self> {
        let state = SerializedState::<Sha256>::try_from(state).ok()?;
        Some(Self { offset, hash: Sha256::deserialize(&state).ok()? })
    }

    fn take(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.offset = self.offset.saturating_add(bytes.len() as u64);
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress").field("offset", &self.offset).finish_non_exhaustive()
    }
}

impl PartialEq for Progress {
    fn eq(&self, other: &Self) -> bool {
        self.offset == other.offset && self.hash() == other.hash()
    }
}

impl Eq for Progress {}

/// Takes the bytes of a file as they come, and gives them back in parts.
#[derive(Debug)]
pub struct Intake {
    progress: Progress,
    part: Vec<u8>,
}

impl Intake {
    /// Goes on from where a file was left.
    #[must_use]
    pub const fn new(progress: Progress) -> Self {
        Self { progress, part: Vec::new() }
    }

    /// Takes bytes from the front of `bytes`, and returns the part that they complete.
    ///
    /// With `None` all of them have been taken; otherwise there may be more to take.
    pub fn handle_bytes(&mut self, bytes: &mut &[u8]) -> Option<Part> {
        let room = PART.saturating_sub(self.part.len()).min(bytes.len());
        let (taken, rest) = bytes.split_at_checked(room)?;
        self.part.extend_from_slice(taken);
        *bytes = rest;
        (self.part.len() == PART).then(|| self.cut())
    }

    /// Ends the file, and returns its last part if there is more than was cut off so far.
    pub fn handle_end(&mut self) -> Option<Part> {
        (!self.part.is_empty()).then(|| self.cut())
    }

    fn cut(&mut self) -> Part {
        let bytes = core::mem::take(&mut self.part);
        let offset = self.progress.offset;
        self.progress.take(&bytes);
        Part { offset, hash: ContentHash::of(&bytes), bytes, after: self.progress.clone() }
    }
}

/// A part of a file.
#[derive(Debug)]
pub struct Part {
    /// Where in the file it begins.
    pub offset: u64,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// The hash of that.
    pub hash: ContentHash,
    /// How far the file has been taken in with it.
    pub after: Progress,
}

/// How many bytes a part has: 1 MiB. So much is lost at most when a connection breaks, and held in
/// memory for each file that is on its way.
pub const PART: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn or_43_a_file_comes_in_parts_however_its_bytes_come() {
        let file: Vec<u8> = (0..251_u8).cycle().take(PART * 2 + 7).collect();
        for step in [1_000, PART - 1, PART, PART + 1, file.len()] {
            let mut intake = Intake::new(Progress::start());
            let mut parts = Vec::new();
            for mut bytes in file.chunks(step) {
                while let Some(part) = intake.handle_bytes(&mut bytes) {
                    parts.push(part);
                }
                assert!(bytes.is_empty());
            }
            parts.extend(intake.handle_end());
            assert!(intake.handle_end().is_none());
            let sizes: Vec<_> = parts.iter().map(|part| part.bytes.len()).collect();
            assert_eq!(sizes, [PART, PART, 7], "{step}");
            let offsets: Vec<_> = parts.iter().map(|part| part.offset).collect();
            assert_eq!(offsets, [0, PART as u64, 2 * PART as u64]);
            assert_eq!(parts[2].after.hash(), ContentHash::of(&file));
            assert_eq!(parts.iter().map(|part| &part.bytes[..]).collect::<Vec<_>>().concat(), file);
        }
    }

    #[test]
    fn or_43_a_file_is_hashed_on_from_where_it_was_left() {
        let file: Vec<u8> = (0..13_u8).cycle().take(PART + 100).collect();
        let mut intake = Intake::new(Progress::start());
        let first = intake.handle_bytes(&mut file.as_slice()).unwrap();
        let state = first.after.state();
        let resumed = Progress::resume(first.after.offset(), &state).unwrap();
        assert_eq!(resumed, first.after);
        let mut intake = Intake::new(resumed);
        assert!(intake.handle_bytes(&mut &file[PART..]).is_none());
        let last = intake.handle_end().unwrap();
        assert_eq!((last.offset, last.after.offset()), (PART as u64, file.len() as u64));
        assert_eq!(last.after.hash(), ContentHash::of(&file));
        assert_eq!(Progress::resume(0, b"too short"), None);
    }

    #[test]
    fn or_43_a_file_may_be_empty() {
        assert!(Intake::new(Progress::start()).handle_end().is_none());
        assert_eq!(Progress::start().hash(), ContentHash::of(b""));
    }

    #[test]
    fn a_hash_reads_back_in_one_spelling() {
        let hash = ContentHash::of(b"x");
        assert_eq!(hash.to_string().parse(), Ok(hash));
        for bad in ["", "00", &hash.to_string().to_uppercase(), &"g".repeat(64)] {
            assert_eq!(bad.parse::<ContentHash>(), Err(BadHash));
        }
    }
}
