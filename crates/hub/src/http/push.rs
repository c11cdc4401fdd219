//! Where residents' devices ask to be woken.

use axum::extract::State;
use axum::http::StatusCode;
use hub_api::{ApiError, PushOffer, PushSubscription};

use super::callers::ResidentDevice;
use super::extract::Json;
use super::{App, Refused};

/// What an endpoint is asked for with; not found where the operator has not turned pushes on.
#[utoipa::path(
    get, path = "/v1/push", tag = "resident", security(("dpop" = [])),
    responses((status = 200, body = PushOffer), (status = "4XX", body = ApiError)),
)]
pub(super) async fn offer(
    State(app): State<App>,
    _caller: ResidentDevice,
) -> Result<Json<PushOffer>, Refused> {
    Ok(Json(app.hub.push_offer()?))
}

/// Has the calling device woken at an endpoint, which replaces the one before. What it is sent there says that there is
/// something to fetch, and nothing else.
#[utoipa::path(
    put, path = "/v1/push", tag = "resident", security(("dpop" = [])),
    request_body = PushSubscription,
    responses((status = 204), (status = "4XX", body = ApiError)),
)]
pub(super) async fn subscribe(
    State(app): State<App>,
    caller: ResidentDevice,
    Json(wanted): Json<PushSubscription>,
) -> Result<StatusCode, Refused> {
    app.hub.set_push(caller.device, &wanted).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Has the calling device woken no more. Repeating it is harmless.
#[utoipa::path(
    delete, path = "/v1/push", tag = "resident", security(("dpop" = [])),
    responses((status = 204), (status = "4XX", body = ApiError)),
)]
pub(super) async fn unsubscribe(
    State(app): State<App>,
    caller: ResidentDevice,
) -> Result<StatusCode, Refused> {
    app.hub.store.drop_push(caller.device).await?;
    Ok(StatusCode::NO_CONTENT)
}
