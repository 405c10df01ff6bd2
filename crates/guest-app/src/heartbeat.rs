//! What agents say: that they are there, who is logged in, and how sessions ended.

use chrono::{DateTime, Utc};
use guest_core::{
    ClaimRefusal, Computer, ComputerId, ComputerKey, ComputerName, Connection, Email, HostLogin,
    InputError, LoginReport, Named, Permissions, PresenceChange, Provision, Secret, SecretHash,
    Session, SessionEndReason, SessionId, User, claim,
};
use serde::{Deserialize, Serialize};

use crate::computers::holder;
use crate::input::Reading;
use crate::record::{Range, find, first, list, row};
use crate::work::{By, Work, computer, live_invites, live_sessions};
use crate::{App, Call, Caller, Denied, Fault, Pending, View, tables};

/// What an agent says every 10 s (GA-4).
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// What the agent calls its computer; the token of a personal computer says which it is.
    #[serde(default)]
    pub name: String,
    /// Who is logged in there, `service` if there is no such notion; null for nobody.
    ///
    /// If it is absent, the login is as it was.
    #[serde(
        default,
        deserialize_with = "crate::nullable",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub host_login: Option<Option<String>>,
    /// Who carries guests' connections: `relay`, or `external` (the default).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<String>,
}

/// What an agent is told (CN-11).
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HeartbeatAnswer {
    /// The computer.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub computer_id: ComputerId,
    /// Whether guests are allowed there.
    pub guest_access: bool,
    /// The sessions that go on there.
    pub sessions: Vec<AgentSession>,
}

/// A session, as the agent of its computer needs to know it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentSession {
    /// Names the session.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: SessionId,
    /// The guest.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub guest_email: Email,
    /// What the guest may use.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub permissions: Permissions,
    /// When the window ends it; null if it does not.
    pub closes_at: Option<DateTime<Utc>>,
}

/// How a session ended on an external computer.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SessionEnded {
    /// `left` or `computer_lost`.
    pub reason: String,
}

impl App {
    /// Hears an agent (GA-1, GA-4, GA-18, GA-31).
    ///
    /// `secret` is a computer key or the token of a personal computer. The
    /// first heartbeat of a name provisions the team computer. `origin` is
    /// where it comes from, for the audit log.
    pub fn heartbeat(
        &self,
        secret: &Secret,
        origin: Option<&str>,
        beat: &Heartbeat,
    ) -> Pending<HeartbeatAnswer> {
        let (hash, beat) = (secret.hash(), beat.clone());
        self.write(&agent_call(origin), move |work| {
            let agent = Agent::of(work.tx, hash)?;
            let (before, own, said) = match agent {
                Agent::Key(key) => {
                    let (name, said) = beat.read_named()?;
                    (team_computer(work, &key, name)?, None, said)
                }
                Agent::Token(computer, user) => {
                    (computer, HostLogin::parse(user.as_str()).ok(), beat.read()?)
                }
            };
            let Said { report, connection } = said;
            let (after, changes) = before.heard(report, own.as_ref(), connection, work.now);
            work.save(&after)?;
            noticed(work, &before, &after, &changes)?;
            HeartbeatAnswer::of(work.tx, &after)
        })
    }

    /// Returns what the answer to a heartbeat of this computer would say now (CN-11).
    ///
    /// A connected agent is told whenever it changes. Whether it may still be
    /// told is asked each time: its key may have been deleted, or the computer removed.
    pub fn agent_brief(&self, secret: &Secret, id: ComputerId) -> Pending<HeartbeatAnswer> {
        let hash = secret.hash();
        self.read(move |view, _| {
            let computer = Agent::of(view, hash)?.computer(view, id)?;
            let computer = computer.ok_or(Denied::Unauthenticated)?;
            if computer.is_removed() {
                return Err(ClaimRefusal::Removed.into());
            }
            HeartbeatAnswer::of(view, &computer)
        })
    }

    /// Checks that an agent may open the stream of a session (CN-1).
    ///
    /// It must live, be relayed, and go on on a computer of the agent's.
    pub fn agent_stream(&self, secret: &Secret, id: SessionId) -> Pending<()> {
        let hash = secret.hash();
        self.read(move |view, _| {
            let session = Agent::of(view, hash)?.session(view, id)?;
            let session = session.filter(|session| session.is_relayed() && session.is_live());
            session.map(drop).ok_or_else(|| Denied::NotFound("session").into())
        })
    }

    /// Hears from an external computer that a session ended there (CN-11).
    ///
    /// A session that has ended already stays as it is.
    pub fn agent_session_ended(
        &self,
        secret: &Secret,
        origin: Option<&str>,
        id: SessionId,
        ended: &SessionEnded,
    ) -> Pending<()> {
        let (hash, reason) = (secret.hash(), ended.read());
        self.write(&agent_call(origin), move |work| {
            let session = Agent::of(work.tx, hash)?.session(work.tx, id)?;
            let session = session.filter(|session| !session.is_relayed());
            let session = session.ok_or(Denied::NotFound("session"))?;
            let reason = reason.clone()?;
            work.end_session(&session, reason, &By::Agent(session.computer)).map(drop)
        })
    }
}

/// Whoever proves to be an agent.
enum Agent {
    /// One of those with a team's key.
    Key(ComputerKey),
    /// That of a personal computer, with the email of its user.
    Token(Computer, Email),
}

impl Agent {
    fn of(view: &mut dyn View, hash: SecretHash) -> Result<Self, Fault> {
        let key: Option<ComputerKey> = first(view, &tables::COMPUTER_KEY_HASH, &row![hash])?;
        if let Some(key) = key.filter(|key| key.hash == hash) {
            return Ok(Self::Key(key));
        }
        let computer: Option<Computer> = first(view, &tables::COMPUTER_TOKEN, &row![hash])?;
        let Some(computer) = computer else { return Err(Denied::Unauthenticated.into()) };
        let Provision::Personal { user, token } = &computer.provision else {
            return Err(Denied::Unauthenticated.into());
        };
        if *token != hash {
            return Err(Denied::Unauthenticated.into());
        }
        if computer.is_removed() {
            return Err(ClaimRefusal::Removed.into());
        }
        let user: Option<User> = find(view, &row![computer.team, *user])?;
        let user = user.filter(User::is_active).ok_or(Denied::Unauthenticated)?;
        Ok(Self::Token(computer, user.email))
    }

    /// Returns one of the agent's computers, removed or not.
    fn computer(&self, view: &mut dyn View, id: ComputerId) -> Result<Option<Computer>, Fault> {
        Ok(match self {
            Self::Key(key) => computer(view, key.team, id)?
                .filter(|host| host.provision == Provision::Team { key: Some(key.id) }),
            Self::Token(computer, _) => Some(computer.clone()).filter(|host| host.id == id),
        })
    }

    /// Returns a session on one of the agent's computers.
    fn session(&self, view: &mut dyn View, id: SessionId) -> Result<Option<Session>, Fault> {
        let team = match self {
            Self::Key(key) => key.team,
            Self::Token(computer, _) => computer.team,
        };
        let session: Option<Session> = find(view, &row![team, id])?;
        let Some(session) = session else { return Ok(None) };
        let is_theirs = self.computer(view, session.computer)?.is_some();
        Ok(Some(session).filter(|_| is_theirs))
    }
}

/// What a heartbeat says, read.
struct Said {
    report: LoginReport,
    connection: Connection,
}

impl Heartbeat {
    /// Returns the heartbeat as one that came over the agent's socket, where whoever does not say
    /// otherwise offers streams (CN-11).
    #[must_use]
    pub fn over_socket(mut self) -> Self {
        self.connection.get_or_insert_with(|| Connection::Relay.name().to_owned());
        self
    }

    /// Reads what an agent says whose token names the computer.
    fn read(&self) -> Result<Said, Vec<InputError>> {
        let mut reading = Reading::default();
        let said = self.said(&mut reading);
        reading.done(said)
    }

    /// Reads what an agent says that names the computer itself.
    fn read_named(&self) -> Result<(ComputerName, Said), Vec<InputError>> {
        let mut reading = Reading::default();
        let name = reading.read("/name", ComputerName::parse(&self.name));
        let said = self.said(&mut reading);
        reading.done(name.zip(said))
    }

    fn said(&self, reading: &mut Reading) -> Option<Said> {
        let report = match &self.host_login {
            None => Some(LoginReport::Unmentioned),
            Some(None) => Some(LoginReport::LoggedOut),
            Some(Some(login)) => {
                reading.read("/host_login", HostLogin::parse(login)).map(LoginReport::LoggedIn)
            }
        };
        let connection = match &self.connection {
            None => Some(Connection::External),
            Some(name) => {
                reading.one_of("/connection", Connection::named(name), &["relay", "external"])
            }
        };
        report.zip(connection).map(|(report, connection)| Said { report, connection })
    }
}

impl SessionEnded {
    fn read(&self) -> Result<SessionEndReason, InputError> {
        let reason = SessionEndReason::named(&self.reason).filter(|reason| {
            matches!(reason, SessionEndReason::Left | SessionEndReason::ComputerLost)
        });
        reason.ok_or_else(|| InputError::invalid("/reason", "not one of left, computer_lost"))
    }
}

impl HeartbeatAnswer {
    fn of(view: &mut dyn View, computer: &Computer) -> Result<Self, Fault> {
        let sessions = live_sessions(view, computer.team, computer.id)?.into_iter();
        let sessions = sessions.map(|session| AgentSession {
            id: session.id,
            guest_email: session.guest,
            permissions: session.permissions,
            closes_at: session.closes_at,
        });
        Ok(Self {
            computer_id: computer.id,
            guest_access: computer.guest_access,
            sessions: sessions.collect(),
        })
    }
}

/// Returns the team computer that a key's agent means by a name, made known if need be (GA-1).
fn team_computer(
    work: &mut Work<'_>,
    key: &ComputerKey,
    name: ComputerName,
) -> Result<Computer, Fault> {
    let ours = called(work.tx, key, &name)?;
    let holder = match &ours {
        Some(ours) if !ours.is_removed() => None, // Nothing else matters.
        Some(_) | None => holder(work.tx, key.team, &name)?.map(|holder| {
            let keyed = matches!(holder.provision, Provision::Team { key: Some(_) });
            (holder, keyed)
        }),
    };
    let (known, action) = match claim(ours, holder)? {
        Named::Ours(computer) => return Ok(computer),
        Named::Orphan(computer) => (computer, "computer.take_over"),
        Named::Nobody => {
            let id = work.ids.next(ComputerId::from_bits);
            let provision = Provision::Team { key: None };
            let new = Computer::register(key.team, id, name.clone(), provision, work.now);
            (new, "computer.provision")
        }
    };
    let computer = known.adopt(key.id, name);
    let detail = serde_json::json!({ "name": computer.name.as_str(), "computer_key": key.id });
    work.audit(key.team, &By::Agent(computer.id), action, computer.id, &detail)?;
    Ok(computer)
}

/// Returns the computer that a key's agent calls so: the one that is there, else one removed.
fn called(
    view: &mut dyn View,
    key: &ComputerKey,
    name: &ComputerName,
) -> Result<Option<Computer>, Fault> {
    let index = Some(&tables::COMPUTER_AGENT);
    let exactly = row![key.id, name.as_str()];
    let range = Range { index, prefix: &exactly, limit: usize::MAX, ..Range::default() };
    let mut found: Vec<Computer> = list(view, &range)?;
    if found.is_empty() {
        // Perhaps in other letters: names are the same regardless of case.
        let any = row![key.id];
        found = list(view, &Range { prefix: &any, ..range })?;
        found.retain(|computer| {
            computer.agent_name.as_ref().is_some_and(|agent_name| agent_name.key() == name.key())
        });
    }
    let there = found.iter().position(|computer| !computer.is_removed());
    Ok(match there {
        Some(position) => Some(found.swap_remove(position)),
        None => found.pop(),
    })
}

/// Tells what hearing a computer has changed, and does what follows (GA-18, GA-31).
fn noticed(
    work: &mut Work<'_>,
    before: &Computer,
    after: &Computer,
    changes: &[PresenceChange],
) -> Result<(), Fault> {
    if changes.contains(&PresenceChange::Online) {
        work.tell_computer(after, "computer.online")?;
    } else if !changes.is_empty() || before.connection != after.connection {
        work.tell_computer(after, "computer.updated")?;
    }
    if changes.contains(&PresenceChange::Login) {
        let by = By::Agent(after.id);
        let detail = serde_json::json!({ "host_login": after.known_login().as_ref().map(HostLogin::as_str) });
        work.audit(after.team, &by, "computer.login", after.id, &detail)?;
        for invite in live_invites(work.tx, after.team, Some(after.id))? {
            let Some(step) = invite.see_login(&after.login, work.now) else { continue };
            let invite = work.carry_out(step, &by)?;
            if let Some((_, reason)) = invite.life.ended() {
                let detail = serde_json::json!({ "guest": invite.guest, "reason": reason });
                work.audit(invite.team, &by, "invite.void", invite.id, &detail)?;
            }
        }
    }
    Ok(())
}

fn agent_call(origin: Option<&str>) -> Call {
    Call { caller: Caller::Nobody, origin: origin.map(str::to_owned), once: None }
}
