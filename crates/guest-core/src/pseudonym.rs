//! What users are called to those who may not know their names (OR-3).

use crate::{MacKey, TeamId, UserId};

/// Returns the stable pseudonym of a user, such as `Guest Heron 4F` (OR-3).
///
/// It depends on the server's key, so that nobody can find out by trying whom
/// it stands for, and on nothing that changes.
#[must_use]
pub fn pseudonym(key: &MacKey, team: TeamId, user: UserId) -> String {
    let bits = key.derive("pseudonym", &[team.as_str().as_bytes(), &user.to_bits().to_be_bytes()]);
    let [first, second, ..] = bits;
    let bird = BIRDS.split(' ').nth(usize::from(first % 64)).unwrap_or_default();
    format!("Guest {bird} {second:02X}")
}

/// Sixty-four, which divide the values of a byte evenly.
const BIRDS: &str = "Albatross Avocet Bittern Bullfinch Bunting Buzzard Chaffinch Chough \
     Cormorant Crane Crossbill Cuckoo Curlew Dipper Dove Dunlin Dunnock Eagle Egret Eider Falcon \
     Fieldfare Firecrest Flamingo Fulmar Gannet Godwit Goldfinch Goshawk Grebe Grouse Harrier \
     Heron Hoopoe Ibis Jackdaw Kestrel Kingfisher Kite Lapwing Linnet Magpie Martin Merlin \
     Nightjar Nuthatch Oriole Osprey Ouzel Pelican Petrel Pipit Plover Puffin Raven Robin \
     Sandpiper Skylark Starling Stork Swift Teal Wagtail Wren";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn or_3_a_pseudonym_is_stable_and_differs_by_user_team_and_key() {
        let of = |key, team, user| {
            pseudonym(
                &MacKey::new([key; 32]),
                TeamId::parse(team).unwrap(),
                UserId::from_bits(user),
            )
        };
        let first = of(1, "acme", 1);
        assert_eq!(first, of(1, "acme", 1));
        for other in [of(1, "acme", 2), of(1, "acme-2", 1), of(2, "acme", 1)] {
            assert_ne!(first, other);
        }
    }

    #[test]
    fn or_3_a_pseudonym_is_guest_a_bird_and_two_digits() {
        let mut birds = BTreeSet::new();
        for user in 0..2_000 {
            let key = MacKey::new([1; 32]);
            let name = pseudonym(&key, TeamId::parse("acme").unwrap(), UserId::from_bits(user));
            let [guest, bird, number] = name.split(' ').collect::<Vec<_>>()[..] else {
                panic!("{name}")
            };
            assert_eq!((guest, number.len()), ("Guest", 2));
            assert!(u8::from_str_radix(number, 16).is_ok(), "{name}");
            birds.insert(bird.to_owned());
        }
        assert_eq!(birds.len(), 64);
    }
}
