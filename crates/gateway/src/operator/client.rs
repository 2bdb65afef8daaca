//! Calls of the API as the operator: over the socket of a gateway that runs, or with its store where none runs.

use super::backup::open;
use super::{OperatorError, Refusal};
use crate::access::Peer;
use crate::files::GatewayFiles;
use crate::gateway::{Gateway, NetworkInfo};
use crate::http::{Connection, Frame, FrameSettings, Routes, Stop, Stopping};
use crate::serve::genesis_hash;
use crate::store::Store;
use axum::body::Body;
use http_body_util::BodyExt as _;
use hyper::{Request, Response, header};
use serde_json::Value;
use std::sync::Arc;

/// Calls the API as the operator.
#[derive(Debug)]
pub struct OperatorClient {
    way: Way,
}

#[derive(Debug)]
enum Way {
    /// A gateway runs.
    #[cfg(unix)]
    Socket(std::path::PathBuf),
    /// None runs: this process has the store.
    Store { frame: Box<Frame<Arc<Gateway>>>, _stop: Stop },
}

impl OperatorClient {
    /// Finds the gateway of a folder.
    ///
    /// # Errors
    /// No gateway, and a store that another process has or that cannot be opened.
    pub async fn connect(files: &GatewayFiles) -> Result<Self, OperatorError> {
        #[cfg(unix)]
        {
            let path = files.socket();
            match tokio::net::UnixStream::connect(&path).await {
                Ok(_) => return Ok(Self { way: Way::Socket(path) }),
                // A gateway that was killed leaves its socket behind.
                Err(error) if is_nobody(&error) => {}
                Err(error) => return Err(OperatorError::Socket { path, why: error.to_string() }),
            }
        }
        Ok(Self { way: with_store(files).await? })
    }

    /// Whether the gateway runs.
    #[must_use]
    pub const fn is_running(&self) -> bool {
        match self.way {
            #[cfg(unix)]
            Way::Socket(_) => true,
            Way::Store { .. } => false,
        }
    }

    /// Calls a route by its method (`GET`) and path: `path` with its query, parts encoded. Returns what the gateway answers; null where that is nothing.
    ///
    /// # Errors
    /// [`OperatorError::Refused`] with the gateway's words, and a connection that ends early.
    pub async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, OperatorError> {
        let mut key = [0; 16];
        getrandom::fill(&mut key).map_err(OperatorError::Randomness)?;
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost")
            .header("idempotency-key", data_encoding::HEXLOWER.encode(&key));
        let request = match body {
            Some(body) => request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        let request = request.map_err(|error| OperatorError::Answer(error.to_string()))?;
        let answer = match &self.way {
            #[cfg(unix)]
            Way::Socket(path) => over_socket(path, request)
                .await
                .map_err(|why| OperatorError::Socket { path: path.clone(), why: why.to_string() })?,
            Way::Store { frame, .. } => {
                frame.answer(Connection { peer: Peer::Socket, listener_is_loopback: true }, request).await
            }
        };
        read(answer).await
    }

    /// All items of a list, page by page.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub async fn list(&self, path: &str) -> Result<Vec<Value>, OperatorError> {
        let mut all = Vec::new();
        let mut cursor = String::new();
        loop {
            let join = if path.contains('?') { '&' } else { '?' };
            let mut page = self.call("GET", &format!("{path}{join}limit=200{cursor}"), None).await?;
            match page.get_mut("data").map(Value::take) {
                Some(Value::Array(items)) => all.extend(items),
                _ => return Err(OperatorError::Answer("a list has no `data`".to_owned())),
            }
            match page.get("next_cursor").and_then(Value::as_str) {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(all),
            }
        }
    }
}

#[cfg(unix)]
fn is_nobody(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::ConnectionRefused)
}

/// Takes the store's lock, and answers from this process.
async fn with_store(files: &GatewayFiles) -> Result<Way, OperatorError> {
    let no_gateway = || OperatorError::NoGateway(files.folder().to_owned());
    let network = open(files)?.network()?.ok_or_else(no_gateway)?;
    let genesis_hash = genesis_hash(&network.genesis_hash).map_err(|_| no_gateway())?;
    let keys = files.existing_seed()?.on(genesis_hash);
    let store = Store::open(files.folder(), &network)?;
    let gateway = Gateway::new(store, NetworkInfo::development(&network.name), &keys).await?;
    let routes = Routes::with_documentation(crate::api::routes(true), env!("CARGO_PKG_VERSION"))?;
    let (stop, stopping) = Stopping::new();
    let frame = Box::new(Frame::new(gateway, routes, FrameSettings::default(), stopping));
    Ok(Way::Store { frame, _stop: stop })
}

/// Sends a request over a Unix socket.
#[cfg(unix)]
async fn over_socket(
    path: &std::path::Path,
    request: Request<Body>,
) -> Result<Response<Body>, Box<dyn std::error::Error + Send + Sync>> {
    let stream = hyper_util::rt::TokioIo::new(tokio::net::UnixStream::connect(path).await?);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await?;
    let (answer, _) = tokio::join!(
        async move {
            let (parts, body) = sender.send_request(request).await?.into_parts();
            // Whole, while the connection is driven.
            let body = body.collect().await?.to_bytes();
            Ok::<_, hyper::Error>(Response::from_parts(parts, Body::from(body)))
        },
        connection
    );
    Ok(answer?)
}

/// The document of an answer, or why it has no document.
async fn read(answer: Response<Body>) -> Result<Value, OperatorError> {
    let unreadable = |error: &dyn std::fmt::Display| OperatorError::Answer(error.to_string());
    let (parts, body) = answer.into_parts();
    let bytes = body.collect().await.map_err(|error| unreadable(&error))?.to_bytes();
    if parts.status.is_success() {
        return match bytes.is_empty() {
            true => Ok(Value::Null),
            false => serde_json::from_slice(&bytes).map_err(|error| unreadable(&error)),
        };
    }
    let refusal: Refusal = serde_json::from_slice(&bytes).map_err(|error| unreadable(&error))?;
    Err(OperatorError::Refused(Box::new(refusal)))
}
