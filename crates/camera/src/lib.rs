//! GStreamer sources cut into fragments, held in a ring, handed out as clips and live.
