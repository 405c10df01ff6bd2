//! Signing in by a mailed code, and out.

use guest_app::letter::Content;
use guest_app::{Call, Caller, CodeRequest, CodeTry, Fault, SignedIn, tables};
use guest_core::Refusal;

use crate::fixture::{Fixture, TEAM, email, refused};
use crate::traces::{audited, nobody, pointers};

#[test]
fn qu_31_the_mailed_code_signs_in_once() {
    let fix = Fixture::new();
    let code = ask(&fix, "Mia@acme.example");
    let signed_in = attempt(&fix, "mia@ACME.example", &code).unwrap();
    assert_eq!(signed_in.email, email("mia@acme.example"));
    let teams = signed_in.teams.iter().map(|team| (team.id.as_str(), team.role.as_str()));
    assert_eq!(teams.collect::<Vec<_>>(), [("acme", "member")]);
    let browser = browser(&signed_in);
    fix.app.team(&browser, TEAM).wait().unwrap();
    assert_eq!(audited(&fix, "account.sign_in").last().unwrap(), "mia@acme.example");
    assert_eq!(refused(attempt(&fix, "mia@acme.example", &code)), "code_used");

    fix.app.sign_out(&browser).wait().unwrap();
    assert_eq!(refused(fix.app.team(&browser, TEAM).wait()), "unauthenticated");
    fix.app.sign_out(&browser).wait().unwrap();
    fix.app.sign_out(&nobody()).wait().unwrap();
    assert_eq!(refused(fix.app.sign_out(&Call::operator()).wait()), "forbidden");
}

#[test]
fn qu_31_every_address_gets_a_code_and_the_same_answer() {
    let fix = Fixture::new();
    let code = ask(&fix, "lin@example.org");
    let guest = attempt(&fix, "lin@example.org", &code).unwrap();
    assert_eq!(guest.teams.len(), 0);
    assert!(
        serde_json::to_string(&guest)
            .unwrap()
            .starts_with(r#"{"email":"lin@example.org","teams":[]"#)
    );
    let bad = CodeRequest { email: "lin".to_owned() };
    assert_eq!(pointers(fix.app.request_code(&nobody(), &bad).wait()), ["/email"]);
}

#[test]
fn qu_31_five_wrong_tries_then_a_new_code() {
    let fix = Fixture::new();
    assert_eq!(refused(attempt(&fix, "mia@acme.example", "123456")), "sign_in_code_wrong");
    let code = ask(&fix, "mia@acme.example");
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        assert_eq!(refused(attempt(&fix, "mia@acme.example", wrong)), "sign_in_code_wrong");
    }
    assert_eq!(refused(attempt(&fix, "mia@acme.example", &code)), "sign_in_exhausted");
    let code = ask(&fix, "mia@acme.example");
    attempt(&fix, "mia@acme.example", &format!(" {} {} ", &code[..3], &code[3..])).unwrap();
}

#[test]
fn qu_31_a_code_is_for_its_address_and_ten_minutes() {
    let fix = Fixture::new();
    let code = ask(&fix, "mia@acme.example");
    ask(&fix, "bob@acme.example");
    assert_eq!(refused(attempt(&fix, "bob@acme.example", &code)), "sign_in_code_wrong");
    fix.advance(600);
    assert_eq!(refused(attempt(&fix, "mia@acme.example", &code)), "sign_in_code_expired");
}

#[test]
fn qu_31_five_codes_in_ten_minutes() {
    let fix = Fixture::new();
    for _ in 0..5 {
        ask(&fix, "mia@acme.example");
        fix.advance(10);
    }
    let request = CodeRequest { email: "MIA@acme.example".to_owned() };
    let answer = fix.app.request_code(&nobody(), &request).wait();
    let Err(Fault::Refused(refusal)) = answer else { panic!("mailed") };
    assert_eq!(refusal.code(), "rate_limited");
    assert_eq!(refusal.facts(), [("retry_after", guest_core::Fact::Number(550))]);
    fix.advance(550);
    ask(&fix, "mia@acme.example");
}

#[test]
fn qu_31_neither_code_nor_cookie_is_in_the_store() {
    let fix = Fixture::new();
    let code = ask(&fix, "mia@acme.example");
    let signed_in = attempt(&fix, "mia@acme.example", &code).unwrap();
    let cookie = signed_in.cookie.expose();
    for table in tables::ALL {
        let rows = format!("{:?}", fix.store.rows(table));
        assert!(!rows.contains(cookie), "{}", table.name);
        assert!(!rows.contains(&format!("\"{code}\"")), "{}", table.name);
    }
    assert!(!serde_json::to_string(&signed_in).unwrap().contains(cookie));
    assert!(!format!("{signed_in:?}").contains(cookie));
}

#[test]
fn if_24_a_session_that_is_handed_over_in_a_link_works_once() {
    let fix = Fixture::new();
    let handed = fix.app.sign_in_as(&email("mia@acme.example")).wait().unwrap();
    let signed_in = fix.app.redeem(&nobody(), &handed).wait().unwrap();
    assert_eq!(signed_in.email, email("mia@acme.example"));
    fix.app.me(&browser(&signed_in)).wait().unwrap();
    let with_link = Call { caller: Caller::Login(handed.hash()), ..nobody() };
    assert_eq!(refused(fix.app.me(&with_link).wait()), "unauthenticated");
    assert_eq!(refused(fix.app.redeem(&nobody(), &handed).wait()), "code_used");
}

#[test]
fn wb_1_the_mailed_link_has_the_code_where_no_log_sees_it() {
    let fix = Fixture::new();
    let request = CodeRequest { email: "l+i&n@example.org".to_owned() };
    fix.app.request_code(&nobody(), &request).wait().unwrap();
    let letter = fix.app.lease_letters(10).wait().unwrap().letters.remove(0);
    let Content::SignIn { code, link, .. } = letter.content else { panic!("another letter") };
    let (address, fragment) = link.split_once('#').unwrap();
    assert!(address.ends_with("/sign-in/code?email=l%2Bi%26n@example.org"), "{address}");
    assert_eq!(fragment, code);
}

#[test]
fn a_browser_stays_signed_in_for_a_month() {
    let fix = Fixture::new();
    let browser = fix.call("mia");
    fix.advance(30 * 86_400 - 1);
    fix.app.me(&browser).wait().unwrap();
    fix.advance(1);
    assert_eq!(refused(fix.app.me(&browser).wait()), "unauthenticated");
}

/// Asks for a code, and reads it in the mail.
fn ask(fix: &Fixture, address: &str) -> String {
    let request = CodeRequest { email: address.to_owned() };
    fix.app.request_code(&nobody(), &request).wait().unwrap();
    let letters = fix.app.lease_letters(10).wait().unwrap().letters;
    let code = letters.iter().find_map(|letter| {
        let Content::SignIn { code, .. } = &letter.content else { return None };
        (letter.to == email(address)).then(|| code.clone())
    });
    code.unwrap()
}

fn attempt(fix: &Fixture, address: &str, code: &str) -> Result<SignedIn, Fault> {
    let attempt = CodeTry { email: address.to_owned(), code: code.to_owned() };
    fix.app.verify_code(&nobody(), &attempt).wait()
}

fn browser(signed_in: &SignedIn) -> Call {
    Call { caller: Caller::Login(signed_in.cookie.hash()), origin: None, once: None }
}
