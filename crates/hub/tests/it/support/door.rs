use access::{BuildingId, ClipId, DenyReason, DoorId, GrantId, HolderClass, SigningKey, VisitId};
use audit::{DoorChain, Entry, Event, Hash32, LinkKind, Person, SignedRecord};
use clip::{
    ClipHeader, ClipKey, FragmentMeta, SealedFragment, Sealer, SignedClipIndex, SignedClipPrefix,
    SignedThumbnail, Transcript,
};
use hub_api::{Client, ClientError};

use super::{Elm, Enrolee, random16, random32};

/// An enrolled door with its chain of records.
pub(crate) struct TestDoor {
    pub(crate) id: DoorId,
    pub(crate) building: BuildingId,
    pub(crate) enrolee: Enrolee,
    pub(crate) key: SigningKey,
    pub(crate) chain: DoorChain,
    at_ms: u64,
}

/// A clip as a door seals it.
pub(crate) struct TestClip {
    pub(crate) id: ClipId,
    pub(crate) fragments: Vec<SealedFragment>,
    pub(crate) index: SignedClipIndex,
    pub(crate) final_hash: Hash32,
    /// Its first group of pictures: three fragments.
    pub(crate) prefix: SignedClipPrefix,
    pub(crate) thumbnail: SignedThumbnail,
}

impl TestDoor {
    pub(super) fn new(building: BuildingId, id: DoorId, enrolee: Enrolee) -> Self {
        let key = SigningKey::from_seed(enrolee.seed);
        let chain = DoorChain::start(building, id);
        Self {
            id,
            building,
            enrolee,
            key,
            chain,
            at_ms: 1_700_000_000_000,
        }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.enrolee.client
    }

    /// The next record is of this time.
    pub(crate) fn at(&mut self, at_ms: u64) {
        self.at_ms = at_ms - 1000;
    }

    pub(crate) fn record(&mut self, event: Event) -> SignedRecord {
        self.at_ms += 1000;
        self.chain.append(&self.key, self.at_ms, event).unwrap()
    }

    pub(crate) fn started(&mut self) -> SignedRecord {
        self.record(Event::Started {
            version: "0.1.0".into(),
        })
    }

    pub(crate) fn courier(&mut self, elm: &Elm, clip: Option<ClipId>) -> SignedRecord {
        let person = Person::Courier {
            grant: elm.carrier_grant,
            carrier: elm.northline,
            driver: "driver-17".into(),
            visit: VisitId::from_entropy(random16()),
        };
        self.entry(person, clip)
    }

    pub(crate) fn entry(&mut self, person: Person, clip: Option<ClipId>) -> SignedRecord {
        self.record(Event::Entry(Entry {
            person,
            link: LinkKind::Bluetooth,
            clip,
        }))
    }

    pub(crate) fn denied(
        &mut self,
        reason: DenyReason,
        class: Option<HolderClass>,
        grant: Option<GrantId>,
    ) -> SignedRecord {
        self.record(Event::Denied {
            reason,
            class,
            grant,
            link: LinkKind::Bluetooth,
            clip: None,
        })
    }

    pub(crate) async fn put(&self, records: &[SignedRecord]) -> Result<u64, ClientError> {
        self.client().put_records(records.to_vec()).await
    }

    /// Records a courier's filmed entry, uploads the clip and closes it.
    pub(crate) async fn filmed_courier(&mut self, elm: &Elm) -> TestClip {
        let clip = self.clip();
        self.film(elm, clip).await
    }

    /// The same with a clip of this size in KiB.
    pub(crate) async fn filmed_courier_in(&mut self, elm: &Elm, kib: u32) -> TestClip {
        let clip = self.clip_of(kib);
        self.film(elm, clip).await
    }

    async fn film(&mut self, elm: &Elm, clip: TestClip) -> TestClip {
        let entry = self.courier(elm, Some(clip.id));
        self.put(&[entry]).await.unwrap();
        self.upload(&clip).await;
        self.client()
            .close_clip(clip.id, &clip.index)
            .await
            .unwrap();
        clip
    }

    pub(crate) async fn upload(&self, clip: &TestClip) {
        for fragment in &clip.fragments {
            let (n, bytes) = (fragment.meta.n, fragment.bytes.clone());
            self.client().put_fragment(clip.id, n, bytes).await.unwrap();
        }
    }

    /// A sealed clip of an init segment and four fragments.
    pub(crate) fn clip(&self) -> TestClip {
        self.clip_called(ClipId::from_entropy(random16()))
    }

    /// The same of this size in KiB, a fifth of it each fragment's.
    pub(crate) fn clip_of(&self, kib: u32) -> TestClip {
        self.sealed(ClipId::from_entropy(random16()), kib * 1024 / 5)
    }

    /// The same under a given id, sealed with another key each time.
    pub(crate) fn clip_called(&self, id: ClipId) -> TestClip {
        self.sealed(id, 1000)
    }

    fn sealed(&self, id: ClipId, plain_len: u32) -> TestClip {
        let header = ClipHeader {
            clip: id,
            building: self.building,
            door: self.id,
            entry_at_ms: self.at_ms,
            codec: "avc1.42C01F".into(),
            width: 1280,
            height: 720,
            lens: None,
            keys: Vec::new(),
        };
        let key = ClipKey::from_bytes(random32());
        let mut sealer = Sealer::new(header.clone(), &key, self.key.clone()).unwrap();
        let thumbnail = sealer.seal_thumbnail(b"a small picture").unwrap();
        let fragments: Vec<_> = (0..5).map(|n| seal(&mut sealer, n, plain_len)).collect();
        let prefix = self.signed_prefix(&header, &fragments[..3]);
        let (closed, index) = sealer.close().unwrap();
        let final_hash = Hash32(*closed.final_hash().as_bytes());
        TestClip {
            id,
            fragments,
            index,
            final_hash,
            prefix,
            thumbnail,
        }
    }

    /// What is signed when these fragments have been filmed.
    pub(crate) fn signed_prefix(
        &self,
        header: &ClipHeader,
        fragments: &[SealedFragment],
    ) -> SignedClipPrefix {
        let mut transcript = Transcript::new(header.clone(), self.key.clone()).unwrap();
        for fragment in fragments {
            transcript.push(fragment.meta, fragment.hash).unwrap();
        }
        transcript.prefix().unwrap()
    }
}

fn seal(sealer: &mut Sealer, n: u32, plain_len: u32) -> SealedFragment {
    let plain = vec![u8::try_from(n).unwrap(); plain_len as usize];
    let meta = FragmentMeta {
        n,
        start_ms: i64::from(n) * 100 - 200,
        duration_ms: if n == 0 { 0 } else { 100 },
        keyframe: n == 1 || n == 3,
        plain_len,
    };
    sealer.seal(meta, &plain).unwrap()
}
