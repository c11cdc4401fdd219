//! What residents' devices carry between the hub and doors without a network.

use audit::SealedRecords;
use axum::extract::State;
use hub_api::{ApiError, Carried, Durable};
use serde::Deserialize;
use utoipa::IntoParams;

use super::callers::ResidentDevice;
use super::extract::{Json, Query};
use super::{App, Refused};

/// The version that the device has.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CarriedQuery {
    /// Leave the bundle out unless it is newer.
    newer_than: Option<u64>,
}

/// The building's newest signed bundle, and how far the hub has the records of the resident's doors.
#[utoipa::path(
    get, path = "/v1/carried", tag = "resident", security(("dpop" = [])),
    params(CarriedQuery),
    responses((status = 200, body = Carried), (status = "4XX", body = ApiError)),
)]
pub(super) async fn carried(
    State(app): State<App>,
    caller: ResidentDevice,
    Query(query): Query<CarriedQuery>,
) -> Result<Json<Carried>, Refused> {
    let ResidentDevice { building, unit, .. } = caller;
    let carried = app.hub.carried(building, unit, query.newer_than).await?;
    Ok(Json(carried))
}

/// Delivers records that a door sealed to the hub. A repeated batch is harmless.
#[utoipa::path(
    put, path = "/v1/carried/records", tag = "resident", security(("dpop" = [])),
    request_body = SealedRecords,
    responses((status = 200, body = Durable), (status = "4XX", body = ApiError)),
)]
pub(super) async fn put_records(
    State(app): State<App>,
    caller: ResidentDevice,
    Json(batch): Json<SealedRecords>,
) -> Result<Json<Durable>, Refused> {
    let durable_seq = app
        .hub
        .take_carried_records(caller.building, &batch)
        .await?;
    Ok(Json(Durable { durable_seq }))
}
