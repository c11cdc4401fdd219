use super::*;

const MINUTE_MS: u64 = 60_000;
const DAY_MS: u64 = 86_400_000;
const THEN_MS: u64 = 1_800_000_000_000;

/// A floor that is read at so many seconds after its start.
fn floor(ms: u64) -> Floor {
    Floor {
        ms,
        at: Duration::ZERO,
        source: Source::Wall,
    }
}

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn the_wall_clock_never_shows_a_time_before_what_the_building_signed() {
    let clock = Clock::start();
    let far = unix_ms() / 1000 + 1_000_000;
    clock.raise_floor(far);
    clock.raise_floor(5);
    assert_eq!(clock.now().utc_s, far);
    assert!(clock.utc_ms() >= far * 1000);
    assert!(!clock.is_known());
}

#[test]
fn a_wall_clock_that_contradicts_nothing_is_believed() {
    let mut floor = floor(THEN_MS);
    assert_eq!(floor.read(THEN_MS + DAY_MS, at(1)), THEN_MS + DAY_MS);
    assert_eq!(floor.source, Source::Wall);
}

#[test]
fn behind_the_floor_time_runs_on_by_the_monotonic_clock_until_the_wall_clock_passes_it() {
    let mut floor = floor(THEN_MS);
    assert_eq!(floor.read(0, at(10)), THEN_MS + 10_000);
    assert_eq!(floor.source, Source::Unknown);
    assert_eq!(floor.read(MINUTE_MS, at(70)), THEN_MS + 70_000);
    let corrected = THEN_MS + DAY_MS;
    assert_eq!(floor.read(corrected, at(80)), corrected);
    assert_eq!(floor.source, Source::Wall);
}

#[test]
fn a_clock_rolled_back_while_running_is_not_followed() {
    let mut floor = floor(0);
    assert_eq!(floor.read(THEN_MS, at(1)), THEN_MS);
    assert_eq!(floor.read(THEN_MS - DAY_MS, at(2)), THEN_MS + 1_000);
    assert_eq!(floor.source, Source::Unknown);
}

#[test]
fn a_small_correction_is_no_lost_clock_and_no_step_back() {
    let mut floor = floor(0);
    assert_eq!(floor.read(THEN_MS, at(1)), THEN_MS);
    assert_eq!(floor.read(THEN_MS - 2_000, at(1)), THEN_MS);
    assert_eq!(floor.source, Source::Wall);
}

#[test]
fn whatever_the_wall_clock_does_the_told_time_never_goes_back() {
    let mut floor = floor(THEN_MS);
    let mut last = 0;
    // A cheap sequence without a pattern.
    let mut noise: u64 = 1;
    for step in 0..2_000 {
        noise = noise
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let wall = THEN_MS - DAY_MS + (noise >> 33) % (2 * DAY_MS);
        let told = floor.read(wall, Duration::from_millis(step * 100));
        assert!(told >= last, "step {step}");
        last = told;
    }
}

#[test]
fn the_hub_makes_a_lost_clock_known_and_a_signed_time_does_not() {
    let clock = Clock::with_wall(|| 0);
    clock.raise_floor_ms(THEN_MS);
    assert!(!clock.is_known());
    clock.raise_floor_ms(THEN_MS + DAY_MS);
    assert!(!clock.is_known());
    assert!(clock.utc_ms() >= THEN_MS + DAY_MS);
    clock.learn_from_hub(THEN_MS);
    assert!(!clock.is_known(), "a hub before the floor is wrong itself");
    clock.learn_from_hub(THEN_MS + 2 * DAY_MS);
    assert!(clock.is_known());
    assert!(clock.utc_ms() >= THEN_MS + 2 * DAY_MS);
}

#[test]
fn a_hub_whose_clock_is_ahead_does_not_make_a_good_wall_clock_doubted() {
    let clock = Clock::with_wall(|| THEN_MS);
    clock.learn_from_hub(THEN_MS + DAY_MS);
    assert!(clock.is_known());
    assert!(clock.utc_ms() < THEN_MS + MINUTE_MS);
}
