//! A session with a computer that shows a picture of its own making (CN-2, GA-35).

use guest_rfb::screen::{Canvas, colour_map, cut_text, desktop_name, raw_update, server_init};
use guest_rfb::{Permissions, Piece, PixelFormat, Policer, Rectangle, Size, Violation};

#[test]
fn cn_2_what_a_test_card_says_reaches_the_guest_as_it_is() {
    let mut session = Session::open(Permissions { copy: true, ..Permissions::default() });
    let mut canvas = Canvas::new(SIZE, [255; 3]);
    session.says(&raw_update(&canvas, &[Rectangle::all(SIZE)], PixelFormat::RGB888));
    canvas.text((4, 4), 2, "12:34:56", [0; 3]);
    session.says(&raw_update(&canvas, &canvas.clone().take_changes(), PixelFormat::RGB888));
    session.says(&desktop_name("Test card"));
    session.says(&cut_text("copied"));
    session.says(&colour_map());
}

#[test]
fn ga_35_a_picture_counts_once_it_is_whole() {
    let mut session = Session::open(Permissions::default());
    let picture =
        raw_update(&Canvas::new(SIZE, [0; 3]), &[Rectangle::all(SIZE)], PixelFormat::RGB888);
    let (last, rest) = picture.split_last().unwrap();
    session.says(rest);
    assert_eq!(session.policer.pictures(), 0);
    session.says(&[*last]);
    assert_eq!(session.policer.pictures(), 1);
    session.says(&desktop_name("no picture"));
    session.says(&raw_update(&Canvas::new(SIZE, [0; 3]), &[], PixelFormat::RGB888));
    assert_eq!(session.policer.pictures(), 1);
}

#[test]
fn cn_4_a_picture_in_another_format_than_was_agreed_is_a_violation() {
    let mut session = Session::open(Permissions::default());
    let format = [&[0; 4][..], &PixelFormat::RGB565.to_bytes()].concat();
    session.guest(&format);
    let canvas = Canvas::new(SIZE, [7; 3]);
    session.says(&raw_update(&canvas, &[Rectangle::all(SIZE)], PixelFormat::RGB565));
    let wrong = raw_update(&canvas, &[Rectangle::all(SIZE)], PixelFormat::RGB888);
    let judged = session.policer.handle_computer(&wrong, &mut |_| {});
    assert!(matches!(judged, Err(Violation::UnknownMessage { .. })), "{judged:?}");
}

struct Session {
    policer: Policer,
}

impl Session {
    fn open(permissions: Permissions) -> Self {
        let mut session = Self { policer: Policer::new(permissions) };
        session.says(b"RFB 003.008\n");
        session.guest(b"RFB 003.008\n");
        session.says(&[1, 1]);
        session.guest(&[1]);
        session.says(&[0; 4]);
        session.guest(&[1]);
        session.says(&server_init(SIZE, PixelFormat::RGB888, "Test card"));
        session
    }

    /// The computer says something, and the guest hears all of it.
    #[track_caller]
    fn says(&mut self, bytes: &[u8]) {
        let mut heard = Vec::new();
        let judged =
            self.policer.handle_computer(bytes, &mut |piece| heard.extend(bytes_of(piece, bytes)));
        assert_eq!((judged, heard.as_slice()), (Ok(()), bytes));
    }

    #[track_caller]
    fn guest(&mut self, bytes: &[u8]) {
        let mut heard = Vec::new();
        let judged =
            self.policer.handle_guest(bytes, &mut |piece| heard.extend(bytes_of(piece, bytes)));
        assert_eq!((judged, heard.as_slice()), (Ok(()), bytes));
    }
}

fn bytes_of(piece: Piece<'_>, input: &[u8]) -> Vec<u8> {
    match piece {
        Piece::Pass(range) => input.get(range).unwrap_or_default().to_vec(),
        Piece::Made(bytes) => bytes.to_vec(),
    }
}

const SIZE: Size = Size { width: 120, height: 40 };
