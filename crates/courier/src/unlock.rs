use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use bluetooth::{BluetoothCentral, Central, LinkError, StreamCentral, find};
use door_protocol::{Answer, Command, KeySession};
use rand::{RngCore, rngs::OsRng};

use crate::{
    handset::Handset,
    pass::{DriverPass, PassDoor, PassError},
};

/// How long a handset looks for a door before it says that the door is not there.
const SEARCH_TIMEOUT: Duration = Duration::from_secs(15);

/// How the handset reaches a door.
#[derive(Clone, Debug)]
pub enum Reach {
    /// Over Bluetooth LE, with the named adapter (as `hci1`) or the machine's first.
    Bluetooth {
        /// The adapter's name.
        adapter: Option<String>,
    },
    /// Over the door's stream link.
    Stream(SocketAddr),
}

/// Why there is no answer from the door.
#[derive(Debug, thiserror::Error)]
pub enum UnlockError {
    /// The pass is not for this handset.
    #[error(transparent)]
    Pass(#[from] PassError),
    /// The door did not show up, or there is no radio.
    #[error("the door cannot be reached")]
    Reach(#[from] LinkError),
    /// The connection failed, the exchange broke off, or this is not the real door.
    #[error("the door gave no answer")]
    Exchange(#[from] bluetooth::UnlockError),
}

/// Finds `door`, shows it the pass and asks it to unlock.
///
/// Looks for up to 15 s. Whether the door unlocks is the door's decision and stands in the answer.
pub async fn unlock(
    pass: &DriverPass,
    handset: &Handset,
    door: &PassDoor,
    reach: &Reach,
) -> Result<Answer, UnlockError> {
    if pass.holder != handset.holder() {
        return Err(PassError::OtherHandset(handset.holder()).into());
    }
    let central = central(reach, door);
    let sighting = find(central.as_ref(), door.id.short(), SEARCH_TIMEOUT).await?;
    let started = Instant::now();
    let clock = move || started.elapsed();
    let session = || session(pass, handset, door, clock());
    Ok(bluetooth::unlock(central.as_ref(), &sighting, session, clock, |_stage| {}).await?)
}

fn central(reach: &Reach, door: &PassDoor) -> Box<dyn Central> {
    match reach {
        Reach::Bluetooth { adapter } => Box::new(BluetoothCentral::new(adapter.clone())),
        Reach::Stream(address) => Box::new(StreamCentral::new(vec![(door.id.short(), *address)])),
    }
}

fn session(pass: &DriverPass, handset: &Handset, door: &PassDoor, now: Duration) -> KeySession {
    let mut entropy = [0; 32];
    OsRng.fill_bytes(&mut entropy);
    let (holder, credential) = (handset.secret(), &pass.credential);
    KeySession::new(
        door.id,
        door.key,
        holder,
        credential,
        Command::Unlock,
        entropy,
        now,
    )
}
