//! The keys with which team computers came here (GA-1, WB-5).

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use guest_app::{ComputerKeyView, Fault, Paging};
use guest_core::{ComputerKeyId, Zone};

use crate::answer::Answer;
use crate::input::At;
use crate::pages::form::Form;
use crate::pages::page;
use crate::pages::place::{Place, Said};
use crate::pages::shell::{Section, Shell};
use crate::pages::told::Moment;
use crate::problem::Problem;
use crate::server::{Server, Shared};

pub(super) fn routes() -> Router<Server> {
    Router::new().route("/t/{team}/computer-keys/{id}/delete", get(ask).post(delete))
}

/// A key in a few words.
pub(super) struct Row {
    pub(super) view: ComputerKeyView,
    pub(super) made: Moment,
    /// When a computer with it was heard last.
    pub(super) used: Option<Moment>,
}

/// Returns the keys of the team, the oldest first, for those who may see them.
pub(super) async fn of(server: &Shared, place: &Place, zone: Zone) -> Result<Vec<Row>, Fault> {
    if !place.may("read_computer_keys") {
        return Ok(Vec::new());
    }
    let row = |view: ComputerKeyView| Row {
        made: Moment::of(view.created_at, zone),
        used: view.last_used_at.map(|at| Moment::of(at, zone)),
        view,
    };
    Ok(all(server, place).await?.into_iter().map(row).collect())
}

/// `GET …/delete`: asks whether to delete a key, which cannot be undone.
async fn ask(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, ComputerKeyId)>,
) -> Answer {
    let mut keys = all(&server, &place).await?.into_iter();
    let key = keys.find(|key| key.id == id).ok_or_else(Problem::not_found)?;
    let shell = place.shell(&server, Section::Computers);
    Ok(page(&server, &DeletePage { shell, place: &place, key: &key }))
}

/// `POST …/delete`: deletes it (GA-1).
async fn delete(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, ComputerKeyId)>,
    _: Form,
) -> Answer {
    server.app.delete_computer_key(place.call(), place.id(), id).await?;
    Ok(place.done("/computers", Said::ComputerKeyDeleted))
}

async fn all(server: &Shared, place: &Place) -> Result<Vec<ComputerKeyView>, Fault> {
    let (mut keys, mut paging) = (Vec::new(), Paging { limit: AT_ONCE, cursor: None });
    loop {
        let page = server.app.computer_keys(place.call(), place.id(), &paging).await?;
        keys.extend(page.data);
        match page.next_cursor {
            Some(cursor) if keys.len() < KEYS_MOST => paging.cursor = Some(cursor),
            Some(_) | None => return Ok(keys),
        }
    }
}

#[derive(Template)]
#[template(path = "computers/delete-key.html")]
struct DeletePage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    key: &'a ComputerKeyView,
}

/// How many keys are read at once.
const AT_ONCE: u32 = 200;

/// How many keys are shown: nobody looks through more.
const KEYS_MOST: usize = 1000;
