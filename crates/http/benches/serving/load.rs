//! A load generator: a few connections kept alive, each with one request on its way.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// What a load measured.
pub(crate) struct Load {
    /// Requests answered in a second.
    pub(crate) rate: f64,
    /// How long each request took, the shortest first.
    pub(crate) times: Vec<Duration>,
}

impl Load {
    /// Returns the time within which this share of the requests was answered.
    pub(crate) fn within(&self, share: f64) -> Duration {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a position in a list of a few thousand"
        )]
        let position = (self.times.len() as f64 * share) as usize;
        self.times.get(position).or(self.times.last()).copied().unwrap_or_default()
    }
}

/// Sends `requests` from `clients` at once, each client the next as soon as it can.
pub(crate) fn closed(
    address: SocketAddr,
    clients: usize,
    requests: usize,
    request: fn(usize, &Target) -> Vec<u8>,
    target: &Target,
) -> Load {
    run(async {
        let start = Instant::now();
        let mut tasks = JoinSet::new();
        for client in 0..clients {
            let target = target.clone();
            tasks.spawn(async move {
                let mut connection = Connection::open(address).await;
                let mut times = Vec::new();
                for number in (client..requests).step_by(clients) {
                    let bytes = request(number, &target);
                    let sent = Instant::now();
                    connection.ask(&bytes, target.expected).await;
                    times.push(sent.elapsed());
                }
                times
            });
        }
        collect(tasks, start, requests).await
    })
}

/// Sends requests at a steady `rate` a second for `seconds`, whether or not answers keep up.
///
/// The time of a request counts from when it should have been sent.
pub(crate) fn open(
    address: SocketAddr,
    rate: u32,
    seconds: u32,
    request: fn(usize, &Target) -> Vec<u8>,
    target: &Target,
) -> Load {
    const CLIENTS: u32 = 32;
    run(async {
        let start = Instant::now();
        let mut tasks = JoinSet::new();
        for client in 0..CLIENTS {
            let target = target.clone();
            tasks.spawn(async move {
                let mut connection = Connection::open(address).await;
                let mut times = Vec::new();
                for number in (client..rate * seconds).step_by(CLIENTS as usize) {
                    let due = start + Duration::from_secs(1) * number / rate;
                    tokio::time::sleep_until(due.into()).await;
                    let bytes = request(number as usize, &target);
                    connection.ask(&bytes, target.expected).await;
                    times.push(due.elapsed());
                }
                times
            });
        }
        collect(tasks, start, (rate * seconds) as usize).await
    })
}

/// What requests are made of.
#[derive(Clone)]
pub(crate) struct Target {
    /// The path, or what it is made of.
    pub(crate) paths: std::sync::Arc<Vec<String>>,
    /// Headers, each ended by CR LF.
    pub(crate) headers: String,
    /// The computer to invite to.
    pub(crate) computer: String,
    /// The status of every answer.
    pub(crate) expected: u16,
}

async fn collect(mut tasks: JoinSet<Vec<Duration>>, start: Instant, requests: usize) -> Load {
    let mut times = Vec::with_capacity(requests);
    while let Some(done) = tasks.join_next().await {
        times.extend(done.unwrap());
    }
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 requests")]
    let rate = requests as f64 / start.elapsed().as_secs_f64();
    times.sort_unstable();
    Load { rate, times }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, buffer: Vec::with_capacity(16 * 1024) }
    }

    /// Sends a request and reads its answer, of which the length must be told.
    async fn ask(&mut self, request: &[u8], expected: u16) {
        self.stream.write_all(request).await.unwrap();
        self.buffer.clear();
        let mut chunk = vec![0; 16 * 1024];
        loop {
            let read = self.stream.read(&mut chunk).await.unwrap();
            assert!(read > 0, "the server closed the connection");
            self.buffer.extend_from_slice(&chunk[..read]);
            if let Some(end) = head_end(&self.buffer) {
                let head = std::str::from_utf8(&self.buffer[..end]).unwrap().to_ascii_lowercase();
                let status: u16 = head[9..12].parse().unwrap();
                assert_eq!(status, expected, "{}", String::from_utf8_lossy(&self.buffer));
                let length = head.split("content-length: ").nth(1).map_or(0, |rest| {
                    rest.split("\r\n").next().unwrap().trim().parse::<usize>().unwrap()
                });
                if self.buffer.len() >= end + length {
                    return;
                }
            }
        }
    }
}

fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}
