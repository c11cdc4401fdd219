//! The configuration file: one TOML document per door.

mod camera;
mod inputs;
mod lens;
mod live;
mod strikes;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use serde::Deserialize;

pub use self::camera::CameraTable;
pub use self::inputs::{GpioInput, InputsConfig, KeypadInput, LineInput, Pull, Simulated};
pub use self::lens::{LensConfig, PRESETS, Preset};
pub use self::live::LiveConfig;
pub use self::strikes::{Fail, StrikeConfig};

/// Everything a door is told by its installer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where keys, records and clips are kept. Relative paths start at the configuration file's folder.
    pub data_dir: PathBuf,
    /// How phones reach the door.
    #[serde(default)]
    pub link: Links,
    /// What holds the door: at least one, all moved together.
    #[serde(deserialize_with = "strikes::one_or_several")]
    pub strike: Vec<StrikeConfig>,
    /// Door contact, exit button and keypad.
    #[serde(default)]
    pub inputs: InputsConfig,
    /// The camera, if there is one.
    #[serde(default)]
    pub camera: Option<CameraTable>,
    /// Watching live over the door's own network; through the hub alone when absent.
    #[serde(default)]
    pub live: Option<LiveConfig>,
    /// How much of the disk clips may take.
    #[serde(default)]
    pub storage: Storage,
}

/// The links on which the door listens; at least one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Links {
    /// Bluetooth LE peripheral.
    #[serde(default)]
    pub bluetooth: Option<BluetoothLink>,
    /// TCP stream, for loopback and the building's own network.
    #[serde(default)]
    pub stream: Option<StreamLink>,
}

/// A Bluetooth LE peripheral on BlueZ.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BluetoothLink {
    /// The controller as `hci0`; BlueZ's default one when absent.
    #[serde(default)]
    pub adapter: Option<String>,
}

/// A TCP listener.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamLink {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The address that phones are told, `host:port`; `listen` when absent.
    #[serde(default)]
    pub advertise: Option<String>,
}

impl StreamLink {
    /// The address that the hub passes on to phones, for a listener that got the address `bound`.
    pub fn advertised(&self, bound: SocketAddr) -> String {
        self.advertise.clone().unwrap_or_else(|| bound.to_string())
    }
}

/// How much of the disk clips may take; records always come first.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Storage {
    /// Clips that wait for the hub, in MiB.
    #[serde(default = "default_clip_quota_mb")]
    pub clip_quota_mb: u64,
    /// Free space that clips must leave, in MiB.
    #[serde(default = "default_keep_free_mb")]
    pub keep_free_mb: u64,
}

impl Default for Storage {
    fn default() -> Self {
        Self {
            clip_quota_mb: default_clip_quota_mb(),
            keep_free_mb: default_keep_free_mb(),
        }
    }
}

fn default_clip_quota_mb() -> u64 {
    4096
}

fn default_keep_free_mb() -> u64 {
    256
}

/// Why a configuration is not usable.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {}: {source}. Check the path after --config and that this user may read it", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The file is not TOML, or a name or type in it is not known.
    #[error("the configuration {} is not understood:\n{}\nCorrect that line; docs/install/door.md lists every setting", path.display(), message.trim_end())]
    Parse {
        /// The file.
        path: PathBuf,
        /// The line, a pointer at the column and the reason.
        message: String,
    },
    /// A value cannot work.
    #[error("the configuration {} cannot work: {setting} {why}. {next}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The dotted name of the setting.
        setting: &'static str,
        /// What is wrong with it.
        why: String,
        /// What to do.
        next: &'static str,
    },
}

/// A setting that cannot work: its name, what is wrong, what to do.
type Complaint = (&'static str, String, &'static str);

impl Config {
    /// Reads and checks the file at `path`; relative paths in it become usable from any folder.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read {
            path: path.to_owned(),
            source,
        })?;
        let mut config: Self = toml::from_str(&text).map_err(|error| ConfigError::Parse {
            path: path.to_owned(),
            message: without_passwords(&error.to_string()),
        })?;
        config.resolve_paths(path.parent().unwrap_or(Path::new(".")));
        match config.complaint() {
            None => Ok(config),
            Some((setting, why, next)) => Err(ConfigError::Invalid {
                path: path.to_owned(),
                setting,
                why,
                next,
            }),
        }
    }

    fn resolve_paths(&mut self, folder: &Path) {
        self.data_dir = folder.join(&self.data_dir);
        for strike in &mut self.strike {
            if let StrikeConfig::Simulated { log } = strike {
                *log = self.data_dir.join(&*log);
            }
        }
    }

    /// The address of the stream link that the hub passes on, as far as it is known before listening.
    pub fn stream_address(&self) -> Option<String> {
        let stream = self.link.stream.as_ref()?;
        let known = stream.advertise.is_some() || stream.listen.port() != 0;
        known.then(|| stream.advertised(stream.listen))
    }

    fn complaint(&self) -> Option<Complaint> {
        let links = self.link.complaint();
        links
            .or_else(|| self.hardware_complaint())
            .or_else(|| self.camera.as_ref().and_then(CameraTable::complaint))
            .or_else(|| self.live.as_ref()?.complaint(self.camera.is_some()))
    }

    fn hardware_complaint(&self) -> Option<Complaint> {
        if self.strike.is_empty() {
            return Some((
                "`strike`",
                "is an empty list, so nothing could be unlocked".into(),
                "Add a [strike] table, or one [[strike]] table for each strike",
            ));
        }
        let (setting, debounce_ms) = self.inputs.slowest()?;
        Some((
            setting,
            format!("is {debounce_ms}, and a door opens and shuts faster"),
            "Choose 0 to 1000 ms; 30 suits a reed switch",
        ))
    }
}

impl Links {
    fn complaint(&self) -> Option<Complaint> {
        if self.bluetooth.is_none() && self.stream.is_none() {
            return Some((
                "`link`",
                "names no way for a phone to reach the door".into(),
                "Add a [link.bluetooth] table, a [link.stream] table, or both",
            ));
        }
        let stream = self.stream.as_ref()?;
        (stream.listen.ip().is_unspecified() && stream.advertise.is_none()).then(|| {
            (
                "`link.stream.listen`",
                format!("is {}, which no phone could be told", stream.listen),
                "Add advertise = \"address:port\" with the door's address in the building's network, \
                 or listen on that address",
            )
        })
    }
}

/// A parser's message shows the line at fault, and a network camera's address holds its password.
fn without_passwords(message: &str) -> String {
    let mut parts = message.split("://");
    let mut safe = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let address_end = part.find(['"', '\'', '\n']).unwrap_or(part.len());
        let after_secret = part[..address_end].rfind('@').unwrap_or(0);
        safe.push_str("://");
        safe.push_str(&part[after_secret..]);
    }
    safe
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
