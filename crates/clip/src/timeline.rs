//! What a player needs to know of a clip.

use serde::{Deserialize, Serialize};

use crate::{ClipHeader, ClipIndex, FragmentEntry, Lens};

/// A clip's time as a player counts it: in milliseconds from the start of the clip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// The RFC 6381 codec string.
    pub codec: String,
    /// Pixels.
    pub width: u16,
    /// Pixels.
    pub height: u16,
    /// How the camera sees; none for a picture that is flat already.
    pub lens: Option<Lens>,
    /// From the first picture to the end of the last fragment.
    pub duration_ms: u32,
    /// Filmed before entry was asked for.
    pub pre_roll_ms: u32,
    /// Filmed after entry was asked for.
    pub post_roll_ms: u32,
    /// Where in the clip entry was asked for; 0 when filming began later.
    pub entry_offset_ms: u32,
    /// The fragments with pictures, from number 1 on. Number 0, the init segment, comes before any
    /// of them.
    pub fragments: Vec<TimelineFragment>,
}

/// Where a fragment lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineFragment {
    /// Its number.
    pub n: u32,
    /// When it starts, from the start of the clip.
    pub start_ms: u32,
    /// How long it plays.
    pub duration_ms: u32,
    /// Whether decoding can start here.
    pub keyframe: bool,
    /// Its length in bytes, opened.
    pub bytes: u32,
}

impl ClipIndex {
    /// The clip's time as a player counts it.
    pub fn timeline(&self) -> Timeline {
        of(self.header(), self.fragments())
    }
}

pub(crate) fn of(header: &ClipHeader, fragments: &[FragmentEntry]) -> Timeline {
    let pictures = fragments.get(1..).unwrap_or_default();
    let start_ms = pictures.first().map_or(0, |first| first.meta.start_ms);
    let end_ms = pictures.last().map_or(0, |last| last.meta.end_ms());
    Timeline {
        codec: header.codec.clone(),
        width: header.width,
        height: header.height,
        lens: header.lens,
        duration_ms: ms(end_ms - start_ms),
        pre_roll_ms: ms(-start_ms),
        post_roll_ms: ms(end_ms),
        entry_offset_ms: ms(-start_ms).min(ms(end_ms - start_ms)),
        fragments: pictures
            .iter()
            .map(|entry| place(entry, start_ms))
            .collect(),
    }
}

impl Timeline {
    /// The fragment decoding must start at to show a moment: the last keyframe at or before it.
    pub fn keyframe_before(&self, at_ms: u32) -> Option<&TimelineFragment> {
        let until = self
            .fragments
            .partition_point(|fragment| fragment.start_ms <= at_ms);
        self.fragments[..until]
            .iter()
            .rev()
            .find(|fragment| fragment.keyframe)
    }
}

fn place(entry: &FragmentEntry, start_ms: i64) -> TimelineFragment {
    let meta = entry.meta;
    let from_start = ms(meta.start_ms - start_ms);
    TimelineFragment {
        n: meta.n,
        start_ms: from_start,
        duration_ms: meta.duration_ms,
        keyframe: meta.keyframe,
        bytes: meta.plain_len,
    }
}

/// Times of an index are bounded by a day either way, so only a negative one is cut, to zero.
fn ms(ms: i64) -> u32 {
    u32::try_from(ms.max(0)).unwrap_or(u32::MAX)
}
