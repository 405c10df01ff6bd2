//! The port through which a team has people vouched for: identity providers and certificates.

use std::future::Future;
use std::pin::Pin;

use guest_core::{Email, JoinRefusal, TeamId, Unverified, Vouched};
use serde::{Deserialize, Serialize};

/// Who vouches for people, team by team.
///
/// Whoever implements it holds what the operator of the server has configured, the clock and the
/// network.
pub trait Vouching: Send + Sync + 'static {
    /// Returns in which ways people can show a team who they are.
    fn ways(&self, team: TeamId) -> JoinWays;

    /// Returns the teams that have identity providers.
    fn teams(&self) -> Vec<TeamId>;

    /// Finds out where a browser signs on at a provider of a team's.
    fn authorize(&self, sign_on: SignOn) -> Later<String>;

    /// Exchanges what a provider sent a browser back with for who the person is (OR-32).
    fn redeem(&self, sign_on: SignOn, answer: SignOnAnswer) -> Later<Vouched>;

    /// Finds out whose certificate has signed a message (OR-33).
    ///
    /// # Errors
    ///
    /// Returns why it is not known.
    fn certify(
        &self,
        team: TeamId,
        message: &[u8],
        proof: &CertificateProof,
    ) -> Result<Vouched, JoinRefusal>;

    /// Looks at a chain of certificates again, each in DER and base64 (OR-34).
    ///
    /// # Errors
    ///
    /// Returns what is wrong with it now.
    fn look_again(&self, team: TeamId, chain: &[String]) -> Result<Email, Unverified>;
}

/// What comes of asking somebody over the network.
pub type Later<T> = Pin<Box<dyn Future<Output = Result<T, JoinRefusal>> + Send>>;

/// In which ways people can show a team who they are (OR-30).
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JoinWays {
    /// The identity providers.
    pub providers: Vec<ProviderView>,
    /// Whether certificates are believed.
    pub certificates: bool,
}

impl JoinWays {
    /// Returns whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.providers.is_empty() && !self.certificates
    }
}

/// An identity provider.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProviderView {
    /// Names it in addresses.
    pub id: String,
    /// What people call it.
    pub name: String,
}

/// A sign-on at a provider: everything that ties its two halves together.
#[derive(Clone, Debug)]
pub struct SignOn {
    /// The team.
    pub team: TeamId,
    /// Names the provider.
    pub provider: String,
    /// Where the provider sends the browser back to.
    pub redirect: String,
    /// What the provider gives back.
    pub state: String,
    /// What the provider signs.
    pub nonce: String,
    /// The verifier of PKCE.
    pub verifier: String,
}

/// What a provider sent a browser back with.
#[derive(Clone, Debug, Default)]
pub struct SignOnAnswer {
    /// The code, if the person signed in.
    pub code: Option<String>,
    /// Who answers (RFC 9207), if that is said.
    pub issuer: Option<String>,
}

/// A signature with the key of a certificate.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CertificateProof {
    /// The certificates, each in DER and base64: the person's own first, at most eight.
    pub chain: Vec<String>,
    /// How it is signed, such as `ecdsa-sha256`.
    pub algorithm: String,
    /// The signature, in base64.
    pub signature: String,
}

/// Nobody vouches for anybody.
pub(crate) struct Nobody;

impl Vouching for Nobody {
    fn ways(&self, _: TeamId) -> JoinWays {
        JoinWays::default()
    }

    fn teams(&self) -> Vec<TeamId> {
        Vec::new()
    }

    fn authorize(&self, _: SignOn) -> Later<String> {
        Box::pin(async { Err(JoinRefusal::Off) })
    }

    fn redeem(&self, _: SignOn, _: SignOnAnswer) -> Later<Vouched> {
        Box::pin(async { Err(JoinRefusal::Off) })
    }

    fn certify(&self, _: TeamId, _: &[u8], _: &CertificateProof) -> Result<Vouched, JoinRefusal> {
        Err(JoinRefusal::Off)
    }

    fn look_again(&self, _: TeamId, _: &[String]) -> Result<Email, Unverified> {
        Err(Unverified::UnknownRoot)
    }
}
