//! What was done, in words (WB-11).

use std::borrow::Cow;

use guest_app::{AuditLine, Seen};
use serde_json::Value;

/// A part of a sentence, perhaps a link.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Part {
    pub(super) text: String,
    pub(super) address: Option<String>,
}

/// The kinds of deeds, and what people call them.
pub(super) const KINDS: &[(&str, &str)] = &[
    ("invite", "invites"),
    ("session", "connections"),
    ("guest_access", "disconnecting guests"),
    ("computer", "computers"),
    ("computer_key", "computer keys"),
    ("credits", "credits"),
    ("account", "signing in"),
    ("device", "devices"),
    ("user", "users"),
    ("group", "groups"),
    ("invitation", "invitations to join"),
    ("greeting", "greetings"),
    ("join_request", "join requests"),
    ("workspace", "workspaces"),
    ("file", "files"),
    ("api_key", "API keys"),
    ("webhook", "webhooks"),
    ("team", "the team"),
];

/// Tells what was done: a sentence without its subject, which is who did it.
pub(super) fn told(line: &AuditLine, team: &str) -> Vec<Part> {
    let sentence = sentence(line);
    let mut parts = Vec::new();
    let mut rest = sentence.as_ref();
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        push(&mut parts, plain(before));
        push(&mut parts, filled(line, name, team));
        rest = after;
    }
    push(&mut parts, plain(rest));
    parts
}

/// Adds a part, to the one before where both are plain.
fn push(parts: &mut Vec<Part>, part: Part) {
    match parts.last_mut() {
        _ if part.text.is_empty() => {}
        Some(last) if last.address.is_none() && part.address.is_none() => last.text += &part.text,
        Some(_) | None => parts.push(part),
    }
}

fn plain(text: impl Into<String>) -> Part {
    Part { text: text.into(), address: None }
}

/// Returns what stands in a place of a sentence: a thing with its page, or a detail.
fn filled(line: &AuditLine, name: &str, team: &str) -> Part {
    let (seen, path, otherwise) = match name {
        "invite" => (&line.invite, "invites", "a guest"),
        "computer" => (&line.computer, "computers", "a computer"),
        "user" => (&line.user, "users", "a user"),
        "invitation" => return by_email(line, team, "invitations"),
        "request" => return by_email(line, team, "join-requests"),
        "why" => return plain(why(line)),
        _ => return plain(detail(line, name)),
    };
    let Some(Seen { id, name: called, can_be_opened }) = seen else {
        let told = Some(detail(line, if name == "invite" { "guest" } else { name }));
        let told = told.filter(|told| *told != NOTHING && name != "computer");
        return plain(told.unwrap_or_else(|| otherwise.to_owned()));
    };
    Part { text: called.clone(), address: can_be_opened.then(|| format!("/t/{team}/{path}/{id}")) }
}

/// Returns what a line is about by the email it is for, with its page.
fn by_email(line: &AuditLine, team: &str, path: &str) -> Part {
    let address = format!("/t/{team}/{path}/{}", line.view.subject);
    Part { text: detail(line, "email"), address: Some(address) }
}

/// Returns a detail of a line.
fn detail(line: &AuditLine, name: &str) -> String {
    match line.view.detail.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(true)) => "yes".to_owned(),
        Some(Value::Bool(false)) => "no".to_owned(),
        Some(Value::Null | Value::Array(_) | Value::Object(_)) | None => NOTHING.to_owned(),
    }
}

/// Returns the sentence for a line, with places for what it is about in braces.
fn sentence(line: &AuditLine) -> Cow<'static, str> {
    let action = line.view.action.as_str();
    let has = |name: &str| line.view.detail.get(name).is_some_and(|told| !told.is_null());
    let known = match action {
        "computer.change" if has("name") => "renamed the computer {name_before} to {name}",
        "computer.change" if line.view.detail.get("guest_access") == Some(&Value::Bool(true)) => {
            "allowed guests on {computer}"
        }
        "computer.change" => "turned guest access off on {computer}",
        "computer.login" if has("host_login") => "reports that {host_login} is logged in there",
        "computer.login" => "reports that nobody is logged in there",
        "user.change" if has("profile") => "made {user} a user with the profile {profile}",
        "group.join" => "put {user} into the group {group}",
        "group.leave" => "took {user} out of the group {group}",
        _ => match SENTENCES.iter().find(|(known, _)| *known == action) {
            Some((_, sentence)) => sentence,
            None => return Cow::Owned(spelled(action)),
        },
    };
    Cow::Borrowed(known)
}

/// Tells a deed that has no sentence of its own by its name.
fn spelled(action: &str) -> String {
    let (kind, deed) = action.split_once('.').unwrap_or(("", action));
    let past = PAST.iter().find(|(known, _)| *known == deed).map(|(_, past)| *past);
    let deed = past.map_or_else(|| format!("{}:", deed.replace('_', " ")), str::to_owned);
    let kind = match kind {
        "invitation" => "an invitation to join".to_owned(),
        "api_key" => "an API key".to_owned(),
        kind if kind.starts_with(['a', 'e', 'i', 'o']) => format!("an {}", kind.replace('_', " ")),
        kind => format!("a {}", kind.replace('_', " ")),
    };
    // Braces would be places.
    format!("{deed} {kind}").replace(['{', '}'], "")
}

/// Says why something ended, after a comma, where that is known.
fn why(line: &AuditLine) -> &'static str {
    match detail(line, "reason").as_str() {
        "access_off" => ", since guest access was turned off",
        "bad_commitment" | "bad_message" => ", since what came was not genuine",
        "cancelled" => ", since the invite was revoked",
        "cancelled_by_guest" => ", since the guest cancelled it",
        "cancelled_by_host" => ", since the host cancelled it",
        "computer_lost" => ", since the computer was lost",
        "computer_removed" => ", since the computer was removed",
        "finished_elsewhere" => ", since another administrator was first",
        "host_login_changed" => ", since the host logged out or changed before it was used",
        "host_revoked" => ", since the host was revoked",
        "kicked" => ", by disconnecting them",
        "left" => ", since the guest left",
        "moved" => ", since the invite was moved",
        "no_matching_code" => ", since no code was the one that was said: somebody may be between",
        "permissions_changed" => ", to apply new permissions",
        "protocol_error" => ", since the guest broke the protocol",
        "replaced" => ", since the guest connected again elsewhere",
        "rights_lost" => ", since the right to invite was lost",
        "server_stopped" => ", since the server stopped",
        "superseded" => ", since it was begun again",
        "ticket_unused" => ", which was never begun",
        "timed_out" => ", since nothing happened for too long",
        "user_revoked" => ", since the user was revoked",
        "window_ended" => ", since its time was over",
        "wrong_code_guest" => ", since the guest chose a wrong code",
        "wrong_code_host" => ", since the host chose a wrong code",
        _ => "",
    }
}

/// What stands where nothing is known.
const NOTHING: &str = "–";

/// The deeds, each as a sentence without its subject.
const SENTENCES: &[(&str, &str)] = &[
    ("account.sign_in", "signed in"),
    ("api_key.create", "made the API key {name}"),
    ("api_key.delete", "deleted the API key {name}"),
    ("computer.provision", "came into the team"),
    ("computer.register", "added the computer {computer}"),
    ("computer.remove", "removed the computer {name}"),
    ("computer.take_over", "came back with another key"),
    ("computer_key.delete", "deleted the computer key {name}"),
    ("computer_key.make", "made the computer key {name}"),
    ("credits.grant", "granted {credits} credits"),
    ("credits.mark_paid", "marked an order of credits as paid"),
    ("credits.order", "ordered {quantity} credits"),
    ("credits.quote", "asked what {quantity} credits cost"),
    ("device.enrol", "enrolled the device {name}"),
    ("device.link", "made a link to enrol another device"),
    ("file.delete", "deleted the file {name} in a workspace"),
    ("file.upload", "uploaded the file {name} to a workspace"),
    ("greeting.begin", "began to greet {invitation}"),
    ("greeting.end", "ended a greeting{why}"),
    ("greeting.wait", "came to be greeted"),
    ("group.change", "changed the group {name}"),
    ("group.create", "made the group {name}"),
    ("group.delete", "deleted the group {name}"),
    (
        "guest_access.cut",
        "disconnected guests: {sessions_ended} connections ended, {invites_cancelled} invites revoked",
    ),
    ("invitation.cancel", "cancelled the invitation of {invitation} to join"),
    ("invitation.expire", "ended the invitation of {invitation} to join, since its time was over"),
    ("invitation.finish", "took {invitation} into the team after greeting them"),
    ("invitation.resend", "sent the invitation of {invitation} to join again"),
    ("invitation.send", "invited {invitation} to join the team"),
    ("invite.apply_permissions", "had {invite} reconnect to {computer} with new permissions"),
    ("invite.cancel", "revoked the invite of {invite} to {computer}"),
    ("invite.create", "invited {invite} to {computer}"),
    ("invite.edit", "changed the invite of {invite} to {computer}"),
    ("invite.expire", "ended the invite of {invite} to {computer}, since its time was over"),
    ("invite.extend", "gave {invite} more time on {computer}"),
    ("invite.keep_out", "put {invite} out of {computer}, to stay out"),
    ("invite.kick", "disconnected {invite} from {computer}"),
    ("invite.move", "moved the invite of {invite} to {computer}"),
    ("invite.new_link", "made a new link for {invite} to {computer}"),
    ("invite.readmit", "let {invite} back in to {computer}"),
    ("invite.request_time", "asked for {minutes} more minutes on {computer}"),
    ("invite.resend", "had the mail to {invite} sent again"),
    ("invite.use", "saw the screen of {computer} for the first time"),
    ("invite.void", "voided the invite of {invite} to {computer}{why}"),
    ("join_request.accept", "accepted the request of {request} to join"),
    ("join_request.cancel", "cancelled the request of {request} to join"),
    ("join_request.reject", "rejected the request of {request} to join"),
    ("join_request.submit", "asked to join the team as {request}"),
    ("session.count", "counted what went through a connection of {invite} to {computer}"),
    ("session.end", "ended the connection of {invite} to {computer}{why}"),
    ("session.open", "connected to {computer}"),
    ("session.refuse", "was refused a connection to {computer}: {detail}"),
    ("team.change", "changed the settings of the team"),
    ("team.create", "made the team"),
    ("user.add", "added {user} to the team"),
    ("user.change", "changed what {user} may do"),
    ("user.bind_identity", "signed in as {user} with another identity of {issuer}"),
    ("user.join", "took {user} into the team"),
    ("user.revoke", "revoked {user}"),
    ("workspace.change", "changed the workspace {name}"),
    ("workspace.claim", "claimed a workspace that had lost its owner"),
    ("workspace.create", "made the workspace {name}"),
    ("workspace.delete", "deleted the workspace {name}"),
    ("workspace.share", "shared a workspace with {user}, with the role {role}"),
    ("workspace.unshare", "took {user} out of a workspace"),
];

/// What a deed is once it is done.
const PAST: &[(&str, &str)] = &[
    ("accept", "accepted"),
    ("add", "added"),
    ("cancel", "cancelled"),
    ("change", "changed"),
    ("claim", "claimed"),
    ("create", "made"),
    ("delete", "deleted"),
    ("end", "ended"),
    ("enrol", "enrolled"),
    ("expire", "ended, since its time was over,"),
    ("finish", "finished"),
    ("grant", "granted"),
    ("greet", "greeted"),
    ("join", "joined"),
    ("leave", "left"),
    ("make", "made"),
    ("refuse", "refused"),
    ("reject", "rejected"),
    ("remove", "removed"),
    ("rename", "renamed"),
    ("revoke", "revoked"),
    ("send", "sent"),
    ("share", "shared"),
    ("submit", "submitted"),
    ("upload", "uploaded to"),
];

#[cfg(test)]
mod tests {
    use guest_app::AuditView;
    use serde_json::json;

    use super::*;

    #[test]
    fn wb_11_a_deed_is_told_in_words_with_links_to_what_it_is_about() {
        let line = line("invite.create", &json!({ "guest": "lin@example.org" }));
        let parts = told(&line, "acme");
        let texts: Vec<_> = parts.iter().map(|part| part.text.as_str()).collect();
        assert_eq!(texts, ["invited ", "lin@example.org", " to ", "studio-1"]);
        assert_eq!(parts[1].address.as_deref(), Some("/t/acme/invites/inv_1"));
        assert_eq!(parts[3].address.as_deref(), Some("/t/acme/computers/cmp_1"));
    }

    #[test]
    fn wb_11_what_cannot_be_opened_is_named_without_a_link() {
        let mut line = line("invite.void", &json!({ "reason": "host_login_changed" }));
        line.invite.as_mut().unwrap().can_be_opened = false;
        line.computer = None;
        check(
            &line,
            "voided the invite of lin@example.org to a computer, since the host logged out or \
             changed before it was used",
        );
        assert_eq!(told(&line, "acme").len(), 1);
    }

    #[test]
    fn wb_11_what_a_change_changed_is_said() {
        let change = |detail: Value| line("computer.change", &detail);
        let renamed = change(json!({ "name": "b", "name_before": "{computer}" }));
        check(&renamed, "renamed the computer {computer} to b");
        check(&change(json!({ "guest_access": true })), "allowed guests on studio-1");
        check(&change(json!({ "guest_access": false })), "turned guest access off on studio-1");
        check(
            &line("computer.login", &json!({ "host_login": null })),
            "reports that nobody is logged in there",
        );
        check(
            &line("session.end", &json!({ "reason": "left" })),
            "ended the connection of lin@example.org to studio-1, since the guest left",
        );
    }

    #[test]
    fn wb_11_an_invitation_is_told_by_its_email_and_leads_to_its_page() {
        let line = line("invitation.send", &json!({ "email": "kim@example.com" }));
        check(&line, "invited kim@example.com to join the team");
        assert_eq!(told(&line, "acme")[1].address.as_deref(), Some("/t/acme/invitations/inv_1"));
    }

    #[test]
    fn wb_11_a_deed_without_words_of_its_own_is_told_by_its_name() {
        check(&line("webhook.create", &json!({})), "made a webhook");
        check(&line("invitation.grant", &json!({})), "granted an invitation to join");
        check(&line("join_request.new_{thing}", &json!({})), "new thing: a join request");
    }

    #[test]
    fn wb_11_each_sentence_is_of_a_kind_that_can_be_chosen() {
        for (action, _) in SENTENCES {
            let (kind, _) = action.split_once('.').unwrap();
            assert!(KINDS.iter().any(|(known, _)| *known == kind), "{action}");
        }
    }

    #[track_caller]
    fn check(line: &AuditLine, expected: &str) {
        let text: String = told(line, "acme").into_iter().map(|part| part.text).collect();
        assert_eq!(text, expected);
    }

    /// A line about lin@example.org on `studio-1`.
    fn line(action: &str, detail: &Value) -> AuditLine {
        let seen = |id: &str, name: &str| {
            Some(Seen { id: id.to_owned(), name: name.to_owned(), can_be_opened: true })
        };
        let view: AuditView = serde_json::from_value(json!({
            "id": "aud_1",
            "at": "2026-12-01T08:00:00Z",
            "actor": "cory@acme.example",
            "action": action,
            "subject": "inv_1",
            "from": null,
            "detail": detail,
        }))
        .unwrap();
        let (invite, computer) = (seen("inv_1", "lin@example.org"), seen("cmp_1", "studio-1"));
        AuditLine { view, agent: None, invite, computer, user: None }
    }
}
