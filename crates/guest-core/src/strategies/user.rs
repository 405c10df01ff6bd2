use proptest::prelude::*;
use proptest::sample::select;

use super::{email, group_name, instant, person_name, team_id};
use crate::{Group, GroupId, Profile, Role, User, UserId};

/// Yields users of every profile, owners, coordinators and revoked ones among them.
pub fn user() -> impl Strategy<Value = User> {
    let names = (any::<u128>(), team_id(), email(), person_name());
    let flags = (profile(), any::<bool>(), any::<bool>());
    let times = (instant(), proptest::option::weighted(0.2, instant()));
    (names, flags, times, 1_u32..100).prop_map(|(names, flags, times, version)| {
        let ((id, team, email, name), (profile, owner, coordinator)) = (names, flags);
        let (joined_at, revoked_at) = times;
        User {
            team,
            id: UserId::from_bits(id),
            email,
            name,
            profile,
            owner: owner && profile == Profile::Administrator,
            coordinator: coordinator && profile == Profile::Member,
            joined_at,
            revoked_at,
            version,
        }
    })
}

/// Yields users as no rule leaves them: owners who do not administrate (OR-6), coordinators who
/// are no Members (OR-7).
pub fn near_user() -> impl Strategy<Value = User> {
    use Profile::{Administrator, External, Member};
    let owner = (user(), select(&[External, Member][..])).prop_map(|(user, profile)| User {
        profile,
        owner: true,
        ..user
    });
    let coordinator = (user(), select(&[External, Administrator][..]))
        .prop_map(|(user, profile)| User { profile, coordinator: true, ..user });
    prop_oneof![owner, coordinator]
}

/// Yields every profile.
pub fn profile() -> impl Strategy<Value = Profile> {
    select(Profile::ALL.to_vec())
}

/// Yields every role.
pub fn role() -> impl Strategy<Value = Role> {
    use Role::{Administrator, Coordinator, External, Member, Owner};
    select(&[External, Member, Coordinator, Administrator, Owner][..])
}

/// Yields groups, with and without the coordinator permission.
pub fn group() -> impl Strategy<Value = Group> {
    (team_id(), any::<u128>(), group_name(), any::<bool>()).prop_map(
        |(team, id, name, coordinator)| Group {
            team,
            id: GroupId::from_bits(id),
            name,
            coordinator,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest! {
        #[test]
        fn or_6_or_7_generated_users_keep_the_rules(user in user(), near in near_user()) {
            prop_assert!(is_sound(&user));
            prop_assert!(!is_sound(&near));
        }

        #[test]
        fn or_6_or_7_no_change_breaks_a_sound_user(
            user in user(),
            to in profile(),
            flag in any::<bool>(),
            owners in 0_usize..3,
        ) {
            let changed = [
                user.change_profile(to, None),
                user.set_coordinator(flag),
                user.set_owner(flag, owners),
            ];
            for next in changed.into_iter().flatten() {
                prop_assert!(is_sound(&next));
                let risen = u32::from(next != user);
                prop_assert_eq!(next.version, user.version + risen);
            }
        }
    }

    fn is_sound(user: &User) -> bool {
        (!user.owner || user.profile == Profile::Administrator)
            && (!user.coordinator || user.profile == Profile::Member)
    }
}
