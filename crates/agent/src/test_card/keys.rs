//! What keys are called.

/// The key that copies a text to the guest: F2.
pub(super) const COPY: u32 = F1 + 1;

/// Returns the name of a key, by the symbol of the X window system that it stands for.
pub(super) fn name(keysym: u32) -> String {
    if let Some((_, name)) = NAMES.iter().find(|(named, _)| *named == keysym) {
        return (*name).to_owned();
    }
    if (F1..F1 + F_KEYS).contains(&keysym) {
        return format!("F{}", keysym - F1 + 1);
    }
    let code = if keysym < LATIN_END { Some(keysym) } else { keysym.checked_sub(UNICODE) };
    match code.and_then(char::from_u32) {
        Some(letter) if letter.is_ascii_graphic() => letter.to_string(),
        // The card's letters are those of ASCII.
        Some(letter) => format!("U+{:04X}", u32::from(letter)),
        None => format!("key {keysym:#x}"),
    }
}

/// The first function key.
const F1: u32 = 0xffbe;

const F_KEYS: u32 = 24;

/// Symbols below stand for the letter of Latin-1.
const LATIN_END: u32 = 0x100;

/// Added to the number of a letter of Unicode.
const UNICODE: u32 = 0x0100_0000;

const NAMES: [(u32, &str); 29] = [
    (0x20, "Space"),
    (0xff08, "Backspace"),
    (0xff09, "Tab"),
    (0xff0d, "Enter"),
    (0xff13, "Pause"),
    (0xff14, "ScrollLock"),
    (0xff1b, "Escape"),
    (0xff50, "Home"),
    (0xff51, "Left"),
    (0xff52, "Up"),
    (0xff53, "Right"),
    (0xff54, "Down"),
    (0xff55, "PageUp"),
    (0xff56, "PageDown"),
    (0xff57, "End"),
    (0xff61, "Print"),
    (0xff63, "Insert"),
    (0xff67, "Menu"),
    (0xff7f, "NumLock"),
    (0xff8d, "Enter"),
    (0xffe1, "Shift"),
    (0xffe2, "Shift"),
    (0xffe3, "Control"),
    (0xffe4, "Control"),
    (0xffe5, "CapsLock"),
    (0xffe9, "Alt"),
    (0xffea, "Alt"),
    (0xffeb, "Super"),
    (0xffff, "Delete"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_called_what_stands_on_them() {
        check(0x61, "a");
        check(0x20, "Space");
        check(0xff0d, "Enter");
        check(0xffbe, "F1");
        check(COPY, "F2");
        check(0xffc9, "F12");
        check(0xe9, "U+00E9");
        check(0x0100_20ac, "U+20AC");
        check(0x0100_0061, "a");
        check(0xfe03, "key 0xfe03");
        check(u32::MAX, "key 0xffffffff");
    }

    #[track_caller]
    fn check(keysym: u32, expected: &str) {
        assert_eq!(name(keysym), expected);
    }
}
