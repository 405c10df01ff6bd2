//! Becoming a user: the one place where users are made (OR-1, OR-8).
//!
//! Invitations, join requests and the operator come here, each from a use case of its own, in
//! whose transaction everything happens.

use guest_core::{
    Device, DeviceId, DeviceName, DevicePublicKey, Email, Identity, PersonName, Profile, TeamId,
    User, UserId,
};

use crate::access;
use crate::record::BoundIdentity;
use crate::users::tell_user;
use crate::work::{By, Work};
use crate::{Denied, Fault};

/// Somebody who is to become a user.
#[derive(Clone, Debug)]
pub(crate) struct NewUser {
    /// Names the user; drawn by the caller, in whose protocol it may have been said already.
    pub(crate) id: UserId,
    /// Their address.
    pub(crate) email: Email,
    /// What they are called.
    pub(crate) name: PersonName,
    /// What they are to the team.
    pub(crate) profile: Profile,
    /// The device with which they joined.
    pub(crate) device: Option<NewDevice>,
    /// Who vouches for them, as who.
    pub(crate) identity: Option<Identity>,
}

/// A device that is enrolled while joining.
#[derive(Clone, Debug)]
pub(crate) struct NewDevice {
    /// Names the device.
    pub(crate) id: DeviceId,
    /// What its user calls it.
    pub(crate) name: DeviceName,
    /// What its signatures are checked with.
    pub(crate) key: DevicePublicKey,
}

/// Makes a user of the team, with what they can sign in with, and tells about it (OR-1).
///
/// # Errors
///
/// Is refused as [`Denied::AlreadyMember`] if an active user of the team has the address, or is
/// who the identity names.
pub(crate) fn join(
    work: &mut Work<'_>,
    team: TeamId,
    new: NewUser,
    by: &By,
) -> Result<User, Fault> {
    let user = User {
        team,
        id: new.id,
        email: new.email,
        name: new.name,
        profile: new.profile,
        owner: false,
        coordinator: false,
        joined_at: work.now,
        revoked_at: None,
        version: 1,
    };
    admit(work, &user)?;
    if let Some(NewDevice { id, name, key }) = new.device {
        let enrolled_at = work.now;
        let device = Device { team, user: user.id, id, name, key, enrolled_at, last_used_at: None };
        work.save(&device)?;
    }
    if let Some(identity) = new.identity {
        bind(work, &user, identity)?;
    }
    let detail = serde_json::json!({
        "email": user.email, "name": user.name, "profile": user.profile.name(),
    });
    work.audit(team, by, "user.join", user.id, &detail)?;
    tell_user(work, &user, "user.joined")?;
    Ok(user)
}

/// Stores a new user, unless an active one has the address (OR-1).
pub(crate) fn admit(work: &mut Work<'_>, user: &User) -> Result<(), Fault> {
    if access::user_by_email(work.tx, user.team, &user.email)?.is_some() {
        return Err(Denied::AlreadyMember.into());
    }
    work.save(user)
}

/// Binds an identity to a user, so that it signs them in (OR-35).
///
/// # Errors
///
/// Is refused as [`Denied::AlreadyMember`] if it is bound to another active user of the team.
pub(crate) fn bind(work: &mut Work<'_>, user: &User, identity: Identity) -> Result<(), Fault> {
    let bound = access::user_by_identity(work.tx, user.team, &identity)?;
    if bound.is_some_and(|other| other.id != user.id) {
        return Err(Denied::AlreadyMember.into());
    }
    work.save(&BoundIdentity { team: user.team, user: user.id, identity, at: work.now })
}
