//! The table of all routes: router, access rules, OpenAPI document and completeness tests derive from it.

use std::any::TypeId;
use std::collections::BTreeSet;
use std::fmt;
use std::future::{Future, ready};
use std::pin::Pin;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use http_body_util::BodyExt as _;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::call::{Answer, Call, Empty};
use super::fields;
use super::idempotency::IdempotencyKey;
use super::path::{PathValues, Tree, parse_query, value_names};
use super::stopping::Stopping;
use crate::access::{Access, Principal, RequestInfo};
use crate::problem::{Code, Problem};

/// The largest body of a request, in bytes, where a route says nothing else.
const MAX_BODY: usize = 64 * 1024;

/// Shows a problem to people. The text is the request's id.
pub type ProblemPage = fn(&Problem, &str) -> Response<Body>;

/// Makes the schema of a type.
pub(super) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// How a route takes effect once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idempotency {
    /// Repeating it changes nothing.
    Natural,
    /// By the ids of ticks in the body.
    TickId,
    /// By the header `Idempotency-Key`, which is required.
    Key,
}

/// What a route reads.
#[derive(Clone, Copy, Debug)]
pub(super) enum BodyKind {
    /// Nothing.
    Nothing,
    /// JSON of this type.
    Json(SchemaOf),
    /// Bytes that the handler reads itself.
    Raw,
}

/// What a route answers.
#[derive(Clone, Copy, Debug)]
pub(super) enum AnswerKind {
    /// Nothing.
    Nothing,
    /// JSON of this type.
    Json(SchemaOf),
    /// This media type.
    Other(&'static str),
}

/// What is known about a route without its handler.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its place in the table.
    pub(super) number: usize,
    /// The method.
    pub method: Method,
    /// The path with `{names}`.
    pub path: &'static str,
    /// The name of the call: `createTopUp`.
    pub operation: &'static str,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// What else one must know.
    pub description: &'static str,
    /// Who may call.
    pub access: Access,
    /// How it takes effect once.
    pub idempotency: Idempotency,
    /// Whether the body may be empty.
    pub has_optional_body: bool,
    /// Whether the token may be a member of the body, which then may have the type `text/plain`.
    pub has_body_token: bool,
    /// Whether the limits of the caller apply.
    pub is_limited: bool,
    /// The largest body, in bytes.
    pub max_body: usize,
    /// The statuses of success; the first is the usual one.
    pub success: &'static [StatusCode],
    /// What people see instead of a problem in JSON; pages alone have it, and the documentation leaves them out.
    pub(super) problem_page: Option<ProblemPage>,
    codes: &'static [Code],
    pub(super) body: BodyKind,
    pub(super) query: Option<SchemaOf>,
    pub(super) answer: AnswerKind,
    pub(super) value_names: Vec<&'static str>,
}

impl Row {
    /// Every code that the route may answer.
    #[must_use]
    pub fn codes(&self) -> BTreeSet<Code> {
        use Code::{
            BodyTooLarge, Busy, Forbidden, IdempotencyInProgress, IdempotencyKeyRequired, IdempotencyKeyReused,
            Internal, InvalidBody, InvalidField, KeyExpired, KeyMalformed, KeyMissing, KeyPlaceholder, KeyRevoked,
            KeyUnknown, Misdirected, MissingField, NetworkMismatch, NotFound, OriginNotAllowed, RateLimited,
            RequestTimeout, SecretKeyInBrowser, StoreUnavailable, TokenExpired, TokenInvalid, UnknownField,
            UnsupportedMediaType,
        };
        let mut codes: BTreeSet<Code> = self.codes.iter().copied().collect();
        codes.extend([Misdirected, RateLimited, Internal, Busy, UnknownField, InvalidField]);
        if !self.access.is_open() {
            codes.extend([KeyMissing, KeyMalformed, KeyPlaceholder, KeyUnknown, KeyRevoked, KeyExpired]);
            codes.extend([
                TokenExpired,
                TokenInvalid,
                SecretKeyInBrowser,
                NetworkMismatch,
                OriginNotAllowed,
                Forbidden,
            ]);
            codes.insert(StoreUnavailable);
        }
        if !self.value_names.is_empty() {
            codes.insert(NotFound);
        }
        if self.query.is_some() {
            codes.insert(MissingField);
        }
        if !matches!(self.body, BodyKind::Nothing) {
            codes.extend([InvalidBody, MissingField, BodyTooLarge, UnsupportedMediaType, RequestTimeout]);
        }
        if self.idempotency == Idempotency::Key {
            codes.extend([IdempotencyKeyRequired, IdempotencyKeyReused, IdempotencyInProgress]);
        }
        codes
    }

    /// Whether it is a page for people, and no call of the API.
    #[must_use]
    pub const fn is_page(&self) -> bool {
        self.problem_page.is_some()
    }

    /// Whether requests have a body that is read.
    pub(super) fn reads_body(&self) -> bool {
        matches!(self.method, Method::POST | Method::PUT | Method::PATCH)
    }
}

#[cfg(test)]
impl Row {
    /// A body that the route understands, and a query string that it needs; for tests of the whole table.
    pub(crate) fn samples(&self) -> (Option<Value>, String) {
        let sample = |schema_of: SchemaOf| {
            let mut schemas = SchemaGenerator::default();
            let schema = schema_of(&mut schemas).to_value();
            super::samples::sample(&schema, "", &schemas)
        };
        let body = match self.body {
            BodyKind::Json(schema_of) => Some(sample(schema_of)),
            BodyKind::Nothing | BodyKind::Raw => None,
        };
        let query = self.query.map_or(Value::Null, sample);
        let pairs = query
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(name, value)| Some(format!("{name}={}", value.as_str()?)));
        (body, pairs.collect::<Vec<_>>().join("&"))
    }
}

/// A body before its type is known.
#[derive(Debug)]
pub(super) enum RawBody {
    Json(Value),
    Bytes(Bytes),
}

/// A request whose caller may call, before its body and query are decoded.
#[derive(Debug)]
pub(super) struct RawCall<S> {
    pub(super) state: S,
    pub(super) principal: Principal,
    pub(super) path: PathValues,
    /// The path as it was sent.
    pub(super) raw_path: String,
    pub(super) query: String,
    pub(super) body: RawBody,
    pub(super) headers: HeaderMap,
    pub(super) info: RequestInfo,
    pub(super) stopping: Stopping,
}

impl<S> RawCall<S> {
    fn decode<B, Q: DeserializeOwned>(
        self,
        read_body: impl FnOnce(RawBody) -> Result<B, Problem>,
        idempotency: impl FnOnce(&Self, &B) -> Result<Option<IdempotencyKey>, Problem>,
    ) -> Result<Call<S, B, Q>, Problem> {
        let query = fields::from_query(&parse_query(&self.query)?)?;
        let mut this = self;
        let body = read_body(std::mem::replace(&mut this.body, RawBody::Bytes(Bytes::new())))?;
        let idempotency = idempotency(&this, &body)?;
        let Self { state, principal, path, headers, info, stopping, .. } = this;
        Ok(Call { state, principal, path, query, body, headers, info, idempotency, stopping })
    }
}

fn json_body<B: DeserializeOwned>(body: RawBody) -> Result<B, Problem> {
    match body {
        RawBody::Json(value) => fields::from_body(&value),
        RawBody::Bytes(_) => Err(Problem::internal("the body was not read as JSON")),
    }
}

fn raw_body(body: RawBody) -> Result<Bytes, Problem> {
    match body {
        RawBody::Bytes(bytes) => Ok(bytes),
        RawBody::Json(_) => Err(Problem::internal("the body was read as JSON")),
    }
}

pub(super) type PendingResponse = Pin<Box<dyn Future<Output = Result<Response<Body>, Problem>> + Send>>;
type Action<S> = Box<dyn Fn(RawCall<S>) -> PendingResponse + Send + Sync>;

/// One route: a row and its handler.
pub struct Route<S> {
    pub(super) row: Row,
    pub(super) action: Action<S>,
}

impl<S> fmt::Debug for Route<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.row.fmt(f)
    }
}

/// A route without its handler yet.
#[derive(Clone, Debug)]
pub struct Draft(Row);

/// `GET`, for reading. Answers `HEAD` too.
#[must_use]
pub fn get(path: &'static str) -> Draft {
    Draft::new(Method::GET, path)
}

/// `POST`, for what creates, moves or ends something.
#[must_use]
pub fn post(path: &'static str) -> Draft {
    Draft::new(Method::POST, path)
}

/// `PUT`, for what sets something to a value.
#[must_use]
pub fn put(path: &'static str) -> Draft {
    Draft::new(Method::PUT, path)
}

/// `PATCH`, for what changes some members of something.
#[must_use]
pub fn patch(path: &'static str) -> Draft {
    Draft::new(Method::PATCH, path)
}

/// `DELETE`, for what removes something.
#[must_use]
pub fn delete(path: &'static str) -> Draft {
    Draft::new(Method::DELETE, path)
}

impl Draft {
    fn new(method: Method, path: &'static str) -> Self {
        Self(Row {
            number: 0,
            method,
            path,
            operation: "",
            summary: "",
            description: "",
            access: Access::OPERATOR,
            idempotency: Idempotency::Natural,
            has_optional_body: false,
            has_body_token: false,
            is_limited: true,
            max_body: MAX_BODY,
            success: &[StatusCode::OK],
            problem_page: None,
            codes: &[],
            body: BodyKind::Nothing,
            query: None,
            answer: AnswerKind::Nothing,
            value_names: value_names(path),
        })
    }

    /// The name of the call (`createTopUp`) and what it does in a few words.
    #[must_use]
    pub fn operation(mut self, id: &'static str, summary: &'static str) -> Self {
        (self.0.operation, self.0.summary) = (id, summary);
        self
    }

    /// What else one must know.
    #[must_use]
    pub fn description(mut self, text: &'static str) -> Self {
        self.0.description = text;
        self
    }

    /// Who may call; without this only the operator.
    #[must_use]
    pub fn access(mut self, access: Access) -> Self {
        self.0.access = access;
        self
    }

    /// Requires `Idempotency-Key`.
    #[must_use]
    pub fn idempotent(mut self) -> Self {
        self.0.idempotency = Idempotency::Key;
        self
    }

    /// Takes effect once by the ids of ticks in the body.
    #[must_use]
    pub fn by_tick_id(mut self) -> Self {
        self.0.idempotency = Idempotency::TickId;
        self
    }

    /// Allows an empty body, which then is like `{}`.
    #[must_use]
    pub fn optional_body(mut self) -> Self {
        self.0.has_optional_body = true;
        self
    }

    /// Also takes the token as member `token` of the body, which then may have the type `text/plain`: a page that closes
    /// can send no header.
    #[must_use]
    pub fn token_in_body(mut self) -> Self {
        self.0.has_body_token = true;
        self
    }

    /// Exempts the route from the limits of the caller.
    #[must_use]
    pub fn unlimited(mut self) -> Self {
        self.0.is_limited = false;
        self
    }

    /// The largest body, in bytes.
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.0.max_body = bytes;
        self
    }

    /// The statuses of success; the first is the usual one. 200 without this.
    #[must_use]
    pub fn success(mut self, statuses: &'static [StatusCode]) -> Self {
        self.0.success = statuses;
        self
    }

    /// Codes that the handler may answer, beside those that [`Row::codes`] derives.
    #[must_use]
    pub fn codes(mut self, codes: &'static [Code]) -> Self {
        self.0.codes = codes;
        self
    }

    /// A page for people: its problems are shown so, and the documentation leaves it out.
    #[must_use]
    pub fn page(mut self, problems: ProblemPage) -> Self {
        self.0.problem_page = Some(problems);
        self
    }

    /// The handler. Its types are those of the documentation: body `B` and query `Q` ([`Empty`] for none), answer `U`.
    pub fn handler<S, B, Q, U, F, Fut>(mut self, handler: F) -> Route<S>
    where
        S: Send + 'static,
        B: DeserializeOwned + Serialize + JsonSchema + Send + 'static,
        Q: DeserializeOwned + JsonSchema + Send + 'static,
        U: Serialize + JsonSchema + Send + 'static,
        F: Fn(Call<S, B, Q>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Answer<U>, Problem>> + Send + 'static,
    {
        self.0.query = query_schema::<Q>();
        self.0.answer = match TypeId::of::<U>() == TypeId::of::<Empty>() {
            true => AnswerKind::Nothing,
            false => AnswerKind::Json(|schemas| schemas.subschema_for::<U>()),
        };
        if self.0.reads_body() {
            let has_members = TypeId::of::<B>() != TypeId::of::<Empty>();
            self.0.has_optional_body |= !has_members;
            self.0.body = BodyKind::Json(|schemas| schemas.subschema_for::<B>());
        }
        let (method, idempotency) = (self.0.method.clone(), self.0.idempotency);
        let key = move |call: &RawCall<S>, body: &B| match idempotency {
            Idempotency::Key => {
                let request = format!("{method} {}", call.raw_path);
                IdempotencyKey::new(&call.headers, &call.principal, request, body).map(Some)
            }
            Idempotency::Natural | Idempotency::TickId => Ok(None),
        };
        let action = move |call: RawCall<S>| -> PendingResponse {
            match call.decode(json_body, &key) {
                Ok(call) => {
                    let answer = handler(call);
                    Box::pin(async move { answer.await?.into_response() })
                }
                Err(problem) => Box::pin(ready(Err(problem))),
            }
        };
        Route { row: self.0, action: Box::new(action) }
    }

    /// A handler that reads bytes and answers with another media type than JSON: pages, streams, calls of payment providers.
    pub fn raw<S, Q, F, Fut>(mut self, media_type: &'static str, handler: F) -> Route<S>
    where
        S: Send + 'static,
        Q: DeserializeOwned + JsonSchema + Send + 'static,
        F: Fn(Call<S, Bytes, Q>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Response<Body>, Problem>> + Send + 'static,
    {
        self.0.query = query_schema::<Q>();
        self.0.answer = AnswerKind::Other(media_type);
        if self.0.reads_body() {
            self.0.body = BodyKind::Raw;
            self.0.has_optional_body = true;
        }
        let action = move |call: RawCall<S>| -> PendingResponse {
            match call.decode(raw_body, |_, _| Ok(None)) {
                Ok(call) => Box::pin(handler(call)),
                Err(problem) => Box::pin(ready(Err(problem))),
            }
        };
        Route { row: self.0, action: Box::new(action) }
    }
}

fn query_schema<Q: JsonSchema + 'static>() -> Option<SchemaOf> {
    (TypeId::of::<Q>() != TypeId::of::<Empty>()).then_some(Q::json_schema as SchemaOf)
}

/// Why a table of routes cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// A path and method, or an operation id, twice.
    #[error("{0} appears twice in the table of routes")]
    Repeated(String),
    /// A row that contradicts itself.
    #[error("{operation}: {why}")]
    Row {
        /// The row.
        operation: &'static str,
        /// What is wrong.
        why: &'static str,
    },
    /// One name for two schemas.
    #[error("two types have the schema name {0}")]
    SchemaName(String),
    /// A request type that takes every member.
    #[error("the request type {0} does not refuse unknown fields: add #[serde(deny_unknown_fields)]")]
    TakesUnknownFields(String),
    /// A query type that is no flat object.
    #[error("{0}: the query type must be a struct")]
    Query(&'static str),
}

/// The table.
#[derive(Debug)]
pub struct Routes<S> {
    pub(super) routes: Vec<Route<S>>,
    tree: Tree,
}

impl<S> Routes<S> {
    /// A table of routes.
    ///
    /// # Errors
    /// A table that contradicts itself.
    pub fn new(mut routes: Vec<Route<S>>) -> Result<Self, TableError> {
        let mut seen = BTreeSet::new();
        for (number, Route { row, .. }) in routes.iter_mut().enumerate() {
            row.number = number;
            for name in [format!("{} {}", row.method, without_names(row.path)), row.operation.to_owned()] {
                if !seen.insert(name.clone()) {
                    return Err(TableError::Repeated(name));
                }
            }
            check(row).map_err(|why| TableError::Row { operation: row.operation, why })?;
        }
        let tree = Tree::new(routes.iter().map(|route| route.row.path));
        Ok(Self { routes, tree })
    }

    /// What is known about each route, in the order of the table.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.routes.iter().map(|route| &route.row)
    }

    /// The routes of a path and the raw values in it.
    pub(super) fn find<'p>(&self, path: &'p str) -> (Vec<&Route<S>>, Vec<&'p str>) {
        let (rows, values) = self.tree.find(path);
        (rows.iter().filter_map(|row| self.routes.get(*row)).collect(), values)
    }
}

/// A call that a page makes for somebody who is known already.
#[derive(Debug)]
pub(crate) struct InternalCall<'c> {
    /// Method and path with its values: `POST /v1/api_keys/key_…/rotate`.
    pub(crate) request: &'c str,
    /// The query string, without its question mark.
    pub(crate) query: String,
    /// The body.
    pub(crate) body: Value,
    /// Makes it take effect once.
    pub(crate) idempotency_key: Option<&'c str>,
    /// For whom.
    pub(crate) principal: Principal,
    /// The page's own request.
    pub(crate) info: &'c RequestInfo,
    /// The server's.
    pub(crate) stopping: &'c Stopping,
}

impl<S> Routes<S> {
    /// Makes a call as the network would, with all its checks but those of the connection, and reads its answer.
    ///
    /// # Errors
    /// The call's.
    pub(crate) async fn call(&self, state: S, call: InternalCall<'_>) -> Result<Value, Problem> {
        let unknown = || Problem::internal(format_args!("there is no call {}", call.request));
        let (method, path) = call.request.split_once(' ').ok_or_else(unknown)?;
        let (routes, raw_values) = self.find(path);
        let route = routes.into_iter().find(|route| route.row.method.as_str() == method).ok_or_else(unknown)?;
        route.row.access.check(&call.principal)?;
        let mut headers = HeaderMap::new();
        if let Some(key) = call.idempotency_key {
            let value = HeaderValue::try_from(key).map_err(|_| Problem::new(Code::InvalidBody))?;
            headers.insert(super::idempotency::HEADER, value);
        }
        let call = RawCall {
            state,
            principal: call.principal,
            path: PathValues::decode(&route.row.value_names, &raw_values)?,
            raw_path: path.to_owned(),
            query: call.query,
            body: RawBody::Json(call.body),
            headers,
            info: call.info.clone(),
            stopping: call.stopping.clone(),
        };
        let response = (route.action)(call).await?;
        let bytes = response.into_body().collect().await.map_err(Problem::internal)?.to_bytes();
        if bytes.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(&bytes).map_err(Problem::internal) }
    }
}

fn without_names(path: &'static str) -> String {
    value_names(path).iter().fold(path.to_owned(), |path, name| path.replace(&format!("{{{name}}}"), "{}"))
}

fn check(row: &Row) -> Result<(), &'static str> {
    if row.operation.is_empty() || row.summary.is_empty() {
        return Err("the row has no operation id or no summary");
    }
    if !row.path.starts_with('/') {
        return Err("the path does not begin with a slash");
    }
    if row.success.is_empty() {
        return Err("the row has no status of success");
    }
    if row.idempotency == Idempotency::Key && row.method != Method::POST {
        return Err("only POST takes an idempotency key");
    }
    if row.idempotency == Idempotency::Key && !matches!(row.body, BodyKind::Json(_)) {
        return Err("an idempotency key needs a JSON body, whose meaning is compared");
    }
    if row.has_body_token && (!matches!(row.body, BodyKind::Json(_)) || row.access.is_open()) {
        return Err("a token in the body needs a JSON body and an access rule");
    }
    Ok(())
}
