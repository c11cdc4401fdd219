use audit::SealedRecords;
use reqwest::Method;

use super::transport::Request;
use super::{Client, ClientError};
use crate::{Carried, Durable};

/// What a resident's device carries between doors without a network and the hub.
impl Client {
    /// The newest bundle, unless `newer_than` is its version, and how far the hub has each door's
    /// records.
    pub async fn carried(&self, newer_than: Option<u64>) -> Result<Carried, ClientError> {
        let request = Request::new(Method::GET, "/v1/carried").query("newer_than", newer_than);
        self.json(&request).await
    }

    /// Delivers sealed records of a door and returns the highest durable number of that door.
    /// Repeating a batch is harmless.
    pub async fn put_carried_records(&self, batch: &SealedRecords) -> Result<u64, ClientError> {
        let request = Request::new(Method::PUT, "/v1/carried/records").json(batch)?;
        Ok(self.json::<Durable>(&request).await?.durable_seq)
    }
}
