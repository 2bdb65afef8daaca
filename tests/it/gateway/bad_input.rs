//! Every call that reads a body, with every kind of body that is wrong: never a failure of the gateway, always a problem whose code
//! the document names. The page of what is answered is made from it.

use super::client::{Client, Reply, Request, SECRET_KEY};
use super::document::{Document, Operation};
use super::scenario;
use super::server::Server;
use crate::sources::root;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

const PAGE: &str = "docs/reports/gateway-errors.md";

/// What ends the introduction, which is written by hand.
const MARK: &str =
    "<!-- Made from the gateway's own answers by: SNAPSHOTS=overwrite cargo test --test it bad_input -->\n";

/// A body that is wrong, in words, and the header `Content-Type` that comes with it.
struct Wrong {
    kind: String,
    body: Vec<u8>,
    content_type: Option<&'static str>,
}

impl Wrong {
    fn new(kind: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self { kind: kind.into(), body: body.into(), content_type: Some("application/json") }
    }

    fn with_type(mut self, content_type: Option<&'static str>) -> Self {
        self.content_type = content_type;
        self
    }
}

/// Kinds of bodies that are wrong whatever the call is.
fn wrong_bodies(valid: &Value) -> Vec<Wrong> {
    let text = valid.to_string();
    let inside = text.strip_prefix('{').unwrap();
    let with = |member: &str| if inside == "}" { format!("{{{member}}}") } else { format!("{{{member},{inside}") };
    let (first, value) =
        valid.as_object().unwrap().iter().next().map_or(("x", json!(1)), |(name, value)| (name, value.clone()));
    let first = if inside == "}" { r#""x":1,"x":1"#.to_owned() } else { format!("{first:?}:{value}") };
    let mut marked = b"\xef\xbb\xbf".to_vec();
    marked.extend_from_slice(text.as_bytes());
    let mut invalid = text.clone().into_bytes();
    invalid.splice(1..1, b"\"x\xff\":1,".iter().copied());
    vec![
        Wrong::new("no JSON", "hello"),
        Wrong::new("no body", ""),
        Wrong::new("white space", "  \n"),
        Wrong::new("null", "null"),
        Wrong::new("an array", "[]"),
        Wrong::new("a text", "\"x\""),
        Wrong::new("two objects", format!("{text}{text}")),
        Wrong::new("an end that is missing", &text[..text.len() - 1]),
        Wrong::new("NaN", with(r#""x":NaN"#)),
        Wrong::new("a number beyond all bounds", with(r#""x":1e999"#)),
        Wrong::new("half a surrogate", with(r#""x":"\ud800""#)),
        Wrong::new("a control character in a text", with("\"x\":\"a\u{1}b\"")),
        Wrong::new("a byte order mark", marked),
        Wrong::new("bytes that are not UTF-8", invalid),
        Wrong::new("nested 1,000 times", format!("{}{}", "[".repeat(1000), "]".repeat(1000))),
        Wrong::new("objects nested 1,000 times", format!("{}1{}", "{\"a\":".repeat(1000), "}".repeat(1000))),
        Wrong::new("a member that there is not", with(r#""unknown_member":1"#)),
        Wrong::new("a member twice", with(&first)),
        Wrong::new("70,000 bytes", with(&format!("\"x\":\"{}\"", "x".repeat(70_000)))),
        Wrong::new("`text/plain`", text.clone()).with_type(Some("text/plain")),
        Wrong::new("a form", "a=1&b=2").with_type(Some("application/x-www-form-urlencoded")),
        Wrong::new("another character set", text.clone()).with_type(Some("application/json; charset=utf-16")),
        Wrong::new("no content type", text).with_type(None),
    ]
}

/// What kind of value a member has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Member {
    Amount,
    Text,
    Whole,
    Boolean,
    Choice,
    Other,
}

fn member(document: &Document, schema: &Value) -> (Member, Value) {
    let choices = schema["anyOf"].as_array().into_iter().flatten().find(|schema| schema["type"] != "null");
    let schema = document.resolve(choices.unwrap_or(schema));
    let is = |name: &str| {
        schema["type"] == name || schema["type"].as_array().is_some_and(|types| types.contains(&json!(name)))
    };
    let constants =
        schema["oneOf"].as_array().and_then(|options| options.first()).map(|option| option["const"].clone());
    match schema["enum"].as_array().and_then(|options| options.first().cloned()).or(constants) {
        Some(first) => (Member::Choice, first),
        None if schema["description"].as_str().is_some_and(|text| text.contains("decimal string")) => {
            (Member::Amount, json!("1"))
        }
        None if is("string") => (Member::Text, json!("x")),
        None if is("integer") => (Member::Whole, json!(1)),
        None if is("boolean") => (Member::Boolean, json!(false)),
        None if is("array") => (Member::Other, json!([valid(document, &schema["items"])])),
        None => (Member::Other, json!({})),
    }
}

/// A body with the members that are required.
fn valid(document: &Document, schema: &Value) -> Value {
    let schema = document.resolve(schema);
    let Some(properties) = schema["properties"].as_object() else { return member(document, schema).1 };
    let is_required = |name: &str| schema["required"].as_array().is_some_and(|names| names.contains(&json!(name)));
    let members = properties.iter().filter(|(name, _)| is_required(name));
    Value::Object(members.map(|(name, schema)| (name.clone(), member(document, schema).1)).collect())
}

/// Values that are wrong for one kind of member, or strange.
fn wrong_values(kind: Member) -> Vec<(&'static str, String)> {
    let quoted = |text: &str| json!(text).to_string();
    let others = [("an array", "[1]".to_owned()), ("an object", "{\"a\":1}".to_owned())];
    let of_kind: Vec<(&str, String)> = match kind {
        Member::Amount => vec![
            ("a number", "10".into()),
            ("a fraction", "10.5".into()),
            ("`NaN`", quoted("NaN")),
            ("negative", quoted("-1")),
            ("zero", quoted("0")),
            ("nine decimals", quoted("1.000000001")),
            ("eight decimals", quoted("1.00000001")),
            ("10^30", quoted(&format!("1{}", "0".repeat(30)))),
            ("2^63 units", quoted("92233720368.54775808")),
            ("an exponent", quoted("1e2")),
            ("a comma", quoted("1,5")),
            ("other digits", quoted("١٢")),
            ("empty", quoted("")),
            ("10 KB", quoted(&"9".repeat(10_240))),
        ],
        Member::Text => vec![
            ("a number", "10".into()),
            ("empty", quoted("")),
            ("control characters", quoted("a\u{0}\u{7}\u{1b}[31m")),
            ("a line end", quoted("a\nb")),
            ("other alphabets", quoted("Ünïcödé علی 李 🎬")),
            ("directions", quoted("\u{202e}abc")),
            ("10 KB", quoted(&"x".repeat(10_240))),
        ],
        Member::Whole => vec![
            ("a text", quoted("1")),
            ("negative", "-1".into()),
            ("a fraction", "1.5".into()),
            ("an exponent", "1e3".into()),
            ("2^63", "9223372036854775808".into()),
            ("-2^63", "-9223372036854775808".into()),
            ("1e300", "1e300".into()),
        ],
        Member::Boolean => vec![("a text", quoted("true")), ("a number", "1".into())],
        Member::Choice => vec![("another word", quoted("another")), ("empty", quoted("")), ("a number", "1".into())],
        Member::Other => vec![("a text", quoted("x")), ("empty", "[]".into())],
    };
    of_kind.into_iter().chain(others.into_iter().filter(|_| kind != Member::Other)).collect()
}

/// Bodies in which one member is wrong.
fn wrong_members(document: &Document, schema: &Value, valid: &Value) -> Vec<Wrong> {
    let schema = document.resolve(schema);
    let mut wrong = Vec::new();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let rest: Map<String, Value> = valid
            .as_object()
            .unwrap()
            .iter()
            .filter(|(other, _)| *other != name)
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        if valid.get(name).is_some() {
            wrong.push(Wrong::new(format!("`{name}`: missing"), Value::Object(rest.clone()).to_string()));
        }
        let rest: String = rest.iter().map(|(other, value)| format!(",{other:?}:{value}")).collect();
        for (kind, value) in wrong_values(member(document, property).0) {
            wrong.push(Wrong::new(format!("`{name}`: {kind}"), format!("{{{name:?}:{value}{rest}}}")));
        }
    }
    wrong
}

/// Members that a call needs beside those that its schema requires: without them another fault is found first.
fn needed(operation: &str) -> Value {
    match operation {
        "createTopUp" => json!({ "user_id": "x" }),
        "startSession" => json!({ "user_id": USER, "price_per_minute": "0.02" }),
        "stopSession" => json!({ "tick_id": "x", "played_ms": 1 }),
        _ => json!({}),
    }
}

/// A user with money.
const USER: &str = "bad-input";

/// Sends requests with bodies that are wrong.
struct Tester<'a> {
    client: Client,
    document: &'a Document,
}

impl Tester<'_> {
    async fn send(&self, method: &str, path: &str, body: Option<&Wrong>) -> Reply {
        let mut random = [0; 16];
        getrandom::fill(&mut random).unwrap();
        let mut request = Request::new(method, path)
            .with_header("authorization", &format!("Bearer {SECRET_KEY}"))
            .with_header("idempotency-key", &data_encoding::HEXLOWER.encode(&random));
        if let Some(wrong) = body {
            if let Some(content_type) = wrong.content_type {
                request = request.with_header("content-type", content_type);
            }
            request.body = Some(wrong.body.clone());
        }
        let answer = self.client.send(&request).await;
        answer.unwrap_or_else(|silence| panic!("{method} {path}: {silence:?}"))
    }

    /// The path of a call, with something that is there.
    async fn path(&self, operation: &Operation) -> String {
        let mut path = operation.path.replace("{user}", USER);
        if path.starts_with("/v1/sessions/{id}") {
            let content = scenario::Variables::new().text("{{content}}");
            let start = json!({ "user_id": USER, "content_id": content, "price_per_minute": "0.02" });
            let started = self.send("POST", "/v1/sessions", Some(&Wrong::new("", start.to_string()))).await;
            path = path.replace("{id}", started.json()["id"].as_str().unwrap());
        }
        path.replace("{id}", "bad-input")
    }

    /// What a call answers to each kind of body: status and code.
    async fn table(&self, operation: &Operation) -> Vec<(String, String)> {
        let schema = operation.body.as_ref().unwrap();
        let mut valid = valid(self.document, schema);
        valid.as_object_mut().unwrap().extend(needed(&operation.id).as_object().unwrap().clone());
        let mut wrong = wrong_bodies(&valid);
        wrong.extend(wrong_members(self.document, schema, &valid));
        let mut rows = Vec::new();
        let mut path = self.path(operation).await;
        for wrong in wrong {
            let reply = self.send(&operation.method, &path, Some(&wrong)).await;
            let place = format!("{} with {}: {} {}", operation.id, wrong.kind, reply.status, reply.text());
            assert!(reply.status < 500, "{place}");
            let faults = self.document.faults(operation, reply.status, reply.media_type(), &reply.body);
            assert!(faults.is_empty(), "{place}: {faults:?}");
            let answer = match reply.json()["code"].as_str() {
                Some(code) => format!("{} `{code}`", reply.status),
                None => {
                    // It had an effect: the next one finds what it would have found before.
                    path = self.path(operation).await;
                    format!("{} (accepted)", reply.status)
                }
            };
            rows.push((wrong.kind, answer));
        }
        rows
    }
}

/// Makes the page of what each call answered.
fn page(tables: &BTreeMap<String, Vec<(String, String)>>) -> String {
    let mut kinds: Vec<&String> = Vec::new();
    for kind in
        tables.values().flatten().map(|(kind, _)| kind).filter(|kind| !kind.starts_with('`') || *kind == "`text/plain`")
    {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let answer = |table: &[(String, String)], kind: &str| {
        table.iter().find(|(other, _)| other == kind).map(|(_, answer)| answer.clone()).unwrap_or_default()
    };
    let mut page = String::from("\n## Whole bodies\n\n| body | answer | other answers |\n|---|---|---|\n");
    for kind in &kinds {
        let mut groups: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (id, table) in tables {
            groups.entry(answer(table, kind)).or_default().push(id);
        }
        let usual = groups.iter().max_by_key(|(_, calls)| calls.len()).map(|(answer, _)| answer.clone()).unwrap();
        let others = groups.iter().filter(|(answer, _)| **answer != usual);
        let others: Vec<_> = others.map(|(answer, calls)| format!("{answer}: {}", calls.join(", "))).collect();
        writeln!(page, "| {kind} | {usual} | {} |", others.join("; ")).unwrap();
    }
    for (id, table) in tables {
        let members: Vec<_> = table.iter().filter(|(kind, _)| !kinds.contains(&kind)).collect();
        if members.is_empty() {
            continue;
        }
        write!(page, "\n## {id}\n\n| member | is answered by | where it is |\n|---|---|---|\n").unwrap();
        let mut rows: Vec<(&str, &str, Vec<&str>)> = Vec::new();
        for (kind, answer) in members {
            let (member, kind) = kind.split_once(": ").unwrap();
            match rows.iter_mut().find(|(other, known, _)| *other == member && known == answer) {
                Some((_, _, kinds)) => kinds.push(kind),
                None => rows.push((member, answer, vec![kind])),
            }
        }
        for (member, answer, kinds) in rows {
            writeln!(page, "| {member} | {answer} | {} |", kinds.join(", ")).unwrap();
        }
    }
    page
}

#[test]
fn bad_input_is_answered_by_a_documented_problem() {
    let server = Server::start();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let tables = runtime.block_on(async {
        let client = Client::new(&server.url);
        let document = Document::read(&client.get("/openapi.json").await);
        let tester = Tester { client, document: &document };
        let fund = Wrong::new("", json!({ "amount": "100" }).to_string());
        tester.send("POST", &format!("/v1/test/wallets/{USER}/fund"), Some(&fund)).await;
        let mut tables = BTreeMap::new();
        for operation in
            document.operations.values().filter(|operation| operation.body.is_some() && operation.is_for_servers)
        {
            tables.insert(operation.id.clone(), tester.table(operation).await);
        }
        tables
    });
    let log = server.log();
    assert!(!log.contains("panicked"), "{log}");
    assert!(tables.len() >= 10, "only {} calls read a body", tables.len());

    let path = root().join(PAGE);
    let old = std::fs::read_to_string(&path).unwrap();
    let (introduction, _) = old.split_once(MARK).unwrap_or_else(|| panic!("{PAGE} lacks its mark: {MARK}"));
    let fresh = format!("{introduction}{MARK}{}", page(&tables));
    if std::env::var("SNAPSHOTS").is_ok_and(|action| action == "overwrite") {
        std::fs::write(&path, fresh).unwrap();
    } else {
        assert!(old == fresh, "{PAGE} is stale: run `SNAPSHOTS=overwrite cargo test --test it bad_input`");
    }
}
