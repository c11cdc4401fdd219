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

/// How long a recording may take to show what it holds.
const OPENING: Duration = Duration::from_secs(10);

/// Gets a paused pipeline ready to loop, once its decoder knows what the recording holds.
pub(crate) fn prepare(pipeline: &gst::Pipeline) -> Result<(), StopReason> {
    let decoder = pipeline.by_name(DECODER).ok_or(StopReason::Failed)?;
    let pace = pipeline.by_name(PACE).ok_or(StopReason::Failed)?;
    let pad = pace.static_pad("src").ok_or(StopReason::Failed)?;
    restamp(&pad);
    opened(&decoder)?;
    let flags = gst::SeekFlags::FLUSH | gst::SeekFlags::SEGMENT;
    seek(pipeline, flags)
}

/// Plays the recording once more from its start.
pub(crate) fn rewind(pipeline: &gst::Pipeline) -> Result<(), StopReason> {
    seek(pipeline, gst::SeekFlags::SEGMENT)
}

fn seek(pipeline: &gst::Pipeline, flags: gst::SeekFlags) -> Result<(), StopReason> {
    let seeked = pipeline.seek_simple(flags, gst::ClockTime::ZERO);
    seeked.map_err(|_| StopReason::Unsupported)
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

/// The segment that plays, and whether the one endless segment has been announced.
#[derive(Default)]
struct Timeline {
    playing: Option<gst::FormattedSegment<gst::ClockTime>>,
    announced: bool,
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
                    return gst::PadProbeReturn::Drop;
                }
                let endless = gst::FormattedSegment::<gst::ClockTime>::new();
                gst::event::Segment::new(&endless)
            }
            gst::EventView::SegmentDone(_) => return gst::PadProbeReturn::Drop,
            gst::EventView::FlushStop(_) => {
                self.announced = false;
                event
            }
            _ => event,
        };
        info.data = Some(gst::PadProbeData::Event(pass));
        gst::PadProbeReturn::Ok
    }

    fn buffer(
        &self,
        info: &mut gst::PadProbeInfo<'_>,
        mut buffer: gst::Buffer,
    ) -> gst::PadProbeReturn {
        let playing = self.playing.as_ref();
        let Some(shown_at) = playing.and_then(|segment| segment.to_running_time(buffer.pts()?))
        else {
            return gst::PadProbeReturn::Drop;
        };
        let stamped = buffer.make_mut();
        stamped.set_pts(shown_at);
        stamped.set_dts(gst::ClockTime::NONE);
        info.data = Some(gst::PadProbeData::Buffer(buffer));
        gst::PadProbeReturn::Ok
    }
}
