//! What handlers get.

use crate::gateway::Gateway;
use crate::http::{Call, Empty};
use std::sync::Arc;

/// A request to the gateway.
pub(crate) type Request<B = Empty, Q = Empty> = Call<Arc<Gateway>, B, Q>;
