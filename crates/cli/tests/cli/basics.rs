//! Making teams, keys and users; exit codes; what reads the output.

use std::io::Read as _;
use std::process::Stdio;

use serde_json::json;

use super::support::{Place, path};

#[test]
fn if_23_a_team_is_made_by_init_and_a_key_by_api_key_create() {
    let place = Place::empty();
    let team = place
        .json("init --team acme --name Acme --owner ada@acme.example --time-zone Europe/Paris");
    assert_eq!((&team["id"], &team["time_zone"]), (&json!("acme"), &json!("Europe/Paris")));
    let key = place.json("api-key create --team acme --as ada@acme.example --scope all");
    assert!(key["key"].as_str().unwrap().starts_with("gk_"), "{key}");
    // The name defaults to the date.
    assert_eq!(key["name"].as_str().unwrap().len(), "2026-12-01".len());
    let ada = &place.json("user list")["data"][0];
    assert_eq!((&ada["id"], &ada["email"]), (&key["user_id"], &json!("ada@acme.example")));
    assert_eq!(
        place.refused("init --team acme --name Acme --owner bob@acme.example"),
        "name_taken"
    );
    let wrong = place.run("init --team UPPER --name Acme --owner nobody");
    assert_eq!(wrong.code, 1);
    assert!(wrong.err.contains("/team: ") && wrong.err.contains("/owner: "), "{}", wrong.err);
}

#[test]
fn if_20_exit_codes_and_where_it_says_why() {
    let place = Place::with_team();
    let done = place.run("credits balance");
    assert_eq!((done.code, done.out.as_str(), done.err.as_str()), (0, "Balance  0\n", ""));
    let done = place.run("computer remove studio-9");
    let said = "error: not_found: there is no computer \"studio-9\"\n";
    assert_eq!((done.code, done.out.as_str(), done.err.as_str()), (1, "", said));
    let done = place.run("computer remove studio-9 --json");
    let problem: serde_json::Value = serde_json::from_str(&done.err).unwrap();
    assert_eq!((done.code, &problem["code"]), (1, &json!("not_found")));
    assert_eq!(place.run("computer remove").code, 2);
    assert_eq!(place.run("credits grant 5 --note x --as ada@acme.example").code, 2);
    assert_eq!(place.run("credits verify --server https://guest.acme.example").code, 2);
    let nowhere = place.run("user list --data nowhere");
    assert_eq!(nowhere.code, 1);
    assert!(nowhere.err.contains("guest init"), "{}", nowhere.err);
}

#[test]
fn if_21_the_team_may_be_left_out_where_there_is_one() {
    let place = Place::with_team();
    place.ok("credits balance");
    place.ok("init --team globex --name Globex --owner gus@globex.example");
    let several = place.run("credits balance");
    assert_eq!(several.code, 2);
    assert!(several.err.contains("acme, globex"), "{}", several.err);
    place.ok("credits balance --team globex");
    let mut with_variable = place.command("credits balance");
    assert!(with_variable.env("GUEST_TEAM", "acme").output().unwrap().status.success());
    assert_eq!(place.refused("credits balance --team initech"), "not_found");
}

#[test]
fn if_21_as_somebody_with_their_rights_only() {
    let place = Place::with_team();
    place.ok("user add --email mia@acme.example --name Mia --profile member");
    assert_eq!(place.refused("credits balance --as mia@acme.example"), "forbidden");
    let unknown = place.run("credits balance --as who@acme.example");
    let said = "error: not_found: there is no user with the address who@acme.example\n";
    assert_eq!((unknown.code, unknown.err.as_str()), (1, said));
    place.ok("credits buy 3");
    let audit = place.json("audit --actor operator");
    let actions: Vec<&str> = audit["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|line| line["action"].as_str())
        .collect();
    assert!(actions.contains(&"credits.order"), "{actions:?}");
}

#[test]
fn lists_come_page_by_page_or_all_at_once() {
    let place = Place::with_team();
    for name in ["a", "b", "c"] {
        place.ok(&format!("computer add {name}"));
    }
    let first = place.json("computer list --limit 2");
    assert_eq!(first["data"].as_array().unwrap().len(), 2);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = place.json(&format!("computer list --limit 2 --cursor {cursor}"));
    assert_eq!(second["data"].as_array().unwrap().len(), 1);
    assert_eq!(second["next_cursor"], json!(null));
    let all = place.json("computer list --all");
    assert_eq!(all["data"].as_array().unwrap().len(), 3);
    let done = place.run("computer list --limit 2");
    assert!(done.err.contains(&format!("--cursor {cursor}")), "{}", done.err);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let place = Place::with_team();
    for line in ["user list", "man", "completions bash", "credits export", "--help"] {
        let mut child =
            place.command(line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        let code = child.wait().unwrap().code();
        assert!(!said.contains("panicked"), "{line}: {said}");
        assert!(code == Some(0) || line == "--help", "{line}: {code:?} {said}");
    }
}

#[test]
fn if_20_completions_and_manual_pages() {
    let place = Place::empty();
    for (shell, sign) in
        [("bash", "complete -F _guest"), ("zsh", "#compdef guest"), ("fish", "complete -c guest")]
    {
        let script = place.ok(&format!("completions {shell}"));
        assert!(script.contains(sign) && script.contains("new-link"), "{shell}");
    }
    let page = place.ok("man");
    assert!(page.contains(".TH guest 1") && page.contains("GUEST_DATA"), "{page}");
    let pages = path(place.folder.path(), "pages");
    place.ok(&format!("man --out {pages}"));
    assert!(std::fs::exists(format!("{pages}/guest-invite-create.1")).unwrap());
}

#[test]
fn if_20_no_colour_where_there_is_no_terminal() {
    let place = Place::with_team();
    for line in ["user list", "doctor", "--help", "no-such-command"] {
        let done = place.run(line);
        assert!(!done.out.contains('\u{1b}') && !done.err.contains('\u{1b}'), "{line}");
    }
}
