//! Credits: prices, buying, history, export.

use guest_app::Call;
use serde_json::json;

use crate::things::{Things, invite_body};
use crate::world::{World, aside};

#[tokio::test]
async fn cr_21_what_was_quoted_is_what_is_bought() {
    let world = World::new();
    let bob = world.sign_in("bob");
    let quote = bob.post("/v1/teams/acme/credits/quotes", json!({ "bundle": 10 })).await.is(201);
    assert_eq!((&quote["quantity"], &quote["total"]), (&json!(10), &json!(9_000)));
    let buy = json!({ "quote_id": quote["id"] });
    let order = bob.post("/v1/teams/acme/credits/orders", buy.clone()).await.is(201);
    assert_eq!((&order["state"], &order["quantity"]), (&json!("paid"), &json!(10)));
    bob.post("/v1/teams/acme/credits/orders", buy).await.refused(409, "quote_used");
    let balance = bob.get("/v1/teams/acme/guest-access-invite-credits").await.is(200);
    assert_eq!(balance, json!({ "balance": 10 }));
    let quotes = "/v1/teams/acme/credits/quotes";
    bob.post(quotes, json!({ "quantity": 501 })).await.refused(422, "quantity_too_large");
    bob.post(quotes, json!({ "bundle": 7 })).await.refused(422, "bundle_unknown");
    bob.post(quotes, json!({ "quantity": 0 })).await.refused(422, "quantity_too_small");
    bob.post(quotes, json!({})).await.refused(422, "validation");
}

#[tokio::test]
async fn ga_17_too_few_credits_are_counted() {
    let world = World::new();
    let things = Things::of(&world);
    let guests: Vec<_> = (0..30).map(|n| format!("guest-{n}@example.org")).collect();
    let body = invite_body(&things.computer, &guests.join(","));
    let path = "/v1/teams/acme/guest-access-invites";
    let problem = world.sign_in("cory").post(path, body).await.refused(409, "insufficient_credits");
    assert_eq!((&problem["needed"], &problem["available"]), (&json!(30), &json!(19)));
}

#[tokio::test]
async fn cr_30_the_history_is_a_file() {
    let world = World::new();
    Things::of(&world);
    let ada = world.sign_in("ada");
    let path = "/v1/teams/acme/credits/transactions.csv";
    let file = ada.get(path).await;
    file.is(200);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"acme-credits.csv\"");
    let rows: Vec<_> = file.text.split("\r\n").collect();
    assert_eq!(
        rows[0],
        "timestamp,reason,credits,balance,administrator_email,guest_email,invite_id,order_id"
    );
    assert_eq!(rows[1], "2026-12-01T09:00:00Z,grant,10,10,,,,");
    assert!(
        rows[2]
            .starts_with("2026-12-01T09:00:00Z,invite,-1,9,cory@acme.example,lin@example.org,inv_")
    );
    assert!(rows[3].contains(",purchase,10,19,"), "{}", rows[3]);
    assert_eq!((rows[4], rows.len()), ("", 5));
    let none = ada.get(&format!("{path}?to=2026-11-30")).await;
    assert_eq!(none.text.split("\r\n").count(), 2);
    let bad = ada.get(&format!("{path}?from=soon")).await.refused(422, "validation");
    assert_eq!(bad["errors"][0]["pointer"], "/from");
}

#[tokio::test]
async fn cr_30_a_long_history_is_complete_and_in_order() {
    const COUNT: u64 = 12_345;
    let world = World::new();
    aside(|| {
        for _ in 0..COUNT {
            world.app.grant("acme", 1, "a test").wait().unwrap();
        }
    });
    let file = world.sign_in("ada").get("/v1/teams/acme/credits/transactions.csv").await;
    let balances =
        file.text.lines().skip(1).map(|row| row.split(',').nth(3).unwrap().parse::<u64>());
    assert!(balances.map(Result::unwrap).eq(1..=COUNT));
}

#[tokio::test]
async fn if_4_the_history_comes_in_pages_newest_first() {
    let world = World::new();
    aside(|| (0..5).for_each(|_| drop(world.app.grant("acme", 1, "a test").wait().unwrap())));
    let (ada, path) = (world.sign_in("ada"), "/v1/teams/acme/credits/transactions?limit=2");
    let first = ada.get(path).await.is(200);
    assert_eq!((&first["data"][0]["seq"], &first["data"][1]["seq"]), (&json!(5), &json!(4)));
    // What is added meanwhile neither repeats nor hides anything.
    aside(|| drop(world.app.grant("acme", 1, "a test").wait().unwrap()));
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = ada.get(&format!("{path}&cursor={cursor}")).await.is(200);
    assert_eq!(second["data"][0]["seq"], 3);
    let users =
        aside(|| world.app.users(&Call::operator(), "acme", &guest_app::Paging::default()).wait());
    assert!(users.is_ok());
}
