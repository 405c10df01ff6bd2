//! The operations, and what each caller is answered: from the rows of OR-2, written by hand.

mod inviting;
mod joining;
mod workspaces;

use guest_testkit::DeviceKey;
use serde_json::{Value, json};

use self::inviting::{computers, inviting, others_own};
use self::joining::{greeting, join_requests, joining};
use self::workspaces::{files, workspaces};
use super::callers::{Administrator, Caller, Coordinator, External, Owner, Role};
use crate::things::Things;

/// One operation, on one thing.
pub(super) struct Row {
    pub(super) method: &'static str,
    /// The path, with things instead of `{id}`.
    pub(super) path: &'static str,
    pub(super) body: fn(&Things) -> Value,
    /// What each role is answered.
    pub(super) roles: [u16; 5],
    /// What programs need besides.
    pub(super) needs: Needs,
    pub(super) strangers: Strangers,
}

/// What a program needs besides its user's role.
#[derive(Clone, Copy)]
pub(super) enum Needs {
    Scope(&'static str),
    Nothing,
    /// To be a person, which it is not: what it is answered.
    APerson(u16),
}

/// What those outside the team are answered.
#[derive(Clone, Copy)]
pub(super) enum Strangers {
    /// Nothing of the team is there for them.
    Absent,
    /// What the revoked, the foreign and nobody are answered.
    These(u16, u16, u16),
}

impl Row {
    pub(super) fn expected(&self, caller: Caller) -> u16 {
        let role = |role: Role| self.roles[role as usize];
        match (caller, self.needs) {
            (Caller::User(of), _) => role(of),
            (
                Caller::Program(_) | Caller::Scopeless(_) | Caller::ForeignProgram,
                Needs::APerson(status),
            ) => status,
            (Caller::Program(of), _) | (Caller::Scopeless(of), Needs::Nothing) => role(of),
            // A missing scope is noticed before what the thing itself says.
            (Caller::Scopeless(_), Needs::Scope(_)) => 403,
            (Caller::Revoked, _) => self.strangers.statuses().0,
            (Caller::Foreign | Caller::ForeignProgram, _) => self.strangers.statuses().1,
            (Caller::SignedOut, _) => self.strangers.statuses().2,
        }
    }

    pub(super) fn request(&self, things: &Things) -> (String, Option<Value>) {
        let mut path = self.path.replace("{team}", "acme");
        for (name, id) in things.named() {
            path = path.replace(name, id);
        }
        (path, Some((self.body)(things)).filter(|body| !body.is_null()))
    }

    /// Returns the path as the document has it.
    pub(super) fn template(&self) -> String {
        let path = self.path.split('?').next().unwrap();
        let parts = path.split('/').map(|part| match part {
            "{team}" | "{token}" | "{user}" | "{file}" | "{version}" | "{upload}" => part,
            "{listed}" => "{computer}",
            "{member_token}" => "{token}",
            part if part.starts_with('{') => "{id}",
            part => part,
        });
        parts.collect::<Vec<_>>().join("/")
    }
}

impl Strangers {
    const fn statuses(self) -> (u16, u16, u16) {
        match self {
            Self::Absent => (404, 404, 401),
            Self::These(revoked, foreign, nobody) => (revoked, foreign, nobody),
        }
    }
}

/// A device that is nobody's.
const DEVICE: &str = "dev_00000000000000000000000000";

/// Every operation there is.
pub(super) fn rows() -> Vec<Row> {
    let parts = [
        reading(),
        inviting(),
        others_own(),
        computers(),
        credits(),
        people(),
        joining(),
        greeting(),
        devices(),
        join_requests(),
        workspaces(),
        files(),
        settings(),
        apart(),
    ];
    parts.into_iter().flatten().collect()
}

/// Read the team's name and zone, who one is, events; see other users; the audit log.
fn reading() -> Vec<Row> {
    vec![
        get("/v1/teams/{team}", from(External, 200), Needs::Nothing),
        get("/v1/teams/{team}/events", from(External, 200), Needs::Scope("events:read")),
        get("/v1/teams/{team}/users", from(External, 200), Needs::Scope("users:read")),
        get("/v1/teams/{team}/users/{member}", from(External, 200), Needs::Scope("users:read")),
        get("/v1/teams/{team}/audit", from(Administrator, 200), Needs::Scope("audit:read")),
        Row {
            strangers: Strangers::These(200, 200, 401),
            ..get("/v1/me", from(External, 200), Needs::Nothing)
        },
    ]
}

/// The credit balance and prices; quote and buy; the credit history.
fn credits() -> Vec<Row> {
    let read = Needs::Scope("credits:read");
    let write = Needs::Scope("credits:write");
    vec![
        get("/v1/teams/{team}/guest-access-invite-credits", from(Coordinator, 200), read),
        get("/v1/teams/{team}/credits/prices", from(Coordinator, 200), read),
        post(
            "/v1/teams/{team}/credits/quotes",
            |_| json!({ "quantity": 3 }),
            from(Administrator, 201),
            write,
        ),
        post(
            "/v1/teams/{team}/credits/orders",
            |things| json!({ "quote_id": things.quote }),
            from(Administrator, 201),
            write,
        ),
        get("/v1/teams/{team}/credits/orders/{order}", from(Administrator, 200), read),
        get("/v1/teams/{team}/credits/transactions", from(Owner, 200), read),
        get("/v1/teams/{team}/credits/transactions.csv", from(Owner, 200), read),
    ]
}

/// Change profiles; revoke users; the coordinator permission, groups; owners.
fn people() -> Vec<Row> {
    let read = Needs::Scope("users:read");
    let write = Needs::Scope("users:write");
    let one = "/v1/teams/{team}/users/{member}";
    let groups = "/v1/teams/{team}/groups";
    let group = "/v1/teams/{team}/groups/{group}";
    let member = "/v1/teams/{team}/groups/{group}/members/{user}";
    let bulk = |things: &Things| json!({ "user_ids": [things.member], "profile": "administrator" });
    vec![
        row(
            "PATCH",
            one,
            |_| json!({ "profile": "administrator" }),
            from(Administrator, 200),
            write,
        ),
        row("PATCH", one, |_| json!({ "coordinator": true }), from(Owner, 200), write),
        row(
            "PATCH",
            one,
            |_| json!({ "profile": "administrator", "owner": true }),
            from(Owner, 200),
            write,
        ),
        post("/v1/teams/{team}/users/change-profiles", bulk, from(Administrator, 200), write),
        get("/v1/teams/{team}/users/{member}/revocation", from(Administrator, 200), read),
        get("/v1/teams/{team}/users/{an_owner}/revocation", from(Owner, 200), read),
        post("/v1/teams/{team}/users/{member}/revoke", nothing, from(Administrator, 200), write),
        post("/v1/teams/{team}/users/{an_owner}/revoke", nothing, from(Owner, 200), write),
        get(groups, from(Owner, 200), read),
        post(
            groups,
            |_| json!({ "name": "another", "coordinator": true }),
            from(Owner, 201),
            write,
        ),
        get(group, from(Owner, 200), read),
        row("PATCH", group, |_| json!({ "coordinator": true }), from(Owner, 200), write),
        row("DELETE", group, nothing, from(Owner, 204), write),
        row("PUT", member, nothing, from(Owner, 200), write),
        row("DELETE", member, nothing, from(Owner, 200), write),
    ]
}

/// One's own devices.
fn devices() -> Vec<Row> {
    let key =
        |_: &Things| json!({ "name": "Laptop", "public_key": DeviceKey::numbered(1).public() });
    let person = Needs::APerson(403);
    vec![
        get("/v1/teams/{team}/devices", from(External, 200), Needs::Scope("users:read")),
        post("/v1/teams/{team}/devices", key, from(External, 201), person),
        post("/v1/teams/{team}/device-links", nothing, from(External, 201), person),
    ]
}

/// API keys and team settings.
fn settings() -> Vec<Row> {
    let team = Needs::Scope("team:write");
    let keys = "/v1/teams/{team}/api-keys";
    vec![
        row("PATCH", "/v1/teams/{team}", |_| json!({ "name": "Acme Ltd" }), from(Owner, 200), team),
        get(keys, from(Owner, 200), team),
        post(keys, |_| json!({ "name": "a key", "scopes": ["all"] }), from(Owner, 201), team),
        row("DELETE", "/v1/teams/{team}/api-keys/{key}", nothing, from(Owner, 204), team),
    ]
}

/// What no role of a team gives: guests' links are for the guest, agents' reports for agents.
fn apart() -> Vec<Row> {
    let wrong_account = |method, path, body| Row {
        strangers: Strangers::These(403, 403, 401),
        ..row(method, path, body, [403; 5], Needs::APerson(403))
    };
    let for_agents = |method, path, body| Row {
        strangers: Strangers::These(401, 401, 401),
        ..row(method, path, body, [401; 5], Needs::APerson(401))
    };
    let for_all = |method, path, body, status| Row {
        strangers: Strangers::These(status, status, status),
        ..row(method, path, body, [status; 5], Needs::APerson(status))
    };
    vec![
        for_all("GET", "/v1/guest-links/{token}", nothing, 200),
        wrong_account("POST", "/v1/guest-links/{token}/connect", nothing),
        wrong_account("GET", "/v1/guest-links/{token}/events", nothing),
        wrong_account("POST", "/v1/guest-links/{token}/request-time", |_| json!({ "minutes": 5 })),
        Row {
            // Sessions of others are absent.
            strangers: Strangers::These(404, 404, 401),
            ..row("POST", "/v1/sessions/{session}/leave", nothing, [404; 5], Needs::APerson(403))
        },
        for_agents("POST", "/v1/agent/heartbeat", |_| json!({ "name": "studio-1" })),
        for_agents("POST", "/v1/agent/sessions/{session}/ended", |_| json!({ "reason": "left" })),
        for_agents("GET", "/v1/agent/socket", nothing),
        for_agents("GET", "/v1/agent/sessions/{session}/stream", nothing),
        // It takes a ticket, whoever shows it.
        for_all("GET", "/v1/sessions/{session}/stream", nothing, 404),
        for_all("POST", "/v1/sign-in", |_| json!({ "email": "lin@example.org" }), 202),
        for_all(
            "POST",
            "/v1/sign-in/verify",
            |_| json!({ "email": "lin@example.org", "code": "000000" }),
            401,
        ),
        for_all("POST", "/v1/sign-in/device-challenge", nothing, 200),
        for_all(
            "POST",
            "/v1/sign-in/device",
            |_| json!({ "device_id": DEVICE, "challenge": "", "signature": "A".repeat(86) }),
            401,
        ),
        for_all(
            "POST",
            "/v1/device-links/enrol",
            |_| json!({ "token": "", "name": "Laptop", "public_key": DeviceKey::numbered(1).public() }),
            404,
        ),
        Row {
            strangers: Strangers::These(204, 204, 204),
            ..row("POST", "/v1/sign-out", nothing, [204; 5], Needs::APerson(403))
        },
        for_all("GET", "/v1/openapi.json", nothing, 200),
    ]
}

/// Says what roles are answered when all from `least` on are allowed.
fn from(least: Role, status: u16) -> [u16; 5] {
    Role::ALL.map(|role| if role >= least { status } else { 403 })
}

fn get(path: &'static str, roles: [u16; 5], needs: Needs) -> Row {
    row("GET", path, nothing, roles, needs)
}

fn post(path: &'static str, body: fn(&Things) -> Value, roles: [u16; 5], needs: Needs) -> Row {
    row("POST", path, body, roles, needs)
}

fn row(
    method: &'static str,
    path: &'static str,
    body: fn(&Things) -> Value,
    roles: [u16; 5],
    needs: Needs,
) -> Row {
    Row { method, path, body, roles, needs, strangers: Strangers::Absent }
}

fn nothing(_: &Things) -> Value {
    Value::Null
}

impl Things {
    fn named(&self) -> [(&'static str, &str); 21] {
        [
            ("{join_request}", &self.join_request),
            ("{computer}", &self.computer),
            ("{personal}", &self.personal),
            ("{computer_key}", &self.computer_key),
            ("{invite}", &self.invite),
            ("{personal_invite}", &self.personal_invite),
            ("{token}", &self.token),
            ("{member}", &self.member),
            ("{user}", &self.member),
            ("{an_owner}", &self.owner),
            ("{group}", &self.group),
            ("{key}", &self.api_key),
            ("{order}", &self.order),
            ("{session}", &self.session),
            ("{workspace}", &self.workspace),
            ("{listed}", &self.computer),
            ("{member_invite}", &self.member_invite),
            ("{member_token}", &self.member_token),
            ("{file}", &self.file),
            ("{version}", "1"),
            ("{upload}", &self.upload),
        ]
    }
}
