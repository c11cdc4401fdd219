//! `clip://localhost/CLIP/N`, `clip://localhost/CLIP/N-M` and `clip://localhost/live/WATCH/N`: decrypted fragments for
//! the window's own player, and for nobody else. Of several, those are answered that can be had from the first on. And
//! `clip://localhost/CLIP/thumbnail`: the clip's picture.

use std::ops::RangeInclusive;

use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL, CONTENT_TYPE,
    ORIGIN, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use resident::ui::{AppError, ErrorCode};
use resident::{LivePart, LiveWay};
use tauri::{AppHandle, Manager as _, UriSchemeContext, UriSchemeResponder, Wry};

use crate::shell::Resident;

/// The scheme's name.
pub(crate) const SCHEME: &str = "clip";

/// The number of the last fragment in a part of what is watched live: who is behind is given more than one.
const PART: HeaderName = HeaderName::from_static("vestibule-part");
/// 1 for an init segment, 0 for others.
const INIT: HeaderName = HeaderName::from_static("vestibule-init");

/// How a part of what is watched live came: `direct` or `hub`.
const WAY: HeaderName = HeaderName::from_static("vestibule-way");

/// The media type of fragments.
const VIDEO: &str = "video/mp4";

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
    /// Fragments of a clip.
    Clip(&'a str, RangeInclusive<u32>),
    /// A clip's picture.
    Thumbnail(&'a str),
    /// A part of what is watched live.
    Live(&'a str, u32),
}

/// What is answered.
struct Found {
    kind: &'static str,
    body: Body,
    /// Of what is watched live.
    part: Option<Part>,
}

/// Which part of what is watched live it is, whether it is an init segment, and how it came.
struct Part {
    n: u32,
    init: bool,
    way: LiveWay,
}

impl Found {
    fn new(kind: &'static str, body: Body) -> Self {
        Self {
            kind,
            body,
            part: None,
        }
    }
}

async fn fetch(app: &AppHandle, request: &Request<Body>) -> Result<Found, AppError> {
    let wanted = wanted(request).ok_or(ErrorCode::ClipUnavailable)?;
    let resident = app.try_state::<Resident>().ok_or(ErrorCode::Internal)?;
    Ok(match wanted {
        Wanted::Clip(clip, wanted) => {
            Found::new(VIDEO, resident.clip_fragments(clip, wanted).await?.to_vec())
        }
        Wanted::Thumbnail(clip) => {
            Found::new("image/jpeg", resident.clip_thumbnail(clip).await?.to_vec())
        }
        Wanted::Live(live, n) => {
            let part = resident.live_part(live, n).await?;
            let LivePart {
                n,
                init,
                way,
                bytes,
            } = part;
            Found {
                part: Some(Part { n, init, way }),
                ..Found::new(VIDEO, bytes.to_vec())
            }
        }
    })
}

fn wanted(request: &Request<Body>) -> Option<Wanted<'_>> {
    if request.method() != Method::GET {
        return None;
    }
    let path = request.uri().path().strip_prefix('/')?;
    let (of, part) = path.rsplit_once('/')?;
    if let Some(live) = of.strip_prefix("live/") {
        return Some(Wanted::Live(live, part.parse().ok()?));
    }
    match part {
        _ if of.contains('/') => None,
        "thumbnail" => Some(Wanted::Thumbnail(of)),
        wanted => Some(Wanted::Clip(of, numbers(wanted)?)),
    }
}

/// `N` or `N-M`.
fn numbers(text: &str) -> Option<RangeInclusive<u32>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let numbers = first.parse().ok()?..=last.parse().ok()?;
    (!numbers.is_empty()).then_some(numbers)
}

fn respond(answer: Result<Found, AppError>, origin: Option<&HeaderValue>) -> Response<Body> {
    let (status, found) = match answer {
        Ok(found) => (StatusCode::OK, found),
        Err(error) => {
            let body = serde_json::to_vec(&error).unwrap_or_default();
            (status(error.code), Found::new("application/json", body))
        }
    };
    let mut response = Response::new(found.body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if let Some(Part { n, init, way }) = found.part {
        headers.insert(PART, n.into());
        headers.insert(WAY, HeaderValue::from_static(way.as_str()));
        headers.insert(INIT, HeaderValue::from(u16::from(init)));
        headers.insert(
            ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("vestibule-part, vestibule-init, vestibule-way"),
        );
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(found.kind));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
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
    fn a_path_names_a_clip_and_fragments_or_the_thumbnail() {
        let uri = "clip://localhost/67e55044-10b1-426f-9247-bb680e5fe0c8/12";
        let good = request(Method::GET, uri);
        assert_eq!(
            wanted(&good),
            Some(Wanted::Clip(
                "67e55044-10b1-426f-9247-bb680e5fe0c8",
                12..=12
            ))
        );
        let several = request(Method::GET, "clip://localhost/a/2-10");
        assert_eq!(wanted(&several), Some(Wanted::Clip("a", 2..=10)));
        let picture = request(Method::GET, "clip://localhost/a/thumbnail");
        assert_eq!(wanted(&picture), Some(Wanted::Thumbnail("a")));
        for wrong in [
            "clip://localhost/",
            "clip://localhost/a",
            "clip://localhost/a/b",
            "clip://localhost/a/1/2",
            "clip://localhost/a/3-2",
            "clip://localhost/a/1-",
            "clip://localhost/a/-1",
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
            part: Some(Part {
                n: 12,
                init: true,
                way: LiveWay::Direct,
            }),
            ..Found::new(VIDEO, vec![1])
        };
        let response = respond(Ok(found), None);
        assert_eq!(response.headers()[PART], "12");
        assert_eq!(response.headers()[INIT], "1");
        assert_eq!(response.headers()[WAY], "direct");
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
            let response = respond(Ok(Found::new(VIDEO, vec![1])), Some(&origin));
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
