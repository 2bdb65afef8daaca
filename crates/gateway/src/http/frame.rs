//! What happens to every request, whatever its route.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::http::header::{
    ACCESS_CONTROL_REQUEST_METHOD, ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE,
    ORIGIN, REFERRER_POLICY, RETRY_AFTER, VARY, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use futures_util::FutureExt as _;
use serde_json::{Map, Value};

use super::counts::RequestCounts;
use super::faults::{self, Faults};
use super::limits::{Caller, Limits, Rates};
use super::origin::{self, Connection};
use super::path::PathValues;
use super::proxies::TrustedProxies;
use super::routes::{BodyKind, RawBody, RawCall, Route, Routes, Row};
use super::stopping::Stopping;
use super::{body, json};
use crate::access::{Authenticated, Authenticator, Class, Credential, Origins, Peer, Principal, RequestInfo};
use crate::problem::{self, Code, Problem};

/// The cookie of the dashboard's login.
pub const COOKIE_NAME: &str = "pnp_dashboard";
/// The header with the id of a request.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
/// What secret keys begin with.
const SECRET_PREFIXES: [&str; 2] = ["pnp_sk_", "pnp_rk_"];
/// The longest request id that is taken from a client.
const MAX_REQUEST_ID: usize = 64;
/// The longest key or token, in bytes.
const MAX_TOKEN: usize = 4096;

/// What an answered request was, for metrics and logs. Labels are routes, never users.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'a> {
    /// The route's operation id; `None` for paths and methods that do not exist.
    pub operation: Option<&'static str>,
    /// The status.
    pub status: StatusCode,
    /// The code of an error.
    pub code: Option<Code>,
    /// From the headers of the request to the headers of the answer.
    pub elapsed: Duration,
    /// The id of the request.
    pub request_id: &'a str,
}

/// Sees every answer.
pub trait Observer {
    /// An answer is about to be sent. Must not block.
    fn answered(&self, exchange: &Exchange<'_>) {
        tracing::debug!(?exchange, "answered");
    }
}

impl<O: Observer> Observer for Arc<O> {
    fn answered(&self, exchange: &Exchange<'_>) {
        (**self).answered(exchange);
    }
}

/// What the frame needs of the state that routes work on.
pub trait State: Authenticator + Observer + Clone {}

impl<S: Authenticator + Observer + Clone> State for S {}

/// Settings of the frame.
#[derive(Clone, Debug)]
pub struct FrameSettings {
    /// Limits of requests.
    pub rates: Rates,
    /// Proxies whose `X-Forwarded-For` is believed, so that limits apply to their clients.
    pub trusted_proxies: TrustedProxies,
    /// How long a body may take to arrive.
    pub body_timeout: Duration,
}

impl Default for FrameSettings {
    fn default() -> Self {
        Self {
            rates: Rates::default(),
            trusted_proxies: TrustedProxies::default(),
            body_timeout: Duration::from_secs(10),
        }
    }
}

/// A table of routes, with all that happens around the handlers.
#[derive(Debug)]
pub struct Frame<S> {
    state: S,
    routes: Routes<S>,
    settings: FrameSettings,
    limits: Limits,
    ids: RequestIds,
    counts: Arc<RequestCounts>,
    stopping: Stopping,
    /// On development networks.
    faults: Option<Arc<Faults>>,
}

/// What becomes known about a request while it is handled, and is needed for the answer.
#[derive(Default)]
struct Progress {
    operation: Option<&'static str>,
    /// The number of its route in the table.
    route: Option<usize>,
    /// The origin whose pages may read the answer.
    readable_by: Option<HeaderValue>,
    allow: Option<String>,
    /// How the route shows problems, where it is a page.
    problem_page: Option<super::routes::ProblemPage>,
}

impl<S: State> Frame<S> {
    /// A frame around a table.
    #[must_use]
    pub fn new(state: S, routes: Routes<S>, settings: FrameSettings, stopping: Stopping) -> Self {
        let (limits, ids) = (Limits::new(settings.rates), RequestIds::new());
        let counts = Arc::new(RequestCounts::new(routes.rows()));
        Self { state, routes, settings, limits, ids, counts, stopping, faults: None }
    }

    /// Lets faults strike requests. For development networks.
    #[must_use]
    pub fn with_faults(mut self, faults: Arc<Faults>) -> Self {
        faults.know(self.routes.rows().map(|row| row.operation));
        self.faults = Some(faults);
        self
    }

    /// The table.
    #[must_use]
    pub const fn routes(&self) -> &Routes<S> {
        &self.routes
    }

    /// What was answered so far.
    pub(crate) fn counts(&self) -> Arc<RequestCounts> {
        Arc::clone(&self.counts)
    }

    /// Knows whether the server stops.
    pub(super) fn stopping(&self) -> Stopping {
        self.stopping.clone()
    }

    /// Answers a request.
    pub async fn answer(&self, connection: Connection, request: Request<Body>) -> Response<Body> {
        match self.faults.as_deref().and_then(|faults| self.next_fault(faults, &request)) {
            Some(fault) => faults::strike(fault, Box::pin(self.answer_unharmed(connection, request))).await,
            None => self.answer_unharmed(connection, request).await,
        }
    }

    fn next_fault(&self, faults: &Faults, request: &Request<Body>) -> Option<faults::Fault> {
        let (routes, _) = self.routes.find(request.uri().path());
        let route = routes.iter().find(|route| route.row.method == routed_method(request.method()))?;
        faults.next(route.row.operation)
    }

    async fn answer_unharmed(&self, connection: Connection, request: Request<Body>) -> Response<Body> {
        let start = Instant::now();
        let (parts, body) = request.into_parts();
        let request_id = self.ids.of(&parts.headers);
        let info = origin::request_info(connection, &parts, request_id.clone(), &self.settings.trusted_proxies);
        let mut progress = Progress::default();
        let outcome = AssertUnwindSafe(self.respond(&mut progress, parts, body, info)).catch_unwind().await;
        let outcome = outcome.unwrap_or_else(|panic| Err(Problem::internal(panic_text(&*panic))));
        let (mut response, code) = match outcome {
            Ok(response) => (response, None),
            Err(problem) => {
                let response = match progress.problem_page {
                    Some(page) => page(&problem, &request_id),
                    None => problem_response(&problem, &request_id),
                };
                (response, Some(problem.code()))
            }
        };
        self.add_headers(&mut response, &progress, &request_id);
        let status = response.status();
        let (operation, elapsed) = (progress.operation, start.elapsed());
        self.counts.add(progress.route, status, elapsed);
        self.state.answered(&Exchange { operation, status, code, elapsed, request_id: &request_id });
        response
    }

    fn add_headers(&self, response: &mut Response<Body>, progress: &Progress, request_id: &str) {
        let headers = response.headers_mut();
        if let Ok(id) = HeaderValue::try_from(request_id) {
            headers.insert(REQUEST_ID, id);
        }
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        headers.append(VARY, HeaderValue::from_static("Origin"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.entry(REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
        let nothing = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
        headers.entry(CONTENT_SECURITY_POLICY).or_insert(nothing);
        if let Some(origin) = &progress.readable_by {
            origin::allow_origin(headers, origin);
        }
        if let Some(allow) = progress.allow.as_deref().and_then(|allow| HeaderValue::try_from(allow).ok()) {
            headers.insert(ALLOW, allow);
        }
    }

    async fn respond(
        &self,
        progress: &mut Progress,
        parts: Parts,
        body: Body,
        info: RequestInfo,
    ) -> Result<Response<Body>, Problem> {
        origin::check_host(&info, &parts)?;
        let path = parts.uri.path();
        let (routes, raw_values) = self.routes.find(path);
        if parts.method == Method::OPTIONS {
            return self.options(progress, &routes, &parts, &info);
        }
        let Some(route) = routes.iter().find(|route| route.row.method == routed_method(&parts.method)) else {
            self.take_address(&info)?;
            return Err(self.no_route(progress, &routes, &parts));
        };
        progress.operation = Some(route.row.operation);
        progress.route = Some(route.row.number);
        progress.problem_page = route.row.problem_page;
        if route.row.access.is_for_browsers() {
            self.note_origin(progress, &parts);
        }
        let (principal, body) = self.admit(progress, &route.row, &parts, body, &info).await?;
        let values = PathValues::decode(&route.row.value_names, &raw_values)?;
        let call = RawCall {
            state: self.state.clone(),
            principal,
            path: values,
            raw_path: path.to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            body,
            headers: parts.headers,
            info,
            stopping: self.stopping.clone(),
        };
        (route.action)(call).await
    }

    /// Lets pages of listed origins read the answer, as long as nobody is known.
    fn note_origin(&self, progress: &mut Progress, parts: &Parts) {
        let origin = parts.headers.get(ORIGIN);
        let is_listed = |origin: &&HeaderValue| origin.to_str().is_ok_and(|origin| self.state.lists_origin(origin));
        progress.readable_by = origin.filter(is_listed).cloned();
    }

    fn no_route(&self, progress: &mut Progress, routes: &[&Route<S>], parts: &Parts) -> Problem {
        if routes.is_empty() {
            return Problem::new(Code::NotFound).detail("There is no such path.");
        }
        let allow = allowed_methods(routes);
        self.note_origin(progress, parts);
        let detail = format!("This path takes {allow}.");
        progress.allow = Some(allow);
        Problem::new(Code::MethodNotAllowed).detail(detail)
    }

    fn options(
        &self,
        progress: &mut Progress,
        routes: &[&Route<S>],
        parts: &Parts,
        info: &RequestInfo,
    ) -> Result<Response<Body>, Problem> {
        self.take_address(info)?;
        if routes.is_empty() {
            return Err(self.no_route(progress, routes, parts));
        }
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let origin = parts.headers.get(ORIGIN);
        let method = parts.headers.get(ACCESS_CONTROL_REQUEST_METHOD);
        let (Some(origin), Some(method)) = (origin, method) else {
            progress.allow = Some(allowed_methods(routes));
            return Ok(response);
        };
        let is_for_browsers = |route: &&&Route<S>| route.row.access.is_for_browsers();
        let methods: Vec<&str> = routes.iter().filter(is_for_browsers).map(|route| route.row.method.as_str()).collect();
        if !methods.iter().any(|allowed| allowed.as_bytes() == method.as_bytes()) {
            let detail = "Pages of other origins may not make this call.";
            return Err(Problem::new(Code::OriginNotAllowed).detail(detail).hint("Make this call from your server."));
        }
        if !origin.to_str().is_ok_and(|origin| self.state.lists_origin(origin)) {
            return Err(origin_not_allowed(info));
        }
        let methods = HeaderValue::try_from(methods.join(", ")).map_err(Problem::internal)?;
        origin::allow_preflight(response.headers_mut(), origin, methods);
        Ok(response)
    }

    /// Finds out who calls, whether they may, and reads the body.
    async fn admit(
        &self,
        progress: &mut Progress,
        row: &Row,
        parts: &Parts,
        body: Body,
        info: &RequestInfo,
    ) -> Result<(Principal, RawBody), Problem> {
        if row.access.is_open() {
            if row.is_limited {
                self.take_address(info)?;
            }
            return Ok((Principal::Anonymous, self.read(row, parts, body).await?));
        }
        let bearer = bearer(&parts.headers)?;
        let is_in_body = row.has_body_token && bearer.is_none() && info.peer != Peer::Socket;
        if is_in_body {
            self.check_failures(info)?;
            let mut body = self.read(row, parts, body).await?;
            let token = take_token(&mut body)?;
            let credential = token.as_deref().map(Credential::Bearer);
            let principal = self.authenticate(progress, row, parts, credential, info).await?;
            return Ok((principal, body));
        }
        let cookie = if row.access.admits(Class::Operator) { cookie(&parts.headers) } else { None };
        let credential = match (info.peer, bearer, cookie) {
            (_, Some(bearer), _) => Some(Credential::Bearer(bearer)),
            (Peer::Socket, None, _) => Some(Credential::Socket),
            (Peer::Address(_), None, cookie) => cookie.map(Credential::Cookie),
        };
        let principal = self.authenticate(progress, row, parts, credential, info).await?;
        let mut body = self.read(row, parts, body).await?;
        if row.has_body_token && take_token(&mut body)?.is_some() {
            let why = "must not be sent with the header `Authorization`.";
            return Err(Problem::invalid_field("token", why).hint("Send the token in one place."));
        }
        Ok((principal, body))
    }

    async fn authenticate(
        &self,
        progress: &mut Progress,
        row: &Row,
        parts: &Parts,
        credential: Option<Credential<'_>>,
        info: &RequestInfo,
    ) -> Result<Principal, Problem> {
        let Some(credential) = credential else {
            self.take_address(info)?;
            row.access.check(&Principal::Anonymous)?;
            return Ok(Principal::Anonymous);
        };
        if let Credential::Bearer(text) = credential
            && info.is_from_browser()
            && SECRET_PREFIXES.iter().any(|prefix| text.starts_with(prefix))
        {
            progress.readable_by = None;
            return Err(secret_in_browser());
        }
        self.check_failures(info)?;
        let authenticated = match self.state.authenticate(credential, info).await {
            Ok(authenticated) => authenticated,
            Err(problem) => {
                if problem.code().status() == StatusCode::UNAUTHORIZED {
                    // The next requests of this address are limited; this one is refused with its own code.
                    let failures = Limits::address(info.client).map(Caller::Failures);
                    let _ = failures.map(|failures| self.limits.take(failures));
                }
                return Err(problem);
            }
        };
        let Authenticated { principal, origins } = authenticated;
        check_browser(progress, parts, &principal, &origins, credential, info)?;
        row.access.check(&principal)?;
        if row.is_limited {
            let caller = self.limits.caller(&principal);
            caller.map_or(Ok(()), |caller| self.limits.take(caller)).map_err(rate_limited)?;
        }
        Ok(principal)
    }

    fn take_address(&self, info: &RequestInfo) -> Result<(), Problem> {
        let address = Limits::address(info.client).map(Caller::Address);
        address.map_or(Ok(()), |address| self.limits.take(address)).map_err(rate_limited)
    }

    /// Refuses addresses that sent too many credentials that are not valid.
    fn check_failures(&self, info: &RequestInfo) -> Result<(), Problem> {
        let failures = Limits::address(info.client).map(Caller::Failures);
        failures.map_or(Ok(()), |failures| self.limits.check(failures)).map_err(rate_limited)
    }

    async fn read(&self, row: &Row, parts: &Parts, body: Body) -> Result<RawBody, Problem> {
        let bytes = match row.body {
            BodyKind::Nothing => Bytes::new(),
            BodyKind::Json(_) | BodyKind::Raw => {
                body::read(body, &parts.headers, row.max_body, self.settings.body_timeout).await?
            }
        };
        match row.body {
            BodyKind::Raw => Ok(RawBody::Bytes(bytes)),
            BodyKind::Nothing if matches!(row.answer, super::routes::AnswerKind::Other(_)) => Ok(RawBody::Bytes(bytes)),
            BodyKind::Nothing => Ok(RawBody::Json(Value::Object(Map::new()))),
            BodyKind::Json(_) if bytes.is_empty() && row.has_optional_body => {
                Ok(RawBody::Json(Value::Object(Map::new())))
            }
            BodyKind::Json(_) => {
                body::check_json(&parts.headers, row.has_body_token)?;
                Ok(RawBody::Json(json::parse(&bytes)?))
            }
        }
    }
}

/// The method whose route answers.
fn routed_method(method: &Method) -> &Method {
    if method == Method::HEAD { &Method::GET } else { method }
}

fn allowed_methods<S>(routes: &[&Route<S>]) -> String {
    let mut methods: Vec<&str> = routes.iter().map(|route| route.row.method.as_str()).collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.push("OPTIONS");
    methods.join(", ")
}

/// Rules for browsers, once the caller is known.
fn check_browser(
    progress: &mut Progress,
    parts: &Parts,
    principal: &Principal,
    origins: &Origins,
    credential: Credential<'_>,
    info: &RequestInfo,
) -> Result<(), Problem> {
    match principal {
        Principal::Secret { .. } => {
            progress.readable_by = None;
            if info.is_from_browser() { Err(secret_in_browser()) } else { Ok(()) }
        }
        Principal::Operator => {
            progress.readable_by = None;
            let is_safe = matches!(parts.method, Method::GET | Method::HEAD);
            let is_cookie = matches!(credential, Credential::Cookie(_));
            // Browsers send cookies with requests that other sites make, too.
            if is_cookie && !is_safe && !origin::is_same_origin(info) {
                return Err(Problem::new(Code::OriginNotAllowed).detail("Another site made this call."));
            }
            Ok(())
        }
        Principal::Publishable { .. } | Principal::User { .. } | Principal::Session { .. } => match &info.origin {
            Some(origin) if origins.contain(origin) => {
                progress.readable_by = parts.headers.get(ORIGIN).cloned();
                Ok(())
            }
            Some(_) if !origin::is_same_origin(info) => Err(origin_not_allowed(info)),
            _ => Ok(()),
        },
        Principal::Anonymous => Ok(()),
    }
}

fn secret_in_browser() -> Problem {
    Problem::new(Code::SecretKeyInBrowser).detail("The request has a secret key and comes from a browser.")
}

fn origin_not_allowed(info: &RequestInfo) -> Problem {
    let problem = Problem::new(Code::OriginNotAllowed).param("Origin");
    match info.origin.as_deref() {
        // Longer ones are no origins.
        Some(origin) if origin.len() <= 255 => problem.detail(format!("No key lists the origin `{origin}`.")),
        _ => problem,
    }
}

fn rate_limited(seconds: u32) -> Problem {
    Problem::new(Code::RateLimited).retry_after(seconds)
}

/// The key or token of the header `Authorization`.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let malformed = |detail| Problem::new(Code::KeyMalformed).detail(detail).param("Authorization");
    if values.next().is_some() {
        return Err(malformed("The header `Authorization` appears twice."));
    }
    let text = value.to_str().map_err(|_| malformed("The header `Authorization` is not ASCII."))?;
    let token = match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => return Err(malformed("The header `Authorization` must be `Bearer`, a space, and a key or token.")),
    };
    check_token(token).map_err(malformed)?;
    Ok(Some(token))
}

fn check_token(token: &str) -> Result<(), &'static str> {
    match token {
        "" => Err("The key is empty."),
        _ if token.len() > MAX_TOKEN => Err("The key is too long."),
        _ if token.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(()),
        _ => Err("The key has characters that no key has."),
    }
}

/// Takes the member `token` out of a body.
fn take_token(body: &mut RawBody) -> Result<Option<String>, Problem> {
    let RawBody::Json(Value::Object(members)) = body else { return Ok(None) };
    match members.remove("token") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(token)) => match check_token(&token) {
            Ok(()) => Ok(Some(token)),
            Err(why) => Err(Problem::new(Code::KeyMalformed).detail(why).param("token")),
        },
        Some(_) => Err(Problem::invalid_field("token", "must be a string.")),
    }
}

/// The value of the dashboard's cookie.
fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE_NAME).map(|(_, value)| value)
}

fn problem_response(problem: &Problem, request_id: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(problem.to_json(request_id).to_string()));
    *response.status_mut() = problem.code().status();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(problem::MEDIA_TYPE));
    if problem.code().status() == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    let retry_after = match problem.code() {
        Code::Busy => problem.retry_after_seconds().or(Some(1)),
        _ => problem.retry_after_seconds(),
    };
    if let Some(seconds) = retry_after {
        headers.insert(RETRY_AFTER, seconds.into());
    }
    response
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("a handler panicked")
}

/// Gives ids to requests.
#[derive(Debug)]
struct RequestIds {
    base: u64,
    next: AtomicU64,
}

impl RequestIds {
    fn new() -> Self {
        let mut base = [0; 8];
        // Without random bytes ids begin with the same number after each start, which only makes logs harder to read.
        let _ = getrandom::fill(&mut base);
        Self { base: u64::from_le_bytes(base), next: AtomicU64::new(0) }
    }

    /// The client's id, if it is short and visible, or a new one.
    fn of(&self, headers: &HeaderMap) -> String {
        let is_sane =
            |id: &&str| !id.is_empty() && id.len() <= MAX_REQUEST_ID && id.bytes().all(|byte| byte.is_ascii_graphic());
        if let Some(id) = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).filter(is_sane) {
            return id.to_owned();
        }
        // An odd factor gives each number another one, far from its neighbours.
        let number = self.next.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        format!("req_{:016x}", self.base ^ number)
    }
}

#[cfg(test)]
mod tests;
