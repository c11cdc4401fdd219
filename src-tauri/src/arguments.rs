use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Parser, Subcommand, ValueEnum};
use resident::Config;
use resident::ui::KeyStorage;

/// The app's own folder name, under the user's data folder.
pub(crate) const IDENTIFIER: &str = "org.vestibule.app";

/// Opens your building's doors.
///
/// `VESTIBULE_DATA_DIR` overrides the data folder, `VESTIBULE_LOG` the log filter (such as `debug`).
#[derive(Debug, Parser)]
#[command(name = "vestibule", version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) task: Option<Task>,

    /// A `vestibule:` link that was opened: an invite, or one to a door.
    pub(crate) link: Option<String>,

    /// Start in the tray, without a window.
    #[arg(long)]
    pub(crate) hidden: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Enrol this device and end, without a window. The app must not be running.
    Enrol {
        /// The invite link.
        invite: String,
        /// Where this device's keys are kept.
        #[arg(long, value_enum, default_value_t = Keys::Keychain)]
        keys: Keys,
    },
}

/// Where keys are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Keys {
    /// In the system's keychain.
    Keychain,
    /// In a file that only this user may read.
    File,
}

impl From<Keys> for KeyStorage {
    fn from(keys: Keys) -> Self {
        match keys {
            Keys::Keychain => Self::Keychain,
            Keys::File => Self::File,
        }
    }
}

/// What the app's core needs to know about this machine.
pub(crate) fn config() -> anyhow::Result<Config> {
    Ok(Config {
        data_dir: data_dir()?,
        device_name: gethostname::gethostname().to_string_lossy().into_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

fn data_dir() -> anyhow::Result<PathBuf> {
    match std::env::var_os("VESTIBULE_DATA_DIR") {
        Some(folder) if !folder.is_empty() => Ok(folder.into()),
        _ => dirs::data_dir()
            .map(|folder| folder.join(IDENTIFIER))
            .context("this user has no data folder; set VESTIBULE_DATA_DIR"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Arguments {
        Arguments::try_parse_from([&["vestibule"], words].concat()).unwrap()
    }

    #[test]
    fn the_app_starts_without_arguments_hidden_or_with_a_link() {
        assert!(parse(&[]).task.is_none());
        assert!(parse(&["--hidden"]).hidden);
        let link = "vestibule://enrol?hub=https://hub.example&key=k&code=c";
        assert_eq!(parse(&[link]).link.as_deref(), Some(link));
    }

    #[test]
    fn enrolling_without_a_window_says_where_keys_go() {
        let arguments = parse(&["enrol", "vestibule://enrol?x", "--keys", "file"]);
        let Some(Task::Enrol { invite, keys }) = arguments.task else {
            panic!("no enrolment in {arguments:?}");
        };
        assert_eq!((invite.as_str(), keys), ("vestibule://enrol?x", Keys::File));
    }
}
