//! What whoever runs the server decides.

use guest_core::{
    Email, InviteId, Link, LinkToken, MacKey, MemberInviteId, MemberLink, PaymentMethod, PriceList,
    RefundPolicy, Secret, SessionId, TeamId,
};

/// What whoever runs the server decides.
#[derive(Clone, Debug)]
pub struct Config {
    /// What the product is called in mails and pages (GA-15).
    pub brand: String,
    /// Where the server is reached, without a trailing slash.
    pub public_url: String,
    /// Whose address mails come from.
    pub sender: Email,
    /// What credits cost (CR-20).
    pub prices: PriceList,
    /// How credits are paid (CR-23).
    pub payment: PaymentMethod,
    /// Whether a credit comes back when a used invite is cancelled (CR-11).
    pub refunds: RefundPolicy,
    /// What links and sign-in codes are derived from (GA-19); not kept in the store.
    pub key: MacKey,
}

impl Config {
    /// Returns the address that a guest opens.
    pub(crate) fn guest_link(&self, link: Link) -> String {
        let token: LinkToken = link.token(&self.key);
        format!("{}/g/{}", self.public_url, token.expose())
    }

    /// Returns the address that somebody opens who is invited to join (OR-20).
    pub(crate) fn member_link(&self, team: TeamId, invitation: MemberInviteId) -> String {
        let token = MemberLink { team, invitation }.token(&self.key);
        format!("{}/j/{}", self.public_url, token.expose())
    }

    /// Returns the address of the page on which somebody is greeted (OR-21).
    pub(crate) fn invitations_page(&self, team: TeamId) -> String {
        format!("{}/invitations", self.team_page(team))
    }

    /// Returns the address where a person sees what becomes of their request to join (OR-30).
    pub(crate) fn join_request_page(&self, token: &str) -> String {
        format!("{}/join-request/{token}", self.public_url)
    }

    /// Returns the address at which anybody can ask to join a team (OR-30).
    pub(crate) fn join_page(&self, team: TeamId) -> String {
        format!("{}/join/{team}", self.public_url)
    }

    /// Returns the address at which the stream of a relayed session is opened, without its ticket.
    pub(crate) fn stream_url(&self, session: SessionId) -> String {
        // `http` becomes `ws`, and `https` becomes `wss`.
        let origin = self.public_url.replacen("http", "ws", 1);
        format!("{origin}/v1/sessions/{session}/stream")
    }

    /// Returns the address of the page that signs in with a mailed code by one button (WB-1).
    ///
    /// What stands after the `#` is never sent, so that no log of addresses has the code (QU-31).
    pub(crate) fn sign_in_page(&self, email: &Email, code: &str) -> String {
        format!("{}/sign-in/code?email={}#{code}", self.public_url, encoded(email.as_str()))
    }

    /// Returns the address of the page that enrols one more device (OR-8).
    ///
    /// As with codes, what stands after the `#` is never sent.
    pub(crate) fn device_page(&self, secret: &Secret) -> String {
        format!("{}/devices/new#{}", self.public_url, secret.expose())
    }

    /// Returns the address of a team's page.
    pub(crate) fn team_page(&self, team: TeamId) -> String {
        format!("{}/t/{team}", self.public_url)
    }

    /// Returns the address of an invite on its team's page, for those who may edit it (GA-48).
    pub(crate) fn invite_page(&self, team: TeamId, invite: InviteId) -> String {
        format!("{}#{invite}", self.team_page(team))
    }
}

/// Writes a text as a value in an address.
fn encoded(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte);
    text.bytes().fold(String::new(), |address, byte| match byte {
        plain if is_plain(plain) => address + char::from(plain).encode_utf8(&mut [0; 4]),
        other => format!("{address}%{other:02X}"),
    })
}

/// Where ids and secrets come from; the composition root has the only one.
pub trait Entropy: Send + Sync + 'static {
    /// Fills `bytes` with random ones that nobody can guess.
    fn fill(&self, bytes: &mut [u8]);

    /// Draws 128 bits for an id that nobody else will draw.
    ///
    /// The high 48 bits should be the time in milliseconds, so that rows are
    /// added at the end of their tables.
    fn id(&self) -> u128;
}

/// Ids for one unit of work, drawn before it runs: a rerun gets the same ones.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ids(u128);

impl Ids {
    pub(crate) const fn from(first: u128) -> Self {
        Self(first)
    }

    /// Returns the next id.
    pub(crate) fn next<I>(&mut self, wrap: fn(u128) -> I) -> I {
        let id = wrap(self.0);
        self.0 = self.0.wrapping_add(1);
        id
    }
}
