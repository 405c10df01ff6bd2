//! The rules of guest access: who may be let onto which computer, when, and at what price.
//!
//! Everything here is a value or a pure function from values to values. The
//! crate reads no clock, draws no randomness and does no I/O: callers pass
//! `now` and identifiers in, and carry out the effects that come back.

mod clock;
mod computer;
mod device;
mod email;
mod email_list;
mod greeting;
mod id;
mod identity;
mod invite;
mod join_request;
mod key;
mod ledger;
mod link;
mod local_time;
mod mail;
mod member_invite;
mod name;
mod order;
mod permissions;
mod price;
mod proof;
mod pseudonym;
mod rate;
mod refusal;
mod rights;
mod secret;
mod session;
mod session_book;
mod set_up;
mod sign_in;
mod sso;
mod step;
#[cfg(any(test, feature = "proptest"))]
pub mod strategies;
mod team;
mod text;
mod user;
mod window;
mod workspace;
mod zone;

pub use clock::ClockDiscipline;
pub use computer::{
    ClaimRefusal, Computer, Connection, HostLoginState, LoginReport, Named, NotReady,
    PresenceChange, Provision, SILENCE, claim,
};
pub use device::{
    BadDeviceKey, BadSignature, CHALLENGE_LIFE, Challenge, DEVICE_LINK_LIFE, DEVICES_MOST, Device,
    DevicePublicKey, DeviceRefusal, DeviceSignature,
};
pub use email::{Email, EmailRefusal};
pub use email_list::{BadEmail, EmailList, EmailListRefusal};
pub use greeting::{
    BadBytes, Choices, Commitment, Context, Details, GREETING_VERSION, Greeting, GreetingCode,
    GreetingEnd, GreetingRefusal, GuestRandom, GuestSide, GuestStage, HostRandom, HostSide,
    HostStage, Message as GreetingMessage, NewGreeting, Nonce, Opening, PublicKey, SealNonce,
    Sealed, Side, Signature, Tag, acknowledgement,
};
pub use id::{
    ApiKeyId, BadId, BlobId, ComputerId, ComputerKeyId, DeviceId, EntryId, FileId, GreetingId,
    GroupId, InviteId, JoinRequestId, MailId, MemberInviteId, OrderId, QuoteId, SessionId,
    UploadId, UserId, WorkspaceId,
};
pub use identity::Identity;
pub use invite::{
    Admission, Attempt, CancelReason, ConnectRefusal, Credit, Edit, EditRefusal, EndedRefusal,
    ExtendBy, FIRST_LOOK, GuestKind, Heralded, Invite, InviteEffect, InviteNews, InviteRefusal,
    Inviting, Kind, Life, MailNote, MoveRefusal, Moving, NewInvite, Phase, REMINDER, RefundPolicy,
    RefundReason, Sender, SenderPolicy, TimeAsked, TimeRequest, TimeRequestRefusal, VoidCause,
    VoidReason, WindowEdit, charge,
};
pub use join_request::{
    ASKED_MOST, ASKED_WITHIN, CHAIN_MOST, JoinAnswer, JoinDevice, JoinEffect, JoinLink, JoinNews,
    JoinRefusal, JoinRequest, JoinState, JoinTerms, JoinToken, Unverified, Vouched, Voucher,
};
pub use key::{ApiKey, ComputerKey, Forbidden, permit, permit_key};
pub use ledger::{
    CreditAccount, Discrepancy, Entry, GrantNote, InsufficientCredits, MAX_BALANCE, PostRefusal,
    Posted, Posting, Reason, Reconciliation, UnknownReason, csv_cell,
};
pub use link::{Link, LinkToken};
pub use local_time::{BadLocalTime, LocalTime};
pub use mail::{
    Delivery, GuestNews, LONGEST_PAUSE, MailIntent, MailState, NextTry, PATIENCE, SenderNews,
    Worth, next_try,
};
pub use member_invite::{
    MemberInvite, MemberInviteEffect, MemberInviteNews, MemberInviteRefusal, MemberInviteState,
    MemberLink, Waiting,
};
pub use name::{
    ComputerName, DeviceName, GroupName, HostLogin, KeyName, PersonName, TeamId, TeamName,
    WorkspaceName,
};
pub use order::{Order, OrderEffect, OrderState, OrderStep, PaymentMethod, UnknownPayment};
pub use permissions::{Peripheral, Permissions, UnknownPeripheral};
pub use price::{
    Amount, BadCurrency, Bundle, ConfirmRefusal, Currency, Item, Line, MAX_BUNDLES, MAX_QUANTITY,
    MAX_TOTAL, PriceConfig, PriceList, PriceListError, Pricing, QUOTE_VALIDITY, QuantityRefusal,
    Quote,
};
pub use proof::{Proof, ProofRefusal, Ways};
pub use pseudonym::pseudonym;
pub use rate::{RateLimit, RateLimited};
pub use refusal::{Fact, Facts, InputError, Refusal, RefusalKind, VALIDATION};
pub use rights::{Right, Role, Scope, Scopes, UnknownScope};
pub use secret::{MacKey, Purpose, Secret, SecretHash};
pub use session::{
    Carrier, NewSession, Session, SessionEnd, SessionEndReason, TICKET_LIFE, TicketRefusal, Traffic,
};
pub use session_book::{Seat, SessionBook};
pub use set_up::{SetUpRefusal, admit_founder};
pub use sign_in::{
    CODE_LIFE, CodeRefusal, LOGIN_LIFE, Login, SignIn, TooManyCodes, Verdict, code as sign_in_code,
};
pub use sso::{FLOW_LIFE, SsoFlow, SsoPurpose};
pub use step::Step;
pub use team::{EmailSignIn, Team};
pub use text::{Message, Note, TextRefusal, Title};
pub use user::{BulkChange, Group, Profile, User, UserRefusal, change_profiles};
pub use window::{Window, WindowRefusal, latest_end};
pub use workspace::{
    ContentHash, FILE_MOST, FileName, FileNameRefusal, FileVersion, Finished, Heir, Intake, PART,
    Part, Progress, QUOTA_DEFAULT, QuotaExceeded, RoleMissing, SharedComputer, SharedFile, Sharing,
    SharingRefusal, Storage, UPLOAD_LIFE, Upload, UploadRefusal, Workspace, WorkspaceClaimRefusal,
    WorkspaceMember, WorkspaceRole, claim_workspace,
};
pub use zone::{Edge, TimeRefusal, Zone, ZoneUnknown};

/// A moment in time, on the server's clock.
pub type Instant = chrono::DateTime<chrono::Utc>;
