use access::BuildingKey;

use super::*;

fn enrolment() -> Enrolment {
    Enrolment {
        hub: "https://hub.example".parse().unwrap(),
        hub_key: KeyHash::of_spki(b"key"),
        client_id: "door-1".into(),
        building: BuildingId::from_entropy([1; 16]),
        building_key: BuildingKey::from_seed([2; 32]).public(),
        door: DoorId::from_entropy([3; 16]),
    }
}

fn config(folder: &Path) -> Config {
    let path = folder.join("door.toml");
    let text = "data_dir = \"data\"\nlink.stream.listen = \"127.0.0.1:7411\"\n\
                strike = { kind = \"simulated\", log = \"strike.jsonl\" }\n";
    std::fs::write(&path, text).unwrap();
    Config::load(&path).unwrap()
}

/// Nobody answers there.
fn invite() -> Invite {
    let key = KeyHash::of_spki(b"key");
    Invite::parse(&format!(
        "vestibule://enrol?hub=https://127.0.0.1:9&key={key}&code=abc"
    ))
    .unwrap()
}

#[test]
fn an_enrolment_is_read_back() {
    let data = tempfile::tempdir().unwrap();
    let missing = Enrolment::load(data.path());
    assert!(matches!(missing, Err(EnrolError::NotEnrolled)));
    let keys = Keys::make().unwrap();
    enrolment().establish(data.path(), &keys).unwrap();
    let loaded = Enrolment::load(data.path()).unwrap();
    assert_eq!(loaded, enrolment());
    let kept = loaded.keys(data.path()).unwrap();
    assert_eq!(kept.signing_public(), keys.signing_public());
}

#[test]
fn what_the_same_door_kept_under_other_keys_is_put_aside() {
    let data = tempfile::tempdir().unwrap();
    let first = Keys::make().unwrap();
    enrolment().establish(data.path(), &first).unwrap();
    std::fs::write(enrolment().folder(data.path()).join("records.db"), b"kept").unwrap();
    enrolment().establish(data.path(), &first).unwrap();
    enrolment()
        .establish(data.path(), &Keys::make().unwrap())
        .unwrap();
    assert!(!enrolment().folder(data.path()).join("records.db").exists());
    let folders = std::fs::read_dir(data.path()).unwrap();
    let mut folders = folders.map(|entry| entry.unwrap().path());
    let aside = folders.find(|path| path.to_string_lossy().contains(".until-"));
    let aside = aside.unwrap();
    assert_eq!(std::fs::read(aside.join("records.db")).unwrap(), b"kept");
    let kept = Keys::load(&aside.join("keys")).unwrap().unwrap();
    assert_eq!(kept.signing_public(), first.signing_public());
}

#[tokio::test]
async fn an_enrolled_door_is_not_enrolled_anew_without_force() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    make_private_folder(&config.data_dir).unwrap();
    let keys = Keys::make().unwrap();
    enrolment().establish(&config.data_dir, &keys).unwrap();
    let refused = enrol(&config, &invite(), false).await.unwrap_err();
    assert!(refused.to_string().contains("--force"), "{refused}");
    let forced = enrol(&config, &invite(), true).await.unwrap_err();
    assert!(matches!(forced, EnrolError::Hub(_)));
    let still = Enrolment::load(&config.data_dir).unwrap();
    assert_eq!(still, enrolment(), "kept until it succeeds");
    let kept = still.keys(&config.data_dir).unwrap().signing_public();
    assert_eq!(kept, keys.signing_public());
}

#[tokio::test]
async fn an_enrolment_that_was_cut_is_repeated_with_the_same_keys() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    let failed = enrol(&config, &invite(), false).await.unwrap_err();
    assert!(matches!(failed, EnrolError::Hub(_)), "{failed}");
    let first = pending_keys(&config.data_dir, None).unwrap();
    let _ = enrol(&config, &invite(), false).await;
    let second = pending_keys(&config.data_dir, None).unwrap();
    assert_eq!(first.signing_public(), second.signing_public());
    assert!(matches!(
        Enrolment::load(&config.data_dir),
        Err(EnrolError::NotEnrolled)
    ));
}

#[test]
fn another_door_never_gets_the_keys_of_the_one_before() {
    let data = tempfile::tempdir().unwrap();
    let keys = pending_keys(data.path(), None).unwrap();
    // Cut after the enrolment was written and before the pending keys were removed.
    enrolment().establish(data.path(), &keys).unwrap();
    let other = pending_keys(data.path(), Some(&enrolment())).unwrap();
    assert_ne!(keys.signing_public(), other.signing_public());
}

#[test]
fn two_devices_share_no_key() {
    let (one, other) = (Keys::make().unwrap(), Keys::make().unwrap());
    assert_ne!(one.signing().seed(), other.signing().seed());
    assert_ne!(one.channel(), other.channel());
    assert_ne!(one.signing().seed(), &**one.channel());
}

#[test]
fn damaged_keys_are_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    write_private(&folder.path().join("keys"), b"something else").unwrap();
    let refused = Keys::load_or_make(&folder.path().join("keys"));
    assert!(matches!(refused, Err(KeysError::Damaged { .. })));
    let left = read_private(&folder.path().join("keys")).unwrap().unwrap();
    assert_eq!(left, b"something else");
}
