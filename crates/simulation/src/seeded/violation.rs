/// A law that was broken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{law}: {how}")]
pub struct Violation {
    /// The law, as the design words it.
    pub law: &'static str,
    /// What happened instead.
    pub how: String,
}

/// What a step that is watched returns.
pub(super) type Lawful<T = ()> = Result<T, Violation>;

/// Says that a law was broken.
pub(super) fn broken<T>(law: &'static str, how: impl Into<String>) -> Lawful<T> {
    let how = how.into();
    Err(Violation { law, how })
}

pub(super) const NO_RECORD_NO_ENTRY: &str = "no record, no entry";
pub(super) const WHO_MAY_ENTER: &str = "only who may, enters";
pub(super) const DECIDES_ALONE: &str = "who may enter gets in, without the hub";
pub(super) const NOTHING_LOST: &str = "nothing is lost and nothing doubled";
pub(super) const BUNDLE_GROWS: &str = "a bundle is never rolled back";
pub(super) const TIME_GROWS: &str =
    "time never goes back, and is not taken for known when it is not";
pub(super) const NOT_TRACKED: &str = "a record says who entered as far as it may, and no further";
pub(super) const BACK_OFF: &str = "back-off hits who was denied, and nobody else";
pub(super) const PROVEN_HOLDER: &str = "nobody is heard without a key of their own";
