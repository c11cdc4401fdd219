use access::{DoorId, RelayId};
use reqwest::Method;
use reqwest::header::{CONNECTION, HeaderValue, UPGRADE};

use super::transport::Request;
use super::{Client, ClientError};
use crate::RELAY_PROTOCOL;

/// Bytes to and from the other end of a relay; closed when dropped.
pub type RelayStream = reqwest::Upgraded;

/// Doors asked from afar.
impl Client {
    /// For a resident's device: asks for a door, and answers once it has joined.
    pub async fn call_door(&self, door: DoorId) -> Result<RelayStream, ClientError> {
        self.upgrade(format!("/v1/doors/{door}/relay")).await
    }

    /// For a door: joins the relay that [`Event::Relay`](crate::Event::Relay) named.
    pub async fn join_relay(&self, relay: RelayId) -> Result<RelayStream, ClientError> {
        self.upgrade(format!("/v1/relays/{relay}")).await
    }

    async fn upgrade(&self, path: String) -> Result<RelayStream, ClientError> {
        let request = Request::new(Method::GET, path)
            .header(CONNECTION, HeaderValue::from_static("upgrade"))
            .header(UPGRADE, HeaderValue::from_static(RELAY_PROTOCOL));
        let response = self.send(&request).await?;
        response
            .upgrade()
            .await
            .map_err(ClientError::from_transport)
    }
}
