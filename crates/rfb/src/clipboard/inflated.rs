//! What a compressed stream holds, read piece by piece.

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZFlush, MZStatus};

/// A zlib stream that is inflated as far as it is read.
pub(super) struct Inflated<'a> {
    state: Box<InflateState>,
    compressed: &'a [u8],
}

impl<'a> Inflated<'a> {
    pub(super) fn new(compressed: &'a [u8]) -> Self {
        Self { state: InflateState::new_boxed(DataFormat::Zlib), compressed }
    }

    /// Reads a number of four bytes.
    pub(super) fn number(&mut self) -> Option<u32> {
        let mut bytes = [0; 4];
        self.read(&mut bytes)?;
        Some(u32::from_be_bytes(bytes))
    }

    /// Reads past so many bytes.
    pub(super) fn pass_over(&mut self, mut length: u32) -> Option<()> {
        let mut scratch = [0; SCRATCH];
        while length > 0 {
            let next = usize::try_from(length).map_or(SCRATCH, |length| length.min(SCRATCH));
            self.read(scratch.get_mut(..next)?)?;
            length -= u32::try_from(next).ok()?;
        }
        Some(())
    }

    /// Fills `out`, or returns nothing where the stream holds less, or is none.
    pub(super) fn read(&mut self, mut out: &mut [u8]) -> Option<()> {
        while !out.is_empty() {
            let before = self.compressed.len();
            let (written, _) = self.inflate(out)?;
            if written == 0 && self.compressed.len() == before {
                return None;
            }
            out = out.get_mut(written..)?;
        }
        Some(())
    }

    /// Returns whether the stream holds nothing more, be it ended or just flushed.
    pub(super) fn ends(mut self) -> bool {
        loop {
            let before = self.compressed.len();
            match self.inflate(&mut [0]) {
                Some((0, false)) if self.compressed.len() < before => {}
                Some((0, _)) => return self.compressed.is_empty(),
                Some(_) | None => return false,
            }
        }
    }

    /// Returns how much of `out` was written, and whether the stream has ended.
    fn inflate(&mut self, out: &mut [u8]) -> Option<(usize, bool)> {
        let result = inflate(&mut self.state, self.compressed, out, MZFlush::None);
        self.compressed = self.compressed.get(result.bytes_consumed..)?;
        match result.status {
            Ok(status) => Some((result.bytes_written, status == MZStatus::StreamEnd)),
            // Nothing went on for want of input, which is no fault of a stream that is flushed.
            Err(miniz_oxide::MZError::Buf) => Some((result.bytes_written, false)),
            Err(_) => None,
        }
    }
}

/// How much is inflated at once where what it says does not matter.
const SCRATCH: usize = 1024;
