//! Who may do what, every cell of it over HTTP (OR-2, QU-30).
//!
//! The expectations are written down here a second time, by hand: from the
//! rows of the rule, not from the code.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::documented;
use crate::things::{Things, invite_body};
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
        let least = Caller::User(External);
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

/// Whoever may call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Caller {
    /// A user of the team, signed in.
    User(Role),
    /// A program with a key of such a user that has every scope.
    Program(Role),
    /// A program with a key that has every scope but the one that is needed.
    Scopeless(Role),
    /// Somebody who was revoked, still signed in.
    Revoked,
    /// The owner of another team, signed in.
    Foreign,
    /// A program with a key of the owner of another team.
    ForeignProgram,
    /// Nobody.
    SignedOut,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Role {
    External,
    Member,
    Coordinator,
    Administrator,
    Owner,
}

use Role::{Administrator, Coordinator, External, Member, Owner};

impl Role {
    const ALL: [Self; 5] = [External, Member, Coordinator, Administrator, Owner];

    fn who(self) -> &'static str {
        match self {
            External => "eve",
            Member => "mia",
            Coordinator => "cory",
            Administrator => "bob",
            Owner => "ada",
        }
    }
}

impl Caller {
    const ALL: &[Self] = &[
        Self::User(External),
        Self::User(Member),
        Self::User(Coordinator),
        Self::User(Administrator),
        Self::User(Owner),
        Self::Program(External),
        Self::Program(Member),
        Self::Program(Coordinator),
        Self::Program(Administrator),
        Self::Program(Owner),
        Self::Scopeless(External),
        Self::Scopeless(Member),
        Self::Scopeless(Coordinator),
        Self::Scopeless(Administrator),
        Self::Scopeless(Owner),
        Self::Revoked,
        Self::Foreign,
        Self::ForeignProgram,
        Self::SignedOut,
    ];

    fn client(self, world: &World, needed: Option<&str>) -> Client {
        match self {
            Self::User(role) => world.sign_in(role.who()),
            Self::Program(role) => world.key(role.who(), &["all"]),
            Self::Scopeless(role) => {
                let others: Vec<_> =
                    SCOPES.iter().copied().filter(|scope| Some(*scope) != needed).collect();
                world.key(role.who(), &others)
            }
            Self::Revoked => world.sign_in("rex"),
            Self::Foreign => world.sign_in("zoe"),
            Self::ForeignProgram => world.key("zoe", &["all"]),
            Self::SignedOut => world.nobody(),
        }
    }
}

/// One operation, on one thing.
struct Row {
    method: &'static str,
    /// The path, with things instead of `{id}`.
    path: &'static str,
    body: fn(&Things) -> Value,
    /// What each role is answered.
    roles: [u16; 5],
    /// What programs need besides.
    needs: Needs,
    strangers: Strangers,
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
        if operation["requestBody"].is_object() {
            Some(Self::Body)
        } else if has("query", None) {
            Some(Self::Query)
        } else {
            has("header", Some("If-Match")).then_some(Self::Version)
        }
    }
}

/// What a program needs besides its user's role.
#[derive(Clone, Copy)]
enum Needs {
    Scope(&'static str),
    Nothing,
    /// To be a person, which it is not: what it is answered.
    APerson(u16),
}

/// What those outside the team are answered.
#[derive(Clone, Copy)]
enum Strangers {
    /// Nothing of the team is there for them.
    Absent,
    /// What the revoked, the foreign and nobody are answered.
    These(u16, u16, u16),
}

impl Row {
    fn expected(&self, caller: Caller) -> u16 {
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
            // A wrong code is wrong input.
            _ if self.path == "/v1/sign-in/verify" => 422,
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

    fn request(&self, things: &Things) -> (String, Option<Value>) {
        let mut path = self.path.replace("{team}", "acme");
        for (name, id) in things.named() {
            path = path.replace(name, id);
        }
        (path, Some((self.body)(things)).filter(|body| !body.is_null()))
    }

    /// Returns the path as the document has it.
    fn template(&self) -> String {
        let path = self.path.split('?').next().unwrap();
        let parts = path.split('/').map(|part| match part {
            "{team}" | "{token}" | "{user}" => part,
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

impl Things {
    fn named(&self) -> [(&'static str, &str); 13] {
        [
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
        ]
    }
}

fn rows() -> Vec<Row> {
    let parts = [
        reading(),
        inviting(),
        others_own(),
        computers(),
        credits(),
        people(),
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

/// See the Guest Access page; make, edit, move, cancel invites; kick; the panic switch.
fn inviting() -> Vec<Row> {
    let read = Needs::Scope("invites:read");
    let write = Needs::Scope("invites:write");
    let shown = from(Coordinator, 200);
    let done = from(Coordinator, 204);
    let one = "/v1/teams/{team}/guest-access-invites/{invite}";
    vec![
        get("/v1/teams/{team}/guest-access-invites", shown, read),
        get(one, shown, read),
        get("/v1/teams/{team}/guest-access-invites/{invite}/sessions", shown, read),
        post("/v1/teams/{team}/guest-access-invites", new_invite, from(Coordinator, 201), write),
        post("/v1/teams/{team}/guest-access-invites/preview", new_invite, shown, write),
        row("PUT", one, replacement, shown, write),
        row("PATCH", one, |_| json!({ "permissions": [] }), shown, write),
        row("DELETE", one, nothing, done, write),
        row(
            "DELETE",
            "/v1/teams/{team}/guest-access-invites/{invite}/guest?keep_out=true",
            nothing,
            done,
            write,
        ),
        post("/v1/teams/{team}/guest-access-invites/{invite}/readmit", nothing, done, write),
        post(
            "/v1/teams/{team}/guest-access-invites/{invite}/apply-permissions",
            nothing,
            done,
            write,
        ),
        post("/v1/teams/{team}/guest-access-invites/{invite}/new-link", nothing, shown, write),
        post(
            "/v1/teams/{team}/guest-access-invites/{invite}/resend",
            nothing,
            from(Coordinator, 202),
            write,
        ),
        post("/v1/teams/{team}/guest-access-invites/{invite}/move", to_team_computer, shown, write),
        post(
            "/v1/teams/{team}/guest-access-invites/{invite}/extend",
            |_| json!({ "minutes": 30 }),
            shown,
            write,
        ),
        post("/v1/teams/{team}/guest-access-cut", |_| json!({ "cancel": true }), shown, write),
    ]
}

/// See invites to others' personal computers; edit, move, cancel, kick there. cory is not carl.
fn others_own() -> Vec<Row> {
    let read = Needs::Scope("invites:read");
    let write = Needs::Scope("invites:write");
    let owners = |status| [403, 403, 404, 404, status];
    let one = "/v1/teams/{team}/guest-access-invites/{personal_invite}";
    vec![
        get(one, owners(200), read),
        get("/v1/teams/{team}/guest-access-invites/{personal_invite}/sessions", owners(200), read),
        row("PATCH", one, |_| json!({ "permissions": [] }), owners(200), write),
        post(
            "/v1/teams/{team}/guest-access-invites/{personal_invite}/move",
            to_team_computer,
            owners(200),
            write,
        ),
        row("DELETE", one, nothing, owners(204), write),
        row(
            "DELETE",
            "/v1/teams/{team}/guest-access-invites/{personal_invite}/guest",
            nothing,
            owners(204),
            write,
        ),
        get("/v1/teams/{team}/computers/{personal}", owners(200), Needs::Scope("computers:read")),
        // To be seen is not to be switched: that is for its own user alone.
        row(
            "PATCH",
            "/v1/teams/{team}/computers/{personal}",
            |_| json!({ "guest_access": false }),
            owners(403),
            Needs::Scope("computers:write"),
        ),
        row(
            "DELETE",
            "/v1/teams/{team}/computers/{personal}",
            nothing,
            owners(403),
            Needs::Scope("computers:write"),
        ),
    ]
}

/// One's own personal computer; team computers, guest access on them, computer keys.
fn computers() -> Vec<Row> {
    let read = Needs::Scope("computers:read");
    let write = Needs::Scope("computers:write");
    let one = "/v1/teams/{team}/computers/{computer}";
    let own = |_: &Things| json!({ "name": "my-own", "provision": "personal" });
    let shared = |_: &Things| json!({ "name": "studio-2", "provision": "team" });
    let keys = "/v1/teams/{team}/computer-keys";
    vec![
        get("/v1/teams/{team}/computers", from(Coordinator, 200), read),
        get(one, from(Coordinator, 200), read),
        post("/v1/teams/{team}/computers", own, from(Coordinator, 201), write),
        post("/v1/teams/{team}/computers", shared, from(Administrator, 201), write),
        row("PATCH", one, |_| json!({ "guest_access": false }), from(Administrator, 200), write),
        row("DELETE", one, nothing, from(Administrator, 204), write),
        get(keys, from(Administrator, 200), read),
        post(keys, |_| json!({ "name": "another" }), from(Administrator, 201), write),
        row(
            "DELETE",
            "/v1/teams/{team}/computer-keys/{computer_key}",
            nothing,
            from(Administrator, 204),
            write,
        ),
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

fn new_invite(things: &Things) -> Value {
    invite_body(&things.computer, "sam@example.net")
}

fn to_team_computer(things: &Things) -> Value {
    json!({ "computer_id": things.computer })
}

fn replacement(_: &Things) -> Value {
    json!({
        "window": { "start": "2026-12-01T08:00", "end": "2026-12-01T13:00", "time_zone": "Etc/UTC" },
        "permissions": ["mouse"],
    })
}

const SCOPES: &[&str] = &[
    "invites:read",
    "invites:write",
    "computers:read",
    "computers:write",
    "credits:read",
    "credits:write",
    "users:read",
    "users:write",
    "workspaces:read",
    "workspaces:write",
    "events:read",
    "audit:read",
    "team:write",
];
