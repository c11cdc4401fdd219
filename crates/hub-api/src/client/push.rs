use reqwest::Method;

use super::transport::Request;
use super::{Client, ClientError};
use crate::{PushOffer, PushSubscription};

/// Waking devices that sleep.
impl Client {
    /// What an endpoint is asked for with; not found where the building wakes nobody.
    pub async fn push_offer(&self) -> Result<PushOffer, ClientError> {
        self.json(&Request::new(Method::GET, "/v1/push")).await
    }

    /// Has this device woken at an endpoint, which replaces the one before.
    pub async fn put_push(&self, subscription: &PushSubscription) -> Result<(), ClientError> {
        let request = Request::new(Method::PUT, "/v1/push").json(subscription)?;
        self.send(&request).await.map(drop)
    }

    /// Has this device woken no more. Repeating it is harmless.
    pub async fn delete_push(&self) -> Result<(), ClientError> {
        let request = Request::new(Method::DELETE, "/v1/push");
        self.send(&request).await.map(drop)
    }
}
