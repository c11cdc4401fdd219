use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use clip::live::{DoorSeen, Picture, Watcher};
use futures::FutureExt as _;
use futures::future::{Either, select, select_ok};
use hub_api::{DoorInfo, ErrorCode as HubCode, LocalAddress};
use tokio::time::timeout;
use tracing::info;

use super::over::Over;
use super::parts::Parts;
use super::watching::{Greeted, Watching};
use crate::Shell;
use crate::core::Core;
use crate::hub::HubError;
use crate::ui::{AppError, ErrorCode};

/// How long the hub is not asked yet, so that a door on the same network is not asked twice.
const HEAD_START: Duration = Duration::from_millis(300);
/// How long a door on the same network may take to say hello.
const GREETING: Duration = Duration::from_secs(2);

/// How a door's pictures come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From the door, over the network that both are on.
    Direct,
    /// Through the building's hub.
    Hub,
}

impl Way {
    /// Its stable name, for the window's player.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Hub => "hub",
        }
    }
}

/// The ways to one door for one device.
pub(super) struct Ways<S: Shell> {
    pub(super) core: Arc<Core<S>>,
    pub(super) door: DoorInfo,
    pub(super) seen: DoorSeen,
    pub(super) watcher: Watcher,
}

type Begun = (Watching, Picture);

impl<S: Shell> Ways<S> {
    /// Begins to watch by the way that is there first; what the other has begun is closed.
    pub(super) async fn begin(&self) -> Result<Begun, Over> {
        race(self.begin_by(Way::Direct), self.begin_by(Way::Hub)).await
    }

    /// Watches until it is over; where one way breaks, by the other.
    pub(super) async fn watch(&self, mut watching: Watching, parts: &Parts) -> Over {
        loop {
            let over = watching.follow(parts).await;
            let Some(other) = after(watching.way, watching.has_shown, &over) else {
                return over;
            };
            // The door need not hold two connections of one watch.
            drop(watching);
            let begun = tokio::select! {
                () = parts.abandoned() => return Over::Unattended,
                begun = self.begin_by(other) => begun,
            };
            let Ok((next, picture)) = begun else {
                return over;
            };
            info!(%over, way = ?other, "live view goes on another way");
            parts.begin(other, picture.init.into());
            watching = next;
        }
    }

    async fn begin_by(&self, way: Way) -> Result<Begun, Over> {
        let greeted = match way {
            Way::Direct => timeout(GREETING, self.greeted_directly()).await??,
            Way::Hub => self.greeted_through_hub().await?,
        };
        greeted.ask(way).await
    }

    /// By the door itself, at whichever of its addresses answers first as only it can.
    async fn greeted_directly(&self) -> Result<Greeted, Over> {
        let addresses = &self.door.live_addresses;
        if addresses.is_empty() {
            return Err(Over::NotHere);
        }
        let tries = addresses.iter().map(|at| self.greeted_at(*at).boxed());
        let (greeted, _slower) = select_ok(tries).await?;
        Ok(greeted)
    }

    async fn greeted_at(&self, address: LocalAddress) -> Result<Greeted, Over> {
        let connection = self.core.outside.links.live(address).await?;
        Greeted::by(self.seen, self.watcher.clone(), connection).await
    }

    async fn greeted_through_hub(&self) -> Result<Greeted, Over> {
        let hub = self.core.hub().await.map_err(Over::Hub)?;
        let connection = hub.watch_door(self.door.id).await;
        let connection = connection.map_err(|error| Over::Hub(not_there(error)))?;
        Greeted::by(self.seen, self.watcher.clone(), connection).await
    }
}

fn not_there(error: HubError) -> AppError {
    match error.code() {
        Some(HubCode::NotFound) => ErrorCode::DoorNotFound.into(),
        Some(HubCode::Unavailable) => ErrorCode::LiveBusy.into(),
        _ => error.into(),
    }
}

/// The way to go on by. Whoever stands in the direct way can only be passed by; the hub's is given up
/// only where it had been good, so that two bad ones do not alternate.
fn after(way: Way, has_shown: bool, over: &Over) -> Option<Way> {
    match way {
        Way::Direct if over.is_of_the_way() || is_anybodys_refusal(over) => Some(Way::Hub),
        Way::Hub if has_shown && over.is_of_the_way() && !matches!(over, Over::Refused(_)) => {
            Some(Way::Direct)
        }
        _ => None,
    }
}

/// Whether the door may have said it to somebody else: see [`Over::is_the_doors_word`].
fn is_anybodys_refusal(over: &Over) -> bool {
    matches!(over, Over::Ended(_)) && !over.is_the_doors_word()
}

/// What comes first of two ways, in the manner of RFC 8305: the direct one has a head start and the
/// hub's begins as soon as that is over or the direct one has failed. Where both fail, says what the
/// hub's failed with.
async fn race<T>(
    direct: impl Future<Output = Result<T, Over>>,
    hub: impl Future<Output = Result<T, Over>>,
) -> Result<T, Over> {
    let (mut direct, hub) = (pin!(direct), pin!(hub));
    match timeout(HEAD_START, &mut direct).await {
        Ok(begun) if is_decided(&begun) => return begun,
        Ok(_) => return hub.await,
        Err(_) => {}
    }
    match select(direct, hub).await {
        Either::Left((begun, _)) | Either::Right((begun, _)) if is_decided(&begun) => begun,
        Either::Left((_, hub)) => hub.await,
        Either::Right((failed, direct)) => match direct.await {
            begun if is_decided(&begun) => begun,
            _ => failed,
        },
    }
}

fn is_decided<T>(begun: &Result<T, Over>) -> bool {
    begun.as_ref().err().is_none_or(Over::is_the_doors_word)
}

#[cfg(test)]
mod tests {
    use clip::live::{Ended, LiveError};
    use tokio::time::{Instant, sleep};

    use super::*;

    async fn later(ms: u64, what: Result<Way, Over>) -> Result<Way, Over> {
        sleep(Duration::from_millis(ms)).await;
        what
    }

    /// Which way won, and after how many milliseconds.
    async fn won(
        direct: (u64, Result<Way, Over>),
        hub: (u64, Result<Way, Over>),
    ) -> (String, u128) {
        let begun = Instant::now();
        let first = race(later(direct.0, direct.1), later(hub.0, hub.1)).await;
        let said = match first {
            Ok(way) => format!("{way:?}"),
            Err(over) => over.to_string(),
        };
        (said, begun.elapsed().as_millis())
    }

    fn hub_down() -> Result<Way, Over> {
        Err(Over::Hub(ErrorCode::HubUnreachable.into()))
    }

    #[tokio::test(start_paused = true)]
    async fn the_direct_way_wins_where_it_is_there_within_its_head_start() {
        let first = won((250, Ok(Way::Direct)), (0, Ok(Way::Hub))).await;
        assert_eq!(first, ("Direct".into(), 250));
    }

    #[tokio::test(start_paused = true)]
    async fn the_hub_is_asked_at_once_where_there_is_no_direct_way() {
        let first = won((5, Err(Over::NotHere)), (40, Ok(Way::Hub))).await;
        assert_eq!(first, ("Hub".into(), 45));
    }

    #[tokio::test(start_paused = true)]
    async fn after_the_head_start_whichever_is_first_wins() {
        let silent = (60_000, Ok(Way::Direct));
        assert_eq!(won(silent, (40, Ok(Way::Hub))).await, ("Hub".into(), 340));
        let slow_hub = (500, Ok(Way::Hub));
        let first = won((400, Ok(Way::Direct)), slow_hub).await;
        assert_eq!(first, ("Direct".into(), 400));
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_fails_does_not_keep_the_other_from_coming() {
        let late = won((900, Ok(Way::Direct)), (40, hub_down())).await;
        assert_eq!(late, ("Direct".into(), 900));
        let lost = (
            310,
            Err(Over::Lost(std::io::ErrorKind::ConnectionReset.into())),
        );
        assert_eq!(won(lost, (80, Ok(Way::Hub))).await, ("Hub".into(), 380));
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_door_says_is_not_asked_twice() {
        let off = || Err(Over::Ended(Ended::CameraOff));
        let said = Over::Ended(Ended::CameraOff).to_string();
        assert_eq!(
            won((20, off()), (0, Ok(Way::Hub))).await,
            (said.clone(), 20)
        );
        assert_eq!(won((9_000, Ok(Way::Direct)), (9, off())).await, (said, 309));
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_that_anybody_could_have_caused_is_asked_again_through_the_hub() {
        let refused = || Err(Over::Ended(Ended::NotAViewer));
        let hub = won((20, refused()), (40, Ok(Way::Hub))).await;
        assert_eq!(hub, ("Hub".into(), 60));
        let (said, _) = won((20, refused()), (40, refused())).await;
        assert_eq!(said, Over::Ended(Ended::NotAViewer).to_string());
    }

    #[tokio::test(start_paused = true)]
    async fn where_both_fail_it_is_said_why_the_hub_did() {
        let (said, _) = won((700, Err(Over::NotHere)), (9, hub_down())).await;
        assert!(said.contains("HubUnreachable"), "{said}");
    }

    #[test]
    fn what_broke_goes_on_the_other_way_unless_that_cannot_help() {
        let lost = || Over::Lost(std::io::ErrorKind::ConnectionReset.into());
        let tampered = || Over::Refused(LiveError::BadSignature);
        assert_eq!(after(Way::Direct, false, &lost()), Some(Way::Hub));
        assert_eq!(after(Way::Direct, true, &tampered()), Some(Way::Hub));
        assert_eq!(after(Way::Hub, true, &lost()), Some(Way::Direct));
        assert_eq!(after(Way::Hub, false, &lost()), None);
        assert_eq!(after(Way::Hub, true, &tampered()), None);
        for way in [Way::Direct, Way::Hub] {
            assert_eq!(after(way, true, &Over::Unattended), None);
            assert_eq!(after(way, true, &Over::Ended(Ended::CameraOff)), None);
        }
        let refused = || Over::Ended(Ended::NotAViewer);
        assert_eq!(after(Way::Direct, true, &refused()), Some(Way::Hub));
        assert_eq!(after(Way::Hub, true, &refused()), None);
    }
}
