//! An audit of one team's books.
//!
//! Driver's contract: make it from the account, feed all entries oldest first,
//! then every invite of the team, and finish; all of it from one consistent
//! view of the store. Each call returns what it found, so that the driver can
//! print as it goes.
//!
//! Memory does not grow with the entries: it holds one id and one byte for
//! each invite that cost a credit until that invite is fed, and the ids of the
//! orders that were booked.

use std::collections::{BTreeMap, BTreeSet};

use super::{CreditAccount, Entry, Reason};
use crate::{Credit, InviteId, OrderId, TeamId};

/// Recomputes a balance and pairs every debit with its invite (CR-31).
#[derive(Debug)]
pub struct Reconciliation {
    team: TeamId,
    balance: u64,
    entries: u64,
    seq: u64,
    running: u64,
    sum: i128,
    charges: BTreeMap<InviteId, Charge>,
    booked: BTreeSet<OrderId>,
}

impl Reconciliation {
    /// Starts the audit of an account.
    #[must_use]
    pub const fn new(account: &CreditAccount) -> Self {
        Self {
            team: account.team,
            balance: account.balance,
            entries: account.entries,
            seq: 0,
            running: 0,
            sum: 0,
            charges: BTreeMap::new(),
            booked: BTreeSet::new(),
        }
    }

    /// Takes the next entry and returns what is wrong with it.
    #[must_use]
    pub fn handle_entry(&mut self, entry: &Entry) -> Vec<Discrepancy> {
        let mut found = Vec::new();
        if entry.team != self.team {
            found.push(Discrepancy::Foreign { seq: entry.seq, team: entry.team });
        }
        let expected = self.seq.saturating_add(1);
        if entry.seq != expected {
            found.push(Discrepancy::Sequence { expected, found: entry.seq });
        }
        let expected = i128::from(self.running) + i128::from(entry.amount);
        if i128::from(entry.balance) != expected {
            found.push(Discrepancy::Running { seq: entry.seq, expected, found: entry.balance });
        }
        if !entry.reason.allows(entry.amount) {
            let Entry { seq, reason, amount, .. } = *entry;
            found.push(Discrepancy::Amount { seq, reason, amount });
        }
        // Later entries are measured from this one, so that one fault is named once.
        self.seq = entry.seq;
        self.running = entry.balance;
        self.sum += i128::from(entry.amount);
        found.extend(self.cause(entry));
        found
    }

    /// Takes an invite of the team and returns where the entries disagree with its credit.
    #[must_use]
    pub fn handle_invite(&mut self, invite: InviteId, credit: Credit) -> Vec<Discrepancy> {
        let charge = self.charges.remove(&invite);
        let debited = matches!(charge, Some(Charge::Debit | Charge::Both));
        let refunded = matches!(charge, Some(Charge::Refund | Charge::Both));
        let mut found = Vec::new();
        match (credit, debited) {
            (Credit::Debited | Credit::Refunded, false) => {
                found.push(Discrepancy::DebitMissing { invite });
            }
            (Credit::Free, true) => found.push(Discrepancy::FreeDebited { invite }),
            (Credit::Debited | Credit::Refunded, true) | (Credit::Free, false) => {}
        }
        match (credit, refunded) {
            (Credit::Refunded, false) => found.push(Discrepancy::RefundMissing { invite }),
            (Credit::Free | Credit::Debited, true) => {
                found.push(Discrepancy::RefundUnknown { invite });
            }
            (Credit::Refunded, true) | (Credit::Free | Credit::Debited, false) => {}
        }
        found
    }

    /// Compares the account with its entries, and names the charges whose invites were never fed.
    #[must_use]
    pub fn finish(self) -> Vec<Discrepancy> {
        let mut found = Vec::new();
        if self.seq != self.entries {
            found.push(Discrepancy::Count { account: self.entries, last: self.seq });
        }
        if self.sum != i128::from(self.balance) {
            found.push(Discrepancy::Sum { account: self.balance, sum: self.sum });
        }
        let unpaired = self.charges.into_keys().map(|invite| Discrepancy::InviteMissing { invite });
        found.extend(unpaired);
        found
    }

    fn cause(&mut self, entry: &Entry) -> Option<Discrepancy> {
        let Entry { seq, reason, .. } = *entry;
        match reason {
            Reason::Grant => None,
            Reason::Purchase => match entry.order {
                None => Some(Discrepancy::CauseMissing { seq, reason }),
                Some(order) if self.booked.insert(order) => None,
                Some(order) => Some(Discrepancy::DoubleBooking { seq, order }),
            },
            Reason::Invite => match entry.invite {
                None => Some(Discrepancy::CauseMissing { seq, reason }),
                Some(invite) => self.debit(seq, invite),
            },
            Reason::RefundCancelled | Reason::RefundUnused | Reason::RefundVoid => {
                match entry.invite {
                    None => Some(Discrepancy::CauseMissing { seq, reason }),
                    Some(invite) => self.refund(seq, invite),
                }
            }
        }
    }

    fn debit(&mut self, seq: u64, invite: InviteId) -> Option<Discrepancy> {
        match self.charges.get(&invite) {
            None => {
                self.charges.insert(invite, Charge::Debit);
                None
            }
            // The refund that came too early is named already.
            Some(Charge::Refund) => {
                self.charges.insert(invite, Charge::Both);
                None
            }
            Some(Charge::Debit | Charge::Both) => Some(Discrepancy::DoubleDebit { seq, invite }),
        }
    }

    fn refund(&mut self, seq: u64, invite: InviteId) -> Option<Discrepancy> {
        match self.charges.get(&invite) {
            None => {
                self.charges.insert(invite, Charge::Refund);
                Some(Discrepancy::RefundWithoutDebit { seq, invite })
            }
            Some(Charge::Debit) => {
                self.charges.insert(invite, Charge::Both);
                None
            }
            Some(Charge::Refund | Charge::Both) => Some(Discrepancy::DoubleRefund { seq, invite }),
        }
    }
}

/// Something in the books that should not be (CR-31).
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Discrepancy {
    /// An entry is another team's.
    #[error("entry {seq} belongs to team {team}")]
    Foreign {
        /// The entry.
        seq: u64,
        /// The team it names.
        team: TeamId,
    },
    /// An entry is missing, double or out of order.
    #[error("entry {found} stands where entry {expected} should")]
    Sequence {
        /// The sequence number that follows from the entry before.
        expected: u64,
        /// The sequence number that is there.
        found: u64,
    },
    /// The balance in an entry does not follow from the entry before.
    #[error("entry {seq} says the balance is {found}, but it comes to {expected}")]
    Running {
        /// The entry.
        seq: u64,
        /// The balance before it and its amount together, which may be negative.
        expected: i128,
        /// The balance it states.
        found: u64,
    },
    /// The amount of an entry is not one its reason can have (CR-3).
    #[error("entry {seq} changes the balance by {amount}, which {reason} cannot")]
    Amount {
        /// The entry.
        seq: u64,
        /// Its reason.
        reason: Reason,
        /// Its amount.
        amount: i64,
    },
    /// An entry does not name the invite or order that its reason needs.
    #[error("entry {seq} is a {reason}, but does not say of what")]
    CauseMissing {
        /// The entry.
        seq: u64,
        /// Its reason.
        reason: Reason,
    },
    /// An order was booked before (CR-22).
    #[error("entry {seq} books order {order} once more")]
    DoubleBooking {
        /// The later entry.
        seq: u64,
        /// The order.
        order: OrderId,
    },
    /// An invite was charged before (CR-10).
    #[error("entry {seq} charges invite {invite} once more")]
    DoubleDebit {
        /// The later entry.
        seq: u64,
        /// The invite.
        invite: InviteId,
    },
    /// An invite was refunded before (CR-11).
    #[error("entry {seq} refunds invite {invite} once more")]
    DoubleRefund {
        /// The later entry.
        seq: u64,
        /// The invite.
        invite: InviteId,
    },
    /// An invite was refunded that had not been charged.
    #[error("entry {seq} refunds invite {invite}, which was not charged before")]
    RefundWithoutDebit {
        /// The entry.
        seq: u64,
        /// The invite.
        invite: InviteId,
    },
    /// An invite cost a credit, and no entry says so.
    #[error("invite {invite} cost a credit, but no entry charges it")]
    DebitMissing {
        /// The invite.
        invite: InviteId,
    },
    /// An invite that costs nothing was charged (CR-10).
    #[error("invite {invite} costs nothing, but an entry charges it")]
    FreeDebited {
        /// The invite.
        invite: InviteId,
    },
    /// An invite got its credit back, and no entry says so.
    #[error("invite {invite} got its credit back, but no entry refunds it")]
    RefundMissing {
        /// The invite.
        invite: InviteId,
    },
    /// An entry refunds an invite that did not get its credit back.
    #[error("invite {invite} did not get its credit back, but an entry refunds it")]
    RefundUnknown {
        /// The invite.
        invite: InviteId,
    },
    /// Entries name an invite that does not exist.
    #[error("entries name invite {invite}, which does not exist")]
    InviteMissing {
        /// The invite.
        invite: InviteId,
    },
    /// The account has another number of entries than it says.
    #[error("the account counts {account} entries, but the last is number {last}")]
    Count {
        /// How many the account counts.
        account: u64,
        /// The sequence number of the last entry, 0 without any.
        last: u64,
    },
    /// The balance of the account is not the sum of its entries (CR-1).
    #[error("the account says the balance is {account}, but its entries sum up to {sum}")]
    Sum {
        /// The balance of the account.
        account: u64,
        /// The sum of the amounts.
        sum: i128,
    },
}

/// What the entries so far say about one invite.
#[derive(Clone, Copy, Debug)]
enum Charge {
    Debit,
    Refund,
    Both,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::strategies::credits::{self, History};
    use crate::{Email, EntryId, Instant};

    #[test]
    fn cr_31_sound_books_have_nothing_to_name() {
        check(&sound(), &[]);
        check(&History { entries: vec![], invites: vec![], ..books(0, 0) }, &[]);
    }

    #[test]
    fn cr_31_a_wrong_balance_is_named() {
        let mut books = sound();
        books.account.balance += 1;
        check(&books, &["the account says the balance is 10, but its entries sum up to 9"]);

        let mut books = sound();
        books.entries[1].balance = 8;
        check(
            &books,
            &[
                "entry 2 says the balance is 8, but it comes to 9",
                "entry 3 says the balance is 8, but it comes to 7",
            ],
        );

        let mut books = sound();
        books.entries.drain(0..1);
        books.entries[0].balance = 0;
        let found = audit(&books);
        assert!(found.contains(&Discrepancy::Running { seq: 2, expected: -1, found: 0 }));
    }

    #[test]
    fn cr_31_missing_and_double_entries_are_named() {
        let mut books = sound();
        books.entries.pop();
        let found = audit(&books);
        assert!(found.contains(&Discrepancy::Count { account: 4, last: 3 }));
        assert!(found.contains(&Discrepancy::RefundMissing { invite: invite(1) }));

        let mut books = sound();
        books.entries.remove(2);
        let found = audit(&books);
        assert!(found.contains(&Discrepancy::Sequence { expected: 3, found: 4 }));
        assert!(found.contains(&Discrepancy::DebitMissing { invite: invite(2) }));
    }

    #[test]
    fn cr_31_double_charges_are_named() {
        let mut books = sound();
        books.entries[2].invite = Some(invite(1));
        let found = audit(&books);
        assert!(found.contains(&Discrepancy::DoubleDebit { seq: 3, invite: invite(1) }));

        let mut books = sound();
        books.entries.push(entry(5, 1, 10, Reason::RefundVoid, Some(invite(1))));
        (books.account.entries, books.account.balance) = (5, 10);
        check(&books, &[&format!("entry 5 refunds invite {} once more", invite(1))]);

        let mut books = sound();
        let again = Entry { seq: 5, balance: 19, ..books.entries[0].clone() };
        books.entries.push(again);
        (books.account.entries, books.account.balance) = (5, 19);
        let order = OrderId::from_bits(7);
        check(&books, &[&format!("entry 5 books order {order} once more")]);
    }

    #[test]
    fn cr_31_debits_and_invites_come_in_pairs() {
        #[track_caller]
        fn check_invite(credit: Credit, expected: &[Discrepancy]) {
            let mut books = sound();
            books.invites[0] = (invite(1), credit);
            assert_eq!(audit(&books), expected);
        }
        let invite_1 = invite(1);
        check_invite(Credit::Refunded, &[]);
        check_invite(Credit::Debited, &[Discrepancy::RefundUnknown { invite: invite_1 }]);
        check_invite(
            Credit::Free,
            &[
                Discrepancy::FreeDebited { invite: invite_1 },
                Discrepancy::RefundUnknown { invite: invite_1 },
            ],
        );

        let mut books = sound();
        books.invites.pop();
        check(&books, &[&format!("entries name invite {}, which does not exist", invite(2))]);
        books.invites.push((invite(2), Credit::Debited));
        books.invites.push((invite(3), Credit::Free));
        check(&books, &[]);
        books.invites.push((invite(4), Credit::Refunded));
        assert_eq!(
            audit(&books),
            [
                Discrepancy::DebitMissing { invite: invite(4) },
                Discrepancy::RefundMissing { invite: invite(4) },
            ]
        );

        let mut books = sound();
        books.entries[3].invite = Some(invite(3));
        let found = audit(&books);
        assert!(found.contains(&Discrepancy::RefundWithoutDebit { seq: 4, invite: invite(3) }));
    }

    #[test]
    fn cr_31_an_entry_that_contradicts_itself_is_named() {
        let mut books = sound();
        books.entries[0].order = None;
        books.entries[0].team = TeamId::parse("other").unwrap();
        check(
            &books,
            &["entry 1 belongs to team other", "entry 1 is a purchase, but does not say of what"],
        );

        let mut books = sound();
        books.entries[3].amount = 3;
        books.entries[3].balance = 11;
        books.account.balance = 11;
        check(&books, &["entry 4 changes the balance by 3, which refund_unused cannot"]);
    }

    proptest! {
        #[test]
        fn cr_31_every_history_reconciles(books in credits::history()) {
            prop_assert_eq!(audit(&books), []);
        }

        #[test]
        fn cr_31_no_tampering_goes_unnoticed(books in credits::tampered_history()) {
            prop_assert_ne!(audit(&books), []);
        }
    }

    #[track_caller]
    fn check(books: &History, expected: &[&str]) {
        let found: Vec<_> = audit(books).iter().map(ToString::to_string).collect();
        assert_eq!(found, expected);
    }

    fn audit(books: &History) -> Vec<Discrepancy> {
        let mut audit = Reconciliation::new(&books.account);
        let mut found = Vec::new();
        for entry in &books.entries {
            found.extend(audit.handle_entry(entry));
        }
        for &(invite, credit) in &books.invites {
            found.extend(audit.handle_invite(invite, credit));
        }
        found.extend(audit.finish());
        found
    }

    /// Ten credits bought, two spent, one back.
    fn sound() -> History {
        let bought = Entry {
            order: Some(OrderId::from_bits(7)),
            ..entry(1, 10, 10, Reason::Purchase, None)
        };
        History {
            entries: vec![
                bought,
                entry(2, -1, 9, Reason::Invite, Some(invite(1))),
                entry(3, -1, 8, Reason::Invite, Some(invite(2))),
                entry(4, 1, 9, Reason::RefundUnused, Some(invite(1))),
            ],
            invites: vec![(invite(1), Credit::Refunded), (invite(2), Credit::Debited)],
            ..books(9, 4)
        }
    }

    fn books(balance: u64, entries: u64) -> History {
        let team = TeamId::parse("acme").unwrap();
        let account = CreditAccount { balance, entries, ..CreditAccount::new(team) };
        History { account, entries: vec![], invites: vec![] }
    }

    fn entry(seq: u64, amount: i64, balance: u64, reason: Reason, of: Option<InviteId>) -> Entry {
        let at: Instant = "2026-12-01T09:00:00Z".parse().unwrap();
        Entry {
            team: TeamId::parse("acme").unwrap(),
            seq,
            id: EntryId::from_bits(seq.into()),
            at,
            amount,
            balance,
            reason,
            administrator: Some(Email::parse("ada@acme.example").unwrap()),
            guest: None,
            invite: of,
            order: None,
            note: None,
        }
    }

    fn invite(bits: u128) -> InviteId {
        InviteId::from_bits(bits)
    }
}
