//! What a door asks of its hub, as a trait, so that tests can be the hub.

use std::fmt;

use access::{ClipId, CodeKey, RelayId, SignedBundle};
use async_trait::async_trait;
use audit::SignedRecord;
use bluetooth::Link;
use clip::{SignedClipIndex, SignedClipPrefix, SignedThumbnail};
use futures::{StreamExt as _, stream::BoxStream};
use hub_api::{
    Client, ClientError, DoorUpdate, LiveReceiver, LiveSender, ServerEvent, UploadState,
};

/// The hub's events, until the connection is lost.
pub type Events = BoxStream<'static, Result<ServerEvent, ClientError>>;

/// A door's connection to its hub.
#[async_trait]
pub trait HubLink: fmt::Debug + Send + Sync + 'static {
    /// The building's bundle, unless the door's is the newest.
    async fn bundle(&self, newer_than: Option<u64>) -> Result<Option<SignedBundle>, ClientError>;

    /// The building's secret that codes are hashed with.
    async fn code_key(&self) -> Result<CodeKey, ClientError>;

    /// Delivers a run of records and tells the highest durable number.
    async fn put_records(&self, records: Vec<SignedRecord>) -> Result<u64, ClientError>;

    /// What the hub has of a clip.
    async fn upload_state(&self, clip: ClipId) -> Result<UploadState, ClientError>;

    /// Delivers one sealed fragment.
    async fn put_fragment(&self, clip: ClipId, n: u32, sealed: Vec<u8>) -> Result<(), ClientError>;

    /// Delivers a clip's sealed picture.
    async fn put_thumbnail(
        &self,
        clip: ClipId,
        thumbnail: &SignedThumbnail,
    ) -> Result<(), ClientError>;

    /// Tells how far a clip that is still filmed is signed; its fragments are delivered that far.
    async fn put_prefix(&self, clip: ClipId, prefix: &SignedClipPrefix) -> Result<(), ClientError>;

    /// Closes a clip whose fragments are all delivered.
    async fn close_clip(&self, clip: ClipId, index: &SignedClipIndex) -> Result<(), ClientError>;

    /// Tells about the door itself.
    async fn put_door(&self, update: &DoorUpdate) -> Result<(), ClientError>;

    /// Opens the event stream, after `last_id` when one is given.
    async fn events(&self, last_id: Option<u64>) -> Result<Events, ClientError>;

    /// Joins the relay through which a resident asks for this door.
    async fn join_relay(&self, relay: RelayId) -> Result<Link, ClientError>;

    /// Joins those who came to watch the door live.
    async fn join_live(&self) -> Result<(LiveSender, LiveReceiver), ClientError>;

    /// What time it is by the hub's clock, in unix milliseconds, as it told over its own connection.
    fn hub_time_ms(&self) -> Option<u64>;
}

#[async_trait]
impl HubLink for Client {
    async fn bundle(&self, newer_than: Option<u64>) -> Result<Option<SignedBundle>, ClientError> {
        self.bundle(newer_than).await
    }

    async fn code_key(&self) -> Result<CodeKey, ClientError> {
        self.code_key().await
    }

    async fn put_records(&self, records: Vec<SignedRecord>) -> Result<u64, ClientError> {
        self.put_records(records).await
    }

    async fn upload_state(&self, clip: ClipId) -> Result<UploadState, ClientError> {
        self.upload_state(clip).await
    }

    async fn put_fragment(&self, clip: ClipId, n: u32, sealed: Vec<u8>) -> Result<(), ClientError> {
        self.put_fragment(clip, n, sealed).await
    }

    async fn put_thumbnail(
        &self,
        clip: ClipId,
        thumbnail: &SignedThumbnail,
    ) -> Result<(), ClientError> {
        self.put_thumbnail(clip, thumbnail).await
    }

    async fn put_prefix(&self, clip: ClipId, prefix: &SignedClipPrefix) -> Result<(), ClientError> {
        self.put_prefix(clip, prefix).await
    }

    async fn close_clip(&self, clip: ClipId, index: &SignedClipIndex) -> Result<(), ClientError> {
        self.close_clip(clip, index).await
    }

    async fn put_door(&self, update: &DoorUpdate) -> Result<(), ClientError> {
        self.put_door(update).await
    }

    async fn events(&self, last_id: Option<u64>) -> Result<Events, ClientError> {
        Ok(self.events(last_id).await?.boxed())
    }

    async fn join_relay(&self, relay: RelayId) -> Result<Link, ClientError> {
        Ok(bluetooth::relayed(self.join_relay(relay).await?))
    }

    async fn join_live(&self) -> Result<(LiveSender, LiveReceiver), ClientError> {
        self.join_live().await
    }

    fn hub_time_ms(&self) -> Option<u64> {
        self.hub_time_ms()
    }
}
