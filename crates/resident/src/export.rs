//! Saving one clip as a plain film that any player shows, beside a manifest by which a stranger can check it.

mod files;

use std::path::PathBuf;

use access::{ClipId, SigningKey};
use clip::export::{Exporter, Manifest, SignedManifest};
use clip::{ClipError, ClipIndex, ClipKey, Opener, SignedClipIndex, ViewerKey};
use tracing::{info, warn};

use crate::Shell;
use crate::clips::is_asked_for;
use crate::clock::now_ms;
use crate::core::{Core, blocking};
use crate::store::Record;
use crate::ui::{AppError, ErrorCode, ExportedClip, UiEvent};

pub(crate) use files::keep_data;

impl<S: Shell> Core<S> {
    /// Proves and decrypts a closed clip as for watching, and writes film and manifest into a folder.
    pub(crate) async fn export_clip(
        &self,
        clip: ClipId,
        folder: PathBuf,
    ) -> Result<ExportedClip, AppError> {
        let record = self.record_of(clip)?;
        let (index, signed) = self.closed_clip(clip, &record).await?;
        let key = self.clip_key(&index).await?;
        let film = self.whole_film(&index, &Opener::new(&index, &key)?).await?;
        let door_name = self.door_name(record.happening.door());
        let keys = self.keys().await?;
        let exporter = Exporter {
            device: self.enrolment()?.device,
            key: &SigningKey::from_seed(keys.auth),
            at_ms: now_ms(),
        };
        let name = files::name(&door_name, index.header().entry_at_ms);
        let manifest = Manifest::of((&index, &signed), &key, &film, door_name, exporter);
        let manifest = SignedManifest::sign(manifest, exporter.key);
        let manifest = serde_json::to_vec_pretty(&manifest).map_err(|_| ErrorCode::Internal)?;
        let kept = blocking(move || files::keep(&folder, &name, clip, &film, &manifest)).await?;
        let path = kept.map_err(|error| {
            warn!(%error, "a clip was not saved");
            AppError::from(&error)
        })?;
        info!(%clip, "a clip was saved");
        Ok(ExportedClip {
            path: path.display().to_string(),
        })
    }

    /// The index that the door signed when it had filmed the whole clip.
    async fn closed_clip(
        &self,
        clip: ClipId,
        record: &Record,
    ) -> Result<(ClipIndex, SignedClipIndex), AppError> {
        let signed = match self.hub().await?.clip_index(clip).await {
            Ok(signed) => signed,
            Err(error) => return Err(self.refused(clip, error)?),
        };
        let index = signed.verify(&self.signer(record)?)?;
        is_asked_for(index.header(), clip, record, &self.enrolment()?)?;
        self.goes_on_from_what_was_seen(&(&index).into())?;
        Ok((index, signed))
    }

    async fn clip_key(&self, index: &ClipIndex) -> Result<ClipKey, AppError> {
        let device = self.enrolment()?.device;
        let wrapped = index.header().key_for(device);
        let wrapped = wrapped.ok_or(ClipError::NotAViewer(device))?;
        let viewer = ViewerKey::from_bytes(self.keys().await?.viewer);
        Ok(viewer.unwrap_key(wrapped, index.header().clip)?)
    }

    /// Init segment and fragments, one after the other: a file that plays. A clip has one init segment whatever became
    /// of its camera meanwhile.
    async fn whole_film(&self, index: &ClipIndex, opener: &Opener) -> Result<Vec<u8>, AppError> {
        let clip = index.header().clip;
        let total = u32::try_from(index.fragments().len()).unwrap_or(u32::MAX);
        let mut film = Vec::new();
        for n in 0..total {
            let sealed = match self.hub().await?.fragment(clip, n).await {
                Ok(sealed) => sealed,
                Err(error) => return Err(self.refused(clip, error)?),
            };
            film.extend_from_slice(&opener.open(n, &sealed)?);
            self.shell.emit(UiEvent::ExportProgress {
                clip_id: clip.to_string(),
                done: n + 1,
                total,
            });
        }
        Ok(film)
    }
}
