//! What residents may know of the building and of what it holds of them, and what they can have removed.

use access::{DeviceId, ResidentId};
use axum::extract::State;
use axum::http::StatusCode;
use hub_api::{ApiError, DeviceInfo, ErrorCode, Forgotten, MyData, Policy, WatchPage};
use serde::Deserialize;
use utoipa::IntoParams;

use super::callers::ResidentDevice;
use super::extract::{Json, Path, Query};
use super::{App, Refused};

/// How long what is kept, and who may watch the resident's doors.
#[utoipa::path(
    get, path = "/v1/policy", tag = "resident", security(("dpop" = [])),
    responses((status = 200, body = Policy), (status = "4XX", body = ApiError)),
)]
pub(super) async fn policy(
    State(app): State<App>,
    caller: ResidentDevice,
) -> Result<Json<Policy>, Refused> {
    Ok(Json(app.hub.policy(&caller.household()).await?))
}

/// Where a page of watches begins.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WatchQuery {
    /// Only days before this one, as `2026-05-12`.
    before: Option<String>,
}

/// Who watched the resident's doors live, newest day first. Of other residents it tells door and day only, once the day is over.
#[utoipa::path(
    get, path = "/v1/watches", tag = "resident", security(("dpop" = [])),
    params(WatchQuery),
    responses((status = 200, body = WatchPage), (status = "4XX", body = ApiError)),
)]
pub(super) async fn watches(
    State(app): State<App>,
    caller: ResidentDevice,
    Query(page): Query<WatchQuery>,
) -> Result<Json<WatchPage>, Refused> {
    let household = caller.household();
    let page = app.hub.watches(&household, page.before.as_deref()).await?;
    Ok(Json(page))
}

/// The resident's own devices that open doors, newest first.
#[utoipa::path(
    get, path = "/v1/devices", tag = "resident", security(("dpop" = [])),
    responses((status = 200, body = Vec<DeviceInfo>), (status = "4XX", body = ApiError)),
)]
pub(super) async fn devices(
    State(app): State<App>,
    caller: ResidentDevice,
) -> Result<Json<Vec<DeviceInfo>>, Refused> {
    let household = caller.household();
    let devices = app.hub.own_devices(&household, caller.device).await?;
    Ok(Json(devices))
}

/// Takes one of the resident's own devices off the list. Doors that are online know within a second. Repeating it is harmless.
#[utoipa::path(
    delete, path = "/v1/devices/{device}", tag = "resident", security(("dpop" = [])),
    params(("device" = DeviceId, Path, description = "the device")),
    responses((status = 204), (status = "4XX", body = ApiError)),
)]
pub(super) async fn remove_device(
    State(app): State<App>,
    caller: ResidentDevice,
    Path(device): Path<DeviceId>,
) -> Result<StatusCode, Refused> {
    app.hub.remove_device(&caller.household(), device).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Everything that the hub holds about the resident.
#[utoipa::path(
    get, path = "/v1/me", tag = "resident", security(("dpop" = [])),
    responses((status = 200, body = MyData), (status = "4XX", body = ApiError)),
)]
pub(super) async fn my_data(
    State(app): State<App>,
    caller: ResidentDevice,
) -> Result<Json<MyData>, Refused> {
    let household = caller.household();
    Ok(Json(app.hub.my_data(&household, caller.device).await?))
}

/// Ends everything of the resident who asks and deletes what can be: passes, what devices are called and, where records name
/// nobody, the name. The log stays, and so do the keys by which old exports are checked.
#[utoipa::path(
    delete, path = "/v1/residents/{resident}", tag = "resident", security(("dpop" = [])),
    params(("resident" = ResidentId, Path, description = "the caller's own id")),
    responses((status = 200, body = Forgotten), (status = "4XX", body = ApiError)),
)]
pub(super) async fn forget(
    State(app): State<App>,
    caller: ResidentDevice,
    Path(resident): Path<ResidentId>,
) -> Result<Json<Forgotten>, Refused> {
    if resident != caller.resident {
        let message = "You are no such resident. Only residents themselves can be forgotten here.";
        return Err(Refused::new(ErrorCode::NotFound, message));
    }
    Ok(Json(app.hub.forget_resident(&caller.household()).await?))
}
