//! Pages for people: the demo and the operator's dashboard. They are made here, load nothing from another host, and run no
//! script but our own files.

mod assets;
pub(crate) mod dashboard;
mod demo;
mod html;

use crate::gateway::Gateway;
use crate::http::{Route, Routes, TableError};
use std::sync::Arc;

/// The routes of all pages. The demo is there on development networks alone.
///
/// # Errors
/// A table of API routes that contradicts itself.
pub fn routes(is_development: bool) -> Result<Vec<Route<Arc<Gateway>>>, TableError> {
    // Pages do what the API does by calling it, so that nothing has two meanings.
    let api = Arc::new(Routes::new(crate::api::routes(is_development))?);
    let mut routes = vec![assets::route(html::problem_page)];
    if is_development {
        routes.extend(demo::routes());
    }
    routes.extend(dashboard::routes(&api));
    Ok(routes)
}
