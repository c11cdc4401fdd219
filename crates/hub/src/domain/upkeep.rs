//! What happens by itself: retention, and repair after a crash.

use super::{Hub, Result};

/// How long events are kept for clients that were away: 7 days.
pub(super) const EVENT_RETENTION_S: u64 = 7 * 24 * 3600;

/// How long a household sees a pass that ended: 30 days.
pub(super) const PASS_RETENTION_S: u64 = 30 * 24 * 3600;

impl Hub {
    /// Deletes what is past its time. A crash at any point leaves nothing behind for good: a clip
    /// is hidden first, then its bytes go, then its rows.
    pub async fn enforce_retention(&self) -> Result<()> {
        let now = self.clock.now_s();
        let retention_s = self.settings.clip_retention_s();
        let hidden = self
            .store
            .expire_clips(now.saturating_sub(retention_s))
            .await?;
        if hidden > 0 {
            tracing::info!(clips = hidden, "clips are past their retention");
        }
        self.delete_hidden_clips().await?;
        self.store
            .prune_events(now.saturating_sub(EVENT_RETENTION_S))
            .await?;
        self.store
            .forget_passes(now.saturating_sub(PASS_RETENTION_S))
            .await?;
        Ok(())
    }

    /// Deletes what is hidden already, whatever hid it.
    pub(super) async fn delete_hidden_clips(&self) -> Result<()> {
        for clip in self.store.expiring_clips().await? {
            self.files.delete_clip(clip.id).await?;
            self.store.forget_clip(clip.id).await?;
        }
        Ok(())
    }

    /// Deletes bytes that were stored just before a crash and never registered. Only safe before
    /// uploads are taken.
    pub async fn delete_stray_files(&self) -> Result<()> {
        self.files.clear_drafts()?;
        for clip in self.files.clips().await? {
            let kept = self.store.fragments(clip).await?;
            let deleted = self.files.delete_strays(clip, &kept).await?;
            if deleted > 0 {
                tracing::info!(
                    files = deleted,
                    "deleted fragments that were never registered"
                );
            }
        }
        Ok(())
    }
}
