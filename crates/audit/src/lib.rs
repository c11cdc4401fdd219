//! What happened at a door: records, the door's hash chain, the building's Merkle log. Pure.
