//! A delivery into the apartment, which the person has to have chosen.

use access::{DoorKind, OwnDoorEntry};
use hub_api::PassEndorsement;
use resident::hub::HubError;
use resident::ui::{ErrorCode, PassDraft, PassKind, PassUses, Preferences};

use crate::building::{BUILDING, GARAGE, LOBBY, now_s};
use crate::world::{App, World};

const HOUR_S: u64 = 3600;

/// An enrolled app whose second door leads into the apartment, and the person's choice.
async fn home(world: &World, chosen: bool) -> App {
    {
        let apartment = &mut world.hub.state().doors[1];
        (apartment.kind, apartment.name) = (DoorKind::Unit, "Apartment 3B".to_owned());
    }
    let app = world.enrolled().await;
    assert!(!app.snapshot().preferences.own_door_deliveries);
    if chosen {
        let choice = Preferences {
            own_door_deliveries: true,
            ..app.snapshot().preferences
        };
        app.controller.set_preferences(&choice).unwrap();
    }
    app
}

fn the_sofa() -> PassDraft {
    PassDraft {
        kind: PassKind::Delivery,
        label: "The sofa".to_owned(),
        door_ids: vec![GARAGE.to_string()],
        from_ms: None,
        until_ms: (now_s() + HOUR_S) * 1000,
        uses: PassUses::Once,
    }
}

fn words(world: &World) -> Vec<Option<PassEndorsement>> {
    let asked = &world.hub.state().asked_passes;
    asked
        .iter()
        .map(|wanted| wanted.endorsement.clone())
        .collect()
}

async fn refused(app: &App, draft: PassDraft) -> ErrorCode {
    app.controller.make_pass(draft).await.unwrap_err().code
}

#[tokio::test(start_paused = true)]
async fn only_who_chose_it_lets_a_delivery_into_the_apartment() {
    let world = World::new();
    let app = home(&world, false).await;
    assert_eq!(refused(&app, the_sofa()).await, ErrorCode::OwnDoorShut);
    assert!(words(&world).is_empty(), "the hub was not even asked");

    let world = World::new();
    let app = home(&world, true).await;
    let made = app.controller.make_pass(the_sofa()).await.unwrap();
    let asked = world.hub.state().asked_passes.remove(0);
    assert_eq!((asked.not_before, asked.not_after), (None, None));
    let word = asked.endorsement.unwrap();
    assert_eq!(made.id, word.id.to_string());
    let entry = OwnDoorEntry {
        building: BUILDING,
        door: GARAGE,
        grant: word.id,
        not_before: word.not_before,
        not_after: word.not_after,
    };
    let (key, _, _) = world.hub.state().registered.unwrap();
    assert!(entry.is_endorsed_by(&key, &word.signature));
    assert_eq!(word.not_after, the_sofa().until_ms / 1000);
    assert!(word.not_before <= now_s());
}

#[tokio::test(start_paused = true)]
async fn a_delivery_to_a_common_door_and_a_guest_take_no_word() {
    let world = World::new();
    let app = home(&world, true).await;
    let to_the_lobby = PassDraft {
        door_ids: vec![LOBBY.to_string()],
        ..the_sofa()
    };
    let guest = PassDraft {
        kind: PassKind::Guest,
        ..the_sofa()
    };
    for draft in [to_the_lobby, guest] {
        app.controller.make_pass(draft).await.unwrap();
    }
    assert_eq!(words(&world), [None, None]);
}

#[tokio::test(start_paused = true)]
async fn a_word_is_for_a_named_delivery_and_a_day_at_most() {
    let world = World::new();
    let app = home(&world, true).await;
    let nameless = PassDraft {
        label: " ".to_owned(),
        ..the_sofa()
    };
    let too_long = PassDraft {
        from_ms: Some(now_s() * 1000),
        until_ms: (now_s() + OwnDoorEntry::MAX_S + 60) * 1000,
        ..the_sofa()
    };
    let too_late = PassDraft {
        from_ms: None,
        ..too_long.clone()
    };
    let backwards = PassDraft {
        from_ms: Some((now_s() + 2 * HOUR_S) * 1000),
        ..the_sofa()
    };
    for draft in [nameless, too_long, too_late, backwards] {
        assert_eq!(refused(&app, draft).await, ErrorCode::PassRefused);
    }
    let whole_day = PassDraft {
        until_ms: (now_s() + OwnDoorEntry::MAX_S) * 1000,
        ..the_sofa()
    };
    app.controller.make_pass(whole_day).await.unwrap();
    assert_eq!(words(&world).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn where_the_door_is_confirmed_the_system_asks_before_the_word_is_given() {
    let world = World::new();
    let app = home(&world, true).await;
    world.person.proves_it();
    let door = GARAGE.to_string();
    app.controller.set_confirmed(&door, true).await.unwrap();
    world.person.declines();
    assert_eq!(refused(&app, the_sofa()).await, ErrorCode::NotConfirmed);
    assert!(words(&world).is_empty());
    world.person.proves_it();
    app.controller.make_pass(the_sofa()).await.unwrap();
    assert_eq!(world.person.asked(), ["Apartment 3B"; 3]);
}

#[tokio::test(start_paused = true)]
async fn asking_again_after_a_lost_answer_gives_the_same_word() {
    let world = World::new();
    let app = home(&world, true).await;
    let draft = the_sofa();
    world.hub.state().refuses_passes = Some(HubError::Unreachable);
    assert_eq!(
        refused(&app, draft.clone()).await,
        ErrorCode::HubUnreachable
    );
    world.hub.state().refuses_passes = None;
    app.controller.make_pass(draft).await.unwrap();
    let words = words(&world);
    assert_eq!(words.len(), 2);
    assert_eq!(words[0], words[1]);
    assert_eq!(world.hub.state().pass_tokens.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_choice_is_gone_with_the_building() {
    let world = World::new();
    let app = home(&world, true).await;
    app.controller.forget().await.unwrap();
    assert!(!app.snapshot().preferences.own_door_deliveries);
}
