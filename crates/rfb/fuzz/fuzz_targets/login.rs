//! What a VNC server says to an agent that logs in.
#![no_main]

use guest_rfb::{Login, LoginRefusal, Password};
use guest_rfb_fuzz::said;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|made_up: &[u8]| {
    let Some(said) = said(made_up) else { return };
    let password = said.variant.then(|| Password::new(b"password"));
    let whole = login(password.clone(), said.bytes, &[usize::MAX]);
    assert_eq!(login(password, said.bytes, &said.cuts), whole, "cut into {:?}", said.cuts);
    if let Some(taken) = whole.taken {
        // It takes no more than belongs to it: that alone has the same outcome.
        let password = said.variant.then(|| Password::new(b"password"));
        assert_eq!(login(password, &said.bytes[..taken], &[1]), whole);
        assert!(whole.outcome.is_some() || taken == said.bytes.len());
    }
});

#[derive(Debug, PartialEq)]
struct LoggedIn {
    /// How many bytes belonged to the login, unless it was refused.
    taken: Option<usize>,
    answered: Vec<u8>,
    outcome: Option<Result<(), LoginRefusal>>,
}

/// Has a server say this in chunks of these sizes, until the login is over.
fn login(password: Option<Password>, said: &[u8], cuts: &[usize]) -> LoggedIn {
    let mut login = Login::new(password);
    let mut cuts = cuts.iter().copied().cycle();
    let (mut taken, mut answered, mut rest) = (0, Vec::new(), said);
    while !rest.is_empty() && login.outcome().is_none() {
        let cut = cuts.next().unwrap_or(1).min(rest.len());
        let (chunk, after) = rest.split_at(cut);
        taken += login.handle_bytes(chunk);
        answered.extend(login.poll_transmit().into_iter().flatten());
        rest = after;
    }
    let outcome = login.outcome().map(|outcome| outcome.map_err(LoginRefusal::clone));
    let taken = (!matches!(outcome, Some(Err(_)))).then_some(taken);
    LoggedIn { taken, answered, outcome }
}
