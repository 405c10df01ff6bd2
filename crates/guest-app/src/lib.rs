//! The use cases of guest access: each is one all-or-nothing unit of work.
//!
//! A use case loads values through a [`Tx`], asks the rules of [`guest_core`]
//! what should happen, and stores the answer. It runs from start to end
//! without suspending, on whatever thread the [`Store`] chooses, so it is
//! written as plain code. Its caller gets a [`Pending`] answer, to await or to
//! block on.
//!
//! What is absent: no runtime, no clock, no randomness, no SQL, no HTTP.

mod access;
mod api_keys;
mod audit;
mod blobs;
mod computer_keys;
mod computers;
mod config;
mod consequences;
mod credits;
mod devices;
mod due;
mod events;
mod fault;
mod figures;
mod first_step;
mod greetings;
mod groups;
mod guest;
mod heartbeat;
mod input;
mod invites;
mod join_requests;
mod joining;
pub mod letter;
mod member_invites;
mod nullable;
mod once;
mod outbox;
mod paging;
mod pending;
mod people;
mod port;
mod record;
mod relay;
mod request;
mod revocation;
mod set_up;
mod sign_in;
mod sso;
mod sweep;
mod table;
pub mod tables;
mod teams;
mod timeline;
mod users;
pub mod view;
mod vouching;
mod ways_in;
mod work;
mod workspaces;

pub use access::{Call, Caller, Once};
pub use api_keys::{ApiKeyDraft, ApiKeyMade, ApiKeyView};
pub use audit::{AuditFilter, AuditLine, AuditLog, AuditView, Seen};
pub use blobs::{BlobAnswer, BlobError, BlobName, Blobs, FileStore};
pub use computer_keys::{ComputerKeyMade, ComputerKeyView, KeyDraft};
pub use computers::{ComputerChange, ComputerDraft, ComputerMade};
pub use config::{Config, Entropy};
pub use credits::{
    BalanceView, BundleView, CSV_HEADER, EntryView, HistoryFilter, LineView, OrderDraft, OrderView,
    PricesView, QuoteDraft, QuoteView, TeamAudit, csv_record,
};
pub use devices::{
    ChallengeView, DeviceDraft, DeviceEnrolled, DeviceLinkMade, DeviceTry, DeviceView, LinkedDevice,
};
pub use due::Due;
pub use events::{EventView, Events};
pub use fault::{Denied, Fault, Refused};
pub use figures::{Figures, News};
pub use first_step::FirstStep;
pub use greetings::{
    AcknowledgementDraft, AttemptView, GreetDraft, GreetingAcceptance, GreetingAccepted,
    GreetingStep, GuestGreetingView, GuestStepDraft, HostEndDraft, HostGreetingView, HostStepDraft,
    InvitationLinkView, LeaveDraft, OpeningAsked, WaitDraft, Welcomed,
};
pub use groups::{GroupChange, GroupDraft, GroupView};
pub use guest::{Connected, GuestChange, GuestChanges, GuestLinkView, GuestSessionView, TimeDraft};
pub use heartbeat::{AgentSession, Heartbeat, HeartbeatAnswer, SessionEnded};
pub use invites::{
    CostPreview, CreditsAnswer, CutAnswer, FormRequest, GuestAccess, GuestPreview, HostView,
    InviteFilter, InviteForm, InvitePreview, InviteQuery, InvitesMade, MailPreview, QuickWindow,
    Warning,
};
pub use join_requests::{
    AcceptEach, AcceptManyDraft, AcceptedEach, AcceptedMany, JoinAcceptDraft, JoinDeviceDraft,
    JoinDraft, JoinFilter, JoinPageView, JoinRequestView, JoinStatusView, Joined, VouchedView,
};
pub use member_invites::{InvitationSent, InvitationsSent, MemberInviteView, MemberInvitesDraft};
pub use once::Replay;
pub use outbox::{LEASE, Leased, MailFilter, MailRow};
pub use paging::Paging;
pub use pending::Pending;
pub use people::{MeView, MyTeam};
pub use port::{Query, Rollback, Store, StoreError, Tx, Unit, View};
pub use relay::{Relay, Relayed};
pub use request::{
    CutDraft, EmailsDraft, ExtendDraft, InviteChange, InviteDraft, InviteReplacement, MoveDraft,
    WindowChange, WindowDraft,
};
pub use revocation::{
    LostComputer, LostDevice, LostWorkspace, Reapplied, Revocation, RevocationView, RevokeRequest,
};
pub use sign_in::{CodeRequest, CodeTry, SignedIn};
pub use sso::{SsoBack, SsoBegun, SsoEnded, SsoOffer, SsoWish};
pub use table::{Column, Index, Kind, Only, Row, Scan, Table, Value};
pub use teams::{NewTeam, TeamChange, TeamView};
pub use timeline::{Bar, FreeSlot, Span, Timeline, TimelineQuery, TimelineRow, Zoom};
pub use users::{BulkAnswer, BulkForeseen, BulkRequest, NewUser, UserChange, UserView};
pub use vouching::{
    CertificateProof, JoinWays, Later, ProviderView, SignOn, SignOnAnswer, Vouching,
};
pub use workspaces::{
    ContentView, FileVersionView, FileView, PartView, SharedComputerView, StorageView, UploadDraft,
    UploadView, WorkspaceChange, WorkspaceDraft, WorkspaceMemberView, WorkspaceRoleDraft,
    WorkspaceView,
};

use std::sync::Arc;

use guest_core::{InputError, Purpose, Secret, SecretHash};

use crate::blobs::NoBlobs;
use crate::config::Ids;
use crate::input::Flaws;
use crate::letter::Render;
pub(crate) use crate::nullable::nullable;
use crate::relay::NoRelay;
use crate::work::Work;

/// The application: every use case, over some [`Store`].
#[derive(Clone)]
pub struct App {
    store: Arc<dyn Store>,
    config: Arc<Config>,
    entropy: Arc<dyn Entropy>,
    words: Arc<dyn Render>,
    relay: Arc<dyn Relay>,
    vouching: Arc<dyn Vouching>,
    files: FileStore,
    flaws: Flaws,
    /// What is kept of the link with which the server is set up (WB-13).
    set_up: Option<SecretHash>,
}

impl App {
    /// Creates an application that keeps its state in `store`, draws ids and secrets from
    /// `entropy`, and shows mails in `words` before they are sent.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        config: Config,
        entropy: Arc<dyn Entropy>,
        words: Arc<dyn Render>,
    ) -> Self {
        let (config, relay) = (Arc::new(config), Arc::new(NoRelay));
        let files = FileStore::new(Arc::new(NoBlobs));
        let (vouching, flaws) = (Arc::new(vouching::Nobody), Flaws::default());
        Self { store, config, entropy, words, relay, vouching, files, flaws, set_up: None }
    }

    /// Returns the application with those who vouch for people who ask to join, or sign on.
    ///
    /// Without them nobody can.
    #[must_use]
    pub fn with_vouching(self, vouching: Arc<dyn Vouching>) -> Self {
        Self { vouching, ..self }
    }

    /// Returns the application with a gateway, which carries the sessions of relayed computers.
    ///
    /// Without one they cannot be reached.
    #[must_use]
    pub fn with_relay(self, relay: Arc<dyn Relay>) -> Self {
        Self { relay, ..self }
    }

    /// Returns the application with a place for the files of workspaces (OR-43).
    ///
    /// Without one nothing can be uploaded.
    #[must_use]
    pub fn with_files(self, files: FileStore) -> Self {
        Self { files, ..self }
    }

    /// Returns the application for a request in whose form this is wrong (IF-3).
    ///
    /// Its use cases change nothing. Each finds out whether the caller may ask for it, and is
    /// refused for that, or else with these errors and those that it finds itself.
    #[must_use]
    pub fn refusing(&self, flaws: Vec<InputError>) -> Self {
        Self { flaws: flaws.into(), ..self.clone() }
    }

    /// Returns what whoever runs the server decided.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Has `wake` called after every commit that may have changed something.
    pub fn on_commit(&self, wake: impl Fn() + Send + Sync + 'static) {
        self.store.on_commit(Box::new(wake));
    }

    /// Submits one unit of work.
    fn write<T: Send + 'static>(
        &self,
        call: &Call,
        mut work: impl FnMut(&mut Work<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Pending<T> {
        let flaws = self.flaws.clone();
        self.submit(call, move |unit| flaws.judge(work(unit)))
    }

    /// Submits one unit of work, which is kept when it says no as well.
    fn write_either<T: Send + 'static>(
        &self,
        call: &Call,
        mut work: impl FnMut(&mut Work<'_>) -> Result<Result<T, Refused>, Fault> + Send + 'static,
    ) -> Pending<T> {
        let flaws = self.flaws.clone();
        let answer = self.submit(call, move |unit| flaws.judge_either(work(unit)));
        answer.then(|answer| answer.map_err(Fault::Refused))
    }

    fn submit<T: Send + 'static>(
        &self,
        call: &Call,
        mut work: impl FnMut(&mut Work<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Pending<T> {
        let config = Arc::clone(&self.config);
        let ids = Ids::from(self.entropy.id());
        let origin = call.origin.clone();
        let (unit, answer) = pending::unit(move |tx: &mut dyn Tx| {
            let now = tx.now();
            work(&mut Work { tx, now, ids, config: &config, origin: origin.clone() })
        });
        self.store.submit(unit);
        answer
    }

    /// Runs one read.
    fn read<T: Send + 'static>(
        &self,
        mut read: impl FnMut(&mut dyn View, &Config) -> Result<T, Fault> + Send + 'static,
    ) -> Pending<T> {
        let (config, flaws) = (Arc::clone(&self.config), self.flaws.clone());
        let (query, answer) =
            pending::query(move |view: &mut dyn View| flaws.judge(read(view, &config)));
        self.store.inspect(query);
        answer
    }

    /// Draws a secret.
    fn secret(&self, purpose: Purpose) -> Secret {
        let mut bits = [0; 32];
        self.entropy.fill(&mut bits);
        Secret::new(purpose, &bits)
    }
}
