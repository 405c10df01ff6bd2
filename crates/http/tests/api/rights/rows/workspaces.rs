//! Workspaces and their files (OR-40).

use serde_json::json;

use super::{Needs, Row, from, get, nothing, post, row};
use crate::rights::callers::{External, Member};

/// Make and share workspaces; collaborate in those shared with one (OR-41, OR-43). In this one ada
/// is the owner, cory a manager, mia a contributor and eve a reader; bob is not in it.
pub(super) fn workspaces() -> Vec<Row> {
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
pub(super) fn files() -> Vec<Row> {
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
