//! How much of the past a device keeps. The hub has older entries for as long as the building keeps them.

use rusqlite::{Transaction, params};

use super::{Store, StoreError};

/// As many things that happened are kept, the newest.
pub const MOST_KEPT: u32 = 20_000;

/// Nothing is kept for longer: a year.
pub const KEPT_FOR_MS: u64 = 365 * 24 * 3600 * 1000;

/// Of a cursor, in a millisecond.
const SLOTS: u64 = super::activity::SLOTS;

impl Store {
    /// Forgets all but the newest [`MOST_KEPT`] things that happened, and what is older than [`KEPT_FOR_MS`]. Entries are
    /// asked of the hub again where somebody scrolls that far; own unlocks are gone. Answers how many were forgotten.
    pub fn forget_oldest(&self, now_ms: u64) -> Result<usize, StoreError> {
        self.write(|transaction| {
            let forgotten = transaction.execute(
                "DELETE FROM activity WHERE cursor < max(
                    ?1,
                    coalesce((SELECT cursor FROM activity ORDER BY cursor DESC LIMIT 1 OFFSET ?2), 0))",
                params![
                    (now_ms.saturating_sub(KEPT_FOR_MS) * SLOTS).cast_signed(),
                    MOST_KEPT - 1
                ],
            )?;
            if forgotten > 0 {
                begin_older_pages_at_the_oldest(transaction)?;
            }
            Ok(forgotten)
        })
    }
}

fn begin_older_pages_at_the_oldest(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    transaction.execute(
        "UPDATE progress SET older_than = max(
            coalesce(older_than, 0),
            coalesce((SELECT min(entry_id) FROM activity), newest_entry + 1, 0))",
        [],
    )?;
    Ok(())
}
