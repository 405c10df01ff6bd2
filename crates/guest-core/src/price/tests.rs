use proptest::prelude::*;

use super::*;
use crate::strategies::credits;

#[test]
fn cr_20_the_default_list_is_the_rule_s() {
    let list = PriceList::default();
    assert_eq!(PriceList::new(PriceConfig::default()), Ok(list.clone()));
    assert_eq!((list.unit_price(), list.currency().as_str()), (1_000, "USD"));
    assert_eq!((list.smallest(), list.largest()), (1, 500));
    for (bundle, percent_off) in list.bundles().zip([10, 20, 30]) {
        let singles = u64::from(bundle.quantity) * list.unit_price();
        assert_eq!(bundle.total * 100, singles * (100 - percent_off));
    }
    assert_eq!(list.bundles().map(|bundle| bundle.quantity).collect::<Vec<_>>(), [10, 50, 100]);
}

#[test]
fn cr_20_a_list_that_makes_no_sense_is_refused() {
    #[track_caller]
    fn check(change: impl FnOnce(&mut PriceConfig), wrong: &str) {
        let mut config = PriceConfig::default();
        change(&mut config);
        assert_eq!(PriceList::new(config).unwrap_err().to_string(), wrong);
    }
    check(|list| list.unit_price = 0, "the price of one credit is zero");
    check(|list| list.smallest = 0, "the smallest quantity is zero");
    check(|list| list.smallest = 501, "the largest quantity, 500, is below the smallest, 501");
    check(|list| list.largest = 100_001, "the largest quantity, 100001, is above 100000");
    check(
        |list| list.unit_price = u64::MAX,
        "500 credits at 18446744073709551615 cost more than 9007199254740991",
    );
    check(
        |list| list.unit_price = MAX_TOTAL / 500 + 1,
        "500 credits at 18014398509482 cost more than 9007199254740991",
    );
    check(
        |list| list.bundles = vec![Bundle { quantity: 2, total: 1 }; MAX_BUNDLES + 1],
        "there are 51 bundles, more than 50",
    );
    check(with_bundle(0, 0), "a bundle of 0 is none: the smallest is 2");
    check(with_bundle(1, 900), "a bundle of 1 is none: the smallest is 2");
    check(with_bundle(5, 0), "the price of the bundle of 5 is zero");
    check(
        with_bundle(5, 5_000),
        "the bundle of 5 at 5000 is not cheaper than singles, which cost 5000",
    );
    check(with_bundle(10, 8_000), "there are two bundles of 10");
    check(|list| list.contact = Some(" ".to_owned()), "the sales contact is blank");
}

#[test]
fn cr_20_a_list_at_its_limits_is_accepted() {
    let config = PriceConfig {
        unit_price: MAX_TOTAL / u64::from(MAX_QUANTITY),
        smallest: MAX_QUANTITY,
        largest: MAX_QUANTITY,
        bundles: vec![Bundle { quantity: u32::MAX, total: 1 }],
        ..PriceConfig::default()
    };
    let list = PriceList::new(config).unwrap();
    assert_eq!(list.price(MAX_QUANTITY).unwrap().total % u64::from(MAX_QUANTITY), 0);
    assert_eq!(list.bundles().next(), None);
}

#[test]
fn cr_21_a_quantity_is_priced_at_the_cheapest_mix() {
    #[track_caller]
    fn check(quantity: u32, lines: &[(Item, u32)], total: u64, saving: u64) {
        let pricing = PriceList::default().price(quantity).unwrap();
        let made: Vec<_> = pricing.lines.iter().map(|line| (line.item, line.count)).collect();
        assert_eq!(made, lines);
        assert_eq!((pricing.total, pricing.saving), (total, saving));
        assert_eq!(pricing.quantity.get(), quantity);
    }
    use Item::{Bundle, Single};
    check(1, &[(Single, 1)], 1_000, 0);
    check(9, &[(Single, 9)], 9_000, 0);
    check(10, &[(Bundle(10), 1)], 9_000, 1_000);
    check(63, &[(Bundle(50), 1), (Bundle(10), 1), (Single, 3)], 52_000, 11_000);
    check(100, &[(Bundle(100), 1)], 70_000, 30_000);
    check(299, &[(Bundle(100), 2), (Bundle(50), 1), (Bundle(10), 4), (Single, 9)], 225_000, 74_000);
    check(500, &[(Bundle(100), 5)], 350_000, 150_000);
}

#[test]
fn cr_21_the_largest_bundle_first_is_not_always_cheapest() {
    let bundles = vec![Bundle { quantity: 6, total: 590 }, Bundle { quantity: 4, total: 320 }];
    let config = PriceConfig { unit_price: 100, bundles, ..PriceConfig::default() };
    let pricing = PriceList::new(config).unwrap().price(8).unwrap();
    let line = Line { item: Item::Bundle(4), count: 2, unit_price: 320, total: 640 };
    assert_eq!((pricing.lines, pricing.total, pricing.saving), (vec![line], 640, 160));
}

#[test]
fn cr_21_of_equally_cheap_mixes_the_larger_bundles_are_taken() {
    let bundles = vec![Bundle { quantity: 2, total: 180 }, Bundle { quantity: 4, total: 360 }];
    let config = PriceConfig { unit_price: 100, bundles, ..PriceConfig::default() };
    let pricing = PriceList::new(config).unwrap().price(6).unwrap();
    let items: Vec<_> = pricing.lines.iter().map(|line| line.item).collect();
    assert_eq!(items, [Item::Bundle(4), Item::Bundle(2)]);
}

#[test]
fn cr_21_a_bundle_is_priced_as_listed() {
    let pricing = PriceList::default().price_bundle(50).unwrap();
    let line = Line { item: Item::Bundle(50), count: 1, unit_price: 40_000, total: 40_000 };
    assert_eq!(pricing.lines, [line]);
    assert_eq!((pricing.quantity.get(), pricing.total, pricing.saving), (50, 40_000, 10_000));
}

#[test]
fn cr_21_a_quantity_out_of_range_is_refused_with_the_facts() {
    #[track_caller]
    fn check(
        outcome: Result<Pricing, QuantityRefusal>,
        code: &str,
        facts: &[(&'static str, Fact)],
    ) {
        let refusal = outcome.unwrap_err();
        assert_eq!(refusal.code(), code);
        assert_eq!(refusal.facts(), facts);
    }
    let list = PriceList::new(PriceConfig {
        smallest: 20,
        largest: 60,
        contact: Some("sales@example.org".to_owned()),
        ..PriceConfig::default()
    })
    .unwrap();
    let contact = ("contact", Fact::Text("sales@example.org".to_owned()));
    let too_large = [("largest", Fact::Number(60)), contact];
    let too_small = [("smallest", Fact::Number(20))];
    check(list.price(61), "quantity_too_large", &too_large);
    check(list.price(u32::MAX), "quantity_too_large", &too_large);
    check(list.price_bundle(100), "quantity_too_large", &too_large);
    check(list.price(19), "quantity_too_small", &too_small);
    check(list.price(0), "quantity_too_small", &too_small);
    check(list.price_bundle(10), "quantity_too_small", &too_small);
    check(list.price_bundle(11), "bundle_unknown", &[("bundle", Fact::Number(11))]);
    let nobody = [("largest", Fact::Number(500)), ("contact", Fact::Nothing)];
    check(PriceList::default().price(501), "quantity_too_large", &nobody);
}

proptest! {
    #[test]
    fn cr_21_no_mix_is_cheaper(list in credits::price_list(40), quantity in 1_u32..=40) {
        let Ok(pricing) = list.price(quantity) else {
            prop_assert!(!(list.smallest()..=list.largest()).contains(&quantity));
            return Ok(());
        };
        let parts: Vec<Bundle> = list.bundles().collect();
        prop_assert_eq!(pricing.total, cheapest(&parts, list.unit_price(), quantity));
    }

    #[test]
    fn cr_21_lines_add_up(list in credits::price_list(400), quantity in 1_u32..=400) {
        let Ok(pricing) = list.price(quantity) else { return Ok(()) };
        let credits: u32 = pricing.lines.iter().map(|line| line.count * line.item.quantity()).sum();
        prop_assert_eq!(credits, quantity);
        prop_assert_eq!(pricing.lines.iter().map(|line| line.total).sum::<u64>(), pricing.total);
        for line in &pricing.lines {
            prop_assert_eq!(u64::from(line.count) * line.unit_price, line.total);
        }
        prop_assert_eq!(pricing.total + pricing.saving, u64::from(quantity) * list.unit_price());
        let sizes: Vec<u32> = pricing.lines.iter().map(|line| line.item.quantity()).collect();
        prop_assert!(sizes.is_sorted_by(|one, next| one > next), "{:?}", sizes);
    }

    #[test]
    fn cr_20_a_list_is_refused_or_prices_everything_it_offers(config in credits::price_config()) {
        let Ok(list) = PriceList::new(config) else { return Ok(()) };
        for quantity in [list.smallest(), list.largest()] {
            let pricing = list.price(quantity).unwrap();
            prop_assert!(pricing.total > 0 && pricing.total <= MAX_TOTAL);
        }
        for bundle in list.bundles().filter(|bundle| bundle.quantity >= list.smallest()) {
            prop_assert!(list.price_bundle(bundle.quantity).unwrap().saving > 0);
        }
    }
}

#[cfg(feature = "serde")]
#[test]
fn cr_20_a_list_reads_through_its_checks() {
    let list: PriceList = serde_json::from_str(r#"{"largest": 20, "currency": "eur"}"#).unwrap();
    assert_eq!((list.largest(), list.currency().as_str(), list.unit_price()), (20, "EUR", 1_000));
    let wrong = serde_json::from_str::<PriceList>(r#"{"unit_price": 0}"#).unwrap_err();
    assert_eq!(wrong.to_string(), "the price of one credit is zero");
}

/// Tries every mix.
fn cheapest(bundles: &[Bundle], unit_price: u64, quantity: u32) -> u64 {
    let Some((bundle, smaller)) = bundles.split_last() else {
        return u64::from(quantity) * unit_price;
    };
    (0..=quantity / bundle.quantity)
        .map(|count| {
            let rest = cheapest(smaller, unit_price, quantity - count * bundle.quantity);
            rest + u64::from(count) * bundle.total
        })
        .min()
        .unwrap()
}

fn with_bundle(quantity: u32, total: u64) -> impl FnOnce(&mut PriceConfig) {
    move |list| list.bundles.push(Bundle { quantity, total })
}
