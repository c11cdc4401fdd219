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

pub(super) fn fault(error: btleplug::Error) -> LinkError {
    use btleplug::Error;
    match error {
        Error::PermissionDenied => LinkError::PermissionDenied,
        Error::DeviceNotFound | Error::NoSuchCharacteristic => LinkError::NotFound,
        Error::NotConnected => LinkError::Lost,
        Error::NoAdapterAvailable => LinkError::NoAdapter,
        Error::TimedOut(_) => LinkError::Timeout,
        Error::Other(inner) => {
            named(&format!("{inner:?}")).unwrap_or_else(|| LinkError::Io(inner.to_string()))
        }
        other => LinkError::Io(other.to_string()),
    }
}

fn named(text: &str) -> Option<LinkError> {
    let known = NAMES.iter().find(|(name, _)| text.contains(name))?;
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
}
