//! Inviting guests, and the computers they are invited to.

use serde_json::{Value, json};

use super::{Needs, Row, from, get, nothing, post, row};
use crate::rights::callers::{Administrator, Coordinator};
use crate::things::{Things, invite_body};

/// See the Guest Access page; make, edit, move, cancel invites; kick; the panic switch.
pub(super) fn inviting() -> Vec<Row> {
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
pub(super) fn others_own() -> Vec<Row> {
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
pub(super) fn computers() -> Vec<Row> {
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
