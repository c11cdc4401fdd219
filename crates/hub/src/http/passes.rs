//! Passes that residents make for their guests and deliveries.

use access::GrantId;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use hub_api::{ApiError, MadePass, NewPass, PassChange, PassInfo, PassLink, PassToken};
use qrcode::QrCode;
use qrcode::render::svg;
use url::Url;

use super::callers::ResidentDevice;
use super::extract::{Json, Path};
use super::{App, Refused};
use crate::domain::Household;

/// The least width and height of a link's QR code, in pixels.
const QR_PIXELS: u32 = 240;

impl ResidentDevice {
    pub(super) fn household(&self) -> Household {
        Household {
            building: self.building,
            unit: self.unit,
            resident: self.resident,
            grant: self.grant,
        }
    }
}

/// Makes a pass for a guest or a delivery, and tells its code and link this once.
///
/// Doors are those that the resident may use; a delivery's pass opens common doors only, once,
/// unless the device endorses that it opens the apartment's own door, once and within 24 hours. A resident has at most 20
/// open passes. The same token again is answered as the first time.
#[utoipa::path(
    post, path = "/v1/passes", tag = "resident", security(("dpop" = [])),
    request_body = NewPass,
    responses((status = 201, body = MadePass), (status = "4XX", body = ApiError)),
)]
pub(super) async fn make(
    State(app): State<App>,
    caller: ResidentDevice,
    Json(wanted): Json<NewPass>,
) -> Result<impl IntoResponse, Refused> {
    let link = link(&app, &wanted.token)?;
    let (pass, code) = app.hub.make_pass(&caller.household(), wanted).await?;
    let made = MadePass {
        pass,
        code: code.to_string(),
        link,
    };
    Ok((StatusCode::CREATED, Json(made)))
}

/// The passes of the resident's household, newest first; those that ended, for 30 days.
#[utoipa::path(
    get, path = "/v1/passes", tag = "resident", security(("dpop" = [])),
    responses((status = 200, body = Vec<PassInfo>), (status = "4XX", body = ApiError)),
)]
pub(super) async fn list(
    State(app): State<App>,
    caller: ResidentDevice,
) -> Result<Json<Vec<PassInfo>>, Refused> {
    Ok(Json(app.hub.passes(caller.unit).await?))
}

/// Gives an open pass of the household another label and end.
#[utoipa::path(
    put, path = "/v1/passes/{pass}", tag = "resident", security(("dpop" = [])),
    params(("pass" = GrantId, Path, description = "the pass")),
    request_body = PassChange,
    responses((status = 200, body = PassInfo), (status = "4XX", body = ApiError)),
)]
pub(super) async fn change(
    State(app): State<App>,
    caller: ResidentDevice,
    Path(pass): Path<GrantId>,
    Json(change): Json<PassChange>,
) -> Result<Json<PassInfo>, Refused> {
    let changed = app.hub.change_pass(caller.unit, pass, change).await?;
    Ok(Json(changed))
}

/// Ends a pass of the household at once. Doors that are online know within a second. Repeating it is harmless.
#[utoipa::path(
    delete, path = "/v1/passes/{pass}", tag = "resident", security(("dpop" = [])),
    params(("pass" = GrantId, Path, description = "the pass")),
    responses((status = 204), (status = "4XX", body = ApiError)),
)]
pub(super) async fn revoke(
    State(app): State<App>,
    caller: ResidentDevice,
    Path(pass): Path<GrantId>,
) -> Result<StatusCode, Refused> {
    app.hub.revoke_pass(caller.unit, pass).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where browsers find a pass's page, where they do.
fn link(app: &App, token: &PassToken) -> Result<Option<PassLink>, Refused> {
    let settings = app.hub.settings();
    let origin = settings.pass_url.as_ref().or(app.origins.first());
    let url = origin.and_then(|origin| origin.join(&format!("/pass/{token}")).ok());
    // The operator's certificate is for a name, and an address is none.
    let has_own = settings.tls.is_some() && settings.public_url.is_some();
    url.map(|url| {
        Ok(PassLink {
            qr_svg: qr_code(&url)?,
            warns: settings.pass_url.is_none() && !has_own,
            url,
        })
    })
    .transpose()
}

fn qr_code(link: &Url) -> Result<String, Refused> {
    let code = QrCode::new(link.as_str()).map_err(|error| Refused::internal(&error))?;
    let picture = code
        .render::<svg::Color<'_>>()
        .min_dimensions(QR_PIXELS, QR_PIXELS)
        .build();
    Ok(picture)
}
