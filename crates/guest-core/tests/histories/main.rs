//! No sequence of operations breaks a rule that is stated as always true (QU-26).
//!
//! A history is a list of what people, computers, the mail server and the
//! clock do. A [`World`](world::World) carries it out the way an application
//! does, effects included; after each operation the [`laws`] are checked.

#[cfg(test)]
mod effects;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod op;
#[cfg(test)]
mod world;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use guest_core::RefundPolicy;
    use proptest::prelude::*;
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;

    use super::op::{Op, history};
    use super::world::World;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(192))]

        #[test]
        fn qu_26_no_history_breaks_a_law(history in history(), refunds in refunds()) {
            live_through(history, refunds);
        }
    }

    /// A law that holds because nothing happens proves nothing.
    #[test]
    fn qu_26_histories_reach_what_the_laws_are_about() {
        let mut runner = TestRunner::deterministic();
        let mut reached = BTreeSet::new();
        for _ in 0..320 {
            let history = (history(), refunds()).new_tree(&mut runner).unwrap().current();
            reached.append(&mut live_through(history.0, history.1));
        }
        let missing: Vec<_> = TO_REACH.iter().filter(|mark| !reached.contains(**mark)).collect();
        assert!(missing.is_empty(), "never reached: {missing:?}; reached: {reached:?}");
    }

    fn live_through(history: Vec<Op>, refunds: RefundPolicy) -> BTreeSet<String> {
        let mut world = World::new(refunds);
        for op in history {
            let before = world.invites.clone();
            world.act(op);
            world.check(&before);
        }
        world.reached
    }

    fn refunds() -> impl Strategy<Value = RefundPolicy> {
        prop_oneof![Just(RefundPolicy::UnusedOnly), Just(RefundPolicy::UsedToo)]
    }

    const TO_REACH: &[&str] = &[
        "make: computer_offline",
        "make: forbidden",
        "make: guest_access_off",
        "make: host_not_logged_in",
        "make: insufficient_credits",
        "make: team_computer_required",
        "make: window_in_past",
        "make: window_too_long",
        "knock: computer_offline",
        "knock: guest_access_off",
        "knock: invite_ended",
        "knock: kept_out",
        "knock: let in",
        "knock: link_unknown",
        "knock: too_early",
        "knock: unauthenticated",
        "knock: window_over",
        "knock: wrong_account",
        "edit: invite_ended",
        "edit: start_locked",
        "edit: window_in_past",
        "edit: window_reversed",
        "edit: window_too_long",
        "move: computer_offline",
        "move: guest_access_off",
        "move: host_not_logged_in",
        "move: invite_ended",
        "move: team_computer_required",
        "ask for time: invite_ended",
        "ask for time: validation",
        "ask for time: window_over",
        "told: Created",
        "told: Updated",
        "told: Moved",
        "told: Opened",
        "told: Reminded",
        "told: Used",
        "told: TimeRequested",
        "told: Expired",
        "told: Cancelled",
        "told: Voided",
        "told: NotReady(Offline)",
        "told: NotReady(AccessOff)",
        "told: NotReady(LoggedOut)",
        "mail: invited",
        "mail: window changed",
        "mail: moved",
        "mail: reminder",
        "mail: cancelled",
        "mail: withdrawn",
        "mail: not ready",
        "mail: never reachable",
        "ticket: taken",
        "ticket: not_found",
        "ticket: ticket_used",
        "refund: Cancelled",
        "refund: Cancelled after use",
        "refund: Unused",
        "refund: Void",
        "session: access_off",
        "session: cancelled",
        "session: computer_lost",
        "session: computer_removed",
        "session: kicked",
        "session: left",
        "session: moved",
        "session: permissions_changed",
        "session: replaced",
        "session: ticket_unused",
        "session: rights_lost",
        "session: window_ended",
        "session takes a new end",
        "session keeps old permissions",
        "login changes after use",
        "first login is remembered",
        "expired after use",
        "clock set back over a start",
        "clock set back over an end",
    ];
}
