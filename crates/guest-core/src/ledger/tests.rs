use proptest::prelude::*;

use super::*;
use crate::strategies::credits;

#[test]
fn cr_1_the_balance_is_never_negative_and_never_wraps() {
    #[track_caller]
    fn check(balance: u64, posting: Posting, after: &Result<u64, PostRefusal>) {
        let account = CreditAccount { balance, ..account() };
        assert_eq!(account.post(posting).map(|posted| posted.account.balance), *after);
    }
    let broke = PostRefusal::Insufficient(InsufficientCredits { needed: 1, available: 0 });
    check(2, invite(), &Ok(1));
    check(1, invite(), &Ok(0));
    check(0, invite(), &Err(broke));
    check(0, grant(u32::MAX), &Ok(u64::from(u32::MAX)));
    check(MAX_BALANCE - 5, grant(5), &Ok(MAX_BALANCE));
    check(MAX_BALANCE - 5, grant(6), &Err(PostRefusal::Full));
    check(u64::MAX, grant(1), &Err(PostRefusal::Full));
}

#[test]
fn cr_2_an_entry_says_who_when_and_what() {
    let posted = account_with(7).post(invite()).unwrap();
    assert_eq!(
        posted.entry,
        Entry {
            team: team(),
            seq: 2,
            id: EntryId::from_bits(1),
            at: at(),
            amount: -1,
            balance: 6,
            reason: Reason::Invite,
            administrator: Some(email("ada@acme.example")),
            guest: Some(email("lin@example.org")),
            invite: Some(InviteId::from_bits(9)),
            order: None,
            note: None,
        }
    );
    let entry = posted.account.post(purchase(10)).unwrap().entry;
    assert_eq!((entry.seq, entry.amount, entry.balance), (3, 10, 16));
    assert_eq!(entry.order, Some(OrderId::from_bits(5)));
    assert_eq!(entry.guest, None);
}

#[test]
fn cr_2_the_sequence_does_not_wrap() {
    let account = CreditAccount { entries: u64::MAX, ..account() };
    assert_eq!(account.post(grant(1)).map(|posted| posted.entry.seq), Err(PostRefusal::Full));
}

#[test]
fn cr_3_every_reason_has_its_amount_and_its_name() {
    #[track_caller]
    fn check(posting: &Posting, name: &str, amount: i64) {
        assert_eq!(posting.reason().name(), name);
        assert_eq!(posting.amount(), amount);
        assert_eq!(name.parse(), Ok(posting.reason()));
        assert!(posting.reason().allows(amount));
        assert!(!posting.reason().allows(-amount));
        assert!(!posting.reason().allows(0));
    }
    check(&purchase(10), "purchase", 10);
    check(&grant(3), "grant", 3);
    check(&invite(), "invite", -1);
    check(&refund(RefundReason::Cancelled, None), "refund_cancelled", 1);
    check(&refund(RefundReason::Unused, None), "refund_unused", 1);
    check(&refund(RefundReason::Void, None), "refund_void", 1);
    assert_eq!("Purchase".parse::<Reason>(), Err(UnknownReason));
    assert_eq!("".parse::<Reason>(), Err(UnknownReason));
}

#[test]
fn cr_3_a_grant_has_a_note_and_no_administrator() {
    let entry = account().post(grant(3)).unwrap().entry;
    assert_eq!(entry.administrator, None);
    assert_eq!(entry.note.as_ref().map(GrantNote::as_str), Some("thank you"));
    for bad in ["", "  ", "two\nlines", "bell\u{7}", &"x".repeat(GrantNote::MOST + 1)] {
        assert!(GrantNote::parse(bad).is_err(), "{bad:?}");
    }
    assert!(GrantNote::parse(&"é".repeat(GrantNote::MOST)).is_ok());
}

#[test]
fn cr_12_an_automatic_refund_names_who_made_the_invite() {
    #[track_caller]
    fn check(reason: RefundReason, cancelled_by: Option<&str>, administrator: &str) {
        let entry = account().post(refund(reason, cancelled_by)).unwrap().entry;
        assert_eq!(entry.administrator, Some(email(administrator)));
        assert_eq!(entry.guest, Some(email("lin@example.org")));
        assert_eq!(entry.invite, Some(InviteId::from_bits(9)));
    }
    let cory = Some("cory@acme.example");
    check(RefundReason::Unused, None, "ada@acme.example");
    check(RefundReason::Void, None, "ada@acme.example");
    check(RefundReason::Void, cory, "ada@acme.example");
    check(RefundReason::Cancelled, cory, "cory@acme.example");
    check(RefundReason::Cancelled, None, "ada@acme.example");
}

#[test]
fn cr_32_falling_below_the_mark_tells_once() {
    #[track_caller]
    fn check(mark: Option<u32>, start: u64, postings: &[Posting], told: &[bool]) {
        let mut account = CreditAccount { balance: start, low_mark: mark, ..account() };
        let mut tellings = Vec::new();
        for posting in postings {
            let posted = account.post(posting.clone()).unwrap();
            account = posted.account;
            tellings.push(posted.fell_low);
        }
        assert_eq!(tellings, told);
    }
    check(None, 1, &[invite()], &[false]);
    check(Some(5), 6, &[invite(), invite(), invite()], &[false, true, false]);
    check(Some(5), 5, &[invite(), grant(1), invite()], &[true, false, true]);
    check(Some(5), 4, &[invite(), grant(1)], &[false, false]);
    check(Some(5), 0, &[grant(3)], &[false]);
    check(Some(0), 1, &[invite()], &[false]);
}

#[test]
fn ga_17_a_request_is_charged_as_a_whole() {
    #[track_caller]
    fn check(balance: u64, needed: u32, outcome: Result<(), InsufficientCredits>) {
        assert_eq!(account_with(balance).afford(needed), outcome);
    }
    check(0, 0, Ok(()));
    check(3, 3, Ok(()));
    check(2, 3, Err(InsufficientCredits { needed: 3, available: 2 }));
    let refusal = PostRefusal::from(InsufficientCredits { needed: 3, available: 2 });
    assert_eq!(refusal.code(), "insufficient_credits");
    assert_eq!(refusal.kind(), RefusalKind::Conflict);
    assert_eq!(refusal.facts(), [("needed", Fact::Number(3)), ("available", Fact::Number(2))]);
}

proptest! {
    #[test]
    fn cr_1_the_balance_is_the_sum_of_the_entries(
        mark in proptest::option::of(0_u32..20),
        postings in proptest::collection::vec(credits::posting(), 0..60),
    ) {
        let mut account = CreditAccount { low_mark: mark, ..account() };
        let (mut sum, mut seq) = (0_i64, 0_u64);
        for posting in postings {
            let (amount, before) = (posting.amount(), account.clone());
            match account.post(posting) {
                Ok(posted) => {
                    sum += amount;
                    seq += 1;
                    prop_assert_eq!(posted.entry.amount, amount);
                    prop_assert_eq!(posted.entry.seq, seq);
                    prop_assert_eq!(posted.entry.balance, posted.account.balance);
                    account = posted.account;
                }
                Err(refusal) => {
                    prop_assert_eq!(refusal.code(), "insufficient_credits");
                    prop_assert!(before.balance < amount.unsigned_abs() && amount < 0);
                }
            }
            prop_assert_eq!(i64::try_from(account.balance), Ok(sum));
            prop_assert_eq!(account.entries, seq);
        }
    }

    #[test]
    fn cr_32_the_owners_are_told_exactly_at_each_fall(
        mark in 0_u32..6,
        postings in proptest::collection::vec(credits::posting(), 0..60),
    ) {
        // A second account of the rule: a flag that is set when told and cleared at the mark.
        let mut account = CreditAccount { low_mark: Some(mark), ..account() };
        let mut told = account.balance < u64::from(mark);
        for posting in postings {
            let Ok(posted) = account.post(posting) else { continue };
            let low = posted.account.balance < u64::from(mark);
            prop_assert_eq!(posted.fell_low, low && !told);
            told = low;
            account = posted.account;
        }
    }
}

#[cfg(feature = "serde")]
#[test]
fn cr_2_an_entry_reads_back_from_json() {
    let entry = account().post(grant(3)).unwrap().entry;
    let json = serde_json::to_value(&entry).unwrap();
    assert_eq!(json["reason"], "grant");
    assert_eq!(json["note"], "thank you");
    assert_eq!(serde_json::from_value::<Entry>(json.clone()).unwrap(), entry);
    let mut bad = json;
    bad["note"] = "".into();
    assert!(serde_json::from_value::<Entry>(bad).is_err());
}

fn account() -> CreditAccount {
    CreditAccount::new(team())
}

fn account_with(balance: u64) -> CreditAccount {
    CreditAccount { balance, entries: 1, ..account() }
}

fn purchase(quantity: u32) -> Posting {
    let order = OrderId::from_bits(5);
    Posting::purchase(EntryId::from_bits(1), at(), order, many(quantity), email("ada@acme.example"))
}

fn grant(quantity: u32) -> Posting {
    let note = GrantNote::parse(" thank you ").unwrap();
    Posting::grant(EntryId::from_bits(1), at(), many(quantity), note)
}

fn invite() -> Posting {
    let (guest, by) = (email("lin@example.org"), email("ada@acme.example"));
    Posting::invite(EntryId::from_bits(1), at(), InviteId::from_bits(9), guest, by)
}

fn refund(reason: RefundReason, cancelled_by: Option<&str>) -> Posting {
    let (guest, made_by) = (email("lin@example.org"), email("ada@acme.example"));
    let (id, invite) = (EntryId::from_bits(1), InviteId::from_bits(9));
    Posting::refund(id, at(), reason, invite, guest, made_by, cancelled_by.map(email))
}

fn many(quantity: u32) -> NonZeroU32 {
    NonZeroU32::new(quantity).unwrap()
}

fn at() -> Instant {
    "2026-12-01T09:00:00Z".parse().unwrap()
}

fn team() -> TeamId {
    TeamId::parse("acme").unwrap()
}

fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}
