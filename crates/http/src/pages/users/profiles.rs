//! One profile for many users (OR-5): who is asked about, who stays, and what came of it.

use askama::Template;
use axum::extract::State;
use guest_app::{BulkAnswer, BulkForeseen, BulkRequest, UserView};

use crate::answer::Answer;
use crate::pages::form::{Form, Wrong};
use crate::pages::place::Place;
use crate::pages::shell::{Section, Shell};
use crate::pages::{page, page_as};
use crate::server::{Server, Shared};

/// `POST …/users/profiles`: asks which profile the users are to have, and once that is said gives
/// it to them.
pub(super) async fn change(State(server): State<Server>, place: Place, form: Form) -> Answer {
    let ids: Vec<String> = form.texts("user_id").map(str::to_owned).collect();
    if ids.is_empty() {
        let wrong = Wrong::saying("Choose users first: tick the boxes beside their names.");
        return ask(&server, &place, &ids, "", &wrong).await;
    }
    if !form.has("profile") && !form.has("asked") {
        return ask(&server, &place, &ids, "", &Wrong::default()).await;
    }
    let profile = form.text("profile");
    let request = BulkRequest { user_ids: ids.clone(), profile: profile.to_owned() };
    match server.app.change_profiles(place.call(), place.id(), &request).await {
        Ok(answer) => {
            let shell = place.shell(&server, Section::Users);
            Ok(page(&server, &ChangedPage { shell, place: &place, answer, profile }))
        }
        Err(fault) => {
            let wrong = Wrong::with(fault, &["/profile"])?;
            ask(&server, &place, &ids, profile, &wrong).await
        }
    }
}

/// Asks which profile they are to have, and says who would stay as they are.
async fn ask(
    server: &Shared,
    place: &Place,
    ids: &[String],
    profile: &str,
    wrong: &Wrong,
) -> Answer {
    let foreseen = server.app.foresee_profiles(place.call(), place.id(), ids).await?;
    let BulkForeseen { changing, staying } = foreseen;
    let page = ProfilesPage {
        shell: place.shell(server, Section::Users),
        place,
        changing,
        staying,
        profile,
        wrong,
    };
    Ok(page_as(wrong.status(), server, &page))
}

/// Returns the names of users in a row.
fn names(users: &[UserView]) -> String {
    users.iter().map(|user| user.name.as_str()).collect::<Vec<_>>().join(", ")
}

#[derive(Template)]
#[template(path = "users/profiles.html")]
struct ProfilesPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    changing: Vec<UserView>,
    staying: Vec<UserView>,
    profile: &'a str,
    wrong: &'a Wrong,
}

impl ProfilesPage<'_> {
    fn names(users: &[UserView]) -> String {
        names(users)
    }
}

#[derive(Template)]
#[template(path = "users/changed.html")]
struct ChangedPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    answer: BulkAnswer,
    profile: &'a str,
}

impl ChangedPage<'_> {
    fn names(users: &[UserView]) -> String {
        names(users)
    }
}
