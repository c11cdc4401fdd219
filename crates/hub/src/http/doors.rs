//! What doors ask for and deliver.

use access::ClipId;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use clip::{SignedClipIndex, SignedClipPrefix, SignedThumbnail};
use hub_api::{ApiError, CodeSecret, DoorUpdate, Durable, RecordRun, UploadState};
use serde::Deserialize;
use utoipa::IntoParams;

use super::callers::DoorDevice;
use super::extract::{Bytes, Json, Path, Query};
use super::{App, Refused};

/// The version that the door has.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct BundleQuery {
    /// Answer only with a newer bundle.
    newer_than: Option<u64>,
}

/// The building's newest signed bundle: CBOR.
#[utoipa::path(
    get, path = "/v1/bundle", tag = "door", security(("dpop" = [])),
    params(BundleQuery),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/cbor"),
        (status = 204, description = "there is no newer one"),
        (status = "4XX", body = ApiError),
    ),
)]
pub(super) async fn bundle(
    State(app): State<App>,
    caller: DoorDevice,
    Query(query): Query<BundleQuery>,
) -> Result<Response, Refused> {
    let newest = app.hub.store.bundle(caller.building).await?;
    let known = query.newer_than.unwrap_or(0);
    Ok(match newest.filter(|newest| newest.version > known) {
        Some(newest) => ([(CONTENT_TYPE, "application/cbor")], newest.signed.0).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

/// The building's secret that codes are hashed with: no bundle has it, so that who carries one cannot try codes out.
#[utoipa::path(
    get, path = "/v1/door/code-key", tag = "door", security(("dpop" = [])),
    responses((status = 200, body = CodeSecret), (status = "4XX", body = ApiError)),
)]
pub(super) async fn code_key(
    State(app): State<App>,
    caller: DoorDevice,
) -> Result<Json<CodeSecret>, Refused> {
    let key = app.hub.code_key(caller.building)?;
    Ok(Json(CodeSecret::of(&key)))
}

/// Delivers a contiguous run of the door's records. A repeated run is harmless.
#[utoipa::path(
    put, path = "/v1/records", tag = "door", security(("dpop" = [])),
    request_body = RecordRun,
    responses((status = 200, body = Durable), (status = "4XX", body = ApiError)),
)]
pub(super) async fn put_records(
    State(app): State<App>,
    caller: DoorDevice,
    Json(run): Json<RecordRun>,
) -> Result<Json<Durable>, Refused> {
    let durable_seq = app.hub.take_records(caller.door, &run.records).await?;
    Ok(Json(Durable { durable_seq }))
}

/// Delivers one sealed fragment. The same bytes again are harmless; other bytes are refused.
#[utoipa::path(
    put, path = "/v1/clips/{clip}/fragments/{n}", tag = "door", security(("dpop" = [])),
    params(
        ("clip" = ClipId, Path, description = "the clip"),
        ("n" = u32, Path, description = "the fragment's number"),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 204, description = "durable"),
        (status = "4XX", body = ApiError),
        (status = 507, body = ApiError, description = "the building's quota is used up"),
    ),
)]
pub(super) async fn put_fragment(
    State(app): State<App>,
    caller: DoorDevice,
    Path((clip, n)): Path<(ClipId, u32)>,
    Bytes(sealed): Bytes,
) -> Result<StatusCode, Refused> {
    app.hub
        .put_fragment(caller.uploader(), clip, n, sealed)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Delivers a clip's sealed picture. The same again is harmless; another is refused.
#[utoipa::path(
    put, path = "/v1/clips/{clip}/thumbnail", tag = "door", security(("dpop" = [])),
    params(("clip" = ClipId, Path, description = "the clip")),
    request_body(content = Vec<u8>, content_type = "application/cbor"),
    responses(
        (status = 204, description = "durable"),
        (status = "4XX", body = ApiError),
        (status = 507, body = ApiError, description = "the building's quota is used up"),
    ),
)]
pub(super) async fn put_thumbnail(
    State(app): State<App>,
    caller: DoorDevice,
    Path(clip): Path<ClipId>,
    Bytes(thumbnail): Bytes,
) -> Result<StatusCode, Refused> {
    let signed = SignedThumbnail::from_bytes(thumbnail.to_vec());
    app.hub
        .put_thumbnail(caller.uploader(), clip, signed)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Tells how far a clip that is still recorded is signed, once the fragments it lists are here. A
/// shorter one than was told before is harmless.
#[utoipa::path(
    put, path = "/v1/clips/{clip}/prefix", tag = "door", security(("dpop" = [])),
    params(("clip" = ClipId, Path, description = "the clip")),
    request_body(content = Vec<u8>, content_type = "application/cbor"),
    responses((status = 204, description = "noted"), (status = "4XX", body = ApiError)),
)]
pub(super) async fn put_prefix(
    State(app): State<App>,
    caller: DoorDevice,
    Path(clip): Path<ClipId>,
    Bytes(prefix): Bytes,
) -> Result<StatusCode, Refused> {
    let signed = SignedClipPrefix::from_bytes(prefix.to_vec());
    app.hub.put_prefix(caller.uploader(), clip, signed).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the hub has of a clip of the door.
#[utoipa::path(
    get, path = "/v1/clips/{clip}/upload", tag = "door", security(("dpop" = [])),
    params(("clip" = ClipId, Path, description = "the clip")),
    responses((status = 200, body = UploadState), (status = "4XX", body = ApiError)),
)]
pub(super) async fn upload_state(
    State(app): State<App>,
    caller: DoorDevice,
    Path(clip): Path<ClipId>,
) -> Result<Json<UploadState>, Refused> {
    Ok(Json(app.hub.upload_state(caller.uploader(), clip).await?))
}

/// Closes a clip with its signed index, once exactly the fragments it lists are here.
#[utoipa::path(
    put, path = "/v1/clips/{clip}", tag = "door", security(("dpop" = [])),
    params(("clip" = ClipId, Path, description = "the clip")),
    request_body(content = Vec<u8>, content_type = "application/cbor"),
    responses((status = 204, description = "closed"), (status = "4XX", body = ApiError)),
)]
pub(super) async fn close_clip(
    State(app): State<App>,
    caller: DoorDevice,
    Path(clip): Path<ClipId>,
    Bytes(index): Bytes,
) -> Result<StatusCode, Refused> {
    let signed = SignedClipIndex::from_bytes(index.to_vec());
    app.hub.close_clip(caller.uploader(), clip, signed).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Tells where the door's stream link is, and whether it has a camera.
#[utoipa::path(
    put, path = "/v1/door", tag = "door", security(("dpop" = [])),
    request_body = DoorUpdate,
    responses((status = 204, description = "noted"), (status = "4XX", body = ApiError)),
)]
pub(super) async fn update_door(
    State(app): State<App>,
    caller: DoorDevice,
    Json(update): Json<DoorUpdate>,
) -> Result<StatusCode, Refused> {
    app.hub
        .update_door(caller.building, caller.door, update)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
