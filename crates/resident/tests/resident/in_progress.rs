//! Clips that are still filmed: what is signed of them is shown, and nothing else ever after.

use access::{ClipId, HolderClass, SigningKey, Viewer};
use clip::{
    ClipHeader, ClipKey, FragmentMeta, SealedFragment, Sealer, SignedClipIndex, SignedClipPrefix,
    SignedThumbnail, Transcript,
};
use hub_api::{ClipReady, ClipState, EntryInfo, Event, Outcome, Refresh, Topic};
use rand::rngs::OsRng;
use resident::ui::{ClipTimeline, ErrorCode, HubState, UiEvent};

use crate::building::{BUILDING, DEVICE, LOBBY, clip_info, nobody, now_ms, signing_key};
use crate::world::{App, World};

const CLIP: ClipId = ClipId::from_entropy([0x51; 16]);

/// An init segment and four fragments, each a group of its own.
struct Film {
    header: ClipHeader,
    sealed: Vec<SealedFragment>,
    index: SignedClipIndex,
    thumbnail: SignedThumbnail,
    signer: SigningKey,
}

impl Film {
    fn of(world: &World) -> Self {
        let (_, _, key) = world.hub.state().registered.unwrap();
        let viewer = Viewer {
            device: DEVICE,
            key,
            doors: vec![LOBBY],
        };
        let key = ClipKey::generate(&mut OsRng);
        let header = ClipHeader {
            clip: CLIP,
            building: BUILDING,
            door: LOBBY,
            entry_at_ms: now_ms(),
            codec: "avc1.42C01F".to_owned(),
            width: 1280,
            height: 720,
            lens: None,
            keys: vec![key.wrap(CLIP, &viewer, &mut OsRng).unwrap()],
        };
        let signer = signing_key(LOBBY);
        let mut sealer = Sealer::new(header.clone(), &key, signer.clone()).unwrap();
        let thumbnail = sealer.seal_thumbnail(b"a small picture").unwrap();
        let sealed = (0..5).map(|n| sealer.seal(meta(n), &plain(n)).unwrap());
        let sealed = sealed.collect();
        let (_, index) = sealer.close().unwrap();
        Self {
            header,
            sealed,
            index,
            thumbnail,
            signer,
        }
    }

    fn so_far(&self, fragments: usize) -> SignedClipPrefix {
        let mut transcript = Transcript::new(self.header.clone(), self.signer.clone()).unwrap();
        for fragment in &self.sealed[..fragments] {
            transcript.push(fragment.meta, fragment.hash).unwrap();
        }
        transcript.prefix().unwrap()
    }

    /// Puts the first so many fragments on the hub, signed.
    fn show(&self, world: &World, fragments: usize) {
        let bytes = self.sealed[..fragments].iter();
        let bytes = bytes.map(|fragment| fragment.bytes.clone()).collect();
        let mut state = world.hub.state();
        state.clips.insert(CLIP, (self.index.clone(), bytes));
        state.prefixes.insert(CLIP, self.so_far(fragments));
    }

    /// Closes the clip at the hub.
    fn close(&self, world: &World) {
        self.show(world, self.sealed.len());
        world.hub.state().prefixes.clear();
    }
}

fn plain(n: u32) -> Vec<u8> {
    vec![u8::try_from(n).unwrap(); 9]
}

fn meta(n: u32) -> FragmentMeta {
    FragmentMeta {
        n,
        start_ms: (i64::from(n) - 3) * 1000,
        duration_ms: 1000,
        keyframe: n > 0,
        plain_len: 9,
    }
}

/// An app that knows of an entry at the lobby that is being filmed.
async fn filming(world: &World) -> App {
    let app = world.enrolled().await;
    app.until("online", |shown| shown.hub == HubState::Online)
        .await;
    world.hub.push_entry(EntryInfo {
        class: Some(HolderClass::Guest),
        guest_name: Some("Kim".to_owned()),
        clip: Some(clip_info(CLIP, ClipState::Recording)),
        ..nobody(1, LOBBY, Outcome::Entered)
    });
    app.seen
        .until("notified", |seen| !seen.notifications().is_empty())
        .await;
    app
}

async fn timeline(app: &App) -> Result<ClipTimeline, ErrorCode> {
    let timeline = app.controller.clip_timeline(&CLIP.to_string()).await;
    timeline.map_err(|error| error.code)
}

async fn fragment(app: &App, n: u32) -> Result<Vec<u8>, ErrorCode> {
    let fragment = app.controller.clip_fragment(&CLIP.to_string(), n).await;
    fragment.map(Vec::from).map_err(|error| error.code)
}

#[tokio::test(start_paused = true)]
async fn an_entry_in_progress_is_watched_group_by_group_until_it_is_closed() {
    let world = World::new();
    let app = filming(&world).await;
    let film = Film::of(&world);
    assert_eq!(timeline(&app).await, Err(ErrorCode::ClipUnavailable));
    for fragments in [2, 4] {
        film.show(&world, fragments);
        let shown = timeline(&app).await.unwrap();
        assert_eq!((shown.closed, shown.verified), (false, true));
        assert_eq!(shown.fragments.len(), fragments - 1);
        let last = u32::try_from(fragments - 1).unwrap();
        assert_eq!(fragment(&app, last).await, Ok(plain(last)));
    }
    film.close(&world);
    assert_eq!(
        fragment(&app, 4).await,
        Ok(plain(4)),
        "without asking again"
    );
    let shown = timeline(&app).await.unwrap();
    assert_eq!((shown.closed, shown.fragments.len()), (true, 4));
    assert_eq!((shown.pre_roll_ms, shown.post_roll_ms), (2000, 2000));
}

#[tokio::test(start_paused = true)]
async fn a_hub_that_shows_another_beginning_later_is_refused() {
    let world = World::new();
    let app = filming(&world).await;
    Film::of(&world).show(&world, 3);
    timeline(&app).await.unwrap();
    let other = Film::of(&world);
    other.show(&world, 4);
    assert_eq!(timeline(&app).await, Err(ErrorCode::ClipTampered));
    other.close(&world);
    assert_eq!(timeline(&app).await, Err(ErrorCode::ClipTampered));
}

#[tokio::test(start_paused = true)]
async fn a_hub_that_takes_back_what_it_showed_takes_nothing_from_the_viewer() {
    let world = World::new();
    let app = filming(&world).await;
    let film = Film::of(&world);
    film.show(&world, 4);
    timeline(&app).await.unwrap();
    world.hub.state().prefixes.insert(CLIP, film.so_far(2));
    assert_eq!(timeline(&app).await.unwrap().fragments.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_beginning_that_the_door_did_not_sign_is_refused() {
    let world = World::new();
    let app = filming(&world).await;
    let mut film = Film::of(&world);
    film.signer = SigningKey::from_seed([0xee; 32]);
    film.show(&world, 3);
    assert_eq!(timeline(&app).await, Err(ErrorCode::ClipTampered));
}

#[tokio::test(start_paused = true)]
async fn a_fragment_in_progress_that_was_changed_is_refused() {
    let world = World::new();
    let app = filming(&world).await;
    Film::of(&world).show(&world, 3);
    timeline(&app).await.unwrap();
    {
        let mut state = world.hub.state();
        let fragments = &mut state.clips.get_mut(&CLIP).unwrap().1;
        fragments[1][30] ^= 1;
        fragments[2].pop();
    }
    for n in [1, 2] {
        assert_eq!(fragment(&app, n).await, Err(ErrorCode::ClipTampered));
    }
}

#[tokio::test(start_paused = true)]
async fn the_picture_of_an_entry_is_listed_and_put_into_its_notification() {
    let world = World::new();
    let app = filming(&world).await;
    assert!(!app.activity().await[0].thumbnail);
    let film = Film::of(&world);
    world.hub.state().thumbnails.insert(CLIP, film.thumbnail);
    let ready = ClipReady {
        clip: CLIP,
        entry: 1,
    };
    world.hub.push(Event::Thumbnail(ready));
    app.seen
        .until("illustrated", |seen| !seen.pictures().is_empty())
        .await;
    assert_eq!(app.seen.pictures(), [(1, "a small picture".into())]);
    assert!(app.activity().await[0].thumbnail);
    let picture = app.controller.clip_thumbnail(&CLIP.to_string()).await;
    assert_eq!(picture.unwrap(), "a small picture");
    assert_eq!(app.seen.notifications().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_picture_whose_fetch_fails_is_tried_again_and_others_do_not_wait_for_it() {
    let world = World::new();
    let app = filming(&world).await;
    let film = Film::of(&world);
    world.hub.state().thumbnails.insert(CLIP, film.thumbnail);
    world.hub.state().loses_thumbnails = 3;
    world.hub.push(Event::Thumbnail(ClipReady {
        clip: CLIP,
        entry: 1,
    }));
    let asked = tokio::time::Instant::now();
    app.seen
        .until("illustrated", |seen| !seen.pictures().is_empty())
        .await;
    assert_eq!(app.seen.pictures(), [(1, "a small picture".into())]);
    assert_eq!(world.hub.state().loses_thumbnails, 0);
    let took = asked.elapsed().as_secs();
    assert!(
        (6..20).contains(&took),
        "with pauses of 1, 2 and 4 s and more: {took} s"
    );
}

#[tokio::test(start_paused = true)]
async fn a_picture_that_is_not_the_doors_is_asked_for_once() {
    let world = World::new();
    let app = filming(&world).await;
    let mut bytes = Film::of(&world).thumbnail.as_bytes().to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    let forged = SignedThumbnail::from_bytes(bytes);
    world.hub.state().thumbnails.insert(CLIP, forged);
    world.hub.push(Event::Thumbnail(ClipReady {
        clip: CLIP,
        entry: 1,
    }));
    tokio::time::sleep(std::time::Duration::from_secs(900)).await;
    assert_eq!(world.hub.state().thumbnails_asked, 1);
    assert!(app.seen.pictures().is_empty());
}

/// Whether a clip turned out to be ready.
fn is_ready(event: &UiEvent) -> bool {
    let UiEvent::ActivityChanged(item) = event else {
        return false;
    };
    let state = item.clip.as_ref().map(|clip| clip.state);
    state == Some(resident::ui::ClipState::Ready)
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_is_fetched_with_its_picture_has_it_in_its_notification_once() {
    let world = World::new();
    let app = filming(&world).await;
    let film = Film::of(&world);
    world.hub.state().thumbnails.insert(CLIP, film.thumbnail);
    {
        let mut state = world.hub.state();
        let entry = state.entries.iter_mut().find(|entry| entry.id == 1);
        entry.unwrap().clip.as_mut().unwrap().thumbnail = true;
    }
    // The hub was away when it was made: the entry itself tells of it, and so does what follows.
    world.hub.push(Event::Refresh(Refresh {
        what: Topic::Entries,
    }));
    app.seen
        .until("illustrated", |seen| !seen.pictures().is_empty())
        .await;
    world.hub.push(Event::Thumbnail(ClipReady {
        clip: CLIP,
        entry: 1,
    }));
    world.hub.push(Event::Clip(ClipReady {
        clip: CLIP,
        entry: 1,
    }));
    app.seen
        .until("ready", |seen| seen.events().iter().any(is_ready))
        .await;
    assert_eq!(app.seen.pictures(), [(1, "a small picture".into())]);
}

#[tokio::test(start_paused = true)]
async fn a_picture_that_is_not_the_doors_is_refused_and_a_missing_one_is_no_missing_clip() {
    let world = World::new();
    let app = filming(&world).await;
    let id = CLIP.to_string();
    let missing = app.controller.clip_thumbnail(&id).await.unwrap_err();
    assert_eq!(missing.code, ErrorCode::ClipUnavailable);
    let listed = app.activity().await[0].clip.clone().unwrap();
    assert_eq!(listed.state, resident::ui::ClipState::Recording);
    let mut bytes = Film::of(&world).thumbnail.as_bytes().to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    let forged = SignedThumbnail::from_bytes(bytes);
    world.hub.state().thumbnails.insert(CLIP, forged);
    let refused = app.controller.clip_thumbnail(&id).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::ClipTampered);
}
