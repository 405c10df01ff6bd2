//! Files through the use cases, in a folder and in a real S3-compatible service (OR-43).
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "fixtures of tests")]

mod service;
mod world;

use chrono::TimeDelta;
use guest_app::{Fault, UploadDraft};
use guest_core::{ContentHash, PART};

use service::Service;
use world::{TEAM, World};

#[tokio::test]
async fn or_43_files_are_kept_in_a_folder() {
    story(&World::in_folder().await).await;
}

#[tokio::test]
async fn or_43_files_are_kept_in_an_s3_compatible_service() {
    let service = Service::start().await;
    story(&World::in_bucket(&service).await).await;
}

/// A file comes in parts with a break in between, is read, comes again under another name, and goes.
async fn story(world: &World) {
    let file: Vec<u8> = (0..251_u8).cycle().take(PART * 2 + 1_000).collect();
    let upload = world.begin("plan.bin", &file).await;
    world.send(upload, &file[..PART + 10]).await.unwrap();
    // What went beyond a whole part is sent again.
    assert_eq!(world.offset(upload).await, PART as u64);
    world.send(upload, &file[PART..]).await.unwrap();
    let made = world.finish(upload).await.unwrap();
    assert_eq!(made.latest.sha256, ContentHash::of(&file).to_string());
    assert_eq!(world.read(made.id).await.unwrap(), file);
    // The two whole parts are not equal, since 251 does not divide their size.
    assert_eq!(world.objects(), 3);

    let again = world.upload("copy.bin", &file).await.unwrap();
    assert_eq!(world.objects(), 3, "equal content is kept once");
    assert_eq!(world.used().await, file.len() as u64);

    world.delete(made.id).await;
    world.sweep_after(TimeDelta::hours(25)).await;
    assert_eq!(world.objects(), 3, "the other file needs it");
    assert_eq!(world.read(again.id).await.unwrap(), file);

    world.delete(again.id).await;
    assert_eq!(world.used().await, 0, "quota is free at once");
    assert_eq!(world.objects(), 3, "for a backup that is on its way");
    world.sweep_after(TimeDelta::hours(25)).await;
    assert_eq!(world.objects(), 0);
}

#[tokio::test]
async fn or_43_an_upload_that_was_left_leaves_nothing() {
    let world = World::in_folder().await;
    let upload = world.begin("left.bin", &[]).await;
    world.send(upload, &vec![1; PART * 2]).await.unwrap();
    assert_eq!((world.objects(), world.used().await), (1, PART as u64));
    // A day after the last of it came it is forgotten, and a day later its part is deleted.
    world.sweep_after(TimeDelta::hours(23)).await;
    assert_eq!(world.offset(upload).await, 2 * PART as u64);
    world.sweep_after(TimeDelta::hours(2)).await;
    assert_eq!((world.objects(), world.used().await), (1, 0));
    world.sweep_after(TimeDelta::hours(25)).await;
    assert_eq!(world.objects(), 0);
}

#[tokio::test]
async fn or_43_what_a_crash_left_in_the_folder_is_deleted() {
    let world = World::in_folder().await;
    let made = world.upload("plan.bin", b"a plan").await.unwrap();
    // As a crash leaves it: the file is not in its place yet.
    let [object] = world.paths().try_into().unwrap();
    let mut staged = object.clone().into_os_string();
    staged.push("#1");
    std::fs::rename(&object, &staged).unwrap();
    world.delete(made.id).await;
    world.sweep_after(TimeDelta::hours(25)).await;
    assert_eq!(world.paths(), Vec::<std::path::PathBuf>::new());
}

#[tokio::test]
async fn or_43_a_damaged_file_is_not_handed_out() {
    let world = World::in_folder().await;
    let made = world.upload("plan.bin", b"a plan").await.unwrap();
    let [object] = world.paths().try_into().unwrap();
    std::fs::write(&object, b"a pl?n").unwrap();
    assert!(matches!(world.read(made.id).await, Err(Fault::Store(_))));
    std::fs::remove_file(&object).unwrap();
    assert!(matches!(world.read(made.id).await, Err(Fault::Store(_))));
    std::fs::write(&object, b"a plan").unwrap();
    assert_eq!(world.read(made.id).await.unwrap(), b"a plan");
}

#[tokio::test]
async fn or_43_a_service_that_is_away_changes_nothing_and_comes_back() {
    let service = Service::start().await;
    let world = World::in_bucket(&service).await;
    let made = world.upload("plan.bin", b"a plan").await.unwrap();
    let upload = world.begin("next.bin", b"").await;
    service.set_away(true);
    assert!(matches!(world.send_end(upload, b"the next").await, Err(Fault::Store(_))));
    assert!(matches!(world.read(made.id).await, Err(Fault::Store(_))));
    assert_eq!((world.offset(upload).await, world.used().await), (0, 6));
    service.set_away(false);
    world.send_end(upload, b"the next").await.unwrap();
    world.finish(upload).await.unwrap();
    assert_eq!(world.read(made.id).await.unwrap(), b"a plan");
    // The part that could not be written, or its second copy, is nobody's.
    world.sweep_after(TimeDelta::hours(25)).await;
    assert_eq!(world.objects(), 2);
}

#[tokio::test]
async fn or_43_a_service_that_refuses_keeps_nothing() {
    let service = Service::start().await;
    let world = World::with_secret(&service, "another secret").await;
    assert!(matches!(world.upload("plan.bin", b"a plan").await, Err(Fault::Store(_))));
    assert_eq!((world.objects(), world.used().await), (0, 0));
}

#[tokio::test]
async fn or_43_the_same_part_at_the_same_time_is_kept_once() {
    let world = World::in_folder().await;
    let bytes = vec![9; 1_000];
    let [one, two] = [world.begin("one", &bytes).await, world.begin("two", &bytes).await];
    let (first, second) = tokio::join!(world.send_end(one, &bytes), world.send_end(two, &bytes));
    first.unwrap();
    second.unwrap();
    let made = [world.finish(one).await.unwrap(), world.finish(two).await.unwrap()];
    assert_eq!(world.used().await, 1_000);
    world.sweep_after(TimeDelta::hours(25)).await;
    assert_eq!(world.objects(), 1);
    for file in made {
        assert_eq!(world.read(file.id).await.unwrap(), bytes);
    }
}

#[tokio::test]
async fn or_43_a_quota_holds_for_uploads_at_the_same_time() {
    let world = World::with_quota(1_500).await;
    let draft = |size| UploadDraft { size: Some(size), ..World::draft("a") };
    let [one, two] = [draft(1_000), draft(1_000)]
        .map(|draft| world.app.begin_upload(&world.call, TEAM, world.workspace, &draft));
    let [one, two] = [one.await.unwrap().id, two.await.unwrap().id];
    let (first, second) =
        tokio::join!(world.send_end(one, &[1; 1_000]), world.send_end(two, &[2; 1_000]));
    let refused = first.and(second).unwrap_err();
    assert_eq!(refused.to_string(), "the team's files have 500 bytes left, and this needs 1000");
    assert_eq!(world.used().await, 1_000);
}
