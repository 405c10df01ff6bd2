//! Changing the window, the permissions and the computer of an invite (WB-4).

use askama::Template;
use axum::extract::State;
use guest_app::view::{ComputerView, InviteView};
use guest_app::{InviteChange, MoveDraft, WindowChange};
use guest_core::{InputError, InviteId, Peripheral};

use super::respond;
use crate::answer::Answer;
use crate::input::At;
use crate::pages::Shell;
use crate::pages::form::{Form, Wrong};
use crate::pages::invites::computers;
use crate::pages::local::{LocalField, typed};
use crate::pages::place::{Place, Said};
use crate::pages::shell::Section;
use crate::server::{Server, Shared};

/// `GET …/window`: the form for another window.
pub(super) async fn ask_window(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, InviteId)>,
) -> Answer {
    let invite = server.app.invite(place.call(), place.id(), id).await?;
    Ok(show_window(&server, &place, &invite, &Times::of(&invite), &Wrong::default()))
}

/// `POST …/window`: changes what was changed in the form; what was not keeps its moment (GA-33).
pub(super) async fn window(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, InviteId)>,
    form: Form,
) -> Answer {
    let times = Times::in_form(&form);
    let asks = times.asks();
    if !asks.is_empty() {
        let invite = server.app.invite(place.call(), place.id(), id).await?;
        let wrong = Wrong::of(&asks.into(), &WINDOW);
        return Ok(show_window(&server, &place, &invite, &times, &wrong));
    }
    let change = InviteChange { window: Some(times.change()), permissions: None };
    let edited = server.app.edit_invite(place.call(), place.id(), id, &change, form.version());
    match edited.await {
        Ok(_) => Ok(place.done_to(id, Said::WindowChanged)),
        Err(fault) => {
            let wrong = Wrong::with(fault, &WINDOW)?;
            let invite = server.app.invite(place.call(), place.id(), id).await?;
            Ok(show_window(&server, &place, &invite, &times, &wrong))
        }
    }
}

/// The times in the form for a window, and what they were when it was shown.
struct Times {
    start: String,
    end: String,
    time_zone: String,
    start_was: String,
    end_was: String,
}

impl Times {
    fn of(invite: &InviteView) -> Self {
        let window = &invite.window;
        Self {
            start_was: window.start_local.clone(),
            end_was: window.end_local.clone(),
            start: window.start_local.clone(),
            end: window.end_local.clone(),
            time_zone: window.time_zone.clone(),
        }
    }

    fn in_form(form: &Form) -> Self {
        let text = |name| form.text(name).to_owned();
        Self {
            start: typed(form, "start"),
            end: typed(form, "end"),
            time_zone: text("time_zone"),
            start_was: text("start_was"),
            end_was: text("end_was"),
        }
    }

    fn change(&self) -> WindowChange {
        WindowChange {
            start: changed(&self.start, &self.start_was),
            end: changed(&self.end, &self.end_was),
            time_zone: Some(self.time_zone.clone()),
        }
    }

    fn start_field(&self) -> LocalField {
        LocalField::of(&self.start, &self.time_zone)
    }

    fn end_field(&self) -> LocalField {
        LocalField::of(&self.end, &self.time_zone)
    }

    /// Returns what is to be chosen first, of what was changed (GA-13).
    fn asks(&self) -> Vec<InputError> {
        let change = self.change();
        let start = change.start.and_then(|_| self.start_field().asks("/window/start"));
        let end = change.end.and_then(|_| self.end_field().asks("/window/end"));
        start.into_iter().chain(end).collect()
    }
}

fn changed(is: &str, was: &str) -> Option<String> {
    (is != was).then(|| is.to_owned())
}

fn show_window(
    server: &Shared,
    place: &Place,
    invite: &InviteView,
    times: &Times,
    wrong: &Wrong,
) -> axum::response::Response {
    let shell = place.shell(server, Section::GuestAccess);
    respond(server, wrong, &WindowPage { shell, place, invite, times, wrong })
}

#[derive(Template)]
#[template(path = "invite/window.html")]
struct WindowPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    invite: &'a InviteView,
    times: &'a Times,
    wrong: &'a Wrong,
}

/// `GET …/permissions`: the form for other permissions.
pub(super) async fn ask_permissions(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, InviteId)>,
) -> Answer {
    show_permissions(&server, &place, id, &Wrong::default()).await
}

/// `POST …/permissions`: changes them, and has the guest reconnect with them if wished (GA-34).
pub(super) async fn permissions(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, InviteId)>,
    form: Form,
) -> Answer {
    let ticked = form.texts("permission").map(str::to_owned).collect();
    let change = InviteChange { window: None, permissions: Some(ticked) };
    let changed = async {
        let (call, team) = (place.call(), place.id());
        let after = server.app.edit_invite(call, team, id, &change, form.version()).await?;
        if !form.has("apply") {
            return Ok(Said::PermissionsChanged);
        }
        server.app.apply_permissions(call, team, id, Some(after.version)).await?;
        Ok(Said::PermissionsApplied)
    };
    match changed.await {
        Ok(said) => Ok(place.done_to(id, said)),
        Err(fault) => show_permissions(&server, &place, id, &Wrong::with(fault, &[])?).await,
    }
}

async fn show_permissions(server: &Shared, place: &Place, id: InviteId, wrong: &Wrong) -> Answer {
    let invite = server.app.invite(place.call(), place.id(), id).await?;
    let page = PermissionsPage {
        shell: place.shell(server, Section::GuestAccess),
        place,
        peripherals: Peripheral::ALL.map(|one| (one.name(), invite.permissions.contains(one))),
        invite: &invite,
        wrong,
    };
    Ok(respond(server, wrong, &page))
}

#[derive(Template)]
#[template(path = "invite/permissions.html")]
struct PermissionsPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    invite: &'a InviteView,
    peripherals: [(&'static str, bool); Peripheral::ALL.len()],
    wrong: &'a Wrong,
}

/// `GET …/computer`: the form for another computer.
pub(super) async fn ask_computer(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, InviteId)>,
) -> Answer {
    show_computer(&server, &place, id, &Wrong::default()).await
}

/// `POST …/computer`: moves the invite there (GA-61).
pub(super) async fn computer(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, InviteId)>,
    form: Form,
) -> Answer {
    let draft = MoveDraft { computer_id: form.text("computer_id").to_owned() };
    let moved = server.app.move_invite(place.call(), place.id(), id, &draft, form.version());
    match moved.await {
        Ok(_) => Ok(place.done_to(id, Said::Moved)),
        Err(fault) => show_computer(&server, &place, id, &Wrong::with(fault, &[])?).await,
    }
}

async fn show_computer(server: &Shared, place: &Place, id: InviteId, wrong: &Wrong) -> Answer {
    let invite = server.app.invite(place.call(), place.id(), id).await?;
    let mut computers = computers(server, place).await?;
    computers.retain(|computer| computer.id != invite.computer_id);
    let shell = place.shell(server, Section::GuestAccess);
    let page = ComputerPage { shell, place, invite: &invite, computers: &computers, wrong };
    Ok(respond(server, wrong, &page))
}

#[derive(Template)]
#[template(path = "invite/computer.html")]
struct ComputerPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    invite: &'a InviteView,
    computers: &'a [ComputerView],
    wrong: &'a Wrong,
}

/// What has its own place in the form for the window.
const WINDOW: [&str; 3] = ["/window/start", "/window/end", "/window/time_zone"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ga_33_what_is_not_changed_in_the_form_keeps_its_moment() {
        check("start=a&start_was=a&end=b&end_was=c", (None, Some("b")));
        check("start=x&start_was=a&end=c&end_was=c", (Some("x"), None));
        let exact = "2026-10-25T02:30%2B01:00";
        let kept = format!("start=2026-10-25T02:30&start_at={exact}&start_was={exact}");
        check(&kept, (None, None));
    }

    #[track_caller]
    fn check(form: &str, (start, end): (Option<&str>, Option<&str>)) {
        let change = Times::in_form(&Form::parse(form.as_bytes())).change();
        assert_eq!((change.start.as_deref(), change.end.as_deref()), (start, end));
    }
}
