//! The vectors of `docs/greeting-vectors.json`, made from this implementation and held against it
//! (OR-25, OR-26).
//!
//! The page's script and any other client are held against the same file.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use data_encoding::HEXLOWER;
use guest_core::{
    Choices, Context, Details, DeviceName, DevicePublicKey, GREETING_VERSION, GreetingCode,
    GreetingMessage as Message, GuestRandom, GuestSide, GuestStage, HostRandom, HostSide,
    HostStage, MemberInviteId, PersonName, TeamId, acknowledgement,
};
use p256::ecdsa::SigningKey;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Run with `GREETING_VECTORS=write` to write the file anew.
#[test]
fn or_25_the_vectors_are_what_this_implementation_does() {
    let vectors: Vec<_> = (0..COUNT).map(vector).collect();
    let file = json!({ "version": GREETING_VERSION, "vectors": vectors });
    if std::env::var("GREETING_VECTORS").is_ok_and(|wish| wish == "write") {
        let mut text = serde_json::to_string_pretty(&file).unwrap();
        writeln!(text).unwrap();
        fs::write(path(), text).unwrap();
    }
    let kept: Value = serde_json::from_str(&fs::read_to_string(path()).unwrap()).unwrap();
    assert_eq!(kept, file);
}

/// One whole exchange, with everything that both sides draw, say and show.
fn vector(number: u64) -> Value {
    let draw = |what: &str| -> [u8; 32] { Sha256::digest(format!("{what} {number}")).into() };
    let host_random =
        HostRandom { key: draw("host"), nonce: draw("host nonce"), decoys: draw("host decoys") };
    let [seal, _] = *draw("seal").as_chunks::<12>().0 else { panic!() };
    let guest_random = GuestRandom {
        key: draw("guest"),
        nonce: draw("guest nonce"),
        decoys: draw("guest decoys"),
        seal,
    };
    let context = context(number);
    let mut host = HostSide::begin(context, &host_random);
    let mut guest = GuestSide::begin(context, &guest_random);
    pass(&host, &mut guest);
    back(&guest, &mut host);
    pass(&host, &mut guest);
    back(&guest, &mut host);
    let HostStage::Say(host_code) = host.stage() else { panic!() };
    let GuestStage::Pick(guest_choices) = guest.stage() else { panic!() };
    guest.handle_pick(host_code.as_str());
    back(&guest, &mut host);
    let GuestStage::Say(guest_code) = guest.stage() else { panic!() };
    let HostStage::Pick(host_choices) = host.stage() else { panic!() };
    host.handle_pick(guest_code.as_str());
    pass(&host, &mut guest);
    let details = details(number);
    guest.handle_details(&details);
    back(&guest, &mut host);
    assert_eq!(host.stage(), HostStage::Confirm(details.clone()));
    host.handle_finished();
    pass(&host, &mut guest);
    let GuestStage::Done(accepted) = guest.stage() else { panic!() };
    json!({
        "team": context.team.as_str(),
        "invitation": context.invitation.to_string(),
        "host": {
            "private_key": HEXLOWER.encode(&host_random.key),
            "nonce": HEXLOWER.encode(&host_random.nonce),
            "decoys": HEXLOWER.encode(&host_random.decoys),
            "says": host_code.as_str(),
            "is_shown": shown(&host_choices),
            "messages": host.said().iter().map(message).collect::<Vec<_>>(),
        },
        "guest": {
            "private_key": HEXLOWER.encode(&guest_random.key),
            "nonce": HEXLOWER.encode(&guest_random.nonce),
            "decoys": HEXLOWER.encode(&guest_random.decoys),
            "seal_nonce": HEXLOWER.encode(&guest_random.seal),
            "says": guest_code.as_str(),
            "is_shown": shown(&guest_choices),
            "messages": guest.said().iter().map(message).collect::<Vec<_>>(),
        },
        "details": {
            "name": details.name.as_str(),
            "device_name": details.device_name.as_str(),
            "device_key": details.device_key.to_string(),
        },
        "acknowledgement": HEXLOWER.encode(&acknowledgement(&context, &accepted)),
    })
}

fn pass(host: &HostSide, guest: &mut GuestSide) {
    host.said().iter().for_each(|message| guest.handle_message(message));
}

fn back(guest: &GuestSide, host: &mut HostSide) {
    guest.said().iter().for_each(|message| host.handle_message(message));
}

fn shown(choices: &Choices) -> Vec<&str> {
    choices.iter().map(GreetingCode::as_str).collect()
}

/// A message as it is sent.
fn message(message: &Message) -> Value {
    let mut sent = match message {
        Message::HostKey { version, key } | Message::GuestKey { version, key } => {
            json!({ "version": version, "key": key.to_string() })
        }
        Message::GuestCommitment { hash } => json!({ "hash": hash.to_string() }),
        Message::HostNonce { nonce } | Message::GuestNonce { nonce } => {
            json!({ "nonce": nonce.to_string() })
        }
        Message::GuestConfirmed { tag }
        | Message::HostConfirmed { tag }
        | Message::Accepted { tag } => json!({ "tag": tag.to_string() }),
        Message::Details { nonce, sealed } => {
            json!({ "nonce": nonce.to_string(), "sealed": sealed.to_string() })
        }
        Message::Acknowledged { signature } => json!({ "signature": signature.to_string() }),
    };
    sent["step"] = json!(message.name());
    sent
}

fn details(number: u64) -> Details {
    let (name, device) = [
        ("Nina Newcomer", "Chromium on Linux"),
        ("Zoë Ångström", "Zoës Telefon"),
        ("李 小龍", "🖥 1"),
        ("N", "D"),
    ][usize::try_from(number).unwrap()];
    Details {
        name: PersonName::parse(name).unwrap(),
        device_name: DeviceName::parse(device).unwrap(),
        device_key: device_key(number),
    }
}

fn device_key(number: u64) -> DevicePublicKey {
    let secret = Sha256::digest(format!("device {number}"));
    let signer = SigningKey::from_slice(&secret).unwrap();
    DevicePublicKey::from_bytes(signer.verifying_key().to_sec1_point(false).as_bytes()).unwrap()
}

fn context(number: u64) -> Context {
    let invitation = MemberInviteId::from_bits(u128::from(number) << 64 | 0x0123_4567);
    let team =
        ["acme", "a", "a-team-with-a-name-of-32-letters", "x-1"][usize::try_from(number).unwrap()];
    Context { team: TeamId::parse(team).unwrap(), invitation }
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/greeting-vectors.json")
}

const COUNT: u64 = 4;
