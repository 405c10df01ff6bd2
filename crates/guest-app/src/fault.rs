//! Why a use case gave no answer.

use guest_core::{
    ClaimRefusal, CodeRefusal, ConfirmRefusal, ConnectRefusal, DeviceRefusal, EditRefusal, Email,
    EndedRefusal, Fact, Facts, Forbidden, InputError, InsufficientCredits, InviteRefusal,
    JoinRefusal, MemberInviteRefusal, MoveRefusal, PostRefusal, ProofRefusal, QuantityRefusal,
    QuotaExceeded, RateLimited, Refusal, RefusalKind, RoleMissing, SetUpRefusal, SharingRefusal,
    TicketRefusal, TimeRequestRefusal, TooManyCodes, UploadRefusal, UserRefusal, VALIDATION,
    WorkspaceClaimRefusal,
};

use crate::StoreError;

/// Why a use case gave no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Fault {
    /// A rule said no. Tell whoever asked.
    #[error(transparent)]
    Refused(Refused),
    /// The store failed. Tell whoever runs it.
    #[error("could not reach a durable answer")]
    Store(#[from] StoreError),
}

impl<R: Into<Refused>> From<R> for Fault {
    fn from(refusal: R) -> Self {
        Self::Refused(refusal.into())
    }
}

macro_rules! refused {
    ($($(#[$doc:meta])* $name:ident($refusal:ty);)*) => {
        /// A rule's no, whichever rule it is.
        #[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
        pub enum Refused {
            $(
                $(#[$doc])*
                #[error(transparent)]
                $name(#[from] $refusal),
            )*
            /// The input is not acceptable; everything that is wrong with it.
            #[error("{}", summary(.0))]
            Input(Vec<InputError>),
        }

        impl Refusal for Refused {
            fn code(&self) -> &'static str {
                match self {
                    $(Self::$name(refusal) => refusal.code(),)*
                    Self::Input(errors) => only(errors).map_or(VALIDATION, |error| error.code),
                }
            }

            fn kind(&self) -> RefusalKind {
                match self {
                    $(Self::$name(refusal) => refusal.kind(),)*
                    Self::Input(_) => RefusalKind::Invalid,
                }
            }

            fn facts(&self) -> Facts {
                match self {
                    $(Self::$name(refusal) => refusal.facts(),)*
                    Self::Input(errors) => {
                        only(errors).map(|error| error.facts.clone()).unwrap_or_default()
                    }
                }
            }
        }
    };
}

refused! {
    /// Something general: nobody signed in, nothing there, an old version.
    Denied(Denied);
    /// The role or the scope is missing.
    Forbidden(Forbidden);
    /// An invitation to join, or its greeting, does not go on like this.
    MemberInvite(MemberInviteRefusal);
    /// A request to join, or a sign-on, comes to nothing.
    Join(JoinRefusal);
    /// An agent's name cannot be used.
    Claim(ClaimRefusal);
    /// A sign-in code does not sign in.
    Code(CodeRefusal);
    /// Too many sign-in codes were asked for.
    TooManyCodes(TooManyCodes);
    /// A quote cannot be bought at.
    Confirm(ConfirmRefusal);
    /// A guest may not connect.
    Connect(ConnectRefusal);
    /// An invite cannot be changed.
    Edit(EditRefusal);
    /// An invite cannot be moved.
    Move(MoveRefusal);
    /// An invite has ended.
    Ended(EndedRefusal);
    /// The credits do not suffice.
    Credits(InsufficientCredits);
    /// An account cannot take a posting.
    Post(PostRefusal);
    /// Guests cannot be invited to a computer.
    Invite(InviteRefusal);
    /// A quantity of credits is not sold.
    Quantity(QuantityRefusal);
    /// A ticket opens no stream.
    Ticket(TicketRefusal);
    /// No more time can be asked for.
    TimeRequest(TimeRequestRefusal);
    /// A device is not taken.
    Device(DeviceRefusal);
    /// A team requires another proof of who one is.
    Proof(ProofRefusal);
    /// A user cannot be changed.
    User(UserRefusal);
    /// A link does not set up the server.
    SetUp(SetUpRefusal);
    /// A role in a workspace is missing.
    WorkspaceRole(RoleMissing);
    /// What somebody is in a workspace cannot be changed.
    Sharing(SharingRefusal);
    /// A workspace cannot be claimed.
    WorkspaceClaim(WorkspaceClaimRefusal);
    /// An upload does not go on like this.
    Upload(UploadRefusal);
    /// The team has no room for more files.
    Quota(QuotaExceeded);
    /// Too much was asked for.
    Rate(RateLimited);
}

/// The general refusals.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Denied {
    /// It is not known who asks.
    #[error("sign in, or send an API key")]
    Unauthenticated,
    /// There is no such thing, or whoever asks may not know of it.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The operator acts as somebody who is no user of the team (IF-21).
    #[error("there is no user with the address {0}")]
    UserUnknown(Email),
    /// What was asked for is for people, not for programs.
    #[error("this is for signed-in people; an API key cannot do it")]
    PeopleOnly,
    /// What was asked for is for the operator of the server.
    #[error("only the operator of the server can do this, on its data directory")]
    OperatorOnly,
    /// The change is based on an old version (GA-40).
    #[error("this was changed meanwhile; look at version {current} and try again")]
    Stale {
        /// The current version.
        current: u32,
    },
    /// Another one has the name.
    #[error("this name is taken")]
    NameTaken,
    /// The setting would leave nobody who can sign in (OR-35).
    #[error("no active owner has another way to sign in, so this would lock everybody out")]
    WouldLockOut,
    /// The address is already that of a user.
    #[error("this address is already that of a user of the team")]
    AlreadyMember,
    /// The idempotency key was used for another request (QU-23).
    #[error("this Idempotency-Key was used for another request")]
    IdempotencyMismatch,
}

impl Refusal for Denied {
    fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::NotFound(_) | Self::UserUnknown(_) => "not_found",
            Self::PeopleOnly | Self::OperatorOnly => "forbidden",
            Self::Stale { .. } => "stale",
            Self::NameTaken => "name_taken",
            Self::WouldLockOut => "would_lock_out",
            Self::AlreadyMember => "already_member",
            Self::IdempotencyMismatch => "idempotency_mismatch",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Unauthenticated => RefusalKind::Unauthenticated,
            Self::NotFound(_) | Self::UserUnknown(_) => RefusalKind::Absent,
            Self::PeopleOnly | Self::OperatorOnly => RefusalKind::Forbidden,
            Self::Stale { .. } => RefusalKind::Stale,
            Self::NameTaken | Self::WouldLockOut | Self::AlreadyMember => RefusalKind::Conflict,
            Self::IdempotencyMismatch => RefusalKind::Invalid,
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::Stale { current } => vec![("current", Fact::Number(i64::from(*current)))],
            Self::Unauthenticated
            | Self::NotFound(_)
            | Self::UserUnknown(_)
            | Self::PeopleOnly
            | Self::OperatorOnly
            | Self::NameTaken
            | Self::WouldLockOut
            | Self::AlreadyMember
            | Self::IdempotencyMismatch => Facts::new(),
        }
    }
}

impl Refused {
    /// Returns whether the no is to whoever asks, whatever it is that they say.
    ///
    /// Things may be named in what they say, so that of what is absent only a team and a guest's
    /// link count. So may a sign-in code.
    pub(crate) fn is_to_the_caller(&self) -> bool {
        match self.kind() {
            RefusalKind::Unauthenticated | RefusalKind::Forbidden => {
                !matches!(self, Self::Code(_) | Self::Device(_))
            }
            RefusalKind::Absent => {
                matches!(
                    self,
                    Self::Denied(Denied::NotFound("team") | Denied::UserUnknown(_))
                        | Self::Connect(_)
                        | Self::MemberInvite(_)
                )
            }
            RefusalKind::Malformed
            | RefusalKind::MethodUnknown
            | RefusalKind::Conflict
            | RefusalKind::Gone
            | RefusalKind::Stale
            | RefusalKind::TooLarge
            | RefusalKind::MediaUnknown
            | RefusalKind::Invalid
            | RefusalKind::Limited
            | RefusalKind::Unavailable => false,
        }
    }
}

impl From<guest_core::GreetingRefusal> for Refused {
    fn from(refusal: guest_core::GreetingRefusal) -> Self {
        Self::MemberInvite(refusal.into())
    }
}

impl From<Vec<InputError>> for Refused {
    fn from(errors: Vec<InputError>) -> Self {
        Self::Input(errors)
    }
}

impl From<InputError> for Refused {
    fn from(error: InputError) -> Self {
        Self::Input(vec![error])
    }
}

/// Returns the only error, if it has a code of its own (IF-3).
fn only(errors: &[InputError]) -> Option<&InputError> {
    match errors {
        [error] => Some(error),
        _ => None,
    }
}

fn summary(errors: &[InputError]) -> String {
    match errors {
        [error] => error.detail.clone(),
        errors => format!("{} things are wrong with the request", errors.len()),
    }
}
