//! A delivery that a resident lets into the apartment.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use building_tests::eventually;
use resident::ui::{
    ActivityItem, ActivityKind, ErrorCode, Pass, PassDraft, PassKind, PassUses, VisitorClass,
};
use simulation::{BuildingPlan, CameraPlan, Door, DoorPlan};

use crate::stage::Stage;

const HOME: &str = "Apartment 3B";
const PATIENCE: Duration = Duration::from_secs(30);

/// A main entrance, and one apartment with a camera at its door.
fn filmed_home() -> BuildingPlan {
    let camera = CameraPlan {
        size: (320, 180),
        pre_roll_s: 1,
        post_roll_s: 1,
        ..CameraPlan::test()
    };
    BuildingPlan {
        doors: vec![
            DoorPlan::common("Main entrance").with_camera(None),
            DoorPlan::unit(HOME, "3B").with_camera(Some(camera)),
        ],
        ..BuildingPlan::elm_street()
    }
}

fn the_sofa(door: &Door) -> Result<PassDraft> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let end = now + Duration::from_secs(3600);
    Ok(PassDraft {
        kind: PassKind::Delivery,
        label: "The sofa".into(),
        door_ids: vec![door.id.clone()],
        from_ms: None,
        until_ms: u64::try_from(end.as_millis())?,
        uses: PassUses::Once,
    })
}

/// How many bundles the door has on record.
fn bundles(stage: &Stage, door: &Door) -> Result<usize> {
    let log = stage.site.audit()?;
    let is_it = |record: &&serde_json::Value| {
        record["door"] == door.id.as_str() && record["event"]["bundle_installed"].is_object()
    };
    Ok(log.iter().filter(is_it).count())
}

/// Makes the pass, and waits until the door has heard of it.
async fn made(stage: &Stage, door: &Door) -> Result<Pass> {
    let before = bundles(stage, door)?;
    let pass = stage.phone.make_pass(the_sofa(door)?).await;
    let pass = pass.map_err(|error| anyhow::anyhow!("no pass: {error:?}"))?;
    eventually("the pass at the door", PATIENCE, async || {
        Ok((bundles(stage, door)? > before).then_some(()))
    })
    .await?;
    Ok(pass)
}

async fn happened(stage: &Stage, wanted: impl Fn(&ActivityItem) -> bool) -> Result<ActivityItem> {
    eventually("it on the activity list", PATIENCE, async || {
        let items = stage.phone.activity().await?;
        Ok(items.into_iter().find(|item| wanted(item)))
    })
    .await
}

fn came_in(item: &ActivityItem) -> bool {
    matches!(
        &item.kind,
        ActivityKind::Entry { class: VisitorClass::Courier, guest, .. } if guest.as_deref() == Some("The sofa")
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn one_delivery_opens_the_apartment_once_on_its_residents_word_and_on_film() -> Result<()> {
    let stage = Stage::set_with(filmed_home()).await?;
    let door = stage.site.home.door(HOME)?;
    door.wait_for_camera()?;
    let unasked = stage.phone.make_pass(the_sofa(door)?).await;
    assert_eq!(
        unasked.expect_err("nobody chose it").code,
        ErrorCode::OwnDoorShut
    );

    stage.phone.allows_deliveries_home()?;
    let pass = made(&stage, door).await?;
    let code = pass.shown.context("the pass has a code")?.code;
    // The door decides by itself.
    door.type_code(&code)?;
    door.wait_for_unlock(0)?;
    let entry = happened(&stage, came_in).await?;
    ensure!(entry.clip.is_some(), "nobody filmed the courier");
    stage.phone.ready_clips(1).await?;

    door.type_code(&code)?;
    happened(&stage, |item| {
        matches!(item.kind, ActivityKind::Denied { .. })
    })
    .await?;
    let unlocks = door.strike_moves().into_iter().filter_map(|one| one.seq);
    assert_eq!(unlocks.count(), 1);
    Ok(())
}
