//! Invitations to join and attempts at greetings as rows.

use guest_core::{
    Greeting, GreetingEnd, GreetingId, MailId, MailNote, MailState, MemberInvite, MemberInviteId,
    MemberInviteState, Opening, UserId, Waiting,
};

use super::credit::json;
use super::{Reader, Record, row};
use crate::table::{Row, Table};
use crate::tables;

impl Record for MemberInvite {
    const TABLE: &'static Table = &tables::MEMBER_INVITE;

    fn to_row(&self) -> Row {
        let (user, by_strikes) = match self.state {
            MemberInviteState::Finished { user, .. } => (Some(user), false),
            MemberInviteState::Cancelled { by_strikes, .. } => (None, by_strikes),
            MemberInviteState::Pending | MemberInviteState::Expired { .. } => (None, false),
        };
        row![
            self.team,
            self.id,
            &self.email,
            self.email.key(),
            self.invited_by,
            self.state.name(),
            self.state.ended_at(),
            user,
            by_strikes,
            self.waiting.as_ref().map(|waiting| waiting.opening.as_bytes().as_slice()),
            self.waiting.map(|waiting| waiting.since),
            self.waiting.map(|waiting| waiting.heard_at),
            u32::from(self.strikes),
            self.mail.id,
            self.mail.state.name(),
            self.mail.detail.as_deref(),
            self.mail.told,
            self.created_at,
            self.expires_at,
            self.due(),
        ]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            team: row.parsed()?,
            id: row.id(MemberInviteId::from_bits)?,
            email: {
                let email = row.parsed()?;
                row.skip(); // Its key.
                email
            },
            invited_by: row.id(UserId::from_bits)?,
            state: state(row)?,
            waiting: {
                let opening = row.opt(Reader::bytes)?.map(Opening::from_bytes);
                let since = row.opt(Reader::instant)?;
                let heard_at = row.opt(Reader::instant)?;
                let all = opening.zip(since).zip(heard_at);
                all.map(|((opening, since), heard_at)| Waiting { opening, since, heard_at })
            },
            strikes: row.number()?,
            mail: MailNote {
                id: row.id(MailId::from_bits)?,
                state: MailState::named(&row.text()?)?,
                detail: row.opt(Reader::text)?,
                told: row.flag()?,
            },
            created_at: row.instant()?,
            expires_at: row.instant()?,
        })
    }
}

fn state(row: &mut Reader) -> Option<MemberInviteState> {
    let name = row.text()?;
    let at = row.opt(Reader::instant)?;
    let user = row.opt(|row| row.id(UserId::from_bits))?;
    let by_strikes = row.flag()?;
    match name.as_str() {
        "pending" => Some(MemberInviteState::Pending),
        "finished" => Some(MemberInviteState::Finished { user: user?, at: at? }),
        "cancelled" => Some(MemberInviteState::Cancelled { at: at?, by_strikes }),
        "expired" => Some(MemberInviteState::Expired { at: at? }),
        _ => None,
    }
}

impl Record for Greeting {
    const TABLE: &'static Table = &tables::GREETING;

    fn to_row(&self) -> Row {
        row![
            self.team,
            self.invitation,
            self.host,
            self.id,
            self.host_opening.as_bytes().as_slice(),
            self.guest_opening.as_bytes().as_slice(),
            json(&self.said),
            self.heard_at,
            self.end.map(GreetingEnd::name),
            self.due(),
        ]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            team: row.parsed()?,
            invitation: row.id(MemberInviteId::from_bits)?,
            host: row.id(UserId::from_bits)?,
            id: row.id(GreetingId::from_bits)?,
            host_opening: Opening::from_bytes(row.bytes()?),
            guest_opening: Opening::from_bytes(row.bytes()?),
            said: serde_json::from_str(&row.text()?).ok()?,
            heard_at: row.instant()?,
            end: match row.opt(Reader::text)? {
                Some(name) => Some(GreetingEnd::named(&name)?),
                None => None,
            },
        })
    }
}
