//! Whether a film that was exported from an app is what a door of this hub filmed.

use access::SigningPublicKey;
use audit::Hash32;
use clip::ClipIndex;
use clip::export::{ExportError, Manifest, SignedManifest};

use super::{Hub, Result, Uploader};
use crate::store::{Client, ClientSubject};

/// One thing that was checked of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What holds when nothing is wrong.
    pub claim: String,
    /// Why it does not.
    pub fault: Option<String>,
}

impl Hub {
    /// Checks an exported film with its manifest against the keys of the building's doors and devices and against its
    /// log. Each claim stands for itself: what follows one that fails is checked all the same where that is possible.
    pub async fn check_export(&self, film: &[u8], manifest: &SignedManifest) -> Result<Vec<Check>> {
        let manifest = match manifest.verify() {
            Ok(manifest) => manifest,
            Err(error) => return Ok(vec![check("the manifest is as it was signed", Err(error))]),
        };
        let mut checks = vec![
            check("the manifest is as it was signed", Ok(())),
            self.check_device(manifest).await?,
            check(
                "the film is the file that was exported",
                manifest.is_of(film),
            ),
        ];
        let Some((name, key)) = self.door_of(manifest).await? else {
            checks.push(fault(
                "the clip is signed by a door of this hub",
                "the hub knows no door of this id in this building",
            ));
            return Ok(checks);
        };
        let signed =
            format!("the clip is signed by the door {name}, at the times that the manifest says");
        let index = match manifest.index(&key) {
            Ok(index) => index,
            Err(error) => {
                checks.push(check(signed, Err(error)));
                return Ok(checks);
            }
        };
        checks.push(check(signed, Ok(())));
        let parts = index.fragments().len();
        checks.push(check(
            format!("each of the film's {parts} parts is what the door filmed"),
            manifest.is_as_filmed(&index, film),
        ));
        checks.extend(self.check_record(&index).await?);
        Ok(checks)
    }

    async fn check_device(&self, manifest: &Manifest) -> Result<Check> {
        let client = self.store.client_of_key(manifest.device_key).await?;
        let claim = format!("the manifest is signed by device {}", manifest.device);
        let Some(Client { subject, .. }) = client else {
            return Ok(fault(claim, "the hub knows no device with this key"));
        };
        let known = matches!(subject, ClientSubject::Device { device, building, .. }
            if (device, building) == (manifest.device, manifest.building));
        Ok(if known {
            check(format!("{claim}, which was enrolled here"), Ok(()))
        } else {
            fault(claim, "the key is not that device's in this building")
        })
    }

    async fn door_of(&self, manifest: &Manifest) -> Result<Option<(String, SigningPublicKey)>> {
        let doors = self.store.doors_of(manifest.building).await?;
        let door = doors.into_iter().find(|door| door.id == manifest.door);
        Ok(door.and_then(|door| Some((door.name, door.keys?.signing))))
    }

    async fn check_record(&self, index: &ClipIndex) -> Result<Vec<Check>> {
        let header = index.header();
        let claim = "the door's record in the building's log ends the clip with the same hash";
        let of = Uploader {
            door: header.door,
            building: header.building,
        };
        let (recorded, faults) = self.recorded_hash(of, header.clip).await?;
        let ours = Hash32(*index.final_hash().as_bytes());
        let recorded = match recorded {
            Some(recorded) if recorded == ours => check(claim, Ok(())),
            Some(_) => fault(claim, "the record says another hash"),
            None => fault(claim, "there is no record of the clip's end"),
        };
        let faults = faults.into_iter();
        let log = faults.map(|why| fault("the building's log is whole", why));
        Ok(std::iter::once(recorded).chain(log).collect())
    }
}

fn check(claim: impl Into<String>, outcome: Result<(), ExportError>) -> Check {
    Check {
        claim: claim.into(),
        fault: outcome.err().map(|error| error.to_string()),
    }
}

fn fault(claim: impl Into<String>, why: impl Into<String>) -> Check {
    Check {
        claim: claim.into(),
        fault: Some(why.into()),
    }
}
