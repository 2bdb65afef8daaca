//! Cross-origin requests of browsers: every origin is allowed, and a preflight needs no token.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::router;

/// Answers every `OPTIONS` request, of any path, and lets every origin read the other answers.
///
/// Pages from the internet may also reach this private network: that is how a wallet page finds LocalNet
/// (`EnablePrivateNetworkAccessHeader`, which AlgoKit sets).
pub(super) async fn answer_preflights(request: Request, next: Next) -> Response {
    let fixed = HeaderValue::from_static;
    let from_page = request.headers().contains_key(header::ORIGIN);
    let from_internet = request.headers().contains_key("access-control-request-private-network");
    let preflight = request.method() == Method::OPTIONS;
    let methods = preflight.then(|| router::allowed(request.uri().path().as_bytes())).flatten();
    let mut response = if preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    if let Some(methods) = methods.and_then(|methods| HeaderValue::from_str(&methods).ok()) {
        headers.insert(header::ALLOW, methods);
    }
    headers.append(header::VARY, fixed("Origin"));
    if from_page {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, fixed("*"));
    }
    if from_page && preflight {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, fixed("GET,POST,PUT,DELETE,OPTIONS"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, fixed("X-Algo-API-Token,Content-Type"));
        if from_internet {
            headers.insert(HeaderName::from_static("access-control-allow-private-network"), fixed("true"));
        }
    }
    response
}
