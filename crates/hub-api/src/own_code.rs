use std::fmt;

use access::{DoorId, GrantId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The keypad code of a resident's own, as it stands, from `GET /v1/code`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnCode {
    /// The grant that stands for it.
    pub id: GrantId,
    /// The doors it opens now: those with a keypad that the resident may pass.
    pub doors: Vec<DoorId>,
    /// Until when, unix seconds, this second included.
    pub not_after: u64,
}

/// A code that was just made. It is told in this answer and never again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MadeCode {
    /// What it is good for.
    pub own: OwnCode,
    /// Eight digits.
    pub code: String,
}

/// Who has the code gets in: it is not printed.
impl fmt::Debug for MadeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MadeCode")
            .field("own", &self.own.id)
            .finish_non_exhaustive()
    }
}
