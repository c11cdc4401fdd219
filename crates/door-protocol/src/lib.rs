//! The one-write unlock between phone and door: framing, Noise channel, both sessions. Pure, sans-IO.
