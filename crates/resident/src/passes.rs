//! Passes for guests and deliveries: made by the hub, shown by the device that had them made.

use access::{DoorId, GrantId};
use hub_api::{
    EntryInfo, ErrorCode as HubCode, NewPass, PassChange, PassEndorsement, PassInfo, PassKind,
    PassState, PassToken, PassUses,
};
use tracing::warn;

use crate::Shell;
use crate::clock;
use crate::core::Core;
use crate::hub::{Hub, HubError};
use crate::store::{KeptPass, ShownCode};
use crate::ui::{self, AppError, ErrorCode, Pass, PassDraft, PassList};

impl<S: Shell> Core<S> {
    /// The household's passes; what was known last where the hub cannot be asked.
    pub(crate) async fn passes(&self) -> Result<PassList, AppError> {
        let failure = self.fetch_passes().await.err();
        let now_s = clock::now_s();
        let passes = self.store.passes()?;
        Ok(PassList {
            passes: passes.into_iter().map(|pass| shown(pass, now_s)).collect(),
            failure,
        })
    }

    /// Has the hub make a pass. The same draft after an answer that was lost makes no second one.
    pub(crate) async fn make_pass(&self, draft: PassDraft) -> Result<Pass, AppError> {
        let doors = doors_of(&draft)?;
        self.confirm_for(&doors).await?;
        let wanted = self.request(draft, doors).await?;
        let made = self.hub().await?.make_pass(&wanted).await;
        if !made.as_ref().is_err_and(|error| may_be_done(*error)) {
            self.live().asked_pass = None;
        }
        let made = made.map_err(|error| refusal(error, ErrorCode::PassRefused))?;
        self.store.keep_made_pass(&made)?;
        let pass = KeptPass {
            info: made.pass,
            shown: Some(ShownCode {
                code: made.code,
                link: made.link,
            }),
        };
        Ok(shown(pass, clock::now_s()))
    }

    /// Calls a pass otherwise and gives it another end.
    pub(crate) async fn change_pass(
        &self,
        pass: GrantId,
        label: String,
        until_ms: u64,
    ) -> Result<(), AppError> {
        let change = PassChange {
            label,
            not_after: until_ms / 1000,
        };
        let changed = self.hub().await?.change_pass(pass, &change).await;
        let changed = changed.map_err(|error| refusal(error, ErrorCode::PassEnded))?;
        self.store.keep_pass(&changed)?;
        Ok(())
    }

    /// Ends a pass.
    pub(crate) async fn revoke_pass(&self, pass: GrantId) -> Result<(), AppError> {
        let revoked = self.hub().await?.revoke_pass(pass).await;
        revoked.map_err(|error| refusal(error, ErrorCode::PassEnded))?;
        if let Some(info) = self.store.pass(pass)? {
            let state = PassState::Revoked;
            self.store.keep_pass(&PassInfo { state, ..info })?;
        }
        Ok(())
    }

    /// Learns what the household calls the holders of passes that somebody came with, where they were made elsewhere.
    pub(crate) async fn learn_passes(&self, hub: &dyn Hub, entries: &[EntryInfo]) {
        let mut passes = entries.iter().filter_map(|entry| entry.pass);
        if !passes.any(|pass| matches!(self.store.pass(pass), Ok(None))) {
            return;
        }
        if let Err(error) = self.refresh_passes(hub).await {
            warn!(%error, "the household's passes could not be fetched");
        }
    }

    /// An entry with the name that the household gave the pass it was done with.
    pub(crate) fn named(&self, entry: &EntryInfo) -> EntryInfo {
        let known = entry.pass.and_then(|pass| self.store.pass(pass).ok()?);
        let label = known.map(|pass| pass.label);
        EntryInfo {
            guest_name: entry.guest_name.clone().or(label),
            ..entry.clone()
        }
    }

    async fn fetch_passes(&self) -> Result<(), AppError> {
        let hub = self.hub().await?;
        self.refresh_passes(hub.as_ref()).await
    }

    async fn refresh_passes(&self, hub: &dyn Hub) -> Result<(), AppError> {
        self.store.replace_passes(&hub.passes().await?)?;
        Ok(())
    }

    /// The request for a draft; the one before, where that was for the same and nobody knows what became of it.
    async fn request(&self, draft: PassDraft, doors: Vec<DoorId>) -> Result<NewPass, AppError> {
        let own_door = self.own_door(draft.kind, &doors)?;
        let asked = self.live().asked_pass.take();
        let again = asked.filter(|(before, _)| *before == draft);
        let request = match (again, own_door) {
            (Some((_, request)), _) => request,
            (None, None) => request(&draft, doors, None),
            (None, Some(own)) => request(&draft, doors, Some(self.endorse(&draft, &own).await?)),
        };
        self.live().asked_pass = Some((draft, request.clone()));
        Ok(request)
    }
}

/// An endorsed pass has the times that were signed, and none beside them.
fn request(draft: &PassDraft, doors: Vec<DoorId>, endorsement: Option<PassEndorsement>) -> NewPass {
    let is_endorsed = endorsement.is_some();
    NewPass {
        token: PassToken::random(),
        kind: match draft.kind {
            ui::PassKind::Guest => PassKind::Guest,
            ui::PassKind::Delivery => PassKind::Delivery,
        },
        label: draft.label.clone(),
        doors,
        not_before: draft
            .from_ms
            .map(|from| from / 1000)
            .filter(|_| !is_endorsed),
        not_after: Some(draft.until_ms / 1000).filter(|_| !is_endorsed),
        uses: match draft.uses {
            ui::PassUses::Once => PassUses::Once,
            ui::PassUses::Several => PassUses::Several,
        },
        endorsement,
    }
}

fn doors_of(draft: &PassDraft) -> Result<Vec<DoorId>, AppError> {
    let doors: Result<_, _> = draft.door_ids.iter().map(|id| id.parse()).collect();
    Ok(doors.map_err(|_| ErrorCode::PassRefused)?)
}

/// Whether the hub may have done what was asked although it did not say so.
fn may_be_done(error: HubError) -> bool {
    matches!(
        error,
        HubError::Unreachable
            | HubError::Refused {
                retryable: true,
                ..
            }
    )
}

/// What the hub's refusals mean where passes are asked for; `unknown`, what it means that it knows no such thing.
fn refusal(error: HubError, unknown: ErrorCode) -> AppError {
    match error.code() {
        Some(HubCode::LimitReached) => ErrorCode::TooManyPasses.into(),
        Some(HubCode::PassEnded) => ErrorCode::PassEnded.into(),
        Some(HubCode::NotFound) => unknown.into(),
        Some(HubCode::InvalidRequest | HubCode::Forbidden) => ErrorCode::PassRefused.into(),
        _ => error.into(),
    }
}

fn shown(pass: KeptPass, now_s: u64) -> Pass {
    let KeptPass { info, shown } = pass;
    let state = state(&info, now_s);
    Pass {
        id: info.id.to_string(),
        kind: match info.kind {
            PassKind::Guest => ui::PassKind::Guest,
            PassKind::Delivery => ui::PassKind::Delivery,
        },
        label: info.label,
        door_ids: info.doors.iter().map(ToString::to_string).collect(),
        from_ms: info.not_before * 1000,
        until_ms: info.not_after * 1000,
        uses: match info.uses {
            PassUses::Once => ui::PassUses::Once,
            PassUses::Several => ui::PassUses::Several,
        },
        state,
        shown: shown
            .filter(|_| matches!(state, ui::PassState::Later | ui::PassState::Good))
            .map(Into::into),
    }
}

/// What a pass is good for now, when the hub may have been asked long ago.
fn state(pass: &PassInfo, now_s: u64) -> ui::PassState {
    match pass.state {
        PassState::Used => ui::PassState::Used,
        PassState::Revoked => ui::PassState::Revoked,
        PassState::Over => ui::PassState::Over,
        PassState::Later | PassState::Good if pass.not_after < now_s => ui::PassState::Over,
        PassState::Later if now_s < pass.not_before => ui::PassState::Later,
        PassState::Later | PassState::Good => ui::PassState::Good,
    }
}

impl From<ShownCode> for ui::PassCode {
    fn from(shown: ShownCode) -> Self {
        Self {
            code: shown.code,
            link: shown.link.map(|link| ui::PassLink {
                url: link.url.into(),
                qr_svg: link.qr_svg,
                warns: link.warns,
            }),
        }
    }
}
