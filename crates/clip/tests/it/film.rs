//! A filmed clip with everything that went into it.

use access::{BuildingId, ClipId, DeviceId, DoorId, SigningKey, Viewer};
use clip::{
    ClipHeader, ClipIndex, ClipKey, FragmentMeta, Opener, SealedFragment, Sealer, SignedClipIndex,
    ViewerKey,
};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

pub(crate) struct Film {
    pub(crate) plain: Vec<Vec<u8>>,
    pub(crate) sealed: Vec<SealedFragment>,
    pub(crate) index: ClipIndex,
    pub(crate) signed: SignedClipIndex,
    pub(crate) key: ClipKey,
}

pub(crate) const FRAGMENT_MS: u32 = 100;

pub(crate) fn signing_key() -> SigningKey {
    SigningKey::from_seed([1; 32])
}

/// The secret of one of two devices that may watch every film.
pub(crate) fn viewer_key(device: u8) -> ViewerKey {
    ViewerKey::from_bytes([device; 32])
}

pub(crate) fn device(device: u8) -> DeviceId {
    DeviceId::from_entropy([device; 16])
}

pub(crate) fn clip_key(film: u8) -> ClipKey {
    ClipKey::generate(&mut StdRng::seed_from_u64(u64::from(film)))
}

pub(crate) fn header(film: u8) -> ClipHeader {
    let clip = ClipId::from_entropy([film; 16]);
    let mut rng = StdRng::seed_from_u64(100);
    let keys = [2, 3].map(|one| {
        let key = viewer_key(one).public();
        let viewer = Viewer {
            device: device(one),
            key,
            doors: vec![],
        };
        clip_key(film).wrap(clip, &viewer, &mut rng).unwrap()
    });
    ClipHeader {
        clip,
        building: BuildingId::from_entropy([4; 16]),
        door: DoorId::from_entropy([5; 16]),
        entry_at_ms: 1_800_000_000_000,
        codec: "avc1.42C01F".into(),
        width: 1280,
        height: 720,
        lens: None,
        keys: keys.into(),
    }
}

/// The description of a fragment in a film with this many fragments of pre-roll.
pub(crate) fn meta(n: u32, pre_roll: u32, gop: u32, plain: &[u8]) -> FragmentMeta {
    let place = i64::from(n.saturating_sub(1)) - i64::from(pre_roll);
    FragmentMeta {
        n,
        start_ms: place * i64::from(FRAGMENT_MS),
        duration_ms: if n == 0 { 0 } else { FRAGMENT_MS },
        keyframe: n > 0 && (n - 1).is_multiple_of(gop),
        plain_len: u32::try_from(plain.len()).unwrap(),
    }
}

impl Film {
    /// An init segment and eleven pictures: three groups of four, less one; the entry in the middle.
    pub(crate) fn of(film: u8) -> Self {
        let plain = (0..12_u8).map(|n| vec![film ^ n; 40]).collect();
        Self::shot(film, plain, 6, 4)
    }

    pub(crate) fn shot(film: u8, plain: Vec<Vec<u8>>, pre_roll: u32, gop: u32) -> Self {
        let key = clip_key(film);
        let mut camera = Sealer::new(header(film), &key, signing_key()).unwrap();
        let mut sealed = Vec::new();
        for (n, plain) in (0..).zip(&plain) {
            sealed.push(camera.seal(meta(n, pre_roll, gop, plain), plain).unwrap());
        }
        let (index, signed) = camera.close().unwrap();
        Self {
            plain,
            sealed,
            index,
            signed,
            key,
        }
    }

    pub(crate) fn opener(&self) -> Opener {
        let index = self.signed.verify(&signing_key().public()).unwrap();
        Opener::for_viewer(&index, device(2), &viewer_key(2)).unwrap()
    }
}
