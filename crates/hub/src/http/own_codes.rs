//! Residents' own keypad codes.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use hub_api::{ApiError, MadeCode, OwnCode};

use super::callers::ResidentDevice;
use super::extract::Json;
use super::{App, Refused};

/// Makes the resident's own code for the calling device, and tells it this once; the device's code before ends.
///
/// It has eight digits, is good for 90 days, and opens the doors with a keypad that the resident may pass. It ends with
/// the device's enrolment.
#[utoipa::path(
    post, path = "/v1/code", tag = "resident", security(("dpop" = [])),
    responses((status = 201, body = MadeCode), (status = "4XX", body = ApiError)),
)]
pub(super) async fn make(
    State(app): State<App>,
    caller: ResidentDevice,
) -> Result<impl IntoResponse, Refused> {
    let (own, code) = app.hub.make_own_code(&caller.household()).await?;
    let code = code.to_string();
    Ok((StatusCode::CREATED, Json(MadeCode { own, code })))
}

/// The calling device's own code, as it stands; not its digits.
#[utoipa::path(
    get, path = "/v1/code", tag = "resident", security(("dpop" = [])),
    responses((status = 200, body = OwnCode), (status = "4XX", body = ApiError)),
)]
pub(super) async fn show(
    State(app): State<App>,
    caller: ResidentDevice,
) -> Result<Json<OwnCode>, Refused> {
    Ok(Json(app.hub.own_code(&caller.household()).await?))
}

/// Ends the calling device's own code at once. Doors that are online know within a second. Repeating it is harmless.
#[utoipa::path(
    delete, path = "/v1/code", tag = "resident", security(("dpop" = [])),
    responses((status = 204), (status = "4XX", body = ApiError)),
)]
pub(super) async fn end(
    State(app): State<App>,
    caller: ResidentDevice,
) -> Result<StatusCode, Refused> {
    app.hub.end_own_code(&caller.household()).await?;
    Ok(StatusCode::NO_CONTENT)
}
