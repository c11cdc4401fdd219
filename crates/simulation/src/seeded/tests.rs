use super::{Defect, run};

/// How many seeds a test plays at most.
const SEEDS: u64 = 100;

fn assert_lawful(seeds: std::ops::Range<u64>) {
    let (mut unlocks, count) = (0, seeds.end - seeds.start);
    for seed in seeds {
        let played = run(seed, None);
        let again = format!("replay with: cargo xtask simulate --seed {seed}");
        assert_eq!(played.violation, None, "{again}");
        unlocks += played.counts.unlocks;
    }
    assert!(unlocks > count, "hardly anybody got in: {unlocks} unlocks");
}

#[test]
fn no_seed_of_the_first_hundred_breaks_a_law() {
    assert_lawful(0..SEEDS);
}

#[test]
fn no_seed_of_the_second_hundred_breaks_a_law() {
    assert_lawful(SEEDS..2 * SEEDS);
}

#[test]
fn no_seed_of_the_third_hundred_breaks_a_law() {
    assert_lawful(2 * SEEDS..3 * SEEDS);
}

#[test]
fn a_seed_replays_exactly() {
    for seed in [3, 4] {
        let (one, other) = (run(seed, None), run(seed, None));
        assert_eq!(one.trace, other.trace);
        assert_ne!(one.trace, run(seed + 100, None).trace);
    }
}

/// The law that the model says is broken first, over some seeds.
fn caught(defect: Defect) -> &'static str {
    let violation = (0..SEEDS).find_map(|seed| run(seed, Some(defect)).violation);
    let violation = violation.unwrap_or_else(|| panic!("{defect:?} is never noticed"));
    violation.law
}

#[test]
fn a_strike_that_moves_before_its_record_is_caught() {
    assert_eq!(caught(Defect::MovesBeforeCommit), "no record, no entry");
}

#[test]
fn an_answer_without_a_record_is_caught() {
    assert_eq!(caught(Defect::AnswersUnrecorded), "no record, no entry");
}

#[test]
fn a_hub_that_counts_twice_is_caught() {
    assert_eq!(
        caught(Defect::HubCountsTwice),
        "nothing is lost and nothing doubled"
    );
}

#[test]
fn a_door_that_ignores_a_revocation_is_caught() {
    assert_eq!(caught(Defect::IgnoresRevocation), "only who may, enters");
}

#[test]
fn a_door_that_takes_an_older_bundle_is_caught() {
    assert_eq!(
        caught(Defect::TakesOlderBundle),
        "a bundle is never rolled back"
    );
}

#[test]
fn a_back_off_that_hits_others_is_caught() {
    assert_eq!(
        caught(Defect::BackOffHitsOthers),
        "back-off hits who was denied, and nobody else"
    );
}

#[test]
fn a_door_that_trusts_a_failed_commit_is_caught() {
    caught(Defect::TrustsFailedCommit);
}

#[test]
fn an_outbox_that_trusts_itself_is_caught() {
    assert_eq!(
        caught(Defect::TrustsItsOutbox),
        "nothing is lost and nothing doubled"
    );
}

#[test]
fn a_record_that_names_a_resident_is_caught() {
    assert_eq!(
        caught(Defect::NamesResidents),
        "a record says who entered as far as it may, and no further"
    );
}

#[test]
fn a_door_that_forgets_signed_time_is_caught() {
    let law = "time never goes back, and is not taken for known when it is not";
    assert_eq!(caught(Defect::ForgetsSignedTime), law);
}
