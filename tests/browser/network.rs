//! The guest's way to the server, which can be cut.

use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Carries connections to the server; while it is cut it has none, and takes none.
pub(crate) struct Network {
    pub(crate) port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    is_cut: bool,
    open: Vec<TcpStream>,
}

impl Network {
    /// Carries connections to this port.
    pub(crate) fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State::default()));
        let known = Arc::clone(&state);
        thread::spawn(move || {
            for guest in listener.incoming() {
                // A server that is away takes nothing either.
                let _ = carry(guest.unwrap(), server, &known);
            }
        });
        Self { port, state }
    }

    /// Breaks every connection, and lets none come about.
    pub(crate) fn cut(&self) {
        let mut state = self.state.lock().unwrap();
        state.is_cut = true;
        for stream in state.open.drain(..) {
            // It may be closed already.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Lets connections come about again.
    pub(crate) fn mend(&self) {
        self.state.lock().unwrap().is_cut = false;
    }
}

fn carry(guest: TcpStream, server: u16, state: &Mutex<State>) -> io::Result<()> {
    let mut state = state.lock().unwrap();
    if state.is_cut {
        return Ok(());
    }
    let server = TcpStream::connect(("127.0.0.1", server))?;
    state.open.extend([guest.try_clone()?, server.try_clone()?]);
    for (mut from, mut to) in [(guest.try_clone()?, server.try_clone()?), (server, guest)] {
        thread::spawn(move || {
            let _ = io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Both);
        });
    }
    Ok(())
}
