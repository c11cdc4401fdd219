//! A busy minute: what must hold of every clip, also of those that a pulled-out camera cuts short.

use std::time::{Duration, Instant};

use audit::{Event, Shortfall};
use clip::ClipIndex;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use simulation::NetworkCamera;

use crate::{
    building::courier,
    clips::{clip_at, delivered, filmed_door, verify, watch},
    harness::{Phone, Site, until},
};

const SEED: u64 = 4;
const COURIERS: usize = 98;

/// The couriers come within this time, the outage not counted.
const BUSY: Duration = Duration::from_secs(60);

/// When the camera is pulled out, and for how long.
const PULLED_AT: Duration = Duration::from_secs(30);
const AWAY: Duration = Duration::from_secs(5);

/// Until the door has noticed that the camera is away, and how soon it must film again once it is back.
const NOTICED: Duration = Duration::from_secs(2);
const BACK_AGAIN: Duration = Duration::from_secs(8);

const PRE_MS: u32 = 2000;
const POST_MS: u32 = 1000;

/// An entry and when it happened, since the first courier could have come.
#[derive(Debug)]
struct Entered {
    seq: u64,
    at: Duration,
}

impl Entered {
    /// Whether the outage touches what its clip should show.
    fn is_near_the_outage(&self) -> bool {
        let (pre, post) = (
            Duration::from_millis(PRE_MS.into()),
            Duration::from_millis(POST_MS.into()),
        );
        // What the camera had not yet sent when it was pulled out is missing too, and a clip begins with a keyframe.
        let slack = Duration::from_secs(1);
        self.at + post + slack > PULLED_AT && self.at < PULLED_AT + AWAY + BACK_AGAIN + pre + slack
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_couriers_every_clip_is_whole_or_its_shortfall_is_on_record() {
    let folder = tempfile::tempdir().unwrap();
    let mut camera = NetworkCamera::plug_in(folder.path(), 1).unwrap();
    let site = Site::new().with_network_camera(&camera);
    let door = filmed_door(&site).await;
    let start = Instant::now();
    let visits = moments()
        .into_iter()
        .map(|at| tokio::spawn(enter_at(door.phone.clone(), start, at)));
    let visits: Vec<_> = visits.collect();

    sleep_until(start + PULLED_AT).await;
    camera.pull_out().unwrap();
    let mut unseen = Vec::new();
    for after in [NOTICED, NOTICED + Duration::from_millis(1200)] {
        unseen.push(enter_at(door.phone.clone(), start, PULLED_AT + after).await);
    }
    sleep_until(start + PULLED_AT + AWAY).await;
    camera.plug_in_again().unwrap();
    let mut entered = unseen;
    for visit in visits {
        entered.push(visit.await.unwrap());
    }

    assert_eq!(entered.len(), 100);
    let mut whole = 0;
    for (number, entry) in entered.iter().enumerate() {
        let ending = ending_of(&site, entry.seq).await;
        let was_away = number < 2;
        match ending {
            Ending::Unfilmed(why) => assert!(
                entry.is_near_the_outage() && why.starts_with("camera_"),
                "{entry:?} {why}"
            ),
            Ending::Closed(shortfall) => {
                assert!(
                    !was_away,
                    "{entry:?} was filmed by a camera that was not there"
                );
                let film = delivered(&site, clip_at(&site, entry.seq).unwrap()).await;
                watch(&site, &film);
                let is_whole = is_whole(&verify(&site, &film));
                assert_eq!(is_whole, shortfall.is_none(), "{entry:?} {shortfall:?}");
                assert!(
                    is_whole || entry.is_near_the_outage(),
                    "{entry:?} {shortfall:?}"
                );
                whole += usize::from(is_whole);
            }
        }
    }
    assert!(
        whole >= 70,
        "the outage takes up a fifth of the time, and only {whole} clips are whole"
    );
}

/// When couriers come: at random, none while the camera is away, sorted.
fn moments() -> Vec<Duration> {
    let mut dice = StdRng::seed_from_u64(SEED);
    let one = |_| {
        let at = dice.gen_range(Duration::ZERO..BUSY);
        if at < PULLED_AT { at } else { at + AWAY }
    };
    (0..COURIERS).map(one).collect()
}

async fn enter_at(phone: Phone, start: Instant, at: Duration) -> Entered {
    sleep_until(start + at).await;
    let seq = phone.enter(&courier()).await;
    let at = start.elapsed();
    Entered { seq, at }
}

async fn sleep_until(moment: Instant) {
    tokio::time::sleep_until(moment.into()).await;
}

/// What became of the film of an entry, as the door put it on record.
enum Ending {
    Unfilmed(String),
    Closed(Option<Shortfall>),
}

async fn ending_of(site: &Site, seq: u64) -> Ending {
    let ending = |event| match event {
        Event::Unfilmed { entry_seq, why } if entry_seq == seq => Some(Ending::Unfilmed(why)),
        Event::ClipClosed {
            entry_seq,
            shortfall,
            ..
        } if entry_seq == seq => Some(Ending::Closed(shortfall)),
        _ => None,
    };
    let find = || site.events().into_iter().find_map(ending);
    until("the film's end is on record", || find().is_some()).await;
    find().unwrap()
}

/// Whether the film covers pre- and post-roll without a gap, by its own fragments and not by what the door says.
fn is_whole(index: &ClipIndex) -> bool {
    let pictures = &index.fragments()[1..];
    let (first, last) = (
        pictures.first().unwrap().meta,
        pictures.last().unwrap().meta,
    );
    // Times are told in whole milliseconds.
    let unbroken = pictures
        .windows(2)
        .all(|pair| pair[1].meta.start_ms - pair[0].meta.end_ms() <= 2);
    unbroken && first.start_ms <= -i64::from(PRE_MS) && last.end_ms() >= i64::from(POST_MS)
}
