//! The door daemon: links, offline decision, strike, audit outbox and camera.
