//! The API over HTTP: the table of routes and what happens to every request around its handler.
//!
//! A route is declared once, with its handler, and everything else derives from it:
//!
//! ```ignore
//! post("/v1/top_ups")
//!     .operation("createTopUp", "Add money to a wallet")
//!     .access(Access::SECRET_OR_USER)
//!     .idempotent()
//!     .success(&[StatusCode::CREATED])
//!     .codes(&[Code::TreasuryLow])
//!     .handler(create_top_up)
//!
//! async fn create_top_up(call: Call<Arc<Gateway>, CreateTopUp>) -> Result<Answer<TopUp>, Problem>
//! ```

mod body;
mod call;
#[cfg(test)]
pub(crate) mod contract;
mod counts;
mod docs_page;
mod document;
mod faults;
mod fields;
mod frame;
mod idempotency;
mod json;
mod limits;
mod origin;
mod path;
mod proxies;
mod routes;
#[cfg(test)]
mod samples;
mod server;
mod stopping;
#[cfg(test)]
mod toys;
mod write_timeout;

pub use call::{Answer, Call, Empty, StoredAnswer};
pub(crate) use counts::RequestCounts;
pub use faults::{Fault, FaultAction, Faults};
pub use frame::{COOKIE_NAME, Exchange, Frame, FrameSettings, Observer, REQUEST_ID, State};
pub use idempotency::IdempotencyKey;
pub use limits::{Rate, Rates};
pub use origin::Connection;
pub(crate) use origin::is_same_origin;
pub(crate) use path::parse_query;
pub use path::{MAX_USER_ID, PathValues, check_user_id};
pub use proxies::{ProxyError, TrustedProxies};
pub(crate) use routes::InternalCall;
pub use routes::{Draft, Idempotency, ProblemPage, Route, Routes, Row, TableError, delete, get, patch, post, put};
pub use server::{Listener, ServerSettings, serve};
pub use stopping::{Stop, Stopping};
