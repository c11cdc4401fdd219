//! What residents' devices ask for.

use access::ClipId;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use axum::response::IntoResponse;
use hub_api::{ApiError, DoorInfo, EntryPage, ErrorCode, IssuedCredential};
use serde::Deserialize;
use utoipa::IntoParams;

use super::callers::ResidentDevice;
use super::extract::{Json, Path, Query};
use super::{App, Refused};

const MAX_PAGE: u32 = 100;

/// The enrolled doors that the resident may use.
#[utoipa::path(
    get, path = "/v1/doors", tag = "resident", security(("dpop" = [])),
    responses((status = 200, body = Vec<DoorInfo>), (status = "4XX", body = ApiError)),
)]
pub(super) async fn doors(
    State(app): State<App>,
    caller: ResidentDevice,
) -> Result<Json<Vec<DoorInfo>>, Refused> {
    Ok(Json(app.hub.doors_for(caller.building, caller.unit).await?))
}

/// Fresh credentials for the calling device, good for 7 days.
#[utoipa::path(
    post, path = "/v1/credentials", tag = "resident", security(("dpop" = [])),
    responses((status = 200, body = Vec<IssuedCredential>), (status = "4XX", body = ApiError)),
)]
pub(super) async fn credentials(
    State(app): State<App>,
    caller: ResidentDevice,
) -> Result<Json<Vec<IssuedCredential>>, Refused> {
    let ResidentDevice {
        building,
        unit,
        grant,
        holder_key,
        ..
    } = caller;
    Ok(Json(
        app.hub
            .issue_for_device(building, unit, grant, holder_key)
            .await?,
    ))
}

/// Where a page of entries begins and how long it is.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// Only entries with a lower id.
    before: Option<u64>,
    /// 1 to 100; 50 when absent.
    limit: Option<u32>,
}

/// Entries and refusals of non-residents at the resident's doors, newest first.
#[utoipa::path(
    get, path = "/v1/entries", tag = "resident", security(("dpop" = [])),
    params(PageQuery),
    responses((status = 200, body = EntryPage), (status = "4XX", body = ApiError)),
)]
pub(super) async fn entries(
    State(app): State<App>,
    caller: ResidentDevice,
    Query(page): Query<PageQuery>,
) -> Result<Json<EntryPage>, Refused> {
    let limit = page.limit.unwrap_or(50);
    if !(1..=MAX_PAGE).contains(&limit) {
        return Err(Refused::new(
            ErrorCode::InvalidRequest,
            "limit is 1 to 100.",
        ));
    }
    let doors = app.hub.door_ids_for(caller.building, caller.unit).await?;
    let rows = app
        .hub
        .store
        .entries(&doors, page.before, limit + 1)
        .await?;
    let rows = rows.into_iter();
    let mut entries: Vec<_> = rows.map(|row| row.shown_to(Some(caller.unit))).collect();
    let more = entries.len() > limit as usize;
    entries.truncate(limit as usize);
    let next = entries.last().filter(|_| more).map(|entry| entry.id);
    Ok(Json(EntryPage { entries, next }))
}

/// The signed index of a closed clip: CBOR.
#[utoipa::path(
    get, path = "/v1/clips/{clip}", tag = "resident", security(("dpop" = [])),
    params(("clip" = ClipId, Path, description = "the clip")),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/cbor"),
        (status = "4XX", body = ApiError),
    ),
)]
pub(super) async fn clip_index(
    State(app): State<App>,
    caller: ResidentDevice,
    Path(clip): Path<ClipId>,
) -> Result<impl IntoResponse, Refused> {
    let doors = app.hub.door_ids_for(caller.building, caller.unit).await?;
    let index = app.hub.clip_index(&doors, clip).await?;
    Ok((unchanging("application/cbor"), index.as_bytes().to_vec()))
}

/// What is signed of a clip that is still recorded: CBOR. It grows.
#[utoipa::path(
    get, path = "/v1/clips/{clip}/prefix", tag = "resident", security(("dpop" = [])),
    params(("clip" = ClipId, Path, description = "the clip")),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/cbor"),
        (status = "4XX", body = ApiError),
    ),
)]
pub(super) async fn clip_prefix(
    State(app): State<App>,
    caller: ResidentDevice,
    Path(clip): Path<ClipId>,
) -> Result<impl IntoResponse, Refused> {
    let doors = app.hub.door_ids_for(caller.building, caller.unit).await?;
    let prefix = app.hub.clip_prefix(&doors, clip).await?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/cbor")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, prefix.as_bytes().to_vec()))
}

/// A clip's sealed picture: CBOR.
#[utoipa::path(
    get, path = "/v1/clips/{clip}/thumbnail", tag = "resident", security(("dpop" = [])),
    params(("clip" = ClipId, Path, description = "the clip")),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/cbor"),
        (status = "4XX", body = ApiError),
    ),
)]
pub(super) async fn clip_thumbnail(
    State(app): State<App>,
    caller: ResidentDevice,
    Path(clip): Path<ClipId>,
) -> Result<impl IntoResponse, Refused> {
    let doors = app.hub.door_ids_for(caller.building, caller.unit).await?;
    let thumbnail = app.hub.clip_thumbnail(&doors, clip).await?;
    Ok((
        unchanging("application/cbor"),
        thumbnail.as_bytes().to_vec(),
    ))
}

/// One sealed fragment of a clip, as far as it is signed; 0 is the init segment.
#[utoipa::path(
    get, path = "/v1/clips/{clip}/fragments/{n}", tag = "resident", security(("dpop" = [])),
    params(
        ("clip" = ClipId, Path, description = "the clip"),
        ("n" = u32, Path, description = "the fragment's number"),
    ),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = "4XX", body = ApiError),
    ),
)]
pub(super) async fn clip_fragment(
    State(app): State<App>,
    caller: ResidentDevice,
    Path((clip, n)): Path<(ClipId, u32)>,
) -> Result<impl IntoResponse, Refused> {
    let doors = app.hub.door_ids_for(caller.building, caller.unit).await?;
    let bytes = app.hub.clip_fragment(&doors, clip, n).await?;
    Ok((unchanging("application/octet-stream"), bytes))
}

/// What is signed of a clip never changes, but only its viewers' own devices may keep it.
fn unchanging(content_type: &'static str) -> [(HeaderName, HeaderValue); 2] {
    [
        (CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (
            CACHE_CONTROL,
            HeaderValue::from_static("private, max-age=86400, immutable"),
        ),
    ]
}
