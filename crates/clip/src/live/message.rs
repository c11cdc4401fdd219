//! What is said, and how it is sealed and signed.

use access::{
    BuildingId, DeviceId, DoorId, LiveId, SigningKey, SigningPublicKey, ViewerPublicKey, WatchId,
};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable as _, Kem, OpModeR, OpModeS, Serializable as _};
use rand_core::{CryptoRng, RngCore};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_bytes::{ByteArray, ByteBuf};

use super::{LIVE_VERSION, LiveError, MAX_MESSAGE_LEN};
use crate::Lens;
use crate::index::{decode, encode};
use crate::key::Entropy;

type PublicKey = <X25519HkdfSha256 as Kem>::PublicKey;
type PrivateKey = <X25519HkdfSha256 as Kem>::PrivateKey;
type EncappedKey = <X25519HkdfSha256 as Kem>::EncappedKey;

pub(super) const HELLO: &[u8] = b"live hello";
pub(super) const ANSWER: &[u8] = b"live answer";
const ASK_INFO: &[u8] = b"vestibule live ask\0";
const GRANT_INFO: &[u8] = b"vestibule live grant\0";

/// What a decoder must know of a session before its first fragment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Picture {
    /// The RFC 6381 codec string as probed from the stream, such as `avc1.42C01F`.
    pub codec: String,
    /// Pixels.
    pub width: u16,
    /// Pixels.
    pub height: u16,
    /// How the camera sees; none for a picture that is flat already.
    pub lens: Option<Lens>,
    /// The init segment: `ftyp` and `moov`.
    #[serde(with = "serde_bytes")]
    pub init: Vec<u8>,
}

/// Why a watch is over, or did not begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// The camera delivers nothing now, or there is none.
    CameraOff,
    /// The device is none of those that may watch this door.
    NotAViewer,
    /// The building lets nobody watch this door.
    NobodyMay,
    /// As many watch as may at a time.
    Busy,
    /// The device did not say in time that it still watches.
    Lapsed,
    /// The door cannot put on record that somebody watches.
    NoRecord,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed {
    body: ByteBuf,
    signature: ByteArray<64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hello {
    pub(super) version: u8,
    pub(super) building: BuildingId,
    pub(super) door: DoorId,
    pub(super) key: ByteArray<32>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    pub(super) watch: WatchId,
    pub(super) device: DeviceId,
    pub(super) enc: ByteArray<32>,
    pub(super) sealed: ByteBuf,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    pub(super) version: u8,
    pub(super) key: ByteArray<32>,
    pub(super) watch: WatchId,
    pub(super) says: Says,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Says {
    Granted { enc: ByteArray<32>, sealed: ByteBuf },
    Ended(Ended),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Grant {
    /// Counts the sessions of a connection.
    pub(super) number: u32,
    pub(super) session: LiveId,
    pub(super) key: ByteArray<32>,
    /// What time it is at the door, counted as the fragments' times are.
    pub(super) now_ms: i64,
    pub(super) picture: Picture,
}

/// Which watch of which door a box belongs to.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) building: BuildingId,
    pub(super) door: DoorId,
    pub(super) watch: WatchId,
    pub(super) device: DeviceId,
}

impl Place {
    fn info(&self, domain: &[u8]) -> Vec<u8> {
        [domain, self.building.as_bytes(), self.door.as_bytes()].concat()
    }

    fn aad(&self) -> [u8; 32] {
        let mut aad = [0; 32];
        aad[..16].copy_from_slice(self.watch.as_bytes());
        aad[16..].copy_from_slice(self.device.as_bytes());
        aad
    }

    /// Seals the number of an ask from a device to the door's key of this connection.
    pub(super) fn seal_ask(
        &self,
        n: u32,
        from: (&[u8; 32], ViewerPublicKey),
        to: &[u8; 32],
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<(ByteArray<32>, ByteBuf), hpke::HpkeError> {
        let own = (
            PrivateKey::from_bytes(from.0)?,
            PublicKey::from_bytes(from.1.as_bytes())?,
        );
        self.seal(ASK_INFO, &OpModeS::Auth(own), to, &n.to_be_bytes(), rng)
    }

    /// Opens an ask with the door's secret of this connection, if it is the device's.
    pub(super) fn open_ask(
        &self,
        ask: &Ask,
        from: ViewerPublicKey,
        secret: &[u8; 32],
    ) -> Result<u32, hpke::HpkeError> {
        let from = PublicKey::from_bytes(from.as_bytes())?;
        let mode = OpModeR::Auth(from);
        let n = self.open(ASK_INFO, &mode, secret, &ask.enc, &ask.sealed)?;
        let n = <[u8; 4]>::try_from(n.as_slice()).map_err(|_| hpke::HpkeError::OpenError)?;
        Ok(u32::from_be_bytes(n))
    }

    pub(super) fn seal_grant(
        &self,
        grant: &[u8],
        to: ViewerPublicKey,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<(ByteArray<32>, ByteBuf), hpke::HpkeError> {
        self.seal(GRANT_INFO, &OpModeS::Base, to.as_bytes(), grant, rng)
    }

    pub(super) fn open_grant(
        &self,
        enc: &ByteArray<32>,
        sealed: &[u8],
        secret: &[u8; 32],
    ) -> Result<Vec<u8>, hpke::HpkeError> {
        self.open(GRANT_INFO, &OpModeR::Base, secret, enc, sealed)
    }

    fn seal(
        &self,
        domain: &[u8],
        mode: &OpModeS<'_, X25519HkdfSha256>,
        to: &[u8; 32],
        plain: &[u8],
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<(ByteArray<32>, ByteBuf), hpke::HpkeError> {
        let to = PublicKey::from_bytes(to)?;
        let (enc, sealed) =
            hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256, _>(
                mode,
                &to,
                &self.info(domain),
                plain,
                &self.aad(),
                &mut Entropy(rng),
            )?;
        let enc: [u8; 32] = enc.to_bytes().into();
        Ok((enc.into(), sealed.into()))
    }

    fn open(
        &self,
        domain: &[u8],
        mode: &OpModeR<'_, X25519HkdfSha256>,
        secret: &[u8; 32],
        enc: &ByteArray<32>,
        sealed: &[u8],
    ) -> Result<Vec<u8>, hpke::HpkeError> {
        hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            mode,
            &PrivateKey::from_bytes(secret)?,
            &EncappedKey::from_bytes(enc.as_slice())?,
            &self.info(domain),
            sealed,
            &self.aad(),
        )
    }
}

/// Signs a message of the door.
pub(super) fn sign(domain: &[u8], body: &impl Serialize, key: &SigningKey) -> Vec<u8> {
    let body = encode(body);
    let signature = key.sign(domain, &body).into();
    let body = body.into();
    encode(&Signed { body, signature })
}

/// Reads a message that the door has signed.
pub(super) fn verify<T: Serialize + DeserializeOwned>(
    domain: &[u8],
    message: &[u8],
    door: &SigningPublicKey,
) -> Result<T, LiveError> {
    let Signed { body, signature } = read(message)?;
    door.verify(domain, &body, signature.as_slice())
        .map_err(|_| LiveError::BadSignature)?;
    read(&body)
}

/// Reads a value in its one encoding.
pub(super) fn read<T: Serialize + DeserializeOwned>(message: &[u8]) -> Result<T, LiveError> {
    if message.len() > MAX_MESSAGE_LEN {
        return Err(LiveError::TooLong);
    }
    decode(message).map_err(|_| LiveError::Undecodable)
}

pub(super) fn check_version(version: u8) -> Result<(), LiveError> {
    match version {
        LIVE_VERSION => Ok(()),
        other => Err(LiveError::UnsupportedVersion(other)),
    }
}
