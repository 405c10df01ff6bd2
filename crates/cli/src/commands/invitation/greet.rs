//! The host's side of a greeting in a terminal (OR-25).
//!
//! The same machine as in the page runs here. The server that relays has not brought it, so that
//! not even a malicious one can look at what is agreed.

use std::io::{self, BufRead as _};
use std::time::Duration;

use axum::http::Method;
use guest_app::GreetingStep;
use guest_core::{
    Choices, Context, Details, GreetingEnd, GreetingMessage as Message, HostRandom, HostSide,
    HostStage, MemberInviteId, Opening, TeamId,
};
use serde_json::{Value, json};
use tokio::task::spawn_blocking;
use tokio::time;

use super::{INVITATIONS, steps};
use crate::admin::{Admin, text};
use crate::entropy::fill;
use crate::failure::Failure;
use crate::out::{Column, note};

/// Greets whoever waits by an invitation.
pub(super) async fn run(admin: &Admin, id: &str) -> Result<(), Failure> {
    loop {
        await_guest(admin, id).await?;
        let mut greeting = Greeting::begin(admin, id).await?;
        match greeting.go_on().await? {
            Some(user) => return admin.out.thing(&user, JOINED),
            None => note("they began again; joining them")?,
        }
    }
}

/// One attempt.
struct Greeting<'a> {
    admin: &'a Admin,
    id: &'a str,
    opening: Opening,
    side: HostSide,
    /// What the person was told last.
    told: String,
}

impl<'a> Greeting<'a> {
    async fn begin(admin: &'a Admin, id: &'a str) -> Result<Self, Failure> {
        let context = Context {
            team: TeamId::parse(admin.team().await?).map_err(|error| broken(&error))?,
            invitation: id.parse::<MemberInviteId>().map_err(|error| broken(&error))?,
        };
        let (mut key, mut nonce, mut decoys, mut opening) = ([0; 32], [0; 32], [0; 32], [0; 16]);
        fill(&mut key);
        fill(&mut nonce);
        fill(&mut decoys);
        fill(&mut opening);
        let side = HostSide::begin(context, &HostRandom { key, nonce, decoys });
        let opening = Opening::from_bytes(opening);
        let greeting = Self { admin, id, opening, side, told: String::new() };
        let first = greeting.side.said().first().map(GreetingStep::from).unwrap_or_default();
        let body = json!({
            "opening": opening.to_string(), "version": first.version, "key": first.key,
        });
        greeting.post("", body).await?;
        Ok(greeting)
    }

    /// Goes on until somebody has joined; `None` if the invited person began again.
    async fn go_on(&mut self) -> Result<Option<Value>, Failure> {
        loop {
            let attempt = self.look().await?;
            let end = text(&attempt, "end");
            if end.as_deref() == Some(GreetingEnd::Superseded.name()) {
                return Ok(None);
            }
            for step in steps(&attempt) {
                self.side.handle_message(&read(step)?);
            }
            if let Some(end) = end.as_deref().and_then(GreetingEnd::named) {
                self.side.handle_end(end);
            }
            self.say(&attempt).await?;
            match self.side.stage() {
                HostStage::Waiting => self.tell("connecting")?,
                HostStage::Say(code) => {
                    let code = code.as_str();
                    self.tell(&format!("read this code out: {code}"))?;
                }
                HostStage::Pick(choices) => self.pick(&choices).await?,
                HostStage::Expecting => self.tell("the codes are right; they write their name")?,
                HostStage::Confirm(details) => return self.confirm(&details).await.map(Some),
                HostStage::Done => return Ok(Some(Value::Null)),
                HostStage::Ended(end) => return Err(ended(end)),
            }
            time::sleep(PAUSE).await;
        }
    }

    /// Brings to the relay what is not there yet.
    async fn say(&self, attempt: &Value) -> Result<(), Failure> {
        let known: Vec<_> = steps(attempt).filter_map(|step| text(step, "step")).collect();
        for message in self.side.said() {
            if !known.iter().any(|step| step == message.name()) {
                let said = GreetingStep::from(message);
                let body = json!({ "opening": self.opening.to_string(), "said": said });
                self.post("steps", body).await?;
            }
        }
        match self.side.end() {
            Some(end) if text(attempt, "end").is_none() => {
                let body = json!({ "opening": self.opening.to_string(), "reason": end.name() });
                self.post("end", body).await.map(drop)
            }
            Some(_) | None => Ok(()),
        }
    }

    async fn pick(&mut self, choices: &Choices) -> Result<(), Failure> {
        let codes: Vec<_> = choices.iter().map(|code| code.as_str().to_owned()).collect();
        note("which code do they read out?")?;
        for (number, code) in codes.iter().enumerate() {
            note(&format!("  {}  {code}", number + 1))?;
        }
        let answer = ask("1 to 4, or none").await?;
        let number = answer.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let typed = codes.iter().find(|code| code.eq_ignore_ascii_case(&answer));
        if let Some(code) = number.and_then(|number| codes.get(number)).or(typed) {
            self.side.handle_pick(code);
        } else if answer.eq_ignore_ascii_case("none") {
            self.side.handle_no_match();
        }
        Ok(())
    }

    /// Has the host confirm who it is, and choose what they are to the team.
    async fn confirm(&mut self, details: &Details) -> Result<Value, Failure> {
        note(&format!("name: {}", details.name))?;
        note(&format!("device: {}", details.device_name))?;
        let Some((_, Message::Accepted { tag })) = self.side.accept() else {
            return Err(Failure::Broken("there is nothing to accept".to_owned()));
        };
        loop {
            let profile = ask("external, member or administrator? (or end)").await?;
            if profile.eq_ignore_ascii_case("end") {
                self.side.handle_cancel();
                let attempt = self.look().await?;
                self.say(&attempt).await?;
                return Err(ended(GreetingEnd::CancelledByHost));
            }
            let body = json!({
                "opening": self.opening.to_string(),
                "name": details.name,
                "device_name": details.device_name,
                "device_key": details.device_key,
                "tag": tag.to_string(),
                "profile": profile.to_lowercase(),
            });
            match self.post("accept", body).await {
                Err(Failure::Refused(problem)) if problem.code() == Some("validation") => {
                    note(&format!("{problem}"))?;
                }
                answer => {
                    self.side.handle_finished();
                    return Ok(answer?.get("user").cloned().unwrap_or_default());
                }
            }
        }
    }

    async fn look(&self) -> Result<Value, Failure> {
        let ask = self.admin.ask(Method::GET, &[INVITATIONS, self.id, "greeting"]).await?;
        let opening = Some(self.opening.to_string());
        let view = self.admin.call(ask.with("opening", opening)).await?;
        Ok(view.get("attempt").cloned().unwrap_or_default())
    }

    async fn post(&self, what: &str, body: Value) -> Result<Value, Failure> {
        let mut path = vec![INVITATIONS, self.id, "greeting"];
        path.extend((!what.is_empty()).then_some(what));
        self.admin.post(&path, body).await
    }

    /// Says something once.
    fn tell(&mut self, words: &str) -> Result<(), Failure> {
        if self.told != words {
            words.clone_into(&mut self.told);
            note(words)?;
        }
        Ok(())
    }
}

/// Says why it is over.
fn ended(end: GreetingEnd) -> Failure {
    let warning = match end {
        GreetingEnd::NoMatchingCode | GreetingEnd::BadCommitment => {
            "; this may be an attack: make sure whom you speak with"
        }
        GreetingEnd::CancelledByHost
        | GreetingEnd::CancelledByGuest
        | GreetingEnd::WrongCodeHost
        | GreetingEnd::WrongCodeGuest
        | GreetingEnd::BadMessage
        | GreetingEnd::Superseded
        | GreetingEnd::FinishedElsewhere
        | GreetingEnd::HostRevoked
        | GreetingEnd::TimedOut => "",
    };
    Failure::Broken(format!("the greeting has ended: {}{warning}", end.name()))
}

/// Waits until the invited person is there.
async fn await_guest(admin: &Admin, id: &str) -> Result<(), Failure> {
    let mut is_told = false;
    loop {
        let view = admin.get(&[INVITATIONS, id, "greeting"]).await?;
        let state = text(&view, "state").unwrap_or_default();
        if state != "pending" {
            return Err(Failure::Broken(format!("this invitation is {state}")));
        }
        if view.get("waiting") == Some(&Value::Bool(true)) {
            return Ok(());
        }
        if !is_told {
            note("they are not there yet; ask them to open the link of their mail and to start")?;
            is_told = true;
        }
        time::sleep(PAUSE).await;
    }
}

fn read(step: &Value) -> Result<Message, Failure> {
    let step = serde_json::from_value::<GreetingStep>(step.clone());
    let step = step.map_err(|error| Failure::doing("cannot read a step", &error))?;
    Message::try_from(&step)
        .map_err(|_| Failure::Broken("the server relays what is no step".to_owned()))
}

/// Asks the person at the terminal.
async fn ask(question: &str) -> Result<String, Failure> {
    note(&format!("{question}:"))?;
    let line = spawn_blocking(|| {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map(|length| (length > 0).then_some(line))
    });
    let line = line.await.map_err(|error| Failure::doing("cannot ask", &error))??;
    match line {
        Some(line) => Ok(line.trim().to_owned()),
        None => Err(Failure::Usage("this needs somebody at a terminal to answer".to_owned())),
    }
}

fn broken(error: &dyn std::error::Error) -> Failure {
    Failure::doing("this is no invitation", error)
}

/// How long to wait before looking again; the other side types meanwhile.
const PAUSE: Duration = Duration::from_millis(300);

const JOINED: &[Column] = &[
    Column::new("Id", "/id"),
    Column::new("Name", "/name"),
    Column::new("Email", "/email"),
    Column::new("Profile", "/profile"),
];
