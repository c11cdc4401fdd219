//! Who calls. A handler states its caller in its signature; without one it is public.

use access::{
    BuildingId, CarrierId, DeviceId, DoorId, GrantId, HolderPublicKey, ResidentId, UnitId,
};
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use hub_api::ErrorCode;

use super::proof::prove;
use super::{App, Refused};
use crate::domain::Uploader;
use crate::store::{Audience, Client, ClientSubject};

/// A resident's device.
#[derive(Clone, Copy, Debug)]
pub(super) struct ResidentDevice {
    pub(super) device: DeviceId,
    pub(super) resident: ResidentId,
    pub(super) unit: UnitId,
    pub(super) building: BuildingId,
    pub(super) grant: GrantId,
    pub(super) holder_key: HolderPublicKey,
}

/// A door.
#[derive(Clone, Copy, Debug)]
pub(super) struct DoorDevice {
    pub(super) door: DoorId,
    pub(super) building: BuildingId,
}

/// A carrier.
#[derive(Clone, Copy, Debug)]
pub(super) struct Carrier {
    pub(super) carrier: CarrierId,
}

/// Somebody who belongs to one building: a resident's device or a door.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) client_id: String,
    pub(super) building: BuildingId,
    pub(super) audiences: Vec<Audience>,
    pub(super) unit: Option<UnitId>,
    pub(super) door: Option<DoorId>,
}

impl DoorDevice {
    pub(super) fn uploader(self) -> Uploader {
        Uploader {
            door: self.door,
            building: self.building,
        }
    }
}

impl FromRequestParts<App> for ResidentDevice {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        match authenticate(parts, app).await?.subject {
            ClientSubject::Device {
                device,
                resident,
                unit,
                building,
                grant,
                holder_key,
            } => Ok(Self {
                device,
                resident,
                unit,
                building,
                grant,
                holder_key,
            }),
            _ => Err(forbidden("residents' devices")),
        }
    }
}

impl FromRequestParts<App> for DoorDevice {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        match authenticate(parts, app).await?.subject {
            ClientSubject::Door { door, building } => Ok(Self { door, building }),
            _ => Err(forbidden("doors")),
        }
    }
}

impl FromRequestParts<App> for Carrier {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        match authenticate(parts, app).await?.subject {
            ClientSubject::Carrier { carrier } => Ok(Self { carrier }),
            _ => Err(forbidden("carriers")),
        }
    }
}

impl FromRequestParts<App> for Member {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refused> {
        let client = authenticate(parts, app).await?;
        let (building, unit, door, audiences) = match client.subject {
            ClientSubject::Device {
                resident,
                unit,
                building,
                ..
            } => {
                let own = [Audience::Unit(unit), Audience::Resident(resident)];
                (
                    building,
                    Some(unit),
                    None,
                    [&[Audience::Residents(building)], &own[..]].concat(),
                )
            }
            ClientSubject::Door { door, building } => {
                let audiences = vec![Audience::Doors(building)];
                (building, None, Some(door), audiences)
            }
            ClientSubject::Carrier { .. } => {
                return Err(forbidden("residents' devices and doors"));
            }
        };
        Ok(Self {
            client_id: client.id,
            building,
            audiences,
            unit,
            door,
        })
    }
}

/// Token, proof, and what is known about the client now: nothing about it is read from the token.
async fn authenticate(parts: &Parts, app: &App) -> Result<Client, Refused> {
    #[cfg(feature = "weakened")]
    if let Some(anybody) = super::weakened::anybody(parts) {
        return Ok(anybody);
    }
    let token = access_token(parts)?;
    let claims = app.tokens.check(token, app.hub.clock.now_s())?;
    let proven = prove(app, parts, Some(token))?;
    if !access::off!(TokenBinding) && !claims.is_bound_to(&proven) {
        let message = "The DPoP proof is refused: the token is bound to another key.";
        return Err(Refused::new(ErrorCode::InvalidProof, message));
    }
    let client = app.hub.store.client(&claims.sub).await?;
    match client.filter(|client| access::off!(TokenBinding) || client.key == proven.key) {
        Some(client) if client.revoked => Err(revoked()),
        Some(client) => Ok(client),
        None => {
            let message = "The access token is refused: its client is no longer enrolled.";
            Err(Refused::new(ErrorCode::InvalidToken, message))
        }
    }
}

fn access_token(parts: &Parts) -> Result<&str, Refused> {
    let missing = || {
        let message = "This needs an access token: Authorization: DPoP TOKEN, with a DPoP proof.";
        Refused::new(ErrorCode::Unauthorized, message)
    };
    let mut values = parts.headers.get_all(AUTHORIZATION).iter();
    let value = values
        .next()
        .ok_or_else(missing)?
        .to_str()
        .map_err(|_| missing())?;
    let (scheme, token) = value.split_once(' ').ok_or_else(missing)?;
    if values.next().is_some() || !scheme.eq_ignore_ascii_case("DPoP") {
        return Err(missing());
    }
    Ok(token.trim())
}

pub(super) fn revoked() -> Refused {
    let message = "This device's access was revoked. Ask the building's manager.";
    Refused::new(ErrorCode::Revoked, message)
}

fn forbidden(who: &str) -> Refused {
    Refused::new(ErrorCode::Forbidden, format!("Only {who} may use this."))
}
