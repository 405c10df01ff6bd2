//! The operations, and what each caller is answered: from the rows of OR-2, written by hand.

use guest_testkit::DeviceKey;
use serde_json::{Value, json};

use super::callers::{Administrator, Caller, Coordinator, External, Member, Owner, Role};
use crate::things::{Things, invite_body};

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

/// Ask to join, which anybody may, and answer those who do.
fn join_requests() -> Vec<Row> {
    let read = Needs::Scope("users:read");
    let write = Needs::Scope("users:write");
    let everybody = Strangers::These(200, 200, 200);
    let no_token = Strangers::These(401, 401, 401);
    vec![
        Row {
            strangers: everybody,
            ..get("/v1/teams/{team}/join", from(External, 200), Needs::Nothing)
        },
        Row {
            strangers: Strangers::These(201, 201, 201),
            ..post(
                "/v1/teams/{team}/join-requests",
                |_| crate::joining::signed(0x71, "Sam", "sam@example.org", 2029),
                [201; 5],
                Needs::Nothing,
            )
        },
        get("/v1/teams/{team}/join-requests", from(Administrator, 200), read),
        get("/v1/teams/{team}/join-requests/{join_request}", from(Administrator, 200), read),
        Row {
            strangers: no_token,
            ..get("/v1/teams/{team}/join-requests/{join_request}/status", [401; 5], Needs::Nothing)
        },
        Row {
            strangers: no_token,
            ..row(
                "DELETE",
                "/v1/teams/{team}/join-requests/{join_request}",
                nothing,
                [401; 5],
                Needs::Nothing,
            )
        },
        post(
            "/v1/teams/{team}/join-requests/{join_request}/accept",
            |_| json!({ "profile": "member" }),
            from(Administrator, 200),
            write,
        ),
        post(
            "/v1/teams/{team}/join-requests/accept",
            |things| json!({ "requests": [{ "id": things.join_request, "profile": "member" }] }),
            from(Administrator, 200),
            write,
        ),
        post(
            "/v1/teams/{team}/join-requests/{join_request}/reject",
            nothing,
            from(Administrator, 200),
            write,
        ),
    ]
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

/// Make and share workspaces; collaborate in those shared with one (OR-41, OR-43). In this one ada
/// is the owner, cory a manager, mia a contributor and eve a reader; bob is not in it.
fn workspaces() -> Vec<Row> {
    let read = Needs::Scope("workspaces:read");
    let write = Needs::Scope("workspaces:write");
    let all = "/v1/teams/{team}/workspaces";
    let one = "/v1/teams/{team}/workspaces/{workspace}";
    let member = "/v1/teams/{team}/workspaces/{workspace}/members/{user}";
    let listed = "/v1/teams/{team}/workspaces/{workspace}/computers/{listed}";
    let inside = [200, 200, 200, 404, 200];
    vec![
        get(all, from(External, 200), read),
        post(all, |_| json!({ "name": "another" }), from(Member, 201), write),
        get(one, inside, read),
        row("PATCH", one, |_| json!({ "name": "another" }), [403, 403, 200, 404, 200], write),
        row("DELETE", one, nothing, [403, 403, 403, 404, 204], write),
        post(
            "/v1/teams/{team}/workspaces/{workspace}/claim",
            nothing,
            [403, 409, 409, 404, 409],
            write,
        ),
        get("/v1/teams/{team}/storage", from(Member, 200), read),
        get("/v1/teams/{team}/workspaces/{workspace}/members", inside, read),
        row("PUT", member, |_| json!({ "role": "reader" }), [403, 403, 200, 404, 200], write),
        // mia leaves by herself.
        row("DELETE", member, nothing, [403, 204, 204, 404, 204], write),
        get("/v1/teams/{team}/workspaces/{workspace}/computers", inside, read),
        row("PUT", listed, nothing, [403, 403, 200, 404, 200], write),
        row("DELETE", listed, nothing, [403, 204, 204, 404, 204], write),
    ]
}

/// Files of that workspace; the upload is ada's.
fn files() -> Vec<Row> {
    let read = Needs::Scope("workspaces:read");
    let write = Needs::Scope("workspaces:write");
    let one = "/v1/teams/{team}/workspaces/{workspace}/files/{file}";
    let upload = "/v1/teams/{team}/workspaces/{workspace}/uploads/{upload}";
    let inside = [200, 200, 200, 404, 200];
    vec![
        get("/v1/teams/{team}/workspaces/{workspace}/files", inside, read),
        get(one, inside, read),
        row("DELETE", one, nothing, [403, 204, 204, 404, 204], write),
        get("/v1/teams/{team}/workspaces/{workspace}/files/{file}/versions", inside, read),
        get("/v1/teams/{team}/workspaces/{workspace}/files/{file}/content", inside, read),
        get(
            "/v1/teams/{team}/workspaces/{workspace}/files/{file}/versions/{version}/content",
            inside,
            read,
        ),
        post(
            "/v1/teams/{team}/workspaces/{workspace}/uploads",
            |_| json!({ "name": "more.txt" }),
            [403, 201, 201, 404, 201],
            write,
        ),
        get(upload, [404, 404, 404, 404, 200], write),
        // Whoever may go on at all is told that they do not say where.
        row("PATCH", upload, nothing, [403, 422, 422, 422, 422], write),
        row("DELETE", upload, nothing, [404, 404, 404, 404, 204], write),
    ]
}

/// Invite users to join, and greet them; nobody has begun to.
fn joining() -> Vec<Row> {
    let read = Needs::Scope("users:read");
    let write = Needs::Scope("users:write");
    let all = "/v1/teams/{team}/member-invites";
    let one = "/v1/teams/{team}/member-invites/{member_invite}";
    let greeting = "/v1/teams/{team}/member-invites/{member_invite}/greeting";
    let shown = from(Administrator, 200);
    let absent = from(Administrator, 409);
    vec![
        get(all, shown, read),
        post(all, |_| json!({ "emails": ["x@y.example"] }), from(Administrator, 201), write),
        get(one, shown, read),
        row("DELETE", one, nothing, shown, write),
        post(
            "/v1/teams/{team}/member-invites/{member_invite}/resend",
            nothing,
            from(Administrator, 202),
            write,
        ),
        get(greeting, shown, write),
        get("/v1/teams/{team}/member-invites/{member_invite}/greeting/events", shown, write),
        post(
            greeting,
            |_| json!({ "opening": OPENING, "version": 1, "key": BYTES }),
            from(Administrator, 201),
            write,
        ),
        post(
            "/v1/teams/{team}/member-invites/{member_invite}/greeting/steps",
            |_| json!({ "opening": OPENING, "said": { "step": "host_nonce", "nonce": BYTES } }),
            absent,
            write,
        ),
        post(
            "/v1/teams/{team}/member-invites/{member_invite}/greeting/end",
            |_| json!({ "opening": OPENING, "reason": "cancelled_by_host" }),
            absent,
            write,
        ),
        post(
            "/v1/teams/{team}/member-invites/{member_invite}/greeting/accept",
            |_| {
                json!({
                    "opening": OPENING, "name": "Nina", "device_name": "Laptop",
                    "device_key": DeviceKey::numbered(1).public(), "tag": BYTES, "profile": "member",
                })
            },
            absent,
            write,
        ),
    ]
}

/// What the link of an invitation gives to whoever has it, signed in or not.
fn greeting() -> Vec<Row> {
    let for_all = |method, path, body, status| Row {
        strangers: Strangers::These(status, status, status),
        ..row(method, path, body, [status; 5], Needs::APerson(status))
    };
    let greeting = "/v1/member-invite-links/{member_token}/greeting";
    vec![
        for_all("GET", "/v1/member-invite-links/{member_token}", nothing, 200),
        for_all("GET", greeting, nothing, 200),
        for_all("GET", "/v1/member-invite-links/{member_token}/greeting/events", nothing, 200),
        for_all("POST", greeting, |_| json!({ "opening": OPENING }), 200),
        for_all(
            "POST",
            "/v1/member-invite-links/{member_token}/greeting/steps",
            |_| {
                let said = json!({ "step": "guest_nonce", "nonce": BYTES });
                json!({ "opening": OPENING, "attempt": ATTEMPT, "said": said })
            },
            404,
        ),
        for_all(
            "POST",
            "/v1/member-invite-links/{member_token}/greeting/end",
            |_| json!({ "opening": OPENING }),
            204,
        ),
        for_all(
            "POST",
            "/v1/member-invite-links/{member_token}/greeting/acknowledge",
            |_| json!({ "opening": OPENING, "attempt": ATTEMPT, "signature": "A".repeat(86) }),
            404,
        ),
    ]
}

/// An attempt at a greeting that there is not.
const ATTEMPT: &str = "grt_00000000000000000000000000";

/// Sixteen bytes.
const OPENING: &str = "AAAAAAAAAAAAAAAAAAAAAA";

/// Thirty-two bytes.
const BYTES: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

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
