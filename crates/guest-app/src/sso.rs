//! Signing on at an identity provider, to sign in or to ask to join (OR-32, OR-35).

use guest_core::{JoinRefusal, Purpose, SsoFlow, SsoPurpose, TeamId, Vouched};

use crate::join_requests::{Asking, JoinDeviceDraft, Joined};
use crate::sign_in::SignedIn;
use crate::vouching::{ProviderView, SignOn, SignOnAnswer};
use crate::ways_in::sign_in_by_sso;
use crate::{App, Call, Fault, Pending};

/// Where one can sign on.
#[derive(Clone, Debug, Default)]
pub struct SsoOffer {
    /// The team, if it is known.
    pub team: String,
    /// Its providers.
    pub providers: Vec<ProviderView>,
    /// Whether it depends on the team, which has to be named.
    pub asks_team: bool,
}

/// A sign-on that was begun: where the browser goes, and what it keeps meanwhile.
#[derive(Clone, Debug)]
pub struct SsoBegun {
    /// The address of the provider.
    pub url: String,
    /// What the browser keeps, for [`App::end_sso`].
    pub sealed: String,
}

/// What came of a sign-on.
#[derive(Clone, Debug)]
pub enum SsoEnded {
    /// A user signed in, and goes on to a page.
    SignedIn {
        /// The session.
        signed_in: SignedIn,
        /// The page.
        to: String,
    },
    /// Somebody asked to join.
    Joined(Joined),
}

/// What the provider sent a browser back with.
#[derive(Clone, Debug, Default)]
pub struct SsoBack {
    /// What belongs to the flow.
    pub state: String,
    /// The code, if the person signed in.
    pub code: Option<String>,
    /// Who answers, if that is said.
    pub issuer: Option<String>,
}

/// What a person wants to do by signing on.
#[derive(Clone, Debug)]
pub enum SsoWish {
    /// To sign in, and go on to this page of ours.
    SignIn {
        /// The page.
        to: String,
    },
    /// To ask to join.
    Join {
        /// Names the request, drawn by the person.
        id: String,
        /// The browser that they want to sign in with.
        device: Option<JoinDeviceDraft>,
    },
}

impl App {
    /// Returns where one can sign on: at the providers of a team, if one is named or there is but
    /// one that has any.
    ///
    /// Nothing is told of which teams there are.
    #[must_use]
    pub fn sso_offer(&self, team: &str) -> SsoOffer {
        let teams = self.vouching.teams();
        let only = match teams.as_slice() {
            [only] => Some(*only),
            _ => None,
        };
        let team = TeamId::parse(team).ok().or(only);
        let providers = team.map(|team| self.vouching.ways(team).providers).unwrap_or_default();
        SsoOffer {
            team: team.map(|team| team.to_string()).unwrap_or_default(),
            asks_team: providers.is_empty() && !teams.is_empty(),
            providers,
        }
    }

    /// Begins a sign-on: finds out where the browser goes.
    ///
    /// # Errors
    ///
    /// Returns why it comes to nothing.
    pub async fn begin_sso(
        &self,
        team: &str,
        provider: &str,
        wish: SsoWish,
    ) -> Result<SsoBegun, Fault> {
        let open = self.join_page(team).await?;
        let team = TeamId::parse(&open.team).map_err(|_| JoinRefusal::Off)?;
        let purpose = match wish {
            SsoWish::SignIn { to } => SsoPurpose::SignIn { to },
            SsoWish::Join { id, device } => {
                let Asking { id, device } = Asking::read(&id, device.as_ref())?;
                SsoPurpose::Join { request: id, device }
            }
        };
        let mut random = [0; 16];
        self.entropy.fill(&mut random);
        let now = self.read(|view, _| Ok(view.now())).await?;
        let flow = SsoFlow::begin(team, provider, purpose, random, now);
        let url = self.vouching.authorize(self.sign_on(&flow)).await?;
        Ok(SsoBegun { url, sealed: flow.seal(&self.config.key) })
    }

    /// Ends a sign-on: finds out who the person is, and does what they wanted (OR-31, OR-35).
    ///
    /// # Errors
    ///
    /// Returns why it comes to nothing.
    pub async fn end_sso(
        &self,
        call: &Call,
        sealed: &str,
        back: SsoBack,
    ) -> Result<SsoEnded, Fault> {
        let now = self.read(|view, _| Ok(view.now())).await?;
        let flow = SsoFlow::open(sealed, &back.state, &self.config.key, now)?;
        let answer = SignOnAnswer { code: back.code, issuer: back.issuer };
        let vouched = self.vouching.redeem(self.sign_on(&flow), answer).await?;
        let SsoFlow { team, purpose, .. } = flow;
        match purpose {
            SsoPurpose::SignIn { to } => {
                let signed_in = self.sign_in_vouched(call, team, vouched).await?;
                Ok(SsoEnded::SignedIn { signed_in, to })
            }
            SsoPurpose::Join { request, device } => {
                let asking = Asking { id: request, device };
                self.take_join_request(call, team, asking, vouched).await.map(SsoEnded::Joined)
            }
        }
    }

    /// Signs in the user whom a team's provider vouches for (OR-35).
    fn sign_in_vouched(&self, call: &Call, team: TeamId, vouched: Vouched) -> Pending<SignedIn> {
        let cookie = self.secret(Purpose::SignIn);
        self.write(call, move |work| {
            let Vouched { identity, email, .. } = &vouched;
            let signed_in = sign_in_by_sso(work, team, identity, email, &cookie)?;
            signed_in.ok_or_else(|| JoinRefusal::Stranger.into())
        })
    }

    fn sign_on(&self, flow: &SsoFlow) -> SignOn {
        let key = &self.config.key;
        SignOn {
            team: flow.team,
            provider: flow.provider.clone(),
            redirect: format!("{}/sso/callback", self.config.public_url),
            state: flow.state(key),
            nonce: flow.nonce(&self.config.public_url, key),
            verifier: flow.verifier(key),
        }
    }
}
