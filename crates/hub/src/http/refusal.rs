//! Refusals: one body, one table from code to status.

use axum::Json;
use axum::extract::rejection::{
    BytesRejection, FormRejection, JsonRejection, PathRejection, QueryRejection,
};
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use hub_api::{ApiError, ErrorCode};
use serde::Serialize;

use crate::domain::HubError;
use crate::store::StoreError;

/// A request that is refused.
#[derive(Debug)]
pub(super) struct Refused(ApiError);

/// The body: ours, and what an OAuth client expects (RFC 6749 section 5.2, RFC 9449 section 8).
#[derive(Serialize)]
struct Body<'a> {
    #[serde(flatten)]
    error: &'a ApiError,
    #[serde(rename = "error", skip_serializing_if = "Option::is_none")]
    oauth: Option<&'static str>,
}

impl Refused {
    pub(super) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self(ApiError::new(code, message))
    }

    pub(super) fn retryable(code: ErrorCode, message: impl Into<String>) -> Self {
        Self(ApiError::retryable(code, message))
    }

    /// The hub's own fault; the cause goes to the log, never to the caller.
    pub(super) fn internal(cause: &dyn std::error::Error) -> Self {
        let mut text = cause.to_string();
        let mut source = cause.source();
        while let Some(error) = source {
            text = format!("{text}: {error}");
            source = error.source();
        }
        tracing::error!(error = text, "a request failed");
        Self::retryable(
            ErrorCode::Internal,
            "The hub failed; its log says why. Try again later.",
        )
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self(error) = self;
        let oauth = oauth_error(error.code);
        let body = Body {
            error: &error,
            oauth,
        };
        let mut response = (status(error.code), Json(body)).into_response();
        if response.status() == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(WWW_AUTHENTICATE, challenge(oauth));
        }
        response
    }
}

fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::InvalidRequest | ErrorCode::RecordInvalid => StatusCode::BAD_REQUEST,
        ErrorCode::Unauthorized
        | ErrorCode::InvalidToken
        | ErrorCode::InvalidProof
        | ErrorCode::UseDpopNonce
        | ErrorCode::InvalidClient => StatusCode::UNAUTHORIZED,
        ErrorCode::Forbidden
        | ErrorCode::Revoked
        | ErrorCode::InviteInvalid
        | ErrorCode::InviteExpired
        | ErrorCode::InviteUsed
        | ErrorCode::NoGrant => StatusCode::FORBIDDEN,
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        ErrorCode::RecordGap
        | ErrorCode::RecordFork
        | ErrorCode::FragmentConflict
        | ErrorCode::ClipIncomplete
        | ErrorCode::ClipMismatch
        | ErrorCode::ClipClosed
        | ErrorCode::ClipNotReady
        | ErrorCode::LimitReached
        | ErrorCode::PassEnded => StatusCode::CONFLICT,
        ErrorCode::ClipUnavailable => StatusCode::GONE,
        ErrorCode::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
        ErrorCode::Unavailable | ErrorCode::DoorOffline => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn oauth_error(code: ErrorCode) -> Option<&'static str> {
    match code {
        ErrorCode::UseDpopNonce => Some("use_dpop_nonce"),
        ErrorCode::InvalidProof => Some("invalid_dpop_proof"),
        ErrorCode::InvalidToken => Some("invalid_token"),
        ErrorCode::InvalidClient => Some("invalid_client"),
        _ => None,
    }
}

/// RFC 9449 section 7.1.
fn challenge(oauth: Option<&'static str>) -> HeaderValue {
    HeaderValue::from_static(match oauth {
        Some("use_dpop_nonce") => r#"DPoP algs="EdDSA", error="use_dpop_nonce""#,
        Some("invalid_dpop_proof") => r#"DPoP algs="EdDSA", error="invalid_dpop_proof""#,
        Some("invalid_token") => r#"DPoP algs="EdDSA", error="invalid_token""#,
        _ => r#"DPoP algs="EdDSA""#,
    })
}

impl From<HubError> for Refused {
    fn from(error: HubError) -> Self {
        match error {
            HubError::Refused(error) => Self(error),
            HubError::Store(error) => error.into(),
            error => Self::internal(&error),
        }
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unknown => Self::new(ErrorCode::NotFound, "There is no such thing here."),
            StoreError::Conflict => Self::retryable(
                ErrorCode::Unavailable,
                "The hub was busy with another change. Try again.",
            ),
            error => Self::internal(&error),
        }
    }
}

macro_rules! rejections {
    ($($rejection:ty),+) => {$(
        impl From<$rejection> for Refused {
            fn from(rejection: $rejection) -> Self {
                if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                    return Self::new(
                        ErrorCode::PayloadTooLarge,
                        "The body is larger than this endpoint takes.",
                    );
                }
                Self::new(ErrorCode::InvalidRequest, rejection.body_text())
            }
        }
    )+};
}

rejections!(
    BytesRejection,
    FormRejection,
    JsonRejection,
    PathRejection,
    QueryRejection
);
