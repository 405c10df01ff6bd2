//! Texts that people type: titles, messages, notes.

use core::fmt;

use crate::{Fact, Facts, Refusal, RefusalKind, VALIDATION};

/// What an invite is for, in one line, as typed (GA-15).
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Title(Box<str>);

impl Title {
    /// The greatest length, in characters.
    pub const MOST: usize = 120;

    /// Reads a title of 1 to [`MOST`](Self::MOST) characters on one line (GA-15).
    ///
    /// The text is kept as typed, blanks around it included.
    ///
    /// # Errors
    ///
    /// Returns what the text has too much or too little of.
    pub fn parse(text: &str) -> Result<Self, TextRefusal> {
        line(text, Self::MOST).map(|text| Self(text.into()))
    }

    /// Returns the title as typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the subject and heading of the invite mail (GA-15), where `brand` names the product.
    #[must_use]
    pub fn subject(&self, brand: &str) -> String {
        format!("You've been invited to connect to {self} through {brand}!")
    }
}

/// What the sender tells the guest, in plain text (GA-16).
///
/// Lines end in `\n`. Markup has no meaning: whoever shows the text escapes it.
#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Message(Box<str>);

impl Message {
    /// The greatest length, in characters.
    pub const MOST: usize = 5_000;

    /// Reads a message of at most [`MOST`](Self::MOST) characters, which may be empty (GA-16).
    ///
    /// # Errors
    ///
    /// Returns that it is too long, or the first control character that is
    /// neither a newline nor a tab.
    pub fn parse(text: &str) -> Result<Self, TextRefusal> {
        lines(text, Self::MOST).map(Self)
    }

    /// Returns the message.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether there is no message.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What a guest says when asking for more time (GA-48).
#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Note(Box<str>);

impl Note {
    /// The greatest length, in characters.
    pub const MOST: usize = 500;

    /// Reads a note of at most [`MOST`](Self::MOST) characters, which may be empty.
    ///
    /// # Errors
    ///
    /// Returns that it is too long, or the first control character that is
    /// neither a newline nor a tab.
    pub fn parse(text: &str) -> Result<Self, TextRefusal> {
        lines(text, Self::MOST).map(Self)
    }

    /// Returns the note.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether there is no note.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Why a text is not acceptable.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TextRefusal {
    /// Nothing can be seen of it.
    #[error("it must not be blank")]
    Blank,
    /// It has more than `most` characters.
    #[error("it has more than {most} characters")]
    TooLong {
        /// How many it may have.
        most: usize,
    },
    /// It goes on after a line break, but one line is asked for.
    #[error("it must be on one line")]
    LineBreak,
    /// It holds a control character.
    #[error("it must not contain the control character U+{:04X}", u32::from(*character))]
    Control {
        /// The first such character.
        character: char,
    },
    /// It is to stand in addresses of pages and cannot.
    #[error("it must be lowercase letters a to z, digits and hyphens, with no hyphen at the ends")]
    NotSlug,
}

impl Refusal for TextRefusal {
    fn code(&self) -> &'static str {
        VALIDATION
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Invalid
    }

    fn facts(&self) -> Facts {
        match self {
            Self::TooLong { most } => vec![("most", number(*most))],
            Self::Blank | Self::LineBreak | Self::Control { .. } | Self::NotSlug => Facts::new(),
        }
    }
}

/// Gives a type that is read by `parse` and shown by `$shown` its text forms.
macro_rules! text_form {
    ($name:ident, $refusal:ident, $shown:ident) => {
        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.$shown())
            }
        }

        impl core::str::FromStr for $name {
            type Err = $refusal;

            fn from_str(text: &str) -> Result<Self, $refusal> {
                Self::parse(text)
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.$shown())
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use text_form;

text_form!(Title, TextRefusal, as_str);
text_form!(Message, TextRefusal, as_str);
text_form!(Note, TextRefusal, as_str);

/// A text that is shown as typed and compared without case.
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct Caseless {
    text: Box<str>,
    /// The key, where it is not the text itself.
    key: Option<Box<str>>,
}

impl Caseless {
    pub(crate) fn new(text: impl Into<Box<str>>) -> Self {
        let text = text.into();
        let key = text.to_lowercase();
        let key = (*key != *text).then(|| key.into());
        Self { text, key }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn key(&self) -> &str {
        self.key.as_deref().unwrap_or(&self.text)
    }
}

impl fmt::Debug for Caseless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

/// Accepts one visible line of at most `most` characters.
pub(crate) fn line(text: &str, most: usize) -> Result<&str, TextRefusal> {
    limited(text, most)?;
    if text.trim().is_empty() {
        return Err(TextRefusal::Blank);
    }
    for character in text.chars() {
        if matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}') {
            return Err(TextRefusal::LineBreak);
        }
        if character.is_control() {
            return Err(TextRefusal::Control { character });
        }
    }
    Ok(text)
}

/// Returns at most the first `most` characters, to quote a wrong input in an answer.
pub(crate) fn excerpt(text: &str, most: usize) -> &str {
    let end = text.char_indices().nth(most).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or_default()
}

pub(crate) fn number(count: usize) -> Fact {
    Fact::Number(i64::try_from(count).unwrap_or(i64::MAX))
}

/// Accepts any number of lines that together have at most `most` characters.
fn lines(text: &str, most: usize) -> Result<Box<str>, TextRefusal> {
    // A line end of two characters becomes one; only so much is looked at.
    let text = excerpt(text, most.saturating_mul(2).saturating_add(1)).replace("\r\n", "\n");
    limited(&text, most)?;
    match text.chars().find(|found| found.is_control() && !matches!(found, '\n' | '\t')) {
        None => Ok(text.into()),
        Some(character) => Err(TextRefusal::Control { character }),
    }
}

/// Counts no further than `most`, so that a huge text costs little.
fn limited(text: &str, most: usize) -> Result<(), TextRefusal> {
    match text.chars().nth(most) {
        None => Ok(()),
        Some(_) => Err(TextRefusal::TooLong { most }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ga_15_a_title_is_one_line_of_1_to_120_characters() {
        check(Title::parse("x"), Ok("x"));
        check(Title::parse(" <b>Usability</b> study "), Ok(" <b>Usability</b> study "));
        check(Title::parse(&"字".repeat(120)), Ok(&"字".repeat(120)));
        check(Title::parse(&"字".repeat(121)), Err(TextRefusal::TooLong { most: 120 }));
        check(Title::parse(""), Err(TextRefusal::Blank));
        check(Title::parse(" \u{3000}"), Err(TextRefusal::Blank));
        check(Title::parse("a\nb"), Err(TextRefusal::LineBreak));
        check(Title::parse("a\r\nBcc: x"), Err(TextRefusal::LineBreak));
        check(Title::parse("a\u{2029}b"), Err(TextRefusal::LineBreak));
        check(Title::parse("a\tb"), Err(TextRefusal::Control { character: '\t' }));
    }

    #[test]
    fn ga_15_the_subject_uses_the_title_as_typed() {
        let subject = Title::parse("the <Q4> study").unwrap().subject("Guest");
        assert_eq!(subject, "You've been invited to connect to the <Q4> study through Guest!");
    }

    #[test]
    fn ga_16_a_message_is_plain_text_of_at_most_5000_characters() {
        check(Message::parse(""), Ok(""));
        check(Message::parse("a\r\n\tb\n<i>c</i>"), Ok("a\n\tb\n<i>c</i>"));
        check(Message::parse(&"é".repeat(5_000)), Ok(&"é".repeat(5_000)));
        check(Message::parse(&"\r\n".repeat(5_000)), Ok(&"\n".repeat(5_000)));
        let too_long = TextRefusal::TooLong { most: 5_000 };
        check(Message::parse(&"é".repeat(5_001)), Err(too_long));
        check(Message::parse(&"x".repeat(1 << 20)), Err(too_long));
        for character in ['\0', '\r', '\u{1b}', '\u{7f}', '\u{85}'] {
            let text = format!("a{character}b");
            check(Message::parse(&text), Err(TextRefusal::Control { character }));
        }
    }

    #[test]
    fn ga_48_a_note_has_at_most_500_characters() {
        check(Note::parse("five more\nminutes"), Ok("five more\nminutes"));
        check(Note::parse(&"x".repeat(501)), Err(TextRefusal::TooLong { most: 500 }));
    }

    #[test]
    fn refusals_are_validation_errors() {
        let refusal = TextRefusal::TooLong { most: 120 };
        assert_eq!((refusal.code(), refusal.kind()), (VALIDATION, RefusalKind::Invalid));
        assert_eq!(refusal.facts(), [("most", Fact::Number(120))]);
        let refusal = TextRefusal::Control { character: '\u{1b}' };
        assert_eq!(refusal.to_string(), "it must not contain the control character U+001B");
    }

    #[cfg(feature = "serde")]
    #[test]
    fn deserializing_goes_through_the_constructor() {
        assert_eq!(serde_json::from_str::<Title>(r#""x""#).unwrap().as_str(), "x");
        assert!(serde_json::from_str::<Title>(r#""""#).is_err());
        assert!(serde_json::from_str::<Message>(r#""\u0000""#).is_err());
    }

    #[track_caller]
    fn check<T: fmt::Display>(read: Result<T, TextRefusal>, expected: Result<&str, TextRefusal>) {
        let read = read.map(|text| text.to_string());
        assert_eq!(read, expected.map(str::to_owned));
    }
}
