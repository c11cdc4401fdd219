use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use access::DeviceId;
use tokio::time::Instant;

/// The most who watch at the same time, over all connections, and with one device: it may have two
/// windows, and each may be changing from one way to the door to the other.
const MOST: usize = 16;
const MOST_OF_A_DEVICE: usize = 4;

/// The most watches that one device may begin in this time: each is a record, which unlocks wait for.
const MOST_BEGUN: usize = 10;
const BEGUN_WITHIN: Duration = Duration::from_secs(30);

/// The devices that watch a door now, however they came.
#[derive(Clone, Debug, Default)]
pub(super) struct Seats(Arc<Mutex<Taken>>);

#[derive(Debug, Default)]
struct Taken {
    now: Vec<DeviceId>,
    /// When who took one, for as long as it counts.
    lately: Vec<(DeviceId, Instant)>,
}

/// One watch's seat, which is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    seats: Seats,
    device: DeviceId,
}

impl Seats {
    /// A seat for one more watch; none while there are too many, or its device begins too many.
    pub(super) fn take(&self, device: DeviceId) -> Option<Seat> {
        let mut taken = self.lock();
        taken.lately.retain(|(_, at)| at.elapsed() < BEGUN_WITHIN);
        let own = taken.now.iter().filter(|one| **one == device).count();
        let begun = taken.lately.iter().filter(|(one, _)| *one == device);
        if taken.now.len() >= MOST || own >= MOST_OF_A_DEVICE || begun.count() >= MOST_BEGUN {
            return None;
        }
        taken.now.push(device);
        taken.lately.push((device, Instant::now()));
        let seats = self.clone();
        Some(Seat { seats, device })
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.lock();
        if let Some(own) = taken.now.iter().position(|one| *one == self.device) {
            taken.now.swap_remove(own);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(n: u8) -> DeviceId {
        DeviceId::from_entropy([n; 16])
    }

    #[test]
    fn one_device_cannot_take_the_seats_of_all() {
        let seats = Seats::default();
        let own: Vec<_> = (0..MOST).filter_map(|_| seats.take(device(1))).collect();
        assert_eq!(own.len(), MOST_OF_A_DEVICE);
        assert!(seats.take(device(2)).is_some());
        drop(own);
        assert!(seats.take(device(1)).is_some(), "they are free again");
    }

    #[tokio::test(start_paused = true)]
    async fn one_device_cannot_begin_again_and_again() {
        let seats = Seats::default();
        let begun = (0..100).filter_map(|_| seats.take(device(1)).map(drop));
        assert_eq!(begun.count(), MOST_BEGUN);
        assert!(seats.take(device(2)).is_some(), "others may");
        tokio::time::sleep(BEGUN_WITHIN).await;
        assert!(seats.take(device(1)).is_some(), "and so may it, later");
    }

    #[test]
    fn a_door_has_so_many_seats() {
        let seats = Seats::default();
        let every = (0..=u8::MAX).filter_map(|n| seats.take(device(n)));
        assert_eq!(every.collect::<Vec<_>>().len(), MOST);
    }
}
