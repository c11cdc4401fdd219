//! Names the commands that windows may be allowed to call, and builds the app's configuration in.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let commands = &[
        "activity",
        "clip_timeline",
        "enrol",
        "export_clip",
        "forget",
        "live_close",
        "live_open",
        "make_own_code",
        "preview_invite",
        "reveal_own_code",
        "set_confirmed",
        "set_preferences",
        "set_shortcut",
        "snapshot",
        "take_pending_errand",
        "take_pending_invite",
        "unlock",
        "unlock_remotely",
    ];
    let manifest = tauri_build::AppManifest::new().commands(commands);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))?;
    Ok(())
}
