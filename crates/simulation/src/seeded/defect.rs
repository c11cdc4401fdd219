/// A step broken on purpose, to see that the model notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// The strike moves while the record is still being written.
    MovesBeforeCommit,
    /// The hub appends a repeated record again.
    HubCountsTwice,
    /// The door forgets which grants the bundle revokes.
    IgnoresRevocation,
    /// The door takes whatever bundle comes, older ones too.
    TakesOlderBundle,
    /// A denial makes everybody wait.
    BackOffHitsOthers,
    /// After a commit that failed, the door goes on as if its record were not on the disk.
    TrustsFailedCommit,
    /// The outbox takes for delivered what it has sent.
    TrustsItsOutbox,
    /// A record names the resident who entered.
    NamesResidents,
    /// What the building signed does not correct a clock that lost the time.
    ForgetsSignedTime,
    /// The answer is given, and the record is not committed.
    AnswersUnrecorded,
}

impl Defect {
    /// Every defect.
    pub const ALL: [Self; 10] = [
        Self::MovesBeforeCommit,
        Self::HubCountsTwice,
        Self::IgnoresRevocation,
        Self::TakesOlderBundle,
        Self::BackOffHitsOthers,
        Self::TrustsFailedCommit,
        Self::TrustsItsOutbox,
        Self::NamesResidents,
        Self::ForgetsSignedTime,
        Self::AnswersUnrecorded,
    ];
}
