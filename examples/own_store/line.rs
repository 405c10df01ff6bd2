//! Lines of the journal: what a unit left under each key, as JSON.
//!
//! A change is `[table, key, row]`, and the row is null where it was erased. A
//! number and a text are themselves, bytes are `{"hex": "…"}`.

use data_encoding::HEXLOWER;
use guest_app::{Row, Value};
use serde_json::{Value as Json, json};

/// A table's name, a key in it, and the row that is there now.
pub(crate) type Change = (String, Vec<Value>, Option<Row>);

/// Writes a line, its end included.
pub(crate) fn write<'a>(
    changes: impl Iterator<Item = (&'a str, &'a Vec<Value>, Option<&'a Row>)>,
) -> String {
    let changes =
        changes.map(|(table, key, row)| json!([table, shown(key), row.map(|row| shown(row))]));
    format!("{}\n", Json::Array(changes.collect()))
}

/// Reads a line; `None` if it is none.
pub(crate) fn read(line: &[u8]) -> Option<Vec<Change>> {
    let changes: Vec<(String, Json, Json)> = serde_json::from_slice(line).ok()?;
    let changes = changes.into_iter().map(|(table, key, row)| {
        let row = if row.is_null() { None } else { Some(values(&row)?) };
        Some((table, values(&key)?, row))
    });
    changes.collect()
}

fn shown(values: &[Value]) -> Json {
    let values = values.iter().map(|value| match value {
        Value::Null => Json::Null,
        Value::Int(number) => json!(number),
        Value::Text(text) => json!(text),
        Value::Blob(bytes) => json!({ "hex": HEXLOWER.encode(bytes) }),
    });
    values.collect()
}

fn values(json: &Json) -> Option<Vec<Value>> {
    let values = json.as_array()?.iter().map(|json| {
        Some(match json {
            Json::Null => Value::Null,
            Json::Number(number) => Value::Int(number.as_i64()?),
            Json::String(text) => Value::Text(text.clone()),
            Json::Object(bytes) => {
                let hex = bytes.get("hex")?.as_str()?;
                Value::Blob(HEXLOWER.decode(hex.as_bytes()).ok()?)
            }
            Json::Bool(_) | Json::Array(_) => return None,
        })
    });
    values.collect()
}
