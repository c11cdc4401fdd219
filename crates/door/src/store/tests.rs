use access::CodeKey;

use super::*;

fn record(seq: u64) -> NewRecord {
    let byte = u8::try_from(seq).unwrap();
    NewRecord {
        seq,
        hash: [byte; 32],
        body: vec![byte; 100],
        alongside: Vec::new(),
    }
}

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("records.db")).unwrap();
    (folder, store)
}

#[test]
fn every_commit_is_an_fsync_of_a_write_ahead_log() {
    let (_folder, store) = store();
    let pragma = |name| {
        let read = |row: &rusqlite::Row<'_>| row.get::<_, rusqlite::types::Value>(0);
        store
            .connection
            .pragma_query_value(None, name, read)
            .unwrap()
    };
    assert_eq!(pragma("journal_mode"), String::from("wal").into());
    assert_eq!(pragma("synchronous"), 2.into(), "FULL");
}

#[test]
fn records_are_read_back_in_runs() {
    let (_folder, mut store) = store();
    assert_eq!(store.tail().unwrap(), None);
    store
        .append(&(1..=10).map(record).collect::<Vec<_>>())
        .unwrap();
    assert_eq!(store.tail().unwrap().unwrap().seq, 10);
    assert_eq!(store.records_after(0, 3, 10_000).unwrap().len(), 3);
    assert_eq!(
        store.records_after(7, 100, 10_000).unwrap()[0],
        vec![8; 100]
    );
    assert_eq!(store.records_after(0, 100, 250).unwrap().len(), 2);
    assert_eq!(
        store.records_after(0, 100, 1).unwrap().len(),
        1,
        "at least one"
    );
    assert!(store.records_after(10, 100, 10_000).unwrap().is_empty());
}

#[test]
fn a_number_is_used_once_and_a_group_is_kept_whole_or_not_at_all() {
    let (_folder, mut store) = store();
    store.append(&[record(1)]).unwrap();
    assert!(store.append(&[record(2), record(1)]).is_err());
    assert_eq!(store.tail().unwrap().unwrap().seq, 1);
}

#[test]
fn what_goes_alongside_a_record_is_kept_with_it() {
    let (_folder, mut store) = store();
    let clip = ClipId::from_entropy([1; 16]);
    let with = |seq, alongside| NewRecord {
        alongside: vec![alongside],
        ..record(seq)
    };
    let bundle = Alongside::Bundle {
        version: 3,
        body: vec![1, 2, 3],
    };
    let denied = true;
    let begins = Alongside::ClipBegins { clip, denied };
    store.append(&[with(1, bundle), with(2, begins)]).unwrap();
    assert_eq!(store.bundle().unwrap().unwrap(), [1, 2, 3]);
    let recording = store.clips(ClipState::Recording).unwrap();
    assert_eq!(recording[0].entry_seq, 2);
    let ending = Alongside::ClipCloses { clip, bytes: 900 };
    store.append(&[with(3, ending)]).unwrap();
    assert!(store.clips(ClipState::Recording).unwrap().is_empty());
    let closed = store.clips(ClipState::Closed).unwrap();
    let row = ClipRow {
        clip,
        entry_seq: 2,
        bytes: 900,
        denied,
    };
    assert_eq!(closed, [row]);
    store.set_clip_uploaded(clip).unwrap();
    assert_eq!(store.clips(ClipState::Uploaded).unwrap(), [row]);
    store.append(&[with(4, Alongside::ClipLost(clip))]).unwrap();
    assert!(store.clips(ClipState::Uploaded).unwrap().is_empty());
}

#[test]
fn everything_is_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("records.db");
    let mut store = Store::open(&path).unwrap();
    store.append(&[record(1)]).unwrap();
    store.set_durable_seq(1).unwrap();
    store.note_time_ms(9_000).unwrap();
    store.note_time_ms(8_000).unwrap();
    drop(store);
    let store = Store::open(&path).unwrap();
    assert_eq!(store.tail().unwrap().unwrap().hash, [1; 32]);
    assert_eq!(store.durable_seq().unwrap(), 1);
    assert_eq!(store.noted_time_ms().unwrap(), 9_000);
}

#[test]
fn the_secrets_of_codes_are_kept_once_each() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("records.db");
    let mut store = Store::open(&path).unwrap();
    assert!(store.code_keys().unwrap().is_empty());
    for number in [1, 2, 1] {
        let key = CodeKey::from_bytes([number; 32]);
        store.keep_code_key(&key).unwrap();
    }
    drop(store);
    let keys = Store::open(&path).unwrap().code_keys().unwrap();
    let mut secrets: Vec<_> = keys.iter().map(|key| *key.as_bytes()).collect();
    secrets.sort_unstable();
    assert_eq!(secrets, [[1; 32], [2; 32]]);
}

#[test]
fn a_folder_that_is_not_there_is_explained() {
    let error = Store::open(Path::new("/nowhere/records.db"))
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("cannot open the door's records at /nowhere/records.db: "),
        "{error}"
    );
}
