//! Passes: residents let guests and deliveries in for a while.

use std::process::Command;

use access::{Bundle, DoorId, GrantId, HolderClass, hash_code};
use audit::{Entry, Event as Recorded, LinkKind, Person};
use hub_api::{
    ClientError, EntryInfo, ErrorCode, Event, MadePass, NewPass, PassChange, PassKind, PassState,
    PassToken, PassUses,
};

use crate::support::{Elm, Enrolee, TestDoor, TestHub, next_news, open_events, random16};

const HOUR_S: u64 = 3600;

/// Aunt May may come in at the lobby for two hours.
pub(crate) fn for_aunt_may(hub: &TestHub, elm: &Elm) -> NewPass {
    let now = hub.clock.now_s();
    NewPass {
        token: PassToken::random(),
        kind: PassKind::Guest,
        label: "Aunt May".into(),
        doors: vec![elm.lobby],
        not_before: Some(now),
        not_after: Some(now + 2 * HOUR_S),
        uses: PassUses::Several,
        endorsement: None,
    }
}

/// Where the page of a pass is at its hub.
pub(crate) fn path_of(made: &MadePass) -> &str {
    made.link.as_ref().unwrap().url.path()
}

/// A parcel comes to the lobby, once.
pub(crate) fn for_a_parcel(hub: &TestHub, elm: &Elm) -> NewPass {
    NewPass {
        kind: PassKind::Delivery,
        label: "The sofa".into(),
        uses: PassUses::Once,
        ..for_aunt_may(hub, elm)
    }
}

/// A pass that this resident made for Aunt May.
async fn aunt_mays(hub: &TestHub, elm: &Elm, maker: &Enrolee) -> MadePass {
    let made = maker.client.make_pass(&for_aunt_may(hub, elm)).await;
    made.unwrap()
}

/// A pass called otherwise, that ends so much later than it did.
fn later(made: &MadePass, label: &str, by_s: u64) -> PassChange {
    PassChange {
        label: label.into(),
        not_after: made.pass.not_after + by_s,
    }
}

async fn newest_entry(resident: &Enrolee) -> EntryInfo {
    let page = resident.client.entries(None, 1).await.unwrap();
    page.entries.into_iter().next().unwrap()
}

pub(crate) async fn bundle(hub: &TestHub, elm: &Elm) -> Bundle {
    let newest = hub.store().bundle(elm.building.id).await.unwrap().unwrap();
    newest.signed.verify(&elm.building.key).unwrap()
}

async fn codes(hub: &TestHub, elm: &Elm) -> Vec<GrantId> {
    let codes = bundle(hub, elm).await.codes;
    codes.iter().map(|code| code.grant).collect()
}

pub(crate) fn refusal<T: std::fmt::Debug>(result: Result<T, ClientError>) -> Option<ErrorCode> {
    result.unwrap_err().code()
}

pub(crate) async fn state(maya: &Enrolee, made: &MadePass) -> PassState {
    let passes = maya.client.passes().await.unwrap();
    passes
        .iter()
        .find(|it| it.id == made.pass.id)
        .unwrap()
        .state
}

pub(crate) fn entered(door: &mut TestDoor, made: &MadePass) -> audit::SignedRecord {
    let person = Person::Guest {
        grant: made.pass.id,
    };
    door.record(Recorded::Entry(Entry {
        person,
        link: LinkKind::Keypad,
        clip: None,
    }))
}

#[tokio::test]
async fn a_passes_code_is_at_its_doors_when_the_answer_comes() {
    let (hub, elm, maya) = TestHub::with_maya().await;
    let wanted = for_aunt_may(&hub, &elm);
    let made = maya.client.make_pass(&wanted).await.unwrap();
    let bundle = bundle(&hub, &elm).await;
    let code = bundle
        .codes
        .iter()
        .find(|it| it.grant == made.pass.id)
        .unwrap();
    let key = hub.hub().code_key(elm.building.id).unwrap();
    let hash = hash_code(&made.code, &bundle.code_salt, Some(&key));
    assert_eq!((code.key, hash), (Some(key.id()), Ok(*code.hash)));
    assert_eq!(
        (code.class, &code.doors),
        (HolderClass::Guest, &wanted.doors)
    );
    assert_eq!(Some(code.not_after), wanted.not_after);
    assert!(!code.single_use);
    let link = made.link.unwrap();
    let url = format!("https://pass.elm.example/pass/{}", wanted.token);
    assert_eq!(link.url.as_str(), url);
    assert!(link.qr_svg.contains("<svg"), "{}", link.qr_svg);
    assert_eq!(maya.client.passes().await.unwrap(), [made.pass]);
}

#[tokio::test]
async fn the_same_request_again_is_answered_as_the_first() {
    let (hub, elm, maya) = TestHub::with_maya().await;
    let wanted = for_aunt_may(&hub, &elm);
    let first = maya.client.make_pass(&wanted).await.unwrap();
    assert_eq!(maya.client.make_pass(&wanted).await.unwrap(), first);
    assert_eq!(codes(&hub, &elm).await, [first.pass.id]);
    let noor = hub.enrol_neighbour(&elm).await;
    let copied = noor.client.make_pass(&wanted).await;
    assert_eq!(refusal(copied), Some(ErrorCode::InvalidRequest));
}

#[tokio::test]
async fn a_delivery_opens_once_as_a_courier_does() {
    let (hub, elm, maya) = TestHub::with_maya().await;
    let mut door = hub.enrol_door(&elm, elm.lobby).await;
    let made = maya
        .client
        .make_pass(&for_a_parcel(&hub, &elm))
        .await
        .unwrap();
    let code = bundle(&hub, &elm).await.codes.remove(0);
    assert_eq!((code.class, code.single_use), (HolderClass::Courier, true));
    let entry = entered(&mut door, &made);
    door.put(&[entry]).await.unwrap();
    assert_eq!(state(&maya, &made).await, PassState::Used);
    hub.hub().refresh_bundles().await.unwrap();
    assert_eq!(codes(&hub, &elm).await, []);
    let entry = newest_entry(&maya).await;
    assert_eq!(entry.class, Some(HolderClass::Courier));
    assert_eq!(entry.carrier_name, None);

    // The pass is forgotten before its entries are.
    hub.store().forget_passes(u64::MAX >> 1).await.unwrap();
    assert_eq!(maya.client.passes().await.unwrap(), []);
    let entries = maya.client.entries(None, 1).await.unwrap().entries;
    assert_eq!(entries[0].class, Some(HolderClass::Courier));
}

#[tokio::test]
async fn nobody_passes_on_more_than_they_may_use_themselves() {
    use {PassKind::Delivery, PassKind::Guest, PassUses::Once, PassUses::Several};
    let hub = TestHub::start().await;
    let (elm, oak) = (hub.elm().await, hub.building("Oak").await);
    let maya = hub.enrol_resident(&elm).await;
    let noor = hub.enrol_neighbour(&elm).await;
    let to = |doors: &[DoorId], kind, uses| NewPass {
        doors: doors.to_vec(),
        kind,
        uses,
        ..for_aunt_may(&hub, &elm)
    };
    let both = [elm.lobby, elm.apartment];
    assert!(
        maya.client
            .make_pass(&to(&both, Guest, Several))
            .await
            .is_ok()
    );
    for (who, wanted, code) in [
        (
            &noor,
            to(&[elm.apartment], Guest, Several),
            ErrorCode::NotFound,
        ),
        (
            &maya,
            to(&[elm.lobby, oak.lobby], Guest, Several),
            ErrorCode::NotFound,
        ),
        (
            &maya,
            to(&[elm.apartment], Delivery, Once),
            ErrorCode::InvalidRequest,
        ),
        (
            &maya,
            to(&[elm.lobby], Delivery, Several),
            ErrorCode::InvalidRequest,
        ),
        (&maya, to(&both, Guest, Once), ErrorCode::InvalidRequest),
        (&maya, to(&[], Guest, Several), ErrorCode::InvalidRequest),
    ] {
        assert_eq!(
            refusal(who.client.make_pass(&wanted).await),
            Some(code),
            "{wanted:?}"
        );
    }
    assert_eq!(codes(&hub, &elm).await.len(), 1);
}

#[tokio::test]
async fn a_pass_is_its_households_business_and_no_neighbours() {
    let (hub, elm, maya, noor) = TestHub::with_neighbours().await;
    let made = aunt_mays(&hub, &elm, &maya).await;
    assert_eq!(noor.client.passes().await.unwrap(), []);
    let change = later(&made, "Mine", HOUR_S);
    let changed = noor.client.change_pass(made.pass.id, &change).await;
    assert_eq!(refusal(changed), Some(ErrorCode::NotFound));
    let revoked = noor.client.revoke_pass(made.pass.id).await;
    assert_eq!(refusal(revoked), Some(ErrorCode::NotFound));
    assert_eq!(state(&maya, &made).await, PassState::Good);
}

#[tokio::test]
async fn a_pass_gets_another_end_and_label() {
    let (hub, elm, maya) = TestHub::with_maya().await;
    let made = aunt_mays(&hub, &elm, &maya).await;
    let change = later(&made, "May and Ben", HOUR_S);
    let changed = maya
        .client
        .change_pass(made.pass.id, &change)
        .await
        .unwrap();
    let listed = maya.client.passes().await.unwrap();
    assert_eq!(listed.first(), Some(&changed));
    assert_eq!(
        (changed.label, changed.not_after),
        (change.label, change.not_after)
    );
    let code = bundle(&hub, &elm).await.codes.remove(0);
    assert_eq!(code.not_after, change.not_after);
    let too_late = later(&made, "May", 31 * 24 * HOUR_S);
    let refused = maya.client.change_pass(made.pass.id, &too_late).await;
    assert_eq!(refusal(refused), Some(ErrorCode::InvalidRequest));
}

#[tokio::test]
async fn a_revoked_pass_is_in_no_bundle_and_comes_back_by_nothing() {
    let (hub, elm, maya) = TestHub::with_maya().await;
    let wanted = for_aunt_may(&hub, &elm);
    let made = maya.client.make_pass(&wanted).await.unwrap();
    maya.client.revoke_pass(made.pass.id).await.unwrap();
    assert_eq!(codes(&hub, &elm).await, []);
    maya.client.revoke_pass(made.pass.id).await.unwrap();
    assert_eq!(state(&maya, &made).await, PassState::Revoked);
    let change = later(&made, "May", HOUR_S);
    let changed = maya.client.change_pass(made.pass.id, &change).await;
    assert_eq!(refusal(changed), Some(ErrorCode::PassEnded));
    let again = maya.client.make_pass(&wanted).await;
    assert_eq!(refusal(again), Some(ErrorCode::PassEnded));
}

#[tokio::test]
async fn a_pass_is_over_by_itself_and_forgotten_a_month_later() {
    let (hub, elm, maya) = TestHub::with_maya().await;
    let made = aunt_mays(&hub, &elm, &maya).await;
    hub.clock.advance(2 * 3600 + 1);
    assert_eq!(state(&maya, &made).await, PassState::Over);
    hub.clock.advance(29 * 24 * 3600);
    hub.hub().enforce_retention().await.unwrap();
    assert_eq!(maya.client.passes().await.unwrap().len(), 1);
    hub.clock.advance(24 * 3600);
    hub.hub().enforce_retention().await.unwrap();
    assert_eq!(maya.client.passes().await.unwrap(), []);
}

#[tokio::test]
async fn a_removed_residents_passes_end_with_them() {
    let (hub, elm, maya, noor) = TestHub::with_neighbours().await;
    aunt_mays(&hub, &elm, &maya).await;
    let kept = aunt_mays(&hub, &elm, &noor).await;
    let now = hub.clock.now_s();
    let ended = hub.store().revoke_resident(elm.maya, now).await.unwrap();
    assert_eq!(ended.passes, 1);
    hub.hub().refresh_bundles().await.unwrap();
    assert_eq!(codes(&hub, &elm).await, [kept.pass.id]);
}

#[tokio::test]
async fn a_resident_has_twenty_open_passes_at_most() {
    let (hub, elm, maya) = TestHub::with_maya().await;
    let mut last = None;
    for _ in 0..20 {
        last = Some(aunt_mays(&hub, &elm, &maya).await.pass.id);
    }
    let one_more = for_aunt_may(&hub, &elm);
    let refused = maya.client.make_pass(&one_more).await;
    assert_eq!(refusal(refused), Some(ErrorCode::LimitReached));
    maya.client.revoke_pass(last.unwrap()).await.unwrap();
    assert!(maya.client.make_pass(&one_more).await.is_ok());
}

#[tokio::test]
async fn a_device_that_is_revoked_meanwhile_makes_no_pass() {
    let hub = TestHub::start().await;
    let elm = hub.elm().await;
    hub.enrol_resident(&elm).await;
    let device = hub
        .store()
        .devices_of(elm.building.id)
        .await
        .unwrap()
        .remove(0);
    hub.store()
        .revoke(device.grant, hub.clock.now_s())
        .await
        .unwrap();
    // As if the request had been let in just before.
    let household = hub::domain::Household {
        building: elm.building.id,
        unit: device.unit,
        resident: device.resident,
        grant: device.grant,
    };
    let made = hub
        .hub()
        .make_pass(&household, for_aunt_may(&hub, &elm))
        .await;
    let conflict = hub::domain::HubError::Store(hub::store::StoreError::Conflict);
    assert_eq!(made.unwrap_err().to_string(), conflict.to_string());
    assert_eq!(codes(&hub, &elm).await, []);
}

#[tokio::test]
async fn an_entry_by_a_pass_says_which_to_its_household_and_guest_to_everybody_else() {
    let (hub, elm, maya, noor) = TestHub::with_neighbours().await;
    let mut door = hub.enrol_door(&elm, elm.lobby).await;
    let made = aunt_mays(&hub, &elm, &maya).await;
    let mut heard = [
        open_events(&maya.client).await,
        open_events(&noor.client).await,
    ];
    let record = entered(&mut door, &made);
    door.put(&[record]).await.unwrap();
    let own = [Some(made.pass.id), None];
    for ((resident, heard), pass) in [&maya, &noor].into_iter().zip(&mut heard).zip(own) {
        let listed = newest_entry(resident).await;
        let Event::Entry(told) = next_news(heard).await else {
            panic!("not an entry")
        };
        for entry in [listed, told] {
            assert_eq!(entry.class, Some(HolderClass::Guest));
            assert_eq!((entry.guest_name, entry.pass), (None, pass));
        }
    }
}

#[tokio::test]
async fn what_is_no_pass_is_not_revoked_as_one() {
    let (hub, elm, maya) = TestHub::with_maya().await;
    let unknown = GrantId::from_entropy(random16());
    for id in [unknown, elm.carrier_grant] {
        let revoked = maya.client.revoke_pass(id).await;
        assert_eq!(refusal(revoked), Some(ErrorCode::NotFound));
    }
    let carrier = hub.store().grant(elm.carrier_grant).await.unwrap().unwrap();
    assert_eq!(carrier.revoked_at, None);
}

#[tokio::test]
async fn a_manager_sees_of_a_pass_its_unit_and_can_end_it() {
    let (hub, elm, maya) = TestHub::with_maya().await;
    let made = aunt_mays(&hub, &elm, &maya).await;
    let data = hub.folder().path().to_owned();
    let run = |arguments: &[&str]| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_vestibule-hub"));
        let output = program.args(arguments).arg("--data").arg(&data).output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    let told = run(&["code", "list"]) + &run(&["grant", "list"]) + &run(&["audit", "show"]);
    assert!(told.contains("a guest of 3B"), "{told}");
    for secret in ["Aunt May", &made.code, path_of(&made)] {
        assert!(!told.contains(secret), "{secret} is told: {told}");
    }
    run(&["code", "revoke", &made.pass.id.to_string()]);
    assert_eq!(state(&maya, &made).await, PassState::Revoked);
}
