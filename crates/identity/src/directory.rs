//! Who vouches for people, as the operator of a server has configured it.

use std::sync::Arc;

use data_encoding::BASE64;
use guest_app::{CertificateProof, JoinWays, Later, ProviderView, SignOn, SignOnAnswer, Vouching};
use guest_core::{
    CHAIN_MOST, Email, Identity, Instant, JoinRefusal, PersonName, TeamId, Unverified, Vouched,
    Voucher,
};

use crate::http::Client;
use crate::oidc::OpenId;
use crate::settings::{RootFiles, Settings};
use crate::x509::{self, Certified};

/// The providers and roots that the teams of a server believe.
pub struct Directory {
    providers: Vec<Arc<OpenId>>,
    roots: Vec<RootFiles>,
    clock: Arc<dyn Fn() -> Instant + Send + Sync>,
}

impl Directory {
    /// Opens the directory; `clock` tells the time.
    pub fn new(settings: Settings, clock: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        let http = Client::default();
        let open = |provider| Arc::new(OpenId::new(provider, http.clone()));
        let providers = settings.providers.into_iter().map(open).collect();
        Self { providers, roots: settings.roots, clock: Arc::new(clock) }
    }

    fn provider(&self, team: TeamId, id: &str) -> Result<Arc<OpenId>, JoinRefusal> {
        let serves =
            |one: &&Arc<OpenId>| one.settings().id == id && one.settings().teams.contains(&team);
        self.providers.iter().find(serves).cloned().ok_or(JoinRefusal::Off)
    }

    /// Walks a chain up to any root of a team's.
    fn walk(&self, team: TeamId, chain: &[Vec<u8>]) -> Result<Certified, JoinRefusal> {
        let mut wrong = JoinRefusal::Off;
        for files in self.roots.iter().filter(|files| files.teams.contains(&team)) {
            let roots = files.read().map_err(|error| {
                tracing::error!(%error, "roots cannot be read");
                JoinRefusal::Unreachable
            })?;
            match x509::verify(chain, &roots, (self.clock)()) {
                Ok(certified) => return Ok(certified),
                Err(found) => {
                    let says_more = found != Unverified::UnknownRoot;
                    if says_more || wrong == JoinRefusal::Off {
                        wrong = found.into();
                    }
                }
            }
        }
        Err(wrong)
    }
}

impl Vouching for Directory {
    fn ways(&self, team: TeamId) -> JoinWays {
        let own = self.providers.iter().map(|one| one.settings());
        let own = own.filter(|one| one.teams.contains(&team));
        JoinWays {
            providers: own
                .map(|one| ProviderView { id: one.id.clone(), name: one.name.clone() })
                .collect(),
            certificates: self.roots.iter().any(|roots| roots.teams.contains(&team)),
        }
    }

    fn teams(&self) -> Vec<TeamId> {
        let teams = self.providers.iter().flat_map(|one| one.settings().teams.iter().copied());
        let teams: std::collections::BTreeSet<_> = teams.collect();
        teams.into_iter().collect()
    }

    fn authorize(&self, sign_on: SignOn) -> Later<String> {
        let provider = self.provider(sign_on.team, &sign_on.provider);
        Box::pin(async move { provider?.authorize(&sign_on).await })
    }

    fn redeem(&self, sign_on: SignOn, answer: SignOnAnswer) -> Later<Vouched> {
        let provider = self.provider(sign_on.team, &sign_on.provider);
        let clock = Arc::clone(&self.clock);
        Box::pin(async move { provider?.redeem(&sign_on, answer, clock()).await })
    }

    fn certify(
        &self,
        team: TeamId,
        message: &[u8],
        proof: &CertificateProof,
    ) -> Result<Vouched, JoinRefusal> {
        if !self.ways(team).certificates {
            return Err(JoinRefusal::Off);
        }
        let chain = decode(&proof.chain)?;
        let signature =
            BASE64.decode(proof.signature.as_bytes()).map_err(|_| Unverified::Unreadable)?;
        let leaf = chain.first().ok_or(Unverified::Unreadable)?;
        let certified = self.walk(team, &chain)?;
        x509::has_signed(leaf, &proof.algorithm, message, &signature)?;
        let Certified { root, email, name, subject, issuer, serial, not_before, not_after } =
            certified;
        Ok(Vouched {
            identity: Identity { issuer: root, subject: email.key().to_owned() },
            name: name.and_then(|name| PersonName::parse(&name).ok()),
            email,
            by: Voucher::Certificate {
                subject,
                issuer,
                serial,
                not_before,
                not_after,
                chain: proof.chain.clone(),
            },
        })
    }

    fn look_again(&self, team: TeamId, chain: &[String]) -> Result<Email, Unverified> {
        let found = decode(chain).map_err(JoinRefusal::from);
        match found.and_then(|chain| self.walk(team, &chain)) {
            Ok(certified) => Ok(certified.email),
            Err(JoinRefusal::Unverified(why)) => Err(why),
            Err(JoinRefusal::Unreachable) => Err(Unverified::RevocationUnknown),
            // The root is not believed any more.
            Err(_) => Err(Unverified::UnknownRoot),
        }
    }
}

fn decode(chain: &[String]) -> Result<Vec<Vec<u8>>, Unverified> {
    if chain.len() > CHAIN_MOST {
        return Err(Unverified::ChainTooLong);
    }
    let decode = |one: &String| BASE64.decode(one.as_bytes()).map_err(|_| Unverified::Unreadable);
    chain.iter().map(decode).collect()
}
