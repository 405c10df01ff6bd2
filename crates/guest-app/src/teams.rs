//! Teams and their settings.

use guest_core::{
    CreditAccount, Email, EmailSignIn, InputError, PersonName, Profile, Right, SenderPolicy, Team,
    TeamId, TeamName, User, UserId, Zone,
};
use serde::{Deserialize, Serialize};

use crate::access::Actor;
use crate::input::Reading;
use crate::people::{Sight, all_teams};
use crate::record::{Audience, row};
use crate::users::UserView;
use crate::ways_in::require_way_in;
use crate::work::{By, Work, credit_account};
use crate::{App, Call, Denied, Fault, Pending};

/// A team and its settings; settings that the caller may not see are null.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TeamView {
    /// Names the team in addresses.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The zone that windows are preset to.
    pub time_zone: String,
    /// Where External recipients' answers go.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub reply_to: Option<Email>,
    /// Whom personal computers serve: `team` or `anyone`.
    pub personal_computers: Option<String>,
    /// The balance below which the owners get a mail.
    pub low_balance_mark: Option<u32>,
    /// What a mailed code proves: `users` or `guests`.
    pub email_sign_in: Option<String>,
    /// Whether members must sign in by single sign-on.
    pub sso_required: Option<bool>,
}

/// A team to be made, with its first owner.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NewTeam {
    /// Names the team in addresses: lowercase letters, digits and hyphens; made of its name if
    /// this is empty.
    pub team: String,
    /// What it is called.
    pub name: String,
    /// The address of the first owner.
    pub owner: String,
    /// What the owner is called; else what stands before the @.
    #[serde(default)]
    pub owner_name: Option<String>,
    /// The zone that windows are preset to, UTC unless given.
    #[serde(default)]
    pub time_zone: Option<String>,
}

/// Settings to be changed; what is absent stays.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TeamChange {
    /// What the team is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The zone that windows are preset to, an IANA name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Where External recipients' answers go; null for the server's own address.
    #[serde(
        default,
        deserialize_with = "crate::nullable",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub reply_to: Option<Option<String>>,
    /// Whom personal computers serve: `team` or `anyone`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personal_computers: Option<String>,
    /// The balance below which the owners get a mail; null for no mail.
    #[serde(
        default,
        deserialize_with = "crate::nullable",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>))]
    pub low_balance_mark: Option<Option<u32>>,
    /// What a mailed code proves: `users` or `guests`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_sign_in: Option<String>,
    /// Whether members must sign in by single sign-on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sso_required: Option<bool>,
}

impl App {
    /// Makes a team, its credit account and its first owner; for the operator of the server.
    pub fn init_team(&self, new: &NewTeam) -> Pending<TeamView> {
        let new = new.read();
        self.write(&Call::operator(), move |work| {
            let new = new.clone()?;
            if work.find::<Team>(&row![new.team])?.is_some() {
                return Err(Denied::NameTaken.into());
            }
            new.make(work)
        })
    }

    /// Lists all teams; for the operator of the server.
    pub fn teams(&self) -> Pending<Vec<TeamView>> {
        self.read(|view, _| {
            let teams = all_teams(view)?.into_iter();
            let teams = teams.map(|team| {
                let account = credit_account(view, team.id)?;
                Ok(TeamView::whole(&team, &account))
            });
            teams.collect()
        })
    }

    /// Shows a team: its name and zone to everybody in it, its settings to owners (OR-2).
    pub fn team(&self, call: &Call, team: &str) -> Pending<TeamView> {
        let (call, team) = (call.clone(), team.to_owned());
        self.read(move |view, _| {
            let actor = Actor::with(view, &call, &team, Right::ReadTeam)?;
            if actor.may(Right::ManageTeam) {
                let account = credit_account(view, actor.team.id)?;
                Ok(TeamView::whole(&actor.team, &account))
            } else {
                Ok(TeamView::brief(&actor.team))
            }
        })
    }

    /// Changes the settings of a team.
    pub fn change_team(&self, call: &Call, team: &str, change: &TeamChange) -> Pending<TeamView> {
        let settings = change.read();
        let (asking, team, change) = (call.clone(), team.to_owned(), change.clone());
        self.write(call, move |work| {
            let actor = work.actor(&asking, &team, Right::ManageTeam)?;
            let settings = settings.clone()?;
            let before = credit_account(work.tx, actor.team.id)?;
            let (after, account) = settings.apply(&actor.team, &before);
            if sign_in(&after) != sign_in(&actor.team) {
                require_way_in(work.tx, &after, None)?;
            }
            if after != actor.team || account != before {
                work.save(&after)?;
                work.save(&account)?;
                let detail = serde_json::to_value(&change).unwrap_or_default();
                work.audit(after.id, &By::actor(&actor), "team.change", after.id, &detail)?;
            }
            Ok(TeamView::whole(&after, &account))
        })
    }
}

impl TeamView {
    fn whole(team: &Team, account: &CreditAccount) -> Self {
        Self {
            reply_to: team.reply_to.clone(),
            personal_computers: Some(team.personal_computers.name().to_owned()),
            low_balance_mark: account.low_mark,
            email_sign_in: Some(team.email_sign_in.name().to_owned()),
            sso_required: Some(team.sso_required),
            ..Self::brief(team)
        }
    }

    fn brief(team: &Team) -> Self {
        Self {
            id: team.id.to_string(),
            name: team.name.as_str().to_owned(),
            time_zone: team.zone.name().to_owned(),
            reply_to: None,
            personal_computers: None,
            low_balance_mark: None,
            email_sign_in: None,
            sso_required: None,
        }
    }
}

/// A [`NewTeam`], understood.
#[derive(Clone)]
pub(crate) struct FirstTeam {
    team: TeamId,
    name: TeamName,
    owner: Email,
    owner_name: PersonName,
    zone: Zone,
}

impl NewTeam {
    pub(crate) fn read(&self) -> Result<FirstTeam, Vec<InputError>> {
        let mut reading = Reading::default();
        let suggested = TeamId::suggest(&self.name).filter(|_| self.team.is_empty());
        let is_unnamed = self.team.is_empty() && self.name.trim().is_empty();
        let team = match suggested {
            None if is_unnamed => None, // That is said of the name.
            None => reading.read("/team", TeamId::parse(&self.team)),
            suggested => suggested,
        };
        let name = reading.read("/name", TeamName::parse(&self.name));
        let owner = reading.read("/owner", Email::parse(&self.owner));
        let local = self.owner.split('@').next().unwrap_or_default();
        let called = self.owner_name.as_deref().unwrap_or(local);
        let owner_name = reading.read("/owner_name", PersonName::parse(called));
        let zone = match self.time_zone.as_deref() {
            Some(zone) => reading.read("/time_zone", Zone::parse(zone)),
            None => Some(Zone::UTC),
        };
        let all = (|| {
            Some(FirstTeam {
                team: team?,
                name: name?,
                owner: owner?,
                owner_name: owner_name?,
                zone: zone?,
            })
        })();
        reading.done(all)
    }
}

impl FirstTeam {
    /// Returns the address of the owner.
    pub(crate) const fn owner(&self) -> &Email {
        &self.owner
    }

    pub(crate) fn make(self, work: &mut Work<'_>) -> Result<TeamView, Fault> {
        let team = Team {
            id: self.team,
            name: self.name,
            zone: self.zone,
            reply_to: None,
            personal_computers: SenderPolicy::default(),
            email_sign_in: EmailSignIn::default(),
            sso_required: false,
            created_at: work.now,
        };
        let owner = User {
            team: team.id,
            id: work.ids.next(UserId::from_bits),
            email: self.owner,
            name: self.owner_name,
            profile: Profile::Administrator,
            owner: true,
            coordinator: false,
            joined_at: work.now,
            revoked_at: None,
            version: 1,
        };
        let account = CreditAccount::new(team.id);
        work.save(&team)?;
        work.save(&account)?;
        work.save(&owner)?;
        let by = By::Actor { name: "operator".to_owned(), email: None };
        let detail = serde_json::json!({ "name": team.name, "owner": owner.email });
        work.audit(team.id, &by, "team.create", team.id, &detail)?;
        let data = UserView::of(&owner, false, Sight::Names, work.config);
        let event = work.event(team.id, "user.joined", Audience::Users, &data);
        work.tell(event)?;
        Ok(TeamView::whole(&team, &account))
    }
}

/// A [`TeamChange`], understood.
#[derive(Clone)]
#[expect(clippy::option_option, reason = "absent, null and a value are three things")]
struct Settings {
    name: Option<TeamName>,
    zone: Option<Zone>,
    reply_to: Option<Option<Email>>,
    personal_computers: Option<SenderPolicy>,
    low_mark: Option<Option<u32>>,
    email_sign_in: Option<EmailSignIn>,
    sso_required: Option<bool>,
}

impl TeamChange {
    fn read(&self) -> Result<Settings, Vec<InputError>> {
        let mut reading = Reading::default();
        let name = self.name.as_deref();
        let zone = self.time_zone.as_deref();
        let policy = self.personal_computers.as_deref();
        let sign_in = self.email_sign_in.as_deref();
        let settings = Settings {
            name: name.and_then(|name| reading.read("/name", TeamName::parse(name))),
            zone: zone.and_then(|zone| reading.read("/time_zone", Zone::parse(zone))),
            reply_to: match &self.reply_to {
                None => None,
                Some(None) => Some(None),
                Some(Some(email)) => reading.read("/reply_to", Email::parse(email)).map(Some),
            },
            personal_computers: policy.and_then(|name| {
                let names = [SenderPolicy::Team, SenderPolicy::Anyone].map(SenderPolicy::name);
                reading.one_of("/personal_computers", SenderPolicy::named(name), &names)
            }),
            low_mark: self.low_balance_mark,
            email_sign_in: sign_in.and_then(|name| {
                let names = [EmailSignIn::Users, EmailSignIn::Guests].map(EmailSignIn::name);
                reading.one_of("/email_sign_in", EmailSignIn::named(name), &names)
            }),
            sso_required: self.sso_required,
        };
        reading.done(Some(settings))
    }
}

impl Settings {
    /// Returns team and account with these settings.
    fn apply(self, team: &Team, account: &CreditAccount) -> (Team, CreditAccount) {
        let after = Team {
            name: self.name.unwrap_or_else(|| team.name.clone()),
            zone: self.zone.unwrap_or(team.zone),
            reply_to: self.reply_to.unwrap_or_else(|| team.reply_to.clone()),
            personal_computers: self.personal_computers.unwrap_or(team.personal_computers),
            email_sign_in: self.email_sign_in.unwrap_or(team.email_sign_in),
            sso_required: self.sso_required.unwrap_or(team.sso_required),
            ..team.clone()
        };
        let low_mark = self.low_mark.unwrap_or(account.low_mark);
        (after, CreditAccount { low_mark, ..account.clone() })
    }
}

/// Returns what a team requires one to sign in with, which must leave an owner a way in (OR-35).
const fn sign_in(team: &Team) -> (EmailSignIn, bool) {
    (team.email_sign_in, team.sso_required)
}
