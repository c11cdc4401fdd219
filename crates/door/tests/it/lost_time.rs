//! A door whose wall clock is before what must have passed, as after a power cut.

use access::DenyReason;
use audit::Event;
use door::clock::unix_ms;
use door_protocol::{Answer, CarryAnswer, CarryRequest};

use crate::{
    building::{bundle_of, now_s, people_at},
    harness::{Site, until},
};

const DAY_S: u64 = 86_400;

/// A door whose newest bundle was signed tomorrow: its clock must be wrong.
fn site_of_tomorrow() -> (Site, u64) {
    let site = Site::without_bundle();
    let tomorrow_s = now_s() + DAY_S;
    site.hub.publish(1, bundle_of(1, &[], tomorrow_s));
    (site, tomorrow_s)
}

fn times(site: &Site, wanted: &Event) -> usize {
    let records = site.records();
    records
        .iter()
        .filter(|record| record.event == *wanted)
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_time_residents_and_staff_pass_and_a_guest_is_told_why_not() {
    let (site, tomorrow_s) = site_of_tomorrow();
    let door = site.serve().await;
    until("the loss is on record", || {
        times(&site, &Event::ClockUnknown) == 1
    })
    .await;
    let [resident, staff, guest] = people_at(tomorrow_s);
    door.phone.enter(&resident).await;
    door.phone.enter(&staff).await;
    let reason = DenyReason::ClockUnknown;
    assert_eq!(door.phone.unlock(&guest).await, Answer::Denied { reason });

    site.hub.tell_time((tomorrow_s + 60) * 1000);
    site.hub.publish(2, bundle_of(2, &[], tomorrow_s + 30));
    until("the time is known again", || {
        times(&site, &Event::ClockKnown) == 1
    })
    .await;
    door.phone.enter(&guest).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_started_door_goes_on_from_its_last_record_and_says_first_that_the_time_is_lost() {
    let (site, _) = site_of_tomorrow();
    let door = site.serve().await;
    until("the loss is on record", || {
        times(&site, &Event::ClockUnknown) == 1
    })
    .await;
    door.daemon.stop().await;
    let before = site.records().last().unwrap().at_ms;
    site.hub.set_down(true);
    let _door = site.start().await;
    let records = site.records();
    let last: Vec<_> = records.iter().rev().take(2).collect();
    assert_eq!(last[0].event, Event::ClockUnknown);
    assert!(matches!(last[1].event, Event::Started { .. }));
    assert!(last[1].at_ms >= before && last[0].at_ms >= last[1].at_ms);
    assert!(last[1].at_ms > unix_ms());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_noted_time_alone_holds_a_clock_that_went_back() {
    let site = Site::new();
    site.serve().await.daemon.stop().await;
    let mut store = door::store::Store::open(&site.database()).unwrap();
    store.note_time_ms((now_s() + DAY_S) * 1000).unwrap();
    drop(store);
    let door = site.start().await;
    assert_eq!(times(&site, &Event::ClockUnknown), 1);
    let [resident, ..] = people_at(now_s() + DAY_S);
    let (_, mut channel) = door.phone.visit(&resident).await;
    let CarryAnswer::Status(status) = channel.carry(&CarryRequest::Status).await.unwrap() else {
        panic!("no status");
    };
    assert!(!status.clock_known);
    assert!(status.utc_ms >= (now_s() + DAY_S - 60) * 1000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resident_with_a_fresh_credential_moves_the_time_on() {
    let (site, tomorrow_s) = site_of_tomorrow();
    let door = site.serve().await;
    let in_three_days_s = tomorrow_s + 2 * DAY_S;
    let [resident, staff, _] = people_at(in_three_days_s);
    let reason = DenyReason::NotYetValid;
    assert_eq!(door.phone.unlock(&staff).await, Answer::Denied { reason });
    door.phone.enter(&resident).await;
    door.phone.enter(&staff).await;
    let last = site.records().last().unwrap().at_ms;
    assert!(last >= (in_three_days_s - 3600) * 1000);
}
