//! The document that the API gives of itself (IF-1).

use std::collections::BTreeSet;

use serde_json::Value;

use crate::documented::{document, operations};
use crate::world::World;

/// The operations of the contract, written down a second time.
const CONTRACT: &str = "
    POST /v1/sign-in
    POST /v1/sign-in/verify
    POST /v1/sign-out
    GET /v1/me
    GET PATCH /v1/teams/{team}
    GET POST /v1/teams/{team}/api-keys
    DELETE /v1/teams/{team}/api-keys/{id}
    GET POST /v1/teams/{team}/computer-keys
    DELETE /v1/teams/{team}/computer-keys/{id}
    GET POST /v1/teams/{team}/computers
    GET PATCH DELETE /v1/teams/{team}/computers/{id}
    POST /v1/agent/heartbeat
    GET /v1/agent/socket
    POST /v1/agent/sessions/{id}/ended
    POST /v1/teams/{team}/guest-access-invites/preview
    GET POST /v1/teams/{team}/guest-access-invites
    GET PUT PATCH DELETE /v1/teams/{team}/guest-access-invites/{id}
    DELETE /v1/teams/{team}/guest-access-invites/{id}/guest
    POST /v1/teams/{team}/guest-access-invites/{id}/readmit
    POST /v1/teams/{team}/guest-access-invites/{id}/apply-permissions
    POST /v1/teams/{team}/guest-access-invites/{id}/new-link
    POST /v1/teams/{team}/guest-access-invites/{id}/resend
    POST /v1/teams/{team}/guest-access-invites/{id}/move
    POST /v1/teams/{team}/guest-access-invites/{id}/extend
    GET /v1/teams/{team}/guest-access-invites/{id}/sessions
    POST /v1/teams/{team}/guest-access-cut
    GET /v1/teams/{team}/guest-access-invite-credits
    GET /v1/teams/{team}/credits/prices
    POST /v1/teams/{team}/credits/quotes
    POST /v1/teams/{team}/credits/orders
    GET /v1/teams/{team}/credits/orders/{id}
    GET /v1/teams/{team}/credits/transactions
    GET /v1/teams/{team}/credits/transactions.csv
    GET /v1/teams/{team}/users
    GET PATCH /v1/teams/{team}/users/{id}
    POST /v1/teams/{team}/users/change-profiles
    GET /v1/teams/{team}/users/{id}/revocation
    POST /v1/teams/{team}/users/{id}/revoke
    GET POST /v1/teams/{team}/groups
    GET PATCH DELETE /v1/teams/{team}/groups/{id}
    PUT DELETE /v1/teams/{team}/groups/{id}/members/{user}
    GET /v1/teams/{team}/audit
    GET /v1/teams/{team}/events
    GET /v1/guest-links/{token}
    POST /v1/guest-links/{token}/connect
    GET /v1/guest-links/{token}/events
    POST /v1/guest-links/{token}/request-time
    POST /v1/sessions/{id}/leave
    GET /v1/sessions/{id}/stream
";

#[test]
fn if_1_the_document_is_this() {
    let mut folded = document().clone();
    for item in folded["paths"].as_object_mut().unwrap().values_mut() {
        for operation in item.as_object_mut().unwrap().values_mut() {
            operation["responses"].as_object_mut().unwrap().values_mut().for_each(fold);
        }
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&folded).unwrap());
}

#[test]
fn if_1_the_contract_is_documented() {
    assert!(document()["openapi"].as_str().unwrap().starts_with("3.1"));
    let announced: BTreeSet<_> =
        operations().into_iter().map(|(method, path, _)| (method, path)).collect();
    for line in CONTRACT.trim().lines() {
        let mut words: Vec<_> = line.split_whitespace().collect();
        let path = words.pop().unwrap();
        for method in words {
            assert!(announced.contains(&(method.to_owned(), path.to_owned())), "{method} {path}");
        }
    }
}

#[test]
fn if_1_each_operation_says_everything() {
    let mut names = BTreeSet::new();
    for (method, path, operation) in operations() {
        let place = format!("{method} {path}");
        assert!(names.insert(operation["operationId"].as_str().unwrap()), "{place} is not unique");
        assert!(operation["summary"].as_str().unwrap().len() > 8, "{place} has no summary");
        assert!(operation["security"].is_array(), "{place} says nothing of who may ask");
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let in_path = parameters.iter().filter(|parameter| parameter["in"] == "path").count();
        assert_eq!(in_path, path.matches('{').count(), "{place}");
        let statuses: Vec<_> = operation["responses"].as_object().unwrap().keys().collect();
        // A stream of frames begins with 101.
        let is_good = |status: &str| status.starts_with('2') || status == "101";
        assert!(statuses.iter().any(|status| is_good(status)), "{place}");
        assert!(statuses.iter().any(|status| *status == "503"), "{place}");
        let has_body = matches!(method.as_str(), "POST" | "PATCH" | "PUT")
            && !WITHOUT_BODY.contains(&path.as_str());
        assert_eq!(operation["requestBody"].is_object(), has_body, "{place}");
    }
}

/// What is written without anything to say besides the address.
const WITHOUT_BODY: &[&str] = &[
    "/v1/sign-out",
    "/v1/teams/{team}/groups/{id}/members/{user}",
    "/v1/teams/{team}/workspaces/{id}/claim",
    "/v1/teams/{team}/workspaces/{id}/computers/{computer}",
];

#[test]
fn if_1_everything_referred_to_is_there() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        if let Some(reference) = value["$ref"].as_str() {
            found.insert(reference.to_owned());
        }
        for part in value.as_object().into_iter().flat_map(serde_json::Map::values) {
            references(part, found);
        }
        for part in value.as_array().into_iter().flatten() {
            references(part, found);
        }
    }
    let mut found = BTreeSet::new();
    references(document(), &mut found);
    assert!(found.len() > 30, "{found:?}");
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document().pointer(pointer).is_some(), "{reference}");
    }
}

#[tokio::test]
async fn if_3_every_problem_that_is_announced_has_a_page() {
    let world = World::new();
    let mut codes = BTreeSet::new();
    for (_, _, operation) in operations() {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let schema = &response["content"]["application/problem+json"]["schema"];
            let listed = schema["allOf"][1]["properties"]["code"]["enum"].as_array();
            for code in listed.into_iter().flatten() {
                codes.insert((code.as_str().unwrap().to_owned(), status.clone()));
            }
        }
    }
    codes.insert(("method_not_allowed".to_owned(), "405".to_owned()));
    assert!(codes.len() > 50, "{codes:?}");
    for (code, status) in codes {
        let page = world.nobody().get(&format!("/problems/{code}")).await;
        page.is(200);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert!(page.text.contains(&format!("<code>{status} {code}</code>")), "{}", page.text);
    }
    world.nobody().get("/problems/none").await.refused(404, "not_found");
}

#[tokio::test]
async fn if_1_people_can_read_it() {
    let world = World::new();
    let page = world.nobody().get("/docs").await;
    page.is(200);
    for (method, path, _) in operations() {
        assert!(page.text.contains(&format!("<code>{method} {path}</code>")), "{method} {path}");
    }
    assert!(!page.text.contains("<script"));
    let style = world.nobody().get("/docs.css").await;
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
}

/// Writes the answer of a refusal, which is twenty lines and everywhere the same, as its codes.
fn fold(response: &mut Value) {
    let schema = &response["content"]["application/problem+json"]["schema"];
    if schema.is_null() {
        return;
    }
    assert_eq!(schema["allOf"][0]["$ref"], "#/components/schemas/Problem");
    let codes = schema["allOf"][1]["properties"]["code"]["enum"].as_array().unwrap();
    let codes: Vec<_> = codes.iter().map(|code| code.as_str().unwrap()).collect();
    let headers = response["headers"].as_object().into_iter().flat_map(serde_json::Map::keys);
    let headers: Vec<_> = headers.map(|name| format!("; {name}")).collect();
    *response = Value::String(codes.join(", ") + &headers.concat());
}
