//! Bytes of files on their way in: cut into parts and kept as they come (OR-43).

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use guest_app::{Call, UploadView};
use guest_core::{Intake, UploadId, WorkspaceId};
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::problem::Problem;
use crate::server::Shared;

/// An upload that goes on.
pub(crate) struct Incoming<'a> {
    pub(crate) server: &'a Shared,
    pub(crate) call: &'a Call,
    pub(crate) team: &'a str,
    pub(crate) workspace: WorkspaceId,
    pub(crate) upload: UploadId,
    pub(crate) intake: Intake,
}

impl Incoming<'_> {
    /// Keeps a body as it comes; with `is_end` it is the rest of the file.
    ///
    /// Of a body that breaks off, the whole parts are kept. Of one that is not the end of the file
    /// they are as well; what goes beyond them is sent again.
    pub(crate) async fn take_body(&mut self, mut body: Body, is_end: bool) -> Result<(), Problem> {
        loop {
            let Ok(frame) = timeout(SILENCE, body.frame()).await else {
                return Err(Problem::busy("nothing came for too long; go on where the upload is"));
            };
            let Some(frame) = frame else { break };
            let frame = frame
                .map_err(|_| Problem::new("malformed", "the body did not arrive as announced"))?;
            if let Ok(bytes) = frame.into_data()
                && let Err(problem) = self.take(&bytes).await
            {
                discard(body).await;
                return Err(problem);
            }
        }
        if is_end { self.take_end().await } else { Ok(()) }
    }

    /// Takes some bytes of the file.
    pub(crate) async fn take(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        let mut bytes = bytes;
        while let Some(part) = self.intake.handle_bytes(&mut bytes) {
            self.keep(part).await?;
        }
        Ok(())
    }

    /// Takes the end of the file.
    pub(crate) async fn take_end(&mut self) -> Result<(), Problem> {
        match self.intake.handle_end() {
            Some(part) => self.keep(part).await.map(drop),
            None => Ok(()),
        }
    }

    async fn keep(&self, part: guest_core::Part) -> Result<UploadView, Problem> {
        let Self { server, call, team, workspace, upload, .. } = self;
        Ok(server.app.take_part(call, team, *workspace, *upload, part).await?)
    }
}

/// Lets one more file be on its way, or says that too many are.
pub(crate) fn permit(transfers: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Problem> {
    let permit = Arc::clone(transfers).try_acquire_owned();
    permit.map_err(|_| Problem::busy("too many files are on their way"))
}

/// Reads on for a while after a refusal, so that whoever sends gets to hear of it.
async fn discard(mut body: Body) {
    let mut left = DISCARDED_MOST;
    while let Ok(Some(Ok(frame))) = timeout(SILENCE, body.frame()).await {
        left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
        if left == 0 {
            return;
        }
    }
}

/// How many files may be on their way at once: each holds up to two parts in memory.
pub(crate) const TRANSFERS_MOST: usize = 64;

/// How long a sender may be silent.
const SILENCE: Duration = Duration::from_secs(30);

/// How much is read on after a refusal: what was on its way already, usually.
const DISCARDED_MOST: usize = 4 << 20;
