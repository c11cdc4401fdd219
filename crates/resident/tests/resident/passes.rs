use std::fs::File;
use std::sync::Arc;

use access::{GrantId, HolderClass};
use audit::LinkKind;
use hub_api::{EntryInfo, ErrorCode as HubCode, Event, MadePass, NewPass, Outcome, PassLink};
use hub_api::{PassInfo, PassState as HubState, PassUses as HubUses};
use resident::hub::HubError;
use resident::ui::{
    ActivityFilter, ActivityKind, AppError, ErrorCode, HubState as Connection, Pass, PassDraft,
    PassKind, PassState, PassUses, VisitorClass,
};

use crate::building::{DEVICE, GARAGE, LOBBY, nobody, now_s};
use crate::following::settled;
use crate::hub::State;
use crate::world::{App, World};

const HOUR_S: u64 = 3600;
const JONAS: GrantId = GrantId::from_entropy([0x70; 16]);

fn refused(code: HubCode) -> HubError {
    HubError::Refused {
        code,
        retryable: false,
    }
}

impl State {
    /// As the real hub: the same token again is answered as the first time, also where the first answer was lost.
    pub(crate) fn make_pass(&mut self, wanted: &NewPass) -> Result<MadePass, HubError> {
        self.asked_passes.push(wanted.clone());
        let first = self.pass_tokens.iter().position(|it| *it == wanted.token);
        let number = first.unwrap_or(self.pass_tokens.len());
        if let Some(refusal) = self.refuses_passes {
            if refusal == HubError::Unreachable && first.is_none() {
                self.pass_tokens.push(wanted.token.clone());
            }
            return Err(refusal);
        }
        if first.is_none() {
            self.pass_tokens.push(wanted.token.clone());
        }
        let pass = info(number, wanted);
        if self.passes.iter().all(|known| known.id != pass.id) {
            self.passes.insert(0, pass.clone());
        }
        Ok(MadePass {
            pass,
            code: format!("12345{number}"),
            link: Some(PassLink {
                url: "https://pass.example/pass/x".parse().unwrap(),
                qr_svg: "<svg/>".to_owned(),
                warns: true,
            }),
        })
    }

    pub(crate) fn open_pass(&mut self, pass: GrantId) -> Result<&mut PassInfo, HubError> {
        let found = self.passes.iter_mut().find(|known| known.id == pass);
        let found = found.ok_or(refused(HubCode::NotFound))?;
        if found.state.is_open() {
            Ok(found)
        } else {
            Err(refused(HubCode::PassEnded))
        }
    }
}

fn info(number: usize, wanted: &NewPass) -> PassInfo {
    let entropy = [0x70 + u8::try_from(number).unwrap(); 16];
    let word = wanted.endorsement.as_ref();
    PassInfo {
        id: word.map_or(GrantId::from_entropy(entropy), |word| word.id),
        kind: wanted.kind,
        label: wanted.label.clone(),
        doors: wanted.doors.clone(),
        not_before: wanted.not_before.unwrap_or_else(now_s),
        not_after: word
            .map(|word| word.not_after)
            .or(wanted.not_after)
            .unwrap(),
        uses: wanted.uses,
        state: HubState::Good,
        endorsed_by: word.map(|_| DEVICE),
    }
}

pub(crate) fn for_jonas() -> PassDraft {
    PassDraft {
        kind: PassKind::Guest,
        label: "Jonas".to_owned(),
        door_ids: vec![LOBBY.to_string()],
        from_ms: None,
        until_ms: (now_s() + HOUR_S) * 1000,
        uses: PassUses::Several,
    }
}

fn entry_by(pass: GrantId) -> EntryInfo {
    EntryInfo {
        class: Some(HolderClass::Guest),
        pass: Some(pass),
        link: Some(LinkKind::Keypad),
        ..nobody(1, LOBBY, Outcome::Entered)
    }
}

/// A pass of the household that was used.
fn held(label: &str) -> PassInfo {
    PassInfo {
        id: JONAS,
        kind: hub_api::PassKind::Guest,
        label: label.to_owned(),
        doors: vec![LOBBY],
        not_before: now_s(),
        not_after: now_s() + HOUR_S,
        uses: HubUses::Once,
        state: HubState::Used,
        endorsed_by: None,
    }
}

/// What a search finds, newest first.
async fn found(app: &App, text: &str) -> Vec<String> {
    let filter = ActivityFilter {
        text: text.to_owned(),
        ..ActivityFilter::default()
    };
    let page = app.controller.find_activity(&filter, None, 100).await;
    let items = page.unwrap().items.into_iter();
    items.map(|item| item.id).collect()
}

async fn make(app: &App) -> Result<Pass, AppError> {
    app.controller.make_pass(for_jonas()).await
}

async fn listed(app: &App) -> Vec<Pass> {
    let list = app.controller.passes().await.unwrap();
    assert_eq!(list.failure, None);
    list.passes
}

fn refusal<T: std::fmt::Debug>(result: Result<T, AppError>) -> ErrorCode {
    result.unwrap_err().code
}

#[tokio::test(start_paused = true)]
async fn a_pass_that_was_made_here_is_listed_with_its_code_until_it_ends() {
    let world = World::new();
    let app = world.enrolled().await;
    let made = make(&app).await.unwrap();
    let shown = made.shown.clone().unwrap();
    assert_eq!((shown.code.as_str(), &made.label[..]), ("123450", "Jonas"));
    assert!(shown.link.unwrap().warns);
    assert_eq!(listed(&app).await, std::slice::from_ref(&made));
    drop(app);

    let app = world.open();
    assert_eq!(listed(&app).await, std::slice::from_ref(&made));
    world.hub.state().passes[0].state = HubState::Used;
    let used = listed(&app).await.remove(0);
    assert_eq!((used.state, used.shown), (PassState::Used, None));
}

#[tokio::test(start_paused = true)]
async fn without_the_hub_the_last_list_is_shown_and_the_reason_said() {
    let world = World::new();
    let app = world.enrolled().await;
    let made = make(&app).await.unwrap();
    world.hub.stop();
    let list = app.controller.passes().await.unwrap();
    assert_eq!(list.passes, [made]);
    assert_eq!(list.failure.unwrap().code, ErrorCode::HubUnreachable);
    assert_eq!(refusal(make(&app).await), ErrorCode::HubUnreachable);
    let pass = JONAS.to_string();
    let revoked = app.controller.revoke_pass(&pass).await;
    assert_eq!(refusal(revoked), ErrorCode::HubUnreachable);
}

#[tokio::test(start_paused = true)]
async fn a_pass_whose_time_ran_out_while_the_hub_was_down_is_over_and_its_code_gone() {
    let world = World::new();
    let app = world.enrolled().await;
    make(&app).await.unwrap();
    {
        let mut state = world.hub.state();
        state.passes[0].not_before = now_s() - 2 * HOUR_S;
        state.passes[0].not_after = now_s() - HOUR_S;
    }
    listed(&app).await;
    world.hub.stop();
    let over = app.controller.passes().await.unwrap().passes.remove(0);
    assert_eq!((over.state, over.shown), (PassState::Over, None));
}

#[tokio::test(start_paused = true)]
async fn asking_again_after_a_lost_answer_makes_one_pass() {
    let world = World::new();
    let app = world.enrolled().await;
    world.hub.state().refuses_passes = Some(HubError::Unreachable);
    assert_eq!(refusal(make(&app).await), ErrorCode::HubUnreachable);
    world.hub.state().refuses_passes = None;
    make(&app).await.unwrap();
    assert_eq!(world.hub.state().pass_tokens.len(), 1);
    assert_eq!(listed(&app).await.len(), 1);
    // The same again on purpose is another pass.
    make(&app).await.unwrap();
    assert_eq!(listed(&app).await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn refusals_say_what_they_mean_for_passes() {
    let world = World::new();
    let app = world.enrolled().await;
    for (code, told) in [
        (HubCode::LimitReached, ErrorCode::TooManyPasses),
        (HubCode::InvalidRequest, ErrorCode::PassRefused),
        (HubCode::NotFound, ErrorCode::PassRefused),
    ] {
        world.hub.state().refuses_passes = Some(refused(code));
        assert_eq!(refusal(make(&app).await), told);
    }
    let unknown = app.controller.revoke_pass(&JONAS.to_string()).await;
    assert_eq!(refusal(unknown), ErrorCode::PassEnded);
    let unreadable = app.controller.revoke_pass("nonsense").await;
    assert_eq!(refusal(unreadable), ErrorCode::PassEnded);
}

#[tokio::test(start_paused = true)]
async fn a_pass_is_changed_and_revoked() {
    let world = World::new();
    let app = world.enrolled().await;
    let made = make(&app).await.unwrap();
    let later = made.until_ms + HOUR_S * 1000;
    let change = app.controller.change_pass(&made.id, "Ines".into(), later);
    change.await.unwrap();
    let changed = Pass {
        label: "Ines".to_owned(),
        until_ms: later,
        ..made.clone()
    };
    assert_eq!(listed(&app).await, [changed]);
    app.controller.revoke_pass(&made.id).await.unwrap();
    world.hub.stop();
    let revoked = app.controller.passes().await.unwrap().passes.remove(0);
    assert_eq!((revoked.state, revoked.shown), (PassState::Revoked, None));
}

#[tokio::test(start_paused = true)]
async fn who_comes_with_a_pass_is_called_what_the_household_calls_them_also_where_it_was_made_elsewhere()
 {
    let world = World::new();
    let app = world.enrolled().await;
    app.until("online", |shown| shown.hub == Connection::Online)
        .await;
    world.hub.state().passes = vec![held("Jonas")];
    world.hub.push(Event::Entry(entry_by(JONAS)));
    app.seen
        .until("notified", |seen| !seen.notifications().is_empty())
        .await;
    assert_eq!(app.seen.notifications()[0].title, "Jonas at Lobby");
    // What the hub forgets, the device's own past still knows.
    world.hub.state().passes.clear();
    assert_eq!(listed(&app).await, []);
    let kind = app.activity().await.remove(0).kind;
    let ActivityKind::Entry {
        class, guest, pass, ..
    } = kind
    else {
        panic!("{kind:?} is no entry")
    };
    assert_eq!(class, VisitorClass::Guest);
    assert_eq!(guest.as_deref(), Some("Jonas"));
    assert_eq!(pass, Some(JONAS.to_string()));
}

#[tokio::test(start_paused = true)]
async fn who_came_while_the_device_was_away_is_called_so_too() {
    let world = World::new();
    let app = world.enrolled().await;
    app.until("online", |shown| shown.hub == Connection::Online)
        .await;
    world.hub.stop();
    app.until("offline", |shown| shown.hub == Connection::Offline)
        .await;
    world.hub.state().passes = vec![held("Jonas")];
    world.hub.add_entry(entry_by(JONAS));
    world.hub.resume();
    app.seen
        .until("notified", |seen| !seen.notifications().is_empty())
        .await;
    assert_eq!(app.seen.notifications()[0].title, "Jonas at Lobby");
}

#[tokio::test(start_paused = true)]
async fn the_code_of_a_pass_that_is_over_does_not_stay_in_the_database() {
    let world = World::new();
    let app = world.enrolled().await;
    make(&app).await.unwrap();
    world.hub.stop();
    drop(app);
    let file = world.folder.path().join("app/vestibule.sqlite");
    let store = resident::store::Store::open(&file).unwrap();
    let shown = || store.passes().unwrap().remove(0).shown;
    assert_eq!(store.forget_ended_codes(now_s()).unwrap(), 0);
    assert!(shown().is_some());
    assert_eq!(store.forget_ended_codes(now_s() + 2 * HOUR_S).unwrap(), 1);
    assert!(shown().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_delivery_by_a_pass_bears_the_passs_label_and_is_found_by_it_also_when_that_changed() {
    let world = World::new();
    let app = world.enrolled().await;
    app.until("online", |shown| shown.hub == Connection::Online)
        .await;
    world.hub.state().passes = vec![PassInfo {
        kind: hub_api::PassKind::Delivery,
        state: HubState::Good,
        ..held("The Äpfel sofa")
    }];
    let by_courier = EntryInfo {
        class: Some(HolderClass::Courier),
        ..entry_by(JONAS)
    };
    world.hub.push_entry(by_courier.clone());
    let reason = access::DenyReason::Revoked;
    world.hub.push_entry(EntryInfo {
        id: 2,
        outcome: Outcome::Denied { reason },
        ..by_courier.clone()
    });
    // Another household's: which pass it was is not told.
    world.hub.push_entry(EntryInfo {
        id: 3,
        door: GARAGE,
        pass: None,
        ..by_courier
    });
    settled().await;
    let titles = app.seen.notifications().into_iter().map(|told| told.title);
    let titles: Vec<_> = titles.collect();
    assert_eq!(titles, ["The Äpfel sofa at Lobby", "A courier at Garage"]);
    assert_eq!(found(&app, "sofa APFEL").await, ["entry-2", "entry-1"]);
    assert!(found(&app, "armchair").await.is_empty());

    let pass = JONAS.to_string();
    let change = app.controller.change_pass(&pass, "An armchair".into(), 1);
    change.await.unwrap();
    assert_eq!(found(&app, "armchair lobby").await, ["entry-2", "entry-1"]);
    assert!(found(&app, "sofa").await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_the_household_calls_a_passs_holder_is_in_no_log() {
    let world = World::new();
    let log = world.folder.path().join("log");
    let logging = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(Arc::new(File::create(&log).unwrap()))
        .finish();
    let _logging = tracing::subscriber::set_default(logging);
    let app = world.enrolled().await;
    make(&app).await.unwrap();
    world.hub.push_entry(entry_by(JONAS));
    app.seen
        .until("notified", |seen| !seen.notifications().is_empty())
        .await;
    assert_eq!(app.seen.notifications()[0].title, "Jonas at Lobby");
    assert_eq!(found(&app, "Jonas").await, ["entry-1"]);
    app.controller
        .revoke_pass(&JONAS.to_string())
        .await
        .unwrap();
    world.hub.stop();
    assert!(make(&app).await.is_err());
    settled().await;
    let text = std::fs::read_to_string(log).unwrap();
    assert!(text.contains("enrolled"), "nothing is logged: {text}");
    for secret in ["Jonas", "12345"] {
        assert!(!text.contains(secret), "{secret} is logged: {text}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_leaves_the_building_leaves_no_code_behind() {
    let world = World::new();
    let app = world.enrolled().await;
    make(&app).await.unwrap();
    app.controller.forget().await.unwrap();
    drop(app);
    let folder = world.folder.path().join("app");
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let bytes = if path.is_file() {
            std::fs::read(&path).unwrap()
        } else {
            continue;
        };
        assert!(
            !bytes.windows(6).any(|part| part == b"123450"),
            "{}",
            path.display()
        );
    }
}
