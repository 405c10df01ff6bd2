//! `OpenID` Connect: the authorization code flow with PKCE (OR-32).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use guest_core::{Email, Identity, Instant, JoinRefusal, PersonName, Unverified, Vouched, Voucher};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreProviderMetadata,
};
use openidconnect::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalClaims, AuthType, AuthorizationCode,
    ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, EmptyExtraTokenFields, IdToken,
    IdTokenClaims, IdTokenFields, IdTokenVerifier, IssuerUrl, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    StandardTokenResponse, TokenResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::Mutex;
use tokio::time;

use guest_app::{SignOn, SignOnAnswer};

use crate::http::Client;
use crate::settings::Provider;

/// An identity provider, and what it has published.
#[derive(Debug)]
pub(crate) struct OpenId {
    settings: Provider,
    http: Client,
    published: Mutex<Option<(time::Instant, Arc<CoreProviderMetadata>)>>,
}

impl OpenId {
    pub(crate) fn new(settings: Provider, http: Client) -> Self {
        Self { settings, http, published: Mutex::new(None) }
    }

    pub(crate) const fn settings(&self) -> &Provider {
        &self.settings
    }

    /// Returns the address at which a browser signs on.
    ///
    /// It has these parameters and no other: `response_type`, `client_id`, `redirect_uri`, `scope`,
    /// `state`, `nonce`, `code_challenge`, `code_challenge_method`, and `claims` where an assurance
    /// is asked for. `ProConnect` refuses any that it does not know.
    pub(crate) async fn authorize(&self, sign_on: &SignOn) -> Result<String, JoinRefusal> {
        let metadata = self.published(false).await?;
        let redirect = redirect(sign_on)?;
        let client = CoreClient::from_provider_metadata(
            CoreProviderMetadata::clone(&metadata),
            ClientId::new(self.settings.client_id.clone()),
            None,
        );
        let verifier = PkceCodeVerifier::new(sign_on.verifier.clone());
        let (state, nonce) = (sign_on.state.clone(), sign_on.nonce.clone());
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .set_redirect_uri(std::borrow::Cow::Owned(redirect))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_scopes(self.settings.scopes.iter().cloned().map(Scope::new));
        if !self.settings.acr.is_empty() {
            let acr = match self.settings.acr.as_slice() {
                [only] => json!({ "essential": true, "value": only }),
                several => json!({ "essential": true, "values": several }),
            };
            let claims = json!({ "id_token": { "acr": acr } }).to_string();
            request = request.add_extra_param("claims", claims);
        }
        let (url, _, _) = request.url();
        Ok(url.into())
    }

    /// Exchanges the code for who the person is.
    pub(crate) async fn redeem(
        &self,
        sign_on: &SignOn,
        answer: SignOnAnswer,
        now: Instant,
    ) -> Result<Vouched, JoinRefusal> {
        if answer.issuer.is_some_and(|issuer| issuer != self.settings.issuer) {
            return Err(Unverified::WrongToken.into());
        }
        let code = answer.code.ok_or(Unverified::ProviderRefused)?;
        let metadata = self.published(false).await?;
        let tokens = self.exchange(&metadata, sign_on, code).await?;
        match self.person(&metadata, &tokens, sign_on, now).await {
            // The provider may have changed its keys since we last looked.
            Err(JoinRefusal::Unverified(Unverified::TokenUnsigned)) => {
                let metadata = self.published(true).await?;
                self.person(&metadata, &tokens, sign_on, now).await
            }
            found => found,
        }
    }

    async fn exchange(
        &self,
        metadata: &CoreProviderMetadata,
        sign_on: &SignOn,
        code: String,
    ) -> Result<Tokens, JoinRefusal> {
        let auth =
            if self.settings.posts_secret { AuthType::RequestBody } else { AuthType::BasicAuth };
        let client = OurClient::from_provider_metadata(
            metadata.clone(),
            ClientId::new(self.settings.client_id.clone()),
            Some(ClientSecret::new(self.settings.secret.clone())),
        )
        .set_auth_type(auth)
        .set_redirect_uri(redirect(sign_on)?);
        let exchange = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| self.broken("has no token endpoint", &error))?
            .set_pkce_verifier(PkceCodeVerifier::new(sign_on.verifier.clone()));
        exchange.request_async(&self.http).await.map_err(|error| match error {
            RequestTokenError::ServerResponse(_) => Unverified::ProviderRefused.into(),
            RequestTokenError::Parse(..) => Unverified::WrongToken.into(),
            error @ (RequestTokenError::Request(_) | RequestTokenError::Other(_)) => {
                self.broken("gives no tokens", &error)
            }
        })
    }

    /// Reads who the person is: from the provider's userinfo where it has one, and from the ID
    /// token.
    async fn person(
        &self,
        metadata: &CoreProviderMetadata,
        tokens: &Tokens,
        sign_on: &SignOn,
        now: Instant,
    ) -> Result<Vouched, JoinRefusal> {
        let token = tokens.id_token().ok_or(Unverified::WrongToken)?;
        let verifier = self.verifier(metadata, now);
        let nonce = Nonce::new(sign_on.nonce.clone());
        let claims = token.claims(&verifier, &nonce).map_err(|error| unverified(&error))?;
        if let Some(expected) = claims.access_token_hash() {
            let algorithm = token.signing_alg().map_err(|_| Unverified::TokenUnsigned)?;
            let key = token.signing_key(&verifier).map_err(|_| Unverified::TokenUnsigned)?;
            let actual = AccessTokenHash::from_token(tokens.access_token(), algorithm, key);
            if !actual.is_ok_and(|actual| actual == *expected) {
                return Err(Unverified::WrongToken.into());
            }
        }
        let assurance = claims.auth_context_ref().map(|acr| acr.to_string());
        self.require_assurance(assurance.as_deref())?;
        let subject = claims.subject().to_string();
        let mut person = Person::of(claims);
        match metadata.userinfo_endpoint() {
            Some(endpoint) => {
                let told =
                    self.userinfo(metadata, endpoint.as_str(), tokens.access_token(), now).await?;
                if told.sub.as_ref() != Some(&subject) {
                    return Err(Unverified::OtherSubject.into());
                }
                person = told.over(person);
            }
            None if self.settings.needs_signed_userinfo => {
                return Err(Unverified::TokenUnsigned.into());
            }
            None => {}
        }
        self.vouch(&subject, &person, assurance)
    }

    /// Requires the assurance that was asked for, which a provider need not have heard (OR-32).
    fn require_assurance(&self, given: Option<&str>) -> Result<(), Unverified> {
        let wanted = &self.settings.acr;
        let is_met = given.is_some_and(|given| wanted.iter().any(|one| one == given));
        if wanted.is_empty() || is_met { Ok(()) } else { Err(Unverified::AssuranceUnmet) }
    }

    /// Asks the userinfo endpoint, which answers plainly or with a signed token.
    async fn userinfo(
        &self,
        metadata: &CoreProviderMetadata,
        endpoint: &str,
        token: &AccessToken,
        now: Instant,
    ) -> Result<Person, JoinRefusal> {
        let request = openidconnect::http::Request::get(endpoint)
            .header(ACCEPT, "application/jwt, application/json;q=0.5")
            .header(AUTHORIZATION, format!("Bearer {}", token.secret()))
            .body(Vec::new())
            .map_err(|error| self.broken("has no userinfo endpoint", &error))?;
        let answer = self.http.ask(request).await;
        let answer = answer.map_err(|error| self.broken("gives no userinfo", &error))?;
        if !answer.status().is_success() {
            return Err(Unverified::ProviderRefused.into());
        }
        let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
        if kind.eq_ignore_ascii_case("application/jwt") {
            let text = String::from_utf8(answer.into_body()).map_err(|_| Unverified::WrongToken)?;
            let token: OurToken = text.trim().parse().map_err(|_| Unverified::WrongToken)?;
            let verifier = self.verifier(metadata, now);
            // The nonce is that of the ID token, which names the same person.
            let any = |_: Option<&Nonce>| Ok(());
            let claims = token.claims(&verifier, any).map_err(|error| unverified(&error))?;
            return Ok(Person { sub: Some(claims.subject().to_string()), ..Person::of(claims) });
        }
        if self.settings.needs_signed_userinfo {
            return Err(Unverified::TokenUnsigned.into());
        }
        serde_json::from_slice(answer.body()).map_err(|_| Unverified::WrongToken.into())
    }

    fn vouch(
        &self,
        subject: &str,
        person: &Person,
        assurance: Option<String>,
    ) -> Result<Vouched, JoinRefusal> {
        let email = person.email.as_deref().ok_or(Unverified::NoEmail)?;
        let email = Email::parse(email).map_err(|_| Unverified::NoEmail)?;
        if !self.settings.trusts_email && person.email_verified != Some(true) {
            return Err(Unverified::EmailUnverified.into());
        }
        if subject.is_empty() || subject.len() > SUBJECT_MOST {
            return Err(Unverified::WrongToken.into());
        }
        let identity =
            Identity { issuer: self.settings.issuer.clone(), subject: subject.to_owned() };
        let name = person.called().and_then(|name| PersonName::parse(&name).ok());
        let by = Voucher::Provider { name: self.settings.name.clone(), assurance };
        Ok(Vouched { identity, email, name, by })
    }

    /// Returns what checks tokens: by the provider's own keys alone, so that neither `none` nor a
    /// shared secret will do.
    fn verifier(
        &self,
        metadata: &CoreProviderMetadata,
        now: Instant,
    ) -> IdTokenVerifier<'static, CoreJsonWebKey> {
        IdTokenVerifier::new_public_client(
            ClientId::new(self.settings.client_id.clone()),
            metadata.issuer().clone(),
            metadata.jwks().clone(),
        )
        .set_allowed_algs(SIGNED_BY)
        .set_time_fn(move || now)
    }

    /// Returns what the provider has published, asked for anew once it is old, or has changed.
    async fn published(&self, anew: bool) -> Result<Arc<CoreProviderMetadata>, JoinRefusal> {
        let mut published = self.published.lock().await;
        if let Some((at, metadata)) = &*published
            && at.elapsed() < KEPT
            && !anew
        {
            return Ok(Arc::clone(metadata));
        }
        let issuer = IssuerUrl::new(self.settings.issuer.clone())
            .map_err(|error| self.broken("has no address", &error))?;
        let metadata = CoreProviderMetadata::discover_async(issuer, &self.http).await;
        let metadata = metadata.map_err(|error| self.broken("cannot be discovered", &error))?;
        let metadata = Arc::new(metadata);
        *published = Some((time::Instant::now(), Arc::clone(&metadata)));
        Ok(metadata)
    }

    /// Tells whoever runs the server what is wrong with the provider.
    fn broken(&self, what: &str, error: &dyn std::error::Error) -> JoinRefusal {
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        tracing::warn!(provider = %self.settings.id, %error, cause, "an identity provider {what}");
        JoinRefusal::Unreachable
    }
}

/// What is said of a person.
#[derive(Clone, Debug, Default, Deserialize)]
struct Person {
    sub: Option<String>,
    email: Option<String>,
    #[serde(default, deserialize_with = "truth")]
    email_verified: Option<bool>,
    name: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    /// The surname, as `ProConnect` calls it.
    usual_name: Option<String>,
}

impl Person {
    fn of(claims: &IdTokenClaims<Extra, CoreGenderClaim>) -> Self {
        let first = |name: Option<String>| name.filter(|name| !name.is_empty());
        Self {
            sub: None,
            email: claims.email().map(|email| email.to_string()),
            email_verified: claims.email_verified(),
            name: first(claims.name().and_then(|name| name.get(None)).map(|name| name.to_string())),
            given_name: first(
                claims.given_name().and_then(|name| name.get(None)).map(|name| name.to_string()),
            ),
            family_name: first(
                claims.family_name().and_then(|name| name.get(None)).map(|name| name.to_string()),
            ),
            usual_name: claims.additional_claims().usual_name.clone(),
        }
    }

    /// Returns this, with the rest from something else; an address and whether it is verified come
    /// from one place.
    fn over(self, rest: Self) -> Self {
        let (email, email_verified) = match self.email {
            Some(email) => (Some(email), self.email_verified),
            None => (rest.email, rest.email_verified),
        };
        Self {
            sub: self.sub,
            email,
            email_verified,
            name: self.name.or(rest.name),
            given_name: self.given_name.or(rest.given_name),
            family_name: self.family_name.or(rest.family_name),
            usual_name: self.usual_name.or(rest.usual_name),
        }
    }

    fn called(&self) -> Option<String> {
        let surname = self.family_name.as_ref().or(self.usual_name.as_ref());
        match (&self.name, &self.given_name, surname) {
            (Some(name), _, _) => Some(name.clone()),
            (None, Some(given), Some(surname)) => Some(format!("{given} {surname}")),
            (None, Some(one), None) | (None, None, Some(one)) => Some(one.clone()),
            (None, None, None) => None,
        }
    }
}

/// Reads a truth, which some providers write as a text.
fn truth<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    let value = serde_json::Value::deserialize(from)?;
    Ok(value.as_bool().or_else(|| value.as_str().map(|text| text == "true")))
}

/// What tokens say beyond the standard.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Extra {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    usual_name: Option<String>,
    /// What else there is means nothing here.
    #[serde(flatten)]
    rest: BTreeMap<String, serde_json::Value>,
}

impl AdditionalClaims for Extra {}

type OurToken =
    IdToken<Extra, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

type OurFields = IdTokenFields<
    Extra,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

type Tokens = StandardTokenResponse<OurFields, openidconnect::core::CoreTokenType>;

type OurClient = openidconnect::Client<
    Extra,
    openidconnect::core::CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    openidconnect::core::CoreAuthPrompt,
    openidconnect::StandardErrorResponse<openidconnect::core::CoreErrorResponseType>,
    Tokens,
    openidconnect::core::CoreTokenIntrospectionResponse,
    openidconnect::core::CoreRevocableToken,
    openidconnect::core::CoreRevocationErrorResponse,
    openidconnect::EndpointSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointMaybeSet,
    openidconnect::EndpointMaybeSet,
>;

fn redirect(sign_on: &SignOn) -> Result<RedirectUrl, JoinRefusal> {
    // The server's own address was read when it started.
    RedirectUrl::new(sign_on.redirect.clone()).map_err(|_| JoinRefusal::Off)
}

fn unverified(error: &ClaimsVerificationError) -> JoinRefusal {
    let why = match error {
        ClaimsVerificationError::Expired(_) => Unverified::TokenExpired,
        ClaimsVerificationError::SignatureVerification(_) => Unverified::TokenUnsigned,
        ClaimsVerificationError::InvalidAudience(_)
        | ClaimsVerificationError::InvalidAuthContext(_)
        | ClaimsVerificationError::InvalidAuthTime(_)
        | ClaimsVerificationError::InvalidIssuer(_)
        | ClaimsVerificationError::InvalidNonce(_)
        | ClaimsVerificationError::InvalidSubject(_)
        | ClaimsVerificationError::Other(_)
        | ClaimsVerificationError::Unsupported(_)
        | _ => Unverified::WrongToken,
    };
    why.into()
}

/// How tokens may be signed: with keys that the provider has published. Neither `HS256`, which
/// needs but a shared secret, nor `none` is among them (OR-32).
const SIGNED_BY: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// How long what a provider has published is taken for current.
const KEPT: Duration = Duration::from_secs(600);

/// `OpenID` Connect allows 255 letters.
const SUBJECT_MOST: usize = 255;
