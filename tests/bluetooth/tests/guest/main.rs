//! Runs in the guest, where each controller and its BlueZ are real to the programs.

mod stack;
