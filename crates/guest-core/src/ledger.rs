//! The credit ledger: one account for each team and its entries (CR-1 to CR-12, CR-32).
//!
//! An account changes in one way only: a [`Posting`] goes in, the account after
//! it and one [`Entry`] come out. Both reach the store in one transaction, and
//! nothing edits or deletes an entry afterwards.

mod cell;
mod reconciliation;

use core::fmt;
use core::num::NonZeroU32;
use core::str::FromStr;

use crate::text::{line, text_form};
use crate::{
    Email, EntryId, Fact, Facts, Instant, InviteId, OrderId, RefundReason, Refusal, RefusalKind,
    TeamId, TextRefusal, VALIDATION,
};

pub use cell::csv_cell;
pub use reconciliation::{Discrepancy, Reconciliation};

/// A team's credits (CR-1).
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CreditAccount {
    /// Whose credits they are.
    pub team: TeamId,
    /// How many there are, at most [`MAX_BALANCE`]: the sum of the amounts of all entries.
    pub balance: u64,
    /// How many entries there are, which is the sequence number of the last.
    pub entries: u64,
    /// The balance below which the owners are told, if they want to be (CR-32).
    pub low_mark: Option<u32>,
}

impl CreditAccount {
    /// Opens the account of `team`, without credits, entries or mark.
    #[must_use]
    pub const fn new(team: TeamId) -> Self {
        Self { team, balance: 0, entries: 0, low_mark: None }
    }

    /// Checks that the balance covers `needed` credits at once (GA-17).
    ///
    /// # Errors
    ///
    /// Returns what is needed and what there is.
    pub fn afford(&self, needed: u32) -> Result<(), InsufficientCredits> {
        let needed = u64::from(needed);
        if needed > self.balance {
            return Err(InsufficientCredits { needed, available: self.balance });
        }
        Ok(())
    }

    /// Adds one entry (CR-1), and says whether the balance fell below the mark by it (CR-32).
    ///
    /// The owners are told at the moment of falling, once: an account that
    /// stays below its mark is silent, and tells again when it has been at or
    /// above the mark in between.
    ///
    /// # Errors
    ///
    /// Returns why the account cannot take the posting; it is unchanged then.
    pub fn post(&self, posting: Posting) -> Result<Posted, PostRefusal> {
        let balance = self.after(posting.amount)?;
        let seq = self.entries.checked_add(1).ok_or(PostRefusal::Full)?;
        let fell_low = self.is_low(balance) && !self.is_low(self.balance);
        let entry = Entry {
            team: self.team,
            seq,
            id: posting.id,
            at: posting.at,
            amount: posting.amount,
            balance,
            reason: posting.reason,
            administrator: posting.administrator,
            guest: posting.guest,
            invite: posting.invite,
            order: posting.order,
            note: posting.note,
        };
        let account = Self { balance, entries: seq, ..self.clone() };
        Ok(Posted { account, entry, fell_low })
    }

    fn after(&self, amount: i64) -> Result<u64, PostRefusal> {
        match self.balance.checked_add_signed(amount) {
            Some(balance) if balance <= MAX_BALANCE || amount < 0 => Ok(balance),
            None if amount < 0 => Err(PostRefusal::Insufficient(InsufficientCredits {
                needed: amount.unsigned_abs(),
                available: self.balance,
            })),
            Some(_) | None => Err(PostRefusal::Full),
        }
    }

    fn is_low(&self, balance: u64) -> bool {
        self.low_mark.is_some_and(|mark| balance < u64::from(mark))
    }
}

/// What a posting makes of an account.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use = "a posting changes nothing until it is stored"]
pub struct Posted {
    /// The account after it.
    pub account: CreditAccount,
    /// The entry to append.
    pub entry: Entry,
    /// Whether the owners are to be told that the credits run low (CR-32).
    pub fell_low: bool,
}

/// A change of an account that is not in the books yet.
///
/// Its amount follows from its reason, so that no posting contradicts itself (CR-3).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Posting {
    id: EntryId,
    at: Instant,
    reason: Reason,
    amount: i64,
    administrator: Option<Email>,
    guest: Option<Email>,
    invite: Option<InviteId>,
    order: Option<OrderId>,
    note: Option<GrantNote>,
}

impl Posting {
    /// Books what `by` bought with `order`, once it is paid (CR-22).
    #[must_use]
    pub fn purchase(
        id: EntryId,
        at: Instant,
        order: OrderId,
        quantity: NonZeroU32,
        by: Email,
    ) -> Self {
        let bare = Self::bare(id, at, Reason::Purchase, i64::from(quantity.get()));
        Self { administrator: Some(by), order: Some(order), ..bare }
    }

    /// Gives credits on the word of the operator of the server, who is no administrator (CR-3).
    #[must_use]
    pub fn grant(id: EntryId, at: Instant, quantity: NonZeroU32, note: GrantNote) -> Self {
        let bare = Self::bare(id, at, Reason::Grant, i64::from(quantity.get()));
        Self { note: Some(note), ..bare }
    }

    /// Takes the one credit that an Outside invite of `guest` by `by` costs (CR-10).
    #[must_use]
    pub fn invite(id: EntryId, at: Instant, invite: InviteId, guest: Email, by: Email) -> Self {
        let bare = Self::bare(id, at, Reason::Invite, ONE_INVITE);
        Self { administrator: Some(by), guest: Some(guest), invite: Some(invite), ..bare }
    }

    /// Gives the credit of an invite back (CR-11).
    ///
    /// The administrator in the entry is whoever cancelled the invite. An
    /// automatic refund, which nobody asked for, names `made_by`, who made the
    /// invite (CR-12).
    #[must_use]
    pub fn refund(
        id: EntryId,
        at: Instant,
        reason: RefundReason,
        invite: InviteId,
        guest: Email,
        made_by: Email,
        cancelled_by: Option<Email>,
    ) -> Self {
        let (reason, administrator) = match reason {
            RefundReason::Cancelled => (Reason::RefundCancelled, cancelled_by.unwrap_or(made_by)),
            RefundReason::Unused => (Reason::RefundUnused, made_by),
            RefundReason::Void => (Reason::RefundVoid, made_by),
        };
        let bare = Self::bare(id, at, reason, ONE_REFUND);
        Self {
            administrator: Some(administrator),
            guest: Some(guest),
            invite: Some(invite),
            ..bare
        }
    }

    /// Returns by how many credits the balance changes.
    #[must_use]
    pub const fn amount(&self) -> i64 {
        self.amount
    }

    /// Returns why the balance changes.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        self.reason
    }

    const fn bare(id: EntryId, at: Instant, reason: Reason, amount: i64) -> Self {
        Self {
            id,
            at,
            reason,
            amount,
            administrator: None,
            guest: None,
            invite: None,
            order: None,
            note: None,
        }
    }
}

/// One line of the books, which is never changed (CR-2).
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Entry {
    /// Whose books they are.
    pub team: TeamId,
    /// Its place among the team's entries, from 1, without gaps.
    pub seq: u64,
    /// Its name.
    pub id: EntryId,
    /// When it was made, on the clock of that time, which may have been set back since the last.
    pub at: Instant,
    /// By how many credits the balance changed.
    pub amount: i64,
    /// The balance after it.
    pub balance: u64,
    /// Why.
    pub reason: Reason,
    /// The administrator concerned, under the address of that time; nobody for a grant.
    pub administrator: Option<Email>,
    /// The guest concerned, under the address of that time.
    pub guest: Option<Email>,
    /// The invite that cost the credit or gave it back.
    pub invite: Option<InviteId>,
    /// The order that the credits were bought with.
    pub order: Option<OrderId>,
    /// What the operator had to say about a grant.
    pub note: Option<GrantNote>,
}

/// Why a balance changed (CR-3).
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Reason {
    /// Credits were bought.
    Purchase,
    /// The operator of the server gave credits.
    Grant,
    /// An Outside invite was made.
    Invite,
    /// An invite was cancelled.
    RefundCancelled,
    /// An invite expired unused.
    RefundUnused,
    /// An invite became void.
    RefundVoid,
}

impl Reason {
    /// All reasons, in the order of the rule.
    pub const ALL: [Self; 6] = [
        Self::Purchase,
        Self::Grant,
        Self::Invite,
        Self::RefundCancelled,
        Self::RefundUnused,
        Self::RefundVoid,
    ];

    /// Returns its name in files and answers, such as `refund_unused`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Purchase => "purchase",
            Self::Grant => "grant",
            Self::Invite => "invite",
            Self::RefundCancelled => "refund_cancelled",
            Self::RefundUnused => "refund_unused",
            Self::RefundVoid => "refund_void",
        }
    }

    /// Returns whether an entry for this reason may have this amount.
    #[must_use]
    pub const fn allows(self, amount: i64) -> bool {
        match self {
            Self::Purchase | Self::Grant => amount > 0,
            Self::Invite => amount == ONE_INVITE,
            Self::RefundCancelled | Self::RefundUnused | Self::RefundVoid => amount == ONE_REFUND,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Reason {
    type Err = UnknownReason;

    fn from_str(name: &str) -> Result<Self, UnknownReason> {
        Self::ALL.into_iter().find(|reason| reason.name() == name).ok_or(UnknownReason)
    }
}

/// A text is not the name of a [`Reason`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a reason for which credits change")]
pub struct UnknownReason;

/// What the operator says about a grant (CR-3).
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct GrantNote(Box<str>);

impl GrantNote {
    /// The greatest length, in characters: a note is shown on one line of a table.
    pub const MOST: usize = 200;

    /// Reads a note of 1 to [`MOST`](Self::MOST) characters on one line; blanks around it are dropped.
    ///
    /// # Errors
    ///
    /// Returns that it is blank, too long, not on one line, or holds a control character.
    pub fn parse(text: &str) -> Result<Self, TextRefusal> {
        line(text.trim(), Self::MOST).map(|text| Self(text.into()))
    }

    /// Returns the note.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_form!(GrantNote, TextRefusal, as_str);

/// A team does not have the credits that something costs.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{needed} credits are needed and {available} are available")]
pub struct InsufficientCredits {
    /// How many it costs altogether.
    pub needed: u64,
    /// How many there are.
    pub available: u64,
}

impl Refusal for InsufficientCredits {
    fn code(&self) -> &'static str {
        "insufficient_credits"
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Conflict
    }

    fn facts(&self) -> Facts {
        vec![("needed", count(self.needed)), ("available", count(self.available))]
    }
}

/// Why an account cannot take a [`Posting`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PostRefusal {
    /// The balance would be negative.
    #[error(transparent)]
    Insufficient(#[from] InsufficientCredits),
    /// The balance would be larger than an account can hold.
    #[error("an account holds at most {max} credits", max = MAX_BALANCE)]
    Full,
}

impl Refusal for PostRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Insufficient(refusal) => refusal.code(),
            Self::Full => VALIDATION,
        }
    }

    fn kind(&self) -> RefusalKind {
        match self {
            Self::Insufficient(refusal) => refusal.kind(),
            Self::Full => RefusalKind::Invalid,
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::Insufficient(refusal) => refusal.facts(),
            Self::Full => Facts::new(),
        }
    }
}

/// Shows a number of credits or minor units as a fact.
pub(crate) fn count(number: u64) -> Fact {
    Fact::Number(i64::try_from(number).unwrap_or(i64::MAX))
}

/// The most credits an account can hold: what every reader of JSON reads exactly.
pub const MAX_BALANCE: u64 = (1 << 53) - 1;

/// What an Outside invite does to the balance.
const ONE_INVITE: i64 = -1;

/// What the refund of an invite does to the balance.
const ONE_REFUND: i64 = 1;

#[cfg(test)]
mod tests;
