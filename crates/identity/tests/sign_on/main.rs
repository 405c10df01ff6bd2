//! Signing on at a certified `OpenID` provider, npm's `oidc-provider` (OR-32).
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "fixtures of tests")]

mod provider;

use std::collections::BTreeMap;
use std::fs;

use chrono::{TimeDelta, Utc};
use guest_app::{SignOn, SignOnAnswer, Vouching as _};
use guest_core::{JoinRefusal, TeamId, Unverified, Vouched, Voucher};
use guest_identity::{Directory, Settings};
use serde_json::{Value, json};

use provider::Provider;

#[tokio::test]
async fn or_32_a_provider_vouches_for_a_person() {
    let world = World::new("plain", "");
    let vouched = world.sign_on(json!({ "who": "nova" })).await.unwrap();
    assert_eq!(vouched.identity.issuer, world.provider.issuer);
    assert_eq!(vouched.identity.subject, "nova");
    assert_eq!(vouched.email.as_str(), "nova@acme.example");
    assert_eq!(vouched.called(), "Nova Stern");
    let by = Voucher::Provider { name: "Acme ID".to_owned(), assurance: None };
    assert_eq!(vouched.by, by);
}

#[tokio::test]
async fn or_32_userinfo_may_be_a_signed_token() {
    let world = World::new("signed", "client_auth = \"client_secret_post\"");
    let vouched = world.sign_on(json!({ "who": "nova" })).await.unwrap();
    assert_eq!(vouched.email.as_str(), "nova@acme.example");
    for (told, why) in [
        (json!({ "userinfo": { "sub": "ada" } }), Unverified::OtherSubject),
        (json!({ "userinfo": { "iss": "https://evil.example" } }), Unverified::WrongToken),
        (json!({ "userinfo": { "aud": "another" } }), Unverified::WrongToken),
        (json!({ "userinfo": { "exp": 1 } }), Unverified::TokenExpired),
        (json!({ "userinfoAlg": "stolen" }), Unverified::TokenUnsigned),
        (json!({ "userinfoAlg": "HS256" }), Unverified::TokenUnsigned),
        (json!({ "userinfoAlg": "none" }), Unverified::TokenUnsigned),
    ] {
        world.refuses(told, why).await;
    }
}

#[tokio::test]
async fn or_32_a_token_that_is_not_for_this_sign_on_is_refused() {
    let plain = World::new("plain", "");
    let signed = World::new("signed", "client_auth = \"client_secret_post\"");
    for world in [plain, signed] {
        for (told, why) in [
            (json!({ "idToken": { "aud": "another" } }), Unverified::WrongToken),
            (
                json!({ "idToken": { "aud": ["another", "plain", "signed"] } }),
                Unverified::WrongToken,
            ),
            (json!({ "idToken": { "iss": "https://evil.example" } }), Unverified::WrongToken),
            (json!({ "idToken": { "nonce": "another" } }), Unverified::WrongToken),
            (json!({ "idToken": { "nonce": null } }), Unverified::WrongToken),
            (json!({ "idToken": { "at_hash": "AAAA" } }), Unverified::WrongToken),
            (json!({ "idToken": { "sub": "ada" } }), Unverified::OtherSubject),
            (json!({ "idToken": { "exp": 1 } }), Unverified::TokenExpired),
            (json!({ "alg": "HS256" }), Unverified::TokenUnsigned),
            (json!({ "alg": "none" }), Unverified::TokenUnsigned),
            (json!({ "alg": "stolen" }), Unverified::TokenUnsigned),
        ] {
            world.refuses(told, why).await;
        }
        // The same provider without lies.
        assert!(world.sign_on(json!({})).await.is_ok());
    }
}

#[tokio::test]
async fn or_32_a_plain_userinfo_tells_of_who_signed_in() {
    let world = World::new("plain", "");
    world.refuses(json!({ "userinfo": { "sub": "ada" } }), Unverified::OtherSubject).await;
    world.refuses(json!({ "who": "blank" }), Unverified::NoEmail).await;
    world.refuses(json!({ "userinfo": { "email": "nobody" } }), Unverified::NoEmail).await;
    world.refuses(json!({ "who": "liar" }), Unverified::EmailUnverified).await;
    world.refuses(json!({ "who": "agent" }), Unverified::EmailUnverified).await;
    let trusted = World::new("plain", "trust_email = true");
    // The surname is not among the scopes that were asked for.
    assert_eq!(trusted.sign_on(json!({ "who": "agent" })).await.unwrap().called(), "Angela");
}

#[tokio::test]
async fn or_32_an_essential_assurance_is_asked_for_and_checked() {
    let world = World::new("plain", "acr = [\"eidas2\"]");
    let vouched = world.sign_on(json!({ "acr": "eidas2" })).await.unwrap();
    let assurance = Some("eidas2".to_owned());
    assert_eq!(vouched.by, Voucher::Provider { name: "Acme ID".to_owned(), assurance });
    // The provider refuses what it cannot give; one that gives less all the same is not believed.
    world.refuses(json!({ "acr": "eidas1" }), Unverified::ProviderRefused).await;
    let less = json!({ "acr": "eidas2", "idToken": { "acr": "eidas1" } });
    world.refuses(less, Unverified::AssuranceUnmet).await;
    let none = json!({ "acr": "eidas2", "idToken": { "acr": null } });
    world.refuses(none, Unverified::AssuranceUnmet).await;
}

#[tokio::test]
async fn or_32_new_keys_of_the_provider_are_fetched() {
    let world = World::new("signed", "client_auth = \"client_secret_post\"");
    assert!(world.sign_on(json!({})).await.is_ok());
    assert!(world.sign_on(json!({ "rotate": true })).await.is_ok());
    assert!(world.sign_on(json!({})).await.is_ok());
}

#[tokio::test]
async fn or_32_pkce_binds_the_code_to_who_asked_for_it() {
    let world = World::new("plain", "");
    let url = world.directory.authorize(sign_on()).await.unwrap();
    let back = world.provider.sign_on(&url).await;
    let stolen = SignOn { verifier: "b".repeat(43), ..sign_on() };
    let refused = world.directory.redeem(stolen, answer(&back)).await;
    assert_eq!(refused, Err(Unverified::ProviderRefused.into()));
    // A code is worth nothing the second time, nor a made-up one.
    let back = world.provider.sign_on(&world.directory.authorize(sign_on()).await.unwrap()).await;
    assert!(world.directory.redeem(sign_on(), answer(&back)).await.is_ok());
    let again = world.directory.redeem(sign_on(), answer(&back)).await;
    assert_eq!(again, Err(Unverified::ProviderRefused.into()));
    // Another provider's answer (RFC 9207).
    let mut mixed = answer(&back);
    mixed.issuer = Some("https://evil.example".to_owned());
    let refused = world.directory.redeem(sign_on(), mixed).await;
    assert_eq!(refused, Err(Unverified::WrongToken.into()));
    let nothing = world.directory.redeem(sign_on(), SignOnAnswer::default()).await;
    assert_eq!(nothing, Err(Unverified::ProviderRefused.into()));
}

#[tokio::test]
async fn or_32_an_answer_expires_by_the_servers_clock() {
    let world = World::at("plain", "", TimeDelta::hours(1));
    world.refuses(json!({}), Unverified::TokenExpired).await;
}

#[tokio::test]
async fn or_32_proconnect_gets_only_the_parameters_that_it_allows() {
    let world = World::new("signed", "preset = \"proconnect\"\nacr = [\"eidas1\", \"eidas2\"]");
    let url = world.directory.authorize(sign_on()).await.unwrap();
    let parameters: BTreeMap<String, String> =
        url::Url::parse(&url).unwrap().query_pairs().into_owned().collect();
    let names: Vec<_> = parameters.keys().map(String::as_str).collect();
    // Each of them is one that its documentation has.
    assert_eq!(
        names,
        [
            "claims",
            "client_id",
            "code_challenge",
            "code_challenge_method",
            "nonce",
            "redirect_uri",
            "response_type",
            "scope",
            "state",
        ]
    );
    assert_eq!(parameters["scope"], "openid given_name usual_name email uid");
    assert_eq!(parameters["code_challenge_method"], "S256");
    let claims: Value = serde_json::from_str(&parameters["claims"]).unwrap();
    let acr = json!({ "essential": true, "values": ["eidas1", "eidas2"] });
    assert_eq!(claims, json!({ "id_token": { "acr": acr } }));
    // It says no `email_verified`, and the surname in a claim of its own.
    let vouched = world.sign_on(json!({ "who": "agent", "acr": "eidas1" })).await.unwrap();
    assert_eq!(vouched.called(), "Angela Dubois");
    assert_eq!(vouched.email.as_str(), "agent@acme.example");
    // What is not signed is not believed.
    let unsigned =
        World::new("plain", "preset = \"proconnect\"\nclient_auth = \"client_secret_basic\"");
    let refused = unsigned.sign_on(json!({ "who": "agent" })).await;
    assert!(refused.is_err(), "{refused:?}");
}

#[tokio::test]
async fn or_32_each_team_has_its_own_providers() {
    let world = World::new("plain", "");
    let names = |team| world.directory.ways(TeamId::parse(team).unwrap()).providers;
    assert_eq!(names("acme").len(), 1);
    assert_eq!(names("rival"), []);
    let elsewhere = SignOn { team: TeamId::parse("rival").unwrap(), ..sign_on() };
    assert_eq!(world.directory.authorize(elsewhere).await, Err(JoinRefusal::Off));
    let unknown = SignOn { provider: "other".to_owned(), ..sign_on() };
    assert_eq!(
        world.directory.redeem(unknown, SignOnAnswer::default()).await,
        Err(JoinRefusal::Off)
    );
}

#[tokio::test]
async fn or_32_a_provider_that_is_down_is_said_to_be() {
    let World { directory, provider, .. } = World::new("plain", "");
    drop(provider);
    assert_eq!(directory.authorize(sign_on()).await, Err(JoinRefusal::Unreachable));
}

/// A provider, and a directory that knows it.
struct World {
    provider: Provider,
    directory: Directory,
}

impl World {
    fn new(client: &str, more: &str) -> Self {
        Self::at(client, more, TimeDelta::zero())
    }

    /// Opens a directory whose clock is ahead.
    fn at(client: &str, more: &str, ahead: TimeDelta) -> Self {
        let provider = Provider::start();
        let folder = tempfile::tempdir().unwrap();
        let text = format!(
            "[[provider]]\nid = \"acme-id\"\nname = \"Acme ID\"\nteams = [\"acme\"]\n\
             issuer = \"{}\"\nclient_id = \"{client}\"\nclient_secret_file = \"secret\"\n{more}\n",
            provider.issuer
        );
        fs::write(folder.path().join("sso.toml"), text).unwrap();
        let secret = "a secret of the client that is long enough for HMAC";
        fs::write(folder.path().join("secret"), secret).unwrap();
        let settings = Settings::load(&folder.path().join("sso.toml")).unwrap();
        #[expect(clippy::disallowed_methods, reason = "the provider goes by the time of day")]
        let directory = Directory::new(settings, move || Utc::now() + ahead);
        Self { provider, directory }
    }

    /// Signs somebody on, with a provider that was told something.
    async fn sign_on(&self, told: Value) -> Result<Vouched, JoinRefusal> {
        self.provider.told(told).await;
        let url = self.directory.authorize(sign_on()).await?;
        let back = self.provider.sign_on(&url).await;
        assert_eq!(back["state"], "a state");
        self.directory.redeem(sign_on(), answer(&back)).await
    }

    async fn refuses(&self, told: Value, why: Unverified) {
        let refused = self.sign_on(told.clone()).await;
        assert_eq!(refused, Err(why.into()), "{told}");
    }
}

fn answer(back: &BTreeMap<String, String>) -> SignOnAnswer {
    SignOnAnswer { code: back.get("code").cloned(), issuer: back.get("iss").cloned() }
}

fn sign_on() -> SignOn {
    SignOn {
        team: TeamId::parse("acme").unwrap(),
        provider: "acme-id".to_owned(),
        redirect: "http://guest.example/sso/callback".to_owned(),
        state: "a state".to_owned(),
        nonce: "a nonce of this sign-on".to_owned(),
        verifier: "a".repeat(43),
    }
}
