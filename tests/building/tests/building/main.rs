//! A whole building of real daemons: what must hold when parts of it are down, killed or hostile.

mod exactly_once;
mod offline;
mod privacy;
mod refusals;
mod stage;
