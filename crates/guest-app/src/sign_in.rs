//! Signing in by a mailed code, and out (QU-31).

use guest_core::{
    CodeRefusal, Email, InputError, Login, MailIntent, Proof, Purpose, Secret, SignIn, Verdict,
};
use serde::{Deserialize, Serialize};

use crate::access;
use crate::input::Reading;
use crate::people::{MyTeam, my_teams, users_of};
use crate::record::{erase, row};
use crate::work::{By, Work};
use crate::{App, Call, Caller, Denied, Fault, Pending};

/// Who wants a sign-in code.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CodeRequest {
    /// The address to mail it to.
    pub email: String,
}

/// A sign-in code as somebody typed it.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CodeTry {
    /// The address it was mailed to.
    pub email: String,
    /// The six digits; blanks among them do not matter.
    pub code: String,
}

/// Somebody who has signed in.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignedIn {
    /// The account.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub email: Email,
    /// The teams it belongs to.
    pub teams: Vec<MyTeam>,
    /// What the browser keeps; not part of the answer's body.
    #[serde(skip)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub cookie: Secret,
}

impl App {
    /// Mails a code to sign in with, to any address alike.
    pub fn request_code(&self, call: &Call, request: &CodeRequest) -> Pending<()> {
        let mut nonce = [0; 16];
        self.entropy.fill(&mut nonce);
        let email = read_email(&request.email);
        self.write(call, move |work| {
            let email = email.clone()?;
            let before: Option<SignIn> = work.find(&row![email.key()])?;
            let sign_in = SignIn::request(before.as_ref(), email.clone(), nonce, work.now)?;
            let expires_at = sign_in.expires_at().unwrap_or(work.now);
            work.save(&sign_in)?;
            work.mail(None, email, MailIntent::SignIn { nonce, expires_at }, None)
        })
    }

    /// Tries a code, and signs in with it if it is the right one.
    pub fn verify_code(&self, call: &Call, attempt: &CodeTry) -> Pending<SignedIn> {
        let cookie = self.secret(Purpose::SignIn);
        let email = read_email(&attempt.email);
        let typed: String = attempt.code.chars().filter(|one| !one.is_whitespace()).collect();
        // A wrong try counts, so it is an answer of the unit, and a refusal only after it is stored.
        self.write_either(call, move |work| {
            let email = email.clone()?;
            let Some(sign_in) = work.find::<SignIn>(&row![email.key()])? else {
                return Ok(Err(CodeRefusal::Wrong.into()));
            };
            let (next, verdict) = sign_in.verify(&typed, &work.config.key, work.now);
            work.save(&next)?;
            match verdict {
                Verdict::No(refusal) => Ok(Err(refusal.into())),
                Verdict::Right => sign_in_to(work, next.email, Proof::Code, &cookie).map(Ok),
            }
        })
    }

    /// Signs in with the secret of a session that was handed over in a link (IF-24).
    ///
    /// It is changed for another as it arrives, so that the link works once.
    pub fn redeem(&self, call: &Call, handed: &Secret) -> Pending<SignedIn> {
        let (cookie, handed) = (self.secret(Purpose::SignIn), handed.hash());
        self.write(call, move |work| {
            let login = access::login(work.tx, handed)?.ok_or(CodeRefusal::Used)?;
            erase::<Login>(work.tx, &row![handed])?;
            sign_in_to(work, login.email, login.proof, &cookie)
        })
    }

    /// Ends a browser's session.
    pub fn sign_out(&self, call: &Call) -> Pending<()> {
        let caller = call.caller.clone();
        self.write(call, move |work| match &caller {
            Caller::Nobody => Ok(()),
            Caller::Login(hash) => Ok(erase::<Login>(work.tx, &row![*hash])?),
            Caller::ApiKey(_) | Caller::Operator { .. } => Err(Denied::PeopleOnly.into()),
        })
    }

    /// Signs an address in without a code; for the operator of the server (IF-24).
    pub fn sign_in_as(&self, email: &Email) -> Pending<Secret> {
        let cookie = self.secret(Purpose::SignIn);
        let email = email.clone();
        self.write(&Call::operator(), move |work| {
            let signed_in = sign_in_to(work, email.clone(), Proof::Link, &cookie)?;
            Ok(signed_in.cookie)
        })
    }
}

/// Stores a browser's session with how it was proven (OR-35), and tells the audit logs of the
/// teams that it is for (QU-35).
pub(crate) fn sign_in_to(
    work: &mut Work<'_>,
    email: Email,
    proof: Proof,
    cookie: &Secret,
) -> Result<SignedIn, Fault> {
    let login = Login { hash: cookie.hash(), email, since: work.now, proof };
    work.save(&login)?;
    for user in users_of(work.tx, &login)? {
        let name = user.email.as_str().to_owned();
        let by = By::Actor { name, email: Some(user.email) };
        let detail = serde_json::json!({ "proof": proof.name() });
        work.audit(user.team, &by, "account.sign_in", user.id, &detail)?;
    }
    let teams = my_teams(work.tx, &login)?;
    Ok(SignedIn { email: login.email, teams, cookie: cookie.clone() })
}

fn read_email(email: &str) -> Result<Email, Vec<InputError>> {
    let mut reading = Reading::default();
    let email = reading.read("/email", Email::parse(email));
    reading.done(email)
}
