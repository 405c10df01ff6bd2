//! How browsers' sessions were proven, and what teams make of that (OR-35).

use crate::{DeviceId, EmailSignIn, Refusal, RefusalKind, Team, TeamId};

/// How a browser's session was proven (OR-35).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Proof {
    /// By a code that was mailed to the address.
    Code,
    /// By a link that the operator of the server made (IF-24).
    Link,
    /// By an enrolled device.
    Device {
        /// The team that it is enrolled in.
        team: TeamId,
        /// The device.
        device: DeviceId,
    },
    /// By the identity provider of a team.
    Sso {
        /// The team.
        team: TeamId,
    },
}

impl Proof {
    /// Returns the name as interfaces show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Link => "link",
            Self::Device { .. } => "device",
            Self::Sso { .. } => "sso",
        }
    }

    /// Returns the only team for which it proves the address, `None` if it does so for all.
    ///
    /// A team chooses whose devices it enrols and which provider it believes; none of that binds
    /// the others.
    #[must_use]
    pub const fn team(self) -> Option<TeamId> {
        match self {
            Self::Code | Self::Link => None,
            Self::Device { team, .. } | Self::Sso { team } => Some(team),
        }
    }

    /// Returns whether it proves the address for a team.
    #[must_use]
    pub fn reaches(self, team: TeamId) -> bool {
        self.team().is_none_or(|only| only == team)
    }
}

impl Team {
    /// Decides whether a session that was proven like this has a user's rights (OR-35).
    ///
    /// Guests by link are not asked.
    ///
    /// # Errors
    ///
    /// Returns what the team requires instead: single sign-on before anything else.
    pub const fn admit(&self, proof: Proof) -> Result<(), ProofRefusal> {
        match proof {
            Proof::Sso { .. } => Ok(()),
            Proof::Code | Proof::Link | Proof::Device { .. } if self.sso_required => {
                Err(ProofRefusal::SsoRequired)
            }
            Proof::Code => match self.email_sign_in {
                EmailSignIn::Users => Ok(()),
                EmailSignIn::Guests => Err(ProofRefusal::DeviceRequired),
            },
            Proof::Link | Proof::Device { .. } => Ok(()),
        }
    }

    /// Returns whether the team's settings leave at least one of its owners a way in (OR-35).
    #[must_use]
    pub fn lets_in(&self, owners: &[Ways]) -> bool {
        owners.iter().any(|owner| {
            if self.sso_required {
                owner.sso
            } else {
                self.email_sign_in == EmailSignIn::Users || owner.device || owner.sso
            }
        })
    }
}

/// The ways in which an active owner can sign in, besides mailed codes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Ways {
    /// They have a device.
    pub device: bool,
    /// They have an identity with a provider of single sign-on.
    pub sso: bool,
}

/// What a team requires a session to be proven by.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ProofRefusal {
    /// The team's identity provider.
    #[error("this team requires single sign-on; sign in with it")]
    SsoRequired,
    /// Anything but a mailed code.
    #[error("a mailed code opens guest links only in this team; sign in with a device")]
    DeviceRequired,
}

impl Refusal for ProofRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::SsoRequired => "sso_required",
            Self::DeviceRequired => "device_required",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::SsoRequired | Self::DeviceRequired => RefusalKind::Forbidden,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Instant, SenderPolicy, TeamName, Zone};

    #[test]
    fn or_35_what_a_team_takes_as_proof() {
        use EmailSignIn::{Guests, Users};
        let (sso, device) = (Err(ProofRefusal::SsoRequired), Err(ProofRefusal::DeviceRequired));
        check(Users, false, [Ok(()), Ok(()), Ok(()), Ok(())]);
        check(Guests, false, [device, Ok(()), Ok(()), Ok(())]);
        check(Users, true, [sso, sso, sso, Ok(())]);
        check(Guests, true, [sso, sso, sso, Ok(())]);
    }

    #[test]
    fn or_35_devices_and_providers_prove_nothing_to_other_teams() {
        let [acme, beta] = ["acme", "beta"].map(|team| TeamId::parse(team).unwrap());
        for (proof, elsewhere) in proofs().into_iter().zip([true, true, false, false]) {
            assert!(proof.reaches(acme), "{proof:?}");
            assert_eq!(proof.reaches(beta), elsewhere, "{proof:?}");
        }
    }

    #[test]
    fn or_35_settings_leave_an_owner_a_way_in() {
        use EmailSignIn::{Guests, Users};
        let none = Ways::default();
        let device = Ways { device: true, ..none };
        let sso = Ways { sso: true, ..none };
        let lets_in = |email, required, owners: &[Ways]| team(email, required).lets_in(owners);
        assert!(lets_in(Users, false, &[none]));
        for (email, required, owner, expected) in [
            (Guests, false, none, false),
            (Guests, false, device, true),
            (Guests, false, sso, true),
            (Users, true, none, false),
            (Users, true, device, false),
            (Users, true, sso, true),
            (Guests, true, device, false),
            (Guests, true, sso, true),
        ] {
            assert_eq!(lets_in(email, required, &[none, owner]), expected, "{email:?} {owner:?}");
        }
        assert!(!lets_in(Users, false, &[]));
    }

    #[track_caller]
    fn check(email: EmailSignIn, sso_required: bool, expected: [Result<(), ProofRefusal>; 4]) {
        let told = proofs().map(|proof| team(email, sso_required).admit(proof));
        assert_eq!(told, expected);
    }

    fn proofs() -> [Proof; 4] {
        let team = TeamId::parse("acme").unwrap();
        let device = DeviceId::from_bits(1);
        [Proof::Code, Proof::Link, Proof::Device { team, device }, Proof::Sso { team }]
    }

    fn team(email_sign_in: EmailSignIn, sso_required: bool) -> Team {
        Team {
            id: TeamId::parse("acme").unwrap(),
            name: TeamName::parse("Acme").unwrap(),
            zone: Zone::UTC,
            reply_to: None,
            personal_computers: SenderPolicy::default(),
            email_sign_in,
            sso_required,
            created_at: Instant::UNIX_EPOCH,
        }
    }
}
