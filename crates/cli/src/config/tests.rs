use std::fs;

use super::*;

#[test]
fn if_23_option_before_variable_before_file_before_default() {
    let team = "team = \"by-file\"\n";
    check(&[("team", "by-option")], &[("GUEST_TEAM", "by-variable")], team, "by-option", "--team");
    check(&[], &[("GUEST_TEAM", "by-variable")], team, "by-variable", "GUEST_TEAM");
    check(&[], &[("GUEST_TEAM", "")], team, "by-file", "guest.toml:1");
    check(&[], &[], "\n\nteam = \"by-file\"\n", "by-file", "guest.toml:3");
    let settings = read(&[], &[], "").unwrap();
    assert_eq!(settings.team, None);
    assert_eq!(settings.listen.value.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.listen.place, Place::Default);
}

#[test]
fn if_23_everything_wrong_is_said_with_its_place() {
    let wrongs = read(
        &[("public_url", "ftp://x")],
        &[("GUEST_LISTEN", "8080"), ("GUEST_API_KEY", "gk_secret")],
        "mail = \"carrier pigeon\"\ntrust_proxy = 3\n\n[prices]\nunit_price = 0\n",
    );
    let said: Vec<String> =
        wrongs.unwrap_err().iter().map(|wrong| end_of(&wrong.to_string())).collect();
    assert_eq!(
        said,
        [
            "GUEST_LISTEN: an address and a port, such as 127.0.0.1:8080",
            "--public-url: an address such as https://guest.acme.example",
            "guest.toml:1: mail: a mail transport is smtp://HOST, smtps://HOST or dir:PATH",
            "GUEST_API_KEY: not an API key (gk_…)",
            "guest.toml:2: trust_proxy: either true or false",
            "guest.toml:4: prices: the price of one credit is zero",
        ]
    );
}

#[test]
fn unknown_keys_and_bad_toml_are_named() {
    let wrongs = read(&[], &[], "lisen = \"x\"\n\nteem = 3\n").unwrap_err();
    let said: Vec<String> = wrongs.iter().map(|wrong| end_of(&wrong.to_string())).collect();
    let expected = [
        "guest.toml:1: there is no setting \"lisen\"",
        "guest.toml:3: there is no setting \"teem\"",
    ];
    assert_eq!(said, expected);
    let wrongs = read(&[], &[], "team = \"acme\"\nlisten = \n").unwrap_err();
    assert_eq!(wrongs.len(), 1);
    assert!(end_of(&wrongs[0].to_string()).starts_with("guest.toml:2: "), "{wrongs:?}");
}

#[test]
fn a_public_address_is_scheme_host_and_port() {
    let read = |url| read(&[("public_url", url)], &[], "").map(|all| all.public_url.value);
    assert_eq!(read("https://Guest.Acme.Example/").unwrap(), "https://guest.acme.example");
    assert_eq!(read("http://127.0.0.1:8080").unwrap(), "http://127.0.0.1:8080");
    for bad in ["guest.acme.example", "https://x/y", "https://u@x", "https://x?y", "mailto:x@y"] {
        assert!(read(bad).is_err(), "{bad}");
    }
}

#[test]
fn what_is_not_said_follows_from_what_is() {
    let settings = read(&[("listen", "0.0.0.0:9000")], &[], "").unwrap();
    assert_eq!(settings.public_url.value, "http://127.0.0.1:9000");
    let settings = read(&[("public_url", "https://guest.acme.example")], &[], "").unwrap();
    assert_eq!(settings.mail_from.value.as_str(), "guest@guest.acme.example");
    assert_eq!(settings.mail.value, "dir:guest-data/mail");
}

#[test]
fn the_server_or_the_data_directory_whichever_is_said_more_strongly() {
    let (there, here) = ("https://guest.acme.example", "data");
    let remote = |options: &[(&str, &str)], variables: &[(&str, &str)]| {
        let settings = read(options, variables, "").unwrap();
        settings.remote().map(|server| server.is_some()).map_err(|failure| failure.exit_code())
    };
    assert_eq!(remote(&[("server", there), ("data", here)], &[]), Err(2));
    assert_eq!(remote(&[("server", there)], &[("GUEST_DATA", here)]), Ok(true));
    assert_eq!(remote(&[("data", here)], &[("GUEST_SERVER", there)]), Ok(false));
    assert_eq!(remote(&[], &[("GUEST_SERVER", there), ("GUEST_DATA", here)]), Ok(true));
    assert_eq!(remote(&[], &[]), Ok(false));
}

#[test]
fn qu_31_no_secret_is_shown() {
    let key = guest_core::Secret::new(guest_core::Purpose::ApiKey, &[7; 32]);
    let settings =
        read(&[("mail", "smtp://ada:hidden@mail.example")], &[("GUEST_API_KEY", key.expose())], "");
    let shown = format!("{:?}", settings.unwrap().rows());
    assert!(shown.contains("smtp://ada:..@mail.example"), "{shown}");
    assert!(!shown.contains("hidden") && !shown.contains(key.expose()), "{shown}");
}

#[test]
fn commands_beside_a_server_write_its_links() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    let memory =
        Memory { public_url: Some("https://guest.acme.example".to_owned()), ..Memory::default() };
    fs::write(data.join(MEMORY), serde_json::to_vec(&memory).unwrap()).unwrap();
    let given =
        |key: &str, value: &str| Given::from([(Setting::named(key).unwrap(), value.to_owned())]);
    let read = |given| {
        let said = Said::gather(given, None, |_| None, folder.path()).unwrap();
        Settings::read(&said).unwrap().public_url
    };
    let beside = read(given("data", data.to_str().unwrap()));
    assert_eq!(
        (beside.value.as_str(), beside.place),
        ("https://guest.acme.example", Place::Memory)
    );
    assert_eq!(read(given("data", "elsewhere")).place, Place::Default);
}

#[test]
fn if_23_what_is_said_more_strongly_is_shown_test_card_or_vnc() {
    let shows = |options: &[(&str, &str)], variables: &[(&str, &str)], file: &str| {
        read(options, variables, file).unwrap().agent.shows_test_card()
    };
    let (card, vnc) = ("test_card = true", [("vnc", "127.0.0.1:5901")]);
    assert!(!shows(&[], &[], ""));
    assert!(shows(&[], &[], card));
    assert!(!shows(&vnc, &[], card));
    assert!(!shows(&[("vnc_password_file", "password")], &[], card));
    assert!(!shows(&vnc, &[("GUEST_TEST_CARD", "true")], ""));
    assert!(shows(&[("test_card", "true")], &[("GUEST_VNC", "127.0.0.1:5901")], ""));
    // Said equally strongly, the test card counts.
    assert!(shows(&[], &[], "test_card = true\nvnc = \"127.0.0.1:5901\""));
}

#[test]
fn commands_beside_a_server_find_its_mails_from_any_folder_without_its_password() {
    let left = |mail: &str| read(&[("mail", mail)], &[], "").unwrap().remembered_mail();
    let here = std::env::current_dir().unwrap().join("mail");
    assert_eq!(left("dir:mail"), Some(format!("dir:{}", here.display())));
    let mail = left("smtp://ada:hidden@mail.example?tls=required");
    assert_eq!(mail.as_deref(), Some("smtp://ada@mail.example?tls=required"));
    assert_eq!(read(&[], &[], "").unwrap().remembered_mail(), None);
}

#[track_caller]
fn check(
    options: &[(&str, &str)],
    variables: &[(&str, &str)],
    file: &str,
    expected: &str,
    place: &str,
) {
    let team = read(options, variables, file).unwrap().team.unwrap();
    assert_eq!((team.value.as_str(), end_of(&team.place.to_string()).as_str()), (expected, place));
}

fn read(
    options: &[(&str, &str)],
    variables: &[(&str, &str)],
    file: &str,
) -> Result<Settings, Vec<Wrong>> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(FILE), file).unwrap();
    let options = options
        .iter()
        .map(|(name, value)| (Setting::named(name).unwrap(), (*value).to_owned()))
        .collect();
    let variables: BTreeMap<&str, &str> = variables.iter().copied().collect();
    let variable = |name: &str| variables.get(name).map(|value| (*value).to_owned());
    Settings::read(&Said::gather(options, None, variable, folder.path())?)
}

/// Leaves out the folder of a file.
fn end_of(text: &str) -> String {
    text.find(FILE).map_or(text, |start| &text[start..]).to_owned()
}
