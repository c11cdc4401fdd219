use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use resident::{
    Config, Controller, LivePart, LiveWay, Notification, Outside, Shell,
    ui::{
        ActivityItem, AppError, ClipState, ClipTimeline, ErrorCode, ExportedClip, KeyStorage,
        LiveTimeline, Pass, PassDraft, Preferences, UiEvent, UnlockState,
    },
};
use tokio::time::{Instant, sleep, timeout};

use crate::Travels;

/// The app's own core, with a shell that keeps what it is told.
#[derive(Debug)]
pub struct Phone {
    controller: Controller<Witness>,
    witness: Witness,
}

fn config_in(folder: &Path) -> Config {
    Config {
        data_dir: folder.to_owned(),
        device_name: "Test phone".into(),
        version: env!("CARGO_PKG_VERSION").into(),
    }
}

/// Keeps every notification and every state of an unlock.
#[derive(Clone, Debug, Default)]
struct Witness(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    notifications: Vec<Notification>,
    pictures: Vec<(u64, Bytes)>,
    unlocks: Vec<(String, UnlockState)>,
    export_progress: Vec<(u32, u32)>,
}

impl Shell for Witness {
    fn emit(&self, event: UiEvent) {
        self.with(|seen| match event {
            UiEvent::UnlockChanged { door_id, unlock } => seen.unlocks.push((door_id, unlock)),
            UiEvent::ExportProgress { done, total, .. } => seen.export_progress.push((done, total)),
            _ => {}
        });
    }

    fn notify(&self, notification: Notification) {
        self.with(|seen| seen.notifications.push(notification));
    }

    fn renew(&self, _: Notification) {}

    fn withdraw(&self, _: u64) {}

    fn illustrate(&self, entry: u64, picture: Bytes) {
        self.with(|seen| seen.pictures.push((entry, picture)));
    }
}

impl Witness {
    fn with<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Phone {
    /// Switches the device on, with its data in `folder`.
    pub fn start(folder: &Path) -> Result<Self> {
        let config = config_in(folder);
        let outside = Outside::live(&config);
        Self::start_in(config, outside)
    }

    /// A device that is away from the building's network, until it comes home.
    pub fn start_away(folder: &Path) -> Result<(Self, Travels)> {
        let config = config_in(folder);
        let travels = Travels::default();
        let outside = Outside {
            links: Arc::new(travels.clone()),
            ..Outside::live(&config)
        };
        Ok((Self::start_in(config, outside)?, travels))
    }

    /// The same with another world outside, as another Bluetooth adapter.
    pub fn start_in(config: Config, outside: Outside) -> Result<Self> {
        let witness = Witness::default();
        let controller = Controller::open(config, outside, witness.clone())?;
        controller.set_in_front(true);
        Ok(Self {
            controller,
            witness,
        })
    }

    /// Enrols with an invite; the keys go to a file.
    pub async fn enrol(&self, invite: &str) -> Result<()> {
        let enrolled = self.controller.enrol(invite, KeyStorage::File).await;
        enrolled.map_err(|error| anyhow::anyhow!("enrolling failed: {error:?}"))
    }

    /// Taps a door's unlock control and waits for the end of it.
    pub async fn unlock(&self, door: &str) -> Result<UnlockState> {
        let before = self.witness.with(|seen| seen.unlocks.len());
        let begun = self.controller.unlock(door);
        begun.map_err(|error| anyhow::anyhow!("the tap did nothing: {error:?}"))?;
        let what = format!("an end of unlocking {door}");
        eventually(&what, Duration::from_secs(60), async || {
            self.witness.with(|seen| {
                let own = seen
                    .unlocks
                    .iter()
                    .skip(before)
                    .filter(|(id, _)| id == door);
                let mut ends = own.map(|(_, state)| state.clone());
                Ok(ends.find(|state| {
                    matches!(
                        state,
                        UnlockState::Unlocked { .. } | UnlockState::Failed { .. }
                    )
                }))
            })
        })
        .await
    }

    /// Unlocks a door and returns the number of the door's record.
    pub async fn unlocks(&self, door: &str) -> Result<u64> {
        match self.unlock(door).await? {
            UnlockState::Unlocked { seq, .. } => Ok(seq),
            other => bail!("the door did not unlock: {other:?}"),
        }
    }

    /// The person chooses that a delivery may open the apartment.
    pub fn allows_deliveries_home(&self) -> Result<()> {
        let chosen = self.controller.snapshot().and_then(|snapshot| {
            self.controller.set_preferences(&Preferences {
                own_door_deliveries: true,
                ..snapshot.preferences
            })
        });
        chosen.map_err(|error| anyhow::anyhow!("not chosen: {error:?}"))
    }

    /// Makes a pass.
    pub async fn make_pass(&self, draft: PassDraft) -> Result<Pass, AppError> {
        self.controller.make_pass(draft).await
    }

    /// Everything on the activity list, newest first.
    pub async fn activity(&self) -> Result<Vec<ActivityItem>> {
        let page = self.controller.activity(None, 200).await;
        Ok(page
            .map_err(|error| anyhow::anyhow!("no activity: {error:?}"))?
            .items)
    }

    /// Waits for `count` clips on the activity list to be ready, and returns their ids.
    pub async fn ready_clips(&self, count: usize) -> Result<Vec<String>> {
        let what = format!("{count} clips on the list");
        eventually(&what, Duration::from_secs(120), async || {
            let items = self.activity().await?;
            let clips = items.into_iter().filter_map(|item| item.clip);
            let ready = clips.filter(|clip| clip.state == ClipState::Ready);
            let ids: Vec<String> = ready.map(|clip| clip.id).collect();
            Ok((ids.len() >= count).then_some(ids))
        })
        .await
    }

    /// The verified timeline of a clip.
    pub async fn timeline(&self, clip: &str) -> Result<ClipTimeline> {
        let timeline = self.controller.clip_timeline(clip).await;
        timeline.map_err(|error| anyhow::anyhow!("no timeline: {error:?}"))
    }

    /// The whole decrypted clip: init segment and every fragment, an mp4 file.
    pub async fn film(&self, clip: &str) -> Result<Vec<u8>> {
        let timeline = self.timeline(clip).await?;
        ensure!(timeline.verified, "the clip is not verified");
        let mut film = Vec::new();
        for n in std::iter::once(0).chain(timeline.fragments.iter().map(|fragment| fragment.n)) {
            film.extend_from_slice(&self.fragment(clip, n).await?);
        }
        Ok(film)
    }

    /// Saves a clip as a film in a folder.
    pub async fn export(&self, clip: &str, folder: &Path) -> Result<ExportedClip, AppError> {
        self.controller.export_clip(clip, folder.to_owned()).await
    }

    /// The same where it must succeed; returns the film's path.
    pub async fn exports(&self, clip: &str, folder: &Path) -> Result<PathBuf> {
        let exported = self.export(clip, folder).await;
        let exported = exported.map_err(|error| anyhow::anyhow!("not saved: {error:?}"))?;
        Ok(exported.path.into())
    }

    /// How many of how many fragments the device said to have saved, each time that it said so.
    pub fn export_progress(&self) -> Vec<(u32, u32)> {
        self.witness.with(|seen| seen.export_progress.clone())
    }

    /// Asks for a door's live picture.
    pub async fn live(&self, door: &str) -> Result<LiveTimeline, AppError> {
        self.controller.live_open(door).await
    }

    /// Begins to watch a door live, and returns the id of the watch.
    pub async fn watches(&self, door: &str) -> Result<String> {
        let opened = self.live(door).await;
        Ok(opened
            .map_err(|error| anyhow::anyhow!("no live picture: {error:?}"))?
            .live_id)
    }

    /// The same once it is possible.
    pub async fn watches_again(&self, door: &str) -> Result<String> {
        eventually("a live picture", Duration::from_secs(60), async || {
            Ok(self.live(door).await.ok().map(|opened| opened.live_id))
        })
        .await
    }

    /// A film of the init segment and so many of the parts that follow now.
    pub async fn live_film(&self, live: &str, parts: usize) -> Result<Vec<u8>> {
        let (mut film, mut n) = (Vec::new(), 0);
        for _ in 0..=parts {
            let part = self.part(live, n).await?;
            film.extend_from_slice(&part.bytes);
            n = part.n + 1;
        }
        Ok(film)
    }

    /// The number of the part that is shown when the `n`th is asked for.
    pub async fn live_part(&self, live: &str, n: u32) -> Result<u32> {
        Ok(self.part(live, n).await?.n)
    }

    async fn part(&self, live: &str, n: u32) -> Result<LivePart> {
        let part = timeout(Duration::from_secs(20), self.controller.live_part(live, n)).await?;
        part.map_err(|error| anyhow::anyhow!("part {n}: {error:?}"))
    }

    /// The way that the newest part came, and its number.
    pub async fn live_way(&self, live: &str) -> Result<(LiveWay, u32)> {
        let part = self.part(live, 1).await?;
        Ok((part.way, part.n))
    }

    /// Watches on until there is no more, and says why.
    pub async fn live_ends(&self, live: &str) -> Result<ErrorCode> {
        let mut n = 0;
        loop {
            let part = timeout(Duration::from_secs(30), self.controller.live_part(live, n)).await?;
            match part {
                Ok(part) => n = part.n + 1,
                Err(error) => return Ok(error.code),
            }
        }
    }

    /// Watches no more.
    pub fn stops_watching(&self, live: &str) -> Result<()> {
        let closed = self.controller.live_close(live);
        closed.map_err(|error| anyhow::anyhow!("closing failed: {error:?}"))
    }

    /// The init segment and at most `count` fragments from all over the clip, decrypted.
    pub async fn pieces(&self, clip: &str, count: usize) -> Result<Vec<Vec<u8>>> {
        let fragments = self.timeline(clip).await?.fragments;
        let every = fragments.len().div_ceil(count).max(1);
        let mut pieces = vec![self.fragment(clip, 0).await?];
        for fragment in fragments.iter().step_by(every) {
            pieces.push(self.fragment(clip, fragment.n).await?);
        }
        Ok(pieces)
    }

    async fn fragment(&self, clip: &str, n: u32) -> Result<Vec<u8>> {
        let fragment = self.controller.clip_fragment(clip, n).await;
        let fragment = fragment.map_err(|error| anyhow::anyhow!("fragment {n}: {error:?}"))?;
        Ok(fragment.to_vec())
    }

    /// The decrypted picture of a clip, a JPEG.
    pub async fn thumbnail(&self, clip: &str) -> Result<Vec<u8>> {
        let picture = self.controller.clip_thumbnail(clip).await;
        let picture = picture.map_err(|error| anyhow::anyhow!("no picture: {error:?}"))?;
        Ok(picture.to_vec())
    }

    /// The pictures that came for notifications so far, each with its entry.
    pub fn pictures(&self) -> Vec<(u64, Bytes)> {
        self.witness.with(|seen| seen.pictures.clone())
    }

    /// What the resident was notified of so far.
    pub fn notifications(&self) -> Vec<Notification> {
        self.witness.with(|seen| seen.notifications.clone())
    }

    /// Waits for the notification with this number, counted from 1, and returns it.
    pub async fn notification(&self, number: usize) -> Result<Notification> {
        eventually("a notification", Duration::from_secs(90), async || {
            Ok(self.notifications().into_iter().nth(number - 1))
        })
        .await
    }

    /// Waits until the device holds a credential for every door that it knows, and knows some.
    pub async fn is_equipped(&self) -> Result<()> {
        eventually(
            "a credential for every door",
            Duration::from_secs(20),
            async || {
                let snapshot = self.controller.snapshot();
                let doors = snapshot
                    .map_err(|error| anyhow::anyhow!("{error:?}"))?
                    .doors;
                let valid = |door: &resident::ui::DoorCard| {
                    door.credential == resident::ui::CredentialState::Valid
                };
                Ok((!doors.is_empty() && doors.iter().all(valid)).then_some(()))
            },
        )
        .await
    }
}

/// Asks `done` every 100 ms until it gives a value.
pub async fn eventually<T>(
    what: &str,
    patience: Duration,
    mut done: impl AsyncFnMut() -> Result<Option<T>>,
) -> Result<T> {
    let end = Instant::now() + patience;
    loop {
        if let Some(value) = done()
            .await
            .with_context(|| format!("waiting for {what}"))?
        {
            return Ok(value);
        }
        ensure!(
            Instant::now() < end,
            "{what} did not come within {} s",
            patience.as_secs()
        );
        sleep(Duration::from_millis(100)).await;
    }
}
