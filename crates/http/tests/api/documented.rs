//! Every answer is one that the document announces (IF-1).

use std::sync::OnceLock;

use serde_json::Value;

use crate::world::{Answer, ORIGIN, app};

/// Returns the document that a router gives of itself.
pub(crate) fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        // On a runtime of its own, since tests have theirs.
        std::thread::spawn(|| {
            let store = guest_testkit::MemStore::at(guest_testkit::epoch());
            let router = guest_http::router(
                app(std::sync::Arc::new(store), ORIGIN),
                guest_http::Options::default(),
            );
            let request = axum::http::Request::get("/v1/openapi.json")
                .body(axum::body::Body::empty())
                .unwrap();
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let answer = tower::ServiceExt::oneshot(router, request).await.unwrap();
                let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
                serde_json::from_slice(&bytes).unwrap()
            })
        })
        .join()
        .unwrap()
    })
}

/// Returns every operation: its method, its path, and what is said of it.
pub(crate) fn operations() -> Vec<(String, String, &'static Value)> {
    let mut all = Vec::new();
    for (path, item) in document()["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            all.push((method.to_uppercase(), path.clone(), operation));
        }
    }
    all
}

/// Checks that the document announces an answer: its status, its kind, its problem.
#[track_caller]
pub(crate) fn check(method: &str, path: &str, answer: &Answer) {
    let path = path.split('?').next().unwrap();
    let method = if method == "HEAD" { "GET" } else { method };
    let announced = operations()
        .into_iter()
        .filter(|(known, template, _)| known == method && fits(template, path))
        // A path without parameters goes before one with.
        .min_by_key(|(_, template, _)| template.matches('{').count());
    let Some((_, template, operation)) = announced else { return };
    let status = answer.status.as_u16();
    let response = &operation["responses"][status.to_string()];
    assert!(
        response.is_object(),
        "{method} {template} does not announce {status}: {}",
        answer.text
    );
    let kind = answer.header("content-type").split(';').next().unwrap();
    if kind.is_empty() {
        assert!(response["content"].is_null(), "{method} {template} {status} has no body");
        return;
    }
    let schema = &response["content"][kind]["schema"];
    assert!(!schema.is_null(), "{method} {template} {status} does not announce {kind}");
    if kind == "application/problem+json" {
        let code = answer.json()["code"].clone();
        let codes = schema["allOf"][1]["properties"]["code"]["enum"].as_array().unwrap();
        assert!(codes.contains(&code), "{method} {template} {status} does not announce {code}");
    } else if kind == "application/json" && !answer.text.is_empty() {
        shaped(schema, &answer.json(), &format!("{method} {template} {status}"));
    }
}

/// Checks that a value has the shape that a schema gives it, as far as fields and kinds go.
#[track_caller]
fn shaped(schema: &Value, value: &Value, place: &str) {
    shaped_as(schema, value, place, false);
}

fn shaped_as(schema: &Value, value: &Value, place: &str, is_part: bool) {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap();
        let schema = &document()["components"]["schemas"][name];
        assert!(!schema.is_null(), "{place}: no schema {name}");
        return shaped_as(schema, value, place, is_part);
    }
    if let Some(all) = schema["allOf"].as_array() {
        for schema in all {
            shaped_as(schema, value, place, true);
        }
        return;
    }
    if let Some(any) = schema["oneOf"].as_array() {
        if let (false, Some(schema)) =
            (value.is_null(), any.iter().find(|one| !one["$ref"].is_null()))
        {
            shaped(schema, value, place);
        }
        return;
    }
    let kind = kind_of(value);
    let kinds: Vec<&Value> = match schema["type"].as_array() {
        Some(kinds) => kinds.iter().collect(),
        None => vec![&schema["type"]],
    };
    let is_any = kinds == [&Value::Null];
    assert!(is_any || kinds.contains(&&Value::from(kind)), "{place}: {kind} is none of {kinds:?}");
    for item in value.as_array().into_iter().flatten() {
        shaped(&schema["items"], item, &format!("{place}[]"));
    }
    let Some(fields) = value.as_object() else { return };
    for name in schema["required"].as_array().into_iter().flatten() {
        assert!(fields.contains_key(name.as_str().unwrap()), "{place}: {name} is missing");
    }
    for (name, field) in fields {
        let known = &schema["properties"][name];
        // Parts of a whole do not know of each other's fields.
        let is_open = is_part || schema["properties"].is_null();
        assert!(is_open || !known.is_null(), "{place}: {name} is not announced");
        shaped(known, field, &format!("{place}/{name}"));
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Returns whether a path is one of a template such as `/v1/teams/{team}`.
fn fits(template: &str, path: &str) -> bool {
    let (template, path) = (template.split('/'), path.split('/'));
    template.clone().count() == path.clone().count()
        && template.zip(path).all(|(part, given)| part.starts_with('{') || part == given)
}
