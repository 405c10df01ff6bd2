//! The files of the project, as its own tests read them.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of these tests read the project itself, which is there"
)]

use std::fs;
use std::path::{Path, PathBuf};

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the workspace")
}

pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut entries: Vec<PathBuf> =
        entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    entries.sort();
    entries
}

pub(crate) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) =
        entries(folder).into_iter().partition(|path| path.is_dir());
    let mut files: Vec<PathBuf> =
        files.into_iter().filter(|path| path.extension().is_some_and(|it| it == "rs")).collect();
    files.extend(folders.iter().flat_map(|folder| rust_files(folder)));
    files
}

/// Whether `text` has `word` with no letter, digit or underscore right after it.
pub(crate) fn holds(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let after = text.get(at + word.len()..).and_then(|rest| rest.chars().next());
        !after.is_some_and(|next| next.is_alphanumeric() || next == '_')
    })
}
