//! The words of every mail.

use std::collections::BTreeSet;

use guest_app::letter::{Content, InviteFacts, Letter, Render as _, Rendered};
use guest_core::{GuestNews, Message, Title};
use guest_mailer::Words;

use crate::letters::{
    GUEST_LINK, HOSTILE_LINE, HOSTILE_TEXT, MEMBER_LINK, about, all, hostile, invite, origin,
    sign_in, to_guest,
};

#[test]
fn every_mail_reads_as_it_should() {
    for (name, letter) in all() {
        let Rendered { subject, text, html, calendar } = render(&letter);
        let calendar = calendar.map(|it| format!("\n--- {}\n{}", it.method, it.body));
        let plain = format!("Subject: {subject}\n\n{text}{}", calendar.unwrap_or_default());
        insta::assert_snapshot!(name, plain.replace('\r', ""));
        insta::assert_snapshot!(format!("{name}_html"), html);
    }
}

#[test]
fn ga_14_each_window_is_told_in_its_zone_and_in_utc() {
    let told = "Tue 1 December 2026, 09:00 (Europe/Paris, UTC+01:00); 08:00 UTC";
    for news in [GuestNews::Invited { sequence: 0 }, GuestNews::Reminder] {
        let Rendered { text, html, .. } = render(&to_guest(news, about()));
        assert!(text.contains(told) && html.contains(told), "{text}");
    }
}

#[test]
fn ga_15_the_invites_subject_and_heading_are_the_title_line() {
    let title = "Q4 <usability> & \"more\"";
    let about = InviteFacts { title: Title::parse(title).unwrap(), ..about() };
    let Rendered { subject, text, html, .. } =
        render(&to_guest(GuestNews::Invited { sequence: 0 }, about));
    assert_eq!(subject, format!("You've been invited to connect to {title} through Guest!"));
    assert_eq!(text.lines().next(), Some(&*subject));
    assert_eq!(visible(&html).lines().find(|line| line.contains("invited")), Some(&*subject));
}

#[test]
fn ga_16_the_message_is_the_last_thing_in_the_invite() {
    let Rendered { text, html, .. } = render(&hostile(&invite()));
    assert!(text.trim_end().ends_with(HOSTILE_TEXT), "{text}");
    assert!(visible(&html).trim_end().ends_with(HOSTILE_TEXT), "{}", visible(&html));
}

#[test]
fn ga_16_what_people_type_is_never_markup() {
    for (name, letter) in all() {
        let ours = render(&letter);
        let theirs = render(&hostile(&letter));
        assert_eq!(elements(&theirs.html), elements(&ours.html), "{name}");
        let typed = theirs.text.contains(HOSTILE_LINE);
        assert_eq!(visible(&theirs.html).contains(HOSTILE_LINE), typed, "{name}");
        assert!(typed, "{name}: {}", theirs.text);
        assert!(!theirs.html.contains("<b ") && !theirs.html.contains("49"), "{name}");
    }
}

#[test]
fn both_parts_say_the_same() {
    for (name, letter) in
        all().into_iter().flat_map(|(name, it)| [(name, hostile(&it)), (name, it)])
    {
        let Rendered { text, html, .. } = render(&letter);
        let shown = words(&visible(&html));
        for line in text.lines() {
            let line = line.trim_end_matches(':');
            // In HTML, a number stands beside its step, and a fact under its name.
            for piece in line.splitn(2, ['.', ':']).map(words).filter(|piece| !piece.is_empty()) {
                assert!(shown.contains(&piece), "{name}: {piece:?} is not in {shown:?}");
            }
        }
    }
}

#[test]
fn ga_19_only_mails_to_guests_hold_their_links_each_on_a_line_of_its_own() {
    for (name, letter) in all() {
        let Rendered { text, html, calendar, subject } = render(&letter);
        let linked = match letter.content {
            Content::Guest { news: GuestNews::Cancelled { .. }, .. }
            | Content::Sender { .. }
            | Content::SignIn { .. }
            | Content::LowBalance { .. }
            | Content::Invitation { .. }
            | Content::Strikes { .. }
            | Content::JoinRequest { .. }
            | Content::Revoked { .. } => false,
            Content::Guest { .. } => true,
        };
        assert_eq!(
            text.lines().filter(|line| *line == GUEST_LINK).count(),
            usize::from(linked),
            "{name}"
        );
        assert_eq!(text.matches("/g/").count(), usize::from(linked), "{name}");
        assert_eq!(html.contains("/g/"), linked, "{name}");
        assert!(!subject.contains("/g/"), "{name}");
        assert!(linked || !calendar.is_some_and(|it| it.body.contains("/g/")), "{name}");
    }
}

#[test]
fn or_20_only_the_invited_get_the_link_of_an_invitation() {
    for (name, letter) in all() {
        let linked = matches!(letter.content, Content::Invitation { .. });
        let Rendered { text, html, .. } = render(&letter);
        assert_eq!(text.lines().any(|line| line == MEMBER_LINK), linked, "{name}");
        assert_eq!(html.contains("/j/"), linked, "{name}");
    }
}

#[test]
fn or_24_administrators_are_told_of_three_wrong_codes() {
    let told = text("strikes");
    assert!(told.contains("a code was wrong three times"), "{told}");
    assert!(told.contains("nina@guests.example"), "{told}");
}

#[test]
fn ga_31_a_void_invite_says_which_change_was_seen() {
    let why = |name| text(name).lines().nth(2).unwrap().split('.').next().unwrap().to_owned();
    assert_eq!(why("void_by_login"), "Another account has logged in on studio-1");
    assert_eq!(why("void_by_logout"), "studio-1 was logged out: nobody is logged in");
    assert!(why("void_by_removal").starts_with("studio-1 was removed"));
}

#[test]
fn ga_48_a_wish_for_time_says_how_much_and_until_when() {
    let text = text("time_asked");
    let until = "until: Tue 1 December 2026, 18:00 (Europe/Paris, UTC+01:00); 17:00 UTC\n";
    for part in ["asks for 30 more minutes", until, "Grant more time:\nhttps://"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn ga_61_a_moved_invite_names_its_new_computer_and_keeps_its_link() {
    let about = InviteFacts { computer: "studio-2".parse().unwrap(), ..about() };
    let Rendered { subject, text, calendar, .. } =
        render(&to_guest(GuestNews::Moved { sequence: 1 }, about));
    assert_eq!(subject, "New computer: the usability study");
    for part in ["New computer: studio-2\n", GUEST_LINK] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let calendar = calendar.unwrap();
    assert_eq!(calendar.method, "REQUEST");
    assert!(calendar.body.contains("studio-2"), "{}", calendar.body);
}

#[test]
fn ga_37_a_reminder_tells_the_time_and_not_what_is_left() {
    let Rendered { subject, text, .. } = render(&to_guest(GuestNews::Reminder, about()));
    assert_eq!(subject, "Reminder: the usability study starts at 09:00 (Europe/Paris)");
    assert!(!text.contains("15"), "{text}");
}

#[test]
fn qu_31_the_code_is_the_only_number_of_six_digits_and_stands_alone() {
    let Rendered { subject, text, html, .. } = render(&sign_in());
    assert!(text.lines().any(|line| line == "042137"), "{text}");
    let numbers = |text: &str| {
        let runs = text.split(|letter: char| !letter.is_ascii_digit());
        runs.filter(|run| run.len() >= 6).map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let code = BTreeSet::from(["042137".to_owned()]);
    assert_eq!((numbers(&text), numbers(&visible(&html))), (code.clone(), code));
    assert!(numbers(&subject).is_empty());
    assert!(text.contains("10 minutes"), "{text}");
}

#[test]
fn nothing_is_fetched_when_a_mail_is_read() {
    for (name, letter) in all() {
        let html = render(&letter).html;
        for remote in ["<img", "<link", "<script", "url(", "@import", "src="] {
            assert!(!html.contains(remote), "{name}: {remote}");
        }
    }
}

#[test]
fn an_empty_message_has_no_heading() {
    let about = InviteFacts { message: Message::default(), ..about() };
    let Rendered { text, .. } = render(&to_guest(GuestNews::Invited { sequence: 0 }, about));
    assert!(!text.contains("Message from"), "{text}");
}

fn render(letter: &Letter) -> Rendered {
    Words::new(origin()).render(letter)
}

/// Returns the plain part of the letter of this name.
fn text(name: &str) -> String {
    let (_, letter) = all().into_iter().find(|(found, _)| *found == name).unwrap();
    render(&letter).text
}

/// Returns the names of the elements in order.
fn elements(html: &str) -> Vec<&str> {
    let opened = html.split('<').skip(1);
    opened.map(|rest| rest.split([' ', '>', '\n']).next().unwrap_or_default()).collect()
}

/// Returns what a reader of the HTML sees: no tags, no head, entities as their characters.
fn visible(html: &str) -> String {
    let (_, body) = html.split_once("</head>").unwrap();
    let mut text = String::new();
    for piece in body.split('<').skip(1) {
        text.push_str(piece.split_once('>').unwrap().1);
    }
    [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")]
        .into_iter()
        .fold(text, |text, (entity, letter)| text.replace(entity, letter))
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
