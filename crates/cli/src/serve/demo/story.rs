//! What the demo tells a newcomer.

use std::fmt::Write as _;
use std::path::Path;

use guest_core::{Email, Secret};

use crate::config::Settings;

/// Tells where to go, who one can be, and how a first invite goes from beginning to end.
pub(super) fn tell(settings: &Settings, link: &str, roles: &[(&str, Email, Secret)]) -> String {
    let url = &settings.public_url.value;
    let mails = settings.mail.value.strip_prefix("dir:").unwrap_or_default();
    let mut words = format!("Guest is running at {url} with the team acme. Ctrl-C stops it.\n\n");
    let _ = write!(
        words,
        "Eve is invited to studio-1. Open her link in a browser, and sign in as eve@acme.example\n\
         with the code that is mailed. Mails are files in {mails}, the newest has it.\n\n  {link}\n\n",
    );
    words.push_str("One click to be somebody in a browser; each address works once:\n\n");
    for (role, email, secret) in roles {
        let secret = secret.expose();
        let _ = writeln!(words, "# {email}, {role}\n# {url}/sign-in/with/{secret}");
    }
    words
        .push_str("\nA first invite, from beginning to end. Paste this into another terminal:\n\n");
    let guest = std::env::current_exe().map_or_else(|_| "guest".to_owned(), |path| quoted(&path));
    let story = STORY
        .replace("GUEST", &format!("{guest} --data {}", quoted(&settings.data.value)))
        .replace("MAILS", &quoted(Path::new(mails)))
        .replace("JAR", &quoted(&settings.data.value.join("lin.cookies")))
        .replace("URL", url);
    words.push_str(&story);
    words
}

/// Writes a path as one word of a shell.
fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-+".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        return text.into_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Each line works as it stands, in this order.
const STORY: &str = r#"# Cory, the coordinator, invites Lin to studio-1 for an hour.
INVITE=$(GUEST invite create --as cory@acme.example --computer studio-1 --email lin@example.org --for 1h --permission keyboard,mouse --title "First visit" --message "See you there." --json)
ID=$(printf '%s\n' "$INVITE" | sed -n 's/.*"id": "\(inv_[^"]*\)".*/\1/p')
TOKEN=$(printf '%s\n' "$INVITE" | sed -n 's/.*"link": ".*\/g\/\([^"]*\)".*/\1/p')
# Lin gets a mail.
until MAIL=$(grep -l '^To: .*lin@' MAILS/*.eml); do sleep 0.1; done; sed '/text\/html/,$d' $MAIL
# Lin signs in with a code that is mailed, too.
curl -sS URL/v1/sign-in -H 'Content-Type: application/json' -d '{"email": "lin@example.org"}'
until CODE=$(grep -hoE '^[0-9]{6}' $(grep -l '^To: .*lin@' MAILS/*.eml) | tail -n 1) && [ -n "$CODE" ]; do sleep 0.1; done
curl -sS -c JAR URL/v1/sign-in/verify -H 'Content-Type: application/json' -d "{\"email\": \"lin@example.org\", \"code\": \"$CODE\"}"; echo
# Lin opens the link, and connects.
curl -sS -b JAR URL/v1/guest-links/$TOKEN; echo
curl -sS -b JAR -X POST -H 'Origin: URL' URL/v1/guest-links/$TOKEN/connect; echo
# Cory sees the session, kicks Lin, and cancels the invite.
GUEST invite show $ID
GUEST invite kick $ID
GUEST invite sessions $ID
GUEST invite cancel $ID
# Everything that happened, and where the credits are.
GUEST audit
GUEST credits history
GUEST credits verify
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_word_of_a_shell() {
        assert_eq!(quoted(Path::new("/tmp/guest-demo-x1")), "/tmp/guest-demo-x1");
        assert_eq!(quoted(Path::new("/tmp/my data")), "'/tmp/my data'");
        assert_eq!(quoted(Path::new("it's")), r"'it'\''s'");
    }
}
