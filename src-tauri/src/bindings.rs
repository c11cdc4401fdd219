//! The seam to the interface, from which its TypeScript is generated.

use tauri::Wry;
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands, collect_events};

use crate::{commands, events};

/// Every command and event.
pub(crate) fn seam() -> Builder<Wry> {
    Builder::new()
        .error_handling(ErrorHandlingMode::Throw)
        // What Rust writes is what TypeScript reads: one shape for each type.
        .disable_serde_phases()
        // Times, cursors and sequence numbers stay far below 2^53.
        .dangerously_cast_bigints_to_number()
        .commands(collect_commands![
            commands::snapshot,
            commands::set_preferences,
            commands::set_confirmed,
            commands::set_shortcut,
            commands::notification_outlet,
            commands::set_collected,
            commands::collect_all,
            commands::preview_invite,
            commands::take_pending_invite,
            commands::take_pending_errand,
            commands::enrol,
            commands::unlock,
            commands::unlock_remotely,
            commands::make_own_code,
            commands::reveal_own_code,
            commands::activity,
            commands::clip_timeline,
            commands::export_clip,
            commands::passes,
            commands::make_pass,
            commands::change_pass,
            commands::revoke_pass,
            commands::live_open,
            commands::live_close,
            commands::privacy_policy,
            commands::watched,
            commands::devices,
            commands::remove_device,
            commands::export_data,
            commands::forget_own_unlocks,
            commands::forget_everywhere,
            commands::forget,
        ])
        .events(collect_events![
            events::SnapshotChanged,
            events::UnlockChanged,
            events::ActivityAdded,
            events::ActivityChanged,
            events::OpenClip,
            events::OpenActivity,
            events::ExportProgress,
            events::PendingInvite,
            events::ErrandPending,
        ])
}

#[cfg(test)]
mod tests {
    use std::fs;

    use specta_typescript::Typescript;

    use super::*;

    const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/domain/bindings.ts");

    #[test]
    fn the_committed_bindings_are_those_of_the_seam() {
        let folder = tempfile::tempdir().unwrap();
        let fresh = folder.path().join("bindings.ts");
        let header = "// Generated from src-tauri by `VESTIBULE_BLESS=1 cargo test -p vestibule-app bindings`.\n";
        seam()
            .export(Typescript::default().header(header), &fresh)
            .unwrap();
        let fresh = fs::read_to_string(fresh).unwrap();
        if std::env::var_os("VESTIBULE_BLESS").is_some() {
            fs::write(COMMITTED, &fresh).unwrap();
        }
        let committed = fs::read_to_string(COMMITTED).unwrap_or_default();
        assert!(
            fresh == committed,
            "ui/domain/bindings.ts is stale: run `VESTIBULE_BLESS=1 cargo test -p vestibule-app bindings`"
        );
    }

    #[test]
    fn the_window_may_call_every_command_of_the_seam() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/capabilities");
        let capabilities: String = fs::read_dir(folder)
            .unwrap()
            .map(|file| fs::read_to_string(file.unwrap().path()).unwrap())
            .collect();
        let manifest = include_str!("../build.rs");
        let bindings = fs::read_to_string(COMMITTED).unwrap();
        let calls = bindings
            .lines()
            .filter(|line| line.contains("__TAURI_INVOKE<"));
        let names: Vec<_> = calls
            .filter_map(|line| line.split("(\"").nth(1)?.split('"').next())
            .collect();
        assert!(names.contains(&"snapshot"), "{names:?}");
        for name in names {
            let permission = format!("\"allow-{}\"", name.replace('_', "-"));
            let is_allowed = capabilities.contains(&permission);
            assert!(
                is_allowed && manifest.contains(&format!("\"{name}\"")),
                "the window may not call {name}: name it in build.rs and in capabilities/main.json"
            );
        }
    }
}
