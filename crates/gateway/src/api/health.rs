//! Whether the process lives, and whether it can do its work. Load balancers ask this, without a credential.

use super::request::Request;
use crate::access::Access;
use crate::gateway::Gateway;
use crate::http::{Answer, Route, get};
use crate::problem::{Code, Problem};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

/// After how many seconds to ask again.
const ASK_AGAIN: u32 = 5;

/// Answered on every listener.
pub(crate) fn routes() -> Vec<Route<Arc<Gateway>>> {
    vec![
        get("/healthz")
            .operation("getHealth", "Whether the process lives")
            .description("Answers as long as the process does. For what restarts a process that hangs.")
            .access(Access::ANYONE)
            .unlimited()
            .handler(health),
        get("/readyz")
            .operation("getReadiness", "Whether the gateway can do its work")
            .description(
                "The store can be read and written, the settler runs, and the chain has answered in the last 30 seconds. Else \
                 `missing` lists what is not so: `store_read`, `store_write`, `settler`, `chain`, `stopping`. For what decides \
                 whether a gateway gets requests.",
            )
            .access(Access::ANYONE)
            .unlimited()
            .codes(&[Code::NotReady])
            .handler(readiness),
    ]
}

/// How the process is.
#[derive(Debug, Serialize, JsonSchema)]
struct Health {
    /// `alive`, or `ready`.
    status: &'static str,
}

async fn health(_: Request) -> Result<Answer<Health>, Problem> {
    Ok(Answer::ok(Health { status: "alive" }))
}

async fn readiness(call: Request) -> Result<Answer<Health>, Problem> {
    let missing = call.state.missing().await;
    let mut names: Vec<&str> = missing.iter().map(|missing| missing.text()).collect();
    let mut words: Vec<&str> = missing.iter().map(|missing| missing.words()).collect();
    if call.stopping.is_stopping() {
        names.push("stopping");
        words.push("the gateway is stopping");
    }
    if names.is_empty() {
        return Ok(Answer::ok(Health { status: "ready" }));
    }
    let detail = format!("Not ready: {}.", words.join(", "));
    Err(Problem::new(Code::NotReady).detail(detail).member("missing", names).retry_after(ASK_AGAIN))
}
