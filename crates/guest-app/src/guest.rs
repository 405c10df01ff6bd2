//! The guest's side: what a link shows, connecting, asking for time, leaving (GA-41 to GA-48).
//!
//! A link alone lets nobody in: the guest is signed in as the invited account.
//! These are for people; an API key can do none of it.

mod calendar;
mod changes;
mod view;

pub use self::changes::{GuestChange, GuestChanges};
pub use self::view::{Connected, GuestLinkView, GuestSessionView, TimeDraft};

use std::sync::Arc;

use guest_core::{
    Admission, Attempt, Computer, ConnectRefusal, Email, InputError, Invite, Link, NewSession,
    Purpose, Refusal, Secret, Session, SessionEndReason, SessionId, Team, TimeRequestRefusal, User,
};

use crate::access::{account, role_of, signed_in};
use crate::config::Config;
use crate::once::{self, Replay};
use crate::record::{find, first, row};
use crate::work::{By, Work, computer, live_session};
use crate::{App, Call, Caller, Denied, Fault, Pending, Refused, Relay, View, tables};

impl App {
    /// Returns what a link is for (GA-41, GA-46).
    ///
    /// Nobody needs to be signed in, and nothing is changed by looking.
    pub fn guest_link(&self, call: &Call, token: &str) -> Pending<GuestLinkView> {
        let (call, link) = (call.clone(), opened(token, &self.config));
        let relay = Arc::clone(&self.relay);
        self.read(move |view, config| {
            let link = link?;
            let invite = behind(view, link)?;
            let account = match call.caller {
                Caller::Nobody | Caller::Login(_) => account(view, &call, link.team)?,
                Caller::ApiKey(_) | Caller::Operator { .. } => None,
            };
            let standing = invite.recognize(link.counter, account.as_ref());
            let place = Place::find(view, &invite, &*relay)?;
            GuestLinkView::of(view, &place, standing, config)
        })
    }

    /// Connects a guest (GA-42): opens a session, which takes over from an older one (GA-36).
    ///
    /// Where this product carries the session, the answer has the ticket for
    /// its stream (CN-3). Every refused attempt is written down, too (QU-35).
    pub fn connect(&self, call: &Call, token: &str) -> Pending<Connected> {
        let (call, relay, ticket) =
            (call.clone(), Arc::clone(&self.relay), self.secret(Purpose::Ticket));
        let link = match opened(token, &self.config) {
            Ok(link) => link,
            // A token that was never given out belongs to no team that could write it down.
            Err(unknown) => return Pending::ready(Err(unknown.into())),
        };
        self.write_either(&call.clone(), move |work| match admit(work, &call, link, &*relay) {
            Ok(Admitted::Again(connected)) => Ok(Ok(connected)),
            Ok(Admitted::Now(entry)) => open_session(work, &call, *entry, &ticket).map(Ok),
            Err(Fault::Refused(refusal)) => {
                write_down(work, &call, link, &refusal)?;
                Ok(Err(refusal))
            }
            Err(fault @ Fault::Store(_)) => Err(fault),
        })
    }

    /// Asks for more time on behalf of the guest (GA-48).
    pub fn request_time(&self, call: &Call, token: &str, draft: &TimeDraft) -> Pending<()> {
        let (call, request) = (call.clone(), draft.parse());
        let link = match opened(token, &self.config) {
            Ok(link) => link,
            Err(unknown) => return Pending::ready(Err(unknown.into())),
        };
        self.write(&call.clone(), move |work| {
            let (invite, guest) = guest_of(work.tx, &call, link)?;
            if let Some(()) = replay(work, &call)? {
                return Ok(());
            }
            let step = invite.request_time(request.clone()?, work.now).map_err(not_granted)?;
            let by = By::Guest(guest);
            let invite = work.carry_out(step, &by)?;
            let asked = invite.time_asked.as_ref();
            let detail = serde_json::json!({
                "minutes": asked.map(|asked| asked.minutes),
                "note": asked.map(|asked| &asked.note),
            });
            work.audit(invite.team, &by, "invite.request_time", invite.id, &detail)?;
            record(work, &call, ())
        })
    }

    /// Ends a session on behalf of its guest (GA-44); one that has ended stays as it is.
    pub fn leave(&self, call: &Call, id: SessionId) -> Pending<()> {
        let call = call.clone();
        self.write(&call.clone(), move |work| {
            let login = signed_in(work.tx, &call)?.ok_or(Denied::Unauthenticated)?;
            let session: Option<Session> = first(work.tx, &tables::SESSION_ID, &row![id])?;
            let theirs = |session: &Session| {
                session.guest == login.email && login.proof.reaches(session.team)
            };
            let session = session.filter(theirs).ok_or(Denied::NotFound("session"))?;
            work.end_session(&session, SessionEndReason::Left, &By::Guest(login.email)).map(drop)
        })
    }
}

/// An invite with what it belongs to.
struct Place {
    invite: Invite,
    team: Team,
    computer: Computer,
    sender: Option<User>,
    /// Whether the sender may still invite to the computer; asked for oneself only (GA-43).
    sender_may_invite: bool,
    /// Whether the computer's agent is connected to this server.
    reached: bool,
}

impl Place {
    fn find(view: &mut dyn View, invite: &Invite, relay: &dyn Relay) -> Result<Self, Fault> {
        let invite = invite.clone();
        let team: Option<Team> = find(view, &row![invite.team])?;
        let computer = computer(view, invite.team, invite.computer)?;
        let (Some(team), Some(computer)) = (team, computer) else {
            return Err(ConnectRefusal::LinkUnknown.into());
        };
        let sender: Option<User> = find(view, &row![invite.team, invite.sender.user])?;
        let sender_may_invite = match &sender {
            Some(sender) if invite.ignores_window() => role_of(view, sender)?
                .is_some_and(|role| computer.is_hosted_by(Some(sender.id), role)),
            Some(_) | None => false,
        };
        let reached = relay.reaches(computer.id);
        Ok(Self { invite, team, computer, sender, sender_may_invite, reached })
    }

    /// Decides whether an account that came by a link may connect now (GA-42).
    fn admit(
        &self,
        view: &mut dyn View,
        link: u32,
        account: Option<&Email>,
    ) -> Result<Admission, ConnectRefusal> {
        let &Self { ref invite, ref computer, sender_may_invite, reached, .. } = self;
        invite.admit(Attempt { link, account, computer, sender_may_invite, reached }, view.now())
    }
}

/// Somebody who may connect.
struct Entry {
    place: Place,
    guest: Email,
    admission: Admission,
}

/// What came of an attempt that was not refused.
enum Admitted {
    /// The same request was made before, and answered like this.
    Again(Connected),
    /// They may connect.
    Now(Box<Entry>),
}

/// Decides about an attempt to connect, in the order of GA-42, and changes nothing.
fn admit(
    work: &mut Work<'_>,
    call: &Call,
    link: Link,
    relay: &dyn Relay,
) -> Result<Admitted, Fault> {
    let invite = invite_of(work.tx, link)?;
    let account = account(work.tx, call, link.team)?;
    invite.recognize(link.counter, account.as_ref())?;
    if let Some(connected) = replay(work, call)? {
        return Ok(Admitted::Again(connected));
    }
    let place = Place::find(work.tx, &invite, relay)?;
    let admission = place.admit(work.tx, link.counter, account.as_ref())?;
    let guest = account.ok_or(ConnectRefusal::SignedOut)?;
    Ok(Admitted::Now(Box::new(Entry { place, guest, admission })))
}

/// Opens a session, which on an external computer uses the invite (GA-35, CN-11).
fn open_session(
    work: &mut Work<'_>,
    call: &Call,
    entry: Entry,
    ticket: &Secret,
) -> Result<Connected, Fault> {
    let Entry { place: Place { invite, computer, .. }, guest, admission } = entry;
    let by = By::Guest(guest);
    if let Some(older) = live_session(work.tx, &invite)? {
        work.end_session(&older, SessionEndReason::Replaced, &by)?;
    }
    let new = NewSession {
        id: work.ids.next(SessionId::from_bits),
        invite: &invite,
        computer: &computer,
        admission,
        ticket: ticket.hash(),
        from: work.origin.clone().unwrap_or_default(),
    };
    let session = Session::open(new, work.now);
    work.save(&session)?;
    work.tell_session(&session, "session.started")?;
    let detail = serde_json::json!({
        "invite": session.invite,
        "computer": session.computer,
        "from": session.from,
        "permissions": session.permissions,
        "closes_at": session.closes_at,
    });
    work.audit(session.team, &by, "session.open", session.id, &detail)?;
    if session.used_at.is_some()
        && let Some(step) = invite.use_now(work.now)
    {
        work.carry_out(step, &by)?;
    }
    let connected = Connected::of(&session, ticket, work.config);
    record(work, call, connected)
}

/// Writes down a refused attempt to connect (QU-35).
fn write_down(
    work: &mut Work<'_>,
    call: &Call,
    link: Link,
    refusal: &Refused,
) -> Result<(), Fault> {
    let nameless = |name: &str| By::Actor { name: name.to_owned(), email: None };
    let by = match &call.caller {
        Caller::Nobody => By::nobody(),
        Caller::Login(_) => account(work.tx, call, link.team)?.map_or_else(By::nobody, By::Guest),
        Caller::ApiKey(hash) => match crate::access::api_key(work.tx, *hash)? {
            Some(key) => nameless(&key.id.to_string()),
            None => By::nobody(),
        },
        Caller::Operator { .. } => nameless("operator"),
    };
    let detail = serde_json::json!({ "code": refusal.code(), "detail": refusal.to_string() });
    work.audit(link.team, &by, "session.refuse", link.invite, &detail)
}

/// Returns an invite and its guest, who calls with its current link.
fn guest_of(view: &mut dyn View, call: &Call, link: Link) -> Result<(Invite, Email), Fault> {
    let invite = behind(view, link)?;
    let account = account(view, call, link.team)?;
    invite.recognize(link.counter, account.as_ref())?;
    Ok((invite, account.ok_or(ConnectRefusal::SignedOut)?))
}

/// Returns the invite behind a link; only the current one leads to it (GA-19).
fn behind(view: &mut dyn View, link: Link) -> Result<Invite, Fault> {
    let invite: Invite = invite_of(view, link)?;
    if invite.link == link.counter { Ok(invite) } else { Err(ConnectRefusal::LinkUnknown.into()) }
}

fn opened(token: &str, config: &Config) -> Result<Link, ConnectRefusal> {
    Link::open(token, &config.key).ok_or(ConnectRefusal::LinkUnknown)
}

fn invite_of(view: &mut dyn View, link: Link) -> Result<Invite, Fault> {
    let invite = find(view, &row![link.team, link.invite])?;
    invite.ok_or_else(|| ConnectRefusal::LinkUnknown.into())
}

/// Returns what was answered to the same request before (QU-23).
fn replay<T: Replay>(work: &mut Work<'_>, call: &Call) -> Result<Option<T>, Fault> {
    match &call.once {
        Some(once) => once::replay(work, &once::caller_name(&call.caller), once),
        None => Ok(None),
    }
}

/// Keeps an answer for when the same request is made again (QU-23).
fn record<T: Replay>(work: &mut Work<'_>, call: &Call, mut answer: T) -> Result<T, Fault> {
    if let Some(once) = &call.once {
        once::record(work, once::caller_name(&call.caller), once, &mut answer)?;
    }
    Ok(answer)
}

/// Places a refusal that is about the request at its field.
fn not_granted(refusal: TimeRequestRefusal) -> Refused {
    match refusal {
        TimeRequestRefusal::Minutes => InputError::at("/minutes", &refusal).into(),
        TimeRequestRefusal::Ended(_)
        | TimeRequestRefusal::WindowOver
        | TimeRequestRefusal::Endless
        | TimeRequestRefusal::TooSoon { .. } => refusal.into(),
    }
}

/// A wish for time answers nothing.
impl Replay for () {}
