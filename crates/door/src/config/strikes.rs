//! What moves the bolt.

use std::{fmt, path::PathBuf};

use serde::{
    Deserialize, Deserializer,
    de::{
        MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, SeqAccessDeserializer},
    },
};

/// One thing that holds the door shut.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum StrikeConfig {
    /// A relay on a line of a GPIO character device.
    Gpio {
        /// The device, as `/dev/gpiochip0`.
        chip: PathBuf,
        /// The line's offset on the chip.
        line: u32,
        /// Whether the relay board energises on a low level.
        #[serde(default)]
        active_low: bool,
        /// What the door does without power.
        fail: Fail,
    },
    /// Writes each move as a JSON line instead of moving anything.
    Simulated {
        /// The file to append to. Relative paths start at `data_dir`.
        log: PathBuf,
    },
}

/// What a strike does without power.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fail {
    /// It holds: fail-secure, energised to unlock.
    Secure,
    /// It frees the door: fail-safe, energised while locked.
    Safe,
}

/// Reads one `[strike]` table or several `[[strike]]` tables.
pub(super) fn one_or_several<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<StrikeConfig>, D::Error> {
    deserializer.deserialize_any(OneOrSeveral)
}

struct OneOrSeveral;

impl<'de> Visitor<'de> for OneOrSeveral {
    type Value = Vec<StrikeConfig>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a [strike] table, or several [[strike]] tables")
    }

    fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<Self::Value, A::Error> {
        let one = StrikeConfig::deserialize(MapAccessDeserializer::new(table))?;
        Ok(vec![one])
    }

    fn visit_seq<A: SeqAccess<'de>>(self, tables: A) -> Result<Self::Value, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(tables))
    }
}
