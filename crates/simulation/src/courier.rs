//! A carrier with one driver and the driver's handset.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::{door::Door, programs::Programs};

/// What a door answered a courier.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum CourierAnswer {
    /// The strike moved.
    Unlocked {
        /// Seconds until it relocks.
        unlock_s: u16,
        /// The audit record of the entry.
        seq: u64,
    },
    /// The door stays shut.
    Denied {
        /// The code of the deny reason, as `UnitDoor`.
        reason: String,
    },
}

/// The carrier's dispatch and the handset of its one driver, each with its own keys.
#[derive(Debug)]
pub struct Carrier {
    /// The carrier's id at the hub.
    pub id: String,
    /// The carrier's name.
    pub name: String,
    programs: Programs,
    dispatch: String,
    handset: String,
    pass: String,
}

impl Carrier {
    /// Enrols the carrier with its invite, makes the handset's key and the driver's credential.
    pub(crate) fn enrol(
        programs: &Programs,
        folder: &std::path::Path,
        (id, name): (String, String),
        invite: &str,
    ) -> Result<Self> {
        let path = |name: &str| -> String {
            let path: PathBuf = folder.join(name);
            path.to_string_lossy().into_owned()
        };
        let carrier = Self {
            dispatch: path("carrier"),
            handset: path("handset"),
            pass: path("driver.pass"),
            programs: programs.clone(),
            name,
            id,
        };
        carrier.run(&["enrol", "--data", &carrier.dispatch, invite, "--json"])?;
        let made = carrier.run(&["handset", "--data", &carrier.handset, "--json"])?;
        let holder = made["holder"]
            .as_str()
            .context("the handset told no holder key")?;
        carrier.issue_for(holder)?;
        Ok(carrier)
    }

    /// Makes the driver's credential for today, offline.
    fn issue_for(&self, holder: &str) -> Result<()> {
        self.run(&[
            "issue",
            "--data",
            &self.dispatch,
            "--holder",
            holder,
            "--driver",
            "D-4711",
            "--out",
            &self.pass,
            "--json",
        ])?;
        Ok(())
    }

    /// The command line that asks `door` to unlock, for a demo that shows it or runs it elsewhere.
    pub fn unlock_command(&self, door: &Door, adapter: Option<&str>) -> Vec<String> {
        let mut words = vec![
            self.programs
                .path("vestibule-courier")
                .to_string_lossy()
                .into_owned(),
            "unlock".into(),
        ];
        words.extend(["--handset".into(), self.handset.clone()]);
        words.extend(["--pass".into(), self.pass.clone()]);
        words.extend(["--door".into(), door.id.clone(), "--json".into()]);
        match (&door.stream, adapter) {
            (Some(address), _) => words.extend(["--stream".into(), address.clone()]),
            (None, Some(adapter)) => words.extend(["--adapter".into(), adapter.to_owned()]),
            (None, None) => {}
        }
        words
    }

    /// Stands at `door` and asks it to unlock; `door_key` for a door that the pass does not list.
    pub fn unlock(
        &self,
        door: &Door,
        door_key: Option<&str>,
        adapter: Option<&str>,
    ) -> Result<CourierAnswer> {
        let mut words = self.unlock_command(door, adapter);
        if let Some(key) = door_key {
            words.extend(["--door-key".into(), key.to_owned()]);
        }
        let output = Command::new(&words[0])
            .args(&words[1..])
            .stdin(Stdio::null())
            .output()?;
        serde_json::from_slice(&output.stdout).with_context(|| {
            format!(
                "no answer from {}: {}",
                door.plan.name,
                String::from_utf8_lossy(&output.stderr)
            )
        })
    }

    fn run(&self, arguments: &[&str]) -> Result<serde_json::Value> {
        let answer = self.programs.ask("vestibule-courier", arguments)?;
        if answer.is_null() {
            bail!("vestibule-courier {} told nothing", arguments.join(" "));
        }
        Ok(answer)
    }
}
