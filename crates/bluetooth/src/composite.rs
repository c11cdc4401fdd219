//! Several centrals as one.

use std::sync::Arc;

use async_trait::async_trait;
use futures::{
    StreamExt,
    stream::{BoxStream, select_all},
};

use crate::{Central, Link, LinkError, Sighting, Transport};

/// Sees what any of its centrals sees, and connects through the one whose transport a sighting has.
#[derive(Clone, Default)]
pub struct CompositeCentral {
    parts: Vec<(Transport, Arc<dyn Central>)>,
}

impl std::fmt::Debug for CompositeCentral {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let transports = self.parts.iter().map(|(transport, _)| transport);
        f.debug_list().entries(transports).finish()
    }
}

impl CompositeCentral {
    /// Adds the central of a transport, in place of an earlier one.
    #[must_use]
    pub fn with(mut self, transport: Transport, central: Arc<dyn Central>) -> Self {
        self.parts.retain(|(known, _)| *known != transport);
        self.parts.push((transport, central));
        self
    }
}

#[async_trait]
impl Central for CompositeCentral {
    /// Fails with the first part's error where no part is available.
    async fn availability(&self) -> Result<(), LinkError> {
        let mut first = None;
        for (_, part) in &self.parts {
            match part.availability().await {
                Ok(()) => return Ok(()),
                Err(error) => first = first.or(Some(error)),
            }
        }
        Err(first.unwrap_or(LinkError::NoAdapter))
    }

    /// Goes on with those parts that can scan; fails with the first part's error where none can.
    async fn scan(&self) -> Result<BoxStream<'static, Sighting>, LinkError> {
        let mut streams = Vec::new();
        let mut first = None;
        for (_, part) in &self.parts {
            match part.scan().await {
                Ok(stream) => streams.push(stream),
                Err(error) => first = first.or(Some(error)),
            }
        }
        if streams.is_empty() {
            return Err(first.unwrap_or(LinkError::NoAdapter));
        }
        Ok(select_all(streams).boxed())
    }

    async fn connect(&self, door: &Sighting) -> Result<Link, LinkError> {
        let wanted = door.address.transport();
        let part = self
            .parts
            .iter()
            .find(|(transport, _)| *transport == wanted);
        part.ok_or(LinkError::NotFound)?.1.connect(door).await
    }
}
