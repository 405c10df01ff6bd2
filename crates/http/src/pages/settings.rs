//! The settings of a team, and the keys that programs hold; for owners.

mod keys;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use guest_app::{TeamChange, TeamView};

use self::keys::{Draft, KeyRow};
use super::form::{Form, Wrong};
use super::place::{Place, Said};
use super::shell::{Section, Shell};
use super::told::zone;
use crate::answer::Answer;
use crate::server::{Server, Shared};

pub(super) fn routes() -> Router<Server> {
    Router::new().route("/t/{team}/settings", get(show).post(change)).merge(keys::routes())
}

/// `GET /t/{team}/settings`: the settings, and the API keys.
async fn show(State(server): State<Server>, place: Place) -> Answer {
    let team = server.app.team(place.call(), place.id()).await?;
    let typed = Typed::of(&team);
    shown(&server, &place, &typed, &Draft::default(), &Wrong::default()).await
}

/// `POST /t/{team}/settings`: changes them.
async fn change(State(server): State<Server>, place: Place, form: Form) -> Answer {
    let typed = Typed::in_form(&form);
    let changed = match typed.change() {
        Ok(change) => server
            .app
            .change_team(place.call(), place.id(), &change)
            .await
            .map_err(|fault| Wrong::with(fault, &FIELDS)),
        Err(wrong) => Err(Ok(wrong)),
    };
    match changed {
        Ok(_) => Ok(place.done("/settings", Said::SettingsChanged)),
        Err(wrong) => shown(&server, &place, &typed, &Draft::default(), &wrong?).await,
    }
}

/// Shows the page with what was typed, and what is wrong with it.
async fn shown(
    server: &Shared,
    place: &Place,
    typed: &Typed,
    draft: &Draft,
    wrong: &Wrong,
) -> Answer {
    let team = server.app.team(place.call(), place.id()).await?;
    let keys = keys::of(server, place, zone(&team.time_zone)).await?;
    let page = SettingsPage {
        shell: place.shell(server, Section::Settings),
        place,
        id: &team.id,
        sender: server.app.config().sender.as_str(),
        typed,
        keys,
        draft,
        scopes: draft.scopes(),
        wrong,
    };
    Ok(super::page_as(wrong.status(), server, &page))
}

/// The settings as they stand in the form.
struct Typed {
    name: String,
    time_zone: String,
    reply_to: String,
    /// Whether personal computers serve anyone (GA-6).
    serves_anyone: bool,
    low_balance_mark: String,
    /// Whether a mailed code opens guests' links only (OR-35).
    codes_for_guests: bool,
    /// Whether users have to sign in at the team's identity provider (OR-35).
    sso_required: bool,
}

impl Typed {
    fn of(team: &TeamView) -> Self {
        let mark = team.low_balance_mark.map(|mark| mark.to_string());
        Self {
            name: team.name.clone(),
            time_zone: team.time_zone.clone(),
            reply_to: team.reply_to.as_ref().map(ToString::to_string).unwrap_or_default(),
            serves_anyone: team.personal_computers.as_deref() == Some("anyone"),
            low_balance_mark: mark.unwrap_or_default(),
            codes_for_guests: team.email_sign_in.as_deref() == Some(GUESTS),
            sso_required: team.sso_required == Some(true),
        }
    }

    fn in_form(form: &Form) -> Self {
        let text = |name| form.text(name).trim().to_owned();
        Self {
            name: text("name"),
            time_zone: text("time_zone"),
            reply_to: text("reply_to"),
            serves_anyone: form.has("serves_anyone"),
            low_balance_mark: text("low_balance_mark"),
            codes_for_guests: form.has("codes_for_guests"),
            sso_required: form.has("sso_required"),
        }
    }

    /// Reads what is to be changed.
    fn change(&self) -> Result<TeamChange, Wrong> {
        let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let mark = given(&self.low_balance_mark).map(|text| text.parse()).transpose();
        let Ok(mark) = mark else {
            return Err(Wrong::at_field("/low_balance_mark", "type a whole number, or nothing"));
        };
        let policy = if self.serves_anyone { "anyone" } else { "team" };
        let codes = if self.codes_for_guests { GUESTS } else { USERS };
        Ok(TeamChange {
            name: Some(self.name.clone()),
            time_zone: Some(self.time_zone.clone()),
            reply_to: Some(given(&self.reply_to)),
            personal_computers: Some(policy.to_owned()),
            low_balance_mark: Some(mark),
            email_sign_in: Some(codes.to_owned()),
            sso_required: Some(self.sso_required),
        })
    }
}

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    id: &'a str,
    /// Whose address mails come from.
    sender: &'a str,
    typed: &'a Typed,
    keys: Vec<KeyRow>,
    draft: &'a Draft,
    /// Each scope, what it is for, and whether it is ticked.
    scopes: Vec<(&'static str, &'static str, bool)>,
    wrong: &'a Wrong,
}

/// What has its own place in the form.
const FIELDS: [&str; 5] =
    ["/name", "/time_zone", "/reply_to", "/personal_computers", "/low_balance_mark"];

/// Whom a mailed code can prove to be there.
const GUESTS: &str = "guests";
const USERS: &str = "users";
