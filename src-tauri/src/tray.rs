//! The tray: one entry a door, and the way back to the window. Linux trays tell of no clicks, so all is in the menu.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};

use resident::ui::{Snapshot, UnlockState};
use tauri::menu::{Menu, MenuBuilder, MenuEvent, MenuItemBuilder};
use tauri::tray::TrayIconBuilder;
use tauri::{AppHandle, Manager as _, include_image};
use tracing::warn;

use crate::shell::TauriShell;
use crate::window;

const TRAY: &str = "vestibule";
const OPEN: &str = "open";
const QUIT: &str = "quit";
const DOOR: &str = "door:";

/// What the menu shows now, so that it is not built anew for nothing.
#[derive(Debug, Default)]
pub(crate) struct Shown(Mutex<Vec<Entry>>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    id: String,
    label: String,
    enabled: bool,
}

/// Puts the tray icon up; says whether there is one. The Linux library behind it panics where a system library is
/// missing, and an app without a tray still opens doors.
pub(crate) fn put_up(app: &AppHandle) -> bool {
    let built = panic::catch_unwind(AssertUnwindSafe(|| build(app)));
    match built {
        Ok(Ok(())) => return true,
        Ok(Err(error)) => warn!(%error, "there is no tray"),
        Err(_) => warn!("there is no tray: the system has no library for it"),
    }
    false
}

fn build(app: &AppHandle) -> tauri::Result<()> {
    let menu = menu(app, &[])?;
    TrayIconBuilder::with_id(TRAY)
        .icon(include_image!("../icons/tray-on-dark.png"))
        .icon_as_template(true)
        .tooltip("Vestibule")
        .menu(&menu)
        .on_menu_event(handle_menu)
        .build(app)?;
    Ok(())
}

/// Shows the doors as they are now.
pub(crate) fn update(app: &AppHandle, snapshot: &Snapshot) {
    let entries = entries(snapshot);
    let shown = app.state::<Shown>();
    let mut shown = shown.0.lock().unwrap_or_else(PoisonError::into_inner);
    if *shown == entries {
        return;
    }
    shown.clone_from(&entries);
    drop(shown);
    let on_main = app.clone();
    let asked = app.run_on_main_thread(move || {
        if let Err(error) = replace_menu(&on_main, &entries) {
            warn!(%error, "the tray's menu cannot be changed");
        }
    });
    if let Err(error) = asked {
        warn!(%error, "the tray's menu cannot be changed");
    }
}

fn replace_menu(app: &AppHandle, entries: &[Entry]) -> tauri::Result<()> {
    let Some(tray) = app.tray_by_id(TRAY) else {
        return Ok(());
    };
    tray.set_menu(Some(menu(app, entries)?))
}

fn menu(app: &AppHandle, entries: &[Entry]) -> tauri::Result<Menu<tauri::Wry>> {
    let mut menu = MenuBuilder::new(app);
    for entry in entries {
        let item = MenuItemBuilder::with_id(&entry.id, &entry.label).enabled(entry.enabled);
        menu = menu.item(&item.build(app)?);
    }
    if !entries.is_empty() {
        menu = menu.separator();
    }
    menu.text(OPEN, "Open Vestibule").text(QUIT, "Quit").build()
}

/// The doors by name: a menu that reorders itself under the pointer opens the wrong door.
fn entries(snapshot: &Snapshot) -> Vec<Entry> {
    let mut doors: Vec<_> = snapshot.doors.iter().collect();
    doors.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.id.cmp(&b.id)));
    let entries = doors.into_iter().map(|door| Entry {
        id: format!("{DOOR}{}", door.id),
        label: match door.unlock {
            UnlockState::Unlocked { .. } => format!("{} is unlocked", door.name),
            UnlockState::Confirming => format!("{} waits for you", door.name),
            _ if door.unlock.is_busy() => format!("Unlocking {}…", door.name),
            _ => format!("Unlock {}", door.name),
        },
        enabled: !door.unlock.is_busy(),
    });
    entries.collect()
}

fn handle_menu(app: &AppHandle, event: MenuEvent) {
    match event.id().as_ref() {
        OPEN => window::show(app),
        QUIT => app.exit(0),
        other => {
            if let Some(door_id) = other.strip_prefix(DOOR) {
                TauriShell::unlock_from_tray(app, door_id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use resident::ui::{
        BluetoothState, CredentialState, DoorCard, DoorKind, HubState, Lockdown, Preferences,
    };

    use super::*;

    fn door(name: &str, unlock: UnlockState) -> DoorCard {
        DoorCard {
            id: format!("id of {name}"),
            name: name.to_owned(),
            kind: DoorKind::Common,
            nearby: true,
            rssi_dbm: None,
            remote: false,
            live: false,
            keypad: false,
            credential: CredentialState::Valid,
            lockdown: Lockdown::Off,
            hours: Vec::new(),
            unlock,
        }
    }

    #[test]
    fn the_menu_keeps_doors_by_name_and_says_what_each_does() {
        let open = UnlockState::Unlocked {
            unlock_s: 5,
            until_ms: 0,
            seq: 1,
        };
        let snapshot = Snapshot {
            enrolled: None,
            doors: vec![
                door("Package room", UnlockState::Connecting),
                door("Lobby", open),
                door("Garage", UnlockState::Idle),
            ],
            own_code: None,
            hub: HubState::Online,
            bluetooth: BluetoothState::On,
            preferences: Preferences::default(),
            version: String::new(),
        };
        let shown: Vec<_> = entries(&snapshot)
            .into_iter()
            .map(|entry| (entry.label, entry.enabled))
            .collect();
        let expected = [
            ("Unlock Garage".to_owned(), true),
            ("Lobby is unlocked".to_owned(), true),
            ("Unlocking Package room…".to_owned(), false),
        ];
        assert_eq!(shown, expected);
    }
}
