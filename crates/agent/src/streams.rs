//! The streams of the sessions that go on.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time;

use crate::dial::Dial;
use crate::frames::{Session, SessionId};
use crate::screen::Screen;
use crate::stream;

/// One stream for each session that goes on (CN-1).
pub(crate) struct Streams {
    dial: Arc<Dial>,
    screen: Screen,
    running: JoinSet<()>,
    ends: Ends,
}

/// The sessions that go on, each with what ends its stream after a while.
type Ends = BTreeMap<SessionId, oneshot::Sender<Duration>>;

impl Streams {
    pub(crate) fn new(dial: Arc<Dial>, screen: Screen) -> Self {
        Self { dial, screen, running: JoinSet::new(), ends: Ends::new() }
    }

    /// Opens a stream for each session that is new, and ends those whose session is gone.
    ///
    /// A session whose stream has broken is not served again: it is over for the gateway too.
    pub(crate) fn follow(&mut self, sessions: &[Session]) {
        while self.running.try_join_next().is_some() {}
        let goes_on = |id: &SessionId| sessions.iter().any(|session| session.id == *id);
        let (on, gone) =
            std::mem::take(&mut self.ends).into_iter().partition(|(id, _)| goes_on(id));
        self.ends = on;
        end_all(gone, GRACE);
        for session in sessions {
            if !self.ends.contains_key(&session.id) {
                let (end, told) = oneshot::channel();
                self.ends.insert(session.id.clone(), end);
                let (dial, screen) = (Arc::clone(&self.dial), self.screen.clone());
                let session = session.clone();
                self.running.spawn(async move {
                    stream::serve(&dial, &screen, &session, told).await;
                });
            }
        }
    }

    /// Closes all streams, and waits for them.
    pub(crate) async fn close(mut self) {
        end_all(std::mem::take(&mut self.ends), Duration::ZERO);
        let all = async { while self.running.join_next().await.is_some() {} };
        // What is left then is dropped, and so cut off.
        let _ = time::timeout(FAREWELL, all).await;
    }
}

fn end_all(ends: Ends, after: Duration) {
    for end in ends.into_values() {
        // The stream may be over already.
        let _ = end.send(after);
    }
}

/// How long a stream outlives its session, so that the gateway's last word still arrives: it
/// releases the keys that the guest holds down (CN-8).
const GRACE: Duration = Duration::from_millis(500);

/// How long closing all streams may take.
const FAREWELL: Duration = Duration::from_secs(2);
