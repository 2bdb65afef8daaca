//! The recorded contract, and what the chain has of it.

use super::check::{Checks, Topic};
use crate::failure::Failure;
use crate::session::Session;
use pnp_client::ApplicationState;
use pnp_ops::Error;
use pnp_registry::Contract;
use pnp_types::{AppIndex, sha512_256};
use pnp_usage::{GlobalState, Verification};

const CONTRACT: Topic = Topic::Contract;

/// A contract that stands.
pub(super) struct Standing {
    pub(super) app: AppIndex,
    pub(super) application: ApplicationState,
    pub(super) state: GlobalState,
    pub(super) verification: Verification,
}

/// The contract commands mean, compared with its record and with this source.
pub(super) async fn look(session: &Session<'_>, checks: &mut Checks) -> Result<Option<Standing>, Failure> {
    let net = &session.network.name;
    for pending in session.chain().map(|chain| chain.pending).unwrap_or_default() {
        checks.warning(
            CONTRACT,
            "pending",
            format!("a deployment was sent and its outcome not recorded: {}", pending.txid),
            format!("pnp-contract status --net {net}    (finds out and records it)"),
        );
    }
    let (app, record) = match session.contract(None) {
        Ok(found) => found,
        Err(Error::NoContract(_)) => {
            checks.note(
                CONTRACT,
                "recorded",
                format!("no contract is recorded on {net}: pnp-contract deploy --net {net}"),
            );
            return Ok(None);
        }
        Err(error) => {
            checks.failure(CONTRACT, "recorded", &error.into());
            return Ok(None);
        }
    };
    let Some(application) = session.algod.application(app).await? else {
        let message = format!("application {app} does not exist on {net}: it was deleted, or the chain made anew");
        checks.error(CONTRACT, "exists", message, format!("pnp-contract deploy --net {net}    (or correct APP_ID)"));
        return Ok(None);
    };
    let state = match GlobalState::read(&application) {
        Ok(state) => state,
        Err(error) => {
            checks.failure(CONTRACT, "exists", &Failure::from(error));
            return Ok(None);
        }
    };
    checks.ok(CONTRACT, "exists", format!("application {app} is on {net}"));
    let verification = Verification::new(&application, None)?;
    let standing = Standing { app, application, state, verification };
    programs(&standing, record.as_ref(), net, checks);
    Ok(Some(standing))
}

fn programs(standing: &Standing, record: Option<&Contract>, net: &str, checks: &mut Checks) {
    let app = standing.app;
    let runs = hex::encode(sha512_256(&standing.application.approval_program));
    match record {
        Some(record) if record.programs.approval_sha512_256 != runs => checks.error(
            CONTRACT,
            "program",
            format!("application {app} runs another program than recorded: somebody replaced it without this record"),
            format!("pnp-contract verify --net {net}    (shows what differs); `git pull` may bring the newer record"),
        ),
        Some(_) => checks.ok(CONTRACT, "program", "the chain runs the recorded program"),
        None => checks.warning(
            CONTRACT,
            "recorded",
            format!("application {app} is not recorded here"),
            format!("pnp-contract deploy --net {net} --app {app} --check"),
        ),
    }
    if standing.verification.is_same() {
        checks.ok(CONTRACT, "source", "the chain runs today's source");
    } else {
        checks.note(
            CONTRACT,
            "source",
            format!("the chain does not run today's source: pnp-contract verify --net {net}"),
        );
    }
    let Some(record) = record else { return };
    let differs = pnp_ops::differences(record, &standing.application.creator, &standing.state);
    for difference in differs {
        checks.warning(
            CONTRACT,
            "record",
            difference,
            format!("pnp-contract deploy --net {net}    (records what stands)"),
        );
    }
}
