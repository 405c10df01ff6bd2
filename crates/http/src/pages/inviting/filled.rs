//! What was filled into the form to invite guests.

use guest_app::view::WindowView;
use guest_app::{Call, EmailsDraft, InviteDraft, InviteForm, Once, WindowDraft};
use guest_core::{InputError, Window};
use sha2::{Digest as _, Sha256};

use crate::pages::form::Form;
use crate::pages::local::{LocalField, typed};

/// What was filled into the form, in all of its steps.
pub(super) struct Filled {
    pub(super) draft: InviteDraft,
    /// The guests, as typed.
    pub(super) emails: String,
    /// Tells this form from every other.
    pub(super) form: String,
}

impl Filled {
    pub(super) fn of(form: &Form) -> Self {
        let text = |name| form.text(name).to_owned();
        let emails = text("emails");
        let draft = InviteDraft {
            computer_id: text("computer_id"),
            emails: listed(&emails),
            window: WindowDraft {
                start: typed(form, "start"),
                end: typed(form, "end"),
                time_zone: text("time_zone"),
            },
            permissions: form.texts("permission").map(str::to_owned).collect(),
            title: text("title"),
            message: text("message"),
        };
        Self { draft, emails, form: text("once") }
    }

    /// Returns the call that invites with this form, which does so once however often it is sent
    /// (QU-23).
    ///
    /// What was changed after it was sent is another request.
    pub(super) fn once(&self, call: &Call) -> Call {
        let said = serde_json::to_vec(&self.draft).unwrap_or_default(); // Texts can be written.
        let mut hash = Sha256::new();
        for part in [self.form.as_bytes(), b"\n", &said] {
            hash.update(part);
        }
        let fingerprint: [u8; 32] = hash.finalize().into();
        let name =
            fingerprint.iter().fold("form-".to_owned(), |name, byte| format!("{name}{byte:02x}"));
        Call { once: Some(Once { token: name, fingerprint }), ..call.clone() }
    }

    pub(super) fn start(&self) -> LocalField {
        LocalField::of(&self.draft.window.start, &self.draft.window.time_zone)
    }

    pub(super) fn end(&self) -> LocalField {
        LocalField::of(&self.draft.window.end, &self.draft.window.time_zone)
    }

    /// Returns which times are to be chosen first (GA-13).
    pub(super) fn asks(&self) -> Vec<InputError> {
        let start = self.start().asks("/window/start");
        start.into_iter().chain(self.end().asks("/window/end")).collect()
    }

    /// Returns the window, if what was typed is one.
    pub(super) fn window(&self) -> Option<WindowView> {
        let WindowDraft { start, end, time_zone } = &self.draft.window;
        let window = Window::parse(start, end, time_zone, "").ok()?;
        Some(WindowView {
            start: window.start(),
            end: window.end(),
            time_zone: time_zone.clone(),
            start_local: window.start_local(),
            end_local: window.end_local(),
        })
    }
}

impl From<&InviteForm> for Filled {
    fn from(form: &InviteForm) -> Self {
        let emails = match &form.draft.emails {
            EmailsDraft::List(items) => items.join(", "),
            EmailsDraft::Text(text) => text.clone(),
        };
        Self { draft: form.draft.clone(), emails, form: form.once.clone() }
    }
}

/// Reads what people type or paste where addresses are asked for: lines as well as commas.
fn listed(text: &str) -> EmailsDraft {
    EmailsDraft::List(text.split([',', ';', '\n']).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qu_23_what_is_sent_twice_is_one_request_and_what_was_changed_another() {
        let once = |form: &str| {
            let filled = Filled::of(&Form::parse(form.as_bytes()));
            filled.once(&Call::operator()).once.map(|once| once.token)
        };
        assert_eq!(once("once=a&title=x"), once("once=a&title=x"));
        assert_ne!(once("once=a&title=x"), once("once=a&title=y"));
        assert_ne!(once("once=a&title=x"), once("once=b&title=x"));
    }

    #[test]
    fn ga_11_addresses_may_stand_on_lines_of_their_own() {
        let EmailsDraft::List(items) =
            listed("lin@example.org,\r\nsam@example.net; kim@example.com")
        else {
            panic!("no list");
        };
        let items: Vec<_> =
            items.iter().map(|item| item.trim()).filter(|item| !item.is_empty()).collect();
        assert_eq!(items, ["lin@example.org", "sam@example.net", "kim@example.com"]);
    }
}
