//! What becomes of a clip before its time: held by the manager, or giving way to newer ones. All of it is in the building's
//! log.

use access::ClipId;
use audit::HubEvent;
use hub_api::ErrorCode;

use super::records::{APPEND_TRIES, new_record};
use super::{Hub, HubError, Result, refuse};
use crate::store::{ClipChange, ClipRow, ClipStage, HubAppend, StoreError};

impl Hub {
    /// Keeps a clip whatever its age and however little room there is, until it is released.
    pub async fn hold_clip(&self, clip: ClipId, reason: String) -> Result<()> {
        self.change_clip(clip, ClipChange::Hold { reason }).await
    }

    /// Keeps a held clip for as long as any other again: where its time is over, the next sweep deletes it.
    pub async fn release_clip(&self, clip: ClipId) -> Result<()> {
        self.change_clip(clip, ClipChange::Release).await
    }

    /// Puts on record what becomes of a clip, in one transaction with it. A clip that gives way is hidden by this, and its
    /// bytes may then be deleted; [`StoreError::Conflict`] when it is held or gone already.
    pub async fn change_clip(&self, clip: ClipId, change: ClipChange) -> Result<()> {
        let _turn = self.turns.append.lock().await;
        for _ in 0..APPEND_TRIES {
            let Some(row) = self.store.clip(clip).await? else {
                return refuse(ErrorCode::NotFound, "The hub knows no clip of this id.");
            };
            check_change(&row, &change)?;
            match self.try_change(&row, &change).await {
                Err(HubError::Store(StoreError::Conflict)) => {}
                result => return result,
            }
        }
        Err(StoreError::Conflict.into())
    }

    async fn try_change(&self, row: &ClipRow, change: &ClipChange) -> Result<()> {
        let building = row.building;
        let after = self.store.hub_position(building).await?;
        let at = self.clock.now_s();
        let event = event(row.id, change);
        let key = self.building_key(building)?;
        let signed = after
            .sign(&key, at.saturating_mul(1000), event)
            .map_err(|error| HubError::Internal(error.to_string()))?;
        let record = new_record(after.next_seq, &signed);
        let growth = self
            .grow_log(building, std::slice::from_ref(&record))
            .await?;
        let append = HubAppend {
            after,
            record,
            growth,
            clip: row.id,
            change: change.clone(),
            at,
        };
        Ok(self.store.append_of_hub(&append).await?)
    }
}

fn check_change(row: &ClipRow, change: &ClipChange) -> Result<()> {
    let is_gone = matches!(row.stage, ClipStage::Expiring | ClipStage::Gone);
    match change {
        ClipChange::Hold { .. } if is_gone => refuse(
            ErrorCode::ClipUnavailable,
            "The clip is gone already, so it cannot be held.",
        ),
        ClipChange::Hold { .. } if row.held => {
            refuse(ErrorCode::InvalidRequest, "The clip is held already.")
        }
        ClipChange::Release if !row.held => refuse(
            ErrorCode::InvalidRequest,
            "The clip is not held. `vestibule-hub clip list` shows which are.",
        ),
        ClipChange::GiveWay if is_gone || row.held => Err(StoreError::Conflict.into()),
        _ => Ok(()),
    }
}

fn event(clip: ClipId, change: &ClipChange) -> HubEvent {
    match change {
        ClipChange::Hold { reason } => HubEvent::ClipHeld {
            clip,
            reason: reason.clone(),
        },
        ClipChange::Release => HubEvent::ClipReleased { clip },
        ClipChange::GiveWay => HubEvent::ClipGaveWay { clip },
    }
}
