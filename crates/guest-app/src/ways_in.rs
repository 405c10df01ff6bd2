//! Ways in: that an owner can always sign in, and signing in by single sign-on (OR-35).

use guest_core::{Device, Email, Identity, Login, Proof, Secret, Team, TeamId, User, UserId, Ways};

use crate::access;
use crate::devices::devices_of;
use crate::joining::bind;
use crate::record::{BoundIdentity, Range, erase, list, row};
use crate::sign_in::{SignedIn, sign_in_to};
use crate::work::{By, Work};
use crate::{Denied, Fault, View, tables};

/// Checks that a team's settings leave an active owner other than `except` a way in (OR-35).
///
/// # Errors
///
/// Is refused as [`Denied::WouldLockOut`] otherwise.
pub(crate) fn require_way_in(
    view: &mut dyn View,
    team: &Team,
    except: Option<UserId>,
) -> Result<(), Fault> {
    let mut ways = Vec::new();
    for user in access::users(view, team.id)? {
        if user.owner && user.is_active() && except != Some(user.id) {
            ways.push(ways_of(view, &user)?);
        }
    }
    if team.lets_in(&ways) { Ok(()) } else { Err(Denied::WouldLockOut.into()) }
}

/// Signs in as whom the provider of a team says somebody is (OR-35).
///
/// A user who has never come like this is known by the address that the provider vouches for, and
/// from then on by the identity. `None` if it is nobody of the team.
pub(crate) fn sign_in_by_sso(
    work: &mut Work<'_>,
    team: TeamId,
    identity: &Identity,
    email: &Email,
    cookie: &Secret,
) -> Result<Option<SignedIn>, Fault> {
    let user = match access::user_by_identity(work.tx, team, identity)? {
        Some(user) => user,
        None => match access::user_by_email(work.tx, team, email)? {
            // Who has an identity of this provider is somebody else who got the address.
            Some(user) if !is_known_to(work.tx, &user, &identity.issuer)? => {
                bind(work, &user, identity.clone())?;
                let name = user.email.as_str().to_owned();
                let by = By::Actor { name, email: Some(user.email.clone()) };
                let detail =
                    serde_json::json!({ "issuer": identity.issuer, "subject": identity.subject });
                work.audit(team, &by, "user.bind_identity", user.id, &detail)?;
                user
            }
            Some(_) | None => return Ok(None),
        },
    };
    sign_in_to(work, user.email, Proof::Sso { team }, cookie).map(Some)
}

/// Takes away everything that a user of the team signs in with, their sessions first (OR-9).
///
/// Sessions by mailed code end wherever the address is signed in: they were the user's, too.
pub(crate) fn close(work: &mut Work<'_>, user: &User) -> Result<(), Fault> {
    let prefix = row![user.email.key()];
    let index = Some(&tables::LOGIN_EMAIL);
    let range = Range { index, prefix: &prefix, limit: usize::MAX, ..Range::default() };
    for login in list::<Login>(work.tx, &range)? {
        if login.proof.reaches(user.team) {
            erase::<Login>(work.tx, &row![login.hash])?;
        }
    }
    for device in devices_of(work.tx, user.team, user.id)? {
        erase::<Device>(work.tx, &row![device.id])?;
    }
    for bound in identities(work.tx, user)? {
        let key = row![user.team, bound.identity.issuer.as_str(), bound.identity.subject.as_str()];
        erase::<BoundIdentity>(work.tx, &key)?;
    }
    Ok(())
}

fn ways_of(view: &mut dyn View, user: &User) -> Result<Ways, Fault> {
    let device = !devices_of(view, user.team, user.id)?.is_empty();
    let sso = identities(view, user)?.iter().any(|bound| bound.identity.is_sso());
    Ok(Ways { device, sso })
}

fn is_known_to(view: &mut dyn View, user: &User, issuer: &str) -> Result<bool, Fault> {
    Ok(identities(view, user)?.iter().any(|bound| bound.identity.issuer == issuer))
}

fn identities(view: &mut dyn View, user: &User) -> Result<Vec<BoundIdentity>, Fault> {
    let prefix = row![user.team, user.id];
    let index = Some(&tables::IDENTITY_USER);
    Ok(list(view, &Range { index, prefix: &prefix, limit: usize::MAX, ..Range::default() })?)
}
