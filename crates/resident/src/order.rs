use std::cmp::Reverse;

use crate::ui::{DoorCard, DoorKind};

/// Puts doors, which come by name, in the order in which a person wants them.
///
/// 1. Doors that are near, the nearest first: whoever stands before one means that one, pinned or not.
/// 2. Pinned doors, in the person's own order.
/// 3. The others: the building's doors before apartments, since that is the way in; then by name.
///
/// Of doors equally near the pinned one is first. Where somebody stands moves only the first group; the others
/// stay where they were put. How near is smoothed and moves in steps (`presence`), and a window holds its order
/// while a finger is on it or a door is busy (`ui/domain/doors/nearest.ts`), so that nothing jumps away from under
/// a finger.
pub(crate) fn order(doors: &mut [DoorCard], pinned: &[String]) {
    let place = |door: &DoorCard| {
        let place = pinned.iter().position(|id| *id == door.id);
        place.unwrap_or(pinned.len())
    };
    // The sort is stable: what is equal keeps the order of names.
    doors.sort_by_key(|door| {
        let how_near = Reverse((door.nearby, door.rssi_dbm));
        (how_near, place(door), door.kind == DoorKind::Unit)
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::{CredentialState, Lockdown, UnlockState};

    fn door(name: &str) -> DoorCard {
        DoorCard {
            id: name.to_owned(),
            name: name.to_owned(),
            kind: DoorKind::Common,
            nearby: false,
            rssi_dbm: None,
            remote: false,
            live: false,
            keypad: false,
            credential: CredentialState::Valid,
            lockdown: Lockdown::Off,
            hours: Vec::new(),
            unlock: UnlockState::Idle,
        }
    }

    fn near(name: &str, rssi_dbm: impl Into<Option<i16>>) -> DoorCard {
        DoorCard {
            nearby: true,
            rssi_dbm: rssi_dbm.into(),
            ..door(name)
        }
    }

    fn apartment(name: &str) -> DoorCard {
        DoorCard {
            kind: DoorKind::Unit,
            ..door(name)
        }
    }

    fn check(mut doors: Vec<DoorCard>, pinned: &[&str], expected: &str) {
        let pinned: Vec<_> = pinned.iter().map(ToString::to_string).collect();
        order(&mut doors, &pinned);
        let names: Vec<_> = doors.iter().map(|door| door.name.as_str()).collect();
        assert_eq!(names.join(" "), expected);
    }

    #[test]
    fn pinned_doors_come_in_the_persons_own_order_before_the_rest_by_name() {
        let doors = || vec![door("a"), door("b"), door("c"), door("d")];
        check(doors(), &[], "a b c d");
        check(doors(), &["d", "b"], "d b a c");
        check(doors(), &["b", "d"], "b d a c");
    }

    #[test]
    fn a_door_that_is_near_comes_before_every_pinned_one_that_is_not() {
        let doors = vec![door("a"), near("b", -60), near("c", -50), door("d")];
        check(doors, &["d", "b"], "c b d a");
    }

    #[test]
    fn of_doors_equally_near_the_pinned_one_is_first() {
        check(vec![near("a", None), near("b", None)], &["b"], "b a");
        check(vec![near("a", -50), near("b", -50)], &["b"], "b a");
    }

    #[test]
    fn the_buildings_doors_come_before_apartments_unless_one_is_pinned() {
        let doors = || vec![apartment("a"), door("b"), door("c")];
        check(doors(), &[], "b c a");
        check(doors(), &["a"], "a b c");
    }

    #[test]
    fn a_pinned_door_that_is_gone_takes_no_place() {
        check(vec![door("a"), door("b")], &["gone", "b"], "b a");
    }
}
