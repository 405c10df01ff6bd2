//! The guest's way to the server, which can break.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

/// Carries connections to the server.
pub(crate) struct Network {
    pub(crate) port: u16,
    line: Arc<Line>,
}

#[derive(Default)]
struct Line {
    state: Mutex<State>,
    mended: Condvar,
}

#[derive(Default)]
struct State {
    is_cut: bool,
    is_silent: bool,
    open: Vec<TcpStream>,
}

impl Network {
    /// Carries connections to this port.
    pub(crate) fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let line = Arc::new(Line::default());
        let known = Arc::clone(&line);
        thread::spawn(move || {
            for guest in listener.incoming() {
                // A server that is away takes nothing either.
                let _ = known.take(&guest.unwrap(), server);
            }
        });
        Self { port, line }
    }

    /// Breaks every connection, and lets none come about.
    pub(crate) fn cut(&self) {
        let mut state = self.line.state.lock().unwrap();
        state.is_cut = true;
        for stream in state.open.drain(..) {
            // It may be closed already.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Carries nothing any more, and tells nobody.
    pub(crate) fn fall_silent(&self) {
        self.line.state.lock().unwrap().is_silent = true;
    }

    /// Carries again, also what was held back.
    pub(crate) fn mend(&self) {
        let mut state = self.line.state.lock().unwrap();
        (state.is_cut, state.is_silent) = (false, false);
        self.line.mended.notify_all();
    }
}

impl Line {
    fn take(self: &Arc<Self>, guest: &TcpStream, server: u16) -> io::Result<()> {
        let mut state = self.state.lock().unwrap();
        if state.is_cut {
            return Ok(());
        }
        let server = TcpStream::connect(("127.0.0.1", server))?;
        state.open.extend([guest.try_clone()?, server.try_clone()?]);
        for (from, to) in [(guest, &server), (&server, guest)] {
            let (line, from, to) = (Arc::clone(self), from.try_clone()?, to.try_clone()?);
            thread::spawn(move || {
                // It ends when either side has gone.
                let _ = line.carry(from, &to);
                let _ = to.shutdown(Shutdown::Both);
            });
        }
        Ok(())
    }

    fn carry(&self, mut from: TcpStream, mut to: &TcpStream) -> io::Result<()> {
        let mut piece = [0; 4096];
        loop {
            let length = from.read(&mut piece)?;
            let state = self.state.lock().unwrap();
            drop(self.mended.wait_while(state, |state| state.is_silent).unwrap());
            if length == 0 {
                return Ok(());
            }
            to.write_all(&piece[..length])?;
        }
    }
}
