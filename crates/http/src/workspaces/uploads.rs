//! Uploads that can be left and resumed, after the IETF's "Resumable Uploads for HTTP" (OR-43).

use axum::body::Body;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use guest_app::{App, Call, FileView, UploadDraft, UploadView};
use guest_core::{FILE_MOST, InputError, PART, UPLOAD_LIFE, UploadId, WorkspaceId};
use utoipa_axum::routes;

use super::TAG;
use super::transfer::{Incoming, permit};
use crate::answer::{Answer, done, made, ok};
use crate::document::{Routes, Terms};
use crate::input::{At, Posted};
use crate::problem::Problem;
use crate::server::Server;
use crate::visitor::{Known, known};

pub(super) fn routes(routes: Routes) -> Routes {
    let change = Terms::team(TAG).writes().or(&["workspace_role"]);
    let begin = change.clone().body().once().or(&["quota_exceeded", "file_too_large"]);
    let appending = change.appended().or(&[
        "upload_offset",
        "upload_finished",
        "content_mismatch",
        "quota_exceeded",
        "file_too_large",
        "malformed",
        "media_type",
        "validation",
    ]);
    routes
        .on(routes!(begin_upload), &begin)
        .on(routes!(upload), &Terms::team(TAG))
        .on(routes!(append), &appending)
        .on(routes!(cancel_upload), &Terms::team(TAG).writes())
}

/// Begins to upload a file, or a new version of one.
#[utoipa::path(
    post,
    path = "/v1/teams/{team}/workspaces/{id}/uploads",
    request_body = UploadDraft,
    responses((
        status = 201,
        description = "The upload; `Location` is where its bytes go.",
        body = UploadView,
    )),
)]
async fn begin_upload(
    At((team, id)): At<(String, WorkspaceId)>,
    Posted { app, call, body, .. }: Posted<UploadDraft>,
) -> Answer {
    let upload = app.begin_upload(&call, &team, id, &body).await?;
    let mut response = made(&upload)?;
    let address = format!("/v1/teams/{team}/workspaces/{id}/uploads/{}", upload.id);
    if let Ok(address) = HeaderValue::try_from(address) {
        response.headers_mut().insert(header::LOCATION, address);
    }
    Ok(told(response, &upload))
}

/// Shows how far an upload has come; so does `HEAD`, in its headers alone.
#[utoipa::path(
    get,
    path = "/v1/teams/{team}/workspaces/{id}/uploads/{upload}",
    responses((status = 200, description = "The upload.", body = UploadView)),
)]
async fn upload(
    State(server): State<Server>,
    Known(call): Known,
    At((team, id, upload)): At<(String, WorkspaceId, UploadId)>,
) -> Answer {
    let upload = server.app.upload(&call, &team, id, upload).await?;
    Ok(told(ok(&upload)?, &upload))
}

/// Sends more of a file, from where the upload has come to.
#[utoipa::path(
    patch,
    path = "/v1/teams/{team}/workspaces/{id}/uploads/{upload}",
    request_body(content = String, content_type = "application/partial-upload"),
    responses(
        (status = 200, description = "The file, of which this was the rest.", body = FileView),
        (status = 204, description = "`Upload-Offset` says where it goes on."),
    ),
)]
async fn append(
    State(server): State<Server>,
    At((team, workspace, upload)): At<(String, WorkspaceId, UploadId)>,
    Appended { app, call, offset, is_end, body }: Appended,
) -> Answer {
    let intake = app.resume_upload(&call, &team, workspace, upload, offset).await?;
    let _permit = permit(&server.transfers)?;
    let (server, call, team) = (&*server, &call, team.as_str());
    let mut incoming = Incoming { server, call, team, workspace, upload, intake };
    incoming.take_body(body, is_end).await?;
    if is_end {
        let file = app.finish_upload(call, team, workspace, upload).await?;
        let mut response = ok(&file)?;
        response.headers_mut().insert(UPLOAD_COMPLETE, YES);
        return Ok(response);
    }
    let upload = app.upload(call, team, workspace, upload).await?;
    Ok(told(done(), &upload))
}

/// Gives an upload up.
#[utoipa::path(
    delete,
    path = "/v1/teams/{team}/workspaces/{id}/uploads/{upload}",
    responses((status = 204, description = "It is gone, and what it brought.")),
)]
async fn cancel_upload(
    State(server): State<Server>,
    Known(call): Known,
    At((team, id, upload)): At<(String, WorkspaceId, UploadId)>,
) -> Answer {
    server.app.cancel_upload(&call, &team, id, upload).await?;
    Ok(done())
}

/// More of a file.
struct Appended {
    /// What to ask: it refuses whatever is asked if the request has flaws.
    app: App,
    call: Call,
    offset: u64,
    /// Whether it is the rest of the file.
    is_end: bool,
    body: Body,
}

impl FromRequest<Server> for Appended {
    type Rejection = Problem;

    async fn from_request(request: Request, server: &Server) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let call = known(&parts)?;
        let mut flaws = Vec::new();
        let offset = offset(&parts.headers, &mut flaws);
        let is_end = is_end(&parts.headers, &mut flaws);
        if let Some(kind) = parts.headers.get(header::CONTENT_TYPE)
            && kind.as_bytes() != PARTIAL_UPLOAD.as_bytes()
        {
            let words = format!("send the bytes as {PARTIAL_UPLOAD}");
            return Err(Problem::new("media_type", words));
        }
        Ok(Self { app: server.app.refusing(flaws), call, offset, is_end, body })
    }
}

/// Reads where in the file the body begins.
fn offset(headers: &HeaderMap, flaws: &mut Vec<InputError>) -> u64 {
    let text = headers.get(UPLOAD_OFFSET).and_then(|value| value.to_str().ok());
    let offset = text.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    offset.and_then(|text| text.parse().ok()).unwrap_or_else(|| {
        flaws.push(InputError::invalid("/Upload-Offset", "not a number of bytes"));
        0
    })
}

/// Reads whether the body is the rest of the file.
fn is_end(headers: &HeaderMap, flaws: &mut Vec<InputError>) -> bool {
    match headers.get(UPLOAD_COMPLETE) {
        None => false,
        Some(value) if value == NO => false,
        Some(value) if value == YES => true,
        Some(_) => {
            flaws.push(InputError::invalid("/Upload-Complete", "either ?1 or ?0"));
            false
        }
    }
}

/// Tells in headers how far an upload has come, and what may be sent.
fn told(mut response: Response, upload: &UploadView) -> Response {
    let headers = response.headers_mut();
    headers.insert(UPLOAD_OFFSET, HeaderValue::from(upload.offset));
    headers.insert(UPLOAD_COMPLETE, if upload.file_id.is_some() { YES } else { NO });
    let limit = format!(
        "max-size={FILE_MOST}, min-append-size={PART}, max-age={}",
        UPLOAD_LIFE.num_seconds()
    );
    if let Ok(limit) = HeaderValue::try_from(limit) {
        headers.insert(UPLOAD_LIMIT, limit);
    }
    response
}

const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const UPLOAD_COMPLETE: HeaderName = HeaderName::from_static("upload-complete");
const UPLOAD_LIMIT: HeaderName = HeaderName::from_static("upload-limit");

/// How structured fields write yes and no.
const YES: HeaderValue = HeaderValue::from_static("?1");
const NO: HeaderValue = HeaderValue::from_static("?0");

/// The media type of more of a file.
const PARTIAL_UPLOAD: &str = "application/partial-upload";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn or_43_where_more_of_a_file_begins_is_a_number_of_bytes() {
        check("0", Some(0));
        check("1048576", Some(1_048_576));
        for bad in ["", "-1", "+1", "1.0", "x", "99999999999999999999999"] {
            check(bad, None);
        }
        let mut flaws = Vec::new();
        offset(&HeaderMap::new(), &mut flaws);
        assert_eq!(flaws.len(), 1);
    }

    #[track_caller]
    fn check(text: &'static str, expected: Option<u64>) {
        let headers = [(UPLOAD_OFFSET, HeaderValue::from_static(text))].into_iter().collect();
        let mut flaws = Vec::new();
        let read = offset(&headers, &mut flaws);
        assert_eq!(flaws.is_empty().then_some(read), expected, "{text}");
    }
}
