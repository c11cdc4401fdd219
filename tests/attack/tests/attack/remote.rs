//! From afar, through the hub.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use access::{Credential, DenyReason, DoorId, DoorPublicKey, HolderSecret};
use anyhow::{Context, Result, ensure};
use attack_tests::{random, site_of_one_door, withstood};
use bluetooth::{Link, run_key};
use building_tests::keyring::Keyring;
use door_protocol::{Answer, Command, KeySession};
use simulation::{CourierAnswer, Site};

/// A driver's pass and the key of the handset that it is for.
struct Driver {
    door: DoorId,
    door_key: DoorPublicKey,
    secret: HolderSecret,
    credential: Credential,
}

impl Driver {
    /// Reads what the driver's handset holds.
    fn of(site: &Site, door: &simulation::Door) -> Result<Self> {
        let words = site.home.carrier.unlock_command(door, None);
        let named = |name: &str| {
            let mut after = words.iter().skip_while(|word| *word != name);
            after.nth(1).context("the courier names its files")
        };
        let pass = courier::DriverPass::read(Path::new(named("--pass")?))?;
        let secret = std::fs::read(Path::new(named("--handset")?).join("holder.key"))?;
        let secret: [u8; 32] = secret.as_slice().try_into()?;
        Ok(Self {
            door: door.id.parse()?,
            door_key: pass.door(&door.id)?.key,
            secret: HolderSecret::from_bytes(secret),
            credential: pass.credential,
        })
    }

    async fn ask(&self, link: Link) -> Result<Answer> {
        let started = Instant::now();
        let session = KeySession::new(
            self.door,
            self.door_key,
            &self.secret,
            &self.credential,
            Command::Unlock,
            random(),
            Duration::ZERO,
        );
        Ok(run_key(link, session, || started.elapsed(), |_| ()).await?)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_whom_a_resident_relays_through_the_hub_opens_nothing() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let site = site_of_one_door(&folder.path().join("site"))?;
    let door = site.home.door("Main entrance")?;
    let id = door.id.parse()?;
    let device = Keyring::enrol(&site.home.resident_invite(&site.hub)?).await?;
    let driver = Driver::of(&site, door)?;

    let reason = DenyReason::OnlyAtTheDoor;
    let told = driver.ask(device.call(id).await?).await?;
    withstood(
        "a courier opens nothing from afar",
        told == Answer::Denied { reason },
    );
    let started = Instant::now();
    let session = device.request_to(id)?.session(Duration::ZERO);
    let answer = run_key(
        device.call(id).await?,
        session,
        || started.elapsed(),
        |_| (),
    )
    .await?;
    ensure!(
        matches!(answer, Answer::Unlocked { .. }),
        "the resident was answered {answer:?} from afar"
    );
    let answer = site.courier_at("Main entrance")?;
    ensure!(
        matches!(answer, CourierAnswer::Unlocked { .. }),
        "the courier was answered {answer:?} at the door"
    );
    Ok(())
}
