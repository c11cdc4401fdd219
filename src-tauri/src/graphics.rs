//! What GTK and WebKit load to draw. Without a graphics card, they would load a compiler and a software renderer into the
//! app's own process only to learn that there is no card: 31 MB, which stay after the window is gone, and a good part
//! of each start. The page's own process draws by software in either case.

use std::path::Path;

use tracing::debug;

/// Read once, when each is initialised.
const WITHOUT_A_CARD: [(&str, &str); 3] = [
    ("GDK_GL", "disable"),
    ("WEBKIT_DISABLE_DMABUF_RENDERER", "1"),
    ("WEBKIT_WEB_RENDER_DEVICE_FILE", "/dev/null"),
];

/// Must run before GTK and before the first thread. What the person has set holds. A driver that automates the app is given
/// the usual renderer: it waits for ever for the picture of a page that stands still otherwise.
pub(crate) fn choose() {
    if has_card(Path::new("/dev/dri")) || crate::is_automated() {
        return;
    }
    for (name, value) in WITHOUT_A_CARD {
        if let Err(error) = glib::setenv(name, value, false) {
            debug!(%error, name, "the environment cannot be set");
        }
    }
}

fn has_card(devices: &Path) -> bool {
    let devices = devices.read_dir().into_iter().flatten().flatten();
    devices
        .map(|device| device.file_name())
        .any(|name| name.to_string_lossy().starts_with("renderD"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_one_that_renders() {
        let devices = tempfile::tempdir().unwrap();
        assert!(!has_card(&devices.path().join("none")));
        std::fs::write(devices.path().join("card0"), "").unwrap();
        assert!(!has_card(devices.path()));
        std::fs::write(devices.path().join("renderD128"), "").unwrap();
        assert!(has_card(devices.path()));
    }
}
