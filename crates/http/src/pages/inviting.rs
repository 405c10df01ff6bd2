//! Inviting guests, in three steps (WB-3).
//!
//! There is one form. Every step carries along what was typed in the others, so that going back
//! keeps it. Sent without a step to go to, it says what is wrong so far: that is how a script
//! checks what is being typed.

mod filled;
mod purchase;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use guest_app::{Fault, FormRequest, InviteForm, InvitePreview, MailPreview};
use guest_core::Peripheral;
use serde::Deserialize;

use self::filled::Filled;
use self::purchase::Offer;
use super::first::First;
use super::form::{Form, Wrong};
use super::local::LocalField;
use super::place::{Place, Said};
use super::shell::Section;
use super::told::Told;
use super::{Shell, see_other};
use crate::answer::Answer;
use crate::html::escaped;
use crate::server::{Server, Shared};

pub(super) fn routes() -> Router<Server> {
    Router::new()
        .route("/t/{team}/invite", get(begin).post(go))
        .route("/t/{team}/invite/mail", post(mail))
}

/// A step of inviting guests.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Step {
    Configure,
    Customize,
    Confirm,
}

impl Step {
    const ALL: [Self; 3] = [Self::Configure, Self::Customize, Self::Confirm];

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Configure => "configure",
            Self::Customize => "customize",
            Self::Confirm => "confirm",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Configure => "Configure",
            Self::Customize => "Customize email",
            Self::Confirm => "Confirm",
        }
    }

    /// Returns where the form goes on to.
    const fn next(self) -> &'static str {
        match self {
            Self::Configure => Self::Customize.name(),
            Self::Customize => Self::Confirm.name(),
            Self::Confirm => INVITE,
        }
    }

    /// Returns the step at which something is to be mended.
    fn to_mend(wrong: &Wrong) -> Self {
        let is_about_mail = ["/title", "/message"].into_iter().any(|field| wrong.is_about(field));
        let is_about_more = CONFIGURED.into_iter().any(|field| wrong.is_about(field));
        if is_about_mail && !is_about_more { Self::Customize } else { Self::Configure }
    }
}

/// What the form is to begin with.
#[derive(Deserialize)]
struct About {
    #[serde(default)]
    computer_id: String,
    #[serde(default)]
    again: String,
    start: Option<String>,
    end: Option<String>,
}

/// `GET /t/{team}/invite`: the first step, for a computer, for a time when it is free (WB-11), or
/// from an invite that has ended (GA-33).
async fn begin(
    State(server): State<Server>,
    place: Place,
    Query(About { computer_id, again, start, end }): Query<About>,
) -> Answer {
    let (again, window) = (again.parse().ok(), start.zip(end));
    let about = FormRequest { computer_id, again, window, ..FormRequest::default() };
    let form = server.app.invite_form(place.call(), place.id(), &about).await?;
    let filled = Filled::from(&form);
    show(&server, &place, &filled, &form, Shown::at(Step::Configure)).await
}

/// `POST /t/{team}/invite`: goes to another step, or invites, or buys what is missing and invites.
async fn go(State(server): State<Server>, place: Place, form: Form) -> Answer {
    let mut filled = Filled::of(&form);
    let about = FormRequest {
        computer_id: filled.draft.computer_id.clone(),
        time_zone: filled.draft.window.time_zone.clone(),
        ..FormRequest::default()
    };
    let begun = server.app.invite_form(place.call(), place.id(), &about).await?;
    let here = Step::named(form.text("step")).unwrap_or(Step::Configure);
    if let Some(quick) = begun.quick.iter().find(|quick| quick.name == form.text("quick")) {
        filled.draft.window = quick.window.clone();
        return show(&server, &place, &filled, &begun, Shown::at(Step::Configure)).await;
    }
    let (goes, asks) = (form.text("go"), filled.asks());
    let mut wrong = Wrong::default();
    if matches!(goes, INVITE | PURCHASE) && asks.is_empty() {
        let done = async {
            if goes == PURCHASE {
                let order = purchase::order(&server, &place, form.text("quote_id")).await?;
                if order.state != "paid" {
                    return Ok(see_other(&format!(
                        "/t/{}/credits/orders/{}",
                        place.id(),
                        order.id
                    )));
                }
            }
            let call = filled.once(place.call());
            let made = server.app.make_invites(&call, place.id(), &filled.draft).await?;
            let first = made.invites.first().map(|invite| format!("#{}", invite.id));
            Ok::<_, Fault>(place.done(&first.unwrap_or_default(), Said::Invited))
        };
        match done.await {
            Ok(answer) => return Ok(answer),
            Err(fault) => wrong = Wrong::with(fault, &FIELDS)?,
        }
    }
    let to = Step::named(goes).unwrap_or(here);
    if to == Step::Configure && here > to {
        return show(&server, &place, &filled, &begun, Shown::at(to)).await;
    }
    let preview = server.app.preview_invites(place.call(), place.id(), &filled.draft).await;
    let shown = match preview {
        Ok(preview) if asks.is_empty() => Shown { step: to, wrong, preview: Some(preview) },
        Ok(preview) => {
            Shown { step: Step::Configure, wrong: wrong.and(asks), preview: Some(preview) }
        }
        Err(fault) => {
            let step = if asks.is_empty() { to } else { Step::Configure };
            let wrong = Wrong::with(fault, &FIELDS)?.and(asks);
            Shown { step: Step::to_mend(&wrong).min(step), wrong, preview: None }
        }
    };
    show(&server, &place, &filled, &begun, shown).await
}

/// `POST /t/{team}/invite/mail`: the mail exactly as it will be sent, for a frame of the page.
///
/// It is not of our making, so it may do nothing there.
async fn mail(State(server): State<Server>, place: Place, form: Form) -> Response {
    let draft = Filled::of(&form).draft;
    let preview = server.app.preview_invites(place.call(), place.id(), &draft).await;
    let html = match preview {
        Ok(preview) => preview.mails.into_iter().next().map(|mail| mail.html).unwrap_or_default(),
        Err(fault) => escaped(&fault.to_string()),
    };
    ([(header::CONTENT_SECURITY_POLICY, FRAMED)], Html(html)).into_response()
}

/// What a step shows.
struct Shown {
    step: Step,
    wrong: Wrong,
    preview: Option<InvitePreview>,
}

impl Shown {
    fn at(step: Step) -> Self {
        Self { step, wrong: Wrong::default(), preview: None }
    }
}

async fn show(
    server: &Shared,
    place: &Place,
    filled: &Filled,
    form: &InviteForm,
    Shown { step, wrong, preview }: Shown,
) -> Answer {
    let credits = preview.as_ref().map(|preview| &preview.credits);
    let missing = credits.filter(|_| step == Step::Confirm).and_then(purchase::missing);
    let offer = match missing {
        Some(missing) => Offer::of(server, place, missing).await?,
        None => None,
    };
    let may_use = |one: Peripheral| filled.draft.permissions.iter().any(|name| name == one.name());
    let page = InvitingPage {
        shell: place.shell(server, Section::GuestAccess),
        place,
        filled,
        form,
        steps: Step::ALL,
        step,
        edges: filled.window().map(|window| Told::of(&window)),
        peripherals: Peripheral::ALL.map(|one| (one.name(), may_use(one))),
        mail: preview.as_ref().and_then(|preview| preview.mails.first()),
        preview: preview.as_ref(),
        offer,
        first: First::of(server, place).await?,
        wrong: &wrong,
    };
    Ok(super::page_as(wrong.status(), server, &page))
}

#[derive(Template)]
#[template(path = "inviting.html")]
struct InvitingPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    filled: &'a Filled,
    form: &'a InviteForm,
    steps: [Step; Step::ALL.len()],
    step: Step,
    /// The window as the guest is told it, if it is one.
    edges: Option<[Told; 2]>,
    peripherals: [(&'static str, bool); Peripheral::ALL.len()],
    preview: Option<&'a InvitePreview>,
    /// The mail to the first guest.
    mail: Option<&'a MailPreview>,
    /// Credits that are missing, to be bought.
    offer: Option<Offer>,
    first: Option<First>,
    wrong: &'a Wrong,
}

impl InvitingPage<'_> {
    /// Returns what the computer is called.
    fn computer(&self) -> &str {
        let id = &self.filled.draft.computer_id;
        let chosen = self.form.computers.iter().find(|computer| computer.id.to_string() == *id);
        chosen.map_or("", |computer| computer.name.as_str())
    }

    fn start(&self) -> LocalField {
        self.filled.start()
    }

    fn end(&self) -> LocalField {
        self.filled.end()
    }

    /// Returns whether there are credits for all of them.
    fn is_affordable(&self) -> bool {
        self.preview.is_some_and(|preview| preview.credits.sufficient)
    }
}

/// What a form asks for that is to be done, not shown.
const INVITE: &str = "invite";

/// What it asks for that is to be done after what is missing was bought.
const PURCHASE: &str = "purchase";

/// What the first step is about.
const CONFIGURED: [&str; 5] = ["/computer_id", "/emails", "/window", "/permissions", ""];

/// What has its own place in the form.
const FIELDS: [&str; 6] =
    ["/computer_id", "/emails", "/window", "/permissions", "/title", "/message"];

/// What a mail may do in a frame: look as it does, and nothing else (QU-32).
const FRAMED: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'self'; sandbox",
);
