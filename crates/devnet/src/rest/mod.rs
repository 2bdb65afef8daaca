//! algod's REST interface, version 2.
//!
//! One table of routes ([`routes::ROUTES`]) gives the router, the access rules, the OpenAPI document and the test that
//! nothing is forgotten. A request is taken apart once ([`request::Request`]), a handler asks the node and gives an
//! [`answer::Answer`] or a [`refusal::Refusal`]; how things look on the wire is in `shapes`. Nothing here knows how
//! transactions work.

mod abi_value;
mod answer;
mod body;
mod box_name;
mod document;
mod handlers;
mod json;
mod refusal;
mod request;
mod response;
mod router;
mod routes;
mod shapes;
mod unsupported;
mod url;

use std::sync::Arc;

use hyper::body::{Bytes, Incoming};
use hyper::header::HOST;
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Response, StatusCode, Version};

use self::answer::Answer;
use self::body::RequestBody;
use self::refusal::Refusal;
use self::request::Request;
use self::response::Payload;
use self::router::Target;
use self::routes::{Access, Action, Route};
use super::DevNode;

/// The largest body that a request without the administrator's rights may have, in bytes.
const MAX_BODY: usize = 10_000_000;
/// The largest body of any other request; algod has no such limit.
const MAX_ADMIN_BODY: usize = 64 << 20;

/// Answers any request. Routes are matched here and not by a framework, which would answer a malformed path in its own
/// words and differ from algod on which paths are malformed.
pub(super) async fn respond(node: Arc<DevNode>, request: hyper::Request<Incoming>) -> Response<Payload> {
    let (request, body) = request.into_parts();
    if request.version == Version::HTTP_11 && !request.headers.contains_key(HOST) {
        return response::unreadable(b"400 Bad Request: missing required Host header");
    }
    let Ok(path) = url::routed_path(request.uri.path()) else { return response::unreadable(b"400 Bad Request") };
    let mut body = RequestBody::new(&request.headers, body);
    let answer = match dispatch(&node, &request, &path, &mut body).await {
        Ok(answer) => answer,
        Err(refusal) => refusal.into(),
    };
    let close = body.discard().await;
    response::response(&request, answer, close)
}

async fn dispatch(
    node: &Arc<DevNode>,
    request: &Parts,
    path: &[u8],
    body: &mut RequestBody,
) -> Result<Answer, Refusal> {
    if request.method == Method::OPTIONS {
        let nothing = Answer::empty().with_status(StatusCode::NO_CONTENT);
        // Its router knows the root only for this.
        return Ok(match router::allowed(path).filter(|_| path != b"/") {
            Some(methods) => nothing.with_header("Allow", methods),
            None => nothing,
        });
    }
    let target = router::find(request.method.as_str(), path);
    if matches!(target, Target::Unsupported(_) | Target::Gone) && !has_valid_token(&request.headers, node.token()) {
        return Err(Refusal::unauthorized());
    }
    match target {
        Target::Route(route, values) => serve(route, node, values, request, body).await,
        Target::Unsupported(reason) => Err(Refusal::unsupported(reason)),
        Target::Gone => Ok(version_one_is_gone()),
        Target::OtherMethods(allowed) => Err(Refusal::method_not_allowed(allowed)),
        Target::Nowhere => Err(Refusal::not_found()),
    }
}

fn version_one_is_gone() -> Answer {
    let text = "v1 algod APIs are no longer available, please use the v2 algod API";
    Answer::text(text).with_kind("text/plain; charset=utf-8").with_status(StatusCode::GONE)
}

async fn serve(
    route: &'static Route,
    node: &Arc<DevNode>,
    values: Vec<(&'static str, Vec<u8>)>,
    request: &Parts,
    body: &mut RequestBody,
) -> Result<Answer, Refusal> {
    if route.access == Access::Token && body.is_announced_above(MAX_BODY) {
        return Err(Refusal::too_large());
    }
    if route.access != Access::Open && !has_valid_token(&request.headers, node.token()) {
        return Err(Refusal::unauthorized());
    }
    let bytes = if route.method == "POST" { read(body, route.access).await? } else { Bytes::new() };
    let request = Request::new(values, request.uri.query().unwrap_or_default(), bytes)?;
    match route.action {
        Action::Async(wait) => wait(Arc::clone(node), request).await,
        // The ledger's lock and its disk must not stop the other connections.
        Action::Blocking(work) => {
            let node = Arc::clone(node);
            let outcome = tokio::task::spawn_blocking(move || work(&node, &request)).await;
            outcome.unwrap_or_else(|_| Err(Refusal::internal("internal failure")))
        }
    }
}

async fn read(body: &mut RequestBody, access: Access) -> Result<Bytes, Refusal> {
    let limit = if access == Access::Admin { MAX_ADMIN_BODY } else { MAX_BODY };
    body.read(limit).await.map_err(|_| Refusal::bad("unexpected EOF"))
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

#[cfg(test)]
mod http_tests;
#[cfg(test)]
mod simulation_tests;
#[cfg(test)]
mod tests;
