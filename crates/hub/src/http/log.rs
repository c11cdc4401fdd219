//! The building's transparency log (C2SP tlog-tiles), for its residents and doors.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use hub_api::{ApiError, ErrorCode};

use super::callers::Member;
use super::extract::Path;
use super::{App, Refused};

/// The newest signed checkpoint of the caller's building: a C2SP signed note.
#[utoipa::path(
    get, path = "/v1/log/checkpoint", tag = "log", security(("dpop" = [])),
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = "4XX", body = ApiError),
    ),
)]
pub(super) async fn checkpoint(
    State(app): State<App>,
    caller: Member,
) -> Result<impl IntoResponse, Refused> {
    let log = app.hub.store.log(caller.building).await?;
    match log.checkpoint {
        Some(note) => Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], note)),
        None => Err(Refused::new(
            ErrorCode::NotFound,
            "The building's log is empty.",
        )),
    }
}

/// A tile of the log, as `LEVEL/INDEX` or `LEVEL/INDEX.p/WIDTH`: hashes of 32 bytes.
#[utoipa::path(
    get, path = "/v1/log/tile/{*path}", tag = "log", security(("dpop" = [])),
    params(("path" = String, Path, description = "the tile, as tlog-tiles writes it")),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = "4XX", body = ApiError),
    ),
)]
pub(super) async fn tile(
    State(app): State<App>,
    caller: Member,
    Path(path): Path<String>,
) -> Result<impl IntoResponse, Refused> {
    let bytes = app.hub.log_tile(caller.building, &path).await?;
    Ok(([(CONTENT_TYPE, "application/octet-stream")], bytes))
}
