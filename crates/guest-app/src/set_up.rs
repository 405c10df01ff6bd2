//! Setting up a server by the link that it printed: the first team and its owner (WB-13).

use guest_core::{Proof, Purpose, Secret, SecretHash, admit_founder};

use crate::people::has_team;
use crate::sign_in::{SignedIn, sign_in_to};
use crate::{App, Call, NewTeam, Pending};

impl App {
    /// Returns the application of a server that is set up by a link, and the link's address.
    ///
    /// Only the hash of the link is kept, and only here: the next start draws another. Offer it
    /// where there is no team; where there is one it does nothing.
    #[must_use]
    pub fn offering_set_up(self) -> (Self, String) {
        let link = self.secret(Purpose::SetUp);
        let address = format!("{}/set-up/{}", self.config.public_url, link.expose());
        (Self { set_up: Some(link.hash()), ..self }, address)
    }

    /// Returns whether there is a team, so that there is something to sign in to.
    pub fn is_set_up(&self) -> Pending<bool> {
        self.read(|view, _| has_team(view))
    }

    /// Checks that a link sets up this server; looking changes nothing.
    pub fn set_up_link(&self, link: &str) -> Pending<()> {
        let (offered, shown) = (self.set_up, shown(link));
        self.read(move |view, _| Ok(admit_founder(offered, shown, has_team(view)?)?))
    }

    /// Makes the first team and its owner as [`init_team`](Self::init_team) does, and signs the
    /// owner in: for whoever holds the link, once.
    pub fn set_up(&self, call: &Call, link: &str, new: &NewTeam) -> Pending<SignedIn> {
        let (offered, shown, new) = (self.set_up, shown(link), new.read());
        let cookie = self.secret(Purpose::SignIn);
        self.write(call, move |work| {
            admit_founder(offered, shown, has_team(work.tx)?)?;
            let new = new.clone()?;
            let owner = new.owner().clone();
            new.make(work)?;
            sign_in_to(work, owner, Proof::Link, &cookie)
        })
    }
}

fn shown(link: &str) -> Option<SecretHash> {
    Secret::parse(Purpose::SetUp, link).map(|link| link.hash())
}
