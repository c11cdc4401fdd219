use std::io;

use super::Strike;

/// Several strikes of one door, moved as one: all of them are unlocked, or all are locked.
pub struct Together(Vec<Box<dyn Strike>>);

impl Together {
    /// Joins strikes, each locked.
    pub fn new(strikes: Vec<Box<dyn Strike>>) -> Self {
        Self(strikes)
    }
}

impl std::fmt::Debug for Together {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Together")
            .field("strikes", &self.0.len())
            .finish()
    }
}

impl Strike for Together {
    /// Stops at the first that does not move; whoever drives it then locks all.
    fn unlock(&mut self, seq: u64) -> io::Result<()> {
        self.0.iter_mut().try_for_each(|strike| strike.unlock(seq))
    }

    /// Locks every strike that locks, whatever the others do; the first failure is told.
    fn lock(&mut self) -> io::Result<()> {
        let mut locked = Ok(());
        for strike in &mut self.0 {
            locked = locked.and(strike.lock());
        }
        locked
    }
}
