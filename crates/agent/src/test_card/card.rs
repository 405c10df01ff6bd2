//! The card, as a machine.
//!
//! Its driver sends [`Card::introduction`] first, hands over what the guest says and once a second
//! the time, and sends what [`Card::poll_transmit`] returns until it returns nothing, before it
//! waits again.

use std::collections::VecDeque;

use guest_rfb::{GuestMessage, Key, PixelFormat, Rectangle, screen};

use super::keys::{self, COPY};
use super::picture::{Picture, SIZE};

/// A test card, as one guest sees it (CN-2).
pub(super) struct Card {
    picture: Picture,
    format: PixelFormat,
    time: String,
    /// Whether the guest waits for what changes.
    awaited: bool,
    /// What the guest is to be sent besides pictures.
    transmit: Vec<u8>,
    /// The part of the picture that the guest wants though it has not changed.
    anew: Option<Rectangle>,
    last_keys: VecDeque<String>,
    held_keys: Vec<Key>,
}

impl Card {
    pub(super) fn new(time: &str) -> Self {
        let mut card = Self {
            picture: Picture::new(),
            format: PixelFormat::RGB888,
            time: String::new(),
            awaited: false,
            transmit: Vec::new(),
            anew: None,
            last_keys: VecDeque::new(),
            held_keys: Vec::new(),
        };
        card.handle_time(time);
        card
    }

    /// Returns the end of the handshake.
    pub(super) fn introduction(&self) -> Vec<u8> {
        screen::server_init(SIZE, self.format, NAME)
    }

    /// Takes what the guest says.
    pub(super) fn handle_message(&mut self, message: &GuestMessage<'_>) {
        match *message {
            GuestMessage::SetPixelFormat(format) => {
                self.format = format;
                if format.is_mapped() {
                    self.transmit.extend(screen::colour_map());
                }
            }
            GuestMessage::UpdateRequest { incremental, area } => {
                self.awaited = true;
                if !incremental {
                    self.anew = Some(self.anew.map_or(area, |anew| anew.joined(area)));
                }
            }
            GuestMessage::Key { down: true, key } => self.press(key),
            GuestMessage::Key { down: false, key } => {
                self.held_keys.retain(|held| *held != key);
                self.show_keys();
            }
            GuestMessage::Pointer(pointer) => self.picture.show_pointer(pointer),
            GuestMessage::CutText(text) => {
                if let Some(text) = text.text() {
                    self.picture.show_clipboard(&text);
                }
            }
            // All pictures are raw, and none comes unasked.
            GuestMessage::SetEncodings(_)
            | GuestMessage::ContinuousUpdates { .. }
            | GuestMessage::Fence
            | GuestMessage::SetDesktopSize
            | GuestMessage::Power => {}
        }
    }

    /// Takes the time, in words.
    pub(super) fn handle_time(&mut self, time: &str) {
        if self.time != time {
            time.clone_into(&mut self.time);
            self.picture.show_time(time);
        }
    }

    /// Returns what is to be sent to the guest: of the picture only what has changed, and only
    /// while the guest waits for it.
    pub(super) fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        if !self.transmit.is_empty() {
            return Some(std::mem::take(&mut self.transmit));
        }
        if !self.awaited {
            return None;
        }
        let anew = self.anew.take();
        let changed = self.picture.take_changes().into_iter();
        let changed = changed.filter(|change| anew.is_none_or(|anew| anew.joined(*change) != anew));
        let places: Vec<_> = anew.into_iter().chain(changed).collect();
        if places.is_empty() {
            return None;
        }
        self.awaited = false;
        Some(screen::raw_update(&self.picture.with_cross(), &places, self.format))
    }

    fn press(&mut self, key: Key) {
        if !self.held_keys.contains(&key) && self.held_keys.len() < HELD_MOST {
            self.held_keys.push(key);
        }
        if self.last_keys.len() == LAST_KEYS {
            self.last_keys.pop_front();
        }
        self.last_keys.push_back(keys::name(key.keysym));
        self.show_keys();
        self.picture.show_colour(key.keysym);
        if key.keysym == COPY {
            let text = format!("copied from the test card at {}", self.time);
            self.transmit.extend(screen::cut_text(&text));
        }
    }

    fn show_keys(&mut self) {
        let held: Vec<String> = self.held_keys.iter().map(|key| keys::name(key.keysym)).collect();
        let last: Vec<&str> = self.last_keys.iter().map(String::as_str).collect();
        self.picture.show_keys(&last.join(" "), &held.join(" "));
    }
}

/// What the guest's window is called.
const NAME: &str = "Guest test card";

/// How many keys are shown: as many as there is room for.
const LAST_KEYS: usize = 12;

/// How many held keys are shown: a hand's fingers, twice.
const HELD_MOST: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cn_2_a_picture_comes_when_asked_for_and_then_only_what_changed() {
        let mut card = Card::new("ten");
        assert_eq!(card.poll_transmit(), None);
        ask(&mut card, false);
        let first = card.poll_transmit().unwrap();
        assert!(first.len() > 800 * 600 * 4);
        assert_eq!(card.poll_transmit(), None);
        ask(&mut card, true);
        assert_eq!(card.poll_transmit(), None, "nothing has changed");
        card.handle_time("ten");
        assert_eq!(card.poll_transmit(), None, "nothing has changed");
        card.handle_time("eleven");
        let second = card.poll_transmit().unwrap();
        assert!(second.len() < first.len() / 10, "{}", second.len());
    }

    #[test]
    fn however_often_a_guest_asks_it_gets_one_picture() {
        let mut card = Card::new("ten");
        (0..1_000).for_each(|_| ask(&mut card, false));
        let update = card.poll_transmit().unwrap();
        assert!(update.len() < 2_000_000, "{}", update.len());
        assert_eq!(card.poll_transmit(), None);
    }

    #[test]
    fn cn_2_keys_pointer_and_clipboard_show() {
        let mut card = Card::new("ten");
        check_shows(&mut card, &[4, 1, 0, 0, 0, 0, 0, b'a']);
        check_shows(&mut card, &[4, 0, 0, 0, 0, 0, 0, b'a']);
        check_shows(&mut card, &[5, 0, 0, 100, 0, 100]);
        check_shows(&mut card, &[5, 1, 0, 100, 0, 100]);
        check_shows(&mut card, &[6, 0, 0, 0, 0, 0, 0, 2, b'h', b'i']);
    }

    #[test]
    fn cn_2_a_key_copies() {
        let mut card = Card::new("ten o'clock");
        say(&mut card, &[4, 1, 0, 0, 0, 0, 0xff, 0xbf]);
        let text = b"\x03\0\0\0\0\0\0\x28copied from the test card at ten o'clock";
        assert_eq!(card.poll_transmit().as_deref(), Some(&text[..]));
    }

    #[test]
    fn cn_2_pixels_come_as_the_guest_wants_them() {
        let mut card = Card::new("ten");
        let format = PixelFormat::RGB332;
        say(&mut card, &[&[0, 0, 0, 0][..], &format.to_bytes()].concat());
        ask(&mut card, false);
        let update = card.poll_transmit().unwrap();
        assert!((480_000..600_000).contains(&update.len()), "{}", update.len());
    }

    #[track_caller]
    fn check_shows(card: &mut Card, message: &[u8]) {
        ask(card, true);
        card.poll_transmit();
        ask(card, true);
        assert_eq!(card.poll_transmit(), None);
        say(card, message);
        assert!(card.poll_transmit().is_some(), "{message:?}");
    }

    fn ask(card: &mut Card, incremental: bool) {
        say(card, &[3, incremental.into(), 0, 0, 0, 0, 3, 32, 2, 88]);
    }

    fn say(card: &mut Card, message: &[u8]) {
        card.handle_message(&GuestMessage::parse(message).unwrap());
    }
}
