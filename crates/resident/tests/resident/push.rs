//! A device that sleeps is woken, and fetches what there is.

use std::sync::Mutex;

use access::base64url;
use async_trait::async_trait;
use hub_api::{PushSubscription, WAKE_UP};
use resident::ui::ErrorCode;
use resident::{PushError, PushReceiver};
use url::Url;
use web_push_native::p256::PublicKey;
use web_push_native::{Auth, encrypt};

use crate::following::courier;
use crate::world::{App, World};

/// A distributor that gives one endpoint.
#[derive(Default)]
struct Distributor {
    asked_with: Mutex<Option<String>>,
    missing: bool,
}

#[async_trait]
impl PushReceiver for Distributor {
    async fn subscribe(&self, vapid_key: &str) -> Result<Url, PushError> {
        if self.missing {
            return Err(PushError::NoDistributor);
        }
        *self.asked_with.lock().unwrap() = Some(vapid_key.to_owned());
        Ok("https://push.example/robin".parse().unwrap())
    }

    async fn unsubscribe(&self) {
        *self.asked_with.lock().unwrap() = None;
    }
}

/// As the hub seals it.
fn sealed(words: &[u8], subscription: &PushSubscription) -> Vec<u8> {
    let key: [u8; 65] = base64url::decode(&subscription.p256dh).unwrap();
    let auth: [u8; 16] = base64url::decode(&subscription.auth).unwrap();
    let key = PublicKey::from_sec1_bytes(&key).unwrap();
    encrypt(words.to_vec(), &key, &Auth::from(auth)).unwrap()
}

async fn woken(world: &World) -> (App, PushSubscription) {
    world.hub.state().vapid_key = Some("the hub's key".to_owned());
    let app = world.enrolled().await;
    let distributor = Distributor::default();
    app.controller.be_woken(&distributor).await.unwrap();
    let asked_with = distributor.asked_with.lock().unwrap().clone();
    assert_eq!(asked_with.as_deref(), Some("the hub's key"));
    let subscription = world.hub.state().push.clone().unwrap();
    assert_eq!(subscription.endpoint.as_str(), "https://push.example/robin");
    (app, subscription)
}

#[tokio::test(start_paused = true)]
async fn a_push_makes_the_device_fetch_and_tell_what_happened_meanwhile() {
    let world = World::new();
    let (app, subscription) = woken(&world).await;
    // Nothing comes over the event stream, as while a phone sleeps.
    world.hub.add_entry(courier(7));
    assert_eq!(app.seen.notifications().len(), 0);
    let push = sealed(WAKE_UP, &subscription);
    app.controller.take_push(&push).await.unwrap();
    assert_eq!(app.activity().await.len(), 1);
    assert_eq!(app.seen.notifications().len(), 1);
    app.controller.take_push(&push).await.unwrap();
    assert_eq!(app.seen.notifications().len(), 1, "told once");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_sealed_to_this_device_or_says_something_else_wakes_nothing() {
    let world = World::new();
    let (app, subscription) = woken(&world).await;
    let push = sealed(WAKE_UP, &subscription);
    let mut altered = push.clone();
    *altered.last_mut().unwrap() ^= 1;
    let other = PushSubscription {
        auth: base64url::encode([9; 16]),
        ..subscription.clone()
    };
    for wrong in [
        altered,
        sealed(WAKE_UP, &other),
        sealed(b"come and see", &subscription),
        WAKE_UP.to_vec(),
        Vec::new(),
        vec![0; 5000],
    ] {
        let taken = app.controller.take_push(&wrong).await;
        assert!(matches!(taken, Err(PushError::NotOurs)), "{taken:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_device_keeps_its_keys_over_restarts_and_another_has_others() {
    let world = World::new();
    let (app, subscription) = woken(&world).await;
    drop(app);
    let push = sealed(WAKE_UP, &subscription);
    world.open().controller.take_push(&push).await.unwrap();
    let elsewhere = World::new();
    let (_app, other) = woken(&elsewhere).await;
    assert_ne!(other.p256dh, subscription.p256dh);
    assert_ne!(other.auth, subscription.auth);
}

#[tokio::test(start_paused = true)]
async fn where_nobody_wakes_or_nothing_takes_it_in_that_is_said() {
    let world = World::new();
    let app = world.enrolled().await;
    let refused = app.controller.be_woken(&Distributor::default()).await;
    assert!(matches!(refused, Err(PushError::NotOffered)), "{refused:?}");
    world.hub.state().vapid_key = Some("key".to_owned());
    let without = Distributor {
        missing: true,
        ..Distributor::default()
    };
    let refused = app.controller.be_woken(&without).await;
    assert!(matches!(refused, Err(PushError::NoDistributor)));
    assert_eq!(world.hub.state().push, None);
    world.hub.stop();
    let refused = app.controller.be_woken(&Distributor::default()).await;
    let Err(PushError::App(error)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(error.code, ErrorCode::HubUnreachable);
}

#[tokio::test(start_paused = true)]
async fn who_wants_no_pushes_any_more_is_off_the_hubs_list() {
    let world = World::new();
    let (app, _) = woken(&world).await;
    let distributor = Distributor::default();
    app.controller.sleep_on(&distributor).await.unwrap();
    assert_eq!(world.hub.state().push, None);
}
