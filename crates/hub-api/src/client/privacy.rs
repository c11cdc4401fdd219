use access::{DeviceId, ResidentId};
use reqwest::Method;

use super::transport::Request;
use super::{Client, ClientError};
use crate::{DeviceInfo, Forgotten, MyData, Policy, WatchPage};

/// What a resident may know of the building, and of what it holds of them.
impl Client {
    /// How long what is kept, and who may watch which door.
    pub async fn policy(&self) -> Result<Policy, ClientError> {
        self.json(&Request::new(Method::GET, "/v1/policy")).await
    }

    /// Who watched the resident's doors live, on days before `before`; the newest page without it.
    pub async fn watches(&self, before: Option<&str>) -> Result<WatchPage, ClientError> {
        let request = Request::new(Method::GET, "/v1/watches").query("before", before);
        self.json(&request).await
    }

    /// The resident's devices that open doors.
    pub async fn devices(&self) -> Result<Vec<DeviceInfo>, ClientError> {
        self.json(&Request::new(Method::GET, "/v1/devices")).await
    }

    /// Takes a device of the resident off the building's list. Repeating it is harmless.
    pub async fn remove_device(&self, device: DeviceId) -> Result<(), ClientError> {
        let request = Request::new(Method::DELETE, format!("/v1/devices/{device}"));
        self.send(&request).await.map(drop)
    }

    /// Everything that the hub holds about the resident.
    pub async fn my_data(&self) -> Result<MyData, ClientError> {
        self.json(&Request::new(Method::GET, "/v1/me")).await
    }

    /// Has the hub forget the resident, whose own id is given and whose devices open nothing from then on.
    pub async fn forget_resident(&self, resident: ResidentId) -> Result<Forgotten, ClientError> {
        let request = Request::new(Method::DELETE, format!("/v1/residents/{resident}"));
        self.json(&request).await
    }
}
