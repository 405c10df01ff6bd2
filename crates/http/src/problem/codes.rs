//! Every problem code (IF-3): its status, and what it means to people.

use axum::http::StatusCode;

/// A problem code, and the words of its page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Code {
    pub(crate) name: &'static str,
    pub(crate) status: StatusCode,
    /// What the problem is, in one line; the same for every occurrence.
    pub(crate) title: &'static str,
    /// What happened.
    pub(crate) means: &'static str,
    /// What to do about it.
    pub(crate) next: &'static str,
}

/// Returns what is known of a code.
pub(crate) fn find(code: &str) -> Option<&'static Code> {
    CODES.iter().find(|known| known.name == code)
}

macro_rules! codes {
    ($($status:ident { $($code:ident: $title:literal, $means:literal, $next:literal;)* })*) => {
        /// Every code there is, by status.
        pub(crate) const CODES: &[Code] = &[$($(
            Code {
                name: stringify!($code),
                status: StatusCode::$status,
                title: $title,
                means: $means,
                next: $next,
            },
        )*)*];
    };
}

codes! {
    BAD_REQUEST {
        malformed: "The request cannot be read",
            "The body is not valid JSON, or its bytes did not arrive as announced.",
            "Check that the body is JSON in UTF-8, not nested deeper than 100 levels.";
    }
    UNAUTHORIZED {
        unauthenticated: "It is not known who asks",
            "The request carries no session cookie and no key, or one that does not hold any more.",
            "Sign in again, or send a valid key as Authorization: Bearer gk_… .";
        sign_in_code_wrong: "The code is wrong",
            "The code is not the one that was mailed last to this address.",
            "Look at the latest mail: each new code replaces the one before. After five wrong tries ask for a new one.";
        sign_in_code_expired: "The code has expired",
            "A code works for ten minutes.",
            "Ask for a new code.";
        device_not_proven: "The device was not recognized",
            "The device is not enrolled here any more, or did not sign what it was given within two minutes.",
            "Try again. If it does not help, sign in with a mailed code or single sign-on, or enrol the browser anew.";
    }
    FORBIDDEN {
        sso_required: "The team requires single sign-on",
            "The session was proven in another way than the team's identity provider.",
            "Sign in through the team's identity provider.";
        device_required: "The team takes no mailed codes from its users",
            "The session was proven by a mailed code, which opens guest links only in this team.",
            "Sign in with a device that you have enrolled, or with single sign-on. To enrol another one, make a link where you are signed in.";
        identity_unknown: "No user of the team has this identity",
            "The identity provider knows you, but no active user of the team is bound to that identity or has its address.",
            "Ask to join the team, or sign in in another way.";
        sso_restart: "The sign-on is over",
            "It was begun in another browser, or more than ten minutes ago.",
            "Begin again, and stay in one browser.";
        forbidden: "You may not do this",
            "Your role in the team does not include this, or it is for signed-in people only and an API key was sent.",
            "Ask an owner of the team for the role, or sign in as the person concerned.";
        scope_missing: "The API key lacks a scope",
            "The user whom the key acts for may do this, but the key was made without the scope for it.",
            "Have an owner make a key with the scope named in the answer.";
        wrong_account: "This invite is for another account",
            "You are signed in, but not as the account that was invited.",
            "Sign out, and sign in with the address the invite was mailed to.";
        workspace_role: "Your role in the workspace does not include this",
            "Readers read, Contributors write, Managers share with them, and Owners do everything.",
            "Ask an owner of the workspace for the role named in the answer.";
        not_highest_rank: "You cannot claim this workspace",
            "A workspace without an owner is claimed by a member of the highest rank who is not External.",
            "Ask the member who ranks highest to claim it.";
        origin_mismatch: "The request comes from another site",
            "A change made with a session cookie must come from this site's own pages, and its Origin says otherwise.",
            "Open the page at the server's public address. Programs send an API key instead of a cookie.";
    }
    NOT_FOUND {
        not_found: "There is no such thing",
            "Nothing is at this address, or you may not know of it. Things of other teams look absent.",
            "Check the address and the id, and which team you act in.";
        link_unknown: "This link does not work",
            "The link is incomplete, was used, has run out, or was replaced by a new one.",
            "Open the link from the latest mail, or ask whoever invited you for it. One that adds a device is made anew where you are signed in.";
    }
    METHOD_NOT_ALLOWED {
        method_not_allowed: "This method is not understood here",
            "The address exists, but not for this method.",
            "Use one of the methods in the Allow header.";
    }
    CONFLICT {
        request_in_flight: "The same request is being worked on",
            "A request with the same Idempotency-Key has not been answered yet.",
            "Wait a moment and send it again: the answer will be that of the first.";
        ticket_used: "The ticket was used",
            "A ticket opens one stream once, within 30 seconds.",
            "Connect again, which gives a new ticket.";
        join_requests_off: "The team takes no join requests",
            "The team has neither an identity provider nor a root certificate to verify requests with.",
            "Ask an administrator of the team for an invitation.";
        join_request_known: "The request was sent before",
            "Each request to join has a name of its own, which is used once.",
            "Make a new request, with a new name and a new signature.";
        join_request_ended: "The request has come to its end",
            "It was accepted, rejected or cancelled before. That is final.",
            "To join after all, ask again.";
        certificate_lapsed: "The certificate does not hold any more",
            "The certificate of the request has expired or was revoked since it was submitted.",
            "Reject the request, or have the person send it again with a valid certificate.";
        insufficient_credits: "The credits do not suffice",
            "Each guest from outside the team costs one credit. Nothing was charged and nobody was invited.",
            "Buy credits, or invite fewer guests from outside.";
        guest_access_off: "Guest access is off on this computer",
            "Guests are let onto a computer only while Allow guest access is on.",
            "Have it switched on; invites that exist then work again.";
        computer_offline: "The computer is offline",
            "Nothing has been heard of the computer for 30 seconds.",
            "See that it is running and connected, and try again.";
        host_not_logged_in: "You are not logged in on the computer",
            "One invites to one's own computer while logged in there.",
            "Log in on the computer and try again.";
        team_computer_required: "This needs a team computer",
            "Guests who cost a credit can be invited to team computers only.",
            "Choose a team computer, or leave out the guests named in the answer.";
        name_taken: "The name is taken",
            "Another one has this name; upper and lower case do not count.",
            "Choose another name.";
        computer_removed: "The computer was removed",
            "An Administrator removed the computer, and its agent keeps trying.",
            "Stop the agent, or have an Administrator register the computer anew.";
        would_lock_out: "This would lock everybody out",
            "With this setting no active owner could sign in any more.",
            "First set up another way to sign in for an owner.";
        start_locked: "The start is fixed",
            "The guest has connected already, so the start of the window cannot change.",
            "Change the end only.";
        invite_ended: "The invite has ended",
            "It has expired, was cancelled, or is void. That is final.",
            "Make a new invite.";
        kept_out: "The guest is kept out",
            "Whoever runs this computer has barred the guest from coming back.",
            "Ask whoever invited you to readmit you.";
        too_early: "The window has not started",
            "The invite opens at the start of its window.",
            "Come back then; the answer says in how many seconds.";
        window_over: "The window is over",
            "The time of the invite has passed.",
            "Ask for a new invite.";
        quote_expired: "The quote has expired",
            "Prices are promised for 30 minutes.",
            "Ask for a new quote and confirm that one.";
        quote_used: "The quote was used",
            "This quote has been bought already; each is used once.",
            "Look at the order it led to, or ask for a new quote.";
        last_owner: "This is the last owner",
            "A team always has an active owner.",
            "Make somebody else an owner first.";
        owner_must_be_administrator: "An owner is an Administrator",
            "The profile of an owner cannot be changed away from Administrator.",
            "Take the ownership first, then change the profile.";
        profile_fixed: "This profile cannot be changed",
            "Nobody becomes External, or ceases to be.",
            "Have the person join anew with the profile they need.";
        own_profile: "Nobody changes their own profile",
            "You are among the users whose profile would change.",
            "Leave yourself out, or ask another Administrator.";
        own_account: "Nobody revokes themselves",
            "Revoking is irreversible and is done by somebody else.",
            "Ask another owner or Administrator.";
        invitation_ended: "The invitation has ended",
            "Somebody has joined by it, it was cancelled, or it has expired. That is final.",
            "Ask an administrator of the team for a new one.";
        nobody_waiting: "Nobody waits to be greeted",
            "Both sides of a greeting are there at the same time, and the invited person is not.",
            "Ask them to open the link of their mail and to start.";
        greeting_over: "This attempt at a greeting has ended",
            "One side gave up, a code was wrong, or another attempt took its place; the answer says which.",
            "Begin again while the invited person waits.";
        greeting_out_of_step: "This is not the next step of the greeting",
            "The steps come in order, and a step that was said is not said otherwise.",
            "Look how far the greeting has come, and go on from there or begin again.";
        greeting_elsewhere: "The greeting goes on elsewhere",
            "The same person has begun again on another device or in another window.",
            "Go on there, or begin again here.";
        already_member: "Already a user of the team",
            "An active user of the team has this address.",
            "Nothing needs to be done, or use another address.";
        own_workspace_role: "Nobody changes their own role",
            "What you are in a workspace is changed by another of its owners; you can leave.",
            "Leave the workspace, or ask another owner of it.";
        last_workspace_owner: "This is the last owner of the workspace",
            "The last owner of a workspace cannot leave it.",
            "Make somebody else an owner first, or delete the workspace.";
        external_role: "External users are readers or contributors",
            "An External user cannot be a manager or an owner of a workspace.",
            "Choose reader or contributor.";
        workspace_owned: "The workspace has an owner",
            "Only a workspace whose last owner was revoked can be claimed, and the first one wins.",
            "Ask its owner for the role you need.";
        upload_offset: "The upload goes on elsewhere",
            "More of a file is sent from where the upload has come to, and nothing follows its end.",
            "Go on at the offset named in the answer.";
        upload_finished: "The upload is finished",
            "All of the file has come, and it has become a file.",
            "Look at the file, which the upload names.";
        quota_exceeded: "The team has no room for this",
            "The files of a team take at most as much as whoever runs the server allows.",
            "Delete files that nobody needs, or ask whoever runs the server for more.";
        already_revoked: "The user was revoked before",
            "Revoking is done once and cannot be undone. Nothing has changed.",
            "To come back the person joins anew.";
    }
    GONE {
        code_used: "The code was used",
            "Each code signs in once.",
            "Ask for a new code.";
    }
    PRECONDITION_FAILED {
        stale: "This was changed meanwhile",
            "Your change is based on a version that somebody has changed since.",
            "Read the current version, and decide again.";
    }
    PAYLOAD_TOO_LARGE {
        too_large: "The request is too large",
            "A body may have 256 KiB.",
            "Send less at once.";
        file_too_large: "The file is too large",
            "A file has at most as many bytes as the answer says.",
            "Split the file.";
    }
    RANGE_NOT_SATISFIABLE {
        range_unsatisfiable: "The file has no such range",
            "The range that was asked for begins after the end of the file.",
            "Ask for a range within the size named in the answer.";
    }
    UNSUPPORTED_MEDIA_TYPE {
        media_type: "The format is not understood",
            "Bodies are JSON.",
            "Send Content-Type: application/json.";
    }
    UNPROCESSABLE_ENTITY {
        validation: "The input is not acceptable",
            "Something in the request has a wrong form or value.",
            "Look at errors in the answer: each says where and what.";
        identity_unverified: "The identity does not verify",
            "The certificate, the signature or the identity provider's answer does not prove who you are; the answer says why.",
            "Mend what the reason names, or ask whoever issued your identity.";
        window_too_long: "The window is too long",
            "A window lasts at most five days on the clock of its zone.",
            "Choose an earlier end.";
        window_too_far: "The window is too far ahead",
            "A window starts at most 366 days ahead.",
            "Choose an earlier start.";
        window_in_past: "The window is in the past",
            "The end of a window must lie ahead.",
            "Choose a later end.";
        window_reversed: "The window ends before it starts",
            "The end must be after the start.",
            "Exchange or correct the two times.";
        time_skipped: "This local time does not exist",
            "The clocks of the zone are set forward over it.",
            "Use one of the two times named in the answer.";
        time_zone_unknown: "The time zone is not known",
            "Zones are named as in the IANA database, such as Europe/Paris.",
            "Check the spelling.";
        offset_impossible: "The offset is not one of the zone's",
            "The time zone does not have this offset at this local time.",
            "Leave the offset out, or use one that the zone has.";
        too_many_emails: "Too many addresses",
            "One request invites at most 100 guests.",
            "Split the request.";
        quantity_too_large: "The quantity is too large",
            "So many credits are not sold in one order.",
            "Order less, or write to the contact named in the answer.";
        quantity_too_small: "The quantity is too small",
            "An order has a smallest quantity.",
            "Order more.";
        bundle_unknown: "There is no such bundle",
            "The bundle is not in the price list.",
            "Choose one of the bundles in the price list.";
        content_mismatch: "What came is not what was announced",
            "The bytes that came have another number or another SHA-256 than was said when the upload began.",
            "Upload the file again.";
        greeting_version: "The protocol is another one",
            "The greeting was begun in a version that is not spoken here.",
            "Use the version named in the answer, as docs/greeting-protocol.md has it.";
        idempotency_mismatch: "The Idempotency-Key was used for another request",
            "The same key came with another method, address or body.",
            "Use a new key for a new request; repeat a request unchanged.";
    }
    TOO_MANY_REQUESTS {
        rate_limited: "Too many requests",
            "More was asked for than is allowed in so little time.",
            "Wait as long as the Retry-After header says.";
        sign_in_exhausted: "The code was tried too often",
            "After five wrong tries a code does not work any more.",
            "Ask for a new code.";
    }
    SERVICE_UNAVAILABLE {
        provider_unreachable: "The identity provider cannot be asked",
            "The identity provider, or what is needed to check certificates, does not answer.",
            "Try again later. Whoever runs the server finds the cause in its log.";
        store_unavailable: "The server cannot reach its data",
            "The request could not be kept.",
            "Try again later. Whoever runs the server finds the cause in its log.";
        busy: "The server is busy",
            "Too much work is waiting.",
            "Try again in a moment, with the same Idempotency-Key if there was one.";
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;

    #[test]
    fn if_3_each_code_stands_once_and_has_words() {
        let names: BTreeSet<_> = CODES.iter().map(|code| code.name).collect();
        assert_eq!(names.len(), CODES.len());
        for code in CODES {
            assert!(code.status.is_client_error() || code.status.is_server_error());
            assert!([code.title, code.means, code.next].iter().all(|text| text.len() > 8));
        }
    }

    #[test]
    fn if_3_the_table_in_the_docs_has_every_code() {
        let page = include_str!("../../../../docs/api.md");
        let is_row = |line: &&str| line.get(2..5).is_some_and(|cell| cell.parse::<u16>().is_ok());
        let rows: Vec<&str> = page.lines().filter(is_row).collect();
        let row = |code: &Code| {
            format!("| {} | `{}` | {} |", code.status.as_str(), code.name, code.means)
        };
        assert_eq!(rows, CODES.iter().map(row).collect::<Vec<_>>());
    }

    #[test]
    fn if_3_each_code_that_anything_says_no_with_is_known() {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut found = BTreeSet::new();
        for folder in ["guest-core/src", "guest-app/src", "http/src"] {
            for file in sources(&crates.join(folder)) {
                let source = fs::read_to_string(file).unwrap();
                // The codes of a refusal stand in its `code`, or beside its kind.
                for (at, _) in source.match_indices("fn code(&self) -> &'static str {") {
                    let body = &source[at..];
                    codes_in(&body[..body.find("\n    }").unwrap_or(body.len())], &mut found);
                }
                for line in source.lines() {
                    if [", RefusalKind::", "Problem::new(\""].iter().any(|sign| line.contains(sign))
                    {
                        codes_in(line, &mut found);
                    }
                }
            }
        }
        for known in ["start_locked", "stale", "scope_missing", "time_skipped", "media_type"] {
            assert!(found.contains(known), "the search does not find {known}");
        }
        let unknown: Vec<_> = found.iter().filter(|code| find(code).is_none()).collect();
        assert!(unknown.is_empty(), "no page for {unknown:?}");
    }

    /// Adds the texts in some source that look like codes.
    fn codes_in(source: &str, found: &mut BTreeSet<String>) {
        let quoted = source.split('"').skip(1).step_by(2);
        let is_code = |text: &&str| {
            !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        };
        found.extend(quoted.filter(is_code).map(str::to_owned));
    }

    fn sources(folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
        let deeper = folders.iter().flat_map(|folder| sources(folder));
        files
            .into_iter()
            .filter(|file| file.extension().is_some_and(|e| e == "rs"))
            .chain(deeper)
            .collect()
    }
}
