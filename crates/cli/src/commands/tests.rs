use clap::{Command, CommandFactory as _, Parser as _};

use super::*;

#[test]
fn if_22_the_commands_are_well_formed() {
    Cli::command().debug_assert();
}

#[test]
fn if_20_what_the_help_says() {
    let mut main = Cli::command();
    main.build();
    insta::assert_snapshot!("guest", main.render_long_help());
    for command in main.get_subcommands().filter(|command| command.get_name() != "help") {
        insta::assert_snapshot!(command.get_name().to_owned(), helps(command));
    }
}

#[test]
fn if_22_what_is_called_wrongly_is_refused() {
    let draft = "invite create --computer c --email a@b.example --title T";
    check(&format!("{draft} --for 2h"), true);
    check(&format!("{draft} --start x --end y --zone z"), true);
    check(draft, false);
    check(&format!("{draft} --start x"), false);
    check(&format!("{draft} --for 2h --end y"), false);
    check(&format!("{draft} --for soon"), false);
    check("invite move inv_1", false);
    check("invite move inv_1 --computer studio-2", true);
    check("invite extend inv_1", false);
    check("invite extend inv_1 --for 30m", true);
    check("invite extend inv_1 --for 30m --end y", false);
    check("invite kick inv_1 --keep-out --revoke", false);
    check("credits buy", false);
    check("credits buy 5 --bundle 10", false);
    check("credits buy --bundle 10 --yes", true);
    check("credits buy many", false);
    check("group change g", false);
    check("group change g --coordinator true", true);
    check("user list --all --limit 5", false);
    check("api-key create", false);
    check("frobnicate", false);
    check("", false);
}

#[test]
fn if_22_a_window_without_times_is_refused_with_every_way_to_give_them() {
    let said = |line: &str| {
        let words = ["guest"].into_iter().chain(line.split_whitespace());
        Cli::try_parse_from(words).unwrap_err().to_string()
    };
    let draft = said("invite create --computer c --email a@b.example --title T");
    assert!(["--start", "--end", "--for"].iter().all(|way| draft.contains(way)), "{draft}");
    let extend = said("invite extend inv_1");
    assert!(["--end", "--for"].iter().all(|way| extend.contains(way)), "{extend}");
}

#[test]
fn if_21_where_and_as_whom_may_be_said_before_and_after_the_verb() {
    check("--data d --json invite --team acme list --as ada@acme.example", true);
    check("invite list --server https://guest.acme.example --json --data d", true);
    // There is nothing to be told where a server or a user makes no sense.
    check("serve --server https://guest.acme.example", false);
    check("backup f --as ada@acme.example", false);
}

#[track_caller]
fn check(line: &str, is_good: bool) {
    let parsed = Cli::try_parse_from(["guest"].into_iter().chain(line.split_whitespace()));
    assert_eq!(parsed.is_ok(), is_good, "{line}: {:?}", parsed.err());
}

/// Returns the help of a command, and of those under it.
fn helps(command: &Command) -> String {
    let mut text = command.clone().render_long_help().to_string();
    for under in command.get_subcommands().filter(|under| under.get_name() != "help") {
        let (name, help) = (under.get_bin_name().unwrap_or_default(), helps(under));
        text = format!("{text}\n======== {name}\n\n{help}");
    }
    text
}
