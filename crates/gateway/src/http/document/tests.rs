use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::{Answer, Call, Route, get, post, toys};
use super::*;
use crate::access::Access;
use crate::problem::Problem;

fn document() -> Value {
    Routes::with_documentation(toys::routes(), "0.0.0").unwrap().document("0.0.0").unwrap()
}

#[test]
fn every_route_is_documented() {
    let document = document();
    let routes = Routes::with_documentation(toys::routes(), "0.0.0").unwrap();
    for row in routes.rows() {
        let operation = &document["paths"][row.path][row.method.as_str().to_ascii_lowercase()];
        assert_eq!(operation["operationId"], row.operation);
        for code in row.codes() {
            let codes = &operation["responses"][code.status().as_u16().to_string()]["x-codes"];
            assert!(codes.as_array().unwrap().contains(&code.text().into()), "{} {}", row.operation, code.text());
        }
    }
}

#[test]
fn operations_say_what_they_take() {
    let document = document();
    let top_up = &document["paths"]["/v1/top_ups"]["post"];
    assert_eq!(top_up["tags"], json!(["top_ups"]));
    assert_eq!(top_up["security"], json!([{ "secretKey": [] }, { "userToken": [] }]));
    assert_eq!(top_up["parameters"][0]["name"], "Idempotency-Key");
    let reference = json!({ "schema": { "$ref": "#/components/schemas/CreateTopUp" } });
    assert_eq!(top_up["requestBody"], json!({ "required": true, "content": { "application/json": reference } }));
    assert_eq!(
        top_up["responses"]["201"]["content"]["application/json"]["schema"]["$ref"],
        "#/components/schemas/TopUp"
    );
    let schema = &document["components"]["schemas"]["CreateTopUp"];
    assert_eq!(schema["properties"]["amount"]["$ref"], "#/components/schemas/Amount");
    assert_eq!(schema["additionalProperties"], false);
    let list = &document["paths"]["/v1/sessions"]["get"];
    assert_eq!((&list["parameters"][0]["name"], &list["parameters"][0]["required"]), (&"user_id".into(), &true.into()));
    assert_eq!(list["parameters"][0]["description"], "The user.");
    assert_eq!(document["paths"]["/v1/wallets/{user}"]["get"]["parameters"][0]["in"], "path");
    assert_eq!(document["paths"]["/v1/slow"]["get"]["security"], json!([]));
}

#[test]
fn tokens_in_bodies_are_documented() {
    let document = document();
    let content = &document["paths"]["/v1/sessions/{id}/heartbeats"]["post"]["requestBody"]["content"];
    assert_eq!(content["text/plain"], content["application/json"]);
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["Heartbeat"]["properties"]["token"]["type"], "string");
    assert!(schemas["CreateTopUp"]["properties"].get("token").is_none());
}

#[test]
fn references_lead_somewhere() {
    fn walk(value: &Value, document: &Value) {
        match value {
            Value::Object(members) => {
                if let Some(path) = members.get("$ref").and_then(Value::as_str) {
                    assert!(document.pointer(path.strip_prefix('#').unwrap()).is_some(), "{path}");
                }
                members.values().for_each(|value| walk(value, document));
            }
            Value::Array(items) => items.iter().for_each(|value| walk(value, document)),
            _ => {}
        }
    }
    let document = document();
    walk(&document, &document);
}

/// A request type that forgot to refuse unknown fields.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Loose {
    text: String,
}

mod other {
    use super::*;

    /// Another type with a name that is in use.
    #[derive(Serialize, Deserialize, JsonSchema)]
    pub(super) struct TopUp {
        pub(super) text: String,
    }
}

async fn loose(_: Call<toys::Toy, Loose>) -> Result<Answer<other::TopUp>, Problem> {
    Ok(Answer::ok(other::TopUp { text: String::new() }))
}

async fn other_top_up(_: Call<toys::Toy>) -> Result<Answer<other::TopUp>, Problem> {
    Ok(Answer::ok(other::TopUp { text: String::new() }))
}

#[test]
fn tables_that_contradict_themselves_are_refused() {
    let refusal = |route: Route<toys::Toy>| {
        let mut routes = toys::routes();
        routes.push(route);
        Routes::with_documentation(routes, "0.0.0").unwrap_err().to_string()
    };
    let open = Access::ANYONE;
    for (route, part) in [
        (get("/v1/wallets/{id}").operation("x", "X").handler(other_top_up), "GET /v1/wallets/{} appears twice"),
        (get("/v1/x").operation("getWallet", "X").handler(other_top_up), "getWallet appears twice"),
        (get("/v1/x").operation("x", "").handler(other_top_up), "no summary"),
        (get("/v1/x").operation("x", "X").idempotent().handler(other_top_up), "only POST"),
        (post("/v1/x").operation("x", "X").access(open).token_in_body().handler(other_top_up), "a token in the body"),
        (post("/v1/x").operation("x", "X").handler(loose), "Loose does not refuse unknown fields"),
        (get("/v1/x").operation("x", "X").handler(other_top_up), "two types have the schema name"),
    ] {
        let text = refusal(route);
        assert!(text.contains(part), "{text}");
    }
}
