//! Runs in the guest, where every controller, its BlueZ and the camera are real to the programs.

mod courier;
mod reconnection;
mod resident;
mod stack;
mod stranger;
