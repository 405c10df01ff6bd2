//! Files of a workspace, their names and their versions (OR-43).

use icu_normalizer::ComposingNormalizerBorrowed;

use super::ContentHash;
use crate::text::{Caseless, line, text_form};
use crate::{
    BlobId, Facts, FileId, Instant, Refusal, RefusalKind, TeamId, TextRefusal, UserId, VALIDATION,
    WorkspaceId,
};

/// A file of a workspace; what it holds is in its versions.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SharedFile {
    /// The team.
    pub team: TeamId,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Names the file.
    pub id: FileId,
    /// What it is called; unique in the workspace regardless of case.
    pub name: FileName,
    /// The number of its latest version; the first is 1.
    pub latest: u32,
    /// When it was first uploaded.
    pub created_at: Instant,
}

/// What a file held from some moment on; never changed once it is there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FileVersion {
    /// The team.
    pub team: TeamId,
    /// The file.
    pub file: FileId,
    /// Counts the versions of the file from 1.
    pub number: u32,
    /// Names its list of parts.
    pub content: BlobId,
    /// The hash of all of it.
    pub hash: ContentHash,
    /// How many bytes it has.
    pub size: u64,
    /// Who uploaded it.
    pub by: UserId,
    /// When.
    pub at: Instant,
}

/// What a file is called: one name, without folders (OR-43).
///
/// It is kept in Unicode's composed form (NFC), so that one name is stored in one way. Compare
/// [`key`](Self::key)s for uniqueness.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct FileName(Caseless);

impl FileName {
    /// The greatest length, in bytes of UTF-8: what file systems take.
    pub const MOST: usize = 255;

    /// Reads the name of a file; blanks around it are dropped.
    ///
    /// # Errors
    ///
    /// Returns that it is blank, too long, not on one line, holds a control character, a separator
    /// of folders or a mark that turns the direction of writing, or stands for a folder.
    pub fn parse(text: &str) -> Result<Self, FileNameRefusal> {
        let text = line(text.trim(), Self::MOST)?;
        let text = ComposingNormalizerBorrowed::new_nfc().normalize(text);
        if text.len() > Self::MOST {
            return Err(TextRefusal::TooLong { most: Self::MOST }.into());
        }
        if let Some(separator) = text.chars().find(|letter| matches!(letter, '/' | '\\')) {
            return Err(FileNameRefusal::Folder { separator });
        }
        if text.chars().any(turns) {
            return Err(FileNameRefusal::Direction);
        }
        if text.ends_with('.') {
            return Err(FileNameRefusal::Dot);
        }
        Ok(Self(Caseless::new(text.as_ref())))
    }

    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.text()
    }

    /// Returns what is unique in a workspace: the name in lower case.
    #[must_use]
    pub fn key(&self) -> &str {
        self.0.key()
    }
}

text_form!(FileName, FileNameRefusal, as_str);

/// Returns whether a character turns the direction of what follows it, so that a name could look
/// as if it ended otherwise than it does.
const fn turns(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

/// Why a text is no name of a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FileNameRefusal {
    /// It is no visible line, or too long.
    #[error(transparent)]
    Text(#[from] TextRefusal),
    /// It names a folder.
    #[error("it must not contain {separator}: files are not in folders")]
    Folder {
        /// What separates folders.
        separator: char,
    },
    /// It holds a mark that turns the direction of writing.
    #[error("it must not contain marks that turn the direction of writing")]
    Direction,
    /// It ends with a dot, as folders and what some systems cannot store do.
    #[error("it must not end with a dot")]
    Dot,
}

impl Refusal for FileNameRefusal {
    fn code(&self) -> &'static str {
        VALIDATION
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Invalid
    }

    fn facts(&self) -> Facts {
        match self {
            Self::Text(refusal) => refusal.facts(),
            Self::Folder { .. } | Self::Direction | Self::Dot => Facts::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn or_43_a_file_name_is_one_visible_name_without_folders() {
        check("  plan v2.pdf ", Ok("plan v2.pdf"));
        check(".gitignore", Ok(".gitignore"));
        check("a..b", Ok("a..b"));
        check("字.txt", Ok("字.txt"));
        check(&"x".repeat(255), Ok(&"x".repeat(255)));
        for folder in ["../x", "a/b", "/etc/passwd"] {
            check(folder, Err(FileNameRefusal::Folder { separator: '/' }));
        }
        check("..\\x", Err(FileNameRefusal::Folder { separator: '\\' }));
        for dot in [".", "..", "x.", "a ..."] {
            check(dot, Err(FileNameRefusal::Dot));
        }
        check("invoice\u{202e}fdp.exe", Err(FileNameRefusal::Direction));
        check("", Err(TextRefusal::Blank.into()));
        check("a\nb", Err(TextRefusal::LineBreak.into()));
        check("a\0b", Err(TextRefusal::Control { character: '\0' }.into()));
    }

    #[test]
    fn or_43_one_name_is_stored_in_one_way() {
        let [composed, apart] =
            ["Zoe\u{308}.txt", "Zo\u{eb}.TXT"].map(|n| FileName::parse(n).unwrap());
        assert_eq!(composed.as_str(), "Zo\u{eb}.txt");
        assert_ne!(composed, apart);
        assert_eq!(composed.key(), apart.key());
    }

    #[test]
    fn or_43_the_length_of_a_name_is_counted_in_bytes() {
        check(&"é".repeat(127), Ok(&"é".repeat(127)));
        let most = TextRefusal::TooLong { most: 255 };
        check(&"é".repeat(128), Err(most.into()));
        check(&"x".repeat(256), Err(most.into()));
        // Composed it is short enough, but only so much is looked at.
        check(&"x".repeat(100_000), Err(most.into()));
    }

    #[track_caller]
    fn check(text: &str, expected: Result<&str, FileNameRefusal>) {
        let read = FileName::parse(text).map(|name| name.to_string());
        assert_eq!(read, expected.map(str::to_owned));
    }
}
