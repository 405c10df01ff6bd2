//! Files that a browser sends with a form, without a script (OR-43).

use std::time::Duration;

use axum::extract::State;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use guest_app::UploadDraft;
use guest_core::{UploadId, WorkspaceId};
use tokio::time::timeout;

use super::{Part, ask, shown_one};
use crate::answer::Answer;
use crate::input::At;
use crate::pages::form::{Wrong, require_token};
use crate::pages::place::{Place, Said};
use crate::problem::Problem;
use crate::server::{Server, Shared};
use crate::workspaces::transfer::{Incoming, permit};

/// `POST …/upload`: takes the files of a form, each of which becomes a file or a new version.
///
/// The token stands before the files, so that nothing is kept of a form of somebody else's (QU-32).
pub(super) async fn upload(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, WorkspaceId)>,
    mut form: Multipart,
) -> Answer {
    let mut count = 0;
    let mut is_ours = false;
    loop {
        let field = match heard(form.next_field()).await? {
            Some(field) => field,
            None if count > 0 => return Ok(ask::done(&place, id, Said::FileUploaded)),
            None => {
                let wrong = Wrong::saying("Choose a file.");
                return shown_one(&server, &place, id, Part::default(), &wrong).await;
            }
        };
        match (field.name(), field.file_name()) {
            (Some("token"), _) => {
                require_token(place.token(), &text(field).await?)?;
                is_ours = true;
            }
            // A field without a file is sent as one without a name.
            (Some("file"), Some(name)) if !name.is_empty() => {
                if !is_ours {
                    require_token(place.token(), "")?;
                }
                let name = name.to_owned();
                let taken = take(&server, &place, id, &name, field).await;
                if let Err(problem) = taken {
                    return wrong(&server, &place, id, &name, problem).await;
                }
                count += 1;
            }
            _ => {}
        }
    }
}

/// Takes one file.
async fn take(
    server: &Shared,
    place: &Place,
    workspace: WorkspaceId,
    name: &str,
    field: Field<'_>,
) -> Result<(), Problem> {
    let (app, call, team) = (&server.app, place.call(), place.id());
    let _permit = permit(&server.transfers)?;
    let draft = UploadDraft { name: name.to_owned(), ..UploadDraft::default() };
    let upload = app.begin_upload(call, team, workspace, &draft).await?.id;
    let taken = pour(server, place, workspace, upload, field).await;
    if taken.is_err() {
        // Nobody goes on with it; what is left of it is swept otherwise.
        let _ = app.cancel_upload(call, team, workspace, upload).await;
    }
    taken
}

async fn pour(
    server: &Shared,
    place: &Place,
    workspace: WorkspaceId,
    upload: UploadId,
    mut field: Field<'_>,
) -> Result<(), Problem> {
    let (app, call, team) = (&server.app, place.call(), place.id());
    let intake = app.resume_upload(call, team, workspace, upload, 0).await?;
    let mut incoming = Incoming { server, call, team, workspace, upload, intake };
    while let Some(bytes) = heard(field.chunk()).await? {
        incoming.take(&bytes).await?;
    }
    incoming.take_end().await?;
    app.finish_upload(call, team, workspace, upload).await?;
    Ok(())
}

/// Shows the workspace again, and what was wrong with a file.
async fn wrong(
    server: &Shared,
    place: &Place,
    id: WorkspaceId,
    name: &str,
    problem: Problem,
) -> Answer {
    if [401, 403, 404].contains(&problem.status().as_u16()) {
        return Err(problem);
    }
    let wrong = Wrong::of(&problem, &[]).about(name);
    shown_one(server, place, id, Part::default(), &wrong).await
}

/// Reads a short field.
async fn text(mut field: Field<'_>) -> Result<String, Problem> {
    let mut text = Vec::new();
    while let Some(bytes) = heard(field.chunk()).await? {
        text.extend_from_slice(&bytes);
        if text.len() > TOKEN_MOST {
            return Err(malformed());
        }
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// Waits for more of the form.
async fn heard<T>(more: impl Future<Output = Result<T, MultipartError>>) -> Result<T, Problem> {
    let more = timeout(SILENCE, more).await;
    more.map_err(|_| Problem::busy("nothing came for too long"))?.map_err(|_| malformed())
}

fn malformed() -> Problem {
    Problem::new("malformed", "the form did not arrive as announced")
}

/// How long a token is at most.
const TOKEN_MOST: usize = 200;

/// How long a browser may be silent.
const SILENCE: Duration = Duration::from_secs(30);
