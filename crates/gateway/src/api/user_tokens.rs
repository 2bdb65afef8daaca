//! User tokens: what a site's server gives its pages, so that a browser may act for one user.

use super::request::Request;
use crate::access::Access;
use crate::credentials::{UserActions, UserClaims};
use crate::gateway::Gateway;
use crate::http::{Answer, Route, check_user_id, post};
use crate::problem::Problem;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) fn routes() -> Vec<Route<Arc<Gateway>>> {
    vec![
        post("/v1/user_tokens")
            .operation("createUserToken", "A token with which a browser acts for one user")
            .access(Access::SECRET)
            .success(&[StatusCode::CREATED])
            .handler(create),
    ]
}

/// The shortest and longest life of a token, and the usual one, in seconds.
const LIFE: (i64, i64, i64) = (60, 3600, 900);

/// A token to make.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CreateUserToken {
    /// The user.
    user_id: String,
    /// For how many seconds it is valid: 60 to 3600, 900 if not given.
    expires_in: Option<i64>,
}

/// A token.
#[derive(Debug, Serialize, JsonSchema)]
struct UserToken {
    /// The token: for that user's wallet, top-ups and sessions at catalogued prices.
    token: String,
    /// The user.
    user_id: String,
    /// For how many seconds it is valid.
    expires_in: i64,
    /// Until when it is valid.
    expires_at: String,
}

async fn create(call: Request<CreateUserToken>) -> Result<Answer<UserToken>, Problem> {
    let partner = call.principal.partner()?;
    let CreateUserToken { user_id, expires_in } = call.body;
    check_user_id(&user_id).map_err(|why| Problem::invalid_field("user_id", why))?;
    let (least, most, usual) = LIFE;
    let expires_in = expires_in.unwrap_or(usual);
    if !(least..=most).contains(&expires_in) {
        return Err(Problem::invalid_field("expires_in", format_args!("must be from {least} to {most}.")));
    }
    let now = call.state.store.clock().now();
    let expires_at = now.saturating_add(expires_in.saturating_mul(1000));
    let claims = UserClaims { partner, user: user_id.clone(), actions: UserActions::ALL, issued_at: now, expires_at };
    let token = call.state.user_tokens().sign(&claims);
    Ok(Answer::created(UserToken { token, user_id, expires_in, expires_at: crate::time::rfc3339(expires_at) }))
}
