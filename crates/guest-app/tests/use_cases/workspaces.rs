//! Workspaces: who makes, shares, leaves and claims them, and what revoking does (OR-40 to OR-43).

use std::sync::Arc;

use guest_app::{
    App, ComputerDraft, Fault, FileStore, FileView, Paging, RevokeRequest, UploadDraft,
    WorkspaceChange, WorkspaceDraft, WorkspaceMemberView, WorkspaceRoleDraft, WorkspaceView,
};
use guest_core::{ComputerId, Intake, PART, UploadId, WorkspaceId};
use guest_testkit::MemBlobs;

use crate::fixture::{Fixture, TEAM, refused};
use crate::traces::{audited, id_of, pointers, told};

#[test]
fn or_40_members_make_workspaces_and_own_them() {
    let place = Place::new();
    let made = place.make("mia", "Plans").unwrap();
    assert_eq!((made.name.as_str(), made.role.as_str(), made.members), ("Plans", "owner", 1));
    assert!(made.owned && !made.claimable);
    assert_eq!(refused(place.make("eve", "Plans")), "forbidden");
    assert_eq!(pointers(place.make("mia", " ")), ["/name"]);
    assert_eq!(place.seen("mia"), ["Plans"]);
    assert_eq!(audited(&place.fix, "workspace.create"), ["mia@acme.example"]);
}

#[test]
fn or_41_a_workspace_is_absent_to_those_who_are_not_in_it() {
    let place = Place::new();
    let id = place.make("mia", "Plans").unwrap().id;
    for who in ["ada", "bob", "eve"] {
        assert_eq!(refused(place.show(who, id)), "not_found", "{who}");
        assert_eq!(place.seen(who), [""; 0]);
    }
    // The operator stands for the longest-standing owner, who is not in it either.
    let call = guest_app::Call::operator();
    assert_eq!(refused(place.app.workspace(&call, TEAM, id).wait()), "not_found");
    let events = |who| {
        let told = place.app.events_after(&place.fix.call(who), TEAM, Some(0), 1_000);
        let told = told.wait().unwrap().events;
        told.iter().filter(|event| event.name == "workspace.updated").count()
    };
    assert_eq!((events("mia"), events("ada"), events("eve")), (1, 0, 0));
}

#[test]
fn or_41_sharing_follows_the_roles_there() {
    let place = Place::new();
    let id = place.make("mia", "Plans").unwrap().id;
    assert_eq!(place.share("mia", id, "cory", "manager").unwrap().role, "manager");
    assert_eq!(place.share("cory", id, "eve", "contributor").unwrap().role, "contributor");
    assert_eq!(refused(place.share("cory", id, "bob", "manager")), "workspace_role");
    assert_eq!(refused(place.share("cory", id, "mia", "reader")), "workspace_role");
    assert_eq!(refused(place.share("cory", id, "cory", "owner")), "own_workspace_role");
    // The team's rights come first: an External user shares nothing.
    assert_eq!(refused(place.share("eve", id, "bob", "reader")), "forbidden");
    assert_eq!(refused(place.share("mia", id, "eve", "manager")), "external_role");
    assert_eq!(pointers(place.share("mia", id, "bob", "boss")), ["/role"]);
    assert_eq!(refused(place.share("bob", id, "bob", "owner")), "not_found");
    // Whoever may share nothing is told so, whatever they say.
    place.share("mia", id, "bob", "reader").unwrap();
    assert_eq!(refused(place.share("bob", id, "ada", "boss")), "workspace_role");
    assert_eq!(audited(&place.fix, "workspace.share").len(), 3);
    // The same again changes nothing.
    place.share("mia", id, "bob", "reader").unwrap();
    assert_eq!(audited(&place.fix, "workspace.share").len(), 3);
}

#[test]
fn or_41_all_but_the_last_owner_may_leave() {
    let place = Place::new();
    let id = place.make("mia", "Plans").unwrap().id;
    place.share("mia", id, "eve", "reader").unwrap();
    assert_eq!(refused(place.unshare("mia", id, "mia")), "last_workspace_owner");
    assert_eq!(refused(place.unshare("eve", id, "mia")), "forbidden");
    place.unshare("eve", id, "eve").unwrap();
    assert_eq!(refused(place.show("eve", id)), "not_found");
    place.share("mia", id, "cory", "owner").unwrap();
    place.unshare("mia", id, "mia").unwrap();
    assert_eq!(place.show("cory", id).unwrap().members, 1);
    // Whoever is not in it stays out.
    place.unshare("cory", id, "mia").unwrap();
    assert_eq!(audited(&place.fix, "workspace.unshare").len(), 2);
}

#[test]
fn or_3_external_members_see_pseudonyms() {
    let place = Place::new();
    let id = place.make("mia", "Plans").unwrap().id;
    place.share("mia", id, "eve", "contributor").unwrap();
    place.upload("mia", id, "plan.pdf", b"a plan").unwrap();
    let members = place.members("eve", id);
    let mia = members.iter().find(|member| member.user_id == id_of(&place.fix, "mia")).unwrap();
    assert!(mia.name.starts_with("Guest ") && mia.email.is_none(), "{mia:?}");
    let own = members.iter().find(|member| member.user_id == id_of(&place.fix, "eve")).unwrap();
    assert_eq!((own.name.as_str(), own.email.is_some()), ("eve", true));
    assert!(place.members("mia", id).iter().all(|member| member.email.is_some()));
    let call = place.fix.call("eve");
    let files = place.app.files(&call, TEAM, id, &Paging::default()).wait().unwrap().data;
    assert!(files[0].latest.by_name.starts_with("Guest "), "{files:?}");
    for event in told(&place.fix, "workspace.updated") {
        assert!(!event.contains("mia") && !event.contains('@'), "{event}");
    }
}

#[test]
fn or_40_managers_rename_and_owners_delete() {
    let place = Place::new();
    let id = place.make("mia", "Plans").unwrap().id;
    place.share("mia", id, "cory", "manager").unwrap();
    place.share("mia", id, "bob", "contributor").unwrap();
    let rename = |who: &str, name: &str| {
        let change = WorkspaceChange { name: Some(name.to_owned()) };
        place.app.change_workspace(&place.fix.call(who), TEAM, id, &change).wait()
    };
    assert_eq!(rename("cory", "Better plans").unwrap().name, "Better plans");
    assert_eq!(refused(rename("bob", "Mine")), "workspace_role");
    assert_eq!(pointers(rename("cory", "a\nb")), ["/name"]);
    place.upload("bob", id, "plan.pdf", &vec![1; PART + 1]).unwrap();
    let delete = |who: &str| place.app.delete_workspace(&place.fix.call(who), TEAM, id).wait();
    assert_eq!(refused(delete("cory")), "workspace_role");
    delete("mia").unwrap();
    assert_eq!(refused(delete("mia")), "not_found");
    assert_eq!(place.used(), 0);
    assert_eq!(place.seen("cory"), [""; 0]);
    assert_eq!(audited(&place.fix, "workspace.delete"), ["mia@acme.example"]);
}

#[test]
fn or_43_contributors_write_and_readers_read() {
    let place = Place::new();
    let id = place.make("mia", "Plans").unwrap().id;
    place.share("mia", id, "eve", "reader").unwrap();
    let file = place.upload("mia", id, "Plan.pdf", b"a plan").unwrap();
    assert_eq!((file.latest.number, file.latest.size), (1, 6));
    assert_eq!(refused(place.upload("eve", id, "plan.pdf", b"x")), "workspace_role");
    let call = place.fix.call("eve");
    assert_eq!(refused(place.app.delete_file(&call, TEAM, id, file.id).wait()), "workspace_role");
    assert_eq!(place.read("eve", id, &file, None).unwrap(), b"a plan");
    place.share("mia", id, "eve", "contributor").unwrap();
    // A name that is there regardless of case becomes a new version.
    let second = place.upload("eve", id, "plan.PDF", b"a better plan").unwrap();
    assert_eq!((second.id, second.latest.number), (file.id, 2));
    assert_eq!(second.name, "Plan.pdf");
    assert_eq!(place.read("mia", id, &file, None).unwrap(), b"a better plan");
    assert_eq!(place.read("mia", id, &file, Some(1)).unwrap(), b"a plan");
    assert_eq!(refused(place.read("mia", id, &file, Some(3))), "not_found");
    let versions =
        place.app.file_versions(&place.fix.call("mia"), TEAM, id, file.id, &Paging::default());
    let numbers: Vec<_> =
        versions.wait().unwrap().data.iter().map(|version| version.number).collect();
    assert_eq!(numbers, [2, 1]);
    place.app.delete_file(&call, TEAM, id, file.id).wait().unwrap();
    assert_eq!(refused(place.read("mia", id, &file, None)), "not_found");
    assert_eq!((place.used(), place.blobs.count()), (0, 2));
    assert_eq!(audited(&place.fix, "file.delete"), ["eve@acme.example"]);
    assert_eq!(audited(&place.fix, "file.upload").len(), 2);
}

#[test]
fn or_43_who_loses_the_role_can_go_on_with_no_upload() {
    let place = Place::new();
    let id = place.make("mia", "Plans").unwrap().id;
    place.share("mia", id, "eve", "contributor").unwrap();
    let upload = place.begin("eve", id, &UploadDraft { name: "x".to_owned(), ..draft() }).unwrap();
    // Others' uploads are absent, and so is one of another workspace.
    assert_eq!(refused(place.resume("mia", id, upload, 0)), "not_found");
    let other = place.make("mia", "Other").unwrap().id;
    assert_eq!(refused(place.resume("mia", other, upload, 0)), "not_found");
    assert_eq!(refused(place.resume("eve", id, upload, 5)), "upload_offset");
    let mut intake = place.resume("eve", id, upload, 0).unwrap();
    place.share("mia", id, "eve", "reader").unwrap();
    let part = intake.handle_bytes(&mut vec![1; PART].as_slice()).unwrap();
    let call = place.fix.call("eve");
    assert_eq!(
        refused(place.app.take_part(&call, TEAM, id, upload, part).wait()),
        "workspace_role"
    );
    assert_eq!((place.used(), place.blobs.count()), (0, 0));
}

#[test]
fn or_43_what_was_announced_is_checked_at_the_end() {
    let place = Place::new();
    let id = place.make("mia", "Plans").unwrap().id;
    let hash = guest_core::ContentHash::of(b"a plan").to_string();
    let announce = |size, sha256: Option<&str>| UploadDraft {
        name: "plan.pdf".to_owned(),
        size,
        sha256: sha256.map(str::to_owned),
    };
    let send = |draft| place.send("mia", id, &draft, b"a plan");
    assert_eq!(send(announce(Some(6), Some(&hash))).unwrap().latest.sha256, hash);
    assert_eq!(refused(send(announce(Some(7), None))), "content_mismatch");
    assert_eq!(refused(send(announce(Some(5), None))), "content_mismatch");
    let other = guest_core::ContentHash::of(b"another").to_string();
    assert_eq!(refused(send(announce(None, Some(&other)))), "content_mismatch");
    let no = place.begin("mia", id, &announce(Some(1), Some("no hash")));
    assert_eq!(pointers(no), ["/sha256"]);
    let no = place.begin("mia", id, &UploadDraft { name: "../x".to_owned(), ..draft() });
    assert_eq!(pointers(no), ["/name"]);
    let huge = announce(Some(guest_core::FILE_MOST + 1), None);
    assert_eq!(refused(place.begin("mia", id, &huge)), "file_too_large");
    // An empty file is a file.
    assert_eq!(place.upload("mia", id, "empty", b"").unwrap().latest.size, 0);
}

#[test]
fn or_43_a_team_has_a_quota() {
    let place = Place::with_quota(10);
    let id = place.make("mia", "Plans").unwrap().id;
    let file = place.upload("mia", id, "a", b"12345678").unwrap();
    let full =
        place.begin("mia", id, &UploadDraft { name: "b".to_owned(), size: Some(3), sha256: None });
    assert_eq!(refused(full), "quota_exceeded");
    assert_eq!(refused(place.upload("mia", id, "b", b"abc")), "quota_exceeded");
    // What is there already needs no room.
    place.upload("mia", id, "c", b"12345678").unwrap();
    let storage = place.app.storage(&place.fix.call("mia"), TEAM).wait().unwrap();
    assert_eq!((storage.used, storage.quota, storage.available), (8, 10, 2));
    assert_eq!(refused(place.app.storage(&place.fix.call("eve"), TEAM).wait()), "forbidden");
    place.app.delete_file(&place.fix.call("mia"), TEAM, id, file.id).wait().unwrap();
    assert_eq!(place.used(), 8, "the other one needs it");
}

#[test]
fn or_43_a_cancelled_upload_gives_its_room_free() {
    let place = Place::new();
    let id = place.make("mia", "Plans").unwrap().id;
    let upload = place.begin("mia", id, &UploadDraft { name: "x".to_owned(), ..draft() }).unwrap();
    let mut intake = place.resume("mia", id, upload, 0).unwrap();
    let part = intake.handle_bytes(&mut vec![1; PART].as_slice()).unwrap();
    let call = place.fix.call("mia");
    let shown = place.app.take_part(&call, TEAM, id, upload, part).wait().unwrap();
    assert_eq!((shown.offset, place.used()), (PART as u64, PART as u64));
    place.app.cancel_upload(&call, TEAM, id, upload).wait().unwrap();
    assert_eq!(place.used(), 0);
    assert_eq!(refused(place.resume("mia", id, upload, 0)), "not_found");
}

#[test]
fn or_43_members_use_team_computers_together() {
    let place = Place::new();
    let id = place.make("mia", "Plans").unwrap().id;
    place.share("mia", id, "cory", "contributor").unwrap();
    place.share("mia", id, "eve", "reader").unwrap();
    let computer = place.fix.computer();
    let add = |who: &str, computer: ComputerId| {
        place.app.share_computer(&place.fix.call(who), TEAM, id, computer).wait()
    };
    // mia may not see computers, so she cannot name one.
    assert_eq!(refused(add("mia", computer)), "forbidden");
    assert_eq!(refused(add("eve", computer)), "workspace_role");
    let added = add("cory", computer).unwrap();
    assert_eq!((added.name.as_str(), added.online), ("studio-1", true));
    let own = ComputerDraft { name: "corys-own".to_owned(), provision: "personal".to_owned() };
    let own = place.app.register_computer(&place.fix.call("cory"), TEAM, &own).wait().unwrap();
    assert_eq!(refused(add("cory", own.computer.id)), "not_found");
    let list = |who: &str| {
        let call = place.fix.call(who);
        place.app.workspace_computers(&call, TEAM, id, &Paging::default()).wait().unwrap().data
    };
    assert_eq!(list("eve").len(), 1);
    let remove =
        |who: &str| place.app.unshare_computer(&place.fix.call(who), TEAM, id, computer).wait();
    assert_eq!(refused(remove("eve")), "workspace_role");
    remove("mia").unwrap();
    assert_eq!(list("eve").len(), 0);
    assert_eq!(audited(&place.fix, "workspace.computer.add"), ["cory@acme.example"]);
    assert_eq!(audited(&place.fix, "workspace.computer.remove"), ["mia@acme.example"]);
}

#[test]
fn or_42_a_workspace_goes_to_whoever_is_named() {
    let place = Place::new();
    let id = place.make("mia", "Plans").unwrap().id;
    let kept = place.make("mia", "Kept").unwrap().id;
    place.share("mia", kept, "cory", "owner").unwrap();
    place.share("mia", id, "eve", "contributor").unwrap();
    let shown = place.app.revocation(&place.fix.owner(), TEAM, id_of(&place.fix, "mia"));
    assert_eq!(shown.wait().unwrap().workspaces.len(), 1);
    // An External user cannot own it, so nothing happens at all.
    assert_eq!(refused(place.revoke("mia", &[(id, "eve")])), "external_role");
    assert_eq!(place.show("mia", id).unwrap().members, 2);
    // Whoever is named need not be a member.
    place.revoke("mia", &[(id, "bob")]).unwrap();
    let shown = place.show("bob", id).unwrap();
    assert_eq!((shown.role.as_str(), shown.members, shown.owned), ("owner", 2, true));
    assert_eq!(place.show("cory", kept).unwrap().members, 1);
}

#[test]
fn or_42_a_workspace_left_without_an_owner_is_claimed_once() {
    let place = Place::new();
    let id = place.make("mia", "Plans").unwrap().id;
    for (who, role) in [("cory", "manager"), ("bob", "manager"), ("eve", "contributor")] {
        place.share("mia", id, who, role).unwrap();
    }
    let claim = |who: &str| place.app.claim_workspace(&place.fix.call(who), TEAM, id).wait();
    assert_eq!(refused(claim("cory")), "workspace_owned");
    // Nobody is named.
    place.revoke("mia", &[]).unwrap();
    let shown = place.show("cory", id).unwrap();
    assert!(shown.claimable && !shown.owned);
    assert!(!place.show("eve", id).unwrap().claimable);
    assert_eq!(refused(claim("eve")), "forbidden");
    assert_eq!(claim("cory").unwrap().role, "owner");
    assert_eq!(refused(claim("bob")), "workspace_owned");
    assert_eq!(audited(&place.fix, "workspace.claim"), ["cory@acme.example"]);
}

#[test]
fn qu_23_a_workspace_is_made_once() {
    let place = Place::new();
    let once = guest_app::Once { token: "a".to_owned(), fingerprint: [1; 32] };
    let call = guest_app::Call { once: Some(once), ..place.fix.call("mia") };
    let draft = WorkspaceDraft { name: "Plans".to_owned() };
    let make = || place.app.make_workspace(&call, TEAM, &draft).wait().unwrap();
    assert_eq!(make().id, make().id);
    assert_eq!(place.seen("mia").len(), 1);
}

/// The team with a place for files.
pub(crate) struct Place {
    pub(crate) fix: Fixture,
    pub(crate) app: App,
    blobs: MemBlobs,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self::with_quota(guest_core::QUOTA_DEFAULT)
    }

    fn with_quota(quota: u64) -> Self {
        let (fix, blobs) = (Fixture::new(), MemBlobs::default());
        let files = FileStore { blobs: Arc::new(blobs.clone()), quota };
        let app = fix.app.clone().with_files(files);
        Self { fix, app, blobs }
    }

    pub(crate) fn make(&self, who: &str, name: &str) -> Result<WorkspaceView, Fault> {
        let draft = WorkspaceDraft { name: name.to_owned() };
        self.app.make_workspace(&self.fix.call(who), TEAM, &draft).wait()
    }

    pub(crate) fn show(&self, who: &str, id: WorkspaceId) -> Result<WorkspaceView, Fault> {
        self.app.workspace(&self.fix.call(who), TEAM, id).wait()
    }

    fn seen(&self, who: &str) -> Vec<String> {
        let page = self.app.workspaces(&self.fix.call(who), TEAM, &Paging::default());
        page.wait().unwrap().data.into_iter().map(|workspace| workspace.name).collect()
    }

    pub(crate) fn members(&self, who: &str, id: WorkspaceId) -> Vec<WorkspaceMemberView> {
        let call = self.fix.call(who);
        self.app.workspace_members(&call, TEAM, id, &Paging::default()).wait().unwrap().data
    }

    pub(crate) fn share(
        &self,
        who: &str,
        id: WorkspaceId,
        with: &str,
        role: &str,
    ) -> Result<WorkspaceMemberView, Fault> {
        let (call, user) = (self.fix.call(who), id_of(&self.fix, with));
        let draft = WorkspaceRoleDraft { role: role.to_owned() };
        self.app.share_workspace(&call, TEAM, id, user, &draft).wait()
    }

    fn unshare(&self, who: &str, id: WorkspaceId, whom: &str) -> Result<(), Fault> {
        let (call, user) = (self.fix.call(who), id_of(&self.fix, whom));
        self.app.unshare_workspace(&call, TEAM, id, user).wait()
    }

    fn begin(&self, who: &str, id: WorkspaceId, draft: &UploadDraft) -> Result<UploadId, Fault> {
        let begun = self.app.begin_upload(&self.fix.call(who), TEAM, id, draft).wait();
        begun.map(|upload| upload.id)
    }

    fn resume(
        &self,
        who: &str,
        id: WorkspaceId,
        upload: UploadId,
        offset: u64,
    ) -> Result<Intake, Fault> {
        self.app.resume_upload(&self.fix.call(who), TEAM, id, upload, offset).wait()
    }

    fn upload(
        &self,
        who: &str,
        id: WorkspaceId,
        name: &str,
        bytes: &[u8],
    ) -> Result<FileView, Fault> {
        self.send(who, id, &UploadDraft { name: name.to_owned(), ..draft() }, bytes)
    }

    fn send(
        &self,
        who: &str,
        id: WorkspaceId,
        draft: &UploadDraft,
        mut bytes: &[u8],
    ) -> Result<FileView, Fault> {
        let call = self.fix.call(who);
        let upload = self.begin(who, id, draft)?;
        let mut intake = self.resume(who, id, upload, 0)?;
        while let Some(part) = intake.handle_bytes(&mut bytes) {
            self.app.take_part(&call, TEAM, id, upload, part).wait()?;
        }
        if let Some(part) = intake.handle_end() {
            self.app.take_part(&call, TEAM, id, upload, part).wait()?;
        }
        self.app.finish_upload(&call, TEAM, id, upload).wait()
    }

    fn read(
        &self,
        who: &str,
        id: WorkspaceId,
        file: &FileView,
        number: Option<u32>,
    ) -> Result<Vec<u8>, Fault> {
        let call = self.fix.call(who);
        let content = self.app.content(&call, TEAM, id, file.id, number).wait()?;
        let parts = content.parts.into_iter();
        let parts = parts.map(|part| self.app.part(&call, TEAM, id, part).wait());
        Ok(parts.collect::<Result<Vec<_>, _>>()?.concat())
    }

    fn revoke(&self, who: &str, heirs: &[(WorkspaceId, &str)]) -> Result<(), Fault> {
        let heirs =
            heirs.iter().map(|(id, heir)| (id.to_string(), id_of(&self.fix, heir).to_string()));
        let request =
            RevokeRequest { new_workspace_owners: heirs.collect(), ..RevokeRequest::default() };
        let revoked =
            self.app.revoke_user(&self.fix.owner(), TEAM, id_of(&self.fix, who), &request);
        revoked.wait().map(drop)
    }

    fn used(&self) -> u64 {
        self.app.storage(&self.fix.owner(), TEAM).wait().unwrap().used
    }
}

fn draft() -> UploadDraft {
    UploadDraft::default()
}
