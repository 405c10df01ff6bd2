//! Where requests are wrong, as JSON pointers (RFC 6901), and in which words.

use serde_path_to_error::{Path, Segment};

/// Returns a JSON pointer to what is wrong.
///
/// What is missing has no place yet, and what is unknown is left out of the
/// path: the message names both.
pub(super) fn place(path: &Path, detail: &str) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer = inside(&pointer, &index.to_string()),
            Segment::Map { key } => pointer = inside(&pointer, key),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    let named = ["missing field `", "unknown field `", "duplicate field `"]
        .iter()
        .find_map(|start| detail.strip_prefix(start)?.split_once('`'));
    if let Some((name, _)) = named
        && path.iter().next_back().map(Segment::to_string).as_deref() != Some(name)
    {
        pointer = inside(&pointer, name);
    }
    pointer
}

/// Returns the place of a field inside a place.
pub(super) fn inside(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Says what was expected as those do who do not know how it is read.
pub(super) fn in_plain_words(detail: &str) -> String {
    let Some((before, expected)) = detail.rsplit_once("expected ") else {
        return detail.to_owned();
    };
    let plain = match expected.split(' ').next().unwrap_or_default() {
        "i8" | "i16" | "i32" | "i64" => "a smaller number",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a smaller number, not negative",
        _ => return detail.to_owned(),
    };
    format!("{before}expected {plain}")
}
