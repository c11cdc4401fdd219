//! Names the commands that windows may be allowed to call, and builds the app's configuration in.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let commands = &[
        "activity",
        "clip_timeline",
        "collect_all",
        "enrol",
        "export_clip",
        "forget",
        "live_close",
        "live_open",
        "notification_outlet",
        "preview_invite",
        "set_collected",
        "set_preferences",
        "snapshot",
        "take_pending_invite",
        "unlock",
        "unlock_remotely",
    ];
    let manifest = tauri_build::AppManifest::new().commands(commands);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))?;
    Ok(())
}
