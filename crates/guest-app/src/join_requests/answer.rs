//! Accepting and rejecting requests to join (OR-34).

use std::collections::BTreeMap;

use guest_core::{
    InputError, JoinRequest, JoinRequestId, PersonName, Profile, Refusal as _, Right, TeamId,
    Unverified, UserId, Voucher,
};
use serde::{Deserialize, Serialize};

use super::{JoinRequestView, carry_out, detail, require};
use crate::access::Actor;
use crate::input::{Flaws, Reading};
use crate::joining::{NewDevice, NewUser, join};
use crate::record::{find, row};
use crate::work::{By, Work};
use crate::{App, Call, Denied, Fault, Pending};

/// What is confirmed of a request that is accepted (OR-34).
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct JoinAcceptDraft {
    /// What the user is called; as vouched for unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `external`, `member` or `administrator`; there is no default.
    pub profile: String,
}

/// Several requests to be accepted.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AcceptManyDraft {
    /// The requests, at most 100.
    pub requests: Vec<AcceptEach>,
}

/// One of several requests to be accepted.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AcceptEach {
    /// The request.
    pub id: String,
    /// What the user is called; as vouched for unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `external`, `member` or `administrator`; there is no default.
    pub profile: String,
}

/// What became of several requests.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AcceptedMany {
    /// What became of each, in their order.
    pub data: Vec<AcceptedEach>,
}

/// What became of one of several requests.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AcceptedEach {
    /// The request.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: JoinRequestId,
    /// The request as it is now, if it was accepted.
    pub request: Option<JoinRequestView>,
    /// The code of the problem, if it was not.
    pub code: Option<String>,
    /// What the problem is, for people.
    pub detail: Option<String>,
}

impl App {
    /// Accepts a request: makes the user in the same transaction (OR-34).
    ///
    /// A certificate is looked at again first, against the roots and revocations of now (OR-33).
    ///
    /// # Errors
    ///
    /// Returns why it comes to nothing.
    pub async fn accept_join_request(
        &self,
        call: &Call,
        team: &str,
        id: JoinRequestId,
        draft: &JoinAcceptDraft,
    ) -> Result<JoinRequestView, Fault> {
        let lapsed = self.look_again(call, team, vec![id]).await?;
        let (asking, team, draft) = (call.clone(), team.to_owned(), draft.read());
        let accepted = self.write(call, move |work| {
            let actor = work.actor(&asking, &team, Right::AnswerJoinRequests)?;
            let request = require(work, actor.team.id, id)?;
            let confirmed = draft.clone()?;
            accept(work, &actor, &request, confirmed, lapsed.get(&id).copied())
        });
        accepted.await
    }

    /// Accepts several requests, each that can be (OR-34).
    ///
    /// # Errors
    ///
    /// Returns why it comes to nothing.
    pub async fn accept_join_requests(
        &self,
        call: &Call,
        team: &str,
        draft: &AcceptManyDraft,
    ) -> Result<AcceptedMany, Fault> {
        let all = draft.read();
        let ids = all.as_ref().map(|all| all.iter().map(|(id, _)| *id).collect());
        let lapsed = self.look_again(call, team, ids.unwrap_or_default()).await?;
        let (asking, team) = (call.clone(), team.to_owned());
        let accepted = self.write(call, move |work| {
            let actor = work.actor(&asking, &team, Right::AnswerJoinRequests)?;
            let mut data = Vec::new();
            for (id, confirmed) in all.clone()? {
                let request = require(work, actor.team.id, id)?;
                // Whatever is refused is refused before anything is stored of it.
                match accept(work, &actor, &request, confirmed, lapsed.get(&id).copied()) {
                    Ok(request) => {
                        data.push(AcceptedEach {
                            id,
                            request: Some(request),
                            code: None,
                            detail: None,
                        });
                    }
                    Err(Fault::Refused(refusal)) => data.push(AcceptedEach {
                        id,
                        request: None,
                        code: Some(refusal.code().to_owned()),
                        detail: Some(refusal.to_string()),
                    }),
                    Err(fault) => return Err(fault),
                }
            }
            Ok(AcceptedMany { data })
        });
        accepted.await
    }

    /// Rejects a request (OR-34).
    pub fn reject_join_request(
        &self,
        call: &Call,
        team: &str,
        id: JoinRequestId,
    ) -> Pending<JoinRequestView> {
        let (asking, team) = (call.clone(), team.to_owned());
        self.write(call, move |work| {
            let actor = work.actor(&asking, &team, Right::AnswerJoinRequests)?;
            let request = require(work, actor.team.id, id)?;
            let step = request.reject(work.now)?;
            let by = By::actor(&actor);
            work.audit(request.team, &by, "join_request.reject", id, &detail(&request))?;
            let request = carry_out(work, step)?;
            Ok(JoinRequestView::of(&request, work.now))
        })
    }

    /// Looks at the certificates of requests again, outside of any transaction since it reads
    /// files, and returns what is wrong with each.
    async fn look_again(
        &self,
        call: &Call,
        team: &str,
        ids: Vec<JoinRequestId>,
    ) -> Result<BTreeMap<JoinRequestId, Unverified>, Fault> {
        let (asking, team) = (call.clone(), team.to_owned());
        // What is wrong with the form is told together with the rest, by the unit that follows.
        let flawless = Self { flaws: Flaws::default(), ..self.clone() };
        let requests = flawless.read(move |view, _| {
            let actor = Actor::with(view, &asking, &team, Right::AnswerJoinRequests)?;
            let mut requests = Vec::new();
            for id in &ids {
                let request: Option<JoinRequest> = find(view, &row![actor.team.id, *id])?;
                requests.extend(request);
            }
            Ok(requests)
        });
        let mut lapsed = BTreeMap::new();
        for request in requests.await? {
            if let Some(why) = self.wrong_with(request.team, &request) {
                lapsed.insert(request.id, why);
            }
        }
        Ok(lapsed)
    }

    fn wrong_with(&self, team: TeamId, request: &JoinRequest) -> Option<Unverified> {
        match &request.vouched.by {
            Voucher::Certificate { chain, .. } => match self.vouching.look_again(team, chain) {
                Ok(email) if email == request.vouched.email => None,
                Ok(_) => Some(Unverified::NoEmail),
                Err(why) => Some(why),
            },
            Voucher::Provider { .. } => None,
        }
    }
}

/// Accepts one request; nothing is stored if it is refused.
fn accept(
    work: &mut Work<'_>,
    actor: &Actor,
    request: &JoinRequest,
    confirmed: Confirmed,
    lapsed: Option<Unverified>,
) -> Result<JoinRequestView, Fault> {
    let user = work.ids.next(UserId::from_bits);
    let step = request.accept(user, lapsed, work.now)?;
    let name = match confirmed.name {
        Some(name) => name,
        None => PersonName::parse(&request.vouched.called())
            .map_err(|error| InputError::at("/name", &error))?,
    };
    let by = By::actor(actor);
    let device = request.device.clone();
    let new = NewUser {
        id: user,
        email: request.vouched.email.clone(),
        name,
        profile: confirmed.profile,
        device: device.map(|device| NewDevice {
            id: device.id,
            name: device.name,
            key: device.key,
        }),
        identity: Some(request.vouched.identity.clone()),
    };
    if crate::access::user_by_identity(work.tx, request.team, &request.vouched.identity)?.is_some()
    {
        return Err(Denied::AlreadyMember.into());
    }
    join(work, request.team, new, &by)?;
    work.audit(request.team, &by, "join_request.accept", request.id, &detail(request))?;
    let request = carry_out(work, step)?;
    Ok(JoinRequestView::of(&request, work.now))
}

/// What is confirmed, understood.
#[derive(Clone)]
struct Confirmed {
    name: Option<PersonName>,
    profile: Profile,
}

impl JoinAcceptDraft {
    fn read(&self) -> Result<Confirmed, Vec<InputError>> {
        let mut reading = Reading::default();
        let confirmed = confirmed(&mut reading, "", self.name.as_deref(), &self.profile);
        reading.done(confirmed)
    }
}

impl AcceptManyDraft {
    fn read(&self) -> Result<Vec<(JoinRequestId, Confirmed)>, Vec<InputError>> {
        let mut reading = Reading::default();
        if self.requests.is_empty() || self.requests.len() > AT_ONCE_MOST {
            reading.wrong("/requests", format!("it names 1 to {AT_ONCE_MOST} requests"));
            return reading.done(None);
        }
        let mut all = Vec::new();
        for (at, each) in self.requests.iter().enumerate() {
            let place = format!("/requests/{at}");
            let id = each.id.parse().map_err(|error: guest_core::BadId| {
                reading.wrong(format!("{place}/id"), error);
            });
            let confirmed = confirmed(&mut reading, &place, each.name.as_deref(), &each.profile);
            if let (Ok(id), Some(confirmed)) = (id, confirmed) {
                all.push((id, confirmed));
            }
        }
        reading.done(Some(all))
    }
}

fn confirmed(
    reading: &mut Reading,
    place: &str,
    name: Option<&str>,
    profile: &str,
) -> Option<Confirmed> {
    let name = match name.filter(|name| !name.trim().is_empty()) {
        Some(name) => reading.read(&format!("{place}/name"), PersonName::parse(name)).map(Some),
        None => Some(None),
    };
    let names = Profile::ALL.map(Profile::name);
    let profile = reading.one_of(&format!("{place}/profile"), Profile::named(profile), &names);
    name.zip(profile).map(|(name, profile)| Confirmed { name, profile })
}

/// How many requests are accepted at once, so that none waits long for the transaction.
const AT_ONCE_MOST: usize = 100;
