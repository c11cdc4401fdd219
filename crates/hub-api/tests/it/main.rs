//! What the hub and its clients say to each other, as it stands on the wire.

mod invites;
mod oauth;
mod wire;
