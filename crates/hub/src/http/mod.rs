//! The hub over HTTP: who may call what, and in which words.

mod callers;
mod calls;
mod carried;
mod carrier;
mod doors;
mod events;
mod extract;
mod guard;
mod live;
mod log;
mod own_codes;
mod pass_page;
mod passes;
mod privacy;
mod proof;
mod public;
mod push;
mod refusal;
mod relay;
mod residents;
mod token;
mod upgrade;
#[cfg(feature = "weakened")]
mod weakened;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use hub_api::oauth::TOKEN_PATH;
use tower_http::catch_panic::CatchPanicLayer;
use url::Url;
use utoipa::openapi::security::{ClientCredentials, Flow, OAuth2, Scopes, SecurityScheme};
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::domain::Hub;
use calls::Calls;
use live::Streams;
use pass_page::Visitors;
use proof::ProofWindow;
use refusal::Refused;
use relay::Relays;
use token::Tokens;

/// The largest body of a request that carries no clip, in bytes.
const BODY_LIMIT: usize = 64 * 1024;
/// The largest run of records, in bytes of JSON.
const RECORDS_LIMIT: usize = 1024 * 1024;
/// The largest sealed fragment or clip index, in bytes.
const CLIP_LIMIT: usize = 8 * 1024 * 1024 + 4096;

/// What the handlers share.
#[derive(Clone, Debug)]
pub struct App {
    hub: Arc<Hub>,
    tokens: Arc<Tokens>,
    proofs: Arc<ProofWindow>,
    origins: Arc<Vec<Url>>,
    calls: Arc<Calls>,
    relays: Arc<Relays>,
    streams: Arc<Streams>,
    visitors: Arc<Visitors>,
    stopping: tokio_util::sync::CancellationToken,
}

impl App {
    /// Prepares the interface of a hub that clients reach at any of these origins.
    ///
    /// Event streams, relays and live view end when `stopping` is cancelled.
    pub fn new(
        hub: Arc<Hub>,
        origins: Vec<Url>,
        stopping: tokio_util::sync::CancellationToken,
    ) -> Result<Self, hub_api::oauth::AuthKeyError> {
        Ok(Self {
            tokens: Arc::new(Tokens::new(&hub.keys().token)?),
            proofs: Arc::new(ProofWindow::new(hub.clock.clone())),
            origins: Arc::new(origins),
            calls: Arc::default(),
            relays: Arc::default(),
            streams: Arc::default(),
            visitors: Arc::default(),
            hub,
            stopping,
        })
    }

    /// All routes, with everything around them.
    pub fn router(self) -> Router {
        let (router, document) = routes().split_for_parts();
        router
            .merge(public::document_route(&templated(document)))
            .merge(pass_page::file_routes())
            .fallback(guard::not_found)
            .method_not_allowed_fallback(guard::method_not_allowed)
            .layer(CatchPanicLayer::custom(guard::panicked))
            .layer(middleware::from_fn_with_state(self.clone(), guard::around))
            .with_state(self)
    }
}

/// The description of the interface, made from its handlers.
pub fn openapi() -> OpenApi {
    templated(routes().into_openapi())
}

/// A router's `{*rest}` is no path template of `OpenAPI`; `{rest}` is.
fn templated(mut document: OpenApi) -> OpenApi {
    let paths = std::mem::take(&mut document.paths.paths);
    document.paths.paths = paths
        .into_iter()
        .map(|(path, item)| (path.replace("{*", "{"), item))
        .collect();
    document
}

fn routes() -> OpenApiRouter<App> {
    let small = OpenApiRouter::with_openapi(document())
        .routes(routes!(public::health))
        .routes(routes!(public::enrol))
        .routes(routes!(token::issue_token))
        .routes(routes!(residents::doors))
        .routes(routes!(residents::credentials))
        .routes(routes!(residents::entries))
        .routes(routes!(residents::clip_fragment))
        .routes(routes!(passes::list, passes::make))
        .routes(routes!(passes::change, passes::revoke))
        .routes(routes!(own_codes::show, own_codes::make, own_codes::end))
        .routes(routes!(privacy::policy))
        .routes(routes!(privacy::watches))
        .routes(routes!(privacy::devices))
        .routes(routes!(privacy::remove_device))
        .routes(routes!(privacy::my_data))
        .routes(routes!(privacy::forget))
        .routes(routes!(push::offer, push::subscribe, push::unsubscribe))
        .routes(routes!(pass_page::page))
        .routes(routes!(carried::carried))
        .routes(routes!(carried::put_records))
        .routes(routes!(events::events))
        .routes(routes!(doors::bundle))
        .routes(routes!(doors::code_key))
        .routes(routes!(doors::upload_state))
        .routes(routes!(doors::update_door))
        .routes(routes!(relay::call_door))
        .routes(routes!(relay::join_relay))
        .routes(routes!(live::watch_door))
        .routes(routes!(live::join_live))
        .routes(routes!(carrier::credential))
        .routes(routes!(log::checkpoint))
        .routes(routes!(log::tile))
        .layer(DefaultBodyLimit::max(BODY_LIMIT));
    let records = OpenApiRouter::new()
        .routes(routes!(doors::put_records))
        .layer(DefaultBodyLimit::max(RECORDS_LIMIT));
    let clips = OpenApiRouter::new()
        .routes(routes!(residents::clip_index, doors::close_clip))
        .routes(routes!(residents::clip_prefix, doors::put_prefix))
        .routes(routes!(residents::clip_thumbnail, doors::put_thumbnail))
        .routes(routes!(doors::put_fragment))
        .layer(DefaultBodyLimit::max(CLIP_LIMIT));
    small.merge(records).merge(clips)
}

fn document() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Vestibule hub")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Every caller is an OAuth client with an Ed25519 key: private_key_jwt (RFC 7523) for a \
             token, DPoP (RFC 9449) with the hub's nonce for every request.",
        ))
        .build();
    let flow = Flow::ClientCredentials(ClientCredentials::new(TOKEN_PATH, Scopes::new()));
    let words = "Authorization: DPoP TOKEN, with a proof in the DPoP header.";
    let scheme = SecurityScheme::OAuth2(OAuth2::with_description([flow], words));
    let mut document = OpenApiBuilder::new().info(info).build();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("dpop", scheme);
    document
}
