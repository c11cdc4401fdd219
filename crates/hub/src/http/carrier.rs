//! What carriers ask for.

use access::BuildingId;
use axum::extract::State;
use hub_api::{ApiError, CarrierCredential};
use serde::Deserialize;
use utoipa::IntoParams;

use super::callers::Carrier;
use super::extract::{Json, Query};
use super::{App, Refused};

/// For which building.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CredentialQuery {
    /// The building; the one granted last when absent.
    building: Option<BuildingId>,
}

/// A fresh carrier credential.
#[utoipa::path(
    get, path = "/v1/carrier/credential", tag = "carrier", security(("dpop" = [])),
    params(CredentialQuery),
    responses((status = 200, body = CarrierCredential), (status = "4XX", body = ApiError)),
)]
pub(super) async fn credential(
    State(app): State<App>,
    caller: Carrier,
    Query(query): Query<CredentialQuery>,
) -> Result<Json<CarrierCredential>, Refused> {
    Ok(Json(
        app.hub
            .issue_for_carrier(caller.carrier, query.building)
            .await?,
    ))
}
