//! The `--json` output of every command matches its schema, and `docs/schemas/` holds these schemas: every kind of document
//! is printed here by the real command, on success and on failure.

use super::Project;
use clap::CommandFactory;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Stdio;

const PASSWORD: &str = "correct horse battery staple";
const WORDS: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
                     abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon invest";

fn published_schema(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas").join(name)
}

fn file_name(document: &str) -> String {
    format!("{}.json", document.replace(' ', "-"))
}

/// Makes a schema refuse fields that it does not describe: published schemas are open to fields of later versions.
fn forbid_unknown_fields(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if object.contains_key("properties") && !object.contains_key("additionalProperties") {
                object.insert("additionalProperties".to_owned(), false.into());
            }
            object.values_mut().for_each(forbid_unknown_fields);
        }
        Value::Array(items) => items.iter_mut().for_each(forbid_unknown_fields),
        _ => {}
    }
}

/// Documents that other tests check, because what they show takes more than commands: a wallet that was stopped.
const CHECKED_ELSEWHERE: [&str; 2] = ["gateway wallets release", "gateway wallets show"];

/// Checks a document against the schema of that name.
pub(crate) fn matches_schema(name: &str, document: &Value) {
    let text =
        std::fs::read_to_string(published_schema(&file_name(name))).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut schema: Value = serde_json::from_str(&text).unwrap();
    forbid_unknown_fields(&mut schema);
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<_> =
        validator.iter_errors(document).map(|error| format!("{} at {}", error, error.instance_path())).collect();
    assert!(wrong.is_empty(), "{name}: {wrong:#?}\n{document:#}");
    // A schema that accepts everything would check nothing.
    assert!(!validator.is_valid(&serde_json::json!({ "surprise": 1 })), "{name} accepts anything");
}

/// A project whose every document is checked against its schema.
struct SchemaProject {
    project: Project,
    /// The names of the documents that were printed.
    seen: RefCell<BTreeSet<String>>,
}

impl SchemaProject {
    fn new() -> Self {
        let project = Project::new();
        let keystore = project.path().join("keystore").display().to_string();
        let project = project
            .with("PNP_KEYSTORE", &keystore)
            .with("PNP_KEYSTORE_PASSWORD", PASSWORD)
            .with("PNP_KEYSTORE_NEW_PASSWORD", "another")
            .with("WORDS", WORDS)
            .file("a.teal", "#pragma version 11\n int 1\n")
            .file("bad.teal", "#pragma version 11\nint x\n  retrun\n")
            .file("open.teal", "#pragma version 11\nint TMPL_ONE\n")
            .file("lines.csv", "user,units,unit_price\nuser,1,100\nnobody-here,1,100\nuser,0,100\n");
        Self { project, seen: RefCell::default() }
    }

    /// Checks a document against the schema of that name.
    fn check(&self, name: &str, document: &Value) {
        matches_schema(name, document);
        self.seen.borrow_mut().insert(name.to_owned());
    }

    /// What a command prints with `--json --quiet`: whole documents on stdout, and on stderr nothing but warnings.
    fn run(&self, arguments: &str) -> (i32, Vec<Value>) {
        // What is in quotes is one word.
        let parts = arguments.split('\'').enumerate();
        let words = parts.flat_map(|(at, part)| match at % 2 {
            0 => part.split_whitespace().collect(),
            _ => vec![part],
        });
        let words: Vec<&str> = ["--json", "--quiet"].into_iter().chain(words).collect();
        let ran = self.project.run(&words);
        assert!(ran.stderr.lines().all(|line| line.starts_with("note: ")), "{arguments}: {}", ran.stderr);
        let documents = serde_json::Deserializer::from_str(&ran.stdout).into_iter();
        let documents = documents.collect::<Result<Vec<Value>, _>>();
        (ran.code, documents.unwrap_or_else(|error| panic!("{arguments}: {error}: {}", ran.stdout)))
    }

    /// Runs what must end with `exit` and print the one document `name`.
    fn ends(&self, exit: i32, name: &str, arguments: &str) -> Value {
        let (code, documents) = self.run(arguments);
        let [document] = documents.as_slice() else { panic!("{arguments}: not one document: {documents:#?}") };
        assert_eq!(code, exit, "{arguments}: {document:#}");
        self.check(name, document);
        document.clone()
    }

    /// Runs what must succeed and print the document of that name.
    fn succeeds(&self, name: &str, arguments: &str) -> Value {
        self.ends(0, name, arguments)
    }

    /// Runs what must fail.
    fn fails(&self, exit: i32, arguments: &str) {
        let document = self.ends(exit, "error", arguments);
        assert_eq!(document["error"]["exit"], exit, "{arguments}: {document:#}");
    }

    /// Runs what prints a line a tick, and a summary; the summary.
    fn streams(&self, exit: i32, ticks: usize, arguments: &str) {
        let ran = self.project.run(&["--json"].into_iter().chain(arguments.split(' ')).collect::<Vec<_>>());
        let lines: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let (summary, ticks_reported) = lines.split_last().unwrap();
        assert_eq!((ran.code, ticks_reported.len()), (exit, ticks), "{arguments}: {}", ran.stdout);
        ticks_reported.iter().for_each(|tick| self.check("bill line", tick));
        self.check("bill summary", summary);
    }

    fn teal(&self) {
        self.succeeds("compile", "compile a.teal --sourcemap");
        self.succeeds("compile", "compile a.teal --hex");
        self.succeeds("compile", "compile a.teal -o -");
        self.fails(1, "compile bad.teal");
        self.fails(1, "compile open.teal");
        self.fails(1, "compile missing.teal");
        self.succeeds("disassemble", "disassemble a.teal.tok");
        self.fails(1, "disassemble lines.csv");
        self.succeeds("check", "check a.teal --deny none");
        self.ends(3, "check", "check a.teal --deny info");
        self.succeeds("check", "check --list");
        self.ends(4, "fmt", "fmt --check a.teal");
        self.succeeds("fmt", "fmt a.teal");
        self.fails(1, "fmt missing.teal");
        self.succeeds("cost", "cost a.teal --snapshot costs");
        self.fails(1, "cost bad.teal");
    }

    fn accounts(&self) {
        self.succeeds("account new", "account new alice");
        self.fails(1, "account new alice");
        self.succeeds("account new", "account new eve --keystore");
        self.succeeds("account import", "account import carl --from-env WORDS");
        self.succeeds("account passwd", "account passwd carl");
        self.fails(1, "account export carl --out words");
        self.succeeds("account export", "account export alice --out words");
        self.fails(2, "account export alice");
        self.succeeds("account remove", "account remove eve --yes");
        self.fails(1, "account remove eve --yes");
        self.succeeds("account list", "account list --offline");
        self.succeeds("account fund", "account fund alice");
        self.succeeds("account list", "account list");
        self.succeeds("account new", "account new bob");
        self.succeeds("account fund", "account fund bob");
        self.succeeds("account rekey", "account rekey bob --to alice");
        self.succeeds("account rekey", "account rekey bob --to alice");
    }

    /// The contract's life, and the asset's.
    fn contract(&self) {
        self.succeeds("status", "status");
        // carl's password was changed above, so that PNP_KEYSTORE_PASSWORD is wrong for this key.
        self.ends(3, "doctor", "doctor");
        self.fails(1, "asset show");
        self.fails(1, "bill --units 1");
        self.succeeds("asset create", "asset create");
        self.succeeds("asset optin", "asset optin --from alice");
        self.succeeds("asset optin", "asset optin --from alice");
        self.succeeds("asset send", "asset send --amount 150 --to alice");
        self.succeeds("asset show", "asset show");
        self.ends(4, "deploy", "deploy --check");
        self.succeeds("deploy", "deploy --updatable --deletable");
        self.succeeds("deploy", "deploy --fee-pct 100 --dry-run");
        self.succeeds("bill", "bill --units 2 --price 100");
        self.fails(1, "bill --units 1 --price 2000");
        self.fails(2, "bill");
        self.streams(0, 2, "bill --units 1 --count 2");
        self.streams(3, 3, "bill --from lines.csv");
        self.fails(1, "bill --from missing.csv");
        self.succeeds("params", "params --fee-pct 100");
        self.fails(2, "params");
        self.succeeds("update", "update --max-rate 500");
        self.succeeds("leave", "leave");
        self.succeeds("optin", "optin");
        self.fails(1, "optin");
        self.succeeds("verify", "verify");
        self.ends(3, "verify", "verify --updatable=false");
        self.fails(1, "verify --app 9");
        self.succeeds("status", "status");
        self.succeeds("status all", "status --all");
        self.succeeds("history", "history");
        self.ends(3, "doctor", "doctor --preflight");
        self.succeeds("explain", "explain 'txn dead: round 5 outside of 1--4'");
        self.succeeds("delete", "delete");
    }

    /// With a multisig account, every command that sends writes a bundle instead.
    fn bundles(&self) {
        self.succeeds("multisig new", "multisig new --threshold 2 --name ops alice carl user");
        self.fails(2, "multisig new --threshold 4 --name more alice carl user");
        self.succeeds("multisig info", "multisig info");
        self.succeeds("account fund", "account fund ops");
        self.succeeds("deploy", "deploy --new --name Shared --updatable --deletable --multisig ops --out deploy.msig");
        self.succeeds("multisig inspect", "multisig inspect deploy.msig");
        self.succeeds("multisig inspect", "multisig inspect deploy.msig --offline");
        self.succeeds("multisig sign", "multisig sign deploy.msig --as alice --out alice.msig --yes");
        self.fails(1, "multisig submit alice.msig");
        self.succeeds("multisig sign", "multisig sign deploy.msig --as user --out user.msig --yes --offline");
        self.succeeds("multisig merge", "multisig merge alice.msig user.msig --out merged.msig");
        self.succeeds("multisig status", "multisig status merged.msig");
        let app = self.succeeds("multisig submit", "multisig submit merged.msig")["app"].as_u64().unwrap();
        self.succeeds("multisig status", "multisig status merged.msig");
        self.fails(1, "multisig sign a.teal --as user --yes");
        // The payer of a bill must have opted in and hold enough.
        self.signed("asset optin", "asset optin");
        self.signed("optin", &format!("optin --app {app}"));
        self.succeeds("asset send", "asset send --amount 100 --to ops");
        let mut bundled = BTreeSet::from(["deploy".to_owned()]);
        for (name, command) in [
            ("account fund", "account fund alice".to_owned()),
            ("account rekey", "account rekey --to alice".to_owned()),
            ("asset create", "asset create".to_owned()),
            ("asset optin", "asset optin".to_owned()),
            ("asset send", "asset send --amount 1 --to alice".to_owned()),
            ("optin", format!("optin --app {app}")),
            ("params", format!("params --fee-pct 1 --app {app}")),
            ("update", format!("update --max-rate 50 --app {app}")),
            ("leave", format!("leave --app {app}")),
            ("delete", format!("delete --app {app}")),
            ("bill", format!("bill --units 1 --price 10 --app {app}")),
        ] {
            let out = format!("{}.msig", name.replace(' ', "-"));
            let written = self.succeeds(name, &format!("{command} --multisig ops --out {out}"));
            assert_eq!((&written["bundle"], &written["name"]), (&out.into(), &"ops".into()));
            bundled.insert(name.to_owned());
        }
        let mut sending = BTreeSet::new();
        sends(&pnp_contract::Cli::command(), "", &mut sending);
        assert_eq!(bundled, sending, "every command that takes --multisig writes a bundle here");
    }

    /// Runs a command for the multisig account, then signs and submits its bundle.
    fn signed(&self, name: &str, command: &str) {
        self.succeeds(name, &format!("{command} --multisig ops --out signed.msig"));
        for signer in ["alice", "user"] {
            self.succeeds("multisig sign", &format!("multisig sign signed.msig --as {signer} --yes"));
        }
        self.succeeds("multisig submit", "multisig submit signed.msig");
        std::fs::remove_file(self.project.path().join("signed.msig")).unwrap();
    }

    /// Commands that start a network of their own.
    fn networks(&self) {
        self.succeeds("demo", "demo");
        self.succeeds("test", "test --filter bill-price");
        self.ends(3, "test", "test --filter bill-price --approval a.teal");
        self.fails(1, "test missing.yaml");
        let arguments = ["--json", "--quiet", "localnet", "run", "--in-memory", "--algod-port", "0"];
        let mut command = self.project.command(&arguments);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut stdout = process.stdout.take().unwrap();
        let ready = serde_json::Deserializer::from_reader(&mut stdout).into_iter::<Value>().next();
        self.check("localnet run", &ready.and_then(Result::ok).unwrap_or_default());
        let stop = std::process::Command::new("kill").args(["-INT", &process.id().to_string()]).status();
        if !stop.is_ok_and(|status| status.success()) {
            process.kill().unwrap();
        }
        process.wait().unwrap();
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).unwrap();
        assert_eq!(rest.trim(), "", "more than one document");
        self.fails(2, "--net nowhere status");
    }

    /// The gateway, and what its operator asks.
    fn gateway(&self) {
        let mut command = self.project.command(&["--json", "--quiet", "serve", "--port", "0"]);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut stdout = process.stdout.take().unwrap();
        let ready = serde_json::Deserializer::from_reader(&mut stdout).into_iter::<Value>().next();
        self.check("serve", &ready.and_then(Result::ok).unwrap_or_default());
        self.fails(1, "serve --port 0");
        self.succeeds("gateway partners add", "gateway partners add shop interval_ms=10000");
        self.fails(1, "gateway partners add shop");
        self.succeeds("gateway partners list", "gateway partners list");
        self.succeeds("gateway partners deploy", "gateway partners deploy shop");
        self.fails(1, "gateway partners deploy shop --provider AAAA");
        self.succeeds("gateway partners show", "gateway partners show shop");
        self.succeeds("gateway partners set", "gateway partners set shop settle_above=4.00 lots=true");
        self.fails(1, "gateway partners set shop surprise=1");
        self.fails(2, "gateway keys create --name site");
        let made = "gateway keys create --name site --partner shop";
        self.succeeds("gateway keys create", &format!("{made} --show-key --scope prices:set"));
        let key = self.succeeds("gateway keys create", &format!("{made} --key-file site.key"))["key"]["id"].clone();
        self.fails(1, &format!("{made} --key-file site.key"));
        let key = key.as_str().unwrap();
        self.succeeds("gateway keys rotate", &format!("gateway keys rotate {key} --show-key --overlap 1"));
        self.succeeds("gateway keys rotate-playback", "gateway keys rotate-playback");
        self.succeeds("gateway keys rotate-playback", "gateway keys rotate-playback --revoke-old");
        self.succeeds("gateway keys revoke", &format!("gateway keys revoke {key}"));
        self.succeeds("gateway keys list", "gateway keys list --partner shop");
        self.succeeds("gateway contents set", "gateway contents set film --price 0.02 --title Film --partner shop");
        self.succeeds("gateway contents list", "gateway contents list --partner shop");
        self.fails(2, "gateway contents list");
        self.succeeds("gateway verify", "gateway verify");
        self.succeeds("gateway check", "gateway check");
        self.succeeds("gateway backup", "gateway backup copy.db");
        self.fails(1, "gateway backup copy.db");
        self.succeeds("gateway recover", "gateway recover --scan");
        self.fails(2, "gateway recover");
        self.fails(2, "gateway recover --print-words");
        self.succeeds("gateway wallets list", "gateway wallets list");
        self.fails(1, "gateway wallets show nobody --partner shop");
        self.fails(1, "gateway wallets release wal_0000000000000 --reason looked");
        let stop = std::process::Command::new("kill").args(["-TERM", &process.id().to_string()]).status();
        if !stop.is_ok_and(|status| status.success()) {
            process.kill().unwrap();
        }
        process.wait().unwrap();
        // Without a server the same calls are answered from the store.
        self.succeeds("gateway contents remove", "gateway contents remove film --partner shop");
        self.succeeds("gateway restore", "gateway restore copy.db");
        self.fails(1, "gateway restore nowhere.db");
        self.succeeds("gateway check", "gateway check --offline");
        self.fails(1, "gateway check --data-dir nowhere");
    }

    fn pages(&self) {
        self.succeeds("help", "--help");
        self.succeeds("help", "multisig sign --help");
        let version = self.succeeds("version", "--version");
        assert_eq!(version["version"], env!("CARGO_PKG_VERSION"));
        self.succeeds("man", "man bill");
        self.succeeds("man", "man --dir pages");
        self.succeeds("completions", "completions bash");
        self.succeeds("schema", "schema");
        self.succeeds("schema", "schema status all");
        self.fails(2, "schema frobnicate");
        self.fails(2, "frobnicate");
        self.fails(2, "account");
    }
}

/// Commands that send, by name: those with an option for a bundle's validity.
fn sends(command: &clap::Command, path: &str, found: &mut BTreeSet<String>) {
    for command in command.get_subcommands() {
        let path = format!("{path}{}", command.get_name());
        if command.get_arguments().any(|argument| argument.get_id() == "validity") {
            found.insert(path.clone());
        }
        sends(command, &format!("{path} "), found);
    }
}

#[test]
fn every_document_is_what_its_schema_says() {
    let story = SchemaProject::new();
    story.teal();
    story.accounts();
    story.contract();
    story.bundles();
    story.networks();
    story.gateway();
    story.pages();
    let all: BTreeSet<String> = serde_json::from_value(story.project.done(&["schema"])["schemas"].clone()).unwrap();
    let seen = story.seen.borrow();
    let unseen: Vec<_> = all.difference(&seen).filter(|name| !CHECKED_ELSEWHERE.contains(&name.as_str())).collect();
    assert!(unseen.is_empty(), "no command here printed {unseen:?}");
}

#[test]
fn the_documented_schemas_are_fresh() {
    let project = Project::new();
    let report = project.done(&["schema", "--dir", "new"]);
    let names = |folder: &Path| {
        let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let new = project.path().join("new");
    assert_eq!(names(&new).len(), report["schemas"].as_array().unwrap().len());
    assert_eq!(names(&new), names(&published_schema("")), "run `pnp-contract schema --dir docs/schemas`");
    for name in names(&new) {
        let of = |folder: PathBuf| std::fs::read_to_string(folder.join(&name)).unwrap();
        assert!(
            of(new.clone()) == of(published_schema("")),
            "{name:?} is stale: run `pnp-contract schema --dir docs/schemas`"
        );
    }
}

#[test]
fn schemas_are_schemas_with_names_of_their_own() {
    for entry in std::fs::read_dir(published_schema("")).unwrap() {
        let path = entry.unwrap().path();
        let schema: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        assert!(jsonschema::meta::is_valid(&schema), "{}", path.display());
        let stem = path.file_stem().unwrap().to_string_lossy();
        assert_eq!(schema["$id"], format!("urn:pnp-contract:schema:{stem}"));
    }
}
