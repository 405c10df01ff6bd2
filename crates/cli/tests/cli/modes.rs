//! The same commands with the same output, on the data directory and through a server (IF-21).

use serde_json::Value;

use super::support::{Done, Place, Server};

#[test]
fn if_21_what_is_read_is_the_same_both_ways() {
    let world = World::new();
    for line in [
        "invite list",
        "invite list --computer studio-1 --phase scheduled --email LIN@example.org",
        "invite list --limit 1",
        "invite show INVITE",
        "invite sessions INVITE",
        "invite preview --computer studio-1 --email a@example.org,mia@acme.example --title T \
         --start \"2027-01-05 09:00\" --end \"2027-01-05 10:00\" --zone Europe/Paris",
        "computer list",
        "computer key list",
        "credits balance",
        "credits prices",
        "credits history",
        "credits history --from 2020-01-01 --to 2020-12-31",
        "credits export",
        "user list",
        "user list --all",
        "device list",
        "invitation list",
        "user revoke mia@acme.example --dry-run",
        "group list",
        "api-key list",
        "audit",
        "audit --subject INVITE",
    ] {
        world.check_same(line, 0);
    }
}

#[test]
fn if_21_refusals_are_the_same_both_ways() {
    let world = World::new();
    for line in [
        "invite show inv_00000000000000000000000000",
        "invite cancel INVITE --if-version 9",
        "invite list --phase later",
        "invite list --computer nowhere",
        "invite extend INVITE --end \"2027-01-05 08:00\"",
        "invite move INVITE --computer nowhere",
        "invite move INVITE --computer agents-own",
        "invite move INVITE --computer studio-1 --if-version 9",
        "invite create --computer studio-1 --email lin --title T --for 1h --permission telepathy",
        "invite create --computer studio-1 --email a@b.example --title T --start x --end y --zone Z",
        "computer add studio-1",
        "computer list --limit 0",
        "credits buy 100000",
        "credits history --cursor nonsense",
        "user profile nobody@acme.example --profile member",
        "user profile ada@acme.example --profile external",
        "user owner ada@acme.example --remove",
        "group add nowhere mia@acme.example",
        "invitation send ada@acme.example",
        "invitation cancel nobody@acme.example",
        "invitation cancel mbi_00000000000000000000000000",
        "api-key create --scope everything",
        "api-key delete key_00000000000000000000000000",
    ] {
        world.check_same(line, 1);
    }
}

#[test]
fn if_21_what_is_done_has_the_same_shape_both_ways() {
    let world = World::new();
    for lines in [
        ["computer add one", "computer add two"],
        ["computer allow one", "computer allow two"],
        ["computer deny one", "computer deny two"],
        ["computer add my-one --personal", "computer add my-two --personal"],
        ["computer remove one", "computer remove two"],
        ["computer key create one", "computer key create two"],
        ["credits buy 2", "credits buy 2"],
        ["group create one", "group create two --coordinator"],
        ["group change one --coordinator true", "group change two --coordinator true"],
        ["group add one mia@acme.example", "group add two mia@acme.example"],
        ["group remove one mia@acme.example", "group remove two mia@acme.example"],
        ["group delete one", "group delete two"],
        [
            "user profile mia@acme.example --profile administrator",
            "user profile mia@acme.example --profile member",
        ],
        ["user coordinator mia@acme.example", "user coordinator mia@acme.example --remove"],
        [
            "api-key create --scope invites:read --name one",
            "api-key create --scope invites:read --name two",
        ],
        ["invite edit INVITE --title-is-fixed", "invite edit INVITE --title-is-fixed"],
        [
            "invite edit INVITE --end \"2027-01-05 18:00\"",
            "invite edit INVITE --end \"2027-01-05 19:00\"",
        ],
        [
            "invite edit INVITE --permission mouse",
            "invite edit INVITE --permission copy,paste --apply-now",
        ],
        ["invite extend INVITE --for 30m", "invite extend INVITE --for 1h"],
        ["computer allow agents-own", "computer allow agents-own"],
        ["invite move INVITE --computer agents-own", "invite move INVITE --computer agents-own"],
        ["invite kick INVITE --keep-out", "invite kick INVITE --keep-out"],
        ["invite readmit INVITE", "invite readmit INVITE"],
        ["invite new-link INVITE", "invite new-link INVITE"],
        ["invite resend INVITE", "invite resend INVITE"],
        ["invite cut --computer studio-1", "invite cut --domain example.org"],
    ] {
        let [here, there] = lines.map(|line| world.fill(line));
        let here = world.place.run(&format!("{here} --as ada@acme.example --json"));
        let there = world.server.run(&world.key, &format!("{there} --json"));
        assert_eq!(shape(&here), shape(&there), "{lines:?}\n{here:?}\n{there:?}");
    }
    let nobody = world.place.run("invite cut --cancel");
    assert_eq!(nobody.code, 2, "{nobody:?}");
    assert!(nobody.err.contains("--all"), "{nobody:?}");
    assert_eq!(world.place.run("invite cut --all --domain example.org").code, 2);
    assert_eq!(world.place.json("invite cut --all")["invites_cancelled"], 0);
    let cut = world.place.json("invite cut --cancel --invited-by ada@acme.example");
    assert_eq!(cut["invites_cancelled"], 2);
    world.check_same("invite cut --cancel --invited-by ada@acme.example", 0);
}

#[test]
fn if_21_a_server_that_cannot_be_asked_is_said_to_be_so() {
    let world = World::new();
    let refused = world.server.run("gk_wrong", "user list");
    assert_eq!(refused.code, 2);
    let stranger = guest_core::Secret::new(guest_core::Purpose::ApiKey, &[7; 32]);
    let refused = world.server.run(stranger.expose(), "user list --team acme");
    assert_eq!(refused.code, 1);
    assert!(refused.err.starts_with("error: unauthenticated: "), "{}", refused.err);
    let mut nobody = world.place.command("user list --server http://127.0.0.1:1");
    let output = nobody.env_remove("GUEST_DATA").env("GUEST_API_KEY", &world.key).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.starts_with("error: cannot reach http://127.0.0.1:1: "), "{said}");
    let acting = world.server.run(&world.key, "user list --as ada@acme.example");
    assert_eq!(acting.code, 2);
}

/// A team with something of everything, and a server beside.
struct World {
    place: Place,
    server: Server,
    key: String,
    invite: String,
}

impl World {
    fn new() -> Self {
        let place = Place::with_team();
        place.ok("user add --email mia@acme.example --name Mia --profile member");
        place.ok("group create crew");
        let key = place.key("ada@acme.example");
        place.ok("computer add studio-1");
        place.ok("computer allow studio-1");
        let secret = place.json("computer key create lab");
        let server = Server::start(&place);
        server.computer(secret["secret"].as_str().unwrap(), "agents-own");
        place.ok("credits buy 10 --as ada@acme.example");
        let made = place.json(
            "invite create --computer studio-1 --email lin@example.org,sam@example.net \
             --start \"2027-01-05 09:00\" --end \"2027-01-05 17:30\" --zone Europe/Paris \
             --permission keyboard,mouse --title \"Usability study\" --message \"See you there.\" \
             --as ada@acme.example",
        );
        let invite = made["invites"][0]["id"].as_str().unwrap().to_owned();
        server.wait_for_mails("lin@example.org", 1);
        server.wait_for_mails("sam@example.net", 1);
        let world = Self { place, server, key, invite };
        super::support::wait("the mails to be settled", || {
            let mails = world.place.json("mail list");
            mails["data"]
                .as_array()
                .unwrap()
                .iter()
                .all(|mail| mail["state"] == "sent")
                .then_some(())
        });
        world
    }

    fn fill(&self, line: &str) -> String {
        line.replace("INVITE", &self.invite)
    }

    /// Checks that a command answers the same both ways, for programs and for people.
    #[track_caller]
    fn check_same(&self, line: &str, code: i32) {
        let line = self.fill(line);
        for form in ["", " --json"] {
            let here = self.place.run(&format!("{line}{form} --as ada@acme.example"));
            let there = self.server.run(&self.key, &format!("{line}{form}"));
            assert_eq!(settled(&here), settled(&there), "{line}{form}");
            assert_eq!(here.code, code, "{line}: {here:?}");
        }
    }
}

/// Leaves out when the agent was last heard, which goes on, and where the browser was.
fn settled(done: &Done) -> Done {
    let keep = |text: &str| {
        let lines = text
            .lines()
            .filter(|line| !line.contains("last_seen_at") && !line.contains("agents-own"));
        lines.collect::<Vec<_>>().join("\n")
    };
    Done { code: done.code, out: keep(&done.out), err: keep(&done.err) }
}

/// Returns the exit code, and the names and kinds of everything that was answered.
fn shape(done: &Done) -> (i32, String) {
    fn of(value: &Value) -> String {
        match value {
            Value::Null => "null".to_owned(),
            Value::Bool(_) => "bool".to_owned(),
            Value::Number(_) => "number".to_owned(),
            Value::String(_) => "text".to_owned(),
            Value::Array(items) => format!("[{}]", items.first().map(of).unwrap_or_default()),
            Value::Object(fields) => {
                let fields = fields.iter().map(|(name, value)| format!("{name}: {}", of(value)));
                format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
            }
        }
    }
    let answer = serde_json::from_str(&done.out).ok();
    (done.code, answer.as_ref().map_or_else(|| done.err.clone(), of))
}
