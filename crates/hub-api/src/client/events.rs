use eventsource_stream::{EventStreamError, Eventsource as _};
use futures::{Stream, StreamExt as _, future};
use reqwest::Method;
use reqwest::header::{ACCEPT, HeaderName, HeaderValue};

use super::transport::Request;
use super::{Client, ClientError};
use crate::{Event, ServerEvent};

impl Client {
    /// Opens the hub's event stream (SSE), after `last_id` when one is given.
    ///
    /// It begins with [`Event::Ready`]. It ends, or yields an error, when the connection is lost:
    /// open a new one with the id of the last event seen, and nothing is missed. A silence of 45 s
    /// counts as lost.
    pub async fn events(
        &self,
        last_id: Option<u64>,
    ) -> Result<impl Stream<Item = Result<ServerEvent, ClientError>> + Send + use<>, ClientError>
    {
        let mut request = Request::new(Method::GET, "/v1/events")
            .header(ACCEPT, HeaderValue::from_static("text/event-stream"));
        if let Some(last_id) = last_id {
            let name = HeaderName::from_static("last-event-id");
            request = request.header(name, HeaderValue::from(last_id));
        }
        let response = self.send(&request).await?;
        let events = response.bytes_stream().eventsource();
        Ok(events.filter_map(|event| future::ready(read(event).transpose())))
    }
}

fn read(
    event: Result<eventsource_stream::Event, EventStreamError<reqwest::Error>>,
) -> Result<Option<ServerEvent>, ClientError> {
    let raw = event.map_err(|error| match error {
        EventStreamError::Transport(error) => ClientError::from_transport(error),
        _ => ClientError::Unexpected("an event that is no text".to_owned()),
    })?;
    let unexpected = |what: String| ClientError::Unexpected(format!("event {}: {what}", raw.event));
    let Some(event) =
        Event::from_sse(&raw.event, &raw.data).map_err(|error| unexpected(error.to_string()))?
    else {
        return Ok(None);
    };
    let id = raw
        .id
        .parse()
        .map_err(|_| unexpected("no number".to_owned()))?;
    Ok(Some(ServerEvent { id, event }))
}
