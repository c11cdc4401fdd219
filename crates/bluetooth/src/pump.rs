//! Streams that several read.

use futures::{Stream, StreamExt};
use tokio::{sync::broadcast, task::JoinHandle};

/// Events that may wait for a slow reader before it misses some.
pub(crate) const BACKLOG: usize = 256;

/// Hands a stream to whoever listens; stops when dropped.
#[derive(Debug)]
pub(crate) struct Pump(JoinHandle<()>);

impl Pump {
    pub(crate) fn start<T: Send + 'static, U: Clone + Send + 'static>(
        mut stream: impl Stream<Item = T> + Unpin + Send + 'static,
        listeners: broadcast::Sender<U>,
        pick: impl Fn(T) -> Option<U> + Send + 'static,
    ) -> Self {
        Self(tokio::spawn(async move {
            while let Some(item) = stream.next().await {
                // Nobody may listen right now.
                let _ = pick(item).map(|item| listeners.send(item));
            }
        }))
    }

    /// Whether the stream has ended.
    pub(crate) fn is_finished(&self) -> bool {
        self.0.is_finished()
    }
}

impl Drop for Pump {
    fn drop(&mut self) {
        self.0.abort();
    }
}
