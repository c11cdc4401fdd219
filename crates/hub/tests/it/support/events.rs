use std::pin::Pin;
use std::time::Duration;

use futures::{Stream, StreamExt as _};
use hub_api::{Client, ClientError, Event, ServerEvent};

pub(crate) type Events = Pin<Box<dyn Stream<Item = Result<ServerEvent, ClientError>> + Send>>;

/// Events from now on.
pub(crate) async fn open_events(client: &Client) -> Events {
    open_events_after(client, None).await
}

pub(crate) async fn open_events_after(client: &Client, last: Option<u64>) -> Events {
    let mut events: Events = Box::pin(client.events(last).await.unwrap());
    assert_eq!(next_event(&mut events).await.event, Event::Ready {});
    events
}

pub(crate) async fn next_event(events: &mut Events) -> ServerEvent {
    let event = tokio::time::timeout(Duration::from_secs(5), events.next()).await;
    event
        .expect("an event within 5 s")
        .expect("the stream goes on")
        .unwrap()
}

/// The next event that tells a resident something: new bundles come at any time.
pub(crate) async fn next_news(events: &mut Events) -> Event {
    loop {
        match next_event(events).await.event {
            Event::Bundle { .. } => {}
            news => return news,
        }
    }
}
