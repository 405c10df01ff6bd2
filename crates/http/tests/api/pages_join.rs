//! The pages of asking to join and of signing on, and who waits (WB-9, OR-30 to OR-35).

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use chrono::Utc;
use guest_http::Options;
use guest_identity::{Directory, Settings};
use serde_json::{Value, json};

use crate::browser::{Browser, says, sent_on, shows};
use crate::joining::{of_nova, signed};
use crate::provider::Provider;
use crate::world::{Answer, Client, ORIGIN, World};

#[tokio::test]
async fn or_30_wb_9_a_stranger_pastes_a_signed_request_and_takes_it_back() {
    let world = World::new();
    let mut stranger = Browser::stranger(&world);
    let page = stranger.get("/join/acme").await;
    shows(&page, &["Join acme", "guest join request --server", "What the file holds"]);
    says(&stranger.get("/join/rival").await, 409, &["takes no join requests"]);
    says(&stranger.get("/join/nowhere").await, 409, &["takes no join requests"]);
    let nonsense = stranger.send("/join/acme/certificate", &[("request", "hello")]).await;
    says(&nonsense, 422, &["not a signed request"]);
    let mut forged = of_nova(1);
    forged["id"] = json!("jrq_00000000000000000000000008");
    let forged = stranger.send("/join/acme/certificate", &[("request", &forged.to_string())]).await;
    says(&forged, 422, &["The signature is not by the certificate", "Join acme"]);
    let sent =
        stranger.send("/join/acme/certificate", &[("request", &of_nova(1).to_string())]).await;
    let own = sent_on(&sent);
    shows(&stranger.get(&own).await, &["Your request waits", "nova@example.org", "Take it back"]);
    assert_eq!(sent_on(&stranger.send(&format!("{own}/cancel"), &[]).await), own);
    shows(&stranger.get(&own).await, &["You took your request back"]);
    says(&stranger.get("/join-request/jr_AAAA").await, 404, &["There is no such thing"]);
}

#[tokio::test]
async fn or_34_wb_9_administrators_accept_with_a_profile_and_reject() {
    let world = World::new();
    let mut owners = Vec::new();
    for (number, name) in [(1, "nova"), (2, "sam"), (3, "kim"), (4, "lee")] {
        let draft = signed(number, name, &format!("{name}@example.org"), 2029);
        let joined = world.nobody().post("/v1/teams/acme/join-requests", draft).await.is(201);
        owners.push(joined["id"].as_str().unwrap().to_owned());
        world.pass(1);
    }
    let [nova, sam, kim, lee] = &owners[..] else { panic!("four") };
    let mut bob = Browser::of(&world, "bob");
    let list = "/t/acme/join-requests";
    let page = bob.get(list).await;
    shows(
        &page,
        &[
            "http://guest.example/join/acme",
            "nova@example.org",
            "a certificate issued by CN=Acme Root",
        ],
    );
    let one = bob.get(&format!("{list}/{nova}")).await;
    shows(&one, &["nova asks to join", "Serial number", "Administrator"]);
    assert!(!one.text.contains("checked"), "no profile is chosen beforehand");
    let missing = bob.send(&format!("{list}/{nova}/accept"), &[("name", "Nova")]).await;
    says(&missing, 422, &["value=\"Nova\""]);
    let fields = [("name", "Nova"), ("profile", "member")];
    let accepted = bob.send(&format!("{list}/{nova}/accept"), &fields).await;
    assert_eq!(sent_on(&accepted), "/t/acme/join-requests?said=join-accepted");
    shows(&bob.get(&format!("{list}/{sam}/reject")).await, &["Reject the request of sam?"]);
    let rejected = bob.send(&format!("{list}/{sam}/reject"), &[]).await;
    assert_eq!(sent_on(&rejected), "/t/acme/join-requests?said=join-rejected");
    let none = bob.send(&format!("{list}/accept"), &[("profile", "member")]).await;
    says(&none, 422, &["Choose the requests to accept"]);
    let both = [("id", kim.as_str()), ("id", lee.as_str()), ("profile", "external")];
    let several = bob.send(&format!("{list}/accept"), &both).await;
    assert_eq!(sent_on(&several), "/t/acme/join-requests?said=join-accepted");
    shows(&bob.get(list).await, &["Nobody waits for an answer"]);
    shows(&bob.get(&format!("{list}/{nova}")).await, &["The request was accepted"]);
    says(&Browser::of(&world, "mia").get(list).await, 403, &[]);
    shows(&Browser::of(&world, "zoe").get("/t/rival/join-requests").await, &["Nobody can ask yet"]);
}

#[tokio::test]
async fn or_34_wb_9_what_has_lapsed_can_only_be_rejected() {
    let world = World::new();
    let draft = signed(1, "Nova", "nova@example.org", 2027);
    let joined = world.nobody().post("/v1/teams/acme/join-requests", draft).await.is(201);
    world.pass(40 * 86_400);
    let mut bob = Browser::of(&world, "bob");
    shows(&bob.get("/t/acme/join-requests").await, &["lapsed"]);
    let one = bob.get(&format!("/t/acme/join-requests/{}", joined["id"].as_str().unwrap())).await;
    shows(&one, &["The certificate has lapsed since"]);
    assert!(!one.text.contains("<button>Accept"));
    let token = joined["token"].as_str().unwrap();
    shows(&Browser::stranger(&world).get(&format!("/join-request/{token}")).await, &["Ask again"]);
}

#[tokio::test]
async fn or_32_wb_9_somebody_asks_to_join_by_signing_on() {
    let sso = Sso::new();
    let mut stranger = Browser::stranger(&sso.world);
    let page = stranger.get("/join/acme").await;
    shows(&page, &["Continue with Acme ID"]);
    let request =
        page.text.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let fields =
        [("provider", "acme-id"), ("id", request), ("device_name", ""), ("device_key", "")];
    let gone = stranger.send("/join/acme/sso", &fields).await;
    shows(&gone, &["One moment", "http-equiv=\"refresh\""]);
    let back = sso.sign_on(&gone, json!({ "who": "nova" })).await;
    // Only in the browser in which it began.
    says(
        &sso.come_back(&Browser::stranger(&sso.world), "", &back).await,
        403,
        &["begun in another browser"],
    );
    let joined = sso.come_back(&stranger, &cookie(&gone), &back).await;
    let own = sent_on(&joined);
    shows(&stranger.get(&own).await, &["Your request waits", "nova@acme.example"]);
    let mut bob = Browser::of(&sso.world, "bob");
    let one = bob.get(&format!("/t/acme/join-requests/{request}")).await;
    shows(&one, &["Nova Stern asks to join", "signing in at Acme ID", &sso.provider.issuer]);
    let fields = [("name", "Nova"), ("profile", "member")];
    sent_on(&bob.send(&format!("/t/acme/join-requests/{request}/accept"), &fields).await);
    shows(&stranger.get(&own).await, &["You have joined acme"]);
    // From now on they sign in like this (OR-35).
    let signed_in = sso.sign_in(json!({ "who": "nova" })).await;
    shows(&signed_in, &["url=/t/acme"]);
    let session = cookie(&signed_in);
    let me = sso.world.nobody().with("cookie", &session).get("/v1/me").await.is(200);
    assert_eq!(
        (&me["email"], &me["teams"][0]["role"]),
        (&json!("nova@acme.example"), &json!("member"))
    );
}

#[tokio::test]
async fn or_35_users_sign_in_by_sso_and_a_team_may_require_it() {
    let sso = Sso::new();
    let mut stranger = Browser::stranger(&sso.world);
    shows(&stranger.get("/sign-in?to=/t/acme").await, &["Sign in with Acme ID"]);
    shows(&stranger.get("/sign-in").await, &["Sign in with Acme ID"]);
    let other = stranger.get("/sign-in?to=/t/rival").await;
    assert!(!other.text.contains("Sign in with"), "{}", other.text);
    shows(&other, &["Single sign-on"]);
    // Somebody whom no user is: they learn so of themselves only.
    says(
        &sso.sign_in(json!({ "who": "nova" })).await,
        403,
        &["No user of the team has this identity"],
    );
    says(
        &sso.sign_in(json!({ "who": "liar" })).await,
        422,
        &["has not verified your email address"],
    );
    // An owner whom the provider vouches for by the address.
    let ada = json!({ "who": "nova", "userinfo": { "email": "ada@acme.example" } });
    let session = cookie(&sso.sign_in(ada).await);
    let ada = sso.world.nobody().with("cookie", &session).with("origin", ORIGIN);
    let required = json!({ "sso_required": true });
    ada.patch("/v1/teams/acme", required).await.is(200);
    ada.get("/v1/teams/acme/users").await.is(200);
    sso.world.sign_in("olga").get("/v1/teams/acme/users").await.refused(403, "sso_required");
    // The provider of one team proves nothing to another.
    ada.get("/v1/teams/rival").await.refused(404, "not_found");
}

/// A server that knows a real provider.
struct Sso {
    world: World,
    provider: Provider,
}

impl Sso {
    fn new() -> Self {
        let provider = Provider::start();
        let folder = tempfile::tempdir().unwrap();
        let text = format!(
            "[[provider]]\nid = \"acme-id\"\nname = \"Acme ID\"\nteams = [\"acme\"]\n\
             issuer = \"{}\"\nclient_id = \"plain\"\nclient_secret_file = \"secret\"\n",
            provider.issuer
        );
        fs::write(folder.path().join("sso.toml"), text).unwrap();
        let secret = "a secret of the client that is long enough for HMAC";
        fs::write(folder.path().join("secret"), secret).unwrap();
        let settings = Settings::load(&folder.path().join("sso.toml")).unwrap();
        #[expect(clippy::disallowed_methods, reason = "the provider goes by the time of day")]
        let directory = Directory::new(settings, Utc::now);
        let mut world = World::new();
        world.app = world.app.clone().with_vouching(Arc::new(directory));
        world.router = guest_http::router(world.app.clone(), Options::default());
        Self { world, provider }
    }

    /// Signs somebody on where a page leads to, and returns what the provider sends back.
    async fn sign_on(&self, page: &Answer, told: Value) -> BTreeMap<String, String> {
        self.provider.told(told).await;
        let url = page.text.split("content=\"0; url=").nth(1).unwrap().split('"').next().unwrap();
        let url = url.replace("&#38;", "&").replace("&amp;", "&");
        self.provider.sign_on(&url).await
    }

    async fn come_back(
        &self,
        browser: &Browser,
        cookie: &str,
        back: &BTreeMap<String, String>,
    ) -> Answer {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(back);
        let client: Client = browser.client().clone().with("cookie", cookie);
        client.get(&format!("/sso/callback?{}", query.finish())).await
    }

    /// Signs somebody in with the button of the sign-in page.
    async fn sign_in(&self, told: Value) -> Answer {
        let mut browser = Browser::stranger(&self.world);
        browser.get("/sign-in?to=/t/acme").await;
        let fields = [("team", "acme"), ("provider", "acme-id"), ("to", "/t/acme")];
        let gone = browser.send("/sign-in/sso", &fields).await;
        let back = self.sign_on(&gone, told).await;
        self.come_back(&browser, &cookie(&gone), &back).await
    }
}

/// Returns the first cookie that an answer sets, as a browser sends it back.
fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}
