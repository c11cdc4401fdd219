//! WebKit's network process stays for as long as the app does, with a window or without (tauri-apps/tauri#14626). Nothing
//! of it is needed in the tray: the window's pages and films come from the app itself. WebKit starts another for the next
//! window.

use std::time::Duration;

use rustix::process::{Pid, Signal, getpid, kill_process};
use tauri::{AppHandle, Manager as _};
use tokio::time::sleep;
use tracing::warn;

use crate::window::MAIN;

/// As the kernel keeps it: its first fifteen letters.
const NETWORK_PROCESS: &str = "WebKitNetworkPr";

/// After a window is gone, its page takes leave for this long.
const LEAVE: Duration = Duration::from_millis(500);

/// Ends it, unless there is a window again by then. While a driver automates the app it stays: WebKit ends the driver's
/// session with it.
pub(crate) fn end_without_window(app: &AppHandle) {
    if crate::is_automated() {
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        sleep(LEAVE).await;
        let on_main = app.clone();
        // Windows are built there too, so none comes between the look and the end.
        let asked = app.run_on_main_thread(move || {
            if on_main.get_webview_window(MAIN).is_none() {
                end(NETWORK_PROCESS);
            }
        });
        if let Err(error) = asked {
            warn!(%error, "WebKit's network process goes on");
        }
    });
}

/// Ends the app's own children of this name.
fn end(name: &str) {
    for pid in children(name) {
        if let Err(error) = kill_process(pid, Signal::TERM) {
            warn!(%error, name, "a process of the closed window goes on");
        }
    }
}

fn children(name: &str) -> Vec<Pid> {
    let own = getpid().as_raw_nonzero().get();
    let all = procfs::process::all_processes().into_iter().flatten();
    all.filter_map(|process| process.ok()?.stat().ok())
        .filter(|stat| stat.ppid == own && stat.comm == name)
        .filter_map(|stat| Pid::from_raw(stat.pid))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::Command;

    use super::*;

    #[test]
    fn only_children_of_the_name_are_ended() {
        let mut cat = Command::new("cat");
        let mut cat = cat.stdin(std::process::Stdio::piped()).spawn().unwrap();
        let mut sleeping = Command::new("sleep").arg("60").spawn().unwrap();
        end("sleep");
        assert_eq!(sleeping.wait().unwrap().signal(), Some(15));
        assert!(cat.try_wait().unwrap().is_none());
        drop(cat.stdin.take());
        assert!(cat.wait().unwrap().success());
    }
}
