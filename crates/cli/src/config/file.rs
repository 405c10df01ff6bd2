//! The file `guest.toml`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Spanned, Value};

use super::{Place, Setting, Wrong};

/// What the file says.
#[derive(Clone, Debug)]
pub(crate) struct File {
    path: PathBuf,
    entries: BTreeMap<Setting, (Value, usize)>,
}

impl File {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// Returns that it cannot be read, that it is no TOML, or every key that is not known.
    pub(crate) fn read(path: &Path) -> Result<Self, Vec<Wrong>> {
        let wrong = |line, detail: String| Wrong {
            place: Place::File { path: path.to_owned(), line },
            key: None,
            detail,
        };
        let text = fs::read_to_string(path)
            .map_err(|error| vec![wrong(1, format!("the file cannot be read: {error}"))])?;
        let table: BTreeMap<String, Spanned<Value>> = toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_at(&text, span.start));
            vec![wrong(line, error.message().to_owned())]
        })?;
        let (mut entries, mut wrongs) = (BTreeMap::new(), Vec::new());
        for (name, value) in table {
            let line = line_at(&text, value.span().start);
            match Setting::named(&name) {
                Some(key) => drop(entries.insert(key, (value.into_inner(), line))),
                None => wrongs.push(wrong(line, format!("there is no setting {name:?}"))),
            }
        }
        if wrongs.is_empty() { Ok(Self { path: path.to_owned(), entries }) } else { Err(wrongs) }
    }

    /// Returns where the file is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns what the file says of a setting, as a text, and where.
    pub(super) fn find(&self, key: Setting) -> Option<(String, Place)> {
        let (value, line) = self.entries.get(&key)?;
        let text = match value {
            // What is relative is meant from where it is written.
            Value::String(path) if key.is_path() && !path.contains("://") => {
                let folder = self.path.parent().unwrap_or(Path::new(""));
                folder.join(path).to_string_lossy().into_owned()
            }
            Value::String(text) => text.clone(),
            Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_)
            | Value::Array(_)
            | Value::Table(_) => value.to_string(),
        };
        Some((text, Place::File { path: self.path.clone(), line: *line }))
    }

    /// Returns what the file says of a setting that is a table.
    pub(super) fn table(&self, key: Setting) -> Option<(Value, Place)> {
        let (value, line) = self.entries.get(&key)?;
        Some((value.clone(), Place::File { path: self.path.clone(), line: *line }))
    }
}

fn line_at(text: &str, position: usize) -> usize {
    text.bytes().take(position).filter(|byte| *byte == b'\n').count() + 1
}
