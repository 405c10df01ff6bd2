//! Requests to join a team (OR-30 to OR-34).
//!
//! Who somebody is has been verified before a unit of work begins: over the network, or by a
//! signature, through the port [`Vouching`](crate::Vouching). The unit decides what becomes of it.

mod answer;
mod view;

pub use self::answer::{AcceptEach, AcceptManyDraft, AcceptedEach, AcceptedMany, JoinAcceptDraft};
pub use self::view::{
    JoinDeviceDraft, JoinDraft, JoinFilter, JoinPageView, JoinRequestView, JoinStatusView, Joined,
    VouchedView,
};

use guest_core::{
    ASKED_MOST, ASKED_WITHIN, DeviceId, JoinDevice, JoinEffect, JoinLink, JoinNews, JoinRefusal,
    JoinRequest, JoinRequestId, JoinTerms, MailIntent, Right, Step, Team, TeamId, Vouched,
};

use crate::access::Actor;
use crate::paging::page;
use crate::record::{Audience, Range, find, identity_key, list, row};
use crate::table::Value;
use crate::view::Page;
use crate::work::{By, Work};
use crate::{App, Call, Denied, Fault, Paging, Pending, tables};

pub(crate) use self::view::Asking;

impl App {
    /// Tells a stranger in which ways they can ask to join (OR-30).
    ///
    /// Of a team that takes no requests they learn as little as of one that does not exist.
    pub fn join_page(&self, team: &str) -> Pending<JoinPageView> {
        let (team, vouching) = (TeamId::parse(team).ok(), self.vouching.clone());
        self.read(move |view, _| {
            let team: Option<Team> = match team {
                Some(team) => find(view, &row![team])?,
                None => None,
            };
            let team = team.ok_or(JoinRefusal::Off)?;
            let ways = vouching.ways(team.id);
            if ways.is_empty() {
                return Err(JoinRefusal::Off.into());
            }
            Ok(JoinPageView::of(&team, ways))
        })
    }

    /// Submits a request that is signed with the key of a certificate (OR-31, OR-33).
    ///
    /// # Errors
    ///
    /// Returns why it comes to nothing.
    pub async fn submit_join_request(
        &self,
        call: &Call,
        team: &str,
        draft: &JoinDraft,
    ) -> Result<Joined, Fault> {
        let open = self.join_page(team).await?;
        let team = TeamId::parse(&open.team).map_err(|_| JoinRefusal::Off)?;
        let (asking, proof) = draft.read()?;
        let server = self.config.public_url.clone();
        let message = asking.terms(&server, team).message();
        let vouched = self.vouching.certify(team, &message, &proof)?;
        self.take_join_request(call, team, asking, vouched).await
    }

    /// Takes a request whose identity was verified (OR-31).
    pub(crate) fn take_join_request(
        &self,
        call: &Call,
        team: TeamId,
        asking: Asking,
        vouched: Vouched,
    ) -> Pending<Joined> {
        self.write(call, move |work| {
            let request = submit(work, team, &asking, &vouched)?;
            Ok(Joined::of(&request, work.config))
        })
    }

    /// Shows a person what became of their own request (OR-30).
    ///
    /// `named` is the request as an address names it, if one does.
    pub fn join_status(
        &self,
        token: &str,
        named: Option<(&str, JoinRequestId)>,
    ) -> Pending<JoinStatusView> {
        let link = self.own_request(token, named);
        self.read(move |view, _| {
            let link = link.clone()?;
            let request: Option<JoinRequest> = find(view, &row![link.team, link.request])?;
            let request = request.ok_or(Denied::NotFound("join request"))?;
            let team: Option<Team> = find(view, &row![link.team])?;
            let team = team.ok_or(Denied::NotFound("join request"))?;
            Ok(JoinStatusView::of(&request, &team, view.now()))
        })
    }

    /// Takes a request back, by the person themselves (OR-30).
    pub fn cancel_join_request(
        &self,
        call: &Call,
        token: &str,
        named: Option<(&str, JoinRequestId)>,
    ) -> Pending<()> {
        let link = self.own_request(token, named);
        self.write(call, move |work| {
            let link = link.clone()?;
            let request = require(work, link.team, link.request)?;
            let step = request.cancel(work.now)?;
            let by = of_person(&request);
            work.audit(link.team, &by, "join_request.cancel", request.id, &detail(&request))?;
            carry_out(work, step).map(drop)
        })
    }

    /// Reads a person's own token; it opens no other request than its own.
    fn own_request(
        &self,
        token: &str,
        named: Option<(&str, JoinRequestId)>,
    ) -> Result<JoinLink, Denied> {
        let link = JoinLink::open(token, &self.config.key);
        match (link, named) {
            (None, Some(_)) => Err(Denied::Unauthenticated),
            (Some(link), Some((team, id))) if link.team.as_str() != team || link.request != id => {
                Err(Denied::NotFound("join request"))
            }
            (None, None) => Err(Denied::NotFound("join request")),
            (Some(link), _) => Ok(link),
        }
    }

    /// Draws the name of a request for a page, whose script need not.
    #[must_use]
    pub fn draw_join_request(&self) -> JoinRequestId {
        let mut bits = [0; 16];
        self.entropy.fill(&mut bits);
        JoinRequestId::from_bits(u128::from_be_bytes(bits))
    }

    /// Lists requests to join, the oldest first: those that wait, or those in any state (OR-34).
    pub fn join_requests(
        &self,
        call: &Call,
        team: &str,
        filter: &JoinFilter,
        paging: &Paging,
    ) -> Pending<Page<JoinRequestView>> {
        let (call, team, filter) = (call.clone(), team.to_owned(), filter.read());
        let paged = paging.parse();
        self.read(move |view, _| {
            let actor = Actor::with(view, &call, &team, Right::ReadJoinRequests)?;
            let state = filter.clone()?;
            let paged = paged.clone()?;
            let prefix = row![actor.team.id];
            let index =
                (state.as_deref() == Some("submitted")).then_some(&tables::JOIN_REQUEST_WAITING);
            let range = Range { index, prefix: &prefix, ..Range::default() };
            page(view, &range, &paged, |view, request: JoinRequest| {
                let wanted = state.as_ref().is_none_or(|state| request.state.name() == state);
                Ok(wanted.then(|| JoinRequestView::of(&request, view.now())))
            })
        })
    }

    /// Shows a request to join, with what was vouched for (OR-34).
    pub fn join_request(
        &self,
        call: &Call,
        team: &str,
        id: JoinRequestId,
    ) -> Pending<JoinRequestView> {
        let (call, team) = (call.clone(), team.to_owned());
        self.read(move |view, _| {
            let actor = Actor::with(view, &call, &team, Right::ReadJoinRequests)?;
            let request: Option<JoinRequest> = find(view, &row![actor.team.id, id])?;
            let request = request.ok_or(Denied::NotFound("join request"))?;
            Ok(JoinRequestView::of(&request, view.now()))
        })
    }
}

/// Stores a verified request, in place of the one that the same identity has pending (OR-31).
fn submit(
    work: &mut Work<'_>,
    team: TeamId,
    asking: &Asking,
    vouched: &Vouched,
) -> Result<JoinRequest, Fault> {
    if work.find::<JoinRequest>(&row![team, asking.id])?.is_some() {
        return Err(JoinRefusal::Known.into());
    }
    let mine = of_identity(work, team, vouched)?;
    let device = asking.device.clone().map(|(name, key)| JoinDevice {
        id: work.ids.next(DeviceId::from_bits),
        name,
        key,
    });
    let recent = mine.iter().filter(|one| one.submitted_at > work.now - ASKED_WITHIN).count();
    let step = JoinRequest::submit(team, asking.id, vouched.clone(), device, recent, work.now)?;
    for older in mine {
        if let Some(step) = older.replace(&step.next, work.now) {
            carry_out(work, step)?;
        }
    }
    let by = of_person(&step.next);
    work.audit(team, &by, "join_request.submit", step.next.id, &detail(&step.next))?;
    carry_out(work, step)
}

/// Returns what an identity has asked for of late, and what it still has pending.
fn of_identity(
    work: &mut Work<'_>,
    team: TeamId,
    vouched: &Vouched,
) -> Result<Vec<JoinRequest>, Fault> {
    let prefix = row![team, identity_key(&vouched.identity)];
    let since = (work.now - ASKED_WITHIN).timestamp_micros();
    let index = Some(&tables::JOIN_REQUEST_IDENTITY);
    let recent = Range {
        index,
        prefix: &prefix,
        from: Some(Value::Int(since)),
        limit: ASKED_MOST,
        ..Range::default()
    };
    let mut mine: Vec<JoinRequest> = list(work.tx, &recent)?;
    // The last one before that may be waiting still; earlier ones have been replaced.
    let before = Range {
        index,
        prefix: &prefix,
        until: Some(Value::Int(since)),
        backwards: true,
        limit: 1,
        ..Range::default()
    };
    mine.extend(list::<JoinRequest>(work.tx, &before)?);
    Ok(mine)
}

/// Stores what a rule made of a request, and carries out what follows from it.
fn carry_out(
    work: &mut Work<'_>,
    step: Step<JoinRequest, JoinEffect>,
) -> Result<JoinRequest, Fault> {
    let Step { next: request, effects } = step;
    work.save(&request)?;
    for effect in effects {
        match effect {
            JoinEffect::Mail(answer) => {
                let intent = MailIntent::JoinRequest { answer };
                work.mail(Some(request.team), request.vouched.email.clone(), intent, None)?;
            }
            JoinEffect::Tell(news) => {
                let data = JoinRequestView::of(&request, work.now);
                let event =
                    work.event(request.team, event_name(news), Audience::JoinRequests, &data);
                work.tell(event)?;
            }
        }
    }
    Ok(request)
}

/// Returns the type of the event that tells of this (IF-6).
const fn event_name(news: JoinNews) -> &'static str {
    match news {
        JoinNews::Submitted => "join_request.submitted",
        JoinNews::Accepted => "join_request.accepted",
        JoinNews::Rejected => "join_request.rejected",
        JoinNews::Cancelled => "join_request.cancelled",
    }
}

fn require(work: &mut Work<'_>, team: TeamId, id: JoinRequestId) -> Result<JoinRequest, Fault> {
    work.find(&row![team, id])?.ok_or_else(|| Denied::NotFound("join request").into())
}

/// Names a person who is no user, for the audit log.
fn of_person(request: &JoinRequest) -> By {
    By::Guest(request.vouched.email.clone())
}

/// Returns what the audit log says of a request.
fn detail(request: &JoinRequest) -> serde_json::Value {
    let identity = &request.vouched.identity;
    serde_json::json!({
        "email": request.vouched.email,
        "issuer": identity.issuer,
        "subject": identity.subject,
    })
}

impl Asking {
    fn terms<'a>(&'a self, server: &'a str, team: TeamId) -> JoinTerms<'a> {
        let device = self.device.as_ref().map(|(name, key)| (name, key));
        JoinTerms { server, team, request: self.id, device }
    }
}
