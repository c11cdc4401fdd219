//! The hub as a resident's device sees it.

use access::{ClipId, DeviceId, DoorId, GrantId, ResidentId};
use async_trait::async_trait;
use audit::SealedRecords;
use bluetooth::Link;
use bytes::Bytes;
use clip::{SignedClipIndex, SignedClipPrefix, SignedThumbnail};
use futures::StreamExt as _;
use futures::stream::BoxStream;
use hub_api::{
    Carried, Client, ClientError, ClientIdentity, DeviceInfo, DoorInfo, Enrolled, EntryPage,
    ErrorCode as HubCode, Forgotten, Invite, IssuedCredential, KeyHash, LiveReceiver, LiveSender,
    MadeCode, MadePass, MyData, NewPass, OwnCode, PassChange, PassInfo, Policy, PushOffer,
    PushSubscription, ServerEvent, Subject, WatchPage,
};
use std::sync::Arc;
use url::Url;

use crate::ui::{AppError, ErrorCode};

/// What the hub pushes; ends or yields an error when the connection is lost.
pub type Events = BoxStream<'static, Result<ServerEvent, HubError>>;

/// An enrolled device's connection to its hub.
#[async_trait]
pub trait Hub: Send + Sync {
    /// The doors that this device may open.
    async fn doors(&self) -> Result<Vec<DoorInfo>, HubError>;
    /// Fresh credentials for this device.
    async fn credentials(&self) -> Result<Vec<IssuedCredential>, HubError>;
    /// Entries by non-residents, newest first, older than `before`.
    async fn entries(&self, before: Option<u64>, limit: u32) -> Result<EntryPage, HubError>;
    /// Events after `last`.
    async fn events(&self, last: Option<u64>) -> Result<Events, HubError>;
    /// The signed index of a closed clip.
    async fn clip_index(&self, clip: ClipId) -> Result<SignedClipIndex, HubError>;
    /// What is signed of a clip that is still recorded.
    async fn clip_prefix(&self, clip: ClipId) -> Result<SignedClipPrefix, HubError>;
    /// A clip's sealed picture.
    async fn thumbnail(&self, clip: ClipId) -> Result<SignedThumbnail, HubError>;
    /// A sealed fragment; 0 is the init segment.
    async fn fragment(&self, clip: ClipId, n: u32) -> Result<Bytes, HubError>;
    /// What doors without a network may lack: a bundle newer than this one, and how far the hub has their records.
    async fn carried(&self, newer_than: Option<u64>) -> Result<Carried, HubError>;
    /// Delivers sealed records of a door; answers up to which one the hub has them.
    async fn put_carried_records(&self, batch: &SealedRecords) -> Result<u64, HubError>;
    /// The household's passes, newest first.
    async fn passes(&self) -> Result<Vec<PassInfo>, HubError>;
    /// Makes a pass; repeating it with the same token is answered as the first time.
    async fn make_pass(&self, wanted: &NewPass) -> Result<MadePass, HubError>;
    /// Gives a pass that is still open another label and end.
    async fn change_pass(&self, pass: GrantId, change: &PassChange) -> Result<PassInfo, HubError>;
    /// Ends a pass.
    async fn revoke_pass(&self, pass: GrantId) -> Result<(), HubError>;
    /// Makes this device's own keypad code; the one before ends.
    async fn make_own_code(&self) -> Result<MadeCode, HubError>;
    /// This device's own code as it stands, if one does.
    async fn own_code(&self) -> Result<Option<OwnCode>, HubError>;
    /// Asks for a door from afar; answers once it has joined.
    async fn call_door(&self, door: DoorId) -> Result<Link, HubError>;
    /// How long the hub keeps what, and who may watch which door.
    async fn policy(&self) -> Result<Policy, HubError>;
    /// Who watched this resident's doors live, on days before `before`.
    async fn watches(&self, before: Option<String>) -> Result<WatchPage, HubError>;
    /// This resident's devices.
    async fn devices(&self) -> Result<Vec<DeviceInfo>, HubError>;
    /// Takes a device of this resident off the building's list.
    async fn remove_device(&self, device: DeviceId) -> Result<(), HubError>;
    /// Everything that the hub holds about this resident.
    async fn my_data(&self) -> Result<MyData, HubError>;
    /// Has the hub forget this resident.
    async fn forget_resident(&self, resident: ResidentId) -> Result<Forgotten, HubError>;
    /// What an endpoint for pushes is asked for with.
    async fn push_offer(&self) -> Result<PushOffer, HubError>;
    /// Has this device woken at an endpoint.
    async fn put_push(&self, subscription: &PushSubscription) -> Result<(), HubError>;
    /// Has this device woken no more.
    async fn delete_push(&self) -> Result<(), HubError>;
    /// Comes to watch a door live; answers once the door is there.
    async fn watch_door(&self, door: DoorId) -> Result<(LiveSender, LiveReceiver), HubError>;
}

/// Where a hub is and how to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubAddress {
    /// An `https` origin.
    pub url: Url,
    /// Of the TLS key that it must hold.
    pub key: KeyHash,
}

/// The way to hubs: real ones over TLS, or a test's own.
#[async_trait]
pub trait Hubs: Send + Sync {
    /// Redeems an invite for a registered key, whose Ed25519 `seed` is given. Repeating it with the same keys gives
    /// the same answer.
    async fn enrol(
        &self,
        invite: &Invite,
        subject: Subject,
        seed: &[u8; 32],
    ) -> Result<Enrolled, HubError>;

    /// Prepares a connection; nothing is sent yet.
    fn connect(
        &self,
        address: &HubAddress,
        identity: &ClientIdentity,
    ) -> Result<Arc<dyn Hub>, HubError>;
}

/// Why the hub did not answer, or refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HubError {
    #[error("the hub cannot be reached, or the connection to it was lost")]
    Unreachable,
    #[error("the server at the hub's address holds another key than the invite promised")]
    NotTrusted,
    #[error("the hub refused: {code}")]
    Refused { code: HubCode, retryable: bool },
    #[error("the hub's answer makes no sense to this version")]
    Unexpected,
}

impl HubError {
    /// The hub's code, when it refused.
    pub fn code(self) -> Option<HubCode> {
        match self {
            Self::Refused { code, .. } => Some(code),
            _ => None,
        }
    }
}

impl From<ClientError> for HubError {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Unreachable(_) | ClientError::Lost(_) => Self::Unreachable,
            ClientError::NotTrusted => Self::NotTrusted,
            ClientError::Refused { error, .. } => Self::Refused {
                code: error.code,
                retryable: error.retryable,
            },
            _ => Self::Unexpected,
        }
    }
}

impl From<HubError> for AppError {
    fn from(error: HubError) -> Self {
        match error {
            HubError::Unreachable => ErrorCode::HubUnreachable.into(),
            HubError::NotTrusted => ErrorCode::HubNotTrusted.into(),
            HubError::Unexpected => ErrorCode::Internal.into(),
            HubError::Refused { code, retryable } => {
                let code = refusal(code);
                Self {
                    retryable: retryable || Self::new(code).retryable,
                    ..code.into()
                }
            }
        }
    }
}

fn refusal(code: HubCode) -> ErrorCode {
    match code {
        HubCode::InviteInvalid => ErrorCode::InviteUnknown,
        HubCode::InviteExpired => ErrorCode::InviteExpired,
        HubCode::InviteUsed => ErrorCode::InviteUsed,
        // Closed while its beginning was asked for: its index is there now.
        HubCode::ClipNotReady | HubCode::ClipClosed => ErrorCode::ClipUnavailable,
        HubCode::ClipUnavailable | HubCode::NotFound => ErrorCode::ClipGone,
        HubCode::InvalidClient | HubCode::Revoked => ErrorCode::NotEnrolled,
        HubCode::Unavailable => ErrorCode::HubUnreachable,
        HubCode::DoorOffline => ErrorCode::DoorOffline,
        _ => ErrorCode::Internal,
    }
}

/// Real hubs, over pinned TLS.
#[derive(Clone, Copy, Debug, Default)]
pub struct LiveHubs;

#[async_trait]
impl Hubs for LiveHubs {
    async fn enrol(
        &self,
        invite: &Invite,
        subject: Subject,
        seed: &[u8; 32],
    ) -> Result<Enrolled, HubError> {
        Ok(Client::enrol(invite, subject, seed).await?)
    }

    fn connect(
        &self,
        address: &HubAddress,
        identity: &ClientIdentity,
    ) -> Result<Arc<dyn Hub>, HubError> {
        Ok(Arc::new(Client::new(&address.url, address.key, identity)?))
    }
}

#[async_trait]
impl Hub for Client {
    async fn doors(&self) -> Result<Vec<DoorInfo>, HubError> {
        Ok(Client::doors(self).await?)
    }

    async fn credentials(&self) -> Result<Vec<IssuedCredential>, HubError> {
        Ok(Client::credentials(self).await?)
    }

    async fn entries(&self, before: Option<u64>, limit: u32) -> Result<EntryPage, HubError> {
        Ok(Client::entries(self, before, limit).await?)
    }

    async fn events(&self, last: Option<u64>) -> Result<Events, HubError> {
        let events = Client::events(self, last).await?;
        Ok(events.map(|event| event.map_err(HubError::from)).boxed())
    }

    async fn clip_index(&self, clip: ClipId) -> Result<SignedClipIndex, HubError> {
        Ok(Client::clip_index(self, clip).await?)
    }

    async fn clip_prefix(&self, clip: ClipId) -> Result<SignedClipPrefix, HubError> {
        Ok(Client::clip_prefix(self, clip).await?)
    }

    async fn thumbnail(&self, clip: ClipId) -> Result<SignedThumbnail, HubError> {
        Ok(Client::thumbnail(self, clip).await?)
    }

    async fn fragment(&self, clip: ClipId, n: u32) -> Result<Bytes, HubError> {
        Ok(Client::fragment(self, clip, n).await?)
    }

    async fn carried(&self, newer_than: Option<u64>) -> Result<Carried, HubError> {
        Ok(Client::carried(self, newer_than).await?)
    }

    async fn put_carried_records(&self, batch: &SealedRecords) -> Result<u64, HubError> {
        Ok(Client::put_carried_records(self, batch).await?)
    }

    async fn passes(&self) -> Result<Vec<PassInfo>, HubError> {
        Ok(Client::passes(self).await?)
    }

    async fn make_pass(&self, wanted: &NewPass) -> Result<MadePass, HubError> {
        Ok(Client::make_pass(self, wanted).await?)
    }

    async fn change_pass(&self, pass: GrantId, change: &PassChange) -> Result<PassInfo, HubError> {
        Ok(Client::change_pass(self, pass, change).await?)
    }

    async fn revoke_pass(&self, pass: GrantId) -> Result<(), HubError> {
        Ok(Client::revoke_pass(self, pass).await?)
    }

    async fn make_own_code(&self) -> Result<MadeCode, HubError> {
        Ok(Client::make_own_code(self).await?)
    }

    async fn own_code(&self) -> Result<Option<OwnCode>, HubError> {
        match Client::own_code(self).await {
            Ok(own) => Ok(Some(own)),
            Err(error) if error.code() == Some(HubCode::NotFound) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn call_door(&self, door: DoorId) -> Result<Link, HubError> {
        Ok(bluetooth::relayed(Client::call_door(self, door).await?))
    }

    async fn policy(&self) -> Result<Policy, HubError> {
        Ok(Client::policy(self).await?)
    }

    async fn watches(&self, before: Option<String>) -> Result<WatchPage, HubError> {
        Ok(Client::watches(self, before.as_deref()).await?)
    }

    async fn devices(&self) -> Result<Vec<DeviceInfo>, HubError> {
        Ok(Client::devices(self).await?)
    }

    async fn remove_device(&self, device: DeviceId) -> Result<(), HubError> {
        Ok(Client::remove_device(self, device).await?)
    }

    async fn my_data(&self) -> Result<MyData, HubError> {
        Ok(Client::my_data(self).await?)
    }

    async fn forget_resident(&self, resident: ResidentId) -> Result<Forgotten, HubError> {
        Ok(Client::forget_resident(self, resident).await?)
    }

    async fn push_offer(&self) -> Result<PushOffer, HubError> {
        Ok(Client::push_offer(self).await?)
    }

    async fn put_push(&self, subscription: &PushSubscription) -> Result<(), HubError> {
        Ok(Client::put_push(self, subscription).await?)
    }

    async fn delete_push(&self) -> Result<(), HubError> {
        Ok(Client::delete_push(self).await?)
    }

    async fn watch_door(&self, door: DoorId) -> Result<(LiveSender, LiveReceiver), HubError> {
        Ok(Client::watch_door(self, door).await?)
    }
}
