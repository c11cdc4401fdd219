//! Names the commands that windows may be allowed to call, and builds the app's configuration in.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let commands = &[
        "activity",
        "change_pass",
        "clip_timeline",
        "collect_all",
        "devices",
        "enrol",
        "export_clip",
        "export_data",
        "forget",
        "forget_everywhere",
        "forget_own_unlocks",
        "live_close",
        "live_open",
        "make_own_code",
        "make_pass",
        "notification_outlet",
        "passes",
        "preview_invite",
        "privacy_policy",
        "remove_device",
        "reveal_own_code",
        "revoke_pass",
        "set_collected",
        "set_confirmed",
        "set_preferences",
        "set_shortcut",
        "snapshot",
        "take_pending_errand",
        "take_pending_invite",
        "unlock",
        "unlock_remotely",
        "watched",
    ];
    let manifest = tauri_build::AppManifest::new().commands(commands);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))?;
    Ok(())
}
