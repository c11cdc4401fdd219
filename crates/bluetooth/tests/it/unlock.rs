//! The phone's driver against a door that decides for real.

use access::{DenyReason, DoorId};
use bluetooth::{
    Central, LinkError, Listener, LoopbackCentral, LoopbackPair, Stage, StreamCentral,
    StreamListener, UnlockError, find, run_key, unlock,
};
use door_protocol::{Answer, Awaited, KeyError};
use std::{sync::Arc, time::Duration};

use crate::doors::{Site, UNLOCK_S};

/// The smallest chunks that Bluetooth has: an MTU of 23.
const SMALLEST: usize = 20;

const PATIENCE: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_resident_unlocks_in_the_smallest_chunks_and_sees_both_stages() {
    let (site, central) = (Arc::new(Site::new()), LoopbackCentral::default());
    let id = site.identity.door();
    let listener = central.door(id.short(), -50, SMALLEST);
    let door = Arc::clone(&site);
    tokio::spawn(async move { door.serve(listener).await });
    let seen = find(&central, id.short(), PATIENCE).await.unwrap();
    let (credential, mut stages) = (site.credential(id), Vec::new());
    let session = || site.session(&credential);
    let answer = unlock(
        &central,
        &seen,
        session,
        || site.now(),
        |stage| stages.push(stage),
    )
    .await;
    assert_eq!(
        answer.unwrap(),
        Answer::Unlocked {
            unlock_s: UNLOCK_S,
            seq: 1
        }
    );
    assert_eq!(stages, [Stage::Connecting, Stage::Unlocking]);
}

#[tokio::test]
async fn a_denial_is_an_answer_over_tcp_too() {
    let site = Arc::new(Site::new());
    let id = site.identity.door();
    let listener = StreamListener::bind(([127, 0, 0, 1], 0).into())
        .await
        .unwrap();
    let address = listener.local_addr().unwrap();
    let door = Arc::clone(&site);
    tokio::spawn(async move { door.serve(listener).await });
    let central = StreamCentral::new(vec![(id.short(), address)]);
    let seen = find(&central, id.short(), PATIENCE).await.unwrap();
    let link = central.connect(&seen).await.unwrap();
    let elsewhere = site.credential(DoorId::from_entropy([8; 16]));
    let answer = run_key(link, site.session(&elsewhere), || site.now(), |_| {}).await;
    assert_eq!(
        answer.unwrap(),
        Answer::Denied {
            reason: DenyReason::WrongDoor
        }
    );
}

#[tokio::test]
async fn a_link_lost_before_the_door_spoke_is_tried_once_more() {
    let (site, central) = (Arc::new(Site::new()), LoopbackCentral::default());
    let id = site.identity.door();
    let mut listener = central.door(id.short(), -50, 512);
    let door = Arc::clone(&site);
    tokio::spawn(async move {
        drop(listener.accept().await);
        door.serve(listener).await;
    });
    let seen = find(&central, id.short(), PATIENCE).await.unwrap();
    let credential = site.credential(id);
    let session = || site.session(&credential);
    let answer = unlock(&central, &seen, session, || site.now(), |_| {}).await;
    assert!(matches!(answer, Ok(Answer::Unlocked { .. })), "{answer:?}");
}

#[tokio::test]
async fn a_link_lost_after_the_request_may_have_opened_the_door() {
    let site = Site::new();
    let LoopbackPair { phone, mut door } = LoopbackPair::new(512);
    let credential = site.credential(site.identity.door());
    let speaks_and_goes = async {
        door.send(&door_protocol::frame(&[7; 32]).unwrap())
            .await
            .unwrap();
        door.incoming.recv().await.unwrap();
        drop(door);
    };
    let session = site.session(&credential);
    let (result, ()) = tokio::join!(
        run_key(phone, session, || site.now(), |_| {}),
        speaks_and_goes
    );
    let error = result.unwrap_err();
    assert!(error.door_may_have_opened(), "{error:?}");
}

#[tokio::test]
async fn a_door_that_stays_silent_fails_in_time() {
    let site = Site::new();
    let LoopbackPair { phone, door } = LoopbackPair::new(512);
    let session = site.session(&site.credential(site.identity.door()));
    let an_hour_later = || site.now() + Duration::from_secs(3600);
    let result = run_key(phone, session, an_hour_later, |_| {}).await;
    let timed_out = KeyError::TimedOut {
        awaited: Awaited::Door,
    };
    assert!(
        matches!(result, Err(UnlockError::Key(error)) if error == timed_out),
        "{result:?}"
    );
    drop(door);
}

#[tokio::test]
async fn a_door_that_is_nowhere_is_not_found() {
    let central = LoopbackCentral::default();
    let id = DoorId::from_entropy([2; 16]).short();
    let found = find(&central, id, Duration::from_millis(300)).await;
    assert!(matches!(found, Err(LinkError::NotFound)));
}
