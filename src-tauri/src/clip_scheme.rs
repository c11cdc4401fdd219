//! `clip://localhost/CLIP/N` and `clip://localhost/live/WATCH/N`: decrypted fragments for the window's own player,
//! and for nobody else.

use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL, CONTENT_TYPE,
    ORIGIN, VARY,
};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use resident::ui::{AppError, ErrorCode};
use tauri::{AppHandle, Manager as _, UriSchemeContext, UriSchemeResponder, Wry};

use crate::shell::Resident;

/// The scheme's name.
pub(crate) const SCHEME: &str = "clip";

/// The number of a part of what is watched live: not always the one that was asked for.
const PART: HeaderName = HeaderName::from_static("vestibule-part");
/// 1 for an init segment, 0 for others.
const INIT: HeaderName = HeaderName::from_static("vestibule-init");

type Body = Vec<u8>;

/// Answers a request once the fragment is there.
pub(crate) fn handle(
    context: UriSchemeContext<'_, Wry>,
    request: Request<Body>,
    responder: UriSchemeResponder,
) {
    let app = context.app_handle().clone();
    tauri::async_runtime::spawn(async move {
        let answer = fetch(&app, &request).await;
        responder.respond(respond(answer, request.headers().get(ORIGIN)));
    });
}

/// What a request asks for.
#[derive(Debug, PartialEq, Eq)]
enum Wanted<'a> {
    /// A fragment of a clip.
    Clip(&'a str, u32),
    /// A part of what is watched live.
    Live(&'a str, u32),
}

/// What is answered.
struct Found {
    body: Body,
    /// Which part of what is watched live it is, and whether it is an init segment.
    part: Option<(u32, bool)>,
}

async fn fetch(app: &AppHandle, request: &Request<Body>) -> Result<Found, AppError> {
    let wanted = wanted(request).ok_or(ErrorCode::ClipUnavailable)?;
    let resident = app.try_state::<Resident>().ok_or(ErrorCode::Internal)?;
    Ok(match wanted {
        Wanted::Clip(clip, n) => Found {
            body: resident.clip_fragment(clip, n).await?.to_vec(),
            part: None,
        },
        Wanted::Live(live, n) => {
            let part = resident.live_part(live, n).await?;
            Found {
                body: part.bytes.to_vec(),
                part: Some((part.n, part.init)),
            }
        }
    })
}

fn wanted(request: &Request<Body>) -> Option<Wanted<'_>> {
    if request.method() != Method::GET {
        return None;
    }
    let path = request.uri().path().strip_prefix('/')?;
    let (of, n) = path.rsplit_once('/')?;
    let n = n.parse().ok()?;
    match of.strip_prefix("live/") {
        Some(live) => Some(Wanted::Live(live, n)),
        None if of.contains('/') => None,
        None => Some(Wanted::Clip(of, n)),
    }
}

fn respond(answer: Result<Found, AppError>, origin: Option<&HeaderValue>) -> Response<Body> {
    let (status, kind, found) = match answer {
        Ok(found) => (StatusCode::OK, "video/mp4", found),
        Err(error) => {
            let body = serde_json::to_vec(&error).unwrap_or_default();
            let found = Found { body, part: None };
            (status(error.code), "application/json", found)
        }
    };
    let mut response = Response::new(found.body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if let Some((n, init)) = found.part {
        headers.insert(PART, n.into());
        headers.insert(INIT, HeaderValue::from(u8::from(init)));
        headers.insert(
            ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("vestibule-part, vestibule-init"),
        );
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin.filter(|origin| is_own(origin)) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
    response
}

/// The origins of the app's own pages: built in, on Windows and Android, and from the development server.
fn is_own(origin: &HeaderValue) -> bool {
    let origin = origin.as_bytes();
    let built_in: [&[u8]; 3] = [
        b"tauri://localhost",
        b"http://tauri.localhost",
        b"https://tauri.localhost",
    ];
    built_in.contains(&origin) || (tauri::is_dev() && origin == b"http://localhost:5173")
}

fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::NotEnrolled | ErrorCode::LiveNotAllowed | ErrorCode::LiveNotOffered => {
            StatusCode::FORBIDDEN
        }
        ErrorCode::ClipUnavailable => StatusCode::NOT_FOUND,
        ErrorCode::ClipTampered | ErrorCode::LiveTampered => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::HubNotTrusted => StatusCode::BAD_GATEWAY,
        ErrorCode::HubUnreachable
        | ErrorCode::CameraOff
        | ErrorCode::ConnectionLost
        | ErrorCode::DoorOffline
        | ErrorCode::LiveBusy => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: Method, uri: &str) -> Request<Body> {
        Request::builder()
            .method(method)
            .uri(uri)
            .body(Vec::new())
            .unwrap()
    }

    #[test]
    fn a_path_names_a_clip_and_a_fragment() {
        let uri = "clip://localhost/67e55044-10b1-426f-9247-bb680e5fe0c8/12";
        let good = request(Method::GET, uri);
        assert_eq!(
            wanted(&good),
            Some(Wanted::Clip("67e55044-10b1-426f-9247-bb680e5fe0c8", 12))
        );
        for wrong in [
            "clip://localhost/",
            "clip://localhost/a",
            "clip://localhost/a/b",
            "clip://localhost/a/1/2",
            "clip://localhost/live/a",
        ] {
            assert_eq!(wanted(&request(Method::GET, wrong)), None, "{wrong}");
        }
        assert_eq!(wanted(&request(Method::POST, uri)), None);
        let live = request(Method::GET, "clip://localhost/live/a/3");
        assert_eq!(wanted(&live), Some(Wanted::Live("a", 3)));
    }

    #[test]
    fn a_part_of_what_is_watched_live_says_which_it_is() {
        let found = Found {
            body: vec![1],
            part: Some((12, true)),
        };
        let response = respond(Ok(found), None);
        assert_eq!(response.headers()[PART], "12");
        assert_eq!(response.headers()[INIT], "1");
        assert!(
            response
                .headers()
                .contains_key(ACCESS_CONTROL_EXPOSE_HEADERS)
        );
    }

    #[test]
    fn only_the_apps_own_pages_may_read_a_fragment() {
        let allowed = |origin: &'static str| {
            let origin = HeaderValue::from_static(origin);
            let found = Found {
                body: vec![1],
                part: None,
            };
            let response = respond(Ok(found), Some(&origin));
            response.headers().get(ACCESS_CONTROL_ALLOW_ORIGIN) == Some(&origin)
        };
        assert!(allowed("tauri://localhost"));
        assert!(!allowed("https://example.com"));
        assert!(!allowed("null"));
    }

    #[test]
    fn a_tampered_fragment_is_an_error_with_its_code() {
        let response = respond(Err(ErrorCode::ClipTampered.into()), None);
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let error: AppError = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(error, AppError::from(ErrorCode::ClipTampered));
    }
}
