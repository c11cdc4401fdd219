use std::time::{Duration, Instant};

use crate::{
    building::resident,
    harness::{Site, until},
};

#[tokio::test(flavor = "multi_thread")]
async fn records_arrive_once_each_although_answers_are_lost() {
    let site = Site::new();
    site.hub.lose_answers();
    let door = site.serve().await;
    for _ in 0..10 {
        door.phone.enter(&resident()).await;
    }
    let own = site.records();
    until("all records arrive", || {
        site.hub.records().len() == own.len()
    })
    .await;
    assert_eq!(site.hub.records(), own);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_get_in_while_the_hub_is_down_and_it_hears_of_it_later() {
    let site = Site::new();
    let door = site.serve().await;
    site.hub.set_down(true);
    for _ in 0..5 {
        let before = Instant::now();
        door.phone.enter(&resident()).await;
        assert!(before.elapsed() < Duration::from_secs(1));
    }
    let known = site.hub.records().len();
    assert!(known < site.records().len());
    site.hub.set_down(false);
    until("all records arrive", || {
        site.hub.records() == site.records()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_door_sends_what_it_had_not_sent() {
    let site = Site::new();
    let door = site.serve().await;
    site.hub.set_down(true);
    for _ in 0..5 {
        door.phone.enter(&resident()).await;
    }
    drop(door);
    let unsent = site.records().len() - site.hub.records().len();
    assert!(unsent >= 5, "{unsent}");
    site.hub.set_down(false);
    let _door = site.start().await;
    until("all records arrive", || {
        site.hub.records() == site.records()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_was_restored_from_a_backup_gets_the_records_again() {
    let site = Site::new();
    let door = site.serve().await;
    door.phone.enter(&resident()).await;
    until("all records arrive", || {
        site.hub.records() == site.records()
    })
    .await;
    site.hub.forget_records_after(1);
    door.phone.enter(&resident()).await;
    until("all records arrive again", || {
        site.hub.records() == site.records()
    })
    .await;
}
