//! The tray: one entry a door, and the way back to the window. Linux trays tell of no clicks, so all is in the menu.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};

use resident::ui::{ActivityKind, Snapshot, UnlockState};
use resident::words::Words;
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
const COLLECTED: &str = "collected:";

/// What the menu shows now, so that it is not built anew for nothing.
#[derive(Debug, Default)]
pub(crate) struct Shown(Mutex<Vec<Group>>);

/// Entries between two lines.
type Group = Vec<Entry>;

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
    let menu = menu(app, &[of_the_app(Words::of(None))])?;
    TrayIconBuilder::with_id(TRAY)
        .icon(include_image!("../icons/tray-on-dark.png"))
        .icon_as_template(true)
        .tooltip("Vestibule")
        .menu(&menu)
        .on_menu_event(handle_menu)
        .build(app)?;
    Ok(())
}

/// Shows the doors and what waits as they are now, in the person's language.
pub(crate) fn update(app: &AppHandle, snapshot: &Snapshot) {
    let groups = groups(snapshot);
    let shown = app.state::<Shown>();
    let mut shown = shown.0.lock().unwrap_or_else(PoisonError::into_inner);
    if *shown == groups {
        return;
    }
    shown.clone_from(&groups);
    drop(shown);
    let on_main = app.clone();
    let asked = app.run_on_main_thread(move || {
        if let Err(error) = replace_menu(&on_main, &groups) {
            warn!(%error, "the tray's menu cannot be changed");
        }
    });
    if let Err(error) = asked {
        warn!(%error, "the tray's menu cannot be changed");
    }
}

fn replace_menu(app: &AppHandle, groups: &[Group]) -> tauri::Result<()> {
    let Some(tray) = app.tray_by_id(TRAY) else {
        return Ok(());
    };
    tray.set_menu(Some(menu(app, groups)?))
}

fn menu(app: &AppHandle, groups: &[Group]) -> tauri::Result<Menu<tauri::Wry>> {
    let mut menu = MenuBuilder::new(app);
    for (index, group) in groups.iter().enumerate() {
        if index > 0 {
            menu = menu.separator();
        }
        for entry in group {
            let item = MenuItemBuilder::with_id(&entry.id, &entry.label).enabled(entry.enabled);
            menu = menu.item(&item.build(app)?);
        }
    }
    menu.build()
}

fn groups(snapshot: &Snapshot) -> Vec<Group> {
    let words = Words::of(snapshot.preferences.language);
    let groups = [
        doors(snapshot, words),
        waiting(snapshot, words),
        of_the_app(words),
    ];
    groups
        .into_iter()
        .filter(|group| !group.is_empty())
        .collect()
}

/// The newest delivery that waits to be collected.
fn waiting(snapshot: &Snapshot, words: Words) -> Group {
    let newest = snapshot.deliveries.newest.iter();
    let entries = newest.map(|item| {
        let who = match &item.kind {
            ActivityKind::Entry { carrier, .. } => carrier.clone(),
            _ => None,
        };
        let who = who.unwrap_or_else(|| words.say("a-courier", &[]));
        let values = [
            ("who", who.into()),
            ("door", item.door_name.as_str().into()),
        ];
        Entry {
            id: format!("{COLLECTED}{}", item.id),
            label: words.say("tray-collected", &values),
            enabled: true,
        }
    });
    entries.collect()
}

fn of_the_app(words: Words) -> Group {
    let entry = |id: &str, message| Entry {
        id: id.to_owned(),
        label: words.say(message, &[]),
        enabled: true,
    };
    vec![entry(OPEN, "tray-open"), entry(QUIT, "tray-quit")]
}

/// The doors by name: a menu that reorders itself under the pointer opens the wrong door.
fn doors(snapshot: &Snapshot, words: Words) -> Group {
    let mut doors: Vec<_> = snapshot.doors.iter().collect();
    doors.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.id.cmp(&b.id)));
    let entries = doors.into_iter().map(|door| Entry {
        id: format!("{DOOR}{}", door.id),
        label: {
            let message = match door.unlock {
                UnlockState::Unlocked { .. } => "tray-unlocked",
                UnlockState::Confirming => "tray-confirming",
                _ if door.unlock.is_busy() => "tray-unlocking",
                _ => "tray-unlock",
            };
            words.say(message, &[("door", door.name.as_str().into())])
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
            } else if let Some(item) = other.strip_prefix(COLLECTED) {
                TauriShell::collect_from_tray(app, item);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use resident::ui::{
        ActivityItem, BluetoothState, CredentialState, Delivery, DoorCard, DoorKind, HubState,
        Language, Lockdown, Preferences, VisitorClass, WaitingDeliveries,
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

    fn delivery(carrier: Option<&str>) -> ActivityItem {
        ActivityItem {
            id: "entry-7".to_owned(),
            cursor: 7,
            at_ms: 7,
            door_id: "id of Lobby".to_owned(),
            door_name: "Lobby".to_owned(),
            in_package_room: false,
            kind: ActivityKind::Entry {
                class: VisitorClass::Courier,
                carrier: carrier.map(str::to_owned),
                driver: None,
                guest: None,
                pass: None,
                by_keypad: false,
            },
            clip: None,
            thumbnail: false,
            unfilmed: false,
            delivery: Some(Delivery::Waiting),
        }
    }

    fn snapshot(language: Language, newest: Option<ActivityItem>) -> Snapshot {
        let open = UnlockState::Unlocked {
            unlock_s: 5,
            until_ms: 0,
            seq: 1,
        };
        Snapshot {
            enrolled: None,
            doors: vec![
                door("Package room", UnlockState::Connecting),
                door("Lobby", open),
                door("Garage", UnlockState::Idle),
            ],
            own_code: None,
            deliveries: WaitingDeliveries {
                count: u32::from(newest.is_some()),
                newest: newest.map(Box::new),
            },
            hub: HubState::Online,
            bluetooth: BluetoothState::On,
            preferences: Preferences {
                language: Some(language),
                ..Preferences::default()
            },
            version: String::new(),
        }
    }

    fn shown(snapshot: &Snapshot) -> Vec<Vec<(String, bool)>> {
        let labels = |group: Group| {
            let entries = group.into_iter();
            entries.map(|entry| (entry.label, entry.enabled)).collect()
        };
        groups(snapshot).into_iter().map(labels).collect()
    }

    fn of(group: &[(&str, bool)]) -> Vec<(String, bool)> {
        let entries = group.iter();
        entries
            .map(|(label, on)| ((*label).to_owned(), *on))
            .collect()
    }

    #[test]
    fn the_menu_keeps_doors_by_name_and_says_what_each_does() {
        let expected = [
            of(&[
                ("Unlock Garage", true),
                ("Lobby is unlocked", true),
                ("Unlocking Package room…", false),
            ]),
            of(&[("Open Vestibule", true), ("Quit", true)]),
        ];
        assert_eq!(shown(&snapshot(Language::En, None)), expected);
    }

    #[test]
    fn the_menu_speaks_the_chosen_language_and_has_the_newest_delivery_that_waits() {
        let expected = [
            of(&[
                ("Abrir Garage", true),
                ("Lobby está abierta", true),
                ("Abriendo Package room…", false),
            ]),
            of(&[("Recogida: Swiftpost, Lobby", true)]),
            of(&[("Abrir Vestibule", true), ("Salir", true)]),
        ];
        let delivery = delivery(Some("Swiftpost"));
        assert_eq!(shown(&snapshot(Language::Es, Some(delivery))), expected);
    }

    #[test]
    fn a_courier_of_no_known_carrier_is_a_courier() {
        let menu = groups(&snapshot(Language::En, Some(delivery(None))));
        assert_eq!(menu[1][0].label, "Collected: A courier, Lobby");
        assert_eq!(menu[1][0].id, "collected:entry-7");
    }
}
