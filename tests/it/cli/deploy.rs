//! `deploy` a second time, over a contract that exists, and without its record.

use super::Project;
use pnp_client::Algod;
use pnp_devnet::LOCAL_TOKEN;
use pnp_teal::{AssembleOptions, assemble};
use pnp_types::SigningKey;
use pnp_types::{Address, AppIndex, StateSchema};
use pnp_usage::{Creation, DeployNote, Parameters, Programs, Template, calls};
use serde_json::{Value, json};
use std::process::{Child, Stdio};

/// A test mnemonic of no value: the key of 32 zero bytes.
const MNEMONIC: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
                        abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon invest";

fn app(report: &Value) -> u64 {
    report["app"].as_u64().unwrap_or_else(|| panic!("no application: {report:#}"))
}

fn record(project: &Project) -> String {
    std::fs::read_to_string(project.path().join("deployments/embedded.yaml")).unwrap()
}

fn changes(report: &Value) -> Vec<String> {
    let shown = |change: &Value| format!("{} {} -> {}", change["what"], change["from"], change["to"]).replace('"', "");
    report["changes"].as_array().unwrap().iter().map(shown).collect()
}

#[test]
fn a_second_deployment_does_nothing() {
    let project = Project::new();
    let (code, planned) = project.json(&["deploy", "--check"]);
    assert_eq!((code, planned["operation"].as_str(), planned["stage"].as_str()), (4, Some("create"), Some("checked")));
    assert!(!project.path().join(".pnp/accounts").exists(), "a check makes no account");
    project.refused(&["deploy", "--dry-run"], 1, "not_ready");

    let first = project.done(&["deploy"]);
    assert_eq!(first["operation"], "create");
    let before = record(&project);
    let round = project.done(&["status"])["round"].clone();
    for arguments in
        [&["deploy"][..], &["deploy", "--check"], &["deploy", "--dry-run"], &["deploy", "--fee-pct", "500"]]
    {
        let again = project.done(arguments);
        assert_eq!((again["operation"].as_str(), app(&again)), (Some("nothing"), app(&first)), "{arguments:?}");
        assert_eq!((&again["txids"], &again["changes"]), (&json!([]), &json!([])));
    }
    assert!(project.run(&["deploy"]).stdout.starts_with("nothing to do: application"));
    assert_eq!(project.done(&["status"])["round"], round, "nothing was sent");
    assert_eq!(record(&project), before);
}

#[test]
fn what_is_named_is_set_and_the_rest_stays() {
    let project = Project::new();
    let first = project.done(&["deploy", "--min-rate", "2"]);
    let (code, planned) = project.json(&["deploy", "--fee-pct", "250", "--check"]);
    assert_eq!((code, planned["operation"].as_str()), (4, Some("params")));
    let tried = project.done(&["deploy", "--fee-pct", "250", "--dry-run"]);
    assert!(tried["trial"]["costs"][0].as_u64().unwrap() > 0 && tried["trial"]["fee"] == 1000, "{tried:#}");
    let set = project.done(&["deploy", "--fee-pct", "250"]);
    assert_eq!(changes(&set), ["fee_pct 500 -> 250"]);
    assert_eq!((set["operation"].as_str(), app(&set)), (Some("params"), app(&first)));
    assert_eq!(set["contract"]["parameters"], json!({ "fee_pct": 250, "min_rate": 2, "max_rate": 1000 }));
    // Parameters set in another way stay, too.
    project.done(&["params", "--max-rate", "50"]);
    assert_eq!(project.done(&["deploy"])["operation"], "nothing");
    project.refused(&["deploy", "--min-rate", "51"], 2, "usage");
}

#[test]
fn other_template_values_follow_on_update() {
    let project = Project::new();
    let first = project.done(&["deploy", "--updatable", "--deletable"]);
    let refused = project.refused(&["deploy", "--deletable=false"], 1, "on_update");
    assert!(refused["cause"].as_str().unwrap().contains("TMPL_DELETABLE 1 -> 0"), "{refused:#}");
    assert_eq!(refused["changes"][0]["aspect"], "template");
    project.refused(&["deploy", "--deletable=false", "--check"], 1, "on_update");
    let update = ["deploy", "--on-update", "update"];
    let (code, planned) = project.json(&[&update[..], &["--updatable=false", "--check"]].concat());
    assert_eq!((code, planned["operation"].as_str()), (4, Some("update")));
    let tried = project.done(&[&update[..], &["--updatable=false", "--dry-run"]].concat());
    assert_eq!(tried["stage"], "simulated");
    let done = project.done(&[&update[..], &["--updatable=false", "--app-version", "2.0", "--fee-pct", "7"]].concat());
    assert_eq!((done["operation"].as_str(), app(&done)), (Some("update"), app(&first)));
    assert_eq!(changes(&done), ["TMPL_UPDATABLE 1 -> 0", "fee_pct 500 -> 7"]);
    assert_eq!((&done["contract"]["version"], &done["contract"]["parameters"]["fee_pct"]), (&json!("2.0"), &json!(7)));
    let fixed = project.refused(&[&update[..], &["--updatable"]].concat(), 1, "not_updatable");
    assert!(fixed["hint"].as_str().unwrap().contains("append"), "{fixed:#}");
    let beside = project.done(&["deploy", "--updatable", "--on-update", "append"]);
    assert_eq!(beside["operation"], "append");
    assert!(app(&beside) > app(&first));
    let instead = project.done(&["deploy", "--unordered-ticks", "--on-update", "replace"]);
    assert_eq!((instead["operation"].as_str(), instead["replaced"].as_u64()), (Some("replace"), Some(app(&beside))));
    project.refused(&["bill", "--units", "1", "--app", &app(&beside).to_string()], 1, "no_application");
    let text = record(&project);
    assert_eq!((text.matches("deleted: true").count(), text.matches("app_id:").count()), (1, 3), "{text}");
    project.done(&["bill", "--units", "1"]);
}

#[test]
fn parties_and_asset_take_another_application() {
    let project = Project::new();
    let first = project.done(&["deploy", "--updatable"]);
    let other = project.done(&["asset", "create", "--unit", "OTH"])["asset"]["asset_id"].as_u64();
    assert_eq!(project.done(&["deploy"])["operation"], "nothing", "a newer asset is not asked for");
    let other = other.unwrap_or_else(|| project.done(&["asset", "show"])["asset"].as_u64().unwrap()).to_string();
    let refused = project.refused(&["deploy", "--asset", &other, "--on-update", "update"], 1, "on_schema_break");
    assert_eq!(refused["changes"][0]["breaks"], true);
    let replace = ["deploy", "--asset", &other, "--on-schema-break", "replace"];
    project.refused(&replace, 1, "not_deletable");
    let beside = project.done(&["deploy", "--asset", &other, "--on-schema-break", "append"]);
    assert!(app(&beside) > app(&first));
    assert_eq!(beside["contract"]["asset_id"].to_string(), other);
    // What is deployed now is the newer one.
    assert_eq!(app(&project.done(&["deploy"])), app(&beside));
    assert_eq!(project.done(&["deploy", "--app", &app(&first).to_string()])["operation"], "nothing");
}

#[test]
fn names_tell_contracts_apart() {
    let project = Project::new();
    let one = app(&project.done(&["deploy"]));
    let two = app(&project.done(&["deploy", "--name", "Second"]));
    assert_ne!(one, two);
    assert_eq!(app(&project.done(&["deploy"])), one);
    assert_eq!(app(&project.done(&["deploy", "--name", "Second"])), two);
    let three = app(&project.done(&["deploy", "--new"]));
    assert!(three > two);
    project.refused(&["deploy", "--name", &"n".repeat(1024), "--new"], 2, "usage");
}

#[test]
fn a_contract_is_found_again_without_its_record() {
    let project = Project::new();
    let first = project.done(&["deploy", "--updatable", "--fee-pct", "7"]);
    std::fs::remove_file(project.path().join("deployments/embedded.yaml")).unwrap();
    let (code, planned) = project.json(&["deploy", "--check"]);
    assert_eq!((code, app(&planned)), (0, app(&first)));
    assert!(!project.path().join("deployments/embedded.yaml").exists(), "a check records nothing");
    let ran = project.run(&["deploy"]);
    assert!(ran.stderr.contains("it runs this source\nrecorded it"), "{}", ran.stderr);
    let again = project.done(&["status"]);
    assert_eq!(again["contract"]["record"]["parameters"]["fee_pct"], 7);
    assert_eq!(again["contract"]["record"]["programs"]["template"]["TMPL_UPDATABLE"], 1);
    assert_eq!(again["contract"]["runs"], "this source");
    assert!(record(&project).contains("action: found"));

    // Several that could be meant: none is chosen.
    let second = app(&project.done(&["deploy", "--new"]));
    std::fs::remove_file(project.path().join("deployments/embedded.yaml")).unwrap();
    let several = project.refused(&["deploy"], 1, "ambiguous");
    assert_eq!(several["apps"], json!([app(&first), second]));
    let adopted = project.done(&["deploy", "--app", &second.to_string()]);
    assert_eq!((adopted["operation"].as_str(), app(&adopted)), (Some("nothing"), second));
    assert_eq!(app(&project.done(&["deploy"])), second);
}

#[test]
fn a_record_behind_the_chain_is_brought_up_to_date() {
    let project = Project::new();
    project.done(&["deploy"]);
    let old = record(&project);
    project.done(&["params", "--fee-pct", "9"]);
    std::fs::write(project.path().join("deployments/embedded.yaml"), old).unwrap();
    let again = project.done(&["deploy"]);
    assert_eq!(
        (again["operation"].as_str(), &again["contract"]["parameters"]["fee_pct"]),
        (Some("nothing"), &json!(9))
    );
    assert_eq!(project.done(&["status"])["contract"]["differs"], json!([]));
}

#[test]
fn verify_tells_template_values_from_code() {
    let project = Project::new();
    project.done(&["deploy", "--updatable"]);
    let same = project.done(&["verify"]);
    assert_eq!((&same["same"], &same["template"][0]), (&json!(true), &json!({ "name": "TMPL_UPDATABLE", "value": 1 })));
    let (code, other) = project.json(&["verify", "--updatable=false"]);
    assert_eq!((code, &other["same"], &other["same_code"]), (3, &json!(false), &json!(true)));
    let difference = json!([{ "name": "TMPL_UPDATABLE", "on_chain": 1, "here": 0 }]);
    assert_eq!((&other["template_differences"], &other["approval"]["differences"]), (&difference, &json!([])));
    let ran = project.run(&["verify", "--updatable=false"]);
    assert!(ran.stdout.contains("template  TMPL_UPDATABLE is 1 on chain, 0 here"), "{}", ran.stdout);
    project.refused(&["verify", "--app", "7"], 1, "no_application");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_contract_is_named_as_such_and_has_no_template_values() {
    let folder = Project::new();
    let node = Localnet::start(&folder);
    let (project, algod) = creators(&node);
    let app = created(&algod, "#pragma version 8\nint 1").await;
    let (code, report) = project.json(&["verify", "--app", &app.to_string()]);
    assert_eq!((code, &report["usage_contract"], &report["same"]), (3, &json!(false), &json!(false)), "{report:#}");
    assert_eq!((&report["template"], &report["template_differences"]), (&json!([]), &json!([])), "{report:#}");
    let ran = project.run(&["verify", "--app", &app.to_string()]);
    assert!(ran.stdout.starts_with(&format!("application {app} on localnet is not a UsageContract")), "{}", ran.stdout);
    assert!(!ran.stdout.contains("TMPL_") && ran.stdout.lines().count() < 9, "{}", ran.stdout);
}

#[test]
fn the_description_is_valid_and_names_no_development_network() {
    let project = Project::new();
    let deployed = project.done(&["deploy"]);
    let path = project.path().join(deployed["description"].as_str().unwrap());
    let document: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let stored: Value = serde_json::from_str(include_str!("../../vectors/arc56/schema.json")).unwrap();
    let schema = jsonschema::validator_for(&stored["schema"]).unwrap();
    let errors: Vec<String> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let mut wrong = document.clone();
    wrong["bareActions"]["call"] = json!(["Bill"]);
    assert!(!schema.is_valid(&wrong), "the schema can refuse");
    // AlgoKit's client generator for Python reads no description that names one as ARC-56 does.
    assert_eq!(document.get("networks"), None);
}

/// `localnet run` in memory.
struct Localnet {
    process: Child,
    url: String,
}

impl Localnet {
    fn start(project: &Project) -> Self {
        let mut command = project.command(&["--json", "localnet", "run", "--in-memory", "--algod-port", "0"]);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut stdout = process.stdout.take().unwrap();
        let mut ready = serde_json::Deserializer::from_reader(&mut stdout).into_iter::<Value>();
        let ready = ready.next().and_then(Result::ok).unwrap_or_default();
        Self { process, url: ready["algod"].as_str().unwrap_or_else(|| panic!("{ready:#}")).to_owned() }
    }
}

impl Drop for Localnet {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// The contract's first version as far as its state goes: five values, updatable by anybody.
const FIRST_VERSION: &str = "#pragma version 8
txn ApplicationID
bnz done
byte \"provider\"; txna ApplicationArgs 0; app_global_put
byte \"platform\"; txna ApplicationArgs 1; app_global_put
byte \"fee_pct\"; txna ApplicationArgs 2; btoi; app_global_put
byte \"min_rate\"; txna ApplicationArgs 3; btoi; app_global_put
byte \"max_rate\"; txna ApplicationArgs 4; btoi; app_global_put
done:
int 1";

/// A project whose creator, the key of seed 0, has 100 Algos on `node`, and the way to that node.
fn creators(node: &Localnet) -> (Project, Algod) {
    let project =
        Project::new().with("ALGOD_SERVER", &node.url).with("CREATOR_MNEMONIC", MNEMONIC).with("PNP_NET", "localnet");
    let creator = SigningKey::from_seed(&[0; 32]).address().to_string();
    project.done(&["account", "fund", &creator, "--amount", "100"]);
    (project, Algod::new(&node.url, Some(LOCAL_TOKEN)).unwrap())
}

/// Deploys [`FIRST_VERSION`] with no room to spare, as another tool would.
async fn first_version(algod: &Algod) -> AppIndex {
    created(algod, FIRST_VERSION).await
}

/// Creates an application whose approval program is of this source.
async fn created(algod: &Algod, source: &str) -> AppIndex {
    let key = SigningKey::from_seed(&[0; 32]);
    let mut programs = Programs::assemble(Template::default()).unwrap();
    programs.approval = assemble(source, AssembleOptions::default()).unwrap().bytes;
    programs.clear = vec![8, 0x81, 1];
    let (provider, platform) = (Address([1; 32]), Address([2; 32]));
    let creation = Creation { provider, platform, parameters: Parameters::EXAMPLE, asset: None };
    let params = algod.suggested_params().await.unwrap();
    let mut create = calls::create(key.address(), &programs, &creation, &params);
    create.application_call.global_schema = StateSchema { uints: 3, byte_slices: 2 };
    let signed = key.sign_transaction(&create);
    let txid = algod.submit(std::slice::from_ref(&signed)).await.unwrap();
    algod.wait(txid, create.header.last_valid).await.unwrap().application.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_version_is_found_and_grown_in_place() {
    let folder = Project::new();
    let node = Localnet::start(&folder);
    let (project, algod) = creators(&node);
    let creator = SigningKey::from_seed(&[0; 32]).address().to_string();
    let old = first_version(&algod).await;
    let ran = project.run(&["deploy"]);
    assert!(ran.stderr.contains("runs another version"), "{}", ran.stderr);
    let refused = project.refused(&["deploy"], 1, "on_update");
    let cause = refused["cause"].as_str().unwrap();
    assert!(cause.contains("global integers 3 -> 4") && cause.contains("approval program"), "{cause}");
    let (code, found) = project.json(&["verify", "--app", &old.to_string()]);
    assert_eq!((code, &found["same"], &found["same_code"]), (3, &json!(false), &json!(false)));
    assert!(!found["approval"]["differences"].as_array().unwrap().is_empty(), "{found:#}");
    assert_eq!(
        (&found["missing_room"][0]["what"], &found["clear"]["same"]),
        (&json!("global integers"), &json!(false))
    );
    // v42 grows in place; a local schema could not.
    let tried = project.done(&["deploy", "--on-update", "update", "--dry-run"]);
    assert_eq!(tried["trial"]["min_balance_change"], 28_500, "{tried:#}");
    let before = algod.account(creator.parse().unwrap()).await.unwrap().min_balance.0;
    let ran = project.run(&["deploy", "--on-update", "update", "--check"]);
    assert!(
        ran.code == 4 && ran.stderr.contains("TMPL_UPDATABLE=0"),
        "what it was deployed with is not known: {}",
        ran.stderr
    );
    let done = project.done(&["deploy", "--on-update", "update", "--updatable"]);
    assert_eq!((done["operation"].as_str(), app(&done)), (Some("update"), old.0));
    let state = algod.application(old).await.unwrap().unwrap();
    assert_eq!(state.global_schema, StateSchema { uints: 4, byte_slices: 2 });
    assert_eq!(algod.account(creator.parse().unwrap()).await.unwrap().min_balance.0 - before, 28_500);
    assert_eq!(project.done(&["deploy"])["operation"], "nothing");
    assert_eq!(project.done(&["verify"])["same"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn update_gives_an_application_the_room_it_lacks() {
    let folder = Project::new();
    let node = Localnet::start(&folder);
    let (project, algod) = creators(&node);
    let old = first_version(&algod).await.to_string();
    let named = ["--updatable=true", "--deletable=false", "--unordered-ticks=false"];
    project.done(&[&["update", "--app", &old], &named[..]].concat());
    let state = algod.application(old.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(state.global_schema, StateSchema { uints: 4, byte_slices: 2 });
    // What has room keeps its size.
    project.done(&["update", "--app", &old]);
    let again = algod.application(old.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(again.global_schema, state.global_schema);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn creation_and_update_carry_algokits_note() {
    let folder = Project::new();
    let node = Localnet::start(&folder);
    let algod = Algod::new(&node.url, Some(LOCAL_TOKEN)).unwrap();
    let project = Project::new().with("ALGOD_SERVER", &node.url).with("PNP_NET", "localnet");
    let created = project.done(&["deploy", "--updatable", "--app-version", "1.5"]);
    let updated = project.done(&["deploy", "--updatable=false", "--on-update", "update", "--app-version", "1.6"]);
    let again = [("1.5", true, created), ("1.6", false, updated)];
    for (version, updatable, report) in again {
        let txid = report["txids"][0].as_str().unwrap();
        let note = note(&algod, txid).await;
        let expected = DeployNote {
            name: "UsageContract".to_owned(),
            version: version.to_owned(),
            updatable: Some(updatable),
            deletable: Some(false),
        };
        assert_eq!(note, expected.to_bytes().unwrap());
    }
}

/// The note of a confirmed transaction, as algod's own JSON has it.
async fn note(algod: &Algod, txid: &str) -> Vec<u8> {
    let url = format!("{}/v2/transactions/pending/{txid}", algod.url());
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let answer = client.get(url).header("X-Algo-API-Token", LOCAL_TOKEN).send().await.unwrap().text().await.unwrap();
    let document: Value = serde_json::from_str(&answer).unwrap();
    let note = document["txn"]["txn"]["note"].as_str().unwrap_or_else(|| panic!("{document:#}"));
    data_encoding::BASE64.decode(note.as_bytes()).unwrap()
}
