//! A delivery into the apartment: on a resident's word, and for as long as that counts.

use access::{
    Decision, DenyReason, DoorId, DoorPolicy, GrantId, HolderClass, OwnDoorEntry, SigningKey,
    TypedCode,
};
use hub_api::{
    ErrorCode, MadePass, NewPass, PassChange, PassEndorsement, PassKind, PassState, PassUses,
};

use crate::passes::{bundle, entered, for_a_parcel, for_aunt_may, refusal, state};
use crate::support::{Elm, Enrolee, TestHub, random16};

const HOUR_S: u64 = 3600;

fn key(device: &Enrolee) -> SigningKey {
    SigningKey::from_seed(device.seed)
}

fn entry(hub: &TestHub, elm: &Elm) -> OwnDoorEntry {
    let now = hub.clock.now_s();
    OwnDoorEntry {
        building: elm.building.id,
        door: elm.apartment,
        grant: GrantId::from_entropy(random16()),
        not_before: now,
        not_after: now + 2 * HOUR_S,
    }
}

/// A parcel comes to the apartment, with the word of whoever has the key.
fn endorsed(hub: &TestHub, elm: &Elm, entry: &OwnDoorEntry, key: &SigningKey) -> NewPass {
    NewPass {
        doors: vec![elm.apartment],
        not_before: None,
        not_after: None,
        endorsement: Some(PassEndorsement::of(entry, key)),
        ..for_a_parcel(hub, elm)
    }
}

/// Maya lets the sofa in.
async fn the_sofa(hub: &TestHub, elm: &Elm, maya: &Enrolee) -> MadePass {
    let wanted = endorsed(hub, elm, &entry(hub, elm), &key(maya));
    maya.client.make_pass(&wanted).await.unwrap()
}

/// What a door of the building with the newest bundle says to the code of a pass.
async fn told(hub: &TestHub, elm: &Elm, door: DoorId, made: &MadePass) -> Decision {
    let bundle = bundle(hub, elm).await;
    let key = hub.hub().code_key(elm.building.id).unwrap();
    let typed = TypedCode::hash(&made.code, &bundle.code_salt, &[Some(key)]).unwrap();
    let door = DoorPolicy::new(elm.building.key, door, bundle).unwrap();
    door.decide_code(&typed, &[].into(), hub.clock.now_s())
}

#[tokio::test]
async fn an_endorsed_delivery_opens_its_residents_own_door_as_a_courier() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let maya = hub.enrol_resident(&elm).await;
    let entry = entry(&hub, &elm);
    let wanted = endorsed(&hub, &elm, &entry, &key(&maya));
    let made = maya.client.make_pass(&wanted).await.unwrap();
    assert_eq!(made.pass.id, entry.grant);
    assert_eq!(made.pass.endorsed_by, Some(maya.device()));
    assert!(made.pass.not_before >= entry.not_before);
    assert_eq!(made.pass.not_after, entry.not_after);
    let Decision::Allow(entrant) = told(&hub, &elm, elm.apartment, &made).await else {
        panic!("the sofa is let in");
    };
    assert_eq!(
        (entrant.class, entrant.grant),
        (HolderClass::Courier, entry.grant)
    );
    let elsewhere = told(&hub, &elm, elm.lobby, &made).await;
    assert_eq!(elsewhere.deny_reason(), Some(DenyReason::WrongCode));
    // A lost answer is told again.
    assert_eq!(maya.client.make_pass(&wanted).await.unwrap(), made);
}

#[tokio::test]
async fn its_first_entry_ends_it_and_the_devices_key_leaves_the_bundle() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let maya = hub.enrol_resident(&elm).await;
    let mut door = hub.enrol_door(&elm, elm.apartment).await;
    let made = the_sofa(&hub, &elm, &maya).await;
    assert_eq!(bundle(&hub, &elm).await.endorsers.len(), 1);
    let record = entered(&mut door, &made);
    door.put(&[record]).await.unwrap();
    assert_eq!(state(&maya, &made).await, PassState::Used);
    hub.hub().refresh_bundles().await.unwrap();
    let bundle = bundle(&hub, &elm).await;
    assert!(bundle.codes.is_empty() && bundle.endorsers.is_empty());
    let told = maya.client.entries(None, 1).await.unwrap();
    let told = &told.entries[0];
    assert_eq!(
        (told.class, told.pass),
        (Some(HolderClass::Courier), Some(made.pass.id))
    );
}

#[tokio::test]
async fn without_the_word_of_the_device_that_asks_no_delivery_is_let_in() {
    let hub = TestHub::start().await;
    let (elm, oak) = (hub.elm().await, hub.building("Oak").await);
    let maya = hub.enrol_resident(&elm).await;
    let noor = hub.enrol_neighbour(&elm).await;
    let good = entry(&hub, &elm);
    let unsigned = NewPass {
        endorsement: None,
        ..endorsed(&hub, &elm, &good, &key(&maya))
    };
    let signed = |entry: OwnDoorEntry| endorsed(&hub, &elm, &entry, &key(&maya));
    let changed = |change: fn(&mut PassEndorsement)| {
        let mut wanted = signed(good);
        change(wanted.endorsement.as_mut().unwrap());
        wanted
    };
    let invalid = [
        unsigned,
        endorsed(&hub, &elm, &good, &key(&noor)),
        signed(OwnDoorEntry {
            door: elm.lobby,
            ..good
        }),
        signed(OwnDoorEntry {
            building: oak.building.id,
            ..good
        }),
        signed(OwnDoorEntry {
            not_after: good.not_before + OwnDoorEntry::MAX_S + 1,
            ..good
        }),
        signed(OwnDoorEntry {
            not_after: good.not_before - 1,
            ..good
        }),
        signed(OwnDoorEntry {
            grant: elm.carrier_grant,
            ..good
        }),
        changed(|word| word.id = GrantId::from_entropy(random16())),
        changed(|word| word.not_before += 1),
        changed(|word| word.not_after += 1),
        changed(|word| word.signature[7] ^= 1),
        NewPass {
            not_after: Some(good.not_after),
            ..signed(good)
        },
        NewPass {
            doors: vec![elm.lobby],
            ..signed(good)
        },
        NewPass {
            doors: vec![elm.lobby, elm.apartment],
            ..signed(good)
        },
        NewPass {
            uses: PassUses::Several,
            ..signed(good)
        },
        NewPass {
            kind: PassKind::Guest,
            ..signed(good)
        },
        NewPass {
            label: String::new(),
            ..signed(good)
        },
    ];
    for wanted in invalid {
        let refused = refusal(maya.client.make_pass(&wanted).await);
        assert_eq!(refused, Some(ErrorCode::InvalidRequest), "{wanted:?}");
    }
    let to_anothers = endorsed(&hub, &elm, &good, &key(&noor));
    let refused = refusal(noor.client.make_pass(&to_anothers).await);
    assert_eq!(refused, Some(ErrorCode::NotFound));
    assert!(bundle(&hub, &elm).await.codes.is_empty());
}

#[tokio::test]
async fn a_revoked_one_ends_at_once() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let maya = hub.enrol_resident(&elm).await;
    let made = the_sofa(&hub, &elm, &maya).await;
    maya.client.revoke_pass(made.pass.id).await.unwrap();
    let bundle = bundle(&hub, &elm).await;
    assert!(bundle.codes.is_empty() && bundle.endorsers.is_empty());
    let told = told(&hub, &elm, elm.apartment, &made).await;
    assert_eq!(told.deny_reason(), Some(DenyReason::WrongCode));
}

#[tokio::test]
async fn the_word_of_a_device_that_is_removed_counts_no_more() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let phone = hub.enrol_resident(&elm).await;
    let laptop = hub.enrol_resident(&elm).await;
    let made = the_sofa(&hub, &elm, &phone).await;
    let kept = laptop.client.make_pass(&for_aunt_may(&hub, &elm)).await;
    laptop.client.remove_device(phone.device()).await.unwrap();
    let bundle = bundle(&hub, &elm).await;
    let codes: Vec<_> = bundle.codes.iter().map(|code| code.grant).collect();
    assert_eq!(codes, [kept.unwrap().pass.id]);
    assert!(bundle.endorsers.is_empty());
    assert_eq!(state(&laptop, &made).await, PassState::Revoked);
}

#[tokio::test]
async fn it_may_end_earlier_and_never_later_than_was_signed() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let maya = hub.enrol_resident(&elm).await;
    let made = the_sofa(&hub, &elm, &maya).await;
    let end = made.pass.not_after;
    let until = |not_after| PassChange {
        label: "The armchair".into(),
        not_after,
    };
    let later = maya.client.change_pass(made.pass.id, &until(end + 1)).await;
    assert_eq!(refusal(later), Some(ErrorCode::InvalidRequest));
    for not_after in [end - HOUR_S, end] {
        let change = until(not_after);
        let changed = maya.client.change_pass(made.pass.id, &change).await;
        assert_eq!(changed.unwrap().not_after, not_after);
        let told = told(&hub, &elm, elm.apartment, &made).await;
        assert_eq!(told.deny_reason(), None);
    }
}

#[tokio::test]
async fn it_is_forgotten_as_any_pass_and_stays_used_at_the_door() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    let maya = hub.enrol_resident(&elm).await;
    let made = the_sofa(&hub, &elm, &maya).await;
    hub.clock.advance(32 * 24 * 3600);
    hub.hub().enforce_retention().await.unwrap();
    assert_eq!(maya.client.passes().await.unwrap(), []);
    // The device signs with an id that was used before.
    let again = OwnDoorEntry {
        grant: made.pass.id,
        ..entry(&hub, &elm)
    };
    let again = endorsed(&hub, &elm, &again, &key(&maya));
    let refused = refusal(maya.client.make_pass(&again).await);
    assert_eq!(refused, Some(ErrorCode::InvalidRequest));
}
