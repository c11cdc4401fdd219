//! One scan, shared by everybody who looks for doors and paused while somebody connects.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use btleplug::api::{Central, ScanFilter};
use door_protocol::SERVICE_UUID;
use tokio::{
    sync::Mutex,
    task::JoinHandle,
    time::{Instant, sleep_until},
};
use uuid::Uuid;

use crate::{LinkError, fault::fault};

/// How a system wants to be scanned with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// Begin anew this often.
    pub(crate) round: Option<Duration>,
    /// Stop before each start: a scan that broke off may still be on the system's books.
    pub(crate) stops_first: bool,
}

/// Whether an adapter scans, for how many, and how many hold it back. Clones share the state.
#[derive(Clone, Debug)]
pub(crate) struct Scanning<C: Central> {
    manner: Manner,
    starts: Arc<AtomicU64>,
    state: Arc<Mutex<State<C>>>,
}

#[derive(Debug)]
struct State<C> {
    adapter: C,
    watchers: usize,
    pauses: usize,
    started: Instant,
    refresh: Option<AbortOnDrop>,
}

impl<C: Central + 'static> Scanning<C> {
    pub(crate) fn of(adapter: C, manner: Manner) -> Self {
        let state = State {
            adapter,
            watchers: 0,
            pauses: 0,
            started: Instant::now(),
            refresh: None,
        };
        Self {
            manner,
            starts: Arc::default(),
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// How often a scan has begun.
    pub(crate) fn starts(&self) -> u64 {
        self.starts.load(Ordering::Acquire)
    }

    /// Stops scanning until the guard is dropped.
    pub(crate) async fn pause(&self) -> Paused<C> {
        let mut state = self.state.lock().await;
        if state.pauses == 0 && state.watchers > 0 {
            state.stop().await;
        }
        state.pauses += 1;
        Paused(self.clone())
    }

    /// Scans until the guard is dropped.
    pub(crate) async fn watch(&self) -> Result<Watch<C>, LinkError> {
        let mut state = self.state.lock().await;
        if state.watchers == 0 && state.pauses == 0 {
            self.start(&mut state).await?;
        }
        if state.watchers == 0
            && let Some(round) = self.manner.round
        {
            let work = tokio::spawn(refresh(self.clone(), round));
            state.refresh = Some(AbortOnDrop(work));
        }
        state.watchers += 1;
        Ok(Watch(self.clone()))
    }

    async fn start(&self, state: &mut State<C>) -> Result<(), LinkError> {
        if self.manner.stops_first {
            state.stop().await;
        }
        let filter = ScanFilter {
            services: vec![Uuid::from_u128(SERVICE_UUID)],
        };
        state.adapter.start_scan(filter).await.map_err(fault)?;
        state.started = Instant::now();
        self.starts.fetch_add(1, Ordering::AcqRel);
        tracing::trace!(number = self.starts(), "a scan began");
        Ok(())
    }
}

/// Begins anew from time to time: within one scan BlueZ's kernel reports a device once, and blec keeps whom it heard.
async fn refresh<C: Central + 'static>(scanning: Scanning<C>, round: Duration) {
    loop {
        let mut state = scanning.state.lock().await;
        let is_due = state.started + round <= Instant::now();
        if is_due && state.watchers > 0 && state.pauses == 0 {
            state.stop().await;
            if let Err(error) = scanning.start(&mut state).await {
                tracing::debug!(%error, "the scan did not begin anew");
            }
        }
        let next = (state.started + round).max(Instant::now() + round / 8);
        drop(state);
        sleep_until(next).await;
    }
}

/// A task that ends with its owner.
#[derive(Debug)]
struct AbortOnDrop(JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<C: Central> State<C> {
    async fn stop(&self) {
        if let Err(error) = self.adapter.stop_scan().await {
            tracing::debug!(%error, "the scan had already stopped");
        }
    }
}

/// Keeps the scan going.
#[derive(Debug)]
pub(crate) struct Watch<C: Central + 'static>(Scanning<C>);

impl<C: Central + 'static> Drop for Watch<C> {
    fn drop(&mut self) {
        let state = Arc::clone(&self.0.state);
        later(async move {
            let mut state = state.lock().await;
            state.watchers -= 1;
            if state.watchers == 0 {
                state.refresh = None;
            }
            if state.watchers == 0 && state.pauses == 0 {
                state.stop().await;
            }
        });
    }
}

/// Keeps the scan stopped.
#[derive(Debug)]
pub(crate) struct Paused<C: Central + 'static>(Scanning<C>);

impl<C: Central + 'static> Drop for Paused<C> {
    fn drop(&mut self) {
        let scanning = self.0.clone();
        later(async move {
            let mut state = scanning.state.lock().await;
            state.pauses -= 1;
            if state.pauses == 0
                && state.watchers > 0
                && let Err(error) = scanning.start(&mut state).await
            {
                tracing::warn!(%error, "the scan did not go on");
            }
        });
    }
}

/// Runs what a drop cannot wait for; nothing is left to do once the runtime is gone.
fn later(work: impl Future<Output = ()> + Send + 'static) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(work);
    }
}
