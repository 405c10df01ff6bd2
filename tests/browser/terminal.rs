//! A terminal on a real screen, which shows and writes down all that it receives.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::product::within;
use crate::x11::Display;

/// A terminal over the whole screen.
pub(crate) struct Terminal {
    child: Child,
    file: PathBuf,
}

impl Terminal {
    /// Opens it on a screen.
    pub(crate) fn on(display: &Display) -> Self {
        let file = display.folder.path().join("typed");
        // Raw, so that nothing is changed on the way; and it is to tell of the pointer.
        let script = format!(
            "stty raw -echo; printf '\\033[?1003h\\033[?1006h'; exec tee {}",
            file.display()
        );
        let child = Command::new("xterm")
            .args(["-display", display.name(), "-u8", "-fn", "6x13", "-b", "0", "-bw", "0"])
            .args(["-geometry", "106x36+0+0", "-bg", BACKGROUND, "-fg", "white"])
            .args(["-e", "sh", "-c", &script])
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("xterm, as `cargo xtask test --only tools` installs it");
        assert!(within(20, || file.exists()), "the terminal opens");
        Self { child, file }
    }

    /// Waits until exactly this was typed since the beginning.
    #[track_caller]
    pub(crate) fn await_text(&self, text: &str) {
        within(20, || self.typed() == text);
        assert_eq!(self.typed(), text);
    }

    /// Waits until the pointer has done this, such as `0;7;12M`: the button, the column, the row,
    /// and `M` for a press, `m` for a release.
    #[track_caller]
    pub(crate) fn await_pointer(&self, deed: &str) {
        let is_told = within(20, || self.pointed().iter().any(|told| told == deed));
        assert!(is_told, "{deed}: {:?}", self.pointed());
    }

    /// Returns what was typed, without what the pointer did.
    pub(crate) fn typed(&self) -> String {
        self.pieces().iter().map(|(_, text)| text.as_str()).collect()
    }

    /// Returns what the pointer did.
    pub(crate) fn pointed(&self) -> Vec<String> {
        self.pieces().into_iter().map(|(deed, _)| deed).filter(|deed| !deed.is_empty()).collect()
    }

    /// Returns each deed of the pointer, and what was typed after it.
    fn pieces(&self) -> Vec<(String, String)> {
        let written = String::from_utf8_lossy(&fs::read(&self.file).unwrap()).into_owned();
        let mut pieces = written.split("\u{1b}[<");
        let first = pieces.next().unwrap_or_default().to_owned();
        let rest = pieces.map(|piece| {
            let end = piece.find(['M', 'm']).map_or(piece.len(), |end| end + 1);
            (piece[..end].to_owned(), piece[end..].to_owned())
        });
        [(String::new(), first)].into_iter().chain(rest).collect()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may be gone with its screen.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The colour that the screen has where nothing is written.
pub(crate) const BACKGROUND: &str = "#1b3a57";
