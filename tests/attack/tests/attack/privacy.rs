//! By reading along: what logs and wires give away.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    path::PathBuf,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use access::base64url;
use anyhow::{Context, Result, ensure};
use attack_tests::{programs, withstood};
use building_tests::Phone;
use serde_json::Value;
use simulation::{BuildingPlan, CourierAnswer, DoorPlan, Site};

const DOOR: &str = "Main entrance";

#[tokio::test(flavor = "multi_thread")]
async fn neither_logs_nor_wires_tell_names_keys_or_credentials() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let plan = BuildingPlan {
        doors: vec![DoorPlan::common(DOOR).with_camera(None)],
        ..BuildingPlan::elm_street()
    };
    let at = folder.path().join("site");
    let mut site = Site::start_with(&programs()?, &at, plan, BuildingPlan::oak_court())?;
    let phone = Phone::start(&folder.path().join("phone"))?;
    phone.enrol(&site.home.resident_invite(&site.hub)?).await?;
    phone.is_equipped().await?;
    phone.unlocks(&site.home.door(DOOR)?.id.clone()).await?;
    let tap = Tap::before(
        site.home
            .door_mut(DOOR)?
            .stream
            .as_deref()
            .context("no stream")?,
    )?;
    site.home.door_mut(DOOR)?.stream = Some(tap.address.clone());
    let answer = site.courier_at(DOOR)?;
    ensure!(
        matches!(answer, CourierAnswer::Unlocked { .. }),
        "{answer:?}"
    );
    thread::sleep(Duration::from_secs(1));

    let pass: Value = serde_json::from_slice(&std::fs::read(at.join("home/driver.pass"))?)?;
    let field = |name: &str| -> Result<String> {
        let text = pass[name].as_str();
        Ok(text
            .with_context(|| format!("a pass has no {name}"))?
            .to_owned())
    };
    let (holder, credential) = (field("holder")?, field("credential")?);
    let names = ["Maya", "Lindqvist", "D-4711", "Northline", "vestibule://"];
    let texts = [&names[..], &[holder.as_str(), &credential[..64]]].concat();
    let logs: Vec<PathBuf> = vec![site.home.door(DOOR)?.log(), at.join("hub.log")];
    for log in logs {
        let text = std::fs::read_to_string(&log)?;
        ensure!(text.contains("INFO"), "{} is empty", log.display());
        for secret in &texts {
            withstood(
                "a log tells nothing of people and keys",
                !text.contains(secret),
            );
        }
    }
    let heard = tap.heard.lock().expect("a tap does not panic").clone();
    ensure!(heard.len() > 400, "the wire was not heard");
    let mut marks: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    marks.push(base64url::decode::<Vec<u8>>(&holder).context("a key is base64url")?);
    let credential = base64url::decode::<Vec<u8>>(&credential).context("so is a credential")?;
    // In pieces: what is sealed has none of them, wherever it is cut.
    marks.extend(
        credential
            .chunks(24)
            .map(<[u8]>::to_vec)
            .filter(|part| part.len() == 24),
    );
    for mark in marks {
        let tells = heard.windows(mark.len()).any(|part| part == mark);
        withstood("the wire tells nothing of people and keys", !tells);
    }
    Ok(())
}

/// Carries connections to a door and keeps what it hears.
struct Tap {
    address: String,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Tap {
    fn before(door: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?.to_string();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (door, kept) = (door.to_owned(), Arc::clone(&heard));
        thread::spawn(move || {
            for phone in listener.incoming() {
                let (Ok(phone), Ok(door)) = (phone, TcpStream::connect(&door)) else {
                    return;
                };
                let (Ok(from_phone), Ok(from_door)) = (phone.try_clone(), door.try_clone()) else {
                    return;
                };
                let (one, other) = (Arc::clone(&kept), Arc::clone(&kept));
                thread::spawn(move || carry(from_phone, door, &one));
                thread::spawn(move || carry(from_door, phone, &other));
            }
        });
        Ok(Self { address, heard })
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, heard: &Mutex<Vec<u8>>) {
    let mut chunk = [0; 4096];
    while let Ok(length @ 1..) = from.read(&mut chunk) {
        heard
            .lock()
            .expect("a tap does not panic")
            .extend_from_slice(&chunk[..length]);
        if to.write_all(&chunk[..length]).is_err() {
            break;
        }
    }
    // The other end may be gone already.
    let _ = to.shutdown(Shutdown::Both);
}
