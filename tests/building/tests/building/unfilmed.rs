//! A door that lets couriers in only while its camera records.

use std::time::Duration;

use anyhow::Result;
use building_tests::eventually;
use resident::ui::{ActivityItem, ActivityKind, DenyReason, VisitorClass};
use simulation::{BuildingPlan, CameraPlan, CourierAnswer, DoorPlan, NetworkCamera};

use crate::stage::Stage;

const ENTRANCE: &str = "Main entrance";

/// Elm Street's main entrance and nothing else, watched by this camera.
fn watched_by(camera: &NetworkCamera) -> BuildingPlan {
    let camera = CameraPlan {
        pre_roll_s: 1,
        post_roll_s: 1,
        ..CameraPlan::network(camera, (320, 180), 15)
    };
    BuildingPlan {
        doors: vec![DoorPlan::common(ENTRANCE).with_camera(Some(camera))],
        ..BuildingPlan::elm_street()
    }
}

fn is_unfilmed_courier(item: &ActivityItem) -> bool {
    let ActivityKind::Denied { class, reason, .. } = &item.kind else {
        return false;
    };
    (*class, *reason) == (Some(VisitorClass::Courier), DenyReason::NotFilmed)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_that_must_film_couriers_keeps_them_out_while_its_camera_is_unplugged() -> Result<()>
{
    let folder = tempfile::tempdir()?;
    let mut camera = NetworkCamera::plug_in(folder.path(), 1)?;
    let stage = Stage::set_with(watched_by(&camera)).await?;
    let entrance = stage.site.home.door(ENTRANCE)?;
    let enters = || {
        let answer = stage.site.courier_at(ENTRANCE)?;
        anyhow::Ok(matches!(answer, CourierAnswer::Unlocked { .. }))
    };
    entrance.wait_for_camera()?;
    stage
        .site
        .manage(&["door", "set", ENTRANCE, "--unfilmed", "refuse"])?;
    let patience = Duration::from_secs(20);
    eventually("the rule in the log", patience, async || {
        let log = stage.site.audit()?;
        let is_it =
            |record: &serde_json::Value| record["event"]["filming_rule"]["unfilmed"] == "refuse";
        Ok(log.iter().any(is_it).then_some(()))
    })
    .await?;
    assert!(enters()?);

    camera.pull_out()?;
    entrance.wait_for_camera_loss()?;
    let denied = CourierAnswer::Denied {
        reason: "NotFilmed".into(),
    };
    assert_eq!(stage.site.courier_at(ENTRANCE)?, denied);
    stage.phone.unlocks(&entrance.id).await?;
    eventually("the courier among what happened", patience, async || {
        let items = stage.phone.activity().await?;
        Ok(items.iter().any(is_unfilmed_courier).then_some(()))
    })
    .await?;

    camera.plug_in_again()?;
    entrance.wait_for_camera()?;
    assert!(enters()?);
    Ok(())
}
