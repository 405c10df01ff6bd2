//! Whether the computer is there for its guest.

use crate::{
    Computer, FIRST_LOOK, Instant, Invite, InviteEffect, InviteNews, NotReady, SenderNews, Step,
};

impl Invite {
    /// Looks whether its computer is ready for the guest (GA-60): when it is made or moved (GA-61),
    /// an hour and 15 minutes before its start, and at its start.
    ///
    /// Whoever follows events is told each time, and the sender gets one mail.
    /// `None` if the computer is ready, for oneself, whom no window keeps waiting
    /// (GA-43), and for a guest who is kept out and cannot come.
    #[must_use]
    pub fn look(&self, computer: &Computer, now: Instant) -> Option<Step<Self, InviteEffect>> {
        if !self.is_live() || self.ignores_window() || self.kept_out {
            return None;
        }
        let reason = computer.not_ready(now)?;
        let mail = self.mail_sender(SenderNews::NotReady { reason });
        let tell = InviteEffect::Tell(InviteNews::NotReady(reason));
        let effects = if self.warned { vec![tell] } else { vec![mail, tell] };
        Some(Step::to(Self { warned: true, ..self.clone() }, effects))
    }

    /// Returns why its guest could not be let in now, for showing (GA-60): from an hour before the
    /// start, and sooner once the sender was told.
    #[must_use]
    pub fn not_ready(&self, computer: &Computer, now: Instant) -> Option<NotReady> {
        let counts = self.warned || self.window.start() - FIRST_LOOK <= now;
        let is_awaited = self.is_live() && !self.ignores_window() && !self.kept_out;
        computer.not_ready(now).filter(|_| counts && is_awaited)
    }

    /// Has a look follow what a step does.
    pub(super) fn and_look(
        step: Step<Self, InviteEffect>,
        computer: &Computer,
        now: Instant,
    ) -> Step<Self, InviteEffect> {
        let Some(warning) = step.next.look(computer, now) else { return step };
        Step { next: warning.next, effects: [step.effects, warning.effects].concat() }
    }
}

#[cfg(test)]
mod tests {
    use crate::invite::fixtures::{
        at, ended, heard_at, invite, made, sender_mails, team_computer, window,
    };
    use crate::{
        Computer, HostLoginState, Invite, InviteEffect, InviteNews, Kind, NotReady, SenderNews,
    };

    #[test]
    fn ga_60_a_computer_that_is_not_ready_is_told_of_each_time_and_mailed_once() {
        let offline = NotReady::Offline;
        let mail = [SenderNews::NotReady { reason: offline }];
        let step = invite(Kind::Outside).look(&team_computer(), at("08:00")).unwrap();
        assert_eq!(
            (told(&step.effects), sender_mails(&step.effects)),
            (Some(offline), mail.to_vec())
        );
        assert_eq!(step.next.version, 1, "people changed nothing");
        let again = step.next.look(&team_computer(), at("09:00")).unwrap();
        assert_eq!((told(&again.effects), sender_mails(&again.effects)), (Some(offline), vec![]));
    }

    #[test]
    fn ga_60_the_reason_is_named() {
        let away = Computer { login: HostLoginState::Nobody, ..heard_at("09:00") };
        check(&away, Some(NotReady::LoggedOut));
        let closed = Computer { guest_access: false, ..heard_at("09:00") };
        check(&closed, Some(NotReady::AccessOff));
        check(&heard_at("08:59"), Some(NotReady::Offline));
        check(&heard_at("09:00"), None);
    }

    #[test]
    fn ga_60_what_is_in_the_way_is_shown_once_it_matters() {
        let offline = Some(NotReady::Offline);
        let early = made(Kind::Outside, window("10:00", "12:00"), "07:30");
        let there = heard_at("08:00");
        assert_eq!(early.not_ready(&there, at("08:00")), None, "it is ready");
        assert_eq!(early.not_ready(&there, at("08:59")), None, "nobody waits for it yet");
        assert_eq!(early.not_ready(&there, at("09:00")), offline);
        assert_eq!(early.not_ready(&heard_at("09:00"), at("09:00")), None, "it is back");
        let told = early.look(&there, at("08:30")).unwrap().next;
        assert_eq!(told.not_ready(&there, at("08:59")), offline);
        let oneself = made(Kind::Oneself, window("10:00", "12:00"), "07:30");
        assert_eq!(oneself.not_ready(&there, at("10:30")), None);
        let out = early.kick(true).unwrap().next;
        assert_eq!(out.not_ready(&there, at("10:30")), None);
        for ended in ended(Kind::Outside) {
            assert_eq!(ended.not_ready(&there, at("10:30")), None);
        }
    }

    #[test]
    fn ga_60_it_is_looked_at_an_hour_before_a_quarter_before_and_at_the_start() {
        let looks = ["09:00", "09:45", "10:00"];
        let early = made(Kind::Outside, window("10:00", "12:00"), "08:00");
        check_looks(
            &early,
            &["08:59", "09:00", "09:30", "09:45", "09:59", "10:00", "11:00"],
            &looks,
        );
        // What was slept through is looked at once, late.
        check_looks(&early, &["09:50", "09:59", "10:00"], &["09:50", "10:00"]);
        check_looks(&early, &["11:00", "11:30"], &["11:00"]);
        check_looks(&early, &["12:00"], &[]);
        // The moment it is made is a look of its own.
        let short = made(Kind::Team, window("10:00", "12:00"), "09:50");
        check_looks(&short, &["09:50", "09:55", "10:00"], &["10:00"]);
        check_looks(&made(Kind::Team, window("10:00", "12:00"), "10:30"), &["11:00"], &[]);
    }

    #[test]
    fn ga_60_oneself_the_kept_out_and_what_has_ended_are_not_looked_at() {
        let oneself = made(Kind::Oneself, window("10:00", "12:00"), "08:00");
        check_looks(&oneself, &["09:00", "09:45", "10:00", "11:00"], &[]);
        let out = invite(Kind::Outside).kick(true).unwrap().next;
        check_looks(&out, &["09:00", "09:45", "10:00"], &[]);
        check_looks(&out.readmit().unwrap().next, &["09:30", "09:45"], &["09:30", "09:45"]);
        for ended in ended(Kind::Outside) {
            assert_eq!(ended.look(&team_computer(), at("09:00")), None);
        }
    }

    #[test]
    fn ga_62_the_sender_is_told_that_the_computer_was_never_there() {
        let missed = |refunded| vec![SenderNews::NeverReachable { refunded }];
        check_expiry(Kind::Outside, &heard_at("09:00"), &missed(true));
        check_expiry(Kind::Team, &heard_at("09:00"), &missed(false));
        check_expiry(Kind::Outside, &heard_at("11:59"), &[]);
        // It may come back before the end is processed.
        check_expiry(Kind::Outside, &heard_at("12:00"), &missed(true));
        let used = Invite { used_at: Some(at("10:05")), ..invite(Kind::Outside) };
        let step = used.handle_due(&heard_at("09:00"), at("12:00")).unwrap();
        assert_eq!(sender_mails(&step.effects), []);
    }

    #[track_caller]
    fn check(computer: &Computer, expected: Option<NotReady>) {
        let step = invite(Kind::Outside).look(computer, at("09:00"));
        assert_eq!(step.and_then(|step| told(&step.effects)), expected);
    }

    /// Asks the clock at each time and checks when the computer, which is offline, was looked at.
    #[track_caller]
    fn check_looks(invite: &Invite, times: &[&str], expected: &[&str]) {
        let mut invite = invite.clone();
        let mut looks = Vec::new();
        for time in times {
            let Some(step) = invite.handle_due(&heard_at("07:00"), at(time)) else { continue };
            if told(&step.effects).is_some() {
                looks.push(*time);
            }
            invite = step.next;
        }
        assert_eq!(looks, expected);
    }

    #[track_caller]
    fn check_expiry(kind: Kind, computer: &Computer, expected: &[SenderNews]) {
        let step = invite(kind).handle_due(computer, at("12:30")).unwrap();
        assert_eq!(sender_mails(&step.effects), expected);
    }

    /// Returns the reason that those who follow events are told.
    fn told(effects: &[InviteEffect]) -> Option<NotReady> {
        effects.iter().find_map(|effect| match effect {
            InviteEffect::Tell(InviteNews::NotReady(reason)) => Some(*reason),
            InviteEffect::Tell(_)
            | InviteEffect::Mail(_)
            | InviteEffect::EndSession(_)
            | InviteEffect::RetimeSession
            | InviteEffect::Refund(_) => None,
        })
    }
}
