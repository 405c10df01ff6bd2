//! Workspaces over HTTP: files that come and go in parts, and who sees whom (OR-3, OR-40 to OR-43).

use std::convert::Infallible;
use std::fmt::Write as _;

use axum::body::{Body, Bytes, to_bytes};
use guest_core::{ContentHash, PART};
use serde_json::{Value, json};

use crate::things::Things;
use crate::world::{Answer, Client, World};

#[tokio::test]
async fn or_43_a_file_comes_in_parts_and_goes_on_where_it_was_left() {
    let world = World::new();
    let things = Things::of(&world);
    let ada = world.sign_in("ada");
    let file = bytes(2 * PART + 500);
    let hash = ContentHash::of(&file).to_string();
    let draft = json!({ "name": "plan.bin", "size": file.len(), "sha256": hash });
    let begun = ada.post(&uploads(&things), draft).await;
    begun.is(201);
    assert_eq!(begun.header("upload-offset"), "0");
    assert_eq!(begun.header("upload-complete"), "?0");
    assert!(begun.header("upload-limit").contains("min-append-size=1048576"));
    let address = begun.header("location").to_owned();
    // A body that breaks off: what came in whole parts is kept.
    let broken = futures_util::stream::iter([
        Ok(Bytes::copy_from_slice(&file[..PART + 100])),
        Err(std::io::Error::other("the connection broke")),
    ]);
    append(&ada, &address, 0, true, Body::from_stream(broken)).await.refused(400, "malformed");
    let head = ada.send("HEAD", &address, None).await;
    assert_eq!(head.header("upload-offset"), PART.to_string());
    // What was sent already, and what is not there yet.
    let problem = append(&ada, &address, 0, false, &file[..]).await.refused(409, "upload_offset");
    assert_eq!(problem["offset"], PART);
    append(&ada, &address, 2 * PART, false, "x").await.refused(409, "upload_offset");
    // More, of which what goes beyond a part is sent again.
    let more = append(&ada, &address, PART, false, &file[PART..2 * PART + 7]).await;
    more.is(204);
    assert_eq!(more.header("upload-offset"), (2 * PART).to_string());
    let done = append(&ada, &address, 2 * PART, true, &file[2 * PART..]).await;
    assert_eq!(done.is(200)["latest"]["sha256"], hash);
    assert_eq!(done.header("upload-complete"), "?1");
    let id = done.json()["id"].as_str().unwrap().to_owned();
    // Whoever did not get the answer finds out.
    let shown = ada.get(&address).await;
    assert_eq!(
        (shown.is(200)["file_id"].as_str(), &shown.json()["version"]),
        (Some(&*id), &json!(1))
    );
    assert_eq!(shown.header("upload-complete"), "?1");
    append(&ada, &address, file.len(), true, "").await.refused(409, "upload_finished");
    let (_, downloaded) = download(&ada, &format!("{}/{id}/content", files(&things))).await;
    assert!(downloaded == file);
}

#[tokio::test]
async fn or_43_what_is_wrong_with_more_of_a_file_is_told() {
    let world = World::new();
    let things = Things::of(&world);
    let ada = world.sign_in("ada");
    let address = format!("{}/{}", uploads(&things), things.upload);
    let sent = |headers: &[(&str, &str)]| {
        let client =
            headers.iter().fold(ada.clone(), |client, (name, value)| client.with(name, value));
        let address = address.clone();
        async move { client.raw("PATCH", &address, "x").await }
    };
    let kind = ("content-type", "application/partial-upload");
    let errors = sent(&[kind]).await.refused(422, "validation")["errors"].clone();
    assert_eq!(errors[0]["pointer"], "/Upload-Offset");
    let errors = sent(&[kind, ("upload-offset", "-1"), ("upload-complete", "yes")]).await;
    let errors = errors.refused(422, "validation")["errors"].clone();
    assert_eq!(
        (&errors[0]["pointer"], &errors[1]["pointer"]),
        (&json!("/Upload-Offset"), &json!("/Upload-Complete"))
    );
    sent(&[("content-type", "text/plain"), ("upload-offset", "0")])
        .await
        .refused(415, "media_type");
    // A file of no bytes.
    let empty = append(&ada, &address, 0, true, "").await;
    assert_eq!(empty.is(200)["latest"]["size"], 0);
}

#[tokio::test]
async fn or_43_what_was_announced_is_what_has_to_come() {
    let world = World::new();
    let things = Things::of(&world);
    let ada = world.sign_in("ada");
    let begin = |draft: Value| {
        let (ada, path) = (ada.clone(), uploads(&things));
        async move { ada.post(&path, draft).await.is(201)["id"].as_str().unwrap().to_owned() }
    };
    let short = begin(json!({ "name": "a", "size": 3 })).await;
    let address = |id: &str| format!("{}/{id}", uploads(&things));
    append(&ada, &address(&short), 0, true, "ab").await.refused(422, "content_mismatch");
    append(&ada, &address(&short), 0, true, "abcd").await.refused(409, "upload_offset");
    let other = begin(json!({ "name": "b", "sha256": ContentHash::of(b"x").to_string() })).await;
    append(&ada, &address(&other), 0, true, "y").await.refused(422, "content_mismatch");
    ada.delete(&address(&other)).await.is(204);
    ada.get(&address(&other)).await.refused(404, "not_found");
    let huge = json!({ "name": "c", "size": 11_u64 << 30 });
    ada.post(&uploads(&things), huge).await.refused(413, "file_too_large");
    let errors = ada.post(&uploads(&things), json!({ "name": "../c", "sha256": "x" })).await;
    let errors = errors.refused(422, "validation")["errors"].clone();
    assert_eq!(errors.as_array().unwrap().len(), 2, "{errors}");
}

#[tokio::test]
async fn or_43_a_download_is_whole_or_the_range_that_is_asked_for() {
    let world = World::new();
    let things = Things::of(&world);
    let eve = world.sign_in("eve");
    let file = bytes(PART + 100);
    let id = upload(&world.sign_in("ada"), &things, "é \"plan\".html", &file).await;
    let path = format!("{}/{id}/content", files(&things));
    let (whole, body) = download(&eve, &path).await;
    assert!(body == file);
    assert_eq!(whole["status"], 200);
    let tag = format!("\"{}\"", ContentHash::of(&file));
    assert_eq!(whole["etag"], tag);
    assert_eq!(whole["content-length"], file.len().to_string());
    assert_eq!(whole["accept-ranges"], "bytes");
    // Nothing that somebody uploads is a page of ours.
    assert_eq!(whole["content-type"], "application/octet-stream");
    assert_eq!(whole["content-security-policy"], "default-src 'none'; sandbox");
    assert_eq!(whole["x-content-type-options"], "nosniff");
    let saved = "attachment; filename=\"_ _plan_.html\"; filename*=UTF-8''%C3%A9%20%22plan%22.html";
    assert_eq!(whole["content-disposition"], saved);
    // A range over the edge of two parts.
    let range = format!("bytes={}-{}", PART - 5, PART + 4);
    let (part, body) = download(&eve.clone().with("range", &range), &path).await;
    assert_eq!(part["status"], 206);
    assert_eq!(part["content-range"], format!("bytes {}-{}/{}", PART - 5, PART + 4, file.len()));
    assert_eq!(body, file[PART - 5..PART + 5]);
    let (tail, body) = download(&eve.clone().with("range", "bytes=-3"), &path).await;
    assert_eq!((&tail["status"], body), (&json!(206), file[file.len() - 3..].to_vec()));
    let beyond = eve.clone().with("range", &format!("bytes={}-", file.len()));
    let beyond = beyond.get(&path).await;
    beyond.refused(416, "range_unsatisfiable");
    assert_eq!(beyond.header("content-range"), format!("bytes */{}", file.len()));
    // A range of something else is no use.
    let stale = eve.clone().with("range", "bytes=0-1").with("if-range", "\"x\"");
    assert_eq!(download(&stale, &path).await.0["status"], 200);
    let current = eve.clone().with("range", "bytes=0-1").with("if-range", &tag);
    assert_eq!(download(&current, &path).await.0["status"], 206);
    let known = eve.clone().with("if-none-match", &tag).get(&path).await;
    known.is(304);
    assert_eq!((known.header("etag"), &*known.text), (&*tag, ""));
}

#[tokio::test]
async fn or_43_versions_are_kept_and_go_with_their_file() {
    let world = World::new();
    let things = Things::of(&world);
    let mia = world.sign_in("mia");
    let id = upload(&mia, &things, "PLAN.txt", b"a better plan").await;
    assert_eq!(id, things.file);
    let versions = format!("{}/{id}/versions", files(&things));
    let all = mia.get(&versions).await.is(200)["data"].clone();
    assert_eq!((&all[0]["number"], &all[1]["number"]), (&json!(2), &json!(1)));
    assert_eq!(download(&mia, &format!("{versions}/1/content")).await.1, b"a plan");
    assert_eq!(download(&mia, &format!("{versions}/2/content")).await.1, b"a better plan");
    mia.get(&format!("{versions}/3/content")).await.refused(404, "not_found");
    mia.get(&format!("{versions}/x/content")).await.refused(404, "not_found");
    mia.delete(&format!("{}/{id}", files(&things))).await.is(204);
    mia.get(&versions).await.refused(404, "not_found");
    assert_eq!(mia.get("/v1/teams/acme/storage").await.is(200)["used"], 0);
}

#[tokio::test]
async fn or_3_external_members_see_pseudonyms_over_http() {
    let world = World::new();
    let things = Things::of(&world);
    let eve = world.sign_in("eve");
    let one = format!("/v1/teams/acme/workspaces/{}", things.workspace);
    let mut seen = String::new();
    for path in ["", "/members", "/files", "/computers"] {
        let answer = eve.get(&format!("{one}{path}")).await;
        answer.is(200);
        let _ = write!(seen, "{}", answer.text);
    }
    seen += &eve.get(&format!("{}/{}/versions", files(&things), things.file)).await.text;
    for hidden in ["ada", "mia", "cory"] {
        assert!(!seen.contains(&format!("{hidden}@")), "{seen}");
        assert!(!seen.contains(&format!("\"{hidden}\"")), "{seen}");
    }
    assert!(seen.contains("eve@acme.example") && seen.contains("Guest "), "{seen}");
}

#[tokio::test]
async fn or_41_members_hear_of_changes_and_nobody_else_does() {
    let world = World::new();
    let things = Things::of(&world);
    let heard = |who: &str| {
        let call = guest_app::Call {
            caller: guest_app::Caller::Operator {
                acting: Some(guest_core::Email::parse(&format!("{who}@acme.example")).unwrap()),
            },
            origin: None,
            once: None,
        };
        let events = world.app.events_after(&call, "acme", Some(0), 10_000);
        let events = crate::world::aside(|| events.wait().unwrap().events);
        events.into_iter().filter(|event| event.name == "workspace.updated").collect::<Vec<_>>()
    };
    let before = heard("eve").len();
    let one = format!("/v1/teams/acme/workspaces/{}", things.workspace);
    let cory = world.sign_in("cory");
    cory.patch(&one, json!({ "name": "Better plans" })).await.is(200);
    let events = heard("eve");
    assert_eq!(events.len(), before + 1);
    let last = &events.last().unwrap().data;
    assert_eq!((&last["name"], &last["changed"]), (&json!("Better plans"), &json!("name")));
    assert_eq!(last["id"], things.workspace);
    assert_eq!(heard("bob").len(), 0);
}

#[tokio::test]
async fn or_43_a_refused_upload_keeps_nothing() {
    let world = World::new();
    let things = Things::of(&world);
    let eve = world.sign_in("eve");
    let address = format!("{}/{}", uploads(&things), things.upload);
    append(&eve, &address, 0, true, "x").await.refused(403, "workspace_role");
    let mia = world.sign_in("mia");
    append(&mia, &address, 0, true, "x").await.refused(404, "not_found");
    let other = world.sign_in("ada").without("origin");
    append(&other, &address, 0, true, "x").await.refused(403, "origin_mismatch");
    assert_eq!(world.sign_in("ada").get(&address).await.is(200)["offset"], 0);
}

/// Sends more of a file.
async fn append(
    client: &Client,
    address: &str,
    offset: usize,
    is_end: bool,
    body: impl IntoBody,
) -> Answer {
    let client = client
        .clone()
        .with("content-type", "application/partial-upload")
        .with("upload-offset", &offset.to_string())
        .with("upload-complete", if is_end { "?1" } else { "?0" });
    client.raw("PATCH", address, body.body()).await
}

/// What can be sent as more of a file.
trait IntoBody {
    fn body(self) -> Body;
}

impl IntoBody for &[u8] {
    fn body(self) -> Body {
        // In pieces, as a network brings it.
        let pieces: Vec<_> = self
            .chunks(60_000)
            .map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece)))
            .collect();
        Body::from_stream(futures_util::stream::iter(pieces))
    }
}

impl IntoBody for &str {
    fn body(self) -> Body {
        Body::from(self.to_owned())
    }
}

impl IntoBody for Body {
    fn body(self) -> Body {
        self
    }
}

/// Uploads a file, and returns its id.
async fn upload(client: &Client, things: &Things, name: &str, file: &[u8]) -> String {
    let begun = client.post(&uploads(things), json!({ "name": name })).await;
    let address = format!("{}/{}", uploads(things), begun.is(201)["id"].as_str().unwrap());
    let done = append(client, &address, 0, true, file).await;
    done.is(200)["id"].as_str().unwrap().to_owned()
}

/// Downloads something, and returns status and headers, and the bytes.
async fn download(client: &Client, path: &str) -> (Value, Vec<u8>) {
    let response = client.open("GET", path, "").await;
    let mut told = json!({ "status": response.status().as_u16() });
    for (name, value) in response.headers() {
        told[name.as_str()] = json!(value.to_str().unwrap());
    }
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (told, bytes.to_vec())
}

fn bytes(count: usize) -> Vec<u8> {
    (0..251_u8).cycle().take(count).collect()
}

fn uploads(things: &Things) -> String {
    format!("/v1/teams/acme/workspaces/{}/uploads", things.workspace)
}

fn files(things: &Things) -> String {
    format!("/v1/teams/acme/workspaces/{}/files", things.workspace)
}
