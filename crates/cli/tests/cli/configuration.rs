//! `guest config check`, and what counts.

use std::fs;

use serde_json::{Value, json};

use super::support::{Done, Place, path};

#[test]
fn if_23_config_check_shows_each_setting_and_where_it_comes_from() {
    let place = Place::empty();
    let file = path(place.folder.path(), "guest.toml");
    let text = "brand = \"Lend\"\nteam = \"acme\"\n\n[prices]\ncurrency = \"EUR\"\nunit_price = 500\nbundles = []\n";
    fs::write(&file, text).unwrap();
    let mut command = place.command("config check --listen 127.0.0.1:9000 --json");
    let output = command.env("GUEST_BRAND", "Visit").output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = |key: &str| {
        let rows = report["settings"].as_array().unwrap();
        let row = rows.iter().find(|row| row["key"] == key).unwrap();
        (row["value"].as_str().unwrap().to_owned(), row["from"].as_str().unwrap().to_owned())
    };
    assert_eq!(found("listen"), ("127.0.0.1:9000".into(), "--listen".into()));
    assert_eq!(found("brand"), ("Visit".into(), "GUEST_BRAND".into()));
    assert_eq!(found("team"), ("acme".into(), "guest.toml:2".into()));
    assert_eq!(found("public_url"), ("http://127.0.0.1:9000".into(), "default".into()));
    assert_eq!(found("prices"), ("5.00 EUR each, 1 to 500; ".into(), "guest.toml:4".into()));
    assert_eq!(report["errors"], json!([]));
}

#[test]
fn if_23_config_check_names_everything_that_is_wrong() {
    let place = Place::empty();
    let file = path(place.folder.path(), "my.toml");
    fs::write(&file, "lisen = \"x\"\n").unwrap();
    let done = place.run(&format!("config check --config {file}"));
    let said = format!("error: {file}:1: there is no setting \"lisen\"\n");
    assert_eq!(done, Done { code: 1, out: said, err: String::new() });
    fs::write(&file, "listen = \"here\"\npayment = \"barter\"\n").unwrap();
    let done = place.run(&format!("config check --config {file} --brand {}", "x".repeat(500)));
    assert_eq!((done.code, done.out.lines().count()), (1, 3), "{}", done.out);
    // Whatever needs the configuration refuses it just so.
    let done = place.run(&format!("user list --config {file}"));
    assert_eq!(done.code, 2);
    assert!(
        done.err.contains(":1: listen: ") && done.err.contains(":2: payment: "),
        "{}",
        done.err
    );
}

#[test]
fn cr_20_the_file_in_the_data_directory_sets_the_prices() {
    let place = Place::with_team();
    let text = "payment = \"invoice\"\n\n[prices]\nunit_price = 200\nbundles = []\nlargest = 9\ncontact = \"sales@acme.example\"\n";
    fs::write(place.data.join("guest.toml"), text).unwrap();
    assert_eq!(place.json("credits prices")["unit_price"], 200);
    assert_eq!(place.refused("credits buy 10"), "quantity_too_large");
    let order = place.json("credits buy 5");
    assert_eq!((&order["state"], &order["total"]), (&json!("pending"), &json!(1000)));
    assert_eq!(place.json("credits balance")["balance"], 0);
    let paid = place.json(&format!("credits mark-paid {}", order["id"].as_str().unwrap()));
    assert_eq!(paid["state"], "paid");
    assert_eq!(place.json("credits balance")["balance"], 5);
    assert_eq!(place.refused("credits mark-paid ord_nothing"), "not_found");
}
