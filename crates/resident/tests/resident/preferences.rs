use resident::ui::{Language, NotificationChoices, Preferences, QuietHours};

use crate::building::LOBBY;
use crate::world::World;

fn spanish() -> Preferences {
    Preferences {
        language: Some(Language::Es),
        ..Preferences::default()
    }
}

#[tokio::test(start_paused = true)]
async fn a_choice_is_shown_at_once_and_kept_when_the_app_starts_again() {
    let world = World::new();
    let app = world.enrolled().await;
    assert_eq!(app.snapshot().preferences, Preferences::default());
    app.controller.set_preferences(&spanish()).unwrap();
    app.until("the choice", |snapshot| snapshot.preferences == spanish())
        .await;
    drop(app);
    assert_eq!(world.open().snapshot().preferences, spanish());
}

#[tokio::test(start_paused = true)]
async fn who_leaves_a_building_keeps_the_language() {
    let world = World::new();
    let app = world.enrolled().await;
    app.controller.set_preferences(&spanish()).unwrap();
    app.controller.forget().await.unwrap();
    assert_eq!(app.snapshot().preferences, spanish());
}

#[tokio::test(start_paused = true)]
async fn who_leaves_a_building_keeps_the_quiet_hours_and_forgets_its_doors() {
    let world = World::new();
    let app = world.enrolled().await;
    let quiet_hours = QuietHours {
        on: true,
        from_min: 60,
        to_min: 120,
    };
    let kept = NotificationChoices {
        guests: false,
        quiet_hours,
        ..NotificationChoices::default()
    };
    let mut chosen = kept.clone();
    chosen.silent_doors.insert(LOBBY.to_string());
    let preferences = |notifications| Preferences {
        notifications,
        ..Preferences::default()
    };
    app.controller
        .set_preferences(&preferences(chosen))
        .unwrap();
    app.controller.forget().await.unwrap();
    assert_eq!(app.snapshot().preferences, preferences(kept));
}
