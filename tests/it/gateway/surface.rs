//! The table that says how SDKs are called must fit the gateway's document and the scenarios.

use super::client::Client;
use super::document::Document;
use super::scenario::{self, Call, Step};
use super::server::Server;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// sdks/conformance/surface.json.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Surface {
    #[serde(rename = "about")]
    _about: String,
    calls: BTreeMap<String, Row>,
    amounts: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    sdk: String,
    args: BTreeMap<String, String>,
}

/// What is wrong with the table, by a gateway's document.
fn faults(surface: &Surface, document: &Document) -> Vec<String> {
    let mut faults = Vec::new();
    for (id, row) in &surface.calls {
        let Some(operation) = document.operations.get(id) else {
            faults.push(format!("{id} ({}) is no operation of the document", row.sdk));
            continue;
        };
        let members = operation.body.as_ref().map(|body| document.resolve(body)["properties"].clone());
        let places: BTreeSet<&str> = row.args.values().map(String::as_str).collect();
        for place in &places {
            let exists = match place.split_once('.') {
                Some(("path", name)) => operation.path.contains(&format!("{{{name}}}")),
                Some(("body", name)) => members.as_ref().is_some_and(|members| !members[name].is_null()),
                Some(("query", name)) => operation.query.iter().any(|parameter| parameter == name),
                None => *place == "idempotency_key" && operation.needs_idempotency_key,
                Some(_) => false,
            };
            if !exists {
                faults.push(format!("{id} has no {place}"));
            }
        }
        for name in members.as_ref().and_then(Value::as_object).into_iter().flat_map(|members| members.keys()) {
            // The credential may be a member of the body: it is an option of the SDK, not an argument of the call.
            if name != "token" && !places.contains(&*format!("body.{name}")) {
                faults.push(format!("{id}: the SDK has no argument for body.{name}"));
            }
        }
    }
    faults
}

/// The names of all members that are amounts.
fn amounts(document: &Document) -> BTreeSet<String> {
    let schemas = document.components["schemas"].as_object().unwrap();
    let members = schemas.values().filter_map(|schema| schema["properties"].as_object()).flatten();
    members.filter(|(_, schema)| schema.to_string().contains("/Amount\"")).map(|(name, _)| name.clone()).collect()
}

fn calls(steps: &[Step]) -> Vec<&Call> {
    steps.iter().flat_map(|step| step.call.iter().chain(calls(&step.steps))).collect()
}

#[test]
fn the_surface_of_sdks_fits_the_document_and_the_scenarios() {
    let text = std::fs::read_to_string(scenario::folder().join("surface.json")).unwrap();
    let surface: Surface = serde_json::from_str(&text).unwrap();
    let server = Server::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let document = runtime.block_on(async { Client::new(&server.url).get("/openapi.json").await });
    let document = Document::read(&document);
    let mut wrong = faults(&surface, &document);
    for (file, scenario) in scenario::all() {
        let is_raw = scenario.tags.iter().any(|tag| tag == "http");
        for call in calls(&scenario.steps).into_iter().filter(|call| call.sdk && !is_raw) {
            let needs_http = call.raw_body.is_some() || !call.headers.is_empty();
            if needs_http || !surface.calls.contains_key(&call.operation) {
                wrong.push(format!(
                    "{file}: {}: {} is no call of an SDK: say `sdk: false`",
                    scenario.name, call.operation
                ));
            }
        }
        if is_raw && scenario.tags.iter().any(|tag| tag == "mock") {
            wrong.push(format!("{file}: {}: the tags `http` and `mock` exclude each other", scenario.name));
        }
    }
    let missing: Vec<_> = amounts(&document).difference(&surface.amounts).cloned().collect();
    if !missing.is_empty() {
        wrong.push(format!("amounts lacks {missing:?}"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
