//! The panic switch: within reach, but not by accident (GA-49).

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::routing::get;
use guest_app::CutDraft;
use guest_app::view::ComputerView;
use serde::Deserialize;

use super::Shell;
use super::form::{Form, Wrong};
use super::invites::computers;
use super::place::{Place, Said};
use super::shell::Section;
use crate::answer::Answer;
use crate::server::{Server, Shared};

pub(super) fn routes() -> Router<Server> {
    Router::new().route("/t/{team}/cut", get(ask).post(cut))
}

/// Whose guests to begin with.
#[derive(Deserialize)]
struct About {
    #[serde(default)]
    computer_id: String,
}

/// `GET /t/{team}/cut`: asks whose guests are to be disconnected.
async fn ask(
    State(server): State<Server>,
    place: Place,
    Query(About { computer_id }): Query<About>,
) -> Answer {
    let whose = if computer_id.is_empty() { "all" } else { "computer" };
    let filled = Filled { whose: whose.to_owned(), computer_id, ..Filled::default() };
    show(&server, &place, &filled, &Wrong::default()).await
}

/// `POST /t/{team}/cut`: disconnects them.
async fn cut(State(server): State<Server>, place: Place, form: Form) -> Answer {
    let filled = Filled::of(&form);
    if !form.has("sure") {
        return show(&server, &place, &filled, &Wrong::saying(UNSURE)).await;
    }
    match server.app.cut(place.call(), place.id(), &filled.draft()).await {
        Ok(_) if filled.cancel => Ok(place.done("", Said::CutAndRevoked)),
        Ok(_) => Ok(place.done("", Said::AllCut)),
        Err(fault) => {
            let wrong = Wrong::with(fault, &["/invited_by", "/email_domain"])?;
            show(&server, &place, &filled, &wrong).await
        }
    }
}

/// What was filled into the form.
#[derive(Default)]
struct Filled {
    /// `all`, `computer`, `sender` or `domain`.
    whose: String,
    computer_id: String,
    invited_by: String,
    email_domain: String,
    cancel: bool,
}

impl Filled {
    fn of(form: &Form) -> Self {
        let text = |name| form.text(name).trim().to_owned();
        Self {
            whose: text("whose"),
            computer_id: text("computer_id"),
            invited_by: text("invited_by"),
            email_domain: text("email_domain"),
            cancel: form.has("cancel"),
        }
    }

    fn draft(&self) -> CutDraft {
        let of = |whose: &str, text: &String| (self.whose == whose).then(|| text.clone());
        CutDraft {
            computer_id: of("computer", &self.computer_id),
            invited_by: of("sender", &self.invited_by),
            email_domain: of("domain", &self.email_domain),
            cancel: Some(self.cancel),
        }
    }
}

async fn show(server: &Shared, place: &Place, filled: &Filled, wrong: &Wrong) -> Answer {
    let computers = computers(server, place).await?;
    let shell = place.shell(server, Section::GuestAccess);
    let page = CutPage { shell, place, computers: &computers, filled, wrong };
    Ok(super::page_as(wrong.status(), server, &page))
}

#[derive(Template)]
#[template(path = "cut.html")]
struct CutPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    computers: &'a [ComputerView],
    filled: &'a Filled,
    wrong: &'a Wrong,
}

const UNSURE: &str = "Tick the box if you are sure.";
