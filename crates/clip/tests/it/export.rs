//! A film that left the app, and what strangers do to it.

use access::{DeviceId, SigningKey};
use clip::ClipError;
use clip::export::{ExportError, Exporter, Manifest, SignedManifest};
use serde_json::Value;

use crate::film::{Film, clip_key, signing_key};

const FILM: u8 = 7;

fn device_key() -> SigningKey {
    SigningKey::from_seed([8; 32])
}

fn exporter(key: &SigningKey) -> Exporter<'_> {
    Exporter {
        device: DeviceId::from_entropy([9; 16]),
        key,
        at_ms: 1_800_000_100_000,
    }
}

fn export() -> (Film, Vec<u8>, SignedManifest) {
    let film = Film::of(FILM);
    let bytes = film.plain.concat();
    let manifest = manifest(&film, &bytes, exporter(&device_key()));
    let signed = SignedManifest::sign(manifest, &device_key());
    (film, bytes, signed)
}

fn manifest(film: &Film, bytes: &[u8], by: Exporter<'_>) -> Manifest {
    let clip = (&film.index, &film.signed);
    Manifest::of(clip, &film.key, bytes, "Main entrance".into(), by)
}

#[test]
fn a_film_is_proven_by_its_manifest_alone_and_the_doors_key() {
    let (_, bytes, signed) = export();
    let text = serde_json::to_string(&signed).unwrap();
    let read: SignedManifest = serde_json::from_str(&text).unwrap();
    let manifest = read.verify().unwrap();
    assert_eq!((manifest.begin_ms, manifest.end_ms), {
        let entry = manifest.entry_at_ms;
        (entry - 600, entry + 500)
    });
    manifest.is_of(&bytes).unwrap();
    let index = manifest.index(&signing_key().public()).unwrap();
    manifest.is_as_filmed(&index, &bytes).unwrap();
}

#[test]
fn a_changed_film_is_found_whoever_signs_for_it() {
    let (film, bytes, signed) = export();
    let honest = signed.verify().unwrap();
    for at in [0, bytes.len() / 2, bytes.len() - 1] {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert_eq!(honest.is_of(&changed), Err(ExportError::OtherFilm));
        // The exporter itself lies, and signs for the film that it made up.
        let lie = manifest(&film, &changed, exporter(&device_key()));
        lie.is_of(&changed).unwrap();
        let index = lie.index(&signing_key().public()).unwrap();
        let n = u32::try_from(at / 40).unwrap();
        assert_eq!(
            lie.is_as_filmed(&index, &changed),
            Err(ExportError::NotAsFilmed { n })
        );
    }
    let index = honest.index(&signing_key().public()).unwrap();
    for other in [&bytes[..bytes.len() - 1], &[&bytes[..], b"x"].concat()] {
        assert_eq!(
            honest.is_as_filmed(&index, other),
            Err(ExportError::WrongLength)
        );
    }
}

#[test]
fn every_changed_field_of_a_manifest_is_found() {
    let (_, _, signed) = export();
    let Value::Object(fields) = serde_json::to_value(&signed).unwrap()["manifest"].take() else {
        panic!("a manifest is an object");
    };
    let key = device_key();
    let other = Exporter {
        device: DeviceId::from_entropy([10; 16]),
        at_ms: 1,
        ..exporter(&key)
    };
    let strange = manifest(&Film::of(8), &[1], other);
    let strange = serde_json::to_value(strange).unwrap();
    for (name, value) in fields {
        let mut changed = serde_json::to_value(&signed).unwrap();
        let instead = match name.as_str() {
            "door_name" => "Garage".into(),
            "device_key" => serde_json::to_value(signing_key().public()).unwrap(),
            _ if strange[&name] != value => strange[&name].clone(),
            _ => value.as_u64().map_or(Value::Null, |it| (it + 1).into()),
        };
        changed["manifest"][&name] = instead;
        let error = serde_json::from_value::<SignedManifest>(changed).map(|it| it.verify().err());
        let refused = !matches!(error, Ok(None));
        assert!(refused, "{name} was changed and not found");
    }
}

#[test]
fn what_a_device_says_of_a_clip_must_be_what_the_door_signed() {
    let (film, bytes, _) = export();
    let honest = || manifest(&film, &bytes, exporter(&device_key()));
    let door = signing_key().public();
    let contradiction = |lie: Manifest| lie.index(&door).unwrap_err();
    let later = Manifest {
        begin_ms: honest().begin_ms + 3_600_000,
        ..honest()
    };
    assert_eq!(
        contradiction(later),
        ExportError::Contradiction("other times")
    );
    let elsewhere = Manifest {
        door: access::DoorId::from_entropy([99; 16]),
        ..honest()
    };
    assert_eq!(
        contradiction(elsewhere),
        ExportError::Contradiction("another door")
    );
    let other = SigningKey::from_seed([2; 32]).public();
    assert_eq!(
        honest().index(&other).unwrap_err(),
        ExportError::Index(ClipError::BadSignature)
    );
    let wrong_key = Manifest {
        clip_key: *clip_key(8).as_bytes(),
        ..honest()
    };
    assert_eq!(
        wrong_key.is_as_filmed(&film.index, &bytes),
        Err(ExportError::NotAsFilmed { n: 0 })
    );
}

#[test]
fn a_manifest_of_another_version_is_refused() {
    let (film, bytes, _) = export();
    let newer = Manifest {
        version: 2,
        ..manifest(&film, &bytes, exporter(&device_key()))
    };
    let signed = SignedManifest::sign(newer, &device_key());
    assert_eq!(signed.verify(), Err(ExportError::UnsupportedVersion(2)));
}
