//! What surrounds every request: time limit, log line, nonce.

use std::any::Any;
use std::time::{Duration, Instant, UNIX_EPOCH};

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CACHE_CONTROL, DATE, HeaderName};
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hub_api::ErrorCode;
use hub_api::oauth::NONCE_HEADER;

use super::{App, Refused};

/// From the first byte of a request's body to the head of its response.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Runs a request within its time, gives a nonce for the next one, and logs route and status:
/// never an address, id, name or token.
pub(super) async fn around(State(app): State<App>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let answered = tokio::time::timeout(REQUEST_TIMEOUT, next.run(request)).await;
    let mut response = answered.unwrap_or_else(|_| {
        let message = "The request took too long. Try again.";
        Refused::retryable(ErrorCode::Unavailable, message).into_response()
    });
    let headers = response.headers_mut();
    if let Ok(nonce) = HeaderValue::from_str(&app.proofs.nonce()) {
        headers.insert(HeaderName::from_static(NONCE_HEADER), nonce);
    }
    // Clients without a clock of their own take the hub's.
    let now = UNIX_EPOCH + Duration::from_secs(app.hub.clock.now_s());
    if let Ok(date) = HeaderValue::from_str(&httpdate::fmt_http_date(now)) {
        headers.insert(DATE, date);
    }
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    log(&method, route.as_ref(), &response, started.elapsed());
    response
}

fn log(method: &Method, route: Option<&MatchedPath>, response: &Response, took: Duration) {
    let route = route.map_or("-", MatchedPath::as_str);
    let status = response.status().as_u16();
    let took_ms = took.as_millis();
    if response.status().is_server_error() {
        tracing::warn!(%method, route, status, took_ms, "answered");
    } else {
        tracing::debug!(%method, route, status, took_ms, "answered");
    }
}

pub(super) async fn not_found() -> Refused {
    Refused::new(
        ErrorCode::NotFound,
        "Nothing is at this address. See /openapi.json.",
    )
}

pub(super) async fn method_not_allowed() -> Refused {
    let message = "This address does not take this method. See /openapi.json.";
    Refused::new(ErrorCode::MethodNotAllowed, message)
}

/// The panic's message was logged by the panic hook and stays out of the answer.
pub(super) fn panicked(_panic: Box<dyn Any + Send>) -> Response {
    Refused::retryable(
        ErrorCode::Internal,
        "The hub failed; its log says why. Try again later.",
    )
    .into_response()
}
