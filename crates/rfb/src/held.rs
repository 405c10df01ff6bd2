//! The keys and buttons that a guest holds down.

/// A key as a guest names it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Key {
    /// The symbol of the X window system that it stands for.
    pub keysym: u32,
    /// Its place on the keyboard as QEMU numbers them, if the guest says it.
    pub keycode: Option<u32>,
}

/// Where a guest points, and with which buttons pressed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Pointer {
    /// A bit for each button that is down, the left one being the lowest.
    pub buttons: u8,
    /// How far from the left edge, in pixels.
    pub x: u16,
    /// How far from the upper edge, in pixels.
    pub y: u16,
}

/// What a guest holds down on the computer, as far as what was forwarded has arrived there or may.
///
/// Of what has not been sent yet any part may arrive, and the rest be thrown away. So what was held
/// for a moment of it is let go of as well.
#[derive(Debug, Default)]
pub(crate) struct Held {
    keys: Vec<Key>,
    /// Keys that may be down until what lifts them has been sent.
    lifted: Vec<Key>,
    pointer: Pointer,
    /// Buttons that may be down, each with its bit.
    buttons: u8,
}

impl Held {
    /// Records that `key` goes down, and returns whether it may: so many are held, and no more.
    pub(crate) fn press(&mut self, key: Key) -> bool {
        if self.keys.iter().any(|held| held.is(key)) {
            return true;
        }
        let room = self.keys.len() < KEYS_MOST;
        if room {
            self.keys.push(key);
        }
        room
    }

    /// Records that `key` goes up.
    pub(crate) fn lift(&mut self, key: Key) {
        self.lifted.extend(self.keys.extract_if(.., |held| held.is(key)));
    }

    /// Records where the pointer is, and its buttons.
    pub(crate) fn point(&mut self, pointer: Pointer) {
        self.pointer = pointer;
        self.buttons |= pointer.buttons;
    }

    /// Records that all that was recorded has been sent to the computer.
    pub(crate) fn sent(&mut self) {
        self.lifted.clear();
        self.lifted.shrink_to(KEYS_MOST);
        self.buttons = self.pointer.buttons;
    }

    /// Sends what lets go of every key and button, the last key first (CN-8).
    pub(crate) fn release(&mut self, mut send: impl FnMut(&[u8])) {
        for key in self.keys.drain(..).rev().chain(self.lifted.drain(..)) {
            key.send_up(&mut send);
        }
        if self.buttons != 0 {
            (self.pointer.buttons, self.buttons) = (0, 0);
            let [x1, x0] = self.pointer.x.to_be_bytes();
            let [y1, y0] = self.pointer.y.to_be_bytes();
            send(&[5, 0, x1, x0, y1, y0]);
        }
    }
}

impl Key {
    /// Returns whether this is the same key; the symbol of a place changes with shift.
    fn is(self, other: Self) -> bool {
        match (self.keycode, other.keycode) {
            (Some(0), Some(0)) | (None, None) => self.keysym == other.keysym,
            (ours, theirs) => ours == theirs,
        }
    }

    fn send_up(self, send: &mut impl FnMut(&[u8])) {
        let keysym = self.keysym.to_be_bytes();
        match self.keycode.map(u32::to_be_bytes) {
            None => send([[4, 0, 0, 0], keysym].as_flattened()),
            Some(keycode) => send([[255, 0, 0, 0], keysym, keycode].as_flattened()),
        }
    }
}

/// How many keys a guest holds at once at most: more than fingers, and than keyboards report.
const KEYS_MOST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cn_8_what_is_held_is_let_go_of() {
        let mut held = Held::default();
        assert!(held.press(plain(0xffe1)) && held.press(plain(0x41)) && held.press(qemu(0x62, 48)));
        held.lift(plain(0x41));
        held.sent();
        held.point(Pointer { buttons: 5, x: 258, y: 772 });
        let up_b: &[u8] = &[255, 0, 0, 0, 0, 0, 0, 0x62, 0, 0, 0, 48];
        let up_shift: &[u8] = &[4, 0, 0, 0, 0, 0, 0xff, 0xe1];
        let buttons: &[u8] = &[5, 0, 1, 2, 3, 4];
        assert_eq!(released(&mut held), [up_b, up_shift, buttons]);
        assert_eq!(released(&mut held), [[0; 0]; 0]);
    }

    #[test]
    fn cn_8_what_is_let_go_of_counts_once_it_is_sent() {
        let mut held = Held::default();
        assert!(held.press(plain(1)) && held.press(plain(2)));
        held.point(Pointer { buttons: 1, x: 0, y: 0 });
        held.sent();
        assert!(held.press(plain(3)));
        held.lift(plain(1));
        held.lift(plain(3));
        held.point(Pointer::default());
        let up = |keysym| vec![4, 0, 0, 0, 0, 0, 0, keysym];
        let up_button = vec![5, 0, 0, 0, 0, 0];
        assert_eq!(released(&mut held), [up(2), up(1), up(3), up_button.clone()]);

        held.point(Pointer { buttons: 1, x: 0, y: 0 });
        held.point(Pointer::default());
        assert_eq!(released(&mut held), [up_button], "the click may have arrived by half");

        assert!(held.press(plain(1)));
        held.sent();
        held.lift(plain(1));
        held.sent();
        assert_eq!(released(&mut held), [[0; 0]; 0]);
    }

    #[test]
    fn cn_8_a_key_is_known_by_its_place_whatever_it_stands_for() {
        let mut held = Held::default();
        assert!(held.press(qemu(0x41, 30)));
        held.lift(qemu(0x61, 30));
        held.sent();
        assert_eq!(released(&mut held), [[0; 0]; 0]);
        assert!(held.press(qemu(0x41, 0)));
        held.lift(qemu(0x42, 0));
        held.lift(plain(0x41));
        assert_eq!(released(&mut held).len(), 1);
    }

    #[test]
    fn cn_8_no_more_keys_are_held_than_are_kept() {
        let mut held = Held::default();
        for keysym in 0..64 {
            assert!(held.press(plain(keysym)));
        }
        assert!(!held.press(plain(64)));
        assert!(held.press(plain(63)), "a key that repeats is held already");
        held.lift(plain(0));
        held.sent();
        assert!(held.press(plain(64)));
        assert_eq!(released(&mut held).len(), 64);
    }

    fn released(held: &mut Held) -> Vec<Vec<u8>> {
        let mut sent = Vec::new();
        held.release(|bytes| sent.push(bytes.to_vec()));
        sent
    }

    fn plain(keysym: u32) -> Key {
        Key { keysym, keycode: None }
    }

    fn qemu(keysym: u32, keycode: u32) -> Key {
        Key { keysym, keycode: Some(keycode) }
    }
}
