//! Bringing a computer here: one command to run on it (GA-1, WB-5).

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use guest_app::view::ComputerView;
use guest_app::{ComputerDraft, KeyDraft};
use guest_core::ComputerId;

use crate::answer::Answer;
use crate::input::At;
use crate::pages::first::First;
use crate::pages::form::{Form, Wrong};
use crate::pages::place::Place;
use crate::pages::shell::{Section, Shell};
use crate::pages::{page, page_as};
use crate::server::{Server, Shared};

pub(super) fn routes() -> Router<Server> {
    Router::new()
        .route("/t/{team}/computers/add", get(ask).post(add))
        .route("/t/{team}/computers/{id}/key", get(ask_key).post(key))
        .route("/t/{team}/computers/{id}/arrival", get(arrival))
}

/// `GET …/add`: asks for the name of the computer, and whose it is.
async fn ask(State(server): State<Server>, place: Place) -> Answer {
    let first = First::of(&server, &place).await?;
    let provision = if place.may("manage_computers") { "team" } else { "personal" };
    let filled = Filled { provision: provision.to_owned(), ..Filled::default() };
    Ok(form(&server, &place, &filled, first, &Wrong::default()))
}

/// `POST …/add`: registers the computer, and shows the command that brings it here.
async fn add(State(server): State<Server>, place: Place, sent: Form) -> Answer {
    let filled = Filled::of(&sent);
    let draft = ComputerDraft { name: filled.name.clone(), provision: filled.provision.clone() };
    match server.app.register_computer(place.call(), place.id(), &draft).await {
        Ok(made) => match made.secret {
            Some(token) => command(&server, &place, &made.computer, &token, filled.test_card).await,
            None => new_key(&server, &place, &made.computer, filled.test_card).await,
        },
        Err(fault) => {
            let wrong = Wrong::with(fault, &["/name", "/provision"])?;
            let first = First::of(&server, &place).await?;
            Ok(form(&server, &place, &filled, first, &wrong))
        }
    }
}

/// `GET …/key`: asks whether to make a new command for it.
async fn ask_key(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, ComputerId)>,
) -> Answer {
    let computer = server.app.computer(place.call(), place.id(), id).await?;
    let shell = place.shell(&server, Section::Computers);
    Ok(page(&server, &KeyPage { shell, place: &place, computer: &computer }))
}

/// `POST …/key`: shows a new command for a computer that has not been here yet.
async fn key(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, ComputerId)>,
    sent: Form,
) -> Answer {
    let computer = server.app.computer(place.call(), place.id(), id).await?;
    new_key(&server, &place, &computer, sent.has("test_card")).await
}

/// `GET …/arrival`: whether the computer is here.
async fn arrival(
    State(server): State<Server>,
    place: Place,
    At((_, id)): At<(String, ComputerId)>,
) -> Answer {
    let computer = server.app.computer(place.call(), place.id(), id).await?;
    let shell = place.shell(&server, Section::Computers);
    Ok(page(&server, &ArrivalPage { shell, place: &place, computer: &computer }))
}

/// Makes a key for a team computer, and shows the command with it.
async fn new_key(
    server: &Shared,
    place: &Place,
    computer: &ComputerView,
    test_card: bool,
) -> Answer {
    let draft = KeyDraft { name: computer.name.clone() };
    let made = server.app.make_computer_key(place.call(), place.id(), &draft).await?;
    let secret = made.secret.unwrap_or_default(); // Nothing was recorded to be replayed without it.
    command(server, place, computer, &secret, test_card).await
}

fn form(
    server: &Shared,
    place: &Place,
    filled: &Filled,
    first: Option<First>,
    wrong: &Wrong,
) -> Response {
    let shell = place.shell(server, Section::Computers);
    page_as(wrong.status(), server, &AddPage { shell, place, filled, first, wrong })
}

async fn command(
    server: &Shared,
    place: &Place,
    computer: &ComputerView,
    secret: &str,
    test_card: bool,
) -> Answer {
    let name = (computer.provision == "team").then_some(computer.name.as_str());
    let shown = CommandPage {
        shell: place.shell(server, Section::Computers),
        place,
        computer,
        command: agent(&server.app.config().public_url, secret, name, test_card),
        test_card,
        first: First::of(server, place).await?,
    };
    Ok(page(server, &shown))
}

/// Returns the command that starts the agent, in one line for any POSIX shell.
///
/// The key is kept in a file that nobody else can read.
fn agent(server: &str, secret: &str, name: Option<&str>, test_card: bool) -> String {
    let name = name.map(|name| format!(" --name={}", quoted(name))).unwrap_or_default();
    let screen = if test_card { " --test-card" } else { "" };
    format!(
        "(umask 077 && echo {} > guest.key) && guest agent --server {} --key-file guest.key{name}{screen}",
        quoted(secret),
        quoted(server),
    )
}

/// Quotes a text so that a shell takes it for one word.
fn quoted(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// What was filled into the form.
#[derive(Default)]
struct Filled {
    name: String,
    /// `team` or `personal`.
    provision: String,
    /// Whether a test card is shown instead of the screen (CN-2).
    test_card: bool,
}

impl Filled {
    fn of(form: &Form) -> Self {
        Self {
            name: form.text("name").to_owned(),
            provision: form.text("provision").to_owned(),
            test_card: form.has("test_card"),
        }
    }
}

#[derive(Template)]
#[template(path = "computers/add.html")]
struct AddPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    filled: &'a Filled,
    first: Option<First>,
    wrong: &'a Wrong,
}

#[derive(Template)]
#[template(path = "computers/key.html")]
struct KeyPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    computer: &'a ComputerView,
}

#[derive(Template)]
#[template(path = "computers/command.html")]
struct CommandPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    computer: &'a ComputerView,
    command: String,
    test_card: bool,
    first: Option<First>,
}

#[derive(Template)]
#[template(path = "computers/arrival-page.html")]
struct ArrivalPage<'a> {
    shell: Shell<'a>,
    place: &'a Place,
    computer: &'a ComputerView,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wb_5_the_command_is_one_line_for_a_shell() {
        let command = agent("https://guest.example", "ck_x", Some("it's $(me)"), true);
        assert_eq!(
            command,
            "(umask 077 && echo ck_x > guest.key) && guest agent --server https://guest.example \
             --key-file guest.key --name='it'\\''s $(me)' --test-card"
        );
        let own = agent("https://guest.example", "at_x", None, false);
        assert!(own.ends_with("--server https://guest.example --key-file guest.key"), "{own}");
    }

    #[test]
    fn a_shell_takes_what_is_quoted_for_one_word() {
        for (text, word) in
            [("studio-1", "studio-1"), ("", "''"), ("a b", "'a b'"), ("a;b", "'a;b'"), ("é", "'é'")]
        {
            assert_eq!(quoted(text), word);
        }
    }
}
