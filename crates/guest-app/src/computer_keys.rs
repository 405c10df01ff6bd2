//! Computer keys: what agents provision team computers with (GA-1).

use std::fmt;

use chrono::{DateTime, Utc};
use guest_core::InputError;
use guest_core::{Computer, ComputerKey, ComputerKeyId, KeyName, Purpose, Right, SessionEndReason};
use serde::{Deserialize, Serialize};

use crate::access::Actor;
use crate::once::Replay;
use crate::paging::page;
use crate::record::{Range, erase, list, row};
use crate::view::Page;
use crate::work::{By, Work, live_sessions};
use crate::{App, Call, Denied, Fault, Paging, Pending, View, tables};

/// A computer key to be made.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct KeyDraft {
    /// What people call it, 1 to 80 characters.
    pub name: String,
}

/// A computer key, without its secret.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComputerKeyView {
    /// Names the key.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: ComputerKeyId,
    /// What people call it.
    pub name: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When a computer with it was last heard; null if none ever was.
    pub last_used_at: Option<DateTime<Utc>>,
    /// How many computers have it.
    pub computers: usize,
}

/// A computer key that was made.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComputerKeyMade {
    /// Names the key.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: ComputerKeyId,
    /// What people call it.
    pub name: String,
    /// The key itself, shown this once.
    pub secret: Option<String>,
}

impl fmt::Debug for ComputerKeyMade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("ComputerKeyMade");
        shown.field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

impl Replay for ComputerKeyMade {
    fn scrub(&mut self) {
        self.secret = None;
    }
}

impl App {
    /// Lists the computer keys of a team, the oldest first.
    pub fn computer_keys(
        &self,
        call: &Call,
        team: &str,
        paging: &Paging,
    ) -> Pending<Page<ComputerKeyView>> {
        let (call, team, paging) = (call.clone(), team.to_owned(), paging.clone());
        self.read(move |view, _| {
            let actor = Actor::with(view, &call, &team, Right::ReadComputerKeys)?;
            let (paged, prefix) = (paging.parse()?, row![actor.team.id]);
            let range = Range { prefix: &prefix, ..Range::default() };
            page(view, &range, &paged, |view, key: ComputerKey| {
                let computers = computers_of(view, key.id)?;
                Ok(Some(ComputerKeyView::of(&key, &computers)))
            })
        })
    }

    /// Makes a computer key; its secret is shown this once.
    pub fn make_computer_key(
        &self,
        call: &Call,
        team: &str,
        draft: &KeyDraft,
    ) -> Pending<ComputerKeyMade> {
        let (caller, team_name) = (call.clone(), team.to_owned());
        let name = KeyName::parse(&draft.name).map_err(|no| InputError::at("/name", &no));
        let secret = self.secret(Purpose::ComputerKey);
        self.write_once(call, team, move |work| {
            let actor = work.actor(&caller, &team_name, Right::ManageComputers)?;
            let key = ComputerKey {
                team: actor.team.id,
                id: work.ids.next(ComputerKeyId::from_bits),
                name: name.clone()?,
                hash: secret.hash(),
                created_at: work.now,
            };
            work.save(&key)?;
            let detail = serde_json::json!({ "name": key.name.as_str() });
            work.audit(key.team, &By::actor(&actor), "computer_key.make", key.id, &detail)?;
            let (name, secret) = (key.name.to_string(), Some(secret.expose().to_owned()));
            Ok(ComputerKeyMade { id: key.id, name, secret })
        })
    }

    /// Deletes a computer key (GA-1).
    ///
    /// Its computers go offline until another key names them; their invites stay.
    pub fn delete_computer_key(&self, call: &Call, team: &str, id: ComputerKeyId) -> Pending<()> {
        let (caller, team) = (call.clone(), team.to_owned());
        self.write(call, move |work| {
            let actor = work.actor(&caller, &team, Right::ManageComputers)?;
            let key: Option<ComputerKey> = work.find(&row![actor.team.id, id])?;
            let key = key.ok_or(Denied::NotFound("computer key"))?;
            erase::<ComputerKey>(work.tx, &row![key.team, key.id])?;
            let by = By::actor(&actor);
            for computer in computers_of(work.tx, id)? {
                orphan(work, &computer, &by)?;
            }
            let detail = serde_json::json!({ "name": key.name.as_str() });
            work.audit(key.team, &by, "computer_key.delete", id, &detail)
        })
    }
}

impl ComputerKeyView {
    fn of(key: &ComputerKey, computers: &[Computer]) -> Self {
        Self {
            id: key.id,
            name: key.name.to_string(),
            created_at: key.created_at,
            last_used_at: computers.iter().filter_map(|computer| computer.last_seen).max(),
            computers: computers.len(),
        }
    }
}

/// Returns the computers of a key, without those that were removed.
fn computers_of(view: &mut dyn View, key: ComputerKeyId) -> Result<Vec<Computer>, Fault> {
    let (prefix, index) = (row![key], Some(&tables::COMPUTER_AGENT));
    let range = Range { index, prefix: &prefix, limit: usize::MAX, ..Range::default() };
    let mut computers: Vec<Computer> = list(view, &range)?;
    computers.retain(|computer| !computer.is_removed());
    Ok(computers)
}

/// Takes a computer offline; nobody will hear of its sessions any more (GA-1, GA-44).
fn orphan(work: &mut Work<'_>, computer: &Computer, by: &By) -> Result<(), Fault> {
    let orphan = computer.orphan();
    work.save(&orphan)?;
    for session in live_sessions(work.tx, orphan.team, orphan.id)? {
        work.end_session(&session, SessionEndReason::ComputerLost, by)?;
    }
    if computer.announced {
        work.tell_computer(&orphan, "computer.offline")?;
    }
    Ok(())
}
