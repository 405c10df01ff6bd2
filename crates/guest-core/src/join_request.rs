//! Requests to join a team, vouched for by a provider or a certificate (OR-30 to OR-34).
//!
//! ```text
//!            accept
//! Submitted ───────▶ Accepted
//!     │ │ reject
//!     │ └──────────▶ Rejected
//!     │ cancel, or a newer one by the same identity
//!     └────────────▶ Cancelled
//! ```
//!
//! Whatever is stored here has been verified: what does not verify is never stored (OR-31).

mod link;
mod terms;

pub use self::link::{JoinLink, JoinToken};
pub use self::terms::JoinTerms;

use chrono::TimeDelta;

use crate::{
    DeviceId, DeviceName, DevicePublicKey, Email, Fact, Facts, Identity, Instant, JoinRequestId,
    PersonName, Refusal, RefusalKind, Step, TeamId, UserId,
};

/// Somebody who asks to join a team (OR-30).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct JoinRequest {
    /// The team.
    pub team: TeamId,
    /// Names the request; never given to another one.
    pub id: JoinRequestId,
    /// What was vouched for when it was submitted.
    pub vouched: Vouched,
    /// The browser that they want to sign in with.
    pub device: Option<JoinDevice>,
    /// When it was submitted.
    pub submitted_at: Instant,
    /// What became of it.
    pub state: JoinState,
}

/// What a provider or a certificate says of somebody (OR-34).
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Vouched {
    /// Who they are, to whom.
    pub identity: Identity,
    /// Their address.
    pub email: Email,
    /// What they are called, if that was said.
    pub name: Option<PersonName>,
    /// How it was verified.
    pub by: Voucher,
}

/// How an identity was verified (OR-32, OR-33).
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Voucher {
    /// By signing in at an identity provider.
    Provider {
        /// What the provider is called here.
        name: String,
        /// The assurance that it gave, its `acr`.
        assurance: Option<String>,
    },
    /// By a signature with a certificate's key.
    Certificate {
        /// Whom the certificate names.
        subject: String,
        /// Who issued it.
        issuer: String,
        /// Its number.
        serial: String,
        /// From when every certificate of the chain is valid.
        not_before: Instant,
        /// Until when every certificate of the chain is valid.
        not_after: Instant,
        /// The chain as it was sent, each certificate in DER and base64, the person's first.
        chain: Vec<String>,
    },
}

/// A browser that is to be enrolled with its user (OR-8).
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct JoinDevice {
    /// Names the device.
    pub id: DeviceId,
    /// What its user calls it.
    pub name: DeviceName,
    /// Its public key.
    pub key: DevicePublicKey,
}

/// What became of a [`JoinRequest`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum JoinState {
    /// It waits for an Administrator.
    Submitted,
    /// The person is a user.
    Accepted {
        /// When.
        at: Instant,
        /// The user that it made.
        user: UserId,
    },
    /// An Administrator said no.
    Rejected {
        /// When.
        at: Instant,
    },
    /// The person took it back, or sent another.
    Cancelled {
        /// When.
        at: Instant,
        /// The request that took its place, if one did.
        replaced_by: Option<JoinRequestId>,
    },
}

impl JoinState {
    /// Returns the name as interfaces show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Accepted { .. } => "accepted",
            Self::Rejected { .. } => "rejected",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// Returns when it came to its end.
    #[must_use]
    pub const fn ended_at(self) -> Option<Instant> {
        match self {
            Self::Submitted => None,
            Self::Accepted { at, .. } | Self::Rejected { at } | Self::Cancelled { at, .. } => {
                Some(at)
            }
        }
    }
}

/// What follows from a step of a [`JoinRequest`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum JoinEffect {
    /// The person gets a mail.
    Mail(JoinAnswer),
    /// Those who may see join requests are told.
    Tell(JoinNews),
}

/// What a person is told of their request by mail (OR-34).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum JoinAnswer {
    /// They are a user now.
    Accepted,
    /// They are not.
    Rejected,
}

/// What happened to a [`JoinRequest`] (IF-6).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum JoinNews {
    /// It was submitted.
    Submitted,
    /// It was accepted.
    Accepted,
    /// It was rejected.
    Rejected,
    /// It was cancelled, or replaced.
    Cancelled,
}

impl Vouched {
    /// Returns until when what was verified holds; a provider's word holds for good.
    #[must_use]
    pub const fn not_after(&self) -> Option<Instant> {
        match &self.by {
            Voucher::Certificate { not_after, .. } => Some(*not_after),
            Voucher::Provider { .. } => None,
        }
    }

    /// Returns whether a certificate has ceased to be valid, or is not valid yet (OR-34).
    #[must_use]
    pub fn has_lapsed(&self, now: Instant) -> bool {
        match &self.by {
            Voucher::Certificate { not_before, not_after, .. } => {
                now < *not_before || *not_after < now
            }
            Voucher::Provider { .. } => false,
        }
    }

    /// Returns what the person is called: as vouched for, or else by what stands before the @.
    #[must_use]
    pub fn called(&self) -> String {
        match &self.name {
            Some(name) => name.as_str().to_owned(),
            None => self.email.as_str().split('@').next().unwrap_or_default().to_owned(),
        }
    }
}

impl JoinRequest {
    /// Submits a verified request in place of an older one by the same identity (OR-31).
    ///
    /// `recent` says how often the identity has asked within [`ASKED_WITHIN`].
    ///
    /// # Errors
    ///
    /// Returns that it has asked too often.
    pub fn submit(
        team: TeamId,
        id: JoinRequestId,
        vouched: Vouched,
        device: Option<JoinDevice>,
        recent: usize,
        now: Instant,
    ) -> Result<Step<Self, JoinEffect>, JoinRefusal> {
        if recent >= ASKED_MOST {
            return Err(JoinRefusal::TooOften);
        }
        let next =
            Self { team, id, vouched, device, submitted_at: now, state: JoinState::Submitted };
        Ok(Step::to(next, [JoinEffect::Tell(JoinNews::Submitted)]))
    }

    /// Gives way to a newer request by the same identity; one by anybody else changes nothing
    /// (OR-31).
    #[must_use]
    pub fn replace(&self, newer: &Self, now: Instant) -> Option<Step<Self, JoinEffect>> {
        let replaces = self.state == JoinState::Submitted
            && self.team == newer.team
            && self.id != newer.id
            && self.vouched.identity == newer.vouched.identity;
        replaces.then(|| self.cancelled(Some(newer.id), now))
    }

    /// Takes the request back, by the person themselves (OR-30).
    ///
    /// # Errors
    ///
    /// Returns what became of it before.
    pub fn cancel(&self, now: Instant) -> Result<Step<Self, JoinEffect>, JoinRefusal> {
        self.pending()?;
        Ok(self.cancelled(None, now))
    }

    /// Says no (OR-34); possible at any time, whatever has become of the certificate.
    ///
    /// # Errors
    ///
    /// Returns what became of it before.
    pub fn reject(&self, now: Instant) -> Result<Step<Self, JoinEffect>, JoinRefusal> {
        self.pending()?;
        let next = Self { state: JoinState::Rejected { at: now }, ..self.clone() };
        let told = [JoinEffect::Mail(JoinAnswer::Rejected), JoinEffect::Tell(JoinNews::Rejected)];
        Ok(Step::to(next, told))
    }

    /// Says yes (OR-33, OR-34): the certificate has to hold still.
    ///
    /// `lapsed` is what a new look at the certificate found wrong with it, against the roots and
    /// revocations of now.
    ///
    /// # Errors
    ///
    /// Returns what became of it before, or that its certificate has lapsed.
    pub fn accept(
        &self,
        user: UserId,
        lapsed: Option<Unverified>,
        now: Instant,
    ) -> Result<Step<Self, JoinEffect>, JoinRefusal> {
        self.pending()?;
        if let Some(reason) = lapsed {
            return Err(JoinRefusal::Lapsed(reason));
        }
        if self.vouched.has_lapsed(now) {
            return Err(JoinRefusal::Lapsed(Unverified::Expired));
        }
        let next = Self { state: JoinState::Accepted { at: now, user }, ..self.clone() };
        let told = [JoinEffect::Mail(JoinAnswer::Accepted), JoinEffect::Tell(JoinNews::Accepted)];
        Ok(Step::to(next, told))
    }

    fn pending(&self) -> Result<(), JoinRefusal> {
        match self.state {
            JoinState::Submitted => Ok(()),
            ended @ (JoinState::Accepted { .. }
            | JoinState::Rejected { .. }
            | JoinState::Cancelled { .. }) => Err(JoinRefusal::Ended(ended.name())),
        }
    }

    fn cancelled(
        &self,
        replaced_by: Option<JoinRequestId>,
        now: Instant,
    ) -> Step<Self, JoinEffect> {
        let state = JoinState::Cancelled { at: now, replaced_by };
        Step::to(Self { state, ..self.clone() }, [JoinEffect::Tell(JoinNews::Cancelled)])
    }
}

/// Why a request to join comes to nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum JoinRefusal {
    /// Nobody could vouch for anybody (OR-30).
    #[error("this team takes no join requests")]
    Off,
    /// The request was sent before: none is taken twice (OR-31).
    #[error("this request was sent before; make a new one")]
    Known,
    /// The same identity asks again and again.
    #[error("this identity has asked too often today; try again tomorrow")]
    TooOften,
    /// It has come to its end.
    #[error("this request was {0} before")]
    Ended(&'static str),
    /// What was verified does not hold any more (OR-34).
    #[error("the certificate of this request does not hold any more: {0}")]
    Lapsed(Unverified),
    /// It does not verify (OR-31).
    #[error("{0}")]
    Unverified(#[from] Unverified),
    /// No user of the team has this identity (OR-35).
    #[error("no user of this team signs in with this identity; ask to join it")]
    Stranger,
    /// The sign-on was begun elsewhere, or too long ago.
    #[error("this sign-on was begun in another browser or too long ago; begin again")]
    FlowUnknown,
    /// The provider cannot be asked.
    #[error("the identity provider cannot be reached; try again in a moment")]
    Unreachable,
}

impl Refusal for JoinRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Off => "join_requests_off",
            Self::Known => "join_request_known",
            Self::TooOften => "rate_limited",
            Self::Ended(_) => "join_request_ended",
            Self::Lapsed(_) => "certificate_lapsed",
            Self::Unverified(_) => "identity_unverified",
            Self::Stranger => "identity_unknown",
            Self::FlowUnknown => "sso_restart",
            Self::Unreachable => "provider_unreachable",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Off | Self::Known | Self::Ended(_) | Self::Lapsed(_) => RefusalKind::Conflict,
            Self::TooOften => RefusalKind::Limited,
            Self::Unverified(_) => RefusalKind::Invalid,
            Self::Stranger | Self::FlowUnknown => RefusalKind::Forbidden,
            Self::Unreachable => RefusalKind::Unavailable,
        }
    }

    fn facts(&self) -> Facts {
        let reason = |reason: &str| vec![("reason", Fact::Text(reason.to_owned()))];
        match self {
            Self::Ended(state) => reason(state),
            Self::Lapsed(why) | Self::Unverified(why) => reason(why.name()),
            Self::TooOften => vec![("retry_after", Fact::Number(ASKED_WITHIN.num_seconds()))],
            Self::Off | Self::Known | Self::Stranger | Self::FlowUnknown | Self::Unreachable => {
                Facts::new()
            }
        }
    }
}

macro_rules! unverified {
    ($($(#[$doc:meta])* $why:ident = $name:literal: $words:literal;)*) => {
        /// Why an identity does not verify (OR-31 to OR-33).
        #[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, thiserror::Error)]
        pub enum Unverified {
            $($(#[$doc])* #[error($words)] $why,)*
        }

        impl Unverified {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$why),*];

            /// Returns the name as interfaces show it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$why => $name,)* }
            }
        }
    };
}

unverified! {
    /// The certificates or the signature cannot be read.
    Unreadable = "unreadable": "the certificates or the signature cannot be read";
    /// There are more certificates than a chain may have.
    ChainTooLong = "chain_too_long": "a chain has at most eight certificates, the root among them";
    /// No chain leads to a root of the team.
    UnknownRoot = "unknown_root": "no chain of these certificates leads to a root of this team";
    /// A signature in the chain is wrong, or made in a way that is not taken.
    ChainBroken = "chain_broken": "a certificate of the chain was not signed as it says";
    /// A certificate is past its end.
    Expired = "expired": "a certificate of the chain has expired";
    /// A certificate is before its start.
    NotYetValid = "not_yet_valid": "a certificate of the chain is not valid yet";
    /// A certificate was revoked.
    Revoked = "revoked": "a certificate of the chain was revoked";
    /// The list of revoked certificates is out of date.
    RevocationUnknown = "revocation_unknown": "the list of revoked certificates is out of date; tell an administrator";
    /// A certificate of the chain may not issue others, or not so many.
    NotAnAuthority = "not_an_authority": "a certificate of the chain may not issue this one";
    /// A name is outside of what its authority may vouch for.
    NameConstraints = "name_constraints": "the certificate names somebody for whom its authority may not vouch";
    /// The certificate is not for signing, or not for people who sign in.
    WrongUsage = "wrong_usage": "the certificate is not for digital signatures by a client";
    /// The certificate demands something that is not known here.
    UnknownCritical = "unknown_critical": "a certificate has a critical extension that is not known here";
    /// Nothing says where mail reaches the person.
    NoEmail = "no_email": "no email address is vouched for";
    /// The request was signed by another key, or says something else.
    WrongSignature = "wrong_signature": "the signature is not by the certificate's key over this very request";
    /// The provider's answer is not for this sign-on.
    WrongToken = "wrong_token": "the identity provider's answer is not for this sign-on";
    /// The provider's answer is too old.
    TokenExpired = "token_expired": "the identity provider's answer has expired; begin again";
    /// The provider's answer is signed in a way that is not taken, or not at all.
    TokenUnsigned = "token_unsigned": "the identity provider's answer is not signed with one of its keys";
    /// The provider tells of two people.
    OtherSubject = "other_subject": "the identity provider tells of another person than who signed in";
    /// The provider did not check the person as well as it was asked to.
    AssuranceUnmet = "assurance_unmet": "the identity provider did not check who you are as well as this team asks";
    /// The provider does not say that the address is the person's.
    EmailUnverified = "email_unverified": "the identity provider has not verified your email address";
    /// The person, or the provider, said no.
    ProviderRefused = "provider_refused": "the identity provider did not let you sign in";
}

/// How often an identity can ask within [`ASKED_WITHIN`]: as often as somebody makes mistakes.
pub const ASKED_MOST: usize = 20;

/// See [`ASKED_MOST`].
pub const ASKED_WITHIN: TimeDelta = TimeDelta::hours(24);

/// How many certificates a chain has at most: the person's, intermediate ones, and a root (OR-33).
pub const CHAIN_MOST: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn or_30_a_request_ends_once() {
        type Verb = fn(&JoinRequest) -> Result<Step<JoinRequest, JoinEffect>, JoinRefusal>;
        let verbs: [Verb; 3] = [
            |request| request.accept(UserId::from_bits(1), None, at(9)),
            |request| request.reject(at(9)),
            |request| request.cancel(at(9)),
        ];
        for verb in verbs {
            let ended = verb(&request(1, "7")).unwrap().next;
            assert_eq!(ended.state.ended_at(), Some(at(9)));
            for again in verbs {
                assert_eq!(again(&ended), Err(JoinRefusal::Ended(ended.state.name())));
            }
        }
    }

    #[test]
    fn or_31_only_the_same_identity_replaces() {
        let first = request(1, "7");
        let second = request(2, "7");
        let step = first.replace(&second, at(5)).unwrap();
        let replaced_by = Some(second.id);
        assert_eq!(step.next.state, JoinState::Cancelled { at: at(5), replaced_by });
        assert_eq!(step.effects, [JoinEffect::Tell(JoinNews::Cancelled)]);
        assert_eq!(step.next.replace(&second, at(6)), None);
        assert_eq!(first.replace(&first, at(5)), None);
        assert_eq!(first.replace(&request(2, "8"), at(5)), None);
        let mut elsewhere = request(2, "7");
        elsewhere.team = TeamId::parse("rival").unwrap();
        assert_eq!(first.replace(&elsewhere, at(5)), None);
        let mut another_issuer = request(2, "7");
        another_issuer.vouched.identity.issuer = "https://other.example".to_owned();
        assert_eq!(first.replace(&another_issuer, at(5)), None);
    }

    #[test]
    fn or_31_an_identity_asks_twenty_times_a_day() {
        let ask = |recent| {
            let JoinRequest { team, id, vouched, device, .. } = request(1, "7");
            JoinRequest::submit(team, id, vouched, device, recent, at(0)).map(|step| step.effects)
        };
        assert_eq!(ask(19), Ok(vec![JoinEffect::Tell(JoinNews::Submitted)]));
        assert_eq!(ask(20), Err(JoinRefusal::TooOften));
    }

    #[test]
    fn or_33_a_certificate_has_to_hold_when_accepting() {
        let accept = |second, lapsed| certified().accept(UserId::from_bits(1), lapsed, at(second));
        assert!(accept(100, None).is_ok());
        let expired = Err(JoinRefusal::Lapsed(Unverified::Expired));
        assert_eq!(accept(101, None), expired);
        assert_eq!(accept(-1, None), expired);
        let revoked = accept(50, Some(Unverified::Revoked));
        assert_eq!(revoked, Err(JoinRefusal::Lapsed(Unverified::Revoked)));
        // A lapsed one can be rejected all the same (OR-34).
        assert!(certified().reject(at(101)).is_ok());
        assert!(certified().cancel(at(101)).is_ok());
    }

    #[test]
    fn or_34_the_person_gets_a_mail_either_way() {
        let accepted = request(1, "7").accept(UserId::from_bits(1), None, at(9)).unwrap();
        assert!(accepted.effects.contains(&JoinEffect::Mail(JoinAnswer::Accepted)));
        let rejected = request(1, "7").reject(at(9)).unwrap();
        assert!(rejected.effects.contains(&JoinEffect::Mail(JoinAnswer::Rejected)));
        let cancelled = request(1, "7").cancel(at(9)).unwrap();
        assert_eq!(cancelled.effects, [JoinEffect::Tell(JoinNews::Cancelled)]);
    }

    #[test]
    fn or_34_a_person_without_a_name_is_called_by_their_address() {
        let mut vouched = request(1, "7").vouched;
        assert_eq!(vouched.called(), "Nova");
        vouched.name = None;
        assert_eq!(vouched.called(), "nova");
    }

    fn certified() -> JoinRequest {
        let mut request = request(1, "nova");
        request.vouched.by = Voucher::Certificate {
            subject: "CN=Nova".to_owned(),
            issuer: "CN=Acme Root".to_owned(),
            serial: "01".to_owned(),
            not_before: at(0),
            not_after: at(100),
            chain: Vec::new(),
        };
        request
    }

    fn request(id: u128, subject: &str) -> JoinRequest {
        JoinRequest {
            team: TeamId::parse("acme").unwrap(),
            id: JoinRequestId::from_bits(id),
            vouched: Vouched {
                identity: Identity {
                    issuer: "https://idp.example".to_owned(),
                    subject: subject.to_owned(),
                },
                email: Email::parse("nova@acme.example").unwrap(),
                name: Some(PersonName::parse("Nova").unwrap()),
                by: Voucher::Provider { name: "Acme ID".to_owned(), assurance: None },
            },
            device: None,
            submitted_at: at(0),
            state: JoinState::Submitted,
        }
    }

    fn at(second: i64) -> Instant {
        Instant::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }
}
