use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use access::{DoorId, GrantId};
use bytes::Bytes;
use hub_api::LiveFrame;
use tokio::sync::{Notify, mpsc, watch};

use super::backlog::Backlog;

/// The most who watch at the same time: at the hub, at a door, with a device.
const MOST: usize = 512;
const MOST_OF_A_DOOR: usize = 32;
const MOST_OF_A_DEVICE: usize = 4;
/// The most words of watchers that wait for a door; one that takes none is lost.
const MOST_WORDS: usize = 256;

/// Every door that somebody watches or comes to watch.
#[derive(Debug, Default)]
pub(in crate::http) struct Streams(Mutex<HashMap<DoorId, Stream>>);

/// A door and those who watch it.
#[derive(Debug, Default)]
struct Stream {
    seats: HashMap<u32, Place>,
    /// The door's hello while it is there.
    door: watch::Sender<Option<Bytes>>,
    to_door: Option<mpsc::Sender<LiveFrame>>,
    /// Tells connections of the door apart: the newest is the one that counts.
    joins: u64,
    /// The newest group of pictures.
    newest: Backlog,
    /// The number of the next watcher.
    next: u32,
}

/// Where one watcher is found.
#[derive(Debug)]
struct Place {
    device: GrantId,
    /// Whether the door has answered it: pictures are of no use to it before.
    answered: bool,
    shown: Arc<Shown>,
}

/// What is shown to one watcher, and when there is more of it.
#[derive(Debug, Default)]
struct Shown {
    backlog: Mutex<Option<Backlog>>,
    more: Notify,
}

impl Shown {
    fn push(&self, frame: LiveFrame) {
        if let Some(backlog) = lock(&self.backlog).as_mut() {
            backlog.push(frame);
        }
        self.more.notify_one();
    }

    fn close(&self) {
        *lock(&self.backlog) = None;
        self.more.notify_one();
    }
}

impl Streams {
    /// A place for a device that comes to watch; none while there are too many.
    pub(super) fn enter(self: &Arc<Self>, door: DoorId, device: GrantId) -> Option<Seat> {
        let mut all = lock(&self.0);
        if all.values().map(|stream| stream.seats.len()).sum::<usize>() >= MOST {
            return None;
        }
        let stream = all.entry(door).or_default();
        let of_device = stream
            .seats
            .values()
            .filter(|one| one.device == device)
            .count();
        if stream.seats.len() >= MOST_OF_A_DOOR || of_device >= MOST_OF_A_DEVICE {
            return None;
        }
        let number = stream.next;
        stream.next = number.wrapping_add(1);
        let shown = Arc::new(Shown {
            backlog: Mutex::new(Some(Backlog::default())),
            more: Notify::new(),
        });
        if let Some(hello) = &*stream.door.borrow() {
            shown.push(LiveFrame::Hello(hello.clone()));
        }
        let place = Place {
            device,
            answered: false,
            shown: shown.clone(),
        };
        stream.seats.insert(number, place);
        Some(Seat {
            streams: self.clone(),
            door,
            number,
            shown,
            hello: stream.door.subscribe(),
        })
    }

    /// A door comes, in place of a connection that it has left behind.
    pub(super) fn join(self: &Arc<Self>, door: DoorId, hello: Bytes) -> Uplink {
        let mut all = lock(&self.0);
        let stream = all.entry(door).or_default();
        if stream.to_door.is_some() {
            stream.lose();
        }
        let (to_door, words) = mpsc::channel(MOST_WORDS);
        stream.to_door = Some(to_door);
        stream.joins += 1;
        for place in stream.seats.values() {
            place.shown.push(LiveFrame::Hello(hello.clone()));
        }
        stream.door.send_replace(Some(hello));
        Uplink {
            streams: self.clone(),
            door,
            number: stream.joins,
            words,
        }
    }

    fn with<T>(&self, door: DoorId, act: impl FnOnce(&mut Stream) -> T) -> Option<T> {
        let mut all = lock(&self.0);
        let stream = all.get_mut(&door)?;
        let done = act(stream);
        if stream.seats.is_empty() && stream.to_door.is_none() {
            all.remove(&door);
        }
        Some(done)
    }
}

impl Stream {
    /// A word for the door. One that takes none any more is lost.
    fn tell(&mut self, word: LiveFrame) {
        let told = self.to_door.as_ref().map(|to_door| to_door.try_send(word));
        if matches!(told, Some(Err(_))) {
            self.lose();
        }
    }

    /// Without the door, everybody's connection ends: they come again.
    fn lose(&mut self) {
        self.to_door = None;
        self.newest = Backlog::default();
        self.door.send_replace(None);
        for place in self.seats.values() {
            place.shown.close();
        }
    }

    fn show(&mut self, fragment: &LiveFrame) {
        self.newest.push(fragment.clone());
        let watching = self.seats.values().filter(|place| place.answered);
        watching.for_each(|place| place.shown.push(fragment.clone()));
    }
}

/// A watcher's place; given up when dropped.
#[derive(Debug)]
pub(super) struct Seat {
    streams: Arc<Streams>,
    door: DoorId,
    number: u32,
    shown: Arc<Shown>,
    hello: watch::Receiver<Option<Bytes>>,
}

impl Seat {
    pub(super) fn is_door_there(&self) -> bool {
        self.hello.borrow().is_some()
    }

    /// Waits until the door is there.
    pub(super) async fn door_comes(&self) {
        let mut hello = self.hello.clone();
        // It is gone only with the seat.
        let _there = hello.wait_for(Option::is_some).await;
    }

    /// Brings the door what the watcher says.
    pub(super) fn ask(&self, ask: Bytes) {
        let watcher = self.number;
        self.tell(LiveFrame::Ask { watcher, ask });
    }

    /// Waits for what to show next; none once the door is gone.
    pub(super) async fn next(&self) -> Option<LiveFrame> {
        loop {
            if let Some(frame) = lock(&self.shown.backlog).as_mut()?.pop() {
                return Some(frame);
            }
            self.shown.more.notified().await;
        }
    }

    fn tell(&self, word: LiveFrame) {
        self.streams.with(self.door, |stream| stream.tell(word));
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let watcher = self.number;
        self.streams.with(self.door, |stream| {
            stream.seats.remove(&watcher);
            stream.tell(LiveFrame::Left { watcher });
        });
    }
}

/// A door's connection; everybody who watches it goes when it is dropped.
#[derive(Debug)]
pub(super) struct Uplink {
    streams: Arc<Streams>,
    door: DoorId,
    number: u64,
    words: mpsc::Receiver<LiveFrame>,
}

impl Uplink {
    /// Waits for what watchers say; none once another connection counts.
    pub(super) async fn said(&mut self) -> Option<LiveFrame> {
        self.words.recv().await
    }

    /// Gives a watcher the door's answer; from the first on it is shown pictures, those of the newest
    /// group at once.
    pub(super) fn answer(&self, watcher: u32, answer: Bytes) {
        self.with(|stream| {
            let Some(place) = stream.seats.get_mut(&watcher) else {
                return;
            };
            place.shown.push(LiveFrame::Answer { watcher: 0, answer });
            if !std::mem::replace(&mut place.answered, true) {
                for fragment in stream.newest.frames() {
                    place.shown.push(fragment.clone());
                }
            }
        });
    }

    /// Shows everybody a fragment.
    pub(super) fn show(&self, fragment: &LiveFrame) {
        self.with(|stream| stream.show(fragment));
    }

    fn with(&self, act: impl FnOnce(&mut Stream)) {
        self.streams.with(self.door, |stream| {
            if stream.joins == self.number && stream.to_door.is_some() {
                act(stream);
            }
        });
    }
}

impl Drop for Uplink {
    fn drop(&mut self) {
        self.with(Stream::lose);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
