//! Whether a clip on this disk is what its door signed and put on record. No key to it is needed.

use access::{ClipId, SigningPublicKey};
use audit::{Event, Hash32};
use clip::{ClipHeader, ClipIndex};
use hub_api::ErrorCode;

use super::clips::{Uploader, check_header, gone};
use super::{Hub, Logged, Result, refuse};
use crate::store::{ClipRow, ClipStage, FragmentRow};

/// What came of checking a clip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClipReport {
    /// How far the clip is.
    pub stage: ClipStage,
    /// How many fragments are signed, the init segment included.
    pub fragments: usize,
    /// How many signed groups of pictures a closed clip has.
    pub groups: usize,
    /// What the chain of fragments ends with, once the clip is closed.
    pub final_hash: Option<Hash32>,
    /// What is wrong, a sentence each; nothing when all holds.
    pub faults: Vec<String>,
}

impl Hub {
    /// Checks a clip's signatures, its chain, its end against the door's record, its picture, and each
    /// fragment that is stored.
    pub async fn check_clip(&self, clip: ClipId) -> Result<ClipReport> {
        let Some(row) = self.store.clip(clip).await? else {
            return refuse(ErrorCode::NotFound, "The hub knows no clip of this id.");
        };
        let mut report = ClipReport {
            stage: row.stage,
            fragments: 0,
            groups: 0,
            final_hash: None,
            faults: Vec::new(),
        };
        let checked = match row.stage {
            ClipStage::Ready => self.check_closed(&row, &mut report).await,
            ClipStage::Recording => self.check_recording(&row, &mut report).await,
            ClipStage::Expiring | ClipStage::Gone => gone(&row),
        };
        checked.map(|()| report)
    }

    async fn check_closed(&self, row: &ClipRow, report: &mut ClipReport) -> Result<()> {
        let key = self.store.tip(row.door).await?.key;
        let (Some(key), Some(signed)) = (key, &row.index) else {
            report.faults.push("its signed index is missing".into());
            return Ok(());
        };
        let index = match signed.verify(&key) {
            Ok(index) => index,
            Err(error) => {
                report.faults.push(error.to_string());
                return Ok(());
            }
        };
        report.fragments = index.fragments().len();
        report.groups = index.gop_signatures().len();
        let final_hash = Hash32(*index.final_hash().as_bytes());
        report.final_hash = Some(final_hash);
        check_place(row, index.header(), report);
        let (recorded, faults) = self.recorded_hash(uploader(row), row.id).await?;
        report.faults.extend(faults);
        report.faults.extend(match recorded {
            Some(recorded) if recorded == final_hash => None,
            Some(_) => Some("the door's record says that it ends with another hash".into()),
            None => Some("no record of its door says how it ends".to_owned()),
        });
        report.faults.extend(self.picture_fault(row, &key).await?);
        self.check_fragments(&index, report).await
    }

    /// What is wrong with the clip's picture, if it has one.
    async fn picture_fault(&self, row: &ClipRow, key: &SigningPublicKey) -> Result<Option<String>> {
        let Some(signed) = self.store.thumbnail(row.id).await? else {
            return Ok(None);
        };
        let why = match signed.verify(key) {
            Ok(picture) => check_header(picture.header(), uploader(row), row.id)
                .err()
                .map(|why| why.to_string()),
            Err(why) => Some(why.to_string()),
        };
        Ok(why.map(|why| format!("its picture is not the door's: {why}")))
    }

    /// What is signed so far; its fragments are checked once the clip is closed.
    async fn check_recording(&self, row: &ClipRow, report: &mut ClipReport) -> Result<()> {
        let key = self.store.tip(row.door).await?.key;
        let prefix = self.store.prefix(row.id).await?;
        let (Some(key), Some(prefix)) = (key, prefix) else {
            return Ok(());
        };
        match prefix.signed.verify(&key) {
            Ok(prefix) => {
                report.fragments = prefix.fragments().len();
                check_place(row, prefix.header(), report);
            }
            Err(error) => report.faults.push(error.to_string()),
        }
        Ok(())
    }

    /// What the first record of its own door says that the clip ends with, and what is wrong with the log that it stands in.
    pub(super) async fn recorded_hash(
        &self,
        of: Uploader,
        wanted: ClipId,
    ) -> Result<(Option<Hash32>, Vec<String>)> {
        let mut recorded = None;
        let log = self
            .check_log(of.building, |logged| {
                if let Logged::Door(record) = logged
                    && let Event::ClipClosed {
                        clip, final_hash, ..
                    } = record.event
                    && (record.door, clip) == (of.door, wanted)
                {
                    recorded.get_or_insert(final_hash);
                }
            })
            .await?;
        Ok((recorded, log.faults))
    }

    async fn check_fragments(&self, index: &ClipIndex, report: &mut ClipReport) -> Result<()> {
        let clip = index.header().clip;
        let held = self.store.fragments(clip).await?;
        for entry in index.fragments() {
            let n = entry.meta.n;
            let fault = match self.stored(clip, &held, n).await {
                Some(sealed) => index.check(n, &sealed).err().map(|why| why.to_string()),
                None => Some(format!("fragment {n} is missing")),
            };
            report.faults.extend(fault);
        }
        let strange = held.iter().filter(|held| index.fragment(held.n).is_none());
        let strange = strange.map(|held| format!("fragment {} is none of the clip's", held.n));
        report.faults.extend(strange);
        Ok(())
    }

    async fn stored(&self, clip: ClipId, held: &[FragmentRow], n: u32) -> Option<bytes::Bytes> {
        let fragment = held.iter().find(|held| held.n == n)?;
        self.files.get(clip, fragment).await.ok()
    }
}

fn check_place(row: &ClipRow, header: &ClipHeader, report: &mut ClipReport) {
    if let Err(error) = check_header(header, uploader(row), row.id) {
        report.faults.push(error.to_string());
    }
}

fn uploader(row: &ClipRow) -> Uploader {
    Uploader {
        door: row.door,
        building: row.building,
    }
}
