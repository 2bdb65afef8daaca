//! algod's REST interface, version 2.
//!
//! One table of routes ([`routes::ROUTES`]) gives the router, the access rules, the OpenAPI document and the test that
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
mod router;
mod routes;
mod shapes;
mod unsupported;
mod url;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request as HttpRequest, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse as _, Response};
use tower_http::compression::CompressionLayer;

use self::refusal::Refusal;
use self::request::Request;
use self::router::Target;
use self::routes::{Access, Action, Route};
use super::DevNode;

/// The largest body any request may have, in bytes.
const MAX_BODY: usize = 10_000_000;

/// The interface over one node, as a service for HTTP requests.
pub(super) fn service(node: Arc<DevNode>) -> Router {
    Router::new()
        .fallback(dispatch)
        .with_state(node)
        .layer(from_fn(cross_origin::answer_preflights))
        .layer(CompressionLayer::new())
}

/// Answers any request. Routes are matched here and not by axum, which answers a malformed path in its own words and
/// differs from algod on which paths are malformed.
async fn dispatch(State(node): State<Arc<DevNode>>, request: HttpRequest) -> Response {
    let Ok(path) = url::routed_path(request.uri().path()) else { return broken_path() };
    match router::find(request.method().as_str(), &path) {
        Target::Route(route, values) => serve(route, node, values, request).await,
        Target::Unsupported(_) if !has_valid_token(request.headers(), node.token()) => {
            Refusal::unauthorized().into_response()
        }
        Target::Unsupported(reason) => Refusal::unsupported(reason).into_response(),
        Target::OtherMethods(allowed) => Refusal::method_not_allowed(allowed).into_response(),
        Target::Nowhere => Refusal::not_found().into_response(),
    }
}

/// What Go's HTTP server says before algod sees the request.
fn broken_path() -> Response {
    (StatusCode::BAD_REQUEST, [(header::CONNECTION, "close")], "400 Bad Request").into_response()
}

async fn serve(
    route: &'static Route,
    node: Arc<DevNode>,
    values: Vec<(&'static str, Vec<u8>)>,
    request: HttpRequest,
) -> Response {
    if route.access == Access::Token && !has_valid_token(request.headers(), node.token()) {
        return Refusal::unauthorized().into_response();
    }
    let request = match parse_request(values, request).await {
        Ok(request) => request,
        Err(refusal) => return refusal.into_response(),
    };
    let outcome = match route.action {
        Action::Async(wait) => wait(node, request).await,
        // The ledger's lock and its disk must not stop the other connections.
        Action::Blocking(work) => tokio::task::spawn_blocking(move || work(&node, &request))
            .await
            .unwrap_or_else(|_| Err(Refusal::internal("internal failure"))),
    };
    outcome.map_or_else(Refusal::into_response, |answer| answer.into_response())
}

/// Whether the headers carry the token (go-algorand `lib/middlewares/auth.go`); an empty token lets everyone in.
fn has_valid_token(headers: &HeaderMap, token: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let own = text("x-algo-api-token");
    let given = match text("authorization").split_once(' ') {
        Some((scheme, bearer)) if own.is_empty() && scheme.eq_ignore_ascii_case("bearer") => bearer,
        _ => own,
    };
    let differing = given.bytes().zip(token.bytes()).fold(0, |differing, (left, right)| differing | (left ^ right));
    token.is_empty() || (given.len() == token.len() && differing == 0)
}

async fn parse_request(values: Vec<(&'static str, Vec<u8>)>, request: HttpRequest) -> Result<Request, Refusal> {
    let (parts, body) = request.into_parts();
    let accepts = parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let accepts_msgpack = accepts.contains("msgpack") && !accepts.contains("json");
    let body = read(&parts.headers, body).await?;
    Request::new(values, parts.uri.query().unwrap_or_default(), accepts_msgpack, body)
}

async fn read(headers: &HeaderMap, body: Body) -> Result<axum::body::Bytes, Refusal> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > MAX_BODY) {
        return Err(Refusal::too_large());
    }
    axum::body::to_bytes(body, MAX_BODY).await.map_err(|_| Refusal::too_large())
}

#[cfg(test)]
mod simulation_tests;
#[cfg(test)]
mod tests;
