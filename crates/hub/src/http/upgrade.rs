//! Requests that become byte streams (RFC 9110 section 7.8).

use axum::http::header::{CONNECTION, UPGRADE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use hub_api::ErrorCode;
use hyper::upgrade::OnUpgrade;

use super::Refused;

/// Takes the upgrade that a request asks for.
pub(super) fn asked_for(parts: &mut Parts, protocol: &str) -> Result<OnUpgrade, Refused> {
    let asked = has_token(&parts.headers, &CONNECTION, "upgrade")
        && has_token(&parts.headers, &UPGRADE, protocol);
    let upgrade = parts.extensions.remove::<OnUpgrade>();
    upgrade.filter(|_| asked).ok_or_else(|| {
        let message = format!(
            "This needs an upgrade over HTTP/1.1: Connection: upgrade, Upgrade: {protocol}."
        );
        Refused::new(ErrorCode::InvalidRequest, message)
    })
}

/// Says that the byte stream begins.
pub(super) fn switching(protocol: &'static str) -> Response {
    let headers = [(CONNECTION, "upgrade"), (UPGRADE, protocol)];
    (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
}

/// Whether a header's list (RFC 9110 section 5.6.1) has this token.
fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    let values = headers.get_all(name).iter();
    let mut tokens = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    tokens.any(|each| each.trim().eq_ignore_ascii_case(token))
}
