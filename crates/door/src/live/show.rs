use std::{collections::VecDeque, time::Duration};

use camera::{CameraState, ClipSource, Fragment};
use clip::live::{Asked, Ended, LiveDoor, LiveError, LiveSealer, Picture, Session};
use hub_api::{LIVE_WINDOW, LiveFrame};
use rand::rngs::OsRng;
use tokio::time::Instant;

use super::{
    LiveView,
    audience::{Audience, Watcher},
};
use crate::session::Doorway;

/// How long a session lasts: who joins can be shown nothing older than its beginning.
const SESSION: Duration = Duration::from_secs(30);
/// How late a fragment may be sent before the newest group of pictures takes its place.
const LATE: Duration = Duration::from_secs(2);

/// How long the door stays with the hub after the last watcher has gone.
const LINGER: Duration = Duration::from_secs(5);
/// How long a device may take to ask.
const ASKING: Duration = Duration::from_secs(3);

/// Who is at the other end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Peer {
    /// The hub, with everybody who watches through it. It takes all pictures at once.
    Hub,
    /// One device on the door's own network, for one watch; a stranger until it has asked.
    Viewer,
}

/// One connection's pictures and words. What is to be sent waits until [`Self::poll_frame`].
pub(super) struct Show<'a> {
    peer: Peer,
    doorway: &'a Doorway,
    door: LiveDoor,
    /// On the door's monotonic clock: zero of the fragments' times.
    began: Duration,
    audience: Audience,
    reel: Option<Reel>,
    frames: VecDeque<LiveFrame>,
    /// How many fragments were sent of which a viewer has not said that it has them.
    untaken: usize,
    /// Whether anybody was answered.
    has_answered: bool,
}

/// What is filmed for those who watch, and what seals it.
struct Reel {
    source: ClipSource,
    picture: Picture,
    session: Session,
    sealer: LiveSealer,
    since: Instant,
    /// Somebody has gone: the next group of pictures is sealed under another key.
    is_over: bool,
}

impl<'a> Show<'a> {
    pub(super) fn new(view: &'a LiveView, peer: Peer, secret: [u8; 32]) -> Self {
        let LiveView {
            doorway,
            studio,
            seats,
        } = view;
        let signing = studio.signing.clone();
        let door = LiveDoor::new(studio.building, studio.door, signing, secret);
        let (journal, clock) = (doorway.journal.clone(), doorway.clock.clone());
        Self {
            peer,
            doorway,
            door: match peer {
                Peer::Hub => door,
                Peer::Viewer => door.for_one_watch(),
            },
            began: clock.now().monotonic,
            audience: Audience::new(seats.clone(), journal, clock),
            reel: None,
            frames: VecDeque::new(),
            untaken: 0,
            has_answered: false,
        }
    }

    pub(super) fn hello(&self) -> Vec<u8> {
        self.door.hello()
    }

    /// The next frame to send.
    pub(super) fn poll_frame(&mut self) -> Option<LiveFrame> {
        self.frames.pop_front()
    }

    /// Whether nobody has watched for too long. A viewer has one watch: once told that it is over, or does
    /// not begin, there is nothing more to say to it.
    pub(super) fn is_over(&self) -> bool {
        match self.peer {
            Peer::Hub => self.audience.idle_for() >= LINGER,
            Peer::Viewer if self.has_answered => !self.is_watched(),
            Peer::Viewer => self.audience.idle_for() >= ASKING,
        }
    }

    /// Whether somebody watches.
    pub(super) fn is_watched(&self) -> bool {
        !self.audience.is_empty()
    }

    /// Takes what the peer says.
    pub(super) async fn hear(&mut self, frame: LiveFrame) -> Result<(), LiveError> {
        match (self.peer, frame) {
            (_, LiveFrame::Ask { watcher, ask }) => self.asked(watcher, &ask).await,
            (Peer::Hub, LiveFrame::Left { watcher }) => {
                let gone = self.audience.leave(watcher).await;
                self.went(&gone, None);
                Ok(())
            }
            (Peer::Viewer, LiveFrame::Taken) if self.has_answered => {
                self.untaken = self.untaken.saturating_sub(1);
                Ok(())
            }
            _ => Err(LiveError::Undecodable),
        }
    }

    async fn asked(&mut self, number: u32, ask: &[u8]) -> Result<(), LiveError> {
        let viewers = self.doorway.gate.viewers();
        match self.door.open_ask(ask, &viewers) {
            Ok(asked) if asked.first => self.begin(asked, number).await,
            Ok(asked) => {
                self.audience.renew(&asked);
                Ok(())
            }
            Err(error @ LiveError::TooManyWatches) => Err(error),
            Err(error @ LiveError::NotAViewer(_)) => {
                self.refuse(&error);
                let nobody = viewers.is_empty();
                let why = if nobody {
                    Ended::NobodyMay
                } else {
                    Ended::NotAViewer
                };
                if let Some(watch) = LiveDoor::claimed_watch(ask) {
                    self.answer(number, self.door.end(watch, why));
                }
                Ok(())
            }
            // Of the hub's watchers one may be no good; a stranger gets one try.
            Err(error) if self.peer == Peer::Hub => {
                tracing::warn!(%error, "an ask for live view counts for nothing");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Anybody on the door's network can cause this: it is worth a line only through the hub.
    fn refuse(&self, error: &LiveError) {
        match self.peer {
            Peer::Hub => tracing::info!(%error, "live view is refused"),
            Peer::Viewer => tracing::debug!(%error, "live view is refused"),
        }
    }

    /// No record, no key: whoever begins to watch is on record before the grant is made.
    async fn begin(&mut self, asked: Asked, number: u32) -> Result<(), LiveError> {
        let begun = match self.roll() {
            Ok(()) => self.audience.admit(asked, number).await,
            Err(why) => Err(why),
        };
        let answer = match (begun, &self.reel) {
            (Ok(()), Some(reel)) => {
                tracing::info!(through = ?self.peer, "a device watches live");
                let now_ms = self.ms_of(self.doorway.clock.now().monotonic);
                self.door.grant(&asked, &reel.session, now_ms, &mut OsRng)?
            }
            (Ok(()), None) => self.door.end(asked.watch, Ended::CameraOff),
            (Err(why), _) => self.door.end(asked.watch, why),
        };
        if self.audience.is_empty() {
            self.reel = None;
        }
        self.answer(number, answer);
        Ok(())
    }

    /// Sees that there are pictures.
    fn roll(&mut self) -> Result<(), Ended> {
        if self.reel.is_some() {
            return Ok(());
        }
        let source = self.source().ok_or(Ended::CameraOff)?;
        let reel = self.load(source).map_err(|error| {
            tracing::error!(%error, "live view cannot begin");
            Ended::CameraOff
        })?;
        self.reel = Some(reel);
        Ok(())
    }

    /// The picture as it is now, if there is one.
    fn source(&self) -> Option<ClipSource> {
        let camera = self.doorway.recorder.camera()?;
        let films = *camera.state().borrow() == CameraState::Recording;
        films.then(|| camera.ring().live()).flatten()
    }

    fn load(&mut self, source: ClipSource) -> Result<Reel, LiveError> {
        let init = source.init();
        let picture = Picture {
            codec: init.codec.clone(),
            width: init.width,
            height: init.height,
            lens: self.doorway.recorder.lens(init.width, init.height),
            init: init.data.to_vec(),
        };
        let (session, sealer) = self.door.begin(picture.clone(), &mut OsRng)?;
        Ok(Reel {
            source,
            picture,
            session,
            sealer,
            since: Instant::now(),
            is_over: false,
        })
    }

    /// Waits for the next fragment; for ever while nobody watches, or the viewer has yet to take what was
    /// sent. Cancel safe.
    pub(super) async fn next_fragment(&mut self) -> Option<Fragment> {
        let waits = self.peer == Peer::Viewer && self.untaken >= LIVE_WINDOW;
        match &mut self.reel {
            Some(reel) if !waits => reel.source.next().await,
            _ => std::future::pending().await,
        }
    }

    /// Seals a fragment for everybody; none means that the camera films no more.
    pub(super) async fn take(&mut self, fragment: Option<Fragment>) -> Result<(), LiveError> {
        let Some(fragment) = fragment else {
            return self.resume().await;
        };
        if self.catch_up(&fragment) {
            return Ok(());
        }
        if fragment.keyframe {
            self.change_session()?;
        }
        let start_ms = self.ms_of(fragment.captured_at);
        let Some(reel) = &mut self.reel else {
            return Ok(());
        };
        let Fragment {
            duration_ms,
            keyframe,
            data,
            ..
        } = &fragment;
        let sealed = reel.sealer.seal(start_ms, *duration_ms, *keyframe, data)?;
        self.untaken += 1;
        self.frames.push_back(LiveFrame::Fragment {
            keyframe: *keyframe,
            fragment: sealed.into(),
        });
        Ok(())
    }

    /// Goes on with the newest group of pictures when the connection is too slow for all of them.
    fn catch_up(&mut self, fragment: &Fragment) -> bool {
        let now = self.doorway.clock.now().monotonic;
        if now.saturating_sub(fragment.ends_at()) <= LATE {
            return false;
        }
        let newer = self
            .source()
            .filter(|source| source.starts_at() > fragment.captured_at);
        match (&mut self.reel, newer) {
            (Some(reel), Some(source)) if *source.init() == *reel.source.init() => {
                reel.source = source;
                true
            }
            _ => false,
        }
    }

    /// The source has ended: it was left too far behind, or the camera is off.
    async fn resume(&mut self) -> Result<(), LiveError> {
        let Some(source) = self.source() else {
            let gone = self.audience.close().await;
            self.went(&gone, Some(Ended::CameraOff));
            return Ok(());
        };
        let reel = self.load(source)?;
        self.reel = Some(reel);
        self.grant_all()
    }

    /// A new session begins in time, and as soon as somebody has gone.
    fn change_session(&mut self) -> Result<(), LiveError> {
        let due = |reel: &Reel| reel.is_over || reel.since.elapsed() >= SESSION;
        let Some(reel) = self.reel.as_mut().filter(|reel| due(reel)) else {
            return Ok(());
        };
        let (session, sealer) = self.door.begin(reel.picture.clone(), &mut OsRng)?;
        (reel.session, reel.sealer) = (session, sealer);
        (reel.since, reel.is_over) = (Instant::now(), false);
        self.grant_all()
    }

    fn grant_all(&mut self) -> Result<(), LiveError> {
        let now_ms = self.ms_of(self.doorway.clock.now().monotonic);
        let Some(reel) = &self.reel else {
            return Ok(());
        };
        for Watcher { asked, number, .. } in self.audience.iter() {
            let grant = self.door.grant(asked, &reel.session, now_ms, &mut OsRng)?;
            self.frames.push_back(answer(*number, grant));
        }
        Ok(())
    }

    /// Lets those go that may not watch any more, or do not.
    pub(super) async fn review(&mut self) {
        let viewers = self.doorway.gate.viewers();
        let excluded = self.audience.exclude(&viewers).await;
        self.went(&excluded, Some(Ended::NotAViewer));
        let lapsed = self.audience.lapse().await;
        self.went(&lapsed, Some(Ended::Lapsed));
    }

    /// The connection is over.
    pub(super) async fn end_all(&mut self) {
        self.audience.close().await;
    }

    fn went(&mut self, gone: &[Watcher], why: Option<Ended>) {
        for Watcher { asked, number, .. } in gone {
            if let Some(why) = why {
                self.answer(*number, self.door.end(asked.watch, why));
            }
        }
        if self.audience.is_empty() {
            self.reel = None;
        } else if let Some(reel) = &mut self.reel {
            reel.is_over |= !gone.is_empty();
        }
    }

    fn answer(&mut self, number: u32, bytes: Vec<u8>) {
        self.has_answered = true;
        self.frames.push_back(answer(number, bytes));
    }

    /// Milliseconds from the hello to a moment of the monotonic clock; negative before.
    fn ms_of(&self, moment: Duration) -> i64 {
        let ms = |time: Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        ms(moment).saturating_sub(ms(self.began))
    }
}

fn answer(watcher: u32, bytes: Vec<u8>) -> LiveFrame {
    let answer = bytes.into();
    LiveFrame::Answer { watcher, answer }
}
