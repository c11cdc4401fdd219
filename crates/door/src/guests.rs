//! Who is connected at the same time.
//!
//! When all places are taken, the peer that has waited longest as a stranger makes room: silent or
//! babbling connections cannot shut out an honest one.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use tokio_util::sync::CancellationToken;

/// Set once a peer has proven who it is, so that it is no stranger any more.
pub type Known = Arc<AtomicBool>;

/// A number of places for peers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Guests {
    places: usize,
    present: Arc<Mutex<Present>>,
}

#[derive(Debug, Default)]
struct Present {
    /// In order of arrival.
    guests: Vec<Guest>,
    arrivals: u64,
}

#[derive(Debug)]
struct Guest {
    number: u64,
    known: Known,
    leave: CancellationToken,
}

/// A peer's place, which is free again when this is dropped.
#[derive(Debug)]
pub struct Place {
    present: Arc<Mutex<Present>>,
    number: u64,
    /// Whether it is a stranger still.
    pub known: Known,
    /// Cancelled when it has to make room, and when everybody has to leave.
    pub leave: CancellationToken,
}

impl Guests {
    /// So many places, all free.
    pub fn new(places: usize) -> Self {
        Self {
            places,
            present: Arc::default(),
        }
    }

    /// Finds a place, if need be that of the longest-waiting stranger; none where all are taken by
    /// others. Who has it leaves at `stop`.
    pub fn seat(&self, stop: &CancellationToken) -> Option<Place> {
        let mut present = lock(&self.present);
        if present.guests.len() >= self.places {
            if access::off!(MakeRoom) {
                return None;
            }
            let is_stranger = |guest: &Guest| !guest.known.load(Ordering::Relaxed);
            let stranger = present.guests.iter().position(is_stranger)?;
            present.guests.remove(stranger).leave.cancel();
        }
        let number = present.arrivals;
        present.arrivals += 1;
        let (known, leave) = (Known::default(), stop.child_token());
        present.guests.push(Guest {
            number,
            known: Arc::clone(&known),
            leave: leave.clone(),
        });
        Some(Place {
            present: Arc::clone(&self.present),
            number,
            known,
            leave,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let number = self.number;
        lock(&self.present)
            .guests
            .retain(|guest| guest.number != number);
    }
}

fn lock(present: &Mutex<Present>) -> MutexGuard<'_, Present> {
    present.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seat(guests: &Guests) -> Option<Place> {
        guests.seat(&CancellationToken::new())
    }

    #[test]
    fn the_longest_waiting_stranger_makes_room_and_nobody_else() {
        let guests = Guests::new(3);
        let [known, oldest, other] = [(); 3].map(|()| seat(&guests).unwrap());
        known.known.store(true, Ordering::Relaxed);
        let newcomer = seat(&guests).unwrap();
        let left = [&known, &oldest, &other, &newcomer].map(|one| one.leave.is_cancelled());
        assert_eq!(left, [false, true, false, false]);
        for stays in [&other, &newcomer] {
            stays.known.store(true, Ordering::Relaxed);
        }
        assert!(seat(&guests).is_none(), "everybody is known");
        drop(oldest);
        assert!(seat(&guests).is_none(), "its place was taken already");
        drop(other);
        assert!(seat(&guests).is_some());
    }
}
