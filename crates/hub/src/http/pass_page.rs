//! The page of a pass, for a guest's browser: it needs no app, no script and nothing from anywhere else.
//!
//! A pass that is no longer open, was revoked or never was gets one and the same page, which tells nothing of any.

mod page;
mod visitors;
mod words;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName,
    REFERRER_POLICY, RETRY_AFTER, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::Markup;

use super::{App, Refused};
pub(super) use visitors::Visitors;
use visitors::{TRY_AGAIN_S, Visitor};
use words::Language;

/// Its own style and script, which may ask the hub whether the pass is still open; no picture, no frame, no form.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const HEADERS: [(HeaderName, &str); 7] = [
    (CONTENT_TYPE, "text/html; charset=utf-8"),
    (CONTENT_SECURITY_POLICY, POLICY),
    (REFERRER_POLICY, "no-referrer"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (CACHE_CONTROL, "no-store"),
    (VARY, "accept-language"),
    (HeaderName::from_static("x-robots-tag"), "noindex"),
];

/// The page of a pass, in English or Spanish. It shows the code from when the pass begins until it ends.
#[utoipa::path(
    get, path = "/pass/{token}", tag = "public",
    params(("token" = String, Path, description = "the secret of the pass's link")),
    responses(
        (status = 200, body = String, content_type = "text/html"),
        (status = 404, body = String, content_type = "text/html", description = "no open pass"),
        (status = 429, body = String, content_type = "text/html", description = "asked too often"),
    ),
)]
pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    token: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let language = headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    let words = Language::accepted(language).words();
    if !app.visitors.may_ask(visitor) {
        let page = answer(StatusCode::TOO_MANY_REQUESTS, page::of_too_many(words));
        return Ok(([(RETRY_AFTER, TRY_AGAIN_S)], page).into_response());
    }
    let token = token.ok().and_then(|Path(text)| text.parse().ok());
    let shown = match token {
        Some(token) => app.hub.shown_pass(&token).await?,
        None => None,
    };
    let Some(pass) = shown else {
        app.visitors.missed(visitor);
        return Ok(answer(StatusCode::NOT_FOUND, page::of_no_pass(words)));
    };
    let html = page::of_pass(&pass, words, app.hub.clock.now_s())?;
    Ok(answer(StatusCode::OK, html))
}

fn answer(status: StatusCode, html: Markup) -> Response {
    (status, HEADERS, html.into_string()).into_response()
}

/// The page's style and script.
pub(super) fn file_routes() -> Router<App> {
    let file = |content_type, text: &'static str| {
        let headers = [
            (CONTENT_TYPE, content_type),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (CACHE_CONTROL, "max-age=300"),
        ];
        get(move || async move { (headers, text) })
    };
    let style = file(
        "text/css; charset=utf-8",
        include_str!("pass_page/page.css"),
    );
    let script = file(
        "text/javascript; charset=utf-8",
        include_str!("pass_page/page.js"),
    );
    Router::new()
        .route(page::STYLE, style)
        .route(page::SCRIPT, script)
}
