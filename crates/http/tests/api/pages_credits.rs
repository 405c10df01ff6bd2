//! Credits by pages: prices, buying, history (WB-6).

use guest_core::{PriceConfig, PriceList};

use crate::browser::{Browser, says, sent_on, shows};
use crate::things::Things;
use crate::world::{Answer, World, aside};

#[tokio::test]
async fn wb_6_what_was_reviewed_is_bought_once() {
    let world = World::new();
    let mut bob = Browser::of(&world, "bob");
    let page = bob.get("/t/acme/credits").await;
    shows(&page, &["<b>0</b>", "10.00 USD", "90.00 USD", "Purchase guest credits"]);
    assert!(!page.text.contains("id=\"history\""), "the books are the owners'");
    let review = bob.send("/t/acme/credits/quotes", &[("quantity", " 63 ")]).await;
    shows(&review, &["63 credits", "1 × bundle of 50", "1 × bundle of 10", "3 × single credit"]);
    shows(&review, &["520.00 USD", "0 now, 63 after it is paid", "Confirm purchase"]);
    shows(&bob.get("/t/acme/credits").await, &["<b>0</b>"]);
    let quote = quote(&review);
    let confirm = [("quote_id", quote.as_str())];
    let order = sent_on(&bob.send("/t/acme/credits/orders", &confirm).await);
    shows(&bob.get(&order).await, &["63 credits for 520.00 USD", "Paid", "The team has 63 now"]);
    // A second click buys nothing more.
    let again = sent_on(&bob.send("/t/acme/credits/orders", &confirm).await);
    assert_eq!(again, order);
    shows(&bob.get("/t/acme/credits").await, &["<b>63</b>"]);
    let mut olga = Browser::of(&world, "olga");
    olga.get("/t/acme/credits").await;
    let used = olga.send("/t/acme/credits/orders", &confirm).await;
    says(&used, 409, &["role=\"alert\"><p>", "Purchase guest credits"]);
}

#[tokio::test]
async fn wb_6_a_bundle_is_one_click_away() {
    let world = World::new();
    let mut bob = Browser::of(&world, "bob");
    bob.get("/t/acme/credits").await;
    let review = bob.send("/t/acme/credits/quotes", &[("bundle", "10")]).await;
    shows(&review, &["10 credits", "90.00 USD", "10.00 USD less than as many singles"]);
    world.pass(31 * 60);
    let late = bob.send("/t/acme/credits/orders", &[("quote_id", &quote(&review))]).await;
    says(&late, 409, &["role=\"alert\"><p>", "<b>0</b>"]);
}

#[tokio::test]
async fn cr_21_a_quantity_above_the_largest_says_whom_to_ask() {
    let contact = Some("sales@guest.example".to_owned());
    let prices = PriceConfig { contact, ..PriceConfig::default() };
    let world = World::selling(PriceList::new(prices).unwrap());
    let mut bob = Browser::of(&world, "bob");
    shows(&bob.get("/t/acme/credits").await, &["For more, ask sales@guest.example"]);
    let much = bob.send("/t/acme/credits/quotes", &[("quantity", "501")]).await;
    says(&much, 422, &["value=\"501\"", "aria-invalid=\"true\"", "at most 500 credits"]);
    let field = much.text.split("id=\"wrong-quantity\">").nth(1).unwrap();
    assert!(field.split("</p>").next().unwrap().contains("sales@guest.example"), "{}", much.text);
    for typed in ["0", "-1", "some", "<b>", ""] {
        let page = bob.send("/t/acme/credits/quotes", &[("quantity", typed)]).await;
        says(&page, 422, &["aria-invalid=\"true\""]);
        assert!(!page.text.contains("value=\"<b>"), "{}", page.text);
    }
}

#[tokio::test]
async fn cr_24_each_role_is_shown_its_part() {
    let world = World::new();
    Things::of(&world);
    let mut cory = Browser::of(&world, "cory");
    let page = cory.get("/t/acme/credits").await;
    shows(&page, &["<b>19</b>", "90.00 USD", "Administrators and owners of the team buy credits"]);
    assert!(!page.text.contains("credits/quotes") && !page.text.contains("Export"));
    let refused = cory.send("/t/acme/credits/quotes", &[("quantity", "1")]).await;
    says(&refused, 403, &["What to do"]);
    says(&Browser::of(&world, "mia").get("/t/acme/credits").await, 403, &["What to do"]);
    shows(&Browser::of(&world, "ada").get("/t/acme/credits").await, &["Export as CSV"]);
}

#[tokio::test]
async fn wb_6_the_history_is_a_table_a_plot_and_a_file() {
    let world = World::new();
    Things::of(&world);
    world.pass(60 * 60);
    aside(|| world.app.grant("acme", 5, "<i>a gift</i>").wait().unwrap());
    let mut ada = Browser::of(&world, "ada");
    let page = ada.get("/t/acme/credits").await;
    shows(&page, &["granted", "guest invited", "purchased", "+10", "−1", "lin@example.org"]);
    shows(&page, &["&#60;i&#62;a gift", "<svg", "Balance over time", "from 0 to 24 in 4 changes"]);
    let order = page.text.find("+5").zip(page.text.find("−1")).unwrap();
    assert!(order.0 < order.1, "the newest stands first");
    let csv = "/v1/teams/acme/credits/transactions.csv";
    shows(&page, &[&format!("download href=\"{csv}\"")]);
    assert!(ada.client().get(csv).await.text.contains(",grant,5,24,"));
    let none = ada.get("/t/acme/credits?from=&to=2026-11-30").await;
    shows(&none, &["The balance did not change in this time", "transactions.csv?to=2026-11-30"]);
    says(&ada.get("/t/acme/credits?from=soon").await, 422, &["What to do"]);
}

#[tokio::test]
async fn wb_6_a_long_history_comes_in_pages() {
    let world = World::new();
    aside(|| (0..101).for_each(|_| drop(world.app.grant("acme", 1, "a test").wait().unwrap())));
    let mut ada = Browser::of(&world, "ada");
    let page = ada.get("/t/acme/credits?from=2026-12-01").await;
    assert_eq!(page.text.matches("<tr id=\"ent_").count(), 100);
    let (before, _) = page.text.split_once("#history\">Older changes").unwrap();
    let older = before.rsplit("href=\"").next().unwrap().replace("&#38;", "&");
    assert!(older.starts_with("?from=2026-12-01&cursor="), "{older}");
    let page = ada.get(&format!("/t/acme/credits{older}")).await;
    assert_eq!(page.text.matches("<tr id=\"ent_").count(), 1);
    assert!(!page.text.contains("Older changes"));
}

/// Returns the quote that a page asks to confirm.
fn quote(page: &Answer) -> String {
    let (_, rest) = page.text.split_once("name=\"quote_id\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}
