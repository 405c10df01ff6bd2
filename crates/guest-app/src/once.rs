//! Doing a request once, however often it is sent (QU-23).

use guest_core::Instant;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::access::Actor;
use crate::config::Config;
use crate::record::{Outcome, row};
use crate::work::Work;
use crate::{App, Call, Caller, Denied, Fault, Once, Pending, StoreError};

/// An answer that can be given again.
///
/// What is recorded holds no secret: [`scrub`](Self::scrub) takes them out,
/// and [`restore`](Self::restore) derives again what can be derived.
pub trait Replay: Serialize + DeserializeOwned + Send + 'static {
    /// Takes out what must not be stored.
    fn scrub(&mut self) {}

    /// Puts back what can be derived.
    fn restore(&mut self, _config: &Config) {}
}

impl App {
    /// Submits one unit of work that is done once for each idempotency key.
    ///
    /// The caller must still belong to the team when asking again.
    pub(crate) fn write_once<T: Replay>(
        &self,
        call: &Call,
        team: &str,
        mut work: impl FnMut(&mut Work<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Pending<T> {
        let (caller, team) = (call.caller.clone(), team.to_owned());
        let Some(once) = call.once.clone() else { return self.write(call, work) };
        let asking = Call { caller, origin: None, once: None };
        self.write(call, move |unit| {
            Actor::of(unit.tx, &asking, &team)?;
            let caller = caller_name(&asking.caller);
            if let Some(answer) = replay(unit, &caller, &once)? {
                return Ok(answer);
            }
            let mut answer = work(unit)?;
            record(unit, caller, &once, &mut answer)?;
            Ok(answer)
        })
    }
}

/// Returns what was answered to the same request, if it was made before.
pub(crate) fn replay<T: Replay>(
    unit: &mut Work<'_>,
    caller: &str,
    once: &Once,
) -> Result<Option<T>, Fault> {
    let known: Option<Outcome> = unit.find(&row![caller, once.token.as_str()])?;
    let Some(known) = known.filter(|known| is_kept(known.at, unit.now)) else { return Ok(None) };
    if known.fingerprint != once.fingerprint {
        return Err(Denied::IdempotencyMismatch.into());
    }
    let mut answer: T = serde_json::from_str(&known.outcome)
        .map_err(|error| StoreError::new("reading a recorded answer", error))?;
    answer.restore(unit.config);
    Ok(Some(answer))
}

/// Writes down what is answered to a request, without its secrets.
pub(crate) fn record<T: Replay>(
    unit: &mut Work<'_>,
    caller: String,
    once: &Once,
    answer: &mut T,
) -> Result<(), Fault> {
    let write = |answer: &T| {
        serde_json::to_value(answer).map_err(|error| StoreError::new("recording an answer", error))
    };
    let whole = write(answer)?;
    answer.scrub();
    let outcome = write(answer)?.to_string();
    unit.save(&Outcome {
        caller,
        token: once.token.clone(),
        fingerprint: once.fingerprint,
        at: unit.now,
        outcome,
    })?;
    *answer = serde_json::from_value(whole)
        .map_err(|error| StoreError::new("recording an answer", error))?;
    Ok(())
}

/// Returns whether an outcome of `at` still counts at `now`: for a day.
pub(crate) fn is_kept(at: Instant, now: Instant) -> bool {
    (now - at).abs() < KEPT
}

/// Names a caller, to tell the requests of one from those of another.
pub(crate) fn caller_name(caller: &Caller) -> String {
    match caller {
        Caller::Nobody => "nobody".to_owned(),
        Caller::Login(hash) | Caller::ApiKey(hash) => {
            data_encoding::HEXLOWER.encode(hash.as_bytes())
        }
        Caller::Operator { acting: None } => "operator".to_owned(),
        Caller::Operator { acting: Some(email) } => format!("operator as {}", email.key()),
    }
}

/// For how long an outcome is kept (IF-5).
pub(crate) const KEPT: chrono::TimeDelta = chrono::TimeDelta::hours(24);
