//! Writes what fuzzers begin with into `corpus`: certificates of a root that is not believed, and
//! requests that are signed with their keys.

use std::fs;
use std::io;
use std::path::Path;

use data_encoding::BASE64;
use guest_app::JoinDraft;
use guest_testkit::Authority;

fn main() -> io::Result<()> {
    let root = Authority::new("Other Root");
    let nova = root.issue("Nova", "nova@example.org", 7, 2029);
    let draft = JoinDraft {
        id: format!("jrq_{}", "0".repeat(26)),
        device: None,
        proof: nova.sign(b"a request"),
    };
    let leaf = draft.proof.chain.iter().filter_map(|one| BASE64.decode(one.as_bytes()).ok());
    for (number, der) in leaf.chain([root.der().to_vec(), root.revoke(&[7])]).enumerate() {
        write("certificates", number, &[&[255], der.as_slice()].concat())?;
    }
    write("join_request", 0, &serde_json::to_vec(&draft)?)
}

fn write(target: &str, number: usize, said: &[u8]) -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(format!("seed-{number}")), said)
}
