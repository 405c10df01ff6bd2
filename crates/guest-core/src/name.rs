//! Names of teams, people and things.

use core::fmt;

use crate::TextRefusal;
use crate::text::{Caseless, line, text_form};

/// Names a team in addresses: its slug, such as `acme`.
///
/// It is small and copied freely, since nearly every stored thing carries one.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TeamId([u8; TeamId::MOST]);

impl TeamId {
    /// The greatest length, in characters.
    pub const MOST: usize = 32;

    /// Reads a slug: 1 to [`MOST`](Self::MOST) of `a` to `z`, digits and hyphens, no hyphen at the ends.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, TextRefusal> {
        let text = line(text, Self::MOST)?.as_bytes();
        let hyphen_at_an_end = text.first() == Some(&b'-') || text.last() == Some(&b'-');
        let plain = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        let mut slug = [0; Self::MOST];
        match slug.get_mut(..text.len()) {
            Some(place) if text.iter().all(plain) && !hyphen_at_an_end => {
                place.copy_from_slice(text);
                Ok(Self(slug))
            }
            Some(_) | None => Err(TextRefusal::NotSlug),
        }
    }

    /// Suggests the slug of a team of this name (WB-13): its letters and digits, words joined by
    /// hyphens.
    ///
    /// Latin letters lose their accents. Other letters have no place in a slug, so that there may
    /// be nothing to suggest.
    #[must_use]
    pub fn suggest(name: &str) -> Option<Self> {
        let mut slug = String::new();
        for letter in name.chars().take(TeamName::MOST).flat_map(char::to_lowercase) {
            match letter {
                'a'..='z' | '0'..='9' => slug.push(letter),
                '\'' | '’' => {}
                other => match plain(other) {
                    "" if slug.ends_with('-') => {}
                    "" => slug.push('-'),
                    plain => slug.push_str(plain),
                },
            }
        }
        let slug = slug.trim_start_matches('-');
        let slug = slug.get(..Self::MOST).unwrap_or(slug).trim_end_matches('-');
        Self::parse(slug).ok()
    }

    /// Returns the slug.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let text = self.0.split(|byte| *byte == 0).next().unwrap_or_default();
        core::str::from_utf8(text).unwrap_or_default()
    }
}

impl fmt::Debug for TeamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

text_form!(TeamId, TextRefusal, as_str);

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident: $most:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(Box<str>);

        impl $name {
            /// The greatest length, in characters.
            pub const MOST: usize = $most;

            /// Reads a name on one line; blanks around it are dropped.
            ///
            /// # Errors
            ///
            /// Returns that it is blank, too long, not on one line, or holds a control character.
            pub fn parse(text: &str) -> Result<Self, TextRefusal> {
                line(text.trim(), Self::MOST).map(|text| Self(text.into()))
            }

            /// Returns the name.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        text_form!($name, TextRefusal, as_str);
    )*};
}

names! {
    /// What a team calls itself, as its mails show it.
    TeamName: 80;
    /// What a user is called.
    PersonName: 120;
    /// What a set of users is called.
    GroupName: 80;
    /// What a user calls one of their devices.
    DeviceName: 80;
    /// What a key of a program or of computers is called.
    KeyName: 80;
    /// What a workspace is called.
    WorkspaceName: 80;
}

/// What a computer is called; unique in its team regardless of case (GA-1).
///
/// Two names are equal only if spelled alike; compare [`key`](Self::key)s for uniqueness.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ComputerName(Caseless);

impl ComputerName {
    /// The greatest length, in characters.
    pub const MOST: usize = 64;

    /// Reads a name on one line; blanks around it are dropped.
    ///
    /// # Errors
    ///
    /// Returns that it is blank, too long, not on one line, or holds a control character.
    pub fn parse(text: &str) -> Result<Self, TextRefusal> {
        line(text.trim(), Self::MOST).map(|text| Self(Caseless::new(text)))
    }

    /// Returns the name as typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.text()
    }

    /// Returns what is unique in a team (GA-1): the name in lower case.
    #[must_use]
    pub fn key(&self) -> &str {
        self.0.key()
    }
}

text_form!(ComputerName, TextRefusal, as_str);

/// Who is logged in on a computer, as its agent reports it (GA-4).
///
/// It is compared exactly: what counts as another login is the operating
/// system's affair.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct HostLogin(Box<str>);

impl HostLogin {
    /// The greatest length, in characters.
    pub const MOST: usize = 256;

    /// What an agent reports that has no notion of a login.
    pub const SERVICE: &'static str = "service";

    /// Returns the login of a computer that has no notion of one.
    #[must_use]
    pub fn service() -> Self {
        Self(Self::SERVICE.into())
    }

    /// Reads a login on one line, kept exactly as reported.
    ///
    /// # Errors
    ///
    /// Returns that it is blank, too long, not on one line, or holds a control character.
    pub fn parse(text: &str) -> Result<Self, TextRefusal> {
        line(text, Self::MOST).map(|text| Self(text.into()))
    }

    /// Returns the login as reported.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_form!(HostLogin, TextRefusal, as_str);

/// Returns a Latin letter in lower case without its accents; nothing for any other.
const fn plain(letter: char) -> &'static str {
    match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì'..='ï' | 'ī' | 'į' | 'ı' => "i",
        'ľ' | 'ĺ' | 'ł' | 'ļ' => "l",
        'ñ' | 'ń' | 'ň' | 'ņ' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => "o",
        'œ' => "oe",
        'ŕ' | 'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ß' => "ss",
        'ť' | 'ţ' | 'ț' => "t",
        'þ' => "th",
        'ù'..='ü' | 'ū' | 'ů' | 'ű' | 'ų' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_reads_back_and_sorts_as_its_text() {
        for good in ["a", "0", "acme", "a-b", "a--b", &"z".repeat(32)] {
            let team = TeamId::parse(good).unwrap();
            assert_eq!(team.as_str(), good);
            assert_eq!(good.parse(), Ok(team));
        }
        assert!(TeamId::parse("acme").unwrap() < TeamId::parse("acme-2").unwrap());
    }

    #[test]
    fn wb_13_a_slug_is_suggested_from_the_name_of_a_team() {
        let check = |name: &str, slug: Option<&str>| {
            let suggested = TeamId::suggest(name);
            assert_eq!(suggested.as_ref().map(TeamId::as_str), slug, "{name}");
        };
        check("Acme", Some("acme"));
        check("  Ada's Studio & Söhne, Ltd. ", Some("adas-studio-sohne-ltd"));
        check("ŁÓDŹ 2 – Œuvre", Some("lodz-2-oeuvre"));
        check(&"x ".repeat(40), Some(&"x-".repeat(16)[..31]));
        check(&"é".repeat(200), Some(&"e".repeat(32)));
        check("-- -", None);
        check("東京", None);
        check("", None);
    }

    #[test]
    fn what_is_no_slug_is_refused() {
        check(TeamId::parse(""), TextRefusal::Blank);
        check(TeamId::parse(&"z".repeat(33)), TextRefusal::TooLong { most: 32 });
        check(TeamId::parse("ac\0me"), TextRefusal::Control { character: '\0' });
        let wide = "é".repeat(32);
        for bad in ["Acme", "-a", "a-", "-", "a b", "a_b", "a.b", "é", "../x", &wide] {
            check(TeamId::parse(bad), TextRefusal::NotSlug);
        }
    }

    #[test]
    fn or_1_names_are_one_visible_line() {
        assert_eq!(PersonName::parse("  Ada Lovelace ").unwrap().as_str(), "Ada Lovelace");
        check(PersonName::parse(" \t "), TextRefusal::Blank);
        check(PersonName::parse("Ada\nLovelace"), TextRefusal::LineBreak);
        check(PersonName::parse("Ada\u{1b}[2J"), TextRefusal::Control { character: '\u{1b}' });
        assert!(PersonName::parse(&"é".repeat(120)).is_ok());
        check(PersonName::parse(&"é".repeat(121)), TextRefusal::TooLong { most: 120 });
        check(TeamName::parse(&"x".repeat(81)), TextRefusal::TooLong { most: 80 });
        check(GroupName::parse(&"x".repeat(81)), TextRefusal::TooLong { most: 80 });
        check(KeyName::parse(&"x".repeat(81)), TextRefusal::TooLong { most: 80 });
    }

    #[test]
    fn ga_1_names_of_computers_have_a_key_without_case() {
        let [name, other] = ["Studio-É", "studio-é"].map(|name| ComputerName::parse(name).unwrap());
        assert_ne!(name, other);
        assert_eq!(name.key(), other.key());
        assert_eq!([name.as_str(), name.key()], ["Studio-É", "studio-é"]);
        check(ComputerName::parse(&"x".repeat(65)), TextRefusal::TooLong { most: 64 });
        check(ComputerName::parse("a\u{2028}b"), TextRefusal::LineBreak);
    }

    #[test]
    fn ga_4_a_host_login_is_kept_as_reported() {
        let login = HostLogin::parse(r" ACME\ada ").unwrap();
        assert_eq!(login.as_str(), r" ACME\ada ");
        assert_ne!(login, HostLogin::parse(r"acme\ada").unwrap());
        assert_eq!(HostLogin::service(), HostLogin::parse("service").unwrap());
        check(HostLogin::parse(""), TextRefusal::Blank);
        check(HostLogin::parse(&"x".repeat(257)), TextRefusal::TooLong { most: 256 });
    }

    #[track_caller]
    fn check<T: fmt::Debug>(read: Result<T, TextRefusal>, expected: TextRefusal) {
        assert_eq!(read.unwrap_err(), expected);
    }
}
