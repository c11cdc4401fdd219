//! Whether an attack was withstood.

/// How a failure begins that means: the attack succeeded. `cargo xtask attack --self-check` looks
/// for it, and takes no other failure for a proof that a test can fail.
const BREACH: &str = "THE ATTACK SUCCEEDED";

/// The environment variable under which a test attacks its test double instead of the real thing.
const DOUBLE: &str = "VESTIBULE_ATTACK_DOUBLE";

/// Fails the test, saying that the attack succeeded, unless `holds`.
///
/// # Panics
///
/// Unless `holds`.
#[track_caller]
pub fn withstood(what: &str, holds: bool) {
    assert!(holds, "{BREACH}: not true that {what}");
}

/// Whether the test is to attack a double that lacks the defence.
pub fn is_doubled() -> bool {
    std::env::var_os(DOUBLE).is_some()
}
