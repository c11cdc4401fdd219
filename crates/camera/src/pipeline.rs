//! One run of a source: from start to its first failure.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use gstreamer::{self as gst, prelude::*};
use gstreamer_app as gst_app;
use tokio::sync::mpsc;

use crate::{
    boxes::{Cutter, Piece, TIMESCALE},
    config::{CameraConfig, Source},
    looped, mask, source,
    state::StopReason,
};

const MUXER: &str = "mux";
const SINK: &str = "sink";

/// What a running pipeline reports.
#[derive(Debug)]
pub(crate) enum Report {
    /// The next piece of the stream.
    Piece(Piece),
    /// A recording came to its end and waits to be played again.
    Ended,
    /// The source died.
    Failed(StopReason),
}

/// A running pipeline; stops when dropped.
#[derive(Debug)]
pub(crate) struct Pipeline {
    pipeline: gst::Pipeline,
    reports: mpsc::UnboundedReceiver<Report>,
}

impl Pipeline {
    /// Builds and starts the pipeline of `config`. May block while a device or host answers.
    ///
    /// `origin` is the instant from which capture times count.
    pub(crate) fn start(config: &CameraConfig, origin: Instant) -> Result<Self, StopReason> {
        gst::init().map_err(|error| {
            tracing::error!(%error, "GStreamer does not start");
            StopReason::NoGstreamer
        })?;
        let pipeline = build(config)?;
        mask::burn_in(&pipeline, &config.masks)?;
        let (sender, reports) = mpsc::unbounded_channel();
        let epoch = note_epoch(&pipeline, origin)?;
        deliver(&pipeline, epoch, sender.clone())?;
        watch(&pipeline, sender)?;
        let mut started = Self { pipeline, reports };
        if matches!(config.source, Source::File { .. }) {
            started.enter(gst::State::Paused)?;
            looped::prepare(&started.pipeline).map_err(|reason| started.reported(reason))?;
        }
        started.enter(gst::State::Playing)?;
        Ok(started)
    }

    /// Waits for the next report.
    pub(crate) async fn next(&mut self) -> Report {
        let report = self.reports.recv().await;
        report.unwrap_or(Report::Failed(StopReason::Failed))
    }

    /// Plays a recording once more; its timestamps go on where they were.
    pub(crate) fn play_again(&self) -> Result<(), StopReason> {
        looped::rewind(&self.pipeline)
    }

    fn enter(&mut self, state: gst::State) -> Result<(), StopReason> {
        match self.pipeline.set_state(state) {
            Ok(_) => Ok(()),
            Err(_) => Err(self.reported(StopReason::Failed)),
        }
    }

    /// The reason that an element gave, or `otherwise`.
    fn reported(&mut self, otherwise: StopReason) -> StopReason {
        match self.reports.try_recv() {
            Ok(Report::Failed(reason)) => reason,
            _ => otherwise,
        }
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        if self.pipeline.set_state(gst::State::Null).is_err() {
            tracing::warn!("the camera's pipeline did not stop cleanly");
        }
    }
}

fn build(config: &CameraConfig) -> Result<gst::Pipeline, StopReason> {
    let description = format!(
        "{} ! h264parse ! video/x-h264,stream-format=avc,alignment=au \
         ! mp4mux name={MUXER} fragment-duration=100 streamable=true trak-timescale={TIMESCALE} \
         ! appsink name={SINK} sync=false async=false",
        source::describe(config)?
    );
    let parsed = gst::parse::launch(&description).map_err(|error| {
        tracing::error!(%error, "an element of the camera's pipeline is missing");
        StopReason::Unsupported
    })?;
    let pipeline = parsed
        .downcast::<gst::Pipeline>()
        .map_err(|_| StopReason::Unsupported)?;
    pipeline.use_clock(Some(&gst::SystemClock::obtain()));
    source::configure(&pipeline, &config.source);
    Ok(pipeline)
}

/// When the first picture was taken, once it has reached the muxer: media time 0.
type Epoch = Arc<OnceLock<Duration>>;

fn note_epoch(pipeline: &gst::Pipeline, origin: Instant) -> Result<Epoch, StopReason> {
    let muxer = pipeline.by_name(MUXER).ok_or(StopReason::Failed)?;
    let pad = muxer.sink_pads().into_iter().next();
    let pad = pad.ok_or(StopReason::Failed)?;
    let epoch = Epoch::default();
    let noted = Arc::clone(&epoch);
    let clock = gst::SystemClock::obtain();
    let watched = pipeline.downgrade();
    pad.add_probe(gst::PadProbeType::BUFFER, move |pad, info| {
        let running = running_time(pad, info);
        let (Some(running), Some(pipeline)) = (running, watched.upgrade()) else {
            return gst::PadProbeReturn::Ok;
        };
        let taken = pipeline.base_time().unwrap_or_default() + running;
        let age = Duration::from(clock.time().saturating_sub(taken));
        noted.get_or_init(|| origin.elapsed().saturating_sub(age));
        gst::PadProbeReturn::Remove
    });
    Ok(epoch)
}

/// The time since the start of the pipeline at which the buffer under a probe is due.
fn running_time(pad: &gst::Pad, info: &gst::PadProbeInfo<'_>) -> Option<gst::ClockTime> {
    let segment = pad.sticky_event::<gst::event::Segment>(0)?;
    let segment = segment.segment().downcast_ref::<gst::ClockTime>()?.clone();
    segment.to_running_time(info.buffer()?.pts()?)
}

/// Cuts what the muxer writes into pieces and reports them.
fn deliver(
    pipeline: &gst::Pipeline,
    epoch: Epoch,
    reports: mpsc::UnboundedSender<Report>,
) -> Result<(), StopReason> {
    let sink = pipeline.by_name(SINK).ok_or(StopReason::Failed)?;
    let sink = sink
        .downcast::<gst_app::AppSink>()
        .map_err(|_| StopReason::Failed)?;
    let mut cutter = Cutter::default();
    let take = move |sink: &gst_app::AppSink| {
        let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
        let buffer = sample.buffer().ok_or(gst::FlowError::Error)?;
        let bytes = buffer.map_readable().map_err(|_| gst::FlowError::Error)?;
        cutter.push(&bytes);
        let epoch = epoch.get().copied().unwrap_or_default();
        while let Some(piece) = cutter.next(epoch).map_err(|error| {
            tracing::error!(%error, "the muxer's output cannot be read");
            gst::FlowError::NotSupported
        })? {
            let sent = reports.send(Report::Piece(piece));
            sent.map_err(|_| gst::FlowError::Eos)?;
        }
        Ok(gst::FlowSuccess::Ok)
    };
    let callbacks = gst_app::AppSinkCallbacks::builder().new_sample(take);
    sink.set_callbacks(callbacks.build());
    Ok(())
}

/// Reports what elements say on the bus.
fn watch(
    pipeline: &gst::Pipeline,
    reports: mpsc::UnboundedSender<Report>,
) -> Result<(), StopReason> {
    let bus = pipeline.bus().ok_or(StopReason::Failed)?;
    bus.set_sync_handler(move |_, message| {
        let report = match message.view() {
            gst::MessageView::Error(error) => Some(Report::Failed(reason(&error.error()))),
            gst::MessageView::Eos(_) => Some(Report::Failed(StopReason::Failed)),
            gst::MessageView::SegmentDone(_) => Some(Report::Ended),
            _ => None,
        };
        if let Some(report) = report {
            // Nobody listens once the pipeline is being dropped.
            let _ = reports.send(report);
        }
        gst::BusSyncReply::Drop
    });
    Ok(())
}

/// Sorts GStreamer's errors. Their texts may hold addresses with passwords and are not kept.
fn reason(error: &gst::glib::Error) -> StopReason {
    use gst::{ResourceError, StreamError};
    match error.kind::<ResourceError>() {
        Some(ResourceError::NotFound | ResourceError::OpenRead | ResourceError::OpenReadWrite) => {
            return StopReason::NotFound;
        }
        Some(ResourceError::Busy) => return StopReason::Busy,
        Some(ResourceError::NotAuthorized) => return StopReason::Refused,
        Some(_) => return StopReason::Failed,
        None => {}
    }
    match error.kind::<StreamError>() {
        Some(
            StreamError::CodecNotFound
            | StreamError::WrongType
            | StreamError::TypeNotFound
            | StreamError::Format,
        ) => StopReason::Unsupported,
        _ => StopReason::Failed,
    }
}
