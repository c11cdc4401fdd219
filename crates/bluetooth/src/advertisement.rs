//! What a door broadcasts: with flags (3 bytes), service UUID (18) and this (10) it fills the 31 bytes exactly.

use std::{collections::HashMap, hash::BuildHasher};

use access::ShortDoorId;

/// The company identifier that the Bluetooth SIG leaves for use without one (Assigned Numbers, section 7).
pub const COMPANY: u16 = 0xFFFF;

/// The manufacturer data of a door, under [`COMPANY`]: its short id.
pub fn manufacturer_data(door: ShortDoorId) -> Vec<u8> {
    door.0.to_vec()
}

/// Reads the short id out of an advertisement's manufacturer data; `None` where there is none.
pub fn door_of<S: BuildHasher>(
    manufacturer_data: &HashMap<u16, Vec<u8>, S>,
) -> Option<ShortDoorId> {
    let bytes = manufacturer_data.get(&COMPANY)?;
    Some(ShortDoorId(bytes.as_slice().try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_door_reads_back_what_it_broadcasts() {
        let door = ShortDoorId([1, 2, 3, 4, 5, 6]);
        let heard = HashMap::from([(COMPANY, manufacturer_data(door))]);
        assert_eq!(door_of(&heard), Some(door));
    }

    #[test]
    fn another_makers_data_or_another_length_is_no_door() {
        let elsewhere = HashMap::from([(0x004C, vec![1, 2, 3, 4, 5, 6])]);
        assert_eq!(door_of(&elsewhere), None);
        let longer = HashMap::from([(COMPANY, vec![1, 2, 3, 4, 5, 6, 7])]);
        assert_eq!(door_of(&longer), None);
    }
}
