//! One of everything in the team, to ask about.

use guest_app::{
    ApiKeyDraft, Call, Caller, ComputerChange, ComputerDraft, EmailsDraft, GroupDraft, Heartbeat,
    InviteDraft, KeyDraft, MemberInvitesDraft, OrderDraft, Paging, QuoteDraft, UploadDraft,
    WaitDraft, WindowDraft, WorkspaceDraft, WorkspaceRoleDraft,
};
use guest_core::{ComputerId, FileId, Purpose, Secret, UploadId, WorkspaceId};
use serde_json::{Value, json};

use crate::joining::{signed_for, wait};
use crate::world::{World, aside};

/// One of everything in the team `acme`, by its id.
pub(crate) struct Things {
    /// The secret of the computer key.
    pub(crate) computer_secret: String,
    pub(crate) computer_key: String,
    /// The team computer `studio-1`, online and with guest access on.
    pub(crate) computer: String,
    /// carl's own computer, online and with guest access on.
    pub(crate) personal: String,
    /// An invite of cory's for lin@example.org to the team computer, for 08:00 to 12:00.
    pub(crate) invite: String,
    /// The secret part of its link.
    pub(crate) token: String,
    /// An invite of carl's for mia to his own computer.
    pub(crate) personal_invite: String,
    /// mia.
    pub(crate) member: String,
    /// olga.
    pub(crate) owner: String,
    pub(crate) group: String,
    pub(crate) api_key: String,
    pub(crate) quote: String,
    pub(crate) order: String,
    /// bob's invitation of nina@guests.example to join, who waits to be greeted.
    pub(crate) member_invite: String,
    /// The secret part of its link.
    pub(crate) member_token: String,
    /// lin's live session.
    pub(crate) session: String,
    /// A request to join, of nova@example.org.
    pub(crate) join_request: String,
    /// A workspace of ada's; cory manages it, mia contributes and eve reads. It lists the team
    /// computer.
    pub(crate) workspace: String,
    /// The file `plan.txt` in it.
    pub(crate) file: String,
    /// An upload of ada's to it, of which nothing has come.
    pub(crate) upload: String,
}

impl Things {
    /// Makes them.
    pub(crate) fn of(world: &World) -> Self {
        aside(|| Self::make(world))
    }

    fn make(world: &World) -> Self {
        let (app, operator) = (&world.app, Call::operator());
        let user = |name: &str| {
            let users = app.users(&operator, "acme", &Paging::default()).wait().unwrap().data;
            users.into_iter().find(|user| user.name == name).unwrap().id.to_string()
        };
        app.grant("acme", 10, "a test").wait().unwrap();
        let key = KeyDraft { name: "lab".to_owned() };
        let key = app.make_computer_key(&operator, "acme", &key).wait().unwrap();
        let computer_secret = key.secret.unwrap();
        let secret = Secret::parse(Purpose::ComputerKey, &computer_secret).unwrap();
        let beat = Heartbeat { name: "studio-1".to_owned(), ..Heartbeat::default() };
        let computer = app.heartbeat(&secret, None, &beat).wait().unwrap().computer_id;
        let on = ComputerChange { name: None, guest_access: Some(true) };
        app.change_computer(&operator, "acme", computer, &on, None).wait().unwrap();
        let carl = call(world, "carl@acme.example");
        let personal = personal(world, &carl);
        let invites = app.make_invites(
            &call(world, "cory@acme.example"),
            "acme",
            &draft(computer, "lin@example.org"),
        );
        let invite = invites.wait().unwrap().invites.remove(0);
        let invites = app.make_invites(&carl, "acme", &draft(personal, "mia@acme.example"));
        let personal_invite = invites.wait().unwrap().invites.remove(0);
        let token = invite.link.unwrap().rsplit('/').next().unwrap().to_owned();
        let session =
            app.connect(&call(world, "lin@example.org"), &token).wait().unwrap().session_id;
        let group = GroupDraft { name: "studio".to_owned(), coordinator: false };
        let api_key = ApiKeyDraft {
            name: "a key".to_owned(),
            scopes: vec!["all".to_owned()],
            user_id: Some(user("ada")),
        };
        let ten = QuoteDraft { quantity: Some(10), bundle: None };
        let quote = || app.quote(&operator, "acme", &ten).wait().unwrap().id.to_string();
        let bought = OrderDraft { quote_id: quote() };
        let emails = EmailsDraft::Text("nina@guests.example".to_owned());
        let bob = call(world, "bob@acme.example");
        let sent = app.invite_members(&bob, "acme", &MemberInvitesDraft { emails });
        let member_invite = sent.wait().unwrap().data.remove(0).invitation.unwrap();
        let link = member_invite.link.unwrap();
        let member_token = link.rsplit('/').next().unwrap().to_owned();
        let opening = WaitDraft { opening: "B".repeat(21) + "A" };
        app.wait_for_greeting(&bob, &member_token, &opening).wait().unwrap();
        let plans = Plans::of(world, computer);
        let here = &app.config().public_url;
        let signed = signed_for(here, 0x70, "Nova Stern", "nova@example.org", 2029);
        let draft = serde_json::from_value(signed).unwrap();
        let nobody = Call { caller: Caller::Nobody, origin: None, once: None };
        let joined = app.submit_join_request(&nobody, "acme", &draft);
        let join_request = wait(joined).unwrap().id.to_string();
        Self {
            join_request,
            computer_key: key.id.to_string(),
            computer_secret,
            computer: computer.to_string(),
            personal: personal.to_string(),
            invite: invite.id.to_string(),
            token,
            personal_invite: personal_invite.id.to_string(),
            member: user("mia"),
            owner: user("olga"),
            group: app.make_group(&operator, "acme", &group).wait().unwrap().id.to_string(),
            api_key: app.make_api_key(&operator, "acme", &api_key).wait().unwrap().id.to_string(),
            quote: quote(),
            order: app.order(&operator, "acme", &bought).wait().unwrap().id.to_string(),
            member_invite: member_invite.id.to_string(),
            member_token,
            session: session.to_string(),
            workspace: plans.workspace.to_string(),
            file: plans.file.to_string(),
            upload: plans.upload.to_string(),
        }
    }
}

/// A workspace with a file and an upload.
struct Plans {
    workspace: WorkspaceId,
    file: FileId,
    upload: UploadId,
}

impl Plans {
    fn of(world: &World, computer: ComputerId) -> Self {
        let (app, ada) = (&world.app, call(world, "ada@acme.example"));
        let draft = WorkspaceDraft { name: "Plans".to_owned() };
        let workspace = app.make_workspace(&ada, "acme", &draft).wait().unwrap().id;
        let users = app.users(&ada, "acme", &Paging::default()).wait().unwrap().data;
        for (who, role) in [("eve", "reader"), ("mia", "contributor"), ("cory", "manager")] {
            let user = users.iter().find(|user| user.name == who).unwrap().id;
            let role = WorkspaceRoleDraft { role: role.to_owned() };
            app.share_workspace(&ada, "acme", workspace, user, &role).wait().unwrap();
        }
        app.share_computer(&ada, "acme", workspace, computer).wait().unwrap();
        let begin = |name: &str| {
            let draft = UploadDraft { name: name.to_owned(), ..UploadDraft::default() };
            app.begin_upload(&ada, "acme", workspace, &draft).wait().unwrap().id
        };
        let done = begin("plan.txt");
        let mut intake = app.resume_upload(&ada, "acme", workspace, done, 0).wait().unwrap();
        assert!(intake.handle_bytes(&mut b"a plan".as_slice()).is_none());
        let part = intake.handle_end().unwrap();
        app.take_part(&ada, "acme", workspace, done, part).wait().unwrap();
        let file = app.finish_upload(&ada, "acme", workspace, done).wait().unwrap().id;
        Self { workspace, file, upload: begin("next.txt") }
    }
}

/// Returns a request for an invite in the morning of the tests.
pub(crate) fn invite_body(computer: &str, emails: &str) -> Value {
    json!({
        "computer_id": computer,
        "emails": emails,
        "window": { "start": "2026-12-01T08:00", "end": "2026-12-01T12:00", "time_zone": "Etc/UTC" },
        "permissions": ["keyboard", "mouse"],
        "title": "Usability study",
        "message": "See you there.",
    })
}

fn draft(computer: ComputerId, guest: &str) -> InviteDraft {
    InviteDraft {
        computer_id: computer.to_string(),
        emails: EmailsDraft::Text(guest.to_owned()),
        window: WindowDraft {
            start: "2026-12-01T08:00".to_owned(),
            end: "2026-12-01T12:00".to_owned(),
            time_zone: "Etc/UTC".to_owned(),
        },
        permissions: vec!["keyboard".to_owned()],
        title: "Usability study".to_owned(),
        message: String::new(),
    }
}

/// Returns carl's own computer.
fn personal(world: &World, carl: &Call) -> ComputerId {
    let own = ComputerDraft { name: "carls-own".to_owned(), provision: "personal".to_owned() };
    let made = world.app.register_computer(carl, "acme", &own).wait().unwrap();
    let token = Secret::parse(Purpose::AgentToken, &made.secret.unwrap()).unwrap();
    world.app.heartbeat(&token, None, &Heartbeat::default()).wait().unwrap();
    let on = ComputerChange { name: None, guest_access: Some(true) };
    world.app.change_computer(carl, "acme", made.computer.id, &on, None).wait().unwrap();
    made.computer.id
}

fn call(world: &World, email: &str) -> Call {
    let email = guest_core::Email::parse(email).unwrap();
    let secret = world.app.sign_in_as(&email).wait().unwrap();
    Call { caller: Caller::Login(secret.hash()), origin: None, once: None }
}
