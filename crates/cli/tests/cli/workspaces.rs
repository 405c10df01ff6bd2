//! Workspaces by command, on the data directory and through a server (IF-21, OR-40 to OR-43).

use std::fs;
use std::io::Write as _;
use std::net::TcpStream;

use serde_json::json;

use super::support::{Person, Place, Server, wait};

#[test]
fn or_43_a_file_goes_up_and_comes_back_both_ways() {
    let place = Place::with_team();
    place.ok("user add --email mia@acme.example --name Mia --profile member");
    let key = place.key("ada@acme.example");
    let server = Server::start(&place);
    let (up, down) = (place.folder.path().join("plan.bin"), place.folder.path().join("back.bin"));
    // More than one request's worth, and no whole number of parts.
    let file: Vec<u8> = (0..251_u8).cycle().take(9 * 1024 * 1024 + 77).collect();
    fs::write(&up, &file).unwrap();
    let made = place.json("workspace create Plans");
    assert_eq!((&made["name"], &made["role"]), (&"Plans".into(), &"owner".into()));
    let first = place.json(&format!("workspace upload Plans {}", up.display()));
    assert_eq!(
        (&first["latest"]["number"], &first["latest"]["size"]),
        (&1.into(), &file.len().into())
    );
    fs::write(&up, b"a short one").unwrap();
    let second = server.json(&key, &format!("workspace upload Plans {}", up.display()));
    assert_eq!(second["latest"]["number"], 2);
    let saved = format!("workspace download Plans PLAN.bin --to {}", down.display());
    server.json(&key, &saved);
    assert_eq!(fs::read(&down).unwrap(), b"a short one");
    let there = place.run(&saved);
    assert!(there.code == 2 && there.err.contains("--force"), "{there:?}");
    place.json(&format!("{saved} --version 1 --force"));
    assert!(fs::read(&down).unwrap() == file);
    let listed = server.json(&key, "workspace files Plans");
    assert_eq!(listed["data"][0]["name"], "plan.bin");
    let versions = place.json("workspace versions Plans plan.bin");
    assert_eq!(versions["data"].as_array().unwrap().len(), 2);
    let storage = place.json("workspace storage");
    assert_eq!(storage["used"], file.len() + 11);
    server.json(&key, "workspace delete-file Plans plan.bin");
    assert_eq!(place.json("workspace storage")["used"], 0);
    // The parts are where the server keeps them, for its own user only.
    let blobs = place.data.join("blobs");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&blobs).unwrap().permissions().mode() & 0o777, 0o700);
    }
    assert!(blobs.join("acme").is_dir());
}

#[test]
fn or_41_sharing_is_the_same_both_ways() {
    let place = Place::with_team();
    place.ok("user add --email mia@acme.example --name Mia --profile member");
    place.ok("user add --email eve@acme.example --name Eve --profile external");
    place.ok("computer add studio-1");
    let key = place.key("ada@acme.example");
    let server = Server::start(&place);
    place.ok("workspace create Plans");
    for line in [
        "workspace share Plans mia@acme.example --role manager",
        "workspace share Plans eve@acme.example --role reader",
        "workspace computers Plans --add studio-1",
    ] {
        let here = place.json(line);
        assert_eq!(here, server.json(&key, line), "{line}");
    }
    for (line, code) in [
        ("workspace share Plans eve@acme.example --role owner", "external_role"),
        ("workspace leave Plans --as ada@acme.example", "last_workspace_owner"),
        (
            "workspace share Plans eve@acme.example --role contributor --as eve@acme.example",
            "forbidden",
        ),
        ("workspace delete Plans --as mia@acme.example", "workspace_role"),
        ("workspace claim Plans --as mia@acme.example", "workspace_owned"),
        ("workspace show Nowhere", "not_found"),
    ] {
        assert!(place.refused(line).contains(code), "{line}");
    }
    let members = server.json(&key, "workspace members Plans")["data"].clone();
    assert_eq!(members.as_array().unwrap().len(), 3);
    place.ok("workspace leave Plans --as mia@acme.example");
    server.json(&key, "workspace unshare Plans eve@acme.example");
    server.json(&key, "workspace rename Plans Drafts");
    assert_eq!(place.json("workspace show Drafts")["members"], 1);
    let list = place.json("workspace list --as mia@acme.example");
    assert_eq!(list["data"].as_array().unwrap().len(), 0);
    place.ok("workspace delete Drafts");
    assert_eq!(server.json(&key, "workspace list")["data"].as_array().unwrap().len(), 0);
}

#[test]
fn or_43_an_upload_that_a_crash_interrupted_goes_on() {
    let place = Place::with_team();
    let key = place.key("ada@acme.example");
    let server = Server::start(&place);
    let file = place.folder.path().join("plan.bin");
    fs::write(&file, vec![7; SIZE]).unwrap();
    place.ok("workspace create Plans");
    let id = place.json("workspace show Plans")["id"].as_str().unwrap().to_owned();
    let client = Person::with_key(&server.url, &key);
    let path = format!("/v1/teams/acme/workspaces/{id}/uploads");
    let begun = client.post(&path, &json!({ "name": "plan.bin" })).unwrap();
    let upload = begun["id"].as_str().unwrap().to_owned();
    let one = format!("{path}/{upload}");
    let address = server.url.strip_prefix("http://").unwrap();
    let mut socket = TcpStream::connect(address).unwrap();
    write!(
        socket,
        "PATCH {one} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\n\
         content-type: application/partial-upload\r\nupload-offset: 0\r\n\
         upload-complete: ?1\r\ncontent-length: {SIZE}\r\n\r\n"
    )
    .unwrap();
    socket.write_all(&vec![7; 5 * 1024 * 1024 + 99]).unwrap();
    wait("some of it to be kept", || {
        let offset = client.get(&one).unwrap()["offset"].as_u64();
        (offset == Some(5 * 1024 * 1024)).then_some(())
    });
    drop(server); // Killed, as it is.
    let server = Server::start(&place);
    let line = format!("workspace upload Plans {} --resume {upload}", file.display());
    let made = server.json(&key, &line);
    assert_eq!(made["latest"]["size"], SIZE);
    let saved = place.folder.path().join("back.bin");
    place.json(&format!("workspace download Plans plan.bin --to {}", saved.display()));
    assert!(fs::read(saved).unwrap() == vec![7; SIZE]);
}

const SIZE: usize = 20 * 1024 * 1024 + 1;
