//! Who one is, and how people are shown to each other.

use guest_core::{Email, Login, Refusal, Right, Team, TeamId, User, UserId, pseudonym};
use serde::{Deserialize, Serialize};

use crate::access::{self, Actor};
use crate::config::Config;
use crate::record::{Range, find, list, row};
use crate::{App, Call, Caller, Denied, Fault, Pending, Refused, View, tables};

/// Who one is.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MeView {
    /// The account; null for the operator of the server.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub email: Option<Email>,
    /// The teams that one belongs to.
    pub teams: Vec<MyTeam>,
}

/// What one is in a team.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MyTeam {
    /// Names the team in addresses.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// `external`, `member`, `coordinator`, `administrator` or `owner`.
    pub role: String,
    /// One's user in the team; null for the operator of the server.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub user_id: Option<UserId>,
    /// What one may do, such as `write_invites`; with an API key what it may be used for.
    pub rights: Vec<String>,
    /// The problem that keeps this session out, `sso_required` or `device_required`; null if it
    /// may go on. There are no rights then.
    pub barred: Option<String>,
}

impl App {
    /// Says who calls, and what they are in which teams.
    pub fn me(&self, call: &Call) -> Pending<MeView> {
        let call = call.clone();
        self.read(move |view, _| {
            let email = match &call.caller {
                Caller::Nobody => return Err(Denied::Unauthenticated.into()),
                Caller::Login(hash) => {
                    let login = access::login(view, *hash)?.ok_or(Denied::Unauthenticated)?;
                    let teams = my_teams(view, &login)?;
                    return Ok(MeView { email: Some(login.email), teams });
                }
                Caller::ApiKey(hash) => return of_key(view, &call, *hash),
                Caller::Operator { acting } => acting.clone(),
            };
            let teams: Vec<_> = match &email {
                Some(email) => active(view, email)?.into_iter().map(|user| user.team).collect(),
                None => all_teams(view)?.into_iter().map(|team| team.id).collect(),
            };
            let teams = teams.iter().map(|team| my_team(view, &call, team.as_str()));
            Ok(MeView { email, teams: teams.collect::<Result<_, Fault>>()? })
        })
    }
}

/// How much of other people somebody sees (OR-3): the one place where names are withheld.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sight {
    /// Names and emails.
    Names,
    /// Pseudonyms of everybody but oneself.
    Pseudonyms {
        /// Oneself.
        own: Option<UserId>,
    },
}

impl Sight {
    /// Returns what somebody sees of the others in their team.
    pub(crate) fn of(actor: &Actor) -> Self {
        if actor.may(Right::SeeNames) { Self::Names } else { Self::Pseudonyms { own: actor.id() } }
    }

    /// Returns what a user is called here, and their email if it may be seen.
    pub(crate) fn see(self, user: &User, config: &Config) -> (String, Option<Email>) {
        match self.pseudonym(user.team, user.id, config) {
            Some(pseudonym) => (pseudonym, None),
            None => (user.name.as_str().to_owned(), Some(user.email.clone())),
        }
    }

    /// Returns what a user is called whose name and email may not be seen.
    pub(crate) fn pseudonym(self, team: TeamId, user: UserId, config: &Config) -> Option<String> {
        match self {
            Self::Pseudonyms { own } if own != Some(user) => {
                Some(pseudonym(&config.key, team, user))
            }
            Self::Names | Self::Pseudonyms { .. } => None,
        }
    }
}

/// Returns what somebody who is signed in is in each of their teams (OR-35).
pub(crate) fn my_teams(view: &mut dyn View, login: &Login) -> Result<Vec<MyTeam>, Fault> {
    let call = Call { caller: Caller::Login(login.hash), origin: None, once: None };
    let users = users_of(view, login)?;
    let teams = users.iter().map(|user| match my_team(view, &call, user.team.as_str()) {
        Err(Fault::Refused(Refused::Proof(refusal))) => {
            let team: Option<Team> = find(view, &row![user.team])?;
            let team = team.ok_or(Denied::NotFound("team"))?;
            let role = access::role_of(view, user)?.ok_or(Denied::NotFound("team"))?;
            Ok(MyTeam {
                id: team.id.to_string(),
                name: team.name.as_str().to_owned(),
                role: role.name().to_owned(),
                user_id: Some(user.id),
                rights: Vec::new(),
                barred: Some(refusal.code().to_owned()),
            })
        }
        told => told,
    });
    teams.collect()
}

/// Returns the active users that somebody who is signed in is, one for each of their teams.
pub(crate) fn users_of(view: &mut dyn View, login: &Login) -> Result<Vec<User>, Fault> {
    let mut users = active(view, &login.email)?;
    users.retain(|user| login.proof.reaches(user.team));
    Ok(users)
}

/// Returns the active users of an address, one for each of its teams.
fn active(view: &mut dyn View, email: &Email) -> Result<Vec<User>, Fault> {
    let prefix = row![email.key()];
    let index = Some(&tables::USER_EMAIL);
    let range = Range { index, prefix: &prefix, limit: usize::MAX, ..Range::default() };
    Ok(list(view, &range)?)
}

/// Returns every team there is.
pub(crate) fn all_teams(view: &mut dyn View) -> Result<Vec<Team>, Fault> {
    Ok(list(view, &Range { limit: usize::MAX, ..Range::default() })?)
}

/// Returns whether there is a team.
pub(crate) fn has_team(view: &mut dyn View) -> Result<bool, Fault> {
    let first: Vec<Team> = list(view, &Range { limit: 1, ..Range::default() })?;
    Ok(!first.is_empty())
}

fn of_key(view: &mut dyn View, call: &Call, hash: guest_core::SecretHash) -> Result<MeView, Fault> {
    let key = access::api_key(view, hash)?.ok_or(Denied::Unauthenticated)?;
    let actor = Actor::of(view, call, key.team.as_str())?;
    let email = actor.as_user().map(|user| user.email.clone());
    Ok(MeView { email, teams: vec![MyTeam::of(&actor)] })
}

fn my_team(view: &mut dyn View, call: &Call, team: &str) -> Result<MyTeam, Fault> {
    Actor::of(view, call, team).map(|actor| MyTeam::of(&actor))
}

impl MyTeam {
    fn of(actor: &Actor) -> Self {
        let rights = Right::ALL.iter().filter(|right| actor.may(**right));
        Self {
            id: actor.team.id.to_string(),
            name: actor.team.name.as_str().to_owned(),
            role: actor.role.name().to_owned(),
            user_id: actor.id(),
            rights: rights.map(|right| right.code()).collect(),
            barred: None,
        }
    }
}
