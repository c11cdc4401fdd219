use access::{DoorId, HolderClass, Lockdown};
use audit::LinkKind;
use hub_api::{
    ApiError, ClipInfo, ClipReady, ClipState, CodeSecret, DoorAlert, EntryInfo, ErrorCode, Event,
    Outcome, RecordRun, Refresh, Subject, Topic, UploadState,
};

fn entry() -> EntryInfo {
    EntryInfo {
        id: 4,
        door: DoorId::from_entropy([1; 16]),
        at_ms: 1_700_000_000_000,
        seq: 17,
        class: Some(HolderClass::Courier),
        carrier_name: Some("Northline".into()),
        driver: Some("driver-17".into()),
        guest_name: None,
        pass: None,
        link: Some(LinkKind::Bluetooth),
        clip: Some(ClipInfo {
            id: access::ClipId::from_entropy([2; 16]),
            state: ClipState::Recording,
            thumbnail: false,
            shortfall: None,
            held: false,
            gave_way: false,
        }),
        unfilmed: false,
        outcome: Outcome::Denied {
            reason: access::DenyReason::UnitDoor,
        },
    }
}

#[test]
fn an_entry_on_the_wire_is_snake_case_and_names_its_outcome() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&entry()).unwrap(), @r#"
    {
      "id": 4,
      "door": "01010101-0101-4101-8101-010101010101",
      "at_ms": 1700000000000,
      "seq": 17,
      "class": "courier",
      "carrier_name": "Northline",
      "driver": "driver-17",
      "guest_name": null,
      "pass": null,
      "link": "bluetooth",
      "clip": {
        "id": "02020202-0202-4202-8202-020202020202",
        "state": "recording",
        "thumbnail": false,
        "shortfall": null,
        "held": false,
        "gave_way": false
      },
      "unfilmed": false,
      "outcome": {
        "kind": "denied",
        "reason": "UnitDoor"
      }
    }
    "#);
}

#[test]
fn an_alert_on_the_wire_names_what_happened_and_nobody() {
    let wire = |alert| serde_json::to_string(&Outcome::Alert { alert }).unwrap();
    assert_eq!(
        wire(DoorAlert::Forced),
        r#"{"kind":"alert","alert":{"kind":"forced"}}"#
    );
    assert_eq!(
        wire(DoorAlert::HeldOpen { after_s: 30 }),
        r#"{"kind":"alert","alert":{"kind":"held_open","after_s":30}}"#
    );
    let lockdown = Lockdown::Everyone;
    assert_eq!(
        wire(DoorAlert::Lockdown { lockdown }),
        r#"{"kind":"alert","alert":{"kind":"lockdown","lockdown":"everyone"}}"#
    );
}

#[test]
fn an_entry_that_was_kept_without_its_link_is_read() {
    let mut kept = serde_json::to_value(entry()).unwrap();
    kept.as_object_mut().unwrap().remove("link");
    let read: EntryInfo = serde_json::from_value(kept).unwrap();
    assert_eq!(read.link, None);
}

#[test]
fn every_event_reads_as_it_is_pushed_and_an_unknown_one_is_passed_over() {
    let clip = access::ClipId::from_entropy([2; 16]);
    for event in [
        Event::Ready {},
        Event::Entry(entry()),
        Event::Clip(ClipReady { clip, entry: 4 }),
        Event::Refresh(Refresh {
            what: Topic::Credentials,
        }),
        Event::Bundle { version: 9 },
    ] {
        let read = Event::from_sse(event.name(), &event.data().unwrap()).unwrap();
        assert_eq!(read, Some(event));
    }
    assert_eq!(Event::from_sse("weather", "{}").unwrap(), None);
    assert!(Event::from_sse("bundle", "{}").is_err());
}

#[test]
fn a_code_of_a_later_version_is_unknown_and_no_failure() {
    let text = r#"{"code":"out_of_tea","message":"Try coffee.","retryable":true}"#;
    let error: ApiError = serde_json::from_str(text).unwrap();
    assert_eq!(error.code, ErrorCode::Unknown);
    assert!(error.retryable);
    assert_eq!(ErrorCode::UseDpopNonce.to_string(), "use_dpop_nonce");
}

#[test]
fn the_code_key_travels_whole_and_is_not_printed() {
    let key = access::CodeKey::from_bytes([7; 32]);
    let told = serde_json::to_string(&CodeSecret::of(&key)).unwrap();
    let text = access::base64url::encode([7; 32]);
    assert_eq!(told, format!(r#"{{"secret":"{text}"}}"#));
    let read: CodeSecret = serde_json::from_str(&told).unwrap();
    assert_eq!(read.key().as_bytes(), key.as_bytes());
    assert_eq!(format!("{read:?}"), "CodeSecret");
}

#[test]
fn the_next_fragment_is_the_first_that_is_missing() {
    let next = |received: &[u32]| {
        UploadState {
            received: received.to_vec(),
            closed: false,
            thumbnail: false,
        }
        .next()
    };
    assert_eq!(
        (next(&[]), next(&[0, 1]), next(&[0, 2, 3]), next(&[1])),
        (0, 2, 1, 0)
    );
}

#[test]
fn a_subject_or_run_with_anything_more_is_refused() {
    let run = serde_json::from_str::<RecordRun>(r#"{"records":["AAEC"],"door":"x"}"#);
    assert!(run.is_err());
    let run: RecordRun = serde_json::from_str(r#"{"records":["AAEC"]}"#).unwrap();
    assert_eq!(run.records[0].as_bytes(), [0, 1, 2]);
    let key = access::DoorPublicKey([1; 32]);
    let subject =
        format!(r#"{{"kind":"door","auth_key":"{key}","door_key":"{key}","admin":true}}"#);
    assert!(serde_json::from_str::<Subject>(&subject).is_err());
}
