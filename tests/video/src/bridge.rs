//! A resident's core behind HTTP, so that the app's page can run in a plain browser beside the app's own window.
//!
//! `vestibule-bridge FOLDER INVITE` enrols a device whose data is in FOLDER, prints its origin and serves until
//! standard input ends. `POST /invoke/COMMAND` takes a command's arguments as the window sends them;
//! `GET /clip/…` answers what the scheme `clip` does in the app.

use std::{
    io::{Read as _, Write as _, stdin, stdout},
    net::Ipv4Addr,
    path::PathBuf,
    sync::Arc,
};

use anyhow::{Context, Result, anyhow};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use resident::{
    Config, Controller, Notification, Outside, Shell,
    ui::{AppError, ErrorCode, KeyStorage, UiEvent},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Nobody listens: the page asks.
struct NoShell;

impl Shell for NoShell {
    fn emit(&self, _: UiEvent) {}
    fn notify(&self, _: Notification) {}
    fn renew(&self, _: Notification) {}
    fn withdraw(&self, _: u64) {}
    fn illustrate(&self, _: u64, _: Bytes) {}
}

type Resident = Arc<Controller<NoShell>>;

/// What the commands that the page calls take; each takes some of it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Arguments {
    before: Option<u64>,
    limit: u32,
    clip_id: String,
    door_id: String,
    live_id: String,
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(invite)) = (arguments.next(), arguments.next()) else {
        anyhow::bail!("usage: vestibule-bridge FOLDER INVITE");
    };
    let resident = enrolled(folder.into(), &invite).await?;
    let router = Router::new()
        .route("/invoke/{command}", post(invoke).options(allow))
        .route("/clip/live/{live}/{n}", get(live_part))
        .route("/clip/{clip}/{wanted}", get(fragments))
        .with_state(resident);
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    writeln!(stdout(), "http://{}", listener.local_addr()?)?;
    let ended = tokio::task::spawn_blocking(|| stdin().read_to_end(&mut Vec::new()));
    axum::serve(listener, router)
        .with_graceful_shutdown(async { drop(ended.await) })
        .await
        .context("the bridge ended")
}

async fn enrolled(data_dir: PathBuf, invite: &str) -> Result<Resident> {
    let config = Config {
        data_dir,
        device_name: "Browser".into(),
        version: env!("CARGO_PKG_VERSION").into(),
    };
    let outside = Outside::live(&config);
    let controller = Controller::open(config, outside, NoShell)?;
    let enrolled = controller.enrol(invite, KeyStorage::File).await;
    enrolled.map_err(|error| anyhow!("enrolling failed: {error:?}"))?;
    controller.set_in_front(true);
    Ok(Arc::new(controller))
}

async fn invoke(
    State(resident): State<Resident>,
    Path(command): Path<String>,
    Json(arguments): Json<Arguments>,
) -> Response {
    match call(&resident, &command, arguments).await {
        Ok(answer) => shared(Json(answer)),
        Err(error) => refused(error),
    }
}

async fn call(resident: &Resident, command: &str, of: Arguments) -> Result<Value, AppError> {
    match command {
        "snapshot" => json(resident.snapshot()?),
        "activity" => json(resident.activity(of.before, of.limit).await?),
        "clip_timeline" => json(resident.clip_timeline(&of.clip_id).await?),
        "live_open" => json(resident.live_open(&of.door_id).await?),
        "live_close" => json(resident.live_close(&of.live_id)?),
        // What the page asks besides has no answer that matters here.
        _ => Ok(Value::Null),
    }
}

fn json(value: impl Serialize) -> Result<Value, AppError> {
    serde_json::to_value(value).map_err(|_| ErrorCode::Internal.into())
}

async fn fragments(
    State(resident): State<Resident>,
    Path((clip, wanted)): Path<(String, String)>,
) -> Response {
    let (first, last) = wanted.split_once('-').unwrap_or((&wanted, &wanted));
    let (Ok(first), Ok(last)) = (first.parse(), last.parse()) else {
        return refused(ErrorCode::ClipUnavailable.into());
    };
    match resident.clip_fragments(&clip, first..=last).await {
        Ok(film) => shared(film),
        Err(error) => refused(error),
    }
}

async fn live_part(
    State(resident): State<Resident>,
    Path((live, n)): Path<(String, u32)>,
) -> Response {
    match resident.live_part(&live, n).await {
        Ok(part) => {
            let mut response = shared(part.bytes);
            let headers = response.headers_mut();
            headers.insert("vestibule-part", part.n.into());
            headers.insert("vestibule-init", u16::from(part.init).into());
            let way = HeaderValue::from_static(part.way.as_str());
            headers.insert("vestibule-way", way);
            response
        }
        Err(error) => refused(error),
    }
}

async fn allow() -> Response {
    shared(StatusCode::NO_CONTENT)
}

fn refused(error: AppError) -> Response {
    shared((StatusCode::INTERNAL_SERVER_ERROR, Json(error)))
}

/// An answer that the page may read, wherever it came from.
fn shared(answer: impl IntoResponse) -> Response {
    let any = HeaderValue::from_static("*");
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any.clone());
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, any.clone());
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, any);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    (headers, answer).into_response()
}
