use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use access::{HolderClass, base64url};
use audit::{Event, LinkKind};
use tracing_subscriber::EnvFilter;

use crate::{
    building::{
        CARRIER, CARRIER_NAME, DOOR_NAME, DRIVER, bundle_with, code, code_key, courier,
        expired_guest, guest, key, resident, stranger, viewer,
    },
    harness::{Site, until},
};

/// Until the camera films.
const WARM_UP: Duration = Duration::from_secs(3);

/// How many of the people below are filmed: the guests and the courier.
const FILMED: usize = 3;

/// Codes so long that nothing else in a log reads like them.
const CODE: &str = "8046172935";
const WRONG_CODE: &str = "9157283046";

/// What the program logs while a test runs.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    pub(crate) fn written(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

fn count(log: &Log, line: &str) -> usize {
    log.written().matches(line).count()
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Bytes as a log could show them.
fn spellings(bytes: &[u8]) -> [String; 3] {
    [base64url::encode(bytes), hex(bytes), format!("{bytes:?}")]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_contains_no_names_keys_or_credentials() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new("trace"))
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let site = Site::without_bundle().with_camera().with_inputs();
    let codes = vec![code(HolderClass::Resident, CODE, 30)];
    site.hub
        .publish(1, bundle_with(1, |bundle| bundle.codes = codes));
    let door = site.serve().await;
    site.has_code_key().await;
    tokio::time::sleep(WARM_UP).await;
    let people = [
        resident(),
        guest(),
        courier(),
        expired_guest(),
        stranger(99),
    ];
    for person in &people {
        let _ = door.phone.unlock(person).await;
    }
    for code in [CODE, WRONG_CODE] {
        site.play(&format!("keypad {code}")).await;
    }
    until("both codes are recorded", || {
        let by_keypad = |event: &Event| match event {
            Event::Entry(entry) => entry.link == LinkKind::Keypad,
            Event::Denied { link, .. } => *link == LinkKind::Keypad,
            _ => false,
        };
        site.events()
            .iter()
            .filter(|event| by_keypad(event))
            .count()
            == 2
    })
    .await;
    until("every clip is delivered", || {
        FILMED == count(&log, "clip delivered")
    })
    .await;
    until("all records arrive", || {
        site.hub.records() == site.records()
    })
    .await;
    door.daemon.stop().await;

    let keys = site.keys();
    let mut secrets = vec![DRIVER.to_owned(), CARRIER_NAME.into(), DOOR_NAME.into()];
    secrets.push(CARRIER.to_string());
    secrets.extend([CODE.to_owned(), WRONG_CODE.into()]);
    secrets.extend(spellings(&*code(HolderClass::Resident, CODE, 30).hash));
    for person in &people {
        secrets.extend(spellings(person.secret.public().as_bytes()));
        secrets.extend(spellings(person.secret.as_bytes()));
        secrets.extend(spellings(person.credential.as_bytes()));
    }
    secrets.extend([resident().grant.to_string(), courier().grant.to_string()]);
    secrets.extend(spellings(keys.signing().seed()));
    secrets.extend(spellings(keys.channel().as_ref()));
    secrets.extend(spellings(key().seed()));
    secrets.extend(spellings(viewer().as_bytes()));
    secrets.extend(spellings(code_key().as_bytes()));
    let written = log.written();
    assert!(
        written.contains("allowed") && written.contains("denied"),
        "{written}"
    );
    for secret in secrets {
        assert!(!written.contains(&secret), "{secret} in {written}");
    }
}
