//! Inviting people to join, greeting them, and requests to join (OR-20, OR-30).

use guest_testkit::DeviceKey;
use serde_json::json;

use super::{Needs, Row, Strangers, from, get, nothing, post, row};
use crate::rights::callers::{Administrator, External};

/// Ask to join, which anybody may, and answer those who do.
pub(super) fn join_requests() -> Vec<Row> {
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

/// Invite users to join, and greet them; nobody has begun to.
pub(super) fn joining() -> Vec<Row> {
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
pub(super) fn greeting() -> Vec<Row> {
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
