//! The door's contact, its exit button and the manager's lockdown.

use access::{DenyReason, HolderClass, Hours, Lockdown};
use audit::Event;
use door_protocol::Answer;
use rusqlite::Connection;

use crate::{
    building::{bundle, bundle_with, guest, resident},
    harness::{Site, until},
};

/// A door whose strike stays unlocked for a minute and that may stand open for `held_open_s`.
async fn slow_door(held_open_s: u16) -> (Site, crate::harness::TestDoor) {
    let site = Site::without_bundle().with_inputs();
    let bundle = bundle_with(1, |bundle| {
        bundle.doors[0].unlock_s = 60;
        bundle.doors[0].held_open_s = held_open_s;
    });
    site.hub.publish(1, bundle);
    let door = site.serve().await;
    (site, door)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_that_opens_without_an_entry_is_recorded_as_forced_and_as_closed_again() {
    let (site, _door) = slow_door(60).await;
    site.play("contact open").await;
    let forced = site.records_end_with(&Event::Forced).await;
    site.play("contact closed").await;
    let closed = site.records_end_with(&Event::Closed).await;
    assert_eq!(closed, forced + 1);
    assert!(site.strike().is_empty(), "nothing moves by that");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_that_opens_after_an_entry_relocks_at_once_and_is_not_forced() {
    let (site, door) = slow_door(60).await;
    let seq = door.phone.enter(&resident()).await;
    site.play("contact open").await;
    until("the strike relocks", || site.strike() == [Some(seq), None]).await;
    site.play("contact closed").await;
    site.play("contact open").await;
    // The entry let one opening through, and this is the second.
    let forced = site.records_end_with(&Event::Forced).await;
    assert_eq!(forced, seq + 1, "the first opening is not reported");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_nobody_used_ends_when_the_door_shuts() {
    let (site, door) = slow_door(60).await;
    site.play("contact open").await;
    site.records_end_with(&Event::Forced).await;
    let seq = door.phone.enter(&resident()).await;
    site.play("contact closed").await;
    until("the strike relocks", || site.strike() == [Some(seq), None]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_that_stands_open_for_too_long_is_recorded_as_held_open() {
    let (site, door) = slow_door(1).await;
    let seq = door.phone.enter(&resident()).await;
    site.play("contact open").await;
    let held = Event::HeldOpen { after_s: 1 };
    assert_eq!(site.records_end_with(&held).await, seq + 1);
    site.play("contact closed").await;
    assert_eq!(site.records_end_with(&Event::Closed).await, seq + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_button_inside_is_recorded_and_then_moves_the_strike() {
    let (site, _door) = slow_door(60).await;
    site.play("exit").await;
    let seq = site.records_end_with(&Event::Exit).await;
    until("the strike unlocks", || site.strike() == [Some(seq)]).await;
    site.play("contact open").await;
    until("the strike relocks", || site.strike() == [Some(seq), None]).await;
    assert_eq!(site.records().last().unwrap().seq, seq, "not forced");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_may_leave_before_the_first_bundle_and_under_any_lockdown() {
    let site = Site::without_bundle().with_inputs();
    let _door = site.start().await;
    site.play("exit").await;
    let first = site.records_end_with(&Event::Exit).await;
    until("the strike unlocks", || site.strike() == [Some(first)]).await;
    let locked = bundle_with(1, |bundle| bundle.doors[0].lockdown = Lockdown::Everyone);
    site.hub.publish(1, locked);
    let lockdown = Lockdown::Everyone;
    site.records_end_with(&Event::Lockdown { lockdown }).await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    site.play("exit").await;
    let second = site.records_end_with(&Event::Exit).await;
    until("the strike unlocks again", || {
        site.strike().contains(&Some(second))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_button_moves_nothing_when_the_exit_cannot_be_recorded() {
    let (site, door) = slow_door(60).await;
    let database = Connection::open(site.database()).unwrap();
    let trigger = "CREATE TRIGGER full BEFORE INSERT ON records \
                   BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END";
    database.execute_batch(trigger).unwrap();
    site.play("exit").await;
    let answer = door.phone.unlock(&resident()).await;
    assert!(matches!(answer, Answer::Failed { .. }), "{answer:?}");
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    database.execute_batch("DROP TRIGGER full").unwrap();
    // The contact is served after the button, so the button has been served then.
    site.play("contact open").await;
    site.records_end_with(&Event::Forced).await;
    assert!(!site.events().contains(&Event::Exit), "not later either");
    assert!(site.strike().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lockdown_is_on_record_and_so_is_its_end() {
    let site = Site::new();
    let door = site.serve().await;
    door.phone.enter(&guest()).await;
    let lockdown = Lockdown::Visitors;
    let locked = bundle_with(2, |bundle| bundle.doors[0].lockdown = lockdown);
    site.hub.publish(2, locked);
    site.records_end_with(&Event::Lockdown { lockdown }).await;
    let events = site.events();
    let installed = Event::BundleInstalled { version: 2 };
    assert_eq!(events[events.len() - 2], installed, "in one transaction");
    let reason = DenyReason::LockedDown;
    assert_eq!(door.phone.unlock(&guest()).await, Answer::Denied { reason });
    door.phone.enter(&resident()).await;
    site.hub.publish(3, bundle(3, &[]));
    let lockdown = Lockdown::Off;
    site.records_end_with(&Event::Lockdown { lockdown }).await;
    door.phone.enter(&guest()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lockdown_holds_while_the_hub_is_down_and_over_a_restart() {
    let site = Site::without_bundle();
    let locked = bundle_with(1, |bundle| bundle.doors[0].lockdown = Lockdown::Everyone);
    site.hub.publish(1, locked);
    site.serve().await.daemon.stop().await;
    site.hub.set_down(true);
    let door = site.start().await;
    let reason = DenyReason::LockedDown;
    let answer = door.phone.unlock(&resident()).await;
    assert_eq!(answer, Answer::Denied { reason });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_stays_out_outside_its_hours() {
    let site = Site::without_bundle();
    let never_now = |bundle: &mut access::Bundle| {
        // A minute of a day that is neither today nor tomorrow.
        let today = crate::building::now_s() / 86_400 + 3;
        bundle.doors[0].hours = vec![Hours {
            class: HolderClass::Guest,
            days: 1 << ((today + 3) % 7),
            from_min: 0,
            to_min: 1,
        }];
    };
    site.hub.publish(1, bundle_with(1, never_now));
    let door = site.serve().await;
    let reason = DenyReason::OutsideHours;
    assert_eq!(door.phone.unlock(&guest()).await, Answer::Denied { reason });
    door.phone.enter(&resident()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_said_to_be_simulated_can_be_played() {
    let site = Site::new();
    let _door = site.serve().await;
    assert!(!site.data().join("inputs.sock").exists());
}
