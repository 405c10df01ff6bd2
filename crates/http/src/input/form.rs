//! The form of a body: what its schema makes wrong with it, all of it at once (IF-3).
//!
//! The schema is that of the `OpenAPI` document, so that what is announced is what is asked for.

use std::collections::BTreeMap;

use guest_core::InputError;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::place::inside;

/// The form that bodies of one type have.
pub(super) struct Form {
    schema: Value,
    named: BTreeMap<String, Value>,
}

impl Form {
    /// Returns the form of a type.
    pub(super) fn of<T: ToSchema>() -> Self {
        let mut named = Vec::new();
        T::schemas(&mut named);
        let named = named.into_iter().map(|(name, schema)| (name, json(&schema)));
        Self { schema: json(&T::schema()), named: named.collect() }
    }

    /// Returns a value of the form in which nothing is said.
    pub(super) fn blank(&self) -> Value {
        self.blank_of(&self.schema)
    }

    /// Returns everything that is not of the form, and puts something blank in its place.
    pub(super) fn mend(&self, value: &mut Value) -> Vec<InputError> {
        let mut errors = Vec::new();
        self.mend_at(&self.schema, value, "", &mut errors);
        errors
    }

    fn mend_at(&self, schema: &Value, value: &mut Value, at: &str, errors: &mut Vec<InputError>) {
        if errors.len() >= ERRORS_MOST {
            return;
        }
        let forms = self.alternatives(schema);
        let Some(form) = forms.iter().find(|form| fits(form, value)) else {
            let kinds: Vec<_> = forms.iter().flat_map(|form| kinds(form)).collect();
            let detail = format!("expected {}, not {}", in_words(&kinds), told(value));
            errors.push(InputError::invalid(at, detail));
            *value = self.blank_of(schema);
            return;
        };
        match value {
            Value::Array(items) => {
                for (position, item) in items.iter_mut().enumerate() {
                    self.mend_at(&form["items"], item, &format!("{at}/{position}"), errors);
                }
            }
            Value::Object(fields) => self.mend_fields(form, fields, at, errors),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn mend_fields(
        &self,
        form: &Value,
        fields: &mut Map<String, Value>,
        at: &str,
        errors: &mut Vec<InputError>,
    ) {
        let Some(known) = form["properties"].as_object() else {
            if form["additionalProperties"] == false {
                drop_unknown(fields, &Map::new(), at, errors);
            }
            return;
        };
        drop_unknown(fields, known, at, errors);
        for (name, schema) in known {
            match fields.get_mut(name) {
                Some(value) => self.mend_at(schema, value, &inside(at, name), errors),
                None if is_required(form, name) => {
                    errors.push(InputError::invalid(inside(at, name), "this must be given"));
                    fields.insert(name.clone(), self.blank_of(schema));
                }
                None => {}
            }
        }
    }

    fn blank_of(&self, schema: &Value) -> Value {
        let forms = self.alternatives(schema);
        let mut said = forms.iter().flat_map(|form| kinds(form).map(|kind| (*form, kind)));
        match said.find(|(_, kind)| *kind != "null") {
            Some((_, "string")) => Value::String(String::new()),
            Some((_, "array")) => Value::Array(Vec::new()),
            Some((_, "integer" | "number")) => Value::from(0),
            Some((_, "boolean")) => Value::Bool(false),
            Some((form, "object")) => {
                let fields = form["properties"].as_object().into_iter().flatten();
                let required = fields.filter(|(name, _)| is_required(form, name));
                required.map(|(name, schema)| (name.clone(), self.blank_of(schema))).collect()
            }
            Some(_) | None => Value::Null,
        }
    }

    /// Returns the schemas one of which a value fits, without references and choices.
    fn alternatives<'a>(&'a self, schema: &'a Value) -> Vec<&'a Value> {
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            return self
                .named
                .get(name)
                .map(|schema| self.alternatives(schema))
                .unwrap_or_default();
        }
        match schema["oneOf"].as_array() {
            Some(choices) => choices.iter().flat_map(|choice| self.alternatives(choice)).collect(),
            None => vec![schema],
        }
    }
}

fn drop_unknown(
    fields: &mut Map<String, Value>,
    known: &Map<String, Value>,
    at: &str,
    errors: &mut Vec<InputError>,
) {
    fields.retain(|name, _| {
        let is_known = known.contains_key(name);
        if !is_known && errors.len() < ERRORS_MOST {
            let names: Vec<_> = known.keys().map(String::as_str).collect();
            let detail = match names.as_slice() {
                [] => "there is no such field".to_owned(),
                names => format!("there is no such field, only {}", names.join(", ")),
            };
            errors.push(InputError::invalid(inside(at, name), detail));
        }
        is_known
    });
}

fn is_required(form: &Value, name: &str) -> bool {
    form["required"].as_array().is_some_and(|names| names.iter().any(|known| known == name))
}

/// Returns whether a value is of one of a schema's kinds, whatever it holds.
fn fits(form: &Value, value: &Value) -> bool {
    let is_below = |least: &Value| value.as_f64() < least.as_f64();
    kinds(form).any(|kind| match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }) && !(value.is_number() && form.get("minimum").is_some_and(is_below))
}

/// Returns the kinds of value that a schema without references and choices allows.
fn kinds(form: &Value) -> impl Iterator<Item = &str> {
    let listed = form["type"].as_array().into_iter().flatten();
    listed.chain(form.get("type")).filter_map(Value::as_str)
}

fn in_words(kinds: &[&str]) -> String {
    let words: Vec<_> = kinds.iter().map(|kind| word(kind)).collect();
    words.join(" or ")
}

fn word(kind: &str) -> &'static str {
    match kind {
        "null" => "null",
        "boolean" => "true or false",
        "integer" => "a whole number",
        "number" => "a number",
        "string" => "a text",
        "array" => "a list",
        _ => "an object",
    }
}

fn told(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(_) => "a text".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

fn json(schema: &impl serde::Serialize) -> Value {
    serde_json::to_value(schema).unwrap_or_default()
}

/// How many errors are told of one body: enough for whoever writes it, and a short answer.
const ERRORS_MOST: usize = 200;
