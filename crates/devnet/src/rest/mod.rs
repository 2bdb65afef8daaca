//! algod's REST interface, versions 2, as its clients speak it.
//!
//! One table of routes ([`routes::ROUTES`]) makes the router, the access rules, the OpenAPI document and the test that
//! nothing is forgotten. A request is taken apart once ([`request::Request`]), a handler asks the node and gives an
//! [`answer::Answer`] or a [`refusal::Refusal`]; how things look on the wire is in `shapes`. Nothing here knows how
//! transactions work.

mod abi_value;
mod answer;
mod box_name;
mod cross_origin;
mod document;
mod handlers;
mod refusal;
mod request;
mod routes;
mod shapes;
mod unsupported;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{RawPathParams, Request as HttpRequest, State};
use axum::http::{HeaderMap, Uri, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, on};
use tower_http::compression::CompressionLayer;
use tower_http::normalize_path::NormalizePath;

use self::refusal::Refusal;
use self::request::Request;
use self::routes::{Access, Act, ROUTES, Route};
use self::unsupported::UNSUPPORTED;
use super::DevNode;

/// The largest body any request may have, in bytes.
const MAX_BODY: usize = 10_000_000;

/// The whole interface over one node, as a service for HTTP requests. A slash at the end of a path means nothing.
pub(super) fn service(node: Arc<DevNode>) -> NormalizePath<Router> {
    NormalizePath::trim_trailing_slash(router(node))
}

fn router(node: Arc<DevNode>) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        let serve = move |State(node): State<Arc<DevNode>>, params: RawPathParams, request: HttpRequest| {
            serve(route, node, params, request)
        };
        router = router.route(route.path, on(method(route.method), serve));
    }
    for (name, path, reason) in UNSUPPORTED {
        router = router.route(path, on(method(name), async || Refusal::unsupported(*reason)));
    }
    router
        .fallback(async || Refusal::path())
        .method_not_allowed_fallback(async || Refusal::method())
        .with_state(node)
        .layer(from_fn(cross_origin::answer_preflights))
        .layer(CompressionLayer::new())
}

fn method(name: &str) -> MethodFilter {
    match name {
        "POST" => MethodFilter::POST,
        "PUT" => MethodFilter::PUT,
        "DELETE" => MethodFilter::DELETE,
        _ => MethodFilter::GET,
    }
}

async fn serve(route: &Route, node: Arc<DevNode>, params: RawPathParams, request: HttpRequest) -> Response {
    if route.access == Access::Token && !may_enter(request.headers(), node.token()) {
        return Refusal::token().into_response();
    }
    let request = match take_apart(params, request).await {
        Ok(request) => request,
        Err(refusal) => return refusal.into_response(),
    };
    let outcome = match route.act {
        Act::Waits(wait) => wait(node, request).await,
        // The ledger's lock and its disk must not stop the other connections.
        Act::Works(work) => tokio::task::spawn_blocking(move || work(&node, &request))
            .await
            .unwrap_or_else(|_| Err(Refusal::internal("internal failure"))),
    };
    outcome.map_or_else(Refusal::into_response, |answer| answer.into_response())
}

/// Whether the headers carry the token (go-algorand `lib/middlewares/auth.go`); an empty token lets everyone in.
fn may_enter(headers: &HeaderMap, token: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let own = text("x-algo-api-token");
    let given = match text("authorization").split_once(' ') {
        Some((scheme, bearer)) if own.is_empty() && scheme.eq_ignore_ascii_case("bearer") => bearer,
        _ => own,
    };
    let differing = given.bytes().zip(token.bytes()).fold(0, |differing, (left, right)| differing | (left ^ right));
    token.is_empty() || (given.len() == token.len() && differing == 0)
}

async fn take_apart(params: RawPathParams, request: HttpRequest) -> Result<Request, Refusal> {
    let (parts, body) = request.into_parts();
    let accepts = parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Ok(Request {
        path: params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        query: query_of(&parts.uri),
        accepts_msgpack: accepts.contains("msgpack") && !accepts.contains("json"),
        body: read(&parts.headers, body).await?,
    })
}

fn query_of(uri: &Uri) -> Vec<(String, String)> {
    // A query that cannot be read has no parameters, as in the reference.
    axum::extract::Query::try_from_uri(uri).map(|axum::extract::Query(pairs)| pairs).unwrap_or_default()
}

async fn read(headers: &HeaderMap, body: Body) -> Result<axum::body::Bytes, Refusal> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > MAX_BODY) {
        return Err(Refusal::size());
    }
    axum::body::to_bytes(body, MAX_BODY).await.map_err(|_| Refusal::size())
}

#[cfg(test)]
mod tests;
