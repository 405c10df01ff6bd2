//! Who may do what, every cell of it over HTTP (OR-2, QU-30).
//!
//! The expectations are written down here a second time, by hand: from the
//! rows of the rule, not from the code.

mod callers;
mod rows;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use self::callers::{Caller, Role};
use self::rows::{Needs, Row, rows};
use crate::documented;
use crate::things::Things;
use crate::world::{Answer, Client, World};

#[tokio::test]
async fn qu_30_every_cell_of_the_table_of_rights() {
    let rows = rows();
    for row in &rows {
        let world = World::new();
        let things = Things::of(&world);
        // Whatever is refused changes nothing, so that the rest find things as they were.
        let mut allowed = Vec::new();
        for caller in Caller::ALL {
            if row.expected(*caller) < 400 {
                allowed.push(*caller);
            } else {
                row.check(&world, &things, *caller).await;
            }
        }
        for caller in allowed {
            let world = World::new();
            let things = Things::of(&world);
            row.check(&world, &things, caller).await;
        }
    }
}

#[tokio::test]
async fn if_3_rights_are_asked_for_before_the_form_of_a_request() {
    for row in rows() {
        let Some(flaw) = Flaw::of(&row) else { continue };
        let world = World::new();
        let things = Things::of(&world);
        for caller in Caller::ALL {
            row.check_flawed(&world, &things, *caller, flaw).await;
        }
        let least = Caller::User(Role::External);
        if let (Flaw::Body, 403) = (flaw, row.expected(least)) {
            let (path, _) = row.request(&things);
            let client = least.client(&world, None);
            client.send(row.method, &path, Some(json!([]))).await.is(403);
        }
        // None of them has changed anything.
        if let Some(allowed) = Caller::ALL.iter().find(|caller| row.expected(**caller) < 400) {
            row.check(&world, &things, *allowed).await;
        }
    }
}

#[test]
fn qu_30_no_operation_is_left_out() {
    let listed: BTreeSet<_> =
        rows().iter().map(|row| (row.method.to_owned(), row.template())).collect();
    let announced: BTreeSet<_> =
        documented::operations().into_iter().map(|(method, path, _)| (method, path)).collect();
    assert_eq!(listed, announced);
}

/// Returns one request for every operation there is: its method, address and body.
pub(crate) fn requests(things: &Things) -> Vec<(&'static str, String, Option<Value>)> {
    let requests = rows().into_iter().map(|row| {
        let (path, body) = row.request(things);
        (row.method, path, body)
    });
    requests.collect()
}

/// What can be wrong with the form of a request.
#[derive(Clone, Copy, Debug)]
enum Flaw {
    Body,
    Query,
    Version,
}

impl Flaw {
    /// Returns a flaw that requests for an operation can have.
    fn of(row: &Row) -> Option<Self> {
        let (_, _, operation) = documented::operations()
            .into_iter()
            .find(|(method, path, _)| method == row.method && *path == row.template())
            .unwrap();
        let has = |at: &str, name: Option<&str>| {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let mut found = parameters.filter(|parameter| parameter["in"] == at);
            found.any(|parameter| name.is_none_or(|name| parameter["name"] == name))
        };
        if operation["requestBody"]["content"]["application/json"].is_object() {
            Some(Self::Body)
        } else if has("query", None) {
            Some(Self::Query)
        } else {
            has("header", Some("If-Match")).then_some(Self::Version)
        }
    }
}

impl Row {
    async fn check(&self, world: &World, things: &Things, caller: Caller) {
        let needed = match self.needs {
            Needs::Scope(scope) => Some(scope),
            Needs::Nothing | Needs::APerson(_) => None,
        };
        let answer = self.ask(&caller.client(world, needed), things).await;
        let (method, path, expected) = (self.method, self.path, self.expected(caller));
        assert_eq!(
            answer.status.as_u16(),
            expected,
            "{method} {path} as {caller:?}: {}",
            answer.text
        );
        if let (Caller::Scopeless(of), Needs::Scope(scope)) = (caller, self.needs)
            && self.roles[of as usize] != 403
        {
            assert_eq!(answer.json()["code"], "scope_missing", "{method} {path} as {caller:?}");
            assert!(answer.json()["detail"].as_str().unwrap().contains(scope));
        }
    }

    /// Checks that a caller who may not ask is told so, and others what is wrong.
    async fn check_flawed(&self, world: &World, things: &Things, caller: Caller, flaw: Flaw) {
        let needed = match self.needs {
            Needs::Scope(scope) => Some(scope),
            Needs::Nothing | Needs::APerson(_) => None,
        };
        let client = caller.client(world, needed);
        let (path, mut body) = self.request(things);
        let (answer, pointer) = match flaw {
            Flaw::Body => {
                body.get_or_insert(json!({}))["flaw"] = json!(1);
                (client.send(self.method, &path, body).await, "/flaw")
            }
            Flaw::Query => {
                let mark = if path.contains('?') { '&' } else { '?' };
                (client.send(self.method, &format!("{path}{mark}flaw=1"), body).await, "/flaw")
            }
            Flaw::Version => {
                let client = client.with("if-match", "3");
                (client.send(self.method, &path, body).await, "/If-Match")
            }
        };
        let is_of_the_team = matches!(
            caller,
            Caller::User(_) | Caller::Program(_) | Caller::Scopeless(_) | Caller::SignedOut
        );
        let expected = match self.expected(caller) {
            // Without a gateway there are no streams, whatever is asked of them.
            404 if self.path.ends_with("/stream") => 404,
            // That a thing is absent is said of those whose request is well-formed.
            404 if is_of_the_team || !self.path.contains("{team}") => 422,
            // So it is with what stands in the way.
            409 if is_of_the_team => 422,
            // A wrong code is wrong input, and so is a wrong signature.
            _ if ["/v1/sign-in/verify", "/v1/sign-in/device"].contains(&self.path) => 422,
            status if status < 400 => 422,
            status => status,
        };
        let (method, path) = (self.method, self.path);
        assert_eq!(
            answer.status.as_u16(),
            expected,
            "{method} {path} as {caller:?} with a flaw: {}",
            answer.text
        );
        if expected == 422 {
            assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{method} {path}");
        }
    }

    async fn ask(&self, client: &Client, things: &Things) -> Answer {
        let (path, body) = self.request(things);
        client.send(self.method, &path, body).await
    }
}
