//! Plays a recording again and again as if it were a camera.
//!
//! The demuxer plays one segment after another (`GST_SEEK_FLAG_SEGMENT`). Encoder and muxer never
//! see that: each picture is stamped with the running time at which it is shown, in one segment
//! that never ends.

use std::{
    sync::{Mutex, PoisonError, mpsc},
    time::Duration,
};

use gstreamer::{self as gst, prelude::*};

use crate::state::StopReason;

/// The name of the element that plays at the recording's own pace.
pub(crate) const PACE: &str = "pace";

/// The name of the element that decodes.
pub(crate) const DECODER: &str = "decoder";

/// How long a recording may take to show what it holds: the decoder's libraries may be loaded first.
const OPENING: Duration = Duration::from_secs(30);

/// Gets a paused pipeline ready to loop, once its decoder knows what the recording holds.
pub(crate) fn prepare(pipeline: &gst::Pipeline) -> Result<(), StopReason> {
    let decoder = pipeline.by_name(DECODER).ok_or(StopReason::Failed)?;
    restamp(&pad(pipeline, "src")?);
    opened(&decoder)?;
    seek(pipeline, gst::SeekFlags::FLUSH | gst::SeekFlags::SEGMENT)
}

/// Plays the recording once more from its start.
pub(crate) fn rewind(pipeline: &gst::Pipeline) -> Result<(), StopReason> {
    seek(pipeline, gst::SeekFlags::SEGMENT)
}

/// Seeks from the pace upwards: the muxer, further down, cannot be told of time.
fn seek(pipeline: &gst::Pipeline, flags: gst::SeekFlags) -> Result<(), StopReason> {
    let to_start = gst::event::Seek::new(
        1.0,
        flags,
        gst::SeekType::Set,
        gst::ClockTime::ZERO,
        gst::SeekType::None,
        gst::ClockTime::NONE,
    );
    let seeked = pad(pipeline, "sink")?.push_event(to_start);
    seeked.then_some(()).ok_or(StopReason::Unsupported)
}

fn pad(pipeline: &gst::Pipeline, name: &str) -> Result<gst::Pad, StopReason> {
    let pace = pipeline.by_name(PACE).ok_or(StopReason::Failed)?;
    pace.static_pad(name).ok_or(StopReason::Failed)
}

fn opened(decoder: &gst::Element) -> Result<(), StopReason> {
    let (sender, receiver) = mpsc::channel();
    decoder.connect("no-more-pads", false, move |_| {
        // The receiver is gone where opening took too long.
        let _ = sender.send(());
        None
    });
    if decoder.src_pads().is_empty() {
        let opened = receiver.recv_timeout(OPENING);
        opened.map_err(|_| StopReason::Unsupported)?;
    }
    Ok(())
}

/// Gives every picture its running time and hides that there is more than one segment.
fn restamp(pad: &gst::Pad) {
    let kinds = gst::PadProbeType::BUFFER
        | gst::PadProbeType::EVENT_DOWNSTREAM
        | gst::PadProbeType::EVENT_FLUSH;
    let timeline = Mutex::new(Timeline::default());
    pad.add_probe(kinds, move |_, info| {
        let mut timeline = timeline.lock().unwrap_or_else(PoisonError::into_inner);
        match info.data.take() {
            Some(gst::PadProbeData::Event(event)) => timeline.event(info, event),
            Some(gst::PadProbeData::Buffer(buffer)) => timeline.buffer(info, buffer),
            other => {
                info.data = other;
                gst::PadProbeReturn::Ok
            }
        }
    });
}

/// The segment that plays, whether the one endless segment has been announced, and the last picture's time.
#[derive(Default)]
struct Timeline {
    playing: Option<gst::FormattedSegment<gst::ClockTime>>,
    announced: bool,
    last: Option<gst::ClockTime>,
}

impl Timeline {
    fn event(
        &mut self,
        info: &mut gst::PadProbeInfo<'_>,
        event: gst::Event,
    ) -> gst::PadProbeReturn {
        let pass = match event.view() {
            gst::EventView::Segment(segment) => {
                self.playing = segment.segment().downcast_ref().cloned();
                if std::mem::replace(&mut self.announced, true) {
                    return gst::PadProbeReturn::Handled;
                }
                let endless = gst::FormattedSegment::<gst::ClockTime>::new();
                gst::event::Segment::new(&endless)
            }
            gst::EventView::SegmentDone(_) => return gst::PadProbeReturn::Handled,
            gst::EventView::FlushStop(_) => {
                *self = Self::default();
                event
            }
            _ => event,
        };
        info.data = Some(gst::PadProbeData::Event(pass));
        gst::PadProbeReturn::Ok
    }

    /// A round begins while the last picture of the one before it is due: that picture is shown once.
    fn buffer(
        &mut self,
        info: &mut gst::PadProbeInfo<'_>,
        mut buffer: gst::Buffer,
    ) -> gst::PadProbeReturn {
        let playing = self.playing.as_ref();
        let Some(shown_at) = playing.and_then(|segment| segment.to_running_time(buffer.pts()?))
        else {
            return gst::PadProbeReturn::Handled;
        };
        if self.last.replace(shown_at) >= Some(shown_at) {
            return gst::PadProbeReturn::Handled;
        }
        let stamped = buffer.make_mut();
        stamped.set_pts(shown_at);
        stamped.set_dts(gst::ClockTime::NONE);
        info.data = Some(gst::PadProbeData::Buffer(buffer));
        gst::PadProbeReturn::Ok
    }
}
