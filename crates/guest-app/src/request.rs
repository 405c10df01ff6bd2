//! What callers ask for about invites, as it arrives, and how it is read.
//!
//! Everything that is wrong is reported at once, each with its place (IF-3).

use guest_core::{
    ComputerId, Email, EmailList, EmailListRefusal, InputError, Instant, Inviting, LocalTime,
    Message, Permissions, Title, Window, WindowEdit, Zone,
};
use serde::{Deserialize, Serialize};

use crate::{Denied, Fault};

/// A request to invite guests (GA-10).
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct InviteDraft {
    /// The computer.
    pub computer_id: String,
    /// The guests, at most 100.
    pub emails: EmailsDraft,
    /// When they may connect.
    pub window: WindowDraft,
    /// What they may use, of `keyboard`, `mouse`, `gamepad`, `copy`, `paste`; nothing is look only.
    #[serde(default)]
    pub permissions: Vec<String>,
    /// What they are invited to, 1 to 120 characters.
    pub title: String,
    /// What to say to them, at most 5,000 characters.
    #[serde(default)]
    pub message: String,
}

/// Email addresses as a list, or as one comma-delimited text (GA-11).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum EmailsDraft {
    /// A list.
    List(Vec<String>),
    /// A comma-delimited text.
    Text(String),
}

impl Default for EmailsDraft {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

/// A window as it is given: local times `YYYY-MM-DDTHH:MM[:SS][offset]` and an IANA zone (GA-12).
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WindowDraft {
    /// When it starts.
    pub start: String,
    /// The first moment after it.
    pub end: String,
    /// The zone of both.
    pub time_zone: String,
}

/// A change of an invite's window, of any part of it, or of its permissions (GA-33, GA-34).
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct InviteChange {
    /// The parts of the window that change.
    #[serde(default)]
    pub window: Option<WindowChange>,
    /// What the guest may use from now on.
    #[serde(default)]
    pub permissions: Option<Vec<String>>,
}

/// The parts of a window that change; a part not given keeps its instant.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WindowChange {
    /// The new start.
    #[serde(default)]
    pub start: Option<String>,
    /// The new end.
    #[serde(default)]
    pub end: Option<String>,
    /// The new zone.
    #[serde(default)]
    pub time_zone: Option<String>,
}

/// A new window and new permissions for an invite.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct InviteReplacement {
    /// The window.
    pub window: WindowDraft,
    /// What the guest may use.
    pub permissions: Vec<String>,
}

/// By how much to extend an invite (GA-48): exactly one of the two.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ExtendDraft {
    /// So many minutes, added to the present end.
    #[serde(default)]
    pub minutes: Option<u32>,
    /// Another end, told in the invite's zone.
    #[serde(default)]
    pub end: Option<String>,
}

/// Where to move an invite (GA-61).
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MoveDraft {
    /// The computer.
    pub computer_id: String,
}

/// Whom the panic switch is for (GA-49); nobody named means the whole team.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CutDraft {
    /// Guests on this computer.
    #[serde(default)]
    pub computer_id: Option<String>,
    /// Guests invited by this person.
    #[serde(default)]
    pub invited_by: Option<String>,
    /// Guests with an address in this domain.
    #[serde(default)]
    pub email_domain: Option<String>,
    /// Whether to cancel their invites as well; must be said, so that nothing at all cuts nobody.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true, value_type = bool))]
    pub cancel: Option<bool>,
}

/// A request to invite guests, read: what could be, and what is wrong with the rest.
#[derive(Clone, Debug)]
pub(crate) struct ReadInvite {
    computer: Option<ComputerId>,
    emails: Result<EmailList, EmailListRefusal>,
    window: Option<Window>,
    permissions: Option<Permissions>,
    title: Option<Title>,
    message: Option<Message>,
    errors: Vec<InputError>,
}

/// A request to invite guests in which nothing is wrong.
#[derive(Clone, Debug)]
pub(crate) struct InviteRequest {
    pub(crate) computer: ComputerId,
    pub(crate) emails: EmailList,
    pub(crate) window: Window,
    pub(crate) permissions: Permissions,
    pub(crate) title: Title,
    pub(crate) message: Message,
}

impl InviteDraft {
    /// Reads the request as far as that goes without knowing the time.
    pub(crate) fn read(&self) -> ReadInvite {
        let mut errors = Vec::new();
        let emails = match &self.emails {
            EmailsDraft::List(items) => EmailList::parse_items(items),
            EmailsDraft::Text(text) => EmailList::parse_text(text),
        };
        if let Err(refusal) = &emails {
            errors.extend(refusal.errors("/emails"));
        }
        let WindowDraft { start, end, time_zone } = &self.window;
        let window = Window::parse(start, end, time_zone, "/window")
            .map_err(|wrong| errors.extend(wrong))
            .ok();
        let permissions = read_permissions(&self.permissions, &mut errors);
        let title = Title::parse(&self.title)
            .map_err(|no| errors.push(InputError::invalid("/title", no)))
            .ok();
        let message = Message::parse(&self.message)
            .map_err(|no| errors.push(InputError::invalid("/message", no)))
            .ok();
        if self.computer_id.is_empty() {
            errors.push(InputError::invalid("/computer_id", "say which computer"));
        }
        let computer = self.computer_id.parse().ok();
        ReadInvite { computer, emails, window, permissions, title, message, errors }
    }
}

impl ReadInvite {
    /// Completes the reading at `now`, with everything that is wrong (GA-12).
    pub(crate) fn at(&self, now: Instant) -> Result<InviteRequest, Fault> {
        let mut errors = self.errors.clone();
        if let Some(window) = &self.window
            && let Err(wrong) = Inviting::check_window(window, "/window", now)
        {
            errors.extend(wrong);
        }
        match (&self.emails, self.window, self.permissions, &self.title, &self.message) {
            (Ok(emails), Some(window), Some(permissions), Some(title), Some(message))
                if errors.is_empty() =>
            {
                Ok(InviteRequest {
                    computer: self.computer.ok_or(Denied::NotFound("computer"))?,
                    emails: emails.clone(),
                    window,
                    permissions,
                    title: title.clone(),
                    message: message.clone(),
                })
            }
            _ => Err(errors.into()),
        }
    }
}

/// A change of an invite, read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadChange {
    pub(crate) window: Option<WindowEdit>,
    pub(crate) permissions: Option<Permissions>,
}

impl InviteChange {
    /// Reads the change as far as that goes without knowing the invite.
    pub(crate) fn read(&self) -> Result<ReadChange, Vec<InputError>> {
        let mut errors = Vec::new();
        let window = self.window.as_ref().map(|window| window.read(&mut errors));
        let permissions =
            self.permissions.as_ref().and_then(|names| read_permissions(names, &mut errors));
        if errors.is_empty() { Ok(ReadChange { window, permissions }) } else { Err(errors) }
    }
}

impl WindowChange {
    fn read(&self, errors: &mut Vec<InputError>) -> WindowEdit {
        let mut time = |text: &Option<String>, pointer| {
            let text = text.as_ref()?;
            LocalTime::parse(text).map_err(|no| errors.push(InputError::invalid(pointer, no))).ok()
        };
        let start = time(&self.start, "/window/start");
        let end = time(&self.end, "/window/end");
        let zone = self.time_zone.as_ref().and_then(|name| {
            Zone::parse(name)
                .map_err(|no| errors.push(InputError::at("/window/time_zone", &no)))
                .ok()
        });
        WindowEdit { start, end, zone }
    }
}

impl From<InviteReplacement> for InviteChange {
    fn from(all: InviteReplacement) -> Self {
        let WindowDraft { start, end, time_zone } = all.window;
        Self {
            window: Some(WindowChange {
                start: Some(start),
                end: Some(end),
                time_zone: Some(time_zone),
            }),
            permissions: Some(all.permissions),
        }
    }
}

/// By how much to extend, read.
pub(crate) fn read_extension(draft: &ExtendDraft) -> Result<guest_core::ExtendBy, Vec<InputError>> {
    match (draft.minutes, &draft.end) {
        (Some(minutes), None) => Ok(guest_core::ExtendBy::Minutes(minutes)),
        (None, Some(end)) => LocalTime::parse(end)
            .map(guest_core::ExtendBy::To)
            .map_err(|no| vec![InputError::invalid("/end", no)]),
        (Some(_), Some(_)) | (None, None) => {
            Err(vec![InputError::invalid("", "give either minutes or end")])
        }
    }
}

/// Whom the panic switch is for, read.
#[derive(Clone, Debug)]
pub(crate) struct Cut {
    pub(crate) computer: Option<ComputerId>,
    pub(crate) invited_by: Option<Email>,
    pub(crate) domain: Option<String>,
    pub(crate) cancel: bool,
}

impl CutDraft {
    pub(crate) fn read(&self) -> Result<Cut, Fault> {
        let mut errors = Vec::new();
        let invited_by = self.invited_by.as_ref().and_then(|email| {
            Email::parse(email)
                .map_err(|no| errors.push(InputError::invalid("/invited_by", no)))
                .ok()
        });
        let domain = self.email_domain.as_ref().and_then(|domain| {
            // A domain is read by the same rules as that of an address.
            Email::parse(&format!("a@{domain}"))
                .map(|email| email.domain().to_owned())
                .map_err(|no| errors.push(InputError::invalid("/email_domain", no)))
                .ok()
        });
        let Some(cancel) = self.cancel else {
            errors.push(InputError::invalid("/cancel", "say whether to cancel their invites"));
            return Err(errors.into());
        };
        if !errors.is_empty() {
            return Err(errors.into());
        }
        let computer = match &self.computer_id {
            None => None,
            Some(id) => Some(id.parse().map_err(|_| Denied::NotFound("computer"))?),
        };
        Ok(Cut { computer, invited_by, domain, cancel })
    }
}

fn read_permissions(names: &[String], errors: &mut Vec<InputError>) -> Option<Permissions> {
    Permissions::parse_all(names)
        .map_err(|unknown| {
            errors.extend(
                unknown.into_iter().map(|(position, no)| {
                    InputError::invalid(format!("/permissions/{position}"), no)
                }),
            );
        })
        .ok()
}
