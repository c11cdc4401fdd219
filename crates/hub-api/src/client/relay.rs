use access::{DoorId, RelayId};
use reqwest::Method;
use reqwest::header::{CONNECTION, HeaderValue, UPGRADE};

use super::transport::Request;
use super::{Client, ClientError};
use crate::{LIVE_PROTOCOL, LiveReceiver, LiveSender, RELAY_PROTOCOL, live_connection};

/// Bytes to and from the other end of a relay; closed when dropped.
pub type RelayStream = reqwest::Upgraded;

/// Doors asked from afar.
impl Client {
    /// For a resident's device: asks for a door, and answers once it has joined.
    pub async fn call_door(&self, door: DoorId) -> Result<RelayStream, ClientError> {
        let path = format!("/v1/doors/{door}/relay");
        self.upgrade(path, RELAY_PROTOCOL).await
    }

    /// For a door: joins the relay that [`Event::Relay`](crate::Event::Relay) named.
    pub async fn join_relay(&self, relay: RelayId) -> Result<RelayStream, ClientError> {
        let path = format!("/v1/relays/{relay}");
        self.upgrade(path, RELAY_PROTOCOL).await
    }

    /// For a resident's device: comes to watch a door live, and answers once the door is there.
    pub async fn watch_door(
        &self,
        door: DoorId,
    ) -> Result<(LiveSender, LiveReceiver), ClientError> {
        let path = format!("/v1/doors/{door}/live");
        let stream = self.upgrade(path, LIVE_PROTOCOL).await?;
        Ok(live_connection(stream))
    }

    /// For a door: joins those who came to watch it, as [`Event::Live`](crate::Event::Live) told.
    pub async fn join_live(&self) -> Result<(LiveSender, LiveReceiver), ClientError> {
        let stream = self.upgrade("/v1/live".to_owned(), LIVE_PROTOCOL).await?;
        Ok(live_connection(stream))
    }

    async fn upgrade(
        &self,
        path: String,
        protocol: &'static str,
    ) -> Result<RelayStream, ClientError> {
        let request = Request::new(Method::GET, path)
            .header(CONNECTION, HeaderValue::from_static("upgrade"))
            .header(UPGRADE, HeaderValue::from_static(protocol));
        let response = self.send(&request).await?;
        response
            .upgrade()
            .await
            .map_err(ClientError::from_transport)
    }
}
