//! Plays every scenario of sdks/conformance/ over plain HTTP.

use super::client::Client;
use super::document::Document;
use super::player::Player;
use super::scenario;
use super::server::Server;
use std::collections::BTreeSet;

/// Plays only scenarios whose names contain this, where it is set.
const ONLY: &str = "PNP_SCENARIO";

#[test]
fn every_scenario_holds_over_plain_http() {
    let only = std::env::var(ONLY).unwrap_or_default();
    let server = Server::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let failures = runtime.block_on(async {
        let client = Client::new(&server.url);
        let document = Document::read(&client.get("/openapi.json").await);
        let player = Player { client, document: &document };
        let mut failures = Vec::new();
        for (file, scenario) in scenario::all() {
            if !scenario.name.contains(&only) {
                continue;
            }
            let began = std::time::Instant::now();
            let outcome = player.play(&scenario).await;
            println!("{:6} ms  {file}: {}", began.elapsed().as_millis(), scenario.name);
            if let Err(faults) = outcome {
                let (name, description) = (&scenario.name, &scenario.description);
                failures.push(format!("{file}: {name}: {description}\n    {}", faults.join("\n    ")));
            }
        }
        failures
    });
    let log = server.log();
    assert!(!log.contains("panicked"), "{log}");
    assert!(failures.is_empty(), "{} scenarios failed:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn scenarios_are_named_once_and_fit_the_schema() {
    let mut names = BTreeSet::new();
    for (file, scenario) in scenario::all() {
        assert!(names.insert(scenario.name.clone()), "{file}: {} appears twice", scenario.name);
    }
    assert!(names.len() >= 80, "only {} scenarios", names.len());
    let schema = std::fs::read_to_string(scenario::folder().join("schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    for path in std::fs::read_dir(scenario::folder().join("scenarios")).unwrap() {
        let path = path.unwrap().path();
        let file = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let wrong: Vec<_> =
            validator.iter_errors(&file).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(wrong.is_empty(), "{}:\n{}", path.display(), wrong.join("\n"));
    }
}
