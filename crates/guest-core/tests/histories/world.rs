//! A team, carried through a history the way an application does it.

use core::num::NonZeroU32;
use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use guest_core::{
    Admission, Attempt, CancelReason, Computer, ComputerId, ComputerName, Connection,
    CreditAccount, Edit, Email, Entry, EntryId, ExtendBy, GrantNote, GuestKind, HostLogin,
    HostLoginState, InputError, Instant, Invite, InviteId, Inviting, Kind, LoginReport, MailId,
    MailNote, MailState, Message, Moving, NewInvite, NewSession, Note, Permissions, Posting,
    PresenceChange, Provision, RefundPolicy, Refusal, Seat, SecretHash, Sender, SenderPolicy,
    Session, SessionBook, SessionEndReason, SessionId, Step, TeamId, TimeRequest, Title, UserId,
    Window, WindowEdit, Zone, charge,
};

use super::op::{Change, Door, Guest, Login, Op, Request, Timer, Which};

/// A team with two computers and one sender, Ada.
pub(crate) struct World {
    pub(crate) now: Instant,
    /// Whether the timer has rung since anything became due.
    pub(crate) settled: bool,
    pub(crate) refunds: RefundPolicy,
    pub(crate) account: CreditAccount,
    pub(crate) entries: Vec<Entry>,
    pub(crate) invites: BTreeMap<InviteId, Invite>,
    /// The zone in which the instants of each window were chosen.
    pub(crate) chosen_in: BTreeMap<InviteId, Zone>,
    /// When each start was last chosen, and how often the guest was reminded of it since.
    pub(crate) reminders: BTreeMap<InviteId, (Instant, u32)>,
    pub(crate) sessions: BTreeMap<SessionId, Session>,
    /// Which sessions' tickets were taken.
    pub(crate) taken: BTreeSet<SessionId>,
    /// Whose senders were mailed that the computer is not ready.
    pub(crate) warned: BTreeSet<InviteId>,
    /// When which computer was heard.
    pub(crate) heard: Vec<(ComputerId, Instant)>,
    pub(crate) was_set_back: bool,
    /// What each session was let in with.
    pub(crate) admitted: BTreeMap<SessionId, Permissions>,
    pub(crate) book: SessionBook,
    pub(crate) computers: BTreeMap<ComputerId, Computer>,
    /// Which computers' agents are running.
    agents: BTreeSet<ComputerId>,
    team_computer: ComputerId,
    personal_computer: ComputerId,
    may_invite: bool,
    /// The last bits given to anything as its id.
    bits: u128,
    /// What this history has been through.
    pub(crate) reached: BTreeSet<String>,
}

impl World {
    pub(crate) fn new(refunds: RefundPolicy) -> Self {
        let mut world = Self {
            now: "2026-10-23T08:00:00Z".parse().unwrap(),
            settled: true,
            refunds,
            account: CreditAccount::new(team()),
            entries: Vec::new(),
            invites: BTreeMap::new(),
            chosen_in: BTreeMap::new(),
            reminders: BTreeMap::new(),
            sessions: BTreeMap::new(),
            taken: BTreeSet::new(),
            warned: BTreeSet::new(),
            heard: Vec::new(),
            was_set_back: false,
            admitted: BTreeMap::new(),
            book: SessionBook::default(),
            computers: BTreeMap::new(),
            agents: BTreeSet::new(),
            team_computer: ComputerId::from_bits(0),
            personal_computer: ComputerId::from_bits(0),
            may_invite: true,
            bits: 0,
            reached: BTreeSet::new(),
        };
        world.provision(Which::Team);
        world.provision(Which::Personal);
        world.grant(3);
        world
    }

    pub(crate) fn act(&mut self, op: Op) {
        match op {
            Op::Grant(quantity) => self.grant(quantity),
            Op::Make(request) => self.make(&request),
            Op::Knock(place, door) => self.with(place, |world, invite| world.knock(invite, door)),
            Op::Enter(place) => self.with(place, |world, invite| {
                world.knock(invite, Door::Right);
                world.take_ticket(invite.id, true);
                world.picture(invite.id);
            }),
            Op::Take(place, own) => {
                self.with(place, |world, invite| world.take_ticket(invite.id, own));
            }
            Op::Picture(place) => self.with(place, |world, invite| world.picture(invite.id)),
            Op::Leave(place) => {
                self.with(place, |world, invite| world.end(invite.id, SessionEndReason::Left));
            }
            Op::Kick(place, keep_out) => {
                self.with(place, |world, invite| world.answer("kick", invite.kick(keep_out)));
            }
            Op::Readmit(place) => {
                self.with(place, |world, invite| world.answer("readmit", invite.readmit()));
            }
            Op::Edit(place, change) => {
                self.with(place, |world, invite| world.edit(invite, &change));
            }
            Op::Move(place, which) => {
                self.with(place, |world, invite| world.move_to(invite, which));
            }
            Op::Apply(place) => self.with(place, |world, invite| {
                let step = invite.apply_permissions().map(|end| Step::to(invite.clone(), [end]));
                world.answer("apply", step);
            }),
            Op::NewLink(place) => {
                self.with(place, |world, invite| world.answer("new link", invite.new_link()));
            }
            Op::Resend(place) => self.with(place, |world, invite| {
                let step = invite.resend().map(|mail| Step::to(invite.clone(), [mail]));
                world.answer("resend", step);
            }),
            Op::AskTime(place, minutes) => self.with(place, |world, invite| {
                let wish = TimeRequest { minutes, note: Note::parse("please").unwrap() };
                world.answer("ask for time", invite.request_time(wish, world.now));
            }),
            Op::Extend(place, minutes) => self.with(place, |world, invite| {
                if let Ok(edit) = invite.extended(ExtendBy::Minutes(minutes), world.now) {
                    world.answer("extend", invite.edit(edit, world.now));
                }
            }),
            Op::Cancel(place, reason) => self.with(place, |world, invite| {
                let step = invite.cancel(reason, world.refunds, world.now);
                world.answer("cancel", step);
            }),
            Op::Mail(place, state) => {
                self.with(place, |world, invite| world.deliver(invite, state));
            }
            Op::Agent(which, login) => self.hear(self.computer(which), login),
            Op::Silence(which) => {
                self.agents.remove(&self.computer(which));
            }
            Op::Switch(which, on) => self.switch(self.computer(which), on),
            Op::Remove(which) => self.remove(which),
            Op::Rights(may_invite) => self.set_rights(may_invite),
            Op::Elapse(seconds, timer) => self.pass(TimeDelta::seconds(seconds), timer),
            Op::Await(timer) => {
                let next = self.next_due().unwrap_or(self.now);
                self.pass((next - self.now).max(TimeDelta::zero()), timer);
            }
            Op::SetBack(seconds) => self.set_back(seconds),
        }
    }

    pub(crate) fn live_sessions(&self) -> impl Iterator<Item = &Session> {
        self.sessions.values().filter(|session| session.is_live())
    }

    fn make(&mut self, request: &Request) {
        let computer = self.computers[&self.computer(request.computer)].clone();
        let guests: Vec<_> = request.guests.iter().map(|guest| guest.known()).collect();
        if !self.may_invite {
            return self.reach("make: forbidden");
        }
        let policy = SenderPolicy::Team;
        let inviting = Inviting { computer: &computer, guests: &guests, sender: ADA, policy };
        if let Err(refusal) = inviting.check(self.now) {
            return self.refused("make", &refusal);
        }
        let start = self.now + TimeDelta::minutes(request.start);
        let end = start + TimeDelta::minutes(request.length);
        let window = match Window::new(start, end, zone(request.paris)) {
            Ok(window) => window,
            Err(refusal) => return self.refused("make", &refusal),
        };
        if let Err(errors) = Inviting::check_window(&window, "/window", self.now) {
            return self.wrong("make", &errors);
        }
        if let Err(refusal) = charge(&guests, &self.account) {
            return self.refused("make", &refusal);
        }
        for GuestKind { guest, kind } in guests {
            let new = NewInvite {
                team: team(),
                id: InviteId::from_bits(self.draw()),
                mail: MailId::from_bits(self.draw()),
                computer: computer.id,
                host_login: computer.known_login(),
                guest: guest.clone(),
                kind,
                sender: Sender { user: ADA, email: ada() },
                window,
                permissions: request.permissions,
                title: Title::parse("the study").unwrap(),
                message: Message::parse("").unwrap(),
            };
            if kind == Kind::Outside {
                let entry = EntryId::from_bits(self.draw());
                self.post(Posting::invite(entry, self.now, new.id, guest, ada()));
            }
            let id = new.id;
            self.take(Invite::make(new, self.now));
            if let Some(warning) = self.invites[&id].look(&computer, self.now) {
                self.take(warning);
            }
        }
    }

    fn knock(&mut self, invite: &Invite, door: Door) {
        let computer = self.computers[&invite.computer].clone();
        let (mut link, mut account) = (invite.link, Some(&invite.guest));
        let mallory = Email::parse("mallory@example.net").unwrap();
        match door {
            Door::Right => {}
            Door::OldLink => link = link.wrapping_sub(1),
            Door::SignedOut => account = None,
            Door::WrongAccount => account = Some(&mallory),
        }
        let (sender_may_invite, reached) = (self.may_invite, self.agents.contains(&computer.id));
        let attempt = Attempt { link, account, computer: &computer, sender_may_invite, reached };
        let admission = invite.admit(attempt, self.now);
        self.check_admission(invite, attempt, admission);
        match admission {
            Ok(admission) => self.open(invite, &computer, admission),
            Err(refusal) => self.refused("knock", &refusal),
        }
    }

    fn open(&mut self, invite: &Invite, computer: &Computer, admission: Admission) {
        self.reach("knock: let in");
        let id = SessionId::from_bits(self.draw());
        let seat = Seat { invite: invite.id, computer: computer.id, until: admission.closes_at };
        self.book.handle_open(id, seat);
        self.put_off();
        self.admitted.insert(id, admission.permissions);
        let (ticket, from) = (ticket_of(id), "192.0.2.1".to_owned());
        let new = NewSession { id, invite, computer, admission, ticket, from };
        let session = Session::open(new, self.now);
        let used = session.used_at.is_some();
        self.sessions.insert(id, session);
        if used {
            self.use_now(invite.id);
        }
    }

    /// The guest's page opens the stream of its last session (CN-3).
    fn take_ticket(&mut self, invite: InviteId, own: bool) {
        let last = self.sessions.values().rev().find(|session| session.invite == invite);
        let Some(session) = last.cloned() else { return };
        let shown = if own { session.id } else { SessionId::from_bits(0) };
        match session.take(ticket_of(shown), self.now) {
            Ok(taken) => {
                self.reach("ticket: taken");
                self.check_ticket(&session);
                self.sessions.insert(session.id, taken);
            }
            Err(refusal) => self.refused("ticket", &refusal),
        }
    }

    /// The connection of an invite is seen to work (GA-35).
    fn picture(&mut self, invite: InviteId) {
        let Some(session) = self.session_of(invite) else { return };
        if let Some(pictured) = self.sessions[&session].picture(self.now) {
            self.sessions.insert(session, pictured);
            self.use_now(invite);
        }
    }

    fn use_now(&mut self, invite: InviteId) {
        if let Some(step) = self.invites[&invite].use_now(self.now) {
            self.take(step);
        }
    }

    fn edit(&mut self, invite: &Invite, change: &Change) {
        let zone_now = change.paris.map_or(invite.window.zone(), zone);
        let local = |minutes| zone_now.local(self.now + TimeDelta::minutes(minutes));
        let parts = WindowEdit {
            start: change.start.map(local),
            end: change.end.map(local),
            zone: change.paris.map(zone),
        };
        match parts.apply(invite.window, "/window", self.now) {
            Err(errors) => self.wrong("edit", &errors),
            Ok(window) => {
                let edit = Edit { window: Some(window), permissions: change.permissions };
                self.answer("edit", invite.edit(edit, self.now));
            }
        }
    }

    /// Ada moves an invite, as long as she may.
    fn move_to(&mut self, invite: &Invite, which: Which) {
        if !self.may_invite {
            return self.reach("move: forbidden");
        }
        let computer = self.computers[&self.computer(which)].clone();
        let moving = Moving { to: &computer, mover: ADA, policy: SenderPolicy::Team };
        self.answer("move", invite.move_to(moving, self.now));
    }

    /// The mail server has something to say about the latest mail.
    fn deliver(&mut self, invite: &Invite, state: MailState) {
        if invite.mail.state != MailState::Withdrawn && state != MailState::Withdrawn {
            let told = invite.mail.told || state == MailState::Sent;
            let mail = MailNote { state, told, ..invite.mail.clone() };
            self.take(Step::quiet(Invite { mail, ..invite.clone() }));
        }
    }

    fn hear(&mut self, computer: ComputerId, login: Option<Login>) {
        self.agents.insert(computer);
        self.heard.push((computer, self.now));
        let report = match login {
            None => LoginReport::Unmentioned,
            Some(Login::Out) => LoginReport::LoggedOut,
            Some(Login::As(name)) => LoginReport::LoggedIn(HostLogin::parse(name).unwrap()),
        };
        let before = &self.computers[&computer];
        let own = HostLogin::parse("ada@acme.example").unwrap();
        let own = before.owner().map(|_| own);
        let (heard, changes) = before.heard(report, own.as_ref(), before.connection, self.now);
        let login = heard.login.clone();
        self.computers.insert(computer, heard);
        if changes.contains(&PresenceChange::Login) {
            for invite in self.invites_to(computer) {
                self.see(&invite, &login);
            }
        }
    }

    fn see(&mut self, invite: &Invite, login: &HostLoginState) {
        if invite.is_live() && invite.used_at.is_some() && invite.host_login.is_some() {
            self.reach("login changes after use");
        }
        if let Some(step) = invite.see_login(login, self.now) {
            if step.next.is_live() {
                self.reach("first login is remembered");
            }
            self.take(step);
        }
    }

    fn switch(&mut self, computer: ComputerId, on: bool) {
        if let Some(switched) = self.computers[&computer].switch(on) {
            self.computers.insert(computer, switched);
            if !on {
                self.book.handle_computer_end(computer, SessionEndReason::AccessOff);
                self.put_off();
            }
        }
    }

    fn remove(&mut self, which: Which) {
        let computer = self.computer(which);
        let removed = self.computers[&computer].remove(self.now);
        self.computers.insert(computer, removed);
        self.agents.remove(&computer);
        for invite in self.invites_to(computer) {
            if let Some(step) = invite.lose_computer(self.refunds, self.now) {
                self.take(step);
            }
        }
        self.provision(which);
    }

    /// Ada's rights change; losing them takes from her what GA-39 says.
    fn set_rights(&mut self, may_invite: bool) {
        self.may_invite = may_invite;
        let lost = |invite: &&Invite| {
            let owned = self.computers[&invite.computer].owner().is_some();
            !may_invite && invite.is_live() && (owned || invite.kind == Kind::Oneself)
        };
        for invite in self.invites.values().filter(lost).cloned().collect::<Vec<_>>() {
            let step = invite.cancel(CancelReason::RightsLost, self.refunds, self.now);
            self.take(step.unwrap());
        }
    }

    /// Returns when an invite or a session next has something to do.
    fn next_due(&self) -> Option<Instant> {
        let tickets = self.sessions.values().filter_map(Session::due);
        let invites = self.invites.values().filter_map(Invite::due);
        invites.chain(tickets).chain(self.book.poll_timeout()).min()
    }

    fn pass(&mut self, time: TimeDelta, timer: Timer) {
        self.now += time;
        self.settled = false;
        for computer in self.agents.clone() {
            self.hear(computer, None);
        }
        match timer {
            Timer::Rings => self.ring(),
            Timer::Sleeps => {}
        }
    }

    fn set_back(&mut self, seconds: i64) {
        let later = self.now;
        self.was_set_back = true;
        self.pass(TimeDelta::seconds(-seconds), Timer::Rings);
        let crossed = |at: Instant| self.now < at && at <= later;
        let live: Vec<_> =
            self.invites.values().filter(|one| one.is_live()).map(|one| one.window).collect();
        let ended = self.invites.values().any(|one| !one.is_live() && crossed(one.window.end()));
        if live.iter().any(|window| crossed(window.start())) {
            self.reach("clock set back over a start");
        }
        if ended {
            self.reach("clock set back over an end");
        }
    }

    /// Does everything that is due (GA-30, GA-37, GA-4).
    fn ring(&mut self) {
        self.book.handle_timeout(self.now);
        self.put_off();
        // The book does without the store (GA-30, GA-47).
        assert!(self.book.poll_timeout().is_none_or(|end| end > self.now), "kept in by the book");
        for session in self.sessions.values().cloned().collect::<Vec<_>>() {
            if let Some(end) = session.handle_due(self.now).and_then(|session| session.ended) {
                self.book.handle_end(session.id, end.reason);
                self.put_off();
            }
        }
        for invite in self.invites.values().cloned().collect::<Vec<_>>() {
            let computer = &self.computers[&invite.computer];
            if let Some(step) = invite.handle_due(computer, self.now) {
                self.take(step);
            }
        }
        for computer in self.computers.keys().copied().collect::<Vec<_>>() {
            if let Some(silent) = self.computers[&computer].handle_due(self.now) {
                self.computers.insert(computer, silent);
                self.book.handle_computer_end(computer, SessionEndReason::ComputerLost);
                self.put_off();
            }
        }
        self.settled = true;
    }

    fn grant(&mut self, quantity: u32) {
        if let Some(quantity) = NonZeroU32::new(quantity) {
            let entry = EntryId::from_bits(self.draw());
            let note = GrantNote::parse("welcome").unwrap();
            self.post(Posting::grant(entry, self.now, quantity, note));
        }
    }

    /// Puts a new computer in a place; nothing is known of its login yet.
    fn provision(&mut self, which: Which) {
        let id = ComputerId::from_bits(self.draw());
        let token = SecretHash::from_bytes([0; 32]);
        let (place, provision, connection) = match which {
            Which::Team => {
                (&mut self.team_computer, Provision::Team { key: None }, Connection::Relay)
            }
            Which::Personal => (
                &mut self.personal_computer,
                Provision::Personal { user: ADA, token },
                Connection::External,
            ),
        };
        *place = id;
        let computer = Computer {
            team: team(),
            id,
            name: ComputerName::parse("studio-1").unwrap(),
            agent_name: None,
            provision,
            connection,
            guest_access: true,
            login: HostLoginState::Unknown,
            last_seen: None,
            heard_since: None,
            heard_before: None,
            announced: false,
            created_at: self.now,
            removed_at: None,
            version: 1,
        };
        self.computers.insert(id, computer);
        self.hear(id, None);
    }

    /// Runs `then` with one of the invites, the latest being 0; if there are none, nothing happens.
    fn with(&mut self, place: usize, then: impl FnOnce(&mut Self, &Invite)) {
        let count = self.invites.len().max(1);
        if let Some(invite) = self.invites.values().rev().nth(place % count).cloned() {
            then(self, &invite);
        }
    }

    fn invites_to(&self, computer: ComputerId) -> Vec<Invite> {
        self.invites.values().filter(|invite| invite.computer == computer).cloned().collect()
    }

    pub(crate) fn session_of(&self, invite: InviteId) -> Option<SessionId> {
        self.live_sessions().find(|session| session.invite == invite).map(|session| session.id)
    }

    fn computer(&self, which: Which) -> ComputerId {
        match which {
            Which::Team => self.team_computer,
            Which::Personal => self.personal_computer,
        }
    }

    pub(crate) fn draw(&mut self) -> u128 {
        self.bits += 1;
        self.bits
    }

    pub(crate) fn refused(&mut self, verb: &str, refusal: &dyn Refusal) {
        self.reach(&format!("{verb}: {}", refusal.code()));
    }

    fn wrong(&mut self, verb: &str, errors: &[InputError]) {
        for error in errors {
            self.reach(&format!("{verb}: {}", error.code));
        }
    }

    pub(crate) fn reach(&mut self, mark: &str) {
        if !self.reached.contains(mark) {
            self.reached.insert(mark.to_owned());
        }
    }
}

impl Guest {
    fn known(self) -> GuestKind {
        let (email, is_user) = match self {
            Self::Lin => ("lin@example.org", false),
            Self::Cory => ("cory@acme.example", true),
            Self::Ada => ("ada@acme.example", true),
        };
        GuestKind::of(Email::parse(email).unwrap(), &ada(), is_user)
    }
}

/// The ticket of a session.
fn ticket_of(session: SessionId) -> SecretHash {
    let bits = session.to_bits().to_be_bytes();
    SecretHash::from_bytes(core::array::from_fn(|place| bits[place % bits.len()]))
}

fn zone(paris: bool) -> Zone {
    Zone::parse(if paris { "Europe/Paris" } else { "UTC" }).unwrap()
}

fn ada() -> Email {
    Email::parse("ada@acme.example").unwrap()
}

fn team() -> TeamId {
    TeamId::parse("acme").unwrap()
}

const ADA: UserId = UserId::from_bits(1);
