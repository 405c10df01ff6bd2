//! What a guest is to the sender, and what that costs.

use crate::{Computer, CreditAccount, Email, InsufficientCredits, Kind};

/// A guest of a request, and what they are to the sender.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GuestKind {
    /// The guest.
    pub guest: Email,
    /// What they are.
    pub kind: Kind,
}

impl GuestKind {
    /// Tells the kinds apart (GA-17): the sender, an active user of the team, anybody else.
    #[must_use]
    pub fn of(guest: Email, sender: &Email, is_user: bool) -> Self {
        let kind = if guest == *sender {
            Kind::Oneself
        } else if is_user {
            Kind::Team
        } else {
            Kind::Outside
        };
        Self { guest, kind }
    }
}

/// Whom personal computers serve: the team's setting `personal_computers` (GA-6).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum SenderPolicy {
    /// Users of the team and oneself, whose invites are free.
    #[default]
    Team,
    /// Anybody.
    Anyone,
}

impl SenderPolicy {
    /// Returns the name as interfaces show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::Anyone => "anyone",
        }
    }

    /// Returns the policy of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Team, Self::Anyone].into_iter().find(|policy| policy.name() == name)
    }

    /// Returns the guests who may not be invited to `computer` for want of a team computer (GA-6).
    #[must_use]
    pub fn barred<'a>(self, computer: &Computer, guests: &'a [GuestKind]) -> Vec<&'a Email> {
        if self == Self::Anyone || computer.owner().is_none() {
            return Vec::new();
        }
        let outside = guests.iter().filter(|guest| guest.kind == Kind::Outside);
        outside.map(|guest| &guest.guest).collect()
    }
}

/// Returns what a request costs, if the credits suffice for the whole of it (GA-10, GA-17).
///
/// # Errors
///
/// Returns how many credits are needed and how many there are.
pub fn charge(guests: &[GuestKind], account: &CreditAccount) -> Result<u32, InsufficientCredits> {
    let outside = guests.iter().filter(|guest| guest.kind == Kind::Outside).count();
    let needed = u32::try_from(outside).unwrap_or(u32::MAX);
    account.afford(needed).map(|()| needed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invite::fixtures::{ada, lin, personal_computer, team_computer};
    use crate::{Fact, Refusal as _, RefusalKind, TeamId};

    #[test]
    fn ga_17_the_sender_a_user_of_the_team_or_anybody_else() {
        check_kind("ada@acme.example", true, Kind::Oneself);
        check_kind("ADA@Acme.example", true, Kind::Oneself);
        check_kind("ada@acme.example", false, Kind::Oneself);
        check_kind("cory@acme.example", true, Kind::Team);
        check_kind("cory@acme.example", false, Kind::Outside);
        check_kind("lin@example.org", true, Kind::Team);
        check_kind("lin@example.org", false, Kind::Outside);
    }

    #[test]
    fn ga_17_the_whole_request_is_refused_if_credits_do_not_suffice() {
        use Kind::{Oneself, Outside, Team};
        check_charge(&[], 0, Ok(0));
        check_charge(&[Team, Oneself, Team], 0, Ok(0));
        check_charge(&[Outside], 1, Ok(1));
        check_charge(&[Outside, Team, Outside], 2, Ok(2));
        check_charge(&[Outside, Team, Outside], 3, Ok(2));
        check_charge(&[Outside], 0, Err((1, 0)));
        check_charge(&[Outside, Team, Outside, Oneself, Outside], 2, Err((3, 2)));
    }

    #[test]
    fn ga_17_the_refusal_says_what_is_needed_and_what_there_is() {
        let refusal = charge(&guests(&[Kind::Outside; 3]), &account(1)).unwrap_err();
        assert_eq!(
            (refusal.code(), refusal.kind()),
            ("insufficient_credits", RefusalKind::Conflict)
        );
        let facts = [("needed", Fact::Number(3)), ("available", Fact::Number(1))];
        assert_eq!(refusal.facts(), facts);
    }

    #[test]
    fn ga_6_guests_who_cost_a_credit_are_kept_off_personal_computers() {
        let guests = guests(&[Kind::Outside, Kind::Team, Kind::Outside, Kind::Oneself]);
        let outside = [&guests[0].guest, &guests[2].guest];
        assert_eq!(SenderPolicy::Team.barred(&personal_computer(), &guests), outside);
        let nobody: [&Email; 0] = [];
        assert_eq!(SenderPolicy::Anyone.barred(&personal_computer(), &guests), nobody);
        assert_eq!(SenderPolicy::Team.barred(&team_computer(), &guests), nobody);
        assert_eq!(SenderPolicy::Anyone.barred(&team_computer(), &guests), nobody);
        assert_eq!(SenderPolicy::Team.barred(&personal_computer(), &guests[1..2]), nobody);
    }

    #[test]
    fn ga_6_the_policy_is_team_unless_set() {
        assert_eq!(SenderPolicy::default(), SenderPolicy::Team);
        for policy in [SenderPolicy::Team, SenderPolicy::Anyone] {
            assert_eq!(SenderPolicy::named(policy.name()), Some(policy));
        }
        assert_eq!(SenderPolicy::named("everyone"), None);
    }

    #[track_caller]
    fn check_kind(guest: &str, is_user: bool, expected: Kind) {
        let guest = Email::parse(guest).unwrap();
        let kind = GuestKind::of(guest.clone(), &ada(), is_user);
        assert_eq!(kind, GuestKind { guest, kind: expected });
    }

    #[track_caller]
    fn check_charge(kinds: &[Kind], balance: u64, expected: Result<u32, (u64, u64)>) {
        let charged = charge(&guests(kinds), &account(balance));
        assert_eq!(charged.map_err(|no| (no.needed, no.available)), expected);
    }

    fn guests(kinds: &[Kind]) -> Vec<GuestKind> {
        kinds.iter().map(|kind| GuestKind { guest: lin(), kind: *kind }).collect()
    }

    fn account(balance: u64) -> CreditAccount {
        CreditAccount { balance, ..CreditAccount::new(TeamId::parse("acme").unwrap()) }
    }
}
