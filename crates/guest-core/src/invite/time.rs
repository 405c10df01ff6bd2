//! More time: the guest asks, the host grants.

use chrono::TimeDelta;

use super::edit::span;
use crate::{
    Edit, EditRefusal, EndedRefusal, Fact, Facts, InputError, Instant, Invite, InviteEffect,
    InviteNews, LocalTime, Note, Refusal, RefusalKind, SenderNews, Step, Window, WindowEdit,
};

/// More time that a guest has asked for (GA-48).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TimeAsked {
    /// When they asked.
    pub at: Instant,
    /// How many minutes more.
    pub minutes: u32,
    /// What they say about it.
    pub note: Note,
}

/// A guest's wish for more time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TimeRequest {
    /// How many minutes more, 1 to five days' worth.
    pub minutes: u32,
    /// What they say about it.
    pub note: Note,
}

/// By how much an invite is extended (GA-48).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ExtendBy {
    /// So many minutes, added to the present end.
    Minutes(u32),
    /// Up to another end, told in the invite's zone.
    To(LocalTime),
}

impl Invite {
    /// Asks for more time on behalf of the guest (GA-48).
    ///
    /// A wish that nobody has answered can be replaced after a minute, since
    /// each one is a mail to the sender.
    ///
    /// # Errors
    ///
    /// Returns why none can be asked for at `now`.
    pub fn request_time(
        &self,
        request: TimeRequest,
        now: Instant,
    ) -> Result<Step<Self, InviteEffect>, TimeRequestRefusal> {
        self.require_live()?;
        span(request.minutes).map_err(|_| TimeRequestRefusal::Minutes)?;
        let end = self.closes_at().ok_or(TimeRequestRefusal::Endless)?;
        if end <= now {
            return Err(TimeRequestRefusal::WindowOver);
        }
        if let Some(wait) = self.time_asked.as_ref().and_then(|asked| asked.wait(now)) {
            return Err(TimeRequestRefusal::TooSoon { wait });
        }
        let TimeRequest { minutes, note } = request;
        let asked = TimeAsked { at: now, minutes, note: note.clone() };
        let mail = self.mail_sender(SenderNews::TimeAsked { minutes, note });
        let effects = [mail, InviteEffect::Tell(InviteNews::TimeRequested)];
        Ok(Step::to(Self { time_asked: Some(asked), ..self.clone() }, effects))
    }

    /// Returns the window that results from extending this one (GA-48, GA-12).
    ///
    /// # Errors
    ///
    /// Returns why it cannot be extended like this at `now`: a problem of the
    /// invite, or input errors with their places.
    pub fn extended(
        &self,
        by: ExtendBy,
        now: Instant,
    ) -> Result<Edit, Result<EditRefusal, Vec<InputError>>> {
        let window = match by {
            ExtendBy::Minutes(minutes) => {
                let span =
                    span(minutes).map_err(|no| Err(vec![InputError::invalid("/minutes", no)]))?;
                let end = self.window.end() + span;
                Window::new(self.window.start(), end, self.window.zone())
                    .map_err(|no| Ok(no.into()))?
            }
            ExtendBy::To(local) => {
                let edit = WindowEdit { end: Some(local), ..WindowEdit::default() };
                edit.apply(self.window, "", now).map_err(Err)?
            }
        };
        Ok(Edit { window: Some(window), permissions: None })
    }
}

impl TimeAsked {
    /// Returns how many seconds after `now` one may ask again, at least 1; `None` if one may now.
    ///
    /// A wish from the future was made before the clock was set back, and counts as far.
    fn wait(&self, now: Instant) -> Option<i64> {
        let left = PAUSE - (now - self.at).abs();
        (left > TimeDelta::zero()).then(|| left.num_seconds() + i64::from(left.subsec_nanos() > 0))
    }
}

/// Why no more time can be asked for.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TimeRequestRefusal {
    /// The invite has ended.
    #[error(transparent)]
    Ended(#[from] EndedRefusal),
    /// Its window has ended.
    #[error("the time of this invite is over")]
    WindowOver,
    /// It has no end (GA-43).
    #[error("an invite for oneself does not end")]
    Endless,
    /// The amount is not one that can be asked for.
    #[error("minutes must be between 1 and {}", super::edit::MINUTES_MAX)]
    Minutes,
    /// The last wish is too young.
    #[error("this was asked for a moment ago; try again in {wait} s")]
    TooSoon {
        /// How many seconds to wait, at least 1.
        wait: i64,
    },
}

impl Refusal for TimeRequestRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Ended(ended) => ended.code(),
            Self::WindowOver => "window_over",
            Self::Endless | Self::Minutes => crate::VALIDATION,
            Self::TooSoon { .. } => "rate_limited",
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Ended(ended) => ended.kind(),
            Self::WindowOver => RefusalKind::Conflict,
            Self::Endless | Self::Minutes => RefusalKind::Invalid,
            Self::TooSoon { .. } => RefusalKind::Limited,
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::Ended(ended) => ended.facts(),
            Self::WindowOver | Self::Endless | Self::Minutes => Facts::new(),
            Self::TooSoon { wait } => vec![("retry_after", Fact::Number(*wait))],
        }
    }
}

/// How long a guest waits before asking again, so that wishes do not fill the sender's mailbox.
const PAUSE: TimeDelta = TimeDelta::minutes(1);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invite::fixtures::{at, ended, invite, used, window};
    use crate::{Kind, Life, MailIntent, WindowRefusal};

    #[test]
    fn ga_48_the_guest_may_ask_until_the_end() {
        for invite in [invite(Kind::Outside), used(Kind::Team)] {
            check_request(&invite, 30, "09:00", Ok(()));
            check_request(&invite, 30, "11:59:59.999999", Ok(()));
            check_request(&invite, 30, "12:00", Err(&TimeRequestRefusal::WindowOver));
        }
        let endless = Err(&TimeRequestRefusal::Endless);
        check_request(&invite(Kind::Oneself), 30, "11:00", endless);
    }

    #[test]
    fn ga_48_one_minute_to_five_days_can_be_asked_for() {
        let invite = invite(Kind::Outside);
        for good in [1, 30, 7_200] {
            check_request(&invite, good, "11:00", Ok(()));
        }
        for bad in [0, 7_201, u32::MAX] {
            check_request(&invite, bad, "11:00", Err(&TimeRequestRefusal::Minutes));
        }
    }

    #[test]
    fn ga_48_the_first_reason_against_a_wish_is_named() {
        for ended in ended(Kind::Oneself) {
            let refusal = ended.require_live().unwrap_err();
            check_request(&ended, 0, "13:00", Err(&TimeRequestRefusal::Ended(refusal)));
        }
        check_request(&invite(Kind::Oneself), 0, "13:00", Err(&TimeRequestRefusal::Minutes));
        check_request(&invite(Kind::Outside), 0, "13:00", Err(&TimeRequestRefusal::Minutes));
    }

    #[test]
    fn ga_48_the_sender_gets_a_mail_and_the_wish_is_kept() {
        let step = invite(Kind::Outside).request_time(wish(45), at("11:50")).unwrap();
        let asked = TimeAsked { at: at("11:50"), minutes: 45, note: note() };
        assert_eq!(step.next.time_asked, Some(asked));
        assert_eq!(step.next.version, 1);
        let news = SenderNews::TimeAsked { minutes: 45, note: note() };
        let mail = MailIntent::Sender { invite: step.next.id, news };
        let tell = InviteEffect::Tell(InviteNews::TimeRequested);
        assert_eq!(step.effects, [InviteEffect::Mail(mail), tell]);
        let again = step.next.request_time(wish(60), at("11:55")).unwrap().next;
        assert_eq!(again.time_asked.map(|asked| asked.minutes), Some(60));
    }

    #[test]
    fn ga_48_the_guest_asks_once_a_minute() {
        let asked = invite(Kind::Outside).request_time(wish(45), at("11:00")).unwrap().next;
        let soon = |wait| TimeRequestRefusal::TooSoon { wait };
        check_request(&asked, 30, "11:00", Err(&soon(60)));
        check_request(&asked, 30, "11:00:00.000001", Err(&soon(60)));
        check_request(&asked, 30, "11:00:59.5", Err(&soon(1)));
        check_request(&asked, 30, "11:01", Ok(()));
        // A clock that was set back keeps nobody waiting for long.
        check_request(&asked, 30, "10:59:30", Err(&soon(30)));
        check_request(&asked, 30, "10:00", Ok(()));
        check_request(&asked, 0, "11:00", Err(&TimeRequestRefusal::Minutes));
        let granted = asked.extended(ExtendBy::Minutes(30), at("11:00")).unwrap();
        let answered = asked.edit(granted, at("11:00"));
        check_request(&answered.unwrap().next, 30, "11:00:01", Ok(()));
    }

    #[test]
    fn ga_48_minutes_are_added_to_the_present_end() {
        let tenth = window("10:00", "12:00");
        check_extend(tenth, ExtendBy::Minutes(30), Ok(window("10:00", "12:30")));
        check_extend(tenth, ExtendBy::Minutes(60), Ok(window("10:00", "13:00")));
        let five_days = Window::new(tenth.start(), tenth.end() + TimeDelta::hours(118), utc());
        check_extend(tenth, ExtendBy::Minutes(118 * 60), Ok(five_days.unwrap()));
        check_extend(tenth, ExtendBy::Minutes(118 * 60 + 1), Err("window_too_long at the invite"));
        check_extend(tenth, ExtendBy::Minutes(0), Err("validation at /minutes"));
        check_extend(tenth, ExtendBy::Minutes(7_201), Err("validation at /minutes"));
    }

    #[test]
    fn ga_48_another_end_is_told_in_the_zone_of_the_invite() {
        let parsed = |end| Window::parse("2026-10-24T22:00", end, "Europe/Paris", "").unwrap();
        let to = |text| ExtendBy::To(LocalTime::parse(text).unwrap());
        let saturday = parsed("2026-10-24T23:00");
        check_extend(saturday, to("2026-10-25T01:00"), Ok(parsed("2026-10-25T01:00")));
        // 02:30 comes twice that night; an end takes the later.
        let later = parsed("2026-10-25T02:30+01:00");
        check_extend(saturday, to("2026-10-25T02:30"), Ok(later));
        let earlier = parsed("2026-10-25T02:30+02:00");
        check_extend(saturday, to("2026-10-25T02:30+02:00"), Ok(earlier));
        check_extend(saturday, to("2026-10-25T02:30+05:00"), Err("offset_impossible at /end"));
        check_extend(saturday, to("2026-10-24T21:00"), Err("window_in_past at /end"));
        check_extend(saturday, to("2026-10-24T22:00"), Err("window_in_past at /end"));
        let ahead = saturday.start() - TimeDelta::hours(2);
        let reversed = Err("window_reversed at ");
        check_extend_at(saturday, to("2026-10-24T21:00"), ahead, reversed);
        check_extend(saturday, to("2026-10-29T22:01"), Err("window_too_long at "));
        let spring = Window::parse("2026-03-28T22:00", "2026-03-28T23:00", "Europe/Paris", "");
        check_extend(spring.unwrap(), to("2026-03-29T02:30"), Err("time_skipped at /end"));
    }

    #[test]
    fn ga_48_a_grant_is_an_edit_and_judged_by_the_clock() {
        let extended = invite(Kind::Outside).extended(ExtendBy::Minutes(30), at("11:59")).unwrap();
        assert_eq!(extended.permissions, None);
        let step = used(Kind::Outside).edit(extended, at("11:59")).unwrap();
        assert_eq!(step.next.window, window("10:00", "12:30"));
        let late = invite(Kind::Outside).edit(extended, at("12:30"));
        let in_past = WindowRefusal::InPast { now: at("12:30") };
        assert_eq!(late, Err(EditRefusal::Window(in_past)));
    }

    #[test]
    fn refusals_have_codes_kinds_and_facts() {
        let ended = ended(Kind::Outside)[0].clone();
        assert_eq!(ended.life, Life::Expired { at: at("12:00") });
        let refusal = TimeRequestRefusal::Ended(ended.require_live().unwrap_err());
        assert_eq!((refusal.code(), refusal.kind()), ("invite_ended", RefusalKind::Conflict));
        assert_eq!(refusal.facts(), [("reason", Fact::Text("window_ended".to_owned()))]);
        let over = TimeRequestRefusal::WindowOver;
        assert_eq!((over.code(), over.kind()), ("window_over", RefusalKind::Conflict));
        for invalid in [TimeRequestRefusal::Endless, TimeRequestRefusal::Minutes] {
            assert_eq!((invalid.code(), invalid.kind()), ("validation", RefusalKind::Invalid));
        }
        let soon = TimeRequestRefusal::TooSoon { wait: 9 };
        assert_eq!((soon.code(), soon.kind()), ("rate_limited", RefusalKind::Limited));
        assert_eq!(soon.facts(), [("retry_after", Fact::Number(9))]);
    }

    #[track_caller]
    fn check_request(
        invite: &Invite,
        minutes: u32,
        now: &str,
        expected: Result<(), &TimeRequestRefusal>,
    ) {
        let asked = invite.request_time(wish(minutes), at(now)).map(drop);
        assert_eq!(asked.as_ref().copied(), expected);
    }

    /// Refusals are told as a code and a place, which is the invite or a pointer.
    #[track_caller]
    fn check_extend(window: Window, by: ExtendBy, expected: Result<Window, &str>) {
        check_extend_at(window, by, window.start(), expected);
    }

    #[track_caller]
    fn check_extend_at(window: Window, by: ExtendBy, now: Instant, expected: Result<Window, &str>) {
        let invite = Invite { window, ..invite(Kind::Outside) };
        let found =
            invite.extended(by, now).map(|edit| edit.window.unwrap()).map_err(|no| match no {
                Ok(refusal) => format!("{} at the invite", refusal.code()),
                Err(errors) => {
                    let told =
                        errors.iter().map(|error| format!("{} at {}", error.code, error.pointer));
                    told.collect::<Vec<_>>().join(", ")
                }
            });
        assert_eq!(found, expected.map_err(str::to_owned));
    }

    fn wish(minutes: u32) -> TimeRequest {
        TimeRequest { minutes, note: note() }
    }

    fn note() -> Note {
        Note::parse("nearly done").unwrap()
    }

    fn utc() -> crate::Zone {
        crate::Zone::UTC
    }
}
