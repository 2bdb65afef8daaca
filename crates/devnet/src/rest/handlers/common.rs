//! Who and how the node is, without a token: health, versions, genesis, its own description.

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::DevNode;
use crate::rest::Refusal;
use crate::rest::answer::Answer;
use crate::rest::request::Request;
use crate::rest::routes::{Access, ROUTES};

/// The version of algod whose interface this is, for clients that look at `/versions`.
const ALGOD: (u64, u64) = (5, 1);

/// `GET /health` and `/ready`: this network has nothing to catch up with.
pub(in crate::rest) fn health(_: &DevNode, _: &Request) -> Result<Answer, Refusal> {
    Ok(Answer::line(&Value::Null))
}

/// `GET /versions`.
pub(in crate::rest) fn versions(node: &DevNode, _: &Request) -> Result<Answer, Refusal> {
    let (major, minor) = ALGOD;
    Ok(Answer::line(&json!({
        "versions": ["v2"],
        "genesis_id": node.genesis().id(),
        "genesis_hash_b64": node.genesis_hash().to_base64(),
        "build": {
            "major": major, "minor": minor, "build_number": 0,
            "commit_hash": "", "branch": "", "channel": concat!("pnp-contract ", env!("CARGO_PKG_VERSION")),
        },
    })))
}

/// `GET /genesis`: tools find the rich account by its `Wallet1`.
pub(in crate::rest) fn genesis(node: &DevNode, _: &Request) -> Result<Answer, Refusal> {
    Ok(Answer::json_text(format!("{}\n", node.genesis().to_json().trim_end())))
}

/// `GET /swagger.json`: the routes of this very table.
pub(in crate::rest) fn swagger(_: &DevNode, _: &Request) -> Result<Answer, Refusal> {
    let mut paths = serde_json::Map::new();
    for route in ROUTES {
        let names = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let parameters: Vec<_> =
            names.map(|name| json!({"name": name, "in": "path", "required": true, "type": "string"})).collect();
        let security = if route.access == Access::Open { json!([]) } else { json!([{"api_key": []}]) };
        let operation = json!({
            "summary": route.about,
            "parameters": parameters,
            "security": security,
            "responses": {"200": {"description": "Done."}, "default": {"description": "Refused: a message, and data where there is more to say."}},
        });
        let entry = paths.entry(route.path).or_insert_with(|| json!({}));
        if let Some(methods) = entry.as_object_mut() {
            methods.insert(route.method.to_ascii_lowercase(), operation);
        }
    }
    Ok(Answer::line(&json!({
        "swagger": "2.0",
        "info": {"title": "pnp-contract development network", "version": env!("CARGO_PKG_VERSION"),
                 "description": "algod's REST interface, version 2, over a development network of one process."},
        "securityDefinitions": {"api_key": {"type": "apiKey", "name": "X-Algo-API-Token", "in": "header"}},
        "paths": paths,
    })))
}

/// `POST /v2/shutdown` and `/v2/node/shutdown`, which algod does not implement either.
pub(in crate::rest) fn shutdown(_: &DevNode, request: &Request) -> Result<Answer, Refusal> {
    request.query_signed("timeout")?;
    Ok(Answer::text("Endpoint not implemented.").with_status(StatusCode::NOT_IMPLEMENTED))
}
