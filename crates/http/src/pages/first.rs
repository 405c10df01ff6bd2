//! What comes next on the way to a first guest, until there is one (WB-13).

use guest_app::{Fault, FirstStep};

use super::place::Place;
use crate::server::Shared;

/// What comes next, in words (`first.html`).
pub(super) struct First {
    /// Which step of three it is; the team itself was the first.
    pub(super) number: u8,
    pub(super) heading: String,
    pub(super) words: String,
    /// What the link to it says, and where it leads, after the address of the team.
    pub(super) link: &'static str,
    pub(super) path: String,
}

impl First {
    /// Finds out what comes next; nothing once somebody was invited.
    pub(super) async fn of(server: &Shared, place: &Place) -> Result<Option<Self>, Fault> {
        let step = server.app.first_step(place.call(), place.id()).await?;
        Ok(step.map(Self::from))
    }
}

impl From<FirstStep> for First {
    fn from(step: FirstStep) -> Self {
        match step {
            FirstStep::AddComputer => Self {
                number: 2,
                heading: "Add a computer".to_owned(),
                words: "One command on it, and guests can be invited. Any computer will do: \
                        without a screen to share it can show a test card."
                    .to_owned(),
                link: "Add a computer",
                path: "/computers/add".to_owned(),
            },
            FirstStep::RunAgent(computer) => Self {
                number: 2,
                heading: format!("{} has not been here yet", computer.name),
                words: "Run the command that was shown for it. If it is lost, make a new one."
                    .to_owned(),
                link: "Make a new command",
                path: format!("/computers/{}/key", computer.id),
            },
            FirstStep::AllowGuests(computer) => Self {
                number: 2,
                heading: format!("Allow guests on {}", computer.name),
                words: "The computer has been here. Guests are let onto it only while guest \
                        access is on."
                    .to_owned(),
                link: "Allow guest access",
                path: format!(
                    "/computers/{}{}",
                    computer.id,
                    if computer.online { "/arrival" } else { "" }
                ),
            },
            FirstStep::Invite(computer) => Self {
                number: 3,
                heading: format!("Invite a first guest to {}", computer.name),
                words: "To see how it goes, invite yourself: that is free, as are users of the \
                        team. A guest from outside takes a credit."
                    .to_owned(),
                link: "Invite a guest",
                path: format!("/invite?computer_id={}", computer.id),
            },
        }
    }
}
