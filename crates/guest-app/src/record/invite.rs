//! Invites as rows.

use guest_core::{
    ComputerId, Credit, Heralded, Invite, InviteId, Kind, Life, MailId, MailNote, MailState,
    Permissions, Sender, TimeAsked, UserId, Window, Zone,
};

use super::{Reader, Record, row};
use crate::table::{Row, Table};
use crate::tables;

impl Record for Invite {
    const TABLE: &'static Table = &tables::INVITE;

    fn to_row(&self) -> Row {
        let asked = self.time_asked.as_ref();
        let ended = self.life.ended();
        row![
            self.team,
            self.id,
            self.computer,
            &self.guest,
            self.guest.key(),
            self.kind.name(),
            self.sender.user,
            &self.sender.email,
            self.window.start(),
            self.window.end(),
            self.window.zone().name(),
            u32::from(self.permissions.bits()),
            self.title.as_str(),
            self.message.as_str(),
            self.host_login.as_ref().map(guest_core::HostLogin::as_str),
            self.link,
            self.used_at,
            self.kept_out,
            u32::from(self.heralded.rank()),
            self.reminded_at,
            self.warned,
            self.credit.name(),
            asked.map(|asked| asked.at),
            asked.map(|asked| asked.minutes),
            asked.map(|asked| asked.note.as_str()),
            self.mail.id,
            self.mail.state.name(),
            self.mail.detail.as_deref(),
            self.mail.told,
            self.life.name(),
            ended.map(|(at, _)| at),
            ended.map(|(_, reason)| reason),
            self.due(),
            self.created_at,
            self.version,
        ]
    }

    fn from_row(row: &mut Reader) -> Option<Self> {
        Some(Self {
            team: row.parsed()?,
            id: row.id(InviteId::from_bits)?,
            computer: row.id(ComputerId::from_bits)?,
            guest: {
                let guest = row.parsed()?;
                row.skip(); // Its key.
                guest
            },
            kind: Kind::named(&row.text()?)?,
            sender: Sender { user: row.id(UserId::from_bits)?, email: row.parsed()? },
            window: {
                let (start, end) = (row.instant()?, row.instant()?);
                Window::kept(start, end, Zone::parse(&row.text()?).ok()?).ok()?
            },
            permissions: Permissions::from_bits(row.number()?)?,
            title: row.parsed()?,
            message: row.parsed()?,
            host_login: row.opt(Reader::parsed)?,
            link: row.number()?,
            used_at: row.opt(Reader::instant)?,
            kept_out: row.flag()?,
            heralded: Heralded::ranked(row.number()?)?,
            reminded_at: row.opt(Reader::instant)?,
            warned: row.flag()?,
            credit: Credit::named(&row.text()?)?,
            time_asked: read_time_asked(row)?,
            mail: MailNote {
                id: row.id(MailId::from_bits)?,
                state: MailState::named(&row.text()?)?,
                detail: row.opt(Reader::text)?,
                told: row.flag()?,
            },
            life: read_life(row)?,
            created_at: {
                row.skip(); // When it is due.
                row.instant()?
            },
            version: row.number()?,
        })
    }
}

#[expect(clippy::option_option, reason = "null and nonsense are two things")]
fn read_time_asked(row: &mut Reader) -> Option<Option<TimeAsked>> {
    let at = row.opt(Reader::instant)?;
    let minutes = row.opt(Reader::number)?;
    let note = row.opt(Reader::parsed)?;
    match (at, minutes, note) {
        (None, None, None) => Some(None),
        (at, minutes, note) => Some(Some(TimeAsked { at: at?, minutes: minutes?, note: note? })),
    }
}

fn read_life(row: &mut Reader) -> Option<Life> {
    let state = row.text()?;
    let at = row.opt(Reader::instant)?;
    let reason = row.opt(Reader::text)?;
    Life::named(&state, at.zip(reason.as_deref()))
}
