use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use keyring_core::{CredentialStore, Entry, Error};
use zeroize::Zeroizing;

use super::{DeviceKeys, KeyError, KeyStore};

const SERVICE: &str = "org.vestibule.app";

type Connect = fn() -> keyring_core::Result<Arc<CredentialStore>>;

/// How entries are made on this system. On an iPhone they can be read once it was unlocked after its start, and stay on it:
/// no backup takes them along. Android's keystore knows nothing else.
const MODIFIERS: &[(&str, &str)] = if cfg!(target_os = "ios") {
    &[("access-policy", "after-first-unlock-this-device-only")]
} else {
    &[]
};

/// The operating system's keychain: Secret Service, macOS or iOS keychain, Windows credential manager, or what Android's
/// keystore encrypts.
#[derive(Debug)]
pub struct Keychain {
    connect: Connect,
    store: Mutex<Option<Arc<CredentialStore>>>,
}

impl Keychain {
    /// This platform's keychain. Connects when it is first used.
    pub fn of_this_system() -> Self {
        Self::connected_by(platform_store)
    }

    /// A keychain over a given store.
    pub fn connected_by(connect: Connect) -> Self {
        Self {
            connect,
            store: Mutex::default(),
        }
    }

    fn entry(&self, name: &str) -> Result<Entry, KeyError> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        if store.is_none() {
            *store = Some((self.connect)().map_err(KeyError::NoKeychain)?);
        }
        let store = store
            .as_ref()
            .ok_or(KeyError::NoKeychain(Error::NoDefaultStore))?;
        let modifiers: HashMap<_, _> = MODIFIERS.iter().copied().collect();
        store
            .build(SERVICE, name, (!modifiers.is_empty()).then_some(&modifiers))
            .map_err(KeyError::NoKeychain)
    }
}

impl KeyStore for Keychain {
    fn save(&self, name: &str, keys: &DeviceKeys) -> Result<(), KeyError> {
        self.entry(name)?
            .set_secret(&keys.encode())
            .map_err(KeyError::NoKeychain)
    }

    fn load(&self, name: &str) -> Result<DeviceKeys, KeyError> {
        match self.entry(name)?.get_secret() {
            Ok(secret) => DeviceKeys::decode(&Zeroizing::new(secret)),
            Err(Error::NoEntry) => Err(KeyError::Missing),
            Err(error) => Err(KeyError::NoKeychain(error)),
        }
    }

    fn delete(&self, name: &str) -> Result<(), KeyError> {
        match self.entry(name)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(KeyError::NoKeychain(error)),
        }
    }
}

#[cfg(target_os = "linux")]
fn platform_store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(dbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn platform_store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(target_os = "windows")]
fn platform_store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

/// Works once the app's activity is there, whose context it uses.
#[cfg(target_os = "android")]
fn platform_store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(android_native_keyring_store::Store::new()?)
}

#[cfg(target_os = "ios")]
fn platform_store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::protected::Store::new()?)
}

#[cfg(not(any(
    target_os = "android",
    target_os = "ios",
    target_os = "linux",
    target_os = "macos",
    target_os = "windows"
)))]
fn platform_store() -> keyring_core::Result<Arc<CredentialStore>> {
    Err(Error::NoDefaultStore)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mock() -> keyring_core::Result<Arc<CredentialStore>> {
        Ok(keyring_core::mock::Store::new()?)
    }

    #[test]
    fn keys_come_back_from_the_keychain_until_they_are_deleted() {
        let keychain = Keychain::connected_by(mock);
        let keys = DeviceKeys {
            auth: [1; 32],
            holder: [2; 32],
            viewer: [3; 32],
        };
        keychain.save("home", &keys).unwrap();
        assert_eq!(keychain.load("home").unwrap(), keys);
        keychain.delete("home").unwrap();
        assert!(matches!(keychain.load("home"), Err(KeyError::Missing)));
    }

    #[test]
    fn a_system_without_a_keychain_says_so() {
        let keychain = Keychain::connected_by(|| Err(Error::NoDefaultStore));
        assert!(matches!(
            keychain.load("home"),
            Err(KeyError::NoKeychain(_))
        ));
    }
}
