//! Fields of changes that may be absent, null, or a value.

use serde::{Deserialize, Deserializer};

/// Reads a field that is there, null or not: absent stays `None`, null is `Some(None)`.
///
/// To be used as `#[serde(default, deserialize_with = "crate::nullable")]`.
#[expect(clippy::option_option, reason = "absent, null and a value are three things")]
pub(crate) fn nullable<'de, T, D>(from: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(from).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_null_and_a_value_are_told_apart() {
        check("{}", None);
        check(r#"{"field": null}"#, Some(None));
        check(r#"{"field": 3}"#, Some(Some(3)));
    }

    #[track_caller]
    #[expect(clippy::option_option, reason = "absent, null and a value are three things")]
    fn check(json: &str, expected: Option<Option<u32>>) {
        assert_eq!(serde_json::from_str::<Change>(json).unwrap().field, expected);
    }

    #[derive(Deserialize)]
    #[expect(clippy::option_option, reason = "absent, null and a value are three things")]
    struct Change {
        #[serde(default, deserialize_with = "nullable")]
        field: Option<Option<u32>>,
    }
}
