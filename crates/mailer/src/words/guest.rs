//! What guests are told about their invites.

use guest_app::letter::{InviteFacts, Letter};
use guest_core::{Edge, Peripheral, Permissions, Window};

use super::Draft;
use crate::page::Page;

/// Invites: title line, three steps, window, link, permissions, and the message last (GA-15, GA-16).
pub(super) fn invited(letter: &Letter, about: &InviteFacts) -> Draft {
    let subject = about.title.subject(&letter.brand);
    let InviteFacts { sender, team, computer, .. } = about;
    let mut facts = vec![("Computer", computer.to_string())];
    facts.extend(told(&about.window, ["Starts", "Ends"]));
    facts.push(("You may", permitted(about.permissions)));
    let page = Page::new(&subject)
        .paragraph(format!("{sender} ({team}) lets you connect to the computer {computer}."))
        .facts(facts);
    let page = if about.window_ignored { page.paragraph(ALWAYS) } else { page }
        .link("Open the invite", &about.link)
        .steps("How connecting works", steps(letter, about))
        .quote(format!("Message from {sender}"), about.message.as_str());
    Draft { subject, page }
}

/// Tells the old and the new window (GA-33).
pub(super) fn window_changed(about: &InviteFacts, old: &Window, new: &Window) -> Draft {
    let mut facts = vec![("Computer", about.computer.to_string())];
    facts.extend(told(new, ["New start", "New end"]));
    facts.extend(told(old, ["Old start", "Old end"]));
    let page = Page::new(format!("The time has changed: {}", about.title))
        .paragraph(format!(
            "{} ({}) has changed when you can connect. Your link stays the same.",
            about.sender, about.team
        ))
        .facts(facts);
    let page = if about.window_ignored { page.paragraph(ALWAYS) } else { page }
        .link("Open the invite", &about.link);
    Draft { subject: format!("New time: {}", about.title), page }
}

/// Tells the computer that it is for now (GA-61).
pub(super) fn moved(about: &InviteFacts) -> Draft {
    let InviteFacts { title, sender, team, computer, .. } = about;
    let mut facts = vec![("New computer", computer.to_string())];
    facts.extend(told(&about.window, ["Starts", "Ends"]));
    let page = Page::new(format!("The computer has changed: {title}"))
        .paragraph(format!(
            "Your invite from {sender} ({team}) is for the computer {computer} now. \
             Your link and the time stay the same."
        ))
        .facts(facts);
    let page = if about.window_ignored { page.paragraph(ALWAYS) } else { page }
        .link("Open the invite", &about.link);
    Draft { subject: format!("New computer: {title}"), page }
}

/// Reminds before the start (GA-37).
///
/// It tells the time and not what is left, since it may be sent late.
pub(super) fn reminder(letter: &Letter, about: &InviteFacts) -> Draft {
    let window = &about.window;
    let start = window.zone().wall(window.start()).format("%H:%M");
    let heading = format!("{} starts at {start} ({})", about.title, window.zone());
    let mut facts = vec![("Computer", about.computer.to_string())];
    facts.extend(told(window, ["Starts", "Ends"]));
    let page = Page::new(&heading)
        .paragraph(format!(
            "This is a reminder of your invite from {} ({}). \
             Open the link and sign in as {}, so that you can connect as soon as it starts.",
            about.sender, about.team, letter.to
        ))
        .facts(facts);
    let page = if about.window_ignored { page.paragraph(ALWAYS) } else { page }
        .link("Open the invite", &about.link);
    Draft { subject: format!("Reminder: {heading}"), page }
}

/// Says that an invite was withdrawn (GA-31, GA-32).
pub(super) fn cancelled(letter: &Letter, about: &InviteFacts) -> Draft {
    let mut facts = vec![("Computer", about.computer.to_string())];
    facts.extend(told(&about.window, ["Start was", "End was"]));
    let page = Page::new(format!("Your invite was withdrawn: {}", about.title))
        .paragraph(format!(
            "The invite from {} ({}) through {} was withdrawn. \
             Its link no longer connects, and there is nothing for you to do.",
            about.sender, about.team, letter.brand
        ))
        .facts(facts);
    Draft { subject: format!("Withdrawn: {}", about.title), page }
}

/// Tells both edges of a window in its zone and in UTC (GA-14).
fn told(window: &Window, names: [&'static str; 2]) -> [(&'static str, String); 2] {
    let [start, end] = names;
    [(start, window.told(Edge::Start)), (end, window.told(Edge::End))]
}

fn steps(letter: &Letter, about: &InviteFacts) -> Vec<String> {
    let when = if about.window_ignored {
        "Press Connect whenever you like."
    } else {
        "Press Connect between the start and the end, as often as you like."
    };
    vec![
        "Open the link in a web browser. There is nothing to install.".to_owned(),
        format!(
            "Sign in as {}, for example with a code that is mailed to you. \
             The link works for this account only.",
            letter.to
        ),
        format!("{when} Then the screen of {} is shown to you.", about.computer),
    ]
}

fn permitted(permissions: Permissions) -> String {
    let mut words: Vec<_> = permissions.iter().map(doing).collect();
    match words.pop() {
        None => "look at the screen only".to_owned(),
        Some(last) => {
            words.insert(0, "look at the screen");
            format!("{} and {last}", words.join(", "))
        }
    }
}

const fn doing(peripheral: Peripheral) -> &'static str {
    match peripheral {
        Peripheral::Keyboard => "type on the keyboard",
        Peripheral::Mouse => "use the mouse",
        Peripheral::Gamepad => "use a game controller",
        Peripheral::Copy => "copy from its clipboard",
        Peripheral::Paste => "paste to its clipboard",
    }
}

/// What makes an invite for oneself different (GA-43).
const ALWAYS: &str = "This invite is for yourself: you can always connect, \
    before the start and after the end too.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ga_10_permissions_are_told_in_words() {
        let some = |names: &[&str]| permitted(Permissions::parse_all(names).unwrap());
        assert_eq!(some(&[]), "look at the screen only");
        assert_eq!(some(&["mouse"]), "look at the screen and use the mouse");
        assert_eq!(
            some(&["keyboard", "mouse", "copy"]),
            "look at the screen, type on the keyboard, use the mouse and copy from its clipboard"
        );
    }
}
