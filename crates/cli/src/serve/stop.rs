//! Being told to stop.

use std::future::Future;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::failure::Failure;

/// Tells all parts of the server to stop.
#[derive(Clone, Debug)]
pub(crate) struct Stop(watch::Sender<bool>);

impl Stop {
    /// Stops on SIGTERM and SIGINT; on the second of them the program ends there and then.
    pub(crate) fn on_signal() -> Result<Self, Failure> {
        let stop = Self(watch::Sender::new(false));
        let told = stop.clone();
        let (mut terminate, mut interrupt) =
            (listen_to(SignalKind::terminate())?, listen_to(SignalKind::interrupt())?);
        tokio::spawn(async move {
            either(&mut terminate, &mut interrupt).await;
            tracing::info!("told to stop");
            told.now();
            either(&mut terminate, &mut interrupt).await;
            tracing::warn!("told to stop again: leaving at once");
            std::process::exit(1);
        });
        Ok(stop)
    }

    /// Tells all parts to stop.
    pub(crate) fn now(&self) {
        self.0.send_replace(true);
    }

    /// Returns whether all parts were told to stop.
    pub(crate) fn is_told(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns what turns `true` when all parts are told to stop.
    pub(crate) fn told(&self) -> watch::Receiver<bool> {
        self.0.subscribe()
    }

    /// Waits until all parts are told to stop.
    pub(crate) fn wait(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut told = self.told();
        async move {
            // It fails only if nobody is left who could tell.
            let _ = told.wait_for(|told| *told).await;
        }
    }
}

async fn either(one: &mut Signal, other: &mut Signal) {
    tokio::select! {
        _ = one.recv() => {}
        _ = other.recv() => {}
    }
}

fn listen_to(kind: SignalKind) -> Result<Signal, Failure> {
    signal(kind).map_err(|error| Failure::doing("cannot listen to signals", &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn all_who_wait_are_told_also_those_who_come_late() {
        let stop = Stop(watch::Sender::new(false));
        let early = stop.wait();
        assert!(!stop.is_told());
        stop.clone().now();
        early.await;
        stop.wait().await;
        assert!(stop.is_told());
    }
}
