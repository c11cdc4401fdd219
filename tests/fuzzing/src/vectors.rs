//! The repository's test vectors, which fuzzing starts from.

use std::sync::LazyLock;

use access::{BuildingKey, DoorId, HolderPublicKey, SigningKey};
use audit::SignedRecord;
use serde::{Deserialize, Deserializer};

/// A credential as `credentials.json` has it, with what the door of that name says to it.
#[derive(Debug, Deserialize)]
pub(crate) struct Token {
    #[serde(deserialize_with = "from_hex")]
    pub(crate) credential: Vec<u8>,
    pub(crate) door: DoorId,
    pub(crate) holder: HolderPublicKey,
    pub(crate) now_utc: u64,
    pub(crate) decision: String,
}

/// What `bundle.json` has.
#[derive(Debug, Deserialize)]
pub(crate) struct BundleFile {
    #[serde(deserialize_with = "seed")]
    building_seed: [u8; 32],
    #[serde(deserialize_with = "from_hex")]
    pub(crate) signed: Vec<u8>,
}

impl BundleFile {
    pub(crate) fn key(&self) -> BuildingKey {
        BuildingKey::from_seed(self.building_seed)
    }
}

/// What `unlock.json` has: one unlock, byte for byte.
#[derive(Debug, Deserialize)]
pub(crate) struct Unlock {
    pub(crate) door_id: DoorId,
    #[serde(deserialize_with = "seed")]
    pub(crate) door_secret: [u8; 32],
    #[serde(deserialize_with = "seed")]
    pub(crate) door_ephemeral_secret: [u8; 32],
    #[serde(deserialize_with = "seed")]
    pub(crate) holder_secret: [u8; 32],
    #[serde(deserialize_with = "seed")]
    pub(crate) phone_ephemeral_secret: [u8; 32],
    #[serde(deserialize_with = "from_hex")]
    pub(crate) request_plain: Vec<u8>,
    framed: [String; 3],
}

impl Unlock {
    /// From the door, from the phone, from the door.
    pub(crate) fn framed(&self) -> [Vec<u8>; 3] {
        self.framed.each_ref().map(|framed| hex(framed))
    }
}

/// What `clip.json` has, as far as it is needed here.
#[derive(Debug, Deserialize)]
pub(crate) struct Film {
    #[serde(deserialize_with = "seed")]
    pub(crate) clip_key: [u8; 32],
    #[serde(deserialize_with = "seed")]
    signing_seed: [u8; 32],
    #[serde(deserialize_with = "from_hex")]
    pub(crate) signed_index: Vec<u8>,
    #[serde(deserialize_with = "from_hex")]
    pub(crate) signed_prefix: Vec<u8>,
    #[serde(deserialize_with = "from_hex")]
    pub(crate) signed_thumbnail: Vec<u8>,
    fragments: Vec<Fragment>,
}

#[derive(Debug, Deserialize)]
struct Fragment {
    sealed: String,
}

impl Film {
    pub(crate) fn key(&self) -> SigningKey {
        SigningKey::from_seed(self.signing_seed)
    }

    pub(crate) fn sealed(&self) -> Vec<Vec<u8>> {
        let fragments = self.fragments.iter();
        fragments.map(|fragment| hex(&fragment.sealed)).collect()
    }
}

/// A door's chain of records, as `records.json` has it.
#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) key: SigningKey,
    pub(crate) records: Vec<SignedRecord>,
}

pub(crate) static TOKENS: LazyLock<Vec<Token>> = LazyLock::new(|| {
    #[derive(Deserialize)]
    struct File {
        decisions: Vec<Token>,
    }
    let file: File = parse(include_str!(
        "../../../crates/access/vectors/credentials.json"
    ));
    file.decisions
});

pub(crate) static BUNDLE: LazyLock<BundleFile> =
    LazyLock::new(|| parse(include_str!("../../../crates/access/vectors/bundle.json")));

pub(crate) static UNLOCK: LazyLock<Unlock> = LazyLock::new(|| {
    parse(include_str!(
        "../../../crates/door-protocol/vectors/unlock.json"
    ))
});

pub(crate) static FILM: LazyLock<Film> =
    LazyLock::new(|| parse(include_str!("../../../crates/clip/vectors/clip.json")));

pub(crate) static CHAIN: LazyLock<Chain> = LazyLock::new(|| {
    #[derive(Deserialize)]
    struct File {
        #[serde(deserialize_with = "seed")]
        door_seed: [u8; 32],
        records: Vec<Recorded>,
    }
    #[derive(Deserialize)]
    struct Recorded {
        signed: String,
    }
    let file: File = parse(include_str!("../../../crates/audit/vectors/records.json"));
    let records = file.records.iter();
    Chain {
        key: SigningKey::from_seed(file.door_seed),
        records: records.map(|one| SignedRecord(hex(&one.signed))).collect(),
    }
});

/// The framed messages of `frames.json`, good and bad.
pub(crate) fn frames() -> Vec<Vec<u8>> {
    #[derive(Deserialize)]
    struct File {
        good: Vec<Good>,
        bad: Vec<Bad>,
    }
    #[derive(Deserialize)]
    struct Good {
        framed: String,
    }
    #[derive(Deserialize)]
    struct Bad {
        bytes: String,
    }
    let file: File = parse(include_str!(
        "../../../crates/door-protocol/vectors/frames.json"
    ));
    let good = file.good.iter().map(|one| hex(&one.framed));
    good.chain(file.bad.iter().map(|one| hex(&one.bytes)))
        .collect()
}

/// The CBOR of every request and of every answer of `messages.json`.
pub(crate) fn messages() -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    #[derive(Deserialize)]
    struct File {
        requests: Vec<Said>,
        answers: Vec<Said>,
    }
    #[derive(Deserialize)]
    struct Said {
        cbor: String,
    }
    let file: File = parse(include_str!(
        "../../../crates/door-protocol/vectors/messages.json"
    ));
    let bytes = |said: &[Said]| said.iter().map(|one| hex(&one.cbor)).collect();
    (bytes(&file.requests), bytes(&file.answers))
}

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("a vector file has its own form")
}

fn from_hex<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    String::deserialize(from).map(|text| hex(&text))
}

fn seed<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 32], D::Error> {
    let bytes = from_hex(from)?;
    bytes
        .try_into()
        .map_err(|_| serde::de::Error::custom("a seed has 32 bytes"))
}

fn hex(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16);
    let bytes = (0..text.len()).step_by(2).map(digit);
    bytes.map(|byte| byte.expect("it is hexadecimal")).collect()
}
