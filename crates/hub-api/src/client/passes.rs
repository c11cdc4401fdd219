use access::GrantId;
use reqwest::Method;

use super::transport::Request;
use super::{Client, ClientError};
use crate::{MadeCode, MadePass, NewPass, OwnCode, PassChange, PassInfo};

/// How a resident's device lets guests and couriers in for a while.
impl Client {
    /// Makes a pass. Repeating it with the same token is harmless: it is answered as the first time.
    pub async fn make_pass(&self, pass: &NewPass) -> Result<MadePass, ClientError> {
        self.json(&Request::new(Method::POST, "/v1/passes").json(pass)?)
            .await
    }

    /// The passes of the household, newest first; those that ended, for 30 days.
    pub async fn passes(&self) -> Result<Vec<PassInfo>, ClientError> {
        self.json(&Request::new(Method::GET, "/v1/passes")).await
    }

    /// Gives a pass that is still open another label and end.
    pub async fn change_pass(
        &self,
        pass: GrantId,
        change: &PassChange,
    ) -> Result<PassInfo, ClientError> {
        let request = Request::new(Method::PUT, format!("/v1/passes/{pass}")).json(change)?;
        self.json(&request).await
    }

    /// Ends a pass. Repeating it is harmless.
    pub async fn revoke_pass(&self, pass: GrantId) -> Result<(), ClientError> {
        let request = Request::new(Method::DELETE, format!("/v1/passes/{pass}"));
        self.send(&request).await.map(drop)
    }

    /// Makes the resident's own code for this device; the one before ends.
    pub async fn make_own_code(&self) -> Result<MadeCode, ClientError> {
        self.json(&Request::new(Method::POST, "/v1/code")).await
    }

    /// This device's own code, as it stands.
    pub async fn own_code(&self) -> Result<OwnCode, ClientError> {
        self.json(&Request::new(Method::GET, "/v1/code")).await
    }

    /// Ends this device's own code. Repeating it is harmless.
    pub async fn end_own_code(&self) -> Result<(), ClientError> {
        let request = Request::new(Method::DELETE, "/v1/code");
        self.send(&request).await.map(drop)
    }
}
