use std::time::Duration;

use gpiocdev::{
    Request,
    line::{Bias, EdgeDetection, EdgeKind, Value},
    tokio::AsyncRequest,
};
use tokio::sync::mpsc;

use super::{InputError, Signal};
use crate::config::{GpioInput, Pull};

/// A line that is watched for edges.
pub(super) struct InputLine {
    name: &'static str,
    line: AsyncRequest,
    /// The signal at the start, and those of the two edges; none where nobody needs it.
    found: fn(bool) -> Option<Signal>,
    changed: fn(bool) -> Option<Signal>,
}

impl std::fmt::Debug for InputLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InputLine")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl InputLine {
    /// Active while the door is open.
    pub(super) fn contact(config: &GpioInput) -> Result<Self, InputError> {
        let found = |is_open| Some(Signal::Found { is_open });
        let changed = |is_open| Some(Signal::Contact { is_open });
        Self::open("inputs.contact", config, found, changed)
    }

    /// Active while somebody asks to leave. A button that is held while the program starts counts.
    pub(super) fn request_to_exit(config: &GpioInput) -> Result<Self, InputError> {
        let pressed = |is_pressed: bool| is_pressed.then_some(Signal::Exit);
        Self::open("inputs.request_to_exit", config, pressed, pressed)
    }

    fn open(
        name: &'static str,
        config: &GpioInput,
        found: fn(bool) -> Option<Signal>,
        changed: fn(bool) -> Option<Signal>,
    ) -> Result<Self, InputError> {
        let mut request = Request::builder();
        request
            .on_chip(&config.chip)
            .with_consumer("vestibule-door")
            .with_line(config.line)
            .as_input()
            .with_bias(bias(config.pull))
            .with_edge_detection(EdgeDetection::BothEdges);
        if config.active_low {
            request.as_active_low();
        }
        if config.debounce() > Duration::ZERO {
            request.with_debounce_period(config.debounce());
        }
        let requested = request.request().map_err(|source| InputError::Gpio {
            name,
            chip: config.chip.display().to_string(),
            line: config.line,
            source,
        })?;
        Ok(Self {
            name,
            line: AsyncRequest::new(requested),
            found,
            changed,
        })
    }

    /// Sends a signal for the start and for every edge, until nobody takes them.
    pub(super) async fn read(self, signals: mpsc::Sender<Signal>) {
        let at_start = self.line.as_ref().lone_value();
        let mut next = at_start.map(|value| (self.found)(value == Value::Active));
        loop {
            match next {
                Ok(None) => {}
                Ok(Some(signal)) => {
                    if signals.send(signal).await.is_err() {
                        return;
                    }
                }
                Err(error) => {
                    tracing::error!(%error, input = self.name, "an input can no longer be read");
                    return;
                }
            }
            let edge = self.line.read_edge_event().await;
            next = edge.map(|edge| (self.changed)(edge.kind == EdgeKind::Rising));
        }
    }
}

fn bias(pull: Pull) -> Bias {
    match pull {
        Pull::Up => Bias::PullUp,
        Pull::Down => Bias::PullDown,
        Pull::None => Bias::Disabled,
    }
}
