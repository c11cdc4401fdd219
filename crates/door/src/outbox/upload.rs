use std::{
    collections::BTreeSet,
    io,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use access::{ClipId, SigningKey};
use clip::Transcript;
use hub_api::UploadState;

use super::OutboxError;
use crate::{
    clip_files::{WholeGroups, read_index, read_thumbnail},
    hub_link::HubLink,
    retry::Pauses,
};

/// One clip on its way to the hub, closed or still filmed.
#[derive(Debug)]
pub(super) struct Upload {
    hub: Arc<dyn HubLink>,
    folder: PathBuf,
    clip: ClipId,
    film: Arc<Mutex<WholeGroups>>,
    transcript: Transcript,
    /// The fragments that the hub holds.
    held: BTreeSet<u32>,
    has_thumbnail: bool,
    is_closed: bool,
    /// How many fragments the transcript lists, and how many of them the hub knows to be signed.
    listed: usize,
    known: usize,
}

impl Upload {
    /// Opens the clip's film and asks the hub what it has of it. `None` where the film has not begun.
    pub(super) async fn begin(
        hub: Arc<dyn HubLink>,
        folder: PathBuf,
        clip: ClipId,
        key: SigningKey,
    ) -> Result<Option<Self>, OutboxError> {
        let place = folder.clone();
        let Some(film) = off_thread(move || WholeGroups::open(&place, clip)).await? else {
            return Ok(None);
        };
        let transcript = Transcript::new(film.header().clone(), key).map_err(io::Error::other)?;
        let UploadState {
            received,
            closed,
            thumbnail,
        } = hub.upload_state(clip).await?;
        Ok(Some(Self {
            hub,
            folder,
            clip,
            film: Arc::new(Mutex::new(film)),
            transcript,
            held: received.into_iter().collect(),
            has_thumbnail: thumbnail,
            is_closed: closed,
            listed: 0,
            known: 0,
        }))
    }

    /// Sends the thumbnail and the fragments that the hub does not hold, as far as they lie in whole
    /// groups of pictures, and then how far the film is signed.
    pub(super) async fn go_on(&mut self, pauses: &mut Pauses) -> Result<(), OutboxError> {
        self.send(pauses).await?;
        if self.listed > self.known.max(1) {
            let prefix = self.transcript.prefix().map_err(io::Error::other)?;
            self.hub.put_prefix(self.clip, &prefix).await?;
            self.known = self.listed;
        }
        Ok(())
    }

    /// Sends the rest of a closed clip, and its index.
    pub(super) async fn finish(&mut self, pauses: &mut Pauses) -> Result<(), OutboxError> {
        if self.is_closed {
            return Ok(());
        }
        self.send(pauses).await?;
        let (folder, clip) = (self.folder.clone(), self.clip);
        let index = off_thread(move || read_index(&folder, clip)).await?;
        Ok(self.hub.close_clip(clip, &index).await?)
    }

    async fn send(&mut self, pauses: &mut Pauses) -> Result<(), OutboxError> {
        self.send_thumbnail().await?;
        let film = Arc::clone(&self.film);
        off_thread(move || lock(&film).read_on()).await?;
        let new = lock(&self.film).entries()[self.listed..].to_vec();
        for entry in new {
            let n = entry.meta.n;
            if !self.held.contains(&n) {
                let film = Arc::clone(&self.film);
                let sealed = off_thread(move || lock(&film).read(n)).await?;
                self.hub.put_fragment(self.clip, n, sealed).await?;
                self.held.insert(n);
                pauses.reset();
            }
            self.transcript
                .push(entry.meta, entry.hash)
                .map_err(io::Error::other)?;
            self.listed += 1;
        }
        Ok(())
    }

    async fn send_thumbnail(&mut self) -> Result<(), OutboxError> {
        if self.has_thumbnail {
            return Ok(());
        }
        let (folder, clip) = (self.folder.clone(), self.clip);
        if let Some(thumbnail) = off_thread(move || read_thumbnail(&folder, clip)).await? {
            self.hub.put_thumbnail(clip, &thumbnail).await?;
            self.has_thumbnail = true;
        }
        Ok(())
    }
}

fn lock(film: &Mutex<WholeGroups>) -> MutexGuard<'_, WholeGroups> {
    film.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does what may block away from the threads that serve people.
async fn off_thread<T: Send + 'static>(
    act: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(act)
        .await
        .map_err(io::Error::other)?
}
