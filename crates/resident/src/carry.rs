//! Carrying between the hub and doors without a network, where this device passes anyway: the newer
//! bundle there, sealed records back. In the background; the person sees nothing of it.

use std::time::Duration;

use access::DoorId;
use audit::SealedRecords;
use bluetooth::{Channel, UnlockError};
use door_protocol::{CarryAnswer, CarryRefusal, CarryRequest, DoorStatus};
use hub_api::ErrorCode as HubCode;
use tokio::time::timeout;
use tracing::{info, warn};

use crate::Shell;
use crate::core::Core;
use crate::hub::{Hub, HubError};
use crate::store::StoreError;
use crate::ui::AppError;

/// How long a door is kept busy at most.
const MOST_TIME: Duration = Duration::from_secs(8);

/// The most batches of records taken along at once: some 128 KiB, some 400 records.
const MOST_BATCHES: usize = 32;

/// The connection to a door that has just let this device in.
pub(crate) type DoorChannel = Channel<Box<dyn Fn() -> Duration + Send + Sync>>;

/// Why nothing, or not everything, was carried.
#[derive(Debug, thiserror::Error)]
enum CarryError {
    #[error(transparent)]
    Link(#[from] UnlockError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the door refuses: {0}")]
    Refused(CarryRefusal),
    #[error("the door answered something else")]
    Unexpected,
}

/// Why the hub was not asked, or did not take what was carried.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExchangeError {
    #[error(transparent)]
    Hub(#[from] HubError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("this device's database cannot be used: {0}")]
    Device(#[from] AppError),
    #[error("the hub's bundle is not the building's")]
    ForeignBundle,
}

/// Does for a door what can be done, until another tap on it. `own_seq` is the record of the entry.
pub(crate) async fn after_unlock<S: Shell>(
    core: &Core<S>,
    door: DoorId,
    number: u64,
    own_seq: u64,
    mut channel: DoorChannel,
) {
    let errand = timeout(MOST_TIME, run_errand(core, door, own_seq, &mut channel));
    let done = tokio::select! {
        done = errand => done,
        () = tapped_again(core, door, number) => return,
    };
    match done {
        Ok(Ok(())) => {}
        Ok(Err(error)) => info!(%error, "a door was not brought up to date"),
        Err(_) => info!("a door was not brought up to date in time"),
    }
}

async fn tapped_again<S: Shell>(core: &Core<S>, door: DoorId, number: u64) {
    let mut taps = core.taps.subscribe();
    let is_latest = |core: &Core<S>| {
        let attempt = core.live().attempts.get(&door).map(|latest| latest.number);
        attempt == Some(number)
    };
    while is_latest(core) && taps.changed().await.is_ok() {}
}

async fn run_errand<S: Shell>(
    core: &Core<S>,
    door: DoorId,
    own_seq: u64,
    channel: &mut DoorChannel,
) -> Result<(), CarryError> {
    let status = match channel.carry(&CarryRequest::Status).await? {
        CarryAnswer::Status(status) => status,
        CarryAnswer::Refused { code } => return Err(CarryError::Refused(code)),
        _ => return Err(CarryError::Unexpected),
    };
    bring_bundle(core, status, channel).await?;
    take_records(core, door, status, own_seq, channel).await
}

/// Hands over the bundle that this device has, where it is newer than the door's.
async fn bring_bundle<S: Shell>(
    core: &Core<S>,
    status: DoorStatus,
    channel: &mut DoorChannel,
) -> Result<(), CarryError> {
    let held = core.store.carried_bundle()?;
    let newer = held.filter(|(version, _)| *version > status.bundle_version);
    let Some((_, bundle)) = newer else {
        return Ok(());
    };
    let mut offset = 0;
    while let Some(part) = CarryRequest::part_of(bundle.as_bytes(), offset, channel.part_len()) {
        match channel.carry(&part).await? {
            CarryAnswer::PartTaken { next } if next > offset => offset = next,
            CarryAnswer::InForce { version } => {
                info!(version, "a door has the newer bundle from this device");
                break;
            }
            // Somebody was faster.
            CarryAnswer::Refused {
                code: CarryRefusal::NotNewer,
            } => break,
            CarryAnswer::Refused { code } => return Err(CarryError::Refused(code)),
            _ => return Err(CarryError::Unexpected),
        }
    }
    Ok(())
}

/// Takes along the records that neither the hub nor this device has, up to the own entry's.
async fn take_records<S: Shell>(
    core: &Core<S>,
    door: DoorId,
    status: DoorStatus,
    own_seq: u64,
    channel: &mut DoorChannel,
) -> Result<(), CarryError> {
    let mut after = core.store.carried_up_to(door)?.max(status.durable_seq);
    let mut taken = 0;
    while taken < MOST_BATCHES && after.saturating_add(1) < own_seq {
        let sealed = match channel.carry(&CarryRequest::Records { after }).await? {
            CarryAnswer::Records { sealed, .. } => sealed,
            CarryAnswer::NoRecords => break,
            CarryAnswer::Refused { code } => return Err(CarryError::Refused(code)),
            _ => return Err(CarryError::Unexpected),
        };
        let batch = SealedRecords::from_bytes(&sealed).map_err(|_| CarryError::Unexpected)?;
        if batch.door != door || batch.first_seq != after.saturating_add(1) {
            return Err(CarryError::Unexpected);
        }
        if !core.store.put_carried_records(&batch)? {
            warn!("this device carries as many records as it keeps; it must reach the hub");
            break;
        }
        after = batch.last_seq;
        taken += 1;
    }
    if taken > 0 {
        info!(batches = taken, "took a door's records along");
        core.brought.notify_one();
    }
    Ok(())
}

/// Fetches what doors may lack, and delivers what they gave. Costs news at most: a hub that takes
/// something else than what it is brought is told of in the log.
pub(crate) async fn exchange<S: Shell>(core: &Core<S>, hub: &dyn Hub) {
    if let Err(error) = try_to_exchange(core, hub).await {
        info!(%error, "nothing could be exchanged for doors without a network");
    }
}

async fn try_to_exchange<S: Shell>(core: &Core<S>, hub: &dyn Hub) -> Result<(), ExchangeError> {
    let building = core.enrolment()?.building;
    let held = core.store.carried_bundle()?.map(|(version, _)| version);
    let carried = hub.carried(held).await?;
    if let Some(signed) = carried.bundle {
        let bundle = signed.verify(&building.key);
        let bundle = bundle.map_err(|_| ExchangeError::ForeignBundle)?;
        if bundle.building != building.id {
            return Err(ExchangeError::ForeignBundle);
        }
        core.store.put_carried_bundle(bundle.version, &signed)?;
    }
    for known in carried.doors {
        core.store
            .set_carried_durable(known.door, known.durable_seq)?;
    }
    for batch in core.store.carried_records()? {
        deliver(core, hub, &batch).await?;
    }
    Ok(())
}

async fn deliver<S: Shell>(
    core: &Core<S>,
    hub: &dyn Hub,
    batch: &SealedRecords,
) -> Result<(), ExchangeError> {
    match hub.put_carried_records(batch).await {
        Ok(durable_seq) => Ok(core.store.set_carried_durable(batch.door, durable_seq)?),
        Err(HubError::Refused {
            code,
            retryable: false,
        }) if is_final(code) => {
            warn!(%code, "the hub does not take what a door sealed: it is dropped");
            Ok(core.store.drop_carried_records(batch)?)
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether the hub will say the same of this batch tomorrow.
fn is_final(code: HubCode) -> bool {
    use HubCode::{
        InvalidRequest, NotFound, PayloadTooLarge, RecordFork, RecordGap, RecordInvalid,
    };
    [
        InvalidRequest,
        NotFound,
        PayloadTooLarge,
        RecordFork,
        RecordGap,
        RecordInvalid,
    ]
    .contains(&code)
}
