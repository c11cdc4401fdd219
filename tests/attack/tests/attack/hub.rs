//! On the hub's own interface.

use std::time::Duration;

use access::{
    BuildingPublicKey, Bundle, CarrierKey, CodeKey, HolderSecret, SigningKey, TypedCode,
    ViewerPublicKey, x25519_public,
};
use anyhow::{Context, Result, bail, ensure};
use attack_tests::{now_s, programs, random, withstood};
use hub_api::{
    Client, ClientError, ClientIdentity, ErrorCode, Invite, Subject,
    oauth::{
        ASSERTION_TYPE, AssertionClaims, AuthKey, GRANT_TYPE, NONCE_HEADER, PROOF_HEADER,
        ProofClaims, TOKEN_PATH, fresh_id, token_hash,
    },
};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use simulation::Hub;
use tempfile::TempDir;
use url::Url;

/// A real hub with one building, a door, a resident and a carrier.
struct Stage {
    hub: Hub,
    origin: Url,
    http: reqwest::Client,
    carrier: Invite,
    resident: Invite,
    _folder: TempDir,
}

impl Stage {
    fn set() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let hub = Hub::start(&programs()?, folder.path(), "Elm")?;
        let building = hub.administer_for(&["building", "add", "--name", "Elm"], "id")?;
        let within = ["--building", &building];
        let add = |command: &[&str]| hub.administer_for(&[command, &within].concat(), "id");
        add(&["unit", "add", "--name", "3B"])?;
        let door = add(&["door", "add", "--name", "Lobby", "--kind", "common"])?;
        let resident = add(&["resident", "add", "--name", "Maya", "--unit", "3B"])?;
        let carrier = hub.administer_for(&["carrier", "add", "--name", "Northline"], "id")?;
        let grant = ["grant", "carrier", "--carrier", &carrier, "--door", &door];
        hub.administer(&[&grant[..], &within].concat())?;
        let invite = |who: &str, id: &str| -> Result<Invite> {
            let link = hub.administer_for(&["invite", who, id], "link")?;
            Ok(Invite::parse(&link)?)
        };
        let (carrier, resident) = (invite("carrier", &carrier)?, invite("resident", &resident)?);
        // Another test may have installed it before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .tls_danger_accept_invalid_certs(true)
            .no_proxy()
            .build()?;
        Ok(Self {
            origin: carrier.hub.clone(),
            http,
            carrier,
            resident,
            hub,
            _folder: folder,
        })
    }

    fn request(&self, method: &str, path: &str) -> Result<RequestBuilder> {
        let method = Method::from_bytes(method.as_bytes())?;
        Ok(self.http.request(method, self.origin.join(path)?))
    }

    async fn status(&self, request: RequestBuilder) -> Result<u16> {
        Ok(request.send().await?.status().as_u16())
    }

    /// A proof for one request by the key of this seed, with a fresh nonce of the hub.
    async fn proof(
        &self,
        seed: &[u8; 32],
        method: &str,
        path: &str,
        token: Option<&str>,
    ) -> Result<String> {
        let answer = self.request("GET", "/health")?.send().await?;
        let nonce = answer.headers().get(NONCE_HEADER).context("no nonce")?;
        let claims = ProofClaims {
            jti: fresh_id(),
            htm: method.to_owned(),
            htu: self.origin.join(path)?.to_string(),
            iat: now_s(),
            ath: token.map(token_hash),
            nonce: Some(nonce.to_str()?.to_owned()),
        };
        Ok(AuthKey::from_seed(seed)?.prove(&claims)?)
    }

    /// Enrols the carrier and gets an access token for it.
    async fn carriers_token(&self, seed: &[u8; 32]) -> Result<String> {
        let subject = Subject::Carrier {
            auth_key: CarrierKey::from_seed(*seed).public(),
            name: None,
        };
        let id = Client::enrol(&self.carrier, subject, seed).await?.client_id;
        let now = now_s();
        let claims = AssertionClaims {
            iss: id.clone(),
            sub: id,
            aud: self.origin.join(TOKEN_PATH)?.to_string(),
            jti: fresh_id(),
            iat: now,
            exp: now + 60,
        };
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", GRANT_TYPE)
            .append_pair("client_assertion_type", ASSERTION_TYPE)
            .append_pair(
                "client_assertion",
                &AuthKey::from_seed(seed)?.assert(&claims)?,
            )
            .finish();
        let proof = self.proof(seed, "POST", TOKEN_PATH, None).await?;
        let request = self
            .request("POST", TOKEN_PATH)?
            .header(PROOF_HEADER, proof)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        let answer: Value = serde_json::from_str(&request.send().await?.text().await?)?;
        let token = answer["access_token"].as_str();
        token
            .map(str::to_owned)
            .with_context(|| format!("no token: {answer}"))
    }
}

/// What the hub itself says that it offers: method, path with its parameters filled, tag.
async fn endpoints(stage: &Stage) -> Result<Vec<(String, String, String)>> {
    let text = stage
        .request("GET", "/openapi.json")?
        .send()
        .await?
        .text()
        .await?;
    let document: Value = serde_json::from_str(&text)?;
    let paths = document["paths"].as_object().context("no paths")?;
    let mut all = Vec::new();
    for (path, operations) in paths {
        for (method, operation) in operations.as_object().context("no operations")? {
            let Some(tag) = operation["tags"][0].as_str() else {
                continue;
            };
            all.push((method.to_uppercase(), filled(path), tag.to_owned()));
        }
    }
    ensure!(all.len() >= 15, "the hub describes {} endpoints", all.len());
    Ok(all)
}

/// `{name}` becomes something that is neither refused as malformed by all, nor there.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        "{n}" => "1",
        part if part.starts_with('{') => "67e55044-10b1-426f-9247-bb680e5fe0c8",
        part => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test(flavor = "multi_thread")]
async fn no_endpoint_of_the_hub_answers_a_caller_without_proof() -> Result<()> {
    let stage = Stage::set()?;
    let mut guarded = 0;
    for (method, path, tag) in endpoints(&stage).await? {
        let bare = stage
            .status(stage.request(&method, &path)?.body("{}"))
            .await?;
        if tag == "public" || tag == "oauth" {
            let is_harmless = method == "GET" || (400..500).contains(&bare);
            withstood("what is public changes nothing without proof", is_harmless);
            continue;
        }
        guarded += 1;
        withstood(
            &format!("{method} {path} refuses who brings nothing"),
            bare == 401,
        );
        for authorization in [
            "Bearer abc",
            "DPoP abc",
            "DPoP a.b.c",
            "Basic YWRtaW46YWRtaW4=",
        ] {
            let request = stage.request(&method, &path)?;
            let request = request.header("authorization", authorization).body("{}");
            let status = stage.status(request).await?;
            withstood(
                &format!("{method} {path} refuses {authorization}"),
                status == 401,
            );
        }
    }
    ensure!(guarded >= 12, "only {guarded} endpoints are guarded");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_access_token_is_worthless_without_its_clients_key() -> Result<()> {
    const PATH: &str = "/v1/carrier/credential";
    let stage = Stage::set()?;
    let (owner, thief): ([u8; 32], [u8; 32]) = (random(), random());
    let token = stage.carriers_token(&owner).await?;
    let authorization = format!("DPoP {token}");
    let by = async |seed: &[u8; 32]| -> Result<u16> {
        let proof = stage.proof(seed, "GET", PATH, Some(&token)).await?;
        let request = stage.request("GET", PATH)?;
        let request = request
            .header("authorization", &authorization)
            .header(PROOF_HEADER, proof);
        stage.status(request).await
    };
    withstood("another key's proof does not do", by(&thief).await? == 401);
    let bearer = stage
        .request("GET", PATH)?
        .header("authorization", format!("Bearer {token}"));
    withstood("nor does none", stage.status(bearer).await? == 401);
    ensure!(by(&owner).await? == 200, "the owner was refused");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_request_to_the_hub_is_not_answered_twice() -> Result<()> {
    const PATH: &str = "/v1/carrier/credential";
    let stage = Stage::set()?;
    let owner: [u8; 32] = random();
    let token = stage.carriers_token(&owner).await?;
    let proof = stage.proof(&owner, "GET", PATH, Some(&token)).await?;
    let recorded = async || -> Result<u16> {
        let request = stage.request("GET", PATH)?;
        let request = request
            .header("authorization", format!("DPoP {token}"))
            .header(PROOF_HEADER, &proof);
        stage.status(request).await
    };
    ensure!(recorded().await? == 200, "the owner was refused");
    withstood(
        "the same request again is refused",
        recorded().await? == 401,
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copied_invite_enrols_nobody_after_its_owner() -> Result<()> {
    let stage = Stage::set()?;
    let (owner, thief): ([u8; 32], [u8; 32]) = (random(), random());
    Client::enrol(&stage.resident, device(owner), &owner).await?;
    let stolen = Client::enrol(&stage.resident, device(thief), &thief).await;
    withstood("an invite is good for one device", stolen.is_err());
    // A hub that lost its way must not be what refused: another invite still works.
    let resident = stage.hub.administer(&["resident", "list"])?;
    let id = resident[0]["id"].as_str().context("no resident")?;
    let link = stage
        .hub
        .administer_for(&["invite", "resident", id], "link")?;
    Client::enrol(&Invite::parse(&link)?, device(thief), &thief).await?;
    Ok(())
}

fn device(seed: [u8; 32]) -> Subject {
    Subject::ResidentDevice {
        device_name: "Phone".into(),
        auth_key: SigningKey::from_seed(seed).public(),
        holder_key: HolderSecret::from_bytes(random()).public(),
        viewer_key: ViewerPublicKey(x25519_public(&random())),
    }
}

/// A resident's device with another program on it: its client, and the building's key.
async fn altered_device(stage: &Stage) -> Result<(Client, BuildingPublicKey)> {
    let Invite { hub, key, .. } = &stage.resident;
    let seed = random();
    let enrolled = Client::enrol(&stage.resident, device(seed), &seed).await?;
    let identity = ClientIdentity::new(&enrolled.client_id, seed);
    Ok((Client::new(hub, *key, &identity)?, enrolled.building.key))
}

/// The bundle that the device carries, once there is a code in it.
async fn carried_codes(device: &Client, building: &BuildingPublicKey) -> Result<Bundle> {
    for _ in 0..100 {
        let carried = device.carried(None).await?.bundle.context("no bundle")?;
        let bundle = carried.verify(building)?;
        if !bundle.codes.is_empty() {
            return Ok(bundle);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("no code was published")
}

#[tokio::test(flavor = "multi_thread")]
async fn no_code_is_tried_out_on_a_bundle_that_a_phone_carries() -> Result<()> {
    let stage = Stage::set()?;
    let code = stage.hub.administer_for(
        &[
            "code", "add", "--name", "Aunt May", "--class", "guest", "--door", "Lobby",
        ],
        "code",
    )?;
    let (neighbour, building) = altered_device(&stage).await?;
    let bundle = carried_codes(&neighbour, &building).await?;
    // Of the million codes only the right one could be found: so it is the one that is tried, without a secret and
    // with all that the bundle has instead of one.
    let mut salt = [0; 32];
    salt[..16].copy_from_slice(&*bundle.code_salt);
    let named = bundle.codes.iter().filter_map(|code| code.key);
    let named = named.map(|id| {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&id.0);
        bytes
    });
    let guesses = [[0; 32], salt, building.0].into_iter().chain(named);
    let keys: Vec<_> = guesses
        .map(|bytes| Some(CodeKey::from_bytes(bytes)))
        .collect();
    let keys = [vec![None], keys].concat();
    let typed = TypedCode::hash(&code, &bundle.code_salt, &keys)?;
    let finds = |hash| {
        let mut tried = keys.iter();
        tried.any(|key| typed.matches(key.as_ref().map(CodeKey::id), hash))
    };
    withstood(
        "the right code cannot be told from a wrong one",
        !bundle.codes.iter().any(|code| finds(&code.hash)),
    );
    let refused = neighbour.code_key().await.err();
    withstood(
        "the hub gives the secret to no resident's device",
        refused.as_ref().and_then(ClientError::code) == Some(ErrorCode::Forbidden),
    );
    Ok(())
}
