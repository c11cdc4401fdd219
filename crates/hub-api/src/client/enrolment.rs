use reqwest::Method;

use super::transport::{Request, Transport};
use super::{Client, ClientError};
use crate::oauth::AuthKey;
use crate::{EnrolRequest, Enrolled, Invite, Subject};

impl Client {
    /// Redeems an invite for a registered key: the one whose Ed25519 `seed` is given and whose
    /// public half is `subject`'s `auth_key`.
    ///
    /// Repeating it with the same keys gives the same answer, so a lost answer costs no invite.
    pub async fn enrol(
        invite: &Invite,
        subject: Subject,
        seed: &[u8; 32],
    ) -> Result<Enrolled, ClientError> {
        let transport = Transport::new(&invite.hub, invite.key)?;
        let key = AuthKey::from_seed(seed).map_err(|_| ClientError::Key)?;
        let body = EnrolRequest {
            code: invite.code.clone(),
            subject,
        };
        let request = Request::new(Method::POST, "/v1/enrolments").json(&body)?;
        let response = transport.send(&key, None, &request).await?;
        let body = response
            .bytes()
            .await
            .map_err(ClientError::from_transport)?;
        serde_json::from_slice(&body).map_err(|error| ClientError::Unexpected(error.to_string()))
    }
}
