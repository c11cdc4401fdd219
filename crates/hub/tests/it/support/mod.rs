//! A hub in a temporary folder, with a building whose people can be enrolled in one line each.

mod door;
mod events;
mod log;
mod raw;

use std::sync::Arc;

use access::{
    BuildingId, CarrierId, CarrierKey, DoorId, DoorKind, GrantId, HolderSecret, ResidentId,
    ResidentRecords, SigningKey, UnitId, ViewerPublicKey,
};
use hub::data::{DataFolder, Settings};
use hub::domain::{Hub, hash_code};
use hub::store::{
    Building, Carrier, Door, DoorRules, GrantSubject, Invitee, NewGrant, NewInvite, Resident,
    Store, Unit,
};
use hub::{Clock, Server};
use hub_api::{Client, ClientIdentity, EnrolRequest, Enrolled, EnrolledSubject, Invite, Subject};
use rand::RngCore as _;
use tempfile::TempDir;
use url::Url;

pub(crate) use door::{TestClip, TestDoor};
pub(crate) use events::{Events, next_event, next_news, open_events, open_events_after};
pub(crate) use log::Captured;
pub(crate) use raw::{Answer, Raw, authorised};

pub(crate) struct TestHub {
    pub(crate) clock: Clock,
    dir: TempDir,
    server: Option<Server>,
}

/// 12 Elm Street: a lobby, an apartment door, one resident, one carrier granted the lobby.
pub(crate) struct Elm {
    pub(crate) building: Building,
    pub(crate) lobby: DoorId,
    pub(crate) apartment: DoorId,
    pub(crate) maya: ResidentId,
    pub(crate) northline: CarrierId,
    pub(crate) carrier_grant: GrantId,
}

/// An enrolled client with what it enrolled with.
pub(crate) struct Enrolee {
    pub(crate) client: Client,
    pub(crate) enrolled: Enrolled,
    pub(crate) seed: [u8; 32],
    pub(crate) holder: HolderSecret,
}

impl TestHub {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(adjust: impl FnOnce(&mut Settings)) -> Self {
        let dir = TempDir::new().unwrap();
        let mut settings = Settings::new("Elm hub", None);
        settings.listen = "127.0.0.1:0".parse().unwrap();
        settings.pass_url = Some("https://pass.elm.example".parse().unwrap());
        adjust(&mut settings);
        DataFolder::init(dir.path(), &settings).unwrap();
        let mut hub = Self {
            clock: Clock::default(),
            dir,
            server: None,
        };
        hub.resume().await;
        hub
    }

    /// Starts the stopped hub, on the address it had.
    pub(crate) async fn resume(&mut self) {
        let address = std::fs::read_to_string(self.folder().path().join("address"));
        let listen = address.ok().map(|text| text.trim().parse().unwrap());
        let server = Server::start(self.folder(), listen, self.clock.clone())
            .await
            .unwrap();
        self.server = Some(server);
    }

    pub(crate) async fn stop(&mut self) {
        self.server.take().unwrap().stop().await;
    }

    pub(crate) fn folder(&self) -> DataFolder {
        DataFolder::open(self.dir.path()).unwrap()
    }

    pub(crate) fn hub(&self) -> &Arc<Hub> {
        self.server.as_ref().unwrap().hub()
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.hub().store
    }

    pub(crate) fn url(&self) -> Url {
        let address = self.server.as_ref().unwrap().address();
        Url::parse(&format!("https://{address}")).unwrap()
    }

    pub(crate) fn raw(&self) -> Raw {
        Raw::new(self.url(), self.clock.clone())
    }

    pub(crate) async fn elm(&self) -> Elm {
        self.building("12 Elm Street").await
    }

    /// A building like Elm's under another name.
    pub(crate) async fn building(&self, name: &str) -> Elm {
        let store = self.store();
        let id = BuildingId::from_entropy(random16());
        let key = self.folder().create_building_key(id).unwrap().public();
        let resident_records = ResidentRecords::Unnamed;
        let building = Building {
            id,
            name: name.to_owned(),
            key,
            resident_records,
            time_zone: "UTC".to_owned(),
        };
        store.add_building(&building).await.unwrap();
        let unit = UnitId::from_entropy(random16());
        store
            .add_unit(&Unit {
                id: unit,
                building: id,
                name: "3B".into(),
            })
            .await
            .unwrap();
        let lobby = self.add_door(id, "Lobby", None).await;
        let apartment = self.add_door(id, "Apartment 3B", Some(unit)).await;
        let maya = ResidentId::from_entropy(random16());
        let resident = Resident {
            id: maya,
            unit,
            building: id,
            name: "Maya Lindqvist".into(),
        };
        store.add_resident(&resident).await.unwrap();
        let northline = CarrierId::from_entropy(random16());
        let name = format!("Northline for {name}");
        store
            .add_carrier(&Carrier {
                id: northline,
                name,
                key: None,
            })
            .await
            .unwrap();
        let carrier_grant = self.grant_carrier(id, northline, vec![lobby]).await;
        self.hub().refresh_bundles().await.unwrap();
        Elm {
            building,
            lobby,
            apartment,
            maya,
            northline,
            carrier_grant,
        }
    }

    pub(crate) async fn add_door(
        &self,
        building: BuildingId,
        name: &str,
        unit: Option<UnitId>,
    ) -> DoorId {
        let id = DoorId::from_entropy(random16());
        let kind = if unit.is_some() {
            DoorKind::Unit
        } else {
            DoorKind::Common
        };
        let name = name.to_owned();
        let door = Door {
            id,
            building,
            name,
            kind,
            unit,
            unlock_s: 5,
            rules: DoorRules::default(),
            keys: None,
            stream_address: None,
            camera: false,
            keypad: false,
            live_addresses: Vec::new(),
        };
        self.store().add_door(&door).await.unwrap();
        id
    }

    async fn grant_carrier(
        &self,
        building: BuildingId,
        carrier: CarrierId,
        doors: Vec<DoorId>,
    ) -> GrantId {
        let id = GrantId::from_entropy(random16());
        let subject = GrantSubject::Carrier(carrier);
        let not_before = self.clock.now_s();
        let grant = NewGrant {
            id,
            building,
            subject,
            doors,
            not_before,
            not_after: None,
        };
        self.store().add_grant(&grant).await.unwrap();
        id
    }

    pub(crate) async fn invite(&self, invitee: Invitee) -> Invite {
        let code = access::base64url::encode(random16());
        let expires_at = self.clock.now_s() + 3600;
        let code_hash = hash_code(&code);
        self.store()
            .add_invite(&NewInvite {
                code_hash,
                invitee,
                expires_at,
            })
            .await
            .unwrap();
        Invite {
            hub: self.url(),
            key: self.folder().key_hash().unwrap(),
            code,
        }
    }

    pub(crate) async fn enrol_resident(&self, elm: &Elm) -> Enrolee {
        let invite = self.invite(Invitee::Resident(elm.maya)).await;
        let (seed, holder) = (random32(), HolderSecret::from_bytes(random32()));
        self.enrol(&invite, device(seed, &holder), seed, holder)
            .await
    }

    /// A hub with 12 Elm Street, and a device of Maya's.
    pub(crate) async fn with_maya() -> (Self, Elm, Enrolee) {
        let hub = Self::start().await;
        let elm = hub.elm().await;
        let maya = hub.enrol_resident(&elm).await;
        (hub, elm, maya)
    }

    /// The same, and a device of Noor's.
    pub(crate) async fn with_neighbours() -> (Self, Elm, Enrolee, Enrolee) {
        let (hub, elm, maya) = Self::with_maya().await;
        let noor = hub.enrol_neighbour(&elm).await;
        (hub, elm, maya, noor)
    }

    /// Noor of 2A, a resident of the same building as Maya of 3B.
    pub(crate) async fn enrol_neighbour(&self, elm: &Elm) -> Enrolee {
        let building = elm.building.id;
        let unit = UnitId::from_entropy(random16());
        let name = "2A".to_owned();
        let home = Unit {
            id: unit,
            building,
            name,
        };
        self.store().add_unit(&home).await.unwrap();
        let id = ResidentId::from_entropy(random16());
        let name = "Noor".to_owned();
        let noor = Resident {
            id,
            unit,
            building,
            name,
        };
        self.store().add_resident(&noor).await.unwrap();
        let invite = self.invite(Invitee::Resident(id)).await;
        let (seed, holder) = (random32(), HolderSecret::from_bytes(random32()));
        self.enrol(&invite, device(seed, &holder), seed, holder)
            .await
    }

    pub(crate) async fn enrol_carrier(&self, elm: &Elm) -> Enrolee {
        let invite = self.invite(Invitee::Carrier(elm.northline)).await;
        let seed = random32();
        let auth_key = CarrierKey::from_seed(seed).public();
        let subject = Subject::Carrier {
            auth_key,
            name: None,
        };
        self.enrol(&invite, subject, seed, HolderSecret::from_bytes(random32()))
            .await
    }

    pub(crate) async fn enrol_door(&self, elm: &Elm, door: DoorId) -> TestDoor {
        let invite = self.invite(Invitee::Door(door)).await;
        let seed = random32();
        let subject = door_subject(seed);
        let holder = HolderSecret::from_bytes(random32());
        let enrolee = self.enrol(&invite, subject, seed, holder).await;
        TestDoor::new(elm.building.id, door, enrolee)
    }

    async fn enrol(
        &self,
        invite: &Invite,
        subject: Subject,
        seed: [u8; 32],
        holder: HolderSecret,
    ) -> Enrolee {
        let enrolled = Client::enrol(invite, subject, &seed).await.unwrap();
        let identity = ClientIdentity::new(&enrolled.client_id, seed);
        let client = Client::new(&invite.hub, invite.key, &identity).unwrap();
        Enrolee {
            client,
            enrolled,
            seed,
            holder,
        }
    }
}

impl Enrolee {
    pub(crate) fn device(&self) -> access::DeviceId {
        match self.enrolled.subject {
            EnrolledSubject::ResidentDevice { device, .. } => device,
            _ => panic!("not a resident's device"),
        }
    }
}

pub(crate) fn device(seed: [u8; 32], holder: &HolderSecret) -> Subject {
    Subject::ResidentDevice {
        device_name: "Maya's phone".to_owned(),
        auth_key: SigningKey::from_seed(seed).public(),
        holder_key: holder.public(),
        viewer_key: ViewerPublicKey(access::x25519_public(&random32())),
    }
}

pub(crate) fn door_subject(seed: [u8; 32]) -> Subject {
    Subject::Door {
        auth_key: SigningKey::from_seed(seed).public(),
        door_key: access::DoorPublicKey(access::x25519_public(&seed)),
        stream_address: Some("127.0.0.1:7411".to_owned()),
    }
}

pub(crate) fn enrol_request(invite: &Invite, subject: Subject) -> EnrolRequest {
    EnrolRequest::from_invite(invite, subject).1
}

pub(crate) fn random16() -> [u8; 16] {
    let mut bytes = [0; 16];
    rand::thread_rng().fill_bytes(&mut bytes);
    bytes
}

pub(crate) fn random32() -> [u8; 32] {
    let mut bytes = [0; 32];
    rand::thread_rng().fill_bytes(&mut bytes);
    bytes
}
