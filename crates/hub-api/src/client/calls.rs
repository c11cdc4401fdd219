use access::{BuildingId, ClipId, CodeKey, SignedBundle};
use audit::SignedRecord;
use bytes::Bytes;
use clip::{SignedClipIndex, SignedClipPrefix, SignedThumbnail};
use reqwest::{Method, Response, StatusCode};
use serde::de::DeserializeOwned;

use super::transport::Request;
use super::{Client, ClientError};
use crate::{
    CarrierCredential, CodeSecret, DoorInfo, DoorUpdate, Durable, EntryPage, ErrorCode,
    IssuedCredential, RecordRun, UploadState,
};

/// What a resident's device asks for.
impl Client {
    /// The doors this device may open.
    pub async fn doors(&self) -> Result<Vec<DoorInfo>, ClientError> {
        self.json(&Request::new(Method::GET, "/v1/doors")).await
    }

    /// Fresh credentials for this device, good for 7 days.
    pub async fn credentials(&self) -> Result<Vec<IssuedCredential>, ClientError> {
        self.json(&Request::new(Method::POST, "/v1/credentials"))
            .await
    }

    /// Entries by non-residents, newest first, older than the cursor `before`; `limit` is 1 to 100.
    pub async fn entries(&self, before: Option<u64>, limit: u32) -> Result<EntryPage, ClientError> {
        let request = Request::new(Method::GET, "/v1/entries")
            .query("before", before)
            .query("limit", Some(limit));
        self.json(&request).await
    }

    /// The signed index of a closed clip.
    pub async fn clip_index(&self, clip: ClipId) -> Result<SignedClipIndex, ClientError> {
        let request = Request::new(Method::GET, format!("/v1/clips/{clip}"));
        Ok(SignedClipIndex::from_bytes(
            self.bytes(&request).await?.to_vec(),
        ))
    }

    /// What is signed of a clip that is still recorded.
    pub async fn clip_prefix(&self, clip: ClipId) -> Result<SignedClipPrefix, ClientError> {
        let request = Request::new(Method::GET, format!("/v1/clips/{clip}/prefix"));
        Ok(SignedClipPrefix::from_bytes(
            self.bytes(&request).await?.to_vec(),
        ))
    }

    /// A clip's sealed picture.
    pub async fn thumbnail(&self, clip: ClipId) -> Result<SignedThumbnail, ClientError> {
        let request = Request::new(Method::GET, format!("/v1/clips/{clip}/thumbnail"));
        Ok(SignedThumbnail::from_bytes(
            self.bytes(&request).await?.to_vec(),
        ))
    }

    /// A sealed fragment of a clip, as far as it is signed; 0 is the init segment.
    pub async fn fragment(&self, clip: ClipId, n: u32) -> Result<Bytes, ClientError> {
        let request = Request::new(Method::GET, format!("/v1/clips/{clip}/fragments/{n}"));
        self.bytes(&request).await
    }
}

/// What a door asks for.
impl Client {
    /// The building's bundle, unless `newer_than` is already the newest version.
    pub async fn bundle(
        &self,
        newer_than: Option<u64>,
    ) -> Result<Option<SignedBundle>, ClientError> {
        let request = Request::new(Method::GET, "/v1/bundle").query("newer_than", newer_than);
        let response = self.send(&request).await?;
        if response.status() == StatusCode::NO_CONTENT {
            return Ok(None);
        }
        let body = response
            .bytes()
            .await
            .map_err(ClientError::from_transport)?;
        Ok(Some(SignedBundle(body.to_vec())))
    }

    /// The building's secret that codes are hashed with.
    pub async fn code_key(&self) -> Result<CodeKey, ClientError> {
        let request = Request::new(Method::GET, "/v1/door/code-key");
        Ok(self.json::<CodeSecret>(&request).await?.key())
    }

    /// Delivers a contiguous run of at most [`RecordRun::MAX`] records and returns the highest
    /// durable number. Repeating a run is harmless; an empty run asks where to resume.
    pub async fn put_records(&self, records: Vec<SignedRecord>) -> Result<u64, ClientError> {
        let request = Request::new(Method::PUT, "/v1/records").json(&RecordRun { records })?;
        Ok(self.json::<Durable>(&request).await?.durable_seq)
    }

    /// Delivers one sealed fragment. Repeating it is harmless.
    pub async fn put_fragment(
        &self,
        clip: ClipId,
        n: u32,
        sealed: impl Into<Bytes>,
    ) -> Result<(), ClientError> {
        let request = Request::new(Method::PUT, format!("/v1/clips/{clip}/fragments/{n}"))
            .body("application/octet-stream", sealed);
        self.send(&request).await.map(drop)
    }

    /// Delivers a clip's sealed picture. Repeating it is harmless.
    pub async fn put_thumbnail(
        &self,
        clip: ClipId,
        thumbnail: &SignedThumbnail,
    ) -> Result<(), ClientError> {
        let request = Request::new(Method::PUT, format!("/v1/clips/{clip}/thumbnail"))
            .body("application/cbor", thumbnail.as_bytes().to_vec());
        self.send(&request).await.map(drop)
    }

    /// Tells how far a clip that is still recorded is signed. Its fragments are delivered that far.
    pub async fn put_prefix(
        &self,
        clip: ClipId,
        prefix: &SignedClipPrefix,
    ) -> Result<(), ClientError> {
        let request = Request::new(Method::PUT, format!("/v1/clips/{clip}/prefix"))
            .body("application/cbor", prefix.as_bytes().to_vec());
        self.send(&request).await.map(drop)
    }

    /// What the hub has of a clip of this door; nothing, for one it never heard of.
    pub async fn upload_state(&self, clip: ClipId) -> Result<UploadState, ClientError> {
        self.json(&Request::new(
            Method::GET,
            format!("/v1/clips/{clip}/upload"),
        ))
        .await
    }

    /// Closes a clip whose fragments are all delivered. Repeating it is harmless.
    pub async fn close_clip(
        &self,
        clip: ClipId,
        index: &SignedClipIndex,
    ) -> Result<(), ClientError> {
        let request = Request::new(Method::PUT, format!("/v1/clips/{clip}"))
            .body("application/cbor", index.as_bytes().to_vec());
        self.send(&request).await.map(drop)
    }

    /// Tells about the door itself.
    pub async fn put_door(&self, update: &DoorUpdate) -> Result<(), ClientError> {
        let request = Request::new(Method::PUT, "/v1/door").json(update)?;
        self.send(&request).await.map(drop)
    }
}

/// What a carrier asks for.
impl Client {
    /// A fresh carrier credential: for `building`, or for the one granted last.
    pub async fn carrier_credential(
        &self,
        building: Option<BuildingId>,
    ) -> Result<CarrierCredential, ClientError> {
        let request =
            Request::new(Method::GET, "/v1/carrier/credential").query("building", building);
        self.json(&request).await
    }
}

impl Client {
    /// The newest signed checkpoint of the building's log, as a C2SP signed note.
    pub async fn checkpoint(&self) -> Result<String, ClientError> {
        let body = self
            .bytes(&Request::new(Method::GET, "/v1/log/checkpoint"))
            .await?;
        let text = String::from_utf8(body.to_vec());
        text.map_err(|_| ClientError::Unexpected("a checkpoint that is no text".to_owned()))
    }

    /// A tile of the building's log; `path` as C2SP tlog-tiles writes it, without `tile/`.
    pub async fn log_tile(&self, path: &str) -> Result<Bytes, ClientError> {
        self.bytes(&Request::new(Method::GET, format!("/v1/log/tile/{path}")))
            .await
    }

    /// Sends an authorised request, once more with a new token when the hub drops the old one.
    pub(super) async fn send(&self, request: &Request) -> Result<Response, ClientError> {
        let inner = &self.inner;
        let token = inner.token().await?;
        let first = inner
            .transport
            .send(&inner.key, Some(&token), request)
            .await;
        match first {
            Err(error) if error.code() == Some(ErrorCode::InvalidToken) => {
                inner.forget_token(&token).await;
                let token = inner.token().await?;
                inner
                    .transport
                    .send(&inner.key, Some(&token), request)
                    .await
            }
            result => result,
        }
    }

    async fn bytes(&self, request: &Request) -> Result<Bytes, ClientError> {
        self.send(request)
            .await?
            .bytes()
            .await
            .map_err(ClientError::from_transport)
    }

    pub(super) async fn json<T: DeserializeOwned>(
        &self,
        request: &Request,
    ) -> Result<T, ClientError> {
        let body = self.bytes(request).await?;
        serde_json::from_slice(&body).map_err(|error| ClientError::Unexpected(error.to_string()))
    }
}
