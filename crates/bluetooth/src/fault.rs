//! What btleplug's errors mean to a person with a phone.

use crate::LinkError;

/// The name of an error on D-Bus, and what it means.
type Named = (&'static str, fn() -> LinkError);

/// Errors of BlueZ and of the bus. btleplug passes them on as text only.
const NAMES: [Named; 12] = [
    ("org.bluez.Error.NotReady", || LinkError::BluetoothOff),
    ("DBus.Error.ServiceUnknown", || LinkError::NoAdapter),
    ("DBus.Error.Spawn.", || LinkError::NoAdapter),
    ("DBus.Error.NameHasNoOwner", || LinkError::NoAdapter),
    ("DBus.Error.FileNotFound", || LinkError::NoAdapter),
    ("DBus.Error.AccessDenied", || LinkError::PermissionDenied),
    ("org.bluez.Error.NotAuthorized", || {
        LinkError::PermissionDenied
    }),
    ("DBus.Error.UnknownObject", || LinkError::NotFound),
    ("org.bluez.Error.DoesNotExist", || LinkError::NotFound),
    ("DBus.Error.NoReply", || LinkError::Timeout),
    ("org.bluez.Error.NotConnected", || LinkError::Lost),
    ("org.bluez.Error.Failed", || LinkError::Lost),
];

/// What blec's Android side says. It is passed on as text only, too.
const SAYINGS: [Named; 10] = [
    ("Missing bluetooth permission", || {
        LinkError::PermissionDenied
    }),
    // There is no scanner while Bluetooth is off.
    ("No bluetooth scanner available", || LinkError::BluetoothOff),
    ("No bluetooth adapter available", || LinkError::NoAdapter),
    ("No bluetooth manager found", || LinkError::NoAdapter),
    ("not found in discovered devices", || LinkError::NotFound),
    ("not in connected devices", || LinkError::Lost),
    ("No gatt server connected", || LinkError::Lost),
    // A connection that fails in the making is nothing unusual over the air.
    ("Connection failed", || LinkError::Lost),
    ("Disconnected", || LinkError::Lost),
    ("Timeout during execution", || LinkError::Timeout),
];

pub(crate) fn fault(error: btleplug::Error) -> LinkError {
    use btleplug::Error;
    match error {
        Error::PermissionDenied => LinkError::PermissionDenied,
        Error::DeviceNotFound | Error::NoSuchCharacteristic => LinkError::NotFound,
        Error::NotConnected => LinkError::Lost,
        Error::NoAdapterAvailable => LinkError::NoAdapter,
        Error::TimedOut(_) => LinkError::Timeout,
        Error::Other(inner) => {
            named(&NAMES, &format!("{inner:?}")).unwrap_or_else(|| LinkError::Io(inner.to_string()))
        }
        Error::RuntimeError(text) => named(&SAYINGS, &text).unwrap_or(LinkError::Io(text)),
        other => LinkError::Io(other.to_string()),
    }
}

fn named(names: &[Named], text: &str) -> Option<LinkError> {
    let known = names.iter().find(|(name, _)| text.contains(name))?;
    Some(known.1())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_adapter_that_is_off_and_one_that_is_missing_are_told_apart() {
        let off = btleplug::Error::Other("org.bluez.Error.NotReady: Resource Not Ready".into());
        assert!(matches!(fault(off), LinkError::BluetoothOff));
        let none =
            btleplug::Error::Other("org.freedesktop.DBus.Error.ServiceUnknown: no bluez".into());
        assert!(matches!(fault(none), LinkError::NoAdapter));
    }

    #[test]
    fn what_androids_side_says_is_understood() {
        let said = |text: &str| fault(btleplug::Error::RuntimeError(text.to_owned()));
        let denied = "android: start_scan failed: start_scan: Missing bluetooth permission!";
        assert!(matches!(said(denied), LinkError::PermissionDenied));
        let gone = "android: connect failed: Connection failed. Status: 133 (GATT_ERROR), State: 0";
        assert!(matches!(said(gone), LinkError::Lost));
        assert!(matches!(said("android: something else"), LinkError::Io(_)));
    }
}
