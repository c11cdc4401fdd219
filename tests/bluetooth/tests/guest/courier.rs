//! A courier with the carrier's own program, over the air.

use std::time::Duration;

use anyhow::Result;
use bluetooth_tests::stage::{APARTMENT, MAIN_ENTRANCE, POST_ROLL_S, PRE_ROLL_S, on_stage};
use simulation::{CourierAnswer, Door, StrikeState};

#[test]
fn a_courier_enters_and_is_filmed_from_before_the_door_opened() -> Result<()> {
    on_stage(async |stage| {
        let door = stage.door(MAIN_ENTRANCE)?;
        a_pre_roll_is_filmed(door).await?;
        let answer = stage.courier_at(door)?;
        let CourierAnswer::Unlocked { seq, .. } = answer else {
            panic!("the door answered {answer:?}");
        };
        assert!(door.strike_moves().iter().any(|one| one.seq == Some(seq)));
        let clips = stage.phone.ready_clips(1).await?;
        let timeline = stage.phone.timeline(&clips[0]).await?;
        assert!(timeline.verified);
        assert!(
            timeline.pre_roll_ms >= u32::from(PRE_ROLL_S) * 1000,
            "{timeline:?}"
        );
        assert!(
            timeline.post_roll_ms >= u32::from(POST_ROLL_S) * 1000,
            "{timeline:?}"
        );
        let film = stage.phone.film(&clips[0]).await?;
        assert!(
            film.windows(4).any(|four| four == b"moof"),
            "{} bytes hold no film",
            film.len()
        );
        assert_eq!(stage.phone.notifications().len(), 1);
        Ok(())
    })
}

#[test]
fn a_courier_is_denied_at_an_apartment() -> Result<()> {
    on_stage(async |stage| {
        let door = stage.door(APARTMENT)?;
        let before = times_unlocked(door);
        assert_eq!(stage.courier_at(door)?, denied("UnitDoor"));
        assert_eq!(times_unlocked(door), before);
        Ok(())
    })
}

#[test]
fn a_couriers_credential_for_one_building_is_denied_at_another() -> Result<()> {
    on_stage(async |stage| {
        let door = stage.door_elsewhere()?;
        assert_eq!(stage.courier_at(door)?, denied("WrongBuilding"));
        assert_eq!(times_unlocked(door), 0);
        Ok(())
    })
}

fn denied(reason: &str) -> CourierAnswer {
    CourierAnswer::Denied {
        reason: reason.into(),
    }
}

fn times_unlocked(door: &Door) -> usize {
    let moves = door.strike_moves().into_iter();
    moves
        .filter(|one| one.state == StrikeState::Unlocked)
        .count()
}

/// Waits until the camera has filmed as much as a clip goes back, and the keyframe that it begins with.
async fn a_pre_roll_is_filmed(door: &Door) -> Result<()> {
    door.wait_for_camera()?;
    tokio::time::sleep(Duration::from_secs(u64::from(PRE_ROLL_S) + 2)).await;
    Ok(())
}
