//! What a door publishes: one service, two characteristics, one advertisement.

use std::{
    collections::{BTreeMap, BTreeSet},
    pin::pin,
    time::Duration,
};

use access::ShortDoorId;
use bluer::{
    Adapter, ErrorKind, Session,
    adv::{Advertisement, AdvertisementHandle},
    gatt::local::{
        Application, ApplicationHandle, Characteristic, CharacteristicControl,
        CharacteristicControlEvent, CharacteristicNotify, CharacteristicNotifyMethod,
        CharacteristicWrite, CharacteristicWriteMethod, Service, characteristic_control,
    },
};
use door_protocol::{FROM_DOOR_UUID, SERVICE_UUID, TO_DOOR_UUID};
use futures::{FutureExt, StreamExt};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{upkeep::Upkeep, visitor::Visitors};
use crate::{Link, LinkError, advertisement};

/// Between advertisements: Apple's shortest recommended intervals for being found at once.
const INTERVAL_MIN: Duration = Duration::from_millis(100);
const INTERVAL_MAX: Duration = Duration::from_millis(153);

/// A published door. Everything is withdrawn when it is dropped.
pub(super) struct Served {
    adapter: Adapter,
    visitors: Visitors,
    subscriptions: CharacteristicControl,
    published: Published,
}

/// Each is withdrawn when dropped.
type Published = (AdvertisementHandle, ApplicationHandle, Session);

/// Publishes the door on an adapter.
pub(super) async fn publish(name: Option<&str>, door: ShortDoorId) -> Result<Served, LinkError> {
    let session = Session::new().await.map_err(fault)?;
    let adapter = match name {
        Some(name) => session.adapter(name),
        None => session.default_adapter().await,
    };
    let adapter = adapter.map_err(fault)?;
    if !adapter.is_powered().await.map_err(fault)? {
        let switched = adapter.set_powered(true).await;
        switched.map_err(|_| LinkError::BluetoothOff)?;
    }
    let visitors = Visitors::default();
    let (subscriptions, from_door) = from_door();
    let application = application(to_door(visitors.clone()), from_door);
    let application = adapter
        .serve_gatt_application(application)
        .await
        .map_err(fault)?;
    let advertisement = adapter.advertise(broadcast(door)).await.map_err(fault)?;
    let published = (advertisement, application, session);
    Ok(Served {
        adapter,
        visitors,
        subscriptions,
        published,
    })
}

impl Served {
    /// Hands every phone that subscribes to `phones`. Ends with the reason when the radio is gone.
    pub(super) async fn run(self, phones: &mpsc::Sender<Result<Link, LinkError>>) -> LinkError {
        let Self {
            adapter,
            visitors,
            mut subscriptions,
            published: _published,
        } = self;
        let mut upkeep = pin!(Upkeep::new(adapter.clone(), visitors.clone()).run());
        loop {
            tokio::select! {
                error = &mut upkeep => return error,
                event = subscriptions.next() => match event {
                    Some(CharacteristicControlEvent::Notify(writer)) => {
                        let link = visitors.admit(writer, &adapter);
                        if phones.send(Ok(link)).await.is_err() {
                            return LinkError::Lost;
                        }
                    }
                    Some(CharacteristicControlEvent::Write(_)) => {}
                    None => return LinkError::NoAdapter,
                },
            }
        }
    }
}

fn application(to_door: Characteristic, from_door: Characteristic) -> Application {
    let service = Service {
        uuid: Uuid::from_u128(SERVICE_UUID),
        primary: true,
        characteristics: vec![to_door, from_door],
        ..Service::default()
    };
    Application {
        services: vec![service],
        ..Application::default()
    }
}

/// Writes come one by one with the phone's address: their socket would be shared by all phones in BlueZ up to 5.66.
fn to_door(visitors: Visitors) -> Characteristic {
    let arrived = Box::new(
        move |value, request: bluer::gatt::local::CharacteristicWriteRequest| {
            visitors.arrived(request.device_address, value);
            std::future::ready(Ok(())).boxed()
        },
    );
    Characteristic {
        uuid: Uuid::from_u128(TO_DOOR_UUID),
        write: Some(CharacteristicWrite {
            write_without_response: true,
            method: CharacteristicWriteMethod::Fun(arrived),
            ..CharacteristicWrite::default()
        }),
        ..Characteristic::default()
    }
}

/// Notifications go through a socket per phone, which tells when the phone has gone.
fn from_door() -> (CharacteristicControl, Characteristic) {
    let (control, control_handle) = characteristic_control();
    let characteristic = Characteristic {
        uuid: Uuid::from_u128(FROM_DOOR_UUID),
        notify: Some(CharacteristicNotify {
            notify: true,
            method: CharacteristicNotifyMethod::Io,
            ..CharacteristicNotify::default()
        }),
        control_handle,
        ..Characteristic::default()
    };
    (control, characteristic)
}

fn broadcast(door: ShortDoorId) -> Advertisement {
    let data = (
        advertisement::COMPANY,
        advertisement::manufacturer_data(door),
    );
    Advertisement {
        service_uuids: BTreeSet::from([Uuid::from_u128(SERVICE_UUID)]),
        manufacturer_data: BTreeMap::from([data]),
        discoverable: Some(true),
        min_interval: Some(INTERVAL_MIN),
        max_interval: Some(INTERVAL_MAX),
        ..Advertisement::default()
    }
}

/// What BlueZ's errors mean to a door.
#[expect(
    clippy::needless_pass_by_value,
    reason = "has the form that map_err takes"
)]
pub(super) fn fault(error: bluer::Error) -> LinkError {
    match error.kind {
        ErrorKind::NotReady => LinkError::BluetoothOff,
        ErrorKind::NotFound | ErrorKind::DoesNotExist | ErrorKind::InvalidName(_) => {
            LinkError::NoAdapter
        }
        ErrorKind::NotAuthorized | ErrorKind::NotPermitted => LinkError::PermissionDenied,
        ErrorKind::NotificationSessionStopped => LinkError::Lost,
        _ => named(&error),
    }
}

/// The bus itself has no kinds in bluer, only names. It answers for a BlueZ that does not run.
fn named(error: &bluer::Error) -> LinkError {
    let text = error.to_string();
    let any = |names: &[&str]| names.iter().any(|name| text.contains(name));
    if any(&[
        "ServiceUnknown",
        "Spawn.",
        "NoReply",
        "UnknownMethod",
        "FileNotFound",
    ]) {
        LinkError::NoAdapter
    } else if any(&["AccessDenied"]) {
        LinkError::PermissionDenied
    } else {
        LinkError::Io(text)
    }
}
