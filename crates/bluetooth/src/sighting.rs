//! What a device that was heard says about itself.

use btleplug::api::Peripheral;

use crate::{LinkAddress, Sighting, advertisement, central::Address};

/// What HCI reports for a signal strength that it does not know (Core Specification, vol. 4, part E, 7.7.65.2).
const RSSI_UNKNOWN: i16 = 127;

/// The door that a device is; `None` for anything else, and for a door that is not heard now.
///
/// What a device broadcasts decides, and not its services: BlueZ takes the door's from the list when the door stops
/// while it is connected, and does not add it again when the door advertises anew.
pub(crate) async fn sighting(device: &impl Peripheral) -> Option<Sighting> {
    let properties = device.properties().await.ok()??;
    // A device that was heard in an earlier scan, and not in this one, has no signal strength.
    let rssi = properties.rssi?;
    Some(Sighting {
        door: advertisement::door_of(&properties.manufacturer_data)?,
        rssi_dbm: (rssi != RSSI_UNKNOWN).then_some(rssi),
        address: LinkAddress(Address::Radio(device.id())),
    })
}
