//! A resident with the app's own core, over the air.

use anyhow::Result;
use bluetooth_tests::stage::{APARTMENT, MAIN_ENTRANCE, Stage, on_stage};
use simulation::StrikeState;

#[test]
fn a_resident_unlocks_the_main_entrance() -> Result<()> {
    on_stage(async |stage| unlocks(stage, MAIN_ENTRANCE).await)
}

#[test]
fn a_resident_unlocks_their_own_apartment() -> Result<()> {
    on_stage(async |stage| unlocks(stage, APARTMENT).await)
}

/// Unlocks through the app and sees the strike move for exactly that record.
async fn unlocks(stage: &Stage, name: &str) -> Result<()> {
    let door = stage.door(name)?;
    let seq = stage.phone.unlocks(&door.id).await?;
    let moves = door.strike_moves();
    let own: Vec<_> = moves.iter().filter(|one| one.seq == Some(seq)).collect();
    assert_eq!(own.len(), 1, "{moves:?}");
    assert_eq!(own[0].state, StrikeState::Unlocked);
    Ok(())
}
