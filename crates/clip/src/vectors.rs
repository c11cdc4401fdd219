//! Deterministic test vectors, as files under `vectors/`. `cargo xtask vectors` writes them anew.
//!
//! Another implementation of door or viewer can be held against them: given the secrets, every
//! byte follows but for the wrapped keys, whose ephemeral keys are drawn from a counter.
#![expect(
    clippy::expect_used,
    reason = "made from constants: a failure is a defect and must show"
)]

mod live;

use std::fmt::Write as _;

use access::{BuildingId, ClipId, DeviceId, DoorId, SigningKey, Viewer};
use rand_core::{CryptoRng, RngCore};
use serde::Serialize;

use crate::chain::Chain;
use crate::{
    ClipHeader, ClipIndex, ClipKey, Digest, FragmentEntry, FragmentMeta, GopSignature,
    SealedFragment,
};
use crate::{Lens, Mount, Sealer, SignedClipPrefix, Timeline, Transcript, ViewerKey};

const CLIP_KEY: [u8; 32] = [0x11; 32];
const SIGNING_SEED: [u8; 32] = [0x22; 32];
const VIEWER_SECRETS: [[u8; 32]; 2] = [[0x33; 32], [0x34; 32]];

/// Stands for a JPEG.
const THUMBNAIL: &[u8] = b"a small picture";

/// Every vector file: its name under `vectors/` and its text.
pub fn files() -> Vec<(&'static str, String)> {
    vec![
        ("clip.json", text(&clip())),
        ("live.json", text(&live::watched())),
    ]
}

/// Bytes are hexadecimal throughout.
#[derive(Serialize)]
struct Filmed {
    clip_key: String,
    signing_seed: String,
    signing_public: String,
    viewer_secrets: [String; 2],
    header: Header,
    /// The running hash before the first fragment.
    start: String,
    fragments: Vec<Fragment>,
    gop_signatures: Vec<Gop>,
    pre_roll_ms: u32,
    post_roll_ms: u32,
    timeline: Timeline,
    signed_index: String,
    /// The first group of pictures, as it is told of while the clip is filmed.
    signed_prefix: String,
    thumbnail: String,
    signed_thumbnail: String,
}

#[derive(Serialize)]
struct Header {
    clip: ClipId,
    building: BuildingId,
    door: DoorId,
    entry_at_ms: u64,
    codec: String,
    width: u16,
    height: u16,
    lens: Option<Lens>,
    keys: Vec<Key>,
    cbor: String,
}

#[derive(Serialize)]
struct Key {
    device: DeviceId,
    enc: String,
    ciphertext: String,
}

#[derive(Serialize)]
struct Fragment {
    meta: FragmentMeta,
    plain: String,
    sealed: String,
    hash: String,
    running: String,
}

#[derive(Serialize)]
struct Gop {
    n: u32,
    signature: String,
}

/// Two groups of two pictures, one before the entry and one after.
fn clip() -> Filmed {
    let signing = SigningKey::from_seed(SIGNING_SEED);
    let key = ClipKey::from_bytes(CLIP_KEY);
    let header = header(&key);
    let mut chain = Chain::new(header.clone()).expect("the header is short");
    let start = chain.running();
    let mut sealer = Sealer::new(header.clone(), &key, signing.clone()).expect("a clip begins");
    let fragments = plain_fragments().map(|(meta, plain)| {
        let fragment = sealer.seal(meta, &plain).expect("the fragment is in order");
        describe(&fragment, &plain, &mut chain)
    });
    let fragments: Vec<_> = fragments.into_iter().collect();
    let thumbnail = sealer.seal_thumbnail(THUMBNAIL).expect("it is the first");
    let (index, signed) = sealer.close().expect("the clip has pictures");
    Filmed {
        clip_key: hex(&CLIP_KEY),
        signing_seed: hex(&SIGNING_SEED),
        signing_public: hex(signing.public().as_bytes()),
        viewer_secrets: VIEWER_SECRETS.map(|secret| hex(&secret)),
        header: describe_header(&header),
        start: start.to_string(),
        fragments,
        gop_signatures: index.gop_signatures().iter().map(describe_gop).collect(),
        pre_roll_ms: index.pre_roll_ms(),
        post_roll_ms: index.post_roll_ms(),
        timeline: index.timeline(),
        signed_index: hex(signed.as_bytes()),
        signed_prefix: hex(prefix(&index, signing).as_bytes()),
        thumbnail: hex(THUMBNAIL),
        signed_thumbnail: hex(thumbnail.as_bytes()),
    }
}

fn prefix(index: &ClipIndex, signing: SigningKey) -> SignedClipPrefix {
    let mut transcript = Transcript::new(index.header().clone(), signing).expect("a clip begins");
    let first = index.gop_signatures().first().expect("a group ends").n;
    for entry in index
        .fragments()
        .iter()
        .filter(|entry| entry.meta.n <= first)
    {
        let pushed = transcript.push(entry.meta, entry.hash);
        pushed.expect("the fragment is in order");
    }
    transcript.prefix().expect("the group has pictures")
}

fn header(key: &ClipKey) -> ClipHeader {
    let clip = ClipId::from_entropy([0x44; 16]);
    let mut rng = Counter(0);
    let keys = VIEWER_SECRETS.into_iter().zip(1..).map(|(secret, device)| {
        let viewer = Viewer {
            device: DeviceId::from_entropy([device; 16]),
            key: ViewerKey::from_bytes(secret).public(),
            doors: vec![],
        };
        key.wrap(clip, &viewer, &mut rng)
            .expect("the viewer's key is good")
    });
    ClipHeader {
        clip,
        building: BuildingId::from_entropy([0x55; 16]),
        door: DoorId::from_entropy([0x66; 16]),
        entry_at_ms: 1_800_000_000_000,
        codec: "avc1.42C01F".into(),
        width: 1280,
        height: 720,
        lens: Some(lens()),
        keys: keys.collect(),
    }
}

/// Numbers that CBOR writes in two, four and eight bytes.
fn lens() -> Lens {
    Lens {
        fx: 417.25,
        fy: 417.1,
        k: [-0.0125, 0.004, 0.0, 1e-6],
        ..Lens::equidistant((1280, 720), 170.0, Mount::Wall, 12.5)
    }
}

fn plain_fragments() -> [(FragmentMeta, Vec<u8>); 5] {
    [
        (0, -1_000, 0, false, "init segment"),
        (1, -1_000, 500, true, "keyframe before the entry"),
        (2, -500, 500, false, "just before the entry"),
        (3, 0, 500, true, "keyframe at the entry"),
        (4, 500, 500, false, ""),
    ]
    .map(|(n, start_ms, duration_ms, keyframe, plain)| {
        let plain = plain.as_bytes().to_vec();
        let plain_len = u32::try_from(plain.len()).expect("the text is short");
        (
            FragmentMeta {
                n,
                start_ms,
                duration_ms,
                keyframe,
                plain_len,
            },
            plain,
        )
    })
}

fn describe(sealed: &SealedFragment, plain: &[u8], chain: &mut Chain) -> Fragment {
    let (meta, hash) = (sealed.meta, Digest::of(&sealed.bytes));
    chain
        .push(FragmentEntry { meta, hash })
        .expect("the fragment is in order");
    Fragment {
        meta,
        plain: hex(plain),
        sealed: hex(&sealed.bytes),
        hash: hash.to_string(),
        running: chain.running().to_string(),
    }
}

fn describe_header(header: &ClipHeader) -> Header {
    let cbor = hex(&crate::index::encode(header));
    let ClipHeader {
        clip,
        building,
        door,
        entry_at_ms,
        codec,
        width,
        height,
        lens,
        keys,
    } = header.clone();
    let keys = keys.iter().map(|key| Key {
        device: key.device,
        enc: hex(&key.enc),
        ciphertext: hex(&key.ciphertext),
    });
    let keys = keys.collect();
    Header {
        clip,
        building,
        door,
        entry_at_ms,
        codec,
        width,
        height,
        lens,
        keys,
        cbor,
    }
}

fn describe_gop(gop: &GopSignature) -> Gop {
    Gop {
        n: gop.n,
        signature: hex(&gop.signature),
    }
}

/// SHA-256 of a counter. For vectors only.
struct Counter(u64);

impl RngCore for Counter {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        for chunk in dest.chunks_mut(32) {
            let block = Digest::of(&self.0.to_be_bytes());
            chunk.copy_from_slice(&block.as_bytes()[..chunk.len()]);
            self.0 += 1;
        }
    }

    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(dest);
        Ok(())
    }
}

impl CryptoRng for Counter {}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).expect("vectors are plain data") + "\n"
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_vectors_are_what_the_code_makes() {
        for (name, expected) in files() {
            let path = format!("{}/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
            let found = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(
                found == expected,
                "{name} drifted; `cargo xtask vectors` writes it anew"
            );
        }
    }
}
