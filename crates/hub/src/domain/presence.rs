use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use access::DoorId;

/// Which doors hold a connection now. Not kept: after a restart they connect again.
#[derive(Clone, Debug, Default)]
pub struct Presence {
    connections: Arc<Mutex<HashMap<DoorId, usize>>>,
}

/// A door's open connection; the door counts as online until it is dropped.
#[derive(Debug)]
pub struct Present {
    presence: Presence,
    door: DoorId,
}

impl Presence {
    /// Counts a connection of a door.
    pub fn enter(&self, door: DoorId) -> Present {
        let mut connections = self
            .connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *connections.entry(door).or_default() += 1;
        Present {
            presence: self.clone(),
            door,
        }
    }

    /// Whether a door holds a connection.
    pub fn is_online(&self, door: DoorId) -> bool {
        let connections = self
            .connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        connections.contains_key(&door)
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        let lock = self.presence.connections.lock();
        let mut connections = lock.unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = connections.get_mut(&self.door) {
            *count -= 1;
            if *count == 0 {
                connections.remove(&self.door);
            }
        }
    }
}
