//! `clip://localhost/CLIP/N`: decrypted fragments for the window's own player, and for nobody else. And
//! `clip://localhost/CLIP/thumbnail`: the clip's picture.

use http::header::X_CONTENT_TYPE_OPTIONS;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, ORIGIN, VARY};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use resident::ui::{AppError, ErrorCode};
use tauri::{AppHandle, Manager as _, UriSchemeContext, UriSchemeResponder, Wry};

use crate::shell::Resident;

/// The scheme's name.
pub(crate) const SCHEME: &str = "clip";

type Body = Vec<u8>;

/// A media type and the bytes.
type Found = (&'static str, Body);

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

async fn fetch(app: &AppHandle, request: &Request<Body>) -> Result<Found, AppError> {
    let wanted = wanted(request).ok_or(ErrorCode::ClipUnavailable)?;
    let resident = app.try_state::<Resident>().ok_or(ErrorCode::Internal)?;
    let (clip, part) = wanted;
    Ok(match part {
        Part::Fragment(n) => ("video/mp4", resident.clip_fragment(clip, n).await?.to_vec()),
        Part::Thumbnail => ("image/jpeg", resident.clip_thumbnail(clip).await?.to_vec()),
    })
}

/// What there is of a clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Fragment(u32),
    Thumbnail,
}

/// The clip, and what of it.
fn wanted(request: &Request<Body>) -> Option<(&str, Part)> {
    if request.method() != Method::GET {
        return None;
    }
    let (clip, part) = request.uri().path().strip_prefix('/')?.split_once('/')?;
    let part = match part {
        "thumbnail" => Part::Thumbnail,
        n => Part::Fragment(n.parse().ok()?),
    };
    Some((clip, part))
}

fn respond(answer: Result<Found, AppError>, origin: Option<&HeaderValue>) -> Response<Body> {
    let (status, kind, body) = match answer {
        Ok((kind, body)) => (StatusCode::OK, kind, body),
        Err(error) => {
            let body = serde_json::to_vec(&error).unwrap_or_default();
            (status(error.code), "application/json", body)
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
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
        ErrorCode::NotEnrolled => StatusCode::FORBIDDEN,
        ErrorCode::ClipUnavailable => StatusCode::NOT_FOUND,
        ErrorCode::ClipTampered => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::HubNotTrusted => StatusCode::BAD_GATEWAY,
        ErrorCode::HubUnreachable => StatusCode::SERVICE_UNAVAILABLE,
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
    fn a_path_names_a_clip_and_a_fragment_or_the_thumbnail() {
        let uri = "clip://localhost/67e55044-10b1-426f-9247-bb680e5fe0c8/12";
        let good = request(Method::GET, uri);
        assert_eq!(
            wanted(&good),
            Some(("67e55044-10b1-426f-9247-bb680e5fe0c8", Part::Fragment(12)))
        );
        let picture = request(Method::GET, "clip://localhost/a/thumbnail");
        assert_eq!(wanted(&picture), Some(("a", Part::Thumbnail)));
        for wrong in [
            "clip://localhost/",
            "clip://localhost/a",
            "clip://localhost/a/b",
            "clip://localhost/a/1/2",
        ] {
            assert_eq!(wanted(&request(Method::GET, wrong)), None, "{wrong}");
        }
        assert_eq!(wanted(&request(Method::POST, uri)), None);
    }

    #[test]
    fn only_the_apps_own_pages_may_read_a_fragment() {
        let allowed = |origin: &'static str| {
            let origin = HeaderValue::from_static(origin);
            let response = respond(Ok(("video/mp4", vec![1])), Some(&origin));
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
