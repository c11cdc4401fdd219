//! What needs no enrolment.

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::routing::get;
use axum::{Router, response::IntoResponse};
use hub_api::{ApiError, EnrolRequest, Enrolled};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::OpenApi;

use super::extract::Json;
use super::proof::ProvenKey;
use super::{App, Refused};

/// That the hub answers.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Health {
    status: &'static str,
    version: &'static str,
}

/// Says that the hub is up and its store answers.
#[utoipa::path(
    get, path = "/health", tag = "public",
    responses((status = 200, body = Health), (status = "5XX", body = ApiError)),
)]
pub(super) async fn health(State(app): State<App>) -> Result<Json<Health>, Refused> {
    app.hub.store.newest_event().await?;
    Ok(Json(Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
    }))
}

/// Redeems a one-time invite for a registered key. The `DPoP` proof is made by that key.
#[utoipa::path(
    post, path = "/v1/enrolments", tag = "public",
    request_body = EnrolRequest,
    responses((status = 201, body = Enrolled), (status = "4XX", body = ApiError)),
)]
pub(super) async fn enrol(
    State(app): State<App>,
    proven: ProvenKey,
    Json(request): Json<EnrolRequest>,
) -> Result<impl IntoResponse, Refused> {
    let enrolled = app.hub.enrol(request, &proven.key).await?;
    Ok((axum::http::StatusCode::CREATED, Json(enrolled)))
}

/// `GET /openapi.json`.
pub(super) fn document_route(document: &OpenApi) -> Router<App> {
    // A document made of constants always serializes; an empty answer would fail the tests.
    let text = document.to_pretty_json().unwrap_or_default();
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("max-age=300")),
    ];
    Router::new().route("/openapi.json", get(move || async move { (headers, text) }))
}
