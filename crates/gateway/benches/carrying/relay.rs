//! What is compared: each way in which a guest can be carried to the VNC server.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio::time;

use crate::computer::Computer;
use crate::guest::{Guest, Link};
use crate::place::Place;
use crate::program::Program;

/// Guests in open sessions, and what carries them.
pub(crate) struct Relay {
    guests: Vec<Guest>,
    _programs: Vec<Program>,
    _folder: Option<TempDir>,
}

/// A server with its gateway, and its agents.
pub(crate) struct Gateway {
    pub(crate) place: Place,
    pub(crate) server: Program,
    pub(crate) agents: Program,
    folder: TempDir,
}

impl Gateway {
    pub(crate) fn start(computer: &Computer, sessions: usize) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let path = folder.path().to_str().unwrap();
        let server = Program::this(&["server", &sessions.to_string(), path]);
        let place: Place = serde_json::from_str(&server.said).unwrap();
        let key_file = format!("{path}/key");
        fs::write(&key_file, &place.computer_key).unwrap();
        let agents = Program::this(&[
            "agents",
            &format!("http://{}", place.address),
            &key_file,
            &place.computers.to_string(),
            &computer.address.to_string(),
        ]);
        Self { place, server, agents, folder }
    }
}

impl Relay {
    /// Starts all of them, the one in question first, and then its yardstick.
    pub(crate) async fn all(computer: &Computer, guests: usize) -> [Self; 4] {
        [
            Self::gateway(computer, guests).await,
            Self::bare(computer.address, guests).await,
            Self::websockify(computer.address, guests).await,
            Self::direct(computer.address, guests).await,
        ]
    }

    /// Has the first `count` guests do something, all at once on both threads.
    pub(crate) async fn together<T: Send + 'static, Doing>(
        &mut self,
        count: usize,
        what: impl Fn(Guest, usize) -> Doing,
    ) -> Vec<T>
    where
        Doing: Future<Output = (Guest, T)> + Send + 'static,
    {
        let guests = self.guests.drain(..count).enumerate();
        let doing = guests.map(|(number, guest)| what(guest, number));
        let done = doing.collect::<JoinSet<_>>().join_all().await;
        let (guests, results): (Vec<_>, Vec<_>) = done.into_iter().unzip();
        self.guests.extend(guests);
        results
    }

    /// Has everybody answer pings.
    pub(crate) fn breathe(&mut self) {
        self.guests.iter_mut().for_each(Guest::breathe);
    }

    async fn gateway(computer: &Computer, guests: usize) -> Self {
        let Gateway { place, server, agents, folder } = Gateway::start(computer, guests);
        let guests = place.connect_all().await;
        Self { guests, _programs: vec![server, agents], _folder: Some(folder) }
    }

    async fn bare(computer: SocketAddr, guests: usize) -> Self {
        let server = Program::this(&["bare-server"]);
        let address: SocketAddr = server.said.trim().parse().unwrap();
        let (at, vnc, streams) = (address.to_string(), computer.to_string(), guests.to_string());
        let agent = Program::this(&["bare-agent", &at, &vnc, &streams]);
        // Its streams are there in an instant, and a guest who comes before them is sent away.
        time::sleep(Duration::from_secs(1)).await;
        let mut entered = Vec::new();
        for number in 0..guests {
            let link = Link::socket(address, &format!("/guest/{number}"), number).await.unwrap();
            entered.push(Guest::enter(link, number).await);
        }
        Self { guests: entered, _programs: vec![server, agent], _folder: None }
    }

    async fn websockify(computer: SocketAddr, guests: usize) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let program = Program::websockify(free, computer);
        let mut entered = Vec::new();
        for number in 0..guests {
            let link = loop {
                match Link::socket(free, "/", number).await {
                    Ok(link) => break link,
                    Err(_) => time::sleep(Duration::from_millis(50)).await,
                }
            };
            entered.push(Guest::enter(link, number).await);
        }
        Self { guests: entered, _programs: vec![program], _folder: None }
    }

    async fn direct(computer: SocketAddr, guests: usize) -> Self {
        let mut entered = Vec::new();
        for number in 0..guests {
            entered.push(Guest::enter(Link::plain(computer).await, number).await);
        }
        Self { guests: entered, _programs: Vec::new(), _folder: None }
    }
}
