//! A phone, a door that speaks Bluetooth, and the person who holds the phone.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use access::ShortDoorId;
use async_trait::async_trait;
use blec::mock::{self, DeviceHandle, DeviceSpec, MockWorld, Op, ServiceSpec};
use btleplug::{
    Error, Result,
    api::{
        Central, CentralEvent, CentralState, CharPropFlags, RetrievePeripheralsOptions, ScanFilter,
        WriteType,
    },
    platform::PeripheralId,
};
use bytes::Bytes;
use door_protocol::{FROM_DOOR_UUID, SERVICE_UUID, TO_DOOR_UUID};
use futures::Stream;
use tokio::time::sleep;
use uuid::Uuid;

use super::super::{Phone, Stack as Radio};
use super::doors::Site;
use crate::{COMPANY, Link, LinkError, Listener, Transport, link::link, manufacturer_data};

pub(super) const DOOR: ShortDoorId = ShortDoorId([1, 2, 3, 4, 5, 6]);

const SERVICE: Uuid = Uuid::from_u128(SERVICE_UUID);
const TO_DOOR: Uuid = Uuid::from_u128(TO_DOOR_UUID);
const FROM_DOOR: Uuid = Uuid::from_u128(FROM_DOOR_UUID);

pub(super) struct Stage {
    pub(super) world: MockWorld,
    pub(super) door: DeviceHandle,
    pub(super) person: Person,
    pub(super) phone: Phone<Mocked>,
    pub(super) site: Arc<Site>,
}

impl Stage {
    pub(super) fn set() -> Self {
        Self::with_mtu(247)
    }

    pub(super) fn with_mtu(mtu: u16) -> Self {
        Self::new(DOOR, mtu, Site::new())
    }

    /// The door of a site that decides for real.
    pub(super) fn of_site(site: Site, mtu: u16) -> Self {
        Self::new(site.identity.door().short(), mtu, site)
    }

    fn new(door: ShortDoorId, mtu: u16, site: Site) -> Self {
        let world = MockWorld::new();
        let person = Person::default();
        let service = ServiceSpec::new(SERVICE)
            .characteristic(TO_DOOR, CharPropFlags::WRITE_WITHOUT_RESPONSE)
            .characteristic(FROM_DOOR, CharPropFlags::NOTIFY);
        let spec = DeviceSpec::new([0xD0, 0, 0, 0, 0, 1])
            .manufacturer_data(COMPANY, manufacturer_data(door))
            .service(service)
            .mtu(mtu);
        let radio = Mocked {
            world: world.clone(),
            person: person.clone(),
        };
        Self {
            door: world.add_device(spec),
            world,
            person,
            phone: Phone::over(radio),
            site: Arc::new(site),
        }
    }

    /// Puts another device within reach.
    pub(super) fn headphones(&self) {
        let spec = DeviceSpec::new([0xAA, 0, 0, 0, 0, 1]).manufacturer_data(0x004C, vec![1; 6]);
        self.world.add_device(spec);
    }

    pub(super) fn listener(&self) -> MockListener {
        MockListener {
            door: self.door.clone(),
        }
    }

    /// What was written to the door, and how.
    pub(super) fn writes(&self) -> Vec<(Vec<u8>, WriteType)> {
        writes(&self.door)
    }
}

fn writes(door: &DeviceHandle) -> Vec<(Vec<u8>, WriteType)> {
    let to_door = door.ops().into_iter().filter_map(|op| match op {
        Op::Write(to, data, kind) if to == TO_DOOR => Some((data, kind)),
        _ => None,
    });
    to_door.collect()
}

/// The door's end: a phone has come when it has subscribed.
pub(super) struct MockListener {
    door: DeviceHandle,
}

#[async_trait]
impl Listener for MockListener {
    async fn accept(&mut self) -> std::result::Result<Link, LinkError> {
        while self.door.subscriptions().is_empty() {
            sleep(Duration::from_millis(1)).await;
        }
        let (end, mut wire) = link(Transport::Bluetooth, 182);
        let door = self.door.clone();
        let mut read = writes(&door).len();
        tokio::spawn(async move {
            while door.is_connected() {
                while let Ok(chunk) = wire.departing.try_recv() {
                    door.notify(SERVICE, FROM_DOOR, chunk.to_vec());
                }
                for (data, _) in writes(&door).drain(..).skip(read) {
                    read += 1;
                    drop(wire.arrived.send(Bytes::from(data)).await);
                }
                sleep(Duration::from_millis(1)).await;
            }
        });
        Ok(end)
    }
}

/// Whom the system asks whether the app may use Bluetooth. Clones are the same person.
#[derive(Clone, Debug, Default)]
pub(super) struct Person(Arc<Mind>);

#[derive(Debug, Default)]
struct Mind {
    refuses: AtomicBool,
    asked: AtomicUsize,
    seconds: AtomicUsize,
}

impl Person {
    pub(super) fn refuses(&self) {
        self.0.refuses.store(true, Ordering::SeqCst);
    }

    pub(super) fn allows_in_the_settings(&self) {
        self.0.refuses.store(false, Ordering::SeqCst);
    }

    pub(super) fn takes(&self, time: Duration) {
        let seconds = usize::try_from(time.as_secs()).unwrap();
        self.0.seconds.store(seconds, Ordering::SeqCst);
    }

    pub(super) fn was_asked(&self) -> usize {
        self.0.asked.load(Ordering::SeqCst)
    }

    fn is_willing(&self) -> bool {
        !self.0.refuses.load(Ordering::SeqCst)
    }
}

pub(super) struct Mocked {
    world: MockWorld,
    person: Person,
}

#[async_trait]
impl Radio for Mocked {
    type Adapter = Guarded;

    async fn ready(&self) -> std::result::Result<(), LinkError> {
        Ok(())
    }

    async fn adapter(&self) -> Result<Guarded> {
        Ok(Guarded {
            adapter: self.world.adapter(),
            person: self.person.clone(),
        })
    }

    async fn ask(&self) -> std::result::Result<bool, LinkError> {
        self.person.0.asked.fetch_add(1, Ordering::SeqCst);
        let seconds = self.person.0.seconds.load(Ordering::SeqCst) as u64;
        sleep(Duration::from_secs(seconds)).await;
        Ok(self.person.is_willing())
    }
}

/// The mocked adapter, as Android guards it: who was refused the permission cannot scan.
#[derive(Clone, Debug)]
pub(super) struct Guarded {
    adapter: mock::Adapter,
    person: Person,
}

#[async_trait]
impl Central for Guarded {
    type Peripheral = mock::Peripheral;

    async fn start_scan(&self, filter: ScanFilter) -> Result<()> {
        if !self.person.is_willing() {
            let text = "android: start_scan failed: start_scan: Missing bluetooth permission!";
            return Err(Error::RuntimeError(text.to_owned()));
        }
        self.adapter.start_scan(filter).await
    }

    async fn events(&self) -> Result<Pin<Box<dyn Stream<Item = CentralEvent> + Send>>> {
        self.adapter.events().await
    }

    async fn stop_scan(&self) -> Result<()> {
        self.adapter.stop_scan().await
    }

    async fn peripherals(&self) -> Result<Vec<mock::Peripheral>> {
        self.adapter.peripherals().await
    }

    async fn retrieve_peripherals(
        &self,
        options: RetrievePeripheralsOptions,
    ) -> Result<Vec<mock::Peripheral>> {
        self.adapter.retrieve_peripherals(options).await
    }

    async fn peripheral(&self, id: &PeripheralId) -> Result<mock::Peripheral> {
        self.adapter.peripheral(id).await
    }

    async fn add_peripheral(&self, id: &PeripheralId) -> Result<mock::Peripheral> {
        self.adapter.add_peripheral(id).await
    }

    async fn clear_peripherals(&self) -> Result<()> {
        self.adapter.clear_peripherals().await
    }

    async fn adapter_info(&self) -> Result<String> {
        self.adapter.adapter_info().await
    }

    async fn adapter_state(&self) -> Result<CentralState> {
        self.adapter.adapter_state().await
    }
}
